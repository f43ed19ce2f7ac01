"""Demand trends: how many people of an age a place has, had and is projected to have, beside England or similar places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any, ClassVar

import pandas as pd

from placelab import demand, figures, places, population, tables, wording
from placelab.demand import Trend
from placelab.figures import Draw, Line
from placelab.places import Place
from placelab.widgets.base import Choice, Control, Finding, LiveFigure, Slider, place_choice
from placelab.widgets.series import steps

_KINDS = ("estimate", "projection")
_COMPARE = (("england", "England"), ("similar", "Similar places"), ("nothing", "Nothing"))


@dataclass(frozen=True)
class Group:
    """What a place is compared with: how it reads in a sentence and beside a line, and the codes that are pooled."""

    in_sentence: str
    label: str
    codes: tuple[str, ...]


class DemandTrends(LiveFigure):
    """People by age in one place since 2000 and, as a series of its own, projected to 2043."""

    name: ClassVar[str] = "demand-trends"
    question: ClassVar[str] = (
        "By how many per cent did the number of people aged 85 and over in England grow between 2000 and 2023?"
    )
    guess: ClassVar[Slider | None] = Slider("guess", "Your guess", 0, 150, 5, 50, "%")

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return (
            place_choice(),
            Choice("age", "Age group", [(age, age.capitalize()) for age in population.AGES], "85 and over"),
            Choice("view", "Seen as", list(demand.VIEWS.items()), "index"),
            Choice("compare", "Beside it", _COMPARE, "england"),
        )

    @classmethod
    def shared(cls) -> dict[str, Any]:
        estimate, projection = (population.people(kind=kind).columns for kind in _KINDS)
        return {
            "ages": {age: [population.BANDS.index(band) for band in bands] for age, bands in population.AGES.items()},
            "first": {"estimate": int(estimate[0]), "projection": int(projection[0])},
            "england": {"code": places.ENGLAND, "people": _people_json([places.ENGLAND])},
            "source": _source(None),
        }

    @classmethod
    def place_data(cls, code: str) -> dict[str, Any]:
        place = places.get(code)
        alike = peers(place)
        pooled = {"names": [p.name for p in alike], "people": _people_json([p.code for p in alike])} if alike else None
        return {**place_words(place), "people": _people_json([code]), "similar": pooled}

    def find(self, **values: Any) -> Finding:
        place, age, view = places.get(values["place"]), values["age"], values["view"]
        if view == "share" and age == "all ages":
            reason = "People of all ages are the whole, so they have no share to show. Choose a narrower age group."
            return Finding("Choose a narrower age group", reason, reason, pd.DataFrame(), "", _blank)
        group = _group(place, values["compare"])
        told = _TOLD[view](place, age, group)
        drawn = None if view == "people" and group is not None and group.codes == (places.ENGLAND,) else group
        trends = [(place.name, demand.trend([place.code], age, view))]
        if drawn is not None:
            trends.append((drawn.label, demand.trend(drawn.codes, age, view)))
        return Finding(
            title=told[0],
            sentence=" ".join([*told[1:], *_remarks(place, age, view, values["compare"], group, drawn)]),
            alt=_alt(trends, view),
            table=_table(trends, view),
            source=_source(group),
            draw=_draw(trends, view),
            numbers={
                "estimates": [trend.estimate.tolist() for _, trend in trends],
                "projections": [trend.projection.tolist() for _, trend in trends],
            },
        )


def place_words(place: Place) -> dict[str, Any]:
    """What a script's sentences need of a place."""
    return {"code": place.code, "name": place.name, "inSentence": place.in_sentence, "small": place.small}


def _people_json(codes: Sequence[str]) -> dict[str, list[list[int | None]]]:
    """People by age band in one place, or in several added up: by kind of series, for each band its yearly steps."""
    names = {bands[0]: age for age, bands in population.AGES.items() if len(bands) == 1}
    return {
        kind: [
            steps([int(people) for people in population.people(names[band], kind).loc[list(codes)].sum()])
            for band in population.BANDS
        ]
        for kind in _KINDS
    }


def _blank(width: float) -> Any:
    return figures.message("No figure: all ages are the whole.", width)


def peers(place: Place) -> list[Place]:
    """The similar places of one place, alphabetical; none for England and for the two smallest."""
    return sorted(places.similar(place.code), key=lambda p: p.name) if place.code != places.ENGLAND else []


def named_peers(code: str) -> str:
    """The names of a place's similar places, or that there are none, as a line for the lab. Raises UnknownPlace."""
    place = places.get(code)
    names = ", ".join(other.name for other in peers(place))
    return names or f"There is no set of similar places for {place.in_sentence}. Choose any two that you know."


def _group(place: Place, compare: str) -> Group | None:
    if compare == "england" and place.code != places.ENGLAND:
        return Group("England", "England", (places.ENGLAND,))
    alike = peers(place) if compare == "similar" else []
    if not alike:
        return None
    number = wording.in_words(len(alike))
    return Group(f"{number} similar places taken together", f"{number} similar places", tuple(p.code for p in alike))


# Words


