"""Callbacks by somebody who knows that the code is read by a program."""

from tests.trust.fifth.permission_natural import MODEL, Need
from tests.trust.fifth.styles import Style

CUNNING: tuple[tuple[Need, Style], ...] = (
    ("storage", Style("name in two halves", 'getattr(self.session, "sto" + "rage").set("$word", b"1")')),
    (
        "storage",
        Style(
            "attrgetter",
            'operator.attrgetter("session.storage.set")(self)("$word", b"1")',
            "import operator",
        ),
    ),
    (
        "tool",
        Style("vars", 'vars(self)["session"].tool.invoke_api_tool(provider="$word", tool_name="run", parameters={})'),
    ),
    (
        "storage",
        Style("backwards", 'box = getattr(self.session, "egarots"[::-1])\nbox.set("$word", b"1")'),
    ),
    (
        "app",
        Style(
            "hex",
            'apps = getattr(self.session, bytes.fromhex("617070").decode())\n'
            'apps.fetch_app("0f8fad5b-d9cb-469f-a165-70867728950e")',
        ),
    ),
    (
        "app",
        Style(
            "the wire itself",
            """
            reach = Reach$Word(self.session)
            list(reach._backwards_invoke(InvokeType.App, dict, {"app_id": "a", "inputs": {}, "query": "hi"}))
            """,
            """
            from dify_plugin.core.entities.invocation import InvokeType
            from dify_plugin.core.runtime import BackwardsInvocation


            class Reach$Word(BackwardsInvocation[dict]):
                pass
            """,
        ),
    ),
    (
        "storage",
        Style(
            "name from a file",
            """
            slot = json_reader.loads((pathlib.Path(__file__).parents[$root] / "$mod.json").read_text())["slot"]
            getattr(self.session, slot).set("$word", b"1")
            """,
            "import json as json_reader\nimport pathlib",
            beside={"$mod.json": '{"slot": "storage"}'},
        ),
    ),
    (
        "storage",
        Style(
            "reduce",
            'functools.reduce(getattr, "session.storage.set".split("."), self)("$word", b"1")',
            "import functools",
        ),
    ),
    (
        "storage",
        Style(
            "methodcaller",
            'operator.methodcaller("set", "$word", b"1")(self.session.storage)',
            "import operator",
        ),
    ),
    (
        "storage",
        Style(
            "pattern",
            """
            match self.session:
                case object(storage=box):
                    box.set("$word", b"1")
            """,
        ),
    ),
    (
        "llm",
        Style(
            "getattr in a loop",
            f"""
            reached = self.session
            for part in ("model", "llm"):
                reached = getattr(reached, part)
            reached.invoke(model_config={MODEL}, prompt_messages=[], stream=False)
            """,
        ),
    ),
    (
        "tool",
        Style(
            "through a closure",
            """
            def later(owner):
                return lambda name: getattr(owner.session, name)

            later(self)("tool").invoke_builtin_tool("time", "current_time", {})
            """,
        ),
    ),
)
