"""What an app is made of, as it is kept in `App.settings`; and texts with {{variables}}."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from runtime.errors import BadRequest
from runtime.models import App

VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
QUERY = "query"  # what the user asks; in every text without being an input
LARGEST_INPUT = 100_000  # characters
STEP_KINDS = {"model": "Ask the model", "tool": "Run a tool", "text": "Write a text"}


@dataclass(slots=True)
class Model:
    """`provider` as plugins name it: `author/plugin/provider`."""

    provider: str = ""
    name: str = ""
    mode: str = "chat"
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Tool:
    provider: str
    name: str


@dataclass(slots=True)
class Strategy:
    provider: str = ""
    name: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Step:
    """`text` is a prompt, a text, or a tool's parameters as JSON; its answer is a variable for the steps that follow."""

    name: str
    kind: str = "model"
    text: str = ""
    tool: Tool | None = None


@dataclass(slots=True)
class Recipe:
    """`memory` is how many earlier turns of a conversation the model is told."""

    model: Model = field(default_factory=Model)
    prompt: str = ""
    opening: str = ""
    memory: int = 10
    tools: list[Tool] = field(default_factory=list)
    strategy: Strategy = field(default_factory=Strategy)
    steps: list[Step] = field(default_factory=list)

    def packed(self) -> dict[str, Any]:
        return asdict(self)

    def variables(self) -> list[str]:
        """Names that the app is to be told, in the order in which they are met."""
        known, found = {QUERY}, dict.fromkeys(names_in(self.prompt))
        for step in self.steps:
            found |= dict.fromkeys(name for name in names_in(step.text) if name not in known)
            known.add(step.name)
        return [name for name in found if name != QUERY]


def recipe(app: App) -> Recipe:
    """The recipe of an app; what is missing takes its default."""
    kept = app.settings
    return Recipe(
        model=Model(**kept.get("model") or {}),
        prompt=kept.get("prompt") or "",
        opening=kept.get("opening") or "",
        memory=kept.get("memory", 10),
        tools=[Tool(**one) for one in kept.get("tools") or ()],
        strategy=Strategy(**kept.get("strategy") or {}),
        steps=[step(one) for one in kept.get("steps") or ()],
    )


def step(kept: Mapping[str, Any]) -> Step:
    tool = kept.get("tool")
    return Step(**{**kept, "tool": Tool(**tool) if tool else None})


def names_in(text: str) -> list[str]:
    return VARIABLE.findall(text)


def written(text: str, values: Mapping[str, Any]) -> str:
    """The text with its variables filled in; one that nobody has told is left empty."""
    return VARIABLE.sub(lambda match: as_text(values.get(match[1], "")), text)


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def filled(parameters: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A tool's parameters: JSON first, then the variables in its texts, so that no value can change its shape."""
    try:
        found = json.loads(parameters or "{}")
    except json.JSONDecodeError as error:
        raise BadRequest(f"The parameters of the tool are not JSON: {error.msg}, line {error.lineno}.") from None
    if not isinstance(found, dict):
        raise BadRequest("The parameters of the tool must be a JSON object.")
    return {name: filled_value(value, values) for name, value in found.items()}


def filled_value(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return written(value, values)
    if isinstance(value, list):
        return [filled_value(one, values) for one in value]
    if isinstance(value, dict):
        return {name: filled_value(one, values) for name, one in value.items()}
    return value


def check_length(what: str, text: str) -> None:
    if len(text) > LARGEST_INPUT:
        raise BadRequest(f"{what} must be less than {LARGEST_INPUT} characters")


def storable(value: Any) -> Any:
    """The value without NUL characters, which PostgreSQL does not keep."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [storable(one) for one in value]
    if isinstance(value, dict):
        return {storable(name): storable(one) for name, one in value.items()}
    return value


def checked_inputs(wanted: Iterable[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that the app asks for; BadRequest names one that is missing or far too long."""
    inputs = {name: storable(given.get(name)) for name in wanted}
    for name, value in inputs.items():
        if value is None or value == "":
            raise BadRequest(f"{name} is required in input form")
        check_length(f"{name} in input form", as_text(value))
    return inputs
