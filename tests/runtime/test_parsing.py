"""Patch `parsing`: what an endpoint is asked is read faster, and as the SDK reads it; what that refuses is refused alike."""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from runtime import companion
from tests import sdk
from tests.runtime.test_companion import AT_HAND

HOST, NONE = b"Host: h\r\n", b"Content-Length: 0\r\n"
FIRSTS = [
    b"GET / HTTP/1.1",
    b"POST /a%20b/%C3%A9/%ff//../x?q=1&r=%20&s=?#f HTTP/1.1",
    b"PROPFIND * HTTP/1.1",
    b"CONNECT h:1 HTTP/1.1",
    b"GET http://h/x?y HTTP/1.1",
    b"get / HTTP/1.1",
    b"GET / HTTP/1.0",
    b"GET / HTTP/2.0",
    b"GET /\xc3\xa9 HTTP/1.1",
    b"GET /\xff HTTP/1.1",
    b"GET  / HTTP/1.1",
    b"GET /a b HTTP/1.1",
    b"GET / HTTP/1.1 ",
    b"GET /",
    b"",
    b"G@T / HTTP/1.1",
    b"GET /\x00 HTTP/1.1",
    b"GET /'\"<>\\^`{|}~ HTTP/1.1",
]
FIELDS = [
    b"",
    b"X-A: 1\r\n",
    b"X-A: 1\r\nx-b: a b  c\r\n",
    b"X-A: 1\r\nX-A: 2\r\n",
    b"x-a: 1\r\nX-A: 2\r\n",
    b"X_A: 1\r\n",
    b"X-A:1\r\n",
    b"X-A:  1 \r\n",
    b"X-A:\r\n",
    b"X-A: \r\n",
    b"X-A: a\tb\r\n",
    b"X-A: \xc3\xa9\r\n",
    b"X-A: \xff\r\n",
    b"X-A : 1\r\n",
    b"X-A: 1\r\n more\r\n",
    b" X-A: 1\r\n",
    b"X-A\r\n",
    b": 1\r\n",
    b"X-A: a: b\r\n",
    b"Content-Type: text/plain; charset=x\r\n",
    b"Content-Type: a\r\nContent-Type: b\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip\r\n",
    b"Connection: close, X-A\r\n",
    b"Connection: upgrade\r\nUpgrade: websocket\r\n",
    b"Expect: 100-continue\r\n",
    b"Host: other\r\n",
    b"X-A: \x00\r\n",
    b"X-A: \x7f\r\n",
    b"X-A: 1\n",
    b"X-A: 1\nX-B: 2\r\n",
    b"Cookie: a=b; c=d\r\n",
    b"Wsgi.Input: 1\r\n",
    b"Content--Length: 1\r\n",
    b"x!#$%&'*+.^`|~: 1\r\n",
    b"Request-Method: X\r\n",
    b"A: " + b"x" * 70000 + b"\r\n",
]
HOSTS = [
    HOST,
    b"",
    b"Host: h:8080\r\n",
    b"Host: [::1]:5\r\n",
    b"Host: [::1\r\n",
    b"Host: h:x\r\n",
    b"Host: h:99999\r\n",
    b"Host: H.Example\r\n",
    b"Host:\r\n",
    b"Host: u@h:1\r\n",
    b"Host: a b\r\n",
    b"Host: a/b\r\n",
    HOST + HOST,
]
LENGTHS = [
    (b"Content-Length: 3\r\n", b"abc"),
    (NONE, b""),
    (b"", b""),
    (b"", b"abc"),
    (b"Content-Length: 2\r\n", b"abc"),
    (b"Content-Length: 003\r\n", b"abc"),
    (b"Content-Length: 3, 3\r\n", b"abc"),
    (b"Content-Length: 3\r\nContent-Length: 3\r\n", b"abc"),
    (b"Content-Length: +3\r\n", b"abc"),
    (b"Content-Length: x\r\n", b"abc"),
    (b"Content-Length: 4\r\n", b"\r\n\r\n"),
    (b"Content-Length: 2\r\n", b"\n\n"),
    (b"Content-Length: 256\r\n", bytes(range(256))),
    (b"Content-Length: " + b"1" * 30 + b"\r\n", b"abc"),
]


def texts() -> Iterator[bytes]:
    """Requests of all sorts, most of them odd, and one that is changed in a place each."""
    for first in FIRSTS:
        for field in FIELDS:
            yield first + b"\r\n" + HOST + field + b"Content-Length: 3\r\n\r\nabc"
    for host in HOSTS:
        for length, body in LENGTHS:
            for field in FIELDS[:4]:
                yield FIRSTS[1] + b"\r\n" + field + host + length + b"\r\n" + body
    yield from (
        b"",
        b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\n" + b"Host: h\n\nabc",
        b"GET / HTTP/1.1\r\nHost: h",
    )
    chance = random.Random(7)
    whole = FIRSTS[1] + b"\r\n" + HOST + FIELDS[2] + b"Content-Length: 3\r\n\r\nabc"
    for _ in range(3000):
        at = chance.randrange(len(whole))
        other = chance.choice([b"", bytes([chance.randrange(256)]), chance.choice([b"\r\n", b" ", b":", b"\t"])])
        yield whole[:at] + other + whole[at + chance.randrange(2) :]


READS = """
import sys, json
sys.path.append({companion!r})
import dify_plugin
from companion import parsing, patching
from dify_plugin.core import plugin_executor

def read(text):
    try:
        request = plugin_executor.deserialize_request(text)
        environ = {{name: value for name, value in request.environ.items() if type(value) in (str, bool)}}
        return [environ, request.get_data().hex(), request.url, list(map(list, request.headers))]
    except Exception as error:
        return type(error).__name__ + ": " + str(error)

texts = [bytes.fromhex(line) for line in sys.stdin.read().split(",")]
before = [read(text) for text in texts]
told = patching.applied(["parsing"])
after = [read(text) for text in texts]
different = [(repr(text)[:300], one, two) for text, one, two in zip(texts, before, after) if one != two]
quick = [parsing.environ_of(text) is not None for text in texts]
alike = all(type(one) is list for one, fast in zip(before, quick) if fast)
print(json.dumps([told, len(before), sum(quick), alike, different[:3]]))
"""


@pytest.mark.parametrize("name", AT_HAND.values())
def test_requests_are_read_and_refused_as_by_the_sdk(name: str) -> None:
    text = READS.format(companion=str(Path(companion.__file__).parent.parent))
    asked = ",".join(one.hex() for one in texts())
    argv = [str(sdk.python_for(name)), "-c", text]
    done = subprocess.run(argv, input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told, count, quick, understood, different = orjson.loads(done.stdout.splitlines()[-1])
    assert told == {"parsing": ""}
    assert count > 4000
    assert different == []
    if name == "echo":
        assert quick > 500
        assert understood, "what the SDK refuses is not taken for plain"
