"""What runs in a plugin's interpreter beside its SDK. It knows nothing of the host and imports only the standard library."""

from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
ROOM = "." * 500  # bytes of its arguments that a fork-server leaves to the names of its children


def wrap(python: str, entrypoint: str, patches: Sequence[str]) -> list[str]:
    """The command line of a plugin: `<python> -m <entrypoint>`, with these patches of its SDK in memory if there are any."""
    if not patches:
        return [python, "-m", entrypoint]
    return [python, str(HERE / "run.py"), ",".join(patches), entrypoint]


def fork_server(python: str, patches: Sequence[str], control: int) -> list[str]:
    """The command line of a fork-server for plugins with these patches; `control`: descriptor of its socket."""
    return [python, str(HERE / "run.py"), ",".join(patches), "", str(control), ROOM]
