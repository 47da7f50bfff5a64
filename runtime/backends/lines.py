"""Free text cut into lines, however it arrives."""

from collections.abc import Callable

LONGEST = 64 << 10  # bytes; a longer line of free text is cut there


class LineCutter:
    """Calls `line` for each line of text that is fed, without its newline."""

    def __init__(self, line: Callable[[bytes], None]) -> None:
        self.line = line
        self.rest = b""

    def feed(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            if line.strip():
                self.line(line[:LONGEST])
        if len(self.rest) > LONGEST:
            self.end()

    def end(self) -> None:
        """The text is over: what stands there without a newline is a line as well."""
        if self.rest.strip():
            self.line(self.rest[:LONGEST])
        self.rest = b""
