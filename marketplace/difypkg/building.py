"""From a source directory to a package file, as `dify plugin package` does it (protocol 1.3)."""

import os
import subprocess
import tempfile
from pathlib import Path

from uv import find_uv_bin

from .errors import BadPackage
from .folder import Folder
from .limits import Limits
from .package import Package, open_package
from .zipping import zip_files

REQUIREMENTS = "requirements.txt"
_EXPORT = "export --frozen --format requirements.txt --no-dev --no-emit-project --no-hashes --no-header --no-annotate"
_EXPORT_SECONDS = 60


def build_package(directory: Path, limits: Limits = Limits()) -> bytes:  # noqa: B008 -- frozen
    """The bytes of the directory's package: files sorted by path, the same bytes for the same content.

    Everything open_directory checks is checked; `requirements.txt` is exported from `uv.lock` where it is missing.
    Raises BadPackage, rule `uv-export` if uv cannot do that.
    """
    folder = Folder(directory, limits)
    Package(folder, limits)
    files = dict(folder) | _requirements(folder.root)
    return zip_files(sorted(files.items(), key=lambda file: file[0].encode()))


def write_package(directory: Path, target: Path, limits: Limits = Limits()) -> Package:  # noqa: B008
    """Build the directory's package and put it at `target`, replacing what is there; returns it opened.

    Raises BadPackage; then `target` is as it was.
    """
    data = build_package(directory, limits)
    package = open_package(data, limits)
    write_atomically(target, data)
    return package


def write_atomically(target: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace a file at once: whoever reads it sees the old or the new content. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:64]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _requirements(root: Path) -> dict[str, bytes]:
    wanted = (root / "pyproject.toml").is_file() and (root / "uv.lock").is_file()
    if not wanted or (root / REQUIREMENTS).exists():
        return {}
    return {REQUIREMENTS: _exported(root)}


def _exported(root: Path) -> bytes:
    environment = {**os.environ, "UV_OFFLINE": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    try:
        done = subprocess.run(
            [find_uv_bin(), *_EXPORT.split()],
            cwd=root,
            env=environment,
            capture_output=True,
            timeout=_EXPORT_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        reason = " ".join(error.stderr.decode(errors="replace").split())[-300:]
        raise BadPackage("uv-export", f"uv export failed: {reason}", file="uv.lock") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BadPackage("uv-export", f"uv could not be run: {error}", file="uv.lock") from error
    return done.stdout
