"""The funding gap: a place's spending to date, then need against funding, with three levers and a base case."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd

from placelab import figures, gap, places, spending, tables, wording
from placelab.figures import Draw, Line
from placelab.widgets.base import Control, Finding, LiveFigure, Slider, place_choice

_TABLES = ("net_current_expenditure", "gdp_deflator", "population_projections", "population_estimates", "care_income")
_LEVEL = 0.005  # a gap smaller than this share of funding is as near as the sliders come to closing it


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
            Slider("need_per_head", "Need per head", -5, 5, 0.1, 100 * base.need_per_head, "% a year"),
            Slider("unit_cost", "Unit cost, real", -3, 6, 0.1, 100 * base.unit_cost, "% a year"),
            Slider("funding", "Funding, real", -4, 6, 0.1, 100 * base.funding, "% a year"),
        )

    def find(self, **values: Any) -> Finding:
        place, base = places.get(values["place"]), gap.base_case()
        # Rounded because 100 × 0.017 is not quite 1.7: the base case must be recognised when its levers come back.
        chosen = gap.Assumptions(**{lever: round(values[lever] / 100, 6) for lever in gap.LEVERS})
        everywhere = gap.project(chosen)
        projection, stated = everywhere.of(place.code), gap.project(base).of(place.code)
        compared = None if chosen == base else stated
        end = gap.gap(projection, place.code)
        parts = (_sentence(place, end), _base_sentence(place, compared), _joined(place, everywhere), *_notes(place))
        return Finding(
            title=_title(place, end),
            sentence=" ".join(filter(None, parts)),
            alt=_alt(place, projection, compared),
            table=by_year(projection, place.code, compared),
            source=f"{tables.citation(*_TABLES)} Left out: need that goes unmet today, and care paid for by clients or the NHS.",
            draw=_draw(place, projection, stated),
        )


def _who(place: places.Place) -> str:
    """The place, or the area it is counted in, as it stands inside a sentence."""
    _, area = places.area_of(place.code, gap.FIRST)
    return place.in_sentence if area == place.name else area


def _money(value: float) -> str:
    """£ for a page: sums under a million to the thousand, because the model is no finer."""
    return wording.pounds(value if abs(value) >= 999_500 else round(value, -3))


def _share(share: float) -> str:
    """The size of a share; one that would round to nothing says so."""
    text = wording.percent(abs(share))
    return "less than 1%" if text == "0%" and abs(share) > 1e-9 else text


def _title(place: places.Place, end: gap.Gap) -> str:
    if abs(end.share) < _LEVEL:
        return f"By {gap.END} funding would all but match need in {_who(place)}"
    if end.pounds < 0:
        return f"By {gap.END} {_who(place)} would have {_money(-end.pounds)} a year to spare"
    return f"By {gap.END} {_who(place)} would be {_money(end.pounds)} a year short"


def _sentence(place: places.Place, end: gap.Gap) -> str:
    excess = "The gap of" if end.pounds >= 0 else "The surplus of"
    return (
        f"In {gap.END} need in {_who(place)} would cost {_money(end.need)}, against funding of {_money(end.funding)}, in "
        f"{spending.LATEST_PRICES} prices. {excess} {_money(abs(end.pounds))} is {wording.pounds(abs(end.per_adult))} for each "
        f"adult and {_share(end.share)} of that year's funding. In {gap.first_year()} the gap is zero by construction: it "
        "counts what is added from then on, and need that already goes unmet is not in it."
    )


def _base_sentence(place: places.Place, base: gap.Projection | None) -> str:
    if base is None:
        return "This is the base case."
    end = gap.gap(base, place.code)
    what = "gap" if end.pounds >= 0 else "surplus"
    return f"In the base case there is a {what} of {_money(abs(end.pounds))}, or {_share(end.share)} of funding."


def _joined(place: places.Place, everywhere: gap.Projection) -> str:
    """What a reader whose place is shown with a neighbour should know: why, and what it comes to for the place alone."""
    if len(gap.members(place.code)) == 1 or place.code == places.ENGLAND:
        return ""
    together = places.join([places.get(code).name for code in gap.members(place.code)])
    own = gap.gap(everywhere, place.code)
    what = "gap" if own.pounds >= 0 else "surplus"
    return (
        f"The figures are those of {together} together, whose past can only be told as one. For {place.name} alone the "
        f"{what} would be {_money(abs(own.pounds))}, or {_share(own.share)} of its funding."
    )


def _notes(place: places.Place) -> list[str]:
    """Blank years, cautions about the figures the projection starts from, and smallness."""
    notes = [f"England is the sum of its {len(places.frame())} places."] if place.code == places.ENGLAND else []
    stand_ins = gap.carried(place.code)
    if len(stand_ins):
        listed = places.join([f"{places.get(code).in_sentence} ({year})" for code, year in stand_ins.items()])
        notes.append(
            f"For {listed} the last figure published stands in for {gap.first_year()}, unchanged in real terms; the dashed "
            "line bridges the years without a complete figure."
        )
    if place.code != places.ENGLAND:
        notes += [f"Caution: {text}" for code in gap.members(place.code) for text in _cautions(code)]
    if place.small:
        notes.append(f"Too few people live in {place.in_sentence} for its rates and projections to mean much.")
    return notes


def _cautions(code: str) -> list[str]:
    """Unexplained jumps and negatives in the year a council starts from and the year before it."""
    start = str(gap.starting_point().at[code, "published"])
    years = [places.financial_year(places.year_start(start) - back) for back in (1, 0)]
    rows = tables.cautions("net_current_expenditure", code)
    rows = rows[rows["year"].isin(years) & rows["rule"].isin(["year_on_year", "negative"])]
    return [f"{places.get(code).name} {row.year}: {row.text}" for row in rows.itertuples()]


def _alt(place: places.Place, projection: gap.Projection, base: gap.Projection | None) -> str:
    spent = gap.history(place.code)
    first, end = (gap.gap(projection, place.code, year) for year in (gap.first_year(), gap.END))
    low, high = spent.idxmin(), spent.idxmax()
    words = "The shaded gap between them widens to" if end.pounds >= 0 else "Funding rises above need by"
    grey = " Thin grey lines show the base case." if base is not None else ""
    return (
        f"Line chart of spending in {_who(place)}, in {spending.LATEST_PRICES} prices: {_money(spent.iloc[0])} in "
        f"{spent.index[0]}, lowest at {_money(spent[low])} in {low} and highest at {_money(spent[high])} in {high}. "
        f"From {_money(first.need)} in {gap.first_year()} two lines part: need reaches {_money(end.need)} and funding "
        f"{_money(end.funding)} in {gap.END}. {words} {_money(abs(end.pounds))}.{grey}"
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
            "Need": [_money(g.need) for g in gaps],
            "Funding": [_money(g.funding) for g in gaps],
            "Gap": [_money(g.pounds) for g in gaps],
            "For each adult": [wording.pounds(g.per_adult) for g in gaps],
            "Share of funding": [wording.percent(g.share) for g in gaps],
        }
    )
    if base is not None:
        table["Gap, base case"] = [_money(gap.gap(base, code, year).pounds) for year in years]
    return table


# Tables that a notebook prints, worded for a page


def history_table(code: str) -> pd.DataFrame:
    """What a place's area spent every third year from 2009-10 and in the latest published: Year, Cash, and real terms."""
    cash, real = gap.history(code, None), gap.history(code)
    first = places.year_start(gap.FIRST)
    kept = [year for year in cash.index if (places.year_start(year) - first) % 3 == 0 or year == cash.index[-1]]
    return pd.DataFrame(
        {
            "Year": kept,
            "Cash": [_money(cash[year]) for year in kept],
            f"{spending.LATEST_PRICES} prices": [_money(real[year]) for year in kept],
        }
    )


