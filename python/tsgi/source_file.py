"""Compiles a file of Python's source, and says with the line why one that is no text cannot be.

What the Pythons say of a zero byte differs, down to the class of the exception, and names no line.
"""

import io
import tokenize
import types
from importlib.machinery import SourceFileLoader
from typing import Any


class SourceLoader(SourceFileLoader):
    """Raises SyntaxError, with the line, also for what is no text."""

    def source_to_code(self, data: Any, path: Any, **options: Any) -> types.CodeType:  # type: ignore[override]
        _require_text(bytes(data), path)
        compiled: types.CodeType = super().source_to_code(data, path, **options)
        return compiled


def _require_text(source: bytes, path: str) -> None:
    zero = source.find(b"\0")
    if zero >= 0:
        raise _flaw("it is not a text: it holds a zero byte", source, zero, path)
    encoding = _find_encoding(source)
    try:
        source.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.upper()
        seen = f"it is not {name}: it holds the byte 0x{source[error.start]:02x}"
        advice = f"save it as {name}, or name its encoding in the first line: # coding: …"
        raise _flaw(f"{seen} ({advice})", source, error.start, path) from None
    except (LookupError, UnicodeError):
        pass  # The compiler's own words for an encoding of no use are good enough.


def _find_encoding(source: bytes) -> str:
    try:
        return tokenize.detect_encoding(io.BytesIO(source).readline)[0].replace("-sig", "")
    except SyntaxError:
        return "utf-8"


def _flaw(message: str, source: bytes, place: int, path: str) -> SyntaxError:
    return SyntaxError(message, (path, source.count(b"\n", 0, place) + 1, None, None))
