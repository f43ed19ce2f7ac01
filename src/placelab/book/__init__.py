"""Sphinx extension that turns the sources into the published book.

Everything that is ours in the build is here, in ordinary Sphinx events, so that nothing depends on one
command: execution.py (which results may be reused), pages.py (what a page may load), policy.py (what a browser may
run on it), trim.py (style sheets without what no page uses), roles.py (facts, claims and figures in prose), places.py
(the reader's place: its files and scripts), frame.py (the head of a chapter), facilitator.py (notes that
learners do not see), diagrams.py (diagrams from text), about.py (lists of tables, cautions and claims), references.py (how a source is cited).
"""

from typing import Any

from sphinx.application import Sphinx

from placelab.book import about, diagrams, execution, facilitator, frame, pages, places, policy, references, roles, trim


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part of the extension with Sphinx."""
    execution.setup(app)
    pages.setup(app)
    policy.setup(app)
    references.setup(app)
    roles.setup(app)
    places.setup(app)
    facilitator.setup(app)
    frame.setup(app)
    diagrams.setup(app)
    about.setup(app)
    trim.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
