"""What code calls back for, in whatever way it is written, against what the manifest declares."""

from pathlib import Path

import pytest

from marketplace.screening.callbacks import permission_of, uses
from marketplace.screening.code import read_program
from runtime.reverse.table import ROWS
from tests.screening.making import report, rules, tool

STYLES = {
    "plain": "self.session.model.llm.invoke(None, [])",
    "alias": "s = self.session\nm = s.model\nm.llm.invoke(None, [])",
    "getattr": "getattr(self.session.model, 'llm').invoke(None, [])",
    "getattr of pieces": "getattr(getattr(self, 'ses' + 'sion').model, 'l' 'lm').invoke(None, [])",
    "handed to a function": "ask(self.session)",
    "handed to a class": "Asker(self.session).ask()",
    "inner function": "def go():\n    return self.session.model.llm.invoke(None, [])\ngo()",
    "lambda": "(lambda s: s.model.llm.invoke(None, []))(self.session)",
    "partial": "import functools\nfunctools.partial(self.session.model.llm.invoke, None)([])",
    "dict of methods": "{'a': self.session.model.llm.invoke}['a'](None, [])",
    "class of the SDK": "from dify_plugin.invocations.model.llm import LLMInvocation\n"
    "LLMInvocation(self.session).invoke(None, [])",
    "by kind": "from dify_plugin.core.entities.invocation import InvokeType\n"
    "list(self.session.storage._backwards_invoke(InvokeType.LLM, dict, {}))",
    "summary": "self.session.model.summary.invoke('a', '')",
    "structured": "self.session.model.llm_structured_output.invoke()",
    "a thread": "import threading\nthreading.Thread(target=ask, args=(self.session,)).start()",
    "attrgetter": "import operator\noperator.attrgetter('model.llm')(self.session).invoke(None, [])",
}
ABOVE = """
def ask(session):
    return session.model.llm.invoke(None, [])

class Asker:
    def __init__(self, session):
        self.s = session
    def ask(self):
        return self.s.model.llm.invoke(None, [])
"""


@pytest.mark.parametrize("style", STYLES)
def test_an_undeclared_call_is_found_however_it_is_written(style: str, tmp_path: Path) -> None:
    code = tool(STYLES[style], ABOVE if "ask" in STYLES[style].lower() else "")
    found = report(tmp_path, "permissions", tools__weather_dot_py=code)
    first = next(one for one in found.findings if one.rule == "permissions.undeclared")
    assert "model.llm" in first.message
    assert (first.path, first.line > 0, found.blocked_by[0].name) == ("tools/weather.py", True, "permissions")


@pytest.mark.parametrize("style", STYLES)
def test_declared_it_is_no_finding(style: str, tmp_path: Path) -> None:
    code = tool(STYLES[style], ABOVE if "ask" in STYLES[style].lower() else "")
    permission = "{model: {enabled: true, llm: true}, storage: {enabled: true, size: 1024}}"
    found = report(tmp_path, "permissions", permission=permission, tools__weather_dot_py=code)
    assert rules(found) <= {"permissions.unused", "permissions.raw"}


def test_what_is_inherited_from_another_module_is_found(tmp_path: Path) -> None:
    head = "from dify_plugin import Tool\nclass Base(Tool):\n    def remember(self):\n"
    base = f"{head}        self.session.storage.set('a', b'')\n"
    head = "from tools.base import Base\nclass T(Base):\n    def _invoke(self, tool_parameters):\n"
    code = f"{head}        self.remember()\n        yield\n"
    found = report(tmp_path, "permissions", tools__base_dot_py=base, tools__weather_dot_py=code)
    assert [(one.rule, one.path, one.line) for one in found.findings] == [
        ("permissions.undeclared", "tools/base.py", 4)
    ]


def test_what_is_declared_and_never_used_is_a_note(tmp_path: Path) -> None:
    permission = "{tool: {enabled: true}, model: {enabled: true, llm: true, tts: true}}"
    code = tool("self.session.model.tts.invoke()")
    found = report(tmp_path, "permissions", permission=permission, tools__weather_dot_py=code)
    assert [(one.evidence, one.severity) for one in found.findings] == [("tool", "info"), ("model.llm", "info")]
    assert not found.blocked_by


def test_the_kind_of_model_must_be_declared_as_well(tmp_path: Path) -> None:
    found = report(
        tmp_path,
        "permissions",
        permission="{model: {enabled: true, tts: true}}",
        tools__weather_dot_py=tool(STYLES["plain"]),
    )
    assert "permissions.undeclared" in rules(found)


def test_another_thing_called_session_is_no_callback(tmp_path: Path) -> None:
    body = "session = requests.Session()\nself.http = requests.Session()\n"
    "session.get('https://api.weather-acme.com')\nself.http.post('https://api.weather-acme.com')"
    assert report(tmp_path, "permissions", tools__weather_dot_py=tool(body)).findings == []


def test_files_may_always_be_uploaded(tmp_path: Path) -> None:
    assert (
        report(tmp_path, "permissions", tools__weather_dot_py=tool("self.session.file.upload('a', b'', 'b')")).findings
        == []
    )


def test_what_is_only_known_at_run_time_is_refused(tmp_path: Path) -> None:
    code = tool("getattr(self.session.model, tool_parameters['kind']).invoke()")
    assert rules(report(tmp_path, "permissions", tools__weather_dot_py=code)) == {"permissions.undeclared"}
    enabled = "{model: {enabled: true, llm: true}}"
    found = report(tmp_path, "permissions", permission=enabled, tools__weather_dot_py=code)
    assert rules(found, "error") == {"permissions.computed"}


def test_a_line_past_the_sdk_is_refused(tmp_path: Path) -> None:
    found = report(tmp_path, "permissions", tools__weather_dot_py=tool("self.session.writer.write('{}')"))
    assert rules(found) == {"permissions.raw"}
    assert found.blocked_by


def test_every_row_of_the_runtime_has_its_permission_here() -> None:
    """The runtime decides; the audit must know each kind that it answers."""
    for row in ROWS:
        program = read_program(
            {"a.py": f"def f(session):\n    session.tool._backwards_invoke('{row.kind}')\n".encode()}
        )
        found = {use.permission for use in uses(program)} - {"tool"}
        assert found == ({row.permission} - {"", "tool"}), row.kind


def test_names_of_the_sdk_map_to_permissions() -> None:
    assert permission_of("dify.session.app.chat.invoke") == "app"
    assert permission_of("dify.session.workflow_node.question_classifier.invoke") == "node"
    assert permission_of("dify.session.conversation_id") == ""
