"""Executes Gunicorn's configuration file, which is a Python program, and answers what it has defined.

Gunicorn's rules: a namespace of its own called __config__, the directory that the server was
started in first on sys.path, and names that are no settings are nobody's business. What it raises
becomes a LoadFailure that names the line.
"""

import ast
import importlib
import os
import sys
import traceback
import types
from importlib.machinery import SourcelessFileLoader
from typing import Any, Dict, List, Optional

from .loader import LoadFailure
from .report import format_traceback, has_application_frames
from .source_file import SourceLoader

_MODULE_NAME = "__config__"


class Executed:
    """What a configuration has defined. `name` stands for it in messages: the file as it was given."""

    def __init__(
        self, name: str, namespace: Dict[str, Any], lines: Dict[str, int], path: Optional[str] = None
    ) -> None:
        self.name = name
        #: As its frames name it.
        self.path = path
        self.namespace = namespace
        self.lines = lines

    def place(self, setting: str) -> str:
        line = self.lines.get(setting)
        return self.name if line is None else f"{self.name}:{line}"

    def place_in(self, error: BaseException) -> Optional[str]:
        """The innermost line of it that was being executed; None where none was."""
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if self.path is not None and frame.filename == self.path]
        return f"{self.name}:{lines[-1]}" if lines else None


def execute(file: Optional[str], module: Optional[str]) -> Executed:
    """At most one of the two is given. Raises LoadFailure."""
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    if module is not None:
        return _execute_module(module)
    if file is not None:
        return _execute_file(file)
    return Executed("the configuration", {}, {})


def _execute_module(name: str) -> Executed:
    try:
        found = importlib.import_module(name)
    except BaseException as error:
        raise _describe(error, f"python:{name}", None) from error
    path = getattr(found, "__file__", None)
    return Executed(path or name, vars(found), _find_lines(path), path)


def _execute_file(name: str) -> Executed:
    path = os.path.abspath(name)
    _require_file(name, path)
    found = types.ModuleType(_MODULE_NAME)
    found.__file__ = name
    sys.modules[_MODULE_NAME] = found
    try:
        exec(_compile(path), vars(found))
    except BaseException as error:
        raise _describe(error, name, path) from error
    return Executed(name, vars(found), _find_lines(path), path)


def _compile(path: str) -> types.CodeType:
    """Not by an import: a configuration leaves no __pycache__ beside it, least of all one of root's."""
    if path.endswith(".pyc"):
        code = SourcelessFileLoader(_MODULE_NAME, path).get_code(_MODULE_NAME)
        if code is None:
            raise ImportError(f"no code in {path}")
        return code
    loader = SourceLoader(_MODULE_NAME, path)
    return loader.source_to_code(loader.get_data(path), path)


def _require_file(name: str, path: str) -> None:
    if os.path.isdir(path):
        raise LoadFailure(f"{name} is a directory", ["Name the configuration file in it with --config."])
    if not os.path.exists(path):
        raise LoadFailure(f"{name}: no such file", [f"Looked for {path}."])
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        who = "The configuration is read as uid %d, gid %d." % (os.geteuid(), os.getegid())
        raise LoadFailure(f"{name} cannot be read: {error.strerror}", [who]) from error


# ---- where things stand


def _find_lines(path: Optional[str]) -> Dict[str, int]:
    """Name → the line that gives it its value; the last one where there are several."""
    try:
        with open(path or "", "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return {}
    lines: Dict[str, int] = {}
    _collect_lines(tree.body, lines)
    return lines


def _collect_lines(statements: List[ast.stmt], lines: Dict[str, int]) -> None:
    for statement in statements:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            lines[statement.name] = statement.lineno
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias in statement.names:
                lines[alias.asname or alias.name.partition(".")[0]] = statement.lineno
        elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for node in (node for target in targets for node in ast.walk(target)):
                if isinstance(node, ast.Name):
                    lines[node.id] = statement.lineno
        for block in ("body", "orelse", "finalbody"):
            if not isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
                _collect_lines(getattr(statement, block, []), lines)
        for handler in getattr(statement, "handlers", []):
            _collect_lines(handler.body, lines)


# ---- what went wrong


def _describe(error: BaseException, name: str, path: Optional[str]) -> LoadFailure:
    # Without a frame it would only repeat the message.
    trace = format_traceback(error) if has_application_frames(error) else None
    if isinstance(error, SyntaxError):
        where = name if error.filename in (path, None) else error.filename
        details = [error.text.rstrip("\n")] if error.text else []
        return LoadFailure(f"{where}:{error.lineno or 1}: {error.msg}", details)
    place = _find_place(error, name, path)
    if isinstance(error, SystemExit):
        return LoadFailure(f"{place}: the file ends the interpreter: {error!r}", [], trace)
    if isinstance(error, ModuleNotFoundError) and error.name:
        return LoadFailure(f"{place}: no module named {error.name}", _advise(error.name), trace)
    said = traceback.format_exception_only(type(error), error)[-1].strip()
    return LoadFailure(f"{place}: {said}", [], trace)


def _find_place(error: BaseException, name: str, path: Optional[str]) -> str:
    """The line of the file itself that was being executed, however deep below it the error came up."""
    for frame in traceback.extract_tb(error.__traceback__):
        if path is not None and frame.filename == path:
            return f"{name}:{frame.lineno}"
    return name


def _advise(missing: str) -> List[str]:
    if missing.partition(".")[0] == "gunicorn":
        return [
            "tsgi does without Gunicorn, but what the file imports from it has to be there.",
            f"If it is for annotations only, import it below `if TYPE_CHECKING:`; else install it: "
            f"{sys.executable} -m pip install gunicorn",
        ]
    return [f"Install it for {sys.executable}, or start tsgi in the environment that has it."] + [
        "Searched: " + (place or os.getcwd()) for place in sys.path
    ]
