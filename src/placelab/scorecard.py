"""The scorecard: what was expected in 2017 and 2018 against what happened, and how an interval is scored.

Three things are scored. Projections of older people, against today's estimates, beside two rules that need no model: that the
trend goes on, and that nothing changes. Promises and forecasts in the register of claims, where the register or a table holds
an outturn; the rest are listed with the reason. And an interval that a reader states before seeing the outcome.

Projections at constant rates are not forecasts: they say what follows if recent rates of death and migration go on. Scoring
one as if it were a forecast measures how far the world moved, with how far the count it started from was off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from placelab import claims, demand, places, population, spending, tables

# What is scored: the projection made from what was known of mid-BASE, when it came out, and the Census before it.
BASES = {2016: "May 2018", 2018: "March 2020"}
BASE = 2016
CENSUS = 2011
ALPHA = 0.2  # an 80% interval leaves a fifth outside
# The trend rule tried on years that were known in 2018 and that no revision has touched since: five years' growth, six ahead.
BACKTEST = (2000, 2005, 2011)
METHODS = {"projection": "Projection", "trend": "Trend carried on", "no_change": "No change"}
_FIVE_YEAR = {"65-74": ("65-69", "70-74"), "75-84": ("75-79", "80-84"), "85+": ("85-89", "90+")}


# Scores


def interval_score(low: Any, high: Any, outcome: Any, alpha: float = ALPHA) -> Any:
    """The interval score (Winkler score) of a central (1 − alpha) interval: numbers or arrays, in the unit of `outcome`.

    Width, plus 2/alpha times the distance by which the outcome lies outside: (high − low) + 2/alpha · (low − outcome) below,
    + 2/alpha · (outcome − high) above. Lower is better. It is proper: whoever states their own alpha/2 and 1 − alpha/2
    quantiles expects the lowest score (Gneiting and Raftery, 2007). Raises ValueError when an interval ends before it starts,
    or when alpha is not between 0 and 1.
    """
    if not 0 < alpha < 1:
        raise ValueError(
            f"alpha is {alpha!r}; it is the chance left outside the interval, so between 0 and 1 (0.2 for 80%)"
        )
    low, high, outcome = np.asarray(low, float), np.asarray(high, float), np.asarray(outcome, float)
    if (low > high).any():
        raise ValueError("an interval's low end is above its high end; exchange the two")
    return high - low + 2 / alpha * (np.maximum(low - outcome, 0) + np.maximum(outcome - high, 0))


def coverage(low: Any, high: Any, outcome: Any) -> float:
    """The share of outcomes inside their interval, ends included, 0 to 1. Near 0.8 when 80% intervals are honest."""
    outcome = np.asarray(outcome, float)
    return float(np.mean((outcome >= np.asarray(low, float)) & (outcome <= np.asarray(high, float))))


def percentage_error(forecast: Any, outcome: Any) -> Any:
    """How far a forecast stands above (+) or below (−) the outcome, as a share of the outcome: 0.05 is 5% too high."""
    return forecast / outcome - 1


def mean_absolute_error(forecast: Any, outcome: Any) -> float:
    """The average distance between forecast and outcome, whichever way, in their unit."""
    return float(np.mean(np.abs(np.asarray(forecast, float) - np.asarray(outcome, float))))


def relative_error(forecast: Any, naive: Any, outcome: Any) -> float:
    """Mean absolute error as a multiple of a naive rule's: below 1 the forecast was nearer. It has no unit.

    A relative mean absolute error as Hyndman and Koehler (2006) discuss it. Raises ValueError when the naive rule was exactly
    right, since nothing can be divided by its error.
    """
    by = mean_absolute_error(naive, outcome)
    if by == 0:
        raise ValueError("the naive rule was exactly right, so there is no error to compare with")
    return mean_absolute_error(forecast, outcome) / by


# Projections against estimates


def ages(base: int = BASE) -> list[str]:
    """Age groups that a projection has: all of them when 2018-based, those from 65 on when 2016-based."""
    _check_base(base)
    return [age for age, bands in population.AGES.items() if base != 2016 or set(bands) <= set(_FIVE_YEAR)]


def _check_base(base: int) -> None:
    if base not in BASES:
        raise ValueError(f"no projection based on {base!r}; choose one of: {', '.join(map(str, BASES))}")


@cache
def projected(age: str, base: int = BASE) -> pd.DataFrame:
    """People in an age group by a projection, from its base year on: code (153 areas and England) × year, persons.

    The base year is the estimate as it was known when the projection was made. Raises ValueError for an unknown base, or an
    age group that the projection does not have.
    """
    if age not in ages(base):
        raise ValueError(f"no age group {age!r} in the {base}-based projection; choose one of: {', '.join(ages(base))}")
    if base == 2018:
        return population.people(age, "projection")
    wide = _wide_2016()
    return sum(wide[part] for band in population.AGES[age] for part in _FIVE_YEAR[band])  # type: ignore[return-value]


@cache
def _wide_2016() -> pd.DataFrame:
    rows = tables.load("population_projections_2016_based")
    return rows.pivot(index="code", columns=["age_band", "year"], values="persons").sort_index(axis=1)


def errors(age: str, base: int = BASE) -> pd.DataFrame:
    """Percentage error of a projection in every year that has an estimate: code × year, shares of today's estimate."""
    estimate, projection = population.people(age), projected(age, base)
    years = estimate.columns.intersection(projection.columns)
    return percentage_error(projection[years], estimate[years])


