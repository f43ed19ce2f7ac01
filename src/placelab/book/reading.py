"""How long and how hard each chapter is: `python -m placelab.book.reading` prints a line a chapter and its longest sentences.

Words are counted in the built page's paragraphs and lists; reading age is the Flesch-Kincaid grade plus five. It
measures the length of words and sentences and knows nothing of sense: look at the outliers, do not chase it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pyphen

from placelab.book.frame import WORDS_A_MINUTE

GRADE_TO_AGE = 5
LONG = 45  # words in a sentence worth looking at
SKIPPED = {"script", "style", "table", "figure", "aside", "nav", "form", "h1", "h2", "h3", "summary"}
BLOCKS = {"p", "li", "dt", "dd"}
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“‘\"])")


class Prose(HTMLParser):
    """The paragraphs of a page's article, without figures, tables, notes for facilitators and headings."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.paragraphs: list[str] = []
        self._inside = False
        self._skipping = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "article" and ("class", "bd-article") in attrs:
            self._inside = True
        if tag in SKIPPED:
            self._skipping += 1
        elif self._inside and tag in BLOCKS:
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._inside = False
        if tag in SKIPPED:
            self._skipping -= 1

    def handle_data(self, data: str) -> None:
        if self._inside and not self._skipping and self.paragraphs:
            self.paragraphs[-1] += data


def paragraphs(page: Path) -> list[str]:
    """The paragraphs of a built page, white space tidied."""
    found = (" ".join(text.split()) for text in Prose(page.read_text(encoding="utf-8")).paragraphs)
    return [text for text in found if len(text.split()) > 3]


def sentences(text: list[str]) -> list[str]:
    """The sentences of some paragraphs."""
    return [sentence for paragraph in text for sentence in SENTENCE.split(paragraph)]


def syllables(word: str) -> int:
    """The syllables of a word, by where British English may divide it; a figure counts as one."""
    return len(_divisions().positions(word)) + 1


@cache
def _divisions() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_GB")


def age(text: list[str]) -> float:
    """The reading age of some paragraphs, in years: the Flesch-Kincaid grade (Kincaid and others, 1975) plus five."""
    words = [word for paragraph in text for word in re.findall(r"[\w'’-]+", paragraph)]
    grade = 0.39 * len(words) / len(sentences(text)) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    return grade + GRADE_TO_AGE


def report(built: Path) -> Iterator[str]:
    """A line for each chapter of a built book, then its longest sentences."""
    yield f"{'chapter':36} {'words':>6} {'minutes':>8} {'age':>5}  longest sentence"
    long: list[tuple[int, str, str]] = []
    for page in sorted((built / "book").glob("[0-9]*.html")):
        text = paragraphs(page)
        lengths = [(len(one.split()), page.stem, one) for one in sentences(text)]
        words = sum(length for length, *_ in lengths)
        yield f"{page.stem:36} {words:6,} {words / WORDS_A_MINUTE:8.1f} {age(text):5.1f}  {max(lengths)[0]} words"
        long += [one for one in lengths if one[0] > LONG]
    for length, name, sentence in sorted(long, reverse=True):
        yield f"\n{name}, {length} words: {sentence}"


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "_build/html")
    if not (folder / "book").is_dir():
        raise SystemExit(f"{folder} holds no book; run `make book` first")
    print("\n".join(report(folder)))
