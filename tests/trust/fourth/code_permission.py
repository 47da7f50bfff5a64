"""Callbacks that the manifest does not declare: written plainly, as most are."""

from tests.trust.fourth.code_styles import styles

PLAIN = styles(r'''
=== llm, directly | model
self.session.model.llm.invoke(
    model_config={"provider": "openai", "model": "gpt-4o-mini", "mode": "chat", "completion_params": {}},
    prompt_messages=[],
    stream=False,
)
=== llm with a message | model
response = self.session.model.llm.invoke(
    model_config=LLMModelConfig(provider="openai", model="gpt-4", mode="chat", completion_params={}),
    prompt_messages=[UserPromptMessage(content="Summarize: " + str(<given>))],
    stream=False,
)
>> top
from dify_plugin.entities.model.llm import LLMModelConfig
from dify_plugin.entities.model.message import UserPromptMessage
=== llm, chunk by chunk | model
for chunk in self.session.model.llm.invoke({"provider": "p", "model": "m", "mode": "chat"}, [], stream=True):
    if chunk.delta.message is None:
        break
=== structured output | model
_shape = self.session.model.llm_structured_output.invoke({"provider": "p", "model": "m"}, [], {"type": "object"})
=== embedding | model
vector = self.session.model.text_embedding.invoke(TextEmbeddingModelConfig(provider="p", model="m"), [str(<given>)])
>> top
from dify_plugin.entities.model.text_embedding import TextEmbeddingModelConfig
=== rerank | model
ranked = self.session.model.rerank.invoke(model_config=None, docs=["a", "b"], query="a")
=== tts | model
audio = b"".join(self.session.model.tts.invoke(model_config=None, content_text="hello"))
=== speech to text | model
_heard = self.session.model.speech2text.invoke(None, io.BytesIO(b""))
>> top
import io
=== moderation | model
flagged = self.session.model.moderation.invoke(None, text=str(<given>))
=== summary | model
short = self.session.model.summary.invoke(text=str(<given>), instruction="be brief")
=== builtin tool | tool
self.session.tool.invoke_builtin_tool("time", "current_time", {})
=== workflow tool | tool
for message in self.session.tool.invoke_workflow_tool(provider="wf", tool_name="run", parameters={"q": 1}):
    pass
=== api tool | tool
list(self.session.tool.invoke_api_tool("crm", "find", {"q": "x"}))
=== tool by type | tool
self.session.tool.invoke(ToolProviderType.BUILT_IN, "google", "google_search", {"query": "x"})
>> top
from dify_plugin.entities.tool import ToolProviderType
=== chat app | app
self.session.app.chat.invoke(app_id="5b1c", query=str(<given>), inputs={}, response_mode="blocking")
=== workflow app | app
answer = self.session.app.workflow.invoke("5b1c", {}, "blocking")
=== completion app | app
answer = self.session.app.completion.invoke(app_id="5b1c", inputs={"q": "x"}, response_mode="blocking")
=== an app fetched | app
app_info = self.session.app.fetch_app(app_id="5b1c")
=== stored | storage
self.session.storage.set("last_call", str(<given>).encode("utf-8"))
=== read from the store | storage
cached = self.session.storage.get("last_call")
=== looked up and deleted | storage
if self.session.storage.exist("stale"):
    self.session.storage.delete("stale")
=== stored and caught | storage
try:
    self.session.storage.set("counter", b"1")
except Exception:
    pass
=== question classifier | node
self.session.workflow_node.question_classifier.invoke(classes=[], model=None, query="x")
=== parameter extractor | node
extracted = self.session.workflow_node.parameter_extractor.invoke(parameters=[], model=None, query="x")
=== a local name for the session | model
session = self.session
result = session.model.llm.invoke({"provider": "openai", "model": "gpt-4o"}, [], stream=False)
=== a method beside | tool
self._enrich_<name>("x")
>> member
def _enrich_<name>(self, query: str):
    return list(self.session.tool.invoke_builtin_tool("google", "search", {"query": query}))
=== a function of the module | storage
_remember_<name>(self.session, "k", b"v")
>> top
def _remember_<name>(session, key, value):
    session.storage.set(key, value)

=== a module beside | app
forward_<name>(self, "hello")
>> top
from forwarding_<name> import forward_<name>
>> file forwarding_<name>.py
"""Forwards questions to the support app."""


def forward_<name>(tool, question):
    return tool.session.app.chat.invoke("support", question, {}, "blocking")
=== a module beside, given the session | model
rewritten = QueryRewriter(self.session).rewrite(str(<given>))
>> top
from rewriting import QueryRewriter
>> file rewriting.py
class QueryRewriter:
    def __init__(self, session):
        self.session = session

    def rewrite(self, text):
        answer = self.session.model.llm.invoke({"provider": "p", "model": "m"}, [text], stream=False)
        return answer.message.content
''')

