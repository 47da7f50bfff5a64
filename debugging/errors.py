"""Why a connection of a developer's machine is closed. Pure."""


class Refused(Exception):
    """Said to the other side as one line of text, in the daemon's words where it has some (protocol.md 4.2)."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = " ".join(text.split())[:1000]
