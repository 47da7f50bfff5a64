"""Every page of a workspace, asked for by an owner, a team mate and a stranger; and what holds for every page."""

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from runtime.installing import install
from runtime.models import Installation, InstallTask, Package

pytestmark = pytest.mark.django_db

ECHO = "/w/support/plugins/patchbay/echo"
EVERYBODY = [
    "/w/support/plugins",
    "/w/support/plugins/-/states",
    ECHO,
    f"{ECHO}/-/offers/tools",
    f"{ECHO}/-/permissions",
    f"{ECHO}/-/signature",
    f"{ECHO}/-/activity",
    f"{ECHO}/-/usage",
    f"{ECHO}/-/usage/file",
    f"{ECHO}/-/logs",
    f"{ECHO}/-/logs/file",
    f"{ECHO}/-/run/tool/form",
    "/w/support/activity",
    "/w/support/activity/{task}",
    "/w/support/asset/{icon}",
    "/w/support/apps",
    "/w/support/credentials",
    f"{ECHO}/-/credentials/",
    "/w/support/members",
    "/w/support/settings",
    "/w/support/running",
]
GOVERNING = ["/w/support/upload", "/w/support/install?p={package}", f"{ECHO}/-/uninstall", "/w/support/apps/new"]
POSTS = [
    "/w/support/upload",
    "/w/support/install?p={package}",
    "/w/support/activity/{task}/retry",
    "/w/support/activity/{task}/cancel",
    f"{ECHO}/-/restart",
    f"{ECHO}/-/running",
    f"{ECHO}/-/uninstall",
    "/w/support/apps/new",
    "/w/support/running/policy",
]
# Those that need more than an installed plugin are tried in tests of their own.
ELSEWHERE = {"plugin-log-stream", "run-model", "member-role", "member-removal"}
ELSEWHERE |= {"credential-add", "credential-edit", "credential-default", "credential-test", "credential-remove"}
ELSEWHERE |= {"oauth-client", "oauth-begin"}  # with the accounts: tests/credentials
ELSEWHERE |= {"app", "app-conversation", "conversation-forget", "conversations"}  # tests/studio
ELSEWHERE |= {"app-usage", "app-edit", "app-access", "app-key-delete", "app-delete"}
ELSEWHERE |= {"endpoints", "endpoint", "endpoint-new", "endpoint-settings", "endpoint-rules", "endpoint-switch"}
ELSEWHERE |= {
    "endpoint-rotate",
    "endpoint-remove",
    "endpoint-deliveries",
    "endpoint-delivery",
    "endpoint-replay",
}  # tests/endpoints
ELSEWHERE |= {"debugging", "debugging-key", "debug-session", "debug-replay", "debug-patience"}  # tests/debugging
ELSEWHERE |= {"plugin-recall"}  # with the recalls: tests/recalling
ELSEWHERE |= {"triggers", "trigger", "trigger-new", "trigger-refresh", "trigger-end"}  # tests/endpoints
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)
HEAVIEST = 100_000  # bytes of a page's own HTML, styles and scripts before compression


@pytest.fixture
def places(installed: Installation, echo: Package) -> Callable[[str], str]:
    """An address with the ids of what is there."""
    task = InstallTask.objects.create(workspace_id=installed.workspace_id)
    task.items.create(package=echo, source="package", status="failed", message="It broke.", log="one\ntwo")
    known = {"task": task.id, "icon": echo.declaration["icon"], "package": echo.unique_identifier}
    return lambda address: address.format(**known)


