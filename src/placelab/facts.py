"""Facts: numbers that prose may print, each computed by the measure that the labs use.

A chapter writes {fact}`net-spending year=2009-10 as=bn`; `render` answers for England or for one place. A fact's function
returns a number and its kind; `as=` chooses how it reads; `of=Suffolk` (or `of=England`) pins the place, whichever one the
reader has chosen. A fact that is not pinned follows the reader's place, unless it is registered as being about England alone
or its arguments name a group of places; {fact}`place` names the place that the others follow.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from placelab import (
    carers,
    claims,
    demand,
    gap,
    nhs_areas,
    outcomes,
    places,
    population,
    risk,
    spending,
    tables,
    uncertainty,
    winter,
    wording,
)


class UnknownFact(ValueError):
    """A fact, argument or format that does not exist, or a number that was not published."""


@dataclass(frozen=True)
class Value:
    """A number and what it counts: "£", "share", "change", "people", "count" or "ratio"; or "words", which need no number."""

    number: float
    kind: str
    note: str = ""  # a phrase: what to know of this figure for this place
    words: str = ""


@dataclass(frozen=True)
class Told:
    """What a page prints for one place: the fact's words, and a phrase to stand beside them (often empty)."""

    text: str
    note: str = ""


Function = Callable[..., Value]


@dataclass(frozen=True)
class Fact:
    """A registered function, whether it follows the reader's place, and whether it gives words in place of a number."""

    function: Function
    follows: bool
    words: bool


REGISTRY: dict[str, Fact] = {}
GROUPS = ("type", "region", "percentile")  # arguments that name a group of places, so that the reader's cannot matter

FORMATS: dict[str, Callable[[float], str]] = {
    "pounds": wording.pounds,
    "bn": lambda v: f"£{v / 1e9:.2f}bn",
    "bn1": lambda v: f"£{v / 1e9:.1f}bn",
    "m": lambda v: f"£{v / 1e6:,.0f}m",
    "pct": wording.percent,
    "pct1": lambda v: wording.percent(v, 1),
    "size": lambda v: wording.percent(abs(v)),
    "size1": lambda v: wording.percent(abs(v), 1),
    "one-in": wording.one_in,
    "change": wording.change,
    "change1": lambda v: wording.change(v, 1),
    "count": wording.count,
    "words": lambda v: wording.in_words(round(v)),
    "Words": lambda v: wording.in_words(round(v)).capitalize(),
    "people": wording.people,
    "people-size": lambda v: wording.people(abs(v)),
    "one-dp": lambda v: f"{v:.1f}",
    "two-dp": lambda v: f"{v:.2f}",
}
WORD_FORMATS: dict[str, Callable[[str], str]] = {"": str, "capital": lambda text: text[:1].upper() + text[1:]}
_DEFAULT = {"£": "pounds", "share": "pct", "change": "change", "people": "people", "count": "count", "ratio": "one-dp"}


def fact(name: str, follows: bool = True, words: bool = False) -> Callable[[Function], Function]:
    """Register a function `f(place, **arguments) -> Value` under a name; arguments arrive as text.

    `follows=False`: it is about England, or about all councils, whichever place the reader has chosen.
    """

    def register(function: Function) -> Function:
        REGISTRY[name] = Fact(function, follows, words)
        return function

    return register


def evaluate(spec: str, place: str = places.ENGLAND) -> Value:
    """The number behind a fact's text ("name key=value ..."), for one place. Raises UnknownFact, saying what and why."""
    name, arguments, _, of = _parse(spec)
    try:
        return REGISTRY[name].function(of or place, **arguments)
    except (ValueError, KeyError, tables.TableError) as problem:
        raise UnknownFact(f"fact `{spec}`: {problem}") from problem


def render(spec: str, place: str = places.ENGLAND) -> str:
    """The words a page prints for a fact, for one place. Raises UnknownFact."""
    return _worded(spec, evaluate(spec, place), place)


def _worded(spec: str, value: Value, place: str) -> str:
    _, _, style, of = _parse(spec)
    if value.kind == "words":
        return WORD_FORMATS[style](value.words)
    if value.number != value.number:
        raise UnknownFact(f"fact `{spec}`: not published for {places.get(of or place).in_sentence}")
    return FORMATS[style or _DEFAULT[value.kind]](value.number)


