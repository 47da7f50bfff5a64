"""The first hour of somebody new: sign in, install a plugin, run it, read its log, uninstall it."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

ECHO = "/w/default/plugins/patchbay/echo"
INSTALLING = 240_000  # milliseconds, for a cold package cache


@pytest.fixture
def installed(signed_in: Page, echo_file: str) -> Page:
    """A page on which echo is installed, whichever test came first."""
    page = signed_in
    page.goto("/w/default/plugins")
    if page.get_by_role("link", name="Echo", exact=True).count() == 0:
        install(page, echo_file)
    return page


def install(page: Page, file: str) -> None:
    page.goto("/w/default/plugins")
    page.get_by_role("link", name="Upload plugins").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator("#picked")).to_contain_text("echo.difypkg")
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/install?p=patchbay/echo:*")
    expect(page.get_by_text("Unsafe: not signed by a trusted key")).to_be_visible()
    page.get_by_role("button", name="Install").click()
    page.wait_for_url("**/activity/*")
    page.reload()  # what is going on survives it
    expect(page.get_by_role("link", name="Open Echo")).to_be_visible(timeout=INSTALLING)
    expect(page.locator("progress")).to_have_attribute("value", "100")


def test_files_that_are_chosen_before_the_script_has_come_are_shown(signed_in: Page, echo_file: str) -> None:
    page, held = signed_in, list[Route]()
    page.route("**/upload*.js", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    page.goto("/w/default/upload", wait_until="commit")
    page.locator("input[type=file]").set_input_files(echo_file)
    expect(page.locator("#picked")).to_be_hidden()
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    expect(page.locator("#picked")).to_contain_text("echo.difypkg")


def run(page: Page, tool: str, **parameters: str) -> None:
    page.goto(f"{ECHO}/-/run/tool/{tool}")
    for name, value in parameters.items():
        page.locator(f"#id_parameter-{name}").fill(value)
    page.get_by_role("button", name="Run", exact=True).click()


def expect_ended(page: Page, word: str) -> None:
    expect(page.locator("#status")).to_contain_text(word)


def test_from_an_empty_workspace_to_an_answer(installed: Page) -> None:
    page = installed
    page.goto("/w/default/plugins")
    expect(page.get_by_role("list").get_by_text("Running")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Echo", exact=True).click()
    page.get_by_role("link", name=re.compile("^Tools")).first.click()
    page.get_by_role("link", name="Run Echo", exact=True).click()
    page.get_by_label("Text").fill("Is anybody there? 你好")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#blocks")).to_contain_text("Is anybody there? 你好")
    expect_ended(page, "Done")


def test_ten_thousand_pieces_arrive_as_they_come(installed: Page) -> None:
    run(installed, "stream", count="10000", size="4")
    expect_ended(installed, "Done")
    pieces = re.findall(r"(\d+):", installed.locator("#blocks .words").inner_text())
    assert pieces == [str(number) for number in range(10_000)]


def test_an_answer_is_seen_before_it_has_ended_and_can_be_stopped(installed: Page) -> None:
    run(installed, "stream", count="1000", size="2", delay_ms="50")
    expect(installed.locator("#blocks .words")).not_to_be_empty()
    expect(installed.locator("#status")).to_contain_text("Running")
    installed.get_by_role("button", name="Stop").click()
    expect_ended(installed, "Stopped")


def test_every_kind_of_message_is_shown(installed: Page) -> None:
    run(installed, "messages")
    expect_ended(installed, "Done")
    for expected in ("text", '"nested"', "https://example.org/page", "once upon a time", "part of it", "blob.txt"):
        expect(installed.locator("#blocks")).to_contain_text(expected)


def test_a_file_is_downloaded_whole(installed: Page) -> None:
    run(installed, "blob", size="100000")
    with installed.expect_download() as download:
        installed.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "blob.bin"
    assert download.value.path().read_bytes() == (bytes(range(256)) * 391)[:100_000]


def test_an_error_is_a_sentence_with_its_traceback_folded(installed: Page) -> None:
    run(installed, "fail")
    expect_ended(installed, "Failed")
    alert = installed.get_by_role("alert")
    expect(alert).to_contain_text("failed as asked")
    expect(alert.locator("pre")).to_be_hidden()
    alert.get_by_text("The plugin’s traceback").click()
    expect(alert.locator("pre")).to_contain_text("Traceback")


def test_a_plugin_that_dies_in_a_call_is_told_at_once(installed: Page) -> None:
    installed.goto(f"{ECHO}/-/run/tool/fail")
    installed.get_by_label("How").select_option("exit")
    installed.get_by_role("button", name="Run", exact=True).click()
    expect_ended(installed, "Failed")
    run(installed, "echo", text="alive again")
    expect(installed.locator("#blocks")).to_contain_text("alive again")


def test_errors_are_at_their_fields_and_values_stay(installed: Page) -> None:
    run(installed, "form", object="{bad", secret="hush")
    error = installed.locator("#id_parameter-object_error")
    expect(error).to_contain_text("not JSON")
    expect(installed.locator("#id_parameter-object")).to_be_focused()
    installed.get_by_role("button", name="Load options").click()
    expect(installed.locator("select#id_parameter-dynamic option")).not_to_have_count(0)
    installed.locator("#id_parameter-object").fill('{"a": 1}')
    installed.get_by_role("button", name="Run", exact=True).click()
    expect_ended(installed, "Done")
    expect(installed.locator("#blocks")).to_contain_text('"secret": "hush"')


def test_logs_are_live(installed: Page) -> None:
    installed.goto(f"{ECHO}/-/logs")
    expect(installed.locator("#live")).to_contain_text("Live")
    other = installed.context.new_page()
    other.goto(f"{ECHO}/-/run/tool/fail")
    other.get_by_label("How").select_option("stderr")
    other.get_by_role("button", name="Run", exact=True).click()
    expect(installed.locator("#log .from-stderr").first).to_be_visible(timeout=10_000)
    installed.locator("#stream").select_option("host")
    expect(installed.locator("#log .from-stderr").first).to_be_hidden()


def test_it_all_works_without_a_script(installed: Page) -> None:
    state = installed.context.storage_state()
    browser = installed.context.browser
    assert browser is not None
    context = browser.new_context(
        base_url=installed.url.partition("/w/")[0], storage_state=state, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"{ECHO}/-/run/tool/echo")
    page.get_by_label("Text").fill("plain")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#blocks")).to_contain_text("plain")
    expect(page.locator("#status")).to_contain_text("Done")
    context.close()


def test_the_keyboard_is_enough_to_find_a_plugin(installed: Page) -> None:
    installed.goto("/w/default/plugins")
    installed.keyboard.press("/")
    installed.keyboard.type("nothing like it")
    expect(installed.locator("#plugins")).to_contain_text("Nothing here is called")
    installed.keyboard.press("Control+A")
    installed.keyboard.type("ECHO")
    expect(installed.locator("#plugins")).to_contain_text("Says back what it hears")


def test_states_are_asked_for_what_is_shown_and_not_for_what_is_being_typed(installed: Page) -> None:
    installed.goto("/w/default/plugins?q=nothing+like+it")
    with installed.expect_response("**/-/states?*") as states:
        # without the event that asks for the list
        installed.evaluate("document.querySelector('[name=q]').value = 'ECHO'")
        installed.evaluate("document.body.dispatchEvent(new Event('tick'))")
    assert "q=nothing" in states.value.url
    expect(installed.locator("#plugins")).to_contain_text("Nothing here is called")


def test_what_is_live_says_when_it_is_not_connected(installed: Page) -> None:
    installed.goto("/w/default/plugins")
    expect(installed.locator("#state-patchbay--echo")).to_contain_text("Running")
    installed.context.set_offline(True)
    expect(installed.get_by_text("Not connected.")).to_be_visible(timeout=15_000)
    expect(installed.locator("#state-patchbay--echo")).to_contain_text("Running")
    installed.context.set_offline(False)
    expect(installed.get_by_text("Not connected.")).to_be_hidden(timeout=15_000)


def test_a_restart_is_seen_where_it_happens(installed: Page) -> None:
    installed.goto(f"{ECHO}/-/activity")
    before = installed.locator("#state time").inner_text()
    installed.locator("main").get_by_role("button", name="Restart").last.click()
    expect(installed.locator("#notices")).to_contain_text("Echo is starting again")
    expect(installed.locator("#state time")).not_to_have_text(before)
    expect(installed.locator("#state")).to_contain_text("Running")


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_wider_than_its_screen(installed: Page, width: int) -> None:
    installed.set_viewport_size({"width": width, "height": 844})
    for tail in ("", "/-/offers/tools", "/-/signature", "/-/activity", "/-/logs", "/-/run/tool/form"):
        installed.goto(ECHO + tail)
        assert installed.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), tail


def test_uninstalling_asks_first_and_can_be_undone(installed: Page) -> None:
    installed.goto(ECHO)
    installed.get_by_label("More").click()
    installed.get_by_role("link", name="Uninstall").click()
    dialog = installed.get_by_role("dialog")
    expect(dialog).to_contain_text("Everybody in Default loses it")
    dialog.get_by_role("link", name="Keep it").click()
    expect(dialog).to_be_hidden()
    installed.get_by_label("More").click()
    installed.get_by_role("link", name="Uninstall").click()
    dialog.get_by_role("button", name="Uninstall").click()
    expect(installed.get_by_text("Echo is uninstalled")).to_be_visible()
    expect(installed.get_by_text("No plugins yet")).to_be_visible()
    installed.get_by_role("link", name="Install it again").click()
    installed.get_by_role("button", name="Install").click()
    expect(installed.get_by_role("link", name="Open Echo")).to_be_visible(timeout=INSTALLING)
