"""A plugin that takes more than it may is stopped, alone, with the limit named to its callers; real SDK plugins."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime import environment, guarding, orphans, owners
from runtime.launcher import wrap
from runtime.limits import MIB, Limits, Use, in_words
from runtime.wire import END, GONE, Frame
from tests import places, sdk
from tests.contract.test_life import alive
from tests.programs import SOON, wait_until

ROOT = os.geteuid() == 0
# Users are counted on the whole machine: each of the processes of a run of tests has some of its own.
USER = 58_000 + 20 * int(places.worker().removeprefix("gw") if places.worker() != "main" else 19)


@contextlib.asynccontextmanager
async def glutton(limits: Limits, **options: Any) -> AsyncIterator[Any]:
    log = sdk.Log()
    plugin = sdk.backend("glutton", log, limits=limits, **options)
    await plugin.start()
    try:
        yield plugin
    finally:
        await plugin.stop(0)


@pytest.fixture(params=["plain", "forked"])
async def way(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """Limits hold for a process of its own and for a fork."""
    async with sdk.spawning_by(request.param):
        yield request.param


async def taking(plugin: Any, what: str, amount: int, seconds: float = 20) -> list[Frame]:
    session = sdk.tool("take", provider="glutton", what=what, amount=amount, seconds=seconds)
    async with asyncio.timeout(90):
        return await sdk.frames_of(plugin, session)


def ended(frames: list[Frame]) -> str:
    assert frames[-1][0] == GONE, frames[-1]
    return frames[-1][1].decode()


async def test_too_much_memory_ends_it_and_nobody_else(way):
    async with glutton(Limits(memory=160 * MIB)) as plugin, glutton(Limits(memory=160 * MIB)) as neighbour:
        said = ended(await taking(plugin, "memory", 400))
        assert "It used more than 160 MiB of memory and was stopped." in said
        assert "manage.py limits" in said
        assert plugin.poll() is not None
        assert plugin.diagnose("The plugin ended.").startswith("The plugin ended. It used more than 160 MiB")
        frames = await sdk.frames_of(neighbour, sdk.tool("echo", provider="glutton", text="here"))
        assert frames[-1][0] == END
        assert 5 * MIB < neighbour.ward.use.memory < 160 * MIB


async def test_what_is_too_quick_for_the_watch_has_no_address_space():
    """More in one step than the kernel grants: an error in that call, and the plugin lives."""
    async with glutton(Limits(memory=160 * MIB)) as plugin:
        limits = Path(f"/proc/{plugin.pid}/limits").read_text()
        data = next(line for line in limits.splitlines() if line.startswith("Max data size"))
        assert data.split()[3] == str((160 + 1024) * MIB)


async def test_a_fork_bomb_is_bounded_and_ends_with_all_of_its_children(way):
    marker = f"bomb-{os.getpid()}"
    variables = {"PATH": "/usr/bin:/bin", "INSTALL_METHOD": "local", "PATCHBAY_HOST": marker}
    async with glutton(Limits(processes=40), environment=variables) as plugin:
        frames = await taking(plugin, "children", 300)
        assert "It had more than 40 processes and threads and was stopped." in ended(frames)
        assert len(plugin.ward.known) >= 40
        async with asyncio.timeout(SOON):  # although each was in a session of its own
            while any(alive(one.pid) for one in plugin.ward.known):
                await asyncio.sleep(0.02)
        if way == "plain":  # a fork-server has the mark as well
            assert orphans.sweep(marker) == 0


async def test_a_leak_of_descriptors_is_told(way):
    async with glutton(Limits(descriptors=80)) as plugin:
        frames = await taking(plugin, "descriptors", 500)
        assert b"Too many open files" in frames[-1][1] or "files and connections" in ended(frames)
        async with asyncio.timeout(60):
            await plugin.gone.wait()
        assert "It had all of its 80 files and connections open and was stopped." in plugin.diagnose("")


async def test_a_full_disk_is_its_own(tmp_path):
    variables = {"TMPDIR": str(tmp_path)}
    limits = Limits(disk=40 * MIB, folders=(tmp_path,))
    python = sdk.python_for("glutton")
    environment = {"PATH": f"{python.parent}:/usr/bin:/bin", "INSTALL_METHOD": "local", "PATCHBAY_HOST": sdk.MARKER}
    async with glutton(limits, environment=environment | variables) as plugin:
        plugin.ward.weighed = 0.0
        frames = await taking(plugin, "disk", 200)
        # a single file may not grow beyond it; many files are found by looking
        assert b"File too large" in frames[-1][1]
        assert (tmp_path / "much").stat().st_size <= 40 * MIB
        (tmp_path / "more").write_bytes(bytes(8 * MIB))
        plugin.ward.weighed = 0.0
        async with asyncio.timeout(60):
            await plugin.gone.wait()
        assert "Its folders held more than 40 MiB of files" in plugin.diagnose("")


async def test_use_is_seen():
    async with glutton(Limits(memory=900 * MIB)) as plugin:
        task = asyncio.ensure_future(taking(plugin, "time", 15))
        async with asyncio.timeout(60):
            while (use := plugin.ward.use).cpu < 0.05 or use.memory <= 20 * MIB:  # the last look may be at its start
                await asyncio.sleep(0.05)
        assert use.processes >= 1
        assert use.descriptors >= 3
        assert use.memory > 20 * MIB
    assert ended(await task)


async def test_nothing_is_watched_that_has_ended():
    async with glutton(Limits(memory=900 * MIB)) as plugin:
        assert plugin.ward in guarding.watch.wards
    assert plugin.ward not in guarding.watch.wards


@pytest.fixture(scope="module")
def open_python() -> Iterator[Path]:
    """A Python with the SDK that others may read: the usual one may be below a folder that is closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="own-user-", dir="/var/tmp"))
    try:
        folder.chmod(0o755)
        copy = folder / "python"
        base = Path(os.path.realpath(sdk.python_for("glutton"))).parent.parent
        shutil.copytree(base, copy, symlinks=True, copy_function=link, ignore=shutil.ignore_patterns("test", "tests"))
        python = next(path for path in (copy / "bin").glob("python3.1?") if not path.is_symlink())
        options = sdk.options(root=folder / "environments", python=str(python))
        plugin = sdk.PLUGINS / "glutton"
        yield environment.build(plugin, options, progress=lambda _: None, marker=sdk.MARKER).python
    finally:
        shutil.rmtree(folder)


