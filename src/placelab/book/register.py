"""```{methods-register}```: a line for each entry of the page it stands on, with its grade and its effect if it is wrong.

An entry is a heading followed by a paragraph that begins "**If wrong" and, before that, "**Grade:**" and "**Effect:**". The
line is read from the page's own words, so that the two cannot part.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from placelab.book import about

log = logging.getLogger(__name__)

HEADING = re.compile(r"^(##|###) (.+)$", re.MULTILINE)
EFFECTS = ("large", "small", "none", "not measured")
GRADES = ("published", "derived", "assumed", "contested", "as the table says", "as each figure's own")


class Entry(NamedTuple):
    """One entry: its heading, its grade as the page words it, and one of EFFECTS."""

    title: str
    grade: str
    effect: str


def entries(page: str) -> list[Entry]:
    """Every entry of a page's text, in its order. Raises ValueError for an entry that lacks a part or has an unknown effect."""
    parts = HEADING.split(page)
    found = []
    for level, title, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        if level == "##" and "**If wrong" not in body:
            continue
        missing = [part for part in ("**Grade:**", "**Effect:**", "**If wrong") if part not in body]
        if missing:
            raise ValueError(f"methods: the entry {title!r} lacks {' and '.join(missing)}")
        grade, effect = (_sentence(body, mark) for mark in ("**Grade:**", "**Effect:**"))
        if effect not in EFFECTS:
            raise ValueError(f"methods: the effect of {title!r} is {effect!r}; write one of {', '.join(EFFECTS)}")
        if not any(known in grade for known in GRADES):
            raise ValueError(f"methods: the grade of {title!r} is {grade!r}; use one of {', '.join(GRADES)}")
        found.append(Entry(title, grade, effect))
    return found


def _sentence(body: str, mark: str) -> str:
    """What follows a mark, up to its full stop, without references and figures."""
    text = " ".join(body.split(mark, 1)[1].split())
    return re.sub(r" ?\(?\{[\w:]+\}`[^`]*`\)?", "", re.split(r"\.(?:\s|$)", text)[0])


def listed(found: list[Entry]) -> nodes.table:
    """The register as a table that leads to each entry."""

    def link(title: str) -> list[nodes.Node]:
        name = nodes.make_id(title.replace("'", ""))  # as the heading has it, whose apostrophe is a curled one by then
        return [nodes.reference("", title, internal=True, refid=name)]

    rows = [(link(one.title), _capital(one.grade), _capital(one.effect)) for one in found]
    return about.table(rows, head=("Choice", "Grade", "Effect if wrong"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class MethodsRegister(SphinxDirective):
    """A fault in an entry is a warning with file and line, so a strict build stops."""

    def run(self) -> list[nodes.Node]:
        try:
            return [listed(entries(Path(self.env.doc2path(self.env.docname)).read_text(encoding="utf-8")))]
        except ValueError as problem:
            log.warning("%s", problem, location=self.get_location(), type="placelab", subtype="register")
            return []


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("methods-register", MethodsRegister)
