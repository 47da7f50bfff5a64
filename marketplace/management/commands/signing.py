"""`manage.py signing`: keys from the command line, and signatures with keys that are kept elsewhere."""

import base64
import os
import re
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from getpass import getpass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.models import SigningKey, SigningRequest
from marketplace.signing import anew, keys, material, releases
from marketplace.signing.errors import Elsewhere, SigningFault

PASSPHRASE = "SIGNING_KEY_PASSPHRASE"  # noqa: S105 - the name of an environment variable
ELSEWHERE = (
    "{waiting} of them wait for the key that is not here. Keep the lines with digests as a file, sign them where it is with "
    "signing sign-offline --digests FILE --private-key KEY, and bring what that prints with --signatures."
)


class Command(BaseCommand):
    """One subcommand a method; whatever is wrong ends as one sentence."""

    help = "Makes, brings, retires and revokes signing keys; hands out digests to sign elsewhere and takes signatures."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="action")
        named(actions.add_parser("generate", help="make a release key, sealed by the server"), passphrase=True)
        bring = named(actions.add_parser("import", help="bring a release key from a PEM file"), passphrase=True)
        bring.add_argument("pem", type=Path)
        known = named(actions.add_parser("register", help="make a release key known that is kept elsewhere"))
        known.add_argument("pem", type=Path, help="its public key")
        known.add_argument("--signer", default="", help="dotted name of what signs with it; none: it is offline")
        known.add_argument("--reference", default="", help="what the signer calls the key")
        actions.add_parser("list", help="list all keys")
        actions.add_parser("request", help="list what waits for a signature, with digests")
        offline = actions.add_parser("sign-offline", help="sign a digest with a key in a file; needs no database")
        which = offline.add_mutually_exclusive_group(required=True)
        which.add_argument("--digest", help="64 hexadecimal characters; prints the signature")
        which.add_argument(
            "--digests", type=Path, help="a file with one at the start of each line; prints both of each"
        )
        offline.add_argument("--private-key", type=Path, required=True)
        answer = actions.add_parser("answer", help="hand in the signature of a digest, and release")
        answer.add_argument("digest")
        answer.add_argument("signature", help="base64 or hexadecimal; - reads it from the input")
        retire = actions.add_parser("retire", help="let a key sign no more; what it signed stays good")
        retire.add_argument("fingerprint", help="or how it begins")
        revoke = actions.add_parser("revoke", help="declare a key lost")
        revoke.add_argument("fingerprint", help="or how it begins")
        revoke.add_argument("--reason", required=True)
        revoke.add_argument("--since", type=moment, help="ISO time, UTC; now by default")
        again = actions.add_parser("sign-anew", help="sign what a revoked key signed with the key that signs now")
        again.add_argument("fingerprint", help="of the revoked key, or how it begins")
        again.add_argument("--passphrase", action="store_true", help=f"ask for one, or take it from {PASSPHRASE}")
        again.add_argument(
            "--signatures", type=Path, help="what sign-offline --digests printed, when the key is not here"
        )

    def handle(self, *_: Any, action: str, **options: Any) -> None:
        act = getattr(self, action.replace("-", "_").replace("import", "bring"))
        try:
            act(options)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from None
        except (SigningFault, *releases.FAULTS) as fault:
            raise CommandError(str(fault)) from None

    def generate(self, options: dict[str, Any]) -> None:
        secret = phrase("Passphrase that seals the key: ") if options["passphrase"] else ""
        self.told(keys.generate("release", name=options["name"], categories=options["category"], secret=secret))

    def bring(self, options: dict[str, Any]) -> None:
        file = phrase("Passphrase of the file, empty if it has none: ") if options["passphrase"] else ""
        named = {"role": "release", "name": options["name"], "categories": options["category"], "by": None}
        self.told(keys.take_in(options["pem"].read_bytes(), file_passphrase=file, **named))

    def register(self, options: dict[str, Any]) -> None:
        named = {"role": "release", "name": options["name"], "categories": options["category"], "by": None}
        how = {"signer": options["signer"], "reference": options["reference"]}
        self.told(keys.register(options["pem"].read_bytes(), **named, **how))

    def told(self, key: SigningKey) -> None:
        self.stdout.write(f"{key.fingerprint}  {key.name}: signs as {', '.join(key.categories)} from now on.")

    def list(self, options: dict[str, Any]) -> None:
        for key in SigningKey.objects.order_by("role", "-made_at"):
            self.stdout.write(f"{key.fingerprint[:16]}  {key.role:8}  {key.state:7}  {key.name}")

    def request(self, options: dict[str, Any]) -> None:
        for one in releases.waiting():
            name = one.key.name if one.key else "?"
            self.stdout.write(f"{one.digest}  {one.submission} as {one.category}, with the key {name}")

    def sign_offline(self, options: dict[str, Any]) -> None:
        many = options["digests"]
        digests = re.findall(r"(?im)^[0-9a-f]{64}\b", many.read_text()) if many else [options["digest"]]
        if not digests:
            raise SigningFault(f"No line of {many} begins with a digest: 64 hexadecimal characters.")
        pem = options["private_key"].read_bytes()
        secret = phrase("Passphrase of the key: ") if b"ENCRYPTED" in pem else ""
        key = material.read_private(pem, secret)
        if not isinstance(key, RSAPrivateKey):
            raise SigningFault("Releases are signed with RSA, as the package format asks.")
        for digest, made in [(digest, signed(key, digest)) for digest in digests]:
            self.stdout.write(f"{digest} {made}" if many else made)

    def answer(self, options: dict[str, Any]) -> None:
        request = SigningRequest.objects.filter(digest=options["digest"].lower(), state="waiting").first()
        if request is None:
            raise SigningFault("No request waits with this digest.")
        signature = sys.stdin.read() if options["signature"] == "-" else options["signature"]
        self.stdout.write(f"{releases.answer(request, signature, by=None)} is signed and released.")

    def retire(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"{keys.retire(one(options['fingerprint']), by=None)} signs no more.")

    def revoke(self, options: dict[str, Any]) -> None:
        key = keys.revoke(one(options["fingerprint"]), by=None, reason=options["reason"], since=options["since"])
        self.stdout.write(f"{key} is not believed from {key.revoked_from:%Y-%m-%d %H:%M} UTC on.")

    def sign_anew(self, options: dict[str, Any]) -> None:
        """One after another: what fails is told, and the others are signed."""
        secret = phrase("Passphrase of the key that signs now: ") if options["passphrase"] else ""
        made = brought(options["signatures"])
        lost = one(options["fingerprint"])
        failed = waiting = 0
        each: list[tuple[str, Callable[..., object]]] = []
        each += [(str(one), partial(anew.sign_anew, one)) for one in anew.disbelieved(lost)]
        each += [(str(one), partial(anew.sign_edition_anew, one)) for one in anew.disbelieved_editions(lost)]
        for what, sign in each:
            try:
                self.stdout.write(f"{sign(by=None, secret=secret, brought=made)}")
            except Elsewhere as fault:
                waiting += 1
                self.stdout.write(f"{fault.digest}  {what}")
            except (SigningFault, *releases.FAULTS) as fault:
                failed += 1
                self.stderr.write(f"{what}: {fault}")
        if waiting:
            self.stderr.write(ELSEWHERE.format(waiting=waiting))
        if failed:
            raise CommandError(f"{failed} release{'s' if failed > 1 else ''} could not be signed anew; see above.")


