"""Facts: numbers that prose may print, each computed by the measure that the labs use.

A chapter writes {fact}`net-spending year=2009-10 as=bn`; `render` answers for England or for one place. A fact's function
returns a number and its kind; `as=` chooses how it reads; `of=Suffolk` (or `of=England`) pins the place, whichever one the
reader has chosen. A fact that is not pinned follows the reader's place, unless it is registered as being about England alone
or its arguments name a group of places; {fact}`place` names the place that the others follow. `of=similar` gives the middle of
the ten places most like the reader's. Where a figure was not published a sentence has England's, said to be so; `blank=` gives
the words to print in its stead.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Any

from placelab import (
    carers,
    claims,
    demand,
    effects,
    gap,
    nhs_areas,
    outcomes,
    places,
    population,
    questions,
    risk,
    scorecard,
    spending,
    tables,
    uncertainty,
    winter,
    wording,
    your_place,
)


class UnknownFact(ValueError):
    """A fact, argument or format that does not exist, or a number that was not published."""


class Incomplete(ValueError):
    """A sum for England from which a council is missing: as if nothing had been published."""


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
SIMILAR = "similar"  # in the place of a code: the places most like the reader's
GROUPS = ("type", "region", "percentile")  # arguments that name a group of places, so that the reader's cannot matter

FORMATS: dict[str, Callable[[float], str]] = {
    "pounds": wording.pounds,
    "model": wording.rough_pounds,
    "bn": lambda v: f"£{v / 1e9:.2f}bn",
    "bn1": lambda v: f"£{v / 1e9:.1f}bn",
    "m": lambda v: f"£{v / 1e6:,.0f}m",
    "pct": wording.percent,
    "pct1": lambda v: wording.percent(v, 1),
    "size": lambda v: wording.percent(abs(v)),
    "size1": lambda v: wording.percent(abs(v), 1),
    "one-in": wording.one_in,
    "signed": wording.signed,
    "signed1": lambda v: wording.signed(v, 1),
    "pence": lambda v: f"£{v:,.2f}",
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


@dataclass(frozen=True)
class _Spec:
    """A fact's text taken apart: `style` and `blank` are "" where none is given, `of` is a code, SIMILAR or ""."""

    name: str
    arguments: tuple[tuple[str, str], ...]
    style: str
    of: str
    blank: str


def evaluate(spec: str, place: str = places.ENGLAND) -> Value:
    """The number behind a fact's text ("name key=value ..."), for one place. Raises UnknownFact, saying what and why."""
    asked = _parse(spec)
    try:
        if asked.of == SIMILAR:
            return _middle(asked, place)
        return _value(REGISTRY[asked.name].function, asked.of or place, asked.arguments)
    except (ValueError, KeyError, tables.TableError) as problem:
        if isinstance(problem, Incomplete) and asked.blank:
            return Value(float("nan"), "ratio")
        raise UnknownFact(f"fact `{spec}`: {problem}") from problem


@cache
def _value(function: Function, place: str, arguments: tuple[tuple[str, str], ...]) -> Value:
    """A fact's value, worked out once: the middle of similar places asks for each place again and again."""
    return function(place, **dict(arguments))


@cache
def _similar(place: str) -> tuple[str, ...]:
    """Codes of the places most like one; none for England and for places too small to compare."""
    return () if place == places.ENGLAND else tuple(other.code for other in places.similar(place))


def _middle(asked: _Spec, place: str) -> Value:
    """The middle (median) of a fact over the places most like one; NaN where it has no such places, as England has none."""
    like = _similar(place)
    values = [_value(REGISTRY[asked.name].function, code, asked.arguments) for code in like]
    known = sorted(value.number for value in values if value.number == value.number)
    if not known:
        return Value(float("nan"), values[0].kind if values else "ratio")
    note = "" if len(known) == len(like) else f"the middle of {wording.in_words(len(known))}: of the rest nothing is published"
    return Value(median(known), values[0].kind, note)


def render(spec: str, place: str = places.ENGLAND) -> str:
    """The words a page prints for a fact, for one place. Raises UnknownFact."""
    return _worded(spec, evaluate(spec, place), place)


def _worded(spec: str, value: Value, place: str) -> str:
    asked = _parse(spec)
    if value.kind == "words":
        return WORD_FORMATS[asked.style](value.words)
    if value.number != value.number:
        if asked.blank:
            return asked.blank
        raise UnknownFact(f"fact `{spec}`: not published for {places.get(asked.of or place).in_sentence}")
    return FORMATS[asked.style or _DEFAULT[value.kind]](value.number)


def follows(spec: str) -> bool:
    """Whether a fact's text changes with the place that the reader has chosen. Raises UnknownFact."""
    asked = _parse(spec)
    grouped = any(key in GROUPS for key, _ in asked.arguments)
    return asked.of in ("", SIMILAR) and REGISTRY[asked.name].follows and not grouped


