"""Turns what went wrong in the application into text for the log, without tsgi's own frames."""

import os
import traceback
from typing import Any, Dict, Optional

_OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep


def describe_request(environ: Dict[str, Any]) -> str:
    """The request line, safe to be printed: what a client sends must not move a terminal's cursor."""
    target = environ.get("REQUEST_URI") or environ.get("PATH_INFO") or "?"
    line = "{} {} {}".format(environ.get("REQUEST_METHOD"), target, environ.get("SERVER_PROTOCOL"))
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)


def describe_exception(error: BaseException, environ: Dict[str, Any], who: str) -> str:
    """The application's traceback under a line that names the request."""
    return f"{describe_request(environ)}: {who} raised\n{format_traceback(error)}"


def format_traceback(error: BaseException) -> str:
    """As Python prints it, whole chains included, without tsgi's frames and those of the import machinery."""
    described = traceback.TracebackException.from_exception(error)
    _strip(described, 0)
    return "".join(described.format()).rstrip("\n")


def has_application_frames(error: BaseException) -> bool:
    """Whether the error came up in code that is not tsgi's and not the import machinery's."""
    return any(not _is_own(frame.filename) for frame in traceback.extract_tb(error.__traceback__))


def _strip(described: Optional[traceback.TracebackException], depth: int) -> None:
    if described is None or depth > 100:
        return
    stack = getattr(described, "stack", None)
    if stack:
        stack[:] = [frame for frame in stack if not _is_own(frame.filename)]
    _strip(described.__cause__, depth + 1)
    _strip(described.__context__, depth + 1)
    for inner in getattr(described, "exceptions", None) or ():
        _strip(inner, depth + 1)


def _is_own(filename: str) -> bool:
    return (
        filename.startswith((_OWN, "<frozen importlib", "<frozen runpy"))
        or os.path.abspath(filename).startswith(_OWN)
        or filename.endswith(os.sep + os.path.join("importlib", "__init__.py"))
    )
