"""Plugins as copies of a process that has their SDK imported already: tens of milliseconds and a few MiB each."""

from runtime.forkserver.origins import origin_of
from runtime.forkserver.pool import Forking, ForkOptions

__all__ = ["ForkOptions", "Forking", "origin_of"]
