"""Tiny packages, made on the spot: the tests of environments need no network."""

import base64
import hashlib
import io
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import dedent

# a build backend that needs no package, so that uv can build offline: it does `WORK`, then packs the module
BACKEND = """
import base64, hashlib, os, sys, time, zipfile
from pathlib import Path

NAME, VERSION = {name!r}, {version!r}

def work():
{work}

def build_wheel(folder, config_settings=None, metadata_directory=None):
    work()
    info = f"{{NAME}}-{{VERSION}}.dist-info"
    file = f"{{NAME}}-{{VERSION}}-py3-none-any.whl"
    with zipfile.ZipFile(Path(folder, file), "w") as wheel:
        wheel.writestr(f"{{NAME}}.py", Path(f"{{NAME}}.py").read_text())
        wheel.writestr(f"{{info}}/METADATA", f"Metadata-Version: 2.1\\nName: {{NAME}}\\nVersion: {{VERSION}}\\n")
        wheel.writestr(f"{{info}}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{{info}}/RECORD", "")
    return file
"""


def make_wheel(
    folder: Path,
    name: str,
    version: str = "1.0",
    *,
    files: Mapping[str, str] | None = None,
    requires: Iterable[str] = (),
    python: str = "",
    scripts: Mapping[str, str] | None = None,
) -> Path:
    """Write a wheel; `files`: path to text (default: one module with VERSION), `scripts`: command to entry point."""
    folder.mkdir(parents=True, exist_ok=True)
    content = dict(files if files is not None else {f"{name}.py": f"VERSION = {version!r}\n"})
    info = f"{name}-{version}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Requires-Dist: {one}" for one in requires]
    metadata += [f"Requires-Python: {python}"] if python else []
    content[f"{info}/METADATA"] = "\n".join(metadata) + "\n"
    content[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    if scripts:
        lines = "\n".join(f"{command} = {entry}" for command, entry in scripts.items())
        content[f"{info}/entry_points.txt"] = f"[console_scripts]\n{lines}\n"
    content[f"{info}/RECORD"] = "".join(_record(path, text) for path, text in content.items()) + f"{info}/RECORD,,\n"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for inner, text in content.items():
            wheel.writestr(inner, text)
    return path


def make_source(folder: Path, name: str, version: str = "1.0", *, work: str = "pass") -> Path:
    """Write a source distribution whose build does `work` (statements; NAME, os, sys, time, Path are there)."""
    folder.mkdir(parents=True, exist_ok=True)
    body = "\n".join(f"    {line}" for line in dedent(work).strip().splitlines())
    content = {
        "PKG-INFO": f"Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        f'[project]\nname = "{name}"\nversion = "{version}"\n',
        "backend.py": BACKEND.format(name=name, version=version, work=body),
        f"{name}.py": f"VERSION = {version!r}\n",
    }
    path = folder / f"{name}-{version}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for inner, text in content.items():
            entry = tarfile.TarInfo(f"{name}-{version}/{inner}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return path


def sdk(folder: Path, version: str = "0.10.2") -> Path:
    """A stand-in for the SDK: as far as environments go, a package of that name."""
    return make_wheel(folder, "dify_plugin", version, files={"dify_plugin/__init__.py": f"__version__ = {version!r}\n"})


def sha256(path: Path) -> str:
    """As in lock files."""
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def lock(project: str, wheels: Iterable[Path], *, index: str = "https://unreachable.invalid/simple") -> str:
    """A ``uv.lock`` that pins `wheels`, at addresses where nothing is."""
    named = [(path.name.split("-")[0].replace("_", "-"), path.name.split("-")[1], path) for path in wheels]
    needs = "\n".join(f'    {{ name = "{name}" }},' for name, _version, _path in named)
    host = index.removesuffix("/simple")
    packages = "\n".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "{index}" }}\n'
        f'wheels = [\n    {{ url = "{host}/{path.name}", hash = "{sha256(path)}", size = {path.stat().st_size} }},\n]\n'
        for name, version, path in named
    )
    requires = f">={sys.version_info[0]}.{sys.version_info[1]}"
    specified = "\n".join(f'    {{ name = "{name}" }},' for name, _version, _path in named)
    return (
        f'version = 1\nrevision = 3\nrequires-python = "{requires}"\n\n{packages}\n'
        f'[[package]]\nname = "{project}"\nversion = "0.1.0"\nsource = {{ virtual = "." }}\n'
        f"dependencies = [\n{needs}\n]\n\n[package.metadata]\nrequires-dist = [\n{specified}\n]\n"
    )


def _record(path: str, text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(text.encode())}\n"