def follows(spec: str) -> bool:
    """Whether a fact's text changes with the place that the reader has chosen. Raises UnknownFact."""
    name, arguments, _, of = _parse(spec)
    return not of and REGISTRY[name].follows and not any(arguments.get(group) for group in GROUPS)


def tell(spec: str, place: str) -> Told:
    """What a page prints for a place: its own figure with its caution, or England's, said to be so, where it has none.

    Raises UnknownFact for what `render` refuses, a number that is not published apart.
    """
    value = evaluate(spec, place)
    if value.kind != "words" and value.number != value.number:
        return Told(render(spec), f"England; not published for {places.get(place).in_sentence}")
    return Told(_worded(spec, value, place), value.note)


def _parse(spec: str) -> tuple[str, dict[str, str], str, str]:
    """Name, arguments, format ("" for the kind's own) and the code of the place named by `of=` ("" for the reader's)."""
    words = spec.split()
    name, pairs = (words[0], words[1:]) if words else ("", [])
    if name not in REGISTRY:
        raise UnknownFact(f"no fact {name!r}; there is {', '.join(sorted(REGISTRY))}")
    arguments: dict[str, str] = {}
    for pair in pairs:
        key, _, value = pair.partition("=")
        if not value:
            raise UnknownFact(f"fact `{spec}`: write arguments as key=value, not {pair!r}")
        arguments[key] = value.replace("_", " ")
    style, named = arguments.pop("as", ""), arguments.pop("of", "")
    formats: Mapping[str, Any] = WORD_FORMATS if REGISTRY[name].words else FORMATS
    if style and style not in formats:
        raise UnknownFact(f"fact `{spec}`: no format {style!r}; there is {', '.join(filter(None, formats))}")
    try:
        of = places.named(named).code if named else ""
    except (places.UnknownPlace, tables.TableError) as problem:
        raise UnknownFact(f"fact `{spec}`: {problem}") from problem
    known = list(inspect.signature(REGISTRY[name].function).parameters)[1:]
    for key in arguments:
        if key not in known:
            raise UnknownFact(f"fact `{spec}`: no argument {key!r}; there is {', '.join(known) or 'none'}")
    return name, arguments, style, of


# What to know of a figure for one place


def _notes(*phrases: str) -> str:
    return "; ".join(dict.fromkeys(filter(None, phrases)))


def _together(place: str, start: str) -> str:
    """How a place is counted in figures from `start` on, where its area is more than the place itself."""
    if place == places.ENGLAND:
        return ""
    area, name = places.area_of(place, start)
    membership = places.areas(start)
    if "+" in area:
        others = membership.index[(membership["area"] == area) & membership["current"] & (membership.index != place)]
        return f"counted together with {places.join([places.get(code).in_sentence for code in others])}"
    return "" if area in places.frame().index or name == places.get(place).name else f"counted within the former {name}"


def _small(place: str) -> str:
    return "too few people for a rate to mean much" if places.get(place).small else ""


def _returns(place: str, basis: str, start: str, end: str) -> str:
    """The cautions on a place's returns from `start` to `end`, in few words. The whole text is on the data page."""
    rows = tables.cautions(spending.basis(basis).table)
    membership = places.areas(start)["area"]
    if place == places.ENGLAND:
        return ""
    same = rows["code"].map(membership) == membership[place]
    rows = rows[same & rows["year"].between(start, end) & (rows["rule"] != "reorganised")]  # areas see to those
    words = {"year_on_year": "the return moves sharply in {}, cause unexplained", "negative": "the return for {} has a negative"}
    return _notes(
        *(
            words.get(rule, "see the caution on {}").format(places.join(sorted(set(group["year"]))))
            for rule, group in rows.groupby("rule", sort=True)
        )
    )


def _projection(place: str, age: str, kind: str = "projection") -> str:
    """How far the projection of an age group has missed in this place, where that is far enough for a caution."""
    if kind != "projection":
        return ""
    rows = tables.cautions("population_projections", place)
    years = [year for band, year in zip(rows["measure"], rows["year"], strict=True) if population.AGES.get(age) == (band,)]
    misses = {year: population.overlap(age).at[place, int(year)] for year in years}
    return _notes(
        *(
            f"the projection stood {wording.percent(abs(miss))} {'above' if miss > 0 else 'below'} the estimate in {year}"
            for year, miss in misses.items()
        )
    )


