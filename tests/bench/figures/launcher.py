"""What the launcher adds to the start of a program: an import that does not belong costs this much."""

import subprocess
import sys
import time

from runtime.launcher import wrap
from tests.bench.frame import Row, Work

MOST_MS = 20.0  # or, where Python itself is slow to start,
MOST_TIMES = 2.5  # times as long as a bare one
ROUNDS = 30


def took(argv: list[str]) -> float:
    """Milliseconds of one run."""
    started = time.perf_counter()
    subprocess.run(argv, check=True)
    return (time.perf_counter() - started) * 1000


def measure(work: Work) -> list[Row]:
    bare = sorted(took([sys.executable, "-I", "-S", "-c", "pass"]) for _ in range(ROUNDS))
    launched = sorted(took(wrap(["/bin/true"])) for _ in range(ROUNDS))
    most = max(MOST_MS, MOST_TIMES * bare[0])
    plain, ours = (f"best {times[0]:.1f}, median {times[ROUNDS // 2]:.1f} ms" for times in (bare, launched))
    return [Row("launched program beside bare Python", plain, ours, f"best ≤ {most:.1f} ms", launched[0] <= most)]
