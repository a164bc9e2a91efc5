"""What the Python processes may use up, and which processors the workers run on.

A limit that the kernel or the machine does not allow is told in the log, once for each zygote; the
application is served without it.
"""

import os
import resource
from _thread import stack_size
from typing import Any, Callable, Dict, Final

#: Of each worker: its main thread, and the flusher.
_OWN_THREADS: Final = 2

Log = Callable[[str], None]


class Limits:
    def __init__(self, wanted: Dict[str, Any], log: Log) -> None:
        #: Mirrors LimitsMessage of src/base/messages.ts.
        self._wanted = wanted
        self._log = log
        #: Processors that tsgi itself may use; only where they are dealt out.
        self._allowed = sorted(os.sched_getaffinity(0)) if wanted["processors"] else []
        self._processes = 0

    def limit_zygote(self, workers: int, threads: int) -> None:
        """Before the application is imported: what it needs to be imported counts."""
        address_space: int = self._wanted["addressSpace"]
        if address_space:
            self._set(resource.RLIMIT_AS, address_space, "limit-as")
        self._processes = self._judge_processes(workers * (threads + _OWN_THREADS))

    def limit_worker(self, number: int) -> None:
        """After the fork. Workers are counted from 1."""
        processors: int = self._wanted["processors"]
        if processors:
            os.sched_setaffinity(0, share_of(self._allowed, number, processors))
        if self._processes:
            self._set(resource.RLIMIT_NPROC, self._processes, "limit-nproc")
        if self._wanted["stack"]:
            try:
                stack_size(self._wanted["stack"])
            except ValueError as error:
                self._log("thread-stacksize: the threads' stacks stay as they are: %s" % error)

    def _set(self, what: int, limit: int, option: str) -> None:
        try:
            resource.setrlimit(what, (limit, limit))
        except (OSError, ValueError) as error:
            self._log("%s: the kernel refuses it, there is no such limit: %s" % (option, error))

    def _judge_processes(self, ours: int) -> int:
        """The limit on processes, or 0 where none can be: workers could not start their own threads."""
        wanted: int = self._wanted["processes"]
        if wanted and os.getuid() == 0:
            self._log(
                "limit-nproc: root may start any number of processes: there is no such limit without uid"
            )
            return 0
        if wanted:
            needed = count_tasks(os.getuid()) + ours
            if wanted < needed:
                self._log(
                    "limit-nproc: %d are fewer than the %d processes and threads that tsgi and all else "
                    "of this user need: there is no such limit" % (wanted, needed)
                )
                return 0
        return wanted


def share_of(allowed: "list[int]", number: int, count: int) -> "set[int]":
    """The processors of a worker: `count` in a row, behind those of the ones before it, round and round."""
    first = (number - 1) * count
    return {allowed[(first + index) % len(allowed)] for index in range(count)}


def count_tasks(uid: int) -> int:
    """Processes and threads of a user, as RLIMIT_NPROC counts them."""
    found = 0
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.stat("/proc/" + name).st_uid == uid:
                found += len(os.listdir("/proc/%s/task" % name))
        except OSError:
            pass  # It has gone meanwhile.
    return found
