"""The JupyterLab home of a live figure: an anywidget that runs the same script as the book's pages.

The script computes and draws; every movement of a control reaches Python, so `figure.values` and `figure.finding` always say
what the panel shows.
"""

from __future__ import annotations

import os
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from placelab import places

if TYPE_CHECKING:
    from placelab.widgets.base import LiveFigure

BUILT = files("placelab") / "web" / "built"


BOOK = "PLACELAB_BOOK"  # the address at which the book is published, for links from a notebook into it


def page_of(live: LiveFigure) -> str:
    """The book's page that shows a figure: a whole address where PLACELAB_BOOK says where the book is, else the end of one."""
    book = os.environ.get(BOOK, "").strip()
    return f"{book.rstrip('/')}/" * bool(book) + f"notebooks/{live.lab or live.name}.html"


class MissingScript(RuntimeError):
    """The scripts were not bundled when the package was built."""


def script(path: str) -> str:
    """A built script or style sheet. Raises MissingScript, saying how to build it."""
    file = BUILT / path
    if not file.is_file():
        raise MissingScript(f"placelab/web/built/{path} is missing: install the package anew with `pip install .` (or -e .)")
    return file.read_text("utf-8")


class LiveWidget(anywidget.AnyWidget):
    """Controls and figure of one live figure; its traits are what script and Python tell each other."""

    setup = traitlets.Dict().tag(sync=True)
    shared = traitlets.Dict().tag(sync=True)
    place = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    revealed = traitlets.Unicode("").tag(sync=True)

    def __init__(self, live: LiveFigure) -> None:
        self._live = live
        self._esm, self._css = script(f"lab/{live.name}.js"), script("live.css")
        super().__init__(
            setup={**live.setup(), "page": page_of(live)},
            shared=live.shared(),
            place=live.place_data(live.values.get("place", places.ENGLAND)),
            values=dict(live.values),
        )
        self.observe(self._moved, names="values")

    def _moved(self, change: Any) -> None:
        """Take what a reader set. A value that is no option, or out of range, is refused and the panel goes back."""
        before = self._live.values
        try:
            self._live.values = self._live.checked(change["new"])
        except ValueError:
            self.values = dict(before)
            raise
        if self._live.values.get("place") != before.get("place"):
            self.place = self._live.place_data(self._live.values["place"])
