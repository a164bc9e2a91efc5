"""Becomes a program that is attached to the instance. Started by the master for each one, as a file:

    attach.py LIFELINE UID GID SHELL COMMAND

LIFELINE is a descriptor whose other end the master holds and never uses, or -1: when the master dies,
the kernel kills the whole process group by it. The program's own end is tied to the master's a second
time, for those that close what they have inherited. -1 for UID and GID changes nothing.
"""

import fcntl
import os
import signal
import socket
import sys

# Not in the fcntl module before 3.13; from Linux's asm-generic/fcntl.h.
_F_SETSIG = 10
_O_ASYNC = 0o20000
_PR_SET_PDEATHSIG = 1
#: Out of the way of programs that expect descriptors of theirs from 3 on.
_FIRST_FREE = 100


def main() -> None:
    lifeline, uid, gid = (int(argument) for argument in sys.argv[1:4])
    shell, command = sys.argv[4:]
    # Python ignores it, and the program would inherit that.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        become(uid, gid)
        if lifeline >= 0:
            tie(lifeline)
        os.execv(shell, [shell, "-c", "exec " + command if is_plain(command) else command])
    except OSError as error:
        sys.exit(f"cannot start {command}: {error}")


def is_plain(command: str) -> bool:
    """Whether the shell need not stay beside the program: signals and the pidfile mean the program then."""
    program = command.split(maxsplit=1)[0] if command.strip() else ""
    has_syntax = any(sign in command for sign in ";|&<>()`\n#")
    return not has_syntax and "=" not in program and _is_program(program)


def _is_program(name: str) -> bool:
    if "/" in name:
        return os.access(name, os.X_OK)
    places = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return name != "" and any(os.access(os.path.join(place, name), os.X_OK) for place in places)


def become(uid: int, gid: int) -> None:
    if os.geteuid() == 0 and (uid > 0 or gid > 0):
        os.setgroups([])
    if gid >= 0:
        os.setgid(gid)
    if uid >= 0:
        os.setuid(uid)


def tie(lifeline: int) -> None:
    """Behind become(): what ties it belongs to the user it has become."""
    _die_with_parent()
    with socket.socket(fileno=arm_group(lifeline)) as connection:
        # The master may have died before.
        try:
            if connection.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) == b"":
                os._exit(1)
        except BlockingIOError:
            pass
        connection.detach()


def arm_group(descriptor: int) -> int:
    """Whatever the other end of it does, its own end above all, kills the process group from now on.

    Answers the number under which the program inherits it.
    """
    kept = fcntl.fcntl(descriptor, fcntl.F_DUPFD, _FIRST_FREE)
    os.close(descriptor)
    fcntl.fcntl(kept, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(kept, _F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(kept, fcntl.F_SETFL, fcntl.fcntl(kept, fcntl.F_GETFL) | _O_ASYNC)
    return kept


def disarm(descriptor: int) -> None:
    """In whoever has the same descriptor: the group may go on without the other end."""
    fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) & ~_O_ASYNC)


def _die_with_parent() -> None:
    try:
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass  # A Python without it; the lifeline remains.


if __name__ == "__main__":
    main()
