"""Ways to call back. `@part` is a path below the session (`@first` and `@rest`), `@do` a call on it, `@method` and `@args` its parts."""

# permission, path below the session, method, arguments
CALLS = (
    ("model.llm", "model.llm", "invoke", "{'provider': 'openai', 'model': 'gpt-4o'}, [], stream=False"),
    ("model.llm", "model.llm_structured_output", "invoke", "{}, [], {}, stream=False"),
    ("model.text_embedding", "model.text_embedding", "invoke", "{}, ['a']"),
    ("model.rerank", "model.rerank", "invoke", "{}, ['a', 'b'], 'c'"),
    ("model.tts", "model.tts", "invoke", "{}, 'say it'"),
    ("model.speech2text", "model.speech2text", "invoke", "{}, None"),
    ("model.moderation", "model.moderation", "invoke", "{}, 'a text'"),
    ("tool", "tool", "invoke", "'builtin', 'webscraper', 'webscraper', {}"),
    ("tool", "tool", "invoke_builtin_tool", "'code', 'simple_code', {}"),
    ("app", "app.chat", "invoke", "'an-id', {}, 'streaming', '', 'hi'"),
    ("app", "app.workflow", "invoke", "'an-id', {}, 'blocking'"),
    ("app", "app", "fetch_app", "'an-id'"),
    ("storage", "storage", "set", "'history', b'1'"),
    ("storage", "storage", "get", "'history'"),
    ("storage", "storage", "exist", "'history'"),
    ("node", "workflow_node.parameter_extractor", "invoke", "[], {}, 'q'"),
    ("node", "workflow_node.question_classifier", "invoke", "[], {}, 'q'"),
)
SDK_CLASSES = {
    "model.llm": ("dify_plugin.invocations.model.llm", "LLMInvocation"),
    "model.llm_structured_output": (
        "dify_plugin.invocations.model.llm_structured_output",
        "LLMStructuredOutputInvocation",
    ),
    "model.text_embedding": ("dify_plugin.invocations.model.text_embedding", "TextEmbeddingInvocation"),
    "model.rerank": ("dify_plugin.invocations.model.rerank", "RerankInvocation"),
    "model.tts": ("dify_plugin.invocations.model.tts", "TTSInvocation"),
    "model.speech2text": ("dify_plugin.invocations.model.speech2text", "Speech2TextInvocation"),
    "model.moderation": ("dify_plugin.invocations.model.moderation", "ModerationInvocation"),
    "tool": ("dify_plugin.invocations.tool", "ToolInvocation"),
    "app.chat": ("dify_plugin.invocations.app.chat", "ChatAppInvocation"),
    "app.workflow": ("dify_plugin.invocations.app.workflow", "WorkflowAppInvocation"),
    "app": ("dify_plugin.core.runtime", "AppInvocations"),
    "storage": ("dify_plugin.invocations.storage", "StorageInvocation"),
    "workflow_node.parameter_extractor": (
        "dify_plugin.invocations.workflow_node.parameter_extractor",
        "ParameterExtractorNodeInvocation",
    ),
    "workflow_node.question_classifier": (
        "dify_plugin.invocations.workflow_node.question_classifier",
        "QuestionClassifierNodeInvocation",
    ),
}
Style = tuple[str, ...]  # above, at the spot, and perhaps a file beside with its content
STYLES: dict[str, Style] = {
    "package beside": (
        "from @name_kit import assist as _assist",
        "_assist(self)",
        "@name_kit/inner.py",
        "def assist(owner, *rest):\n    bus = owner.session\n    return bus.@part.@do\n",
        "@name_kit/__init__.py",
        "from .inner import assist\n\n__all__ = ['assist']\n",
    ),
    "star import": (
        "from @name import *",
        "ask_for_more(self.session)",
        "@name.py",
        "def ask_for_more(bus):\n    return bus.@part.@do\n",
    ),
    "base beside": (
        "from @name_base import Assisted\n\n\nclass Near@Name(Assisted):\n    pass\n",
        "Near@Name(self).ask()",
        "@name_base.py",
        "class Assisted:\n    def __init__(self, owner):\n        self.owner = owner\n\n"
        "    def ask(self):\n        return self.owner.session.@part.@do\n",
    ),
    "super": (
        "class Far@Name:\n    def ask(self, bus):\n        return bus.@part.@do\n\n\n"
        "class Near@Name(Far@Name):\n    def ask(self, bus):\n        return super().ask(bus)\n",
        "Near@Name().ask(self.session)",
    ),
    "sdk class": ("from @sdkmodule import @sdkclass", "@sdkclass(self.session).@do"),
    "sdk class renamed": ("import @sdkmodule as _inv", "_i = _inv.@sdkclass(session=self.session)\n_i.@do"),
    "getattr loop": ("", "_at = self.session\nfor _step in @steps:\n    _at = getattr(_at, _step)\n_at.@do"),
    "getattr f-string": ("", "_h = '@head'\ngetattr(self.session, f'{_h}@tail')@rest.@do"),
    "getattr constant beside": (
        "from @name import WANTED as _wanted",
        "getattr(self.session, _wanted)@rest.@do",
        "@name.py",
        "WANTED = '@head' + '@tail'\n",
    ),
    "getattr default": (
        "",
        "_bus = getattr(self, 'session', None)\nif _bus:\n    getattr(_bus.@part, '@method')(@args)",
    ),
    "dunder getattribute": ("", "self.session.__getattribute__('@first')@rest.@do"),
    "unbound": ("", "type(self.session.@part).@method(self.session.@part, @args)"),
    "proxy": (
        "class Proxy@Name:\n    def __init__(self, inner):\n        self._inner = inner\n\n"
        "    def __getattr__(self, name):\n        return getattr(self._inner, name)\n",
        "Proxy@Name(self.session).@part.@do",
    ),
    "namespace": ("import types", "_ns = types.SimpleNamespace(bus=self.session)\n_ns.bus.@part.@do"),
    "context variable": (
        "from contextvars import ContextVar\n\n_current_@name = ContextVar('current')\n\n\n"
        "def @name():\n    return _current_@name.get().@part.@do\n",
        "_current_@name.set(self.session)\n@name()",
    ),
    "queue": ("import queue", "_q = queue.Queue()\n_q.put(self.session)\n_q.get().@part.@do"),
    "method type": (
        "import types\n\n\ndef @name(this):\n    return this.session.@part.@do\n",
        "types.MethodType(@name, self)()",
    ),
    "lambda default": ("", "(lambda bus=self.session: bus.@part.@do)()"),
    "table of lambdas": (
        "_ACTIONS_@name = {'ask': lambda bus: bus.@part.@do, 'skip': lambda bus: None}\n",
        "_ACTIONS_@name['ask'](self.session)",
    ),
    "registry": (
        "_known_@name = []\n\n\ndef _register(function):\n    _known_@name.append(function)\n    return function\n\n\n"
        "@@_register\ndef @name(bus):\n    return bus.@part.@do\n",
        "for _each in _known_@name:\n    _each(self.session)",
    ),
    "state beside": (
        "import @name_state as _state",
        "_state.bus = self.session\n_state.run()",
        "@name_state.py",
        "bus = None\n\n\ndef run():\n    return bus.@part.@do\n",
    ),
    "cached property beside": (
        "from @name_context import Context as _Context",
        "_Context(self).channel.@do",
        "@name_context.py",
        "from functools import cached_property\n\n\nclass Context:\n    def __init__(self, owner):\n        self.owner = owner\n\n"
        "    @@cached_property\n    def channel(self):\n        return self.owner.session.@part\n",
    ),
    "timer": ("import threading", "threading.Timer(0.1, self.session.@part.@method, args=[@plain]).start()"),
    "pool apply": (
        "from multiprocessing.pool import ThreadPool",
        "ThreadPool(1).apply(self.session.@part.@method, (@plain,))",
    ),
    "to thread": ("import asyncio", "asyncio.run(asyncio.to_thread(self.session.@part.@method, @args))"),
    "yield from": (
        "def @name(bus):\n    yield from [bus.@part.@do]\n",
        "list(@name(self.session))",
    ),
    "suppressed": (
        "from contextlib import suppress",
        "with suppress(Exception):\n    _answer = self.session.@part.@do",
    ),
    "named tuple": (
        "from typing import NamedTuple, Any\n\n\nclass Deps@Name(NamedTuple):\n    bus: Any\n    name: str = ''\n",
        "_deps = Deps@Name(self.session)\n_deps.bus.@part.@do",
    ),
    "exit stack": (
        "from contextlib import ExitStack",
        "with ExitStack() as _stack:\n    _stack.callback(self.session.@part.@method, @args)",
    ),
    "slot of a list": ("", "_slots = [None] * 2\n_slots[1] = self.session\n_slots[1].@part.@do"),
    "unpacked": ("", "_bus, *_others = [self.session, 1, 2]\n_bus.@part.@do"),
    "typed helper": (
        "from dify_plugin.core.runtime import Session\n\n\ndef @name(*, session: Session) -> None:\n    session.@part.@do\n",
        "@name(session=self.session)",
    ),
    "retry loop": (
        "",
        "for _attempt in range(3):\n    try:\n        self.session.@part.@do\n        break\n    except Exception:\n        continue",
    ),
    "inner class": (
        "",
        "_outer = self\nclass _Inner:\n    def go(self):\n        return _outer.session.@part.@do\n_Inner().go()",
    ),
}
