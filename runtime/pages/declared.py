"""What a plugin declares, as rows for pages: tools, models and the rest with their parameters, in one language."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from runtime.pages.words import said

Declaration = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    label: str
    type: str
    required: bool
    help: str
    default: Any = None
    options: tuple[str, ...] = ()
    limits: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """A tool, model, strategy, datasource, event or endpoint: `runs` says whether it can be tried on its page."""

    name: str
    label: str
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    marks: tuple[str, ...] = ()
    runs: bool = False
    more: dict[str, Any] = field(default_factory=dict)

    def matches(self, words: str) -> bool:
        haystack = f"{self.name} {self.label} {self.description} {' '.join(self.marks)}".lower()
        return all(word in haystack for word in words.lower().split())


@dataclass(frozen=True, slots=True)
class Section:
    """A tab of a plugin's page. `settings` are what its provider must be told: accounts, keys."""

    tab: str
    title: str
    icon: str
    things: tuple[Thing, ...]
    settings: tuple[Parameter, ...] = ()


def sections(declaration: Declaration, language: str) -> list[Section]:
    """One for each kind of thing that the plugin declares, in the order of their tabs."""
    makers = (tools, models, strategies, datasources, triggers, endpoints)
    return [section for maker in makers if (section := maker(declaration, language))]


def parameter(declared: dict[str, Any], language: str) -> Parameter:
    """Of any schema: tool parameters, provider configuration, model rules and credential forms (protocol.md 1.7)."""
    name = str(declared.get("name") or declared.get("variable") or "")
    about = declared.get("human_description") or declared.get("description") or declared.get("help")
    low, high = declared.get("min"), declared.get("max")
    return Parameter(
        name=name,
        label=said(declared.get("label"), language) or name,
        type=str(declared.get("type") or "string"),
        required=bool(declared.get("required")),
        help=said(about, language),
        default=declared.get("default"),
        options=tuple(option_label(option, language) for option in declared.get("options") or ()),
        limits=" … ".join(str(end) for end in (low, high)) if low is not None and high is not None else "",
    )


def option_label(option: Any, language: str) -> str:
    if not isinstance(option, dict):
        return str(option)
    return said(option.get("label"), language) or str(option.get("value"))


def parameters(declared: Iterable[dict[str, Any]] | None, language: str) -> tuple[Parameter, ...]:
    return tuple(parameter(one, language) for one in declared or ())


def identified(declared: dict[str, Any], language: str, **more: Any) -> Thing:
    """A thing with an `identity`, as most kinds have it."""
    identity = declared.get("identity") or {}
    description = declared.get("description")
    if isinstance(description, dict) and "human" in description:
        description = description["human"]
    return Thing(
        name=str(identity.get("name") or ""),
        label=said(identity.get("label"), language) or str(identity.get("name") or ""),
        description=said(description, language),
        parameters=parameters(declared.get("parameters"), language),
        **more,
    )


def tools(declaration: Declaration, language: str) -> Section | None:
    provider = declaration.get("tool")
    if not provider:
        return None
    things = tuple(identified(one, language, runs=True) for one in provider.get("tools") or ())
    return Section("tools", "Tools", "wrench", things, parameters(provider.get("credentials_schema"), language))


def models(declaration: Declaration, language: str) -> Section | None:
    provider = declaration.get("model")
    if not provider:
        return None
    things = tuple(model(one, language) for one in provider.get("models") or ())
    schema = provider.get("provider_credential_schema") or {}
    return Section("models", "Models", "cpu", things, parameters(schema.get("credential_form_schemas"), language))


def model(declared: dict[str, Any], language: str) -> Thing:
    size = (declared.get("model_properties") or {}).get("context_size")
    kind = str(declared.get("model_type") or "")
    marks = [str(feature) for feature in declared.get("features") or ()]
    marks += ["deprecated"] if declared.get("deprecated") else []
    name = str(declared.get("model"))
    return Thing(
        name=name,
        label=said(declared.get("label"), language) or name,
        parameters=parameters(declared.get("parameter_rules"), language),
        marks=(kind, *marks),
        runs=kind == "llm",
        more={"kind": kind, "context": size if isinstance(size, int) else None, "features": marks},
    )


def strategies(declaration: Declaration, language: str) -> Section | None:
    provider = declaration.get("agent_strategy")
    if not provider:
        return None
    things = tuple(identified(one, language) for one in provider.get("strategies") or ())
    return Section("strategies", "Agent strategies", "bot", things)


def datasources(declaration: Declaration, language: str) -> Section | None:
    provider = declaration.get("datasource")
    if not provider:
        return None
    kind = str(provider.get("provider_type") or "").replace("_", " ")
    things = tuple(identified(one, language, marks=(kind,)) for one in provider.get("datasources") or ())
    settings = parameters(provider.get("credentials_schema"), language)
    return Section("datasources", "Data sources", "database", things, settings)


def triggers(declaration: Declaration, language: str) -> Section | None:
    provider = declaration.get("trigger")
    if not provider:
        return None
    things = tuple(identified(one, language) for one in provider.get("events") or ())
    constructor = provider.get("subscription_constructor") or {}
    settings = parameters(provider.get("subscription_schema"), language)
    settings += parameters(constructor.get("credentials_schema"), language)
    return Section("triggers", "Triggers", "zap", things, settings)


def endpoints(declaration: Declaration, language: str) -> Section | None:
    group = declaration.get("endpoint")
    if not group:
        return None
    things = tuple(
        Thing(name=str(one.get("path")), label=str(one.get("path")), marks=(str(one.get("method")),))
        for one in group.get("endpoints") or ()
        if not one.get("hidden")
    )
    return Section("endpoints", "Endpoints", "webhook", things, parameters(group.get("settings"), language))
