"""Answers any request with its environ as JSON: name → [type, text]; and spoils it afterwards."""

import json
from typing import Any, Callable, Dict, List


def application(environ: Dict[str, Any], start_response: Callable[..., Any]) -> List[bytes]:
    seen = {key: [type(value).__name__, str(value)] for key, value in environ.items()}
    seen["(class of the environ)"] = [type(environ).__name__, ""]
    body = json.dumps(seen).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    # The next request must not see any of this.
    environ["left.behind"] = "by an earlier request"
    environ["SCRIPT_NAME"] = environ["wsgi.url_scheme"] = "spoiled"
    del environ["wsgi.version"]
    return [body]
