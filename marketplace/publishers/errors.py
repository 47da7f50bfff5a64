"""What publishers are refused, each with a sentence that says what to do."""


class Refused(Exception):
    """Something that cannot be done; `code` is for programs, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class NotAllowed(Refused):
    """This person or token may not; somebody else could."""


class NotFound(Refused):
    """There is nothing of this name, or nothing of the organization that asks."""
