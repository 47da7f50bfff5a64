"""What a reviewer does on a submission's page in a browser."""

from playwright.sync_api import Page, expect


def settle_everything(page: Page) -> None:
    """Findings that block, and contradictions of the privacy statement, each with a reason."""
    expect(page.locator("#approve button")).to_be_visible()
    while left := page.locator(".finding:has-text('Blocks') button:has-text('Settle')").count():
        finding = page.locator(".finding:has-text('Blocks')").first
        finding.get_by_placeholder("Why this is no problem").fill("The program is fixed and takes no input.")
        finding.get_by_role("button", name="Settle").click()
        expect(page.locator(".finding:has-text('Blocks') button:has-text('Settle')")).to_have_count(left - 1)
    while left := page.locator(".point:not(.answered)").count():
        point = page.locator(".point:not(.answered)").first
        point.get_by_placeholder("Where and why").fill("See tools/echo.py: nothing leaves.")
        point.get_by_role("button", name="Answer").click()
        expect(page.locator(".point:not(.answered)")).to_have_count(left - 1)
    complete = page.get_by_role("button", name="Complete the privacy review")
    if complete.count():
        complete.click()
        expect(complete).to_have_count(0)


def fill_in(page: Page) -> None:
    """Tick every increase with a reason of its own, and say why."""
    for tick in page.locator("input[name=tick]").all():
        tick.check()
        page.locator(f"[name='reason-{tick.get_attribute('value')}']").fill("It is what the plugin is for.")
    page.get_by_label("Why, for the record").fill("Read in full.")


def approve(page: Page) -> None:
    fill_in(page)
    page.locator("#approve button").click()
    page.wait_for_load_state()
