"""What Gunicorn's configuration file has defined, in a form that JSON can hold, and which of it are hooks."""

import importlib
import inspect
import math
import types
from typing import Any, Callable, Dict, Iterable, List, Tuple

from .gunicorn_file import Executed
from .loader import LoadFailure

#: hook → the arguments that Gunicorn's documentation calls it with
HOOKS: Dict[str, str] = {
    "on_starting": "server",
    "on_reload": "server",
    "when_ready": "server",
    "pre_fork": "server, worker",
    "post_fork": "server, worker",
    "post_worker_init": "worker",
    "worker_int": "worker",
    "worker_abort": "worker",
    "pre_exec": "server",
    "pre_request": "worker, req",
    "post_request": "worker, req, environ, resp",
    "child_exit": "server, worker",
    "worker_exit": "server, worker",
    "nworkers_changed": "server, new_value, old_value",
    "on_exit": "server",
    "ssl_context": "config, default_ssl_context_factory",
}
#: hook → how many of them it may leave out, from the last on
_MAY_LACK = {"post_request": 2}

_PLAIN = (type(None), bool, int, float, str, bytes, list, tuple, set, frozenset, dict)


def describe(executed: Executed, names: Iterable[str]) -> Dict[str, Any]:
    """GunicornFileValues of src/base/messages.ts. Raises LoadFailure for a hook that cannot be called."""
    wanted = set(names)
    defined = {name: value for name, value in executed.namespace.items() if name in wanted}
    for name in defined:
        if name in HOOKS:
            find_hook(executed, name)
    return {
        "event": "configured",
        "settings": {name: encode(value) for name, value in defined.items()},
        "hooks": [name for name, value in defined.items() if name in HOOKS or _is_function(value)],
        "lines": {name: line for name, line in executed.lines.items() if name in executed.namespace},
        "others": [
            name
            for name, value in executed.namespace.items()
            if name not in wanted and not name.startswith("_") and isinstance(value, _PLAIN)
        ],
    }


def find_hook(executed: Executed, name: str) -> Tuple[Callable[..., Any], int]:
    """The function and the number of arguments that it takes. It may be named: "package.module.function"."""
    value = executed.namespace[name]
    place = executed.place(name)
    if isinstance(value, str):
        value = _import_named(value, f"{place}: {name}")
    if not callable(value):
        raise LoadFailure(f"{place}: {name} is {type(value).__name__}, not a function", [])
    most = HOOKS[name].count(",") + 1
    for count in range(most, most - _MAY_LACK.get(name, 0) - 1, -1):
        if _takes(value, count):
            return value, count
    raise LoadFailure(
        f"{place}: {name}{inspect.signature(value)} cannot be called as Gunicorn does: "
        f"write {name}({HOOKS[name]})",
        [],
    )


def encode(value: Any) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$repr": repr(value)}
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return [encode(item) for item in sorted(value, key=repr)]
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    if inspect.isclass(value):
        return {"$class": f"{value.__module__}.{value.__qualname__}"}
    if callable(value):
        return {"$function": getattr(value, "__qualname__", type(value).__name__)}
    return {"$repr": repr(value)[:200]}


def is_live(encoded: Any) -> bool:
    """Whether it stands for an object that only Python has, possibly inside a list or a dict."""
    if isinstance(encoded, dict):
        marks = ("$class", "$function", "$repr")
        return any(key in marks or is_live(item) for key, item in encoded.items())
    return isinstance(encoded, list) and any(is_live(item) for item in encoded)


def _is_function(value: Any) -> bool:
    return isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType))


def _takes(function: Callable[..., Any], count: int) -> bool:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return True  # Some written in C do not say.
    arguments: List[None] = [None] * count
    try:
        signature.bind(*arguments)
    except TypeError:
        return False
    return True


def _import_named(name: str, where: str) -> Callable[..., Any]:
    module, _, attribute = name.rpartition(".")
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise LoadFailure(f"{where} = {name!r} cannot be imported: {error}", []) from error
    return found
