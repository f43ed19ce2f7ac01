"""What several tests ask of a live figure in JupyterLab and of what its page fetches."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from typing import Any


def gzipped(data: Any) -> int:
    """The bytes of a JSON file as it is sent: without spaces, gzipped."""
    return len(gzip.compress(json.dumps(data, separators=(",", ":"), allow_nan=False).encode()))


def move_everything(live: Any, places: Sequence[str] = ()) -> None:
    """Move every control of a live figure's widget to its extremes and see each value, finding and place reach Python.

    Where `places` names some, those are tried and not the extremes of the list of places.
    """
    widget = live.widget
    for control in live.controls():
        for value in places if places and control.name == "place" else control.extremes():
            widget.values = {**widget.values, control.name: value}
            assert live.values[control.name] == value and live.finding.sentence
            assert widget.place == live.place_data(live.values["place"])
    assert "export" in widget.get_state()["_esm"] and ".live" in widget.get_state()["_css"]
    assert widget.setup["question"] == live.question and bool(widget.setup["guess"]) == bool(live.question)
