"""The frame at the head of a chapter: objectives, minutes to read (computed from its words) and to do, and for whom."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from placelab import wording
from placelab.book import facilitator, minutes

WORDS_A_MINUTE = 230


class chapter_frame(nodes.Admonition, nodes.Element):
    """Stands in a document until its words can be counted."""


class ChapterFrame(SphinxDirective):
    """```{chapter-frame}``` with :do: minutes of exercises and labs, :for: the reader, and a list of objectives."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "do": directives.nonnegative_int,
        "for": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        frame = chapter_frame(classes=["chapter-frame"], **{k: self.options.get(k, "") for k in ("do", "for")})
        frame += nodes.title("", "In this chapter")
        self.state.nested_parse(self.content, self.content_offset, frame)
        return [frame]


def minutes_to_read(document: nodes.document) -> int:
    """Minutes to read a document's prose at 230 words a minute, rounded up; not code, raw HTML or facilitators' notes."""
    aside = {id(text) for note in document.findall(facilitator.facilitator_note) for text in note.findall(nodes.Text)}
    texts = (
        node.astext()
        for node in document.findall(nodes.Text)
        if id(node) not in aside and not isinstance(node.parent, (nodes.literal_block, nodes.raw))
    )
    return max(1, math.ceil(sum(len(text.split()) for text in texts) / WORDS_A_MINUTE))


def fill(app: Sphinx, document: nodes.document) -> None:
    """Turn each frame into an admonition that states its minutes and its reader."""
    for frame in list(document.findall(chapter_frame)):
        box = nodes.admonition("", *frame.children, classes=["chapter-frame"])
        read, do = minutes_to_read(document), int(frame["do"] or 0)
        spent = [(read, "read"), (do, "do")]
        times = ", ".join(f"{wording.plural(n, 'minute', 'minutes')} to {what}" for n, what in spent if n)
        box += nodes.paragraph(
            "", "", nodes.strong("", times), nodes.Text(f". For {frame['for']}." if frame["for"] else ".")
        )
        switch = [nodes.raw("", facilitator.SWITCH, format="html")] if facilitator.in_document(document) else []
        frame.replace_self([box, *switch])
        minutes.remember(app.env, app.env.docname, read, do)


def setup(app: Sphinx) -> None:
    """Register the directive and the step that fills it."""
    app.add_node(chapter_frame)
    app.add_directive("chapter-frame", ChapterFrame)
    app.connect("doctree-read", fill)
