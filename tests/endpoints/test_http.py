"""Requests as text and answers as HTTP, without a plugin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoints import http
from endpoints.answering import SANDBOX, Reply, guarded
from endpoints.http import Answer, Arrived, BadAnswer, BadHost
from runtime.kept import SHORT


def arrived(headers: http.Headers, body: bytes = b"", target: bytes = b"/x") -> Arrived:
    return Arrived("POST", target, headers, body, "192.0.2.1", b"a.test", "https")


def test_the_text() -> None:
    text = http.request_text(arrived([(b"x-a", b"1"), (b"host", b"evil"), (b"x-a", b"2")], b"body", b"/p?q=1"), "hook")
    assert text == (
        b"POST /p?q=1 HTTP/1.1\r\nHost: a.test\r\nX-A: 1, 2\r\nContent-Length: 4\r\nX-Forwarded-For: 192.0.2.1\r\n"
        b"X-Forwarded-Proto: https\r\nDify-Hook-Id: hook\r\nDify-Hook-Url: https://a.test/e/hook/p\r\n\r\nbody"
    )


@given(
    st.lists(st.tuples(st.binary(max_size=20).map(bytes.lower), st.binary(max_size=40)), max_size=8),
    st.binary(max_size=60),
)
def test_whatever_comes_the_head_has_its_lines_and_the_body_its_bytes(headers: http.Headers, body: bytes) -> None:
    text = http.request_text(arrived(headers, body), "hook")
    head, _, rest = text.partition(b"\r\n\r\n")
    assert rest == body
    lines = head.split(b"\r\n")
    names = [line.partition(b":")[0].lower() for line in lines[1:]]
    assert len(names) == len(set(names))
    assert all(http.NAME.match(name) and b"_" not in name for name in names)
    assert b"\n" not in head.replace(b"\r\n", b"")
    head.decode()


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_targets_are_one_printable_word(path: bytes, query: bytes) -> None:
    target = http.target_of(path, query)
    assert target.startswith(b"/")
    assert target.decode("ascii").isprintable()
    assert b" " not in target


@pytest.mark.parametrize("host", [b"", b"a b", b"a/b", b"a:b", b"a:99999", b"[::1", b"[1]", b"[::1::]", b"u@h"])
def test_hosts_that_are_none(host: bytes) -> None:
    with pytest.raises(BadHost):
        http.host_of([(b"host", host)])


def test_blanks_around_a_host_are_none_of_it() -> None:
    assert http.host_of([(b"host", b"a.test \t")]) == b"a.test"


def test_an_answer_is_heard_piece_by_piece() -> None:
    answer = Answer()
    answer.hear(b'{"status":201,"headers":null,"result":null}')
    ready = [answer.ready]
    answer.hear(b'{"status":null,"headers":{"X-A":"1","Set-Cookie":["a=1","b=2"]},"result":null}')
    assert [*ready, answer.ready] == [False, True]
    answer.hear(b'{"result":"6162"}')
    answer.hear(b'{"result":"63"}')
    assert answer.head() == (201, [(b"x-a", b"1"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")])
    assert answer.taken() == b"abc"
    assert answer.taken() == b""


def test_a_body_without_a_status_is_200() -> None:
    answer = Answer()
    answer.hear(b'{"result":"61"}')
    assert answer.ready
    assert answer.head() == (200, [])


@pytest.mark.parametrize(
    "payload",
    [
        b"[]",
        b'"x"',
        b"not json",
        b'{"status":99}',
        b'{"status":"200"}',
        b'{"status":600}',
        b'{"result":"6"}',
        b'{"headers":[1]}',
    ],
)
def test_answers_that_are_none(payload: bytes) -> None:
    with pytest.raises(BadAnswer):
        Answer().hear(payload)


def test_headers_cannot_be_split() -> None:
    assert http.answered_headers({"X-A": "1\r\nX-B: 2", "X\r\nC": "3", "Connection": "close"}) == [(b"x-a", b"1X-B: 2")]


def test_long_and_repeated_headers_are_answered_alike() -> None:
    long = "v" * (SHORT + 1)
    found = http.answered_headers(
        {"X-Long": long, "X-Many": ["a", "b" * 300], "X-Number": 5, "X-Short": " s ", "A_B": "x"}
    )
    many = [(b"x-many", b"a"), (b"x-many", b"b" * 300)]
    assert found == [(b"x-long", long.encode()), *many, (b"x-number", b"5"), (b"x-short", b"s")]


def test_cookies_of_others_stay() -> None:
    headers = [(b"cookie", b"a=1; sessionid=x; b"), (b"x", b"y")]
    assert http.without_cookies(headers, frozenset({b"sessionid"})) == [(b"cookie", b"a=1; b"), (b"x", b"y")]


@pytest.mark.parametrize(
    ("kinds", "sandboxed"),
    [
        ((b"text/plain",), False),
        ((b"Image/PNG",), False),
        ((), True),
        ((b"image/svg+xml",), True),
        ((b"image/x+xml",), True),
        ((b"application/json+xml",), True),
        ((b"audio/mpeg",), False),
        ((b"text/plain, text/html",), True),
        ((b"text/plain", b"text/html"), True),
        ((b"application/json", b"application/json"), True),
    ],
)
def test_what_a_browser_might_take_for_a_page_gets_an_origin_of_its_own(
    kinds: tuple[bytes, ...], sandboxed: bool
) -> None:
    """Browsers go by the last of several kinds, also within one header."""
    headers = [(b"content-type", kind) for kind in kinds]
    assert (SANDBOX in guarded(headers)) is sandboxed


@pytest.mark.parametrize(
    ("cookie", "passes"),
    [
        *((b"a=sessionid", True), (b"a=1; sessionid=x", True), (b"=a", True), (b"sessionid2=x", True)),
        *(
            (b"sessionid=x; Path=/", False),
            (b" sessionid =x", False),
            (b"=sessionid=x", False),
            (b"= = csrftoken=x", False),
        ),
    ],
)
def test_no_plugin_bakes_our_cookies(cookie: bytes, passes: bool) -> None:
    """A cookie without a name is sent by some browsers as its value, as if that were name and value."""
    assert ((b"set-cookie", cookie) in guarded([(b"set-cookie", cookie)])) is passes


@pytest.mark.parametrize("ours", [True, False])
def test_an_answer_says_nothing_for_all_of_our_origin(settings, ours: bool) -> None:
    """Where endpoints have a host of their own it may."""
    settings.ENDPOINT_SANDBOX = ours
    said = [(b"clear-site-data", b'"cookies"'), (b"strict-transport-security", b"max-age=9"), (b"x-a", b"1")]
    headers = guarded([(b"content-type", b"text/plain"), *said])
    assert headers == [(b"content-type", b"text/plain"), *(said[2:] if ours else said)]


class Sent:
    """Stands in for a visit: keeps what was sent."""

    def __init__(self, method: str = "GET") -> None:
        self.method, self.begun = method, False
        self.said: list[object] = []

    async def begin(self, status: int, headers: http.Headers) -> None:
        self.begun = True
        self.said.append((status, dict(headers).get(b"content-length")))

    async def flush(self) -> None:
        """What is said is kept at once."""

    async def send(self, data: bytes) -> None:
        self.said.append(data)

    async def end(self, data: bytes = b"") -> None:
        self.said += [data, "end"]

    async def answer(self, status: int, body: bytes, headers: http.Headers) -> None:
        await self.begin(status, [*headers, (b"content-length", str(len(body)).encode())])
        await self.end(body)


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("together", [True, False])
async def test_no_body_where_there_is_none(status: int, together: bool) -> None:
    """Also when the plugin's chunk comes before its end."""
    visit = Sent()
    reply = Reply(visit)  # type: ignore[arg-type]
    reply.answer.hear(b'{"status":%d,"headers":{"Content-Length":"3"},"result":"616263"}' % status)
    if not together:
        await reply.flush()
    await reply.end()
    assert visit.said == [(status, None), b"", "end"]


