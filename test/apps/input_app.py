"""Reads wsgi.input as the path says, and answers how it went as JSON.

/steps?SIZE&STEPS   the body is that of `body_of(SIZE)`: STEPS, a JSON list of [method, argument?], run on
                    wsgi.input and on io.BytesIO alike; answers with each step's [type, length, same?]
/ignore             reads nothing; /half reads half of the body; /slowly reads all of it, 100 KB a time
/careless           reads without minding errors; /careful logs the OSError of a read
"""

import io
import json
import os
from typing import Any, Callable, Dict, List, Tuple
from urllib.parse import unquote

Environ = Dict[str, Any]


def body_of(size: int) -> bytes:
    """Lines of many lengths, some of them empty; the same in wsgi-input.test.ts."""
    lines = []
    total = number = 0
    while total < size:
        line = b"x" * (number * 7919 % 300) + b"\n"
        lines.append(line)
        total += len(line)
        number += 1
    return b"".join(lines)[:size]


def run_step(stream: Any, name: str, arguments: List[Any]) -> Any:
    if name == "iterate":
        return list(stream)
    return getattr(stream, name)(*arguments)


def length_of(result: Any) -> int:
    return sum(map(len, result)) if isinstance(result, list) else len(result)


def steps(environ: Environ) -> Dict[str, Any]:
    size, _, text = environ["QUERY_STRING"].partition("&")
    reference = io.BytesIO(body_of(int(size)))
    outcomes: List[Tuple[str, int, bool]] = []
    for name, *arguments in json.loads(unquote(text)):
        wanted = run_step(reference, name, arguments)
        got = run_step(environ["wsgi.input"], name, arguments)
        outcomes.append((type(got).__name__, length_of(got), got == wanted))
    return {"outcomes": outcomes, "length": environ.get("CONTENT_LENGTH")}


def ignore(environ: Environ) -> Dict[str, Any]:
    return {}


def half(environ: Environ) -> Dict[str, Any]:
    return {"read": len(environ["wsgi.input"].read(int(environ["QUERY_STRING"]) // 2))}


def slowly(environ: Environ) -> Dict[str, Any]:
    total = 0
    for block in iter(lambda: environ["wsgi.input"].read(100_000), b""):
        total += len(block)
    return {"read": total}


def careless(environ: Environ) -> Dict[str, Any]:
    return {"read": len(environ["wsgi.input"].read())}


def careful(environ: Environ) -> Dict[str, Any]:
    try:
        return careless(environ)
    except OSError as error:
        environ["wsgi.errors"].write(f"read failed with {type(error).__name__}, an OSError: {error}\n")
        raise


def application(environ: Environ, start_response: Callable[..., Any]) -> List[bytes]:
    answer = globals()[environ["PATH_INFO"].lstrip("/")](environ)
    start_response("200 OK", [("Content-Type", "application/json")])
    answer.update(pid=os.getpid(), port=environ["REMOTE_PORT"])
    return [json.dumps(answer).encode()]