def parts(age: str, base: int = BASE) -> pd.DataFrame:
    """The error in the last year taken apart: code × start, growth, level. (1 + start) · (1 + growth) = 1 + level.

    "start" is how far the number known for the base year stands from what is now thought. "growth" is what the error would
    have been from the right start (for the 2018-based projection it is the "growth" of `demand.misses`).
    """
    error = errors(age, base)
    start, level = error[base], error[demand.last_estimate()]
    return pd.DataFrame({"start": start, "growth": (1 + level) / (1 + start) - 1, "level": level})


def compared() -> pd.Index:
    """Codes of the places that stand in averages and distributions: all but the two that are too small."""
    areas = places.frame()
    return areas.index[~areas["small"]]


@cache
def expected(age: str, base: int = BASE) -> pd.DataFrame:
    """What was known, what was expected and what came: code (153 areas and England) × persons.

    Columns: census (mid-2011), known (the base year as then known), revised (the base year as now known), projection, trend,
    no_change and outturn (today's estimate) for the last year estimated. The trend carries on the yearly growth from mid-2011
    to the base year: five years of it for the 2016-based projection. No change keeps the number known.
    """
    estimate, projection, last = population.people(age), projected(age, base), demand.last_estimate()
    known = projection[base].reindex(estimate.index)
    trend = known * (known / estimate[CENSUS]) ** ((last - base) / (base - CENSUS))
    return pd.DataFrame(
        {
            "census": estimate[CENSUS],
            "known": known,
            "revised": estimate[base],
            "projection": projection[last],
            "trend": trend,
            "no_change": known,
            "outturn": estimate[last],
        }
    )


@cache
def width(age: str) -> float:
    """Half the width of a band that past misses would suggest, as a share of the number in its middle.

    The trend rule is tried on the past (BACKTEST): growth from 2000 to 2005 carried on to 2011. The width is what four places
    in five came within. Both ends are in the revised series, so errors of the count itself are not in it.
    """
    first, base, last = BACKTEST
    people = population.people(age).loc[compared()]
    trend = people[base] * (people[base] / people[first]) ** ((last - base) / (base - first))
    return float(percentage_error(trend, people[last]).abs().quantile(1 - ALPHA))


def band(point: Any, half: float) -> tuple[Any, Any]:
    """Low and high end of a band `half` (a share) either side of a number."""
    return point * (1 - half), point * (1 + half)


def changes(age: str, base: int = BASE) -> pd.DataFrame:
    """Every column of `expected` as a change from the number known for the base year: 0.09 is 9% more."""
    people = expected(age, base)
    return people.div(people["known"], axis=0) - 1


