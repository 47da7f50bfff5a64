"""YAML documents read within bounds: a stream of parser events becomes dicts, lists and scalars, never objects."""

from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from .errors import BadPackage
from .limits import Limits
from .scalars import read_plain

_Parser: type[yaml.SafeLoader] = cast("type[yaml.SafeLoader]", getattr(yaml, "CSafeLoader", yaml.SafeLoader))
_CORE = "tag:yaml.org,2002:"
_SCALAR_TAGS = frozenset(_CORE + name for name in ("int", "float", "bool", "null"))
_TAGS = _SCALAR_TAGS | {None, "!", _CORE + "str", _CORE + "map", _CORE + "seq", _CORE + "merge"}

type Node = str | list[Node] | dict[str, Node] | None


@dataclass(slots=True)
class _Open:
    """A mapping or list that is still being read; `started` is the count of nodes before it."""

    node: "dict[str, Node] | list[Node]"
    anchor: str | None
    started: int
    key: str = ""
    awaiting_value: bool = False
    merges: list[Node] = field(default_factory=list)


_MERGE = "<<\0"  # cannot be in a document: NUL is refused


class _Tree:
    """One document as it grows, with the counts that bound it."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.nodes = self.aliases = 0
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.stack: list[_Open] = []
        self.root: Node = None

    def refuse(self, rule: str, message: str, mark: Any = None) -> BadPackage:
        line = f" in line {mark.line + 1}" if mark is not None else ""
        return BadPackage(rule, f"{message}{line}", file=self.file)

    def count(self, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > self.limits.max_yaml_nodes:
            raise self.refuse(
                "yaml-too-many-nodes", f"more than {self.limits.max_yaml_nodes} values, split the document"
            )

    def scalar(self, event: yaml.ScalarEvent) -> None:
        self.check_tag(event)
        self.count(1)
        text: str = event.value
        if "\0" in text:
            raise self.refuse("yaml-nul", "a text contains a NUL character, remove it", event.start_mark)
        value: str | None = text
        if event.tag in _SCALAR_TAGS or (event.implicit[0] and event.tag is None):
            value = read_plain(text)
        if text == "<<" and event.implicit[0] and self.awaits_key():
            value = _MERGE
        self.place(value, event)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)

    def awaits_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].node, dict) and not self.stack[-1].awaiting_value

    def alias(self, event: yaml.AliasEvent) -> None:
        self.aliases += 1
        if self.aliases > self.limits.max_yaml_aliases:
            raise self.refuse("yaml-too-many-aliases", "too many aliases, write the values out", event.start_mark)
        if event.anchor not in self.anchors:
            raise self.refuse("yaml-alias", f"alias *{event.anchor} has no anchor before it", event.start_mark)
        node, size = self.anchors[event.anchor]
        self.count(size)
        self.place(node, event)

    def open(self, event: yaml.CollectionStartEvent, node: "dict[str, Node] | list[Node]") -> None:
        self.check_tag(event)
        self.count(1)
        if len(self.stack) >= self.limits.max_yaml_depth:
            raise self.refuse("yaml-too-deep", "values are nested too deeply, flatten the document", event.start_mark)
        if self.awaits_key():
            raise self.refuse("yaml-key", "a key must be a plain text", event.start_mark)
        self.stack.append(_Open(node, event.anchor, self.nodes - 1))

    def close(self, event: yaml.Event) -> None:
        done = self.stack.pop()
        for source in done.merges:
            self.merge(done.node, source, event)
        self.place(done.node, event)
        if done.anchor:
            self.anchors[done.anchor] = (done.node, self.nodes - done.started)

    def merge(self, target: object, source: Node, event: yaml.Event) -> None:
        for mapping in source if isinstance(source, list) else [source]:
            if not isinstance(mapping, dict) or not isinstance(target, dict):
                raise self.refuse("yaml-merge", "<< takes a mapping or a list of mappings", event.start_mark)
            for key, value in mapping.items():
                target.setdefault(key, value)

    def place(self, node: Node, event: yaml.Event) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if isinstance(top.node, list):
            top.node.append(node)
        elif not top.awaiting_value:
            top.key, top.awaiting_value = self.key(node, event), True
        else:
            top.awaiting_value = False
            if top.key == _MERGE:
                top.merges.append(node)
            else:
                top.node[top.key] = node

    def key(self, node: Node, event: yaml.Event) -> str:
        if not isinstance(node, str):
            raise self.refuse("yaml-key", "a key must be a plain text", event.start_mark)
        if node in self.stack[-1].node and not self.in_extra():
            raise self.refuse("yaml-duplicate-key", f"key {node[:64]!r} is there twice, remove one", event.start_mark)
        return str(node)

    def in_extra(self) -> bool:
        """Whether this is below a top-level `extra`, which only the SDK reads; there the last of two keys counts."""
        return len(self.stack) > 1 and self.stack[0].key == "extra"

    def check_tag(self, event: yaml.NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if tag not in _TAGS:
            raise self.refuse("yaml-tag", f"tag {str(tag)[:64]} is not allowed, remove it", event.start_mark)


def read_document(data: bytes, *, file: str, limits: Limits) -> Node:
    """The first document of a YAML text; plain scalars that are no texts come as Raw. BadPackage if it breaks a bound.

    Duplicate keys (but in `extra`), tags beyond YAML's core, recursive and excessive aliases are refused.
    """
    if len(data) > limits.max_yaml_bytes:
        raise BadPackage("yaml-too-large", f"longer than {limits.max_yaml_bytes} bytes, shorten it", file=file)
    tree = _Tree(file, limits)
    try:
        _grow(tree, data)
    except yaml.YAMLError as error:
        raise BadPackage("yaml-syntax", f"is not valid YAML: {_first_line(error)}", file=file) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise BadPackage("yaml-syntax", "is not valid YAML, save it as UTF-8 text", file=file) from error
    return tree.root


def _grow(tree: _Tree, data: bytes) -> None:
    for event in yaml.parse(data, Loader=_Parser):
        match event:
            case yaml.ScalarEvent():
                tree.scalar(event)
            case yaml.MappingStartEvent():
                tree.open(event, {})
            case yaml.SequenceStartEvent():
                tree.open(event, [])
            case yaml.AliasEvent():
                tree.alias(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                tree.close(event)
            case yaml.DocumentEndEvent():
                return


def _first_line(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    mark = getattr(error, "problem_mark", None)
    return f"{problem} in line {mark.line + 1}" if mark is not None else str(problem)


def read_mapping(data: bytes, *, file: str, limits: Limits) -> dict[str, Node]:
    """A document that must be a mapping."""
    node = read_document(data, file=file, limits=limits)
    if not isinstance(node, dict):
        raise BadPackage("yaml-not-a-mapping", "must be a YAML mapping of keys to values", file=file)
    return node