def _who(age: str) -> str:
    return "people of all ages" if age == "all ages" else f"people aged {age}"


def _based(trend: Trend) -> str:
    return f"the {trend.projection.index[0]}-based projection, a separate series,"


def _told_count(place: Place, age: str, group: Group | None) -> list[str]:
    """Title, then what happened, what is projected, and the same for the group."""
    trend, who, where = demand.trend([place.code], age, "people"), _who(age), place.in_sentence
    first, last, end, mid = trend.first, trend.last, trend.horizon, trend.last - 10
    told = [
        f"{wording.capital(who)} in {where}: {wording.noun(trend.estimated_change())} from {first} to {last}",
        f"The number of {who} in {where} {wording.change(trend.estimated_change())} between {first} and {last}, from "
        f"{wording.people(trend.estimate[first])} to {wording.people(trend.estimate[last])}; between {mid} and {last} it "
        f"{wording.change(trend.estimated_change(mid))}.",
        f"In {_based(trend)} it {wording.would(trend.projected_change())} between {last} and {end}, to "
        f"{wording.people(trend.projection[end])}.",
        _overlap(trend, who),
    ]
    if group is not None:
        other = demand.trend(group.codes, age, "people")
        told.append(
            f"In {group.in_sentence} the number {wording.change(other.estimated_change())} between {first} and {last}, and "
            f"in the projection it {wording.would(other.projected_change())} between {last} and {end}."
        )
    return told


def _overlap(trend: Trend, who: str) -> str:
    """Where the projection stood against the latest estimate."""
    size = wording.percent(abs(trend.overlap()), 1)
    if not size.strip("0.%"):
        return f"For {trend.last} the projection has as many {who} as the estimate, to within 0.1%."
    return f"For {trend.last} the projection has {size} {'more' if trend.overlap() > 0 else 'fewer'} {who} than the estimate."


def _told_share(place: Place, age: str, group: Group | None) -> list[str]:
    trend, who, where = demand.trend([place.code], age, "share"), _who(age), place.in_sentence
    now, then = (wording.percent(trend.estimate[year], 1) for year in (trend.last, trend.first))
    ahead = [wording.percent(trend.projection[year], 1) for year in (trend.last, trend.horizon)]
    told = [
        f"{wording.capital(who)} in {where}: {now} of all people in {trend.last}, {then} in {trend.first}",
        f"{wording.capital(who)} made up {now} of all people in {where} in {trend.last}, {then} in {trend.first}.",
        f"In {_based(trend)} their share is {ahead[0]} in {trend.last} and {ahead[1]} in {trend.horizon}.",
        _overlap(demand.trend([place.code], age, "people"), who),
    ]
    if group is not None:
        other = demand.trend(group.codes, age, "share")
        told.append(
            f"In {group.in_sentence} their share was {wording.percent(other.estimate[trend.last], 1)} in {trend.last}, and "
            f"the projection has {wording.percent(other.projection[trend.horizon], 1)} in {trend.horizon}."
        )
    return told


def _told_ratio(place: Place, age: str, group: Group | None) -> list[str]:
    trend, where = demand.trend([place.code], age, "ratio"), place.in_sentence
    last, end = trend.last, trend.horizon
    told = [
        f"Old-age ratio in {where}: {trend.estimate[last]:.1f} in {last}, {trend.estimate[trend.first]:.1f} in {trend.first}",
        f"For every 100 people aged 18 to 64, {where} had {trend.estimate[last]:.1f} aged 65 and over in {last} and "
        f"{trend.estimate[trend.first]:.1f} in {trend.first}.",
        f"In {_based(trend)} the ratio is {trend.projection[last]:.1f} in {last}, where the estimate is "
        f"{trend.estimate[last]:.1f}, and {trend.projection[end]:.1f} in {end}.",
    ]
    if group is not None:
        other = demand.trend(group.codes, age, "ratio")
        told.append(
            f"In {group.in_sentence} it was {other.estimate[last]:.1f} in {last}, and the projection has "
            f"{other.projection[end]:.1f} in {end}."
        )
    return told


_TOLD: dict[str, Callable[[Place, str, Group | None], list[str]]] = {
    "people": _told_count,
    "index": _told_count,
    "share": _told_share,
    "ratio": _told_ratio,
}


def _remarks(place: Place, age: str, view: str, compare: str, group: Group | None, drawn: Group | None) -> list[str]:
    """What a reader should know about this choice of controls."""
    remarks = []
    if place.small:
        remarks.append(_small_numbers(place))
    if compare == "similar" and group is None:
        remarks.append(f"There is no set of similar places for {place.in_sentence}.")
    if view == "ratio" and age != "65 and over":
        remarks.append("The ratio takes no age group: it always sets 65 and over against 18 to 64.")
    if group is not None and drawn is None:
        remarks.append("England is not drawn: its numbers are of another size.")
    if view == "people" and drawn is not None:
        remarks.append("The chart shows the average of the similar places.")
    return remarks


