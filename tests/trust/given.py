"""A corpus that somebody else has made: `clean/` and a folder for each class, holding packages or source folders."""

from pathlib import Path

from marketplace.difypkg import BadPackage, Package, open_directory, open_package
from marketplace.screening import Finding, screen


def measure_given(folder: Path) -> int:
    """Print a line a class: how many are blocked, and by which rules. Gives 1 if there is nothing to look at."""
    classes = sorted(path for path in folder.iterdir() if path.is_dir())
    for kind in classes:
        found = {path.name: _blocking(path) for path in _packages(kind)}
        hit = {name: rules for name, rules in found.items() if rules}
        print(f"{kind.name:28} {len(hit):>4} of {len(found):>4} blocked")
        listed = hit if kind.name.startswith("clean") else {name: "" for name in found if name not in hit}
        for name, rules in listed.items():
            print(f"    {name} {rules}")
    return 0 if classes else 1


def _packages(kind: Path) -> list[Path]:
    return sorted(path for path in kind.iterdir() if path.suffix == ".difypkg" or (path / "manifest.yaml").is_file())


def _blocking(path: Path) -> str:
    try:
        with _opened(path) as package:
            found: list[Finding] = [
                one for section in screen(package).blocked_by for one in section.findings if one.blocking
            ]
    except BadPackage as error:
        return f"refused: {error}"
    return ", ".join(sorted({one.rule for one in found}))


def _opened(path: Path) -> Package:
    return open_directory(path) if path.is_dir() else open_package(path)
