"""How sure is the gap: ten thousand draws as a band over time, a tornado, scenarios side by side, and what would close it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from placelab import figures, gap, places, spending, tables, uncertainty, wording
from placelab.figures import Draw, Interval, Line
from placelab.uncertainty import TENTHS
from placelab.widgets import funding_gap
from placelab.widgets.base import Choice, Control, Finding, LiveFigure, Slider, place_choice

VIEWS = {
    "band": "Band over time",
    "tornado": "One assumption at a time",
    "scenarios": "Published scenarios side by side",
    "closing": "What would close it, lever by lever",
}
MEASURES = {"pounds": "£ in all", "adult": "£ for each adult", "share": "Share of funding"}
FUNDING = {"drawn": "Drawn from their ranges too", "held": "Held at the base case"}
_UNITS = {"pounds": " a year", "adult": " an adult", "share": " of funding"}
_AXES = {"adult": "£ for each adult", "share": "% of the year's funding"}
_TABLES = (
    "net_current_expenditure", "gdp_deflator", "population_projections", "population_estimates", "care_income",
    "core_spending_power", "revenue_summary", "care_unit_costs", "client_group_expenditure", "dementia_prevalence",
)  # fmt: skip
_LEFT_OUT = (
    "Left out: swings from year to year, places parting from one another, and whatever no range holds; assumptions are drawn "
    "independently of one another. Ranges and where their ends come from: the table of the view of one assumption at a time, "
    "and the lab."
)
# What a reader may set a rate to, in the order in which the closing rates are shown.
LEVERS = {
    "need_per_head": "need per head",
    "unit_cost": "unit cost",
    "council_tax": "council tax",
    "grants": "grants",
    "funding": "council tax and grants together",
    "charges": "charges",
}


class GapUncertainty(LiveFigure):
    """The funding gap of one place, or England, under assumptions drawn from stated ranges."""

    name: ClassVar[str] = "gap-uncertainty"
    lab: ClassVar[str] = "funding-gap"
    question: ClassVar[str] = (
        "Draw every assumption from its stated range, funding among them, ten thousand times. In how many of every hundred draws "
        "is England's gap in 2035-36 larger than in the base case?"
    )
    guess: ClassVar[Slider | None] = Slider("guess", "Your guess", 0, 100, 1, 50, " of 100")

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return (
            place_choice(),
            Choice("view", "Show", list(VIEWS.items()), "band"),
            Choice("measure", "Measured in", list(MEASURES.items()), "pounds"),
            Slider("width", "Width of the ranges", 0.5, uncertainty.WIDEST, 0.1, 1, " × stated"),
            Choice("funding", "Council tax, grants and charges", list(FUNDING.items()), "drawn"),
            Slider("prevention", "Spent on prevention", 0, 5, 0.5, 0, "% of funding"),
        )

    @classmethod
    def shared(cls) -> dict[str, Any]:
        held = {key: sorted(set_by(s.assumptions)) for key, s in gap.scenarios().items()}
        return {
            "years": list(gap.project().need.columns),
            "prices": spending.LATEST_PRICES,
            "draws": uncertainty.DRAWS, "tenths": TENTHS,
            "halton": {"primes": uncertainty.PRIMES, "skipped": uncertainty.SKIPPED},
            # Lists, because the files of a built book have their keys in alphabetical order, and draws go by this order.
            "ranges": [
                {
                    "name": name, "label": one.label, "phrase": one.phrase, "kind": one.kind, "base": one.base,
                    "low": one.low, "high": one.high, "from": [one.low_from, one.high_from],
                }
                for name, one in uncertainty.ranges().items()
            ],
            "funding": uncertainty.FUNDING,
            "cap": gap.PREVENTION_CAP,
            "base": _centre(gap.base_case()),
            "scenarios": [
                {"label": s.label, "centre": _centre(s.assumptions), "held": held[key]} for key, s in gap.scenarios().items()
            ],
            "levers": list(LEVERS.items()),
            "source": source(),
        }  # fmt: skip

    @classmethod
    def place_data(cls, code: str) -> dict[str, Any]:
        of = uncertainty.row_of(code)
        one_ratio = float(gap.charges_ratio()[code]) if len(gap.members(code)) == 1 else None
        return {
            "who": funding_gap.who(places.get(code)),
            "parts": of.care[:, 0].tolist(),
            "clients": of.clients[:, 0].tolist() if one_ratio is None else one_ratio,
            "council_tax": float(of.council_tax[0]),
            "grants": float(of.grants[0]),
            "adults": of.adults[0].tolist(),
            "notes": _notes(places.get(code)),
        }

    def find(self, **values: Any) -> Finding:
        chosen = Setting.of(values)
        view = {"band": _band, "tornado": _tornado, "scenarios": _scenarios, "closing": _closing}[values["view"]]
        return view(chosen)


@dataclass(frozen=True)
class Setting:
    """The controls as the views use them."""

    place: places.Place
    measure: str
    width: float
    held: tuple[str, ...]
    prevention: float

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Setting:
        """From the controls' values."""
        return cls(
            places.get(values["place"]), values["measure"], values["width"],
            uncertainty.FUNDING if values["funding"] == "held" else (), values["prevention"] / 100,
        )  # fmt: skip

    def around(self, case: gap.Assumptions) -> gap.Assumptions:
        """A case with what is spent on prevention here."""
        return replace(case, prevention=self.prevention)

    @property
    def code(self) -> str:
        """The place's code."""
        return self.place.code

    @property
    def who(self) -> str:
        """The place, or its area, inside a sentence."""
        return funding_gap.who(self.place)

    @property
    def ranges(self) -> str:
        """What is drawn from, in words."""
        if abs(self.width - 1) < 1e-9:
            return "the stated ranges"
        return f"ranges {self.width:.1f} times as wide as stated"

    def amount(self, value: float) -> str:
        """A size in the chosen measure, without its unit and sign."""
        size = abs(value)
        if self.measure == "share":
            return wording.percent(size)
        return funding_gap.money(size) if self.measure == "pounds" else funding_gap.pounds(size)

    def signed(self, value: float) -> str:
        """The same with its sign, for a table."""
        text = self.amount(value)
        return f"−{text}" if value < 0 and text.strip("£0%") else text

    def stands(self, value: float) -> str:
        """ "a gap of £119m a year", "a surplus of 3% of funding"."""
        return f"a {'gap' if value >= 0 else 'surplus'} of {self.amount(value)}{_UNITS[self.measure]}"

    def spread(self, low: float, high: float) -> str:
        """Two ends as they follow "leave Suffolk": "between £70m and £190m a year short"."""
        a, b, unit = self.amount(low), self.amount(high), _UNITS[self.measure]
        if low >= 0:
            return f"between {a} and {b}{unit} short"
        if high < 0:
            return f"with between {b} and {a}{unit} to spare"
        return f"between {a}{unit} to spare and {b} short"


