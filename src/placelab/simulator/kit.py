"""What the game reads off a run, in words and tables; and the results that ship with the package.

`python -m placelab.simulator.kit` runs the model and writes, beside this file, `bands.csv` (the spread around the ready-made
policies, for machines without simlin) and `paper.csv` (the game on paper). Run it whenever place.mdl or cards.json has changed; a
test compares.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from placelab import wording
from placelab.simulator import engine, game, model
from placelab.simulator.game import State

YEAR = 16  # results a year
SHOWN = 4  # results from one point of a band to the next: a quarter of a year
CLOSE = 0.005  # of the base case: a smaller difference is none
DRAWS = 60
EXAMPLES = ("silo", "pooled")  # two whole games, played by hand, in example-….json
BANDS, PAPER = "bands.csv", "paper.csv"
ENDS = (*model.ROUNDS[1:], model.END)  # when each round is over


# ---- how long it takes


def stage_minutes(block: dict[str, Any]) -> int:
    """Minutes of one block of the game's plan in cards.json, where need be from those of its rounds and its debrief."""
    words, how = game.cards(), block["minutes"]
    if isinstance(how, int):
        return how
    if how == "half-time":
        return int(words["mini_debrief"]["minutes"])
    if how == "debrief":
        return sum(step["minutes"] for step in words["debrief"])
    first, last = (int(number) for number in how.removeprefix("rounds ").split("-"))
    return sum(words["round_minutes"][first - 1 : last])


# ---- reading a run


def outputs() -> dict[str, dict[str, Any]]:
    """Everything a dashboard shows, by id: label, unit, form of its number, and which way is better."""
    return game.cards()["outputs"]  # type: ignore[no-any-return]


def read(series: np.ndarray, key: str) -> np.ndarray:
    """A series as the game reads it: a running total as it stands, anything else as the mean of the year before.

    Winters would otherwise come and go with the half-years at which rounds end. Shape kept; the first year has fewer points.
    """
    if outputs()[key].get("take") == "end":
        return series
    sums = np.concatenate([[0.0], np.cumsum(series)])
    last = np.arange(1, len(series) + 1)
    first = np.maximum(0, last - YEAR)
    return (sums[last] - sums[first]) / (last - first)  # type: ignore[no-any-return]


def at_end(frame: pd.DataFrame, key: str, played: int) -> float:
    """What an output reads when `played` rounds are over (0: in 2010)."""
    return float(read(frame[key].to_numpy(), key)[place(played)])


def place(played: int) -> int:
    """The row of a run at which `played` rounds are over."""
    return round(YEAR * ((model.ROUNDS[0], *ENDS)[played] - model.ROUNDS[0]))


def worded(value: float, form: str) -> str:
    """A number as the game prints it (the twin of web/game/numbers.js, tested against it)."""
    match form:
        case "pounds":
            return wording.pounds(value)
        case "millions":
            return wording.pounds(value) if abs(value) >= 999.5e3 else _in_millions(value)
        case "percent" | "percent1":
            return wording.percent(value, 1 if form == "percent1" else 0)
    times, places = {"hundred": (100, 0), "thousand": (1000, 0), "weeks": (52, 1), "days": (365, 0), "one": (1, 1)}.get(
        form, (1, 0)
    )
    text = f"{abs(times * value):,.{places}f}"
    return f"−{text}" if value < 0 and text.strip("0.") else text


def _in_millions(value: float) -> str:
    """Less than a million pounds, in tenths of one."""
    size = f"{abs(value) / 1e6:.1f}"
    return f"{'−' if value < 0 else ''}£{size}m" if float(size) else "£0"


def said(value: float, key: str) -> str:
    """An output's number as printed."""
    return worded(value, outputs()[key]["as"])


def against(value: float, base: float, key: str) -> str:
    """ "better", "worse" or "same" than the base case; the same where both print alike or differ by less than half a percent."""
    if said(value, key) == said(base, key) or abs(value - base) < CLOSE * abs(base):
        return "same"
    return "better" if (value < base) == (outputs()[key]["better"] == "low") else "worse"


# ---- a game told again


