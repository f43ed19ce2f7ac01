"""Need from ageing alone: older people times published rates, and what becomes of it when the rates do not stay constant."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd

from placelab import claims, demand, figures, places, tables, wording
from placelab.demand import Trend
from placelab.figures import Draw
from placelab.widgets.base import Choice, Control, Finding, LiveFigure, Slider, place_choice
from placelab.widgets.demand_trends import cell, key, lines_of, place_words, years_shown
from placelab.widgets.series import steps

_TITLES = {"need": "need for help", "receipt": "help received", "dementia": "dementia"}


class NeedFromAgeing(LiveFigure):
    """People aged 65 and over in need at constant rates, and at rates that change every year after the last estimate."""

    name: ClassVar[str] = "need-from-ageing"
    lab: ClassVar[str] = "demand-trends"
    question: ClassVar[str] = (
        "If need at each age stayed as it is, by how many per cent would the projected number of older people in England who "
        "need help rise between 2023 and 2043?"
    )
    guess: ClassVar[Slider | None] = Slider("guess", "Your guess", 0, 150, 5, 50, "%")

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return (
            place_choice(),
            Choice("what", "People who", [(key, wording.capital(text)) for key, text in demand.NEEDS.items()], "need"),
            Slider("change", "Rates change each year", -4, 2, 0.1, 0, "%"),
        )

    @classmethod
    def shared(cls) -> dict[str, Any]:
        trend = demand.need_trend(places.ENGLAND)
        order = _groups()
        return {
            "first": {"estimate": trend.first, "projection": int(trend.projection.index[0])},
            "rates": {what: [float(demand.rates(what)[group]) for group in order] for what in demand.NEEDS},
            "england": places.ENGLAND,
            "needs": demand.NEEDS,
            "sources": {what: source(what) for what in demand.NEEDS},
        }

    @classmethod
    def place_data(cls, code: str) -> dict[str, Any]:
        people = {kind: demand.older_people(kind).loc[code] for kind in ("estimate", "projection")}
        return {
            **place_words(places.get(code)),
            "people": {
                kind: [steps([int(v) for v in rows[group]]) for group in _groups()] for kind, rows in people.items()
            },
        }

    def find(self, **values: Any) -> Finding:
        place, what, change = places.get(values["place"]), values["what"], values["change"] / 100
        constant = demand.need_trend(place.code, what)
        varied = demand.need_trend(place.code, what, change) if change else None
        ends = f"from {constant.last} to {constant.horizon}"
        rise = wording.noun((varied or constant).projected_change(), adjective="projected")
        cause = f"Ageing, with rates {_moving(change)}" if varied else "Ageing alone"
        shown, turned = _index(constant, constant), _index(varied, constant) if varied else None
        return Finding(
            title=f"{cause}, in {place.in_sentence}: {rise} in {_TITLES[what]} {ends}",
            sentence=_sentence(place, what, change, constant, varied),
            alt=_alt(place, what, change, shown, turned),
            table=_table(change, constant, varied),
            source=source(what),
            draw=_draw(change, shown, turned),
            numbers={
                "estimate": shown.estimate.tolist(),
                "projection": shown.projection.tolist(),
                "varied": _after(turned).tolist() if turned else [],
            },
        )


def _groups() -> list[tuple[str, str]]:
    """Every (sex, age band), in the order in which the script gets people and rates."""
    return list(demand.older_people("estimate").columns.droplevel("year").unique())


def _after(varied: Trend) -> pd.Series:
    """The projection from the last estimate's year on: before that it is the constant line."""
    return varied.projection[varied.projection.index >= varied.last]


def _moving(change: float) -> str:
    """How rates move after the last estimate: "constant", "falling by 1.0% a year"."""
    return (
        f"{'falling' if change < 0 else 'rising'} by {wording.percent(abs(change), 1)} a year" if change else "constant"
    )


def _index(trend: Trend, base: Trend) -> Trend:
    level = base.estimate[base.first]
    return Trend(100 * trend.estimate / level, 100 * trend.projection / level)


