"""Addresses that are only spoken of: shown to people, compared with, or part of a pattern; nobody goes there."""

import ast
import re
from collections.abc import Iterator

from .code import Program
from .leaking import LOGS

_FAR = 12  # steps from a text to what becomes of it, and uses of a name that it goes by
_MOST = 400  # places that are looked at for one text
# Names under which an address only says who somebody is, or what a vocabulary is called.
_SAYING = re.compile(r"^(user[-_]?agent|(http[-_])?referer|origin|\$schema|\$id|@context|xmlns\b.*)$", re.IGNORECASE)
_VOCABULARIES = re.compile(r"(^|_)(ns|nsmap|namespaces?|xmlns)(_|$)", re.IGNORECASE)
_SHOWING = re.compile(
    r"^builtins\.(len|print|isinstance|bool|hash)$|\.create_(text|link|json|log|variable)_message$|(Error|Exception)$"
)
_PATTERNS = re.compile(r"^(re|regex)\.(compile|match|fullmatch|search|findall|finditer)$")
_TEXTS = frozenset(["format", "strip", "rstrip", "lstrip", "lower", "upper", "replace", "removesuffix"])
_ASKING = frozenset(["startswith", "endswith", "count", "find", "index"])
_SPACES = frozenset(["locals", "globals", "vars"])  # ways to take what has a name without naming it
_REACHING = frozenset(
    ["getattr", "exec", "eval", "import_module", "__import__", "__dict__", "attrgetter", "getmembers"]
)
_AROUND = (
    *(ast.JoinedStr, ast.FormattedValue, ast.BinOp, ast.BoolOp, ast.List, ast.Tuple, ast.Set, ast.Starred),
    ast.keyword,
)


class Spoken:
    """Asked about one text after another; parents and uses are looked up once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.parents: dict[int, ast.AST] = {}
        self.uses: dict[str, list[ast.AST]] = {}
        self.left = _MOST

    def is_only_spoken_of(self, node: ast.Constant) -> bool:
        if not self.parents:
            for one in self.program.modules.values():
                self._learn(one.tree)
        self.left = _MOST
        return self._ends_well(node, _FAR)

    def _learn(self, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            self.parents |= {id(child): node for child in ast.iter_child_nodes(node)}
            for name in _names(node):
                self.uses.setdefault(name, []).append(node)

    def _ends_well(self, node: ast.AST, steps: int) -> bool:
        parent = self.parents.get(id(node))
        self.left -= 1
        if parent is None or steps <= 0 or self.left <= 0:
            return False
        match parent:
            case ast.Raise() | ast.Assert() | ast.Compare() | ast.Expr():
                return True
            case ast.Dict():
                return self._is_saying(parent, node) or self._ends_well(parent, steps - 1)
            case ast.IfExp():
                return node is parent.test or self._ends_well(parent, steps - 1)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                is_field = isinstance(self.parents.get(id(parent)), ast.ClassDef)  # a library may read it
                return not is_field and (_is_vocabulary(node, name) or self._name_ends_well(parent, name, steps - 1))
            case ast.Attribute():
                return self._method_ends_well(parent, steps - 1)
            case ast.Call():
                return self._call_ends_well(parent, node, steps - 1)
            case ast.keyword(arg=str(name)) if _SAYING.match(name) or _VOCABULARIES.search(name):
                return True
        return isinstance(parent, _AROUND) and self._ends_well(parent, steps - 1)

    def _is_saying(self, holder: ast.Dict, value: ast.AST) -> bool:
        keys = [key for key, one in zip(holder.keys, holder.values, strict=True) if one is value]
        return any(
            isinstance(key, ast.Constant) and isinstance(key.value, str) and _SAYING.match(key.value) for key in keys
        )

    def _name_ends_well(self, given: ast.AST, name: str, steps: int) -> bool:
        """Whether all that is done with what goes by this name, wherever it can be seen, is to speak of it."""
        uses = self.uses.get(name, [])
        if _SPACES & self.uses.keys() or len(uses) > _MOST:
            return False
        if (around := self._function_of(given)) is not None and not any(map(_shares, uses)):
            uses = [one for one in uses if isinstance(one, ast.Name) and self._is_within(one, around)]
        is_left_alone = not uses and not _REACHING & self.uses.keys()
        return is_left_alone or (0 < len(uses) <= _FAR and all(self._ends_well(one, steps) for one in uses))

    def _function_of(self, node: ast.AST) -> ast.AST | None:
        found: ast.AST | None = node
        while found is not None and not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
            found = self.parents.get(id(found))
        return found

    def _is_within(self, node: ast.AST, function: ast.AST) -> bool:
        found: ast.AST | None = node
        while found is not None and found is not function:
            found = self.parents.get(id(found))
        return found is function

    def _method_ends_well(self, method: ast.Attribute, steps: int) -> bool:
        call = self.parents.get(id(method))
        if not isinstance(call, ast.Call) or call.func is not method:
            return False
        return method.attr in _ASKING or (method.attr in _TEXTS and self._ends_well(call, steps))

    def _call_ends_well(self, call: ast.Call, given: ast.AST, steps: int) -> bool:
        if isinstance(call.func, ast.Attribute) and call.func.attr in _TEXTS and _is_text(call.func.value):
            return self._ends_well(call, steps)
        if isinstance(call.func, ast.Attribute) and call.func.attr in _ASKING:
            return True
        site = self.program.sites.get(id(call))
        names = site.names if site is not None else frozenset()
        if names and all(map(_PATTERNS.match, names)):
            return given in call.args[:1]
        if names == {"builtins.str"}:
            return self._ends_well(call, steps)
        return bool(names) and all(_SHOWING.search(name) or LOGS.match(name) for name in names)


def _shares(use: ast.AST) -> bool:
    """Whether a name of a function is made one of the module's."""
    return isinstance(use, ast.Global | ast.Nonlocal)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant | ast.JoinedStr)


def _is_vocabulary(value: ast.AST, name: str) -> bool:
    return isinstance(value, ast.Dict) and bool(_VOCABULARIES.search(name))


def _names(node: ast.AST) -> Iterator[str]:
    """Names that are read here, also by a text that spells one."""
    if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
        yield node.id if isinstance(node, ast.Name) else node.attr
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
        yield node.value
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names
    elif isinstance(node, ast.alias) and node.asname:
        yield node.name