def source() -> str:
    """The figure's source line."""
    return f"{tables.citation(*_TABLES)} {_LEFT_OUT}"


def set_by(case: gap.Assumptions) -> set[str]:
    """The levers that a case sets otherwise than the base case: in its band they are held."""
    base = gap.base_case()
    return {name for name in ("need_per_head", "unit_cost", *gap.SOURCES) if _rate(case, name) != _rate(base, name)}


def _rate(case: gap.Assumptions, lever: str) -> float:
    return case.source(lever) if lever in gap.SOURCES else float(getattr(case, lever))


def _centre(case: gap.Assumptions) -> dict[str, float]:
    """What the script needs of a case, rates as shares."""
    rates = {name: _rate(case, name) for name in ("need_per_head", "unit_cost", *gap.SOURCES, "charges")}
    return {**rates, "effect": case.effect, "delay": case.delay}


def of_draws(share: float) -> str:
    """A share of draws in words: "25 of 100 draws", "none of the draws", "fewer than 1 in 100 draws", "all draws"."""
    if share in (0, 1):
        return "all draws" if share else "none of the draws"
    if share < 0.005 or share > 0.995:
        return "fewer than 1 in 100 draws" if share < 0.5 else "more than 99 of 100 draws"
    return f"{round(100 * share)} of 100 draws"


def _notes(place: places.Place) -> list[str]:
    joined = funding_gap.shares_area(place)
    told = [f"The figures are those of {funding_gap.together(place.code)} together."] if joined else []
    return told + funding_gap.notes(place)


def _sentence(chosen: Setting, *told: str) -> str:
    if chosen.prevention:
        told += (
            f"Prevention takes {wording.percent(chosen.prevention, 1)} of funding each year, on top of what is spent today.",
        )
    return " ".join(filter(None, (*told, *_notes(chosen.place))))