def signed(key: RSAPrivateKey, digest: str) -> str:
    """In base64."""
    try:
        value = bytes.fromhex(digest)
    except ValueError:
        value = b""
    if len(value) != SHA256.digest_size:
        raise SigningFault(f"The digest must be 64 hexadecimal characters, and this is {digest[:80]}")
    return base64.b64encode(key.sign(value, padding.PKCS1v15(), Prehashed(SHA256()))).decode()


def brought(file: Path | None) -> dict[str, str]:
    """Signature by digest; lines of anything else are passed over, so that a whole output can be handed in."""
    rows = [line.split() for line in file.read_text().splitlines()] if file else []
    return {row[0].lower(): row[1] for row in rows if len(row) == 2}


def named(parser: ArgumentParser, *, passphrase: bool = False) -> ArgumentParser:
    parser.add_argument("--name", default="", help="what people call it")
    parser.add_argument(
        "--category", action="append", choices=keys.ALL_CATEGORIES, required=True, help="may be given several times"
    )
    if passphrase:
        parser.add_argument("--passphrase", action="store_true", help=f"ask for one, or take it from {PASSPHRASE}")
    return parser


def phrase(prompt: str) -> str:
    return os.environ.get(PASSPHRASE) or getpass(prompt)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def one(start: str) -> SigningKey:
    found = list(SigningKey.objects.filter(fingerprint__startswith=start.lower())[:2])
    if len(found) != 1:
        raise SigningFault("No key has this fingerprint." if not found else "Several keys begin like this. Write more.")
    return found[0]
