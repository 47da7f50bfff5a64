"""The files of a source directory that belong into its package."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from pathspec import GitIgnoreSpec

from .errors import BadPackage
from .limits import Limits
from .names import check_distinct, check_name

IGNORE_FILES = (".difyignore", ".gitignore")


class Folder(Mapping[str, bytes]):
    """Files below a directory by relative path, sorted; ignored ones are not there. Read from disk on demand."""

    def __init__(self, root: Path, limits: Limits) -> None:
        if not root.is_dir():
            raise BadPackage("not-a-directory", "is not a directory, name the plugin's directory", file=str(root))
        self.root = root.resolve()
        self.comment = b""
        self._limits = limits
        ignored = _ignore_rules(self.root)
        self._paths = dict(sorted(_walk(self.root, ignored, limits), key=lambda file: os.fsencode(file[0])))
        check_distinct(self._paths)
        self.size = sum(self._checked_size(name) for name in self._paths)
        if self.size > limits.max_unpacked_bytes:
            raise BadPackage("unpacked-too-large", self._too_large())

    def _checked_size(self, name: str) -> int:
        check_name(name, self._limits)
        path = self._paths[name]
        if not path.is_file():
            raise BadPackage("special-file", "is no ordinary file, ignore or remove it", file=name)
        if self._leads_outside(path):
            raise BadPackage("symlink", "links to a file outside, copy that file here", file=name)
        size = path.stat().st_size
        if size > self._limits.max_file_bytes:
            raise BadPackage("file-too-large", f"is larger than {self._limits.max_file_bytes} bytes", file=name)
        return size

    def _leads_outside(self, path: Path) -> bool:
        """Whether it is a link out of the directory; ignore rules may be shared by neighbours and are let through."""
        if not path.is_symlink() or (end := path.resolve()).is_relative_to(self.root):
            return False
        return not {path.name, end.name} <= set(IGNORE_FILES)

    def _too_large(self) -> str:
        sizes = sorted(((path.stat().st_size, name) for name, path in self._paths.items()), reverse=True)
        largest = ", ".join(f"{name} ({size})" for size, name in sizes[:5])
        return (
            "Plugin package size is too large. Please ensure the uncompressed size is less than"
            f" {self._limits.max_unpacked_bytes} bytes; the largest files are {largest}"
        )

    def __getitem__(self, name: str) -> bytes:
        try:
            return self._paths[name].read_bytes()
        except OSError as error:
            raise BadPackage("unreadable", f"cannot be read: {error.strerror}", file=name) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, name: object) -> bool:
        return name in self._paths


def _ignore_rules(root: Path) -> GitIgnoreSpec:
    """`.difyignore`, or else `.gitignore` (protocol 1.2)."""
    for name in IGNORE_FILES:
        if (root / name).is_file():
            return GitIgnoreSpec.from_lines((root / name).read_text(errors="replace").splitlines())
    return GitIgnoreSpec([])


def _walk(root: Path, ignored: GitIgnoreSpec, limits: Limits) -> Iterator[tuple[str, Path]]:
    count = 0
    for folder, folders, files in os.walk(root, onerror=_unreadable):
        inside = Path(folder).relative_to(root)
        # A repository's own .git is never part of a plugin.
        folders[:] = sorted(f for f in folders if f != ".git" and not ignored.match_file(f"{(inside / f).as_posix()}/"))
        for file in files:
            name = (inside / file).as_posix()
            if ignored.match_file(name):
                continue
            count += 1
            if count > limits.max_files:
                raise BadPackage("too-many-files", f"more than {limits.max_files} files, ignore what is not needed")
            yield name, Path(folder) / file


def _unreadable(error: OSError) -> None:
    raise BadPackage("unreadable", f"cannot be read: {error.strerror}", file=error.filename)
