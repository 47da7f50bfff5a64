"""Every odd request arrives at a plugin as it was sent, on an old and on the current SDK, or is refused with a clear status."""

from typing import Any

import httpx

from tests.endpoints.wire import CASES, complaints, exchange


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 200
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_requests_arrive_as_they_were_sent(mirror, endpoints, web: httpx.Client) -> None:
    sdk, endpoint = mirror
    hook = endpoint["hook_id"]
    wrong: dict[str, Any] = {}
    for case in CASES:
        answer = exchange(endpoints.address, case, hook)
        if found := complaints(case, answer, hook=hook, decodes=sdk != "0.7.4"):
            wrong[case["name"]] = [one[:400] for one in found]
    assert wrong == {}
    assert web.get(endpoints.url(endpoint, "/still-here")).json()["path"] == "/still-here"