def value_text(one: uncertainty.Range, difference: float, base: float | None = None) -> str:
    """An assumption's value so far from the base case, as a table prints it."""
    at = (one.base if base is None else base) + difference
    if one.kind == "rate":
        return wording.percent(at, 1)
    if one.kind == "ratio":
        return f"£{at:.2f}"
    return wording.percent(at)


# Band over time


def _band(chosen: Setting) -> Finding:
    found = uncertainty.ensemble(chosen.code, chosen.measure, chosen.width, chosen.held, chosen.around(gap.base_case()))
    low, middle, high = found.bands.iloc[-1]
    base = float(found.base.iloc[-1])
    drawn = "need and cost" if chosen.held else "every assumption"
    end, first = found.bands.index[-1], found.bands.index[0]
    ends = f"{chosen.signed(low)} and {chosen.signed(high)}{_UNITS[chosen.measure]}"
    return Finding(
        title=f"By {end}, 80 of 100 draws from these ranges leave {chosen.who} {chosen.spread(low, high)}",
        sentence=_sentence(
            chosen,
            f"In the base case there is {chosen.stands(base)} in {end}.",
            f"With {drawn} drawn {wording.count(found.draws)} times from {chosen.ranges}, the middle draw gives "
            f"{chosen.stands(middle)}, and 80 of 100 draws lie between {ends}.",
            f"The gap is larger than in the base case in {of_draws(found.larger)}, and closed in {of_draws(found.none)}.",
            "Those are shares of draws under ranges that we chose and state, with their peaks at the base case. They are no "
            "measure of how likely anything is.",
        ),
        alt=(
            f"Band chart of the gap in {chosen.who} from {first} to {end}, in {spending.LATEST_PRICES} prices. The band, 80 of "
            f"100 draws, widens from nothing to between {ends}. Its middle line ends at {chosen.signed(middle)}, the base "
            f"case's at {chosen.signed(base)}."
        ),
        table=_by_year(chosen, found),
        source=source(),
        draw=_draw_band(chosen, found),
        numbers={
            **{f"p{100 * share:.0f}": found.bands[share].tolist() for share in TENTHS},
            "base": found.base.tolist(), "larger": found.larger, "none": found.none,
        },
    )  # fmt: skip


def _by_year(chosen: Setting, found: uncertainty.Ensemble) -> pd.DataFrame:
    """Every other year and the last, worded."""
    last = len(found.base) - 1
    shown = [i for i in range(last + 1) if i in (0, last) or (last - i) % 2 == 0]

    def column(values: pd.Series) -> list[str]:
        return [chosen.signed(float(values.iloc[i])) for i in shown]

    return pd.DataFrame(
        {
            "Year": [found.base.index[i] for i in shown],
            "10 of 100 draws below": column(found.bands[TENTHS[0]]),
            "Middle draw": column(found.bands[TENTHS[1]]),
            "90 of 100 draws below": column(found.bands[TENTHS[2]]),
            "Base case": column(found.base),
        }
    )


# One assumption at a time


def tornado_rows(chosen: Setting) -> pd.DataFrame:
    """The tornado of one setting (uncertainty.tornado)."""
    return uncertainty.tornado(chosen.code, chosen.measure, chosen.width, chosen.held, chosen.around(gap.base_case()))