def _at(frame: Any, place: str, column: Any, what: str) -> float:
    if column not in frame.columns:
        known = f"{frame.columns[0]} to {frame.columns[-1]}" if len(frame.columns) else "none after it"
        raise ValueError(f"{what} has no {column}; there is {known}")
    return float(frame.at[place, column])


# Money


@fact("net-spending")
def net_spending(place: str, year: str, per: str = "total", prices: str = "", basis: str = "net") -> Value:
    """Adult social care spending, £: cash unless `prices` names a year; `year=latest` is the latest with a figure."""
    if year == "latest":
        year = _latest(place, per, basis)
    if place == places.ENGLAND:
        total = spending.england(year, basis, per, prices or None)
        if not total.complete:
            raise ValueError(f"{year} is a {total.label}, not England")
        return Value(total.value, "£")
    note = _notes(_together(place, year), _small(place) if per != "total" else "", _returns(place, basis, year, year))
    return Value(_at(_spending(basis, per, prices or None, year), place, year, "spending"), "£", note)


@fact("latest-year", words=True)
def latest_year(place: str, per: str = "total", basis: str = "net") -> Value:
    """The latest financial year that has a published figure: what `net-spending year=latest` is of."""
    return Value(float("nan"), "words", words=_latest(place, per, basis))


@cache
def _latest(place: str, per: str, basis: str) -> str:
    for year in reversed(spending.years(basis)):
        try:
            value = net_spending(place, year, per, "", basis).number
        except ValueError:  # no population for it, or not every council is in England's sum
            continue
        if value == value:
            return year
    raise ValueError(f"no year of {spending.basis(basis).label} is published for {places.get(place).in_sentence}")


@fact("net-change")
def net_change(
    place: str,
    start: str,
    end: str,
    per: str = "adult",
    basis: str = "net",
    prices: str = "real",
    type: str = "",
    region: str = "",
) -> Value:
    """Change in spending between two years, in real terms unless prices=cash: England (or one type or region) or a place."""
    real = prices != "cash"
    if place == places.ENGLAND or type or region:
        return Value(spending.same_areas_change(basis, start, end, per, real, type=type, region=region), "change")
    note = _notes(_together(place, start), _small(place), _returns(place, basis, start, end))
    area = places.area_of(place, start)[0]
    return Value(float(_changes(basis, start, end, per, real).at[area, "change"]), "change", note)


# One fact is asked for 153 places in a row; a frame is worked out once.
_spending = cache(spending.by_place)
_changes = cache(spending.change)


def _cuts(start: str, end: str, threshold: str, per: str, basis: str, population: str = "estimate") -> spending.Cuts:
    changes = spending.change(basis, start, end, per, population_kind=population)
    return spending.cuts(changes, float(threshold) / 100)


@fact("councils-cut-share", follows=False)
def councils_cut_share(
    place: str,
    start: str,
    end: str,
    threshold: str = "25",
    per: str = "adult",
    basis: str = "net",
    population: str = "estimate",
) -> Value:
    """Share of areas that cut spending by more than `threshold` per cent in real terms."""
    return Value(_cuts(start, end, threshold, per, basis, population).share, "share")


@fact("councils-cut", follows=False)
def councils_cut(place: str, start: str, end: str, threshold: str = "25", per: str = "adult", basis: str = "net") -> Value:
    """Number of areas that cut spending by more than `threshold` per cent in real terms."""
    return Value(_cuts(start, end, threshold, per, basis).over, "count")


@fact("councils-compared", follows=False)
def councils_compared(place: str, start: str, end: str, per: str = "adult", basis: str = "net") -> Value:
    """Number of areas that can be compared between two years, the two smallest left out."""
    return Value(_cuts(start, end, "0", per, basis).areas, "count")


@fact("spending-percentile", follows=False)
def spending_percentile(place: str, year: str, percentile: str, per: str = "adult", prices: str = "") -> Value:
    """Net spending per head at a percentile of areas (small ones left out), £."""
    values = spending.by_area("net", per, prices or None, year)[year]
    small = spending.describe_areas(year)["small"].reindex(values.index)
    return Value(float(values[~small].quantile(float(percentile) / 100)), "£")


