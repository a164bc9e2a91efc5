"""Checks what an application gives to start_response and turns it into the bytes of a head.

Refuses whatever could be read as another header or another response by somebody downstream
(RFC 9110 §5.5, CVE-2018-1000164 and its kin): names must be tokens, values hold no control
characters but the tab, everything fits into latin-1. It neither sends nor logs.
"""

import re
from http.client import responses
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

from .frames import CLOSE, HAS_DATE, HAS_SERVER
from .violation import Violation

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_FORBIDDEN = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_STATUS = re.compile(r"([1-9][0-9][0-9])(?: |\Z)")

# What a header means to us, beside being passed on.
_ORDINARY, _LENGTH, _DATE, _SERVER, _CONNECTION, _HOP = range(6)
_KINDS = {
    "content-length": _LENGTH,
    "date": _DATE,
    "server": _SERVER,
    "connection": _CONNECTION,
    # RFC 9110 §7.6.1: of one connection, and the connection to the client is the router's.
    "keep-alive": _HOP,
    "proxy-authenticate": _HOP,
    "proxy-authorization": _HOP,
    "proxy-connection": _HOP,
    "te": _HOP,
    "trailer": _HOP,
    "trailers": _HOP,
    "transfer-encoding": _HOP,
    "upgrade": _HOP,
}
#: The router takes 1 MiB (src/router/frame-reader.ts), with the Content-Length that is still to be added.
_LONGEST_HEAD = 1024 * 1024 - 64
#: As encode_head returns it.
Head = Tuple[bytes, int, int, int]
#: Bounds: an application may make names from what a client sends.
_MOST_NAMES = 512
_MOST_STATUSES = 256

#: name → "\r\nName: " and its kind; only names that were found valid
_names: Dict[str, Tuple[str, int]] = {}
#: status → its status line without the line end, and its number
_statuses: Dict[str, Tuple[str, int]] = {}
#: (status, *headers) → what encode_head made of them. Applications that answer with the same few
#: heads save 0.3 µs of 0.5; one that has more of them than this gains nothing, and it is emptied.
_heads: Optional[Dict[Any, Head]] = {}
_MOST_HEADS = 256
#: Names that were dropped so far: each is worth one line in the log of a process.
_dropped: Set[str] = set()


def ignore_dropped(name: str) -> None:
    """What happens when a header of this name is dropped for the first time; the worker logs it."""


on_dropped: Callable[[str], None] = ignore_dropped


def encode_head(status: str, headers: List[Tuple[str, str]]) -> Head:
    """The head without Content-Length, every line ended; the status; the length or -1; flags of RESPONSE.

    Content-Length is left out because whoever sends the head may still compute it.
    Raises Violation with what was seen.
    """
    heads = _heads
    if heads is None or headers.__class__ is not list:
        return _encode(status, headers)
    try:
        found = heads.get((status, *headers))
    except TypeError:
        # Something in it cannot be hashed: a pair that is a list passes, anything else does not.
        return _encode(status, headers)
    return found or _remember(status, headers)


def _remember(status: str, headers: List[Tuple[str, str]]) -> Head:
    global _heads
    # Copied before they are looked at: what is found must be what was checked.
    key = (status, *headers)
    encoded = _encode(status, headers)
    heads = _heads
    if heads is not None and all(_is_plain(part) for part in key):
        heads[key] = encoded
        if len(heads) > _MOST_HEADS:
            _heads = None
    return encoded


def _is_plain(part: Any) -> bool:
    """Whether equality with it means the same text: not so for a subclass with an __eq__ of its own."""
    return part.__class__ is str or (part.__class__ is tuple and all(text.__class__ is str for text in part))


