"""The built book as one HTML document for paper: its pages in the order of _toc.yml, nothing that needs a screen.

Ids are made unique page by page, links between pages lead within the document, what a reader could unfold is open, and a live
figure is the static figure that its page carries. Headings keep their order: a chapter's title is level 1, a lab within it 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag
from sphinx_external_toc.parsing import parse_toc_yaml

from placelab.book import columns

STYLES = Path(__file__).with_name("edition.css")
SCREEN_ONLY = (
    "script, noscript, template, button, input, select, textarea, form, dialog, a.headerlink, .pst-js-only, .facilitator-switch, "
    ".place-picker, .sd-summary-state-marker, .sd-summary-icon, .toctree-wrapper, picture > source, "
    "div.cell_input, div.cell > details.above-input"
)
POINTERS = ("for", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-details", "aria-owns")
URL_OF = re.compile(r"url\((['\"]?)#")
LONG, WIDE = 60, 7  # rows and columns, beyond which a table is set tighter
ON_THE_PAGE = "The figures as a table: {rows} rows, in the book on the web."
HEADING = re.compile(r"h([1-6])")


@dataclass(frozen=True)
class Entry:
    """A page of the book: its document name, how deep it lies (0: a chapter, 1: a lab), the part that begins with it, and
    its title where the table of contents gives it one.
    """

    name: str
    depth: int
    part: str = ""
    title: str = ""

    def label(self, heading: str) -> str:
        """What the contents call the page, given its heading; a chapter goes by its number too."""
        number = re.match(r"0*(\d+)-", self.name.rpartition("/")[2])
        return (f"{number[1]}. " if number else "") + (self.title or heading)


@dataclass(frozen=True)
class Bound:
    """The book as one document: its title, the HTML, and for each page its entry, title and id, in order."""

    title: str
    html: str
    pages: list[tuple[Entry, str, str]]


def contents(toc: Path) -> list[Entry]:
    """Every page that a table of contents lists, in reading order, the root first."""
    site = parse_toc_yaml(toc)

    def beneath(name: str, depth: int) -> Iterator[Entry]:
        for tree in site[name].subtrees:
            for number, item in enumerate(tree.items):
                yield Entry(str(item), depth, (tree.caption or "") if number == 0 else "", site[str(item)].title or "")
                yield from beneath(str(item), depth + 1)

    return [Entry(site.root.docname, 0), *beneath(site.root.docname, 0)]


def identifier(page: str, fragment: str = "") -> str:
    """The id, in the one document, of a page or of a place in it."""
    stem = "p-" + re.sub(r"[^\w-]+", "-", page)
    return f"{stem}--{fragment}" if fragment else stem


def within(page: str, address: str, known: set[str], ids: dict[str, set[str]]) -> str:
    """An address on `page` as the one document has it: a place in it, where it leads to one of the pages `known`.

    ids: those of each page; a link to one that is not there leads to the page's beginning. Empty for a file of the site that
    is not among the pages: paper has none.
    """
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return address
    path = (Path("/") / page).parent / unquote(parts.path) if parts.path else None
    target = path_within(path).removesuffix(".html") if path else page
    if target not in known:
        return ""
    fragment = unquote(parts.fragment)
    return "#" + identifier(target, fragment if fragment in ids[target] else "")


def path_within(path: Path) -> str:
    """A path such as "/book/../_images/x.svg", without its first / and what leads back."""
    parts: list[str] = []
    for part in path.parts[1:]:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def bind(site: Path, toc: Path, edition: str = "learner", base: str = "") -> Bound:
    """Put the pages of the built book in `site` into one document.

    toc: the _toc.yml it was built from. edition: "facilitator" keeps the notes for facilitators. base: the site's folder as the
    document addresses it, ending in "/". Raises FileNotFoundError for a page that is not built, ValueError for one that another
    template wrote.
    """
    entries = contents(toc)
    soups: dict[str, Tag] = {}
    sheets: dict[str, None] = {}
    front: BeautifulSoup | None = None
    for entry in entries:
        file = site / f"{entry.name}.html"
        if not file.is_file():
            raise FileNotFoundError(f"{file} is not there: build the book first (make book)")
        soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
        for link in soup.select("head link[rel=stylesheet]"):
            sheets[path_within((Path("/") / entry.name).parent / urlsplit(str(link["href"])).path)] = None
        article = soup.select_one("article.bd-article")
        if article is None:
            raise ValueError(f"{file} has no article: it was not built by this book's templates")
        front = front or soup
        soups[entry.name] = article
    assert front is not None  # a table of contents has a root
    title, subtitle = (said(front, name) for name in ("logo__title", "logo__subtitle"))
    ids = {name: {str(one["id"]) for one in soup.select("[id]")} for name, soup in soups.items()}
    pages = []
    for entry in entries:
        clean(soups[entry.name], edition)
        heading = soups[entry.name].h1
        found = heading.get_text(" ", strip=True) if heading else entry.name
        pages.append((entry, entry.label(found), identifier(entry.name)))
        localise(soups[entry.name], entry, set(ids), ids, base)
    head = "".join(f'<link rel="stylesheet" href="{escape(base + sheet)}">' for sheet in sheets)
    kind = ""
    if edition == "facilitator":
        kind = "The facilitator’s edition"
        title = f"{title}: facilitator’s edition"
    licence = front.select_one(".bd-footer-content p")
    for link in licence.select("a") if licence else ():
        link["href"] = within(entries[0].name, str(link["href"]), set(ids), ids)
    html = "\n".join(
        [
            f'<!DOCTYPE html><html lang="en-GB" data-theme="light"><head><meta charset="utf-8"><title>{escape(title)}</title>',
            head,
            f"<style>{STYLES.read_text(encoding='utf-8')}\n{running_heads(title, pages)}</style></head>",
            '<body><main class="bd-main"><div class="bd-content"><div class="bd-article-container">',
            cover(said(front, "logo__title"), subtitle, kind, licence.decode_contents() if licence else ""),
            listed(pages),
            *(str(soups[entry.name]) for entry in entries),
            "</div></div></main></body></html>",
        ]
    )
    return Bound(title, html, pages)


def said(page: BeautifulSoup, name: str) -> str:
    """The text of a page's first element of a class; empty where there is none."""
    found = page.select_one(f".{name}")
    return found.get_text(" ", strip=True) if found else ""


