"""For green threads. Each path waits in a way that must let the other requests of the worker go on.

/sleep?S   time.sleep()             /stream?N,S  N blocks, S seconds before each
/upload    reads the body by pieces /local       a threading.local() over a wait
/run       a child process          /leave       starts loops that never end, and a greenlet that exits
/write     to wsgi.errors by halves
"""

import atexit
import hashlib
import os
import subprocess
import sys
import threading
import time
from typing import Any, Callable, Dict, Iterable, List

_local = threading.local()
_lock = threading.Lock()


@atexit.register
def say_goodbye() -> None:
    print("goodbye of", os.getpid(), flush=True)


def application(environ: Dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    answer = globals()["answer_" + environ["PATH_INFO"].strip("/")]
    result: Iterable[bytes] = answer(environ, environ["QUERY_STRING"])
    return result


def answer_(environ: Dict[str, Any], query: str) -> List[bytes]:
    return [b"%d" % os.getpid()]


def answer_sleep(environ: Dict[str, Any], query: str) -> List[bytes]:
    time.sleep(float(query))
    return [b"%d" % os.getpid()]


def answer_stream(environ: Dict[str, Any], query: str) -> Iterable[bytes]:
    count, pause = query.split(",")
    for number in range(int(count)):
        time.sleep(float(pause))
        yield b"%08d" % number * 1024


def answer_upload(environ: Dict[str, Any], query: str) -> List[bytes]:
    digest = hashlib.sha256()
    for piece in iter(lambda: environ["wsgi.input"].read(10_000), b""):
        digest.update(piece)
    return [digest.hexdigest().encode()]


def answer_local(environ: Dict[str, Any], query: str) -> List[bytes]:
    _local.value = query
    time.sleep(0.1)
    with _lock:
        time.sleep(0.001)
        return [_local.value.encode()]


def answer_run(environ: Dict[str, Any], query: str) -> List[bytes]:
    program = "import time; time.sleep(0.3); print(" + query + ")"
    return [subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True).stdout]


def answer_fork(environ: Dict[str, Any], query: str) -> List[bytes]:
    """The child works for a while: what else was running in the worker came along and must not go on."""
    pid = os.fork()
    if pid == 0:
        time.sleep(0.5)
        os._exit(7)
    return [b"%d" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])]


def answer_leave(environ: Dict[str, Any], query: str) -> List[bytes]:
    threading.Thread(target=_loop, daemon=True).start()
    threading.Thread(target=sys.exit, daemon=True).start()
    if "gevent" in sys.modules:
        import gevent

        gevent.spawn(_loop)
        gevent.spawn(sys.exit, 3)
    return [b"%d" % os.getpid()]


def _loop() -> None:
    while True:
        time.sleep(0.01)


def answer_write(environ: Dict[str, Any], query: str) -> List[bytes]:
    environ["wsgi.errors"].write("begun by " + query)
    time.sleep(0.2)
    environ["wsgi.errors"].write(", ended by " + query + "\n")
    return [b"written"]
