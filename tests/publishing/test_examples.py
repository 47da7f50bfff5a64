"""The example plugins: published through the whole path, and run as they are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import marketplace.celery
from marketplace.demonstrating import HANDLE, demonstrate
from marketplace.difypkg import write_package
from marketplace.models import Decision, Organization, Plugin, Release, ScreeningSection, User
from tests.caller import Caller
from tests.places import ROOT
from tests.servers import Host

__all__ = ["marketplace"]
EXAMPLES = ROOT / "examples"
NAMES = ["dice", "guestbook", "text_facts", "workdays"]


@pytest.mark.django_db(transaction=True)
def test_the_demonstration_goes_the_whole_way() -> None:
    told = list(demonstrate(EXAMPLES))
    assert [(one.plugin_id, one.state, one.problem) for one in told] == [
        (f"{HANDLE}/{name}", "released", "") for name in NAMES
    ]
    assert {plugin.latest is not None for plugin in Plugin.objects.all()} == {True}
    assert ScreeningSection.objects.filter(state__in=("waiting", "failed")).count() == 0
    publisher = Organization.objects.get(handle=HANDLE).people.get()
    assert publisher not in {one.reviewer for one in Decision.objects.all()}
    assert not any(user.has_usable_password() for user in User.objects.all())
    guests = Release.objects.get(plugin__name="guestbook")
    assert guests.privacy_label["data"] == ["content", "name"]
    assert Release.objects.get(plugin__name="dice").privacy_label["collects_nothing"] is True
    assert [one.state for one in demonstrate(EXAMPLES)] == ["listed already"] * len(NAMES)


def test_every_example_has_what_a_good_listing_has() -> None:
    for name in NAMES:
        files = {str(path.relative_to(EXAMPLES / name)) for path in (EXAMPLES / name).rglob("*") if path.is_file()}
        assert {"README.md", "PRIVACY.md", "privacy.yaml", "CHANGELOG.md", "_assets/icon.svg"} <= files
        assert any(path.startswith("readme/README_") for path in files)


def test_examples_run_as_they_are(host: Host, call: Callable[..., Caller], tmp_path: Path) -> None:
    me = call(host, workspace="examples")
    for name in ("dice", "text_facts", "workdays"):
        with write_package(EXAMPLES / name, tmp_path / f"{name}.difypkg") as package:
            me.upload(tmp_path / f"{name}.difypkg")
            me.install(package.unique_identifier)
    assert said(me, "dice", "roll", dice="1d1+2").startswith("3: 1 +2")
    assert said(me, "dice", "roll", dice="many").endswith("Write 2d6+1, 4d6dl or d100.")
    assert (
        said(me, "text_facts", "count", text="One two. Three!")
        == "3 words, 15 characters, 2 sentences; 1 minutes to read."
    )
    assert said(me, "text_facts", "words", text="tea tea milk", most=1) == "2 × tea"
    assert said(me, "workdays", "between", start="2026-12-24", end="2026-12-29", holidays="2026-12-25").startswith("2 ")
    assert said(me, "workdays", "after", start="2026-12-24", days=2, holidays="2026-12-25").endswith(
        "Tuesday, 2026-12-29."
    )


def said(me: Caller, plugin: str, tool: str, **parameters: Any) -> str:
    events = me.tool(f"{HANDLE}/{plugin}", tool, **parameters)
    return str(events[0]["data"]["message"]["text"])