def _encode(status: str, headers: List[Tuple[str, str]]) -> Head:
    try:
        line, code = _statuses.get(status) or _learn_status(status)
        if headers.__class__ is not list and not isinstance(headers, list):
            raise Violation(f"the headers must be a list, not {_show(headers)}")
        parts = [line]
        length = -1
        flags = 0
        known = _names.get
        for name, value in headers:
            prefix, kind = known(name) or _learn_name(name)
            # Nearly every value is printable ASCII, for which this is the cheapest test there is.
            if not value.isprintable() and _FORBIDDEN.search(value):
                raise Violation(f"the value of header {name} has a control character: {_show(value)}")
            if kind:
                if kind == _LENGTH:
                    length = _learn_length(value, length)
                    continue
                if kind == _DATE:
                    flags |= HAS_DATE
                elif kind == _SERVER:
                    flags |= HAS_SERVER
                else:
                    if kind == _CONNECTION and "close" in value.lower():
                        flags |= CLOSE
                    _drop(name)
                    continue
            parts.append(prefix)
            # Apart from its prefix: adding a str subclass to a str may run its own code.
            parts.append(value)
        parts.append("\r\n")
        head = "".join(parts).encode("latin-1")
        if len(head) > _LONGEST_HEAD:
            raise Violation("the headers have %d bytes; at most %d are sent" % (len(head), _LONGEST_HEAD))
        if code < 200:
            # It cannot be the last word to a request: whatever follows must not be taken for it.
            return head, code, -1, flags | CLOSE
        if code == 204:
            length = -1
        return head, code, length, flags
    except (AttributeError, TypeError, ValueError) as error:
        raise _explain(status, headers, error) from None


def _learn_status(status: str) -> Tuple[str, int]:
    if not isinstance(status, str):
        raise Violation(f"the status must be a str, not {_show(status)}")
    match = _STATUS.match(status)
    if match is None:
        raise Violation(f"the status must be three digits, a space and a reason, not {_show(status)}")
    if _FORBIDDEN.search(status):
        raise Violation(f"the status has a character that cannot be sent: {_show(status)}")
    code = int(match.group(1))
    if len(status) == 3:
        line = "HTTP/1.1 %d %s" % (code, responses.get(code, ""))
    else:
        line = "HTTP/1.1 " + status
    if len(_statuses) < _MOST_STATUSES:
        _statuses[status] = (line, code)
    return line, code


def _learn_name(name: str) -> Tuple[str, int]:
    if not isinstance(name, str):
        raise Violation(f"a header's name must be a str, not {_show(name)}")
    if not _TOKEN.match(name):
        raise Violation(f"a header's name must be a token (RFC 9110), not {_show(name)}")
    entry = (f"\r\n{name}: ", _KINDS.get(name.lower(), _ORDINARY))
    if len(_names) < _MOST_NAMES:
        _names[str(name)] = entry
    return entry


def _learn_length(value: str, before: int) -> int:
    # isdigit alone takes other scripts' digits; int() alone takes signs, spaces and underscores.
    if not (value.isdigit() and value.isascii() and len(value) <= 15):
        raise Violation(f"Content-Length must be a number, not {_show(value)}")
    length = int(value)
    if before not in (-1, length):
        raise Violation("Content-Length is given twice, as %d and as %d" % (before, length))
    return length


def _drop(name: str) -> None:
    lower = name.lower()
    if lower not in _dropped:
        _dropped.add(lower)
        on_dropped(name)


def _explain(status: Any, headers: Any, error: Exception) -> Violation:
    """Finds the header at fault; only when there is one, so the usual path does not look."""
    for pair in headers if isinstance(headers, list) else ():
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            return Violation(f"a header must be a pair (name, value), not {_show(pair)}")
        name, value = pair
        if not isinstance(name, str) or not isinstance(value, str):
            return Violation(f"a header's name and value must be str, not {_show(pair)}")
        if _FORBIDDEN.search(value):
            return Violation(f"the value of header {name} cannot be sent as latin-1: {_show(value)}")
    return Violation(f"the status or headers cannot be sent: {_show(status)} ({error})")


def _show(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 200 else text[:200] + "…"
