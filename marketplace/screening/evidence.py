"""What the code shows of data: hosts, what goes to them, and what is stored."""

import re

from marketplace.hosts import NEUTRAL, is_near, is_vocabulary
from marketplace.privacy.beside import texts_beside
from marketplace.privacy.evidence import Evidence, Seen
from marketplace.privacy.reading import policy_path, policy_text

from .callbacks import uses
from .code.values import taints_of
from .leaking import LOGS
from .subject import Subject

_CLIENTS = re.compile(
    r"^(openai|anthropic|cohere|boto3|botocore|google|googleapiclient|vertexai|azure|msal|"
    r"slack_sdk|slack_bolt|tavily|dashscope|zhipuai|zai|ollama"
    r"|replicate|groq|mistralai|huggingface_hub|twilio|notion_client|atlassian|jira|github|"
    r"gitlab|dropbox|boxsdk|box_sdk_gen|telegram|discord|tencentcloud"
    r"|qcloud_cos|volcenginesdk\w*|volcengine|oci|snowflake|supabase|pymilvus|qdrant_client|"
    r"pinecone|elasticsearch|redis|psycopg2?|pymysql|sqlalchemy|neo4j"
    r"|duckduckgo_search|ddgs|wikipedia|arxiv|yfinance|youtube_transcript_api|firecrawl|apify_client|"
    r"hubspot|stripe|pymstodo|todoist_api_python|lark_oapi|plivo"
    r"|feedparser|yt_dlp|trello|alibabacloud_\w+|oss2|fish_audio_sdk|xinference_client|llama_cloud_services|"
    r"llama_cloud|smartsheet|e2b\w*|daytona\w*|paramiko|websocket\w*"
    r"|aiohttp|httpx|requests|urllib3|socket|smtplib|imaplib|ftplib|grpc|http\.client|urllib\.request)(\.|$)"
)
_COMPATIBLE = re.compile(r"OAICompat|OAIEmbed|openai_compatible")


# What writes to files and databases that stay, not to what is temporary or in memory.
_WRITES = re.compile(
    r"^(?:builtins|io|codecs|gzip)\.open\(\)\.(?:write|writelines)$|^pathlib\.(?:Posix)?Path[\w.()]*\.write_text$"
    r"|^(?:sqlite3|aiosqlite)\.connect\(\)[\w.()]*\.(?:execute|executemany)$|^shelve\.open\(\)\.__setitem__$"
)
_TEMPORARY = re.compile(r"te?mp|cache", re.IGNORECASE)
_COUNTERS = re.compile(
    r"^(?:posthog|mixpanel|amplitude|analytics|segment|rudderstack|statsd|datadog|newrelic|matomo\w*|plausible|google_analytics|ga4mp|sentry_sdk|bugsnag|rollbar)\."
)
_COUNTING_HOSTS = re.compile(
    r"(?:^|\.)(?:google-analytics\.com|analytics\.google\.com|googletagmanager\.com|segment\.(?:io|com)|mixpanel\.com|posthog\.com|amplitude\.com|sentry\.io|heap\.io"
    r"|heapanalytics\.com|hotjar\.com|plausible\.io|matomo\.cloud|rudderstack\.com|datadoghq\.(?:com|eu)|newrelic\.com|bugsnag\.com|rollbar\.com|umami\.(?:is|dev)|umeng\.com"
    r"|hm\.baidu\.com|cnzz\.com|countly\.\w+|appcenter\.ms|honeycomb\.io|logrocket\.\w+|fullstory\.com|clarity\.ms|statcounter\.com|goatcounter\.com)$"
    r"|^(?:[\w-]+\.)?(?:stats?|statistics|telemetry|metrics|analytics|tracking|track|tracker|usage|beacon|counter)\.",
    re.IGNORECASE,
)


def evidence_of(subject: Subject) -> Evidence:
    hosts = [
        Seen(host, one.site.path, one.site.line, one.carries)
        for one in subject.outgoing
        for host, _ in one.hosts()
        if not is_near(host) and not is_vocabulary(host)
    ]
    unnamed = [one for one in hosts if one.what.removeprefix("www.") not in NEUTRAL]
    undeclared = [one for one in unnamed if not subject.declared.covers(one.what)]
    chosen = [
        Seen("", one.site.path, one.site.line, one.carries) for one in subject.outgoing if one.unknown and one.direct
    ]
    called = uses(subject.program)
    stores = [Seen(use.call, use.path, use.line) for use in called if use.permission == "storage"]
    models = [Seen(use.call, use.path, use.line) for use in called if use.permission.startswith("model")]
    logs = _given_input(subject, LOGS)
    text = policy_text(subject.files, subject.manifest)
    beside = list(texts_beside(subject.files, subject.manifest, policy=policy_path(subject.files, subject.manifest)))
    counts = [one for one in hosts if _COUNTING_HOSTS.search(one.what)] + _given_input(subject, _COUNTERS)
    writes = [one for one in _given_input(subject, _WRITES) if not _TEMPORARY.search(one.what)]
    sends = next(iter([*hosts, *chosen]), None) or _through_a_library(subject)
    return Evidence(
        hosts=hosts,
        undeclared=undeclared,
        chosen=chosen,
        stores=stores,
        models=models,
        logs=logs,
        writes=writes,
        counts=counts,
        sends=sends,
        text=text,
        beside=beside,
        names=subject.declared.own,
    )


def _given_input(subject: Subject, names: re.Pattern[str]) -> list[Seen]:
    """Calls of such names that are given what users enter."""
    return [
        Seen(site.source, site.path, site.line)
        for site in subject.program.calls
        if any(map(names.match, site.names)) and "input" in taints_of(site.values())
    ]


def _through_a_library(subject: Subject) -> Seen | None:
    for name, (path, line) in subject.program.foreign.items():
        if _CLIENTS.match(name) and not name.startswith(
            ("requests.exceptions", "urllib3.exceptions", "google.protobuf", "azure.core.exceptions")
        ):
            return Seen(name, path, line)
    for scope, known in subject.program.classes.items():
        if any(_COMPATIBLE.search(base) for base in known.foreign):
            module = subject.program.modules.get(scope.partition(":")[0])
            return Seen("the service that it is configured for", module.path if module else "", 0)
    return None