def cases_table(code: str) -> pd.DataFrame:
    """The gap in the last year under each of `gap.cases`: With, Gap, For each adult, Share of funding."""
    gaps = {label: gap.gap_of(code, case) for label, case in gap.cases().items()}
    return pd.DataFrame(
        {
            "With": list(gaps),
            "Gap": [_money(g.pounds) for g in gaps.values()],
            "For each adult": [wording.pounds(g.per_adult) for g in gaps.values()],
            "Share of funding": [f"{'−' if g.share < -_LEVEL else ''}{_share(g.share)}" for g in gaps.values()],
        }
    )


def closing_table(code: str) -> pd.DataFrame:
    """What each lever alone would have to be to close the gap: Lever, Base case, To close the gap, a year each."""
    base, closing = gap.base_case(), gap.closing(code)
    return pd.DataFrame(
        {
            "Lever": [control.label for control in FundingGap.controls() if control.name in closing],
            "Base case": [wording.percent(getattr(base, lever), 1) for lever in closing],
            "To close the gap": [wording.percent(rate, 1) for rate in closing.values()],
        }
    )


def published_table() -> pd.DataFrame:
    """Published estimates beside the base case's gap for England in the same year: By, For, £bn published, £bn here."""
    table = gap.beside_published()
    here = ["year is over" if pd.isna(value) else f"{value:.1f}" for value in table["model"]]
    published = [f"{value:.1f}" for value in table["published"]]
    return pd.DataFrame({"By": table["by"], "For": table["period"], "£bn published": published, "£bn here": here})


def growth_table() -> pd.DataFrame:
    """Yearly real-terms growth of need, published and here: By, Need grows each year."""
    table = gap.published_growth()
    return pd.DataFrame({"By": table["by"], "Need grows each year": [wording.percent(v, 1) for v in table["growth"]]})


# The figure


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
            ("base need", need, stated.need.loc[place.code]),
            ("base funding", funding, stated.funding.loc[place.code]),
        ):
            if abs(base.iloc[-1] / line.iloc[-1] - 1) > 1e-9:
                data.append(Line(label, *_series(base, scale), colour=figures.MID_GREY, width=1.0))
        if spent.index[-1] != gap.first_year():
            since = pd.concat([spent.iloc[-1:], need.iloc[:1]])
            data.append(Line("", *_series(since, scale), dashed=True))
        data += [
            Line("", *_series(spent, scale)),
            Line(f"Need\n{_money(end.need)}", *_series(need, scale), colour=figures.ORANGE),
            Line(f"Funding\n{_money(end.funding)}", *_series(funding, scale)),
        ]
        x, above = _series(need, scale)
        _, below = _series(funding, scale)
        word = "Gap" if end.pounds >= 0 else "To spare"
        return figures.lines(
            data, width, f"{unit} a year, {spending.LATEST_PRICES} prices",
            shade=(x, below, above, f"{word} {_money(abs(end.pounds))}"),
            divide_at=(float(places.year_start(gap.first_year())), "Spent", "Projected"),
            x_format=lambda v: places.financial_year(int(v)), y_format=lambda v: f"{v:g}",
        )  # fmt: skip

    return draw
