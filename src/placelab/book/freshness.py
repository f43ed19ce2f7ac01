"""A chapter says when it was last checked: "As of 2026-11:". After a year the page says so, and so does the build.

A date that is in the future, or no month at all, is a warning with file and line. Age is no warning: an old book must still
build, and its reader is told.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

log = logging.getLogger(__name__)

STATED = re.compile(r"^As of (\d{4})-(\d{2}):$")
OLD = 12  # months


def today() -> datetime:
    """Now, or the moment that SOURCE_DATE_EPOCH names, for a build that can be repeated."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)


def months_since(year: int, month: int, now: datetime) -> int:
    """Whole months from a stated month to now. Raises ValueError for a month that there is none of, or one to come."""
    if not 1 <= month <= 12:
        raise ValueError(f"there is no month {month}")
    since = 12 * (now.year - year) + now.month - month
    if since < 0:
        raise ValueError("that month is still to come")
    return since


def check(app: Sphinx, document: nodes.document) -> None:
    """Add a note beneath each date that is more than a year old, and say in the build which chapters have one."""
    for paragraph in list(document.findall(nodes.paragraph)):
        found = STATED.match(paragraph.astext())
        if not found:
            continue
        try:
            since = months_since(int(found[1]), int(found[2]), today())
        except ValueError as problem:
            log.warning("%s: %s; write As of YYYY-MM:", found[0], problem, location=paragraph, type="placelab", subtype="date")
            continue
        if since > OLD:
            log.info("%s was last checked %d months ago: %s", app.env.docname, since, found[0])
            text = f"These lines were last checked {since} months ago. Look for what has happened since."
            paragraph.parent.insert(
                paragraph.parent.index(paragraph) + 1, nodes.paragraph("", "", nodes.strong("", text), classes=["stale"])
            )


def setup(app: Sphinx) -> None:
    """Register the step."""
    app.connect("doctree-read", check)
