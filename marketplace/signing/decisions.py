"""Decisions of reviewers, signed: by a key of the reviewer's own, or by the rules' key for what rules approve.

A reviewer's key is sealed by a passphrase or by a security key of theirs, and then only they can sign; or, until they have made
such a key, by the server, which signs for whoever has signed in. REVIEWER_KEYS_OWN=true accepts the former alone.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import transaction

from marketplace import transparency
from marketplace.auditing import sha256
from marketplace.models import Decision, SigningKey, Submission, User
from marketplace.review.parties import has_stake
from marketplace.review.warrants import needed, warrant
from marketplace.signing import keys, making
from marketplace.signing.errors import Locked, SigningFault
from marketplace.signing.sealing import check_passphrase

Role = SigningKey.Role
TYPE = "patchbay/decision/1"
# What the person at the door has given to open their key, for the length of a request.
given: ContextVar[str] = ContextVar("given", default="")


@contextmanager
def proven(secret: str) -> Iterator[None]:
    """Whatever is signed inside may use this passphrase, or this secret out of a security key."""
    token = given.set(secret)
    try:
        yield
    finally:
        given.reset(token)


def key_of(reviewer: User) -> SigningKey | None:
    """The reviewer's key that signs: one of their own before one that the server keeps for them."""
    found = list(keys.active(Role.REVIEWER).filter(owner=reviewer))
    return next((one for one in found if one.opened_by != keys.SERVER), found[0] if found else None)


def asks(reviewer: User) -> str:
    """What signing asks of the reviewer: "" (nothing), "passphrase", "device", or "key" when they have to make one first."""
    key = key_of(reviewer)
    own = key is not None and key.opened_by != keys.SERVER
    if settings.REVIEWER_KEYS_OWN and not own:
        return "key"
    return key.opened_by if key and own else ""


def make_key(reviewer: User, *, secret: str = "", device: dict[str, str] | None = None) -> SigningKey:
    """A new key for the reviewer, in place of those they have: these retire, what they signed stays good."""
    if secret and not device:
        check_passphrase(secret)
    if device and len(secret) < 32:
        raise SigningFault("This security key gave no secret. Use another one, or a passphrase.")
    fresh = keys.made(Role.REVIEWER, name=str(reviewer), secret=secret, device=device)
    fresh.owner = reviewer
    with transaction.atomic():
        for old in keys.active(Role.REVIEWER).filter(owner=reviewer):
            keys.retire(old, by=reviewer)
        return keys.known(fresh, by=reviewer, act="key.generate")


def sign_decision(reviewer: User | None, statement: str, *, secret: str = "") -> tuple[str, str]:
    """Signature in base64 over the statement, and the fingerprint of the key. `reviewer` None: a rule decided.

    Locked: the reviewer's passphrase or security key is asked for. SigningFault says what else is in the way.
    """
    key = keys.of_server(Role.RULES) if reviewer is None else ready(reviewer)
    made = making.signature(key, statement.encode(), secret=secret or given.get())
    signature = base64.b64encode(made).decode()
    tell(statement, signature=signature, key=key)
    return signature, key.fingerprint


def tell(statement: str, *, signature: str, key: SigningKey) -> None:
    """Puts the decision into the log: what was decided on which file, with which key. Not by whom, not why, and no plugin's
    name, because what is rejected was never public."""
    said = json.loads(statement)
    about = said["submission"]
    body = {
        "verdict": said["verdict"],
        "category": said.get("category", ""),
        "round": about["round"],
        "package_sha256": about["package_sha256"],
        "key": key.fingerprint,
        "signature": signature,
        "statement_sha256": sha256(statement),
    }
    transparency.append("decision", f"submission {about['id']}", body)


def ready(reviewer: User) -> SigningKey:
    if asks(reviewer) == "key":
        raise Locked("Make yourself a signing key first, under Keys and log: here only reviewers' own keys count.")
    return key_of(reviewer) or make_key(reviewer)


# What a signature of a decision is worth.


def verify_decision(decision: Decision) -> SigningKey:
    """The key that has signed this decision as it stands. SigningFault says what is wrong."""
    key = SigningKey.objects.filter(fingerprint=decision.key_fingerprint).first()
    who = f"The decision of {decision.reviewer or 'the rules'}"
    if key is None or not decision.signature:
        raise SigningFault(f"{who} is not signed. It has to be made again.")
    if not making.is_by(key, decision.statement.encode(), decision.signature):
        raise SigningFault(f"{who} was changed after it was signed. It has to be made again.")
    role, owner = (Role.RULES, None) if decision.automatic else (Role.REVIEWER, decision.reviewer_id)
    if key.role != role or key.owner_id != owner:
        raise SigningFault(f"{who} is signed with a key of somebody else.")
    if key.revoked_from is not None and decision.at >= key.revoked_from:
        raise SigningFault(f"{who} is signed with a key that was revoked. It has to be made again.")
    if settings.REVIEWER_KEYS_OWN and role == Role.REVIEWER and key.opened_by == keys.SERVER:
        raise SigningFault(f"{who} is signed with a key that the server keeps; here reviewers need one of their own.")
    check_statement(decision, who)
    return key


def check_statement(decision: Decision, who: str) -> None:
    """What was signed is what the row says, of the package that the submission holds."""
    try:
        said: dict[str, Any] = json.loads(decision.statement)
        about, by = said["submission"], said["by"]
        signed = (said["type"], said["verdict"], said.get("category", ""), about["package_sha256"], about["id"])
        round_, person = about["round"], by.get("id", "")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SigningFault(f"{who} is signed over something that is no decision.") from None
    submission = decision.submission
    row = (TYPE, decision.verdict, decision.category, submission.package, str(submission.pk))
    if signed != row or round_ != decision.round or person != str(decision.reviewer_id or ""):
        raise SigningFault(f"{who} is signed over another package or verdict than the one at hand.")


def entitled(submission: Submission) -> tuple[list[Decision], str]:
    """The decisions that entitle the submission to be signed, each proven, and the category that they chose.

    NotPossible (of review) or SigningFault say what is missing.
    """
    found = warrant(submission)
    counted = [one for one in found.decisions if not (one.reviewer and has_stake(one.reviewer, submission))]
    signers = {verify_decision(one).fingerprint: one for one in counted}
    people = {one.reviewer_id for one in signers.values() if one.reviewer_id}
    by_rule = any(one.automatic for one in signers.values()) and submission.risk == Submission.Risk.LOW
    if len(people) < needed(submission) and not by_rule:
        raise SigningFault(
            f"{submission} carries {len(people)} of the {needed(submission)} signed approvals that its risk asks for, "
            "each by a reviewer without a stake in it."
        )
    return list(signers.values()), found.category
