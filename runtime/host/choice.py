"""Which host this process has, as the settings say."""

from django.conf import settings

from runtime.host import Host
from runtime.host.dify import DifyHost
from runtime.host.ours import OurHost

current: Host | None = None


def here() -> Host:
    """A Dify's inner API where its address and key are set, else our own host."""
    global current  # noqa: PLW0603 - a process has exactly one host
    if current is None:
        current = made()
    return current


def made() -> Host:
    if not (settings.DIFY_INNER_API_URL and settings.DIFY_INNER_API_KEY):
        return OurHost()
    return DifyHost(
        settings.DIFY_INNER_API_URL,
        settings.DIFY_INNER_API_KEY,
        read_timeout=settings.DIFY_BACKWARDS_INVOCATION_READ_TIMEOUT / 1000,
        write_timeout=settings.DIFY_BACKWARDS_INVOCATION_WRITE_TIMEOUT / 1000,
        frame_limit=settings.RESPONSE_MAX_BUFFER_SIZE,
    )


async def close() -> None:
    """Gives back what the host holds; the next call makes a new one."""
    global current
    host, current = current, None
    if host is not None:
        await host.close()
