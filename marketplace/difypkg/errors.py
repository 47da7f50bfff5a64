"""What is wrong with a package, said in one sentence."""


class BadPackage(Exception):
    """A package, directory, bundle or key that is refused; `rule` is a stable id, `file` the entry it is about.

    `message` says what is wrong and what to do about it, without naming file or rule.
    """

    def __init__(self, rule: str, message: str, *, file: str | None = None) -> None:
        super().__init__(rule, message, file)
        self.rule = rule
        self.file = file
        self.message = message

    def __str__(self) -> str:
        """One line: file, message, rule; control characters of hostile names are escaped."""
        where = f"{self.file}: " if self.file is not None else ""
        sentence = f"{where}{self.message} ({self.rule})"
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in sentence)


class BadIdentifier(BadPackage, ValueError):
    """A text that is not an identifier; its str() is the daemon's own sentence, which clients compare."""

    def __str__(self) -> str:
        return self.message
