"""Facts, claims and live figures in prose: the `fact` and `claim` roles and the `live-figure` directive.

An unknown fact, a claim without a source or a figure that cannot be drawn is a Sphinx warning with file and line, which the
strict build turns into a failure.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.writers.html5 import HTML5Translator

from placelab import claims, facts, tables, widgets
from placelab.book import places, printed
from placelab.widgets import page

log = logging.getLogger(__name__)


class followed(nodes.inline):
    """A fact that follows the reader's place: England's words, and the id under which a place's file has its own."""


def open_followed(self: HTML5Translator, node: nodes.Element) -> None:
    """<span class="fact" data-fact="…">."""
    self.body.append(self.starttag(node, "span", "", **{"data-fact": node["fact"]}))


def close_followed(self: HTML5Translator, node: nodes.Element) -> None:
    """</span>."""
    self.body.append("</span>")


class FactRole(SphinxRole):
    """{fact}`net-spending year=2009-10 as=bn`: a number from a measure, for England or for the place that the reader picks."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        return [fact_node(self.env, " ".join(self.text.split()), self.rawtext, self.get_location())], []


def fact_node(env: BuildEnvironment, spec: str, rawtext: str, location: str) -> nodes.inline:
    """A fact's words in the page; one that follows the reader's place is noted. An unknown fact is a warning at `location`."""
    try:
        text, follows = printed.ask(env, "fact", spec), facts.follows(spec)
    except facts.UnknownFact as problem:
        log.warning("%s", problem, location=location, type="placelab", subtype="fact")
        text, follows = spec, False
    if follows:
        return followed(rawtext, text, classes=["fact"], fact=places.note(env, spec))
    return nodes.inline(rawtext, text, classes=["fact"])


class ClaimRole(SphinxRole):
    """{claim}`ifs-2017-fall-per-adult`: a published number from the register; `field=low` and `as=...` as for facts."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        try:
            text = printed.ask(self.env, "claim", self.text)
        except (claims.UnknownClaim, tables.TableError, ValueError) as problem:
            log.warning("%s", problem, location=self.get_location(), type="placelab", subtype="claim")
            text = self.text
        return [nodes.inline(self.rawtext, text, classes=["claim"])], []


def claim_text(spec: str) -> str:
    """The words for "id [field=value|low|high] [as=format]". Raises UnknownClaim or ValueError."""
    claim_id, *pairs = spec.split() or [""]
    arguments = dict(pair.partition("=")[::2] for pair in pairs)
    claim = claims.get(claim_id)
    field, style = arguments.pop("field", "value"), arguments.pop("as", "")
    if arguments or field not in ("value", "low", "high"):
        raise ValueError(f"claim `{spec}`: write it as: id, then field=value, low or high, then as=format")
    number = getattr(claim, field)
    if number is None:
        raise ValueError(f"claim `{spec}`: the register holds no {field} for it")
    return claim_number(number, claim.unit, style)


def claim_number(number: float, unit: str, style: str = "") -> str:
    """A register's number in its unit: (-11, "%") -> "−11%"; a share unit takes the fact formats (size, change, one-in …)."""
    percentage = unit.startswith("%")
    scale = {"£bn": 1e9, "£m": 1e6}.get(unit, 0.01 if percentage else 1)
    if style:
        if style not in facts.FORMATS:
            raise ValueError(f"no format {style!r}; there is {', '.join(facts.FORMATS)}")
        return facts.FORMATS[style](number * scale)
    digits = f"{abs(number):,.10g}"
    sign = "−" if number < 0 else ""
    if percentage:
        return f"{sign}{digits}%"
    if unit.startswith("£"):
        return f"{sign}£{digits}{unit[1:3] if unit in ('£bn', '£m') else ''}"
    return f"{sign}{digits}"


def figure_html(asked: str) -> str:
    """A live figure's home in a page, for printed.settings(). Raises ValueError or TableError."""
    name, chosen = json.loads(asked)
    return page.mount_html(widgets.create(name, chosen))


class LiveFigureDirective(SphinxDirective):
    """A live figure's home in a chapter: name, and any control as an option-like `key: value` line in its body."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"level": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        lines = dict(line.partition(":")[::2] for line in self.content if line.strip())
        asked = printed.settings(self.arguments[0], {k.strip(): v.strip() for k, v in lines.items()})
        try:
            html = printed.ask(self.env, "figure", asked)
        except (ValueError, tables.TableError) as problem:
            log.warning("%s", problem, location=self.get_location(), type="placelab", subtype="figure")
            return []
        self.env.note_dependency(__file__)
        return [nodes.raw("", html, format="html")]


def setup(app: Sphinx) -> None:
    """Register the roles and the directive."""
    printed.printer("fact", facts.render)
    printed.printer("claim", claim_text)
    printed.printer("figure", figure_html)
    app.add_node(followed, html=(open_followed, close_followed))
    app.add_role("fact", FactRole())
    app.add_role("claim", ClaimRole())
    app.add_directive("live-figure", LiveFigureDirective)