def tell(spec: str, place: str) -> Told:
    """What a page prints for a place: its own figure with its caution, or England's, said to be so, where it has none.

    With `blank=` its words stand where there is no figure. Raises UnknownFact for what `render` refuses, a number that is not
    published apart.
    """
    value = evaluate(spec, place)
    if value.kind != "words" and value.number != value.number and not _parse(spec).blank:
        return Told(render(spec), f"England; not published for {places.get(place).in_sentence}")
    return Told(_worded(spec, value, place), value.note)


@cache
def _parse(spec: str) -> _Spec:
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
    style, named, blank = (arguments.pop(key, "") for key in ("as", "of", "blank"))
    formats: Mapping[str, Any] = WORD_FORMATS if REGISTRY[name].words else FORMATS
    if style and style not in formats:
        raise UnknownFact(f"fact `{spec}`: no format {style!r}; there is {', '.join(filter(None, formats))}")
    if named == SIMILAR and REGISTRY[name].words:
        raise UnknownFact(f"fact `{spec}`: words have no middle; leave out of={SIMILAR}")
    try:
        of = named if named in ("", SIMILAR) else places.named(named).code
    except (places.UnknownPlace, tables.TableError) as problem:
        raise UnknownFact(f"fact `{spec}`: {problem}") from problem
    known = list(inspect.signature(REGISTRY[name].function).parameters)[1:]
    for key in arguments:
        if key not in known:
            raise UnknownFact(f"fact `{spec}`: no argument {key!r}; there is {', '.join(known) or 'none'}")
    return _Spec(name, tuple(arguments.items()), style, of, blank)


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
            raise Incomplete(f"{year} is a {total.label}, not England")
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
_ensemble = cache(uncertainty.ensemble)


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
    place: str,
    year: str,
    unit_cost: str = "",
    need_per_head: str = "",
    funding: str = "",
    ageing: str = "yes",
    split: str = "",
    per: str = "total",
) -> Value:
    """The gap between need and funding, £ in constant prices: the base case, but for the yearly per cent or choices given.

    `per=adult` divides it by the adults of that year, `per=funding` by that year's funding.
    """
    levers = {"unit_cost": unit_cost, "need_per_head": need_per_head, "funding": funding}
    given: dict[str, Any] = {name: float(rate) / 100 for name, rate in levers.items() if rate}
    if split:
        given["split"] = split
    case = dataclasses.replace(gap.base_case(), ageing=ageing != "no", **given)
    found = gap.gap_of(place, case, year)
    readings = {"total": (found.pounds, "£"), "adult": (found.per_adult, "£"), "funding": (found.share, "share")}
    if per not in readings:
        raise ValueError(f"per is {', '.join(readings)}, not {per!r}")
    return Value(*readings[per], _notes(_together(place, gap.FIRST), _stands_in(place), _small(place)))


@fact("gap-closing")
def gap_closing(place: str, lever: str) -> Value:
    """The yearly real-terms rate of one lever that alone would close the gap in the last year, the others as in the base case."""
    rates = gap.closing(place)
    wanted = lever.replace(" ", "_")
    if wanted not in rates:
        raise ValueError(f"no lever {wanted!r}; there is {', '.join(rates)}")
    return Value(rates[wanted], "change", _notes(_together(place, gap.FIRST), _stands_in(place), _small(place)))


def _stands_in(place: str) -> str:
    """Which older figure the gap starts from, where the latest return of the place, or of one counted with it, is blank."""
    years = [] if place == places.ENGLAND else sorted(set(gap.carried(place)))
    return f"starting from the figure for {places.join(years)}, the latest published" if years else ""


@fact("funding-gap-draws")
def funding_gap_draws(place: str, year: str, below: str, width: str = "1", held: str = "") -> Value:
    """The gap below which so many of 100 draws lie (uncertainty.ensemble), £; held=funding draws need and cost alone."""
    share = next((t for t in uncertainty.TENTHS if f"{100 * t:.0f}" == below), None)
    if share is None or held not in ("", "funding"):
        raise ValueError(f"below is 10, 50 or 90 and held is funding or left out, not {below} and {held}")
    bands = _ensemble(place, width=float(width), held=uncertainty.FUNDING if held else ()).bands
    return Value(float(bands.at[year, share]), "£", _notes(_together(place, gap.FIRST), _stands_in(place), _small(place)))


@fact("older-people-spending")
def older_people_spending(place: str) -> Value:
    """The part of gross spending that went to people aged 65 and over, 2016-17 and 2017-18 together."""
    return Value(gap.older_part(place), "share", _notes(_together(place, "2016-17"), _small(place)))


@fact("council-tax-share")
def council_tax_share(place: str) -> Value:
    """The part of Core Spending Power that is council tax; what care draws on it is assumed to be the same part."""
    shares = gap.council_tax_published()
    if place == places.ENGLAND:
        return Value(gap.council_tax_everywhere(), "share")
    year = shares.at[place, "year"]
    return Value(float(shares.at[place, "share"]), "share", _notes(_together(place, year), _small(place)))


@fact("unit-cost")
def unit_cost(place: str, what: str) -> Value:
    """What the council paid for an hour of home care or a week in a care home at 65 and over, £; England: the middle council."""
    costs = risk.unit_costs()
    if what not in risk.UNIT_COSTS:
        raise ValueError(f"no unit {what!r}; there is {', '.join(risk.UNIT_COSTS)}")
    own = place == places.ENGLAND or costs.at[place, "own"]
    return Value(float(costs.at[place, what]) if own else float("nan"), "£", _together(place, risk.UNIT_COST_YEAR))


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


