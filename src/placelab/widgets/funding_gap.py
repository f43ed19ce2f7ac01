"""The funding gap: a place's spending to date, then need against funding, with three levers and a base case."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd

from placelab import figures, gap, places, spending, tables, wording
from placelab.figures import Draw, Line
from placelab.widgets.base import Control, Finding, LiveFigure, Slider, place_choice

_TABLES = ("net_current_expenditure", "gdp_deflator", "population_projections", "population_estimates", "care_income")
_NOTHING = 0.0005  # a gap smaller than this share of funding is no gap


class FundingGap(LiveFigure):
    """Need against funding to 2035-36, in constant prices, for one place or for England."""

    name: ClassVar[str] = "funding-gap"
    question: ClassVar[str] = (
        "Suppose funding keeps pace with general inflation and no more. By 2035-36, how large is the gap between what adult "
        "social care needs and what it has, as a share of that year's funding?"
    )
    guess: ClassVar[Slider | None] = Slider("guess", "Your guess", 0, 100, 1, 50, "%")

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        base = gap.base_case()
        return (
            place_choice(),
            Slider("need_per_head", "Need per head, change a year", -3, 3, 0.1, 100 * base.need_per_head, "%"),
            Slider("unit_cost", "Unit cost above inflation, a year", -2, 5, 0.1, 100 * base.unit_cost, "%"),
            Slider("funding", "Funding in real terms, a year", -4, 6, 0.1, 100 * base.funding, "%"),
        )

    def find(self, **values: Any) -> Finding:
        place, base = places.get(values["place"]), gap.base_case()
        # Rounded because 100 × 0.017 is not quite 1.7: the base case must be recognised when its levers come back.
        chosen = gap.Assumptions(**{lever: round(values[lever] / 100, 6) for lever in gap.LEVERS})
        projection, stated = (gap.project(case).of(place.code) for case in (chosen, base))
        moved = chosen != base
        end = gap.gap(projection, place.code)
        return Finding(
            title=_title(place, end),
            sentence=" ".join(filter(None, (_sentence(place, end), _base_sentence(place, stated, moved), *_notes(place)))),
            alt=_alt(place, projection, moved),
            table=by_year(projection, place.code, stated if moved else None),
            source=f"{tables.citation(*_TABLES)} Left out: need that goes unmet today, and income from clients and the NHS.",
            draw=_draw(place, projection, stated),
        )


def _who(place: places.Place) -> str:
    """The place, or the area it is counted in, as it stands inside a sentence."""
    _, area = places.area_of(place.code, gap.FIRST)
    return place.in_sentence if area == place.name else area


def _title(place: places.Place, end: gap.Gap) -> str:
    if abs(end.share) < _NOTHING:
        return f"By {gap.END} funding would match need in {_who(place)}"
    verdict = "a year short" if end.pounds > 0 else "a year to spare"
    return f"By {gap.END} {_who(place)} would be {wording.pounds(end.pounds)} {verdict}" if end.pounds > 0 else (
        f"By {gap.END} {_who(place)} would have {wording.pounds(-end.pounds)} {verdict}"
    )  # fmt: skip


def _sentence(place: places.Place, end: gap.Gap) -> str:
    excess = "a gap" if end.pounds >= 0 else "more funding than need"
    return (
        f"In {gap.END} need in {_who(place)} would cost {wording.pounds(end.need)} and funding would be "
        f"{wording.pounds(end.funding)}, in {spending.LATEST_PRICES} prices: {excess} of {wording.pounds(abs(end.pounds))}, "
        f"which is {wording.pounds(abs(end.per_adult))} for each adult and {wording.percent(abs(end.share))} of that year's funding. "
        f"The gap is zero in {gap.first_year()} by construction: it counts what is added from then on, and need that goes "
        "unmet today is not in it."
    )


def _base_sentence(place: places.Place, stated: gap.Projection, moved: bool) -> str:
    if not moved:
        return "This is the base case."
    base = gap.gap(stated, place.code)
    return f"In the base case the gap is {wording.pounds(base.pounds)}, or {wording.percent(base.share)} of funding."


def _notes(place: places.Place) -> list[str]:
    """What a reader should know about this place's figures: joined areas, blank years, cautions, smallness."""
    notes = []
    _, area = places.area_of(place.code, gap.FIRST)
    if area != place.name:
        own = gap.gap(gap.project(), place.code)
        together = places.join([places.get(code).name for code in gap.members(place.code)])
        notes.append(
            f"The figures are those of {together} together, because only together do they have a history. In the base case "
            f"{place.name} alone has a gap of {wording.pounds(own.pounds)}, or {wording.percent(own.share)} of its funding."
        )
    stand_ins = gap.carried(place.code)
    if len(stand_ins):
        listed = places.join([f"{places.get(code).in_sentence} ({year})" for code, year in stand_ins.items()])
        notes.append(
            f"No figure was published for {gap.first_year()} by {listed}: the last one published stands in, unchanged in real terms."
        )
    if place.code != places.ENGLAND:
        start = gap.starting_point()["published"]
        for code in gap.members(place.code):
            rows = tables.cautions("net_current_expenditure", code)
            notes += [f"Caution: {text}" for text in rows.loc[rows["year"] == start[code], "text"]]
    if place.small:
        notes.append(f"{_capital(place.in_sentence)} is too small for its rates and projections to mean much.")
    return notes


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _alt(place: places.Place, projection: gap.Projection, moved: bool) -> str:
    spent, first, end = gap.history(place.code), gap.gap(projection, place.code, gap.first_year()), gap.gap(projection, place.code)
    low, high = spent.idxmin(), spent.idxmax()
    words = "The shaded gap widens to" if end.pounds >= 0 else "Funding rises above need by"
    base = " Thin grey lines show the base case." if moved else ""
    return (
        f"Line chart of spending in {_who(place)}, in {spending.LATEST_PRICES} prices: {wording.pounds(spent.iloc[0])} in "
        f"{spent.index[0]}, lowest at {wording.pounds(spent[low])} in {low} and highest at {wording.pounds(spent[high])} in {high}. "
        f"From {wording.pounds(first.need)} in {gap.first_year()} two lines part: need reaches {wording.pounds(end.need)} and funding "
        f"{wording.pounds(end.funding)} in {gap.END}. {words} {wording.pounds(abs(end.pounds))}.{base}"
    )


