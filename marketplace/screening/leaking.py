"""Credentials themselves, not something that was worked out with them, in what a call is given."""

import ast
import re
from collections.abc import Callable

from .code import CallSite

LOGS = re.compile(
    r"^(builtins\.print|logging\.(debug|info|warning|error|critical|exception|log)|logging\.getLogger\(\)\.\w+|"
    r"warnings\.warn|structlog\.get_logger\(\)\.\w+|loguru\.logger\.\w+|pprint\.pprint|sys\.std(out|err)\.write)$"
)
_MAPPINGS = frozenset(["credentials", "credential", "creds", "system_credentials", "settings"])
_SECRET = re.compile(
    r"(^|_)(api_?key|apikey|secret(_key)?|passw(or)?d|access_key|private_key|client_secret|(access|auth|bearer|refresh|api)_token|token)$",
    re.I,
)
# What gives nothing of a secret away.
_HARMLESS = frozenset(
    [
        "len",
        "bool",
        "type",
        "isinstance",
        "hash",
        "keys",
        "sha256",
        "md5",
        "sha1",
        "id",
        "any",
        "all",
        "hexdigest",
        "mask",
    ]
)


def shows_credentials(site: CallSite, *, whole: bool = False) -> bool:
    """Whether an argument is, or has in it, the mapping of credentials or (unless `whole`) one secret of it."""
    if not isinstance(site.node, ast.Call):
        return False
    parts = [*site.node.args, *(keyword.value for keyword in site.node.keywords)]
    names = {one.id for part in parts for one in ast.walk(part) if isinstance(one, ast.Name)}
    taken = _taken_apart(site.module.tree, site.line) & names if not whole else frozenset()
    if any(_shows(part, whole) for part in parts) or any(_shows_name(part, taken) for part in parts if taken):
        return True
    return not whole and any(_shows_name(part, _aliases(site) & names, mapping=True) for part in parts)


_CONTENTS = re.compile(
    r"^(body|data|contents?|messages?|message_?body|text|value|payload|documents?|items?|records?|blob|stream|file|json|html"
    r"|subject|description|properties|extra|metadata|event)$",
    re.IGNORECASE,
)


def hands_over_whole(site: CallSite) -> bool:
    """Whether a call is given a text of all credentials, or all of them as the content of something."""
    if not isinstance(site.node, ast.Call):
        return False
    called_so = _named(site.module.tree, site.line)
    for part in (*site.node.args, *(keyword.value for keyword in site.node.keywords)):
        for one in ast.walk(part):
            if isinstance(one, ast.expr) and (_is_text_of(one) or (isinstance(one, ast.Name) and one.id in called_so)):
                return True
    if any(_is_copy(one) and not _is_mapping(one) for one in site.node.args):
        return True
    return any(_CONTENTS.match(one.arg or "") and _shows(one.value, True) for one in site.node.keywords)


def _aliases(site: CallSite) -> frozenset[str]:
    """Other names of the mapping itself, or of a copy, in the function around the call."""
    return frozenset(_assigned_before(site.module.tree, site.line, _is_copy))


def _is_copy(node: ast.expr) -> bool:
    if isinstance(node, ast.Dict):
        return any(key is None and _is_whole(value) for key, value in zip(node.keys, node.values, strict=True))
    if isinstance(node, ast.Call) and _called(node) in ("copy", "deepcopy", "model_dump"):
        inside = node.func.value if isinstance(node.func, ast.Attribute) and not node.args else None
        return _is_whole(inside if inside is not None else node.args[0]) if inside is not None or node.args else False
    return _is_whole(node)


def _shows_name(node: ast.AST, names: frozenset[str] | set[str], *, mapping: bool = False) -> bool:
    """Whether what the name stands for comes out, and not only what was worked out with it, or one part of it."""
    if isinstance(node, ast.Compare | ast.Lambda) or (isinstance(node, ast.Call) and _called(node) in _HARMLESS):
        return False
    if isinstance(node, ast.Name):
        return node.id in names
    if mapping and (isinstance(node, ast.Subscript | ast.Attribute | ast.comprehension) or _called_so(node, _NAMING)):
        return False
    return any(_shows_name(child, names, mapping=mapping) for child in ast.iter_child_nodes(node))


def _taken_apart(tree: ast.Module, line: int) -> frozenset[str]:
    """Names that a loop around the line gives to the values of the mapping, one by one."""
    found = {name for first, last, name in _loops(tree) if first <= line <= last}
    return frozenset(found | _named(tree, line))


