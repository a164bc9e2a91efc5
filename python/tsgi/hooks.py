"""The turns in the lives of zygote and workers at which a configuration may want to be called.

Here nothing is: Gunicorn's configuration has hooks (gunicorn_hooks.py), after which the methods are named,
and uWSGI's has others (phase_hooks.py).
"""

from typing import Any, Callable, Dict

from .loader import Loaded
from .privileges import require_library


class Hooks:
    #: Whether signals mean what they mean to Gunicorn's processes.
    like_gunicorn = False

    # ---- in the zygote; those that fail raise LoadFailure

    def nworkers_changed(self) -> None:
        """Before the application is imported."""

    def pre_app(self) -> None:
        """Before the application is imported: where lazy, in each worker."""

    def post_app(self) -> None:
        """It is imported."""

    def on_starting(self, is_reload: bool) -> None:
        """Before the first fork. In Gunicorn's language a reload has a hook of its own, on_reload."""

    def call(self, name: str) -> None:
        """One that the master calls by its name: when_ready."""

    def resized(self, workers: int, before: int) -> None:
        """From now on there are so many workers."""

    def pre_fork(self, serial: int, worker: int) -> None:
        """Of a worker that has no pid yet. `worker` is the number that people see."""

    def forked(self, pid: int) -> None:
        """That worker has this pid: known in the zygote and in the worker itself."""

    def child_exit(self, pid: int, serial: int) -> None:
        """A worker has been buried, possibly one that another zygote had forked."""

    def on_exit(self) -> None:
        """All workers have gone."""

    # ---- in the worker; the first two raise LoadFailure

    def post_fork(self, leave: Callable[[], None]) -> None:
        """`leave` asks the master to retire this worker."""

    def post_worker_init(self, loaded: Loaded) -> Loaded:
        """Answers what is to be served: the same, or something around it."""
        return loaded

    def worker_int(self) -> None:
        """SIGINT or SIGQUIT."""

    def worker_abort(self) -> None:
        """SIGABRT."""

    def worker_exit(self) -> None:
        """It serves no more."""


def read_hooks(boot: Dict[str, Any], executed: Any) -> Hooks:
    """Those of the configuration, if it has any. `executed` is what its file has made.

    Raises LoadFailure, or OSError where this user has no Python.
    """
    if boot["hooks"] is not None:
        from .phase_hooks import PhaseHooks

        return PhaseHooks(boot["hooks"])
    if boot["gunicorn"] is None:
        return Hooks()
    require_library()
    from .gunicorn_hooks import GunicornHooks

    return GunicornHooks(boot["gunicorn"], executed, boot["processes"])
