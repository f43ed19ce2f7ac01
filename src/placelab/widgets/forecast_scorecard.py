"""The forecast scorecard: an 80% interval stated first, then scored beside a projection, a trend and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from placelab import demand, figures, places, population, scorecard, tables, wording
from placelab.figures import Draw, Interval
from placelab.places import Place
from placelab.scorecard import BASE, BASES, CENSUS
from placelab.widgets.base import Choice, Control, Finding, LiveFigure, Slider, place_choice
from placelab.widgets.demand_trends import place_words
from placelab.wording import signed

VIEWS = {
    "place": "Your place",
    "projection": "Projection in all places",
    "trend": "Trend in all places",
}
_ROWS = {"projection": f"Projection, {BASE}-based", "trend": f"Trend since {CENSUS}, carried on"}
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
_BANDS = ("65-74", "75-84", "85+")
_COLUMNS = ("census", "known", "revised", "projection", "outturn")


class ForecastScorecard(LiveFigure):
    """A reader's interval for older people in a place, the official projection and the trend, all scored by what came."""

    name: ClassVar[str] = "forecast-scorecard"
    question: ClassVar[str] = (
        "It is May 2018. By how many per cent will the number of people aged 85 and over in your place have changed between "
        "mid-2016 and mid-2023? Give a range that you would expect to hold the answer four times in five."
    )
    guess: ClassVar[Slider | tuple[str, ...] | None] = ("low", "high")

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return (
            place_choice(),
            Choice("age", "People aged", [(age, age) for age in scorecard.ages()], "85 and over"),
            Choice("view", "Show", list(VIEWS.items()), "place"),
            Slider("low", "Low end", -40, 60, 1, -20, "%"),
            Slider("high", "High end", -40, 60, 1, 20, "%"),
        )

    @classmethod
    def shared(cls) -> dict[str, Any]:
        codes = [*places.frame().index, places.ENGLAND]
        named = {bands[0]: age for age, bands in population.AGES.items() if len(bands) == 1}
        people = {band: scorecard.expected(named[band]).loc[codes] for band in _BANDS}
        return {
            "places": [place_words(places.get(code)) for code in codes],
            "late": [_late(code) for code in codes],
            "people": {band: {c: _numbers(rows[c]) for c in _COLUMNS} for band, rows in people.items()},
            "ages": {age: list(population.AGES[age]) for age in scorecard.ages()},
            "widths": {age: scorecard.width(age) for age in scorecard.ages()},
            "years": {"census": CENSUS, "base": BASE, "last": demand.last_estimate(), "published": BASES[BASE]},
            "alpha": scorecard.ALPHA,
            "source": source(),
        }

    @classmethod
    def place_data(cls, code: str) -> dict[str, Any]:
        return {"code": code}

    def find(self, **values: Any) -> Finding:
        place, age, view = places.get(values["place"]), values["age"], values["view"]
        low, high = sorted((values["low"] / 100, values["high"] / 100))  # whichever slider holds which end
        return _all(place, age, view, low, high) if view in _ROWS else _one(place, age, low, high)


def _numbers(people: pd.Series) -> list[float]:
    """People as the script gets them: the projection is not in whole people, so a few decimals stay."""
    return [int(v) if v == int(v) else round(float(v), 4) for v in people]


def _span(low: float, high: float) -> str:
    return f"{signed(low)} to {signed(high)}"


def _late(code: str) -> bool:
    """Whether a place took its present boundaries after the base year, so that it had no figure of its own then."""
    old = tables.load("predecessors")
    later = old[(old["successor"] == code) & (old["change"] != "recoded") & (old["valid_to"] >= f"{BASE}-07-01")]
    return not later.empty


def known_then(place: Place, age: str) -> str:
    """What a reader of the day could know, in a sentence or two: shown before the interval is stated."""
    people = scorecard.expected(age).loc[place.code]
    grown = wording.noun(float(people["known"] / people["census"] - 1))
    told = (
        f"In {BASES[BASE]} the latest figures put people aged {age} in {place.in_sentence} at {wording.people(people['known'])} "
        f"in mid-{BASE}, {grown} since mid-{CENSUS}."
    )
    if _late(place.code):
        told += (
            f" {place.name} took its present boundaries after {BASE}: its figures then are those of the districts that it "
            "now covers."
        )
    return told


# One place


def _one(place: Place, age: str, low: float, high: float) -> Finding:
    people, last = scorecard.expected(age).loc[place.code], demand.last_estimate()
    change = people / people["known"] - 1
    half = scorecard.width(age)
    ends = {"stated": (low, high)}
    for method in _ROWS:
        below, above = scorecard.band(people[method], half)
        ends[method] = (float(below / people["known"] - 1), float(above / people["known"] - 1))
    scores = {
        row: float(scorecard.interval_score(100 * one, 100 * other, 100 * change["outturn"]))
        for row, (one, other) in ends.items()
    }
    return Finding(
        title=(
            f"People aged {age} in {place.in_sentence}: {wording.noun(change['projection'])} projected, "
            f"{wording.noun(change['outturn'])} found by {last}"
        ),
        sentence=" ".join(_sentences(place, age, people, change, ends, scores)),
        alt=_alt(place, age, change, ends),
        table=_table(people, change, ends, scores),
        source=source(),
        draw=_draw(change, ends),
        numbers={
            "ends": [list(pair) for pair in ends.values()],
            "scores": list(scores.values()),
            "points": [float(change[method]) for method in _ROWS],
            "outturn": float(change["outturn"]),
        },
    )


