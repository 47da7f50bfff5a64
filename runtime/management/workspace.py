"""What all addresses of a workspace in the daemon's API share."""

from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from runtime.auth import OwnWorkspace, checked_workspace
from runtime.envelope import AnyClient


class WorkspaceView(APIView):
    """Says who may, and that the workspace's id is one."""

    content_negotiation_class = AnyClient
    permission_classes = (IsAuthenticated, OwnWorkspace)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        checked_workspace(kwargs["workspace_id"])
