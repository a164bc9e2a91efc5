"""Where the application's own modules come from, for a master that watches them (py-autoreload)."""

import os
import sys
import sysconfig
from typing import Any, List

_INSTALLED = ("site-packages", "dist-packages")
_OWN = os.path.dirname(os.path.abspath(__file__))


def find_sources() -> List[str]:
    """Directories of imported packages and files of modules, but for Python's, installed ones and tsgi's."""
    python = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    others = tuple(os.path.join(place, "") for place in (*python, _OWN))
    places = {os.path.abspath(place) for module in _top_modules() for place in _places(module)}
    return sorted(
        place
        for place in places
        if not os.path.join(place, "").startswith(others)
        and not any(part in _INSTALLED for part in place.split(os.sep))
    )


def _top_modules() -> List[Any]:
    return [module for name, module in list(sys.modules.items()) if "." not in name]


def _places(module: Any) -> List[str]:
    """Applications put anything into sys.modules: what is not as it should be has no place."""
    try:
        found = list(module.__path__) if hasattr(module, "__path__") else [module.__file__]
    except Exception:
        return []
    return [place for place in found if isinstance(place, str)]
