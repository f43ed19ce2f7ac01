"""Notes for facilitators: ```{facilitator}``` in a chapter's own source, so that learner's and facilitator's texts cannot drift.

Learners do not see them. A switch at the head of a chapter shows them, on every page and until it is turned off;
`placelab_edition: facilitator` in the book's configuration builds an edition that always does.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

SWITCH = (
    '<p class="facilitator-switch pst-js-only"><label><input type="checkbox"> Show notes for facilitators, here and in every '
    "chapter</label></p>"
)
EDITIONS = ("learner", "facilitator")


class facilitator_note(nodes.Admonition, nodes.Element):
    """A note that learners do not see."""


class FacilitatorNote(SphinxDirective):
    """```{facilitator}``` with the note as its body."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        note = facilitator_note()
        self.state.nested_parse(self.content, self.content_offset, note)
        return [note]


def in_document(document: nodes.document) -> bool:
    """Whether a chapter has such notes."""
    return next(document.findall(facilitator_note), None) is not None


def open_note(self: Any, node: nodes.Element) -> None:
    """<aside>, named by its first words."""
    shown = " shown" if self.builder.config.placelab_edition == "facilitator" else ""
    self.body.append(f'<aside class="facilitator{shown}" aria-label="Note for facilitators">')
    self.body.append('<p class="facilitator-title">For the facilitator</p>')


def close_note(self: Any, node: nodes.Element) -> None:
    """</aside>."""
    self.body.append("</aside>\n")


def check(app: Sphinx, config: Any) -> None:
    """Refuse an edition that there is none of."""
    if config.placelab_edition not in EDITIONS:
        raise ValueError(f"placelab_edition: {config.placelab_edition!r} is not one of {', '.join(EDITIONS)}")


def setup(app: Sphinx) -> None:
    """Register the directive, how it is written, and which edition is built."""
    app.add_config_value("placelab_edition", "learner", "html", [str])
    app.add_node(facilitator_note, html=(open_note, close_note))
    app.add_directive("facilitator", FacilitatorNote)
    app.connect("config-inited", check)
