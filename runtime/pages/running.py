"""How a workspace's plugins run: what is wished, how it is, why the two differ, and what the workspace wants."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from runtime import agreeing, standings
from runtime.errors import RuntimeFault
from runtime.models import RunPolicy
from runtime.models.running import LONGEST_SLEEP_AFTER, MOST_INSTANCES
from runtime.pages.access import Visit, governed, page
from runtime.pages.plugin import find, opened, tab
from runtime.pages.using import rows_of
from runtime.pages.words import in_bytes

OWN = [("", "As usual"), ("yes", "Processes of its own"), ("no", "Shared with other workspaces")]
ALONE = [("", "As usual"), ("yes", "By itself"), ("no", "As a copy where that is safe")]
ANSWERS: dict[str, bool | None] = {"": None, "yes": True, "no": False}
WISHES = {"running": "Always on", "on call": "On call", "debugging": "On a developer’s machine", "stopped": "Stopped"}


class PolicyForm(forms.Form):
    """What is left as usual follows the workspace's own policy, and that the server's settings."""

    sleep = forms.ChoiceField(label="Sleep", choices=RunPolicy.Sleep.choices, required=False)
    sleep_after = forms.IntegerField(
        label="Seconds without a call",
        required=False,
        min_value=1,
        max_value=LONGEST_SLEEP_AFTER,
        help_text="Only for “After a time without calls”. It is then put to sleep even if it works by itself. "
        "Empty: as usual.",
    )
    most = forms.IntegerField(
        label="Processes at most",
        required=False,
        min_value=1,
        max_value=MOST_INSTANCES,
        help_text="When it is busy, more are started, up to this number. Empty: as usual.",
    )
    apart = forms.ChoiceField(label="Processes", choices=OWN, required=False)
    alone = forms.ChoiceField(
        label="How it starts",
        choices=ALONE,
        required=False,
        help_text="By itself it shares no memory with others, starts ten times slower and needs four times the memory.",
    )

    @classmethod
    def of(cls, row: RunPolicy | None) -> "PolicyForm":
        if row is None:
            return cls()
        said = {name: word_for(getattr(row, name)) for name in ("apart", "alone")}
        return cls(initial={"sleep": row.sleep, "sleep_after": row.sleep_after, "most": row.most} | said)

    def said(self) -> dict[str, Any]:
        return self.cleaned_data | {name: ANSWERS[self.cleaned_data[name]] for name in ("apart", "alone")}


def word_for(answer: bool | None) -> str:
    return next(word for word, value in ANSWERS.items() if value is answer)


def policy_of(request: Visit, plugin_id: str = "") -> RunPolicy | None:
    return RunPolicy.objects.filter(workspace_id=request.membership.id, plugin_id=plugin_id).first()


@page
def activity(request: Visit, plugin_id: str) -> HttpResponse:
    shown = opened(request, plugin_id)
    using = rows_of(shown.plugin.state)
    if request.htmx:
        context = {"plugin": shown.plugin, "using": using, "membership": request.membership}
        return render(request, "plugin/activity.html#state", context)
    return tab(request, shown, "activity", using=using, policy=PolicyForm.of(policy_of(request, plugin_id)))


@page
def running(request: Visit) -> HttpResponse:
    """All installed plugins; htmx gets the table alone."""
    found = standings.standings(request.membership.id)
    context = {
        "membership": request.membership,
        "here": "plugins",
        "standings": [(one, WISHES[one.wish], in_bytes(one.state.memory) if one.state.memory else "") for one in found],
        "form": PolicyForm.of(policy_of(request)),
    }
    return render(request, "running.html#table" if request.htmx else "running.html", context)


@require_POST
@governed
def workspace_policy(request: Visit) -> HttpResponse:
    say(request, "", "Every plugin of this workspace")
    return redirect("running", request.membership.slug)


@require_POST
@governed
def plugin_policy(request: Visit, plugin_id: str) -> HttpResponse:
    find(request, plugin_id)
    say(request, plugin_id, "It")
    return redirect("plugin-activity", request.membership.slug, plugin_id)


def say(request: Visit, plugin_id: str, who: str) -> None:
    form = PolicyForm(request.POST)
    if not form.is_valid():
        for field, errors in form.errors.items():
            messages.error(request, f"{form.fields[field].label}: {' '.join(map(str, errors))}")
        return
    try:
        agreeing.agree(request.membership.id, plugin_id, **form.said())
        messages.success(request, f"{who} follows within seconds. Calls that are open go on.")
    except RuntimeFault as fault:
        messages.error(request, fault.message)
