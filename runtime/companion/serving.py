"""The fork-server: has the SDK imported, and makes a plugin of a copy of itself whenever the host asks for one.

Over a SOCK_SEQPACKET socket the host sends one packet a plugin: what to become as JSON, with the plugin's standard
streams and a socket for the answer as descriptors. The answer is {"pid": number} or {"refused": why}; the end of that
socket without either says that the fork-server has ended. A template (`holding`) is asked in the same way.
"""

import _socket  # what gevent replaces is `socket`; this process waits as a whole
import gc
import json
import os
import posix  # whose `close` gevent leaves alone: it closes at once
import traceback
from array import array
from collections.abc import Sequence
from typing import Any

from . import becoming, forking, holding, importing, keeping, patching

Request = dict[str, Any]
MOST = 1 << 20  # bytes of a request
STREAMS = 3
CANNOT_BECOME = 1


def serve(patches: Sequence[str], control: int) -> Request:
    """Returns in each child, with what it was asked to become; never in the fork-server itself."""
    server = Server(_socket.socket(fileno=control))
    try:
        forker, ground = forking.Forker(), becoming.Ground()
        gc.disable()
        known = importing.load()
        known["patches"] = patching.applied(patches)
        forking.check({control})
    except BaseException as error:
        told = str(error) if isinstance(error, forking.CannotFork) else traceback.format_exc()[-2000:]
        server.tell({"refused": told})
        os._exit(1)
    becoming.entitle(["patchbay: fork-server"])
    keeping.keep()
    server.tell({"ready": known})
    request, descriptors = server.loop(forker)
    try:
        return become(request, descriptors, (ground, known["patches"]))
    except BaseException:
        # gevent's stderr may wait for a loop that does not turn yet
        os.write(2, traceback.format_exc().encode())
        os._exit(CANNOT_BECOME)


def become(request: Request, descriptors: "list[int]", own: "tuple[becoming.Ground, dict[str, str]]") -> Request:
    ground, told = own
    becoming.settle(request, descriptors[:STREAMS], ground)
    becoming.move(request, ground)
    becoming.refresh()
    if told:
        patching.announce(told)
    if request.get("hold"):
        holding.expect(Server(_socket.socket(fileno=descriptors[STREAMS])), ground)
    return request


class Server:
    """Waits for requests on its socket, and forks for each of them if that is safe just then."""

    def __init__(self, control: Any) -> None:
        self.control = control

    def tell(self, message: "dict[str, Any]", to: Any = None) -> None:
        try:
            (to or self.control).send(json.dumps(message).encode(), _socket.MSG_NOSIGNAL)
        except OSError:
            pass  # whoever asked has gone

    def loop(self, forker: "forking.Forker") -> "tuple[Request, list[int]]":
        """Returns in each child: the request and the descriptors that came with it, those of streams first."""
        while True:
            request, descriptors = self.receive()
            answer = _socket.socket(fileno=descriptors.pop())
            try:
                forking.check({self.control.fileno(), answer.fileno(), *descriptors})
                pid = forker.fork()
            except (forking.CannotFork, OSError) as error:
                self.tell({"refused": str(error)}, answer)
            else:
                self.tell({"pid": pid or os.getpid()}, answer)
                if pid == 0:
                    self.control.close()
                    answer.close()
                    return request, descriptors
            answer.close()
            for descriptor in descriptors:
                posix.close(descriptor)

    def receive(self) -> "tuple[Request, list[int]]":
        """The next request with its descriptors; ends this process where nobody can ask any more."""
        descriptors = array("i")
        room = _socket.CMSG_SPACE(8 * descriptors.itemsize)
        try:
            data, ancillary, _flags, _address = self.control.recvmsg(MOST, room, _socket.MSG_CMSG_CLOEXEC)
        except OSError:
            data, ancillary = b"", []
        for level, kind, content in ancillary:
            if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
                descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
        if not data:
            os._exit(0)
        return json.loads(data), list(descriptors)
