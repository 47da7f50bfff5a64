"""From an upload to a release: what is in the package, what is said of it, where it stands, and the talk with reviewers."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from marketplace import keeping, submitting
from marketplace.catalogue.kinds import kind_of
from marketplace.catalogue.pictures import MEDIA_TYPES
from marketplace.difypkg import Package, open_package
from marketplace.models import PrivacyStatement, Submission
from marketplace.privacy.reading import FILES
from marketplace.publishers import commands
from marketplace.publishers.forms import TermsForm, TextForm, UploadForm
from marketplace.publishers.organizations import Post, access
from marketplace.publishers.pages.visiting import attempt, publishing, reader, shown, where
from marketplace.publishers.sending import changes
from marketplace.releasing import category_of, package_limits
from marketplace.review import thread
from marketplace.submitting import Sender, Terms

State = Submission.State
# The road of a submission, for the line of steps on top of its page: each while it is at it, and else.
STEPS = (
    ("Complete it", "Completed", {State.RECEIVED}),
    ("Being screened", "Screened", {State.SCREENING}),
    ("Under review", "Reviewed", {State.QUEUED, State.NEEDS_INFO, State.SECONDING}),
    ("Being signed", "Signed", {State.APPROVED}),
    ("Listed", "Listed", {State.RELEASED}),
)
ENDED = {State.REJECTED, State.WITHDRAWN, State.SUPERSEDED}
ASKED = {State.NEEDS_INFO, State.REJECTED}  # somebody waits for the publisher's word
ASKS_PRIVACY = {State.QUEUED, State.NEEDS_INFO}
LARGEST_ICON = 40_000  # bytes, within a page that is to stay small
LANGUAGES = {"en_US": "English", "zh_Hans": "Chinese", "ja_JP": "Japanese", "pt_BR": "Portuguese"}
PERMISSIONS = {
    "tool": "Call other tools of the workspace",
    "model": "Use the workspace’s models",
    "node": "Run workflow nodes",
    "endpoint": "Answer calls from outside",
    "app": "Call the workspace’s apps",
    "storage": "Keep data",
}


@dataclass(frozen=True)
class Step:
    word: str
    state: str  # "done" | "now" | "ahead" | "stopped"


@login_required
def upload(request: HttpRequest, handle: str) -> HttpResponse:
    post = publishing(access(request.user, handle))
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        data, sender = form.cleaned_data["file"].read(), Sender(by=reader(request))
        made = attempt(
            request, lambda: submitting.receive(data, organization=post.organization, sender=sender), form=form
        )
        if made is not None:
            return redirect("publish-submission", made.pk)
    context = {
        "post": post,
        "tab": "plugins",
        "command": commands.publish_by_curl(where(request), "pbt_…"),
        "pack": commands.PACK,
    }
    return shown(request, "upload.html", context, form=form)


def mine(request: HttpRequest, submission_id: UUID) -> tuple[Submission, Post]:
    """The submission, and what the reader is to its organization; Http404 for strangers."""
    rows = Submission.objects.select_related("organization", "listing", "made_by", "superseded_by", "release")
    found = get_object_or_404(rows, pk=submission_id)
    return found, access(request.user, found.organization.handle)


@login_required
def submission(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    found, post = mine(request, submission_id)
    if found.state == State.RECEIVED and post.publishes:
        return draft(request, found, post)
    return standing(request, found, post, form=TextForm(asked=found.state in ASKED))


def standing(request: HttpRequest, found: Submission, post: Post, *, form: TextForm) -> HttpResponse:
    """Where it stands, and the talk; with what was written in vain in the form, and why."""
    context = {
        "post": post,
        "submission": found,
        "steps": steps(found),
        "waits_for": thread.waits_for(found),
        "events": found.events.order_by("at", "pk"),
        "comments": thread.comments(found, internal=False),
        "rejection": thread.last_rejection(found),
        "ended": found.state in ENDED,
        "reply_form": form,
        "moving": found.state in (State.SCREENING, State.APPROVED),
        "asks_privacy": post.publishes and found.state in ASKS_PRIVACY and not is_stated(found),
        "release": getattr(found, "release", None),
    }
    return shown(request, "submission.html", context, form=form)


def draft(request: HttpRequest, found: Submission, post: Post) -> HttpResponse:
    """What is in the package, and the form that completes it."""
    first = found.listing is None or found.listing.latest_id is None
    with open_package(keeping.read(found.package), package_limits()) as package:
        form = TermsForm(request.POST or None, initial=so_far(found, changes(package)), first=first)
        contents = inside(package) | {"stated": is_stated(found) or any(name in package.files for name in FILES)}
    if request.POST.get("then") == "privacy":
        keep_notes(found, request.POST.get("notes", ""))
        return redirect("publish-privacy", found.pk)
    if request.method == "POST" and form.is_valid():
        sender = Sender(by=reader(request))
        made = attempt(request, lambda: submitting.hand_in(found, Terms(**form.cleaned_data), sender=sender), form=form)
        if made is not None:
            messages.success(request, f"{found.plugin_id} {found.version} is handed in.")
            return redirect("publish-submission", found.pk)
    return shown(
        request, "draft.html", {"post": post, "submission": found, "steps": steps(found), **contents}, form=form
    )


def so_far(found: Submission, proposed: str) -> dict[str, Any]:
    """What the form begins with: what was written before, else what the package proposes."""
    return {"notes": found.notes or proposed}


def keep_notes(found: Submission, notes: str) -> None:
    """Who goes to state privacy first does not write the notes twice."""
    Submission.objects.filter(pk=found.pk, state=State.RECEIVED).update(notes=notes.strip()[: submitting.LONGEST_NOTES])


def is_stated(found: Submission) -> bool:
    """Whether a person has said what becomes of data, by the form or by a file in the package."""
    return PrivacyStatement.objects.filter(submission=found, confirmed_at__isnull=False).exists()


def inside(package: Package) -> dict[str, Any]:
    """What a publisher should see before they hand it in: what others will see."""
    declaration = package.declaration()
    asked = declaration["resource"].get("permission") or {}
    return {
        "label": declaration["label"]["en_US"],
        "brief": declaration["description"]["en_US"],
        "icon": icon_of(package, str(declaration.get("icon") or "")),
        "kind": kind_of(category_of(declaration)),
        "permissions": [PERMISSIONS[name] for name in PERMISSIONS if (asked.get(name) or {}).get("enabled")],
        "languages": [LANGUAGES.get(one, one) for one in sorted(package.readmes())],
        "tags": declaration.get("tags") or [],
        "files": len(package.names()),
        "warnings": package.warnings,
    }


def icon_of(package: Package, name: str) -> str:
    """The picture itself as an address, since it is kept nowhere that a page could name yet; "" for none or a large one."""
    content = package.assets().get(name.removeprefix("_assets/"), b"")
    media = MEDIA_TYPES.get(name.rpartition(".")[2].lower())
    return (
        f"data:{media};base64,{b64encode(content).decode()}"
        if content and media and len(content) < LARGEST_ICON
        else ""
    )


def steps(found: Submission) -> list[Step]:
    """How far it is. What has ended stopped where its last move left it."""
    state = State(found.state)
    stopped = state in ENDED
    last = found.events.order_by("-at", "-pk").values_list("before", flat=True).first() if stopped else None
    here = State(last) if last else state
    at = next((number for number, (_now, _done, states) in enumerate(STEPS) if here in states), 0)
    if state == State.RELEASED:
        at = len(STEPS)
    now = "stopped" if stopped else "now"
    return [
        Step(at_it, now) if number == at else Step(done, "done" if number < at else "ahead")
        for number, (at_it, done, _) in enumerate(STEPS)
    ]


@login_required
@require_POST
def answer(request: HttpRequest, submission_id: UUID, act: str) -> HttpResponse:
    """Reply to reviewers, contest a rejection, or take it back."""
    found, post = mine(request, submission_id)
    publishing(post)
    text = request.POST.get("text", "")
    acts = {
        "reply": (lambda: thread.reply(found, by=reader(request), text=text), "Your answer is in the thread."),
        "appeal": (lambda: thread.appeal(found, by=reader(request), text=text), "Another reviewer will look at it."),
        "withdraw": (lambda: thread.withdraw(found, by=reader(request), note=text), "It is withdrawn."),
    }
    act_now, done = acts[act]
    form = TextForm(request.POST, asked=found.state in ASKED) if act != "withdraw" else None
    if form is not None and not form.is_valid():
        return standing(request, found, post, form=form)
    if attempt(request, act_now, done=done, form=form, at="text") is None and form is not None:
        return standing(request, found, post, form=form)
    return redirect("publish-submission", found.pk)
