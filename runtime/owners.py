"""A user of its own for every plugin, where this process is root and others may read what the plugin needs.

The owner of a plugin's home says which user it has: there is no other list that could be lost or be wrong.
"""

import contextlib
import fcntl
import os
import pwd
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

HOME = ".home-"
LOCK = ".users"


def user_for(home: Path, users: range, *, others: Path) -> int:
    """The user of the plugin with this `home`, a new one of `users` if it has none; 0 when all are taken.

    `others` is the folder below which all homes are.
    """
    owner = home.stat().st_uid
    if owner in users:
        return owner
    with (others / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        taken = {path.stat().st_uid for path in homes(others)}
        for user in users:
            if user not in taken and not is_known(user):
                os.chown(home, user, user)
                return user
    return 0


def homes(others: Path) -> Iterator[Path]:
    """Homes are beside the folders of plugins, which are below those of their authors."""
    return others.glob(f"*/{HOME}*")


def is_known(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def give(folder: Path, user: int) -> None:
    """Make a folder and all in it the user's own, closed to other plugins. Links are not followed."""
    if folder.stat().st_uid == user and stat.S_IMODE(folder.stat().st_mode) == 0o700:
        return
    # by descriptors: whose it is already may put a link in the place of a folder meanwhile
    for _, names, files, at in os.fwalk(folder):
        for name in (*names, *files):
            with contextlib.suppress(FileNotFoundError):  # what runs there may remove it
                os.chown(name, user, user, dir_fd=at, follow_symlinks=False)
    os.chown(folder, user, user)
    folder.chmod(0o700)


def obstacle(paths: Iterable[Path], users: Sequence[int]) -> str:
    """Why plugins cannot have users of their own; "" when they can. `paths`: what each of them must be able to read."""
    if not users:
        return "no users are set aside for plugins (PLUGIN_USERS)"
    if os.geteuid() != 0:
        return "the host does not run as root"
    for path in paths:
        if (closed := closed_part(path)) is not None:
            return f"others may not enter {closed}"
    return ""


def closed_part(path: Path) -> Path | None:
    """The first folder on the way to `path`, or the path itself, that others may not enter or read."""
    real = Path(os.path.realpath(path))
    for part in (*reversed(real.parents), real):
        mode = part.stat().st_mode
        if not mode & (stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH):
            return part
    return None
