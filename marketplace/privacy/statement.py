"""The statement itself: which data, what for, who gets it, for how long, on which legal basis."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from .classes import BASES, DATA, PURPOSES


def _one_of(table: dict[str, object], what: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in table:
            raise ValueError(f"{value!r} is no {what}; it is one of {', '.join(table)}")
        return value

    return AfterValidator(check)


def _is_link(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise ValueError("must be an address that begins with https://")
    return value


def _is_basis(value: str) -> str:
    if value and value not in BASES:
        raise ValueError(f"{value!r} is no legal basis; it is one of {', '.join(BASES)}")
    return value


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Recipient(Part):
    """Somebody who is given data; `hosts` are where it goes, `policy` is the address of their privacy policy."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    hosts: list[Annotated[str, Field(max_length=253)]] = []
    policy: Annotated[str, Field(max_length=500), AfterValidator(_is_link)] = ""


class Use(Part):
    """One class of data for one purpose; `recipients` are names of recipients, none for what stays in the workspace."""

    data: Annotated[str, _one_of(dict(DATA), "class of data")]
    purpose: Annotated[str, _one_of(dict(PURPOSES), "purpose")] = "function"
    recipients: list[str] = []
    retention: Annotated[str, Field(max_length=300)] = ""
    legal_basis: Annotated[str, AfterValidator(_is_basis)] = ""


class Statement(Part):
    """`storage_retention` says how long what the plugin stores is kept; `guessed` names what a person must confirm."""

    collects_nothing: bool = False
    uses: list[Use] = []
    recipients: list[Recipient] = []
    storage_retention: Annotated[str, Field(max_length=300)] = ""
    deletion: Annotated[str, Field(max_length=500)] = ""
    contact: Annotated[str, Field(max_length=300)] = ""
    guessed: list[str] = []

    @model_validator(mode="after")
    def _recipients_are_known(self) -> Self:
        known = {one.name for one in self.recipients}
        unknown = sorted({name for use in self.uses for name in use.recipients} - known)
        if unknown:
            raise ValueError(
                f"{', '.join(f'“{one}”' for one in unknown)} is not among the recipients, add it there with its hosts and policy"
            )
        if self.collects_nothing and self.uses:
            raise ValueError("it cannot both collect nothing and list uses of data")
        return self

    def hosts(self) -> list[str]:
        """All hosts of all recipients."""
        return [host.removeprefix("*.").lower() for one in self.recipients for host in one.hosts]

    def recipient_of(self, host: str) -> Recipient | None:
        """Who owns the host, or a host above it."""
        for one in self.recipients:
            for own in one.hosts:
                bare = own.removeprefix("*.").lower()
                if host == bare or host.endswith(f".{bare}"):
                    return one
        return None

    @property
    def is_empty(self) -> bool:
        return not (self.collects_nothing or self.uses or self.recipients)