def mark(tag: Tag, name: str) -> None:
    """Give an element one more class."""
    tag["class"] = " ".join([*filter(None, tag.get_attribute_list("class")), name])


def clean(article: Tag, edition: str) -> None:
    """Take away what needs a screen, open what is folded, and keep facilitators' notes only in their edition."""
    for tag in article.select(SCREEN_ONLY):
        tag.decompose()
    for aside in article.select("aside.facilitator"):
        if edition == "facilitator":
            mark(aside, "shown")
        else:
            aside.decompose()
    for box in article.select(".placelab-live"):
        box.unwrap()
    for folded in article.select("figure.placelab details"):  # a row for every council is four sheets of paper
        if (rows := len(folded.select("tbody tr"))) > LONG:
            folded.replace_with(BeautifulSoup(f"<p>{ON_THE_PAGE.format(rows=rows)}</p>", "html.parser"))
    for summary in article.select("summary"):
        summary.name = "p"
        summary["class"] = "unfolded-title"
    for folded in article.select("details"):
        folded.name = "div"
        folded["class"] = "unfolded"
        folded.attrs.pop("open", None)
    for printed in article.select("pre.columns"):
        if tables := columns.as_html(printed.get_text()):
            printed.replace_with(BeautifulSoup(tables, "html.parser"))
    for scrolling in article.select("[tabindex]"):
        for name in ("tabindex", "role", "aria-label"):
            scrolling.attrs.pop(name, None)
    for spoken in article.select("[role=status]"):
        del spoken["role"]
    # A figure here holds sentences and a table too: in a tagged file only its picture is a figure, and it has its own words.
    for figure in article.select("figure, figcaption"):
        figure["role"] = "none"
    for table in article.select("table"):
        if len(table.select("tbody tr")) > LONG:
            mark(table, "long")
        if max((len(row.select("th, td")) for row in table.select("tr")), default=0) > WIDE:
            mark(table, "wide")
    for picture in article.select("picture"):
        picture.name = "div"
        picture["class"] = "picture"


