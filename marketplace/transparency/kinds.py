"""What the log tells of, one row a kind."""

KINDS = {
    "release": "A package was signed.",
    "decision": "A reviewer decided.",
    "key": "A key was made, imported or retired.",
    "revocation": "A key was revoked.",
    "recall": "Something was recalled, or a recall was lifted.",
    "record": "A review record was published.",
    "audit": "The audit trail up to here.",
}
