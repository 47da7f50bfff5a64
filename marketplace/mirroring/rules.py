"""Which plugins of another marketplace are followed: a JSON document, checked by the model here."""

from typing import Any

from pydantic import Field, ValidationError

from marketplace.dify.policies import BadPolicy, Category, Part, PluginId, Publisher, Trust, sentence

# What the other marketplace is told, so that it holds back nothing that a newer Dify could use.
AS_DIFY = "999.0.0"


class Following(Part):
    """A plugin is followed that `plugins` names, or that every other list which is not empty has it in."""

    plugins: list[PluginId] = Field([], max_length=2000, description="Plugins by their ids.")
    publishers: list[Publisher] = Field([], max_length=500, description="Everything of these publishers.")
    categories: list[Category] = Field([], description="Only these categories.")
    tags: list[str] = Field([], max_length=50, description="Only plugins with one of these tags.")
    trust: list[Trust] = Field([], description="Only what was signed as one of these.")
    everything: bool = Field(False, description="Everything, as far as the other lists do not narrow it.")
    never: list[PluginId] = Field([], max_length=2000, description="Plugins that are left out in any case.")
    as_dify: str = Field(AS_DIFY, max_length=20, description="The version of Dify whose releases are wanted.")
    most: int = Field(20, ge=1, le=500, description="How many releases are brought at one look.")

    def follows(self, card: dict[str, Any]) -> bool:
        plugin_id = str(card.get("plugin_id"))
        if plugin_id in self.never:
            return False
        return plugin_id in self.plugins or (self.has_rules and self.fits(card))

    @property
    def has_rules(self) -> bool:
        return bool(self.everything or self.publishers or self.categories or self.tags or self.trust)

    def fits(self, card: dict[str, Any]) -> bool:
        tags = {tag.get("name") for tag in card.get("tags") or [] if isinstance(tag, dict)}
        trust = (card.get("verification") or {}).get("authorized_category")
        return (
            (not self.publishers or card.get("org") in self.publishers)
            and (not self.categories or card.get("category") in self.categories)
            and (not self.tags or bool(tags & set(self.tags)))
            and (not self.trust or trust in self.trust)
        )


def checked(document: Any) -> Following:
    """BadPolicy says what is wrong, in sentences."""
    try:
        found = Following.model_validate(document)
    except ValidationError as error:
        raise BadPolicy([sentence(one) for one in error.errors(include_url=False)]) from None
    if not (found.plugins or found.has_rules):
        raise BadPolicy(
            ["Nothing would be followed. Name plugins, or publishers, categories, tags or trust, or everything."]
        )
    return found
