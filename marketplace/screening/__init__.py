"""What a package would do, found out before anybody runs it: checks, each with a state of its own."""

from .context import Context
from .findings import Finding, Report, Section, State
from .screen import screen
from .subject import Subject

__all__ = ["Context", "Finding", "Report", "Section", "State", "Subject", "screen"]
