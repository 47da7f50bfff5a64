"""Plugins' Python environments: named by their content, built once with uv, shared, collected."""

from runtime.environment.building import build
from runtime.environment.failure import EnvironmentCancelled, EnvironmentFailed
from runtime.environment.interpreter import usual
from runtime.environment.options import EnvironmentOptions
from runtime.environment.planning import key
from runtime.environment.progress import Progress
from runtime.environment.store import Environment, collect, discard, find, idle

__all__ = [
    "Environment",
    "EnvironmentCancelled",
    "EnvironmentFailed",
    "EnvironmentOptions",
    "Progress",
    "build",
    "collect",
    "discard",
    "find",
    "idle",
    "key",
    "usual",
]
