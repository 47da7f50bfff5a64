"""Workspaces and who may do what in them."""

from dataclasses import dataclass
from uuid import uuid4

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.text import slugify

from marketplace.models import Member, Role, User, Workspace

GOVERNING = frozenset({Role.OWNER, Role.ADMIN})
RESERVED = frozenset({"new", "api"})


@dataclass(frozen=True, slots=True)
class Membership:
    """What a person is in a workspace. `id` is the workspace's id on the wire."""

    workspace: Workspace
    role: Role

    @property
    def id(self) -> str:
        return str(self.workspace.id)

    @property
    def slug(self) -> str:
        return self.workspace.slug

    @property
    def governs(self) -> bool:
        """May install, uninstall, restart, and change members and settings."""
        return self.role in GOVERNING

    @property
    def owns(self) -> bool:
        return self.role == Role.OWNER


def access(user: User | AnonymousUser, slug: str) -> Membership:
    """The person's membership. Strangers get Http404, as if the workspace did not exist."""
    if not user.is_authenticated:
        raise Http404
    member = Member.objects.select_related("workspace").filter(workspace__slug=slug, user=user).first()
    if member is None:
        raise Http404
    return Membership(member.workspace, Role(member.role))


def workspaces_of(user: User) -> QuerySet[Workspace]:
    return Workspace.objects.filter(members__user=user).order_by("name", "slug")


def create_workspace(*, name: str, owner: User) -> Workspace:
    """A new workspace with an address made from its name, and its first owner."""
    with transaction.atomic():
        workspace = Workspace.objects.create(name=name.strip(), slug=free_slug(name))
        Member.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    return workspace


def free_slug(name: str) -> str:
    """An address that nobody has: names without Latin letters get a random one."""
    base = slugify(name)[:50] or f"workspace-{uuid4().hex[:6]}"
    if base not in RESERVED and not Workspace.objects.filter(slug=base).exists():
        return base
    return f"{base}-{uuid4().hex[:6]}"


def rename_workspace(workspace: Workspace, *, name: str) -> Workspace:
    """The address stays: links that people have keep working."""
    workspace.name = name.strip()
    workspace.save(update_fields=["name"])
    return workspace


def add_member(workspace: Workspace, *, email: str, role: Role) -> Member:
    """Add a person who has an account here; ValidationError says why not."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise ValidationError("Nobody with this address has an account here yet.", code="unknown")
    try:
        with transaction.atomic():
            return Member.objects.create(workspace=workspace, user=user, role=role)
    except IntegrityError:
        raise ValidationError(f"{user} is already in this workspace.", code="present") from None


@transaction.atomic
def change_role(member: Member, *, role: Role) -> Member:
    """Give a member another role; the last owner stays one (ValidationError)."""
    if role != Role.OWNER:
        keep_an_owner(member)
    member.role = role
    member.save(update_fields=["role"])
    return member


@transaction.atomic
def remove_member(member: Member) -> None:
    """Take a person out of the workspace; the last owner stays (ValidationError)."""
    keep_an_owner(member)
    member.delete()


def keep_an_owner(member: Member) -> None:
    """Refuse to leave a workspace that nobody owns. The lock makes two owners who leave at once queue."""
    Workspace.objects.select_for_update().get(pk=member.workspace_id)
    others = Member.objects.filter(workspace=member.workspace_id, role=Role.OWNER).exclude(pk=member.pk)
    if member.role == Role.OWNER and not others.exists():
        raise ValidationError("A workspace needs an owner. Make somebody else an owner first.", code="last_owner")
