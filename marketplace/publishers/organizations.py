"""Organizations: who publishes under which name, and who may do what for them."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from marketplace import auditing
from marketplace.models import Organization, Publisher, UploadToken, User
from marketplace.publishers.errors import NotAllowed, Refused
from marketplace.publishers.protecting import check_organization

HANDLE = re.compile(r"[a-z0-9_-]{2,64}\Z")
RESERVED = frozenset({"new", "api", "admin", "plugins", "submissions", "releases", "offers", "claims"})
Role = Publisher.Role


@dataclass(frozen=True, slots=True)
class Post:
    """What a person is to an organization: one of its people, or staff who look after all of them."""

    organization: Organization
    role: str  # "owner" | "member" | "staff"

    @property
    def governs(self) -> bool:
        """May change people, tokens, trusted jobs, and give plugins away."""
        return self.role in (Role.OWNER, "staff")

    @property
    def publishes(self) -> bool:
        """May hand in packages and steer releases."""
        return self.role in (Role.OWNER, Role.MEMBER)


def role_in(user: User | AnonymousUser, organization: Organization) -> str:
    """ "owner", "member", or "" for everybody else."""
    if not user.is_authenticated:
        return ""
    found = Publisher.objects.filter(organization=organization, user=user).values_list("role", flat=True).first()
    return found or ""


def organizations_of(user: User) -> QuerySet[Organization]:
    """Those that the person publishes for, open ones first."""
    return Organization.objects.filter(publishers__user=user).order_by("closed_at", "handle")


def access(user: User | AnonymousUser, handle: str) -> Post:
    """What the person is to the organization. Strangers get Http404, as if there were no page."""
    organization = Organization.objects.filter(handle=handle).first()
    if organization is None or not user.is_authenticated:
        raise Http404
    role = role_in(user, organization) or ("staff" if user.is_staff else "")
    if not role:
        raise Http404
    return Post(organization, role)


def create_organization(*, handle: str, name: str, by: User, about: str = "") -> Organization:
    """A new publisher, owned by who makes it. Raises Refused: the handle is no handle, taken, or looks like another."""
    check_handle(handle)
    check_organization(handle, name, by=by)
    try:
        with transaction.atomic():
            made = Organization.objects.create(handle=handle, name=name.strip() or handle, about=about.strip())
            Publisher.objects.create(organization=made, user=by, role=Role.OWNER)
            auditing.record("organization.create", handle, by=by, after={"name": made.name})
    except IntegrityError:
        raise Refused("handle_taken", f"{handle} is taken. Choose another handle.") from None
    return made


def check_handle(handle: str) -> None:
    if not HANDLE.match(handle) or is_uuid(handle):
        raise Refused(
            "handle", "A handle has 2 to 64 small letters, digits, - or _. It is the author in your plugins’ manifests."
        )
    if handle in RESERVED:
        raise Refused("handle_taken", f"{handle} is a word of this site. Choose another handle.")


def is_uuid(text: str) -> bool:
    """Authors that look like a UUID are kept for plugins that are being debugged."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def change_organization(organization: Organization, *, by: User, **fields: str) -> Organization:
    """Set name, about, website or contact. The handle stays: packages that people have name it."""
    before = {name: getattr(organization, name) for name in fields}
    if fields.get("name", organization.name) != organization.name:
        check_organization(organization.handle, fields["name"], by=by)
    for name, value in fields.items():
        setattr(organization, name, value.strip())
    with transaction.atomic():
        organization.save(update_fields=list(fields))
        auditing.record("organization.change", organization.handle, by=by, before=before, after=fields)
    return organization


@transaction.atomic
def add_person(organization: Organization, *, email: str, role: str, by: User) -> Publisher:
    """Let a person who has an account publish for the organization. Raises Refused: unknown, or there already."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise Refused(
            "unknown_person", "Nobody with this address has an account here yet. Send them the link to sign up."
        )
    made, is_new = Publisher.objects.get_or_create(organization=organization, user=user, defaults={"role": role})
    if not is_new:
        raise Refused("present", f"{user} is already one of your people.")
    auditing.record("organization.person.add", organization.handle, by=by, after={"email": user.email, "role": role})
    return made


@transaction.atomic
def change_person(person: Publisher, *, role: str, by: User) -> Publisher:
    """Make somebody an owner or a member; the last owner stays one (Refused)."""
    if role != Role.OWNER:
        keep_an_owner(person)
    before, person.role = person.role, role
    person.save(update_fields=["role"])
    auditing.record(
        "organization.person.role",
        person.organization.handle,
        by=by,
        before={"email": person.user.email, "role": before},
        after={"email": person.user.email, "role": role},
    )
    return person


@transaction.atomic
def remove_person(person: Publisher, *, by: User) -> None:
    """Take somebody out, and their tokens with them; the last owner stays (Refused)."""
    keep_an_owner(person)
    tokens = UploadToken.objects.filter(organization=person.organization, made_by=person.user, revoked_at=None)
    count = tokens.update(revoked_at=timezone.now())
    before = {"email": person.user.email, "role": person.role}
    auditing.record(
        "organization.person.remove", person.organization.handle, by=by, before=before, after={"tokens_revoked": count}
    )
    person.delete()


def keep_an_owner(person: Publisher) -> None:
    """Refuse to leave an organization without an owner. The lock makes two owners who leave at once queue."""
    Organization.objects.select_for_update().get(pk=person.organization_id)
    others = Publisher.objects.filter(organization=person.organization_id, role=Role.OWNER).exclude(pk=person.pk)
    if person.role == Role.OWNER and not others.exists():
        raise Refused("last_owner", "An organization needs an owner. Make somebody else an owner first.")


@transaction.atomic
def close_organization(organization: Organization, *, by: User) -> Organization:
    """Publish nothing more under this name: tokens end, plugins that are listed stay as they are."""
    if role_in(by, organization) != Role.OWNER and not by.is_staff:
        raise NotAllowed("not_owner", "Only an owner may close an organization.")
    now = timezone.now()
    organization.closed_at = now
    organization.save(update_fields=["closed_at"])
    organization.tokens.filter(revoked_at=None).update(revoked_at=now)
    auditing.record("organization.close", organization.handle, by=by)
    return organization


@transaction.atomic
def reopen_organization(organization: Organization, *, by: User) -> Organization:
    """Publish again under this name; tokens must be made anew."""
    organization.closed_at = None
    organization.save(update_fields=["closed_at"])
    auditing.record("organization.reopen", organization.handle, by=by)
    return organization
