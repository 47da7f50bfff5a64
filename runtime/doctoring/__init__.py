"""What is installed, what runs where, what does not and why, and what to do: every check that can be made from outside."""

from runtime.doctoring.examining import examine
from runtime.doctoring.finding import LEVELS, Finding, worst

__all__ = ["LEVELS", "Finding", "examine", "worst"]
