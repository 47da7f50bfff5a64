"""Where a statement stands: its module, the scopes in which its names are looked up, and the class around it."""

import builtins
from dataclasses import dataclass, field, replace

from .modules import Module
from .program import Program
from .values import NOTHING, Value, ref

_BUILTINS = frozenset(dir(builtins))
_LABELLED_NAMES = {
    "credentials": "credential",
    "credential": "credential",
    "creds": "credential",
    "system_credentials": "credential",
    "settings": "credential",
    "tool_parameters": "input",
    "prompt_messages": "input",
    "datasource_parameters": "input",
}
# Names that only mean the user's content where the SDK hands them over.
_LABELLED_ENTRY = {"text": "input", "texts": "input", "query": "input", "docs": "input", "r": "input"} | dict.fromkeys(
    ("parameters", "content_text", "file", "request", "payload", "content", "message", "page"), "input"
)
_ENTRIES = frozenset(
    [
        "_invoke",
        "invoke",
        "_validate_credentials",
        "validate_credentials",
        "_on_event",
        "_dispatch_event",
        "_validate_api_key",
        "_get_content",
        "_get_pages",
        "_get_website_crawl",
        "_download_file",
        "_browse_files",
        "_create_subscription",
        "_oauth_get_credentials",
    ]
)


@dataclass(frozen=True)
class Frame:
    """`scopes` are innermost first; `overlay` holds what a comprehension binds for the moment."""

    program: Program
    module: Module
    scopes: tuple[str, ...]
    owner: str = ""
    overlay: dict[str, Value] = field(default_factory=dict)
    globals: set[str] = field(default_factory=set)
    depth: int = 0  # how many texts of code it stands in

    @property
    def scope(self) -> str:
        return self.scopes[0]

    def inner(self, scope: str, owner: str = "") -> "Frame":
        outer = self.scopes[1:] if self.scopes[0] in self.program.classes else self.scopes
        return replace(self, scopes=(scope, *outer), owner=owner or self.owner, globals=set())

    def with_names(self, names: dict[str, Value]) -> "Frame":
        return replace(self, overlay=self.overlay | names)

    def deeper(self) -> "Frame":
        """Where code that stands in a text is run."""
        return replace(self, depth=self.depth + 1)

    def home(self, name: str) -> str:
        """The scope in which a name that is only read here lives."""
        return next((one for one in self.scopes if (one, name) in self.program.bound), self.scope)

    def bind(self, name: str, value: Value) -> None:
        if name in self.overlay:
            self.overlay[name] = value
        self.program.bind(self.module.name if name in self.globals else self.scope, name, value)

    def lookup(self, name: str) -> Value:
        if name in self.overlay:
            return self.overlay[name]
        for scope in self.scopes:
            if (found := self.program.bound.get((scope, name))) is not None:
                return found
        known = ref(f"builtins.{name}") if name in _BUILTINS else self.program.bound.get(("builtins", name), NOTHING)
        return self._starred(name) or known

    def _starred(self, name: str) -> Value | None:
        starred = self.program.bound.get((self.module.name, "*"), NOTHING)
        for one in starred.refs:
            found = self.program.bound.get((one[2:], name)) if one.startswith("M:") else ref(f"{one}.{name}")
            if found is not None:
                return found
        return None


def labels_of(function: str, parameter: str) -> frozenset[str]:
    """Where a parameter's content comes from, by its name; the SDK's own entries say more."""
    label = _LABELLED_NAMES.get(parameter)
    if label is None and function in _ENTRIES:
        label = _LABELLED_ENTRY.get(parameter)
    return frozenset([label] if label else ())
