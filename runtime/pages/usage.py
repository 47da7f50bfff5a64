"""What a plugin calls back and what it keeps: day by day, by kind of call, and what it was refused."""

import csv
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from runtime import accounting, policy, storage
from runtime.models import Installation, Refusal
from runtime.pages.access import Visit, governed, page
from runtime.pages.apps import find_app, frame
from runtime.pages.plugin import find, opened, tab
from runtime.pages.spending import DAYS, spending
from runtime.pages.words import in_bytes, permissions

REFUSALS = 20
NEARLY = 0.9  # of the quota: then the bar warns
COLUMNS = ("day", "kind", "currency", "calls", "errors", "prompt_tokens", "completion_tokens", "price", "seconds")


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that the plugin keeps, of those that it may; `refused` says why it may keep no more."""

    used: int
    quota: int
    refused: str

    @property
    def words(self) -> str:
        return f"{in_bytes(self.used)} of {in_bytes(self.quota)}" if self.quota else in_bytes(self.used)

    @property
    def percent(self) -> int:
        return min(100, -(-100 * self.used // self.quota)) if self.quota else 0

    @property
    def tone(self) -> str:
        if self.used >= self.quota:
            return "bad"
        return "warn" if self.used >= NEARLY * self.quota else "ok"


@page
def usage(request: Visit, plugin_id: str) -> HttpResponse:
    shown = opened(request, plugin_id)
    return tab(
        request,
        shown,
        "usage",
        **spending(request.membership.id, plugin_id),
        kept=kept(shown.installation),
        refusals=[(one, number(one.version)) for one in refusals(shown.installation)[:REFUSALS]],
        permissions=permissions(shown.declaration),
    )


@governed
def of_app(request: Visit, pk: Any) -> HttpResponse:
    """What an app asked for when it was used on its page or over HTTP."""
    app = find_app(request, pk)
    context = spending(request.membership.id, f"app:{app.pk}")
    return render(request, "studio/usage.html", frame(request, app, tab="usage", **context))


@page
def download(request: Visit, plugin_id: str) -> HttpResponse:
    """The numbers of the page as CSV, by day and kind, exact."""
    installation = find(request, plugin_id)
    name = f"{plugin_id.replace('/', '-')}-usage.csv"
    answer = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    lines = csv.writer(answer)
    lines.writerow(COLUMNS)
    for row in accounting.by_day(installation.workspace_id, plugin_id, days=DAYS):
        exact = {"price": f"{row['price'].normalize():f}", "seconds": f"{row['seconds']:.3f}"}
        lines.writerow([{**row, **exact}[column] for column in COLUMNS])
    return answer


def kept(installation: Installation) -> Kept:
    permission = (installation.package.declaration.get("resource") or {}).get("permission") or {}
    workspace_id, plugin_id = installation.workspace_id, installation.plugin_id
    refused = ""
    if not (permission.get("storage") or {}).get("enabled"):
        refused = "Its manifest does not ask to keep data, so this version may keep none."
    elif {("", "storage"), (plugin_id, "storage")} & policy.read(workspace_id):
        refused = "This workspace does not let it keep data: it can neither read nor write."
    quota = 0 if refused else storage.quota(permission)
    return Kept(storage.used(workspace_id, plugin_id), quota, refused)


def refusals(installation: Installation) -> QuerySet[Refusal]:
    """The latest first."""
    found = Refusal.objects.filter(workspace_id=installation.workspace_id, plugin_id=installation.plugin_id)
    return found.order_by("-last_at", "-id")


def number(unique_identifier: str) -> str:
    """The version alone: 0.0.1 of author/name:0.0.1@checksum."""
    return unique_identifier.partition(":")[2].partition("@")[0] or unique_identifier
