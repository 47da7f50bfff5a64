"""The daemon's address for a workspace's debugging key (protocol.md 4.1), and ours to renew and revoke it."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from debugging import keys
from runtime.errors import NotFound
from runtime.management.workspace import WorkspaceView


class KeyView(WorkspaceView):
    """One act on a workspace's key."""

    act = "fetch"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not settings.PLUGIN_REMOTE_INSTALLING_ENABLED:
            raise NotFound("debugging is switched off here (PLUGIN_REMOTE_INSTALLING_ENABLED)")

    def post(self, request: Request, workspace_id: str) -> Response:
        if self.act == "revoke":
            return Response(keys.revoke(workspace_id) > 0)
        renew = self.act == "rotate"
        row = keys.rotate(workspace_id, made_by="", lifetime=keys.LIFETIME) if renew else keys.fetch(workspace_id)
        return Response({"key": keys.text_of(row)})
