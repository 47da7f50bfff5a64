"""Names and values in Python, by its grammar: what arguments, defaults, comparisons and logins give to secrets."""

import ast
import re
import warnings
from collections.abc import Iterator

_WRAPS = re.compile(
    r"(?i)^(?:\w*secret\w*|password|str|bytes|bytearray|quote|quote_plus|field|b64encode|encode|strip)$"
)
# Where a secret stands without a name of its own: (what is called, which argument it is, what to call it).
_PLACES: tuple[tuple[re.Pattern[str], int, str], ...] = (
    (
        re.compile(r"^(?:login|authenticate|HTTP(?:Basic|Digest|Proxy)Auth|BasicAuth|DigestAuth|HttpNtlmAuth)$"),
        1,
        "password",
    ),
    (re.compile(r"^(?:Fernet|MultiFernet)$"), 0, "encryption_key"),
    (re.compile(r"^(?:URLSafe\w*Serializer|\w*TimestampSigner|Signer|TimedSerializer)$"), 0, "signing_key"),
)
# Those that are too short to be known without the module's name.
_QUALIFIED: tuple[tuple[str, int, str], ...] = (
    ("hmac.new", 0, "signing_key"),
    ("hmac.digest", 0, "signing_key"),
    ("hmac.HMAC", 0, "signing_key"),
    ("AES.new", 0, "encryption_key"),
    ("jwt.encode", 1, "signing_key"),
    ("jwt.decode", 1, "signing_key"),
)

type Pairs = Iterator[tuple[str, str]]


def pairs_of_code(text: str) -> Pairs:
    """(name, value) of texts and bytes that stand in the program; nothing from what cannot be parsed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            yield from _assigned(node)
        elif isinstance(node, ast.Call):
            yield from _called(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _defaults(node.args)
        elif isinstance(node, ast.Compare):
            yield from _compared(node)
        elif isinstance(node, ast.Dict):
            yield from _mapped(node)
        elif isinstance(node, ast.BoolOp):
            yield from _alternatives(node)


def _assigned(node: ast.Assign | ast.AnnAssign | ast.NamedExpr) -> Pairs:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        for one, value in _side_by_side(target, node.value):
            yield from ((_name(one), text) for text in _texts(value) if _name(one))


def _side_by_side(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """`user, password = "u", "p"` as two."""
    if isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        yield from zip(target.elts, value.elts, strict=False)
    else:
        yield target, value


def _called(node: ast.Call) -> Pairs:
    name = _name(node.func)
    full = f"{_name(node.func.value)}.{name}" if isinstance(node.func, ast.Attribute) else name
    for keyword in node.keywords:
        if keyword.arg in ("auth", "basic_auth", "credentials") and isinstance(keyword.value, ast.Tuple | ast.List):
            yield from (("password", text) for one in keyword.value.elts[1:] for text in _texts(one))
        elif keyword.arg:
            yield from ((keyword.arg, text) for text in _texts(keyword.value))
    for index, called in [(at, what) for shape, at, what in _PLACES if shape.match(name)] + [
        (at, what) for exact, at, what in _QUALIFIED if exact == full
    ]:
        if index < len(node.args):
            yield from ((called, text) for text in _texts(node.args[index]))
    yield from _named_by_text(node)


def _named_by_text(node: ast.Call) -> Pairs:
    """`setenv("TOKEN", "…")`, `add_argument("--token", default="…")`."""
    first = next((text for one in node.args[:2] for text in _texts(one)), "")
    if not first or not re.fullmatch(r"-{0,2}[\w.-]{2,60}", first):
        return
    yield from ((first, text) for one in node.args[1:3] for text in _texts(one) if text != first)
    for keyword in node.keywords:
        if keyword.arg in ("default", "value", "fallback", "initial"):
            yield from ((first, text) for text in _texts(keyword.value))


def _defaults(arguments: ast.arguments) -> Pairs:
    positional = [*arguments.posonlyargs, *arguments.args]
    given = zip(reversed(positional), reversed(arguments.defaults), strict=False)
    for one, value in (*given, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)):
        yield from ((one.arg, text) for text in _texts(value))


def _compared(node: ast.Compare) -> Pairs:
    sides = [node.left, *node.comparators]
    if len(sides) == 2 and isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In | ast.NotIn):
        for one, other in (sides, reversed(sides)):
            yield from ((_name(one), text) for text in _texts(other) if _name(one))


def _mapped(node: ast.Dict) -> Pairs:
    keys = {one.value for one in node.keys if isinstance(one, ast.Constant)}
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            name = "private_key" if key.value in ("d", "k") and "kty" in keys else key.value
            yield from ((name, text) for text in _texts(value))


def _alternatives(node: ast.BoolOp) -> Pairs:
    """`given.get("token") or "…"`."""
    if isinstance(node.op, ast.Or):
        for one, other in zip(node.values, node.values[1:], strict=False):
            yield from ((_name(one), text) for text in _texts(other) if _name(one))


def _name(node: ast.AST | None) -> str:
    """By which a reader would call it: the last part of its name, or the text by which it is looked up."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return _constant(node.slice)
    if isinstance(node, ast.Call):
        return _constant(node.args[0]) if node.args else _name(node.func)
    return ""


def _constant(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _texts(node: ast.AST | None) -> Iterator[str]:
    """Texts that stand there, by themselves, in a list, behind an if, or in something that only wraps them."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
        elif isinstance(node.value, bytes):
            yield node.value.decode("latin-1")
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        for one in node.elts:
            yield from _texts(one)
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.Call) and _WRAPS.match(_name(node.func)):
        inside = node.func.value if isinstance(node.func, ast.Attribute) else None
        yield from _texts(inside if isinstance(inside, ast.Constant) else node.args[0] if node.args else None)
        yield from (text for one in node.keywords if one.arg == "default" for text in _texts(one.value))
