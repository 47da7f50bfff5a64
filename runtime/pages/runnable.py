"""What can be run from a form: which schemas its fields are made of, and the call that its values become."""

from dataclasses import dataclass, field
from typing import Any

from runtime.pages.words import said

Schema = dict[str, Any]
LARGEST_PROMPT = 3  # rows of the prompt's field


@dataclass(frozen=True, slots=True)
class Runnable:
    """`action` is a path of the dispatch table; `fixed` is the part of its data that is not asked for."""

    label: str
    description: str
    action: str
    fixed: dict[str, Any]
    parameters: list[Schema]
    credentials: list[Schema]
    credential_type: str = ""
    more: list[Schema] = field(default_factory=list)

    def data(self, parameters: dict[str, Any], credentials: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
        """The `data` of the call (protocol.md 6.3)."""
        account = {"credentials": credentials, "credential_type": self.credential_type or None}
        if self.action == "tool/invoke":
            return {**self.fixed, **account, "tool_parameters": parameters}
        messages = [{"role": "user", "content": parameters["prompt"]}]
        if parameters.get("system"):
            messages.insert(0, {"role": "system", "content": parameters["system"]})
        return {**self.fixed, **account, "model_parameters": more, "prompt_messages": messages, "stream": True}


def account(provider: Schema) -> tuple[list[Schema], str]:
    """The credentials that a provider wants, and of which type they are."""
    if schema := provider.get("credentials_schema"):
        return list(schema), "api-key"
    if schema := (provider.get("oauth_schema") or {}).get("credentials_schema"):
        return list(schema), "oauth2"
    return [], "unauthorized"


def tool(declaration: dict[str, Any], name: str, language: str) -> Runnable | None:
    provider = declaration.get("tool") or {}
    found = next((one for one in provider.get("tools") or () if one["identity"]["name"] == name), None)
    if found is None:
        return None
    credentials, credential_type = account(provider)
    return Runnable(
        label=said(found["identity"].get("label"), language) or name,
        description=said((found.get("description") or {}).get("human"), language),
        action="tool/invoke",
        fixed={"provider": provider["identity"]["name"], "tool": name},
        parameters=list(found.get("parameters") or ()),
        credentials=credentials,
        credential_type=credential_type,
    )


PROMPT: list[Schema] = [
    {
        "name": "system",
        "type": "text",
        "label": "Instruction",
        "placeholder": "You are a helpful assistant.",
    },
    {"name": "prompt", "type": "text", "label": "Prompt", "required": True},
]


def language_models(declaration: dict[str, Any]) -> list[Schema]:
    return [one for one in (declaration.get("model") or {}).get("models") or () if one.get("model_type") == "llm"]


def model(declaration: dict[str, Any], name: str, language: str) -> Runnable | None:
    """A language model by name, with its own parameters."""
    provider = declaration.get("model") or {}
    found = next((one for one in language_models(declaration) if one.get("model") == name), None)
    if found is None:
        return None
    schema = (provider.get("provider_credential_schema") or {}).get("credential_form_schemas") or ()
    return Runnable(
        label=said(found.get("label"), language) or name,
        description="",
        action="llm/invoke",
        fixed={"provider": provider["provider"], "model": name, "model_type": "llm"},
        parameters=PROMPT,
        credentials=[conditional(one) for one in schema],
        credential_type="api-key",
        more=[optional(one) for one in found.get("parameter_rules") or ()],
    )


def conditional(schema: Schema) -> Schema:
    """What is asked for only with another answer cannot be required of everybody."""
    return {**schema, "required": False} if schema.get("show_on") else schema


def optional(schema: Schema) -> Schema:
    """A model's parameter that is left empty is not sent: then the model's own default holds."""
    if schema.get("required"):
        return schema
    default = schema.get("default")
    return {**schema, "default": None, "placeholder": "" if default is None else str(default)}
