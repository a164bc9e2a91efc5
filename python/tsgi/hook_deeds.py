"""What uWSGI's hooks do in zygote and workers. The master has its own: src/master/hooks/perform.ts.

The standard library's names are taken when this module is imported: the application may replace them.
"""

import contextlib
import errno
import grp
import os
import pwd
import signal
import socket
import stat
import sys
import time
from typing import Any, Callable, Dict, Final, List, Optional

from .attach import arm_group, disarm
from .streams import flush_standard_streams

#: Seconds between two looks at what a hook waits for.
_PAUSE: Final = 0.2
#: As above, for a FIFO that nobody reads.
_FIFO_PAUSE: Final = 1.0

_fork = os.fork
_waitpid = os.waitpid
_sleep = time.sleep
_Socket = socket.socket

Deed = Dict[str, Any]


class Deeds:
    def __init__(self, shells: List[str], timeouts: Dict[str, int]) -> None:
        self._shells = shells
        self._timeouts = timeouts

    def do(self, deed: Deed, log: Callable[[str], None]) -> Optional[str]:
        """None when it is done, else what went wrong, to be read behind the hook's name."""
        name = deed["do"]
        try:
            if name == "exec":
                ending = run_command(self._find_shell(), deed["command"])
                if ending is None or not deed["mayFail"]:
                    return ending
                log("safeexec:{}: {}".format(deed["command"], ending))
            elif name == "wait":
                return self._wait(deed)
            elif name == "writefifo":
                _write_fifo(deed)
            elif name == "exit":
                return "ends the process"
            elif name in _simple:
                _simple[name](deed)
        except (OSError, KeyError) as error:
            return str(error)
        return None

    def _find_shell(self) -> str:
        return next((shell for shell in self._shells if os.access(shell, os.X_OK)), "/bin/sh")

    def _wait(self, deed: Deed) -> Optional[str]:
        what, path = deed["what"], deed["path"]
        milliseconds = self._timeouts["socket" if what == "socket" else "fs"]
        deadline = time.monotonic() + milliseconds / 1000
        while not _is_there(what, path):
            if time.monotonic() >= deadline:
                return f"{path} is not there after {milliseconds / 1000:g} s"
            _sleep(_PAUSE)
        return None


def run_command(shell: str, command: str) -> Optional[str]:
    """Waits for it. None after exit code 0, else how it ended.

    If this process dies meanwhile, the command dies with all that it has started.
    """
    flush_standard_streams()
    theirs, ours = os.pipe()
    pid = _fork()
    if pid == 0:
        try:
            os.close(ours)
            os.setpgid(0, 0)
            arm_group(theirs)
            # Python ignores it, and a program would inherit that.
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            os.execv(shell, [shell, "-c", command])
        finally:
            os._exit(127)
    try:
        _, status = _waitpid(pid, 0)
    except ChildProcessError:
        return None  # The application reaps all children: how it ended is lost.
    finally:
        # What it has left in the background may stay.
        disarm(theirs)
        os.close(theirs)
        os.close(ours)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return f"ended with killed by signal {number} ({signal.Signals(number).name})"
    code = os.WEXITSTATUS(status)
    return None if code == 0 else f"ended with exit code {code}"


def _is_there(what: str, path: str) -> bool:
    if what == "socket":
        return _is_listening(path)
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return what == "fs" or (stat.S_ISREG(mode) if what == "file" else stat.S_ISDIR(mode))


def _is_listening(address: str) -> bool:
    host, _, port = address.rpartition(":")
    is_tcp = port.isdigit() and "/" not in host
    family = socket.AF_UNIX if not is_tcp else socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    target: Any = (host.strip("[]") or "0.0.0.0", int(port)) if is_tcp else address.replace("@", "\0", 1)
    peer = _Socket(family, socket.SOCK_STREAM)
    try:
        peer.settimeout(1)
        peer.connect(target)
        return True
    except OSError:
        return False
    finally:
        peer.close()


def _write_fifo(deed: Deed) -> None:
    while True:
        try:
            fifo = os.open(deed["path"], os.O_WRONLY | os.O_NONBLOCK)
            break
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
        if not deed["waits"]:
            return
        _sleep(_FIFO_PAUSE)
    try:
        os.write(fifo, deed["text"].encode())
    finally:
        os.close(fifo)


def _print(deed: Deed) -> None:
    print(deed["text"], file=sys.stderr, flush=True)


def _write(deed: Deed) -> None:
    with open(deed["path"], "a" if deed["appends"] else "w", newline="") as file:
        file.write(deed["text"])


def _mkdir(deed: Deed) -> None:
    if not os.path.isdir(deed["path"]):
        os.mkdir(deed["path"])


def _unlink(deed: Deed) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(deed["path"])


def _chown(deed: Deed) -> None:
    user, group = deed["user"], deed["group"]
    uid = int(user) if user.isdigit() else pwd.getpwnam(user).pw_uid
    gid = int(group) if group.isdigit() else grp.getgrnam(group).gr_gid
    os.chown(deed["path"], uid, gid)


def _putenv(deed: Deed) -> None:
    os.environ[deed["name"]] = deed["value"]


_simple: Final[Dict[str, Callable[[Deed], None]]] = {
    "print": _print,
    "write": _write,
    "mkdir": _mkdir,
    "unlink": _unlink,
    "chown": _chown,
    "putenv": _putenv,
    "chdir": lambda deed: os.chdir(deed["path"]),
    "chmod": lambda deed: os.chmod(deed["path"], deed["mode"]),
    "sticky": lambda deed: os.chmod(deed["path"], os.stat(deed["path"]).st_mode | stat.S_ISVTX),
}
