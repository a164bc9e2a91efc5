"""Flask: text, JSON, cookies, a form, an upload and a page that comes in pieces.

Run it: tsgi --home .venv examples/flask/app.py
"""

from __future__ import annotations

from typing import Any, Iterator

from flask import Flask, Response, abort, jsonify, request, session

app = Flask(__name__)
app.secret_key = "an example has no secrets"


@app.get("/")
def home() -> str:
    return "Hello from Flask\n"


@app.get("/hello/<name>")
def hello(name: str) -> dict[str, Any]:
    return {"hello": name, "query": request.args.to_dict(), "url": request.url}


@app.get("/visits")
def visits() -> dict[str, int]:
    session["visits"] = session.get("visits", 0) + 1
    return {"visits": session["visits"]}


@app.post("/form")
def form() -> dict[str, str]:
    return request.form.to_dict()


@app.post("/json")
def echo_json() -> Response:
    return jsonify(request.get_json())


@app.post("/upload")
def upload() -> tuple[dict[str, Any], int]:
    file = request.files.get("file")
    if file is None:
        abort(400, "send the file in a form, in a field named file")
    return {"name": file.filename, "type": file.mimetype, "size": len(file.read())}, 201


@app.get("/count/<int:last>")
def count(last: int) -> Response:
    def lines() -> Iterator[str]:
        for number in range(1, last + 1):
            yield f"{number}\n"

    return Response(lines(), mimetype="text/plain")
