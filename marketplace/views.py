"""Pages of the catalogue's own: signing in, workspaces, their members and settings."""

from typing import TypedDict, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from marketplace.forms import MemberForm, RoleForm, SignInForm, WorkspaceForm
from marketplace.models import Member, Role, User
from marketplace.workspaces import (
    Membership,
    access,
    add_member,
    change_role,
    create_workspace,
    remove_member,
    rename_workspace,
    workspaces_of,
)

LAST_WORKSPACE = "workspace"


class Policy(TypedDict):
    forced: bool
    third_party: bool
    keys: list[str]


class SignIn(LoginView):
    template_name = "sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_invalid(form)
        if wait := getattr(form, "wait", 0):
            answer.status_code = 429
            answer.headers["Retry-After"] = str(wait)
        return answer


def reader(request: HttpRequest) -> User:
    """The person who has signed in, for views that need one."""
    return cast("User", request.user)


def governing(request: HttpRequest, slug: str) -> Membership:
    """The reader's membership, when they may govern the workspace; else PermissionDenied."""
    membership = access(request.user, slug)
    if not membership.governs:
        raise PermissionDenied("Only owners and admins of this workspace may do this.")
    return membership


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Where to go after signing in: the plugins of the workspace that was open last."""
    mine = list(workspaces_of(reader(request)))
    if not mine:
        return render(request, "no_workspace.html")
    last = request.session.get(LAST_WORKSPACE)
    workspace = next((one for one in mine if one.slug == last), mine[0])
    return redirect("plugins", workspace.slug)


@login_required
def new_workspace(request: HttpRequest) -> HttpResponse:
    form = WorkspaceForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        workspace = create_workspace(name=form.cleaned_data["name"], owner=reader(request))
        messages.success(request, f"{workspace.name} is ready. Upload the first plugin.")
        return redirect("plugins", workspace.slug)
    return render(request, "new_workspace.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def members(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access(request.user, slug)
    form = MemberForm(request.POST or None, membership=membership, label_suffix="")
    if request.method == "POST":
        governing(request, slug)
        if form.is_valid() and added(request, form, membership):
            return redirect("members", slug)
    rows = Member.objects.filter(workspace=membership.workspace).select_related("user").order_by("joined_at")
    context = {"membership": membership, "form": form, "rows": rows, "here": "members", "roles": Role.choices}
    return render(request, "members.html", context, status=422 if form.errors else 200)


def added(request: HttpRequest, form: MemberForm, membership: Membership) -> bool:
    """Add the person that the form names, or put the reason why not at its email field."""
    try:
        member = add_member(
            membership.workspace, email=form.cleaned_data["email"], role=Role(form.cleaned_data["role"])
        )
    except ValidationError as error:
        form.add_error("email", error)
        return False
    messages.success(request, f"{member.user} is now in {membership.workspace}.")
    return True


def changeable(membership: Membership, member_id: int) -> Member:
    """The member, when this reader may change them: an admin may not touch owners."""
    member = get_object_or_404(Member.objects.select_related("user"), workspace=membership.workspace, pk=member_id)
    if member.role == Role.OWNER and not membership.owns:
        raise PermissionDenied("Only an owner may change or remove an owner.")
    return member


@login_required
@require_POST
def member_role(request: HttpRequest, slug: str, *, member_id: int) -> HttpResponse:
    membership = governing(request, slug)
    member = changeable(membership, member_id)
    form = RoleForm(request.POST, membership=membership)
    if not form.is_valid():
        messages.error(request, "This role is not yours to give.")
        return redirect("members", slug)
    try:
        change_role(member, role=Role(form.cleaned_data["role"]))
        messages.success(request, f"{member.user} is now {member.get_role_display().lower()}.")
    except ValidationError as error:
        messages.error(request, error.message)
    return redirect("members", slug)


@login_required
@require_POST
def member_removal(request: HttpRequest, slug: str, *, member_id: int) -> HttpResponse:
    """Owners and admins remove others; everybody may leave."""
    membership = access(request.user, slug)
    member = get_object_or_404(Member.objects.select_related("user"), workspace=membership.workspace, pk=member_id)
    leaving = member.user_id == reader(request).pk
    if not leaving:
        member = changeable(governing(request, slug), member_id)
    try:
        remove_member(member)
    except ValidationError as error:
        messages.error(request, error.message)
        return redirect("members", slug)
    messages.success(request, f"{'You have' if leaving else f'{member.user} has'} left {membership.workspace}.")
    return redirect("start") if leaving else redirect("members", slug)


@login_required
def settings_page(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access(request.user, slug)
    form = WorkspaceForm(request.POST or None, initial={"name": membership.workspace.name}, label_suffix="")
    if request.method == "POST":
        governing(request, slug)
        if form.is_valid():
            rename_workspace(membership.workspace, name=form.cleaned_data["name"])
            messages.success(request, "Saved.")
            return redirect("settings", slug)
    context = {
        "membership": membership,
        "form": form,
        "here": "settings",
        "address": request.build_absolute_uri("/").rstrip("/"),
        "policy": policy(),
        "key_file": settings.SECRETS_DIR / "server_key",
    }
    return render(request, "settings.html", context, status=422 if form.errors else 200)


def policy() -> Policy:
    """The signature policy in force, which is the server's and the same for every workspace."""
    third_party = settings.THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED
    keys = settings.THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS if third_party else []
    return Policy(forced=settings.FORCE_VERIFYING_SIGNATURE, third_party=third_party, keys=keys)
