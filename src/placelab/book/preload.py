"""Ask for the scripts and shared files of live figures and notes in a page's first breath, not one by one as each is read.

A page with live figures would else wait four times: for page.js, for what mounts figures, for the figure and for the chart
library. Pages with neither figures nor notes ask for nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from placelab.book.places import PLACES, SCRIPTS
from placelab.widgets import note, page, your_framework

LIVE = re.compile(r'class="placelab-live" data-live="([a-z-]+)"')
ROOMS = {note.MARK: ["parts/notes-"], your_framework.MARK: ["parts/notes-", "parts/your-framework-"]}


@cache
def imports() -> dict[str, list[str]]:
    """What each script of the page imports at once, by its path; from the bundles' own build. Empty before it has run."""
    listed = page.BUILT / "imports.json"
    return json.loads(listed.read_text(encoding="utf-8")) if listed.is_file() else {}


def scripts(figures: Iterable[str], rooms: Iterable[str]) -> list[str]:
    """Every script that a page with these figures and rooms for notes runs, paths under `_live`, the first needed first."""
    known = imports()
    starts = [
        "page.js",
        *(["parts/mount-"] if figures else []),
        *(start for room in rooms for start in ROOMS[room]),
    ]
    wanted = [path for path in known if path.startswith(tuple(starts)) and path.endswith(".js")]
    wanted += [path for name in figures if (path := f"figures/{name}.js") in known]
    for path in wanted:  # grows while it is walked
        wanted += [other for other in known[path] if other not in wanted]
    return wanted


def hint(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put the hints into a page's head."""
    body = context.get("body") or ""
    figures = list(dict.fromkeys(LIVE.findall(body)))
    rooms = [mark for mark in ROOMS if mark in body]
    if not (figures or rooms):
        return
    address = context["pathto"]
    links = [f'<link rel="modulepreload" href="{address(f"{SCRIPTS}/{path}", 1)}">' for path in scripts(figures, rooms)]
    links += [
        f'<link rel="preload" as="fetch" crossorigin href="{address(f"{PLACES}/shared/{name}.json", 1)}">'
        for name in figures
    ]
    context["metatags"] = context.get("metatags", "") + "\n".join(links)


def setup(app: Sphinx) -> None:
    """Register the step."""
    app.connect("html-page-context", hint)
