"""Whether the place simulator fits: what the page about it shows, each part computed from runs of the model.

Fit and forecast errors and the one-at-a-time sensitivity are placelab.simulator.calibrate's; the six pieces of history are the
same comparisons as tests/test_simulator.py holds the model to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from placelab import claims, figures, wording
from placelab.figures import Interval, Line
from placelab.simulator import calibrate, engine, history, model
from placelab.widgets.base import Finding, table_html

RATE = "patients a day for each 100,000 people aged 65 and over"
MOVERS = 10  # parameters in a figure of sensitivity
ERRORS = {
    "fit": "The model, on the months it was fitted to",
    "held out": "The model, on the months it never saw",
    "held out, no drive": "The same without the national drive of 2017",
    "held out, last value": "Naive forecast: as in the last month seen",
    "held out, mean of last year": "Naive forecast: the mean of the last twelve months seen",
    "held out, same month of last year": "Naive forecast: as in the same month of the last year seen",
}
DRIVE_SEEN = "2018-03"
STILL = {"history": 0.0}  # a place where nothing changes from outside


# Runs


@cache
def _delays() -> tuple[pd.Series, pd.Series]:
    """Patients delayed by social care in England and in the model, month by month."""
    real = history.delays()
    return real, calibrate.simulated({}, real.index)


@cache
def errors() -> dict[str, float]:
    """Mean absolute errors of the model and of naive forecasts."""
    return calibrate.errors()


@cache
def sensitivity() -> pd.DataFrame:
    """Each free parameter alone at the ends of its range."""
    return calibrate.sensitivity()


def month_name(month: str) -> str:
    """ "2017-03" as "March 2017"."""
    return pd.Period(month).strftime("%B %Y")


# Delays, month by month


def delays_figure() -> list[str]:
    """England and the model, month by month; the years as a table."""
    real, ours = _delays()
    time = history.midpoints(real.index)
    after = f"{month_name(history.HELD_OUT[0])}"
    cut = float(history.midpoints(pd.Index([history.HELD_OUT[0]]))[0]) - 1 / 24
    peaks = [(one.idxmax(), one.max()) for one in (real, ours)]
    held = history.between(real, history.HELD_OUT)
    sentence = (
        f"England peaked at {peaks[0][1]:.1f} in {month_name(peaks[0][0])}, the model at {peaks[1][1]:.1f} in "
        f"{month_name(peaks[1][0])}. "
        f"On the {len(held)} months from {after}, which the fit never saw, the model is out by {errors()['held out']:.1f} on "
        f"average, and the best of the naive forecasts by {best_naive():.1f}."
    )
    alt = (
        f"Line chart of {RATE}, from {month_name(real.index[0])} to {month_name(real.index[-1])}. England goes from "
        f"{real.iloc[0]:.1f} to a peak of {peaks[0][1]:.1f} and ends at {real.iloc[-1]:.1f}; the model, dashed, "
        f"goes from {ours.iloc[0]:.1f} to a "
        f"peak of {peaks[1][1]:.1f} and ends at {ours.iloc[-1]:.1f}. A line at {after} parts the months fitted "
        "from those held out."
    )

    def draw(width: float) -> Any:
        return figures.lines(
            [
                Line("England", list(time), real.tolist(), figures.ORANGE),
                Line("The model", list(time), ours.tolist(), dashed=True),
            ],
            width, "Patients a day for each\n100,000 people 65+", divide_at=(cut, "fitted", "held out"),
        )  # fmt: skip

    yearly = [one.groupby(one.index.str[:4]).mean() for one in (real, ours)]
    rows = [
        (year, f"{yearly[0][year]:.1f}", f"{yearly[1][year]:.1f}", signed(yearly[1][year] - yearly[0][year], 1))
        for year in yearly[0].index
    ]
    table = pd.DataFrame(rows, columns=["Year, mean of its months", "England", "The model", "Difference"])
    source = "Source: tables delayed_transfers and population_estimates; the model with every parameter at its default."
    title = "Delays put down to social care, in England and in the model"
    return [Finding(title, sentence, alt, table, source, draw).html()]


def best_naive() -> float:
    """The smallest error of a naive forecast on the months held out."""
    return min(value for key, value in errors().items() if ERRORS.get(key, "").startswith("Naive"))


def signed(value: float, places: int) -> str:
    """ "+1.2", "−0.3", "0.0"."""
    text = f"{abs(value):.{places}f}"
    return text if not text.strip("0.") else f"{'+' if value > 0 else '−'}{text}"


def plain(value: float | None) -> str:
    """A number as short as it is exact, with a true minus sign; "" for none."""
    return "" if value is None else f"{value:g}".replace("-", "−")


def errors_table() -> list[str]:
    """Mean absolute errors against naive forecasts."""
    rows = [(label, f"{errors()[key]:.2f}") for key, label in ERRORS.items()]
    table = table_html(pd.DataFrame(rows, columns=["Forecast", "Mean error"]), f"Mean absolute error, {RATE}")
    return [table, f"<p>{escape(drive())}</p>"]


def drive() -> str:
    """How far the drive of 2017 took delays down: as announced, in England, and in the model."""
    real = _delays()[0]
    fell = 1 - real[DRIVE_SEEN] / real[history.GOAL_MONTH]
    return (
        f"The goal announced in 2017 was to free {wording.percent(history.goal_share())} of the beds that delays "
        "of every cause took. "
        f"Between {month_name(history.GOAL_MONTH)} and {month_name(DRIVE_SEEN)} delays put down to social care fell by "
        f"{wording.percent(calibrate.fall_in_a_year({}))} in the model, at the strongest drive that we allowed "
        f"it, and by {wording.percent(fell)} in England."
    )


def values_table() -> list[str]:
    """What the fit found, from the file it wrote."""
    rows = []
    for key, value, kind in pd.read_csv(str(model.FOLDER.joinpath("fit.csv"))).itertuples(index=False):
        one = model.variable(key)
        low, high = calibrate.FITTED.get(key, (one.low, one.high))
        how = "fitted to delays" if kind == "fitted" else "set from a published figure"
        how += ", at the end of what was searched" if value in (low, high) else ""
        rows.append((one.name, plain(value), f"{plain(low)} to {plain(high)}", how))
    return [
        table_html(
            pd.DataFrame(rows, columns=["Parameter", "Value", "Searched", "How"]), "The values that calibration wrote"
        )
    ]


# The six pieces of history


def history_table() -> list[str]:
    """Each piece of history: what happened or was measured, and what the model does."""
    rows = [(name, expected, found()) for name, expected, found in _pieces()]
    return [
        table_html(
            pd.DataFrame(rows, columns=["Piece of history", "What was seen", "What the model does"]),
            "Six pieces of history",
        )
    ]


def _pieces() -> list[tuple[str, str, Callable[[], str]]]:
    visits, admissions = claims.get("crawford-2021-ae-visits"), claims.get("seamer-2019-admissions")
    cut = claims.get("crawford-2021-spending-fall")
    real = history.delays()
    seen = {year: real[real.index.str[:4] == year].mean() for year in ("2010", "2013", "2016")}
    at = ("2014-09", "2015-09", "2017-03", "2017-09")
    return [
        (
            "1. Delays rise and fall",
            f"{'; '.join(f'{month_name(m)} {real[m]:.1f}' for m in at)} {RATE}",
            lambda: "; ".join(f"{month_name(m)} {_delays()[1][m]:.1f}" for m in at),
        ),
        (
            "2. The delay in the delays",
            f"Spending fell from 2010; delays averaged {seen['2010']:.1f} in 2010, {seen['2013']:.1f} in 2013 and "
            f"{seen['2016']:.1f} in 2016",
            _late,
        ),
        (
            "3. A cut brings visits to A&E and hardly any admissions",
            f"{wording.percent(abs(cut.value or 0) / 100)} less spending went with {visits.value:g} more visits a "
            "head; admissions stood "
            f"between {admissions.low:g} and {admissions.high:g} of what they were",
            _cut,
        ),
        (
            "4. Unmet need rises first",
            "A test of the structure: it grows from the first year and the delays do not show it",
            _unseen,
        ),
        (
            "5. Reablement pays its way, and integration pays late and fades",
            "The episode’s cost is almost all made good within a year; schemes to integrate care told mostly in their last year",
            _reablement,
        ),
        (
            "6. Prevention is worse before it is better",
            "A test of the structure: its money is missed before its effect is felt",
            _prevention,
        ),
    ]  # fmt: skip


def _late() -> str:
    base = engine.run(columns=("funding_index", "delayed_rate"))
    yearly = base.groupby(np.floor(base.index)).mean()["delayed_rate"]
    fall = wording.percent(1 - base["funding_index"][2013.0] / base["funding_index"][2010.0])
    return (
        f"Funding a head is {fall} lower by 2013; delays average {yearly[2010]:.1f} in 2010, {yearly[2013]:.1f} in "
        f"2013 and {yearly[2016]:.1f} in 2016"
    )


def _cut() -> str:
    size = abs(claims.get("crawford-2021-spending-fall").value or 0) / 100
    still, run = (engine.constants({**STILL, "trial_cut": trial}, ("admission_rate",)) for trial in (0.0, size))
    ratio = run["admission_rate"][2018.0] / still["admission_rate"][2018.0]
    return (
        f"{calibrate.added_visits({}):.2f} more visits a head, set so by calibration; admissions {ratio:.3f} of what "
        "they were, which was left free"
    )


def _unseen() -> str:
    base = engine.run(columns=("unmet_rate", "delayed_rate", "within_four_hours"))
    first = base.loc[2011.0] / base.loc[2010.0] - 1
    return (
        f"In its first year unmet need {wording.change(first['unmet_rate'])}, and delays "
        f"{wording.change(first['delayed_rate'])}"
    )


def _reablement() -> str:
    base = engine.run()
    value = {key: one.value for key, one in model.parameters().items() if one.kind == "constant"}
    duration = value["package_duration"]
    saved = value["reablement_success"] * base["initial_unit_cost"].iloc[0] * duration * (1 - np.exp(-1 / duration))
    still = engine.constants(STILL, ("admission_rate",))
    pooled = engine.constants({**STILL, **model.overrides({"pooled_fund": [0, 0.15]})}, ("admission_rate",))
    fall = 1 - pooled["admission_rate"] / still["admission_rate"]
    return (
        f"Care saved in the first year is {wording.percent(saved / value['reablement_cost'])} of an episode’s "
        "cost. A pool that starts in "
        f"July 2012 and stops in 2015 has emergency admissions lower by {wording.percent(fall[2013.5], 1)} after a year, "
        f"{wording.percent(fall[2015.0], 1)} at its end and {wording.percent(fall[2016.5], 1)} a year and a half later"
    )


def _prevention() -> str:
    still = engine.constants(STILL, ("going_without",))
    run = engine.constants({**STILL, **model.overrides({"prevention_share": 0.04})}, ("going_without",))
    gap = run["going_without"] - still["going_without"]
    turn = int(gap[gap > 0].index.max())
    return (
        f"Four times the money for prevention, out of the same budget: {wording.count(gap[2012.0])} more people "
        "go without in 2012, "
        f"{wording.count(-gap[2025.0])} fewer in 2025, and it turns in {turn}"
    )


# Sensitivity


def sensitivity_figures() -> list[str]:
    """The parameters that matter most, one at a time, for the counted and for the uncounted number."""
    base = engine.run(columns=("delayed_rate", "going_without_rate")).iloc[-1]
    shown = {"delayed_rate": "delays", "going_without_rate": "people going without care"}
    return [_moves(column, name, float(base[column])) for column, name in shown.items()]


def _moves(column: str, name: str, base: float) -> str:
    change = sensitivity()[column].unstack() / base
    largest = change.abs().max(axis=1).sort_values(ascending=False).index[:MOVERS]
    rows = [(model.variable(str(key)), float(change.at[key, "low"]), float(change.at[key, "high"])) for key in largest]
    drawn = [Interval(one.name, min(low, high, 0), max(low, high, 0)) for one, low, high in rows]
    top, low, high = rows[0]
    still = int((change.abs().max(axis=1) < 0.02).sum())
    sentence = (
        f"{top.name} matters most: from one end of its range to the other, {name} in 2025 go from {_by(min(low, high))} to "
        f"{_by(max(low, high))} the base case. Of {len(change)} parameters with a range, {still} move it by less "
        "than 2% at either end."
    )
    alt = f"Bars of the change in {name} in 2025 when one assumption is moved to each end of its range: " + "; ".join(
        f"{one.name}, {wording.percent(min(a, b))} to {wording.percent(max(a, b))}" for one, a, b in rows
    ) + "."  # fmt: skip
    table = pd.DataFrame(
        [
            (
                one.name,
                f"{plain(one.low)} to {plain(one.high)}",
                wording.percent(a),
                wording.percent(b),
                "yes" if one.contested else "",
            )
            for one, a, b in rows
        ],
        columns=["Assumption", "Range", "At its low end", "At its high end", "Contested"],
    )
    title = f"Which assumptions move {name} most, one at a time"
    source = "Source: runs of the model from 2010 to 2025, every other parameter and every lever at its default."
    label = f"Change in {name} in 2025 against the base case"

    def draw(width: float) -> Any:
        return figures.intervals(drawn, width, label, mark=("base case", 0.0), x_format=wording.short_percent)

    return Finding(title, sentence, alt, table, source, draw).html()


def _by(share: float) -> str:
    return f"{wording.percent(abs(share))} {'above' if share > 0 else 'below'}"


PARTS: dict[str, Callable[[], Sequence[str]]] = {
    "simulator-fit": delays_figure,
    "simulator-errors": errors_table,
    "simulator-values": values_table,
    "simulator-history": history_table,
    "simulator-sensitivity": sensitivity_figures,
}
