"""Where a statement comes from: `privacy.yaml`, or guesses from PRIVACY.md that a person has to confirm."""

import re
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import ValidationError

from marketplace.hosts import host_of, hosts_in, is_reserved, registrable, urls_in

from .classes import DATA
from .statement import Recipient, Statement, Use

FILES = ("privacy.yaml", "privacy.yml")
LONGEST = 60_000  # letters of a policy that are read; long ones have a sixth
_MOST_RECIPIENTS = 100
_POLICY = re.compile(r"privacy|legal|terms|policies", re.IGNORECASE)
_NEGATED = re.compile(r"\b(no|not|never|without|n't|none|nor)\b", re.IGNORECASE)
_KEPT = re.compile(
    r"(?:retain|kept|keep|stor|delet)\w{0,12}[^.\n]{0,60}?(\d{1,4} (?:hours?|days?|weeks?|months?|"
    r"years?)|until [^.\n]{3,60}|as long as [^.\n]{3,80})",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{0,100}\w")
_BASIS = re.compile(r"legal basis[^.\n]{0,60}(consent|contract|legitimate interest)", re.IGNORECASE)


class BadStatement(Exception):
    """The statement cannot be read; the text says what is wrong and where."""


def statement_in(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> tuple[Statement, str]:
    """The package's statement and its source, `file` or `guess`. Raises BadStatement for a privacy.yaml that is wrong."""
    for name in FILES:
        if name in files:
            return read_statement(files[name]), "file"
    return guess(policy_text(files, manifest)), "guess"


def policy_path(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> str:
    """PRIVACY.md, or the file that the manifest names; "" if there is none in the package."""
    named = str(manifest.get("privacy") or "").removeprefix("./")
    for name in (named, "PRIVACY.md", "privacy.md", "PRIVACY_POLICY.md", "privacy-policy.md", "PRIVACY"):
        if name in files:
            return name
    return ""


def policy_text(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> str:
    """What the policy says, up to LONGEST; "" if there is none in the package."""
    path = policy_path(files, manifest)
    return bytes(files[path][: 4 * LONGEST]).decode(errors="replace")[:LONGEST] if path else ""


def read_statement(content: bytes | str) -> Statement:
    """Raises BadStatement."""
    try:
        document = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadStatement(f"it is not YAML: {error}") from error
    if not isinstance(document, dict):
        raise BadStatement("it must be a mapping with the keys uses and recipients")
    return checked(document)


def checked(document: Mapping[str, Any]) -> Statement:
    """Raises BadStatement with a sentence for each thing that is wrong."""
    try:
        return Statement.model_validate(document)
    except ValidationError as error:
        parts = [
            f"{'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}".lstrip(": ")
            for one in error.errors()
        ]
        raise BadStatement("; ".join(parts)) from error


def guess(text: str) -> Statement:
    """What a policy in prose seems to say. Every guess is named in `guessed`; none counts before it is confirmed."""
    sentences = [part for part in re.split(r"(?<=[.!?。])\s+|\n", text) if part.strip()]
    stated = "\n".join(part for part in sentences if not _NEGATED.search(part))
    recipients = _recipients(text)
    uses = [
        Use(data=key, recipients=[one.name for one in recipients])
        for key, kind in DATA.items()
        if re.search(f"{kind.words}|{re.escape(kind.label)}", stated, re.IGNORECASE)
    ]
    kept = _KEPT.search(text)
    basis = _BASIS.search(text)
    for use in uses:
        use.retention = kept[1] if kept else ""
        use.legal_basis = {"l": "interest"}.get(basis[1][0].lower(), basis[1].lower()) if basis else ""
    mail = _MAIL.search(text)
    nothing = not uses and bool(re.search(r"(not|never|no)\b[^.\n]{0,80}\bcollect", text, re.IGNORECASE))
    guessed = (
        [f"uses.{use.data}" for use in uses]
        + [f"recipients.{one.name}" for one in recipients]
        + (["collects_nothing"] if nothing else [])
    )
    return Statement(
        collects_nothing=nothing, uses=uses, recipients=recipients, contact=mail[0] if mail else "", guessed=guessed
    )


def _recipients(text: str) -> list[Recipient]:
    """One recipient a registered domain that the text names."""
    found: dict[str, Recipient] = {}
    policies = {registrable(host_of(url)): url for url in urls_in(text) if _POLICY.search(url)}
    for host in hosts_in(_MAIL.sub("", text)):
        domain = registrable(host)
        if not is_reserved(host) and domain not in found and (one := _recipient(domain, policies.get(domain, ""))):
            found[domain] = one
        if len(found) == _MOST_RECIPIENTS:
            break
    return list(found.values())


def _recipient(domain: str, policy: str) -> Recipient | None:
    """None for what is no name that anybody could have; of policies only what a browser opens."""
    link = policy[:500] if policy.startswith(("https://", "http://")) else ""
    try:
        return Recipient(name=domain, hosts=[domain], policy=link)
    except ValidationError:
        return None
