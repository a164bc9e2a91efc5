"""Responses of every kind, one for each path: what PEP 3333 allows, and what it forbids.

Prints and logs `closed PATH` or `closed PATH?QUERY` when an iterable of ours is closed.
"""

import os
import sys
import threading
import time
from typing import Any, Callable, Dict, Iterator, Optional

Environ = Dict[str, Any]
Start = Callable[..., Any]
Route = Callable[[Environ, Start], Any]

TEXT = [("Content-Type", "text/plain")]
routes: Dict[str, Route] = {}


def route(function: Route) -> Route:
    routes["/" + function.__name__.rstrip("_")] = function
    return function


class Closing:
    """An iterable that says when it is closed, and complains when that happens twice."""

    def __init__(self, environ: Environ, chunks: Any, error: Optional[BaseException] = None) -> None:
        self.name = environ["PATH_INFO"] + "?" + environ["QUERY_STRING"]
        self.errors = environ["wsgi.errors"]
        self.chunks = chunks
        self.error = error
        self.times = 0

    def __iter__(self) -> Iterator[Any]:
        return iter(self.chunks)

    def close(self) -> None:
        self.times += 1
        self.errors.write(f"closed {self.name} ({self.times})\n")
        if self.error is not None:
            raise self.error


# ---- start_response


@route
def pid(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return [str(os.getpid()).encode()]


@route
def status(environ: Environ, start_response: Start) -> Any:
    start_response(environ["HTTP_X_STATUS"], TEXT)
    return [b"body"]


@route
def headers(environ: Environ, start_response: Start) -> Any:
    start_response(
        "200 OK",
        [
            ("content-TYPE", "text/plain; charset=utf-8"),
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2; Path=/"),
            ("X-Latin", "Wei\xdf\xff"),
            ("X-Empty", ""),
            ("X-Tab", "a\tb"),
        ],
    )
    return [b"body"]


@route
def own_date_and_server(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", [("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("Server", "mine/1")])
    return [b"body"]