@pytest.mark.parametrize("address", EVERYBODY)
def test_members_may_look_and_strangers_find_nothing(
    visit: Callable[..., Client], places: Callable[[str], str], address: str
) -> None:
    assert visit("owner").get(places(address)).status_code == 200
    assert visit("member").get(places(address)).status_code == 200
    assert visit("stranger").get(places(address)).status_code == 404
    assert Client().get(places(address))["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("address", GOVERNING)
def test_pages_that_change_something_are_for_owners_and_admins(
    visit: Callable[..., Client], places: Callable[[str], str], address: str
) -> None:
    assert visit("owner").get(places(address)).status_code == 200
    assert visit("admin").get(places(address)).status_code == 200
    refused = visit("member").get(places(address))
    assert refused.status_code == 403
    assert "This is not yours to do" in refused.text
    assert visit("stranger").get(places(address)).status_code == 404


@pytest.mark.parametrize("address", POSTS)
def test_only_owners_and_admins_change_something(
    visit: Callable[..., Client], places: Callable[[str], str], address: str
) -> None:
    assert visit("member").post(places(address)).status_code == 403
    assert visit("stranger").post(places(address)).status_code == 404
    assert Client().post(places(address))["Location"].startswith("/sign-in")
    assert Installation.objects.count() == 1
    assert install(Installation.objects.get().workspace_id, identifiers=[], source="package") is None


def test_members_are_not_offered_what_they_may_not_do(visit: Callable[..., Client], installed: Installation) -> None:
    for address in ("/w/support/plugins", ECHO, f"{ECHO}/-/activity"):
        page = visit("member").get(address).text
        assert "Upload" not in page
        assert "Uninstall" not in page
        assert "/-/restart" not in page


def test_what_is_in_another_workspace_is_not_here(visit: Callable[..., Client], places: Callable[[str], str]) -> None:
    browser = visit("stranger")
    for address in (ECHO, "/w/support/activity/{task}"):
        assert browser.get(places(address).replace("support", "elsewhere")).status_code == 404


def test_an_htmx_poll_of_somebody_who_was_signed_out_leads_to_the_form(people: SimpleNamespace) -> None:
    answer = Client().get("/w/support/plugins/-/states", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/sign-in")


def test_a_script_that_was_signed_out_is_told_so(people: SimpleNamespace) -> None:
    answer = Client().post("/w/support/upload", headers={"Accept": "application/json"})
    assert answer.status_code == 401


@pytest.mark.parametrize("address", [*EVERYBODY, *GOVERNING, "/sign-in", "/workspaces/new", "/w/nowhere/plugins"])
def test_no_page_has_inline_scripts_or_styles(
    visit: Callable[..., Client], places: Callable[[str], str], address: str
) -> None:
    browser = Client() if address == "/sign-in" else visit()
    page = browser.get(places(address))
    policy = page["Content-Security-Policy"]
    assert "default-src" in policy
    if page["Content-Type"].startswith("text/html"):
        assert not INLINE.search(page.text), INLINE.search(page.text)
        assert "unsafe" not in policy
        assert "https://" not in re.sub(r"placeholder=\"[^\"]*\"|example[^<]*", "", page.text)
        assert len(page.content) < HEAVIEST


def test_pages_that_are_not_there_are_ours(visit: Callable[..., Client]) -> None:
    page = visit().get("/nowhere/at/all")
    assert page.status_code == 404
    assert "There is nothing at this address" in page.text


def test_every_address_of_a_workspace_is_tried_here() -> None:
    """A page that is added is added to the lists above."""
    tried = [re.sub(r"\{\w+\}", "x", address.partition("?")[0]) for address in (*EVERYBODY, *GOVERNING, *POSTS)]
    names = {str(one.name): one for one in patterns(get_resolver().url_patterns, "") if one.name not in ELSEWHERE}
    for name, one in names.items():
        assert any(one.pattern.regex.search(address[1:]) for address in tried), name


def patterns(found: list[URLPattern | URLResolver], prefix: str) -> list[SimpleNamespace]:
    """All patterns below /w/, with their whole route."""
    whole: list[SimpleNamespace] = []
    for one in found:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            whole += patterns(one.url_patterns, route)
        elif route.startswith("w/"):
            regex = re.compile("^" + re.sub(r"<[^>]+>", "[^?]+", route) + "$")
            whole.append(SimpleNamespace(name=one.name, pattern=SimpleNamespace(regex=regex)))
    return whole
