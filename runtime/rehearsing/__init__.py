"""A rehearsal: a package that nobody has reviewed is installed, started and given made-up credentials, confined."""

from runtime.cells.making import obstacle
from runtime.rehearsing.trying import CannotRehearse, Rehearsal, rehearse

__all__ = ["CannotRehearse", "Rehearsal", "obstacle", "rehearse"]