def by_year(projection: gap.Projection, code: str, base: gap.Projection | None = None) -> pd.DataFrame:
    """Need, funding and gap of one row of a projection, every other year and the last, worded for a page.

    Columns: Year, Need, Funding, Gap, For each adult, Share of funding, and with `base` the gap in the base case.
    """
    last = len(projection.need.columns) - 1
    years = [year for i, year in enumerate(projection.need.columns) if i in (0, last) or (last - i) % 2 == 0]
    gaps = [gap.gap(projection, code, year) for year in years]
    table = pd.DataFrame(
        {
            "Year": years,
            "Need": [wording.pounds(g.need) for g in gaps],
            "Funding": [wording.pounds(g.funding) for g in gaps],
            "Gap": [wording.pounds(g.pounds) for g in gaps],
            "For each adult": [wording.pounds(g.per_adult) for g in gaps],
            "Share of funding": [wording.percent(g.share) for g in gaps],
        }
    )
    if base is not None:
        table["Gap, base case"] = [wording.pounds(gap.gap(base, code, year).pounds) for year in years]
    return table


def _series(row: pd.Series, scale: float) -> tuple[list[float], list[float]]:
    return [float(places.year_start(year)) for year in row.index], [float(value) / scale for value in row]


def _draw(place: places.Place, projection: gap.Projection, stated: gap.Projection) -> Draw:
    def draw(width: float) -> Any:
        need, funding = projection.need.loc[place.code], projection.funding.loc[place.code]
        spent = gap.history(place.code)
        billions = max(need.max(), spent.max()) >= 1e9
        scale, unit = (1e9, "£ billion") if billions else (1e6, "£ million")
        end = gap.gap(projection, place.code)
        data = []
        for label, line, base in (
            ("base case", need, stated.need.loc[place.code]),
            ("base case", funding, stated.funding.loc[place.code]),
        ):
            if abs(base.iloc[-1] / line.iloc[-1] - 1) > 1e-9:
                data.append(Line(label, *_series(base, scale), colour=figures.MID_GREY, width=1.0))
        if spent.index[-1] != gap.first_year():
            since = pd.concat([spent.iloc[-1:], need.iloc[:1]])
            data.append(Line("", *_series(since, scale), dashed=True))
        data += [
            Line("", *_series(spent, scale)),
            Line(f"Need\n{wording.pounds(end.need)}", *_series(need, scale), colour=figures.ORANGE),
            Line(f"Funding\n{wording.pounds(end.funding)}", *_series(funding, scale)),
        ]
        x, above = _series(need, scale)
        _, below = _series(funding, scale)
        word = "Gap" if end.pounds >= 0 else "To spare"
        return figures.lines(
            data, width, f"{unit} a year, {spending.LATEST_PRICES} prices",
            shade=(x, below, above, f"{word} {wording.pounds(abs(end.pounds))}"),
            divide_at=(float(places.year_start(gap.first_year())), "Spent", "Projected"),
            x_format=lambda v: places.financial_year(int(v)), y_format=lambda v: f"{v:g}",
        )  # fmt: skip

    return draw
