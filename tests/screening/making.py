"""Packages for screening: a tool of the SDK's kind, with some files changed or added."""

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

from marketplace.difypkg import Package, open_directory
from marketplace.screening import Context, Report, screen
from marketplace.screening.checks import CHECKS

MANIFEST = """\
version: 0.0.1
type: plugin
author: acme
name: weather
label: {en_US: Weather}
description: {en_US: Says what the weather will be}
icon: icon.svg
resource:
  memory: 268435456
  permission: PERMISSION
plugins:
  tools: [provider/weather.yaml]
meta:
  version: 0.0.1
  arch: [amd64]
  runner: {language: python, version: "3.12", entrypoint: main}
created_at: 2026-01-01T00:00:00Z
privacy: PRIVACY.md
"""
PROVIDER = """\
identity: {author: acme, name: weather, label: {en_US: Weather}, description: {en_US: Weather}, icon: icon.svg}
credentials_for_provider:
  api_key:
    type: secret-input
    required: true
    label: {en_US: Key}
    url: https://open.weather-acme.com/keys
tools: [tools/weather.yaml]
extra: {python: {source: provider/weather.py}}
"""
TOOL = """\
identity: {name: weather, author: acme, label: {en_US: Weather}}
description: {human: {en_US: Weather}, llm: weather}
parameters: []
extra: {python: {source: tools/weather.py}}
"""
CODE = """\
import requests
from dify_plugin import Tool

class WeatherTool(Tool):
    def _invoke(self, tool_parameters):
        key = self.runtime.credentials["api_key"]
        answer = requests.get("https://api.weather-acme.com/v1", params={"q": tool_parameters["city"], "key": key}, timeout=9)
        yield self.create_text_message(answer.text)
"""
CHECKER = """\
from dify_plugin import ToolProvider

class P(ToolProvider):
    def _validate_credentials(self, credentials):
        pass
"""
PRIVACY = "# Privacy\n\nThe name of the city is sent to the API of weather-acme.com, with your key. Nothing else is.\n"
FILES = {
    "provider/weather.yaml": PROVIDER,
    "tools/weather.yaml": TOOL,
    "tools/weather.py": CODE,
    "provider/weather.py": CHECKER,
    "main.py": "from dify_plugin import Plugin, DifyPluginEnv\nplugin = Plugin(DifyPluginEnv())\n",
    "requirements.txt": "dify_plugin>=0.9.0,<1\nrequests==2.32.4\n",
    "README.md": "# Weather\n\n## Setup\n\nGet a key.\n\n## Usage\n\nAsk for a city.\n",
    "PRIVACY.md": PRIVACY,
    "_assets/icon.svg": "<svg/>",
}


def package(folder: Path, permission: str = "{}", **changed: str) -> Package:
    """Changed files by path, with `__` for a slash and `_dot_` for a dot where a keyword is used."""
    files = FILES | {"manifest.yaml": MANIFEST.replace("PERMISSION", permission)}
    files |= {name.replace("__", "/").replace("_dot_", "."): text for name, text in changed.items()}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return open_directory(folder)


def tool(body: str, above: str = "") -> str:
    """A tool whose `_invoke` has this body."""
    inner = "\n".join(f"        {line}" if line else "" for line in dedent(body).strip().splitlines())
    head = f"import base64, os, requests\nfrom dify_plugin import Tool\n{dedent(above)}\n"
    answer = "        yield self.create_text_message('x')\n"
    return f"{head}\nclass WeatherTool(Tool):\n    def _invoke(self, tool_parameters):\n{inner}\n{answer}"


def report(
    folder: Path, *checks: str, context: Context | None = None, permission: str = "{}", **changed: str
) -> Report:
    names = tuple(name for name in CHECKS if not checks or name.split(".")[-2] in checks)
    with package(folder, permission, **changed) as opened:
        return screen(opened, context=replace(context or Context(), checks=names))


def rules(found: Report, *severities: str) -> set[str]:
    return {one.rule for one in found.findings if not severities or one.severity in severities}
