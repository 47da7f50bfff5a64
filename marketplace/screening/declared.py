"""Which hosts a package says that it talks to: its listing, its declarations, its privacy statement."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import yaml

from marketplace.hosts import NEUTRAL, hosts_in, is_drop_point, is_reserved, owner_label, registrable
from marketplace.privacy.reading import policy_path

_LISTING = re.compile(
    r"^(README[^/]*|readme/[^/]*|PRIVACY[^/]*|privacy[^/]*|GUIDE[^/]*|docs?/[^/]*\.md|[^/]*\.md)$", re.IGNORECASE
)
_COMMON = frozenset(
    [
        "api",
        "apis",
        "app",
        "apps",
        "data",
        "cloud",
        "service",
        "services",
        "server",
        "test",
        "tests",
        "example",
        "demo",
        "tool",
        "tools",
        "plugin",
        "plugins",
        "model",
        "models",
        "search",
        "image",
        "video",
        "audio",
        "text",
        "file",
        "files",
        "web",
        "site",
        "host",
        "hosts",
        "home",
        "open",
        "free",
        "plus",
        "online",
        "secure",
        "login",
        "auth",
        "metrics",
        "telemetry",
        "collector",
        "analytics",
        "tracking",
        "track",
        "collect",
        "stats",
        "logs",
        "log",
        "cdn",
        "static",
        "assets",
        "media",
        "mail",
        "email",
        "send",
        "message",
        "messages",
        "bot",
        "chat",
        "agent",
        "agents",
        "news",
        "weather",
        "time",
        "date",
        "translate",
        "translator",
        "speech",
        "voice",
        "trigger",
        "triggers",
        "datasource",
        "provider",
        "official",
        "dify",
        "langgenius",
        "extension",
        "endpoint",
        "webhook",
        "hook",
        "hooks",
        "info",
        "help",
        "support",
        "docs",
        "status",
        "monitor",
        "update",
        "updates",
        "backup",
        "sync",
    ]
)
_ADDITIONS = frozenset(
    [
        "ai",
        "api",
        "apis",
        "app",
        "apps",
        "hq",
        "io",
        "cloud",
        "labs",
        "lab",
        "inc",
        "corp",
        "platform",
        "dev",
        "xyz",
        "search",
        "static",
        "content",
        "cdn",
        "usercontent",
        "code",
        "studio",
        "tech",
        "net",
        "online",
        "sdk",
        "computing",
        "tool",
        "model",
        "models",
        "datasource",
        "trigger",
        "bot",
        "extractor",
        "chat",
        "maas",
    ]
)
_WORD = re.compile(r"[a-z0-9]+")
# Whose services go by names of their own.
_FAMILIES = (
    ("google", "googleapis", "gmail", "gstatic", "youtube", "googleusercontent", "vertex", "gemini", "ggpht"),
    (
        "microsoft",
        "azure",
        "windows",
        "live",
        "office",
        "outlook",
        "sharepoint",
        "onedrive",
        "bing",
        "microsoftonline",
        "office365",
        "msteams",
        "teams",
    ),
    ("amazon", "aws", "amazonaws", "bedrock", "sagemaker"),
    ("alibaba", "aliyun", "aliyuncs", "dashscope", "tongyi", "dingtalk", "qwen"),
    ("tencent", "qcloud", "tencentcloudapi", "myqcloud", "wechat", "wecom", "qq", "weixin", "hunyuan", "tencentcos"),
    ("baidu", "baidubce", "wenxin", "ernie", "bcebos", "aistudio"),
    (
        "bytedance",
        "volcengine",
        "volces",
        "bytepluses",
        "byteplus",
        "feishu",
        "lark",
        "larksuite",
        "larkoffice",
        "doubao",
        "ark",
        "bytepluscdn",
        "solutionsuite",
    ),
    ("facebook", "meta", "whatsapp", "instagram", "llama"),
    ("github", "githubusercontent", "ghcr"),
    ("huggingface", "hf"),
    ("atlassian", "jira", "confluence"),
    ("slack", "slackfiles"),
    ("notion", "notionstatic"),
    ("twitter", "x", "twimg"),
    ("pubmed", "ncbi", "nih", "nlm"),
    ("spark", "xfyun", "iflytek", "xunfei"),
)


# What stands at the left of the SDK's declarations; other YAML is data that the code reads.
_DECLARES = re.compile(
    rb"^(identity|label|description|provider|model|model_type|tools|models|endpoints|path|settings|events|trigger\w*|parameters|"
    rb"extra|plugins|credentials?_\w+|oauth_schema|privacy|recipients|help|supported_model_types|subscription_\w+)\s*:",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Declared:
    """`domains` are registrable ones with the file that names each; `names` are words by which the plugin goes."""

    domains: dict[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    def covers(self, host: str) -> str:
        """Where the host is declared, "" if it is not."""
        domain = _owned(host)
        if found := self.domains.get(domain):
            return found
        if is_reserved(host):
            return ""
        return "its name" if self._goes_by(owner_label(host)) else ""

    def _goes_by(self, label: str) -> bool:
        """Whether the label is the plugin's name, with at most an addition that names the same owner."""
        words = _WORD.findall(label)
        whole = "".join(words)
        if whole in _COMMON:
            return False
        if whole in self.names or all(word in self.names for word in words):
            return True
        if any(whole in family and self.names & set(family) for family in _FAMILIES):
            return True
        # `acme-api.com` is what somebody else registers who wants to be taken for `acme.com`
        return "-" not in label and any(_is_addition(whole, name) for name in self.own if len(name) >= 4)


