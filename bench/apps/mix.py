"""Fast requests, and slow ones that wait 100 ms (for a database, say) under /slow."""

from __future__ import annotations

import time
from typing import Any, Callable

BODY = b"Hello, world!"
HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(BODY)))]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    if environ["PATH_INFO"] == "/slow":
        time.sleep(0.1)
    start_response("200 OK", HEADERS)
    return [BODY]
