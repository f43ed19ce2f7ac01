"""Uncertainty of the funding gap: an ensemble of the model in `gap`, its assumptions drawn from stated ranges.

Every assumption has a range with a lowest value, a highest and a peak at the base case; a draw takes one value of each, holds
it for all years and all places, and runs the model. The ends come from published figures and from the spread in our tables
(`ranges` says which); where nothing better was found an end is assumed, and says so. Draws are the points of a Halton
sequence, so they are the same in every run and in the page's script. What comes out is the share of draws under these ranges:
no measure of how likely anything is. Money is £ in constant prices, rates are shares a year.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from placelab import claims, demand, gap, places, population, spending, tables

DRAWS = 10_000
TENTHS = (0.1, 0.5, 0.9)  # the ends of the middle 80 in 100, and the middle
FUNDING = ("council_tax", "grants", "charges")
WIDEST = 2.0  # times the stated width; beyond it a share of spending could fall below nothing
# The widest change in an order of councils is seen over spans of this many years.
SPAN = 5
_LOCALISED = (
    "2013-14"  # council tax support became a discount, so council tax before and from this year on are different sums
)


@dataclass(frozen=True)
class Range:
    """How far one assumption may stand from the base case: a triangular distribution with its peak there.

    low ≤ 0 ≤ high: the ends, as differences from the base case, in the assumption's own unit. base: its value in the base
    case. kind: how a value reads ("rate" a share a year, "points" a share of spending, "weight" a share, "ratio" £ for £1).
    label: as on a control; phrase: inside a sentence. low_from, high_from: where each end comes from, "assumed: …" where no
    figure was found for it. sources: the claims and tables they were read in.
    """

    label: str
    phrase: str
    kind: str
    base: float
    low: float
    high: float
    low_from: str
    high_from: str
    sources: tuple[str, ...]


@cache
def ranges() -> dict[str, Range]:
    """The stated ranges by assumption, in the order in which they take the dimensions of the Halton sequence.

    Raises TableError where a claim that an end rests on has no value.
    """
    base, implied = gap.base_case(), gap.implied_growth()
    home, homes = (unit_cost_growth(m) for m in ("home_care_hourly_external", "residential_weekly_65plus"))
    tax = council_tax_growth()
    per_head = implied["need_per_head"]
    older, younger = (abs(headcount_miss(age)) for age in (gap.OLDER[0], gap.YOUNGER))
    paid = charges_growth()
    money = gap.starting_point()["money"]
    share = float((gap.older_share() * money).sum() / money.sum())
    others = _claimed("ccn-2024-share")

    def rate(value: float) -> float:  # to the step of a slider
        return round(value, 3)

    return {
        "unit_cost": Range(
            "Unit cost (wages), real", "the unit cost of care", "rate", base.unit_cost,
            round(rate(home) - base.unit_cost, 6), round(rate(homes) - base.unit_cost, 6),
            "an hour of home care bought by the middle council, 2013-14 to 2021-22",
            "a week in a care home for older people, the middle council, the same years",
            ("care_unit_costs",),
        ),
        "need_per_head": Range(
            "Need per head", "need per head", "rate", 0.0,
            -rate(float(per_head.min())), rate(float(per_head.max())),
            "assumed: falls as fast as older people's is projected to rise; it did fall at every age from 2006 to 2018",
            "working-age adults, projections for 2018 to 2038",
            ("nao-2021-older-demand", "nao-2021-working-age-demand", "health-foundation-need-fell"),
        ),
        "council_tax": Range(
            "Council tax and precept, real", "growth in council tax", "rate", 0.0,
            min(0.0, rate(float(tax.min()))), rate(float(tax.max())),
            f"the base case: it grew by more over each {SPAN} years that can be compared",
            f"its fastest over {SPAN} years, all services, 2007-08 to 2023-24",
            ("revenue_summary",),
        ),
        "grants": Range(
            "Grants and business rates, real", "growth in grants", "rate", 0.0,
            rate(grants_growth()), gap.scenarios()["spending-review-2025"].assumptions.source("grants"),
            "spending power without council tax, 2016-17 to 2020-21",
            "the 2025 Spending Review carried on",
            ("core_spending_power", "spending-review-2025-spending-power", "ifs-2025-council-tax-share"),
        ),
        "oldest": Range(
            "Weight of those 85 and over", "how far need leans to the oldest", "weight", 0.0,
            0.0, round(weight_of_oldest(), 2),
            "the base case: everyone 65 and over counts alike",
            "the weight at which older people's need grows as dementia would at constant rates",
            ("dementia_prevalence", "population_65plus_five_year"),
        ),
        "split": Range(
            "Older people's share of spending", "how spending divides by age", "points", round(share, 3),
            round(1 - others / 100 - share, 3), 0.0,
            "care that councils commission, 2023-24, by the County Councils Network",
            "the base case: both other readings, of 2013-14 and 2023-24, give older people less",
            ("ccn-2024-share", "care_income"),
        ),
        "older_people": Range(
            "People 65 and over, against projection", "the number of older people", "rate", 0.0,
            -rate(older), rate(older),
            "as far from the projection as England stood from 2018 to 2023",
            "assumed: as far the other way", ("population_projections", "population_estimates"),
        ),
        "younger_people": Range(
            "People 18 to 64, against projection", "the number of younger adults", "rate", 0.0,
            -rate(younger), rate(younger),
            "assumed: as far the other way",
            "as far from the projection as England stood from 2018 to 2023",
            ("population_projections", "population_estimates"),
        ),
        "charges": Range(
            "Charges, beyond cost of care", "growth in charges", "rate", 0.0,
            -rate(paid), rate(paid),
            "assumed: as far the other way",
            "growth in the share of care's cost that clients paid, 2008-09 to 2013-14",
            ("client_group_expenditure",),
        ),
        "effect": Range(
            "Need avoided for each £1 of prevention", "what prevention avoids", "ratio", base.effect,
            0.0, 2.0,
            "the base case: nothing is avoided",
            "assumed: twice what a study of reablement found, where saving and cost were nearly equal",
            ("glendinning-2010-offset",),
        ),
    }  # fmt: skip


def _claimed(claim_id: str) -> float:
    value = claims.get(claim_id).value
    if value is None:
        raise tables.TableError(f"claims.csv: claim {claim_id!r} has no value; the ranges cannot be stated without it")
    return value


# Where the ends come from: the spread in our tables


def _yearly(before: float, after: float, years: int) -> float:
    return float((after / before) ** (1 / years) - 1)


def unit_cost_growth(measure: str, start: str = "2013-14", end: str = "2021-22") -> float:
    """Yearly real growth of a unit cost in the middle council of those that returned it in both years, a share.

    `measure` is one of care_unit_costs. The return changed its form in 2014-15, so part of it may be a change of form.
    """
    table = tables.load("care_unit_costs")
    table = table[(table["measure"] == measure) & table["year"].isin([start, end])]
    both = table.pivot(index="code", columns="year", values="value").dropna()
    real = both.div(spending.deflator()[both.columns], axis=1)
    years = places.year_start(end) - places.year_start(start)
    return float(((real[end] / real[start]) ** (1 / years) - 1).median())


def council_tax_growth() -> pd.Series:
    """Yearly real growth of council tax over every span of SPAN years, by its first year; councils with every year alone.

    Spans that would cross the year in which council tax support became a discount are left out.
    """
    table = tables.load("revenue_summary")
    table = table[table["measure"] == "council_tax_requirement"]
    total = table.pivot(index="code", columns="year", values="value").dropna().sum()
    real = total / spending.deflator()[total.index]
    spans = zip(real.index, real.index[SPAN:], strict=False)
    return pd.Series({a: _yearly(real[a], real[b], SPAN) for a, b in spans if not (a < _LOCALISED <= b)})


def grants_growth(start: str = "2016-17", end: str = "2020-21") -> float:
    """Yearly real change of core spending power without council tax, a share; councils with both years alone."""
    wide = tables.load("core_spending_power").pivot(index="code", columns=["measure", "year"], values="value")
    rest = (wide["core_spending_power"] - wide["council_tax"])[[start, end]].dropna().sum()
    real = rest / spending.deflator()[rest.index]
    return _yearly(real[start], real[end], places.year_start(end) - places.year_start(start))


def charges_growth(start: str = "2008-09", end: str = "2013-14") -> float:
    """Yearly growth of what clients paid as a share of total expenditure in England, a share (RO3, both years)."""
    sums = tables.load("client_group_expenditure").groupby("year")[["sales_fees_charges", "total_expenditure"]].sum()
    share = sums["sales_fees_charges"] / sums["total_expenditure"]
    return _yearly(share[start], share[end], places.year_start(end) - places.year_start(start))


def headcount_miss(age: str) -> float:
    """How much faster (+) or slower (−) England's people of an age grew a year than projected, over the years that have both."""
    estimate, projection = (population.people(age, kind).loc[places.ENGLAND] for kind in ("estimate", "projection"))
    first, last = projection.index[0], estimate.index[-1]
    return _yearly(projection[last] / projection[first], estimate[last] / estimate[first], int(last - first))


