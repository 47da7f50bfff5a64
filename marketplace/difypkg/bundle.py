"""Bundles: a list of plugins to install together, some of them enclosed (protocol 1.10)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Self

from pydantic import model_validator

from .archive import Archive
from .assets import FOLDER
from .building import write_atomically
from .constraints import GithubPattern, MarketplacePattern, parse_github, parse_marketplace
from .declarations.base import Name, Part, Text, Title
from .declarations.parameters import Tag
from .declaring import MANIFEST, validate
from .documents import read_mapping
from .errors import BadPackage
from .folder import Folder
from .limits import BUNDLE_LIMITS, Limits
from .manifest import Version, exactly
from .package import Package, open_package, read_source
from .zipping import zip_files

_KEYS = {"github": "repo_pattern", "marketplace": "marketplace_pattern", "package": "path"}


class Dependency(Part):
    """One plugin of a bundle: `value` is a pattern, or the name of a package below `_assets/`."""

    type: Name
    value: dict[str, Text]

    @model_validator(mode="after")
    def _check(self) -> Self:
        key = _KEYS.get(self.type)
        if key is None:
            raise ValueError(f"type must be one of {', '.join(_KEYS)}")
        if not self.value.get(key):
            raise ValueError(f"value must have {key}")
        self.value = {key: self.value[key]}
        return self

    @property
    def target(self) -> GithubPattern | MarketplacePattern | str:
        """What it stands for: a parsed pattern, or the asset name of an enclosed package. Raises BadPackage."""
        text = self.value[_KEYS[self.type]]
        match self.type:
            case "github":
                return parse_github(text)
            case "marketplace":
                return parse_marketplace(text)
            case _:
                return text


class BundleManifest(Part):
    """manifest.yaml of a bundle."""

    name: Name
    labels: Title
    description: Title
    icon: Name
    version: Version
    author: Name
    type: Annotated[Text, exactly("bundle")]
    dependencies: list[Dependency]
    tags: list[Tag] = []


class Bundle:
    """A bundle whose manifest and archive passed every check; enclosed packages are checked when they are opened."""

    def __init__(self, files: Archive | Folder, limits: Limits) -> None:
        if MANIFEST not in files:
            raise BadPackage("missing-manifest", "there is no manifest.yaml at the root, add it", file=MANIFEST)
        self.warnings: list[str] = []
        data = read_mapping(files[MANIFEST], file=MANIFEST, limits=limits)
        self.manifest = validate(BundleManifest, data, file=MANIFEST, warnings=self.warnings)
        self.files: Mapping[str, bytes] = files
        self.size = files.size
        self._check_dependencies()

    def _check_dependencies(self) -> None:
        for dependency in self.manifest.dependencies:
            try:
                target = dependency.target
            except BadPackage as error:
                raise BadPackage(error.rule, error.message, file=MANIFEST) from None
            if isinstance(target, str) and FOLDER + target not in self.files:
                raise BadPackage(
                    "missing-file", f"names the package {target[:128]!r}, which is not enclosed", file=MANIFEST
                )
        if self.icon is None:
            self.warnings.append(f"{MANIFEST}: names the icon {self.manifest.icon[:128]!r}, which is not enclosed")

    @property
    def dependencies(self) -> list[Dependency]:
        return self.manifest.dependencies

    @property
    def icon(self) -> bytes | None:
        """The content of the icon; None if it is not enclosed, which the daemon lets through."""
        name = FOLDER + self.manifest.icon
        return self.files.get(name)

    def readmes(self) -> dict[str, str]:
        """The texts of all files at the root whose names begin with README, by name."""
        names = [name for name in self.files if name.startswith("README") and "/" not in name]
        return {name: self.files[name].decode(errors="replace") for name in names}

    def enclosed(self, name: str) -> bytes:
        """The bytes of an enclosed package by the name its dependency gives. Raises BadPackage if it is not there."""
        if FOLDER + name not in self.files:
            raise BadPackage("missing-file", "is not enclosed in the bundle", file=FOLDER + name)
        return self.files[FOLDER + name]

    def package(self, name: str, limits: Limits = Limits()) -> Package:  # noqa: B008 -- frozen
        """An enclosed package, opened and checked. Raises BadPackage, whose `file` begins with the package's name."""
        try:
            return open_package(self.enclosed(name), limits)
        except BadPackage as error:
            inside = f"{FOLDER}{name}" + (f"!{error.file}" if error.file else "")
            raise BadPackage(error.rule, error.message, file=inside) from error

    def as_json(self) -> dict[str, Any]:
        """The manifest as the daemon prints it."""
        return self.manifest.as_json()


def open_bundle(source: bytes | Path | BinaryIO, limits: Limits = BUNDLE_LIMITS) -> Bundle:
    """A `.difybndl`, checked but for its enclosed packages. Raises BadPackage, or OSError for an unreadable path."""
    return Bundle(Archive(read_source(source, limits.max_package_bytes), limits), limits)


def write_bundle(directory: Path, target: Path, limits: Limits = BUNDLE_LIMITS) -> Bundle:
    """Pack manifest.yaml, `_assets/` and README files of a directory; enclosed packages are opened and checked.

    Returns the bundle opened. Raises BadPackage; then `target` is as it was.
    """
    folder = Folder(directory, limits)
    bundle = Bundle(folder, limits)
    for dependency in bundle.dependencies:
        if dependency.type == "package":
            bundle.package(dependency.value["path"])
    belongs = [n for n in folder if n == MANIFEST or n.startswith(FOLDER) or (n.startswith("README") and "/" not in n)]
    data = zip_files((name, folder[name]) for name in belongs)
    opened = open_bundle(data, limits)
    write_atomically(target, data)
    return opened
