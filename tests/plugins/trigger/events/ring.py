from collections.abc import Mapping
from typing import Any

from dify_plugin.entities import I18nObject, ParameterOption
from dify_plugin.entities.trigger import Variables
from dify_plugin.errors.trigger import EventIgnoreError
from dify_plugin.interfaces.trigger import Event
from werkzeug import Request


class RingEvent(Event):
    def _on_event(self, request: Request, parameters: Mapping[str, Any], payload: Mapping[str, Any]) -> Variables:
        volume = int(payload.get("volume", 1))
        if volume <= float(parameters.get("louder_than") or 0):
            raise EventIgnoreError
        door = self.runtime.subscription.properties.get("door", "")
        return Variables(variables={"volume": volume, "user": str(payload.get("user", "")), "door": door})

    def _fetch_parameter_options(self, parameter: str) -> list[ParameterOption]:
        return [
            ParameterOption(value="ding", label=I18nObject(en_US="Ding")),
            ParameterOption(value="dong", label=I18nObject(en_US="Dong")),
        ]