def _owned(host: str) -> str:
    """What a name speaks for: all that its owner has registered, but of names for examples only itself.

    Whoever links to a repository or to a page that everybody knows has not named what takes in data beside it.
    """
    domain = registrable(host)
    takes_in = domain in NEUTRAL and host.partition(".")[0] in _TAKING_IN
    return host if takes_in or is_reserved(host) else domain


_TAKING_IN = frozenset(["api", "gist", "uploads", "docs", "forms", "script", "drive", "sheets"])


def _is_addition(label: str, name: str) -> bool:
    short, long = sorted((label, name), key=len)
    return len(short) >= 4 and long.startswith(short) and long[len(short) :] in _ADDITIONS


def declared_by(files: Mapping[str, bytes], manifest: Mapping[str, Any], more: Iterable[str] = ()) -> Declared:
    """`more` are hosts of the privacy statement's recipients."""
    domains: dict[str, str] = {}
    for path, text in _texts(files, policy_path(files, manifest)):
        for host in hosts_in(text):
            if not is_drop_point(host):
                domains.setdefault(_owned(host), path)
    for host in more:
        domains.setdefault(_owned(host), "the privacy statement")
    own = _own_names(files, manifest)
    return Declared(domains, own | _headings(files), own)


def _texts(files: Mapping[str, bytes], policy: str) -> Iterator[tuple[str, str]]:
    for path, content in files.items():
        is_policy = path == policy and path.endswith((".md", ".txt", ".rst", ".html"))
        if (
            is_policy
            or _LISTING.match(path)
            or (path.endswith((".yaml", ".yml")) and _DECLARES.search(content[:200_000]))
        ):
            yield path, content[:400_000].decode(errors="replace")


def _own_names(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> frozenset[str]:
    """Words of the names and labels of the plugin and of its providers, and names without spaces as one word."""
    texts = [manifest.get("name"), *_values(manifest.get("label")), *_values(manifest.get("description"))]
    plugins = manifest.get("plugins") or {}
    for paths in plugins.values():
        for path in paths or ():
            texts += _provider_names(files.get(path, b""))
    return _words_of(text for text in texts if isinstance(text, str))


def _values(label: Any) -> list[Any]:
    return list(label.values()) if isinstance(label, dict) else [label]


def _provider_names(content: bytes) -> list[Any]:
    try:
        document = yaml.load(content, Loader=_LOADER)  # noqa: S506 -- the safe loader, in C where there is one
    except (yaml.YAMLError, ValueError, RecursionError):
        return []
    identity = document.get("identity") if isinstance(document, dict) else None
    identity = identity if isinstance(identity, dict) else document if isinstance(document, dict) else {}
    return [identity.get("name"), identity.get("provider"), *_values(identity.get("label"))]


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _words_of(texts: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for text in texts:
        words = _WORD.findall(text.lower())
        found |= {word for word in words if len(word) > 2}
        found |= {a + b for a, b in pairwise(words) if len(a + b) > 4}
        if len(words) < 4:
            found.add("".join(words))
    return frozenset(found - _COMMON)


_NAME = re.compile(r"(?<![.!?] )\b[A-Z][A-Za-z0-9]{3,}\b")


def _headings(files: Mapping[str, bytes]) -> frozenset[str]:
    """Names in headings of the README and in the privacy policy: services are named there without an address."""
    found: set[str] = set()
    for path in ("README.md", "PRIVACY.md"):
        for line in files.get(path, b"").decode(errors="replace").splitlines():
            if path == "PRIVACY.md" or line.startswith("#"):
                found |= {word.lower() for word in _NAME.findall(line)}
    return frozenset(found - _COMMON)