def weight_of_oldest(what: str = "dementia") -> float:
    """The weight of people 85 and over at which England's older need grows as `what` (see demand.NEEDS) does by gap.END.

    0: as the number of people 65 and over; 1: as the number 85 and over. Both ends and the need come from the projection.
    """
    first, last = places.year_start(gap.first_year()), places.year_start(gap.END)
    need = demand.need(what, "projection").loc[places.ENGLAND]
    everyone, oldest = (
        population.people(age, "projection").loc[places.ENGLAND] for age in (gap.OLDER[0], gap.OLDER[-1])
    )
    grown = [float(series[last] / series[first]) for series in (everyone, need, oldest)]
    return (grown[1] - grown[0]) / (grown[2] - grown[0])


# Draws


PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)
SKIPPED = 29  # the first points of a Halton sequence lie on a line in its higher dimensions


@cache
def points(draws: int = DRAWS) -> np.ndarray:
    """Points of a Halton sequence: dimension × draw, above 0 and below 1, evener than chance and always the same.

    In dimension j the counter is written in base p (the j-th prime) and its digits mirrored at the point. The script does the
    same steps in the same order, so both have the same numbers to the last bit.
    """
    out = np.zeros((len(PRIMES), draws))
    for row, prime in zip(out, PRIMES, strict=True):
        left, place = np.arange(1 + SKIPPED, draws + 1 + SKIPPED), 1.0
        while left.any():
            place = place / prime
            row += place * (left % prime)
            left = left // prime
    return out


