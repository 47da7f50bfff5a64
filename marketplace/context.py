"""What every page's frame shows."""

from django.conf import settings
from django.http import HttpRequest

from marketplace.dify.consoles import through
from marketplace.models import User
from marketplace.workspaces import workspaces_of


def navigation(request: HttpRequest) -> dict[str, object]:
    """The reader's workspaces, looked up only when a template shows them; and what links of the catalogue keep."""
    user = getattr(request, "user", None)
    mine = {"my_workspaces": workspaces_of(user)} if isinstance(user, User) else {}
    return {"registration": settings.REGISTRATION, "through": through(request), **mine}
