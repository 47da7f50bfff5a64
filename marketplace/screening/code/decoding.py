"""Functions that only compute: with constants they are worked out, which is how hidden texts come to light."""

import base64
import binascii
import bz2
import codecs
import html
import ipaddress
import json
import lzma
import quopri
import socket
import struct
import urllib.parse
import zlib
from collections.abc import Callable, Iterable
from itertools import islice, product
from typing import Any

from .values import NOTHING, Constant, Value, ordered

_LARGEST = 65_536


def _inflate(data: bytes, *_: Any) -> bytes:
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS, zlib.MAX_WBITS | 32):
        try:
            return zlib.decompressobj(bits).decompress(data, _LARGEST)
        except zlib.error:
            continue
    raise ValueError("not compressed")


def _unpacked(opened: Callable[[], Any]) -> Callable[[bytes], bytes]:
    def unpack(data: bytes) -> bytes:
        return bytes(opened().decompress(data, _LARGEST))

    return unpack


def _decode(data: Any, encoding: str = "utf-8", errors: str = "strict") -> Any:
    if encoding.replace("_", "").replace("-", "").lower() not in _ENCODINGS:
        raise ValueError("an encoding that may cost much")
    if encoding.lower().startswith("zlib"):
        return _inflate(data)
    return codecs.decode(data, encoding, errors)


_ENCODINGS = frozenset(
    [
        "utf8",
        "rot13",
        "hex",
        "hexcodec",
        "base64",
        "base64codec",
        "ascii",
        "latin1",
        "unicodeescape",
        "utf16",
        "zlib",
        "zlibcodec",
    ]
)


def _sequence(kind: Callable[[Any], Any]) -> Callable[..., Any]:
    def make(given: Any = (), *rest: Any) -> Any:
        if isinstance(given, int):
            raise TypeError("only a size")
        return kind(given, *rest)

    return make


def _reversed(given: Any) -> tuple[Any, ...]:
    return tuple(reversed(given))


def _address(*, scheme: str = "https", host: str = "", path: str = "", port: int | None = None, **_: Any) -> str:
    return f"{scheme}://{host}{f':{port}' if port else ''}/{path.lstrip('/')}"


def _range(*ends: int) -> tuple[int, ...]:
    return tuple(islice(range(*ends), 4096))


def _as_bytes(number: int, length: int = 1, byteorder: Any = "big", **_: Any) -> bytes:
    if length > _LARGEST:
        raise ValueError
    return number.to_bytes(length, byteorder)


