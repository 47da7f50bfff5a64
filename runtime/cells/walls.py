"""The inside of a cell, built by its first process before it becomes the program: what is there, and who it is."""

import os
import resource
from contextlib import suppress
from pathlib import Path
from typing import Any

from runtime.cells import kernel

NICE = 5
INSIDE = 1000  # the user's number in a cell
NOTES = Path("/run/notes")
READ = kernel.ATTR_RDONLY | kernel.ATTR_NOSUID | kernel.ATTR_NODEV
WRITE = kernel.ATTR_NOSUID | kernel.ATTR_NODEV
# programs, libraries, and what of the machine they want to know: nothing that anybody keeps secret
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
KNOWN = tuple(
    Path("/etc", name)
    for name in (
        *(
            "ssl",
            "pki",
            "ca-certificates",
            "crypto-policies",
            "alternatives",
            "ld.so.cache",
            "ld.so.conf",
            "ld.so.conf.d",
        ),
        *("localtime", "mime.types", "nsswitch.conf", "fonts", "protocols", "services", "magic"),
    )
)
# homes of system's users are there, and a host may run as one: without these there is no cell
ESSENTIAL = frozenset({"/", "/etc", "/dev", "/proc", "/run", "/tmp", *SYSTEM}) | {  # noqa: S108 - the cell's own
    f"/usr/{name}" for name in ("bin", "sbin", "lib", "lib64", "local", "local/bin", "local/lib", "share")
}
DEVICES = ("null", "zero", "full", "random", "urandom")
WRITTEN = {
    "passwd": f"root:x:0:0::/:/bin/sh\ncell:x:{INSIDE}:{INSIDE}::/tmp:/bin/sh\n",
    "group": f"root:x:0:\ncell:x:{INSIDE}:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
}


def build(said: dict[str, Any], *, users: int) -> None:
    """Mount all that is shown below a new root, and go there. `users`: a user namespace for layers, -1 where none is needed."""
    place = Path(said["place"])
    root = place / "root"
    kernel.mount("none", Path("/"), flags=kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("tmpfs", root, kind="tmpfs", flags=kernel.MS_NOSUID | kernel.MS_NODEV, data="size=16m,mode=755")
    for path in (*map(Path, SYSTEM), *KNOWN):
        show(root, path)
    usual(root)
    # what is hidden in something shown, and what is shown in something hidden: from the outside in
    told = [(path, show) for path in said["shown"]] + [(path, hide) for path in said["hidden"]]
    for path, does in sorted(told, key=lambda one: one[0].count("/")):
        does(root, Path(path))
    for path in map(Path, said["written"]):
        show(root, path, attributes=WRITE)
    for number, path in enumerate(map(Path, said["layered"])):
        layer(root, path, place / f"layer{number}", users=users)
    show(root, place / "notes", at=NOTES, attributes=WRITE)
    kernel.restrict(root, READ)
    kernel.change_root(root)


def show(root: Path, path: Path, *, at: Path | None = None, attributes: int = READ) -> None:
    """One folder or file at the same path, or `at` another; a link as a link; nothing for what is not there."""
    target = within(root, at or path)
    if path.is_symlink() and not os.path.lexists(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(path.readlink())
    elif path.exists() and not path.is_symlink():
        make(target, folder=path.is_dir())
        kernel.bind(path, target, attributes=attributes)


def within(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def make(target: Path, *, folder: bool) -> None:
    """Something to mount on; what is there already serves as well."""
    if not os.path.lexists(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        if folder:
            target.mkdir()
        else:
            target.touch()


def hide(root: Path, path: Path) -> None:
    target = within(root, path)
    if str(path) in ESSENTIAL or target.is_symlink() or not target.exists():
        return
    if target.is_dir():
        kernel.mount("tmpfs", target, kind="tmpfs", flags=kernel.MS_NOSUID | kernel.MS_NODEV, data="size=1m,mode=755")
    else:
        kernel.bind(Path("/dev/null"), target, attributes=kernel.ATTR_RDONLY)


def layer(root: Path, path: Path, kept: Path, *, users: int) -> None:
    """Show what is at `path`; what is written there goes to `kept`. Where the kernel cannot do that: an empty folder."""
    target, below, above, work = within(root, path), kept / "below", kept / "above", kept / "work"
    make(target, folder=True)
    try:
        lower, mode = path, ",userxattr"
        if users >= 0:
            kernel.bind_as(path, below, users=users)
            lower, mode = below, ""
        data = f"lowerdir={_escaped(lower)},upperdir={_escaped(above)},workdir={_escaped(work)}{mode}"
        kernel.mount("overlay", target, kind="overlay", flags=kernel.MS_NOSUID | kernel.MS_NODEV, data=data)
    except OSError:
        kernel.bind(above, target, attributes=WRITE)


def _escaped(path: Path) -> str:
    """Colons separate layers, commas options."""
    return str(path).replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,")


def usual(root: Path) -> None:
    """What every program expects: devices, processes, a place for what is temporary, names of users and hosts."""
    (root / "etc").mkdir(exist_ok=True)
    for name, text in WRITTEN.items():
        (root / "etc" / name).write_text(text)
    for name, mode, size in (("dev", 755, 1), ("tmp", 1777, 256), ("dev/shm", 1777, 64)):
        (root / name).mkdir(exist_ok=True)
        flags = kernel.MS_NOSUID | kernel.MS_NODEV
        kernel.mount("tmpfs", root / name, kind="tmpfs", flags=flags, data=f"size={size}m,mode={mode}")
    for name in DEVICES:
        (root / "dev" / name).touch()
        kernel.bind(Path("/dev", name), root / "dev" / name, attributes=kernel.ATTR_NOSUID)
    for name, at in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        (root / "dev" / name).symlink_to(f"/proc/self/fd{at}")
    (root / "proc").mkdir()
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("proc", root / "proc", kind="proc", flags=flags)


def become(user: int) -> None:
    """Be this user for good, in a user namespace where nobody else is and below which there can be none."""
    kernel.leave_keys()
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        kernel.be_seen_by_itself()
        with suppress(OSError):  # where only root may make one, it can have none either
            enter_users()
    with suppress(OSError):
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    kernel.renounce()


def enter_users() -> None:
    """A user namespace that holds this user alone (user_namespaces(7))."""
    user, group = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INSIDE} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{INSIDE} {group} 1")


def bound(limits: dict[str, int]) -> None:
    """Rather this than anything else is ended when the machine has no memory left, and it waits while others work."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    os.nice(NICE)
    for which, name in (
        (resource.RLIMIT_FSIZE, "file"),
        (resource.RLIMIT_CPU, "cpu"),
        (resource.RLIMIT_NPROC, "processes"),
        (resource.RLIMIT_NOFILE, "descriptors"),
        (resource.RLIMIT_DATA, "memory"),
    ):
        hard = resource.getrlimit(which)[1]
        most = limits[name] if hard == resource.RLIM_INFINITY else min(limits[name], hard)
        resource.setrlimit(which, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
