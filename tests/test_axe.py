"""axe-core finds nothing on any page: in light and dark, wide and narrow, as it opens and after the reader has used it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browsing import EVERY, TELEPHONE, open_all, settle
from building import ROOT
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

AXE = ROOT / "src" / "placelab" / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WINDOWS = {"wide": {"width": 1280, "height": 800}, "narrow": TELEPHONE}


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's text, as the package's own build fetched it."""
    if not AXE.is_file():
        pytest.fail(f"axe-core is missing: run `npm ci --prefix {AXE.parents[2].relative_to(ROOT)}`", pytrace=False)
    return AXE.read_text(encoding="utf-8")


def faults(page: Page, axe: str) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA on the page as it stands, one line a fault.

    While a dialogue is open only that is looked at: the page behind it is out of reach, and is looked at without it.
    The script is evaluated from outside, which the page's policy allows: nothing is put into the page.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(axe)
    found: list[dict[str, Any]] = page.evaluate(
        """tags => axe.run(document.querySelector("dialog:modal") ?? document, { runOnly: tags, resultTypes: ["violations"] })
            .then((found) => found.violations)""",
        TAGS,
    )
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:400]}"
        for one in found
        for node in one["nodes"]
    ]


def in_both_themes(page: Page, axe: str, when: str) -> list[str]:
    """The faults of a page as it stands in light and in dark, each with its theme and the moment."""
    found = []
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        found += [f"{theme}, {when}: {fault}" for fault in faults(page, axe)]
    return found


def test_axe_sees_a_fault(browser: Browser, axe: str) -> None:
    page = browser.new_page()
    page.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src='data:,'><p style='color: #bbb'>pale")
    found = {line.partition(":")[0] for line in faults(page, axe)}
    page.close()
    assert found == {"image-alt", "color-contrast"}


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("path", EVERY[1:])
def test_a_page_has_no_fault_as_it_opens_or_in_use(
    path: str, window: str, reader: Callable[..., Page], site: str, axe: str
) -> None:
    page = reader(viewport=WINDOWS[window], reduced_motion="reduce", color_scheme="light")
    page.goto(site + path)
    settle(page)
    found = in_both_themes(page, axe, "as it opens")
    open_all(page)
    page.locator("#place-input").fill("suf")
    page.locator("#place-list [role=option]").first.wait_for()
    found += in_both_themes(page, axe, "everything unfolded, the picker open")
    page.keyboard.press("Escape")
    for opener in (".primary-toggle", ".secondary-toggle", ".search-button__button"):
        button = page.locator(opener).filter(visible=True).first
        if button.count():
            button.click()
            found += in_both_themes(page, axe, f"after {opener}")
            page.keyboard.press("Escape")
    assert found == []
