"""An app on its page: a conversation, or a form and its answer; as it comes where a script asks for it."""

from typing import Any

from asgiref.sync import sync_to_async
from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from runtime.errors import RuntimeFault
from runtime.models import App, Conversation
from runtime.pages.access import Visit, async_page, page
from runtime.pages.apps import find_app, frame, missing
from runtime.studio import invoke
from runtime.studio.api import STREAM_HEADERS, sse
from runtime.studio.asking import owner
from runtime.studio.memory import find_conversation
from runtime.studio.recipes import QUERY, Recipe, names_in, recipe

STREAM = "text/event-stream"
DOOR = "member"
LISTED = 50  # conversations at the side
TALKING = (App.Mode.CHAT, App.Mode.AGENT)


class AskForm(forms.Form):
    """The app's variables, and the question where it takes one."""

    def __init__(self, app: App, made: Recipe, *, known: dict[str, Any], **options: Any) -> None:
        super().__init__(label_suffix="", prefix="ask", **options)
        for name in made.variables():
            if name not in known:
                label = name.replace("_", " ").capitalize()
                self.fields[name] = forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 2}))
        if app.mode in TALKING or asks_query(app, made):
            widget = forms.Textarea(attrs={"rows": 2, "placeholder": f"Ask {app.name}"})
            self.fields[QUERY] = forms.CharField(label="Question", widget=widget)

    def asked(self) -> tuple[dict[str, Any], str]:
        given = dict(self.cleaned_data)
        query = given.pop(QUERY, "")
        return given, query


def asks_query(app: App, made: Recipe) -> bool:
    """Whether a text of the app stands on a question."""
    texts = [made.prompt, *(step.text for step in made.steps)]
    empty = app.mode == App.Mode.COMPLETION and not made.prompt
    return empty or any(QUERY in names_in(text) for text in texts)


def who(request: Visit) -> str:
    """Whose conversations the reader sees: the reader's own."""
    return owner(DOOR, str(request.user.pk))


def opened(request: Visit, pk: Any, conversation_id: Any = None) -> tuple[App, Recipe, Conversation | None]:
    app = find_app(request, pk)
    conversation = None
    if conversation_id:
        rows = Conversation.objects.filter(app=app, user=who(request))
        conversation = get_object_or_404(rows, pk=conversation_id)
    return app, recipe(app), conversation


@async_page
async def talk(request: Visit, pk: Any, conversation_id: Any = None) -> HttpResponseBase:
    app, made, conversation = await sync_to_async(opened)(request, pk, conversation_id)
    known = conversation.inputs if conversation else {}
    form = AskForm(app, made, known=known, data=request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return await sync_to_async(shown)(request, app, conversation, form=form)
    script = request.headers.get("Accept") == STREAM
    if not form.is_valid():
        if script:
            return JsonResponse({"failings": failings(form)}, status=422)
        return await sync_to_async(shown)(request, app, conversation, form=form, status=422)
    return await answered(request, app, conversation, form=form, script=script)


def failings(form: AskForm) -> dict[str, list[str]]:
    return {str(form[name].auto_id): [str(one) for one in found] for name, found in form.errors.items()}


async def answered(
    request: Visit, app: App, conversation: Conversation | None, *, form: AskForm, script: bool
) -> HttpResponseBase:
    inputs, query = form.asked()
    events = invoke(
        app.workspace_id,
        str(app.pk),
        inputs=inputs,
        query=query,
        conversation_id=str(conversation.pk) if conversation else None,
        user=str(request.user.pk),
        door=DOOR,
        streaming=script,
    )
    try:
        first = await anext(events)
    except RuntimeFault as fault:
        if script:
            return JsonResponse({"message": fault.message}, status=400)
        messages.error(request, fault.message)
        return await sync_to_async(shown)(request, app, conversation, form=form, status=400)
    if script:
        return StreamingHttpResponse(sse(first, events), content_type=STREAM, headers=STREAM_HEADERS)
    await events.aclose()
    if app.mode in TALKING:
        return redirect("app-conversation", request.membership.slug, app.pk, first["conversation_id"])
    return await sync_to_async(shown)(request, app, None, form=form, answer=whole_text(first))


def whole_text(answer: dict[str, Any]) -> dict[str, Any]:
    """What a blocking answer says, and what went wrong in a list of steps."""
    data = answer.get("data")
    if data is None:
        return {"text": answer["answer"], "error": ""}
    return {"text": (data["outputs"] or {}).get("text", ""), "error": data["error"] or ""}


def shown(
    request: Visit, app: App, conversation: Conversation | None, *, form: AskForm, status: int = 200, **more: Any
) -> HttpResponse:
    made = recipe(app)
    talks = app.mode in TALKING
    context = frame(
        request,
        app,
        tab="use",
        form=form,
        talks=talks,
        conversation=conversation,
        conversations=Conversation.objects.filter(app=app, user=who(request))[:LISTED] if talks else [],
        turns=conversation.messages.all() if conversation else [],
        opening=made.opening,
        lacks=missing(app, made),
        **more,
    )
    return render(request, "studio/chat.html" if talks else "studio/use.html", context, status=status)


@page
def conversations(request: Visit, pk: Any) -> HttpResponse:
    """The list at the side alone, for the script that has begun a conversation."""
    app = find_app(request, pk)
    rows = Conversation.objects.filter(app=app, user=who(request))[:LISTED]
    chosen = request.GET.get("chosen", "")
    conversation = next((one for one in rows if str(one.pk) == chosen), None)
    context = frame(request, app, conversations=rows, conversation=conversation)
    return render(request, "studio/conversations.html", context)


@require_POST
@page
def forget(request: Visit, pk: Any, conversation_id: Any) -> HttpResponse:
    app = find_app(request, pk)
    try:
        find_conversation(app, who(request), str(conversation_id)).delete()
    except RuntimeFault as fault:
        messages.error(request, fault.message)
    return HttpResponseRedirect(reverse("app", args=[request.membership.slug, app.pk]))
