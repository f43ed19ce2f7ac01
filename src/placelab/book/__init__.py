"""Sphinx extension that turns the sources into the published book.

Everything that is ours in the build is here, in ordinary Sphinx events, so that nothing depends on one
command: execution.py (which results may be reused), pages.py (what a page may load), roles.py (facts, claims and
figures in prose), frame.py (the head of a chapter), about.py (lists of tables, cautions and claims), references.py
(how a source is cited).
"""

from typing import Any

from sphinx.application import Sphinx

from placelab.book import about, execution, frame, pages, references, roles


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part of the extension with Sphinx."""
    execution.setup(app)
    pages.setup(app)
    references.setup(app)
    roles.setup(app)
    frame.setup(app)
    about.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