def _tornado(chosen: Setting) -> Finding:
    rows, stated = tornado_rows(chosen), uncertainty.ranges()
    base, unit = float(rows["base"].iloc[0]), _UNITS[chosen.measure]
    moving = rows[rows["swing"] > 0]
    phrases = [stated[name].phrase for name in moving.index]
    swings = [chosen.amount(float(swing)) for swing in moving["swing"]]
    widest = moving.iloc[0]
    idle = "" if chosen.prevention else "What prevention avoids moves nothing here, because nothing is spent on it."
    held = "Council tax, grants and charges are held at the base case." if chosen.held else ""
    top = f"{wording.capital(phrases[0])} moves the gap in {chosen.who} most"
    return Finding(
        title=f"{top}: {swings[0]}{unit} from end to end of its range",
        sentence=_sentence(
            chosen,
            f"With all else at the base case, {phrases[0]} takes the gap in {gap.END} from {chosen.stands(widest['low'])} at the "
            f"low end of its range to {chosen.stands(widest['high'])} at the high end.",
            f"Next come {phrases[1]} ({swings[1]} from end to end) and {phrases[2]} ({swings[2]}); {phrases[-1]} moves it least "
            f"({swings[-1]}).",
            idle, held,
            f"The ends are those of {chosen.ranges}. Bars cannot be added up, and a long bar may say more about how wide the "
            "range is than about how much the matter weighs.",
        ),
        alt=(
            f"Bar chart with a bar for each assumption, widest first, around {chosen.signed(base)}{unit}: "
            + "; ".join(
                f"{stated[name].label}, {chosen.signed(row.low)} to {chosen.signed(row.high)}"
                for name, row in zip(rows.index, rows.itertuples(), strict=True)
            )
            + "."
        ),
        table=_tornado_table(chosen, rows),
        source=source(),
        draw=_draw_tornado(chosen, rows),
        numbers={
            "names": list(rows.index), "lows": rows["low"].tolist(), "highs": rows["high"].tolist(), "base": base,
        },
    )  # fmt: skip


def _tornado_table(chosen: Setting, rows: pd.DataFrame) -> pd.DataFrame:
    stated = [uncertainty.ranges()[name] for name in rows.index]
    return pd.DataFrame(
        {
            "Assumption": [one.label for one in stated],
            "Low end": [value_text(one, chosen.width * one.low) for one in stated],
            "Base case": [value_text(one, 0.0) for one in stated],
            "High end": [value_text(one, chosen.width * one.high) for one in stated],
            "Gap at the low end": [chosen.signed(value) for value in rows["low"]],
            "Gap at the high end": [chosen.signed(value) for value in rows["high"]],
            "Low end, as stated, from": [wording.capital(one.low_from) for one in stated],
            "High end, as stated, from": [wording.capital(one.high_from) for one in stated],
        }
    )


# Published scenarios side by side


def scenario_rows(chosen: Setting) -> pd.DataFrame:
    """Each published scenario: at (its own settings), low, middle, high (80 in 100 draws of what it leaves open), by label.

    The levers that a scenario sets are held; the rest is drawn.
    """
    rows = {}
    for scenario in gap.scenarios().values():
        centre = chosen.around(scenario.assumptions)
        held = {*chosen.held, *set_by(scenario.assumptions)}
        drawn = uncertainty.deviations(uncertainty.DRAWS, chosen.width, held)
        found = uncertainty.outcomes(uncertainty.row_of(chosen.code), drawn, centre, last_only=True)
        at = uncertainty.base_outcome(chosen.code, centre=centre).gap(chosen.measure)[0, -1, 0]
        low, middle, high = uncertainty.quantiles(found.gap(chosen.measure)[0, 0])
        rows[scenario.label] = {"at": float(at), "low": float(low), "middle": float(middle), "high": float(high)}
    return pd.DataFrame.from_dict(rows, orient="index")


def _scenarios(chosen: Setting) -> Finding:
    rows = scenario_rows(chosen)
    base = float(uncertainty.base_outcome(chosen.code).gap(chosen.measure)[0, -1, 0])
    least, most = rows["at"].idxmin(), rows["at"].idxmax()
    holding = int(((rows["low"] <= base) & (base <= rows["high"])).sum())
    count = wording.in_words(len(rows))
    return Finding(
        title=(
            f"By {gap.END}, published scenarios leave {chosen.who} {chosen.spread(rows['at'].min(), rows['at'].max())}"
        ),
        sentence=_sentence(
            chosen,
            f"The base case gives {chosen.stands(base)}. Of {count} scenarios, it among them, “{least}” gives the least and "
            f"“{most}” the most.",
            "Around each, a bar holds 80 of 100 draws: what the scenario sets is held, and the rest is drawn from "
            f"{chosen.ranges}{', funding held' if chosen.held else ''}.",
            f"The base case's gap lies inside {wording.in_words(holding) if holding else 'none'} of the {count} bars.",
            "A scenario says what would follow from its settings; nobody published it as a forecast of this place.",
        ),
        alt=(
            f"Chart of the gap in {chosen.who} in {gap.END} under {count} scenarios, each a dot with a bar: "
            + "; ".join(
                f"{label}, {chosen.signed(row.at)}, bar from {chosen.signed(row.low)} to {chosen.signed(row.high)}"
                for label, row in zip(rows.index, rows.itertuples(), strict=True)
            )
            + "."
        ),
        table=pd.DataFrame(
            {
                "Scenario": list(rows.index),
                "At its own settings": [chosen.signed(value) for value in rows["at"]],
                "10 of 100 draws below": [chosen.signed(value) for value in rows["low"]],
                "Middle draw": [chosen.signed(value) for value in rows["middle"]],
                "90 of 100 draws below": [chosen.signed(value) for value in rows["high"]],
            }
        ),
        source=source(),
        draw=_draw_scenarios(chosen, rows, base),
        numbers={**{name: rows[name].tolist() for name in rows.columns}, "base": base},
    )