def _sentences(
    place: Place,
    age: str,
    people: pd.Series,
    change: pd.Series,
    ends: dict[str, tuple[float, float]],
    scores: dict[str, float],
) -> list[str]:
    last = demand.last_estimate()
    told = [
        known_then(place, age),
        f"Today's estimate for mid-{last} is {wording.people(people['outturn'])}, {wording.noun(change['outturn'])} from the "
        "number known then.",
        f"The projection had {wording.people(people['projection'])}, {wording.noun(change['projection'])}; the trend since "
        f"{CENSUS}, carried on, {wording.people(people['trend'])}, {wording.noun(change['trend'])}.",
        _stated(*ends["stated"], change["outturn"], scores["stated"]),
        f"Given a band of {wording.percent(scorecard.width(age))} either side, the width that past misses of the trend rule "
        f"suggest, the projection scores {_points(scores['projection'])} and the trend {_points(scores['trend'])}. "
        "Lower is better.",
        _revision(people),
    ]
    if place.small:
        told.append(f"Numbers in {place.in_sentence} are too small for a score to mean much.")
    return told


def _points(score: float) -> str:
    return wording.plural(score, "point", "points")


def _stated(low: float, high: float, outturn: float, score: float) -> str:
    interval = f"The interval stated, {_span(low, high)},"
    if low <= outturn <= high:
        return f"{interval} holds what happened and scores its width: {_points(score)}."
    miss = 100 * max(low - outturn, outturn - high)
    return (
        f"{interval} misses what happened by {miss:.1f} percentage points and scores its width plus "
        f"{wording.in_words(round(2 / scorecard.ALPHA))} times the miss: {_points(score)}."
    )


def _revision(people: pd.Series) -> str:
    """How much of any miss was in the number it started from."""
    moved = float(people["revised"] / people["known"] - 1)
    size = wording.percent(abs(moved), 1)
    if not size.strip("0.%"):
        return f"The number known for mid-{BASE} has hardly been revised since."
    side = "below" if moved < 0 else "above"
    return f"The start has moved too: mid-{BASE} is now put {size} {side} the number known then."


def _alt(place: Place, age: str, change: pd.Series, ends: dict[str, tuple[float, float]]) -> str:
    bands = "; ".join(
        f"{name.lower()}, {signed(change[m])} in a band of {_span(*ends[m])}" for m, name in _ROWS.items()
    )
    return (
        f"Chart of intervals for the change in people aged {age} in {place.in_sentence}, mid-{BASE} to "
        f"mid-{demand.last_estimate()}. Interval stated: {_span(*ends['stated'])}. {wording.capital(bands)}. A dashed rule "
        f"marks what happened: {signed(change['outturn'])}."
    )


def _table(
    people: pd.Series, change: pd.Series, ends: dict[str, tuple[float, float]], scores: dict[str, float]
) -> pd.DataFrame:
    last = demand.last_estimate()
    rows = [("Interval stated", "none", "none", "none", _span(*ends["stated"]), wording.count(scores["stated"]))]
    for method, name in {**_ROWS, "no_change": "No change"}.items():
        error = scorecard.percentage_error(people[method], people["outturn"])
        banded = method in ends
        rows.append(
            (name, wording.people(people[method]), signed(change[method]), signed(error, 1),
             _span(*ends[method]) if banded else "none", wording.count(scores[method]) if banded else "none")
        )  # fmt: skip
    rows.append(
        (f"Estimate, mid-{last}", wording.people(people["outturn"]), signed(change["outturn"]), "none", "none", "none")
    )
    columns = ["What", f"People, mid-{last}", f"Change from mid-{BASE}", "Error", "Interval", "Points"]
    return pd.DataFrame(rows, columns=columns)


def _draw(change: pd.Series, ends: dict[str, tuple[float, float]]) -> Draw:
    rows = [Interval("Interval stated", *ends["stated"], colour=figures.ORANGE)]
    rows += [Interval(name, *ends[method], point=float(change[method])) for method, name in _ROWS.items()]

    def draw(width: float) -> Any:
        return figures.intervals(
            rows, width, f"Change from the number known for mid-{BASE}",
            mark=(f"What happened: {signed(change['outturn'])}", float(change["outturn"])), x_format=signed,
        )  # fmt: skip

    return draw


# All places


