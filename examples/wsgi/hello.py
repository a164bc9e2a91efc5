"""A bare WSGI callable.

Run it: tsgi examples/wsgi/hello.py
"""

from __future__ import annotations

from typing import Any, Callable

BODY = b"Hello, world!\n"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response(
        "200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(BODY)))]
    )
    return [BODY]
