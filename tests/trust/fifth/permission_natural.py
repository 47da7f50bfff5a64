"""Callbacks as plugins write them."""

from tests.trust.fifth.styles import Style

Need = str
MODEL = '{"provider": "langgenius/openai/openai", "model": "gpt-4o-mini", "mode": "chat", "completion_params": {}}'

NATURAL: tuple[tuple[Need, Style], ...] = (
    ("storage", Style("storage.set, straight", 'self.session.storage.set("$word", b"1")')),
    (
        "tool",
        Style(
            "builtin tool in a loop",
            """
            for message in self.session.tool.invoke_builtin_tool(
                provider="time", tool_name="current_time", parameters={}
            ):
                print(message)
            """,
        ),
    ),
    (
        "storage",
        Style(
            "session in a local name",
            """
            session = self.session
            if session.storage.exist("$word"):
                session.storage.delete("$word")
            """,
        ),
    ),
    (
        "llm",
        Style(
            "function in a helper module",
            'short_$word(self.session, "Shorten this")',
            "from $mod import short_$word",
            f"""
            from dify_plugin.entities.model.message import UserPromptMessage


            def short_$word(session, text):
                answer = session.model.llm.invoke(
                    model_config={MODEL},
                    prompt_messages=[UserPromptMessage(content=text)],
                    stream=False,
                )
                return answer.message.content
            """,
        ),
    ),
    (
        "storage",
        Style(
            "class that keeps the session",
            'memory = ${Word}Memory(self.session)\nmemory.remember("last", "now")',
            "from $mod import ${Word}Memory",
            """
            import json


            class ${Word}Memory:
                def __init__(self, session):
                    self._session = session

                def remember(self, key, value):
                    self._session.storage.set(key, json.dumps(value).encode())

                def recall(self, key):
                    return json.loads(self._session.storage.get(key))
            """,
        ),
    ),
    (
        "text_embedding",
        Style(
            "models in a name",
            f'models = self.session.model\nmodels.text_embedding.invoke(model_config={MODEL}, texts=["$word"])',
        ),
    ),
    (
        "rerank",
        Style(
            "partial",
            f'ranked = partial(self.session.model.rerank.invoke, {MODEL})\nranked(docs=["a", "b"], query="$word")',
            "from functools import partial",
        ),
    ),
    (
        "app",
        Style(
            "mixin of another module",
            'Ask$Word.ask(self, "0f8fad5b-d9cb-469f-a165-70867728950e", "hello")',
            "from $mod import Ask$Word",
            """
            class Ask$Word:
                def ask(self, app_id, text):
                    return self.session.app.chat.invoke(
                        app_id=app_id, inputs={}, response_mode="blocking", conversation_id="", query=text
                    )
            """,
        ),
    ),
    (
        "app",
        Style(
            "workflow in a lambda",
            """
            run = lambda app_id: self.session.app.workflow.invoke(app_id=app_id, inputs={}, response_mode="blocking")
            run("0f8fad5b-d9cb-469f-a165-70867728950e")
            """,
        ),
    ),
    (
        "storage",
        Style(
            "dict of methods",
            """
            actions = {"save": self.session.storage.set, "drop": self.session.storage.delete}
            actions["save"]("$word", b"{}")
            """,
        ),
    ),
    (
        "storage",
        Style(
            "thread",
            'threading.Thread(target=self.session.storage.set, args=("$word", b"seen"), daemon=True).start()',
            "import threading",
        ),
    ),
    (
        "moderation",
        Style(
            "pool",
            f"""
            with ThreadPoolExecutor(max_workers=2) as pool:
                flagged = pool.submit(self.session.model.moderation.invoke, {MODEL}, "$word").result()
            """,
            "from concurrent.futures import ThreadPoolExecutor",
        ),
    ),
    (
        "tool",
        Style(
            "getattr with a plain name",
            'tools = getattr(self.session, "tool")\ntools.invoke_workflow_tool("$word", "$word", {})',
        ),
    ),
    (
        "storage",
        Style(
            "dataclass",
            'Shelf$Word(self.session).put(b"1")',
            """
            from dataclasses import dataclass as a_dataclass
            from typing import Any as Anything


            @a_dataclass
            class Shelf$Word:
                where: Anything
                key: str = "$word"

                def put(self, content: bytes) -> None:
                    self.where.storage.set(self.key, content)
            """,
        ),
    ),
    (
        "llm",
        Style(
            "match",
            """
            match "summary":
                case "summary":
                    self.session.model.summary.invoke(text="$word", instruction="in one line")
                case _:
                    pass
            """,
        ),
    ),
    (
        "storage",
        Style(
            "the SDK's class",
            'StorageInvocation(self.session).set("$word", b"1")',
            "from dify_plugin.invocations.storage import StorageInvocation",
        ),
    ),
    (
        "tts",
        Style(
            "the SDK's class, by its module",
            f'speech = tts.TTSInvocation(session=self.session)\nspeech.invoke({MODEL}, "$word")',
            "from dify_plugin.invocations.model import tts",
        ),
    ),
    (
        "storage",
        Style(
            "decorator that caches",
            """
            @stored_$word(self.session, "$word")
            def compute():
                return b"42"

            compute()
            """,
            "from $mod import stored_$word",
            """
            import functools


            def stored_$word(session, key):
                def around(function):
                    @functools.wraps(function)
                    def call(*args, **kwargs):
                        if session.storage.exist(key):
                            return session.storage.get(key)
                        value = function(*args, **kwargs)
                        session.storage.set(key, value)
                        return value

                    return call

                return around
            """,
        ),
    ),
    (
        "text_embedding",
        Style(
            "comprehension",
            f'vectors = [self.session.model.text_embedding.invoke({MODEL}, texts=[one]) for one in ("a", "b")]',
        ),
    ),
    (
        "node",
        Style(
            "question classifier",
            """
            self.session.workflow_node.question_classifier.invoke(
                classes=[{"id": "1", "name": "$word"}], model={}, query="hello", instruction=""
            )
            """,
        ),
    ),
    (
        "node",
        Style(
            "default argument",
            """
            def extract(query, node=self.session.workflow_node.parameter_extractor):
                return node.invoke(parameters=[], model={}, query=query, instruction="")

            extract("$word")
            """,
        ),
    ),
    (
        "app",
        Style(
            "property of a subclass",
            "box = ${Word}Box()\nbox.session = self.session\nbox.parameters",
            """
            class ${Word}Box:
                session = None

                @property
                def parameters(self):
                    return self.session.app.fetch_app(app_id="0f8fad5b-d9cb-469f-a165-70867728950e")
            """,
        ),
    ),
    (
        "speech2text",
        Style(
            "module function that is given the tool",
            "hear_$word(self)",
            "from $mod import hear_$word",
            f"""
            import io


            def hear_$word(tool, sound=b""):
                model = tool.session.model.speech2text
                return model.invoke(model_config={MODEL}, file=io.BytesIO(sound))
            """,
        ),
    ),
    (
        "storage",
        Style(
            "context manager",
            'with kept_$word(self.session.storage, "$word") as state:\n    state["runs"] = 1',
            """
            import contextlib
            import json as json_of_$word


            @contextlib.contextmanager
            def kept_$word(storage, key):
                state = {}
                yield state
                storage.set(key, json_of_$word.dumps(state).encode())
            """,
        ),
    ),
)
