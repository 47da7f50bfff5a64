"""What a runtime beside us trusts: our release keys, and of what they signed only what we released (asked by settings' hooks)."""

from django.utils import timezone

from marketplace.models import LogLeaf, OfflineEdition, Release, SigningKey

Role, State = SigningKey.Role, SigningKey.State


def keys() -> dict[str, tuple[str, str]]:
    """(name, PEM) of every release key by its fingerprint, revoked ones too: what they signed before stays good."""
    rows = SigningKey.objects.filter(role=Role.RELEASE)
    return {fingerprint: (name, pem) for fingerprint, name, pem in rows.values_list("fingerprint", "name", "public")}


def objection(fingerprint: str, unique_identifier: str, *, category: str) -> str:
    """Why a good signature of one of our keys does not count; "" when it does.

    "changed": we never released this identifier. The signature does not cover names of files, the identifier does.
    "revoked": it was not in the log before the moment from which the key is not believed. "category": not this key's.
    """
    key = SigningKey.objects.filter(fingerprint=fingerprint, role=Role.RELEASE).first()
    if key is None or category not in key.categories:
        return "category"
    if not is_ours(unique_identifier):
        return "changed"
    if key.state == State.REVOKED:
        # Not the time that the signature claims: whoever has the key can claim any.
        told = LogLeaf.objects.filter(kind="release", subject=unique_identifier).order_by("pk").first()
        if told is None or told.at >= (key.revoked_from or timezone.now()):
            return "revoked"
    return ""


def is_ours(unique_identifier: str) -> bool:
    found = Release.objects.filter(unique_identifier=unique_identifier).exists()
    return found or OfflineEdition.objects.filter(unique_identifier=unique_identifier).exists()