def comparison(age: str, base: int = BASE) -> pd.DataFrame:
    """Methods against one another over all places: METHODS × error, relative, too_high, held, score.

    "error": mean absolute percentage error, each place counting once. "relative": mean absolute error in people as a multiple
    of no change's (no unit). "too_high": places where the method was above the outturn. "held": coverage of the band of
    `width` around it. "score": mean interval score of that band, in percentage points of the number known. No change has no
    band: the two last are blank.
    """
    people = expected(age, base).loc[compared()]
    half, outturn = width(age), people["outturn"]
    rows = {}
    for method in METHODS:
        low, high = band(people[method], half)
        points = [100 * end / people["known"] for end in (low, high, outturn)]
        banded = method != "no_change"
        rows[method] = {
            "error": float(percentage_error(people[method], outturn).abs().mean()),
            "relative": relative_error(people[method], people["no_change"], outturn),
            "too_high": float((people[method] > outturn).sum()),
            "held": coverage(low, high, outturn) if banded else np.nan,
            "score": float(np.mean(interval_score(*points))) if banded else np.nan,
        }
    return pd.DataFrame(rows).T


def first_against_revised(age: str) -> pd.DataFrame:
    """How far estimates as first published stand from today's: code × year (2015 to 2020), shares. Blank where an area is new."""
    first, revised = population.people(age, "first published"), population.people(age)
    return percentage_error(first, revised.reindex(index=first.index, columns=first.columns)).dropna(how="all")


# Promises and forecasts in the register


@dataclass(frozen=True)
class Promise:
    """A claim about the future and what came of it.

    `outturn` and `no_change` are a claim's id, a function or a number, in the unit of the claim; `no_change` is what would have
    been said by someone who expected things to stay as they were (None where there was nothing to carry on). `kept` is "at
    most" or "at least" for a target, else "".
    """

    claim: str
    label: str
    kind: str
    outturn: str | Callable[[], float]
    no_change: str | Callable[[], float] | float | None
    kept: str = ""
    note: str = ""


def beds_freed() -> float:
    """Beds freed from delayed transfers, England, February to September 2017: fall in the average number delayed each day."""
    rows = tables.load("delayed_transfers")
    beds = rows[rows["attributable_to"] == "total"].set_index("month")["daily_beds"]
    return float(beds["2017-02"] - beds["2017-09"])


def four_hours(month: str) -> float:
    """Per cent of A&E attendances in England seen within four hours, all departments, in a month such as "2017-09"."""
    rows = tables.load("accident_and_emergency").pivot(index="month", columns="measure", values="value")
    if month not in rows.index:
        raise ValueError(f"no A&E figures for {month!r}; the table has {rows.index[0]} to {rows.index[-1]}")
    return float(100 * (1 - rows.at[month, "breaches_all"] / rows.at[month, "attendances_all"]))


def accident_and_emergency(measure: str, start: str, end: str) -> float:
    """Change in a measure of A&E ("attendances_all", "admissions_all") between two financial years, England, as a share."""
    rows = tables.load("accident_and_emergency")
    rows = rows[rows["measure"] == measure]
    year = rows["month"].map(lambda month: places.financial_year(int(month[:4]) - (int(month[5:]) < 4)))
    total = rows.groupby(year)["value"].sum()
    return float(total[end] / total[start] - 1)


def precept_budgeted(year: str) -> float:
    """What councils budgeted to raise by the adult social care precept, newly in that year, £ million."""
    rows = tables.load("precept")
    rows = rows[(rows["measure"] == "precept_budgeted") & (rows["year"] == year)]
    return float(rows["value"].sum() / 1000)


def net_change(per: str) -> float:
    """Real change in net current expenditure from 2009-10 to 2019-20, per cent, over the same areas; per "total" or "adult"."""
    return 100 * spending.same_areas_change("net", "2009-10", "2019-20", per)


def care_home_places() -> float:
    """Change in care-home places in England from 2015 to 2022-23, the latest year in the register."""
    return _number("kings-fund-care-home-places-2023") - _number("statista-2020-care-home-places-2015")


