"""Claims of a namespace: who an organization is, with what proves it; staff decide, and the pages then say *verified*."""

from django.db import transaction
from django.utils import timezone

from marketplace import auditing
from marketplace.models import NamespaceClaim, Organization, User
from marketplace.publishers.errors import NotAllowed, Refused

State = NamespaceClaim.State


@transaction.atomic
def claim(organization: Organization, *, evidence: str, by: User) -> NamespaceClaim:
    """Ask to be verified. Raises Refused: it is verified, or a claim is open."""
    if organization.verified_at:
        raise Refused("verified", f"{organization} is verified already.")
    if organization.claims.filter(state=State.OPEN).exists():
        raise Refused("claim_open", "Your claim has not been answered yet.")
    auditing.record("organization.claim", organization.handle, by=by, after={"evidence": evidence})
    return NamespaceClaim.objects.create(organization=organization, evidence=evidence.strip(), made_by=by)


@transaction.atomic
def decide(found: NamespaceClaim, *, grant: bool, answer: str, by: User) -> NamespaceClaim:
    """Grant or refuse a claim, as staff with no part in the organization. Raises NotAllowed, Refused."""
    if not by.is_staff:
        raise NotAllowed("not_staff", "Only staff of this marketplace decide on claims.")
    if found.organization.publishers.filter(user=by).exists():
        raise NotAllowed("own_claim", "You publish for this organization. Somebody else must decide.")
    changes = {
        "state": State.GRANTED if grant else State.REFUSED,
        "answer": answer.strip(),
        "decided_by": by,
        "decided_at": timezone.now(),
    }
    if not NamespaceClaim.objects.filter(pk=found.pk, state=State.OPEN).update(**changes):
        raise Refused("claim_decided", "Somebody has decided on this claim already.")
    if grant:
        Organization.objects.filter(pk=found.organization_id).update(verified_at=timezone.now())
    auditing.record("organization.claim.decide", found.organization.handle, by=by, after={"granted": grant})
    found.refresh_from_db()
    return found


@transaction.atomic
def set_standing(organization: Organization, *, standing: str, by: User) -> Organization:
    """What releases of this publisher are signed as, unless a decision says otherwise."""
    if not by.is_staff:
        raise NotAllowed("not_staff", "Only staff of this marketplace set a publisher’s standing.")
    before, organization.standing = organization.standing, standing
    organization.save(update_fields=["standing"])
    auditing.record(
        "organization.standing", organization.handle, by=by, before={"standing": before}, after={"standing": standing}
    )
    return organization
