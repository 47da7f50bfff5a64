"""Why a host cannot answer a reverse call."""

from runtime.errors import RuntimeFault


class HostFault(RuntimeFault):
    """The message is for the author of the plugin that called."""
