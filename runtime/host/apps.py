"""Apps of the workspace, called by plugins."""

from collections.abc import AsyncGenerator
from typing import Any

from runtime.host.faults import HostFault
from runtime.session import Session


def invoke(_session: Session, _kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    raise HostFault(f"there is no app {request['app_id']} in this workspace")


def describe(_session: Session, _kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    raise HostFault(f"there is no app {request['app_id']} in this workspace")
