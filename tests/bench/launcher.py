"""What the launcher adds to the start of a program: `python -m tests.bench.launcher`. A measurement on an idle machine.

It ends with status 1 where that is more than it may be: an import that does not belong costs this much.
"""

import subprocess
import sys
import time

from runtime.launcher import wrap

MOST_MS = 20.0  # or, where Python itself is slow to start,
MOST_TIMES = 2.5  # times as long as a bare one
ROUNDS = 30


def took(argv: list[str]) -> float:
    """Milliseconds of one run."""
    started = time.perf_counter()
    subprocess.run(argv, check=True)
    return (time.perf_counter() - started) * 1000


def main() -> int:
    bare = sorted(took([sys.executable, "-I", "-S", "-c", "pass"]) for _ in range(ROUNDS))
    launched = sorted(took(wrap(["/bin/true"])) for _ in range(ROUNDS))
    for name, times in (("bare Python", bare), ("launched program", launched)):
        print(f"{name:18} best {times[0]:6.1f} ms   median {times[ROUNDS // 2]:6.1f} ms")
    most = max(MOST_MS, MOST_TIMES * bare[0])
    print(f"at most {most:.1f} ms: {'held' if launched[0] <= most else 'missed'}")
    return int(launched[0] > most)


if __name__ == "__main__":
    sys.exit(main())