def quantile(chance: np.ndarray, low: float, high: float) -> np.ndarray:
    """The value below which a share `chance` of a triangular distribution lies: ends low ≤ 0 ≤ high, peak at 0."""
    if not low <= 0 <= high:
        raise ValueError(f"a range from {low} to {high} leaves out the base case at 0")
    span = high - low
    if span == 0:
        return np.zeros_like(chance)
    below = chance * span < -low
    return np.where(below, low + np.sqrt(chance * span * -low), high - np.sqrt((1 - chance) * span * high))


def deviations(draws: int = DRAWS, width: float = 1.0, held: Collection[str] = ()) -> np.ndarray:
    """Differences from the base case, assumption (as in `ranges`) × draw; `width` times as wide as stated, 0 where `held`.

    Raises ValueError for a width outside 0 to WIDEST or an unknown assumption.
    """
    _check(width, held)
    out = [
        np.zeros(draws) if name in held else quantile(chance, width * one.low, width * one.high)
        for (name, one), chance in zip(ranges().items(), points(draws), strict=True)
    ]
    return np.array(out)


def _check(width: float, held: Collection[str]) -> None:
    if not 0 <= width <= WIDEST:
        raise ValueError(f"width: {width!r} is outside 0 to {WIDEST:g} times the stated ranges")
    for name in held:
        if name not in ranges():
            raise ValueError(f"held: no assumption {name!r}; there is {', '.join(ranges())}")


