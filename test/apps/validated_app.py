"""Every kind of well-behaved response behind wsgiref.validate, which raises at any mistake of the server."""

import io
import sys
from typing import Any, Callable, Dict, Iterator
from wsgiref.validate import validator

Environ = Dict[str, Any]
Start = Callable[..., Any]
TEXT = [("Content-Type", "text/plain")]


def listed(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", [*TEXT, ("Content-Length", "4")])
    return [b"body"]


def unmeasured(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return [b"bo", b"dy"]


def generated(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)

    def chunks() -> Iterator[bytes]:
        yield b"bo"
        yield b"dy"

    return chunks()


def written(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)(b"bo")
    return [b"dy"]


def file(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return environ["wsgi.file_wrapper"](io.BytesIO(b"body"), 3)


def real_file(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", TEXT)
    return environ["wsgi.file_wrapper"](open(__file__, "rb"))


def nothing(environ: Environ, start_response: Start) -> Any:
    start_response("204 No Content", [])
    return []


def replaced(environ: Environ, start_response: Start) -> Any:
    start_response("500 No", TEXT)
    try:
        raise ValueError
    except ValueError:
        start_response("200 OK", TEXT, sys.exc_info())
    return [b"body"]


def echoed(environ: Environ, start_response: Start) -> Any:
    stream = environ["wsgi.input"]
    parts = [stream.readline(), stream.read(10), *stream.readlines(20), *stream, stream.read(7)]
    environ["wsgi.errors"].write("")
    environ["wsgi.errors"].writelines([])
    environ["wsgi.errors"].flush()
    start_response("200 OK", TEXT)
    return [b"".join(parts)]


ROUTES = {
    "/" + function.__name__: function
    for function in (listed, unmeasured, generated, written, file, real_file, nothing, replaced, echoed)
}


def route(environ: Environ, start_response: Start) -> Any:
    return ROUTES[environ["PATH_INFO"]](environ, start_response)


application = validator(route)
