"""A page with live figures or notes asks for their scripts at once, for all it will run and for nothing else."""

from __future__ import annotations

import re

import pytest
from browsing import settle
from building import Build
from playwright.sync_api import Page

HINTS = re.compile(r'<link rel="(?:modulepreload|preload)"[^>]* href="\.\./([^"]+)"')
ASKED = """performance.getEntriesByType("resource").map((one) => new URL(one.name).pathname)"""


@pytest.mark.parametrize(
    "path",
    [
        "book/index.html",
        "book/02-learning-among-peers.html",
        "notebooks/demand-trends.html",
        "notebooks/your-framework.html",
    ],
)
def test_what_is_asked_for_early_is_what_the_page_runs(site: str, page: Page, built_book: Build, path: str) -> None:
    hinted = HINTS.findall((built_book.html / path).read_text(encoding="utf-8"))
    assert hinted and all((built_book.html / file).is_file() for file in hinted)
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text))
    page.goto(site + path)
    settle(page)
    page.wait_for_timeout(500)
    asked = [name.partition("/leading-a-place/")[2] for name in page.evaluate(ASKED)]
    run = {name for name in asked if name.startswith(("_live/", "_places/shared/")) and not name.endswith(".css")}
    assert set(hinted) == run
    assert len(hinted) == len(set(hinted))
    assert not [text for text in warnings if "preload" in text]


def test_a_page_without_figures_or_notes_asks_for_nothing_early(built_book: Build) -> None:
    assert not HINTS.findall((built_book.html / "book/glossary.html").read_text(encoding="utf-8"))