def ends(width: float = 1.0, held: Collection[str] = ()) -> tuple[list[str], np.ndarray]:
    """One assumption at a time at each end of its range: names not held, and differences (assumption × 1 + 2 × names).

    The first column is the base case, then low and high of each name in turn.
    """
    _check(width, held)
    names = [name for name in ranges() if name not in held]
    out = np.zeros((len(ranges()), 1 + 2 * len(names)))
    for i, (name, one) in enumerate(ranges().items()):
        if name in names:
            at = 1 + 2 * names.index(name)
            out[i, at : at + 2] = width * one.low, width * one.high
    return names, out


# The model over draws


@dataclass(frozen=True)
class Rows:
    """What the model needs of each row (a place, or places added up), so that a draw costs a few products.

    care: six parts of the cost of need before any lever, £, 6 × row × year: of people under 65, of those over by number,
    and what is added as weight goes to the oldest; then the same three for each whole of spending moved to people over 65.
    clients: the same six for what clients pay. council_tax, grants: £ in the first year, by row. adults: persons, row × year.
    """

    care: np.ndarray
    clients: np.ndarray
    council_tax: np.ndarray
    grants: np.ndarray
    adults: np.ndarray

    def summed(self, at: Sequence[int]) -> Rows:
        """One row: the sum of those at the positions `at`."""
        at = list(at)
        parts = (part[:, at].sum(axis=1, keepdims=True) for part in (self.care, self.clients))
        rest = (part[at].sum(axis=0, keepdims=True) for part in (self.council_tax, self.grants, self.adults))
        return Rows(*parts, *rest)


@cache
def _rows(ageing: bool, older: str, split: str, end: str) -> Rows:
    start = gap.starting_point()
    first, last = places.year_start(gap.first_year()), places.year_start(end)
    money = start["money"].to_numpy(dtype=float)[:, None]
    share = gap.older_share(split)[start.index].to_numpy()[:, None]
    tax = gap.council_tax_share().loc[start.index, "share"].to_numpy()
    ratio = gap.charges_ratio()[start.index].to_numpy()[:, None]
    by_age = [gap.growth(age, first, last).loc[start.index].to_numpy() for age in (gap.YOUNGER, older, gap.OLDER[-1])]
    if not ageing:
        by_age = [np.ones_like(people) for people in by_age]
    young, old, oldest = by_age
    by_now, moved = (money * (1 - share), money * share), (money, money)
    parts = np.array(
        [part for less, more in (by_now, moved) for part in (less * young, more * old, more * (oldest - old))]
    )
    adults = gap.adults(first, last).loc[start.index].to_numpy()
    return Rows(parts, ratio * parts, money[:, 0] * tax, money[:, 0] * (1 - tax), adults)


def rows(centre: gap.Assumptions | None = None) -> Rows:
    """Rows of all 153 places, in the order of places.frame(); of `centre` only ageing, older, split and end enter."""
    chosen = gap.base_case() if centre is None else centre
    return _rows(chosen.ageing, chosen.older, chosen.split, chosen.end)


@cache
def _row(code: str, ageing: bool, older: str, split: str, end: str) -> Rows:
    index = places.frame().index
    return _rows(ageing, older, split, end).summed([index.get_loc(member) for member in gap.members(code)])


def row_of(code: str, centre: gap.Assumptions | None = None) -> Rows:
    """One row: a place with those it shares an area with (gap.members), or England. Raises UnknownPlace."""
    chosen = gap.base_case() if centre is None else centre
    return _row(code, chosen.ageing, chosen.older, chosen.split, chosen.end)


