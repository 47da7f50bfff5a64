"""What is asked of Linux for a cell and Python has no function for: mounts, a new root, no way back."""

import ctypes
import fcntl
import os
import platform
import signal
import socket
import struct
from pathlib import Path

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
MNT_DETACH = 2
AT_FDCWD, AT_EMPTY_PATH, AT_RECURSIVE = -100, 0x1000, 0x8000
ATTR_RDONLY, ATTR_NOSUID, ATTR_NODEV, ATTR_IDMAP = 1, 2, 4, 0x0010_0000
# these three have the same number everywhere
OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR = 428, 429, 442
OPEN_TREE_CLONE, MOVE_MOUNT_F_EMPTY_PATH = 1, 4
PIVOT_ROOT = {"x86_64": 155, "ppc64le": 203, "s390x": 217, "armv7l": 218, "i686": 217}
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
CAPABILITIES = 64
KEYCTL = {"x86_64": 250, "ppc64le": 271, "s390x": 280, "armv7l": 311, "i686": 288}
KEYCTL_JOIN_SESSION_KEYRING = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Attributes(ctypes.Structure):
    """struct mount_attr, see mount_setattr(2)."""

    _fields_ = [(name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd")]


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def mount(source: str, target: Path, *, kind: str = "", flags: int = 0, data: str = "") -> None:
    """mount(2)"""
    arguments = (source.encode(), os.fsencode(target), kind.encode() or None, ctypes.c_ulong(flags), data.encode())
    _checked(_libc.mount(*arguments), f"mount {kind or source} at {target}")


def bind(source: Path, target: Path, *, attributes: int) -> None:
    """Show `source` with all that is mounted below it at `target`, with these attributes everywhere."""
    mount(str(source), target, flags=MS_BIND | MS_REC)
    restrict(target, attributes, how=AT_RECURSIVE)


def restrict(target: Path, attributes: int, *, how: int = 0) -> None:
    _set_attributes(AT_FDCWD, target, Attributes(attributes, 0, 0, 0), how=how)


def bind_as(source: Path, target: Path, *, users: int) -> None:
    """Show `source`, closed to writing, as if its files belonged to whom the user namespace `users` maps them to."""
    clone = ctypes.c_uint(OPEN_TREE_CLONE | os.O_CLOEXEC)
    tree = _checked(_libc.syscall(OPEN_TREE, AT_FDCWD, os.fsencode(source), clone), f"open_tree {source}")
    try:
        _set_attributes(tree, Path(), Attributes(ATTR_IDMAP | ATTR_RDONLY, 0, 0, users), how=AT_EMPTY_PATH)
        moved = _libc.syscall(
            MOVE_MOUNT, tree, b"", AT_FDCWD, os.fsencode(target), ctypes.c_uint(MOVE_MOUNT_F_EMPTY_PATH)
        )
        _checked(moved, f"move_mount {target}")
    finally:
        os.close(tree)


def _set_attributes(at: int, path: Path, attributes: Attributes, *, how: int) -> None:
    where = b"" if how & AT_EMPTY_PATH else os.fsencode(path)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    result = _libc.syscall(MOUNT_SETATTR, at, where, ctypes.c_uint(how), ctypes.byref(attributes), size)
    _checked(result, f"mount_setattr {path}")


def change_root(root: Path) -> None:
    """`root` is all there is from now on (pivot_root(2): the old one comes to lie on top, and is taken away)."""
    os.chdir(root)
    number = PIVOT_ROOT.get(platform.machine(), 41)
    _checked(_libc.syscall(number, b".", b"."), "pivot_root")
    _checked(_libc.umount2(b".", MNT_DETACH), "umount2")
    os.chdir("/")


def die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def be_seen_by_itself() -> None:
    """A change of user gives what is in /proc about this process to root, who is not here."""
    _libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)


def leave_keys() -> None:
    """A key ring of its own: what is in the one of whoever started this would be its, too (session-keyring(7))."""
    _libc.syscall(KEYCTL.get(platform.machine(), 219), KEYCTL_JOIN_SESSION_KEYRING, None)


def renounce() -> None:
    """No privilege comes from a program that is started, for good."""
    for number in range(CAPABILITIES):
        _libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
    _checked(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def bring_up_loopback() -> None:
    """A new network namespace has one that is down (netdevice(7): read the flags of lo, write them with IFF_UP)."""
    read_flags, write_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        told = fcntl.ioctl(asking, read_flags, struct.pack("16sh22x", b"lo", 0))
        (flags,) = struct.unpack("16xh22x", told)
        fcntl.ioctl(asking, write_flags, struct.pack("16sh22x", b"lo", flags | up))
