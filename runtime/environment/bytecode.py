"""Byte code: compiled once in uv's cache, hard-linked into every environment together with its source.

Compiling takes longer than all the rest of an installation (3 to 27 s, runtime.md 5.1). uv links whatever it finds in an
unpacked wheel, so byte code put there comes with every later installation for nothing.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from runtime.environment import compile_archives
from runtime.environment.options import EnvironmentOptions
from runtime.processors import processors

MARKS = ".patchbay-compiled"
TEMPORARY = ".patchbay-bytecode"
MOST_JOBS = 4


def unmarked(options: EnvironmentOptions, *, tag: str) -> set[Path]:
    """Wheels unpacked in the cache that are not yet compiled for the Python with this cache tag."""
    marked = set(_names(options.cache / MARKS))
    buckets = options.cache.glob("archive-v*")
    return {
        bucket / name for bucket in buckets for name in _names(bucket) if f"{bucket.name}.{name}.{tag}" not in marked
    }


def used_by(site: Path, archives: Sequence[Path] | set[Path]) -> list[Path]:
    """Those wheels of which, by name and version, something is installed in `site`."""
    installed = {name for name in _names(site) if name.endswith(".dist-info")}
    return sorted(archive for archive in archives if installed.intersection(_names(archive)))


def command(python: Path, site: Path, archives: Sequence[Path], *, options: EnvironmentOptions) -> list[str]:
    """The command that compiles `archives` and links the result into `site`."""
    marks, temporary = options.cache / MARKS, options.cache / TEMPORARY
    for folder in (marks, temporary):
        folder.mkdir(parents=True, exist_ok=True)
    given = _given(options.compile_extra_args)
    jobs = given.jobs or min(MOST_JOBS, processors())
    return [
        *[str(python), "-I", "-S", compile_archives.__file__],
        *["--marks", str(marks), "--site", str(site), "--temporary", str(temporary), "--jobs", str(jobs)],
        *([f"--skip={given.skip}"] if given.skip else []),
        *map(str, archives),
    ]


def forget_marks(options: EnvironmentOptions) -> None:
    """Remove the marks of wheels that are no longer in the cache."""
    for name in _names(options.cache / MARKS):
        bucket, archive, _tag = name.split(".", 2)
        if not (options.cache / bucket / archive).is_dir():
            (options.cache / MARKS / name).unlink(missing_ok=True)


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    """What PYTHON_COMPILE_ALL_EXTRA_ARGS (those of ``python -m compileall``) can mean here: what to skip, how many at once."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("-x", dest="skip", default="")
    parser.add_argument("-j", "--workers", dest="jobs", type=int, default=0)
    return parser.parse_known_args(list(arguments))[0]


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
