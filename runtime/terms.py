"""What is asked of a plugin beyond that it runs: when it may sleep, what it starts by, how many of it there may be. Pure."""

from dataclasses import dataclass

APART = "~"  # in no unique identifier


def process_name(unique_identifier: str, workspace: str = "") -> str:
    """What a plugin's processes are known by, on every road: its unique identifier, and the workspace that has its own."""
    return f"{unique_identifier}{APART}{workspace}" if workspace else unique_identifier


def package_of(process: str) -> str:
    """The unique identifier of the package that a process runs."""
    return process.partition(APART)[0]


def owner_of(process: str) -> str:
    """The workspace whose own it is; "" where all share it."""
    return process.partition(APART)[2]


@dataclass(frozen=True, slots=True)
class Terms:
    """Times in seconds.

    `sleep_after`: without a call for so long it is put to sleep; 0: never. `always`: it starts with its node and stays.
    `forced`: somebody has said when it sleeps, so signs of work of its own do not keep it awake.
    `alone`: it starts by its own command line and is forked from nothing.
    """

    sleep_after: float = 0.0
    always: bool = False
    forced: bool = False
    alone: bool = False
    most: int = 1  # instances on its node
    used: float = 0.0  # Unix seconds; when it was last called or installed, as far as is known

    @property
    def on_demand(self) -> bool:
        """Whether it may wait for a call before it starts."""
        return self.sleep_after > 0 and not self.always

    @property
    def why_awake(self) -> str:
        """The sentence for who wonders why it does not sleep."""
        if self.always:
            return "It is to be always on."
        return "" if self.sleep_after else "It is never put to sleep."


@dataclass(frozen=True, slots=True)
class Line:
    """How many callers may wait for one plugin to come up, and for how many seconds each."""

    most: int = 100
    seconds: float = 30.0
