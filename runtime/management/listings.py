"""Answers about what is installed: plugins, and the providers they bring."""

from collections.abc import Callable
from typing import Any

from runtime import installations
from runtime.errors import Refused
from runtime.management.shapes import Shape, batch_shapes, binding_shape, installation_shapes, provider_shapes
from runtime.models import Provider

Fields = dict[str, Any]
Answer = Callable[[str, Fields], Any]


def plugins(workspace_id: str, fields: Fields) -> Shape:
    """The answer is the same with and without `response_type=paged`."""
    rows = installations.installations(workspace_id)
    found, _ = installations.page_of(rows, **fields)
    return {"list": installation_shapes(found), "total": rows.count()}


def plugin_ids(workspace_id: str, fields: Fields) -> Shape:
    rows = installations.installations(workspace_id).filter(package__category=fields["category"])
    return {"plugin_ids": list(rows.values_list("plugin_id", flat=True))}


def by_category(workspace_id: str, fields: Fields) -> Shape:
    paging = {name: fields.pop(name) for name in ("page", "page_size")}
    if fields["category"] not in installations.CATEGORIES:
        raise Refused("invalid plugin category")
    found, has_more = installations.page_of(installations.search(workspace_id, **fields), **paging)
    return {"list": installation_shapes(found), "has_more": has_more}


def batch(workspace_id: str, fields: Fields) -> list[Shape]:
    rows = installations.installations(workspace_id).filter(plugin_id__in=fields["plugin_ids"])
    return batch_shapes(list(rows))


def missing(workspace_id: str, fields: Fields) -> list[Shape]:
    pairs = installations.missing_dependencies(workspace_id, fields["plugin_unique_identifiers"])
    return [{"plugin_unique_identifier": wanted, "current_identifier": current} for wanted, current in pairs]


def bindings(workspace_id: str, fields: Fields) -> list[Shape]:
    return [binding_shape(row) for row in installations.providers(workspace_id, Provider.Kind.MODEL)]


def many(kind: str, *extra: str) -> Answer:
    """A page of the providers of one kind."""

    def answer(workspace_id: str, fields: Fields) -> list[Shape]:
        found, _ = installations.page_of(installations.providers(workspace_id, kind), **fields)
        return provider_shapes(found, *extra)

    return answer


def one(kind: str, *extra: str) -> Answer:
    """One provider of a plugin."""

    def answer(workspace_id: str, fields: Fields) -> Shape:
        row = installations.find_provider(
            workspace_id, kind=kind, plugin_id=fields["plugin_id"], name=fields["provider"]
        )
        return provider_shapes([row], *extra)[0]

    return answer


def tools_exist(workspace_id: str, fields: Fields) -> list[bool]:
    pairs = [(one["plugin_id"], one["provider_name"]) for one in fields["provider_ids"]]
    return installations.existing_tools(workspace_id, pairs)
