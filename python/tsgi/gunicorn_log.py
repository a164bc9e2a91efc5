"""The log of Gunicorn's hooks: `server.log` and `worker.log`, in the form that people know from it.

The logger is called gunicorn.error as it is there: applications take its handlers and its level for
their own. Requests are logged by the routers; gunicorn.access exists and gets nothing.
"""

import json
import logging
import logging.config
import os
import sys
from typing import Any, Dict, Mapping, Optional, Union

from .gunicorn_objects import Config

_FORM = "%(asctime)s [%(process)d] [%(levelname)s] %(message)s"
_DATE = "[%Y-%m-%d %H:%M:%S %z]"
_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
}


class Log:
    """Raises what logging raises for a configuration of it that cannot be."""

    def __init__(self, cfg: Config) -> None:
        self.cfg = cfg
        self.error_log = logging.getLogger("gunicorn.error")
        self.access_log = logging.getLogger("gunicorn.access")
        self.loglevel = _LEVELS.get(str(cfg.get("loglevel", "info")).lower(), logging.INFO)
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter(_FORM, _DATE))
        self.error_log.handlers[:] = [handler]
        self.error_log.setLevel(self.loglevel)
        for logger in (self.error_log, self.access_log):
            logger.propagate = False
        _configure(cfg)

    def debug(self, message: Any, *args: Any, **options: Any) -> None:
        self.error_log.debug(message, *args, **options)

    def info(self, message: Any, *args: Any, **options: Any) -> None:
        self.error_log.info(message, *args, **options)

    def warning(self, message: Any, *args: Any, **options: Any) -> None:
        self.error_log.warning(message, *args, **options)

    def error(self, message: Any, *args: Any, **options: Any) -> None:
        self.error_log.error(message, *args, **options)

    def critical(self, message: Any, *args: Any, **options: Any) -> None:
        self.error_log.critical(message, *args, **options)

    def exception(self, message: Any, *args: Any, **options: Any) -> None:
        self.error_log.exception(message, *args, **options)

    def log(self, level: Union[int, str], message: Any, *args: Any, **options: Any) -> None:
        number = _LEVELS.get(level.lower(), logging.INFO) if isinstance(level, str) else level
        self.error_log.log(number, message, *args, **options)


def configuring_setting(settings: Mapping[str, Any]) -> Optional[str]:
    """The first that is set; the others count for nothing then."""
    names = ("logconfig_dict", "logconfig_json", "logconfig")
    return next((name for name in names if settings.get(name)), None)


def _configure(cfg: Config) -> None:
    name = configuring_setting(cfg.settings)
    if name == "logconfig_dict":
        logging.config.dictConfig({**_defaults(), **cfg.logconfig_dict})
    elif name == "logconfig_json":
        _require_file(cfg.logconfig_json)
        with open(cfg.logconfig_json, encoding="utf-8") as file:
            logging.config.dictConfig({**_defaults(), **json.load(file)})
    elif name == "logconfig":
        path: str = cfg.logconfig
        _require_file(path)
        places = {"__file__": path, "here": os.path.dirname(path)}
        logging.config.fileConfig(path, defaults=places, disable_existing_loggers=False)


def _require_file(path: str) -> None:
    if not os.path.exists(path):
        raise FileNotFoundError(f"there is no file {os.path.abspath(path)}")


def _defaults() -> Dict[str, Any]:
    """What a logconfig_dict that says only a part leaves as it is."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"generic": {"format": _FORM, "datefmt": _DATE}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "generic",
                "stream": "ext://sys.stdout",
            },
            "error_console": {
                "class": "logging.StreamHandler",
                "formatter": "generic",
                "stream": "ext://sys.stderr",
            },
        },
        "root": {"level": "INFO", "handlers": ["console"]},
        "loggers": {
            "gunicorn.error": {
                "level": "INFO",
                "handlers": ["error_console"],
                "propagate": True,
                "qualname": "gunicorn.error",
            },
            "gunicorn.access": {
                "level": "INFO",
                "handlers": ["console"],
                "propagate": True,
                "qualname": "gunicorn.access",
            },
        },
    }
