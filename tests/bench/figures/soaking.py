"""The host's memory over many calls of all kinds; make soak does it with a million."""

from tests.bench.frame import Row, Work
from tests.bench.soak import growth, is_flat, soak

CALLS = 20_000


def measure(work: Work) -> list[Row]:
    samples = list(soak(work.one, CALLS, seconds=2.0))
    base, grown = growth(samples, CALLS)
    ours = f"{grown:+.1f} MiB"
    return [Row(f"memory over {samples[-1].calls:,} calls", f"{base:.0f} MiB", ours, "flat", is_flat(base, grown))]
