"""What lets scripts publish for an organization: upload tokens, and CI jobs that are trusted without one."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from marketplace.publishers import commands
from marketplace.publishers.forms import TokenForm, TrustForm
from marketplace.publishers.organizations import access
from marketplace.publishers.pages.visiting import attempt, governing, reader, shown, where
from marketplace.publishers.tokens import issue, revoke
from marketplace.publishers.trusting import distrust_job, trust_job


@login_required
def tokens(request: HttpRequest, handle: str) -> HttpResponse:
    """Members make tokens too: they may publish. The text of a new one is on the page that answers, and nowhere else."""
    post = access(request.user, handle)
    form, text = TokenForm(request.POST or None), ""
    if request.method == "POST" and post.publishes and form.is_valid():
        wish = form.cleaned_data
        made = attempt(
            request,
            lambda: issue(
                post.organization,
                name=wish["name"],
                plugin_name=wish["plugin_name"],
                lifetime=timedelta(days=int(wish["days"])),
                by=reader(request),
            ),
            form=form,
        )
        if made is not None:
            form, text = TokenForm(), made[1]
    rows = post.organization.tokens.filter(trust=None, revoked_at=None).select_related("made_by").order_by("-made_at")
    address = where(request)
    context = {
        "post": post,
        "tab": "tokens",
        "rows": rows,
        "text": text,
        "now": timezone.now(),
        "command": commands.publish(address, text),
        "by_curl": commands.publish_by_curl(address, text),
    }
    answer = shown(request, "tokens.html", context, form=form)
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def revoke_token(request: HttpRequest, handle: str, token_id: str) -> HttpResponse:
    """Owners end all tokens, others those that they have made."""
    post = access(request.user, handle)
    rows = post.organization.tokens.all() if post.governs else post.organization.tokens.filter(made_by=reader(request))
    found = get_object_or_404(rows, pk=token_id)
    attempt(request, lambda: revoke(found, by=reader(request)), done=f"{found.name} opens nothing any more.")
    return redirect("publish-tokens", handle)


@login_required
def trusted(request: HttpRequest, handle: str) -> HttpResponse:
    post = access(request.user, handle)
    form = TrustForm(request.POST or None)
    if request.method == "POST":
        governing(request, handle)
        if form.is_valid():
            done = "This job can publish now, without any secret."
            made = attempt(
                request,
                lambda: trust_job(post.organization, by=reader(request), **form.cleaned_data),
                done=done,
                form=form,
            )
            if made is not None:
                return redirect("publish-trusted", handle)
    rows = post.organization.trusted_publishers.order_by("plugin_name", "repository")
    address = where(request)
    context = {
        "post": post,
        "tab": "trusted",
        "rows": rows,
        "address": address,
        "audience": settings.TRUSTED_AUDIENCE,
        "command": commands.github_job(address),
        "by_curl": commands.curl_job(address, settings.TRUSTED_AUDIENCE),
    }
    return shown(request, "trusted.html", context, form=form)


@login_required
@require_POST
def distrust(request: HttpRequest, handle: str, trust_id: int) -> HttpResponse:
    post = governing(request, handle)
    found = get_object_or_404(post.organization.trusted_publishers, pk=trust_id)
    attempt(request, lambda: distrust_job(found, by=reader(request)), done="This job cannot publish any more.")
    return redirect("publish-trusted", handle)
