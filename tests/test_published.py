"""What every built page tells search engines and sites that link to it, and the page for addresses that lead nowhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from browsing import SUB_PATH, Watch, pages
from bs4 import BeautifulSoup
from building import ROOT, SITE, Build
from playwright.sync_api import Page, expect
from sphinx_external_toc.parsing import parse_toc_yaml

from placelab.book import published


@pytest.fixture(scope="module")
def heads(built_book: Build) -> dict[str, BeautifulSoup]:
    """The head of each built page, by its path."""
    texts = {path: (built_book.html / path).read_text(encoding="utf-8") for path in pages(built_book.html)}
    return {path: BeautifulSoup(text.partition("</head>")[0], "html.parser") for path, text in texts.items()}


def told(head: BeautifulSoup, **attributes: str) -> list[str]:
    return [str(tag["content"]) for tag in head.find_all("meta", attrs=attributes)]


def test_every_page_has_a_language_and_a_title_of_its_own(heads: dict[str, BeautifulSoup]) -> None:
    assert {path: head.html["lang"] for path, head in heads.items() if head.html["lang"] != "en-GB"} == {}
    titles = Counter(head.title.get_text() for path, head in heads.items() if path != "index.html")
    # A chapter and its lab share a name.
    assert {title for title, count in titles.items() if count > 1} == {"The other chair — Leading a Place"}


def test_every_page_of_the_contents_has_one_description_of_its_own_address_and_card(heads: dict[str, BeautifulSoup]) -> None:
    listed = [f"{name}.html" for name in parse_toc_yaml(ROOT / "_toc.yml")]
    wrong = []
    for path in listed:
        head, address = heads[path], SITE + path
        (description,) = told(head, name="description")
        card = {name: told(head, property=f"og:{name}") for name in ("title", "type", "url", "site_name", "description")}
        expected = {
            "title": [BeautifulSoup(str(head.title), "html.parser").get_text().partition(" — ")[0]],
            "type": ["article"],
            "url": [address],
            "site_name": ["Leading a Place"],
            "description": [description],
        }
        canonical = [link["href"] for link in head.select("link[rel=canonical]")]
        if card != expected or canonical != [address] or not 30 <= len(description) <= published.LONGEST:
            wrong.append((path, canonical, description, card))
        assert not told(head, property="og:image")
    assert not wrong
    descriptions = [told(heads[path], name="description")[0] for path in listed]
    assert len(set(descriptions)) == len(listed)


def test_every_chapter_and_lab_is_described_by_hand() -> None:
    described = published.yaml.safe_load((ROOT / published.DESCRIPTIONS).read_text())
    wanted = {name for name in parse_toc_yaml(ROOT / "_toc.yml") if name.startswith("notebooks/") or name[5:7].isdigit()}
    assert wanted <= set(described)


def test_the_sitemap_lists_the_pages_and_robots_find_it(built_book: Build) -> None:
    found = ElementTree.parse(built_book.html / "sitemap.xml").getroot()
    listed = [node.text for node in found.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert sorted(filter(None, listed)) == sorted(f"{SITE}{name}.html" for name in parse_toc_yaml(ROOT / "_toc.yml"))
    assert f"Sitemap: {SITE}sitemap.xml" in (built_book.html / "robots.txt").read_text()
    assert (built_book.html / ".nojekyll").is_file()


@pytest.mark.browser
def test_the_page_for_lost_readers_works_beneath_a_path(page: Page, site: str, built_book: Build) -> None:
    """Its addresses start at the path that the book was built for, however deep the address that led nowhere."""
    assert urlsplit(SITE).path == SUB_PATH
    lost = f"{site}book/no/such/page.html"
    text = (built_book.html / "404.html").read_text(encoding="utf-8")
    watch = Watch(page, site)
    page.route(lost, lambda route: route.fulfill(status=200, content_type="text/html", body=text))
    page.goto(lost)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    assert watch.problems == []
    page.get_by_role("link", name="Begin at the first page").click()
    expect(page).to_have_url(f"{site}book/index.html")


@pytest.mark.parametrize("given", ["book.example", "ftp://book.example/", "https:///path/", "https://book.example/?a=1"])
def test_an_address_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(published.ConfigError, match="PLACELAB_SITE"):
        published.address(given)


def test_an_address_ends_in_a_stroke() -> None:
    assert published.address("https://book.example/a") == published.address("https://book.example/a/") == "https://book.example/a/"
    assert published.address("") == ""


def test_a_long_sentence_is_cut_at_a_word() -> None:
    cut = published.shortened("word " * 60)
    assert len(cut) <= published.LONGEST and cut.endswith("word…")


def test_a_page_without_a_description_takes_its_first_sentence(tmp_path: Path) -> None:
    from docutils.core import publish_doctree

    document = publish_doctree("Title\n=====\n\nIt cost £2.4bn in 2017, said Mr. Smith. Then it grew.\n")
    assert published.first_sentence(document).startswith("It cost £2.4bn in 2017")
    assert published.first_sentence(publish_doctree("")) == ""
