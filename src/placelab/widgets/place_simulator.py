"""The place simulator in the page: an invented borough from 2010 to 2025, a policy or the reader's own levers, and the base case.

The model is placelab.simulator's, run here by simlin and in the page by JavaScript made from the same file. What everybody
counts and what hardly anybody counts stand side by side, and the place score is shown in its parts, never as one number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from textwrap import fill
from typing import Any, ClassVar

import pandas as pd

from placelab import figures, wording
from placelab.simulator import engine, model
from placelab.widgets import place_levers as levers
from placelab.widgets.base import Control, Finding, LiveFigure, Slider

START = "fixes-that-fail"  # what the figure opens at
LAST = 2024  # the last whole year of a run
YEARS = (2010, 2012, 2014, 2016, 2018, 2020, 2022, LAST)
A_YEAR = 16  # results a year
FEW = 4  # more levers than this are counted and not listed
COUNTED, UNCOUNTED = "delayed_patients", "going_without"
SERIES = {
    COUNTED: ("Patients delayed in hospital", "Counted: patients delayed in hospital by social care, on a day"),
    UNCOUNTED: ("People going without care", "Mostly uncounted: people at home who need care every day and have none"),
}
Series = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Dimension:
    """One thing a run is judged by: its label, whether it is a mean of the last year or a sum since 2010, and what is better.

    form: how it is worded (see FORMS). better: 1 where more is better, -1 where less is, 0 for what only stands in the table.
    """

    label: str
    form: str
    better: int
    summed: bool = False


DIMENSIONS = {
    "years_without_care": Dimension("Years lived without care that was needed, since 2010", "count", -1, True),
    "delayed_bed_days": Dimension("Days in hospital of patients fit to leave, since 2010", "count", -1, True),
    "healthy_share": Dimension("Share of older people’s years lived well, since 2010", "share", 1, True),
    "inequality_gap": Dimension("Gap between poorest and richest fifth in going without", "points", -1),
    "sum_of_balances": Dimension("Money: all balances together, since 2010", "pounds", 1, True),
    "trust": Dimension("Trust between organisations, 0 to 1 (soft)", "two", 1),
    "integration": Dimension("Joint working, 0 to 1 (soft)", "two", 1),
    "council_balance": Dimension("Of the money: the council", "pounds", 0, True),
    "hospital_balance": Dimension("Of the money: the hospital", "pounds", 0, True),
    "visits_per_person": Dimension("Visits to A&E, for each 100 older people", "hundred", 0),
    "unmet_need": Dimension("People going without care who are on no list", "count", 0),
}
FORMS: dict[str, Callable[[float], str]] = {
    "count": wording.count,
    "share": lambda value: wording.percent(value, 1),
    "points": lambda value: f"{value:.1f} points",
    "pounds": wording.pounds,
    "two": lambda value: f"{value:.2f}",
    "hundred": lambda value: f"{100 * value:.1f}",
    "tenth": lambda value: f"{value:.1f}",
}
_DIGIT = re.compile("[1-9]")


class PlaceSimulator(LiveFigure):
    """Fifteen years of one invented place under one set of levers, against the base case."""

    name: ClassVar[str] = "place-simulator"
    question: ClassVar[str] = (
        "From 2010 this place puts hospital discharge first, under pressure from the centre, and its council "
        "takes a tenth of the "
        "budget out of care. By how many per cent more, or fewer, do people go without care at home in 2024 than "
        "if it had done as England did?"
    )
    guess: ClassVar[Slider | tuple[str, ...] | None] = Slider("guess", "Your guess", -50, 50, 5, 0, "%")
    reasons: ClassVar[str] = "What do you expect to rise, what to fall, and why?"

    def __init__(self, **values: Any) -> None:
        super().__init__(**(values or {"policy": START}))

    @classmethod
    def checked(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """As for any figure; where a policy is named, what is not given is as that policy has it."""
        return super().checked({**levers.presets().get(str(values.get("policy")), {}), **values})

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        chosen = (levers.policy_choice(), levers.from_choice(), levers.before_choice(), levers.whose_choice())
        return *chosen, *(levers.slider(name) for name in levers.LEVERS)

    @classmethod
    def setup(cls) -> dict[str, Any]:
        """As for any figure, with the policies as presets; a lever is shown only while its owner is chosen."""
        setup = super().setup()
        for control in setup["controls"]:
            if control["name"] in levers.LEVERS:
                control["only"] = {"by": "whose", "is": levers.LEVERS[control["name"]].role}
        presets = {"control": "policy", "own": levers.OWN, "sets": levers.presets()}
        return setup | {"presets": presets, "reasons": cls.reasons, "title": "the place simulator"}

    @classmethod
    def shared(cls) -> dict[str, Any]:
        return {
            "levers": [[name, told.label, told.scale, told.unit] for name, told in levers.LEVERS.items()],
            "policies": {name: levers.policy_name(name) for name in model.policies()},
            "starts": {str(start): levers.dated(start) for start in levers.starts()},
            "dimensions": [[key, one.label, one.form, one.better, one.summed] for key, one in DIMENSIONS.items()],
            "series": [[key, *labels] for key, labels in SERIES.items()], "years": YEARS, "last": LAST, "few": FEW,
            "own": levers.OWN, "source": source(),
        }  # fmt: skip

    def find(self, **values: Any) -> Finding:
        plan = levers.schedule(values)
        now, base = run(plan), run({})
        moved = [_moved(name, plan[name]) for name in levers.LEVERS if _moved(name, plan[name])]
        return Finding(
            title=_title(levers.named(values), now, base),
            sentence=_sentence(moved, now, base),
            alt=_alt(now, base),
            table=_table(now, base),
            source=source(),
            draw=_draw(now, base),
            numbers={
                "delayed": list(now[COUNTED]), "without": list(now[UNCOUNTED]),
                "scores": [_measured(key, now) for key in DIMENSIONS], "before": [_measured(key, base) for key in DIMENSIONS],
            },
        )  # fmt: skip


def run(plan: model.Levers) -> Series:
    """One run: series by id. Raises ValueError where the engine for Python is missing, saying what to do."""
    columns = (COUNTED, UNCOUNTED, *DIMENSIONS)
    try:
        frame = engine.run(plan, columns=columns)
    except engine.EngineMissing as problem:
        raise ValueError(f"the printed figure of the place simulator cannot be made here: {problem}") from problem
    return {column: frame[column].tolist() for column in columns}


@cache
def source() -> str:
    """Which model it is and where its assumptions and its faults are told."""
    people = model.variable("Older people in 2010").value
    return (
        f"Model: place.mdl, an invented borough of 300,000 with {wording.count(people)} people aged 65 and over "
        "in 2010; prices of "
        "2017-18. Every assumption, with its source, is in “How the place simulator works”, and how well it fits "
        "history in “Does "
        "the place simulator fit?”, both under About. A run shows what follows from the assumptions. It is no forecast."
    )


# Numbers


def year_mean(series: Sequence[float], year: int) -> float:
    """The mean of a series over one calendar year."""
    start = A_YEAR * (year - 2010)
    return sum(series[start : start + A_YEAR]) / A_YEAR


def _measured(key: str, series: Series) -> float:
    return series[key][-1] if DIMENSIONS[key].summed else year_mean(series[key], LAST)


def _against(value: float, base: float) -> str:
    """ "14% more", "14% fewer", "as many"."""
    text = wording.percent(abs(value / base - 1))
    return f"{text} {'more' if value > base else 'fewer'}" if _DIGIT.search(text) else "as many"


def _difference(form: str, value: float, base: float) -> str:
    """ "+1,234", "−0.3 points", "none" where it rounds to nothing."""
    text = FORMS["points"](100 * abs(value - base)) if form == "share" else FORMS[form](abs(value - base))
    return f"{'+' if value > base else '−'}{text}" if _DIGIT.search(text) else "none"


# Words


def _level(name: str, value: float) -> str:
    """A lever's value as its slider shows it: "84%", "−10%", "2.5%", "20 beds"."""
    number = levers.shown(name, value)
    digits = f"{abs(number):.{0 if number == int(number) else 1}f}"
    return f"{'−' if number < 0 else ''}{digits}{levers.LEVERS[name].unit}"


