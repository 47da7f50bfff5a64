"""Plugins as copies of a process that has their SDK imported already: tens of milliseconds and a few MiB each."""

from runtime.forkserver.origins import origin_of
from runtime.forkserver.pool import Forking, ForkOptions
from runtime.forkserver.templates import TemplateOptions

__all__ = ["ForkOptions", "Forking", "TemplateOptions", "origin_of"]
