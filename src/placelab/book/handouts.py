"""Sheets to print: ```{sheet}``` begins its section on a new page, ```{lines} 4``` is room to write, ```{scale}``` a row to mark.

The room is drawn by the style sheet, on the screen and on paper. A form is filled in by hand and sent nowhere.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from placelab.book.game import ruled, tag

SCALE = range(11)


class Sheet(SphinxDirective):
    """```{sheet}```: on paper the section that it stands in begins a new page."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", tag("div", class_="sheet-mark"), format="html")]


class Lines(SphinxDirective):
    """```{lines} 4```: so many ruled lines."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        number = self.arguments[0]
        if not number.isdigit() or not 1 <= int(number) <= 30:
            raise self.error(f"lines: {number!r} is not a number of lines from 1 to 30")
        return [nodes.raw("", ruled(int(number)), format="html")]


class Scale(SphinxDirective):
    """```{scale} not at all | entirely```: nought to ten in a row, to ring one."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        low, bar, high = (part.strip() for part in self.arguments[0].partition("|"))
        if not (low and bar and high):
            raise self.error("scale: say what its two ends mean, as: not at all | entirely")
        row = tag("p", *(tag("span", str(number)) for number in SCALE), class_="sheet-scale")
        return [nodes.raw("", row + tag("p", f"0: {low}. 10: {high}.", class_="sheet-ends"), format="html")]


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("sheet", Sheet)
    app.add_directive("lines", Lines)
    app.add_directive("scale", Scale)
