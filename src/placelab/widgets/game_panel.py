"""The game's panel in JupyterLab: one script, three views. It talks to Python by messages, as notes do (web/notes/keeping.js)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from placelab.widgets.game import setup
from placelab.widgets.jupyter import script


class GamePanel(anywidget.AnyWidget):
    """A panel whose every wish is given to `answer`. view: "team", "facilitator" or "compare"."""

    view = traitlets.Unicode().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __init__(self, view: str, answer: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
        self._esm, self._css = script("lab/game.js"), script("game.css")
        self._answer = answer
        super().__init__(view=view, words=setup())
        self.on_msg(self._asked)

    def _asked(self, _: Any, wish: Any, buffers: Any) -> None:
        wish = wish if isinstance(wish, dict) else {}
        self.send({**self._answer(wish), "n": wish.get("n")})
