"""A fork whose child belongs to the parent of who forks: clone(2) with CLONE_PARENT, and all that fork(3) does around it.

So a host is the real parent of the plugins that its fork-server makes: it waits for them itself, what the kernel does at
a parent's death is about the host, and nothing happens to them when the fork-server ends.
"""

import ctypes
import os
import platform
import signal
import sys

CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID, CLONE_PARENT = 0x00200000, 0x01000000, 0x8000
PR_GET_TID_ADDRESS = 40
# (clone, set_robust_list, get_robust_list); where the id is written is the fourth argument on the one, the fifth on the other
CALLS = {"x86_64": (56, 273, 274), "aarch64": (220, 99, 100)}
HARMLESS = ("/dev/null", "/dev/urandom", "anon_inode:[eventpoll]", "anon_inode:[eventfd]")


class CannotFork(Exception):
    """The message says why this process may not be forked."""


class Forker:
    """`fork()` as os.fork(), for a process with one thread. Raises CannotFork where the C library does not look as expected."""

    def __init__(self) -> None:
        if sys.platform != "linux" or platform.machine() not in CALLS:
            raise CannotFork(f"there is no way to fork for a parent on {sys.platform} {platform.machine()}")
        self.clone, self.set_robust, self.get_robust = CALLS[platform.machine()]
        # PyDLL: the interpreter's lock is held from before the fork until after it, as os.fork() does
        self.system = ctypes.PyDLL(None, use_errno=True)
        self.system.syscall.restype = ctypes.c_long
        self.own_id = self.place_of_thread_id()

    def place_of_thread_id(self) -> ctypes.c_void_p:
        """Where the C library keeps the id of this thread: a child's must be written there, which fork(3) does."""
        address = ctypes.c_void_p()
        asked = self.system.prctl(PR_GET_TID_ADDRESS, ctypes.byref(address), 0, 0, 0)
        if asked != 0 or not address.value:
            raise CannotFork("the kernel does not tell where the C library keeps the id of a thread")
        if ctypes.c_int.from_address(address.value).value != os.getpid():
            raise CannotFork("the C library keeps the id of a thread where it is not expected")
        return address

    def fork(self) -> int:
        """0 in the child, else its pid; raises OSError."""
        robust, size = ctypes.c_void_p(), ctypes.c_size_t()
        self.system.syscall(ctypes.c_long(self.get_robust), ctypes.c_long(0), ctypes.byref(robust), ctypes.byref(size))
        flags = CLONE_PARENT | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | signal.SIGCHLD
        nothing = ctypes.c_void_p()
        last = (nothing, self.own_id) if platform.machine() == "aarch64" else (self.own_id, nothing)
        ctypes.pythonapi.PyOS_BeforeFork()
        pid = int(self.system.syscall(ctypes.c_long(self.clone), ctypes.c_ulong(flags), nothing, nothing, *last))
        if pid == 0:
            ctypes.pythonapi.PyOS_AfterFork_Child()
            self.system.syscall(ctypes.c_long(self.set_robust), robust, size)
            return 0
        number = ctypes.get_errno()
        ctypes.pythonapi.PyOS_AfterFork_Parent()
        if pid < 0:
            raise OSError(number, os.strerror(number))
        return pid


def check(known: "set[int]") -> None:
    """Raises CannotFork where a fork would copy half of something: another thread, a connection, a file. `known`: descriptors."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise CannotFork(f"it has {threads} threads")
    for name in os.listdir("/proc/self/fd"):
        number = int(name)
        if number > 2 and number not in known and (held := held_by(number)):
            raise CannotFork(f"it has opened {held}")


def held_by(descriptor: int) -> str:
    """What a descriptor is open on, in words; empty where a fork does no harm to it."""
    try:
        target = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return ""  # it was the listing's own
    if target in HARMLESS:
        return ""
    return "a socket" if target.startswith("socket:") else "a pipe" if target.startswith("pipe:") else target
