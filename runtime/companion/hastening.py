"""Patches `reading`, `writing`, `sessions` and `loading`: the SDK does the same with less work, and says the same bytes.

- reading: what checks each line that comes is built once, not for each line; no second thread waits for what comes.
- writing: an answer is made into JSON in one go, not by way of three models; what is said in one turn of the loop leaves in
  one write, not in two for each line.
- sessions: what a session needs to call back is made when it is first asked for, not for each call.
- loading: the plugin's own declarations are read by the C parser of YAML, which the SDK's environment has anyway.

Whatever is out of the ordinary goes the SDK's own way, so that its errors are the SDK's as well.
"""

import atexit
import functools
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NoReturn

from .gathering import Outbox
from .patching import NotApplied, Patch, Place

PLAIN = frozenset({str, int, float, bool, type(None)})
READABLE = 1  # as libev has it
AT_ONCE = 1 << 16  # bytes; a pipe mostly holds no more
FEW = 64  # entries of what stands in an answer that are looked at: where there are more, the SDK's own way costs less
# Where the parsers of YAML are known not to agree: tabs, directives, and lines that end in other ways.
UNUSUAL = re.compile(r"[\t\x85\u2028\u2029\ufeff\r]|^[%?]|^(?:---|\.\.\.)", re.M)


def module_of(place: Place) -> Any:
    return sys.modules[place.original.__module__]


def read_faster(places: Sequence[Place]) -> None:
    read_stream, read = places
    module = module_of(read_stream)
    module.TypeAdapter = functools.lru_cache(maxsize=8)(module.TypeAdapter)
    if import_module("gevent.monkey").is_module_patched("threading"):
        read.replace(reading())


def reading() -> Callable[[Any], bytes]:
    get_hub = import_module("gevent").get_hub
    watchers: dict[Any, Any] = {}  # one for each loop: copies of a fork-server have their own

    def _read_async(self: Any) -> bytes:
        """What has come, as soon as there is something: nobody else reads here, so that reading itself never waits."""
        hub, here = get_hub(), sys.stdin.fileno()
        hub.wait(watchers.get(hub) or watchers.setdefault(hub, hub.loop.io(here, READABLE)))
        return os.read(here, AT_ONCE)

    return _read_async


def write_faster(places: Sequence[Place]) -> None:
    put, stream, end, invoke, session_message, *_ = places
    to_json, message = import_module("pydantic_core").to_json, session_message.original
    kinds, base = message.Type, import_module("pydantic").BaseModel
    dumped = dumped_as(message)
    put.replace(putting(put.original, dumped, to_json))
    stream.replace(making(stream.original, dumped, base=base, kind=kinds.STREAM))
    invoke.replace(making(invoke.original, dumped, base=base, kind=kinds.INVOKE))
    end.replace(lambda self: dumped(kinds.END, {}))


def dumped_as(message: Any) -> Any:
    """The class of what stands for a message whose data has been dumped: a message to all but `put`."""

    class Dumped:
        __slots__ = ("data", "type")
        __class__ = property(lambda self: message)  # for isinstance

        def __init__(self, kind: Any, data: Any) -> None:
            self.type = kind
            self.data = data

        def __getattr__(self, name: str) -> Any:
            return getattr(message(type=self.type, data=self.data), name)

    return Dumped


def putting(original: Any, dumped: Any, to_json: Any) -> Callable[..., Any]:
    outbox = outbox_of_turns()
    thread = import_module("gevent.monkey").get_original("_thread", "get_ident")
    home = thread()

    def put(self: Any, event: Any, session_id: Any = None, data: Any = None) -> Any:  # noqa: PLR0917 - as the SDK has it
        text = written(event, session_id, data) if type(data) is dumped and type(session_id) is str else ""
        if text and outbox and thread() == home:
            outbox.put(self.write, text)
        elif text:
            self.write(text)
        else:
            if outbox:
                outbox.leave()
            return original(self, event, session_id, data)
        return None

    def written(event: Any, session_id: str, data: Any) -> str:
        """The line, with what follows it; empty where the SDK itself has to make it, or to say why it cannot."""
        content = {"type": data.type.value, "data": data.data}
        whole = {"event": event.value, "session_id": session_id, "data": content}
        try:
            return f"{to_json(whole, inf_nan_mode='null').decode()}\n\n"
        except Exception:
            return ""

    return put


