"""A proxy that leads nowhere: it writes down which host is asked for, and refuses.

Run as ``python -I proxy.py RECORD``; says its port on the first line of its output. It sees what the witness cannot: requests
of programs that the plugin starts and of machine code, as long as they keep to the proxy that their environment names.
"""

import contextlib
import json
import os
import re
import socket
import sys
import threading

LONGEST, MOST, PATIENCE = 8192, 500, 10.0
REQUEST = re.compile(rb"^([A-Z]{3,16}) (\S{1,4000}) HTTP/1\.[01]\r?\n")
TARGET = re.compile(r"^(?:[a-z][a-z0-9+.-]*://)?(?:[^/@]*@)?(\[[0-9a-fA-F:.]+\]|[^/:?#\[\]]+)")
TEXT = b"the network is closed while the plugin is rehearsed\n"
ANSWER = b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s"


def asked_for(head: bytes) -> tuple[str, str] | None:
    """(host, the request in short) of the first line of a request to a proxy; None if it is none."""
    match = REQUEST.match(head)
    target = match[2].decode("latin-1") if match else ""
    found = TARGET.match(target) if target and not target.startswith("/") else None
    if match is None or found is None:
        return None
    # a login, and what stands behind a question mark, may be what is to be sent away
    shown = re.sub(r"//[^/@]*@", "//", target.partition("?")[0])
    return found[1].strip("[]").lower(), f"{match[1].decode()} {shown[:300]}"


def note(record: int, kind: str, what: str) -> None:
    os.write(record, json.dumps({"kind": kind, "what": what}).encode() + b"\n")


def serve(record: int, accepted: socket.socket) -> None:
    with accepted, contextlib.suppress(OSError):
        accepted.settimeout(PATIENCE)
        head = b""
        while b"\n" not in head and len(head) < LONGEST:
            more = accepted.recv(LONGEST)
            if not more:
                break
            head += more
        if (asked := asked_for(head)) is not None:
            note(record, "host", asked[0])
            note(record, "request", asked[1])
        accepted.sendall(ANSWER % (len(TEXT), TEXT))


def main(path: str) -> None:
    record = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with socket.create_server(("127.0.0.1", 0)) as door:
        print(door.getsockname()[1], flush=True)
        for _ in range(MOST):
            accepted, _address = door.accept()
            threading.Thread(target=serve, args=(record, accepted), daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1])
