"""What reverse calls carry, one model a row (protocol.md 7.2). Unknown keys are dropped; null means left out."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from runtime.actions import mend_contents

OMITTED_WHEN_NULL = {"tool_choice", "credential_id", "credential_type"}


class Request(BaseModel):
    """Weakly typed, as the daemon reads requests: a number is taken where a text is wanted."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, protected_namespaces=())

    @model_validator(mode="before")
    @classmethod
    def without_nulls(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data

    def content(self) -> dict[str, Any]:
        """Every key of the row; those that may be left out only where they say something."""
        omitted = {name for name in OMITTED_WHEN_NULL if getattr(self, name, None) is None}
        return self.model_dump(exclude=omitted)


class ModelRequest(Request):
    provider: str = Field(min_length=1)
    model: str = Field(min_length=1)


class LLM(ModelRequest):
    mode: str = ""
    completion_params: dict[str, Any] = {}
    prompt_messages: list[dict[str, Any]] = []
    tools: list[dict[str, Any]] | None = None
    tool_choice: Any = None
    stop: list[str] | None = None
    stream: bool = False

    @model_validator(mode="after")
    def mended(self) -> "LLM":
        """Nulls that the SDK refuses in the answer's place: no tool calls are an empty list, no content is ""."""
        for message in self.prompt_messages:
            for key, nothing in (("tool_calls", []), ("content", "")):
                if message.get(key, nothing) is None:
                    message[key] = nothing
            mend_contents(message.get("content"))
        return self


class StructuredLLM(LLM):
    structured_output_schema: dict[str, Any]


class TextEmbedding(ModelRequest):
    texts: list[str]
    input_type: str = "query"


class MultimodalEmbedding(ModelRequest):
    documents: list[dict[str, Any]]
    input_type: str = "query"


class Rerank(ModelRequest):
    docs: list[str]
    query: str
    score_threshold: float = 0
    top_n: int = 0


class MultimodalRerank(ModelRequest):
    docs: list[dict[str, Any]]
    query: dict[str, Any]
    score_threshold: float = 0
    top_n: int = 0


class TTS(ModelRequest):
    content_text: str
    voice: str = ""


class Speech2Text(ModelRequest):
    file: str


class Moderation(ModelRequest):
    text: str


class Tool(Request):
    tool_type: str
    provider: str = Field(min_length=1)
    tool: str = Field(min_length=1)
    tool_parameters: dict[str, Any] = {}
    credential_id: str | None = None
    credential_type: str | None = None


class NodeModel(Request):
    provider: str = Field(min_length=1)
    name: str = Field(min_length=1)
    mode: str = "chat"
    completion_params: dict[str, Any] = {}


class Parameter(Request):
    name: str = Field(min_length=1)
    type: str = "string"
    options: list[str] = []
    description: str = ""
    required: bool = False


class ParameterExtractor(Request):
    parameters: list[Parameter] = Field(min_length=1)
    model: NodeModel
    query: str
    instruction: str = ""


class Class(Request):
    id: str
    name: str


class QuestionClassifier(Request):
    classes: list[Class] = Field(min_length=1)
    model: NodeModel
    query: str
    instruction: str = ""


class App(Request):
    app_id: str = Field(min_length=1)
    inputs: dict[str, Any] = {}
    query: str = ""
    response_mode: str = "streaming"
    conversation_id: str = ""
    user: str = ""


class FetchApp(Request):
    app_id: str = Field(min_length=1)


class Storage(Request):
    opt: str
    key: str
    value: str = ""


class UploadFile(Request):
    filename: str = Field(min_length=1)
    mimetype: str = Field(min_length=1)


class Summary(Request):
    text: str
    instruction: str = ""
