"""Installations from a warm cache, of official plugins: `make bench FIGURES=installs PLUGINS=folder`.

The cache is filled first and kept between runs in BENCH_CACHE (default: build/bench); BENCH_MOST takes only so many plugins,
spread over all. Beside it stands what a host does that gives each plugin an environment of its own: `uv venv`, `uv sync`,
`python -m compileall`, from the same cache.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from marketplace.difypkg import write_package
from runtime import environment
from runtime.environment import EnvironmentFailed, EnvironmentOptions
from runtime.environment.interpreter import probe
from tests import sdk
from tests.bench.frame import Row, Work
from tests.bench.served import Served
from tests.places import BUILD

AIM, DISK = 0.3, 5 << 20
PLAINLY = 16  # plugins that are also installed plainly: each takes seconds
SERVED = 12  # plugins that are installed on a server, from the request to the first heartbeat


@dataclass(frozen=True)
class Place:
    """Environments, and the cache that they are linked from."""

    options: EnvironmentOptions

    def build(self, folder: Path) -> str:
        """Its name; "" when it cannot be built here."""
        try:
            return environment.build(folder, self.options, progress=lambda _: None, marker=sdk.MARKER).key
        except EnvironmentFailed:
            return ""

    def empty(self) -> None:
        """As before the first installation; what was tried and compiled is known, as it is with a warm cache."""
        for path in self.options.root.iterdir():
            if path.is_dir() and path.name != ".verified":
                shutil.rmtree(path)


def measure(work: Work) -> list[Row]:
    if work.official is None:
        return [Row("installations from a warm cache", "", "", "name a folder: PLUGINS=…")]
    place = place_of(Path(os.environ.get("BENCH_CACHE", BUILD / "bench")))
    folders = [path.parent for path in sorted(work.official.glob("*/*/manifest.yaml"))]
    folders = spread(folders, int(os.environ.get("BENCH_MOST", "0")) or len(folders))
    good = [folder for folder in folders if place.build(folder)]
    place.empty()
    keys: list[str] = []
    first = timed(good, lambda folder: keys.append(place.build(folder)))
    again = timed(good, place.build)
    few = spread(good, PLAINLY)
    by_folder = dict(zip(good, first, strict=True))
    plain = timed(few, lambda folder: install_plainly(folder, work.folder / "by-hand", place.options))
    facts = [found.facts for key in set(keys) if (found := environment.find(key, place.options))]
    own = [int(one["own_size"]) for one in facts]
    copied = sum(int(one["size"]) for one in facts) / len(facts)
    served = install_served(work, spread(good, SERVED), place.options)
    return [
        Row(
            f"environment from a warm cache, {len(good)} of {len(folders)} plugins",
            f"{told(plain)} ({len(few)} of them; ours for these: {median(by_folder[one] for one in few):.3f} s)",
            told(first),
            f"median ≤ {AIM} s",
            median(first) <= AIM,
        ),
        Row("the same again, its lock known", "as above", told(again), f"median ≤ {AIM} s", median(again) <= AIM),
        Row("environments for these plugins", str(len(good)), str(len(set(keys)))),
        Row(
            "disk for one more environment",
            f"{copied / (1 << 20):.0f} MiB copied",
            f"{sum(own) / len(own) / (1 << 20):.2f} MiB",
            "≤ 5 MiB",
            sum(own) / len(own) <= DISK,
        ),
        Row(f"from the request to installed, {len(served[0])} plugins", "", told(served[0])),
        Row("uninstalled and installed again", "", told(served[1]), f"median ≤ {AIM} s", median(served[1]) <= AIM),
    ]


def place_of(folder: Path) -> Place:
    options = sdk.options(root=folder / "environments-of-bench", cache=folder / "uv-cache", python=environment.usual())
    options.root.mkdir(parents=True, exist_ok=True)
    return Place(options)


def spread(folders: list[Path], most: int) -> list[Path]:
    """So many of them, at even distances."""
    count = min(most, len(folders))
    return [folders[at * len(folders) // count] for at in range(count)]


def timed(folders: list[Path], work: Callable[[Path], object]) -> list[float]:
    seconds = []
    for folder in folders:
        began = time.perf_counter()
        work(folder)
        seconds.append(time.perf_counter() - began)
    return seconds


def told(seconds: list[float]) -> str:
    p90 = quantiles(seconds, n=10)[-1] if len(seconds) > 1 else seconds[0]
    return f"median {median(seconds):.3f} s, p90 {p90:.3f} s, worst {max(seconds):.2f} s"


def install_plainly(folder: Path, place: Path, options: EnvironmentOptions) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in ("pyproject.toml", "uv.lock"):
        shutil.copy(folder / name, place / name)
    python, uv = probe(options.python), options.uv_binary()
    assert python is not None
    world = {"PATH": os.environ["PATH"], "UV_CACHE_DIR": str(options.cache), "UV_PYTHON_DOWNLOADS": "never"}
    world |= dict(options.environ)
    steps = (
        [uv, "venv", "--quiet", "--python", python.path],
        [uv, "sync", "--quiet", "--frozen", "--no-dev", "--no-install-project"],
        [".venv/bin/python", "-m", "compileall", "-q", "-f", "-j", "0", ".venv/lib"],
    )
    for step in steps:
        # some files of packages are not for this Python: compileall says so by its status
        subprocess.run(step, cwd=place, env=world, check=step[0] == uv, capture_output=True)


def install_served(work: Work, folders: list[Path], options: EnvironmentOptions) -> tuple[list[float], list[float]]:
    """Seconds from the request until the task says success, which is after the first heartbeat: the first time, and again."""
    # they are packed here, so nobody has signed them
    policy = {"ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES": "false"}
    server = work.server("installs", "run", PLUGIN_CACHE_PATH=str(options.cache), **policy)
    packages = []
    for number, folder in enumerate(folders):
        target = work.folder / f"{number}.difypkg"
        with write_package(folder, target):
            packages.append(server.api.upload(target))
    first = [install_on(server, identifier) for identifier in packages]
    for identifier in packages:
        uninstall_on(server, identifier)
    return first, [install_on(server, identifier) for identifier in packages]


def install_on(server: Served, identifier: str) -> float:
    api, began = server.api, time.perf_counter()
    body = {"plugin_unique_identifiers": [identifier], "source": "package", "metas": [{}]}
    task = api.data(api.http.post(api.path("management/install/identifiers"), json=body))
    while (state := api.data(api.http.get(api.path(f"management/install/tasks/{task['task_id']}"))))[
        "status"
    ] != "success":
        if state["status"] == "failed":
            raise SystemExit(f"{identifier}: {state['plugins'][0]['message']}")
        time.sleep(0.01)
    return time.perf_counter() - began


def uninstall_on(server: Served, identifier: str) -> None:
    path = server.api.path("management/list")
    rows = server.api.data(server.api.http.get(path, params={"page": 1, "page_size": 256}))["list"]
    row = next(one for one in rows if one["plugin_unique_identifier"] == identifier)
    body = {"plugin_installation_id": row["id"]}
    server.api.data(server.api.http.post(server.api.path("management/uninstall"), json=body))
