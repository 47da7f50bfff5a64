"""Who asks: which installation's catalogue, by which of its two addresses, and with which version of Dify."""

import re
from dataclasses import dataclass
from hashlib import sha256
from secrets import compare_digest

from django.http import HttpRequest

from marketplace.dify.answers import Declined
from marketplace.models import Catalogue
from marketplace.models.plugins import version_number

# Dify 1.0.0, the first one with a marketplace, sends no version; so who sends none is taken for that.
OLDEST = "1.0.0"
VERSION = re.compile(r"v?[0-9]{1,6}(?:\.[0-9]{1,6}){0,3}(?:[-+.][\w.+-]{1,40})?\Z")
# Settings that end in a slash, or in /api/v1 itself, make such paths of a client's.
API = re.compile(r"/+(?:api/v1/+)+.*\Z", re.S)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """`dify` is the asker's version as a number that compares; `base` the address of the API that was called."""

    catalogue: Catalogue | None = None
    dify: int = version_number(OLDEST)
    private: bool = False
    base: str = ""

    def address(self, path: str) -> str:
        return f"{self.base}/{path}"


def asking(request: HttpRequest, *, token: str = "", secret: str = "") -> Asking:
    """Read who asks off the request; Declined (404) when there is no such catalogue, or the secret is not its."""
    catalogue = catalogue_of(token) if token else None
    if secret and not (catalogue and opens(catalogue, secret)):
        raise Declined(404, "There is no catalogue at this address. Its page shows the address, or makes a new one.")
    version = request.headers.get("X-Dify-Version", "").strip()
    return Asking(
        catalogue=catalogue,
        dify=version_number(version.removeprefix("v") if VERSION.match(version) else OLDEST),
        private=bool(secret),
        base=request.build_absolute_uri(API.sub("/api/v1", request.path)),
    )


def catalogue_of(token: str) -> Catalogue:
    found = Catalogue.objects.filter(token=token).first()
    if found is None:
        raise Declined(404, "There is no catalogue at this address. Ask whoever runs this marketplace for a new one.")
    return found


def opens(catalogue: Catalogue, secret: str) -> bool:
    return bool(catalogue.secret_digest) and compare_digest(digest(secret), catalogue.secret_digest)


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
