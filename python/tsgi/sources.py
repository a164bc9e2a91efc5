"""Where the application's own modules come from, for a master that watches them (py-autoreload)."""

import os
import sys
import sysconfig
from importlib.machinery import SourceFileLoader
from typing import Any, List

_INSTALLED = ("site-packages", "dist-packages")
_OWN = os.path.dirname(os.path.abspath(__file__))


def leave_no_bytecode() -> None:
    """Python takes bytecode for that of the source when length and second of its last change agree: a file
    that is saved twice within a second might count as unchanged. So none is kept of what is watched."""
    write = SourceFileLoader.set_data

    def set_data(loader: SourceFileLoader, path: str, data: bytes, **options: Any) -> None:
        if _is_installed(path):
            write(loader, path, data, **options)

    SourceFileLoader.set_data = set_data  # type: ignore[assignment,method-assign]


def find_sources() -> List[str]:
    """Directories of imported packages and files of modules, but for Python's, installed ones and tsgi's."""
    python = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    others = tuple(os.path.join(place, "") for place in (*python, _OWN))
    places = {os.path.abspath(place) for module in _top_modules() for place in _places(module)}
    return sorted(
        place
        for place in places
        if not os.path.join(place, "").startswith(others) and not _is_installed(place)
    )


def _is_installed(path: str) -> bool:
    return any(part in _INSTALLED for part in path.split(os.sep))


def _top_modules() -> List[Any]:
    return [module for name, module in list(sys.modules.items()) if "." not in name]


def _places(module: Any) -> List[str]:
    """Applications put anything into sys.modules: what is not as it should be has no place."""
    try:
        found = list(module.__path__) if hasattr(module, "__path__") else [module.__file__]
    except Exception:
        return []
    return [place for place in found if isinstance(place, str)]
