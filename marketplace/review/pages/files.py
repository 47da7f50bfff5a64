"""The files of a submission: tree and highlighted source, and side by side with the last approved version."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from marketplace.models import Comment, Finding, Submission
from marketplace.review import evidence, rules, sources
from marketplace.review.colouring import coloured
from marketplace.review.diffing import TooLong, counts, side_by_side
from marketplace.review.pages.access import Visit, found, page
from marketplace.review.pages.submission import frame

FIRST = ("manifest.yaml", "README.md")


@dataclass
class Line:
    """A line of source with what was found in it and said about it."""

    number: int
    html: SafeString
    findings: list[Finding] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)


@page
def files(request: Visit, submission_id: UUID, path: str = "") -> HttpResponse:
    """One file of the package; the first page shows the manifest."""
    one = found(submission_id)
    try:
        names = sources.names(one.package)
        path = path or next((name for name in FIRST if name in names), names[0] if names else "")
        file = sources.shown(one.package, path)
    except sources.NoSuchFile:
        raise Http404("There is no such file.") from None
    context = {
        **frame(request, one),
        **talked(one, path),
        "tab": "files",
        "tree": tree(names, marks(one)),
        "file": file,
        "lines": lines(one, file) if not file.why else [],
        "chosen": chosen(request),
        "book": rules.book().values(),
    }
    return render(request, "desk/files.html", context)


@page
def raw(request: Visit, submission_id: UUID, path: str) -> HttpResponse:
    """The file itself, to be saved: a browser never shows it as a page of ours."""
    try:
        data = sources.read(found(submission_id).package, path)
    except sources.NoSuchFile:
        raise Http404("There is no such file.") from None
    name = path.rpartition("/")[2].encode("ascii", "replace").decode().replace('"', "_")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)


@page
def changes(request: Visit, submission_id: UUID, path: str = "") -> HttpResponse:
    """Side by side with the last approved version; folded lines open with `?all`."""
    one = found(submission_id)
    basis = evidence.basis(one)
    try:
        entries = sources.compared(basis.original if basis else None, one.package)
    except sources.NoSuchFile:
        raise Http404("The packages are no longer kept.") from None
    changed = [entry for entry in entries if entry.change != "same"]
    entry = next((entry for entry in entries if entry.name == path), None) if path else next(iter(changed), None)
    if path and entry is None:
        raise Http404("There is no such file.")
    context = {
        **frame(request, one),
        "tab": "changes",
        "changed": changed,
        "unchanged": len(entries) - len(changed),
        "entry": entry,
        "all": "all" in request.GET,
    }
    if entry is not None:
        before = basis.original if basis else None
        context |= paired(entry, (before, one.package), whole="all" in request.GET)
    return render(request, "desk/changes.html", context)


def paired(entry: sources.Entry, packages: tuple[str | None, str], *, whole: bool) -> dict[str, Any]:
    """Rows of both sides as HTML, or why there are none."""
    before, after = packages
    empty = sources.File(entry.name, 0)
    old = sources.shown(before, entry.name) if before and entry.change != "added" else empty
    new = sources.shown(after, entry.name) if entry.change != "removed" else empty
    if old.why or new.why:
        return {"unshown": new.why or old.why, "sizes": (old.size, new.size)}
    left, right = (file.text.split("\n") if file is not empty else [] for file in (old, new))
    try:
        rows = side_by_side(left, right, whole=whole)
    except TooLong:
        return {"unshown": "It has too many lines to be compared here.", "sizes": (old.size, new.size)}
    html = [coloured(entry.name, file.text) for file in (old, new)]
    shown = [
        (row, html[0][row.left - 1] if row.left else "", html[1][row.right - 1] if row.right else "") for row in rows
    ]
    return {"rows": shown, "added": counts(rows)[0], "removed": counts(rows)[1]}


def talked(one: Submission, path: str) -> dict[str, Any]:
    """Findings and comments that are about the file as a whole."""
    about = Finding.objects.filter(section__submission=one, path=path, line__isnull=True).select_related("section")
    comments = one.comments.filter(path=path, line__isnull=True).select_related("by").order_by("at") if path else []
    return {"about": about, "remarks": comments}


def lines(one: Submission, file: sources.File) -> list[Line]:
    found_here: dict[int, list[Finding]] = defaultdict(list)
    for finding in Finding.objects.filter(section__submission=one, path=file.name, line__isnull=False).select_related(
        "section"
    ):
        found_here[finding.line or 0].append(finding)
    said: dict[int, list[Comment]] = defaultdict(list)
    for comment in one.comments.filter(path=file.name, line__isnull=False).select_related("by").order_by("at"):
        said[comment.line or 0].append(comment)
    html = coloured(file.name, file.text)
    return [Line(number, text, found_here[number], said[number]) for number, text in enumerate(html, 1)]


def chosen(request: Visit) -> int:
    """The line that somebody wants to say something about."""
    asked = request.GET.get("line", "")
    return int(asked) if asked.isdecimal() and len(asked) < 7 else 0


def marks(one: Submission) -> dict[str, str]:
    """The gravest tone of what is known of each file."""
    found_tones: dict[str, str] = {}
    for path in one.comments.exclude(path="").values_list("path", flat=True):
        found_tones[path] = "info"
    for finding in Finding.objects.filter(section__submission=one).exclude(path=""):
        tone = "bad" if finding.blocking and not finding.settled_at else "warn"
        if found_tones.get(finding.path) != "bad":
            found_tones[finding.path] = tone
    return found_tones


def tree(names: list[str], tones: dict[str, str]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Folders in order, each with the names, paths and tones of its files."""
    folders: dict[str, list[tuple[str, str, str]]] = {}
    for name in names:
        folder, _, last = name.rpartition("/")
        folders.setdefault(folder, []).append((last, name, tones.get(name, "")))
    return list(folders.items())
