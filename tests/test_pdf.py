"""The print edition: the one document that is printed, and a few pages printed and read back."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from bs4 import BeautifulSoup
from building import ROOT, Build
from playwright.sync_api import Browser
from sphinx_external_toc.parsing import parse_toc_yaml

from placelab.book import onepage, pdf

PAGE = """<!DOCTYPE html><html lang="en-GB"><head><link rel="stylesheet" href="{up}_static/x.css?v=1"></head><body>
<a class="navbar-brand"><span class="logo__title">A small book</span><span class="logo__subtitle">About one thing</span></a>
<article class="bd-article"><section id="top"><h1>{title}<a class="headerlink" href="#top">#</a></h1>{body}</section></article>
<div class="bd-footer-content"><p>Text: <a href="two.html">CC BY</a></p></div></body></html>"""
FIGURE = (
    '<div class="placelab-live"><figure class="placelab"><p class="placelab-title">Falling</p><picture><source srcset="../n.svg">'
    '<img src="../_images/line.svg" alt="A line that falls"></picture><p class="placelab-sentence" role="status">It fell.</p>'
    "<details><summary>The figures as a table</summary><table><tr><td>1</td></tr></table></details>"
    '<figcaption>Source: returns.</figcaption></figure><script type="application/json">{}</script></div>'
)
NOTE = '<aside class="facilitator" aria-label="Note for facilitators"><p>Say little.</p></aside>'


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, Path]:
    """A built book of three pages, a lab within a chapter, and its table of contents."""
    site, toc = tmp_path / "site", tmp_path / "_toc.yml"
    toc.write_text(
        "format: jb-book\nroot: book/one\nparts:\n  - caption: The part\n    chapters:\n      - file: book/two\n"
        "        sections: [{file: labs/three, title: 'The lab, called so'}]\n"
    )
    bodies = {
        "book/one": '<p><a href="two.html#top">On</a> <a href="../labs/three.html">lab</a> <a href="#top">up</a> '
        f'<a href="https://example.org/">out</a> <a href="../search.html">search</a></p>{FIGURE}',
        "book/two": f'<h2 id="more">More</h2><p>Text.</p>{NOTE}<svg viewBox="0 0 9 9" role="img" aria-label="A circle"><defs>'
        '<clipPath id="c"><rect width="9" height="9"></rect></clipPath></defs>'
        '<g clip-path="url(#c)"><circle r="4"></circle></g></svg>',
        "labs/three": '<h2>Run</h2><div class="cell"><div class="cell_input">x = 1</div>'
        '<div class="cell_output"><pre>1</pre></div></div>',
    }
    for name, body in bodies.items():
        path = site / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(up="../", title=name.partition("/")[2].title(), body=body))
    for name, text in {
        "_static/x.css": "",
        "_images/line.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><path d="M0 0L90 60" stroke="red"/>'
        "</svg>",
    }.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text)
    return site, toc


def bound(written: tuple[Path, Path], edition: str = "learner") -> BeautifulSoup:
    return BeautifulSoup(onepage.bind(*written, edition, base="file:///site/").html, "html.parser")


def test_links_between_pages_lead_within_the_document(written: tuple[Path, Path]) -> None:
    soup = bound(written)
    links = [str(link.get("href")) for link in soup.select("#p-book-one a")]
    assert links == ["#p-book-two--top", "#p-labs-three", "#p-book-one--top", "https://example.org/", "None"]
    ids = [str(tag["id"]) for tag in soup.select("[id]")]
    assert len(set(ids)) == len(ids) and set(links[:3]) <= {f"#{one}" for one in ids}
    assert "url(#p-book-two--c)" in str(soup.select_one("#p-book-two svg"))


def test_a_live_figure_is_its_static_figure_with_all_that_was_folded(written: tuple[Path, Path]) -> None:
    page = bound(written).select_one("#p-book-one")
    assert page is not None and not page.select("script, details, summary, source")
    image = page.img
    assert image is not None and (image["src"], image["alt"]) == ("file:///site/_images/line.svg", "A line that falls")
    text = page.get_text(" ", strip=True)
    assert "It fell. The figures as a table 1 Source: returns." in text


def test_a_row_for_every_council_is_left_to_the_web(written: tuple[Path, Path]) -> None:
    page = written[0] / "book" / "one.html"
    page.write_text(page.read_text().replace("<tr><td>1</td></tr>", f"<tbody>{'<tr><td>1</td></tr>' * 153}</tbody>"))
    soup = bound(written)
    assert "The figures as a table: 153 rows, in the book on the web. Source: returns." in soup.get_text(" ", strip=True)


def test_a_labs_headings_lie_beneath_its_chapters(written: tuple[Path, Path]) -> None:
    soup = bound(written)
    headings = [(tag.name, tag.get_text()) for tag in soup.select("article :is(h1, h2, h3)")]
    assert headings == [("h1", "One"), ("h1", "Two"), ("h2", "More"), ("h2", "Three"), ("h3", "Run")]
    assert "x = 1" not in soup.get_text()
    assert [part.get_text() for part in soup.select(".contents-part")] == ["The part"]
    assert [row.span.get_text() for row in soup.select(".book-contents a") if row.span] == ["One", "Two", "The lab, called so"]


def test_a_chapter_goes_by_its_number() -> None:
    assert onepage.Entry("book/05-the-fiscal-challenge", 0).label("The fiscal challenge") == "5. The fiscal challenge"
    assert onepage.Entry("book/about/data", 1).label("The data") == "The data"


def test_notes_for_facilitators_are_in_their_edition_only(written: tuple[Path, Path]) -> None:
    assert "Say little" not in bound(written).get_text()
    theirs = bound(written, "facilitator")
    assert theirs.select_one("aside.facilitator.shown") and "facilitator’s edition" in str(theirs.title)


def test_a_page_that_is_not_built_is_named(written: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    site, toc = written
    (site / "labs" / "three.html").unlink()
    assert pdf.main(["--site", str(site), "--toc", str(toc), "--out", str(site / "x.pdf")]) == 2
    assert "labs/three.html is not there: build the book first" in capsys.readouterr().err


def test_what_is_wrong_with_a_file_is_said(tmp_path: Path) -> None:
    bare = pikepdf.new()
    bare.add_blank_page(page_size=(612, 792))
    bare.save(tmp_path / "bare.pdf")
    said = " ".join(pdf.inspect(tmp_path / "bare.pdf", wanted=2).faults)
    for fault in ("not tagged", "language is not set", "no title", "file's name", "0 bookmarks for 2", "not A4", "1 is empty"):
        assert fault in said


@pytest.mark.browser
def test_what_is_wider_than_the_paper_is_said(written: tuple[Path, Path], tmp_path: Path, browser: Browser) -> None:
    page = written[0] / "book" / "two.html"
    page.write_text(page.read_text().replace("<p>Text.</p>", f"<p>{'Unbroken' * 40}</p>"))
    (fault,) = pdf.make(*written, tmp_path / "wide.pdf", chromium=browser).faults
    assert fault.startswith('wider than the paper: p-book-two: p "Unbroken')


@pytest.mark.browser
def test_a_few_pages_print_as_a_tagged_file_with_numbers_and_bookmarks(
    written: tuple[Path, Path], tmp_path: Path, browser: Browser
) -> None:
    out = tmp_path / "book.pdf"
    report = pdf.make(*written, out, chromium=browser)
    assert report.faults == [] and report.pages == 5 and report.figures == 2
    with pikepdf.open(out) as made:
        assert made.docinfo["/Title"] == "A small book"
        said = {str(element.Alt) for element in pdf.structure(made) if str(element.S) == "/Figure"}
        assert said == {"A line that falls", "A circle"}
        with made.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Contents", "One", "Two"]
            assert [item.title for item in outline.root[2].children] == ["More", "Three"]
        said = {str(link.Contents) for link in pdf.links(made)}
        assert {"https://example.org/", "page 3", "page 4", "page 5"} <= said
        numbers = pdf.destinations(made)
        assert [numbers[name] for name in ("p-book-one", "p-book-two", "p-labs-three")] == [3, 4, 5]
    again = tmp_path / "again.pdf"
    pdf.make(*written, again, chromium=browser)
    assert again.read_bytes() == out.read_bytes()


def test_the_whole_book_binds_with_nothing_lost(built_book: Build) -> None:
    """Not printed here, for time: `make pdf` prints and checks it."""
    whole = onepage.bind(built_book.html, ROOT / "_toc.yml", base="")
    assert [entry.name for entry, _, _ in whole.pages] == list(parse_toc_yaml(ROOT / "_toc.yml"))
    soup = BeautifulSoup(whole.html, "html.parser")
    ids = {str(tag["id"]) for tag in soup.select("[id]")}
    assert not [link["href"] for link in soup.select("a[href^='#']") if str(link["href"])[1:] not in ids]
    assert not soup.select("script, button, input, details, aside.facilitator")
    assert len(soup.select("figure.placelab img")) >= 20
    assert not [image["src"] for image in soup.select("img") if not (built_book.html / str(image["src"])).is_file()]
    assert not [image["src"] for image in soup.select("article img") if not image.get("alt")]
    figures = soup.select("figure.placelab:has(img)")
    assert all(figure.select_one(".placelab-sentence") and figure.figcaption for figure in figures)