@fact("deprivation-score")
def deprivation_score(place: str, year: str) -> Value:
    """Average score of the Index of Multiple Deprivation, higher for more deprived; England: the middle place."""
    rows = tables.load("deprivation")
    scores = rows[(rows["measure"] == "imd_average_score") & (rows["year"] == int(year))].set_index("code")["value"]
    if scores.empty:
        raise ValueError(f"the index of deprivation has no {year}")
    if place == places.ENGLAND:
        return Value(float(scores.median()), "ratio")
    return Value(float(scores.get(place, float("nan"))), "ratio", _small(place))


@fact("forecast-error")
def forecast_error(place: str, age: str, base: str, method: str = "projection") -> Value:
    """How far what was expected of 2023 stands above (+) or below (−) today's estimate: a projection, the trend, or no change."""
    wanted = method.replace(" ", "_")
    if wanted not in scorecard.METHODS:
        raise ValueError(f"no method {wanted!r}; there is {', '.join(scorecard.METHODS)}")
    people = scorecard.expected(age, int(base)).loc[place]
    return Value(float(scorecard.percentage_error(people[wanted], people["outturn"])), "change", _small(place))


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


@fact("outcome")
def outcome(place: str, measure: str, year: str) -> Value:
    """A measure of the care outcomes framework, or of older people's health, as published; one in per cent is a share."""
    wanted = measure.replace(" ", "_")
    number = outcomes.outcome(place, year, wanted)
    odd = tables.cautions("ascof", place)
    odd = odd[(odd["measure"] == wanted) & (odd["year"] == year) & (odd["rule"] == "zero")]
    note = _notes("nought in the official file, which may stand for no return" if len(odd) else "", _together(place, year))
    if "per_100_000" in wanted:
        return Value(number, "ratio", _notes(note, _small(place)))
    return Value(number / 100, "share", _notes(note, _small(place)))


@fact("criteria-to-reside")
def criteria_to_reside(place: str) -> Value:
    """A day in hospital without meeting the criteria to reside, per 100,000 aged 65 and over, in the place's main board.

    England: the middle board.
    """
    rates = outcomes.criteria_to_reside()
    if place == places.ENGLAND:
        return Value(float(rates.median()), "ratio")
    board = nhs_areas.main_board(place)
    rate = float(rates.get(board.code, float("nan")))
    known = f"all of {nhs_areas.short(board)}"
    return Value(rate, "ratio", known if rate == rate else f"{known}: no figures for that year, or no population to divide by")


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


# The page of the reader's place


@fact("standing", words=True)
def standing(place: str) -> Value:
    """What kind of place it is, with what a reader must know of its figures: a sentence without its full stop."""
    return Value(float("nan"), "words", words=your_place.standing(place))


@fact("money-told", words=True)
def money_told(place: str) -> Value:
    """Whether the place's latest return was published: a sentence without its full stop."""
    return Value(float("nan"), "words", words=your_place.money_told(place))


@fact("similar-places", words=True)
def similar_places(place: str) -> Value:
    """The ten places most like this one, as a phrase."""
    return Value(float("nan"), "words", words=your_place.similar_told(place))


@fact("question", words=True)
def question(place: str, number: str) -> Value:
    """One of the questions that the place's numbers raise, counted from 1."""
    asked = questions.questions(place)
    if not 1 <= int(number) <= len(asked):
        raise ValueError(f"{places.get(place).in_sentence} has questions 1 to {len(asked)}, not {number}")
    return Value(float("nan"), "words", words=asked[int(number) - 1])


@fact("cautions-on", words=True)
def cautions_on(place: str, section: str) -> Value:
    """What to know of a table's figures for the place, each caution once and in the order of the rows."""
    cells = [row.cells() for row in your_place.section(section)]
    own, like = ([row[column] for row in cells] for column in (0, 1))
    notes = dict.fromkeys(part for spec in own for part in tell(spec, place).note.split("; ") if part)
    missing = any(tell(spec, place).note for spec in like)
    said = [*notes, *(["of some similar places nothing is published, and the middle is of the rest"] if missing else [])]
    return Value(float("nan"), "words", words="; ".join(said) or "no caution applies")


@fact("if-wrong", follows=False)
def if_wrong(place: str, what: str) -> Value:
    """What an answer would be with one assumption changed (`effects.EFFECTS`)."""
    kind, number = effects.of(what)
    return Value(number, kind)


@fact("setting", follows=False)
def setting(place: str, percent: str) -> Value:
    """A number that is a choice, not a finding: the position of a control that the text asks a reader to set."""
    return Value(float(percent) / 100, "share")


@fact("places", follows=False)
def places_count(place: str, type: str = "") -> Value:
    """How many upper-tier areas there are, all or of one type."""
    kinds = places.frame()["type"]
    return Value(float((kinds == type).sum() if type else len(kinds)), "count")