def _moved(name: str, values: Sequence[float]) -> str:
    """What a run does with one lever, "" where nothing: "Escalation beds 20 beds until July 2017, then 0 beds"."""
    default = model.levers()[name].default
    if all(value == default for value in values):
        return ""
    turns = [k for k in range(1, len(values)) if values[k] != values[k - 1]]
    told = [_level(name, value) for value in values]
    if len(turns) > 1:
        each = f"{', '.join(told[:-1])} and {told[-1]} in the six rounds"
    elif turns:
        each = f"{told[0]} until {levers.dated(model.ROUNDS[turns[0]])}, then {told[-1]}"
    else:
        each = told[0]
    return f"{levers.LEVERS[name].label}: {each} (base case {_level(name, default)})"


def _title(policy: str, now: Series, base: Series) -> str:
    name = "Your own levers" if policy == levers.OWN else levers.policy_name(policy)
    counted, uncounted = (
        _against(year_mean(now[key], LAST), year_mean(base[key], LAST)) for key in (COUNTED, UNCOUNTED)
    )
    return (
        f"{name}. In {LAST}, against the base case: {counted} delayed patients, {uncounted} people going without care"
    )


def _sentence(moved: Sequence[str], now: Series, base: Series) -> str:
    counted = [year_mean(one[COUNTED], LAST) for one in (now, base)]
    uncounted = [year_mean(one[UNCOUNTED], LAST) for one in (now, base)]
    on_no_list = [year_mean(one["unmet_need"], LAST) for one in (now, base)]
    money = now["sum_of_balances"][-1] - base["sum_of_balances"][-1]
    if not moved:
        done = "No lever is moved: the place does as England did."
    elif len(moved) > FEW:
        done = f"{wording.capital(wording.in_words(len(moved)))} levers are moved."
    else:
        done = f"{'; '.join(moved)}."
    return " ".join(
        filter(
            None,
            (
                done,
                f"In {LAST}, {counted[0]:.1f} patients a day are delayed in hospital by social care "
                f"({counted[1]:.1f} in the base "
                f"case), and {wording.count(uncounted[0])} people at home go without care that they need "
                f"({wording.count(uncounted[1])}), "
                f"{wording.count(on_no_list[0])} of them on no list ({wording.count(on_no_list[1])}).",
                _since(now, base) if moved else "",
                f"All balances together end {wording.more_less(money, wording.pounds(abs(money)))} than in the base case."
                if moved
                else "",
            ),
        )
    )


