"""All wheels that a plugin needs on one kind of machine: resolved by uv, fetched, and each compared with its hash."""

import os
import subprocess
import tempfile
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
from django.conf import settings
from uv import find_uv_bin

from marketplace.difypkg import Package

SECONDS = 600
TIMEOUT = httpx.Timeout(60.0)
SOURCES = ("requirements.txt", "pyproject.toml", "uv.lock")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
PASSED = (
    "PATH",
    "HOME",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "UV_SYSTEM_CERTS",
    "UV_INDEX_NEXUS_USERNAME",
    "UV_INDEX_NEXUS_PASSWORD",
)


class NoWheels(Exception):
    """A sentence that says what cannot be had as a wheel, or why the index did not answer."""


@dataclass(frozen=True)
class Machine:
    """Such as 3.12 and x86_64-manylinux_2_28, as uv names them."""

    python: str
    platform: str


@dataclass(frozen=True)
class Wheel:
    name: str
    version: str
    file: str
    digest: str
    content: bytes

    @property
    def requirement(self) -> str:
        return f"{self.name}=={self.version} --hash=sha256:{self.digest}"


def wheels_of(package: Package, machine: Machine, *, limit: int) -> list[Wheel]:
    """By name; together at most `limit` bytes. Raises NoWheels."""
    with tempfile.TemporaryDirectory(prefix="wheels-") as name:
        folder = Path(name)
        for source in SOURCES:
            if source in package.files:
                (folder / source).write_bytes(package.read(source))
        found = locked(folder, machine)
    wheels, left = [], limit
    with httpx.Client(timeout=TIMEOUT, follow_redirects=True) as http:
        for one in found:
            wheels.append(fetched(one, http, left))
            left -= len(wheels[-1].content)
    return sorted(wheels, key=lambda wheel: wheel.name)


def locked(folder: Path, machine: Machine) -> list[dict[str, Any]]:
    """The packages of a lock for this machine (PEP 751); uv names for each the wheel that fits best."""
    source = source_in(folder)
    if source is None:
        return []
    what = ["--python-version", machine.python, "--python-platform", machine.platform, "--only-binary", ":all:"]
    lock = folder / "pylock.toml"
    uv(
        ["pip", "compile", source, *what, "--format", "pylock.toml", "--output-file", str(lock), *source_arguments()],
        folder,
    )
    packages: list[dict[str, Any]] = tomllib.loads(lock.read_text()).get("packages", [])
    return packages


def source_in(folder: Path) -> str | None:
    """What says best what is needed: the plugin's own lock, then its list, then its project."""
    if (folder / "uv.lock").is_file() and (folder / "pyproject.toml").is_file():
        return exported(folder)
    return next((name for name in ("requirements.txt", "pyproject.toml") if (folder / name).is_file()), None)


def exported(folder: Path) -> str:
    """What a plugin's own lock says, as requirements: it is not resolved anew."""
    what = ["--frozen", "--no-dev", "--no-emit-project", "--no-header", "--no-annotate", "--format", "requirements.txt"]
    uv(["export", *what, "--quiet", "--output-file", str(folder / "exported.txt"), "--project", str(folder)], folder)
    return "exported.txt"


def source_arguments() -> list[str]:
    """Where packages come from, by the same settings that environments are built with."""
    arguments = ["--default-index", settings.PIP_MIRROR_URL] if settings.PIP_MIRROR_URL else []
    for url in settings.PIP_EXTRA_INDEX_URLS:
        arguments += ["--index", url]
    if settings.PLUGIN_WHEELS_PATH:
        arguments += ["--find-links", str(Path(settings.PLUGIN_WHEELS_PATH).resolve())]
    if settings.PLUGIN_OFFLINE:
        arguments += ["--offline", "--no-index"]
    return arguments


def uv(arguments: list[str], folder: Path) -> None:
    """Runs uv with little of our environment. NoWheels says what it says."""
    given = {name: os.environ[name] for name in PASSED if name in os.environ}
    given |= {name: getattr(settings, name) for name in PROXIES if getattr(settings, name)}
    given |= {"UV_CACHE_DIR": str(settings.PLUGIN_CACHE_PATH), "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    program = settings.UV_PATH or os.fsdecode(find_uv_bin())
    try:
        subprocess.run(
            [program, *arguments, "--no-config", "--color", "never"],
            cwd=folder,
            env=given,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise NoWheels(f"uv cannot lock what it needs: {' '.join(error.stderr.split())[-1500:]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoWheels(f"uv could not be run: {error}") from error


def fetched(locked_one: dict[str, Any], http: httpx.Client, left: int) -> Wheel:
    name, version = locked_one["name"], locked_one.get("version", "")
    choices = locked_one.get("wheels") or []
    if not choices:
        raise NoWheels(f"{name} {version} is no wheel of an index, so it cannot be taken along.".replace("  ", " "))
    wheel = choices[0]
    expected = wheel["hashes"].get("sha256", "")
    content = read(wheel["url"], http, left)
    if sha256(content).hexdigest() != expected:
        raise NoWheels(f"The wheel of {name} {version} is not the one that the index names: its hash differs.")
    return Wheel(name, version, unquote(urlsplit(wheel["url"]).path).rpartition("/")[2], expected, content)


def read(url: str, http: httpx.Client, left: int) -> bytes:
    too_much = f"The wheels are too large together: a package has at most {settings.MAX_PLUGIN_PACKAGE_SIZE} bytes "
    too_much += "(MAX_PLUGIN_PACKAGE_SIZE, here and in Dify)."
    if url.startswith("file:"):
        path = Path(unquote(urlsplit(url).path))
        if path.stat().st_size > left:
            raise NoWheels(too_much)
        return path.read_bytes()
    pieces, size = [], 0
    try:
        with http.stream("GET", url) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                pieces.append(piece)
                size += len(piece)
                if size > left:
                    raise NoWheels(too_much)
    except httpx.HTTPError as error:
        raise NoWheels(f"{url} cannot be fetched: {error or type(error).__name__}.") from error
    return b"".join(pieces)
