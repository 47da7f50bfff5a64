"""What a plugin says, as blocks of a page: whole, and as the steps that a script applies."""

import base64
import html
from typing import Any

import orjson
import pytest

from runtime.pages.answer import LARGEST_BLOB, Answer, Step
from runtime.wire import END, ERROR, GONE, STREAM

HOSTILE = "<script>alert(1)</script>"


def said(kind: str, meta: Any = None, **message: Any) -> tuple[int, bytes]:
    return STREAM, orjson.dumps({"type": kind, "message": message, "meta": meta})


def heard(*frames: tuple[int, bytes]) -> tuple[Answer, list[Step]]:
    answer = Answer()
    return answer, answer.hear(frames)


def shown(answer: Answer) -> str:
    return "".join(block.html() for block in answer.blocks)


def test_pieces_of_text_are_one_text() -> None:
    answer, steps = heard(*(said("text", text=f"{number} ") for number in range(1000)))
    assert [step["do"] for step in steps] == ["add", "text"]
    assert answer.blocks[0].text == "".join(f"{number} " for number in range(1000))


def test_text_after_something_else_is_a_text_of_its_own() -> None:
    answer, _ = heard(said("text", text="a"), said("json", json_object={"b": 1}), said("text", text="c"))
    assert [block.kind for block in answer.blocks] == ["text", "json", "text"]


def test_steps_and_the_whole_page_show_the_same() -> None:
    frames = [
        said("json", json_object=[1, "zwei"]),
        said("link", text="https://example.org"),
        said("log", id="1", label="work", status="start", data={"a": 1}),
        said("log", id="2", label="part", status="success", parent_id="1", data={}),
        said("retriever_resources", retriever_resources=[{"content": "found", "score": 0.5}], context=""),
        (ERROR, orjson.dumps({"error_type": "ValueError", "message": "no", "args": {"traceback": "Traceback …"}})),
    ]
    answer, steps = heard(*frames)
    for step in steps:
        if step["do"] == "add" and not step["into"]:
            opening = step["html"].strip().split(">")[0]
            assert opening in shown(answer)
    assert {step["into"] for step in steps} == {"", "said-3-tree"}


def test_json_is_pretty_and_keeps_its_letters() -> None:
    answer, _ = heard(said("json", json_object={"名": "值"}))
    assert '  "名": "值"' in html.unescape(shown(answer))


@pytest.mark.parametrize(("address", "linked"), [("https://example.org/a", True), ("javascript:alert(1)", False)])
def test_only_addresses_of_the_web_are_links(address: str, linked: bool) -> None:
    answer, _ = heard(said("link", text=address))
    assert (f'href="{address}"' in shown(answer)) is linked
    assert address in shown(answer)


def test_images_of_other_servers_are_links() -> None:
    answer, _ = heard(said("image_link", text="https://example.org/a.png"))
    assert "<img" not in shown(answer)


def test_a_blob_of_an_image_is_seen_and_another_is_a_file() -> None:
    blob = base64.b64encode(b"\x89PNG").decode()
    answer, _ = heard(said("blob", {"mime_type": "image/png", "filename": "a.png"}, blob=blob))
    assert f'<img src="data:image/png;base64,{blob}"' in shown(answer)
    answer, _ = heard(said("blob", {"mime_type": "text/html", "filename": "a.html"}, blob=blob))
    assert "data:application/octet-stream;base64," in shown(answer)
    assert 'download="a.html"' in shown(answer)


def test_pieces_of_a_file_are_put_together() -> None:
    pieces = [b"one ", b"two ", b"three"]
    frames = [
        said("blob_chunk", {"filename": "n"}, id="f", sequence=n, blob=base64.b64encode(piece).decode(), end=False)
        for n, piece in enumerate(pieces)
    ]
    answer, steps = heard(*frames, said("blob_chunk", {"filename": "n.txt"}, id="f", sequence=3, blob="", end=True))
    assert len(steps) == 1
    assert base64.b64encode(b"one two three").decode() in answer.blocks[0].data["source"]
    assert answer.blobs == {}


