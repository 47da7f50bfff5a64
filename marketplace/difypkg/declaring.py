"""From a manifest and its provider files to the declaration that clients see (protocol 1.6, 1.7)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, cast

from pydantic import ValidationError

from .declarations.agent import AgentStrategy, AgentStrategyProvider
from .declarations.base import Part
from .declarations.datasource import Datasource, DatasourceProvider
from .declarations.endpoint import Endpoint, EndpointProvider
from .declarations.model import Model, ModelProvider, Position
from .declarations.tool import Tool, ToolProvider
from .declarations.trigger import Event, TriggerProvider
from .documents import read_document, read_mapping
from .errors import BadPackage
from .globs import Glob
from .limits import Limits
from .manifest import Manifest, check_combination
from .signing import VERIFICATION

MANIFEST = "manifest.yaml"
ADDED = frozenset({VERIFICATION, "requirements.txt"})  # what packing and signing put beside the files of a folder


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of provider: its key in the declaration, its list in the manifest, and what its children are."""

    name: str
    listed: str
    provider: type[Part]
    children: str
    child: type[Part]


KINDS = (
    Kind("endpoint", "endpoints", EndpointProvider, "endpoints", Endpoint),
    Kind("model", "models", ModelProvider, "models", Model),
    Kind("tool", "tools", ToolProvider, "tools", Tool),
    Kind("agent_strategy", "agent_strategies", AgentStrategyProvider, "strategies", AgentStrategy),
    Kind("datasource", "datasources", DatasourceProvider, "datasources", Datasource),
    Kind("trigger", "triggers", TriggerProvider, "events", Event),
)
MODEL_FOLDERS = ("llm", "text_embedding", "tts", "speech2text", "moderation", "rerank")


@dataclass(slots=True)
class Declared:
    """A manifest with its providers, of each kind at most one."""

    manifest: Manifest
    providers: dict[str, Part]
    _text: str = ""

    def as_json(self, *, verified: bool = False) -> dict[str, Any]:
        """The Declaration JSON of protocol 1.6, a new object each time; it is put together once."""
        self._text = self._text or self._printed()
        found: dict[str, Any] = json.loads(self._text)
        found["verified"] = verified
        return found

    def _printed(self) -> str:
        providers = {kind.name: self.providers[kind.name].as_json() for kind in KINDS if kind.name in self.providers}
        return json.dumps({**self.manifest.as_json(), "verified": False, **providers})


@dataclass(slots=True)
class Source:
    """The files that declarations are read from, and the warnings gathered while reading.

    `digests` are SHA-256 of what was read; `swept` says that a pattern asked for models was one that a file of ADDED fits too.
    """

    files: Mapping[str, bytes]
    limits: Limits
    warnings: list[str] = field(default_factory=list)
    digests: dict[str, bytes] = field(default_factory=dict)
    swept: bool = False

    def read(self, path: str, *, named_by: str) -> bytes:
        if path not in self.files:
            raise BadPackage(
                "missing-file", f"names {path[:128]!r}, which is not in the package; add it", file=named_by
            )
        content = self.files[path]
        self.digests[path] = sha256(content).digest()
        return content

    def mapping(self, path: str, *, named_by: str) -> dict[str, Any]:
        return read_mapping(self.read(path, named_by=named_by), file=path, limits=self.limits)

    def check_source(self, data: Mapping[str, Any], *, file: str) -> None:
        """Warn of Python sources named in `extra.python` that are not there; only the SDK reads them."""
        extra = data.get("extra")
        python = extra.get("python") if isinstance(extra, dict) else None
        for path in _texts(python):
            if path.endswith(".py") and path not in self.files:
                self.warnings.append(f"{file}: names {path[:128]!r}, which is not in the package")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def validate[P: Part](part: type[P], data: object, *, file: str, warnings: list[str]) -> P:
    """Data as a part of a declaration. Raises BadPackage about `file` naming the field."""
    noted: list[str] = []
    try:
        made = part.model_validate(data, context=noted)
    except ValidationError as error:
        raise BadPackage("declaration", _describe(error), file=file) from error
    except RecursionError as error:
        raise BadPackage("declaration", "is nested too deeply, flatten it", file=file) from error
    warnings.extend(f"{file}: {note}" for note in noted)
    return made


def _describe(error: ValidationError) -> str:
    first, *others = error.errors(include_url=False, include_input=False, include_context=False)
    path = ".".join(str(step) for step in first["loc"])[:128]
    message = first["msg"].removeprefix("Value error, ")
    message = "is missing, add it" if first["type"] == "missing" else message
    more = f" (and {len(others)} more)" if others else ""
    return f"field {path}: {message}{more}" if path else f"{message}{more}"


