"""The plugin's answer on its way to the caller: head as soon as it is known, each piece as it comes."""

from django.conf import settings

from endpoints.events import Framing, as_events, is_meant
from endpoints.http import NO_BODY, Answer, Headers, content_length, rest_of_cookies, without
from endpoints.limits import limits
from runtime.door import Visit
from runtime.kept import kept

# What browsers neither run nor guess at. All else is a page, and pages of plugins stand on our origin.
HARMLESS = (
    b"application/json",
    b"text/plain",
    b"text/event-stream",
    b"application/octet-stream",
    b"audio/",
    b"image/",
    b"video/",
)
# What one answer says for all of an origin, ours: that it is to be forgotten, or reached in another way.
OF_THE_ORIGIN = frozenset(
    b"alt-svc clear-site-data nel public-key-pins report-to reporting-endpoints service-worker-allowed "
    b"strict-transport-security".split()
)
SANDBOX = (b"content-security-policy", b"sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads")


class Reply:
    """One answer. `over` is set when all of it has been sent."""

    __slots__ = ("answer", "frames", "framing", "over", "room", "status", "visit")

    def __init__(self, visit: Visit, *, frames: bool = False) -> None:
        self.visit = visit
        self.frames = frames  # whether JSON that means to be events is made such
        self.framing: Framing | None = None
        self.answer = Answer()
        self.status = 0
        self.room: int | None = None  # bytes that may still be sent where a length was promised
        self.over = False

    @property
    def headless(self) -> bool:
        """Whether the caller asked for the head alone."""
        return self.visit.method == "HEAD"

    async def flush(self) -> bool:
        """Sends what has come, as far as it can be sent; whether the answer has begun."""
        if self.over or not self.answer.ready or self.answer.status in NO_BODY:
            return self.visit.begun
        if self.answer.whole:
            await self.end()
            return True
        if self.headless:
            if not self.answer.pieces:
                await self.end()
            return self.visit.begun
        if not self.visit.begun:
            status, headers = self.head()
            self.room = content_length(headers)
            await self.visit.begin(status, headers)
        if self.answer.pieces:
            await self.visit.send(self.fitting(self.taken()))
        else:
            await self.visit.flush()
        return True

    async def end(self) -> None:
        """Sends the rest; where nothing has been sent before, all of it in one step."""
        self.over = True
        if self.visit.begun:
            rest = self.fitting(self.taken(last=True))
            if not self.room:  # else the plugin promised more than it sent, and the connection must tell
                await self.visit.end(rest)
        elif self.headless or self.answer.status in NO_BODY:
            await self.end_without_body()
        else:
            status, headers = self.head(counted=True)
            await self.visit.answer(status, self.taken(last=True), headers)

    async def end_without_body(self) -> None:
        """Of a body that is not sent the length is told, where there may be one: that of the body, or what the plugin says."""
        status, headers = self.head()
        body = self.taken(last=True)
        if status in NO_BODY:
            headers = without(headers, b"content-length")
        elif body:
            headers = [*without(headers, b"content-length"), (b"content-length", str(len(body)).encode())]
        await self.visit.begin(status, headers)
        await self.visit.end()

    def head(self, *, counted: bool = False) -> tuple[int, Headers]:
        """Status and headers, with the length that the plugin names unless the body has been `counted`."""
        status, headers = self.answer.head()
        self.status = status
        if self.frames and is_meant(headers):
            self.framing, headers = Framing(), as_events(headers)
        return status, guarded(without(headers, b"content-length") if counted else of_one_length(headers))

    def taken(self, *, last: bool = False) -> bytes:
        """The body that has come since the last time."""
        body = self.answer.taken()
        return self.framing.heard(body, last=last) if self.framing else body

    def fitting(self, body: bytes) -> bytes:
        """As much as the promised length has room for."""
        if self.room is None:
            return body
        body = body[: self.room]
        self.room -= len(body)
        return body


def of_one_length(headers: Headers) -> Headers:
    """The headers with the length at most once, and as a number: two that differ would part the answer elsewhere."""
    length = content_length(headers)
    kept = without(headers, b"content-length")
    return kept if length is None else [*kept, (b"content-length", str(length).encode())]


def guarded(headers: Headers) -> Headers:
    """The headers without cookies of our own pages; what a browser would run gets an origin of its own."""
    named = dict(headers)
    if b"set-cookie" in named:
        headers = [(name, value) for name, value in headers if name != b"set-cookie" or is_theirs(value)]
    if not limits().sandbox:
        return headers
    if not OF_THE_ORIGIN.isdisjoint(named):
        headers = without(headers, *OF_THE_ORIGIN)
    kinds = [value for name, value in headers if name == b"content-type"]
    return headers if len(kinds) == 1 and is_harmless(kinds[0]) else [*headers, SANDBOX]


def is_theirs(cookie: bytes) -> bool:
    """Of a cookie without a name some browsers send the value alone, which reads as name and value then."""
    ours = frozenset({settings.SESSION_COOKIE_NAME.encode(), settings.CSRF_COOKIE_NAME.encode()})
    return bool(rest_of_cookies(cookie.partition(b";")[0].lstrip(b"= \t"), ours))


@kept
def is_harmless(content_type: bytes) -> bool:
    """Of several kinds, also in one header, browsers take the last one: such an answer is not. Nor is any kind of XML, which
    may be a page whatever stands before `+xml` (HTML standard, 7.4.5).
    """
    content_type = content_type.lower()
    return content_type.startswith(HARMLESS) and not any(part in content_type for part in (b",", b"svg", b"xml"))
