#!/usr/bin/env python3
"""Check a Patchbay's transparency log, and that it tells of a package, from outside: Python's standard library alone.

    verify_log.py https://plugins.example.org --key log.pem --state seen.json
    verify_log.py https://plugins.example.org --key log.pem --package weather.difypkg

The key is the one that the page "Keys and log" shows for the log; keep the file. The state file remembers the newest head that
was seen: next time the log must begin with what that head has signed. Exits with 1 and a sentence when something is wrong.
"""

import argparse
import base64
import hashlib
import json
import sys
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

# Ed25519 (RFC 8032, 5.1): points are (x, y, z, x*y) over the field of P.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


class Wrong(Exception):
    """What does not hold, as a sentence."""


def x_of(y: int, sign: int) -> int:
    if y >= P:
        raise Wrong("A signature or key holds what is no point of the curve.")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        raise Wrong("A signature or key holds what is no point of the curve.")
    return P - x if x & 1 != sign else x


def point(data: bytes) -> Point:
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    x = x_of(y, number >> 255)
    return x, y, 1, x * y % P


def added(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, base: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = added(result, base)
        base = added(base, base)
        scalar >>= 1
    return result


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE: Point = (x_of(BASE_Y, 0), BASE_Y, 1, x_of(BASE_Y, 0) * BASE_Y % P)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(public) != 32 or len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(scalar, BASE), added(point(signature[:32]), times(challenge, point(public)))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


# The hash tree (RFC 9162, 2.1.3.2 and 2.1.4.2).


def join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def check_inclusion(leaf: bytes, position: int, *, size: int, path: list[bytes], root: bytes) -> None:
    place, last, value = position, size - 1, hashlib.sha256(b"\0" + leaf).digest()
    for step in path:
        if place & 1 or place == last:
            value = join(step, value)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            value = join(value, step)
        place, last = place >> 1, last >> 1
    if last or value != root:
        raise Wrong(f"The log does not hold leaf {position} as it was shown.")


def check_consistency(old: dict[str, Any], new: dict[str, Any], path: list[bytes]) -> None:
    first, second = old["size"], new["size"]
    was, now = bytes.fromhex(old["root"]), bytes.fromhex(new["root"])
    if first > second:
        raise Wrong(f"The log had {first} leaves and has {second}: something was taken away.")
    if first == second:
        if was != now:
            raise Wrong("Two heads of the same size have different roots: somebody is shown another log.")
        return
    steps = [was, *path] if first & (first - 1) == 0 else path
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0] if steps else b""
    for step in steps[1:]:
        if place & 1 or place == last:
            before, after = join(step, before), join(step, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = join(after, step)
        place, last = place >> 1, last >> 1
    if last or before != was or after != now:
        raise Wrong(f"The log of {first} leaves is not the beginning of the one of {second}.")


# Asking.


def asked(base: str, path: str, **query: object) -> Any:
    address = f"{base.rstrip('/')}/{path}?{urllib.parse.urlencode(query)}"
    if not address.startswith(("https://", "http://")):
        raise Wrong("Give the marketplace's address with https://.")
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - only what is checked above
        return json.load(answer)


def public_key(pem: str) -> bytes:
    """The last 32 bytes of an Ed25519 SubjectPublicKeyInfo (RFC 8410)."""
    body = "".join(line for line in pem.splitlines() if line and not line.startswith("-----"))
    return base64.b64decode(body)[-32:]


def signed_head(base: str, public: bytes) -> dict[str, Any]:
    answer = asked(base, "transparency/head")
    if not is_signed(public, answer["head"].encode(), base64.b64decode(answer["signature"])):
        raise Wrong("The log's head is not signed with the key that you gave.")
    said: dict[str, Any] = json.loads(answer["head"])
    return said


def check_growth(base: str, head: dict[str, Any], state: Path) -> None:
    if state.exists():
        old = json.loads(state.read_text())
        path: list[bytes] = []
        if old["size"] < head["size"]:
            answer = asked(base, "transparency/consistency", first=old["size"], second=head["size"])
            path = [bytes.fromhex(step) for step in answer["path"]]
        check_consistency(old, head, path)
        print(f"The log has only grown, from {old['size']} to {head['size']} leaves.")
    state.write_text(json.dumps(head))


# Packages.


def unique_identifier(package: Path) -> str:
    """author/name:version@checksum, from the manifest's plain lines and the checksum over paths and contents."""
    with zipfile.ZipFile(package) as archive:
        files = {one.filename: archive.read(one) for one in archive.infolist()}
    digests = (hashlib.sha256(name.encode()).digest() + hashlib.sha256(files[name]).digest() for name in sorted(files))
    checksum = hashlib.sha256(b"".join(digests)).hexdigest()
    lines = [line.partition(":") for line in files["manifest.yaml"].decode().splitlines() if line[:1].strip()]
    said = {name.strip(): value.partition(" #")[0].strip().strip("'\"") for name, _, value in lines}
    return f"{said['author']}/{said['name']}:{said['version']}@{checksum}"


def check_package(base: str, head: dict[str, Any], package: Path) -> None:
    identifier = unique_identifier(package)
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    found = asked(base, "transparency/leaves", subject=identifier)["leaves"]
    told = [(one["position"], one["leaf"]) for one in found if one["position"] < head["size"]]
    mine = [(at, leaf) for at, leaf in told if json.loads(leaf).get("package_sha256") == digest]
    if not mine:
        raise Wrong(f"The log does not tell of this file as {identifier}.")
    position, leaf = mine[0]
    answer = asked(base, "transparency/inclusion", position=position, size=head["size"])
    path = [bytes.fromhex(step) for step in answer["path"]]
    check_inclusion(leaf.encode(), position, size=head["size"], path=path, root=bytes.fromhex(head["root"]))
    print(f"{identifier} is leaf {position} of the log, signed as {json.loads(leaf)['category']}.")


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a transparency log, and that it tells of a package.")
    parser.add_argument("address", help="the marketplace's address")
    parser.add_argument("--key", type=Path, required=True, help="PEM file of the log's public key")
    parser.add_argument("--state", type=Path, help="where the newest head that was seen is remembered")
    parser.add_argument(
        "--package", type=Path, action="append", default=[], help="a .difypkg that the log must tell of"
    )
    options = parser.parse_args()
    try:
        head = signed_head(options.address, public_key(options.key.read_text()))
        print(f"The head of {head['size']} leaves is signed with this key.")
        if options.state:
            check_growth(options.address, head, options.state)
        for package in options.package:
            check_package(options.address, head, package)
    except (Wrong, OSError, ValueError, KeyError, zipfile.BadZipFile) as fault:
        print(f"Not proved: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