def declare(source: Source) -> Declared:
    """Read manifest.yaml and every file it names. Raises BadPackage about the file that is wrong.

    Of several files of one kind the last is kept, as by the daemon, but all must be right.
    """
    data = source.mapping(MANIFEST, named_by="package")
    manifest = validate(Manifest, data, file=MANIFEST, warnings=source.warnings)
    providers: dict[str, Part] = {}
    for kind in KINDS:
        paths = getattr(manifest.plugins, kind.listed) or []
        for path in paths:
            providers[kind.name] = _provider(kind, path, source)
        if len(paths) > 1:
            source.warnings.append(f"{MANIFEST}: of several {kind.listed} only the last, {paths[-1]}, is used")
    return declared(manifest, providers)


def declared(manifest: Manifest, providers: dict[str, Part]) -> Declared:
    """The two joined: combination checked, empty texts and tags inherited (protocol 1.6, FillInDefaultValues)."""
    check_combination(providers)
    for name in ("tool", "trigger"):
        identity = getattr(providers.get(name), "identity", None)
        if identity is not None:
            identity.description = identity.description if identity.description.en_US else manifest.description
            identity.tags = identity.tags or manifest.tags
    model = providers.get("model")
    if isinstance(model, ModelProvider) and model.description is None:
        model.description = manifest.description
    return Declared(manifest, providers)


def declare_json(manifest: Mapping[str, Any], providers: Mapping[str, Any], warnings: list[str]) -> Declared:
    """The same from JSON as a debugging plugin sends it: whole objects by kind, nothing left in files."""
    parts = {
        kind.name: validate(kind.provider, providers[kind.name], file=kind.name, warnings=warnings)
        for kind in KINDS
        if providers.get(kind.name) is not None
    }
    return declared(validate(Manifest, dict(manifest), file="manifest", warnings=warnings), parts)


def _provider(kind: Kind, path: str, source: Source) -> Part:
    data = source.mapping(path, named_by=MANIFEST)
    source.check_source(data, file=path)
    if isinstance(data.get(kind.children), dict) and kind.name == "model":
        data |= _predefined(data["models"], source, file=path)
    elif isinstance(data.get(kind.children), list):
        data[kind.children] = _children(kind, data[kind.children], source=source, file=path)
    return validate(kind.provider, data, file=path, warnings=source.warnings)


def _children(kind: Kind, listed: list[Any], *, source: Source, file: str) -> list[Any]:
    """Inline children first, then those of files, as the daemon has them."""
    inline = [child for child in listed if not isinstance(child, str)]
    paths = [str(child) for child in listed if isinstance(child, str)]
    return inline + [_child(kind.child, path, source=source, file=file) for path in paths]


def _child(part: type[Part], path: str, *, source: Source, file: str) -> Part:
    data = source.mapping(path, named_by=file)
    source.check_source(data, file=path)
    return validate(part, data, file=path, warnings=source.warnings)


def _predefined(listed: dict[str, Any], source: Source, *, file: str) -> dict[str, Any]:
    """`models` and `position` from a mapping of model types to patterns and position files."""
    folders = {name: folder for name in MODEL_FOLDERS if isinstance(folder := listed.get(name), dict)}
    globs = [Glob(str(p), file=file) for folder in folders.values() for p in _patterns(folder, file)]
    source.swept = source.swept or any(glob.matches(name) for glob in globs for name in ADDED)
    paths = [
        path
        for path in source.files
        if not path.endswith("_position.yaml") and any(glob.matches(path) for glob in globs)
    ]
    positions = {name: str(folder["position"]) for name, folder in folders.items() if folder.get("position")}
    return {
        "models": [_child(Model, path, source=source, file=file) for path in paths],
        "position": validate(
            Position,
            {name: _position(path, source, file=file) for name, path in positions.items()},
            file=file,
            warnings=source.warnings,
        ),
    }


def _patterns(folder: dict[str, Any], file: str) -> list[Any]:
    patterns = folder.get("predefined") or []
    if not isinstance(patterns, list):
        raise BadPackage("declaration", "predefined must be a list of file patterns", file=file)
    return patterns


def _position(path: str, source: Source, *, file: str) -> list[str]:
    names = read_document(source.read(path, named_by=file), file=path, limits=source.limits)
    if not isinstance(names, list | None) or not all(isinstance(name, str) for name in names or ()):
        raise BadPackage("declaration", "must be a list of model names", file=path)
    return cast("list[str]", names or [])
