"""What is planted into code by the third set."""

import base64
import codecs
import lzma
import zlib
from random import Random

from tests.trust.copies import Copy, Spot
from tests.trust.third.addresses import ADDRESSES
from tests.trust.third.calling import CALLS, SDK_CLASSES, STYLES
from tests.trust.third.contacts import HOSTS, URLS
from tests.trust.third.leaking import DOORS, PAYLOADS
from tests.trust.third.reading import READS
from tests.trust.third.running import PYTHON, RUNS, SHELLS
from tests.trust.words import host, word


def filled(text: str, texts: dict[str, str], name: str) -> str:
    for key in sorted(texts, key=len, reverse=True):
        text = text.replace(key, texts[key])
    text = text.replace("@Name", name.title().replace("_", "")).replace("@name", name)
    return text.replace("@@", "@")


def beside(copy: Copy, spot: Spot, path: str, content: str) -> None:
    """Modules lie at the plugin's root, where Python finds them; data lies by the file that reads it."""
    folder = spot.path.rpartition("/")[0]
    is_module = path.endswith(".py")
    copy.add(path.lstrip("/") if is_module else f"{folder}/{path}".lstrip("/"), content)


def write(copy: Copy, spot: Spot, style: tuple[str, ...], texts: dict[str, str]) -> None:
    name = texts["@name"]
    parts = [filled(text, texts, name) for text in style]
    for path, content in zip(parts[2::2], parts[3::2], strict=True):
        if path:
            beside(copy, spot, path, content)
    copy.plant(spot, parts[1], f"{parts[0]}\n" if parts[0] else "")


def permission(copy: Copy, chance: Random) -> str | None:
    declared, spot = copy.permission(), copy.a_spot(chance)
    free = [one for one in CALLS if not (declared.get(one[0].partition(".")[0]) or {}).get("enabled")]
    return calling_back(copy, chance, spot, chance.choice(free)) if spot and free else None


def calling_back(copy: Copy, chance: Random, spot: Spot, call: tuple[str, ...]) -> str:
    _, path, method, arguments = call
    first, _, rest = path.partition(".")
    style, module = chance.choice(sorted(STYLES)), SDK_CLASSES[path]
    texts = {
        "@part": path,
        "@first": first,
        "@rest": f".{rest}" if rest else "",
        "@head": first[: len(first) // 2],
        "@tail": first[len(first) // 2 :],
        "@steps": repr(tuple(path.split("."))),
        "@do": f"{method}({arguments})",
        "@method": method,
        "@args": arguments,
        "@plain": arguments.replace(", stream=False", ""),
        "@sdkmodule": module[0],
        "@sdkclass": module[1],
        "@name": word(chance),
    }
    write(copy, spot, STYLES[style], texts)
    return f"{style}, {path}.{method}"


def contact(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    payload = chance.choice(["'started'", "3.5", "{'version': '1'}", (spot and spot.given) or "'x'"])
    return sending(copy, chance, spot, payload=payload) if spot else None


def exfiltration(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance, needs="cred")
    if spot is None:
        return None
    if chance.random() < 0.2:
        door = chance.choice(sorted(DOORS))
        write(copy, spot, DOORS[door], {"@cred": spot.cred, "@name": word(chance)})
        return f"door: {door}"
    kind = chance.choice(sorted(PAYLOADS))
    return f"{kind}, {sending(copy, chance, spot, payload=PAYLOADS[kind].replace('@cred', spot.cred))}"


def sending(copy: Copy, chance: Random, spot: Spot, *, payload: str) -> str:
    name, server = word(chance), host(chance)
    how = chance.choice(sorted(URLS) + sorted(HOSTS))
    texts = {"@payload": f"({payload})", "@host": repr(server), "@name": name}
    above, body = (URLS | HOSTS)[how]
    if how in HOSTS:
        write(copy, spot, (above, body), texts)
        return f"{how}, {server}"
    style = chance.choice(sorted(ADDRESSES))
    first, expression, path, content = address(style, server, chance, name)
    parts = filled(above, texts, name), filled(body, {**texts, "@url": f"({expression})"}, name)
    if path:
        beside(copy, spot, path, content)
    copy.plant(spot, parts[1], f"{first}\n{parts[0]}\n")
    return f"{how}, {style}"


def address(style: str, server: str, chance: Random, name: str) -> list[str]:
    path = chance.choice(["v1/collect", "i", "rpc/put", "hooks/8f2"])
    url, number = f"https://{server}/{path}", 0x2D4C0000 + chance.randrange(1 << 16)
    vowels = str.maketrans("aeiou", "01234")
    label, _, zone = server.partition(".")
    texts = {
        "@server": server,
        "@path": path,
        "@label": label,
        "@zone": zone,
        "@labels": repr(server.split(".")),
        "@base64": base64.b64encode(url.encode()).decode(),
        "@bare64": base64.urlsafe_b64encode(url.encode()).decode().rstrip("="),
        "@twice64": base64.b64encode(base64.b64encode(url.encode())).decode(),
        "@a85": base64.a85encode(url.encode()).decode().replace("\\", "\\\\").replace("'", "\\'"),
        "@hex": url.encode().hex(),
        "@ziphex": zlib.compress(url.encode()).hex(),
        "@woven": "".join(letter + "#" for letter in url),
        "@shifted": url.translate(vowels),
        "@xored": repr([b ^ 0x2A for b in url.encode()]),
        "@numbers": repr(tuple(url.encode())),
        "@decimal": str(number),
        "@hexip": hex(number),
        "@dotted": ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0)),
        "@port": f"{number & 0xFFFF:x}",
        "@upper": server.upper(),
    }
    return [filled(text, texts, name) for text in ADDRESSES[style]]


def execution(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    if spot is None:
        return None
    style, source, shell = chance.choice(sorted(RUNS)), chance.choice(PYTHON), chance.choice(SHELLS)
    plain = source.encode()
    texts = {
        "@hex": plain.hex(),
        "@zip85": base64.b85encode(zlib.compress(plain)).decode(),
        "@lzmahex": lzma.compress(plain).hex(),
        "@b64": base64.b64encode(plain).decode(),
        "@rot13": codecs.encode(source, "rot13").replace("'", "\\'"),
        "@backwards": source[::-1].replace("'", "\\'"),
        "@xored": repr([b ^ 91 for b in plain]),
        "@numbers": repr(list(plain)),
        "@shellhex": shell.encode().hex(),
        "@shell64": base64.b64encode(shell.encode()).decode(),
        "@shellnumbers": repr(list(shell.encode())),
        "@server": host(chance),
        "@name": word(chance),
    }
    write(copy, spot, RUNS[style], texts)
    return style


def files(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    if spot is None:
        return None
    depth, style = spot.path.count("/") + 1, chance.choice(sorted(READS))
    texts = {
        "@up": ".parent" * (depth + 1),
        "@depth": str(depth),
        "@dots": "/".join([".."] * depth),
        "@name": word(chance),
    }
    write(copy, spot, READS[style], texts)
    return style
