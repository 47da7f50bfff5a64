"""Who somebody is to a submission: its publisher, a reviewer without a stake in it, staff, or the program itself."""

from enum import Flag, auto

from django.db.models import Q

from marketplace.models import Publisher, Submission, User


class Who(Flag):
    """Sides of a submission. One person may be on several; a publisher is never its reviewer."""

    NOBODY = 0
    PUBLISHER = auto()
    REVIEWER = auto()
    STAFF = auto()
    SYSTEM = auto()


def is_publisher(user: User, submission: Submission) -> bool:
    """Whether the person belongs to the organization that hands it in."""
    return Publisher.objects.filter(organization=submission.organization_id, user=user).exists()


def has_stake(user: User, submission: Submission) -> bool:
    """Whether the person must not decide: of the organization, or has ever handed something in for it."""
    if submission.made_by_id == user.pk or is_publisher(user, submission):
        return True
    own = Q(organization=submission.organization_id) | Q(plugin_id=submission.plugin_id)
    return Submission.objects.filter(own, made_by=user).exists()


def reviews(user: User) -> bool:
    """Whether the person is a reviewer at all."""
    return user.is_active and (user.is_reviewer or user.is_superuser)


def governs(user: User) -> bool:
    return user.is_active and (user.is_staff or user.is_superuser)


def sides(user: User | None, submission: Submission) -> Who:
    """All that the person is to this submission; nobody at all is the program."""
    if user is None:
        return Who.SYSTEM
    if not user.is_active:
        return Who.NOBODY
    found = Who.PUBLISHER if is_publisher(user, submission) else Who.NOBODY
    if reviews(user) and not has_stake(user, submission):
        found |= Who.REVIEWER
    return found | Who.STAFF if governs(user) else found