# What would close it


def closing_rows(chosen: Setting) -> pd.DataFrame:
    """By lever: now (base case), closing (the rate that alone closes the gap; blank where none can), low and high (its range)."""
    centre, stated = chosen.around(gap.base_case()), uncertainty.ranges()
    rates = gap.closing(chosen.code, centre)
    rows = {}
    for name in LEVERS:
        now = centre.funding if name == "funding" else _rate(centre, name)
        one = stated.get(name)
        low, high = (now + chosen.width * end for end in (one.low, one.high)) if one else (np.nan, np.nan)
        rows[name] = {"now": now, "closing": rates[name], "low": low, "high": high}
    return pd.DataFrame.from_dict(rows, orient="index")


def _closing(chosen: Setting) -> Finding:
    rows = closing_rows(chosen)
    inside = [LEVERS[str(name)] for name, row in rows.iterrows() if _inside(row)]
    wanted = {name: _closing_text(rate) for name, rate in rows["closing"].items()}
    both = rows.at["funding", "closing"]
    reach = (
        f"Inside {'its range' if len(inside) == 1 else 'their ranges'} ({chosen.ranges}): {places.join(inside)}."
        if inside
        else f"None of the five has its rate inside {chosen.ranges}."
    )
    return Finding(
        title=(
            f"On these assumptions council tax and grants both {'rising' if both >= 0 else 'falling'} by "
            f"{wording.percent(abs(both), 1)} a year would close the gap in {chosen.who} by {gap.END}"
        ),
        sentence=_sentence(
            chosen,
            "In real terms and on its own, each lever would have to go, a year, from the base case to: "
            + "; ".join(
                f"{LEVERS[name]}, from {wording.percent(rows.at[name, 'now'], 1)} to {text}" for name, text in wanted.items()
            )
            + ".",
            reach,
            "A rate is arithmetic. It does not say who would have to do what, or go without, for it to come true.",
        ),
        alt=(
            f"Chart of the yearly rate at which each lever alone would close the gap in {chosen.who} in {gap.END}, a dot, beside "
            "its stated range, a bar: "
            + "; ".join(f"{LEVERS[name]}, {text}, {_range_text(rows.loc[name])}" for name, text in wanted.items())
            + "."
        ),
        table=pd.DataFrame(
            {
                "Lever": [wording.capital(text) for text in LEVERS.values()],
                "Base case": [wording.percent(rate, 1) for rate in rows["now"]],
                "To close the gap": list(wanted.values()),
                "Its range": [_range_text(row) for _, row in rows.iterrows()],
                "Inside its range": [
                    "has none" if np.isnan(row["low"]) else "yes" if LEVERS[str(name)] in inside else "no"
                    for name, row in rows.iterrows()
                ],
            }
        ),
        source=source(),
        draw=_draw_closing(rows),
        # As what £1 becomes in a year, because a rate near nought would magnify the last bit of a power.
        numbers={
            "closing": [None if np.isnan(rate) else 1 + rate for rate in rows["closing"]], "now": rows["now"].tolist(),
            "low": [None if np.isnan(rate) else 1 + rate for rate in rows["low"]],
            "high": [None if np.isnan(rate) else 1 + rate for rate in rows["high"]],
        },
    )  # fmt: skip


def _inside(row: pd.Series) -> bool:
    """Whether the closing rate lies in its range, as both are printed: to a tenth of a per cent."""
    if row[["low", "closing", "high"]].isna().any():
        return False
    low, rate, high = (round(1000 * row[name]) for name in ("low", "closing", "high"))
    return bool(low <= rate <= high)