MEASURES = ("pounds", "adult", "share")


@dataclass(frozen=True)
class Outcomes:
    """Need and funding, £, row × year × draw, and adults, persons, row × year × 1."""

    need: np.ndarray
    funding: np.ndarray
    adults: np.ndarray

    def gap(self, measure: str = "pounds") -> np.ndarray:
        """Need minus funding: "pounds" £, "adult" £ for each adult, "share" of that year's funding; row × year × draw."""
        if measure not in MEASURES:
            raise ValueError(f"measure: {measure!r} is not one of {', '.join(MEASURES)}")
        difference: np.ndarray = self.need - self.funding
        if measure == "pounds":
            return difference
        return difference / (self.adults if measure == "adult" else self.funding)


def outcomes(of: Rows, drawn: np.ndarray, centre: gap.Assumptions | None = None, last_only: bool = False) -> Outcomes:
    """The model of `gap.project` for each row of `of` and each column of `drawn` (assumption × draw, see `deviations`).

    A draw's differences are added to the levers of `centre` (default: the base case) and hold for all years and rows. With
    `last_only` the last year alone is kept: row × 1 × draw. Rates compound by multiplying year on year, so that the script
    gets the same bits. Adults stay as projected. Raises ValueError where funding is left at nothing or a rate falls to −100%.
    """
    chosen = gap.base_case() if centre is None else centre
    by = dict(zip(ranges(), drawn, strict=True))
    rates = {name: 1 + (getattr(chosen, name) + by[name]) for name in ("need_per_head", "unit_cost", "charges")}
    rates |= {name: 1 + (chosen.source(name) + by[name]) for name in gap.SOURCES}
    rates |= {name: 1 + by[name] for name in ("older_people", "younger_people")}
    for name, growth in rates.items():
        if not (growth > 0).all():
            raise ValueError(f"{name}: a draw loses all of it in a year; choose narrower ranges")
    need_grows = rates["need_per_head"] * rates["unit_cost"]
    moved, lean = by["split"], by["oldest"]
    avoided = np.minimum(chosen.prevention * (chosen.effect + by["effect"]), gap.PREVENTION_CAP)
    _, count, years = of.care.shape
    kept = 1 if last_only else years
    need, funding = (np.empty((count, kept, drawn.shape[1])) for _ in range(2))
    cost, young, old, tax, grants, charged = (np.ones(drawn.shape[1]) for _ in range(6))
    money = (of.council_tax + of.grants)[:, None]
    need[:, 0], funding[:, 0] = money, money  # the gap is zero in the first year by construction
    for t in range(1, years):
        cost, young, old = cost * need_grows, young * rates["younger_people"], old * rates["older_people"]
        tax, grants, charged = tax * rates["council_tax"], grants * rates["grants"], charged * rates["charges"]
        if last_only and t < years - 1:
            continue
        at = 0 if last_only else t
        left = 1 - avoided if t > chosen.delay else 1.0
        care, clients = (
            _cost(parts[:, :, t, None], moved, lean, young, old) * cost * left for parts in (of.care, of.clients)
        )
        extra = clients * (charged - 1)
        paid = of.council_tax[:, None] * tax + of.grants[:, None] * grants + extra
        funding[:, at] = paid
        need[:, at] = care + chosen.prevention * paid
    if not (funding > 0).all():
        raise ValueError("charges: a draw leaves no funding; choose narrower ranges")
    adults = of.adults[:, -1:] if last_only else of.adults
    return Outcomes(need, funding, adults[:, :, None])


def _cost(parts: np.ndarray, moved: np.ndarray, lean: np.ndarray, young: np.ndarray, old: np.ndarray) -> np.ndarray:
    """Cost of need before price: spending by age, moved between ages, leaning to the oldest, against the projection."""
    younger, older, leaning, per_younger, per_older, per_leaning = parts
    over = (older + moved * per_older) + lean * (leaning + moved * per_leaning)
    return (younger - moved * per_younger) * young + over * old


