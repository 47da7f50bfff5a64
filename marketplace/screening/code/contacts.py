"""Calls that reach out to a host, and where among their arguments the address stands."""

import re
from dataclasses import dataclass

_VERBS = "get post put patch delete head options request stream send ws_connect"


@dataclass(frozen=True, slots=True)
class Contact:
    """`address` is the position of the URL or host, `names` its keywords; `kind` says what it speaks."""

    address: int
    names: tuple[str, ...] = ("url",)
    kind: str = "http"


_URL = ("url", "uri", "endpoint", "base_url")
_HOST = ("host", "hostname", "server", "address")
_AT_ZERO = [
    "urllib.request.urlopen",
    "urllib.request.urlretrieve",
    "urllib.request.Request",
    "urllib.request.build_opener().open",
    "urllib.request.OpenerDirector().open",
    "httplib2.Http().request",
    "httpx.AsyncClient().websocket",
    "xmlrpc.client.ServerProxy",
    "websocket.create_connection",
    "websocket.WebSocketApp",
    "websocket.WebSocket().connect",
    "websockets.connect",
    "websockets.sync.client.connect",
    "websockets.client.connect",
    "websockets.legacy.client.connect",
    "tornado.httpclient.AsyncHTTPClient().fetch",
    "tornado.httpclient.HTTPClient().fetch",
    "requests_toolbelt.sessions.BaseUrlSession",
    "socketio.Client().connect",
    "gql.transport.requests.RequestsHTTPTransport",
    "sseclient.SSEClient",
    "feedparser.parse",
    "pandas.read_csv",
    "pandas.read_json",
    "pandas.read_html",
    "wget.download",
    "urllib.URLopener().open",
    "selenium.webdriver.Chrome().get",
    "zeep.Client",
    "suds.client.Client",
]
_HOSTS_AT_ZERO = [
    "http.client.HTTPConnection",
    "http.client.HTTPSConnection",
    "socket.create_connection",
    "socket.gethostbyname",
    "socket.getaddrinfo",
    "socket.gethostbyname_ex",
    "socket.socket().connect",
    "socket.socket().connect_ex",
    "ssl.SSLContext().wrap_socket().connect",
    "asyncio.open_connection",
    "ftplib.FTP",
    "ftplib.FTP_TLS",
    "smtplib.SMTP",
    "smtplib.SMTP_SSL",
    "telnetlib.Telnet",
    "imaplib.IMAP4_SSL",
    "imaplib.IMAP4",
    "poplib.POP3_SSL",
    "nntplib.NNTP",
    "paramiko.SSHClient().connect",
    "paramiko.Transport",
    "grpc.insecure_channel",
    "grpc.secure_channel",
    "dns.resolver.resolve",
    "dns.resolver.query",
    "socket.create_server()",
    "aioftp.Client",
    "ssl.wrap_socket().connect",
    "ssl.create_default_context().wrap_socket().connect",
]
_LOOPS = ("get_event_loop", "get_running_loop", "new_event_loop")
_CONTACTS = {
    **{name: Contact(0, _URL) for name in _AT_ZERO},
    **{name: Contact(0, _HOST, "host") for name in _HOSTS_AT_ZERO},
    "socket.socket().sendto": Contact(-1, _HOST, "host"),
    "urllib3.request": Contact(1),
    **{f"asyncio.{loop}().create_connection": Contact(1, _HOST, "host") for loop in _LOOPS},
    "pycurl.Curl().setopt": Contact(1),
    "http.client.HTTPSConnection().request": Contact(1, ("path",), "path"),
    "http.client.HTTPConnection().request": Contact(1, ("path",), "path"),
}
_CLIENTS = re.compile(
    r"^(requests|requests\.api|requests\.sessions|requests\.[sS]ession\(\)|requests\.sessions\.Session\(\)|"
    r"httpx|httpx\.(Async)?Client\(\)"
    r"|aiohttp|aiohttp\.ClientSession\(\)|aiohttp\.client\.ClientSession\(\)|urllib3(\.poolmanager)"
    r"?\.(PoolManager|ProxyManager)\(\.*\)"
    r"|urllib3\.(HTTPS?ConnectionPool|connection_from_url)\(\)"
    r"|cloudscraper\.create_scraper\(\)|curl_cffi\.requests(\.(Async)?Session\(\))?|requests_toolbelt\.sessions\.B"
    r"aseUrlSession\(\)"
    r"|requests_html\.HTMLSession\(\)|niquests|grequests|treq|asks|primp\.Client\(\)|requests_futures\.sessions\.F"
    r"uturesSession\(\))"
    rf"\.({_VERBS.replace(' ', '|')}|urlopen)$"
)
# Any library's client that is given an address under such a name will go there.
ADDRESS_NAMES = frozenset(
    [
        "url",
        "base_url",
        "api_url",
        "endpoint",
        "endpoint_url",
        "api_base",
        "host",
        "hostname",
        "server",
        "server_url",
        "azure_endpoint",
        "webhook_url",
        "uri",
        "api_host",
        "base_uri",
        "openai_api_base",
        "service_url",
        "http_api_url",
        "base_http_api_url",
        "base_address",
    ]
)


def contact_of(name: str) -> Contact | None:
    """How the thing of this dotted name contacts hosts; None if it does not, as far as is known."""
    if (known := _CONTACTS.get(name)) is not None:
        return known
    if not _CLIENTS.match(name):
        return None
    second = name.endswith((".request", ".stream", ".urlopen")) and not name.startswith(
        "aiohttp.ClientSession().stream"
    )
    return Contact(1 if second else 0, ("url", "request", "str_or_url"))
