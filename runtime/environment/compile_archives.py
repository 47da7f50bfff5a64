"""Compiles wheels in uv's cache, closes them to writing, and gives an environment that was linked from them its share.

A script for the environment's own interpreter, standard library only. Any number of them may work on one cache: each wheel
is compiled under a lock of its own, and its mark is written when all of it is done. A file appears in the cache whole or
not at all, for uv may be linking the same wheel just now.
"""

import argparse
import fcntl
import filecmp
import os
import py_compile
import re
import shutil
import stat
import sys
import warnings
from collections import deque
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path

DONE = b"done"


def main() -> None:
    """See the arguments; prints a line for every wheel that is ready."""
    options = _arguments()
    warnings.simplefilter("ignore")
    workers = [pid for _ in range(options.jobs - 1) if (pid := _fork(options))]
    compile_all(options)
    for pid in workers:
        os.waitpid(pid, 0)
    for archive in options.archives:
        link_all(archive, options.site)


def compile_all(options: argparse.Namespace) -> None:
    """Compile every wheel that is not; those which another process has in hand are waited for at the end."""
    waiting = deque(options.archives)
    patience = len(waiting)
    while waiting:
        archive = waiting.popleft()
        if compile_archive(archive, options, wait=patience == 0):
            patience = len(waiting)
        else:
            waiting.append(archive)
            patience -= 1


def compile_archive(archive: Path, options: argparse.Namespace, *, wait: bool) -> bool:
    """Compile one wheel unless its mark says so; False when another process is at it and `wait` is false."""
    with mark_of(archive, options.marks).open("a+b") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        mark.seek(0)
        if mark.read() != DONE:
            for source in sources(archive):
                if not (options.skip and options.skip.search(str(source))):
                    compile_source(source, options.temporary)
            close_to_writing(archive)
            mark.write(DONE)
            sys.stdout.write(f"compiled {archive.name}\n")
            sys.stdout.flush()
    return True


def mark_of(archive: Path, marks: Path) -> Path:
    """The file that tells whether a wheel is compiled for this Python, beside which nothing has to be looked at."""
    return marks / f"{archive.parent.name}.{archive.name}.{sys.implementation.cache_tag}"


def sources(archive: Path) -> Iterator[Path]:
    """Modules of a wheel. Not those in ``*.data``: uv refuses a wheel with a ``__pycache__`` among its scripts."""
    for folder, names, files in os.walk(archive):
        names[:] = [name for name in names if name != "__pycache__" and not name.endswith((".data", ".dist-info"))]
        yield from (Path(folder, name) for name in files if name.endswith(".py"))


def compile_source(source: Path, temporary: Path) -> None:
    """Write the byte code of one module beside it; what cannot be compiled (other Pythons' syntax) is left out.

    The byte code is not compared with the source again (PEP 552, unchecked): in the cache a source never changes.
    """
    target = Path(cache_from_source(str(source)))
    if target.exists():
        return
    made = temporary / f"{os.getpid()}.pyc"
    try:
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(source), cfile=str(made), doraise=True, invalidation_mode=mode)
        target.parent.mkdir(exist_ok=True)
        made.replace(target)
    except (py_compile.PyCompileError, OSError, ValueError, RecursionError):
        made.unlink(missing_ok=True)


def close_to_writing(archive: Path) -> None:
    """A plugin that changes an installed file in place would change it for all that have the package: let it fail.

    What must change it can still put another file there. RECORD is copied, not linked, and added to.
    """
    for folder, names, files in os.walk(archive):
        names[:] = [name for name in names if not name.endswith(".data")]
        for path in (Path(folder, name) for name in files if name != "RECORD"):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))


def link_all(archive: Path, site: Path) -> None:
    """Give an environment the byte code of those modules that it has from this wheel."""
    for source in sources(archive):
        compiled = Path(cache_from_source(str(source)))
        installed = site / source.relative_to(archive)
        target = Path(cache_from_source(str(installed)))
        if not target.exists() and compiled.exists() and _is_same(source, installed):
            target.parent.mkdir(exist_ok=True)
            _link(compiled, target)


def _is_same(source: Path, installed: Path) -> bool:
    """Another wheel of the same name and version may hold other code."""
    try:
        return source.samefile(installed) or filecmp.cmp(source, installed, shallow=False)
    except OSError:
        return False


def _link(compiled: Path, target: Path) -> None:
    try:
        target.hardlink_to(compiled)
    except FileExistsError:
        return
    except OSError:
        shutil.copyfile(compiled, target)


def _fork(options: argparse.Namespace) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            compile_all(options)
        finally:
            os._exit(0)
    return pid


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--marks", type=Path, required=True)
    parser.add_argument("--site", type=Path, required=True)
    parser.add_argument("--temporary", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--skip", type=re.compile, default=None)
    parser.add_argument("archives", type=Path, nargs="*")
    return parser.parse_args()


if __name__ == "__main__":
    main()
