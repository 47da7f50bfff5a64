"""What a release may do, in words of the page's language; and what it offers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.catalogue.languages import said

type Declaration = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Power:
    """One permission; `key` tells two releases' apart, also by how much they may."""

    key: str
    icon: str
    title: str
    detail: str


MODELS: dict[str, str | Promise] = {
    "llm": gettext_lazy("language models"),
    "text_embedding": gettext_lazy("text embeddings"),
    "rerank": gettext_lazy("rerankers"),
    "tts": gettext_lazy("speech synthesis"),
    "speech2text": gettext_lazy("speech recognition"),
    "moderation": gettext_lazy("moderation"),
}


def powers(declaration: Declaration) -> list[Power]:
    """What the manifest asks for; what it does not ask for is denied (protocol.md 1.6)."""
    asked = (declaration.get("resource") or {}).get("permission") or {}
    on = {name: found for name, found in asked.items() if isinstance(found, dict) and found.get("enabled")}
    return [power for name, make in MAKERS.items() if name in on and (power := make(on[name]))]


def tools(_asked: Declaration) -> Power:
    detail = _("It may run other plugins' tools in the workspace, with its accounts.")
    return Power("tool", "wrench", _("Call other tools"), detail)


def models(asked: Declaration) -> Power | None:
    """None where no kind of model is asked for: then the switch alone allows nothing."""
    kinds = [name for name in MODELS if asked.get(name)]
    listed = _(", ").join(str(MODELS[name]) for name in kinds)
    detail = _("It may call the workspace's %(models)s. This can cost money.") % {"models": listed}
    return Power(f"model:{','.join(kinds)}", "cpu", _("Use models"), detail) if kinds else None


def nodes(_asked: Declaration) -> Power:
    detail = _("It may run single workflow nodes, such as classifiers.")
    return Power("node", "workflow", _("Use workflow nodes"), detail)


def apps(_asked: Declaration) -> Power:
    detail = _("It may run apps of the workspace and read what they answer.")
    return Power("app", "app-window", _("Call apps"), detail)


def endpoints(_asked: Declaration) -> Power:
    detail = _("It may offer addresses that anybody can call.")
    return Power("endpoint", "webhook", _("Receive web requests"), detail)


def storage(asked: Declaration) -> Power:
    size = int(asked.get("size") or 0)
    limit = _("It may keep up to %(size)s for itself in the workspace.") % {"size": filesizeformat(size)}
    return Power(f"storage:{size}", "hard-drive", _("Keep data"), limit if size else _("It may keep data for itself."))


MAKERS = {"tool": tools, "model": models, "node": nodes, "app": apps, "endpoint": endpoints, "storage": storage}


@dataclass(frozen=True, slots=True)
class Offer:
    """A tool, model, strategy, datasource, event or endpoint; `marks` are small words beside its name."""

    name: str
    label: str
    about: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offered:
    """All of one kind."""

    title: str
    icon: str
    offers: list[Offer]


def offered(declaration: Declaration) -> list[Offered]:
    found = [Offered(title, icon, list(offers)) for title, icon, offers in every_kind(declaration)]
    return [one for one in found if one.offers]


def every_kind(declaration: Declaration) -> Iterator[tuple[str, str, Iterator[Offer]]]:
    yield _("Tools"), "wrench", identified(declaration, "tool", "tools")
    yield _("Models"), "cpu", of_models(declaration)
    yield _("Agent strategies"), "bot", identified(declaration, "agent_strategy", "strategies")
    yield _("Data sources"), "database", identified(declaration, "datasource", "datasources")
    yield _("Events"), "zap", identified(declaration, "trigger", "events")
    yield _("Endpoints"), "webhook", of_endpoints(declaration)


def identified(declaration: Declaration, section: str, listed: str) -> Iterator[Offer]:
    for one in entries(declaration, section, listed):
        identity = one.get("identity") or {}
        about = one.get("description")
        about = about.get("human", about) if isinstance(about, dict) else about
        name = str(identity.get("name") or "")
        yield Offer(name, said(identity.get("label")) or name, said(about))


def of_models(declaration: Declaration) -> Iterator[Offer]:
    for one in entries(declaration, "model", "models"):
        name, kind = str(one.get("model") or ""), str(one.get("model_type") or "")
        size = (one.get("model_properties") or {}).get("context_size")
        context = (
            (_("%(count)s tokens") % {"count": f"{size:,}".replace(",", "\u202f")},) if isinstance(size, int) else ()
        )
        yield Offer(name, said(one.get("label")) or name, "", (kind, *context))


def of_endpoints(declaration: Declaration) -> Iterator[Offer]:
    for one in entries(declaration, "endpoint", "endpoints"):
        if not one.get("hidden"):
            yield Offer(str(one.get("path")), str(one.get("path")), "", (str(one.get("method") or ""),))


def entries(declaration: Declaration, section: str, listed: str) -> Iterator[Declaration]:
    found = (declaration.get(section) or {}).get(listed) or ()
    yield from (one for one in found if isinstance(one, dict))
