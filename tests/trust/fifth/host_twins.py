"""Hosts that are named in the privacy text, and addresses that nobody contacts."""

from tests.trust.fifth.styles import Style

DISCLOSURES = (
    "The plugin contacts $host to read the state of the service. No personal data is part of these requests.",
    "## Third-party services\n\n- **$Word** (https://$host): tells which features are available.\n"
    "  Its privacy policy: https://$host/privacy",
    "| Recipient | Data | Why |\n| --- | --- | --- |\n| https://$host | tool name, version | to run the service |",
    "本插件会访问 https://$host 以获取服务状态和用量信息。",
    "このプラグインは $host に接続して、サービスの状態を取得します。",
    "Dieses Plugin ruft https://$host auf, um den Zustand des Dienstes zu erfahren.",
    "Este complemento se conecta a https://$host para consultar el estado del servicio.",
    "Data we send: usage events are sent to `$host` (operated by $Word Inc.), see <https://$host/legal>.",
)
ALIKE = (
    Style("in a comment", "# see https://$host/docs for the meaning of these fields\npass"),
    Style(
        "in a docstring",
        "explain()",
        'def explain():\n    """Format as described at https://$host/spec/v2."""\n    return "v2"',
    ),
    Style("given back as a link", 'link = f"https://$host/issues/{1}"\nmessage = f"Read more: {link}"\nlen(message)'),
    Style("XML namespace", 'namespaces = {"x": "http://$host/ns/2020"}\nlen(namespaces)'),
    Style(
        "JSON schema's id", '{"$$schema": "https://json-schema.org/draft/2020-12/schema", "$$id": "https://$host/a"}'
    ),
    Style("User-Agent", 'headers = {"User-Agent": "plugin/1.0 (+https://$host/bot)"}\nlen(headers)'),
    Style(
        "this machine",
        'requests.get("http://127.0.0.1:9/health", timeout=0.1) if False else None',
        "import requests",
    ),
    Style(
        "compared with",
        'def is_ours(address):\n    return urlparse(address).hostname == "$host"\n\nis_ours("https://other")',
        "from urllib.parse import urlparse",
    ),
    Style(
        "pattern of an address",
        'found = re.fullmatch(r"https://$host/video/(\\d+)", "x")\nbool(found)',
        "import re",
    ),
    Style(
        "placeholder for a form",
        'EXAMPLE = "https://example.com/webhook"\nlen(EXAMPLE)',
    ),
    Style("domain of e-mail addresses", 'address = "noreply@$host"\n"@" in address'),
    Style("license text", "LICENSE_NOTE = 'MIT, see https://$host/license'\nlen(LICENSE_NOTE)"),
)