@fact("client-group-share", follows=False)
def client_group_share(place: str, year: str, group: str) -> Value:
    """One client group's share of England's net current expenditure; the return is unreliable for single councils."""
    if place != places.ENGLAND:
        raise ValueError("client groups are unreliable for single councils: write of=England")
    bases = {basis.client_group: key for key, basis in spending.BASES.items() if basis.client_group}
    wanted = group.replace(" ", "_")
    if wanted not in bases:
        raise ValueError(f"no client group {wanted!r}; there is {', '.join(bases)}")
    part, whole = spending.england(year, bases[wanted]), spending.england(year, "net")
    if not (part.complete and whole.complete):
        raise ValueError(f"{year} is a {part.label}, not England")
    return Value(part.value / whole.value, "share")


@fact("net-plus-other-income")
def net_plus_other_income(place: str, year: str, per: str = "adult", percentile: str = "") -> Value:
    """Net spending with NHS and other income added back, £ in cash: England, a place, or a percentile of areas.

    The two smallest areas are left out of percentiles.
    """
    values = spending.net_plus_other_income(year, per)
    if percentile:
        small = spending.describe_areas(year)["small"].reindex(values.index)
        return Value(float(values[~small].quantile(float(percentile) / 100)), "£")
    if place != places.ENGLAND:
        note = _notes(_together(place, year), _small(place) if per != "total" else "")
        return Value(float(values[places.area_of(place, year)[0]]), "£", note)
    if per != "total" or values.isna().any():
        raise ValueError(f"England has this in total, and only where every council is present: not {year} per {per}")
    return Value(float(values.sum()), "£")


@fact("funding-gap")
def funding_gap(
    place: str, year: str, unit_cost: str = "", need_per_head: str = "", funding: str = "", ageing: str = "yes", split: str = ""
) -> Value:
    """The gap between need and funding, £ in constant prices: the base case, but for the yearly per cent or choices given."""
    levers = {"unit_cost": unit_cost, "need_per_head": need_per_head, "funding": funding}
    given: dict[str, Any] = {name: float(rate) / 100 for name, rate in levers.items() if rate}
    if split:
        given["split"] = split
    case = dataclasses.replace(gap.base_case(), ageing=ageing != "no", **given)
    return Value(gap.gap_of(place, case, year).pounds, "£", _notes(_together(place, gap.FIRST), _small(place)))


@fact("funding-gap-draws")
def funding_gap_draws(place: str, year: str, below: str, width: str = "1", held: str = "") -> Value:
    """The gap below which so many of 100 draws lie (uncertainty.ensemble), £; held=funding draws need and cost alone."""
    share = next((t for t in uncertainty.TENTHS if f"{100 * t:.0f}" == below), None)
    if share is None or held not in ("", "funding"):
        raise ValueError(f"below is 10, 50 or 90 and held is funding or left out, not {below} and {held}")
    bands = uncertainty.ensemble(place, width=float(width), held=uncertainty.FUNDING if held else ()).bands
    return Value(float(bands.at[year, share]), "£", _notes(_together(place, gap.FIRST), _small(place)))


@fact("spending-spread")
def spending_spread(place: str) -> Value:
    """How far spending typically moves in a year, apart from every council's move; England: a council of average size."""
    return Value(risk.council(place).spread, "share", _notes(_together(place, risk.FIRST), _small(place)))


@fact("bad-year")
def bad_year(place: str) -> Value:
    """What adult social care would need above expectation in one year in ten, £; England: a council of average size."""
    council = risk.council(place)
    return Value(risk.Z90 * council.money * council.spread, "£", _notes(_together(place, risk.FIRST), _small(place)))


# People


@fact("population")
def people(place: str, year: str, age: str = "all ages", kind: str = "estimate") -> Value:
    """People in an age group at mid-year."""
    number = _at(population.people(age, kind), place, int(year), f"population ({kind})")
    return Value(number, "people", _projection(place, age, kind))


