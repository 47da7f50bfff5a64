"""`manage.py signing`: keys from the command line, and signatures with keys that are kept elsewhere."""

import base64
import os
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
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
from marketplace.signing.errors import SigningFault

PASSPHRASE = "SIGNING_KEY_PASSPHRASE"  # noqa: S105 - the name of an environment variable


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
        offline.add_argument("--digest", required=True, help="64 hexadecimal characters")
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
        try:
            digest = bytes.fromhex(options["digest"])
        except ValueError:
            digest = b""
        if len(digest) != SHA256.digest_size:
            raise SigningFault("The digest must be 64 hexadecimal characters.")
        pem = options["private_key"].read_bytes()
        secret = phrase("Passphrase of the key: ") if b"ENCRYPTED" in pem else ""
        key = material.read_private(pem, secret)
        if not isinstance(key, RSAPrivateKey):
            raise SigningFault("Releases are signed with RSA, as the package format asks.")
        self.stdout.write(base64.b64encode(key.sign(digest, padding.PKCS1v15(), Prehashed(SHA256()))).decode())

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
        failed = 0
        for release in anew.disbelieved(one(options["fingerprint"])):
            try:
                self.stdout.write(f"{anew.sign_anew(release, by=None, secret=secret)}")
            except (SigningFault, *releases.FAULTS) as fault:
                failed += 1
                self.stderr.write(f"{release}: {fault}")
        if failed:
            raise CommandError(f"{failed} release{'s' if failed > 1 else ''} could not be signed anew; see above.")


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
