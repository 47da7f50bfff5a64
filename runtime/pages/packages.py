"""From a file to consent: upload packages, read what they are and may do, install them."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from marketplace.difypkg import BadPackage
from runtime import installing, storing, uploading
from runtime.errors import RuntimeFault
from runtime.models import Installation, Package
from runtime.pages.access import Visit, governed, page
from runtime.pages.summaries import Summary, summary
from runtime.pages.trust import refused_by_policy
from runtime.pages.words import Permission, in_bytes, permissions, reader_language

type Given = UploadedFile[Any]
MOST_AT_ONCE = 64  # as many as the daemon's API takes in one request (protocol.md 8.5)
MEDIA_TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "ico": "image/x-icon",
}


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class PackageFiles(forms.FileField):
    """One or more files, as a list."""

    widget = ManyFiles(attrs={"accept": ".difypkg"})

    def clean(self, data: Any, initial: Any = None) -> list[Given]:
        given = (data or [None]) if isinstance(data, list | tuple) else [data]
        return [super(PackageFiles, self).clean(one, initial) for one in given]


class UploadForm(forms.Form):
    package = PackageFiles(label="Packages", error_messages={"required": "Choose a .difypkg file first."})


@dataclass(frozen=True, slots=True)
class Sheet:
    """What somebody must know before they install a package."""

    plugin: Summary
    permissions: list[Permission]
    size: str
    memory: str
    python: str
    privacy: str
    repo: str
    refused: bool
    installed_version: str = ""
    terms: Any = None  # what the marketplace knows: sentences `privacy` and `grows`; None where it knows nothing


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not taken, why, and what it says it is where that could be read."""

    file: str
    reason: str
    sheet: Sheet | None = None


@governed
def upload(request: Visit) -> HttpResponse:
    """Take packages; what was taken is shown on the install sheet, what was refused here with the reason."""
    posted = request.method == "POST"
    form = UploadForm(request.POST if posted else None, request.FILES if posted else None)
    taken: list[str] = []
    refused: list[Refusal] = []
    if form.is_valid():
        for file in form.cleaned_data["package"][:MOST_AT_ONCE]:
            outcome = take(file, reader_language(request))
            if isinstance(outcome, Refusal):
                refused.append(outcome)
            else:
                taken.append(outcome.unique_identifier)
    if taken:
        for one in refused:
            messages.error(request, f"{one.file} was not taken: {one.reason}")
        return answered(request, sheet_address(request.membership.slug, taken))
    context = {"membership": request.membership, "here": "plugins", "form": form, "refused": refused}
    status = 422 if refused or form.errors else 200
    if request.accepts("text/html"):
        return render(request, "upload.html", context, status=status)
    html = render_to_string("upload.html#refused", context, request)
    return JsonResponse({"refused": html}, status=status)


def answered(request: Visit, address: str) -> HttpResponse:
    """Browsers follow a redirect; our script wants to show the page itself, and is told where it is."""
    return redirect(address) if request.accepts("text/html") else JsonResponse({"address": address})


def sheet_address(slug: str, identifiers: list[str]) -> str:
    query = QueryDict(mutable=True)
    query.setlist("p", identifiers)
    return f"{reverse('install', args=[slug])}?{query.urlencode(safe='/:@')}"


def take(file: Given, language: str) -> Package | Refusal:
    name = str(file.name)
    if name.endswith(".difybndl"):
        return Refusal(name, "Bundles are taken by the API, not yet by this page. Upload the packages in it.")
    try:
        return uploading.upload_package(cast("Any", file.file))
    except BadPackage as error:
        return Refusal(name, str(error))
    except RuntimeFault as fault:
        return Refusal(name, fault.message, seen(file, language))


def seen(file: Given, language: str) -> Sheet | None:
    """What a package that policy keeps out says of itself, without keeping anything of it."""
    try:
        with uploading.opened(cast("Any", file.file)) as package:
            judged = uploading.judge(package)
            declaration, _ = package.remapped(verified=judged.verified)
            row = SimpleNamespace(
                plugin_id=package.plugin_id,
                unique_identifier=package.unique_identifier,
                version=package.version,
                category=package.category,
                size=file.size,
                declaration=declaration | {"icon": "", "icon_dark": ""},
                verified=judged.verified,
                verification=judged.verification,
                signature=judged.state,
                signed_by=judged.by,
                signed_at=judged.at,
                signed_with=judged.fingerprint,
            )
    except (BadPackage, RuntimeFault):
        return None
    return sheet(cast("Package", row), language)


