"""The risk tier, and why."""

from typing import Any

import pytest

from marketplace.review.power import Item
from marketplace.review.risk import Facts, assess

PLAIN: dict[str, Any] = {
    "tool": {"tools": [{"identity": {"name": "forecast"}, "parameters": [{"name": "city", "type": "string"}]}]}
}


def tool(tool_name: str, /, **parameter: str) -> dict[str, Any]:
    return {"tool": {"tools": [{"identity": {"name": tool_name}, "parameters": [parameter] if parameter else []}]}}


@pytest.mark.parametrize(
    ("facts", "tier", "word"),
    [
        (Facts({}, PLAIN, {}), "low", "fixed addresses"),
        (Facts({"hosts": {"api.example.org": Item()}}, PLAIN, {}), "low", "fixed addresses"),
        (Facts({}, tool("read", name="document", type="file"), {}), "medium", "files"),
        (Facts({}, tool("read", name="page_url", type="string"), {}), "medium", "addresses"),
        (Facts({}, tool("send_message"), {}), "medium", "send_message"),
        (Facts({"endpoints": {"POST /hook": Item()}}, PLAIN, {}), "medium", "requests from outside"),
        (Facts({"permissions": {"app": Item("yes")}}, PLAIN, {}), "medium", "apps"),
        (Facts({"privacy": {"e-mail → Mailer": Item()}}, PLAIN, {}), "medium", "somebody else"),
        (Facts({"privacy": {"e-mail → stays here": Item()}}, PLAIN, {}), "low", ""),
        (Facts({}, PLAIN, {}, unscanned=("secrets",)), "medium", "Not scanned: secrets"),
        (Facts({}, PLAIN, {}, blocking=1), "medium", "blocks"),
        (Facts({"capabilities": {"command execution": Item()}}, PLAIN, {}), "high", "other programs"),
        (Facts({"capabilities": {"sql": Item()}}, PLAIN, {}), "high", "databases"),
        (Facts({"capabilities": {"browser-automation": Item()}}, PLAIN, {}), "high", "browser"),
        (Facts({}, PLAIN, {"uses": [{"data": "health"}]}), "high", "health"),
        (Facts({}, PLAIN, {"uses": [{"data": "content", "purpose": "health"}]}), "low", ""),
    ],
)
def test_the_gravest_rule_that_holds_gives_the_tier(facts: Facts, tier: str, word: str) -> None:
    found, why = assess(facts)
    assert found == tier
    assert word in why[0].text


def test_all_reasons_are_told_gravest_first() -> None:
    facts = Facts({"capabilities": {"ssh": Item()}}, tool("delete_page"), {}, unscanned=("install",))
    assert [one.tier for one in assess(facts)[1]] == ["high", "medium", "medium"]