def _closing_text(rate: float) -> str:
    return "no rate can" if np.isnan(rate) else wording.percent(rate, 1)


def _range_text(row: pd.Series) -> str:
    if np.isnan(row["low"]):
        return "no range of its own"
    return f"{wording.percent(row['low'], 1)} to {wording.percent(row['high'], 1)}"


# The figures


def _scale(chosen: Setting, values: Any) -> tuple[float, str]:
    """What to divide by on the axis, and what to write beside it."""
    if chosen.measure == "share":
        return 0.01, _AXES["share"]
    if chosen.measure == "adult":
        return 1.0, f"{_AXES['adult']}, {spending.LATEST_PRICES} prices"
    scale, unit = (1e9, "£ billion") if np.max(np.abs(values)) >= 1e9 else (1e6, "£ million")
    return scale, f"{unit} a year, {spending.LATEST_PRICES} prices"


def _draw_band(chosen: Setting, found: uncertainty.Ensemble) -> Draw:
    def draw(width: float) -> Any:
        scale, label = _scale(chosen, found.bands.to_numpy())
        x = [float(places.year_start(year)) for year in found.base.index]
        low, middle, high = ((found.bands[share] / scale).tolist() for share in TENTHS)
        base = (found.base / scale).tolist()

        def named(words: str, value: float) -> str:
            return f"{words}\n{chosen.signed(value)}"

        last = found.bands.iloc[-1]
        data = [
            Line(named("90 in 100 below", last[TENTHS[2]]), x, high, colour=figures.MID_BLUE, width=0.8),
            Line(named("middle draw", last[TENTHS[1]]), x, middle),
            Line(named("10 in 100 below", last[TENTHS[0]]), x, low, colour=figures.MID_BLUE, width=0.8),
            Line(named("base case", float(found.base.iloc[-1])), x, base, colour=figures.ORANGE, dashed=True),
        ]
        figure = figures.lines(
            data, width, f"Gap, {label}", x_format=lambda v: places.financial_year(int(v)), y_format=lambda v: f"{v:g}"
        )
        figure.axes[0].fill_between(x, low, high, color=figures.LIGHT_BLUE, alpha=0.35, linewidth=0)
        return figure

    return draw


def _draw_tornado(chosen: Setting, rows: pd.DataFrame) -> Draw:
    def draw(width: float) -> Any:
        scale, label = _scale(chosen, rows[["low", "high"]].to_numpy())
        bars = []
        for name, row in rows.iterrows():
            ends = sorted([row["low"] / scale, row["high"] / scale])
            bars.append(Interval(_bar_label(chosen, str(name)), ends[0], ends[1], row["high"] / scale))
        mark = ("base case", rows["base"].iloc[0] / scale)
        return figures.intervals(bars, width, f"Gap in {gap.END}, {label}; dot: high end of the range", mark=mark)

    return draw


def _bar_label(chosen: Setting, name: str) -> str:
    one = uncertainty.ranges()[name]
    return f"{one.label}: " + " to ".join(value_text(one, chosen.width * end) for end in (one.low, one.high))


def _draw_scenarios(chosen: Setting, rows: pd.DataFrame, base: float) -> Draw:
    def draw(width: float) -> Any:
        scale, label = _scale(chosen, rows.to_numpy())
        bars = [
            Interval(f"{name}: {chosen.signed(row['at'])}", *(row[end] / scale for end in ("low", "high", "at")))
            for name, row in rows.iterrows()
        ]
        mark = ("base case", base / scale)
        return figures.intervals(bars, width, f"Gap in {gap.END}, {label}; dot: the scenario's own settings", mark=mark)

    return draw


def _draw_closing(rows: pd.DataFrame) -> Draw:
    def draw(width: float) -> Any:
        bars = []
        for name, row in rows.iterrows():
            closing = None if np.isnan(row["closing"]) else 100 * row["closing"]
            # A lever without a range of its own is a dot alone: its title's rate, which some rate always is.
            low, high = (float(100 * row["closing" if np.isnan(row[end]) else end]) for end in ("low", "high"))
            label = f"{wording.capital(LEVERS[str(name)])}: {_closing_text(row['closing'])}"
            bars.append(Interval(label, low, high, closing))
        what = "% a year, real terms; bar: stated range, dot: closes the gap"
        return figures.intervals(bars, width, what, mark=("level in real terms", 0.0))

    return draw
