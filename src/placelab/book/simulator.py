"""What the pages about the place simulator print, all of it read from the model's file and from its runs while the book is built.

- ```{loop} R1``` a loop as a diagram; ```{simulator-levers}``` what a player may move
- ```{simulator-assumptions}``` every parameter; ```{simulator-grades}``` how many of them stand on what
- ```{simulator-fit}```, ```{simulator-errors}```, ```{simulator-history}```, ```{simulator-values}``` and
  ```{simulator-sensitivity}```: does it fit
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from placelab import claims, tables
from placelab.book import about
from placelab.book import simulator_fit as fit
from placelab.book.diagrams import DiagramError, svg
from placelab.simulator import engine, loops, model
from placelab.simulator.model import Variable
from placelab.widgets import place_levers

log = logging.getLogger(__name__)

CURVE = re.compile(r"\(([-\d.]+),([-\d.]+)\)")
WORD = re.compile(r"[a-z][a-z0-9_-]+[a-z0-9]")
FAULTS = (model.ModelError, engine.EngineMissing, tables.TableError, claims.UnknownClaim, DiagramError, ValueError)


# How a number of the model reads


def number(value: float) -> str:
    """A number of the model with a true minus sign and thousands separated: 48800 -> "48,800", -0.034 -> "−0.034"."""
    return f"{value:,.10g}".replace("-", "−")


def value_text(one: Variable) -> str:
    """What a parameter stands at: its number and unit, or the points of its curve."""
    if one.kind == "constant":
        if one.units == "Year" and one.value > 1900:
            return f"{one.value:.10g}"  # a date, no length of time
        words = unit(one)
        sign = "£" if words.startswith("£") else ""
        return f"{sign}{number(one.value)} {words.removeprefix('£').strip()}".strip()
    points = CURVE.findall(one.equation.partition("]")[2])
    return "A curve: " + "; ".join(f"{float(x):g} → {number(float(y))}" for x, y in points)


def range_text(one: Variable) -> str:
    """How far it may be moved; "fixed" where it may not."""
    return "fixed" if one.low is None or one.high is None else f"{number(one.low)} to {number(one.high)}"


PLURALS = {"person": "people"} | {one: f"{one}s" for one in ("bed", "contact", "day", "operation", "worker", "year")}


def unit(one: Variable) -> str:
    """The unit as a reader says it behind the number; a pure number has none."""
    if one.units == "Dmnl":
        return ""
    counted, _, per = one.units.lower().replace("(", "").replace(")", "").replace("gbp", "£").partition("/")
    if one.value != 1:
        counted = PLURALS.get(counted, counted)
    words = re.sub(r"\ba (?=[aeiou])", "an ", f"a {per.replace('*', ' and ')}") if per else ""
    return f"{counted.removeprefix('1')} {words}".strip()


def source_nodes(one: Variable) -> list[nodes.Node]:
    """Grade and source; names of claims and tables lead to the page that lists them."""
    found: list[nodes.Node] = [nodes.strong("", about.capital(one.grade))]
    if not one.source:
        return found
    found.append(nodes.Text(": "))
    at = 0
    for word in WORD.finditer(one.source):
        kind = "claim" if word[0] in claims.register().index else "table" if word[0] in tables.names() else ""
        if kind:
            found.append(nodes.Text(one.source[at : word.start()]))
            address = f"data.html#{about.anchor(kind, word[0])}"
            found.append(nodes.reference("", word[0].replace("_", " "), refuri=address, internal=True))
            at = word.end()
    found.append(nodes.Text(one.source[at:]))
    return found


def told(one: Variable) -> list[nodes.Node]:
    """The sentence of a parameter, then its grade and source; one that studies disagree about is marked."""
    sentence = re.sub(r"\b(SET, CONTESTED|FITTED|SET|CONTESTED)\b[.:]?\s*", "", one.doc).strip()
    mark = [nodes.emphasis("", "Contested."), nodes.Text(" ")] if one.contested else []
    return [nodes.Text(f"{about.capital(sentence)} "), *mark, *source_nodes(one)]


# Sections of a page


def assumption_tables() -> list[nodes.Node]:
    """Every parameter of the model, folded by the part of the model it belongs to."""
    found: list[nodes.Node] = []
    for group, sentence in model.groups().items():
        own = [one for one in model.parameters().values() if one.group == group]
        if not own:
            continue
        rows: list[Sequence[about.Cell]] = [(one.name, value_text(one), range_text(one), told(one)) for one in own]
        contested = sum(one.contested for one in own)
        summary = f"{group}: {len(own)}" + (f", {contested} of them contested" if contested else "")
        inside = [
            nodes.paragraph("", sentence),
            about.table(rows, head=("Assumption", "Value", "Range", "What it is, its grade and its source")),
        ]
        found += about.folded(summary, *inside)
    return found


def grades() -> nodes.paragraph:
    """How many numbers the model rests on, and how many of them are published, derived or assumed."""
    every = list(model.parameters().values())
    count = {grade: sum(one.grade == grade for one in every) for grade in model.GRADES}
    text = (
        f"It rests on {len(every)} numbers and curves. Of these {count['assumed']} are assumptions of ours, "
        f"{count['derived']} are derived "
        f"from a source or fitted to one, {count['published']} are published and {count['definition']} are definitions. On "
        f"{sum(one.contested for one in every)} of them studies disagree, or would."
    )
    return nodes.paragraph("", text)


def lever_table() -> nodes.table:
    """What a player may move: whose it is, from where to where, and what it does."""
    rows: list[Sequence[about.Cell]] = []
    for key, own in place_levers.LEVERS.items():
        one = model.levers()[key]
        low, high, base = (
            f"{number(place_levers.shown(key, value))}{own.unit}" for value in (one.low, one.high, one.default)
        )
        rows.append((one.name, place_levers.ROLES[own.role], f"{low} to {high}", base, one.doc))
    return about.table(rows, head=("Lever", "Whose", "Range", "Base case", "What it is"))


# Directives


class SimulatorDirective(SphinxDirective):
    """A directive that reads the model. A fault is a warning with file and line, so that a strict build stops."""

    def run(self) -> list[nodes.Node]:
        for name in (model.FILE, "fit.csv"):
            self.env.note_dependency(str(model.FOLDER.joinpath(name)))
        self.env.note_dependency(__file__)
        try:
            return self.content_nodes()
        except FAULTS as problem:
            log.warning("simulator: %s", problem, location=self.get_location(), type="placelab", subtype="simulator")
            return []

    def content_nodes(self) -> list[nodes.Node]:
        """What the directive puts on the page."""
        raise NotImplementedError


class LoopDirective(SimulatorDirective):
    """```{loop} R1```"""

    required_arguments = 1

    def content_nodes(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if name not in loops.LOOPS:
            raise ValueError(f"no loop {name!r}; there is {', '.join(loops.LOOPS)}")
        loop = loops.LOOPS[name]
        if wrong := loops.missing(loop):
            links = "; ".join(f"{link.cause} to {link.effect}" for link in wrong)
            raise ValueError(f"loop {name} draws links that the model has not: {links}. Mend them in simulator/loops.py")
        drawing = svg(loops.dot(loop)).replace("<svg ", f'<svg role="img" aria-label="{escape(loops.told(loop))}" ', 1)
        title = f'<p class="placelab-title">{escape(f"{loop.id}, {loop.kind}. {loop.title}")}</p>'
        return [nodes.raw("", f'<figure class="placelab diagram">{title}{drawing}</figure>', format="html")]


class Levers(SimulatorDirective):
    """```{simulator-levers}```"""

    def content_nodes(self) -> list[nodes.Node]:
        return [lever_table()]


class Grades(SimulatorDirective):
    """```{simulator-grades}```"""

    def content_nodes(self) -> list[nodes.Node]:
        return [grades()]


class Assumptions(SimulatorDirective):
    """```{simulator-assumptions}```"""

    def content_nodes(self) -> list[nodes.Node]:
        return assumption_tables()


class Fitted(SimulatorDirective):
    """One of the figures and tables of the fit, by the directive's name."""

    option_spec: ClassVar[dict[str, Any]] = {}

    def content_nodes(self) -> list[nodes.Node]:
        found = fit.PARTS[self.name]()
        return [nodes.raw("", one, format="html") for one in found]


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("loop", LoopDirective)
    app.add_directive("simulator-levers", Levers)
    app.add_directive("simulator-assumptions", Assumptions)
    app.add_directive("simulator-grades", Grades)
    for name in fit.PARTS:
        app.add_directive(name, Fitted)
