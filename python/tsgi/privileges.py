"""Becomes another user, with all that a process of that user has."""

import os
import pwd
from typing import Optional

from . import process


def drop_privileges(uid: Optional[int], gid: Optional[int]) -> None:
    """Here and not by the master's spawn: that clears the supplementary groups. Raises OSError."""
    if uid is None and gid is None:
        return
    make_dumpable = process.prepare_dumpable()
    name = None
    if uid is not None:
        try:
            entry = pwd.getpwuid(uid)
            name = entry.pw_name
            gid = entry.pw_gid if gid is None else gid
        except KeyError:
            pass  # A number without a name has no groups but the one given.
    if os.geteuid() == 0 and gid is not None:
        if name is not None:
            os.initgroups(name, gid)
        else:
            os.setgroups([])
    if gid is not None and os.getegid() != gid:
        os.setgid(gid)
    if uid is not None and os.geteuid() != uid:
        os.setuid(uid)
    make_dumpable()


def require_no_way_back(uid: Optional[int]) -> None:
    """Raises OSError where this process, which serves as `uid`, is root or could become root again."""
    if uid is None or uid == 0:
        return
    if 0 not in os.getresuid() and 0 not in os.getresgid():
        try:
            os.setuid(0)
        except PermissionError:
            return
    raise PermissionError(
        "the application was to run as user id %d, but this process still has, or can take back, the rights "
        "of root: nothing is served with them" % uid
    )


def require_library() -> None:
    """Raises OSError. Else whatever is imported from now on would seem not to be installed."""
    if not os.access(os.__file__, os.R_OK):
        raise PermissionError(
            "user id %d may not read the library of the Python that runs (%s): every directory above it "
            "has to be open to that user" % (os.getuid(), os.path.dirname(os.__file__))
        )
