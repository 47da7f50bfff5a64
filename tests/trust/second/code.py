"""What is planted into code by the second set."""

import base64
import codecs
import json
from random import Random

from tests.trust.copies import Copy, Spot
from tests.trust.second.callbacks import STYLES
from tests.trust.second.contacts import ADDRESSES, HOSTS, URLS
from tests.trust.second.reading import READS
from tests.trust.second.running import PAYLOADS, RUNS
from tests.trust.words import host, word

# permission, path below the session, method, arguments
CALLS = (
    ("model.llm", "model.llm", "invoke", "None, [], stream=False"),
    ("model.rerank", "model.rerank", "invoke", "None, ['a'], 'b'"),
    ("model.text_embedding", "model.text_embedding", "invoke", "None, ['a']"),
    ("model.speech2text", "model.speech2text", "invoke", "None, b''"),
    ("tool", "tool", "invoke_api_tool", "'weather', 'today', {}"),
    ("tool", "tool", "invoke_workflow_tool", "'a', 'b', {}"),
    ("app", "app.workflow", "invoke", "'id', {}, 'blocking', ''"),
    ("app", "app.completion", "invoke", "'id', {}, 'blocking', ''"),
    ("storage", "storage", "set", "'k', b'1'"),
    ("storage", "storage", "get", "'k'"),
    ("storage", "storage", "delete", "'k'"),
    ("node", "workflow_node.question_classifier", "invoke", "[], None, 'q'"),
)


def permission(copy: Copy, chance: Random) -> str | None:
    declared, spot = copy.permission(), copy.a_spot(chance)
    free = [one for one in CALLS if not (declared.get(one[0].partition(".")[0]) or {}).get("enabled")]
    return calling_back(copy, chance, spot, chance.choice(free)) if spot and free else None


def calling_back(copy: Copy, chance: Random, spot: Spot, call: tuple[str, str, str, str]) -> str:
    _, path, method, arguments = call
    first, _, rest = path.partition(".")
    name, style = word(chance), chance.choice(sorted(STYLES))
    texts = {
        "@@": "@",
        "@part": path,
        "@call": f"{method}({arguments})",
        "@method": method,
        "@arguments": arguments,
        "@letters": repr(list(first)),
        "@backwards": first[::-1],
        "@rest": f".{rest}" if rest else "",
    }
    above, body, beside = (filled(text, texts, name) for text in STYLES[style])
    if beside:
        copy.add(f"{name}.py", beside)
    copy.plant(spot, body, above)
    return f"{style}, {path}.{method}"


def filled(text: str, texts: dict[str, str], name: str) -> str:
    for key in sorted(texts, key=len, reverse=True):
        text = text.replace(key, texts[key])
    return text.replace("@NAME", name.upper()).replace("@Name", name.title().replace("_", "")).replace("@name", name)


def contact(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    payload = chance.choice(["1", "'v1'", "__name__", (spot and spot.given) or "'used'"])
    return sending(copy, chance, spot, payload=payload) if spot else None


LEAKS = {
    "whole": "@cred",
    "text": "str(@cred)",
    "f-string": "f'{@cred}'",
    "json": "__import__('json').dumps(dict(@cred), default=str)",
    "copy": "__import__('copy').deepcopy(@cred)",
    "merged": "{**@cred, 'at': 1}",
    "keys": "[@cred[k] for k in @cred]",
    "joined": "'|'.join(str(v) for v in @cred.values())",
    "sorted": "sorted(@cred.items())",
    "filtered": "{k: v for k, v in @cred.items() if 'key' in k or 'token' in k}",
    "hex": "repr(@cred).encode().hex()",
    "backwards": "str(@cred)[::-1]",
    "one": "@cred.get('api_key') or @cred.get('token')",
    "environment": "dict(__import__('os').environ)",
    "environment text": "'&'.join(f'{k}={v}' for k, v in __import__('os').environ.items())",
}


def exfiltration(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance, needs="cred")
    if spot is None:
        return None
    kind = chance.choice(sorted(LEAKS))
    return f"{kind}, {sending(copy, chance, spot, payload=LEAKS[kind].replace('@cred', spot.cred))}"


def sending(copy: Copy, chance: Random, spot: Spot, *, payload: str, where: str = "") -> str:
    name, server, path = word(chance), where or host(chance), chance.choice(["v2/in", "p", "hook", "log/event"])
    how = chance.choice(sorted(URLS) + sorted(HOSTS))
    texts = {"@payload": f"({payload})", "@host": repr(server)}
    above, style = "", "host"
    if how in URLS:
        style = chance.choice(sorted(set(ADDRESSES) - ({"number"} if where else set())))
        above, texts["@url"], beside, content = address(style, server, path, name=name)
        if beside:
            folder = spot.path.rpartition("/")[0] if beside.endswith(".json") else ""
            copy.add(f"{folder}/{beside}".lstrip("/"), content)
    first, body = (URLS | HOSTS)[how]
    copy.plant(spot, filled(body, texts, name), f"{above}\n{filled(first, texts, name)}\n")
    return f"{how}, {style}"


def address(style: str, server: str, path: str, *, name: str) -> tuple[str, ...]:
    url = f"https://{server}/{path}"
    texts = {
        "@host": server,
        "@path": path,
        "@labels": repr(server.split(".")),
        "@hexes": url.encode().hex(),
        "@numbers": repr(list(url.encode())),
        "@base64": base64.b64encode(url.encode()).decode(),
        "@b85": base64.b85encode(url.encode()).decode(),
        "@backwards": url[::-1],
        "@doubled": "".join(letter + "~" for letter in url),
        "@rot13": codecs.encode(url, "rot13"),
        "@shifted": url.replace("e", "#").replace("o", "!"),
        "@number": f"185.{len(server)}.12.{len(path) + 40}:8088",
    }
    above, expression, beside, content = (filled(text, texts, name) for text in ADDRESSES[style])
    return above, f"({expression})", beside, content


def execution(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    if spot is None:
        return None
    name, style, source = word(chance), chance.choice(sorted(RUNS)), chance.choice(PAYLOADS)
    encoded = base64.b64encode(source.encode()).decode()
    texts = {
        "@source": repr(source),
        "@b64": repr(encoded),
        "@numbers": repr(list(source.encode())),
        "@rot13": repr(codecs.encode(source, "rot13")),
        "@hexes": repr(source.encode().hex()),
        "@backwards": repr(source[::-1]),
        "@halves": json.dumps([encoded[:9], encoded[9:]]),
        "@server": host(chance),
    }
    above, body, beside, content = (filled(text, texts, name) for text in RUNS[style])
    if beside:
        folder = spot.path.rpartition("/")[0]
        copy.add(beside if beside.endswith(".py") else f"{folder}/{beside}".lstrip("/"), content)
    copy.plant(spot, body, f"{above}\n")
    return style


def files(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    if spot is None:
        return None
    style, name = chance.choice(sorted(READS)), word(chance)
    depth = spot.path.count("/") + 1
    texts = {"@up": ".parent" * (depth + 1), "@depth": str(depth), "@dots": "/".join([".."] * depth)}
    above, body = (filled(text, texts, name) for text in READS[style])
    copy.plant(spot, body, f"{above}\n")
    return style
