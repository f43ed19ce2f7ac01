"""The page's home of a live figure: what a chapter or a lab prints, and what the page's script needs to bring it to life.

The static figure stands alone, on paper and without scripts. web/page.js puts the live one in its place; which place it shows
is the picker's business, so the figure has no control for it here.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from placelab.widgets.base import LiveFigure

BUILT = files("placelab") / "web" / "built"
MARK = 'class="placelab-live"'
PLACE = "place"


def scripted(name: str) -> bool:
    """Whether a figure of this name has a script for the page."""
    return (BUILT / "page" / "figures" / f"{name}.js").is_file()


def mount_html(figure: LiveFigure) -> str:
    """The static figure and, as JSON, its settings, which web/mount.js turns into the live one; without a script, static only."""
    static = figure.finding.html()
    if not scripted(figure.name):
        return static
    setup = figure.setup()
    for control in setup["controls"]:
        if control["name"] == PLACE:  # 154 names in every figure would only be weight
            control["options"] = [option for option in control["options"] if option[0] == figure.values[PLACE]]
    state = json.dumps(
        {"setup": {**setup, "hide": [PLACE]}, "values": figure.values}, ensure_ascii=False, separators=(",", ":")
    )
    guess = " data-guess" if setup["guess"] else ""
    return (
        f'<div {MARK} data-live="{figure.name}"{guess}>{static}'
        f'<script type="application/json">{state.replace("<", chr(92) + "u003c")}</script></div>'
    )
