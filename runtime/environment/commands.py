"""The command lines and the small world in which uv works."""

import os
from dataclasses import dataclass
from pathlib import Path

from runtime import orphans
from runtime.environment.dependencies import ENCLOSED_WHEELS, REQUIREMENTS, requirement_lines
from runtime.environment.options import PASSED, EnvironmentOptions
from runtime.environment.planning import Plan

VERBOSE = ("-v", "--color", "never")
SOURCE_OPTIONS = ("-i ", "--index-url", "--extra-index-url", "-f ", "--find-links", "--no-index")


@dataclass(frozen=True)
class Place:
    """A folder in which one environment is being built."""

    root: Path

    @property
    def environment(self) -> Path:
        """What will be moved to its final name."""
        return self.root / "environment"

    @property
    def python(self) -> Path:
        """The interpreter of the environment."""
        return self.environment / "bin" / "python"

    @property
    def project(self) -> Path:
        """A copy of the plugin's files: uv may write beside them."""
        return self.root / "project"

    @property
    def exported(self) -> Path:
        """The lock as a list of requirements with hashes."""
        return self.root / "exported.txt"


def world(place: Place, options: EnvironmentOptions, *, marker: str) -> dict[str, str]:
    """All environment variables of uv and of what it starts: nothing of the host's own but the few that are listed."""
    given = {name: options.environ[name] for name in PASSED if options.environ.get(name)}
    # many tools read only the small ones
    given |= {name.lower(): value for name, value in given.items() if name.endswith("_PROXY")}
    return {
        **given,
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(place.root),
        "TMPDIR": str(place.root),
        "VIRTUAL_ENV": str(place.environment),
        "UV_PROJECT_ENVIRONMENT": str(place.environment),
        "UV_CACHE_DIR": str(options.cache),
        "UV_LINK_MODE": "hardlink",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        orphans.VARIABLE: marker,
    }


def export(uv: str, place: Place) -> list[str]:
    """Write the lock as requirements: names, versions and hashes, but no addresses."""
    what = ["--frozen", "--no-dev", "--no-emit-project", "--no-header", "--no-annotate", "--format", "requirements.txt"]
    return [uv, "export", *what, "--quiet", "--output-file", str(place.exported), "--project", str(place.project)]


def sync(uv: str, place: Place, *, options: EnvironmentOptions) -> list[str]:
    """Bring in what a lock names, from the addresses that are written there."""
    what = ["sync", "--frozen", "--no-dev", "--no-install-project", "--python", str(place.python)]
    return [uv, *what, *VERBOSE, *options.extra_args]


def install(uv: str, place: Place, plan: Plan, *, options: EnvironmentOptions) -> list[str]:
    """Bring in the packages that are listed, from an index."""
    return [
        *[uv, "pip", "install", "--python", str(place.python), "--requirement", _listed(place, plan, options)],
        # a plugin must not choose where an operator's packages come from
        *(["--no-config"] if options.has_own_source else []),
        # a lock is complete, and its hashes make it safe to take a package from any of the indexes
        *(["--no-deps", "--index-strategy", "unsafe-best-match"] if plan.dependencies.pinned else []),
        *options.source_arguments(),
        *VERBOSE,
        *options.extra_args,
    ]


def _listed(place: Place, plan: Plan, options: EnvironmentOptions) -> str:
    """Path of the file that lists what to install."""
    if plan.dependencies.kind == "lock":
        return str(place.exported)
    if plan.dependencies.kind == "requirements" and options.has_own_source:
        _drop_sources(place.project / REQUIREMENTS)
    return str(place.project / plan.dependencies.files[0])


def _drop_sources(requirements: Path) -> None:
    lines = list(requirement_lines(requirements.read_text(encoding="utf-8-sig")))
    # what is in the package itself was reviewed with it, and with it alone no index is asked
    encloses = any(map(ENCLOSED_WHEELS.match, lines))
    kept = [line for line in lines if not line.startswith(SOURCE_OPTIONS) or (encloses and is_own(line))]
    requirements.write_text("\n".join(kept) + "\n")


def is_own(line: str) -> bool:
    return line == "--no-index" or ENCLOSED_WHEELS.match(line) is not None