def _all(place: Place, age: str, method: str, low: float, high: float) -> Finding:
    people = scorecard.expected(age)
    error = scorecard.percentage_error(people[method], people["outturn"])
    every = error.loc[scorecard.compared()].sort_values()
    change = scorecard.changes(age).loc[scorecard.compared(), "outturn"]
    held = (change >= low) & (change <= high)
    points = float(np.mean(scorecard.interval_score(100 * low, 100 * high, 100 * change)))
    table = scorecard.comparison(age)
    own = None if place.small else float(error[place.code])
    name = f"{BASE}-based projection" if method == "projection" else f"trend since {CENSUS}"
    return Finding(
        title=(
            f"For people aged {age} in {demand.last_estimate()} the {name} was too high in {int((every > 0).sum())} of "
            f"{len(every)} places"
        ),
        sentence=" ".join(_all_sentences(place, age, name, own, table, (low, high), held)),
        alt=_all_alt(place, name, every, own),
        table=_all_table(table, len(every), (low, high), float(held.mean()), points),
        source=source(),
        draw=_histogram(place, every, own),
        numbers={
            "errors": every.tolist(),
            "measures": table[["error", "relative", "too_high"]].to_numpy().ravel().tolist(),
            "banded": table.loc[list(_ROWS), ["held", "score"]].to_numpy().ravel().tolist(),
            "stated": [float(held.mean()), points],
        },
    )


def _all_sentences(
    place: Place,
    age: str,
    name: str,
    own: float | None,
    table: pd.DataFrame,
    stated: tuple[float, float],
    held: pd.Series,
) -> list[str]:
    last, error = demand.last_estimate(), table["error"]
    told = [
        f"For people aged {age} in mid-{last} the {BASE}-based projection missed by {wording.percent(error['projection'], 1)} on "
        f"average, too high or too low; the trend since {CENSUS}, carried on, by {wording.percent(error['trend'], 1)}; and no "
        f"change from mid-{BASE} by {wording.percent(error['no_change'], 1)}."
    ]
    if own is None:
        told.append(f"Numbers in {place.in_sentence} are too small for a score to mean much.")
    else:
        told.append(f"In {place.in_sentence} the {name} was {_off(own)}.")
    told.append(
        f"A band of {wording.percent(scorecard.width(age))} either side, meant to hold what happened in 80% of places, held "
        f"it in {wording.percent(table.at['projection', 'held'])} around the projection and in "
        f"{wording.percent(table.at['trend', 'held'])} around the trend."
    )
    told.append(
        f"The interval stated, {_span(*stated)}, would have held what happened in {int(held.sum())} of {len(held)} places, "
        f"{wording.percent(float(held.mean()))}."
    )
    return told


def _off(error: float) -> str:
    size = wording.percent(abs(error), 1)
    return (
        f"{size} too {'high' if error > 0 else 'low'}"
        if size.strip("0.%")
        else "right to within a tenth of one per cent"
    )


def _all_alt(place: Place, name: str, every: pd.Series, own: float | None) -> str:
    mark = "" if own is None else f" {place.name} is marked at {signed(own, 1)}."
    return (
        f"Histogram of the error of the {name} in {len(every)} places, from {signed(every.iloc[0], 1)} to "
        f"{signed(every.iloc[-1], 1)}, half of them between {signed(every.quantile(0.25), 1)} and "
        f"{signed(every.quantile(0.75), 1)}.{mark}"
    )


def _all_table(
    table: pd.DataFrame, total: int, stated: tuple[float, float], held: float, points: float
) -> pd.DataFrame:
    rows = []
    for method, name in {**_ROWS, "no_change": "No change"}.items():
        row, banded = table.loc[method], method in _ROWS
        rows.append(
            (name, wording.percent(row["error"], 1), f"{row['relative']:.2f}", f"{int(row['too_high'])} of {total}",
             wording.percent(row["held"]) if banded else "none", wording.count(row["score"]) if banded else "none")
        )  # fmt: skip
    rows.append(
        (f"Interval stated, {_span(*stated)}", "none", "none", "none", wording.percent(held), wording.count(points))
    )
    columns = ["Method", "Mean absolute error", "Against no change", "Too high in", "Interval held", "Mean points"]
    return pd.DataFrame(rows, columns=columns)


def _histogram(place: Place, every: pd.Series, own: float | None) -> Draw:
    step = next(s for s in _STEPS if (every.iloc[-1] - every.iloc[0]) / s <= 18)

    def draw(width: float) -> Any:
        mark = None if own is None else (place.name, own)
        label = f"Error, as a share of the estimate for mid-{demand.last_estimate()}"
        return figures.histogram(every, width, label, "Number of places", mark=mark, step=step, x_format=signed)

    return draw


def source() -> str:
    """Where the numbers come from, how bands and points are made, and what is left out."""
    areas = places.frame()
    small: Sequence[str] = [f"the {name}" for name in areas.loc[areas["small"], "name"]]
    first, base, last = scorecard.BACKTEST
    return (
        f"{tables.citation('population_projections_2016_based', 'population_estimates')} The projection came out in "
        f"{BASES[BASE]} and starts from mid-{BASE} as then known. The trend carries on the yearly growth from mid-{CENSUS} "
        f"to mid-{BASE}. The band is what four places in five came within when the growth of {first} to {base} was carried "
        f"on to {last}. Points are the interval score of Gneiting and Raftery (2007): width, plus ten times any miss, in "
        f"percentage points of the number known for mid-{BASE}. Left out of averages as too small: {places.join(list(small))}."
    )