CUNNING = styles(r'''
=== getattr | model
getattr(self.session, "model").llm.invoke({"provider": "p", "model": "m"}, [])
=== getattr twice, joined | storage
getattr(getattr(self, "ses" + "sion"), "".join(["stor", "age"])).set("k", b"v")
=== getattr of a name from a list | model
for _kind in ("tts", "llm"):
    getattr(self.session.model, _kind).invoke(None, [])
=== partial | tool
_call = functools.partial(self.session.tool.invoke_builtin_tool, "google")
_call("search", {"query": "x"})
>> top
import functools
=== reduce | model
functools.reduce(getattr, ["session", "model", "llm", "invoke"], self)({"provider": "p", "model": "m"}, [])
>> top
import functools
=== reduce with a lambda | storage
reduce(lambda o, n: getattr(o, n), "session.storage.set".split("."), self)("k", b"v")
>> top
from functools import reduce
=== attrgetter | app
operator.attrgetter("session.app.chat")(self).invoke("id", "q", {}, "blocking")
>> top
import operator
=== methodcaller | tool
methodcaller("invoke_builtin_tool", "time", "now", {})(self.session.tool)
>> top
from operator import methodcaller
=== match | storage
match self.session:
    case object(storage=_drawer):
        _drawer.set("k", b"v")
=== walrus | storage
if (_st := self.session.storage) and not _st.exist("seen"):
    _st.set("seen", b"1")
=== comprehension | tool
[t.invoke_builtin_tool("time", "now", {}) for t in (self.session.tool,)]
=== lambda | model
(lambda s: s.model.llm.invoke({"provider": "p", "model": "m"}, []))(self.session)
=== named lambda | app
_ask = lambda owner, q: owner.session.app.chat.invoke("id", q, {}, "blocking")  # noqa: E731
_ask(self, "hello")
=== thread | app
threading.Thread(
    target=self.session.app.chat.invoke, kwargs={"app_id": "x", "query": "q", "inputs": {}}, daemon=True
).start()
>> top
import threading
=== pool | model
with ThreadPoolExecutor(max_workers=1) as pool:
    pool.submit(self.session.model.llm.invoke, {"provider": "p", "model": "m"}, []).result()
>> top
from concurrent.futures import ThreadPoolExecutor
=== dict of the object | storage
self.__dict__["session"].storage.get("k")
=== vars | storage
vars(vars(self)["session"])["storage"].set("k", b"v")
=== a class of the SDK | storage
StorageInvocation(self.session).set("k", b"v")
>> top
from dify_plugin.invocations.storage import StorageInvocation
=== a class of the SDK under another name | model
_Brain(session=self.session).invoke({"provider": "p", "model": "m"}, [], stream=False)
>> top
from dify_plugin.invocations.model.llm import LLMInvocation as _Brain
=== a class of the SDK, by module | tool
_inv.ToolInvocation(self.session).invoke_builtin_tool("time", "now", {})
>> top
import dify_plugin.invocations.tool as _inv
=== a class of the SDK, inherited | model
<Name>(self.session).invoke({"provider": "p", "model": "m"}, [])
>> top
from dify_plugin.invocations.model.llm import LLMInvocation


class <Name>(LLMInvocation):
    """Remembers what was asked."""

=== the SDK imported by name | app
_mod = importlib.import_module("dify_plugin.invocations.app.chat")
_mod.ChatAppInvocation(self.session).invoke("id", "q", {}, "blocking")
>> top
import importlib
=== below the SDK's classes | model
for _ in BackwardsInvocation(self.session)._backwards_invoke(InvokeType.LLM, dict, {"provider": "p"}):
    pass
>> top
from dify_plugin.core.entities.invocation import InvokeType
from dify_plugin.core.runtime import BackwardsInvocation
=== property | storage
self._<name>.set("k", b"v")
>> member
@property
def _<name>(self):
    return self.session.storage
=== descriptor | model
self._<name>.llm.invoke({"provider": "p", "model": "m"}, [])
>> member
class _Finder:
    def __get__(self, owner, kind=None):
        return owner.session.model

_<name> = _Finder()
=== context manager | storage
with _opened_<name>(self) as box:
    box.set("k", b"v")
>> top
from contextlib import contextmanager


@contextmanager
def _opened_<name>(tool):
    yield tool.session.storage

=== dataclass | tool
<Name>(self.session, "google").search("x")
>> top
from dataclasses import dataclass
from typing import Any as _Any


@dataclass
class <Name>:
    session: _Any
    provider: str

    def search(self, text: str):
        return self.session.tool.invoke_builtin_tool(self.provider, "search", {"query": text})

=== decorator | model
_<name>(lambda owner: None)(self)
>> top
def _<name>(function):
    def wrapped(owner, *args):
        owner.session.model.llm.invoke({"provider": "p", "model": "m"}, [])
        return function(owner, *args)

    return wrapped

=== nested function | app
def _later():
    def _deeper():
        return self.session.app.workflow.invoke("id", {}, "blocking")
    return _deeper
_later()()
=== in the class body | storage
self._<name>(self.session)
>> member
_<name> = staticmethod(lambda s: s.storage.set("k", b"v"))
=== dict of doors | model
{"llm": self.session.model.llm, "tts": self.session.model.tts}["llm"].invoke({"provider": "p"}, [])
=== unbound method | storage
type(self.session.storage).set(self.session.storage, "k", b"v")
=== dunder getattribute | tool
self.session.__getattribute__("tool").invoke_builtin_tool("time", "now", {})
=== async | model
async def _ask():
    return self.session.model.llm.invoke({"provider": "p", "model": "m"}, [])
asyncio.run(_ask())
>> top
import asyncio
=== map | storage
list(map(self.session.storage.get, ["a", "b"]))
=== unpacked | storage
_box, *_rest = self.session.storage, 1, 2
_box.set("k", b"v")
=== module state | tool
_STATE_<name>["s"] = self.session
_use_<name>()
>> top
_STATE_<name> = {}


def _use_<name>():
    return _STATE_<name>["s"].tool.invoke_builtin_tool("time", "now", {})

=== mixin of another module | storage
RecallMixin.recall(self)
>> top
from recalling import RecallMixin
>> file recalling.py
class RecallMixin:
    def recall(self):
        return self.session.storage.get("memory")
=== set on the object | app
setattr(self, "_desk", self.session.app)
self._desk.chat.invoke("id", "q", {}, "blocking")
=== a frame's names | storage
sys._getframe().f_locals["self"].session.storage.set("k", b"v")
>> top
import sys
=== namedtuple | tool
_Ctx = collections.namedtuple("_Ctx", "session tag")
_Ctx(self.session, "t").session.tool.invoke_builtin_tool("time", "now", {})
>> top
import collections
=== generator | model
def _asked(owner):
    yield from owner.session.model.llm.invoke({"provider": "p", "model": "m"}, [])
list(_asked(self))
=== found by looking through | storage
next(value for key, value in vars(self.session).items() if key == "storage").set("k", b"v")
=== conditional | model
(self.session.model.llm if self.session else None).invoke({"provider": "p"}, [])
=== switched off in the manifest | manifest
self.session.model.llm.invoke({"provider": "p", "model": "m"}, [])
''')
