"""axe-core finds nothing on any page: in light and dark, wide and narrow, as it opens and after the reader has used it."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import EVERY, open_all, settle
from building import ROOT
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

AXE = ROOT / "src" / "placelab" / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WINDOWS = {"wide": (1280, 800), "narrow": (320, 640)}


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's text, as the package's own build fetched it."""
    if not AXE.is_file():
        pytest.fail(f"axe-core is missing: run `npm ci --prefix {AXE.parents[2].relative_to(ROOT)}`", pytrace=False)
    return AXE.read_text(encoding="utf-8")


def faults(page: Page, axe: str) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA on the page as it stands, one line a fault.

    The script is evaluated from outside, which the page's policy allows: nothing is put into the page.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(axe)
    found: list[dict[str, Any]] = page.evaluate(
        "tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] }).then(found => found.violations)", TAGS
    )
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:400]}"
        for one in found
        for node in one["nodes"]
    ]


def test_axe_sees_a_fault(browser: Browser, axe: str) -> None:
    page = browser.new_page()
    page.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src='data:,'><p style='color: #bbb'>pale")
    found = {line.partition(":")[0] for line in faults(page, axe)}
    page.close()
    assert found == {"image-alt", "color-contrast"}


# A theme changes colours and a window the layout, so each is tried against one of the other.
@pytest.mark.parametrize(("window", "theme"), [("wide", "light"), ("wide", "dark"), ("narrow", "light")])
@pytest.mark.parametrize("path", EVERY[1:])
def test_a_page_has_no_fault_as_it_opens_or_in_use(
    path: str, window: str, theme: str, browser: Browser, site: str, axe: str
) -> None:
    width, height = WINDOWS[window]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(site + path)
    settle(page)
    assert faults(page, axe) == []
    open_all(page)
    page.locator("#place-input").fill("suf")
    page.locator("#place-list [role=option]").first.wait_for()
    assert faults(page, axe) == [], "everything unfolded, the picker open"
    page.keyboard.press("Escape")
    for opener in (".primary-toggle", ".secondary-toggle", ".search-button__button"):
        button = page.locator(opener).filter(visible=True).first
        if button.count():
            button.click()
            assert faults(page, axe) == [], f"after {opener}"
            page.keyboard.press("Escape")
    context.close()
