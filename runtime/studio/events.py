"""Objects that an app's answer is made of, shaped as Dify's apps give them: plugins and clients read these."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

Event = dict[str, Any]

NO_USAGE = {
    "prompt_tokens": 0,
    "prompt_unit_price": "0",
    "prompt_price_unit": "0",
    "prompt_price": "0",
    "completion_tokens": 0,
    "completion_unit_price": "0",
    "completion_price_unit": "0",
    "completion_price": "0",
    "total_tokens": 0,
    "total_price": "0",
    "currency": "USD",
    "latency": 0.0,
}


@dataclass(slots=True)
class Turn:
    """One answer of a chat, completion or agent app. `piece` is the name of the events that carry text."""

    mode: str
    message_id: str
    conversation_id: str = ""
    piece: str = "message"
    task_id: str = field(default_factory=lambda: str(uuid4()))
    created_at: int = field(default_factory=lambda: int(time.time()))
    words: list[str] = field(default_factory=list)
    thoughts: list[Event] = field(default_factory=list)
    usage: dict[str, Any] | None = None

    @property
    def answer(self) -> str:
        return "".join(self.words)

    def event(self, name: str, **more: Any) -> Event:
        ids = {"task_id": self.task_id, "id": self.message_id, "message_id": self.message_id}
        if self.conversation_id:
            ids["conversation_id"] = self.conversation_id
        return {"event": name, **ids, "created_at": self.created_at, **more}

    def text(self, text: str) -> Event:
        self.words.append(text)
        return self.event(self.piece, answer=text)

    def log(self, data: Event) -> Event:
        """A node of an agent's log; one with the same id is told again when its state has changed."""
        self.thoughts = [one for one in self.thoughts if one.get("id") != data.get("id")] + [data]
        return self.event("agent_log", data=data)

    @property
    def metadata(self) -> Event:
        return {"usage": self.usage or NO_USAGE, "retriever_resources": []}

    def end(self) -> Event:
        return self.event("message_end", metadata=self.metadata, files=[])

    def whole(self) -> Event:
        """The answer as one object, where it is not streamed."""
        return self.event("message", mode=self.mode, answer=self.answer, metadata=self.metadata)


@dataclass(slots=True)
class Flow:
    """One run of an app that is a list of steps."""

    workflow_id: str
    inputs: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid4()))
    task_id: str = field(default_factory=lambda: str(uuid4()))
    created_at: int = field(default_factory=lambda: int(time.time()))
    began: float = field(default_factory=time.monotonic)
    outputs: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    tokens: int = 0
    steps: int = 0

    def event(self, name: str, **data: Any) -> Event:
        return {"event": name, "workflow_run_id": self.id, "task_id": self.task_id, "data": data}

    def started(self) -> Event:
        return self.event(
            "workflow_started",
            id=self.id,
            workflow_id=self.workflow_id,
            inputs=self.inputs,
            created_at=self.created_at,
        )

    def finished(self) -> Event:
        return self.event("workflow_finished", **self.result())

    def result(self) -> Event:
        return {
            "id": self.id,
            "workflow_id": self.workflow_id,
            "status": "failed" if self.error else "succeeded",
            "outputs": self.outputs,
            "error": self.error or None,
            "elapsed_time": round(time.monotonic() - self.began, 3),
            "total_tokens": self.tokens,
            "total_steps": self.steps,
            "created_at": self.created_at,
            "finished_at": int(time.time()),
        }

    def whole(self) -> Event:
        return {"workflow_run_id": self.id, "task_id": self.task_id, "data": self.result()}
