"""Apps of a workspace: listed, made, edited, given keys, deleted."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from runtime.models import App
from runtime.pages.access import Visit, governed, page
from runtime.pages.app_forms import AppForms, NewForm, app_forms, declared
from runtime.pages.words import reader_language
from runtime.studio.choices import Choices, choices
from runtime.studio.keys import new_key
from runtime.studio.recipes import Recipe, recipe

ICONS = {
    App.Mode.CHAT: "app-window",
    App.Mode.COMPLETION: "pencil",
    App.Mode.AGENT: "bot",
    App.Mode.WORKFLOW: "list-tree",
}
WHAT_FOR = {
    App.Mode.CHAT: "A model with an instruction, which remembers the conversation.",
    App.Mode.COMPLETION: "One prompt with gaps, one answer.",
    App.Mode.AGENT: "A model that chooses tools by itself, as an agent strategy leads it.",
    App.Mode.WORKFLOW: "A list of steps, each one with the answers of those before it.",
}


def find_app(request: Visit, pk: Any) -> App:
    return get_object_or_404(App, workspace_id=request.membership.id, pk=pk)


def frame(request: Visit, app: App | None = None, **more: Any) -> dict[str, Any]:
    icon = ICONS[App.Mode(app.mode)] if app else ""
    return {"membership": request.membership, "here": "apps", "app": app, "icon": icon, **more}


def missing(app: App, made: Recipe) -> str:
    """What the app lacks before it can answer, as a sentence; "" when it lacks nothing."""
    mode = App.Mode(app.mode)
    if mode == App.Mode.WORKFLOW and not made.steps:
        return "It has no steps yet."
    if mode == App.Mode.AGENT and not made.strategy.name:
        return "It has no agent strategy yet."
    asks = mode != App.Mode.WORKFLOW or any(step.kind == "model" for step in made.steps)
    return "It has no model yet." if asks and not made.model.name else ""


@page
def listed(request: Visit) -> HttpResponse:
    rows = [
        (app, ICONS[App.Mode(app.mode)], missing(app, recipe(app)))
        for app in App.objects.filter(workspace_id=request.membership.id)
    ]
    return render(request, "studio/apps.html", frame(request, apps=rows))


@governed
def new(request: Visit) -> HttpResponse:
    form = NewForm(request.POST if request.method == "POST" else None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        app = App.objects.create(
            workspace_id=request.membership.id, created_by=str(request.user.pk), **form.cleaned_data
        )
        return redirect("app-edit", request.membership.slug, app.pk)
    kinds = [(mode.value, mode.label, ICONS[mode], WHAT_FOR[mode]) for mode in App.Mode]
    chosen = request.POST.get("mode", App.Mode.CHAT.value)
    context = frame(request, form=form, kinds=kinds, chosen=chosen)
    return render(request, "studio/new.html", context, status=422 if request.method == "POST" else 200)


@governed
def edit(request: Visit, pk: Any) -> HttpResponse:
    """Choosing another model or strategy brings its own parameters with the next page: the rest is kept."""
    app, language = find_app(request, pk), reader_language(request)
    found, made = choices(app.workspace_id), recipe(app)
    forms = app_forms(app, made, found, language=language, given=request.POST if request.method == "POST" else None)
    if request.method == "POST" and forms.valid():
        keep(app, forms, found)
        messages.success(request, "Saved.")
        return redirect("app-edit", request.membership.slug, app.pk)
    lacks = missing(app, made)
    context = frame(request, app, forms=forms, found=found, lacks=lacks, tab="edit")
    return render(request, "studio/edit.html", context, status=422 if request.method == "POST" else 200)


def keep(app: App, forms: AppForms, found: Choices) -> None:
    properties = declared(found.models, forms.recipe.cleaned_data["model"]).get("model_properties") or {}
    app.settings = forms.made(str(properties.get("mode") or "chat")).packed()
    app.name, app.description = forms.about.cleaned_data["name"], forms.about.cleaned_data["description"]
    app.save(update_fields=["name", "description", "settings", "updated_at"])


# Keys, and the end.


@governed
def access(request: Visit, pk: Any) -> HttpResponse:
    """How to call it; POST makes a key, which is shown on that answer and never again."""
    app, key = find_app(request, pk), ""
    if request.method == "POST":
        key = new_key(app, name=request.POST.get("name", "").strip()[:80] or "Key")
    example = {"inputs": dict.fromkeys(recipe(app).variables(), "…"), "user": "somebody"}
    address = request.build_absolute_uri("/v1").rstrip("/")
    context = frame(request, app, tab="access", key=key, keys=app.keys.all(), address=address, example=example)
    answer = render(request, "studio/access.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
@governed
def drop_key(request: Visit, pk: Any, key: int) -> HttpResponse:
    app = find_app(request, pk)
    get_object_or_404(app.keys.all(), pk=key).delete()
    messages.success(request, "The key is deleted. Whoever uses it is refused from now on.")
    return redirect("app-access", request.membership.slug, app.pk)


@require_POST
@governed
def delete(request: Visit, pk: Any) -> HttpResponse:
    app = find_app(request, pk)
    app.delete()
    messages.success(request, f"{app.name} is deleted, with its conversations and keys.")
    return redirect("apps", request.membership.slug)
