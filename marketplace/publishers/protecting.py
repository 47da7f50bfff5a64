"""Names that nobody may take by looking like somebody else: protected ones, other publishers', well-known plugins'.

What is protected is refused to everybody but staff. What looks like a publisher or a plugin that is here is refused, shown
to the reviewer of the first submission, or let through, as the setting LOOKALIKES says.
"""

from django.conf import settings

from marketplace.models import Organization, Plugin, User
from marketplace.publishers.errors import Refused
from marketplace.publishers.likeness import alike, claims

REFUSE, QUEUE, ALLOW = "refuse", "queue", "allow"


def check_organization(handle: str, name: str, *, by: User | None) -> None:
    """Raises Refused if the handle or the name of a new publisher would be taken for somebody else's."""
    if by is not None and by.is_staff:
        return
    for text in (handle, name):
        if protected := protected_by(text):
            raise Refused(
                "protected_name",
                f"{text} looks like {protected}, which is protected here. Choose another name, or ask whoever runs this "
                "marketplace to make the organization for you.",
            )
    if settings.LOOKALIKES == REFUSE and (other := like_organization(handle, name)):
        raise Refused(
            "lookalike_organization",
            f"{handle} looks like {other}, who publishes here already. Choose a name that nobody mixes up with it.",
        )


def protected_by(text: str) -> str:
    """The protected name that this one passes itself off as, "" if none."""
    return next((known for known in settings.PROTECTED_NAMES if claims(text, known)), "")


def like_organization(handle: str, name: str = "") -> str:
    """The handle of another publisher that this one would be taken for, "" if none."""
    others = Organization.objects.exclude(handle=handle).filter(closed_at=None).values_list("handle", "name")
    for known, title in others.iterator():
        if alike(handle, known) or (name and title and alike(name, title)):
            return known
    return ""


def like_plugin(organization: Organization, name: str, label: str = "") -> str:
    """The id of somebody else's well-installed plugin that a new one would be taken for, "" if none."""
    known = Plugin.objects.filter(install_count__gte=settings.LOOKALIKE_INSTALLS).exclude(organization=organization)
    for plugin_id, other, labels in known.order_by("-install_count").values_list("plugin_id", "name", "label"):
        if alike(name, other) or (label and alike(label, labels.get("en_US", ""))):
            return plugin_id
    return ""


def check_new_plugin(organization: Organization, name: str, label: str = "") -> str:
    """Why a reviewer should look at the name of a plugin's first submission, "" if there is no reason.

    Raises Refused where look-alikes are refused, and for protected names.
    """
    if settings.LOOKALIKES == ALLOW:
        return ""
    reason = likeness_of(organization, name, label)
    if reason and settings.LOOKALIKES == REFUSE:
        raise Refused("lookalike_plugin", f"{reason} Choose a name that nobody mixes up with it.")
    return reason


def likeness_of(organization: Organization, name: str, label: str) -> str:
    exempt = organization.standing == Organization.Standing.OFFICIAL or organization.verified_at is not None
    if not exempt and (protected := protected_by(name) or protected_by(label)):
        return f"{name} looks like {protected}, which is protected here."
    if not exempt and (handle := like_organization(organization.handle, organization.name)):
        return f"The publisher {organization.handle} looks like {handle}."
    if other := like_plugin(organization, name, label):
        return f"{name} looks like {other}, which many have installed."
    return ""
