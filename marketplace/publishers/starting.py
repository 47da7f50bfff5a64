"""A first plugin to take along: a folder that runs as it is, in the name of its publisher, for who has nothing of ours."""

import tempfile
from pathlib import Path

from marketplace.difypkg.skeleton import PROVIDERS, Blueprint, write_skeleton
from marketplace.difypkg.zipping import zip_files
from marketplace.publishers.errors import NotFound

NAME = "my_plugin"


def starter(author: str, category: str) -> bytes:
    """A ZIP file with the folder my_plugin. Raises NotFound: there is no such kind."""
    if category not in PROVIDERS:
        raise NotFound("category", f"There is no kind of plugin called {category[:40]}.")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / NAME
        with write_skeleton(target, Blueprint(author=author, name=NAME, category=category)) as plugin:
            return zip_files((f"{NAME}/{path}", content) for path, content in plugin.files.items())