# What hides a text from a reader.
DECODERS: dict[str, Callable[..., Any]] = {
    "base64.b64decode": lambda data, *_: base64.b64decode(data),
    "base64.standard_b64decode": base64.b64decode,
    "base64.urlsafe_b64decode": base64.urlsafe_b64decode,
    "base64.decodebytes": base64.decodebytes,
    "base64.b32decode": base64.b32decode,
    "base64.b16decode": lambda data, *_: base64.b16decode(data, casefold=True),
    "base64.b85decode": base64.b85decode,
    "base64.a85decode": base64.a85decode,
    "binascii.unhexlify": binascii.unhexlify,
    "binascii.a2b_hex": binascii.unhexlify,
    "binascii.a2b_base64": binascii.a2b_base64,
    "bytes.fromhex": bytes.fromhex,
    "builtins.bytes.fromhex": bytes.fromhex,
    "builtins.bytearray.fromhex": bytes.fromhex,
    "codecs.decode": _decode,
    "quopri.decodestring": lambda data, **_: quopri.decodestring(data),
    "binascii.a2b_qp": lambda data, **_: binascii.a2b_qp(data),
    "binascii.a2b_uu": binascii.a2b_uu,
    "urllib.parse.unquote_to_bytes": urllib.parse.unquote_to_bytes,
    "uuid.UUID": lambda *_, **__: None,
    "codecs.getdecoder": lambda *_: None,
    "zlib.decompress": _inflate,
    "gzip.decompress": _inflate,
    "bz2.decompress": _unpacked(bz2.BZ2Decompressor),
    "lzma.decompress": _unpacked(lzma.LZMADecompressor),
    "marshal.loads": lambda _: None,
    "int.to_bytes": _as_bytes,
    "builtins.chr": chr,
    "builtins.bytes": _sequence(bytes),
    "builtins.bytearray": _sequence(bytes),
    "builtins.reversed": _reversed,
}
PLAIN: dict[str, Callable[..., Any]] = {
    "builtins.ord": ord,
    "builtins.str": str,
    "builtins.int": int,
    "builtins.hex": hex,
    "builtins.tuple": tuple,
    "builtins.list": tuple,
    "builtins.sorted": lambda given: tuple(sorted(given)),
    "builtins.range": _range,
    "builtins.len": len,
    "builtins.enumerate": lambda given: tuple(enumerate(given)),
    "builtins.zip": lambda *given: tuple(zip(*given, strict=False)),
    "urllib.parse.unquote": urllib.parse.unquote,
    "urllib.parse.unquote_plus": urllib.parse.unquote_plus,
    "urllib.parse.quote": urllib.parse.quote,
    "urllib.parse.urljoin": urllib.parse.urljoin,
    "urllib.parse.urlunparse": urllib.parse.urlunparse,
    "urllib.parse.urlunsplit": urllib.parse.urlunsplit,
    "html.unescape": html.unescape,
    "ipaddress.ip_address": lambda number: str(ipaddress.ip_address(number)),
    "ipaddress.IPv4Address": lambda number: str(ipaddress.IPv4Address(number)),
    "socket.inet_ntoa": socket.inet_ntoa,
    "struct.pack": struct.pack,
    "httpx.URL": lambda *given, **parts: given[0] if given else _address(**parts),
    "yarl.URL": lambda given, **_: given,
    "yarl.URL.build": _address,
    "furl.furl": lambda given, **_: given,
    "builtins.str.maketrans": lambda *_: None,
    "json.dumps": lambda given, **_: json.dumps(given),
    "base64.b64encode": base64.b64encode,
}
_METHODS = frozenset(
    [
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "replace",
        "encode",
        "decode",
        "hex",
        "split",
        "rsplit",
        "removeprefix",
        "removesuffix",
        "zfill",
        "swapcase",
        "partition",
        "rpartition",
        "casefold",
        "capitalize",
        "ljust",
        "rjust",
        "center",
        "splitlines",
        "join",
    ]
)


def pure_call(name: str, args: Iterable[Value], keywords: dict[str, Value]) -> Value:
    """The results for all combinations of constants, as far as they can be told."""
    work = DECODERS.get(name) or PLAIN.get(name) or _method(name)
    options = [ordered(value.consts) for value in args]
    if work is None or not all(options):
        return NOTHING
    named = {key: next(iter(value.consts)) for key, value in keywords.items() if len(value.consts) == 1}
    found: set[Constant] = set()
    for chosen in islice(product(*options), 32):
        result = _worked_out(work, chosen, named)
        if result is not None:
            found.add(result)
    return Value(frozenset(found))


def number_as_bytes(value: Value, args: Iterable[Value], keywords: dict[str, Value]) -> Value:
    """`to_bytes` of whole numbers; whoever spells a text so hides it."""
    numbers = Value(frozenset(one for one in value.consts if isinstance(one, int)))
    if not numbers.consts:
        return NOTHING
    return pure_call("int.to_bytes", (numbers, *args), keywords)


def _method(name: str) -> Callable[..., Any] | None:
    kind, _, method = name.partition(".")
    if kind != "str" or method not in _METHODS:
        return None
    return lambda *args, **named: _call_method(method, args, named)


def _call_method(method: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    receiver, *args_left = args
    args = tuple(args_left)
    if not isinstance(receiver, str | bytes):
        raise TypeError
    if method == "decode":
        return _decode(receiver, *args, **named)
    if method == "replace" and len(receiver) * max(len(args[1]), 1) > 16 * _LARGEST:
        raise ValueError
    if method == "join" and len(receiver) * len(args[0]) > _LARGEST:
        raise ValueError
    if method in ("ljust", "rjust", "center", "zfill") and args[0] > 4096:
        raise ValueError
    result = getattr(receiver, method)(*args, **named)
    return tuple(result) if isinstance(result, list) else result


def _worked_out(work: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> Constant | None:
    if any(isinstance(one, str | bytes | tuple) and len(one) > _LARGEST for one in args):
        return None
    try:
        result = work(*args, **named)
    except Exception:  # any of them may refuse what a plugin's author wrote, in its own way
        return None
    is_plain = isinstance(result, str | bytes | int | float | tuple)
    return result if is_plain and (not isinstance(result, str | bytes | tuple) or len(result) <= _LARGEST) else None
