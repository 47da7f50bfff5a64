"""Apps: a model with instructions, tools, an agent strategy or a list of steps; talked to on a page, over HTTP, by plugins."""

from runtime.studio.describing import describe
from runtime.studio.running import invoke

__all__ = ["describe", "invoke"]
