"""Where a run of the tests keeps its data, and the settings that it must not take over from whoever starts it."""

import ast
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
RUNS = BUILD / "test-runs"
CACHE = BUILD / "test-cache"
SETTINGS = ROOT / "marketplace" / "settings.py"
READERS = {"text", "integer", "flag", "listing", "mapping", "span"}
# how this machine reaches the package registry is not ours to forget
KEPT = {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"}
KEPT |= {"PIP_MIRROR_URL", "PIP_EXTRA_INDEX_URLS"}
RUN = "PATCHBAY_TEST_RUN"


@cache
def reads() -> tuple[ast.Call, ...]:
    """Where marketplace/settings.py reads an environment variable: calls with its name, and mostly a default."""
    calls = [node for node in ast.walk(ast.parse(SETTINGS.read_text())) if isinstance(node, ast.Call)]
    return tuple(call for call in calls if isinstance(call.func, ast.Name) and call.func.id in READERS)


def name_of(read: ast.Call) -> str:
    assert isinstance(read.args[0], ast.Constant)
    return str(read.args[0].value)


@cache
def variables() -> frozenset[str]:
    """The environment variables that marketplace/settings.py reads."""
    return frozenset(map(name_of, reads()))


def clean_environment(**changes: str) -> dict[str, str]:
    """This process's environment without any of our settings, and then `changes`."""
    ours = (variables() - KEPT) | {"DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE", RUN}
    return {name: value for name, value in os.environ.items() if name not in ours} | changes


def run_folder() -> Path:
    """The folder of this run: made by its first process, inherited by the others (xdist's workers)."""
    if inherited := os.environ.get(RUN):
        return Path(inherited)
    RUNS.mkdir(parents=True, exist_ok=True)
    for old in RUNS.iterdir():
        if not alive(old):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=RUNS))
    os.environ[RUN] = str(folder)
    return folder


def alive(run: Path) -> bool:
    """Whether the process that made the folder of a run still lives."""
    pid = run.name.partition("-")[0]
    return pid.isdigit() and Path("/proc", pid).exists()


def worker() -> str:
    """The name of this process among those of the run: gw0, gw1 … under xdist."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def own_folder() -> Path:
    """A folder of this process alone."""
    folder = run_folder() / worker()
    folder.mkdir(exist_ok=True)
    return folder


def new_folder() -> Path:
    """An empty folder below `own_folder`; its name is short, and not used again in this run."""
    return Path(tempfile.mkdtemp(prefix="h", dir=own_folder()))
