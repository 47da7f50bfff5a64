"""How many processors this process may use: what its container or service was given, which may be less than the machine has."""

import math
import os
from collections.abc import Iterator

from runtime import cgroups


def processors() -> int:
    """A part of one counts as one."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min([there, *map(math.ceil, quotas())])


def quotas() -> Iterator[float]:
    """Seconds of processor time for each second, of each control group that has such a limit."""
    for group in cgroups.own_groups():
        quota, _, period = cgroups.read(group / "cpu.max").strip().partition(" ")
        if quota.isdigit() and period.isdigit():
            yield int(quota) / int(period)
