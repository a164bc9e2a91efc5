"""/meet?N waits until N requests are in the application at once; /where says which process and thread it is."""

import os
import threading
import time
from typing import Any, Callable, Dict, List

arrived = threading.Condition()
present = 0
#: Longer than any test waits.
PATIENCE = 10.0


def meet(wanted: int) -> bool:
    """Whether so many were here together in time."""
    global present
    with arrived:
        present += 1
        arrived.notify_all()
        return arrived.wait_for(lambda: present >= wanted, PATIENCE)


def application(environ: Dict[str, Any], start_response: Callable[..., Any]) -> List[bytes]:
    query = environ["QUERY_STRING"]
    if environ["PATH_INFO"] == "/meet":
        text = "met" if meet(int(query)) else "alone"
    elif environ["PATH_INFO"] == "/sleep":
        time.sleep(float(query))
        text = "slept"
    else:
        text = f"{os.getpid()} {threading.get_ident()} {threading.current_thread().name}"
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [text.encode()]
