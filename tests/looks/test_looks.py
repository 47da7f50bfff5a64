"""axe-core on every page of every room, wide and narrow, light and dark; nothing wider than its window, nothing in the console.

PICTURES=folder pytest tests/looks keeps a picture of each.
"""

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.accessible import overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

Window = Callable[..., BrowserContext]
MAIL, W, SUBMISSION, ECHO, ENDPOINT = (
    "/plugins/acme/mail",
    "/w/{slug}",
    "/desk/submissions/{one}",
    "/w/{slug}/plugins/patchbay/echo",
    "/w/{slug}/endpoints/{endpoint}/",
)
# Room and part of it: who reads, and what.
ROOMS = {
    "catalogue 1": (
        "",
        ["/", "/plugins", "/category/tool", "/search?q=mail", "/search?q=nothing-at-all", "/publishers/acme"],
    ),
    "catalogue 2": (
        "",
        [MAIL, *(f"{MAIL}/{tab}" for tab in ("versions", "permissions", "privacy", "review", "compare"))],
    ),
    "catalogue 3": ("owner", [MAIL, f"{MAIL}/ratings", f"{MAIL}/report", "/collections/start", "/nowhere"]),
    "strangers": (
        "",
        ["/sign-in", "/sign-up", "/rules/", "/rules/code-readable", "/transparency/", "/transparency/recalls"],
    ),
    "publish 1": ("owner", ["/publish/", "/publish/new", "/publish/acme", "/publish/acme/upload", "/inbox"]),
    "publish 2": (
        "owner",
        ["/publish/acme/people", "/publish/acme/tokens", "/publish/acme/trusted", "/publish/acme/about"],
    ),
    "publish 3": (
        "owner",
        ["/publish/submissions/{one}", "/publish/submissions/{one}/privacy", "/publish/plugins/acme/mail"],
    ),
    "desk 1": (
        "ada",
        ["/desk/", SUBMISSION, f"{SUBMISSION}/files", f"{SUBMISSION}/files/main.py", f"{SUBMISSION}/changes"],
    ),
    "desk 2": (
        "ada",
        [
            "/desk/statistics",
            "/desk/administration",
            "/desk/audit",
            "/desk/key",
            "/inbox",
            "/publish/claims",
            "/invitations",
        ],
    ),
    "desk 3": ("ada", ["/desk/keys", "/desk/recalls", "/desk/mirrors", "/desk/mirrors/new", "/catalogues/", "/nodes"]),
    "console 1": (
        "owner",
        [f"{W}/plugins", f"{W}/members", f"{W}/settings", f"{W}/running", f"{W}/upload", f"{W}/activity"],
    ),
    "console 2": (
        "owner",
        [f"{W}/apps", f"{W}/apps/new", f"{W}/credentials", f"{W}/debugging", f"{W}/endpoints", f"{W}/triggers"],
    ),
    "console 3": (
        "owner",
        [ECHO, *(f"{ECHO}/-/{tab}" for tab in ("permissions", "signature", "activity", "usage", "logs"))],
    ),
    "console 5": (
        "owner",
        [f"{ENDPOINT}{tab}" for tab in ("", "deliveries", "deliveries/{delivery}", "settings", "rules", "address")],
    ),
    "console 4": (
        "owner",
        [f"{ECHO}/-/run/tool/echo", f"{ECHO}/-/credentials/", "/workspaces/new"],
    ),
}


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("room", ROOMS)
def test_everybody_can_use_it_in_all_looks(scene: SimpleNamespace, window: Window, room: str, width: int) -> None:
    who, paths = ROOMS[room]
    page = window(getattr(scene, who) if who else None, width=width).new_page()
    wrong: list[str] = []
    for path in paths:
        answer = page.goto(path.format(**vars(scene)))
        assert answer is not None
        assert answer.status == (404 if path == "/nowhere" else 403 if path == "/sign-up" else 200), path
        wrong += in_both_themes(page, path, width=width)
    assert wrong == []


def in_both_themes(page: Page, path: str, *, width: int) -> list[str]:
    wrong = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        keep_picture(page, f"{path.strip('/').replace('/', '_') or 'home'}-{width}-{theme}")
        wrong += [f"{path} at {width} in {theme}: {one}" for one in violations(page)]
    if (wider := overflow(page)) > 0:
        wrong.append(f"{path} is {wider} pixels wider than its window of {width}")
    return wrong


def keep_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(
            path=Path(folder) / f"{name.replace('{', '').replace('}', '').replace('?', '_')}.png", full_page=True
        )
