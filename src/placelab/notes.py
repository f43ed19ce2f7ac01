"""The register of what the book asks its readers to write: reflections in chapters, decisions in labs.

`data/reflections.csv` holds the prompts. What a reader answers is the reader's own and is kept nowhere here: framework.py
says what can be done with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import PurePosixPath

from placelab import tables

KINDS = {"reflection": "Your note", "decision": "Your decision"}  # and the label of what a reader writes

# Each lab's chapter and title. Notebooks and _toc.yml are no part of the package; a test holds this against them.
LABS = {
    "one-in-ten": (5, "One in ten"),
    "funding-gap": (5, "The funding gap"),
    "demand-trends": (6, "Demand trends"),
    "forecast-scorecard": (6, "The forecast scorecard"),
    "shared-risk": (8, "Shared risk"),
    "other-chair": (9, "The other chair"),
    "place-simulator": (11, "The place simulator"),
    "your-framework": (13, "Your framework"),
}
ID = re.compile(r"[a-z][a-z0-9-]{0,60}")
_CHAPTER = re.compile(r"book/(\d\d)-([a-z0-9-]+)")
_LAB = re.compile(r"notebooks/([a-z0-9-]+)")
_MARKUP = re.compile(r"[*`<>{}\[\]\\]")


class UnknownReflection(KeyError):
    """A reflection that is not in the register."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Reflection:
    """One prompt, and the page that asks it. `chapter` is the number of that page's chapter, or of its lab's."""

    id: str
    where: str
    kind: str
    prompt: str
    chapter: int

    @property
    def label(self) -> str:
        """What a reader's answer is called beside its field."""
        return KINDS[self.kind]

    @property
    def heading(self) -> str:
        """What a note is headed by within its chapter: its lab's name; nothing where the chapter itself asks."""
        return f"Lab, {page_title(self.where)}" if _LAB.fullmatch(self.where) else ""


@dataclass(frozen=True)
class Chapter:
    """A chapter and what it and its labs ask, in the order of the book."""

    number: int
    title: str
    asked: tuple[Reflection, ...]

    @property
    def heading(self) -> str:
        """The chapter's name as a heading: "Chapter 5, The fiscal challenge"."""
        return f"Chapter {self.number}, {self.title}" if self.title else f"Chapter {self.number}"


def page_title(where: str) -> str:
    """A page's title from its name: "book/05-the-fiscal-challenge" -> "The fiscal challenge"."""
    name = PurePosixPath(where).name
    words = re.sub(r"^\d\d-", "", name).replace("-", " ")
    return LABS[name][1] if name in LABS else words[:1].upper() + words[1:]


@cache
def register() -> tuple[Reflection, ...]:
    """All reflections in the order of the book: chapter by chapter, each before its labs. Raises TableError naming a bad row."""
    rows = tables.load("reflections").fillna("").to_dict("records")
    found = [read(**row) for row in rows]
    labs = list(LABS)
    place = {one.id: labs.index(one.where.split("/")[1]) if _LAB.fullmatch(one.where) else -1 for one in found}
    return tuple(sorted(found, key=lambda one: (one.chapter, place[one.id])))


def read(id: str, where: str, kind: str, prompt: str) -> Reflection:
    """One row of the register, checked. Raises TableError that says what is missing and where."""

    def refuse(what: str) -> tables.TableError:
        return tables.TableError(f"reflections.csv: row {id!r}: {what}")

    if not ID.fullmatch(id):
        raise refuse("an id is lower-case words joined by hyphens, such as the-question")
    if kind not in KINDS:
        raise refuse(f"kind is {kind!r}; it is one of {', '.join(KINDS)}")
    if not prompt.strip():
        raise refuse("it has no prompt; write what the reader is asked")
    if found := _MARKUP.search(prompt):
        raise refuse(f"the prompt holds {found[0]!r}; it is plain text, because it is also shown without markup")
    chapter, lab = _CHAPTER.fullmatch(where), _LAB.fullmatch(where)
    if lab and lab[1] not in LABS:
        raise refuse(f"{where} is a lab of no chapter; add it to LABS in placelab/notes.py")
    if not chapter and not lab:
        raise refuse(
            f"where is {where!r}; it is a chapter or a lab, such as book/01-the-question or notebooks/one-in-ten"
        )
    return Reflection(id, where, kind, prompt.strip(), int(chapter[1]) if chapter else LABS[lab[1]][0])  # type: ignore[index]


def get(reflection_id: str) -> Reflection:
    """The reflection with this id. Raises UnknownReflection with the nearest ids."""
    known = {one.id: one for one in register()}
    if reflection_id not in known:
        near = get_close_matches(reflection_id, known, n=4, cutoff=0.4)
        raise UnknownReflection(
            f"no reflection {reflection_id!r} in data/reflections.csv; near: {', '.join(near) or 'none'}"
        )
    return known[reflection_id]


@cache
def chapters() -> tuple[Chapter, ...]:
    """The chapters that ask for something, with their labs. Raises TableError naming a bad row of the register."""
    found = []
    for number in dict.fromkeys(one.chapter for one in register()):
        asked = tuple(one for one in register() if one.chapter == number)
        title = next((page_title(one.where) for one in asked if _CHAPTER.fullmatch(one.where)), "")
        found.append(Chapter(number, title, asked))
    return tuple(found)
