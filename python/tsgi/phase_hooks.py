"""uWSGI's hooks of the phases that run in zygote and workers: pre-app and post-app around the import,
post-fork and accepting in each worker. One that fails, fails the process: it does not serve.
"""

from typing import Any, Callable, Dict, Set

from .errors import ErrorStream
from .hook_deeds import Deeds
from .hooks import Hooks
from .loader import Loaded, LoadFailure


class PhaseHooks(Hooks):
    def __init__(self, message: Dict[str, Any]) -> None:
        self._phases: Dict[str, Any] = message["phases"]
        self._deeds = Deeds(message["shells"], message["timeouts"])
        self._log = ErrorStream("zygote")
        #: Numbers of workers that this zygote has forked.
        self._forked: Set[int] = set()
        #: In a worker.
        self._number = 0
        self._is_first_of_its_number = False

    def pre_app(self) -> None:
        self._run("pre-app")

    def post_app(self) -> None:
        self._run("post-app")

    def pre_fork(self, serial: int, worker: int) -> None:
        self._number = worker
        self._is_first_of_its_number = worker not in self._forked
        self._forked.add(worker)

    def post_fork(self, leave: Callable[[], None]) -> None:
        self._log = ErrorStream("worker %d" % self._number)
        self._run("post-fork")

    def post_worker_init(self, loaded: Loaded) -> Loaded:
        self._run("accepting")
        if self._is_first_of_its_number:
            self._run("accepting-once")
        if self._number == 1:
            self._run("accepting1")
        if self._number == 1 and self._is_first_of_its_number:
            self._run("accepting1-once")
        return loaded

    def _run(self, phase: str) -> None:
        for hook in self._phases[phase]:
            if hook["deed"]["do"] == "nothing":
                continue
            shown = "{}: {}".format(phase, hook["shown"])
            self._log.log(shown)
            failure = self._deeds.do(hook["deed"], self._log.log)
            if failure is not None:
                raise LoadFailure(f"a hook has failed: {shown}: {failure}", [])
