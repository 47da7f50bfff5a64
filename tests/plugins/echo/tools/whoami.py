import os
import sys
from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class WhoAmITool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        yield self.create_json_message(
            {
                "pid": os.getpid(),
                "ppid": os.getppid(),
                "pgid": os.getpgid(0),
                "uid": os.getuid(),
                "cwd": os.getcwd(),
                "python": sys.version.split()[0],
                "prefix": sys.prefix,
                "environment": sorted(os.environ),
                "user_id": self.runtime.user_id,
                "credentials": sorted(self.runtime.credentials),
                "credential_type": self.runtime.credential_type.value,
                "session_id": self.session.session_id,
                "conversation_id": self.session.conversation_id,
                "message_id": self.session.message_id,
                "app_id": self.session.app_id,
                "endpoint_id": self.session.endpoint_id,
            }
        )
