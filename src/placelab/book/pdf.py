"""The print edition: the whole built book as one tagged PDF for A4, with contents, bookmarks and running heads.

    python -m placelab.book.pdf [--edition facilitator] [--out _build/leading-a-place.pdf]

Chromium prints the one document that onepage.py makes, twice: the first printing tells the page on which each part begins,
the second has those numbers in its contents. pikepdf then sets what a browser leaves out (author, language, the title shown in
place of the file's name) and `faults` reads the finished file back. Dates are left out, so the same book gives the same file.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf

from placelab.book import onepage
from placelab.book.browser import opened_browser
from placelab.book.facilitator import EDITIONS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LANGUAGE = "en-GB"
AUTHOR = "The Leading a Place contributors"
A4 = (595, 842)  # points
SHOWS_TEXT = {"Tj", "TJ", "'", '"'}
MINUTES = 10 * 60_000  # what a printing may take, in milliseconds
WIDTH = 635  # CSS pixels of 168 mm, A4 less the margins in edition.css
TOO_WIDE = """() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange(), found = [];
    while (texts.nextNode()) {
        const parent = texts.currentNode.parentElement, page = parent.closest("article");
        range.selectNodeContents(texts.currentNode);
        const beyond = range.getBoundingClientRect().right - document.documentElement.clientWidth;
        if (!page || parent.closest("svg") || beyond < 8) continue; // a blank at a line's end may hang out
        found.push(`${page.id}: ${parent.tagName.toLowerCase()} "${parent.textContent.trim().slice(0, 40)}"`);
    }
    return found;
}"""


@dataclass(frozen=True)
class Report:
    """What was printed: pages, bookmarks, tagged figures, and what is wrong (empty: nothing found)."""

    pages: int
    bookmarks: int
    figures: int
    faults: list[str]


def destinations(pdf: pikepdf.Pdf) -> dict[str, int]:
    """The page, from 1, of each place that a link in the file leads to, by its name."""
    numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
    found: dict[str, Any] = {}
    if "/Dests" in pdf.Root:
        found |= {name.removeprefix("/"): target for name, target in pdf.Root.Dests.items()}
    if "/Names" in pdf.Root and "/Dests" in pdf.Root.Names:
        found |= {str(name): target for name, target in pikepdf.NameTree(pdf.Root.Names.Dests).items()}
    arrays = {name: target.D if isinstance(target, pikepdf.Dictionary) else target for name, target in found.items()}
    return {name: numbers[target[0].objgen] for name, target in arrays.items() if target[0].objgen in numbers}


def print_twice(bound: onepage.Bound, folder: Path, out: Path, chromium: Browser | None) -> list[str]:
    """Print the one document to `out`, with page numbers in its contents; return what is wider than a page of paper.

    folder: where its HTML is put. Raises RuntimeError where the browser's file does not say where a page begins.
    """
    html, pdf = folder / "book.html", folder / "first.pdf"
    ids = [name for _, _, name in bound.pages]
    with nullcontext(chromium) if chromium else opened_browser() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        page.set_default_timeout(MINUTES)
        page.emulate_media(media="print")

        def printed(text: str, target: Path) -> dict[str, int]:
            html.write_text(text, encoding="utf-8")
            page.goto(html.as_uri(), wait_until="load")
            page.pdf(path=str(target), prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
            with pikepdf.open(target) as made:
                return {name: number for name, number in destinations(made).items() if name in ids}

        numbers = printed(bound.html, pdf)
        if missing := [name for name in ids if name not in numbers]:
            raise RuntimeError(f"the browser's PDF does not say where these begin: {', '.join(missing)}")
        too_wide: list[str] = page.evaluate(TOO_WIDE)
        if printed(onepage.numbered(bound.html, numbers), out) != numbers:
            raise RuntimeError("the contents' page numbers moved the pages they name; widen .contents-number in edition.css")
        page.close()
    return too_wide


def finish(path: Path, title: str, edition: str) -> None:
    """Set the document's own data and leave out what differs from run to run."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root.Lang = pikepdf.String(LANGUAGE)
        pdf.Root.PageMode = pikepdf.Name.UseOutlines
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as data:
            data["dc:title"] = title
            data["dc:creator"] = [AUTHOR]
            data["dc:language"] = [LANGUAGE]
            data["dc:description"] = f"Print edition, {edition}s"
        for name in list(pdf.docinfo.keys()):
            del pdf.docinfo[name]
        pdf.docinfo["/Title"], pdf.docinfo["/Author"] = title, AUTHOR
        describe_links(pdf)
        pdf.save(path, min_version="1.7", deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def links(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every link's own object."""
    for page in pdf.pages:
        for one in page.obj.get("/Annots", []):
            if one.get("/Subtype") == "/Link":
                yield one


def describe_links(pdf: pikepdf.Pdf) -> None:
    """Say in words where each link leads: its address, or the page of this file."""
    numbers = destinations(pdf)
    for one in links(pdf):
        action = one.get("/A", pikepdf.Dictionary())
        target = str(one.get("/Dest", action.get("/D", ""))).removeprefix("/")
        one.Contents = pikepdf.String(str(action.get("/URI", "")) or f"page {numbers[target]}")


def structure(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """Every element of the structure tree."""
    waiting: list[Any] = [pdf.Root.StructTreeRoot] if "/StructTreeRoot" in pdf.Root else []
    while waiting:
        element = waiting.pop()
        if isinstance(element, pikepdf.Array):
            waiting += list(element)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                yield element
            if "/K" in element:
                waiting.append(element.K)


def shown_text(page: pikepdf.Page) -> int:
    """How many pieces of text a page shows outside its head and foot, and pictures as one each."""
    count, artifact = 0, 0
    for instruction in pikepdf.parse_content_stream(page):
        name, operands = str(instruction.operator), instruction.operands
        if name in ("BDC", "BMC"):
            artifact += 1 if artifact or str(operands[0]) == "/Artifact" else 0
        elif name == "EMC":
            artifact -= 1 if artifact else 0
        elif not artifact and (name in SHOWS_TEXT or name == "Do"):
            count += 1
    return count


def inspect(path: Path, wanted: int = 0) -> Report:
    """Read a printed book back. wanted: how many pages of the site it binds, each of which needs a bookmark."""
    faults = []
    with pikepdf.open(path) as pdf:
        root: Any = pdf.Root
        if not root.get("/MarkInfo", {}).get("/Marked", False) or "/StructTreeRoot" not in root:
            faults.append("not tagged")
        if str(root.get("/Lang", "")) != LANGUAGE:
            faults.append(f"language is {root.get('/Lang', 'not set')}")
        if not str(pdf.docinfo.get("/Title", "")):
            faults.append("no title")
        if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
            faults.append("a reader shows the file's name, not the title")
        tree = list(structure(pdf))
        figures = [element for element in tree if str(element.S) == "/Figure"]
        silent = [element for element in figures if not str(element.get("/Alt", "")).strip()]
        if silent:
            faults.append(f"{len(silent)} of {len(figures)} figures without a text alternative")
        with pdf.open_outline() as outline:
            top = len(outline.root)
            bookmarks = sum(1 for _ in _walk(outline.root))
        if bookmarks < wanted:
            faults.append(f"{bookmarks} bookmarks for {wanted} pages of the site")
        if any(str(one.get("/Contents", "")).startswith("file:") for one in links(pdf)):
            faults.append("links lead to files of the machine that printed it")
        if mute := sum(not str(one.get("/Contents", "")) for one in links(pdf)):
            faults.append(f"{mute} links do not say where they lead")
        for number, page in enumerate(pdf.pages, 1):
            size = tuple(round(float(edge)) for edge in page.mediabox[2:])
            if size != A4:
                faults.append(f"page {number} is {size} points, not A4")
            if not shown_text(page):
                faults.append(f"page {number} is empty")
        if not top:
            faults.append("no bookmarks")
        return Report(len(pdf.pages), bookmarks, len(figures), faults)


def _walk(items: Sequence[pikepdf.OutlineItem]) -> Iterator[pikepdf.OutlineItem]:
    for item in items:
        yield item
        yield from _walk(item.children)


def make(site: Path, toc: Path, out: Path, edition: str = "learner", chromium: Browser | None = None) -> Report:
    """Print the built book in `site` to `out`, with a browser that is open already or one of its own.

    Raises FileNotFoundError where a page is not built, RuntimeError without Chromium or where it left something out.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".print-", dir=out.parent.resolve()) as made:
        base = site.resolve().as_uri() + "/"
        bound = onepage.bind(site, toc, edition, base)
        printed = Path(made) / out.name
        too_wide = print_twice(bound, Path(made), printed, chromium)
        finish(printed, bound.title, edition)
        printed.replace(out)
    report = inspect(out, len(bound.pages))
    return replace(report, faults=report.faults + [f"wider than the paper: {one}" for one in too_wide[:5]])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 where the printed file has a fault, 2 where it could not be printed."""
    parser = argparse.ArgumentParser(prog="python -m placelab.book.pdf", description="Print the built book as one PDF.")
    parser.add_argument("--site", type=Path, default=Path("_build/html"), help="the built book (default: %(default)s)")
    parser.add_argument("--toc", type=Path, default=Path("_toc.yml"), help="what it was built from (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("_build/leading-a-place.pdf"), help="default: %(default)s")
    parser.add_argument("--edition", choices=EDITIONS, default="learner", help="default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        report = make(options.site, options.toc, options.out, options.edition)
    except (FileNotFoundError, RuntimeError, ValueError) as problem:
        print(f"No PDF was made: {problem}", file=sys.stderr)
        return 2
    print(f"{options.out}: {report.pages} pages, {report.bookmarks} bookmarks, {report.figures} figures with text alternatives")
    for fault in report.faults:
        print(f"fault: {fault}", file=sys.stderr)
    return 1 if report.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