def link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.mark.skipif(not ROOT, reason="only root can give plugins users of their own")
async def test_with_a_user_of_its_own_the_kernel_bounds_it(open_python):
    assert owners.obstacle([open_python, sdk.PLUGINS], range(USER, USER + 1)) == ""
    argv, variables = [str(open_python), "-m", "main"], {"INSTALL_METHOD": "local", "PATCHBAY_HOST": sdk.MARKER}
    limits = Limits(user=USER, processes=60)
    async with glutton(limits, argv=argv, environment=variables | libraries_of(open_python)) as plugin:
        assert Path(f"/proc/{plugin.pid}").stat().st_uid == USER
        frames = await taking(plugin, "children", 300)
        # either the kernel refuses one more, or the watch saw how many there are first
        assert b"Resource temporarily unavailable" in frames[-1][1] or "processes and threads" in ended(frames)
        async with asyncio.timeout(60):
            await plugin.gone.wait()
    async with asyncio.timeout(SOON):  # although each was in a session of its own
        while processes_of(USER):
            await asyncio.sleep(0.02)


def libraries_of(python: Path) -> dict[str, str]:
    """A Python that was copied looks for its library where it was built."""
    return {"LD_LIBRARY_PATH": str(Path(os.path.realpath(python)).parent.parent / "lib")}


def processes_of(user: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and entry.stat().st_uid == user and alive(int(entry.name)):
                found.append(int(entry.name))
    return found


@pytest.mark.skipif(not ROOT, reason="only root can give plugins users of their own")
def test_with_a_user_of_its_own_it_cannot_change_what_all_share(open_python):
    """Files of environments are the same on the disk for all that have the package."""
    site = next(open_python.parent.parent.glob("lib/python3*/site-packages"))
    script = f"open({str(site / 'dify_plugin' / '__init__.py')!r}, 'a').write('spoilt')"
    argv = wrap([str(open_python), "-c", script], {"user": USER})
    libraries = libraries_of(open_python)
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd="/", env=libraries)
    assert "PermissionError" in done.stderr


# Who gets which user.


@pytest.fixture
def homes(tmp_path: Path) -> Any:
    def home(name: str) -> Path:
        made = tmp_path / "author" / f".home-{name}"
        made.mkdir(parents=True)
        return made

    return home


@pytest.mark.skipif(not ROOT, reason="only root can give plugins users of their own")
def test_every_plugin_keeps_a_user_of_its_own(homes, tmp_path):
    users = range(USER, USER + 2)
    one, two, three = homes("one"), homes("two"), homes("three")
    first, second = (owners.user_for(home, users, others=tmp_path) for home in (one, two))
    assert {first, second} == set(users)
    assert owners.user_for(one, users, others=tmp_path) == first
    assert owners.user_for(three, users, others=tmp_path) == 0
    one.rmdir()
    assert owners.user_for(three, users, others=tmp_path) == first


