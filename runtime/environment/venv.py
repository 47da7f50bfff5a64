"""An empty virtual environment (PEP 405): what ``uv venv --relocatable`` makes, in a thousandth of a second.

Its scripts look for their interpreter beside themselves, so it can be moved; nobody will activate it by hand.
"""

from pathlib import Path

from runtime.environment.interpreter import Interpreter


def make(folder: Path, python: Interpreter) -> None:
    """Make one in `folder`, which must not be there yet."""
    site = folder / "lib" / f"python{python.release[0]}.{python.release[1]}" / "site-packages"
    site.mkdir(parents=True)
    (folder / "lib64").symlink_to("lib")
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(python.path)
    for name in ("python3", f"python3.{python.release[1]}"):
        (folder / "bin" / name).symlink_to("python")
    lines = {
        "home": str(Path(python.path).parent),
        "implementation": python.markers.get("platform_python_implementation", "CPython"),
        "version_info": python.version,
        "include-system-site-packages": "false",
        "relocatable": "true",
    }
    (folder / "pyvenv.cfg").write_text("".join(f"{name} = {value}\n" for name, value in lines.items()))
