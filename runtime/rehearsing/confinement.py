"""A command line that runs another in namespaces of its own: no network, no other process, no secret of the host."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

_CPU_SECONDS, _FILE_BLOCKS, _DESCRIPTORS = 240, 1_048_576, 1024
_SHELL = """
set -e
while [ "$1" != "--" ]; do
    if [ -d "$1" ]; then mount -t tmpfs -o size=16m none "$1"; elif [ -e "$1" ]; then mount --bind /dev/null "$1"; fi
    shift
done
shift
ulimit -t {cpu}; ulimit -f {blocks}; ulimit -n {descriptors}; ulimit -c 0
exec "$@"
"""


def confined(argv: list[str], hidden: Iterable[Path]) -> list[str]:
    """`hidden` folders are empty inside, `hidden` files too. What is written elsewhere stays: run it in a folder of its own."""
    script = _SHELL.format(cpu=_CPU_SECONDS, blocks=_FILE_BLOCKS, descriptors=_DESCRIPTORS)
    return [*_namespaces(), "sh", "-c", script, "sh", *(str(path) for path in hidden if path.exists()), "--", *argv]


def _namespaces() -> list[str]:
    options = [
        "--user",
        "--map-root-user",
        "--net",
        "--pid",
        "--ipc",
        "--uts",
        "--mount",
        "--fork",
        "--kill-child",
        "--mount-proc",
    ]
    return [shutil.which("unshare") or "unshare", *options, "--"]


def obstacle() -> str:
    """Why processes cannot be confined on this machine, "" if they can."""
    if shutil.which("unshare") is None:
        return "there is no program unshare (package util-linux)"
    try:
        tried = subprocess.run(confined(["true"], []), capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return (
        ""
        if tried.returncode == 0
        else tried.stderr.decode(errors="replace").strip()[-200:] or "namespaces are not permitted"
    )