def example(name: str) -> State:
    """One of the games that ship with the package: "silo" or "pooled"."""
    if name not in EXAMPLES:
        raise game.NotPlayed(f"There is no example {name!r}; there is {' and '.join(EXAMPLES)}.")
    return game.load(files("placelab.simulator").joinpath(f"example-{name}.json").read_text("utf-8"))


def replay(state: State) -> str:
    """A game run again in Python, told in sentences, a line a round; where Python has no engine, what to do instead."""
    keys = list(game.cards()["counted"])
    try:
        runs = [engine.run(how, columns=keys) for how in (game.levers(state), {})]
    except engine.EngineMissing as missing:
        return f"The replay in Python is left out: {missing}."
    lines = []
    for played in range(state.played + 1):
        told = []
        for key in keys:
            ours, base = (said(at_end(run, key, played), key) for run in runs)
            told.append(f"{outputs()[key]['label'].lower()} {ours} (base case {base})")
        when = (model.ROUNDS[0], *ENDS)[played]
        month = "January" if when == int(when) else "July"
        lines.append(f"{month} {int(when)}: {'; '.join(told)}.")
    return "\n".join([f"{state.team}, for each 100,000 people aged 65 and over, mean of the year before:", *lines])


def scores(states: Sequence[State]) -> pd.DataFrame:
    """Every dimension of the place score (rows) of several games and of the base case (columns), as printed, never summed up.

    All are read after as many rounds as the shortest game has. Raises EngineMissing where Python has no engine.
    """
    played = min(state.played for state in states)
    runs = {"Base case": engine.run({}, columns=game.cards()["score"])}
    for state in states:
        runs[state.team] = engine.run(game.levers(state), columns=game.cards()["score"])
    table = {name: [said(at_end(run, key, played), key) for key in game.cards()["score"]] for name, run in runs.items()}
    return pd.DataFrame(table, index=pd.Index([outputs()[key]["label"] for key in game.cards()["score"]], name=""))


# ---- the band around a choice