@fact("population-change")
def population_change(place: str, start: str, end: str, age: str = "all ages", kind: str = "estimate") -> Value:
    """Change in an age group between two mid-years of one series."""
    frame = population.people(age, kind)
    what = f"population ({kind})"
    change = _at(frame, place, int(end), what) / _at(frame, place, int(start), what) - 1
    return Value(change, "change", _notes(_small(place), _projection(place, age, kind)))


@fact("population-share")
def population_share(place: str, year: str, age: str, kind: str = "estimate") -> Value:
    """An age group's share of all people."""
    share = _at(population.share(age, kind), place, int(year), f"population ({kind})")
    return Value(share, "share", _notes(_small(place), _projection(place, age, kind)))


@fact("old-age-ratio")
def old_age_ratio(place: str, year: str, kind: str = "estimate") -> Value:
    """People aged 65 and over for every 100 aged 18 to 64."""
    ratio = _at(population.old_age_ratio(kind), place, int(year), f"population ({kind})")
    return Value(ratio, "ratio", _small(place))


@fact("projection-overlap")
def projection_overlap(place: str, year: str, age: str) -> Value:
    """How far the 2018-based projection stands above (+) or below (−) the revised estimate for the same year."""
    overlap = _at(population.overlap(age), place, int(year), "the overlap of projection and estimate")
    return Value(overlap, "change", _small(place))


@fact("projection-misses", follows=False)
def projection_misses(
    place: str, year: str, age: str, by: str = "0", direction: str = "above", type: str = ""
) -> Value:
    """Number of areas (small ones left out) where the 2018-based projection stood more than `by` per cent off the estimate."""
    if direction not in ("above", "below"):
        raise ValueError(f"direction is above or below, not {direction!r}")
    areas = places.frame()
    areas = areas[~areas["small"] & ((areas["type"] == type) | (type == ""))]
    if areas.empty:
        raise ValueError(f"no type {type!r}; there is {', '.join(sorted(places.frame()['type'].unique()))}")
    overlap = population.overlap(age)
    if int(year) not in overlap.columns:
        raise ValueError(f"the overlap of projection and estimate has no {year}")
    gap = overlap.loc[areas.index, int(year)] * (1 if direction == "above" else -1)
    return Value(float((gap > float(by) / 100).sum()), "count")


@fact("population-grown")
def population_grown(place: str, end: str, age: str) -> Value:
    """People in `end` if the latest estimate grew as the projection does from that year on."""
    series = demand.trend([place], age, "people")
    grown = float(series.estimate[series.last] * (1 + _projected_change(series, end)))
    return Value(grown, "people", _notes(_small(place), _projection(place, age)))


@fact("population-spliced-change")
def population_spliced_change(place: str, end: str, age: str) -> Value:
    """The change that joining the two series would show, latest estimate to projection for `end`: told as an error."""
    series = demand.trend([place], age, "people")
    _projected_change(series, end)  # refuses a year that is not projected
    joined = float(series.projection[int(end)] / series.estimate[series.last] - 1)
    return Value(joined, "change", _notes(_small(place), _projection(place, age)))


def _projected_change(series: demand.Trend, end: str) -> float:
    if not series.last < int(end) <= series.horizon:
        raise ValueError(f"the projection runs from {series.last} to {series.horizon}; {end} is outside it")
    return series.projected_change(int(end))


@fact("need-change")
def need_change(place: str, end: str, what: str = "need", yearly: str = "0", shape: str = "flat") -> Value:
    """What ageing alone does to need from the latest estimate's year to `end`, people 65 and over: rates as demand.need has them.

    `yearly` is the change in rates, per cent a year; `shape` how rates run between the published ages.
    """
    series = demand.need_trend(place, what, float(yearly) / 100, shape)
    return Value(_projected_change(series, end), "change", _small(place))


@fact("need-level-rate")
def need_level_rate(place: str, what: str = "need") -> Value:
    """The yearly change in rates at which the number of older people in need would be no higher at the horizon."""
    return Value(float(demand.level_rate(what)[place]), "change", _small(place))


@fact("disabled-share")
def disabled_share(place: str) -> Value:
    """Share of residents disabled under the Equality Act, all ages, by their own account (Census 2021)."""
    return Value(float(demand.prevalence(demand.DISABILITY).at[place, "share"]), "share", _small(place))


