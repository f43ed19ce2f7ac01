"""The reader's own document, in two homes: commitments, and every note from chapters and labs under its chapter's title.

It is a panel over what notes hold (see widgets/note.py), no live figure: it has no finding, and a parity test compares
framework.py with its script instead.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from placelab import framework, notes
from placelab.widgets.base import TARGET
from placelab.widgets.note import FILE, LINES

MARK = 'class="placelab-framework"'


def chapters_json() -> list[dict[str, Any]]:
    """What the script needs of the register: chapters, and what each asks."""
    return [
        {
            "heading": chapter.heading,
            "asked": [
                {"id": one.id, "heading": one.heading, "label": one.label, "prompt": one.prompt, "where": one.where}
                for one in chapter.asked
            ],
        }
        for chapter in notes.chapters()
    ]


def static_html() -> str:
    """The questions of the whole book with room to answer them on paper: what the page is without its script."""
    sections = "".join(
        f"<section><h4>{escape(chapter.heading)}</h4>"
        + "".join(
            f'<p class="note-prompt">{escape(f"{one.heading}: " if one.heading else "")}{escape(one.prompt)}</p>{LINES}'
            for one in chapter.asked
        )
        + "</section>"
        for chapter in notes.chapters()
    )
    parts = "".join(f'<p class="note-prompt">{escape(name)}</p>{LINES}' for name in framework.PARTS.values())
    return f'<div class="framework-static"><h3>What I will do</h3>{parts}<h3>What I wrote</h3>{sections}</div>'


class YourFramework:
    """`YourFramework()`: the panel that gathers a reader's notes and commitments."""

    def __init__(self, file: Path = FILE) -> None:
        self.file = file
        self._widget: Any = None

    def __repr__(self) -> str:
        return "YourFramework()"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Mapping[str, Any]:
        """What a notebook shows: the panel in JupyterLab; in the book what the page's script makes one of."""
        if os.environ.get(TARGET) == "book":
            state = json.dumps(chapters_json(), ensure_ascii=False, separators=(",", ":")).replace(
                "<", chr(92) + "u003c"
            )
            html = f'<div {MARK}>{static_html()}<script type="application/json">{state}</script></div>'
            return {"text/html": html, "text/plain": "Your framework: commitments, and your notes chapter by chapter."}
        return self.widget._repr_mimebundle_()  # type: ignore[no-any-return]

    @property
    def widget(self) -> Any:
        """The panel in JupyterLab; made once."""
        if self._widget is None:
            from placelab.widgets.keeping import FrameworkWidget

            self._widget = FrameworkWidget(chapters_json(), self.file)
        return self._widget
