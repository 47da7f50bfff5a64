"""Whether everybody can use a page: axe-core on it, for the browser tests of all rooms.

assert violations(page) == []
"""

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

# Rules of WCAG 2.2 A and AA, and what axe calls best practice.
OPTIONS = {"resultTypes": ["violations"]}


@cache
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text()


def violations(page: Page) -> list[str]:
    """What axe-core has against the page as it is now, each with the first places where it is so."""
    page.evaluate("document.fonts.ready")
    page.evaluate(axe())
    found = page.evaluate("options => axe.run(document, options)", OPTIONS)
    return [told(one) for one in found["violations"]]


def told(violation: dict[str, Any]) -> str:
    nodes = [f"{node['target']} {node.get('failureSummary', '')}" for node in violation["nodes"][:3]]
    return f"{violation['id']} ({violation['impact']}), {len(violation['nodes'])} times: " + " | ".join(nodes)


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def weight(page: Page) -> int:
    """Bytes of the page, its style sheets and scripts as they came, without pictures."""
    script = """() => [performance.getEntriesByType("navigation")[0], ...performance.getEntriesByType("resource")]
        .filter(one => !["img", "image", "css"].includes(one.initiatorType) || one.name.includes(".css"))
        .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
    return int(page.evaluate(script))
