"""The applications of an instance: one, or several below prefixes of the path, as one callable.

With a single application, nothing stands between it and the server.
"""

import os
import sys
import traceback
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple

from .loader import Loaded, import_file, import_module, load

_NOT_FOUND = b"Not Found: no application is mounted here\n"


def prepare_path(application: Dict[str, Any]) -> None:
    """sys.path and sys.argv. First come the files' directories, the given paths, the working directory."""
    files = [target["file"] for target in _targets(application) if target["file"] is not None]
    places = [os.path.dirname(os.path.abspath(file)) for file in files]
    places += [os.path.abspath(place) for place in application["pythonpath"]]
    places.append(os.getcwd())
    for place in reversed(places):
        if place in sys.path:
            sys.path.remove(place)
        sys.path.insert(0, place)
    sys.argv[:] = [files[0] if files else "tsgi", *application["argv"]]


def import_first(names: Iterable[str]) -> None:
    """Modules or files that are to be imported. One that fails is shown and stops nothing, as in uWSGI."""
    for name in names:
        try:
            if "/" in name or name.endswith(".py"):
                import_file(name)
            else:
                import_module(name)
        except Exception as error:
            print(f"cannot import {name}, which the configuration asks for:", file=sys.stderr)
            cause = error.__cause__ or error
            traceback.print_exception(type(cause), cause, cause.__traceback__)


def load_all(application: Dict[str, Any]) -> Loaded:
    """Imports every application; raises LoadFailure. `application` is an ApplicationMessage."""
    import_first(application["imports"])
    loaded: Dict[Tuple[Any, ...], Loaded] = {}

    def load_once(target: Dict[str, Any]) -> Loaded:
        key = (target["file"], target["module"], target["callable"])
        if key not in loaded:
            loaded[key] = load(*key)
        return loaded[key]

    default = load_once(application["default"]) if application["default"] is not None else None
    mounts = [(mount["prefix"], load_once(mount["target"])) for mount in application["mounts"]]
    if application["chdirAfter"]:
        os.chdir(application["chdirAfter"])
    if default is not None and not mounts:
        return default
    names = [f"{prefix or '/'}={one.name}" for prefix, one in mounts]
    choose = choose_by_path if application["manageScriptName"] else choose_by_script_name
    callables = [(prefix, one.application) for prefix, one in mounts]
    return Loaded(choose(callables, default.application if default else None), " ".join(names))


_Application = Callable[..., Any]
_Mounts = List[Tuple[str, _Application]]


def choose_by_path(mounts: _Mounts, default: Optional[_Application]) -> _Application:
    """The longest prefix of PATH_INFO decides; it moves to the end of SCRIPT_NAME (PEP 3333)."""
    by_length = sorted(mounts, key=lambda mount: len(mount[0]), reverse=True)

    def dispatch(environ: Dict[str, Any], start_response: Callable[..., Any]) -> Any:
        path = environ["PATH_INFO"]
        for prefix, application in by_length:
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
                environ["SCRIPT_NAME"] += prefix
                environ["PATH_INFO"] = path[len(prefix) :]
                return application(environ, start_response)
        return (default or _not_found)(environ, start_response)

    return dispatch


def choose_by_script_name(mounts: _Mounts, default: Optional[_Application]) -> _Application:
    """Whoever stands in front has split the path."""
    by_prefix = dict(mounts)

    def dispatch(environ: Dict[str, Any], start_response: Callable[..., Any]) -> Any:
        script = environ["SCRIPT_NAME"].rstrip("/")
        # Also with an application mounted at the root: where nobody has split the path, the first answers.
        application = by_prefix.get(script, default) if script else default
        return (application or _not_found)(environ, start_response)

    return dispatch


def _not_found(environ: Dict[str, Any], start_response: Callable[..., Any]) -> List[bytes]:
    length = str(len(_NOT_FOUND))
    start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", length)])
    return [_NOT_FOUND]


def _targets(application: Dict[str, Any]) -> List[Dict[str, Any]]:
    first = [application["default"]] if application["default"] is not None else []
    return first + [mount["target"] for mount in application["mounts"]]
