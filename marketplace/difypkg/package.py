"""A package, opened: everything in it has been checked, nothing of it has been run."""

import json
import mmap
import os
import shutil
import tempfile
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self

from .archive import Archive, Buffer
from .assets import assets_in, check_icons, remap_assets
from .checksum import checksum_of_digests
from .declaring import MANIFEST, Source
from .errors import BadPackage
from .folder import Folder
from .identity import UniqueIdentifier
from .limits import Limits
from .manifest import Manifest, category
from .readme import readmes_in
from .remembering import declare_once
from .signing import VERIFICATION, Signature, parse_signature

_MAPPED_FROM = 16 * 1024 * 1024  # larger files are mapped, not read


class Files(Protocol):
    """Files by path, in order, as Archive and Folder have them."""

    comment: bytes
    size: int

    def __getitem__(self, name: str) -> bytes: ...


class Package:
    """A plugin package or source directory that passed every check; contents are read lazily.

    `files` maps paths to contents in archive order, `digests` paths to the SHA-256 of their contents. `warnings` are
    sentences about oddities that are no reason to refuse. `size` is in bytes: of the archive, or of all files together.
    """

    def __init__(self, files: Archive | Folder, limits: Limits) -> None:
        if MANIFEST not in files:
            raise BadPackage("missing-manifest", _where_it_is(files), file=MANIFEST)
        self.files: Mapping[str, bytes] = files
        self.size = files.size
        self.signature: Signature | None = parse_signature(files.comment)
        source = Source(files, limits)
        self._declared = declare_once(source)
        self.warnings: list[str] = source.warnings
        check_icons(self.declaration(), files)
        self.digests: Mapping[str, bytes] = {name: sha256(content).digest() for name, content in files.items()}
        self.verification: dict[str, Any] | None = _verification(files)
        self._note_missing_readme()

    def _note_missing_readme(self) -> None:
        if "README.md" not in self.files:
            self.warnings.append("README.md: is missing, nobody will know what the plugin is for")

    @property
    def manifest(self) -> Manifest:
        return self._declared.manifest

    @property
    def plugin_id(self) -> str:
        return self.manifest.plugin_id

    @property
    def version(self) -> str:
        return self.manifest.version

    @property
    def category(self) -> str:
        """`tool`, `model`, `datasource`, `agent-strategy`, `trigger` or `extension`."""
        return category(self._declared.providers)

    @cached_property
    def checksum(self) -> str:
        return checksum_of_digests(self.digests)

    @property
    def identity(self) -> UniqueIdentifier:
        return UniqueIdentifier(self.manifest.author, self.manifest.name, self.version, self.checksum)

    @property
    def unique_identifier(self) -> str:
        """`author/name:version@checksum` (protocol 1.5)."""
        return str(self.identity)

    def names(self) -> list[str]:
        """All paths, in archive order."""
        return list(self.files)

    def read(self, path: str) -> bytes:
        """The content of one file. Raises BadPackage, rule `missing-file`, if it is not there."""
        if path not in self.files:
            raise BadPackage("missing-file", "is not in the package", file=path)
        return self.files[path]

    def declaration(self, *, verified: bool = False) -> dict[str, Any]:
        """The Declaration JSON of protocol 1.6, a new object each time, with icons named as in the package."""
        return self._declared.as_json(verified=verified)

    def assets(self) -> dict[str, bytes]:
        """The files below `_assets/`, named relative to it."""
        return assets_in(self.files)

    def remapped(self, *, verified: bool = False) -> tuple[dict[str, Any], dict[str, bytes]]:
        """The declaration with asset ids for icons, and the icons' contents by id (protocol 1.8)."""
        return remap_assets(self.declaration(verified=verified), self.assets())

    def readmes(self) -> dict[str, str]:
        """Markdown by language, `en_US` for README.md."""
        return readmes_in(self.files)

    def extract(self, target: Path) -> None:
        """Write all files below `target`, all or nothing. Raises FileExistsError if there is something already."""
        if os.path.lexists(target):
            raise FileExistsError(f"{target} exists already")
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name[:64]}.", dir=target.parent))
        try:
            for name, content in self.files.items():
                _write(staging / name, content)
            staging.chmod(0o755)
            staging.rename(target)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise

    def close(self) -> None:
        """Let go of the archive; contents can no longer be read, what was parsed stays."""
        self.files = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _where_it_is(files: Mapping[str, bytes]) -> str:
    """Nearly always the folder was packed in place of what is in it."""
    folder = next((name.removesuffix(MANIFEST) for name in files if name.endswith(f"/{MANIFEST}")), "")
    lies = f"it lies in {folder[:128]}: pack what is in that folder, not the folder" if folder else "add it"
    return f"there is no manifest.yaml at the root, {lies}"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)


def _verification(files: Mapping[str, bytes]) -> dict[str, Any] | None:
    if VERIFICATION not in files:
        return None
    try:
        content = json.loads(files[VERIFICATION])
    except (ValueError, RecursionError) as error:
        raise BadPackage("verification", "is not valid JSON, sign the package again", file=VERIFICATION) from error
    if not isinstance(content, dict):
        raise BadPackage("verification", "must be a JSON object, sign the package again", file=VERIFICATION)
    return content


def read_source(source: bytes | Path | BinaryIO, limit: int) -> Buffer:
    """The bytes of an archive, at most `limit` of them; large files are mapped. Raises BadPackage if it is larger."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return read_source(file, limit)
    data = source if isinstance(source, bytes) else _mapped(source, limit) or source.read(limit + 1)
    if len(data) > limit:
        raise BadPackage("package-too-large", f"file size exceeds the maximum limit of {limit} bytes")
    return data


def _mapped(file: BinaryIO, limit: int) -> mmap.mmap | None:
    """A large file that lies on a disk, as it is read from its beginning; it may be closed meanwhile."""
    try:
        size = os.fstat(file.fileno()).st_size
        if _MAPPED_FROM < size <= limit and not file.tell():
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (AttributeError, OSError):  # it is in memory, or comes from an object store
        return None
    return None


def open_files(source: bytes | Path | BinaryIO, limits: Limits = Limits()) -> Mapping[str, bytes]:  # noqa: B008 -- frozen
    """The files of a package whose declarations were checked before: its archive alone is checked. Raises as open_package."""
    return Archive(read_source(source, limits.max_package_bytes), limits)


def open_package(source: bytes | Path | BinaryIO, limits: Limits = Limits()) -> Package:  # noqa: B008 -- frozen
    """A `.difypkg`, checked throughout: every file is inflated once, every declaration validated.

    Raises BadPackage for anything wrong with it, OSError if a path cannot be read.
    """
    return Package(Archive(read_source(source, limits.max_package_bytes), limits), limits)


def open_directory(path: Path, limits: Limits = Limits()) -> Package:  # noqa: B008
    """A source directory as the package it would make, without what `.difyignore` (else `.gitignore`) names.

    `requirements.txt` is as it lies there, see write_package. Raises BadPackage.
    """
    return Package(Folder(path, limits), limits)
