"""The HTTP server of a web process."""

import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from threading import Thread
from time import monotonic, sleep

import uvicorn
from django.conf import settings
from django.core.management.base import CommandError

READY_WITHIN = 120.0  # seconds until `serve` stops asking whether it is ready
GRACE = 10  # seconds for open answers at shutdown
# Seconds that a connection may idle: more than the minute after which proxies, and the few seconds after which clients, give
# theirs up. If we were first, a request could meet a connection that is just being closed, and would be lost.
KEEP_ALIVE = 75


def serve(say: Callable[[str], object]) -> None:
    """Serves until it is told to end; `say` gets one line with the address when the health check answers."""
    host = "localhost" if settings.SERVER_HOST in ("0.0.0.0", "127.0.0.1", "::") else settings.SERVER_HOST  # noqa: S104
    address = f"http://{host}:{settings.SERVER_PORT}"
    listening = bound(settings.SERVER_HOST, settings.SERVER_PORT)
    Thread(target=announce, args=(address, say), daemon=True).start()
    config = uvicorn.Config(
        "marketplace.asgi:application",
        host=settings.SERVER_HOST,
        port=settings.SERVER_PORT,
        loop="uvloop",
        http="marketplace.asgi:HotConnection",
        ws="websockets-sansio",
        lifespan="on",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=KEEP_ALIVE,
        proxy_headers=False,
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[listening])


def bound(host: str, port: int) -> socket.socket:
    """A socket that has the address; raises CommandError before anything is started that would have to end again."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        why = error.strerror or str(error)
        raise CommandError(
            f"Port {port} of {host} cannot be listened on: {why}. Another Patchbay may run there already;"
            " SERVER_PORT and SERVER_HOST choose another."
        ) from None
    return listening


def announce(address: str, say: Callable[[str], object]) -> None:
    until = monotonic() + READY_WITHIN
    while monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}/health/check", timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    say(f"Patchbay is ready at {address}")
                    return
        except (urllib.error.URLError, OSError):
            pass
        sleep(0.1)