def outbox_of_turns() -> Outbox | None:
    """The outbox of the plugin's loop; None where threads are real ones."""
    if not import_module("gevent.monkey").is_module_patched("threading"):
        return None
    get_hub = import_module("gevent").get_hub

    def soon(call: Callable[[], None]) -> None:
        # asked for each time: copies of a fork-server have a hub of their own each
        get_hub().loop.run_callback(call)

    outbox = Outbox(soon)
    os.register_at_fork(before=outbox.leave)  # else both would say it
    atexit.register(outbox.leave)
    exit_at_once = os._exit

    def last_words_first(status: int) -> NoReturn:
        outbox.leave()
        exit_at_once(status)

    os._exit = last_words_first
    return outbox


def making(original: Any, dumped: Any, *, base: Any, kind: Any) -> Callable[..., Any]:
    def make(self: Any, data: Any) -> Any:
        if isinstance(data, base):
            data = data.model_dump()
            if type(data) is dict:
                return dumped(kind, data)
        elif type(data) is dict and all(is_plain(value) for value in data.values()):
            return dumped(kind, data)
        return original(self, data)

    return make


def is_plain(value: Any) -> bool:
    """Whether a value is what JSON has, or names with such values, as the headers of an endpoint's answer are."""
    kind = type(value)
    if kind in PLAIN:
        return True
    names_are_texts = kind is dict and len(value) <= FEW and all(type(name) is str for name in value)
    return names_are_texts and PLAIN.issuperset(map(type, value.values()))


def register_later(places: Sequence[Place]) -> None:
    (register,) = places
    session, original = register.owner, register.original
    if "__getattr__" in vars(session):
        raise NotApplied("sessions of this SDK are made in another way")
    mark = "_patchbay_registered"

    def later(self: Any) -> None:
        """What is registered is missing until somebody looks for it."""

    def found(self: Any, name: str) -> Any:
        if mark not in self.__dict__ and not name.startswith("__"):
            self.__dict__[mark] = True
            original(self)
            return getattr(self, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    register.replace(later)
    session.__getattr__ = found


def load_faster(places: Sequence[Place]) -> None:
    (load,) = places
    module = module_of(load)
    if not hasattr(module.yaml, "CSafeLoader"):
        raise NotApplied("this environment has no C parser of YAML")
    module.yaml = Yaml(module.yaml)


class Yaml:
    """PyYAML as one module of the SDK sees it."""

    def __init__(self, yaml: Any) -> None:
        self.yaml = yaml

    def __getattr__(self, name: str) -> Any:
        return getattr(self.yaml, name)

    def safe_load(self, file: Any) -> Any:
        try:
            text = file.read()
            if not UNUSUAL.search(text):
                return self.yaml.load(text, self.yaml.CSafeLoader)
        except Exception:  # noqa: S110
            pass  # PyYAML itself says what is wrong
        file.seek(0)
        return self.yaml.safe_load(file)


READING = Patch(
    {
        "core.server.stdio.request_reader:StdioRequestReader._read_stream": frozenset(
            {"dbf51350c76e59ab", "31c7f074700dd556"}
        ),
        "core.server.stdio.request_reader:StdioRequestReader._read_async": frozenset(
            {"3247cd121da7b2c4", "c707909aed91a0da"}
        ),
    },
    read_faster,
)
WRITING = Patch(
    {
        "core.server.__base.response_writer:ResponseWriter.put": frozenset({"15b157fb489fd08f", "840ddfd04b57a43a"}),
        "core.server.__base.response_writer:ResponseWriter.stream_object": frozenset({"cd11a1760303ff24"}),
        "core.server.__base.response_writer:ResponseWriter.stream_end_object": frozenset({"df2106b101976f4b"}),
        "core.server.__base.response_writer:ResponseWriter.stream_invoke_object": frozenset({"d8782f7fa4ee195b"}),
        "core.entities.message:SessionMessage": frozenset({"01e02777f51abda6", "67eb9036beda2085"}),
        # what these do is done in the place of `put`
        "core.server.__base.response_writer:ResponseWriter.session_message": frozenset(
            {"67f4fc8fe7fde9aa", "2ac189e51d75d17a"}
        ),
        "core.server.__base.writer_entities:StreamOutputMessage": frozenset({"98ccc4f6d7644ba2"}),
        "core.server.stdio.response_writer:StdioResponseWriter": frozenset({"fe146e9916092503", "5609bed375ecd024"}),
    },
    write_faster,
)
SESSIONS = Patch(
    {
        "core.runtime:Session._register_invocations": frozenset(
            {"f480e285acc3fcfa", "c1070fd7272e597b", "b3e88546a33d2ffa"}
        )
    },
    register_later,
)
LOADING = Patch(
    {"core.utils.yaml_loader:load_yaml_file": frozenset({"f5a4a243a5203946", "fbad06d2a9d29053", "30017e9d60da2189"})},
    load_faster,
)
