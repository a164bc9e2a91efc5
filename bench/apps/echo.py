"""Sends back what was posted, read as any framework reads it: CONTENT_LENGTH bytes of wsgi.input."""

from __future__ import annotations

from typing import Any, Callable


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response(
        "200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", str(len(body)))]
    )
    return [body]