def sheet(package: Package, language: str, installed: str = "") -> Sheet:
    """`installed` is the unique identifier of the version that gives way."""
    declaration = package.declaration
    resource = declaration.get("resource") or {}
    runner = (declaration.get("meta") or {}).get("runner") or {}
    privacy, repo = str(declaration.get("privacy") or ""), str(declaration.get("repo") or "")
    return Sheet(
        plugin=summary(package, language),
        permissions=permissions(declaration),
        size=in_bytes(package.size or 0),
        memory=in_bytes(resource.get("memory") or 0) if resource.get("memory") else "",
        python=f"{str(runner.get('language') or 'python').title()} {runner.get('version') or ''}".strip(),
        privacy=privacy if privacy.startswith(("https://", "http://")) else "",
        repo=repo if repo.startswith(("https://", "http://")) else "",
        refused=refused_by_policy(package),
        installed_version=version_of(installed),
        terms=import_string(settings.RUNTIME_TERMS)(package.unique_identifier, installed),
    )


def version_of(unique_identifier: str) -> str:
    return unique_identifier.rpartition("@")[0].rpartition(":")[2]


def chosen(request: Visit) -> list[Package]:
    """The packages that the address names, in its order; Http404 when one is not here."""
    names = list(dict.fromkeys(request.GET.getlist("p")))[:MOST_AT_ONCE]
    found = Package.objects.in_bulk(names, field_name="unique_identifier")
    if not names or len(found) < len(names):
        raise Http404("A package that this address names is not on this server. Upload it again.")
    return [found[name] for name in names]


@governed
def install(request: Visit) -> HttpResponse:
    """Consent with open eyes, for one package or several."""
    packages = chosen(request)
    current = replaced(request, packages)
    language = reader_language(request)
    sheets = [sheet(one, language, current.get(one.plugin_id, "")) for one in packages]
    refused = any(one.refused for one in sheets)
    grows = any(one.terms and one.terms.grows for one in sheets)
    agreed = not grows or request.POST.get("agreed") == "yes"
    if request.method == "POST" and not refused and agreed:
        return begin(request, packages)
    context = {
        "membership": request.membership,
        "here": "plugins",
        "sheets": sheets,
        "refused": refused,
        "grows": grows,
    }
    return render(request, "install.html", context, status=422 if request.method == "POST" else 200)


def replaced(request: Visit, packages: list[Package]) -> dict[str, str]:
    """By plugin id, the unique identifier of what is installed and would give way to another version."""
    rows = Installation.objects.filter(
        workspace_id=request.membership.id, plugin_id__in=[one.plugin_id for one in packages]
    ).exclude(package__in=packages)
    return dict(rows.values_list("plugin_id", "package__unique_identifier"))


def begin(request: Visit, packages: list[Package]) -> HttpResponse:
    slug = request.membership.slug
    try:
        task = installing.install(
            request.membership.id,
            identifiers=[one.unique_identifier for one in packages],
            source="package",
            metas=[{} for _ in packages],
        )
    except RuntimeFault as fault:
        messages.error(request, f"Nothing was installed: {fault.message}")
        return redirect(request.get_full_path())
    if task is None:
        messages.info(request, "This is installed already, in just this version.")
        return redirect("plugins", slug)
    return redirect("task", slug, task.id)


@require_safe
@page
def asset(request: Visit, asset_id: str) -> HttpResponse:
    """A file of a package, named by the hash of its content. Sandboxed: authors choose what is in it."""
    content = storing.read_asset(asset_id)
    if content is None:
        raise Http404
    media_type = MEDIA_TYPES.get(asset_id.rpartition(".")[2].lower(), "application/octet-stream")
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=31536000, immutable",
        },
    )
