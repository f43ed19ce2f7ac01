"""The page of the reader's place: ```{place-table} SECTION``` and ```{place-questions}```.

A table has a row for each of your_place.SECTIONS and three columns: the place, the middle of the places like it, and England. An
asterisk stands at a figure with a caution, and the cautions stand under the table. All of it is facts, so that the place's file
holds it and the page's script needs to know nothing of tables.
"""

from __future__ import annotations

from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from placelab import questions, your_place
from placelab.book import roles

log = logging.getLogger(__name__)

_PLACE = "place as=capital"


class PlaceTable(SphinxDirective):
    """```{place-table} money```: a table of the place; words in its body are the head of the first column."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        try:
            rows = your_place.section(name)
        except ValueError as problem:
            log.warning("%s", problem, location=self.get_location(), type="placelab", subtype="place-table")
            return []
        self.env.note_dependency(your_place.__file__)
        self.env.note_dependency(__file__)
        first, like, england = ([nodes.Text(words)] for words in (" ".join(self.content), "Similar places", "England"))
        head = [first, self._fact(_PLACE), like, england]
        body = [[[nodes.Text(row.label)], *map(self._fact, row.cells())] for row in rows]
        cautions = nodes.paragraph("", "", nodes.Text("* "), *self._fact(f"cautions-on section={name}"), nodes.Text("."))
        cautions["classes"].append("place-cautions")
        return [nodes.container("", _table(head, body), cautions, classes=["place-table"])]

    def _fact(self, spec: str) -> list[nodes.Node]:
        return [roles.fact_node(self.env, spec, spec, self.get_location())]


def _table(head: list[list[nodes.Node]], body: list[list[list[nodes.Node]]]) -> nodes.table:
    """A table whose first column names its rows; each cell is the nodes of one line."""
    group = nodes.tgroup(cols=len(head))
    for number in range(len(head)):
        column = nodes.colspec(colwidth=1)
        if not number:
            column["stub"] = 1
        group += column
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *map(_row, body))
    return nodes.table("", group)


def _row(cells: list[list[nodes.Node]]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))


class PlaceQuestions(SphinxDirective):
    """```{place-questions}```: the questions that the place's numbers raise, as a numbered list."""

    has_content: ClassVar[bool] = False

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(questions.__file__)
        specs = (f"question number={number}" for number in range(1, questions.ASKED + 1))
        asked = (roles.fact_node(self.env, spec, spec, self.get_location()) for spec in specs)
        items = (nodes.list_item("", nodes.paragraph("", "", one)) for one in asked)
        return [nodes.enumerated_list("", *items, enumtype="arabic", classes=["place-questions"])]


def specs() -> list[str]:
    """Every fact that the two directives print, for England and for a place."""
    found = [_PLACE, *(f"question number={number}" for number in range(1, questions.ASKED + 1))]
    for name, rows in your_place.SECTIONS.items():
        found += [f"cautions-on section={name}", *(spec for row in rows for spec in row.cells())]
    return list(dict.fromkeys(found))


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("place-table", PlaceTable)
    app.add_directive("place-questions", PlaceQuestions)
