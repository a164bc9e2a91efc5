"""/meet?N waits until N requests are in the application at once; /sleep?S takes S seconds.

Each answers with the process and the thread that it ran in.
"""

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
    if environ["PATH_INFO"] == "/sleep":
        time.sleep(float(query))
    elif environ["PATH_INFO"] == "/meet" and not meet(int(query)):
        raise TimeoutError("the others did not come")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getpid()} {threading.get_ident()}".encode()]
