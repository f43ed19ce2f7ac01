"""The built book as a reader meets it: in a browser, under a sub-path, on its own."""

from __future__ import annotations

import pytest
from browsing import EVERY, Watch, open_all, settle
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

pytestmark = pytest.mark.browser

FIRST = "book/index.html"
CHAPTER = "book/05-the-fiscal-challenge.html"


def test_the_watch_sees_what_it_watches_for(page: Page, site: str) -> None:
    watch = Watch(page, site)
    page.goto(site + FIRST)
    page.evaluate("console.error('told'); setTimeout(() => { throw new Error('thrown') })")
    page.evaluate("['http://127.0.0.2:9/image.png', 'no-such-file'].map(url => fetch(url).catch(() => 0))")
    page.wait_for_timeout(500)
    with pytest.raises(PlaywrightError):
        page.goto("http://127.0.0.2:9/")
    for expected in ("told", "thrown", "refused: connect-src http://127.0.0.2:9", "status 404", "another host"):
        assert any(expected in problem for problem in watch.problems), expected


@pytest.mark.parametrize("path", EVERY)
def test_a_page_asks_no_other_host_and_makes_no_error(path: str, page: Page, site: str) -> None:
    watch = Watch(page, site)
    page.goto(site + path, wait_until="networkidle")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    settle(page)
    open_all(page)
    page.wait_for_load_state("networkidle")
    assert watch.requested > 5 and page.locator("h1").count() > 0
    assert watch.problems == []


@pytest.mark.parametrize("path", EVERY[1:])
def test_a_page_fits_a_narrow_window(path: str, page: Page, site: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(site + path)
    settle(page)
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


OUTSIDE = """() => [...document.querySelectorAll('.live-picture svg text')].filter(text => {
  const box = text.getBoundingClientRect();
  return box.width && (box.left < 0 || box.right > document.documentElement.clientWidth);
}).map(text => text.textContent)"""
LONGEST = "E06000058"  # Bournemouth, Christchurch and Poole


@pytest.mark.parametrize("lab", ["one-in-ten", "forecast-scorecard", "other-chair"])
def test_no_word_of_a_figure_leaves_a_narrow_window(lab: str, page: Page, site: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{site}notebooks/{lab}.html?place={LONGEST}")
    settle(page)
    open_all(page)
    for select in page.locator(".live-controls select:visible").all():
        if select.get_attribute("data-control") == "place":
            continue
        before = select.input_value()
        for value in select.evaluate("select => [...select.options].map(option => option.value)"):
            select.select_option(value)
            page.wait_for_timeout(60)
            assert page.evaluate(OUTSIDE) == [], value
        select.select_option(before)


@pytest.mark.parametrize("width", [1280, 320])
def test_every_control_of_the_frame_is_large_enough_named_and_alive(width: int, page: Page, site: str) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(site + CHAPTER)
    settle(page)
    buttons = [button for button in page.locator("button").all() if button.is_visible()]
    assert len(buttons) >= 3
    for button in buttons:
        box = button.bounding_box()
        assert box and min(box["width"], box["height"]) >= 24, button.evaluate("e => e.outerHTML")
        assert button.get_attribute("aria-label") or button.inner_text().strip()
        before = page.evaluate("document.documentElement.outerHTML.length + document.documentElement.dataset.mode")
        button.click()
        page.wait_for_timeout(100)
        after = page.evaluate("document.documentElement.outerHTML.length + document.documentElement.dataset.mode")
        assert after != before, f"nothing happens: {button.evaluate('e => e.outerHTML')}"
        page.keyboard.press("Escape")
        page.wait_for_timeout(100)


def test_light_and_dark_follow_the_reader(page: Page, site: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(site + FIRST)
    theme = page.locator("html")
    expect(theme).to_have_attribute("data-theme", "dark")
    seen = set()
    for _ in range(3):
        page.locator(".theme-switch-button").click()
        seen.add((theme.get_attribute("data-mode"), theme.get_attribute("data-theme")))
    assert seen == {("light", "light"), ("dark", "dark"), ("auto", "dark")}


def test_search_finds_a_chapter(page: Page, site: str) -> None:
    page.goto(site + FIRST)
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog input").fill("fiscal")
    page.keyboard.press("Enter")
    results = page.locator("#search-results li a")
    expect(results.filter(has_text="fiscal").first).to_be_visible()
    expect(page.locator("#search-results p.context").nth(3)).to_be_visible()
    expect(page.locator("#search-results")).not_to_contain_text("Back to England")  # the picker's words are no page's own
    results.filter(has_text="fiscal").first.click()
    expect(page.locator("h1")).to_be_visible()


def test_a_reader_without_javascript_has_text_and_contents(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(site)
    page.wait_for_url(site + FIRST)
    page.goto(site + CHAPTER)
    assert page.locator("article p").first.is_visible()
    assert page.locator("nav.bd-links a").first.is_visible()
    assert page.locator("button:visible").count() == 0, "no button that needs a script"
    context.close()


def test_on_paper_there_is_the_text_and_what_was_folded_away(page: Page, site: str) -> None:
    page.goto(site + CHAPTER)
    page.emulate_media(media="print")
    assert page.locator("h1").filter(visible=True).count() == 1
    for hidden in (".bd-sidebar-primary", ".bd-header-article", ".prev-next-footer"):
        assert not page.locator(hidden).first.is_visible()
    page.goto(site + "book/about/data.html")
    tables = page.locator("article details:not([open]) table").all()
    assert len(tables) > 20 and all(table.is_visible() for table in tables)
