"""What signing refuses, each with a sentence that says what to do."""


class SigningFault(Exception):
    """Something cannot be signed, or is not signed as it must be; the text is for whoever looks after the marketplace."""


class Locked(SigningFault):
    """The key is there, but what opens it was not given or is not right."""
