"""What an operator may decide about plugins' environments."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runtime.environment.failure import EnvironmentFailed
from runtime.processors import processors

# all that uv gets to see of the host's own environment variables (protocol.md 3.2)
PASSED = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "UV_SYSTEM_CERTS",
    "UV_INDEX_NEXUS_USERNAME",
    "UV_INDEX_NEXUS_PASSWORD",
)


@dataclass(frozen=True, kw_only=True)
class EnvironmentOptions:
    """The settings, as plain values. `cache` must be on the file system of `root`, or nothing can be hard-linked.

    `python`: path of an interpreter or a version such as ``3.12``. `find_links`: a directory of wheels.
    `environ`: values for the names in `PASSED`; others are dropped. Timeouts in seconds.
    `at_once`: how many environments are built on this machine at the same time; 0: as
    many as it has cores, at least two.
    """

    root: Path
    cache: Path
    uv: str | None = None
    python: str = field(default_factory=lambda: sys.executable)
    index_url: str = ""
    extra_index_urls: tuple[str, ...] = ()
    find_links: Path | None = None
    offline: bool = False
    ignore_lock: bool = False
    extra_args: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    idle_timeout: float = 120
    total_timeout: float = 900
    compile_extra_args: tuple[str, ...] = ()
    at_once: int = 0

    @property
    def places(self) -> int:
        """How many environments may be built at the same time."""
        return self.at_once or max(2, processors())

    @property
    def has_own_source(self) -> bool:
        """Whether packages come from where the operator says, so that addresses written by a plugin do not count."""
        return bool(self.index_url or self.extra_index_urls or self.find_links or self.offline)

    def source_arguments(self) -> list[str]:
        """The operator's sources as uv's arguments."""
        arguments = ["--default-index", self.index_url] if self.index_url else []
        for url in self.extra_index_urls:
            arguments += ["--index", url]
        if self.find_links:
            arguments += ["--find-links", str(self.find_links)]
        if self.offline:
            arguments += ["--offline"] if self.index_url or self.extra_index_urls else ["--offline", "--no-index"]
        return arguments

    def uv_binary(self) -> str:
        """Path of uv; EnvironmentFailed when there is none."""
        if self.uv:
            found = shutil.which(self.uv)
            if found:
                return found
            raise EnvironmentFailed(f"uv was not found at {self.uv}", step="resolve")
        try:
            from uv import find_uv_bin  # here: an operator's own uv needs no such package
        except ImportError:
            return _uv_on_path()
        return os.fsdecode(find_uv_bin())


def _uv_on_path() -> str:
    found = shutil.which("uv")
    if found is None:
        raise EnvironmentFailed("uv was not found: install the Python package uv, or set UV_PATH", step="resolve")
    return found