def quantiles(values: np.ndarray, shares: Sequence[float] = TENTHS) -> np.ndarray:
    """The values below which `shares` of the draws lie (along the last axis, between draws by straight line): shares first."""
    last = values.shape[-1] - 1
    at = [last * share for share in shares]
    low = [min(int(position), last) for position in at]
    high = [min(k + 1, last) for k in low]
    ordered = np.partition(values, sorted({*low, *high}), axis=-1)
    return np.array(
        [
            ordered[..., k] + (ordered[..., after] - ordered[..., k]) * (position - k)
            for position, k, after in zip(at, low, high, strict=True)
        ]
    )


@dataclass(frozen=True)
class Ensemble:
    """What the draws give for one place, or England: bands by year, and how the last year compares with the base case.

    bands: year × share of draws below, in the measure asked for. base: the base case by year, the same measure. larger: share
    of draws with a larger gap (in £) in the last year than the base case; none: share without a gap. draws: how many.
    """

    bands: pd.DataFrame
    base: pd.Series
    larger: float
    none: float
    draws: int


def ensemble(
    code: str,
    measure: str = "pounds",
    width: float = 1.0,
    held: Collection[str] = (),
    centre: gap.Assumptions | None = None,
    draws: int = DRAWS,
) -> Ensemble:
    """The gap of a place's area, or of England, over `draws` draws around `centre` (default: the base case)."""
    chosen = gap.base_case() if centre is None else centre
    of = row_of(code, chosen)
    found = outcomes(of, deviations(draws, width, held), chosen)
    base = base_outcome(code, chosen.end)
    first = places.year_start(gap.first_year())
    years = [places.financial_year(first + t) for t in range(found.need.shape[1])]
    last, stated = found.gap()[0, -1], base.gap()[0, -1, 0]
    return Ensemble(
        pd.DataFrame(quantiles(found.gap(measure)[0]).T, index=years, columns=list(TENTHS)),
        pd.Series(base.gap(measure)[0, :, 0], index=years),
        float(np.count_nonzero(last > stated) / draws),
        float(np.count_nonzero(last <= 0) / draws),
        draws,
    )


def base_outcome(code: str, end: str = gap.END, centre: gap.Assumptions | None = None) -> Outcomes:
    """One draw at `centre` itself (default: the base case), 1 × year × 1."""
    chosen = replace(gap.base_case(), end=end) if centre is None else centre
    return outcomes(row_of(code, chosen), np.zeros((len(ranges()), 1)), chosen)


def everywhere(
    measure: str = "share",
    width: float = 1.0,
    held: Collection[str] = (),
    centre: gap.Assumptions | None = None,
    draws: int = 1000,
) -> pd.DataFrame:
    """All 153 places at once: code × share of draws below (TENTHS), the gap in the last year; smallest places included.

    Every place gets the same draws, so a sum over places is a sum draw by draw.
    """
    found = outcomes(rows(centre), deviations(draws, width, held), centre, last_only=True)
    return pd.DataFrame(quantiles(found.gap(measure)[:, 0]).T, index=places.frame().index, columns=list(TENTHS))


def tornado(
    code: str,
    measure: str = "pounds",
    width: float = 1.0,
    held: Collection[str] = (),
    centre: gap.Assumptions | None = None,
) -> pd.DataFrame:
    """The gap in the last year with one assumption at each end of its range, the others at `centre`: widest swing first.

    Frame by assumption: low, high (the gap at the low and the high end), base (at neither), swing (their distance).
    """
    names, drawn = ends(width, held)
    found = outcomes(row_of(code, centre), drawn, centre, last_only=True).gap(measure)[0, 0]
    out = pd.DataFrame({"low": found[1::2], "high": found[2::2], "base": found[0]}, index=names)
    out["swing"] = (out["high"] - out["low"]).abs()
    return out.sort_values("swing", ascending=False, kind="stable")