def _since(now: Series, base: Series) -> str:
    """Both tubs over the whole run, and what that means where they part."""
    days, years = (_against(now[key][-1], base[key][-1]) for key in ("delayed_bed_days", "years_without_care"))
    told = f"Over the fifteen years it has {days} delayed days, and {years} years lived without care"
    fewer, more = days.endswith("fewer"), years.endswith("more")
    if fewer and more:
        return f"{told}: the number that is watched looks better and the one that is not is worse."
    if days.endswith("more") and years.endswith("fewer"):
        return f"{told}: the number that is watched looks worse and the one that is not is better."
    return f"{told}."


def _alt(now: Series, base: Series) -> str:
    middle = 2017
    parts = ["Two line charts from 2010 to 2025, this run a solid line and the base case a dashed one."]
    for key, (label, _) in SERIES.items():
        form = FORMS["tenth" if key == COUNTED else "count"]
        own, other = ([form(year_mean(one[key], year)) for year in (2010, middle, LAST)] for one in (now, base))
        parts.append(
            f"{label}: from {own[0]} in 2010 to {own[1]} in {middle} and {own[2]} in {LAST}; in the base case "
            f"{other[1]} in {middle} "
            f"and {other[2]} in {LAST}."
        )
    sides: dict[int, list[str]] = {1: [], -1: [], 0: []}
    for key, one in DIMENSIONS.items():
        if one.better:
            sides[_side(key, now, base)].append(one.label.split(",")[0])
    names = {1: "Better than the base case", -1: "Worse", 0: "The same"}
    told = [f"{names[side]}: {'; '.join(labels)}" for side, labels in sides.items() if labels]
    return " ".join(
        [*parts, f"Below, the place score in its parts, each a dot on a scale of its own. {'. '.join(told)}."]
    )


def _side(key: str, now: Series, base: Series) -> int:
    """1 where a run is better than the base case in one dimension, -1 where it is worse, 0 where nobody could tell."""
    value, other = _measured(key, now), _measured(key, base)
    if _difference(DIMENSIONS[key].form, value, other) == "none":
        return 0
    return DIMENSIONS[key].better * (1 if value > other else -1)