_NET = (
    "Conditional on every new source being used. Ours is net current expenditure, which leaves out income from the NHS."
)
PROMISES = (
    Promise("bcf-2015-admissions-planned", "Better Care Fund: emergency admissions", "plan", "bcf-2015-admissions-outturn", 0.0,
            "at most"),
    Promise("bcf-2015-delays-planned", "Better Care Fund: days of delay", "plan", "bcf-2015-delays-outturn", 0.0, "at most"),
    Promise("adass-2016-precept-yield", "Precept, first year (ADASS)", "forecast", lambda: precept_budgeted("2016-17"), None,
            note="A new power: nothing to carry on. The outturn is what councils budgeted."),
    Promise("dclg-2016-precept-yield-2016", "Precept, first year (government)", "forecast", lambda: precept_budgeted("2016-17"),
            None, note="A new power: nothing to carry on. The outturn is what councils budgeted."),
    Promise("mandate-2017-delays", "Delayed transfers, share of beds", "target", "healthwatch-2017-delays", None, "at most",
            "The share when the target was set is not in the register."),
    Promise("nhs-england-2017-beds-freed", "Beds freed from delayed transfers", "target", beds_freed, 0.0, "at least"),
    Promise("mandate-2017-four-hours", "A&E within four hours, September 2017", "target", lambda: four_hours("2017-09"),
            lambda: four_hours("2016-09"), "at least", "No change: the same month a year before."),
    Promise("nhs-england-2017-four-hours-march", "A&E within four hours, March 2018", "target", lambda: four_hours("2018-03"),
            lambda: four_hours("2017-03"), "at least", "No change: the same month a year before."),
    Promise("nhs-improvement-2017-deficit-plan", "NHS trusts' deficit", "plan", "nhs-improvement-2018-deficit",
            "nhs-providers-2017-deficit-before", "at most", "No change: the deficit of 2016-17."),
    Promise("ifs-2017-bn200-forecast-total", "Care spending since 2009-10, total", "forecast", lambda: net_change("total"),
            "ifs-2017-bn200-total-fall", note=_NET),
    Promise("ifs-2017-bn200-forecast-per-adult", "Care spending since 2009-10, per adult", "forecast",
            lambda: net_change("adult"), "ifs-2017-bn200-fall-per-adult", note=_NET),
    Promise("kingston-2017-care-home-places", "Extra care-home places", "projection", care_home_places, 0.0,
            note="Ten years at constant rates, for older people; the outturn is eight years, all adults."),
)  # fmt: skip


def _number(what: str | Callable[[], float] | float) -> float:
    if callable(what):
        return what()
    if not isinstance(what, str):
        return what
    value = claims.get(what).value
    if value is None:
        raise tables.TableError(f"claims.csv: claim {what!r} has no value; a forecast cannot be scored without one")
    return value


def _same_unit(promise: Promise) -> None:
    unit = claims.get(promise.claim).unit
    for other in (promise.outturn, promise.no_change):
        if isinstance(other, str) and claims.get(other).unit != unit:
            raise tables.TableError(
                f"claims.csv: {promise.claim!r} is in {unit!r} and {other!r} in {claims.get(other).unit!r}; "
                "a forecast and its outturn need one unit"
            )


def scored(promises: tuple[Promise, ...] = PROMISES) -> pd.DataFrame:
    """Promises and forecasts with an outturn, in the order in which they fell due: claim id × what came of them.

    Columns: label, kind, unit, period, said, outturn, no_change, error (said − outturn), naive_error (no_change − outturn),
    relative (|error| / |naive_error|; below 1 the promise was nearer than no change), kept (True, False, or None where it was
    no target), note. Raises TableError when a claim has no value or the units differ.
    """
    rows = {}
    for promise in promises:
        _same_unit(promise)
        claim, said, outturn = claims.get(promise.claim), _number(promise.claim), _number(promise.outturn)
        naive = np.nan if promise.no_change is None else _number(promise.no_change)
        rows[promise.claim] = {
            "label": promise.label,
            "kind": promise.kind,
            "unit": claim.unit,
            "period": claim.period,
            "said": said,
            "outturn": outturn,
            "no_change": naive,
            "error": said - outturn,
            "naive_error": naive - outturn,
            "relative": abs(said - outturn) / abs(naive - outturn) if naive != outturn else np.nan,
            "kept": {"at most": outturn <= said, "at least": outturn >= said}.get(promise.kept),
            "note": promise.note,
        }
    return pd.DataFrame(rows).T.astype(
        {c: float for c in ("said", "outturn", "no_change", "error", "naive_error", "relative")}
    )


