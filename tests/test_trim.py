"""Style sheets lose what no page uses and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import tinycss2
from browsing import EVERY, open_all, settle
from building import Build
from playwright.sync_api import Browser
from pydata_sphinx_theme import __path__ as pydata
from sphinx_book_theme import __path__ as book_theme

from placelab.book import trim

THEMES = {
    "styles/pydata-sphinx-theme.css": Path(pydata[0], "theme/pydata_sphinx_theme/static"),
    "styles/sphinx-book-theme.css": Path(book_theme[0], "theme/sphinx_book_theme/static"),
}


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ("p, .used em { color: red }", "p,.used em{color: red}\n"),
        (".used, .unused { color: red }", ".used{color: red}\n"),
        (".used .unused, #unused { color: red }", ""),
        (".used:not(.unused, :is(.x .y)) { color: red }", ".used:not(.unused, :is(.x .y)){color: red}\n"),
        (':is(.used, .unused) a, [class~=".no"] { x: y }', ':is(.used, .unused) a,[class~=".no"]{x: y}\n'),
        ("@media print { .used { x: y } .unused { x: y } }", "@media print {\n.used{x: y}\n}\n"),
        ("@media print { .unused { x: y } }", ""),
        ("@supports (a: b) { @media print { #used { x: y } } }", "@supports (a: b) {\n@media print {\n#used{x: y}\n}\n}\n"),
        ("@keyframes turn { to { x: y } } @font-face { src: url(a) }", "@keyframes turn { to { x: y } }\n"),
        (":root{--a:1.5rem}/* .unused */", ":root{--a:1.5rem}\n"),
    ],
)
def test_what_a_sheet_keeps(css: str, kept: str) -> None:
    assert trim.trimmed(css, trim.words(['<p class="used">'])) == kept


def test_a_sheet_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="line 2"):
        trim.trimmed("p { x: y }\n}", set())


def test_what_scripts_name_is_kept() -> None:
    assert {"pst-sidebar-hidden", "scrolled"} <= trim.words(['x.classList.toggle("pst-sidebar-hidden");y("scrolled")'])


def test_the_built_sheets_are_small_and_what_no_page_loads_is_gone(built_book: Build) -> None:
    static = built_book.html / "_static"
    for sheet, source in THEMES.items():
        assert (static / sheet).stat().st_size < 0.6 * (source / sheet).stat().st_size
    assert not [path for pattern in trim.UNUSED for path in static.glob(pattern)]


@pytest.mark.browser
def test_no_rule_is_missing_that_would_match_something(browser: Browser, built_book: Build, site: str) -> None:
    kept = {sheet: (built_book.html / "_static" / sheet).read_text(encoding="utf-8") for sheet in THEMES}
    dropped = []
    for sheet, source in THEMES.items():
        for rule in tinycss2.parse_stylesheet((source / sheet).read_text(encoding="utf-8")):
            if rule.type == "qualified-rule":
                dropped += [one for one in trim.split(rule.prelude) if one not in kept[sheet]]
    assert len(dropped) > 1000
    page = browser.new_page()
    missing = set()
    for path in EVERY[1:]:
        page.goto(site + path)
        settle(page)
        open_all(page)
        missing |= set(
            page.evaluate(
                """dropped => dropped.filter((selector) => {
                    try {
                        return document.querySelector(selector.replace(/::?[\\w-]+\\b(?!\\()/g, "") || "*");
                    } catch { return false; }
                })""",
                dropped,
            )
        )
    page.close()
    assert missing == set()
