"""Files by wsgi.file_wrapper, one way for each path. FILE names the file, in the environment."""

import gzip
import io
import os
import subprocess
import tempfile
from typing import Any, Callable, Dict, List, Tuple

Environ = Dict[str, Any]
Start = Callable[..., Any]
Route = Callable[[Environ], Tuple[Any, List[Tuple[str, str]]]]

routes: Dict[str, Route] = {}


def route(function: Route) -> Route:
    routes["/" + function.__name__] = function
    return function


def path() -> str:
    return os.environ["FILE"]


@route
def whole(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    return open(path(), "rb"), []


@route
def with_length(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    return open(path(), "rb"), [("Content-Length", str(os.path.getsize(path())))]


@route
def unbuffered(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    return open(path(), "rb", buffering=0), []


@route
def from_offset(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    file = open(path(), "rb")
    file.seek(int(environ["QUERY_STRING"]))
    return file, []


@route
def after_read(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    """What was read is not sent: the buffer is ahead of the application's position."""
    file = open(path(), "rb")
    file.read(int(environ["QUERY_STRING"]))
    return file, []


@route
def part(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    start, length = map(int, environ["QUERY_STRING"].split("&"))
    file = open(path(), "rb")
    file.seek(start)
    return file, [("Content-Length", str(length))]


@route
def at_end(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    file = open(path(), "rb")
    file.seek(0, io.SEEK_END)
    return file, []


@route
def empty(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    return open(os.devnull, "rb"), []


@route
def unlinked(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    file = open(path() + ".copy", "w+b")
    with open(path(), "rb") as source:
        file.write(source.read())
    os.unlink(file.name)
    file.seek(0)
    return file, []


@route
def temporary(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    file = tempfile.NamedTemporaryFile()
    with open(path(), "rb") as source:
        file.write(source.read())
    file.seek(0)
    return file, []


@route
def memory(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    with open(path(), "rb") as source:
        return io.BytesIO(source.read()), []


@route
def pipe(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    return subprocess.Popen(["cat", path()], stdout=subprocess.PIPE).stdout, []


@route
def compressed(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    """Has the descriptor of the compressed file, and reads as the other."""
    packed = path() + ".gz"
    if not os.path.exists(packed):
        with open(path(), "rb") as source, gzip.open(packed, "wb", compresslevel=1) as target:
            target.write(source.read())
    return gzip.open(packed, "rb"), []


@route
def text(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    return open(path(), encoding="latin-1"), []


class Reader:
    """Anything with read(): no fileno(), no close()."""

    def __init__(self, file: Any) -> None:
        self.read = file.read


@route
def reader(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    return Reader(open(path(), "rb")), []


@route
def too_long(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    return open(path(), "rb"), [("Content-Length", str(os.path.getsize(path()) + 1000))]


@route
def after_half_the_body(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    """The rest of the request's body arrives while the file is offered."""
    environ["wsgi.input"].read(300_000)
    return open(path(), "rb"), []


@route
def closed(environ: Environ) -> Tuple[Any, List[Tuple[str, str]]]:
    file = open(path(), "rb")
    wrapper = environ["wsgi.file_wrapper"](file, 4096)
    original = wrapper.close

    def close() -> None:
        original()
        environ["wsgi.errors"].write(f"file closed: {file.closed}\n")

    wrapper.close = close
    return wrapper, []


def application(environ: Environ, start_response: Start) -> Any:
    if environ["PATH_INFO"] == "/pid":
        start_response("200 OK", [])
        return [str(os.getpid()).encode()]
    if environ["PATH_INFO"] == "/descriptors":
        start_response("200 OK", [])
        return [str(len(os.listdir("/proc/self/fd"))).encode()]
    file, headers = routes[environ["PATH_INFO"]](environ)
    start_response("200 OK", [("Content-Type", "application/octet-stream"), *headers])
    wrapper = environ["wsgi.file_wrapper"]
    return file if isinstance(file, wrapper) else wrapper(file, 65536)