def localise(article: Tag, entry: Entry, known: set[str], ids: dict[str, set[str]], base: str) -> None:
    """Make a page's ids its own, lead its links and pictures from the one document, and set its headings' level."""
    article["id"] = identifier(entry.name)
    article["class"] = f"bd-article bound depth-{min(entry.depth, 1)}"
    for tag in article.find_all(True):
        if tag is article:
            continue
        for name in ("id", "name"):
            if name in tag.attrs and (name == "id" or tag.name == "a"):
                tag[name] = identifier(entry.name, str(tag[name]))
        for name in POINTERS:
            if name in tag.attrs:
                tag[name] = " ".join(identifier(entry.name, one) for one in str(tag[name]).split())
        for name in ("href", "xlink:href"):
            if name in tag.attrs and tag.name == "a":
                tag[name] = within(entry.name, str(tag[name]), known, ids)
                if not tag[name]:
                    del tag[name]
            elif str(tag.get(name, "")).startswith("#"):
                tag[name] = "#" + identifier(entry.name, str(tag[name])[1:])
        for name, value in tag.attrs.items():
            if isinstance(value, str) and "url(" in value:
                tag[name] = URL_OF.sub(rf"url(\1#{identifier(entry.name)}--", value)
        if tag.name == "img" and not urlsplit(str(tag["src"])).scheme:
            tag["src"] = base + path_within((Path("/") / entry.name).parent / str(tag["src"]))
        if found := HEADING.fullmatch(tag.name):
            mark(tag, f"looks-{tag.name}")
            tag.name = f"h{min(6, int(found[1]) + min(entry.depth, 1))}"


def running_heads(title: str, pages: list[tuple[Entry, str, str]]) -> str:
    """Rules that give each page of the book a named page with its title at the head."""
    rules = []
    for _, heading, name in pages:
        left, right = quoted(title), quoted(heading if heading != title else "")
        rules.append(
            f'#{name} {{ page: {name}; }} @page {name} {{ @top-left {{ content: "{left}"; }} '
            f'@top-right {{ content: "{right}"; }} @bottom-right {{ content: counter(page); }} }}'
        )
    return "\n".join(rules)


def quoted(text: str) -> str:
    """A text as it stands between quotation marks in a style sheet."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ").replace("\n", " ")


def cover(title: str, subtitle: str, kind: str, note: str) -> str:
    """The first page."""
    lines = [f'<p class="cover-title">{escape(title)}</p>', f'<p class="cover-subtitle">{escape(subtitle)}</p>']
    lines += [f'<p class="cover-kind">{escape(kind)}</p>'] if kind else []
    return f'<header class="cover">{"".join(lines)}<p class="cover-note">{note}</p></header>'


def listed(pages: list[tuple[Entry, str, str]]) -> str:
    """The contents; each page's number is put where `number-…` stands, once it is known."""
    rows: list[str] = []
    for entry, heading, name in pages:
        if entry.part:
            rows.append(f'</ol><p class="contents-part">{escape(entry.part)}</p><ol>')
        rows.append(
            f'<li class="contents-{min(entry.depth, 1)}"><a href="#{name}"><span>{escape(heading)}</span>'
            f'<span class="contents-number">{number_mark(name)}</span></a></li>'
        )
    inner = "".join(rows)
    return f'<nav class="book-contents" aria-label="Contents"><h1 id="contents">Contents</h1><ol>{inner}</ol></nav>'


def number_mark(name: str) -> str:
    """What stands in the contents for the number of a page that is not known yet."""
    return f"<!--number-{name}-->000<!--/-->"


def numbered(html: str, numbers: dict[str, int]) -> str:
    """The document with the contents' page numbers."""
    for name, number in numbers.items():
        html = html.replace(number_mark(name), str(number))
    return html