def _table(now: Series, base: Series) -> pd.DataFrame:
    rows = []
    for key, one in DIMENSIONS.items():
        value, other = _measured(key, now), _measured(key, base)
        label = one.label if one.summed else f"{one.label}, {LAST}"
        rows.append((label, FORMS[one.form](value), FORMS[one.form](other), _difference(one.form, value, other)))
    for key, (label, _) in SERIES.items():
        form = "tenth" if key == COUNTED else "count"
        for year in YEARS:
            value, other = year_mean(now[key], year), year_mean(base[key], year)
            rows.append((f"{label}, {year}", FORMS[form](value), FORMS[form](other), _difference(form, value, other)))
    return pd.DataFrame(rows, columns=["Measure", "This run", "Base case", "Difference"])


# The static figure


@cache
def spans() -> dict[str, float]:
    """For each part of the score the largest difference from the base case that a ready-made policy makes."""
    base = run({})
    runs = [run(policy["levers"]) for policy in model.policies().values()]
    return {
        key: max(abs(_measured(key, one) - _measured(key, base)) for one in runs) or 1.0
        for key, dimension in DIMENSIONS.items()
        if dimension.better
    }


def _draw(now: Series, base: Series) -> figures.Draw:
    def draw(width: float) -> Any:
        from matplotlib import rc_context
        from matplotlib.figure import Figure

        narrow = width < 5.5
        rows = sum(1 for one in DIMENSIONS.values() if one.better)
        with rc_context(figures._RC):
            figure = Figure(figsize=(width, (5.6 if narrow else 3.1) + 0.44 * rows), layout="constrained")
            above, below = figure.subfigures(  # type: ignore[misc]
                2, 1, height_ratios=[5.4 if narrow else 2.9, 0.44 * rows + 0.3]
            )
            charts = above.subplots(2 if narrow else 1, 1 if narrow else 2)
            score = below.subplots()
        for axes, (key, (_, label)) in zip(charts, SERIES.items(), strict=True):
            _draw_series(axes, key, label, now, base, narrow)
        _draw_score(score, now, base)
        return figure

    return draw


def _draw_series(axes: Any, key: str, label: str, now: Series, base: Series, narrow: bool) -> None:
    time = [2010 + k / A_YEAR for k in range(len(now[key]))]
    axes.grid(axis="y", color="#E5E5E5", linewidth=0.8)
    axes.tick_params(length=0)
    axes.plot(time, base[key], color=figures.MID_GREY, linewidth=1.6, linestyle=(0, (4, 2)), label="base case")
    axes.plot(time, now[key], color=figures.DARK_BLUE, linewidth=2.2, label="this run")
    axes.set_ylim(0, 1.12 * max(*now[key], *base[key]))
    axes.set_xlim(2010, 2025)
    axes.set_xticks([2010, 2015, 2020, 2025])
    axes.yaxis.set_major_formatter(lambda value, _: wording.count(value))
    axes.set_title(fill(label, 46 if narrow else 40), fontsize=9.5, loc="left")
    if key == COUNTED:
        axes.legend(loc="lower left", frameon=False, fontsize=9)


def _draw_score(axes: Any, now: Series, base: Series) -> None:
    judged = [(key, one) for key, one in DIMENSIONS.items() if one.better]
    axes.axvline(0, color=figures.MID_GREY, linewidth=1.4, linestyle=(0, (4, 2)))
    for row, (key, one) in enumerate(judged):
        value, other = _measured(key, now), _measured(key, base)
        at = abs(_side(key, now, base)) * max(-1.0, min(1.0, one.better * (value - other) / spans()[key]))
        axes.plot([0, at], [row, row], color=figures.LIGHT_BLUE, linewidth=4, solid_capstyle="butt")
        axes.plot([at], [row], "o", color=figures.DARK_BLUE, markersize=7)
        axes.annotate(
            one.label, (-1.08, row - 0.5), fontsize=8.5, va="center", annotation_clip=False,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip
        axes.annotate(
            _difference(one.form, value, other), (1.1, row), fontsize=9, va="center", color=figures.DARK_BLUE,
            annotation_clip=False,
        )  # fmt: skip
    axes.set_xlim(-1.08, 1.65)
    axes.set_ylim(len(judged) - 0.5, -1.4)
    axes.annotate("worse", (-1.0, -1.1), fontsize=9, fontweight="bold", va="center")
    axes.annotate(
        "base case", (0, -1.1), fontsize=9, fontweight="bold", ha="center", va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
    )  # fmt: skip
    axes.annotate("better", (1.0, -1.1), fontsize=9, fontweight="bold", ha="right", va="center")
    axes.set_axis_off()
