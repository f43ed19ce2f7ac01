"""Every idea of the source has a passage in the book, and the map in About leads to each of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[1] / "book"
SHORTEST = 80  # words
LABEL = re.compile(r"^\((idea-[a-z-]+)\)=\n", re.MULTILINE)
END = re.compile(r"^(?:\(idea-[a-z-]+\)=|#{1,6} |```\{chapter-frame)", re.MULTILINE)
ASIDE = re.compile(r"^```\{(?:facilitator|diagram|live-figure|reflection)\}.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} .*\n")


def passages() -> dict[str, tuple[str, str]]:
    """The chapter and text of every labelled passage: from its label to the next label or heading, notes and figures left out."""
    found: dict[str, tuple[str, str]] = {}
    for chapter in sorted(BOOK.glob("[0-9]*.md")):
        text = chapter.read_text(encoding="utf-8")
        for label in LABEL.finditer(text):
            assert label[1] not in found, f"{label[1]} stands twice"
            rest = HEADING.sub("", text[label.end() :])
            end = END.search(rest)
            found[label[1]] = (chapter.name, ASIDE.sub("", rest[: end.start()] if end else rest))
    return found


PASSAGES = passages()
LISTED = re.findall(r"\(#(idea-[a-z-]+)\)", (BOOK / "about" / "ideas.md").read_text(encoding="utf-8"))


def test_the_map_lists_every_passage_once() -> None:
    assert sorted(LISTED) == sorted(PASSAGES)


@pytest.mark.parametrize("idea", LISTED)
def test_an_idea_has_a_passage_of_its_own(idea: str) -> None:
    chapter, text = PASSAGES[idea]
    words = len(text.split())
    assert words >= SHORTEST, f"{chapter}: ({idea})= is followed by {words} words before the next heading; write {SHORTEST}"
