"""Calls back to Dify that the manifest does not ask for, and ones that it does."""

from random import Random

from tests.trust.copies import Copy
from tests.trust.sixth.styles import Style, of_code, plant_code

CONFIG = "{'provider': 'openai', 'model': 'gpt-4o-mini', 'mode': 'chat', 'completion_params': {}}"
MESSAGE = "[{'role': 'user', 'content': 'hello'}]"

# What has to be enabled, and a call that needs it.
CALLS: tuple[tuple[str, Style], ...] = (
    (
        "model.llm",
        Style(
            "llm", f"_r = self.session.model.llm.invoke(model_config={CONFIG}, prompt_messages={MESSAGE}, stream=False)"
        ),
    ),
    (
        "model.llm",
        Style(
            "llm, alias",
            f"_models = self.session.model\n_llm = _models.llm\nfor _chunk in _llm.invoke({CONFIG}, {MESSAGE}):\n    break",
        ),
    ),
    (
        "model.llm",
        Style(
            "llm, bound method",
            f"_ask = self.session.model.llm.invoke\n_ask(model_config={CONFIG}, prompt_messages={MESSAGE})",
        ),
    ),
    (
        "model.llm",
        Style(
            "llm, in a module",
            "summarise(self.session, 'text')",
            "from @mod import summarise",
            "",
            {
                "@mod.py": f"def summarise(session, text):\n    return session.model.llm.invoke(model_config={CONFIG}, prompt_messages=[text], stream=False)\n"
            },
        ),
    ),
    (
        "model.llm",
        Style(
            "llm, wrapper class",
            "@Name(self.session).ask('hi')",
            f"class @Name:\n    def __init__(self, session):\n        self._model = session.model\n\n    def ask(self, text):\n        return self._model.llm.invoke({CONFIG}, [text], stream=False)\n",
        ),
    ),
    ("model.llm", Style("llm, getattr", f"getattr(self.session.model, 'llm').invoke({CONFIG}, {MESSAGE})")),
    (
        "model.llm",
        Style(
            "llm, attrgetter",
            f"operator.attrgetter('model.llm.invoke')(self.session)({CONFIG}, {MESSAGE})",
            "import operator",
        ),
    ),
    (
        "model.text_embedding",
        Style(
            "embedding",
            "_v = self.session.model.text_embedding.invoke({'provider': 'openai', 'model': 'ada'}, ['a', 'b'])",
        ),
    ),
    (
        "model.text_embedding",
        Style(
            "embedding, lambda",
            "_embed = lambda texts: self.session.model.text_embedding.invoke(model_config={}, texts=texts)\n_embed(['a'])",
        ),
    ),
    (
        "model.rerank",
        Style("rerank", "self.session.model.rerank.invoke({'provider': 'cohere', 'model': 'rerank'}, ['a'], 'b')"),
    ),
    (
        "model.tts",
        Style(
            "tts",
            "for _part in self.session.model.tts.invoke({'provider': 'openai', 'model': 'tts-1', 'voice': 'a'}, 'text'):\n    pass",
        ),
    ),
    (
        "model.speech2text",
        Style(
            "speech",
            "with open('a.wav', 'rb') as _wav:\n    self.session.model.speech2text.invoke({'provider': 'openai', 'model': 'whisper'}, _wav)",
        ),
    ),
    (
        "model.moderation",
        Style(
            "moderation",
            "if self.session.model.moderation.invoke({'provider': 'openai', 'model': 'm'}, 'text'):\n    pass",
        ),
    ),
    (
        "tool",
        Style(
            "tool", "self.session.tool.invoke_builtin_tool(provider='time', tool_name='current_time', parameters={})"
        ),
    ),
    ("tool", Style("tool, api", "list(self.session.tool.invoke_api_tool('weather', 'today', {'city': 'Oslo'}))")),
    (
        "tool",
        Style(
            "tool, workflow in a thread",
            "threading.Thread(target=self.session.tool.invoke_workflow_tool, args=('a', 'b', {})).start()",
            "import threading",
        ),
    ),
    (
        "tool",
        Style(
            "tool, partial",
            "functools.partial(self.session.tool.invoke_builtin_tool, 'time')(tool_name='now', parameters={})",
            "import functools",
        ),
    ),
    (
        "node",
        Style("node", f"self.session.workflow_node.question_classifier.invoke(classes=[], query='a', model={CONFIG})"),
    ),
    (
        "node",
        Style(
            "node, extractor",
            f"_n = self.session.workflow_node\n_n.parameter_extractor.invoke(parameters=[], model={CONFIG}, query='a')",
        ),
    ),
    (
        "app",
        Style("chat app", "self.session.app.chat.invoke(app_id='1', query='a', inputs={}, response_mode='blocking')"),
    ),
    (
        "app",
        Style(
            "workflow app",
            "(_flow := self.session.app.workflow).invoke(app_id='1', inputs={'q': 1}, response_mode='blocking')",
        ),
    ),
    ("app", Style("completion app", "[_a.invoke(app_id='1', inputs={}) for _a in (self.session.app.completion,)]")),
    (
        "app",
        Style(
            "app, base class",
            "self._fan_out('hi') if hasattr(self, '_fan_out') else @Name()._fan_out(self.session)",
            "class @Name:\n    def _fan_out(self, session):\n        match session.app:\n            case apps:\n                return apps.chat.invoke(app_id='9', query='x', inputs={}, response_mode='blocking')\n",
        ),
    ),
    ("storage", Style("storage", "self.session.storage.set('cursor', b'1')")),
    (
        "storage",
        Style(
            "storage, read",
            "_seen = self.session.storage.get('cursor') if self.session.storage.exist('cursor') else b''",
        ),
    ),
    (
        "storage",
        Style(
            "storage, in a module",
            "Cache(self.session).put('a', '1')",
            "from @mod import Cache",
            "",
            {
                "@mod.py": "class Cache:\n    def __init__(self, session):\n        self.store = session.storage\n\n    def put(self, key, value):\n        self.store.set(key, value.encode())\n"
            },
        ),
    ),
    (
        "storage",
        Style(
            "storage, getattr by table",
            "for _verb in ('exist', 'delete'):\n    getattr(self.session.storage, _verb)('old')",
        ),
    ),
    (
        "storage",
        Style(
            "storage, runtime",
            "self.runtime.session.storage.delete('old') if hasattr(self.runtime, 'session') else self.session.storage.delete('old')",
        ),
    ),
)


