"""The page of how plugins run, and what a workspace wants of them: who sees it, who may say it."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from runtime.cluster import MemoryCluster, PluginState
from runtime.models import Installation, RunPolicy

pytestmark = pytest.mark.django_db
ACTIVITY = "/w/support/plugins/patchbay/echo/-/activity"
ONE = "/w/support/plugins/patchbay/echo/-/running"
ALL = "/w/support/running/policy"


def test_the_page_says_what_is_wished_how_it_is_and_why(
    visit: Callable[..., Client], installed: Installation, cluster: MemoryCluster
) -> None:
    told = PluginState("backoff", reason="No module named yaml.", node="n-1")
    cluster.tell({installed.package.unique_identifier: told}, "n-1")
    page = visit("member").get("/w/support/running").text
    for expected in ("patchbay/echo", "On call", "Restarting", "No module named yaml.", "Read its log"):
        assert expected in page
    assert "For every plugin of this workspace" not in page, "a member cannot say how they run"
    part = visit().get("/w/support/running", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith("<section")


def test_asleep_is_not_down(visit: Callable[..., Client], installed: Installation, cluster: MemoryCluster) -> None:
    told = PluginState("asleep", reason="Nobody has called it for 300 s; the next call wakes it.")
    cluster.tell({installed.package.unique_identifier: told}, "n-1")
    for path in ("/w/support/plugins", "/w/support/running", ACTIVITY):
        page = visit().get(path).text
        assert "Asleep" in page
        assert "Stopped" not in page
        assert told.reason in page


@pytest.mark.parametrize("who", ["owner", "admin"])
def test_who_governs_says_how_it_runs(visit: Callable[..., Client], installed: Installation, who: str) -> None:
    said = {"sleep": "after", "sleep_after": "90", "most": "2", "apart": "yes", "alone": "yes"}
    page = visit(who).post(ONE, said, follow=True).text
    assert "It follows within seconds" in page
    row = RunPolicy.objects.get()
    assert (row.plugin_id, row.sleep, row.sleep_after, row.most, row.apart) == ("patchbay/echo", "after", 90, 2, True)
    assert row.alone is True
    assert 'value="90"' in page
    assert '<option value="yes" selected>By itself</option>' in page
    visit(who).post(ALL, {"sleep": "", "apart": "no"})
    assert RunPolicy.objects.get(plugin_id="").apart is False


@pytest.mark.parametrize("path", [ONE, ALL])
def test_others_may_not(
    visit: Callable[..., Client], installed: Installation, people: SimpleNamespace, path: str
) -> None:
    assert visit("member").post(path, {"sleep": "always"}).status_code == 403
    assert visit("stranger").post(path, {"sleep": "always"}).status_code == 404
    assert visit("stranger").get("/w/support/running").status_code == 404
    assert Client().post(path, {"sleep": "always"}).status_code == 302
    assert not RunPolicy.objects.exists()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"sleep": "after"}, "sleep_after must be a number"),
        ({"sleep": "after", "sleep_after": "0"}, "Seconds without a call"),
        ({"most": "many"}, "Processes at most"),
        ({"sleep": "often"}, "Sleep"),
        ({"alone": "perhaps"}, "How it starts: "),
    ],
)
def test_what_makes_no_sense_is_said(
    visit: Callable[..., Client], installed: Installation, said: dict[str, str], expected: str
) -> None:
    assert expected in visit().post(ONE, said, follow=True).text
    assert not RunPolicy.objects.exists()


def test_a_plugin_that_is_not_there_has_no_policy(visit: Callable[..., Client], installed: Installation) -> None:
    assert visit().post("/w/support/plugins/patchbay/other/-/running", {"sleep": "always"}).status_code == 404
