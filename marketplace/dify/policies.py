"""What a catalogue lets its installation have: a JSON document, checked by the models here, which are its description.

The most specific rule decides: what is said of a plugin, then of its publisher, then of its category and of the level of
trust it was signed with (where a denial wins), then `otherwise`. A granted request counts as an allowed plugin.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from marketplace.difypkg import BadPackage, parse_constraint
from marketplace.models import Catalogue

Publisher = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
PluginId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}/[a-z0-9_-]{1,128}$")]
Category = Literal["tool", "model", "datasource", "agent-strategy", "trigger", "extension"]
Trust = Literal["langgenius", "partner", "community"]


def is_constraint(text: str) -> str:
    try:
        parse_constraint(text)
    except BadPackage as error:
        raise ValueError(error.message) from None
    return text


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Rules(Part):
    """What is named here is allowed, or denied."""

    plugins: list[PluginId] = Field([], max_length=2000, description="Plugins by their ids, such as acme/search.")
    publishers: list[Publisher] = Field([], max_length=500, description="Everything of these publishers.")
    categories: list[Category] = Field([], description="Everything in these categories.")
    trust: list[Trust] = Field([], description="Releases that were signed as one of these.")


class Edition(Part):
    """The machine for which offline editions are handed out in place of releases, where there are some."""

    python: str = Field(pattern=r"^3\.[0-9]{1,2}$", description="Such as 3.12.")
    platform: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,60}$", description="As uv names it, x86_64-manylinux_2_28.")


class Policy(Part):
    """An empty document allows everything that is listed."""

    otherwise: Literal["allow", "deny"] = Field("allow", description="What holds where no rule says anything.")
    allow: Rules = Field(default_factory=Rules)
    deny: Rules = Field(default_factory=Rules)
    pins: dict[PluginId, Annotated[str, AfterValidator(is_constraint)]] = Field(
        default_factory=dict,
        max_length=2000,
        description="Versions by plugin: 1.2.3, ^1.2.3, ~1.2.3, 1.2.x or 1.0.0-2.0.0. A single version is offered even if it "
        "was yanked, is new, or is not for everybody.",
    )
    cool_down_days: int = Field(0, ge=0, le=365, description="How old a release must be before it is offered.")
    channels: list[Literal["stable", "beta"]] = Field(
        ["stable"], min_length=1, description="Which releases are offered."
    )
    unlisted: list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{20,43}$")]] = Field(
        [], max_length=200, description="The secret parts of addresses of unlisted releases that are offered as well."
    )
    minimum_rating: float = Field(
        0, ge=0, le=5, description="The lowest average of stars; plugins without any are below."
    )
    rollout: Literal["usual", "first", "last"] = Field(
        "usual",
        description="When releases come that are first for a part of all installations: by chance, at once, or last.",
    )
    requests: bool = Field(False, description="Whether people may ask for plugins that are not allowed.")
    private_downloads: bool = Field(False, description="Whether packages are only handed out at the secret address.")
    edition: Edition | None = Field(None, description="Hand out packages with all wheels inside, for this machine.")

    @model_validator(mode="after")
    def _decides(self) -> Self:
        for kind in Rules.model_fields:
            both = set(getattr(self.allow, kind)) & set(getattr(self.deny, kind))
            if both:
                raise ValueError(f"{sorted(both)[0]} is both allowed and denied in {kind}, take it out of one of them")
        return self


class BadPolicy(Exception):
    """Sentences, one for each thing that is wrong."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def checked(document: Any) -> Policy:
    """The document as a policy; BadPolicy says what is wrong with it."""
    try:
        return Policy.model_validate(document)
    except ValidationError as error:
        raise BadPolicy([sentence(one) for one in error.errors(include_url=False)]) from None


def sentence(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"] if part != "[key]")
    message = error["msg"].removeprefix("Value error, ").removesuffix(".")
    if error["type"] == "extra_forbidden":
        message = "there is no such setting"
    return f"{where}: {message}." if where else f"{message[:1].upper()}{message[1:]}."


def policy_of(catalogue: Catalogue | None) -> Policy:
    """The policy of a catalogue, of the whole marketplace for None. What no longer validates denies everything."""
    if catalogue is None:
        return Policy()
    try:
        return checked(catalogue.policy)
    except BadPolicy:
        return Policy(otherwise="deny")


def schema() -> dict[str, Any]:
    """The JSON Schema of a policy."""
    return Policy.model_json_schema()