def ahead(code: str, age: str, years: int = 10) -> str:
    """What the projection says of an age group some years on, and what its growth makes of the latest estimate."""
    place, trend = places.get(code), demand.trend([code], age, "people")
    last, end = trend.last, trend.last + years
    return (
        f"{wording.capital(_who(age))} in {place.in_sentence}: {wording.people(trend.estimate[last])} in {last} by the "
        f"estimate. The {trend.projection.index[0]}-based projection has {wording.people(trend.projection[end])} in {end}. "
        f"Its growth from {last} to {end}, {wording.noun(trend.projected_change(end))}, takes the estimate to "
        f"{wording.people(trend.carried(end))}."
        f"{f' {_small_numbers(place)}' if place.small else ''}"
    )


def _small_numbers(place: Place) -> str:
    return f"Numbers in {place.in_sentence} are too small for rates and percentages to mean much."


# The figure, its text alternative, its table and its source


def _in_view(view: str, value: float) -> str:
    if view == "people":
        return wording.count(value)
    return wording.percent(value, 1) if view == "share" else f"{value:.1f}"


def years_shown(trend: Trend) -> list[int]:
    """Years that a table shows: every fifth, the ends, those that both series have, and ten years off the last estimate."""
    both = trend.estimate.index.intersection(trend.projection.index)
    every = trend.estimate.index.union(trend.projection.index)
    ends = {trend.first, trend.last, trend.last - 10, trend.last + 10, trend.horizon}
    return [int(year) for year in every if year % 5 == 0 or year in both or year in ends]


def cell(series: pd.Series, year: int, worded: Callable[[float], str]) -> str:
    """One value of a table, "none" where the series has no such year."""
    return worded(float(series[year])) if year in series.index else "none"


def _table(trends: list[tuple[str, Trend]], view: str) -> pd.DataFrame:
    years = years_shown(trends[0][1])
    columns: dict[str, list[Any]] = {"Mid-year": years}
    for name, trend in trends:
        for kind, series in (("estimate", trend.estimate), ("projection", trend.projection)):
            columns[f"{wording.capital(name)}: {kind}"] = [
                cell(series, year, lambda v: _in_view(view, v)) for year in years
            ]
    return pd.DataFrame(columns)


def _alt(trends: list[tuple[str, Trend]], view: str) -> str:
    units = {
        "people": "people",
        "index": f"an index, {trends[0][1].first} estimate = 100",
        "share": "share of all people",
    }
    parts = [f"Line chart of {units.get(view, 'people aged 65 and over for every 100 aged 18 to 64')}."]
    for name, t in trends:
        ends = [t.estimate[t.first], t.estimate[t.last], t.projection[t.last], t.projection[t.horizon]]
        a, b, c, d = (_in_view(view, float(value)) for value in ends)
        parts.append(
            f"{wording.capital(name)}: the estimate, a solid line, goes from {a} in {t.first} to {b} in {t.last}; the "
            f"projection, a dashed line from {t.projection.index[0]}, passes {c} in {t.last} and ends at {d} in {t.horizon}."
        )
    return " ".join(parts)


def _source(group: Group | None) -> str:
    cited = tables.citation("population_estimates", "population_projections")
    joined = "The projection starts from estimates made before Census 2021, so the two series are not joined."
    if group is None or len(group.codes) == 1:
        return f"{cited} {joined}"
    return f"{cited} {joined} Similar places: {', '.join(places.get(code).name for code in group.codes)}."


def key(trend: Trend) -> tuple[str, str]:
    """What a solid and what a dashed line is."""
    return "estimate", f"projection, {trend.projection.index[0]}-based"


def lines_of(label: str, trend: Trend, colour: str, width: float, wrap: int = 18) -> list[Line]:
    """A trend as two lines: the estimate solid, the projection dashed and with the label at its end."""
    label = fill(wording.capital(label), wrap, break_long_words=False)
    return [
        Line("", list(trend.estimate.index), list(trend.estimate), colour, False, width),
        Line(label, list(trend.projection.index), list(trend.projection), colour, True, width),
    ]


def _draw(trends: list[tuple[str, Trend]], view: str) -> Draw:
    first, last = trends[0][1].first, trends[0][1].last
    most = max(max(t.estimate.max(), t.projection.max()) for _, t in trends)
    million = view == "people" and most >= 2e6
    axis = {
        "people": "People (millions)" if million else "People",
        "index": f"Index, {first} estimate = 100",
        "share": "Share of all people",
        "ratio": "Aged 65+ per 100 aged 18 to 64",
    }[view]

    def y_format(value: float) -> str:
        if view == "share":
            return wording.short_percent(value)
        return f"{value / 1e6:g}" if million else wording.count(value)

    def draw(width: float) -> Any:
        wrap = 12 if width < 5.5 else 18
        colours = ((figures.DARK_BLUE, 2.4), (figures.ORANGE, 1.6))
        drawn = [
            line for (name, t), style in zip(trends, colours, strict=False) for line in lines_of(name, t, *style, wrap)
        ]
        return figures.lines(
            drawn, width, axis, "Mid-year", zero=view != "index", y_format=y_format,
            divide_at=(last, f"last estimate, {last}", ""), key=key(trends[0][1]),
        )  # fmt: skip

    return draw
