"""Finds the application: a file or a module, then a name, an attribute or a call with literal arguments.

Raises LoadFailure, whose message says what is wrong and whose details say where was looked and what
was seen. It never evaluates what it is given: arguments are literals.
"""

import ast
import importlib
import importlib.util
import inspect
import os
import re
import sys
import types
from typing import Any, Callable, Dict, List, Optional, Tuple

from .report import format_traceback, has_application_frames
from .source_file import SourceLoader
from .suggestions import MODULE_NAME, suggest_files, suggest_module, suggest_target

_DEFAULT_NAMES = ("application", "app")

#: absolute path → what it has made
_files: Dict[str, types.ModuleType] = {}


class LoadFailure(Exception):
    """The application cannot be served. Mirrors LoadFailure of src/base/messages.ts."""

    def __init__(self, message: str, details: List[str], traceback: Optional[str] = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.traceback = traceback

    def as_message(self) -> Dict[str, Any]:
        return {"message": self.message, "details": self.details, "traceback": self.traceback}


class Loaded:
    """The application and the name it is known by: `app:application`."""

    def __init__(self, application: Callable[..., Any], name: str) -> None:
        self.application = application
        self.name = name


def load(file: Optional[str], module: Optional[str], callable_: Optional[str]) -> Loaded:
    """Imports the application and resolves the callable in it."""
    wanted = _parse_callable(callable_) if callable_ else None
    if file is not None:
        found, origin = import_file(file)
    else:
        found, origin = import_module(module or "")
    name = f"{found.__name__ if module else os.path.splitext(os.path.basename(origin))[0]}:{callable_}"
    if wanted is None:
        callable_, application = _find_default(found, origin)
        name = name.rpartition(":")[0] + ":" + callable_
    else:
        application = _resolve(found, origin, callable_ or "", wanted)
    _check(application, origin, callable_ or "")
    return Loaded(application, name)


# ---- importing


def import_file(file: str) -> Tuple[types.ModuleType, str]:
    """The module that a file makes. A file that is asked for again is the same module."""
    path = os.path.abspath(file)
    if path in _files:
        return _files[path], path
    if not os.path.exists(path):
        raise LoadFailure(f"No such file: {path}", suggest_module(file) + suggest_files(path))
    if os.path.isdir(path):
        raise LoadFailure(f"{path} is a directory", ["Name the file in it that has the application."])
    name = re.sub(r"\W", "_", os.path.splitext(os.path.basename(path))[0]) or "app"
    if name in sys.modules:
        # Replacing a module that is in use (io.py, site.py) would break whoever uses it.
        name = "tsgi_file_" + name
    spec = importlib.util.spec_from_file_location(name, path, loader=SourceLoader(name, path))
    if spec is None or spec.loader is None:
        raise LoadFailure(f"{path} cannot be imported", [])
    found = importlib.util.module_from_spec(spec)
    # Under its name before it runs, so that what it defines can be pickled.
    sys.modules[name] = found
    try:
        spec.loader.exec_module(found)
    except BaseException as error:
        sys.modules.pop(name, None)
        raise _describe_import(error, path) from error
    _files[path] = found
    return found, path


def import_module(module: str) -> Tuple[types.ModuleType, str]:
    """A module, and its file or name for messages."""
    if not MODULE_NAME.match(module):
        raise LoadFailure(
            f"{module!r} is not a module's name", ["A module is named as in an import: package.module"]
        )
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = error.name or module
        if not has_application_frames(error) and (module + ".").startswith(missing + "."):
            searched = ["Searched: " + (place or os.getcwd()) for place in sys.path]
            raise LoadFailure(f"No module named {missing}", suggest_target(module) + searched) from error
        raise _describe_import(error, module) from error
    except BaseException as error:
        raise _describe_import(error, module) from error
    return found, getattr(found, "__file__", None) or module


def _describe_import(error: BaseException, where: str) -> LoadFailure:
    trace = format_traceback(error)
    if isinstance(error, SyntaxError):
        place = f"{error.filename or where}, line {error.lineno}"
        details = [error.text.rstrip("\n")] if error.text else []
        says_more = error.text is not None or has_application_frames(error)
        return LoadFailure(f"Syntax error in {place}: {error.msg}", details, trace if says_more else None)
    if isinstance(error, ModuleNotFoundError) and error.name in ("uwsgi", "uwsgidecorators"):
        return LoadFailure(
            f"{where} imports {error.name}, which only uWSGI has: it is not in this version of tsgi",
            ["Guard the import with try and except ImportError, where the application can do without it."],
            trace,
        )
    if isinstance(error, ModuleNotFoundError) and error.name:
        return LoadFailure(
            f"{where} imports {error.name}, which is not installed for {sys.executable}",
            ["Install it there, or name the environment that has it with --home."]
            + ["Searched: " + (place or os.getcwd()) for place in sys.path],
            trace,
        )
    if isinstance(error, SystemExit):
        return LoadFailure(f"{where} ended the interpreter while it was imported: {error!r}", [], trace)
    if isinstance(error, PermissionError) and not has_application_frames(error):
        return LoadFailure(f"{where} cannot be read: {error.strerror}", [_who_am_i()], None)
    return LoadFailure(f"{where} raised {type(error).__name__} while it was imported", [], trace)


def _who_am_i() -> str:
    return "The zygote runs as uid %d, gid %d." % (os.geteuid(), os.getegid())


# ---- the callable


class _Wanted:
    """`a.b.c`, or `a.b.c(1, x=2)` when `call` is set."""

    def __init__(self, path: List[str], call: Optional[Tuple[List[Any], Dict[str, Any]]]) -> None:
        self.path = path
        self.call = call


def _parse_callable(text: str) -> _Wanted:
    try:
        node: ast.expr = ast.parse(text.strip(), mode="eval").body
        call = None
        if isinstance(node, ast.Call):
            arguments = [ast.literal_eval(argument) for argument in node.args]
            keywords = {}
            for keyword in node.keywords:
                if keyword.arg is None:
                    raise ValueError("** is not a literal")
                keywords[keyword.arg] = ast.literal_eval(keyword.value)
            call = (arguments, keywords)
            node = node.func
        path: List[str] = []
        while isinstance(node, ast.Attribute):
            path.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            raise ValueError("not a name")
        path.insert(0, node.id)
    except (SyntaxError, ValueError, TypeError) as error:
        raise LoadFailure(
            f"{text!r} does not name a callable",
            [
                "Wanted: a name, a dotted name, or a call with literal arguments,",
                "as in create_app('production', debug=False).",
            ],
        ) from error
    return _Wanted(path, call)


def _find_default(module: types.ModuleType, origin: str) -> Tuple[str, Any]:
    for name in _DEFAULT_NAMES:
        if hasattr(module, name):
            return name, getattr(module, name)
    raise LoadFailure(f'No "application" and no "app" in {origin}', _list_callables(module))


def _resolve(module: types.ModuleType, origin: str, text: str, wanted: _Wanted) -> Any:
    found: Any = module
    for index, name in enumerate(wanted.path):
        try:
            found = getattr(found, name)
        except AttributeError as error:
            if has_application_frames(error):
                raise _describe_import(error, origin) from error
            message = "No {!r} in {}".format(".".join(wanted.path[: index + 1]), origin)
            raise LoadFailure(message, _list_callables(module)) from error
    if wanted.call is None:
        return found
    if not callable(found):
        raise LoadFailure(
            "{} in {} is not callable: it is {}".format(".".join(wanted.path), origin, _describe(found)), []
        )
    try:
        return found(*wanted.call[0], **wanted.call[1])
    except BaseException as error:
        raise LoadFailure(
            f"{text} in {origin} raised {type(error).__name__}",
            _suggest_no_call(found, wanted),
            format_traceback(error),
        ) from error


def _suggest_no_call(found: Any, wanted: _Wanted) -> List[str]:
    if wanted.call != ([], {}) or _takes(found) or not _takes(found, None, None):
        return []
    return ["Leave the () out: {} is the application itself.".format(".".join(wanted.path))]


def _check(application: Any, origin: str, name: str) -> None:
    if not callable(application):
        raise LoadFailure(
            f"{name} in {origin} is not callable: it is {_describe(application)}",
            ["A WSGI application is called with (environ, start_response)."],
        )
    if _is_asgi(application):
        raise LoadFailure(
            f"{name} in {origin} is an ASGI application; tsgi serves only WSGI for now",
            ["It is a coroutine function. A WSGI application is called with (environ, start_response)."],
        )
    if not _takes(application, None, None):
        raise LoadFailure(
            f"{name} in {origin} cannot be called with (environ, start_response)",
            [f"If it makes the application, name the call: {name}()"],
        )


def _takes(called: Callable[..., Any], *arguments: object) -> bool:
    """False only where the signature says so: many callables have none."""
    try:
        inspect.signature(called).bind(*arguments)
    except TypeError:
        return False
    except ValueError:
        pass
    return True


def _is_asgi(application: Any) -> bool:
    candidates = [application]
    if not inspect.isroutine(application) and not inspect.isclass(application):
        candidates.append(inspect.getattr_static(type(application), "__call__", None))
    return any(inspect.iscoroutinefunction(candidate) for candidate in candidates)


def _list_callables(module: types.ModuleType) -> List[str]:
    """The callables that the module itself made: not what it imported."""
    found = []
    for name, value in sorted(vars(module).items()):
        if name.startswith("_") or not callable(value):
            continue
        if inspect.isclass(value) or inspect.isroutine(value):
            if getattr(value, "__module__", None) != module.__name__:
                continue
        found.append(name)
    if not found:
        return ["It has no callables of its own."]
    return ["Callables in it: " + ", ".join(found[:30])]


def _describe(value: object) -> str:
    text = ascii(value)
    return "{} {}".format(type(value).__name__, text if len(text) <= 80 else text[:80] + "…")
