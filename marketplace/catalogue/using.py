"""From the catalogue into a workspace: its package goes to the runtime, whose install sheet asks for consent."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marketplace import keeping
from marketplace.models import Member, Release, User, Workspace
from marketplace.workspaces import GOVERNING
from runtime.errors import RuntimeFault
from runtime.uploading import upload_package

MISSING = gettext_noop("The package of this release is missing in the marketplace's storage. Tell its operator.")


class CannotUse(Exception):
    """A sentence that says why not and what to do."""


def governed_by(user: User) -> list[Workspace]:
    """The workspaces that this person may install in."""
    rows = Member.objects.filter(user=user, role__in=GOVERNING).select_related("workspace").order_by("workspace__name")
    return [row.workspace for row in rows]


def bring(release: Release) -> str:
    """Give the signed package to the runtime; returns the identifier under which it can be installed. Raises CannotUse."""
    if Release.Status.RECALLED in (release.status, release.plugin.status):
        raise CannotUse(_("This plugin was recalled. Its package is no longer handed out."))
    try:
        return upload_package(keeping.read(release.package)).unique_identifier
    except FileNotFoundError as error:
        raise CannotUse(_(MISSING)) from error
    except RuntimeFault as fault:
        raise CannotUse(fault.message) from fault
