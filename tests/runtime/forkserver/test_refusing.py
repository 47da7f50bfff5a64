"""Each rule that keeps a plugin from being forked, with its reason; what is refused runs all the same."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.companion import __file__ as companion
from runtime.forkserver import Forking, ForkOptions
from runtime.forkserver.pool import key_of
from runtime.forkserver.refusing import Known, Surroundings, environment_differs, folder_differs
from runtime.spawning import Launch, Origin
from tests.runtime.forkserver.programs import launch_of, program, ran

KNOWN = Known(
    packages={"dify-plugin": "0.10.2", "pydantic": "2.11"},
    strange=("_virtualenv.py",),
    modules=frozenset({"dify_plugin", "pydantic", "queue"}),
    sought=frozenset({"brotli"}),
    paths=frozenset({"_virtualenv.pth"}),
)
SITE = frozenset({"_virtualenv.py", "_virtualenv.pth", "pydantic", "dify_plugin"})


def origin(**packages: str) -> Origin:
    held = {"dify-plugin": "0.10.2", "pydantic": "2.11", "numpy": "2.0"} | {
        n.replace("_", "-"): v for n, v in packages.items()
    }
    return Origin(Path("p"), Path("s"), "3.12", "base", held, "main", ())


def around(*site: str, without: str = "", modules=(), folders=(), pydantic=()) -> Surroundings:
    return Surroundings(SITE - {without} | set(site), frozenset(pydantic), frozenset(modules), frozenset(folders))


def test_what_has_the_same_of_all_that_is_loaded_may_be_forked():
    assert environment_differs(KNOWN, origin(), around("numpy")) == ""
    assert folder_differs(KNOWN, around(modules={"main", "tools"}, folders={"tools", "pydantic"})) == ""


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ((origin(pydantic="2.12"), around()), "its environment has pydantic 2.12, the fork-server has loaded 2.11"),
        ((Origin(Path(), Path(), "", "", {}, "main", ()), around()), "is loaded in the fork-server, and is not in its"),
        ((origin(), around(without="_virtualenv.py")), "_virtualenv.py is loaded in the fork-server"),
        ((origin(), around("brotli.cpython-312.so")), "its SDK would use brotli of its environment"),
        ((origin(), around(without="_virtualenv.pth")), "_virtualenv.pth has run in the fork-server"),
        ((origin(), around(pydantic={"logfire-3.dist-info"})), "logfire-3.dist-info extends pydantic"),
    ],
)
def test_environments_that_differ(given, why):
    assert why in environment_differs(KNOWN, *given)


def test_modules_of_its_own_that_stand_before_others():
    assert folder_differs(KNOWN, around(modules={"queue"})).startswith("its own module queue takes the place")
    assert folder_differs(KNOWN, around(modules={"brotli"})).startswith("its own module brotli")
    assert folder_differs(KNOWN, around(folders={"brotli"})).startswith("its own folder brotli")


def test_what_must_be_alike_for_one_fork_server():
    """The Python build, the SDK, the level of trust, the patches, and what an interpreter reads as it starts."""
    one = Origin(Path("p"), Path("s"), "3.12", "base", {}, "main", ("cancel",), "verified")
    launch = Launch([], Path(), {"LANG": "C.UTF-8", "HOME": "a"}, one)
    key = key_of(launch, one)
    assert key == key_of(Launch([], Path("b"), {"LANG": "C.UTF-8", "HOME": "b"}, one), one)
    other = {"interpreter": "3.13", "packages": {"dify-plugin": "0.9.0"}, "trust": "", "patches": ()}
    for name, value in other.items():
        values = {field: getattr(one, field) for field in Origin.__slots__} | {name: value}
        assert key != key_of(launch, Origin(**values))
    assert key != key_of(Launch([], Path(), {"LANG": "de_DE.UTF-8"}, one), one)
    assert key != key_of(Launch([], Path(), {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}, one), one)


async def test_what_is_refused_runs_by_itself(forking, tmp_path):
    shadowing = launch_of(
        program(tmp_path / "shadowing", "import dify_plugin\nprint('up', flush=True)", requests="x = 1")
    )
    done = await ran(forking, shadowing)
    assert done.how == "a process of its own: its own module requests takes the place of one that the SDK loads"
    nameless = await ran(forking, Launch(shadowing.argv, shadowing.folder, shadowing.environment))
    assert nameless.how == "a process of its own: it is started by a command of its own"


async def test_what_a_workspace_wants_by_itself_is_not_forked(forking, tmp_path):
    launch = launch_of(program(tmp_path / "alone", "import dify_plugin\n"))
    done = await ran(forking, replace(launch, alone=True))
    assert done.how == "a process of its own: a workspace wants it so (How they run)"
    assert "forked" in (await ran(forking, launch)).how


async def test_plugins_that_are_named_stay_apart(tmp_path):
    forking = Forking(ForkOptions(apart=frozenset({"patchbay/echo"})))
    launch = launch_of(program(tmp_path / "named", "import dify_plugin\n"), plugin="patchbay/echo:0.0.1@abc")
    assert "PLUGIN_FORK_SERVER_NOT" in (await ran(forking, launch)).how
    await forking.close()


async def test_a_fork_server_that_cannot_start_says_why_and_is_not_tried_at_once_again(forking, tmp_path):
    folder = program(tmp_path / "odd", "print('up')\n")
    launch = launch_of(folder)
    assert launch.origin is not None
    bad = Origin(
        **{name: getattr(launch.origin, name) for name in Origin.__slots__} | {"python": Path("/nowhere/python")}
    )
    first = await ran(forking, Launch(launch.argv, folder, launch.environment, bad))
    assert "the fork-server does not start: cannot run /nowhere/python" in first.how
    ((_, why),) = forking.broken.values()
    assert why in (await ran(forking, Launch(launch.argv, folder, launch.environment, bad))).how


CHECK = """
import os, socket, sys, threading, time
sys.path.append({path!r})
from companion import forking
{before}
try:
    forking.check(set())
