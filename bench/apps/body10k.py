"""A page of 10 KB, ready made: what a cached page costs."""

from __future__ import annotations

from typing import Any, Callable

BODY = b"0123456789abcdef" * 640
HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(BODY)))]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", HEADERS)
    return [BODY]