@fact("unpaid-carers")
def unpaid_carers(place: str, hours: str = "any") -> Value:
    """People aged 5 and over who gave unpaid care for `hours` a week (any, 50 or more) at the census of 2021."""
    return Value(float(carers.unpaid_carers(hours)[place]), "people")


@fact("first-published-overlap")
def first_published_overlap(place: str, year: str, age: str) -> Value:
    """How far the estimate first published stands above (+) or below (−) the revised one."""
    first = _at(population.people(age, "first published"), place, int(year), "population (first published)")
    return Value(first / _at(population.people(age), place, int(year), "population") - 1, "change", _small(place))


@fact("claim-per-head", follows=False)
def claim_per_head(place: str, claim: str, start: str, end: str, age: str) -> Value:
    """A published change in a total, in per cent, divided by England's growth in people: our arithmetic, to be told as such."""
    total = claims.get(claim).value
    if total is None:
        raise ValueError(f"claim {claim!r} has no value")
    growth = population_change(places.ENGLAND, start, end, age).number
    return Value((1 + total / 100) / (1 + growth) - 1, "change")


# Care, health and the NHS map


@fact("healthy-life-expectancy")
def healthy_life_expectancy(place: str, year: str, sex: str) -> Value:
    """Years of life in good health that a newborn could expect at the rates of three years, such as 2016-18."""
    years = outcomes.healthy_life_expectancy(place, year, sex)
    return Value(years, "ratio", _together(place, places.financial_year(int(year[:4]))))


@fact("delayed-rate")
def delayed_rate(place: str, year: str, put_down_to: str = "all") -> Value:
    """Delayed transfers of care a day for each 100,000 adults."""
    return Value(outcomes.delayed_rate(place, year, put_down_to), "ratio", _notes(_together(place, year), _small(place)))


@fact("delayed-beds", follows=False)
def delayed_beds(place: str, month: str, put_down_to: str = "all") -> Value:
    """Beds taken a day in England by people whose transfer was delayed, in a month such as 2017-02."""
    return Value(outcomes.delayed_beds(month, put_down_to), "count")


@fact("delayed-beds-change", follows=False)
def delayed_beds_change(place: str, start: str, end: str, put_down_to: str = "all") -> Value:
    """The change in those beds between two months."""
    return Value(outcomes.delayed_beds(end, put_down_to) / outcomes.delayed_beds(start, put_down_to) - 1, "change")


@fact("nhs-areas", words=True)
def nhs_areas_told(place: str, map: str) -> Value:
    """The NHS areas a place lies in, as a phrase: partnerships (map=2021) or integrated care boards (map=2022)."""
    return Value(float("nan"), "words", words=nhs_areas.told(place, map))


# The winter model


@fact("winter-number", follows=False)
def winter_number(place: str, name: str) -> Value:
    """A number that the winter model is made of, by its name there."""
    number = winter.parameters().get(name.replace(" ", "_"))
    if number is None:
        raise ValueError(f"the winter model has no number {name!r}; there is {', '.join(winter.parameters())}")
    return Value(number.value, "share" if number.unit.startswith("share") else "ratio")


@fact("winter-change", follows=False)
def winter_change(place: str, measure: str, hospital: str = "0", gp: str = "0", council: str = "0", family: str = "0") -> Value:
    """What decisions change in the middle winter, as a share of what there is when everybody carries on."""
    choice = tuple(int(option) for option in (hospital, gp, council, family))
    return Value(winter.change(choice, measure.replace(" ", "_")), "change")


# The book itself


@fact("place", words=True)
def place_name(place: str) -> Value:
    """The name of the place that the facts around it follow, as it stands in a sentence; `as=capital` to begin one."""
    return Value(float("nan"), "words", words=places.get(place).in_sentence)


@fact("setting", follows=False)
def setting(place: str, percent: str) -> Value:
    """A number that is a choice, not a finding: the position of a control that the text asks a reader to set."""
    return Value(float(percent) / 100, "share")


@fact("places", follows=False)
def places_count(place: str, type: str = "") -> Value:
    """How many upper-tier areas there are, all or of one type."""
    kinds = places.frame()["type"]
    return Value(float((kinds == type).sum() if type else len(kinds)), "count")