def band(levers: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """The spread around one set of choices, for every output: {"low": {id: [...]}, "high": {id: [...]}, "said": its source}.

    A point each quarter from 2010. From an ensemble drawn here (the middle eight of ten draws), or, without simlin, the spread
    shipped for the ready-made policy that is nearest, as distances {"below", "above"} from one's own line.
    """
    try:
        return _drawn(levers)
    except engine.EngineMissing:
        return _borrowed(levers)


def _drawn(levers: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    found = engine.ensemble(levers, columns=list(outputs()), count=DRAWS)
    low, high = (
        {key: [float(f"{v:.6g}") for v in read(found[key, q].to_numpy(), key)[::SHOWN]] for key in outputs()}
        for q in (engine.QUANTILES[0], engine.QUANTILES[-1])
    )
    text = f"Shaded: the middle eight in ten of {DRAWS} runs of your own choices, with the model's uncertain numbers drawn anew."
    return {"low": low, "high": high, "said": text}


def nearest(levers: Mapping[str, Sequence[float]]) -> str:
    """The ready-made policy whose levers lie nearest to these, each measured against its range."""

    def distance(policy: str) -> float:
        theirs = model.policies()[policy]["levers"]
        total = 0.0
        for key, values in levers.items():
            one = model.levers()[key]
            other = theirs.get(key, [one.default] * len(model.ROUNDS))
            total += sum(
                abs(a - (one.default if b is None else b)) / (one.high - one.low)
                for a, b in zip(values, other, strict=False)
            )
        return total

    return min(model.policies(), key=distance)


def _borrowed(levers: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    policy = nearest(levers)
    shipped = bands()[bands()["policy"] == policy]
    points = np.arange(0, YEAR * (model.END - model.ROUNDS[0]) + 1, SHOWN) / YEAR + model.ROUNDS[0]
    below: dict[str, list[float]] = {}
    above: dict[str, list[float]] = {}
    for key, rows in shipped.groupby("output"):
        for to, column in ((below, "low"), (above, "high")):
            gap = np.interp(points, rows["time"], (rows[column] - rows["mid"]).abs())
            to[key] = [float(f"{v:.4g}") for v in gap]
    text = (
        "Shaded: this machine cannot draw runs of your own choices, so the spread is that of the ready-made policy nearest to "
        f"them, “{model.policies()[policy]['name']}”, worked out when the game was made."
    )
    return {"below": below, "above": above, "said": text}


@cache
def bands() -> pd.DataFrame:
    """The spreads that ship with the package: policy, output, time, low, mid, high, in the model's units."""
    return pd.read_csv(io.StringIO(model.FOLDER.joinpath(BANDS).read_text("utf-8")))


def make_bands() -> pd.DataFrame:
    """The spreads around every ready-made policy at the end of each round. Raises EngineMissing."""
    rows = []
    for policy, how in model.policies().items():
        found = engine.ensemble(how["levers"], columns=list(outputs()), count=DRAWS)
        for key in outputs():
            lines = [read(found[key, q].to_numpy(), key) for q in engine.QUANTILES]
            rows += [
                (
                    policy,
                    key,
                    (model.ROUNDS[0], *ENDS)[played],
                    *(float(f"{line[place(played)]:.6g}") for line in lines),
                )
                for played in range(len(ENDS) + 1)
            ]
    return pd.DataFrame(rows, columns=["policy", "output", "time", "low", "mid", "high"])


# ---- the game on paper


def paper_levers(path: str) -> dict[str, list[float]]:
    """The levers of a path of choices such as "ACD": one value a round for the turns that were played.

    Raises NotPlayed for a choice there is not, or one that comes too soon.
    """
    kit = game.cards()["paper"]
    choices = {one["id"]: one for one in kit["choices"]}
    found: dict[str, list[float]] = {}
    for turn, (letter, spell) in enumerate(zip(path, kit["turns"], strict=False), 1):
        if letter not in choices or choices[letter]["from"] > turn:
            raise game.NotPlayed(f"Turn {turn}: there is no choice {letter!r} yet.")
        chosen = choices[letter]
        how = model.policies()[chosen["policy"]]["levers"] if "policy" in chosen else chosen["levers"]
        for key, one in model.levers().items():
            values = how.get(key, one.default)
            for number in spell["rounds"]:
                value = values[number - 1] if isinstance(values, list) else values
                found.setdefault(key, []).append(one.default if value is None else value)
    return found


def paper_paths() -> list[str]:
    """Every path through the game on paper, shortest first."""
    kit = game.cards()["paper"]
    offered = [[one["id"] for one in kit["choices"] if one["from"] <= turn] for turn in range(1, len(kit["turns"]) + 1)]
    return ["".join(path) for turns in range(1, len(offered) + 1) for path in itertools.product(*offered[:turns])]


def seat_keys(role: Mapping[str, Any]) -> list[str]:
    """The three outputs on a seat's sheet: its aims, unless the choices on paper leave one of them still."""
    return list(role.get("paper", role["goals"]))


def paper_keys() -> list[str]:
    """Outputs that the paper tables hold: every seat's own three, and the score."""
    goals = [key for role in game.cards()["roles"] for key in seat_keys(role)]
    return list(dict.fromkeys([*goals, *game.cards()["counted"], *game.cards()["score"]]))


def make_paper() -> pd.DataFrame:
    """What every path reads at the end of its last turn: frame of path × output, in the model's units. Raises EngineMissing."""
    rows = {}
    for path in paper_paths():
        run = engine.run(paper_levers(path), columns=paper_keys())
        played = game.cards()["paper"]["turns"][len(path) - 1]["rounds"][-1]
        rows[path] = [float(f"{at_end(run, key, played):.6g}") for key in paper_keys()]
    start = engine.run({}, columns=paper_keys())
    rows = {"start": [float(f"{at_end(start, key, 0):.6g}") for key in paper_keys()], **rows}
    return pd.DataFrame.from_dict(rows, orient="index", columns=paper_keys()).rename_axis("path")


@cache
def paper() -> pd.DataFrame:
    """The paper tables that ship with the package, by path."""
    return pd.read_csv(io.StringIO(model.FOLDER.joinpath(PAPER).read_text("utf-8")), index_col="path")


def main() -> None:
    """Write bands.csv and paper.csv anew."""
    from pathlib import Path

    folder = Path(__file__).parent
    for name, table, index in ((BANDS, make_bands(), False), (PAPER, make_paper(), True)):
        (folder / name).write_text(table.to_csv(index=index, lineterminator="\n"), "utf-8")
        print(f"{name}: {len(table)} rows")


if __name__ == "__main__":
    main()