def _granted(permission: dict[str, object], right: str) -> bool:
    first, _, second = right.partition(".")
    held = permission.get(first)
    return isinstance(held, dict) and bool(held.get("enabled")) and (not second or bool(held.get(second)))


def undeclared(copy: Copy, chance: Random) -> str | None:
    permission = copy.permission()
    styles = [style for right, style in CALLS if not _granted(permission, right)]
    done = of_code(copy, chance, styles) if styles else None
    return done and done[0].name


def _grant(copy: Copy, right: str) -> None:
    permission = copy.permission()
    first, _, second = right.partition(".")
    held = {**(permission.get(first) or {}), "enabled": True}
    if second:
        held[second] = True
    if first == "storage":
        held["size"] = 1048576
    copy.set_permission({**permission, first: held})


INNOCENT = (
    Style(
        "a storage of its own",
        "_store = @Name()\n_store.set('a', b'1')\n_store.get('a')",
        "class @Name(dict):\n    def set(self, key, value):\n        self[key] = value\n",
    ),
    Style(
        "an http session",
        "with requests.Session() as _http:\n    _http.headers['Accept'] = 'text/plain'",
        "import requests",
    ),
    Style("file upload", "self.session.file.upload('a.txt', b'x', 'text/plain')"),
    Style("a name in a text", "_note = 'self.session.model.llm.invoke is not used here'"),
    Style("a model's name", "_model = {'llm': 'gpt-4o', 'tool': 'search', 'app': 'x'}['llm']"),
    Style("ids", "_who = getattr(self.session, 'app_id', None), getattr(self.session, 'conversation_id', None)"),
)


def declared(copy: Copy, chance: Random) -> str | None:
    if chance.random() < 0.3:
        done = of_code(copy, chance, INNOCENT)
        return done and done[0].name
    right, style = chance.choice(CALLS)
    if plant_code(copy, chance, style) is None:
        return None
    _grant(copy, right)
    return f"{right}: {style.name}"
