"""Reflections in chapters: the `reflection` directive prints the prompt and leaves room for the reader's own note.

The page's script turns the room into a labelled text field; what is written there stays in the reader's browser. Without
the script the prompt stands alone, and on paper it is followed by ruled lines.
"""

from __future__ import annotations

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from placelab import notes, tables
from placelab.book import places, printed
from placelab.widgets import note, your_framework

log = logging.getLogger(__name__)


class ReflectionDirective(SphinxDirective):
    """```{reflection} the-question```: a reflection of the register; an unknown one is a warning with file and line."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        try:
            printed.ask(self.env, "reflection", self.arguments[0])
            one = notes.get(self.arguments[0])
            if one.where != self.env.docname:
                raise tables.TableError(f"reflection {one.id!r} belongs to {one.where}, says data/reflections.csv")
        except (notes.UnknownReflection, tables.TableError) as problem:
            log.warning("%s", problem, location=self.get_location(), type="placelab", subtype="reflection")
            return []
        box = nodes.admonition("", nodes.title("", "Reflection"), classes=["reflection"])
        self.state.nested_parse(StringList([one.prompt], self.get_location()), 0, box)
        box += nodes.raw("", note.note_html(one), format="html")
        self.env.note_dependency(__file__)
        return [box]


def note_pages(app: Sphinx, document: nodes.document) -> None:
    """Remember that the document being read has room for notes, in its text or in a lab's output, and so needs the scripts."""
    marks = (note.MARK, your_framework.MARK)
    if any(mark in raw.astext() for raw in document.findall(nodes.raw) for mark in marks):
        places.noted(app.env).setdefault(app.env.docname, {})


def setup(app: Sphinx) -> None:
    """Register the directive and the event."""
    printed.printer("reflection", lambda name: repr(notes.get(name)))
    app.add_directive("reflection", ReflectionDirective)
    app.connect("doctree-read", note_pages)
