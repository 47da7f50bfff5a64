"""What a running plugin uses, beside what it may, in words."""

from typing import NamedTuple

from runtime.cluster import PluginState
from runtime.pages.words import in_bytes


class Row(NamedTuple):
    name: str
    text: str
    note: str = ""


def rows_of(state: PluginState | None) -> list[Row]:
    """Nothing for a plugin that does not run here, such as one on a developer's machine."""
    if state is None or not state.pid:
        return []
    use, most = state.use, state.limits
    each = f"in the fullest of its {state.instances} processes" if state.instances > 1 else ""
    memory = int(use.get("memory") or state.memory)
    rows = [
        Row("Memory", of(in_bytes(memory), in_bytes(most["memory"]) if most.get("memory") else ""), each),
        Row("Processor", share(use.get("cpu", 0.0), most.get("cpu", 0.0)), each),
        Row("Processes and threads", of(str(use.get("processes") or 1), str(most.get("processes") or ""))),
        Row("Files and connections", of(str(use.get("descriptors", 0)), str(most.get("descriptors") or ""))),
    ]
    if most.get("disk"):
        rows.append(Row("Files on disk", of(in_bytes(int(use.get("disk", 0))), in_bytes(most["disk"]))))
    return [*rows, who(most)] if most else rows


def of(used: str, most: str) -> str:
    return f"{used} of {most}" if most else used


def share(used: float, most: float) -> str:
    text = f"{used:.0%} of one core"
    return f"{text}, at most {most:.0%}" if most else text


def who(most: dict[str, object]) -> Row:
    if user := most.get("user"):
        return Row("User", f"its own, {user}")
    return Row("User", "that of the host", f"because {most['why']}" if most.get("why") else "")
