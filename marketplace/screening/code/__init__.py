"""Python source read without being run: which calls can be made, with which values, and where those come from."""

from .program import Program
from .reading import read_program
from .sites import CallSite, Reference
from .values import HOLE, Value

__all__ = ["HOLE", "CallSite", "Program", "Reference", "Value", "read_program"]
