"""A plugin to begin with: who gets it, and that it is packed, as the pages say, into a package that is taken."""

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client

from marketplace.difypkg import open_package
from marketplace.difypkg.skeleton import PROVIDERS
from marketplace.publishers.commands import PACK

pytestmark = pytest.mark.django_db
Visit = Callable[..., Client]
HERE = "/publish/acme/starter/tool"


def test_only_its_people_get_it(visit: Visit, people: SimpleNamespace) -> None:
    names = ("owner", "member", "staff", "stranger", "reviewer")
    seen = {name: visit(name).get(HERE).status_code for name in names}
    assert seen == {"owner": 200, "member": 200, "staff": 403, "stranger": 404, "reviewer": 404}
    assert Client().get(HERE)["Location"].startswith("/sign-in?next=")
    assert visit("owner").get("/publish/acme/starter/nothing").status_code == 404


@pytest.mark.parametrize("category", PROVIDERS)
def test_it_becomes_a_package_with_the_command_on_the_page(
    visit: Visit, people: SimpleNamespace, tmp_path: Path, category: str
) -> None:
    answer = visit("owner").get(f"/publish/acme/starter/{category}")
    assert answer["Content-Disposition"] == 'attachment; filename="my_plugin.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path)
    (tmp_path / "my_plugin" / ".venv" / "lib").mkdir(parents=True)
    (tmp_path / "my_plugin" / ".venv" / "lib" / "heavy.py").write_text("")
    made = tmp_path / "my_plugin.difypkg"
    if shutil.which("zip"):
        subprocess.run(["sh", "-ec", PACK], cwd=tmp_path, check=True, capture_output=True)
    else:
        plain = [
            path for path in (tmp_path / "my_plugin").rglob("[!.]*") if path.is_file() and ".venv" not in path.parts
        ]
        with zipfile.ZipFile(made, "w") as archive:
            for path in plain:
                archive.write(path, path.relative_to(tmp_path / "my_plugin"))
    with open_package(made) as package:
        assert package.plugin_id == "acme/my_plugin"
        assert "README.md" in package.names()
        assert not [name for name in package.names() if name.startswith(".")]


def test_the_pages_offer_it(visit: Visit, people: SimpleNamespace) -> None:
    empty = visit("member").get("/publish/acme").text
    assert [category for category in PROVIDERS if f"/publish/acme/starter/{category}" not in empty] == []
    assert "zip -rD" in empty
    assert "zip -rD" in visit("member").get("/publish/acme/upload").text
    assert "/starter/" not in visit("staff").get("/publish/acme").text
