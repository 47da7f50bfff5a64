"""What happens in a cell is written down outside of it: nobody inside can take a line back."""

import json
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path

MOST, LONGEST = 2000, 500
KINDS = frozenset({"host", "request", "file", "process"})  # what those inside may say; others come from outside


class Notes:
    """A file of notes, each once; programs in the cell send theirs to a socket, one a datagram."""

    def __init__(self, record: Path) -> None:
        self.record = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.seen: set[tuple[str, str]] = set()
        self.lock = threading.Lock()

    def note(self, kind: str, what: str) -> None:
        key = (kind, what[:LONGEST])
        with self.lock:
            if key not in self.seen and len(self.seen) < MOST:
                self.seen.add(key)
                os.write(self.record, json.dumps({"kind": kind, "what": key[1]}).encode() + b"\n")

    def listen(self, letters: socket.socket) -> None:
        """Take down what is sent, until the socket is closed."""
        with suppress(OSError):
            while True:
                self.take(letters.recv(1 << 14))

    def take(self, letter: bytes) -> None:
        """One from inside: it may say anything, so it is looked at."""
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            said = json.loads(letter)
            if said["kind"] in KINDS:
                self.note(said["kind"], str(said["what"]))


def box(path: Path) -> socket.socket:
    """The socket to which everybody in the cell may write; by a short name, since those of sockets have to be."""
    letters = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        letters.bind(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)
    path.chmod(0o622)
    return letters