except forking.CannotFork as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ("", ""),
        ("threading.Thread(target=time.sleep, args=(5,), daemon=True).start()", "it has 2 threads"),
        ("one = socket.socket()", "it has opened a socket"),
        ("one = os.pipe()", "it has opened a pipe"),
        ("one = open('/etc/hostname')", "it has opened /etc/hostname"),
        ("one = open('/dev/null'), open('/dev/urandom')", ""),
    ],
)
def test_a_process_is_forked_only_where_nothing_is_copied_by_half(before, why):
    text = CHECK.format(path=str(Path(companion).parent.parent), before=before)
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == why


async def test_what_the_sdk_has_not_loaded_may_be_another_version(forking, tmp_path):
    launch = launch_of(program(tmp_path / "short", "import dify_plugin\n"))
    assert launch.origin is not None
    other = replace(launch, origin=replace(launch.origin, base="another set, equal as far as it is loaded"))
    assert (await ran(forking, launch)).how.startswith("forked")
    assert (await ran(forking, other)).how.startswith("forked")
    assert forking.started == 1


async def test_none_is_started_for_what_no_fork_server_will_do_for(forking, tmp_path):
    launch = launch_of(program(tmp_path / "short", "import dify_plugin\n"))
    assert launch.origin is not None
    site = tmp_path / "site"
    (site / "plug-1.0.dist-info").mkdir(parents=True)
    for entry in launch.origin.site.iterdir():
        (site / entry.name).symlink_to(entry)
    (site / "plug-1.0.dist-info" / "entry_points.txt").write_text("[pydantic]\nplug = plug\n")
    done = await ran(forking, replace(launch, origin=replace(launch.origin, site=site)))
    assert done.how == "a process of its own: plug-1.0.dist-info extends pydantic as it is imported"
    assert forking.started == 0


async def test_one_that_does_not_fit_its_own_environment_is_not_started_for_each(forking, tmp_path):
    launch = launch_of(program(tmp_path / "short", "import dify_plugin\n"))
    assert launch.origin is not None
    packages = {name: version for name, version in launch.origin.packages.items() if name != "click"}
    lacking = replace(launch, origin=replace(launch.origin, packages=packages))
    for _ in range(3):
        assert "click is loaded in the fork-server" in (await ran(forking, lacking)).how
    assert forking.started == 1
    assert (await ran(forking, launch)).how.startswith("forked")
    assert forking.started == 1