def another_host(user: int) -> str:
    """A program that holds a process of that user, and says its number."""
    argv = wrap(["/bin/sleep", "600"], {"user": user})
    before = argv.index(str(os.getpid()))
    lines = (
        f"argv = {argv!r}",
        f"argv[{before}] = str(os.getpid())",
        "child = subprocess.Popen(argv)",
        "print(child.pid, flush=True)",
        "child.wait()",
    )
    return "\n".join(("import os, subprocess", *lines))


@pytest.mark.skipif(not ROOT, reason="only root can give plugins users of their own")
def test_what_a_host_still_holds_of_that_user_stays():
    """Templates of the plugin are children of this process, its instances on another node those of that one."""
    template = subprocess.Popen(wrap(["/bin/sleep", "600"], {"user": USER + 7}))
    other = subprocess.Popen([sys.executable, "-c", another_host(USER + 7)], stdout=subprocess.PIPE, text=True)
    script = "setsid sleep 600 >/dev/null 2>&1 & echo $!"
    left = subprocess.run(
        wrap(["/bin/sh", "-c", script], {"user": USER + 7}), stdout=subprocess.PIPE, text=True, check=True
    )
    try:
        instance, lost = int((other.stdout or sys.stdin).readline()), int(left.stdout)
        wait_until(lambda: {template.pid, instance} <= set(processes_of(USER + 7)), what="both run as that user")
        guarding.end_what_is_left_of(USER + 7)
        wait_until(lambda: lost not in processes_of(USER + 7), what="what was left is gone")
        assert alive(template.pid)
        assert alive(instance)
    finally:
        for one in (template, other):
            one.kill()
            one.communicate()
        guarding.end_what_is_left_of(USER + 7)


@pytest.mark.skipif(not ROOT, reason="only root can give plugins users of their own")
def test_a_link_put_in_place_of_a_folder_gives_nothing_away(tmp_path, monkeypatch):
    """Whose the folder is already may do so in the moment between two steps."""
    folder, victim = tmp_path / "plugin", tmp_path / "victim"
    for made in (folder / "deep", victim):
        made.mkdir(parents=True)
        (made / "file").touch()

    def swapping(give):
        def swapped(path, *more, **how):
            if Path(path).name == "file" and not (folder / "deep").is_symlink():
                (folder / "deep").rename(folder / "aside")
                (folder / "deep").symlink_to(victim)
            give(path, *more, **how)

        return swapped

    for name in ("chown", "lchown"):
        monkeypatch.setattr(os, name, swapping(getattr(os, name)))
    owners.give(folder, USER)
    assert (victim / "file").stat().st_uid == 0
    assert (folder / "aside" / "file").stat().st_uid == USER


@pytest.mark.skipif(not ROOT, reason="only root can give plugins users of their own")
def test_what_it_writes_to_is_its_own_and_closed_to_others(tmp_path):
    (tmp_path / "plugin" / "deep").mkdir(parents=True)
    (tmp_path / "plugin" / "deep" / "file").touch()
    (tmp_path / "plugin" / "link").symlink_to("/etc/passwd")
    owners.give(tmp_path / "plugin", USER)
    assert {path.lstat().st_uid for path in [tmp_path / "plugin", *tmp_path.glob("plugin/**/*")]} == {USER}
    assert Path("/etc/passwd").stat().st_uid == 0
    assert (tmp_path / "plugin").stat().st_mode & 0o777 == 0o700


def test_why_there_is_no_user_of_its_own(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir(mode=0o700)
    (tmp_path / "closed" / "python").touch()
    assert "PLUGIN_USERS" in owners.obstacle([], range(0))
    assert owners.closed_part(tmp_path / "closed" / "python") is not None
    if ROOT:
        assert "others may not enter" in owners.obstacle([tmp_path / "closed" / "python"], range(5, 6))


def test_sizes_are_told_as_people_write_them():
    assert [in_words(size) for size in (512 * MIB, 1024 * MIB, 1536 * MIB, 160 * MIB, 2048)] == [
        *("512 MiB", "1 GiB", "1536 MiB", "160 MiB", "2 KiB")
    ]


def test_what_hardly_changes_is_told_alike():
    first, then = (
        Use(memory=size, processes=2, cpu=cpu) for size, cpu in ((40 * MIB + 5, 0.001), (40 * MIB - 9, 0.009))
    )
    assert first.rounded() == then.rounded() == Use(memory=40 * MIB, processes=2)
    assert Use(cpu=0.256).rounded().cpu == 0.26
