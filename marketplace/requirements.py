"""The packages that a plugin asks for, as it writes them."""

import tomllib
from collections.abc import Mapping


def requirement_lines(files: Mapping[str, bytes]) -> list[str]:
    """Requirements of requirements.txt, else of pyproject.toml, without comments and options of pip."""
    if "requirements.txt" in files:
        lines = files["requirements.txt"].decode(errors="replace").splitlines()
        return [found for line in lines if (found := requirement(line))]
    if "pyproject.toml" in files:
        return project_dependencies(files["pyproject.toml"].decode(errors="replace"))
    return []


def requirement(line: str) -> str:
    """One requirement without its comment and hashes; "" where the line has none."""
    text = line.strip().removesuffix("\\").partition(" #")[0].partition(" --hash")[0].strip()
    return "" if text.startswith(("#", "-")) else text[:500]


def project_dependencies(text: str) -> list[str]:
    try:
        project = tomllib.loads(text).get("project", {})
    except tomllib.TOMLDecodeError:
        return []
    found = project.get("dependencies", []) if isinstance(project, dict) else []
    return [str(one)[:500] for one in found] if isinstance(found, list) else []
