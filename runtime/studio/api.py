"""Apps over HTTP, with the addresses and shapes of Dify's service API: its clients work by changing the address."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import wraps
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from runtime.database import in_thread
from runtime.errors import BadRequest, NotFound, RuntimeFault
from runtime.models import App, Conversation, Message
from runtime.numerals import whole
from runtime.studio.asking import owner
from runtime.studio.describing import described, info
from runtime.studio.events import Event
from runtime.studio.keys import app_of
from runtime.studio.memory import find_conversation
from runtime.studio.running import invoke
from runtime.wire import one_line

LARGEST_PAGE = 100
DOOR = "api"
STREAM_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
TALKING = (App.Mode.CHAT, App.Mode.AGENT)

View = Callable[[HttpRequest, App], Awaitable[HttpResponseBase]]


def refusal(code: str, message: str, status: int) -> JsonResponse:
    return JsonResponse({"code": code, "message": message, "status": status}, status=status)


def fault_answer(fault: RuntimeFault) -> JsonResponse:
    match fault:
        case NotFound():
            return refusal("not_found", fault.message, 404)
        case BadRequest():
            return refusal("invalid_param", fault.message, 400)
        case _:
            return refusal("completion_request_error", fault.message, 400)


def of_app(method: str) -> Callable[[View], Any]:
    """A view of whoever holds a key of an app, for one method."""

    def admitting(view: View) -> Any:
        @csrf_exempt
        @wraps(view)
        async def admitted(request: HttpRequest) -> HttpResponseBase:
            scheme, _, key = request.headers.get("Authorization", "").partition(" ")
            app = await in_thread(app_of, key.strip()) if scheme.lower() == "bearer" else None
            if app is None:
                return refusal("unauthorized", "Access token is invalid", 401)
            if request.method != method:
                return refusal("method_not_allowed", f"Use {method}.", 405)
            try:
                return await view(request, app)
            except RuntimeFault as fault:
                return fault_answer(fault)

        return admitted

    return admitting


# Asking.


@of_app("POST")
async def chat_messages(request: HttpRequest, app: App) -> HttpResponseBase:
    return await asked(request, app, TALKING)


@of_app("POST")
async def completion_messages(request: HttpRequest, app: App) -> HttpResponseBase:
    return await asked(request, app, (App.Mode.COMPLETION,))


@of_app("POST")
async def run_workflow(request: HttpRequest, app: App) -> HttpResponseBase:
    return await asked(request, app, (App.Mode.WORKFLOW,))


async def asked(request: HttpRequest, app: App, modes: tuple[App.Mode, ...]) -> HttpResponseBase:
    if app.mode not in modes:
        return refusal("not_this_mode", "Please check if your app mode matches the right API route.", 400)
    body = body_of(request)
    streaming = body.get("response_mode") == "streaming"
    events = invoke(
        app.workspace_id,
        str(app.pk),
        inputs=body["inputs"],
        query=text(body, "query"),
        conversation_id=text(body, "conversation_id"),
        user=text(body, "user", required=True),
        door=DOOR,
        streaming=streaming,
    )
    first = await anext(events)
    if streaming:
        return StreamingHttpResponse(sse(first, events), content_type="text/event-stream", headers=STREAM_HEADERS)
    await events.aclose()
    return HttpResponse(orjson.dumps(first), content_type="application/json")


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The request's object with `inputs`, or BadRequest."""
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"The body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    body["inputs"] = body.get("inputs") or {}
    if not isinstance(body["inputs"], dict):
        raise BadRequest("inputs must be an object")
    return body


def text(body: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str):
        raise BadRequest(f"{name} must be a string")
    if required and not value:
        raise BadRequest(f"{name} is required")
    return value


async def sse(first: Event, events: AsyncGenerator[Event]) -> AsyncGenerator[bytes]:
    """Server-sent events; what fails on the way is the last of them."""
    async with aclosing(events):
        try:
            yield line(first)
            async for event in events:
                yield line(event)
        except RuntimeFault as fault:
            yield line({"event": "error", "status": 400, "code": "completion_request_error", "message": fault.message})


def line(event: Event) -> bytes:
    return b"data: " + one_line(orjson.dumps(event)) + b"\n\n"


# Looking.


@of_app("GET")
async def parameters(request: HttpRequest, app: App) -> HttpResponseBase:
    return JsonResponse(described(app))


@of_app("GET")
async def about(request: HttpRequest, app: App) -> HttpResponseBase:
    return JsonResponse(info(app))


@of_app("GET")
async def conversations(request: HttpRequest, app: App) -> HttpResponseBase:
    """A user's conversations, the last one first; `last_id` goes on behind that one."""
    return JsonResponse(await in_thread(listed_conversations, request, app))


def listed_conversations(request: HttpRequest, app: App) -> dict[str, Any]:
    whose, limit = asked_for(request)
    rows = Conversation.objects.filter(app=app, user=whose)
    if last_id := request.GET.get("last_id"):
        rows = rows.filter(updated_at__lt=find_conversation(app, whose, last_id).updated_at)
    found = list(rows[: limit + 1])
    data = [
        {
            "id": str(one.pk),
            "name": one.name,
            "inputs": one.inputs,
            "status": "normal",
            "introduction": "",
            "created_at": int(one.created_at.timestamp()),
            "updated_at": int(one.updated_at.timestamp()),
        }
        for one in found[:limit]
    ]
    return {"limit": limit, "has_more": len(found) > limit, "data": data}


@of_app("GET")
async def messages(request: HttpRequest, app: App) -> HttpResponseBase:
    """The last turns of a conversation, oldest first."""
    return JsonResponse(await in_thread(listed_messages, request, app))


def listed_messages(request: HttpRequest, app: App) -> dict[str, Any]:
    whose, limit = asked_for(request)
    conversation = find_conversation(app, whose, request.GET.get("conversation_id", ""))
    found = list(conversation.messages.order_by("-created_at")[: limit + 1])
    data = [message_row(one, conversation) for one in reversed(found[:limit])]
    return {"limit": limit, "has_more": len(found) > limit, "data": data}


def message_row(row: Message, conversation: Conversation) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "conversation_id": str(conversation.pk),
        "inputs": conversation.inputs,
        "query": row.query,
        "answer": row.answer,
        "status": "error" if row.error else "normal",
        "error": row.error or None,
        "message_files": [],
        "feedback": None,
        "retriever_resources": [],
        "created_at": int(row.created_at.timestamp()),
    }


def asked_for(request: HttpRequest) -> tuple[str, int]:
    """Whose conversations are wanted, and the size of a page."""
    user, limit = request.GET.get("user", ""), request.GET.get("limit", "20")
    if not user:
        raise BadRequest("user is required")
    if not 1 <= (size := whole(limit) or 0) <= LARGEST_PAGE:
        raise BadRequest(f"limit must be between 1 and {LARGEST_PAGE}")
    return owner(DOOR, user), size
