"""Several applications of this folder behind one: /input/… is input_app's, and so on."""

from typing import Any, Callable, Dict

import environ_app
import file_app
import input_app
import response_app

APPS = {
    "environ": environ_app.application,
    "file": file_app.application,
    "input": input_app.application,
    "response": response_app.application,
}


def application(environ: Dict[str, Any], start_response: Callable[..., Any]) -> Any:
    name, _, rest = environ["PATH_INFO"].lstrip("/").partition("/")
    environ["PATH_INFO"] = "/" + rest
    return APPS[name](environ, start_response)
