"""pre_request and post_request: what they are called with, and the application with them around it.

Made only where a configuration has one of the two.
"""

from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple

from .file_wrapper import FileWrapper
from .gunicorn_objects import Worker

Application = Callable[..., Any]
Environ = Dict[str, Any]

_UNPREFIXED = ("CONTENT_TYPE", "CONTENT_LENGTH")


class Request:
    """The request as Gunicorn's parser has it. Headers that a hook adds get into the environ."""

    def __init__(self, environ: Environ) -> None:
        self.method: str = environ["REQUEST_METHOD"]
        self.uri: str = environ.get("REQUEST_URI") or environ.get("PATH_INFO", "")
        rest, _, self.fragment = self.uri.partition("#")
        self.path, _, self.query = rest.partition("?")
        self.version = _parse_version(environ.get("SERVER_PROTOCOL", "HTTP/1.1"))
        self.scheme: str = environ.get("wsgi.url_scheme", "http")
        self.remote_addr = (environ.get("REMOTE_ADDR", ""), _parse_port(environ.get("REMOTE_PORT")))
        self.peer_addr = self.remote_addr
        self.body = environ.get("wsgi.input")
        self.trailers: List[Tuple[str, str]] = []
        self.proxy_protocol_info: Optional[Dict[str, Any]] = None
        self.headers = [
            (_header_name(key), value)
            for key, value in environ.items()
            if key.startswith("HTTP_") or (key in _UNPREFIXED and value)
        ]
        self._as_received = list(self.headers)

    def apply_to(self, environ: Environ) -> None:
        """What a hook has changed of the headers."""
        if self.headers == self._as_received:
            return
        for name, _ in self._as_received:
            environ.pop(_environ_key(name), None)
        gathered: Dict[str, List[str]] = {}
        for name, value in self.headers:
            gathered.setdefault(_environ_key(name), []).append(value)
        environ.update((key, ",".join(values)) for key, values in gathered.items())


class Response:
    """What is known of the response when post_request is called."""

    def __init__(self) -> None:
        self.status: Optional[str] = None
        self.headers: List[Tuple[str, str]] = []
        self.headers_sent = False
        #: Bytes of the body.
        self.sent = 0

    @property
    def status_code(self) -> Optional[int]:
        return int(self.status.split(None, 1)[0]) if self.status else None

    @property
    def response_length(self) -> Optional[int]:
        for name, value in self.headers:
            if name.lower() == "content-length":
                return int(value)
        return None


def follow_requests(
    application: Application,
    worker: Worker,
    before: Optional[Callable[[Worker, Request], Any]],
    after: Optional[Callable[[Worker, Request, Environ, Response], Any]],
) -> Application:
    """What `before` raises fails the request; `after` is called when the response is over, or has failed."""

    def follow(environ: Environ, start_response: Callable[..., Any]) -> Any:
        request = Request(environ)
        response = Response()

        def start(status: str, headers: List[Tuple[str, str]], exc_info: Any = None) -> Any:
            write = start_response(status, headers, exc_info)
            response.status, response.headers = status, list(headers)
            return write

        def end() -> None:
            if after is not None:
                after(worker, request, environ, response)

        try:
            if before is not None:
                before(worker, request)
                request.apply_to(environ)
            worker.nr += 1
            result = application(environ, start if after is not None else start_response)
        except BaseException:
            end()
            raise
        return result if after is None else _watch(result, response, end)

    return follow


def _watch(result: Any, response: Response, end: Callable[[], None]) -> Any:
    """The same body, with its end announced."""
    if result.__class__ is FileWrapper:
        return _announce_close(result, response, end)
    return _Watched(result, response, end)


def _announce_close(wrapper: FileWrapper, response: Response, end: Callable[[], None]) -> FileWrapper:
    """It stays what it is, so that the router sends the file."""
    close = wrapper.close

    def close_and_end() -> None:
        response.headers_sent = True
        response.sent = response.response_length or 0
        try:
            close()
        finally:
            end()

    setattr(wrapper, "close", close_and_end)  # noqa: B010
    return wrapper


class _Watched:
    def __init__(self, body: Iterable[bytes], response: Response, end: Callable[[], None]) -> None:
        self._body = body
        self._response = response
        self._end = end

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            self._response.headers_sent = True
            self._response.sent += len(chunk)
            yield chunk

    def close(self) -> None:
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._end()


def _header_name(key: str) -> str:
    return (key[len("HTTP_") :] if key.startswith("HTTP_") else key).replace("_", "-")


def _environ_key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in _UNPREFIXED else "HTTP_" + key


def _parse_version(protocol: str) -> Tuple[int, int]:
    major, _, minor = protocol.rpartition("/")[2].partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (1, 1)


def _parse_port(text: Optional[str]) -> int:
    return int(text) if text and text.isdigit() else 0
