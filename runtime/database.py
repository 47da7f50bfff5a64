"""SQL from the event loop: in a thread, on a connection that is fit for use."""

import asyncio
from collections.abc import Callable

from django.db import close_old_connections


async def in_thread[**P, T](function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the function returns or raises; it goes on to its end in its thread also when the caller is cancelled."""

    def run() -> T:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.to_thread(run)
