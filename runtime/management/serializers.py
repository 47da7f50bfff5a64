"""What requests of the management API must hold; anything else is answered with 400."""

from typing import Any

from rest_framework import serializers as drf

from runtime.errors import BadRequest
from runtime.installations import CATEGORIES, DEFAULT_LANGUAGE

LANGUAGES = ("en_US", "zh_Hans", "ja_JP", "pt_BR")


class Several(drf.ListField):
    """A list, also as a query string has it: once for one, repeated for many."""

    def to_internal_value(self, data: Any) -> list[Any]:
        return list(super().to_internal_value([data] if isinstance(data, str) else data))


class IdentifierField(drf.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=512, **options)


class Nothing(drf.Serializer[Any]):
    pass


class Page(drf.Serializer[Any]):
    page = drf.IntegerField(min_value=1)
    page_size = drf.IntegerField(min_value=1, max_value=256)


class Search(Page):
    category = drf.CharField(max_length=32)
    query = drf.CharField(max_length=256, required=False, default="", allow_blank=True)
    tags = Several(child=drf.CharField(max_length=64), required=False, default=list, max_length=64)
    language = drf.ChoiceField(LANGUAGES, required=False, default=DEFAULT_LANGUAGE)


class RunPolicy(drf.Serializer[Any]):
    """How a plugin runs, or all of a workspace without `plugin_id` (runtime/models/running.py)."""

    plugin_id = drf.CharField(max_length=255, required=False, default="", allow_blank=True)
    sleep = drf.CharField(max_length=8, required=False, default="", allow_blank=True)
    sleep_after = drf.IntegerField(required=False, allow_null=True, default=None)
    most = drf.IntegerField(required=False, allow_null=True, default=None)
    apart = drf.BooleanField(required=False, allow_null=True, default=None)
    alone = drf.BooleanField(required=False, allow_null=True, default=None)


class OfCategory(drf.Serializer[Any]):
    category = drf.ChoiceField(CATEGORIES)


class Install(drf.Serializer[Any]):
    plugin_unique_identifiers = Several(child=IdentifierField(), min_length=1, max_length=64)
    source = drf.CharField(max_length=63)  # type: ignore[assignment]
    metas = drf.ListField(child=drf.DictField(), required=False, allow_null=True, default=None)


class Upgrade(drf.Serializer[Any]):
    original_plugin_unique_identifier = IdentifierField()
    new_plugin_unique_identifier = IdentifierField()
    source = drf.CharField(max_length=63)  # type: ignore[assignment]
    meta = drf.DictField(required=False, allow_null=True, default=dict)


class TaskId(drf.Serializer[Any]):
    task_id = drf.CharField()


class TaskItem(TaskId):
    identifier = IdentifierField()


class Identifier(drf.Serializer[Any]):
    """Old releases of Dify send the name in Go's spelling (protocol.md 8.5)."""

    plugin_unique_identifier = IdentifierField()

    def to_internal_value(self, data: Any) -> Any:
        old = data.get("PluginUniqueIdentifier")
        return super().to_internal_value({"plugin_unique_identifier": old, **data} if old else data)


class ReadmeOf(Identifier):
    language = drf.CharField(max_length=32, required=False, default=DEFAULT_LANGUAGE)


class InstallationId(drf.Serializer[Any]):
    plugin_installation_id = drf.CharField()


class PluginIds(drf.Serializer[Any]):
    plugin_ids = Several(child=drf.CharField(max_length=255), max_length=256)


class Identifiers(drf.Serializer[Any]):
    plugin_unique_identifiers = Several(child=IdentifierField(), max_length=256)


class OneProvider(drf.Serializer[Any]):
    plugin_id = drf.CharField(max_length=255)
    provider = drf.CharField(max_length=127)


class ProviderId(drf.Serializer[Any]):
    plugin_id = drf.CharField()
    provider_name = drf.CharField()


class ProviderIds(drf.Serializer[Any]):
    provider_ids = ProviderId(many=True)


def checked(kind: type[drf.Serializer[Any]], data: dict[str, Any]) -> dict[str, Any]:
    """The known fields of a request with defaults filled in; raises BadRequest naming the field."""
    form = kind(data=data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def merged(*sources: Any) -> dict[str, Any]:
    """Query string, body and path as one: clients mix them (protocol.md 8.5). A later one wins; repeated keys are lists."""
    data: dict[str, Any] = {}
    for source in sources:
        if not hasattr(source, "items"):
            raise BadRequest("the body must be a JSON object")
        if hasattr(source, "lists"):
            data |= {key: values[0] if len(values) == 1 else values for key, values in source.lists()}
        else:
            data |= source
    return data
