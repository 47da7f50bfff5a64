"""Pages for everybody: which key signs what, the log with its proofs, review records, and what is recalled."""

import json

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from marketplace import recalling
from marketplace.models import LogLeaf, Recall, ReviewRecord, SigningKey
from marketplace.transparency import log as the_log
from marketplace.transparency import proofs
from marketplace.transparency.kinds import KINDS
from marketplace.transparency.merkle import BadProof

LEAVES = 30
ROLES = {
    SigningKey.Role.RELEASE: ("Releases", "signs packages that were approved"),
    SigningKey.Role.LOG: ("Log", "signs the log's heads and review records"),
    SigningKey.Role.RECALL: ("Recalls", "signs the block list"),
    SigningKey.Role.RULES: ("Rules", "signs what rules approve without a person"),
}


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Keys, the newest head, and the leaves, newest first; one leaf with its proof where `leaf` asks for it."""
    words, kind = request.GET.get("q", "").strip()[:340], request.GET.get("kind", "")
    rows = LogLeaf.objects.filter(position__isnull=False).order_by("-position")
    if words:
        rows = rows.filter(Q(subject__icontains=words) | Q(body__contains=words))
    if kind in KINDS:
        rows = rows.filter(kind=kind)
    context = {
        "keys": keys(),
        "head": the_log.newest(),
        "rows": Paginator(rows, LEAVES).get_page(request.GET.get("page")),
        "words": words,
        "kind": kind,
        "kinds": KINDS,
        "proof": proof(request.GET.get("leaf", "")),
        "reviewers": SigningKey.objects.filter(role=SigningKey.Role.REVIEWER, state=SigningKey.State.ACTIVE).count(),
    }
    return render(request, "signing/log.html", context)


@require_safe
def leaf(request: HttpRequest, position: int) -> HttpResponse:
    return redirect(f"{reverse('transparency')}?leaf={position}#proof")


def keys() -> list[dict[str, object]]:
    rows = SigningKey.objects.filter(role__in=ROLES).order_by("state", "role", "-made_at")
    return [{"key": one, "word": ROLES[SigningKey.Role(one.role)][0], "does": does(one)} for one in rows]


def does(key: SigningKey) -> str:
    if key.role == SigningKey.Role.RELEASE:
        return f"signs packages that were approved as {', '.join(key.categories)}"
    return ROLES[SigningKey.Role(key.role)][1]


def proof(position: str) -> dict[str, object] | None:
    """A leaf, what it says in full, and the path from it to the newest signed root."""
    head = the_log.newest()
    if head is None or not (position.isascii() and position.isdigit() and len(position) < 19):
        return None
    try:
        found = proofs.inclusion(int(position), head.size)
    except BadProof:
        return None
    said = json.dumps(json.loads(found["leaf"]), indent=2, ensure_ascii=False)
    return {**found, "said": said, "root": head.root}


@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """What was checked before a release was signed; `of` is its unique identifier."""
    identifier = request.GET.get("of", "")[:340]
    rows = ReviewRecord.objects.select_related("release__plugin", "key")
    found = get_object_or_404(rows, release__unique_identifier=identifier)
    leaf = LogLeaf.objects.filter(kind="release", subject=identifier).order_by("pk").first()
    said = json.loads(found.body)
    said["checks"] = [{**one, "name": one["check"].replace("_", " ")} for one in said["checks"]]
    context = {"record": found, "said": said, "release": found.release, "leaf": leaf}
    return render(request, "signing/record.html", context)


@require_safe
def recalls(request: HttpRequest) -> HttpResponse:
    """What is on the block list now, and what was."""
    lifted = Recall.objects.exclude(lifts=None).select_related("lifts").order_by("-number")[:50]
    context = {"standing": recalling.in_force(), "lifted": lifted, "number": recalling.number()}
    return render(request, "signing/recalls.html", context)