@pytest.mark.parametrize("together", [True, False])
async def test_head_without_its_body(together: bool) -> None:
    visit = Sent("HEAD")
    reply = Reply(visit)  # type: ignore[arg-type]
    reply.answer.hear(b'{"status":200,"headers":{},"result":"616263"}')
    if not together:
        await reply.flush()
    await reply.end()
    assert visit.said == [(200, b"3"), b"", "end"]


async def test_a_whole_answer_ends_before_the_plugin_says_that_it_has_ended() -> None:
    visit = Sent()
    reply = Reply(visit)  # type: ignore[arg-type]
    reply.answer.hear(b'{"status":200,"headers":{"Content-Length":"3"},"result":"616263"}')
    assert await reply.flush()
    assert reply.over
    assert visit.said == [(200, b"3"), b"abc", "end"]


@pytest.mark.parametrize("length", ["4", "x"])
async def test_an_answer_of_another_length_is_not_whole(length: str) -> None:
    visit = Sent()
    reply = Reply(visit)  # type: ignore[arg-type]
    reply.answer.hear(b'{"status":200,"headers":{"Content-Length":"%b"},"result":"616263"}' % length.encode())
    await reply.flush()
    assert not reply.over


@pytest.mark.parametrize(
    ("said", "sent"),
    [(b'"x"', []), (b'"4"', [b"4"]), (b'["4","9"]', []), (b'["4","4"]', [b"4"]), (b'"%b"' % (b"9" * 5000), [])],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_length_is_sent_once_and_is_a_number(said: bytes, sent: list[bytes], method: str) -> None:
    visit = Lengths(method)
    reply = Reply(visit)  # type: ignore[arg-type]
    reply.answer.hear(b'{"status":200,"headers":{"Content-Length":%b}}' % said)
    await reply.flush()
    assert visit.lengths == sent


class Lengths(Sent):
    """Keeps every length that was sent."""

    async def begin(self, status: int, headers: http.Headers) -> None:
        await super().begin(status, headers)
        self.lengths = [value for name, value in headers if name == b"content-length"]
