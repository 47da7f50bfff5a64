"""What a node is called, and that no other process on this host is called so."""

import contextlib
import fcntl
import hashlib
import os
import socket
from pathlib import Path
from typing import IO

MOST_NODES = 64  # processes of ours on one host with one DATA_DIR

reserved: dict[Path, "Identity"] = {}


class Identity:
    """A node's name, kept by a lock: a process that was killed gets its name back, and with it what it held."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(MOST_NODES):
            file = (folder / f"{number}.lock").open("a")
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.file: IO[str] = file
                self.id = identity_of(folder / f"{number}.lock")
                self.memory = folder / f"{number}.fork-server.json"
                return
            file.close()
        raise RuntimeError(f"{MOST_NODES} processes already run on {folder}.")

    def release(self) -> None:
        self.file.close()


def reserve(folder: Path) -> Identity:
    """The name that the node of this process will have, before there is a node."""
    if folder not in reserved:
        reserved[folder] = Identity(folder)
    return reserved[folder]


def take(folder: Path) -> Identity:
    """For a node: the name that was reserved, or one that is free."""
    return reserved.pop(folder, None) or Identity(folder)


def identity_of(lock: Path) -> str:
    """The name of the node that has this lock."""
    return f"{socket.gethostname()}-{folder_mark(lock.parent)}-{lock.stem}"


def folder_mark(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]
