"""Room for a reader's own answer to a reflection or a decision, in two homes, like a live figure.

In JupyterLab it is a text field whose words go to a file of the reader's own, `my-notes.json` beside the notebook; in the book
an element that the page's script turns into the same field, kept in the browser. Nothing is sent anywhere. No words enter the
widget's traits, so that a notebook saved with its widgets' state holds none of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from placelab import notes
from placelab.widgets.base import TARGET

MARK = 'class="placelab-note"'
FILE = Path("my-notes.json")
LINES = '<div class="note-lines" aria-hidden="true">' + "<div></div>" * 5 + "</div>"  # ruled, on paper only


def note_html(one: notes.Reflection, *, prompt: bool = False) -> str:
    """The element that the page's script turns into a text field; `prompt` where the page does not print it above."""
    asked = f'<p class="note-prompt">{escape(one.prompt)}</p>' if prompt else ""
    return f'<div {MARK} data-note="{escape(one.id)}" data-label="{escape(one.label)}">{asked}{LINES}</div>'


class Note:
    """`Note("one-in-ten")`: a reader's answer to one prompt of the register. Raises UnknownReflection for an unknown id."""

    def __init__(self, reflection: str, file: Path = FILE) -> None:
        self.reflection = notes.get(reflection)
        self.file = file
        self._widget: Any = None

    def __repr__(self) -> str:
        return f"Note({self.reflection.id!r})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Mapping[str, Any]:
        """What a notebook shows: a text field in JupyterLab; in the book what the page's script makes one of."""
        if os.environ.get(TARGET) == "book":
            return {"text/html": note_html(self.reflection, prompt=True), "text/plain": self.reflection.prompt}
        return self.widget._repr_mimebundle_()  # type: ignore[no-any-return]

    @property
    def widget(self) -> Any:
        """The field in JupyterLab; made once."""
        if self._widget is None:
            from placelab.widgets.keeping import NoteWidget

            self._widget = NoteWidget(self.reflection, self.file)
        return self._widget