def _sentence(place: places.Place, what: str, change: float, constant: Trend, varied: Trend | None) -> str:
    first, last, end = constant.first, constant.last, constant.horizon
    past = [wording.people(constant.estimate[year]) for year in (first, last)]
    ahead = [wording.people(constant.projection[year]) for year in (last, end)]
    told = [
        f"At constant rates, the number of people aged 65 and over in {place.in_sentence} who {demand.NEEDS[what]} goes from "
        f"{past[0]} in {first} to {past[1]} in {last} on the estimates, {wording.noun(constant.estimated_change())}.",
        f"In the {constant.projection.index[0]}-based projection, a separate series, it goes from {ahead[0]} in {last} to "
        f"{ahead[1]} in {end}, {wording.noun(constant.projected_change())}.",
    ]
    if varied is not None:
        told.append(
            f"With rates {_moving(change)} after {last} it goes to {wording.people(varied.projection[end])} instead, "
            f"{wording.noun(varied.projected_change())}."
        )
    told.append(_level(place, what, constant))
    if place.code == places.ENGLAND:
        told.append("Constant rates are an assumption, so this is no forecast.")
    else:
        told.append("Constant rates are an assumption, and so is using England's here: this is no forecast.")
    if place.small:
        told.append(f"Numbers in {place.in_sentence} are too small for the result to mean much.")
    return " ".join(told)


def _level(place: places.Place, what: str, constant: Trend) -> str:
    rate, last, end = float(demand.level_rate(what)[place.code]), constant.last, constant.horizon
    size = wording.percent(abs(rate), 1)
    if rate < 0:
        return f"Rates would have to fall by {size} every year for the number in {end} to be no more than in {last}."
    return f"Rates could rise by {size} every year before the number in {end} was more than in {last}."


def _alt(place: places.Place, what: str, change: float, constant: Trend, varied: Trend | None) -> str:
    last, end = constant.last, constant.horizon
    parts = [
        f"Line chart of {_TITLES[what]} in {place.in_sentence} as an index, {constant.first} = 100. On estimates, a solid line, "
        f"it reaches {constant.estimate[last]:.0f} in {last}. On the projection at constant rates, a dashed line, it goes from "
        f"{constant.projection[last]:.0f} in {last} to {constant.projection[end]:.0f} in {end}."
    ]
    if varied is not None:
        parts.append(f"With rates {_moving(change)}, another dashed line, it ends at {varied.projection[end]:.0f}.")
    return " ".join(parts)


def _rounded(people: float) -> str:
    step = 100 if people >= 1000 else 10
    return wording.count(step * round(people / step))


def _table(change: float, constant: Trend, varied: Trend | None) -> pd.DataFrame:
    years = years_shown(constant)
    columns: dict[str, list[Any]] = {
        "Mid-year": years,
        "Estimate, constant rates": [cell(constant.estimate, year, _rounded) for year in years],
        "Projection, constant rates": [cell(constant.projection, year, _rounded) for year in years],
    }
    if varied is not None:
        columns[f"Projection, rates {_moving(change)}"] = [cell(varied.projection, year, _rounded) for year in years]
    return pd.DataFrame(columns)


def source(what: str) -> str:
    """Where the people and the rates come from, and what had to be assumed."""
    cited = tables.citation("population_65plus_five_year")
    if what == "dementia":
        return f"{cited} Rates by age and sex: {tables.citation('dementia_prevalence').removeprefix('Source: ')}"
    claim = claims.get(f"hse-2014-adl-{what}-65-plus-men")
    return (
        f"{cited} Rates by age and sex: Health Survey for England {claim.period}, “{claim.title_seen}”, {claim.confirmed} "
        f"({claim.link}); people in private households. Published for ages 65 to 69, 85 and over, and 65 and over; ages 70 "
        "to 84 take the rate that makes England add up to the last. Rates are applied to everyone."
    )


def _draw(change: float, constant: Trend, varied: Trend | None) -> Draw:
    last, first = constant.last, constant.first

    def draw(width: float) -> Any:
        wrap = 12 if width < 5.5 else 18
        drawn = lines_of("Rates constant", constant, figures.DARK_BLUE, 2.4, wrap)
        if varied is not None:
            later = Trend(varied.estimate, _after(varied))
            drawn += lines_of(f"Rates {_moving(change)}", later, figures.ORANGE, 2.0, wrap)[1:]
        return figures.lines(
            drawn, width, f"Index, {first} = 100", "Mid-year", zero=True, y_format=wording.count,
            divide_at=(last, f"last estimate, {last}", ""), key=key(constant),
        )  # fmt: skip

    return draw
