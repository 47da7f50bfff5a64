"""The transparency log: every signature, decision, key, revocation and recall, where everybody can see it."""

from marketplace.transparency.telling import append

__all__ = ["append"]
