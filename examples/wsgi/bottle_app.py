"""Bottle: text, JSON, a form, an upload and a page that comes in pieces.

Run it: tsgi --home .venv examples/wsgi/bottle_app.py:application
"""

from __future__ import annotations

from typing import Any, Iterator

import bottle

application = bottle.Bottle()


@application.get("/")
def home() -> str:
    return "Hello from Bottle\n"


@application.get("/hello/<name>")
def hello(name: str) -> dict[str, Any]:
    return {"hello": name, "query": dict(bottle.request.query.decode())}


@application.post("/form")
def form() -> dict[str, Any]:
    return dict(bottle.request.forms.decode())


@application.post("/upload")
def upload() -> dict[str, Any]:
    file = bottle.request.files["file"]
    return {"name": file.raw_filename, "size": len(file.file.read())}


@application.get("/count/<last:int>")
def count(last: int) -> Iterator[str]:
    bottle.response.content_type = "text/plain; charset=utf-8"
    return (f"{number}\n" for number in range(1, last + 1))
