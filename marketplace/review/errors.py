"""What the review refuses, each with a sentence that says what to do."""


class ReviewError(Exception):
    """Something that the review does not do; its text is for the person who asked."""


class NotPossible(ReviewError):
    """Nobody can do this to a submission in this state."""


class NotPermitted(ReviewError):
    """This person cannot do this; somebody else could."""


class Outrun(ReviewError):
    """Somebody else was quicker: what was decided upon is no longer so."""
