"""What the sensor gives up once its sockets are open: user, groups, every capability, and the way back."""

from __future__ import annotations

import ctypes
import os
import pwd
import struct
from typing import Final

PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, AMBIENT_CLEAR_ALL = 24, 38, 47, 4
CAPABILITY_VERSION_3: Final = 0x20080522
MAX_CAPABILITIES: Final = 64


class PrivilegeError(RuntimeError):
    """A privilege could not be given up: going on would break the promise."""


def drop(user: str | None) -> None:
    """Become `user` (None: stay), without groups, capabilities or a way to gain any (prctl(2), capset(2)).

    Raises PrivilegeError.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(MAX_CAPABILITIES):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # refused where unknown or not allowed
    if user is not None:
        _become(user)
    libc.prctl(PR_CAP_AMBIENT, AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITY_VERSION_3, 0), 8)
    none = ctypes.create_string_buffer(bytes(24), 24)
    if libc.capset(header, none) != 0:
        raise PrivilegeError(f"cannot give up capabilities: {os.strerror(ctypes.get_errno())}")
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise PrivilegeError(f"cannot forbid new privileges: {os.strerror(ctypes.get_errno())}")


def identity(user: str) -> tuple[int, int]:
    """Return the user's number and group. Raises PrivilegeError when there is no such user."""
    try:
        found = pwd.getpwnam(user)
    except KeyError:
        raise PrivilegeError(f"no user is called {user!r}; name one that exists with --user") from None
    return found.pw_uid, found.pw_gid


def _become(user: str) -> None:
    uid, gid = identity(user)
    try:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    except PermissionError:
        raise PrivilegeError(f"becoming {user} needs root; start it as root or leave --user away") from None