@route
def hop_by_hop(environ: Environ, start_response: Start) -> Any:
    names = ["Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "TE", "Trailer", "Proxy-Connection"]
    start_response("200 OK", [*((name, "x") for name in names), ("X-Kept", "y")])
    return [b"body"]


@route
def replaced_before(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", [("X-From", "first")])
    try:
        raise KeyError("replaced")
    except KeyError:
        start_response("418 Changed my mind", [("X-From", "second")], sys.exc_info())
    return [b"changed"]


@route
def replaced_within(environ: Environ, start_response: Start) -> Any:
    """A generator that fails before its first bytes, and says something better."""
    start_response("200 OK", TEXT)
    yield b""
    try:
        raise KeyError("replaced")
    except KeyError:
        start_response("503 Better", [("X-From", "second")], sys.exc_info())
    yield b"better"


@route
def replaced_after(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    yield b"first bytes"
    try:
        raise KeyError("too late to be told")
    except KeyError:
        start_response("500 Too late", [], sys.exc_info())
    yield b"never sent"


@route
def replaced_after_write(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)(b"first bytes")
    try:
        raise KeyError("too late to be told")
    except KeyError:
        start_response("500 Too late", [], sys.exc_info())
    return [b"never sent"]


@route
def twice(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    start_response("201 Created", TEXT)
    return [b"body"]


@route
def never(environ: Environ, start_response: Start) -> Any:
    return [b"body"]


@route
def never_but_streaming(environ: Environ, start_response: Start) -> Any:
    yield b"body"


@route
def none(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)


@route
def at_first_iteration(environ: Environ, start_response: Start) -> Any:
    start_response("202 Late", TEXT)
    yield b"late "
    yield b"but fine"


@route
def write(environ: Environ, start_response: Start) -> Any:
    say = start_response("200 OK", TEXT)
    say(b"written ")
    say(b"")
    say(b"by write() ")
    return [b"and ", b"returned"]


@route
def write_only(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", [*TEXT, ("Content-Length", "7")])(b"written")
    return []


@route
def write_text(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)("text")
    return []


@route
def early_hints(environ: Environ, start_response: Start) -> Any:
    environ["wsgi.early_hints"]([("Link", "</style.css>; rel=preload"), ("Link", "</a.js>; rel=preload")])
    environ["wsgi.early_hints"]([("Link", "</more.css>; rel=preload")])
    start_response("200 OK", TEXT)
    return [b"hinted"]


# ---- what is refused

BAD_HEADERS: Dict[str, Any] = {
    "line end in a value": [("X-A", "a\r\nSet-Cookie: stolen=1")],
    "lone LF in a value": [("X-A", "a\nb")],
    "lone CR in a value": [("X-A", "a\rb")],
    "NUL in a value": [("X-A", "a\0b")],
    "DEL in a value": [("X-A", "a\x7fb")],
    "beyond latin-1": [("X-A", "\u20ac")],
    "space in a name": [("X A", "a")],
    "colon in a name": [("X:A", "a")],
    "line end in a name": [("X-A\r\nX-B", "a")],
    "empty name": [("", "a")],
    "name not ASCII": [("X-\xe4", "a")],
    "bytes name": [(b"X-A", "a")],
    "bytes value": [("X-A", b"a")],
    "number as value": [("X-A", 1)],
    "None as value": [("X-A", None)],
    "no pair": [("X-A",)],
    "a dict": {"X-A": "a"},
    "a tuple of pairs": (("X-A", "a"),),
    "None": None,
    "length no number": [("Content-Length", "many")],
    "negative length": [("Content-Length", "-1")],
    "two lengths": [("Content-Length", "4"), ("Content-Length", "5")],
}

BAD_STATUSES: Dict[str, Any] = {
    "number": 200,
    "bytes": b"200 OK",
    "None": None,
    "empty": "",
    "no code": "OK",
    "two digits": "20 OK",
    "four digits": "2000 OK",
    "line end": "200 OK\r\nX-A: b",
    "beyond latin-1": "200 \u20ac",
}

BAD_BODIES: Dict[str, Any] = {
    "str": "text",
    "list of str": ["text"],
    "list with one str": [b"a", "text", b"b"],
    "number": 7,
    "list of numbers": [1, 2],
    "list of None": [None],
    "bytearray": [bytearray(b"a")],
    "None": None,
}


@route
def bad_headers(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", BAD_HEADERS[environ["HTTP_X_CASE"]])
    return [b"body"]


@route
def bad_status(environ: Environ, start_response: Start) -> Any:
    start_response(BAD_STATUSES[environ["HTTP_X_CASE"]], TEXT)
    return [b"body"]


@route
def bad_body(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return BAD_BODIES[environ["HTTP_X_CASE"]]


@route
def bad_stream(environ: Environ, start_response: Start) -> Any:
    """The same, by a generator."""
    start_response("200 OK", TEXT)
    yield from BAD_BODIES[environ["HTTP_X_CASE"]] or [None]


# ---- exceptions


class Custom(BaseException):
    pass


EXCEPTIONS: Dict[str, Callable[[], BaseException]] = {
    "ValueError": lambda: ValueError("on purpose"),
    "SystemExit": lambda: SystemExit(3),
    "KeyboardInterrupt": KeyboardInterrupt,
    "GeneratorExit": GeneratorExit,
    "MemoryError": MemoryError,
    "RecursionError": lambda: RecursionError("on purpose"),
    "BaseException": lambda: Custom("on purpose"),
    "StopIteration": StopIteration,
    "OSError": lambda: BrokenPipeError("on purpose"),
}


@route
def raise_(environ: Environ, start_response: Start) -> Any:
    raise EXCEPTIONS[environ["QUERY_STRING"]]()


@route
def raise_started(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    raise EXCEPTIONS[environ["QUERY_STRING"]]()


@route
def raise_later(environ: Environ, start_response: Start) -> Any:
    def chunks() -> Iterator[bytes]:
        yield b"first bytes"
        raise ValueError("in the middle")

    start_response("200 OK", TEXT)
    return Closing(environ, chunks())


@route
def raise_at_once(environ: Environ, start_response: Start) -> Any:
    def chunks() -> Iterator[bytes]:
        raise ValueError("at the first step")
        yield b""

    start_response("200 OK", TEXT)
    return Closing(environ, chunks())


@route
def raise_with_length(environ: Environ, start_response: Start) -> Any:
    def chunks() -> Iterator[bytes]:
        yield b"first bytes"
        raise ValueError("in the middle")

    start_response("200 OK", [*TEXT, ("Content-Length", "100")])
    return Closing(environ, chunks())


@route
def recursion(environ: Environ, start_response: Start) -> Any:
    return recursion(environ, start_response)


# ---- close()


@route
def close(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return Closing(environ, [b"one ", b"two"])


@route
def close_empty(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return Closing(environ, [])


@route
def close_raises(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return Closing(environ, [b"whole"], ValueError("in close()"))


@route
def close_generator(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    try:
        for number in range(1_000_000):
            yield b"%d " % number
            time.sleep(0.002)
    finally:
        environ["wsgi.errors"].write(f"closed {environ['PATH_INFO']}?{environ['QUERY_STRING']} (1)\n")


@route
def close_endless(environ: Environ, start_response: Start) -> Any:
    def chunks() -> Iterator[bytes]:
        while True:
            yield b"x" * 50_000

    start_response("200 OK", TEXT)
    return Closing(environ, chunks())


@route
def write_endless(environ: Environ, start_response: Start) -> Any:
    say = start_response("200 OK", TEXT)
    try:
        while True:
            say(b"x" * 50_000)
    except OSError as error:
        environ["wsgi.errors"].write(f"write() raised {type(error).__name__}\n")
        raise


# ---- lengths


@route
def list_of_one(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return [b"body"]


@route
def list_of_three(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return [b"one ", b"", b"three"]


@route
def tuple_of_one(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return (b"body",)


@route
def empty_list(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return []


@route
def empty_generator(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    yield from ()


@route
def bytes_(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return b"bytes as they are"


@route
def generator(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    yield b"one "
    yield b""
    yield b"three"


@route
def generator_with_length(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", [*TEXT, ("Content-Length", "9")])
    yield b"one "
    yield b"three"


@route
def too_long(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", [*TEXT, ("Content-Length", "4")])
    return [b"bodyHTTP/1.1 200 Smuggled\r\nContent-Length: 0\r\n\r\n"]


@route
def too_long_stream(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", [*TEXT, ("Content-Length", "4")])
    yield b"bo"
    yield b"dy and more"
    yield b"and more"


@route
def too_short(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", [*TEXT, ("Content-Length", "40")])
    return [b"body"]


@route
def too_short_stream(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", [*TEXT, ("Content-Length", "40")])
    yield b"bo"
    yield b"dy"


@route
def bodyless(environ: Environ, start_response: Start) -> Any:
    """A status that allows no body, with one all the same."""
    start_response(environ["HTTP_X_STATUS"], TEXT)
    return [b"not to be sent"]


@route
def bodyless_stream(environ: Environ, start_response: Start) -> Any:
    start_response(environ["HTTP_X_STATUS"], TEXT)
    return Closing(environ, iter([b"not ", b"to be sent"]))


@route
def large(environ: Environ, start_response: Start) -> Any:
    """So many bytes in chunks of so many: /large?30000000&65536; a third number is the Content-Length."""
    size, chunk, *length = map(int, environ["QUERY_STRING"].split("&"))
    start_response("200 OK", TEXT + [("Content-Length", str(one)) for one in length])
    return (pattern(at, min(chunk, size - at)) for at in range(0, size, chunk))


@route
def large_list(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return [pattern(0, int(environ["QUERY_STRING"]))]


PATTERN = b"".join(b"%07d\n" % number for number in range(1_000))


def pattern(start: int, size: int) -> bytes:
    begin = start % len(PATTERN)
    return (PATTERN * ((begin + size) // len(PATTERN) + 1))[begin : begin + size]


@route
def lingering(environ: Environ, start_response: Start) -> Any:
    """Complete by its length, but not over before another request wants it to be: see /release."""
    start_response("200 OK", [*TEXT, ("Content-Length", "8")])
    yield b"complete"
    environ["wsgi.errors"].write("released\n" if released.wait(10) else "not released\n")


released = threading.Event()


@route
def release(environ: Environ, start_response: Start) -> Any:
    released.set()
    start_response("200 OK", TEXT)
    return [b"released"]


@route
def long_header(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", [("X-Long", "x" * int(environ["QUERY_STRING"]))])
    return [b"body"]


# ---- the log


@route
def log(environ: Environ, start_response: Start) -> Any:
    errors = environ["wsgi.errors"]
    errors.write("written whole\nand a second line\nunfinished ")
    errors.write("line\n")
    errors.writelines(["line A\n", "line B\n"])
    print("printed to wsgi.errors", file=errors)
    errors.write("flushed without a line end")
    errors.flush()
    errors.write("Wei\xdf \u20ac \ud800\n")
    print("printed to stdout")
    print("printed to stderr", file=sys.stderr)
    start_response("200 OK", TEXT)
    return [b"logged"]


@route
def log_unfinished(environ: Environ, start_response: Start) -> Any:
    environ["wsgi.errors"].write("no line end at all")
    start_response("200 OK", TEXT)
    return [b"logged"]


def application(environ: Environ, start_response: Start) -> Any:
    return routes[environ["PATH_INFO"]](environ, start_response)
