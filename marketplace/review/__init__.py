"""Review: what publishers hand in is looked at by people, who decide; all changes of state go through `move`."""

from marketplace.review.errors import NotPermitted, NotPossible, Outrun, ReviewError
from marketplace.review.moving import move
from marketplace.review.warrants import Warrant, warrant

__all__ = ["NotPermitted", "NotPossible", "Outrun", "ReviewError", "Warrant", "move", "warrant"]