# What was said of the future up to 2018 and cannot be scored: what it is, why not, and the claims.
UNSCORED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Funding gaps",
     "A gap is need less funding. Nobody counts need, so no outturn can settle it. Only the money can be counted.",
     ("lga-2016-council-gap-2020", "lga-2016-gap-2020", "lga-2016-gap-2020-with-market", "think-tanks-2016-gap",
      "health-foundation-2017-stp-gap", "adass-2016-gap", "full-fact-2017-gap-now", "full-fact-2017-gap-2020",
      "lga-2017-gap-core", "lga-2017-gap-market", "lga-2017-gap-2020", "lga-2018-gap-2020", "lga-2018-gap-core",
      "nhs-england-2014-gap")),
    ("Growth that care was said to need", "It says what would be needed, and runs to 2033-34.",
     ("ifs-health-foundation-2018-growth",)),
    ("Pressure on NHS trusts", "No outturn for pressure is in the register. Deficit and waits, which it fed, are scored.",
     ("nhs-providers-2017-pressure", "nhs-providers-2017-demand", "nhs-providers-2017-cost", "nhs-providers-2017-targets-cost",
      "nhs-providers-2017-balance-cost", "solace-2017-pressure")),
    ("Funding that was to reach the NHS", "No outturn in the register.",
     ("nhs-providers-2017-funding", "nhs-providers-2017-nhs-england-growth")),
    ("NHS savings of the Five Year Forward View", "No outturn in the register.", ("think-tanks-2016-nhs-savings",)),
    ("Local NHS plans: fewer admissions and A&E visits",
     "What the falls are measured from is not in what we saw. They run to 2020-21, a pandemic year; our table ends before it.",
     ("imison-2017-stp-inpatients", "imison-2017-stp-attendances")),
    ("Money announced for social care", "It was paid within wider grants that no table here separates.",
     ("spending-review-2015-support", "spending-review-2015-grant-cut", "spending-review-2015-local-income",
      "ibcf-2015-plan-2017", "ibcf-2015-plan-2018", "ibcf-2015-plan-2019",
      "budget-2017-total", "budget-2017-first-year", "ifs-2017-bn200-new-funds")),
    ("Precept after its first year",
     "Worked out at 2% a year. From December 2016 councils could charge 3%: the rule itself changed.",
     ("dclg-2016-precept-yield-2017", "dclg-2016-precept-yield-2018", "dclg-2016-precept-yield-2019")),
    ("Cost of the National Living Wage", "No outturn in the register.",
     ("adass-2016-living-wage-cost", "adass-2016-living-wage-cost-2017", "health-foundation-2017-living-wage")),
    ("Older people with dependency or disability, 2025", "No survey in the register has measured the same thing since.",
     ("kingston-2017-medium-2025", "kingston-2017-high-2025", "guzman-2017-disability-growth", "guzman-2017-disability-2025",
      "guzman-2017-disability-prevalence")),
    ("Older people in England and Wales, 2025", "Our estimates are for England and end before that year.",
     ("guzman-2017-growth", "guzman-2017-people-2025")),
    ("Illness and dependency in 2035", "The year has not come.",
     ("kingston-2018-four-plus-2035", "kingston-2018-two-plus-65-74-2035", "kingston-2018-high-dependency-85",
      "kingston-2018-low-dependency-85", "kingston-2018-65-74-dependency", "kingston-2018-dementia-conditions-2035",
      "kingston-2018-four-plus-mental")),
    ("A green paper on social care", "A date has no size to score. First due in summer 2017, it was still to come in April 2019.",
     ("spring-budget-2017-green-paper", "public-finance-2019-green-paper")),
)  # fmt: skip


def unscored() -> pd.DataFrame:
    """What cannot be scored: columns what, reason, claims (ids). Raises UnknownClaim when an id is not in the register."""
    for _, _, ids in UNSCORED:
        for claim in ids:
            claims.get(claim)
    return pd.DataFrame(UNSCORED, columns=["what", "reason", "claims"])


def money_came(start: str, end: str) -> tuple[float, float]:
    """Councils' net current expenditure in England in two financial years, £ in the prices of the second: did spending come?

    Raises ValueError when a council is missing in either year, since the sums would not compare.
    """
    sums = [spending.england(year, "net", "total", end) for year in (start, end)]
    for year, found in zip((start, end), sums, strict=True):
        if found.councils < found.expected:
            raise ValueError(
                f"{year} has {found.councils} of {found.expected} councils; choose a year that has all of them"
            )
    return sums[0].value, sums[1].value
