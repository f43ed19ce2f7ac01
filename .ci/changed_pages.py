"""`python .ci/changed_pages.py BEFORE AFTER`: which pages differ between two builds of the book, as Markdown.

Compares what a reader reads on each page (the text and the figures of its article) and, apart from that, the rest of the page.
Both folders are `_build/html` of a build. Standard library only.
"""

from __future__ import annotations

import hashlib
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

ARTICLE = "bd-article"  # the class of the theme's article element


class Article(HTMLParser):
    """A page's title, and a digest of its article: every tag, attribute and text within."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.depth = 0
        self.in_title = False
        self.title = ""
        self.article = hashlib.sha256()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title" and not self.title:
            self.in_title = True
        if tag == "article" and (self.depth or ARTICLE in (dict(attrs).get("class") or "").split()):
            self.depth += 1
        self.note(tag, str(attrs))

    def handle_endtag(self, tag: str) -> None:
        self.in_title = False
        self.note("/", tag)
        if tag == "article" and self.depth:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.in_title:
            self.title += data
        self.note("text", data)

    def note(self, kind: str, what: str) -> None:
        """Take a piece into the digest if it is in the article."""
        if self.depth:
            self.article.update(f"{kind}\0{what}\0".encode())


class Changes(NamedTuple):
    """Paths of pages, each with its title; `around` differ only outside the article."""

    added: dict[str, str]
    removed: dict[str, str]
    changed: dict[str, str]
    around: dict[str, str]


def pages(folder: Path) -> dict[str, Path]:
    """Every page of a build, by its path in the book. Raises FileNotFoundError if there is none."""
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.html"))}
    found = {name: path for name, path in found.items() if not name.startswith("_static/")}
    if not found:
        raise FileNotFoundError(f"{folder} holds no page: build the book first")
    return found


def compare(before: Path, after: Path) -> Changes:
    """Compare two builds."""
    old, new = pages(before), pages(after)
    changes = Changes({}, {}, {}, {})
    for name in sorted(old.keys() | new.keys()):
        if name in old and name in new:
            if old[name].read_bytes() == new[name].read_bytes():
                continue
            was, now = (Article(path.read_text(encoding="utf-8")) for path in (old[name], new[name]))
            same = was.article.digest() == now.article.digest() and was.title == now.title
            (changes.around if same else changes.changed)[name] = now.title
        else:
            where, path = (changes.added, new[name]) if name in new else (changes.removed, old[name])
            where[name] = Article(path.read_text(encoding="utf-8")).title
    return changes


def told(changes: Changes) -> str:
    """The list as Markdown."""
    parts = ["## Pages that this change touches"]
    for head, found in (("Changed", changes.changed), ("New", changes.added), ("Gone", changes.removed)):
        if found:
            parts.append(
                f"**{head}**\n\n" + "\n".join(f"- `{name}`: {' '.join(title.split())}" for name, title in found.items())
            )
    if len(parts) == 1:
        parts.append("No page reads differently.")
    if changes.around:
        parts.append(f"{len(changes.around)} more differ only around the text (contents, scripts or styles).")
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        print(told(compare(Path(sys.argv[1]), Path(sys.argv[2]))), end="")
    except FileNotFoundError as error:
        sys.exit(str(error))
