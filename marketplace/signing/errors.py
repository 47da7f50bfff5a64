"""What signing refuses, each with a sentence that says what to do."""


class SigningFault(Exception):
    """Something cannot be signed, or is not signed as it must be; the text is for whoever looks after the marketplace."""


class Locked(SigningFault):
    """The key is there, but what opens it was not given or is not right."""


class Elsewhere(Locked):
    """The key is not here: somebody has to sign the digest (SHA-256 in hex) where it is, and bring the signature."""

    def __init__(self, key: str, digest: str = "") -> None:
        what = f"the digest {digest}" if digest else "the digest"
        super().__init__(f"The key {key} is not here. Sign {what} where it is, and bring the signature.")
        self.digest = digest