def test_a_file_without_end_is_left_out_and_said() -> None:
    piece = base64.b64encode(b"x" * (1 << 20)).decode()
    answer = Answer()
    for number in range(LARGEST_BLOB // (1 << 20) + 1):
        answer.hear([said("blob_chunk", id="f", sequence=number, blob=piece, end=False)])
    assert answer.blobs["f"].pieces == []
    answer.hear([said("blob_chunk", id="f", sequence=99, blob="", end=True)])
    assert answer.failed
    assert "30 MB" in shown(answer)


def test_a_variable_that_streams_grows_and_one_that_is_set_is_replaced() -> None:
    frames = [said("variable", variable_name="story", variable_value=piece, stream=True) for piece in ("once ", "upon")]
    answer, steps = heard(*frames)
    assert [step["do"] for step in steps] == ["add", "text"]
    assert answer.blocks[0].text == "once upon"
    answer.hear([said("variable", variable_name="story", variable_value={"end": True}, stream=False)])
    assert len(answer.blocks) == 1
    assert "end" in answer.blocks[0].text


def test_a_log_entry_that_is_said_again_is_the_same_one() -> None:
    answer, steps = heard(
        said("log", id="1", label="work", status="start", data={}),
        said("log", id="2", label="part", status="start", parent_id="1", data={}),
        said("log", id="1", label="work", status="error", error="broke", data={}, metadata={"elapsed_time": 1.234}),
    )
    assert [step["do"] for step in steps] == ["add", "add", "swap"]
    assert len(answer.blocks) == 1
    assert answer.blocks[0].inside[0].data["label"] == "part"
    assert "broke" in steps[-1]["html"]
    assert "1.23 s" in shown(answer)


def test_an_error_is_a_sentence_with_the_traceback_to_unfold() -> None:
    answer, _ = heard(
        (ERROR, orjson.dumps({"error_type": "ValueError", "message": "no colour", "args": {"traceback": "File x"}}))
    )
    assert answer.failed
    assert "<strong>no colour</strong>" in shown(answer)
    assert "<summary>The plugin’s traceback</summary>" in shown(answer)


@pytest.mark.parametrize(
    "payload", [{"message": "gone", "args": None}, {"message": "gone"}, "gone", {"args": {"description": "gone"}}]
)
def test_errors_of_every_shape_are_shown(payload: Any) -> None:
    answer, _ = heard((GONE, orjson.dumps(payload)), (END, b"{}"))
    assert answer.failed
    assert "gone" in shown(answer)


def test_a_models_chunks_are_its_text_and_what_it_cost() -> None:
    chunks = [{"delta": {"message": {"content": piece}, "usage": None}} for piece in ("Hel", "lo")]
    usage = {"prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5, "total_price": "0.01", "currency": "USD"}
    last = {"delta": {"message": {"content": "", "tool_calls": []}, "usage": usage, "finish_reason": "stop"}}
    answer, _ = heard(*((STREAM, orjson.dumps(one)) for one in [*chunks, last]))
    assert [block.kind for block in answer.blocks] == ["text", "usage"]
    assert answer.blocks[0].text == "Hello"
    assert "2 + 3 = 5 tokens · 0.01 USD" in shown(answer)


ODD: list[Any] = [
    None,
    "text",
    [1, 2],
    {"type": "text"},
    {"type": "text", "message": "not an object"},
    {"type": "unheard of", "message": {}},
    {"type": "log", "message": {"id": 1, "data": {"a": 1}, "metadata": "no object"}},
    {"type": "retriever_resources", "message": {"retriever_resources": 5}},
    {"type": "blob", "message": {"blob": "not base64!"}},
    {"type": "blob", "message": {"blob": {}}, "meta": "no object"},
    {"delta": "no object"},
    {"delta": {"message": {"content": [5]}}},
    {"delta": {"usage": "much"}},
]


@pytest.mark.parametrize("odd", ODD)
def test_what_has_not_its_shape_is_shown_all_the_same(odd: Any) -> None:
    answer, _ = heard((STREAM, orjson.dumps(odd)))
    assert len(answer.blocks) == 1
    assert not answer.failed
    shown(answer)


@pytest.mark.parametrize(
    "frame",
    [
        said("json", json_object={HOSTILE: HOSTILE}),
        said("link", text=HOSTILE),
        said("log", id="1", label=HOSTILE, error=HOSTILE, status="error", data={"a": HOSTILE}),
        said("variable", variable_name=HOSTILE, variable_value=HOSTILE, stream=False),
        said("blob", {"filename": HOSTILE, "mime_type": HOSTILE}, blob="eA=="),
        said("retriever_resources", retriever_resources=[{"content": HOSTILE, "document_name": HOSTILE}]),
        (
            ERROR,
            orjson.dumps({"message": HOSTILE, "error_type": HOSTILE, "args": {"traceback": HOSTILE, "x": HOSTILE}}),
        ),
    ],
)
def test_nothing_that_a_plugin_says_is_markup(frame: tuple[int, bytes]) -> None:
    answer, steps = heard(frame)
    assert "<script" not in shown(answer)
    assert all("<script" not in step.get("html", "") for step in steps)
    answer, _ = heard(said("text", text=HOSTILE))
    assert "<script" not in shown(answer)