def _loops(tree: ast.Module) -> list[tuple[int, int, str]]:
    """Of each loop over the mapping's values its lines, and the name of a value; the tree keeps them."""
    known: list[tuple[int, int, str]] | None = tree.__dict__.get("loops")
    if known is None:
        loops = [one for one in ast.walk(tree) if isinstance(one, ast.For)]
        known = tree.__dict__["loops"] = [
            (one.lineno, one.end_lineno or 0, name) for one in loops if (name := _value_of(one))
        ]
    return known


def _value_of(loop: ast.For) -> str:
    method = loop.iter.func if isinstance(loop.iter, ast.Call) else None
    if not (isinstance(method, ast.Attribute) and method.attr in ("items", "values") and _is_mapping(method.value)):
        return ""
    value = loop.target.elts[-1] if isinstance(loop.target, ast.Tuple) and loop.target.elts else loop.target
    return value.id if isinstance(value, ast.Name) else ""


def _named(tree: ast.Module, line: int) -> set[str]:
    """Names that a function gives to a text of the mapping before the line."""
    return _assigned_before(tree, line, _is_text_of)


def _assigned_before(tree: ast.Module, line: int, is_meant: Callable[[ast.expr], bool]) -> set[str]:
    return {name for first, last, at, name in _assigned(tree, is_meant) if first <= line <= last and at < line}


def _assigned(tree: ast.Module, is_meant: Callable[[ast.expr], bool]) -> list[tuple[int, int, int, str]]:
    """Of each such assignment the lines of the function around it, its own, and the name; the tree keeps them."""
    known: dict[str, list[tuple[int, int, int, str]]] = tree.__dict__.setdefault("assigned", {})
    if is_meant.__name__ not in known:
        known[is_meant.__name__] = [
            (function.lineno, function.end_lineno or 0, one.lineno, one.targets[0].id)
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for one in ast.walk(function)
            if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and is_meant(one.value)
        ]
    return known[is_meant.__name__]


def _is_text_of(node: ast.expr) -> bool:
    """`str(credentials)`, `f"{credentials}"` and the like; copies by themselves are made to be worked with."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) and _is_whole(part.value) for part in node.values)
    if isinstance(node, ast.BinOp):
        return _is_text_of(node.left) or _is_text_of(node.right)
    return (
        isinstance(node, ast.Call)
        and _called(node) in ("str", "repr", "dumps", "pformat")
        and any(map(_is_whole, node.args))
    )


def _is_whole(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and _called(node) == "dict" and node.args:
        return _is_mapping(node.args[0])
    return _is_mapping(node)


def _shows(node: ast.AST, whole: bool) -> bool:
    if isinstance(node, ast.Compare | ast.Lambda):
        return False
    if isinstance(node, ast.IfExp):
        return _shows(node.body, whole) or _shows(node.orelse, whole)
    if isinstance(node, ast.Call) and (_called(node) in _HARMLESS or _gives_names(node)):
        return False
    if (key := _taken(node)) is not None:
        return not whole and (key == "" or bool(_SECRET.search(key)))
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call):
        return _shows(node.value, whole)
    if isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        return name in _MAPPINGS or (not whole and isinstance(node, ast.Name) and bool(_SECRET.search(name)))
    return any(_shows(child, whole) for child in ast.iter_child_nodes(node))


def _gives_names(node: ast.Call) -> bool:
    """`sorted(credentials)`: what a mapping gives by itself are its keys."""
    return _called(node) in _NAMING and bool(node.args) and _is_mapping(node.args[0])


_NAMING = frozenset(["sorted", "list", "set", "tuple", "iter"])


def _called_so(node: ast.AST, names: frozenset[str]) -> bool:
    return isinstance(node, ast.Call) and _called(node) in names


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _taken(node: ast.AST) -> str | None:
    """The key under which something is taken out of the mapping, "" if it is not known; None if nothing is."""
    if isinstance(node, ast.Subscript) and _is_mapping(node.value):
        return _text(node.slice)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_mapping(node.func.value):
        return _text(node.args[0]) if node.func.attr in ("get", "pop") and node.args else None
    return None


def _is_mapping(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id in _MAPPINGS) or (
        isinstance(node, ast.Attribute) and node.attr in _MAPPINGS
    )


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
