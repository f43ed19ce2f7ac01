"""Demand: how many people of an age, what ageing alone does to need, and how common conditions and disability are.

Estimates and the 2018-based projection are two series that overlap and never join: every change is taken within one of
them. Need is people by age and sex times a published national rate. Holding the rate constant, and applying it to a
council, are assumptions: what comes out is the effect of ageing alone, not a forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from placelab import claims, places, population, tables

# Key: what it is called, in a list and in a sentence.
VIEWS = {
    "people": "Number of people",
    "index": "Index, first estimate = 100",
    "share": "Share of all people",
    "ratio": "Old-age ratio: people 65 and over per 100 aged 18 to 64",
}
NEEDS = {
    "need": "need help with at least one activity of daily living",
    "receipt": "receive help with an activity of daily living",
    "dementia": "have dementia",
}
SHAPES = ("flat", "rising")
DISABILITY = "disability"


@dataclass(frozen=True)
class Trend:
    """One quantity as two series by year. They overlap from the projection's base year; nothing joins them."""

    estimate: pd.Series
    projection: pd.Series

    @property
    def first(self) -> int:
        """First year estimated."""
        return int(self.estimate.index[0])

    @property
    def last(self) -> int:
        """Last year estimated: the year in which the projection is compared with the estimate."""
        return int(self.estimate.index[-1])

    @property
    def horizon(self) -> int:
        """Last year projected."""
        return int(self.projection.index[-1])

    def estimated_change(self, start: int | None = None) -> float:
        """Change of the estimate from `start` (default: the first year) to the last estimate, as a share of its start."""
        return float(self.estimate[self.last] / self.estimate[self.first if start is None else start] - 1)

    def projected_change(self, end: int | None = None) -> float:
        """Change of the projection from the last estimate's year to `end` (default: the horizon); no estimate enters."""
        return float(self.projection[self.horizon if end is None else end] / self.projection[self.last] - 1)

    def carried(self, end: int) -> float:
        """The last estimate carried to `end` at the projection's growth: the projection's change without its level."""
        return float(self.estimate[self.last]) * (1 + self.projected_change(end))

    def overlap(self) -> float:
        """How far the projection stands above (+) or below (−) the estimate in the last year that has both."""
        return float(self.projection[self.last] / self.estimate[self.last] - 1)


def last_estimate() -> int:
    """The year of the latest mid-year estimate."""
    return int(population.people().columns[-1])


def trend(codes: Sequence[str], age: str, view: str) -> Trend:
    """An age group in one place, or in several pooled, seen one way.

    `view` is a key of VIEWS: "people" (the average over the places), "index" (both series against the first estimate = 100),
    "share" (0 to 1) or "ratio" (people aged 65 and over for every 100 aged 18 to 64, whatever `age` says). Raises ValueError
    for an unknown view or age, or when no place is given.
    """
    if view not in VIEWS:
        raise ValueError(f"no view {view!r}; choose one of: {', '.join(VIEWS)}")
    if not codes:
        raise ValueError("no place given: a trend needs at least one code")

    def total(group: str, kind: str) -> pd.Series:
        return population.people(group, kind).loc[list(codes)].sum(min_count=1)

    def series(kind: str) -> pd.Series:
        if view == "people":
            return total(age, kind) / len(codes)
        if view == "index":
            return 100 * total(age, kind) / total(age, "estimate").iloc[0]
        if view == "share":
            return total(age, kind) / total("all ages", kind)
        return 100 * total("65 and over", kind) / total("18 to 64", kind)

    return Trend(series("estimate"), series("projection"))


def misses(age: str) -> pd.DataFrame:
    """How far two readings of the projection stand from the latest estimate: code × level, growth (shares of the estimate).

    "level" takes the projection's number for that year. "growth" takes its growth from its base year and applies it to the
    base year's estimate, as that is known today and was not known then. England and the two smallest places are left out.
    """
    areas = places.frame()
    estimate, projection = (
        population.people(age, kind).loc[areas.index[~areas["small"]]] for kind in ("estimate", "projection")
    )
    base, last = int(projection.columns[0]), last_estimate()
    grown = estimate[base] * projection[last] / projection[base]
    return pd.DataFrame({"level": projection[last], "growth": grown}).div(estimate[last], axis=0) - 1


# Need


@cache
def older_people(kind: str) -> pd.DataFrame:
    """People aged 65 and over by sex ("female", "male") and five-year age band: code × (sex, age_band, year), persons.

    `kind` is "estimate" (2000 to 2023) or "projection" (2018-based, 2018 to 2043). Raises ValueError for any other.
    """
    rows = tables.load("population_65plus_five_year")
    rows = rows[rows["kind"] == kind]
    if rows.empty:
        raise ValueError(f"no kind of population {kind!r} by five-year band; choose estimate or projection")
    return rows.pivot(index="code", columns=["sex", "age_band", "year"], values="persons").sort_index(axis=1)


def _rate_claim(what: str, ages: str, sex: str) -> claims.Claim:
    return claims.get(f"hse-2014-adl-{what}-{ages}-{'men' if sex == 'male' else 'women'}")


def _share(claim: claims.Claim) -> float:
    if claim.value is None:
        raise tables.TableError(f"claims.csv: claim {claim.id!r} has no value; need cannot be computed without it")
    return claim.value / 100


def _lowest_age(band: str) -> int:
    return int(band[:2])


@cache
def rates(what: str = "need", shape: str = "flat") -> pd.Series:
    """Published rates laid on five-year bands: Series on (sex, age_band), 0 to 1.

    Dementia: as found by the second Cognitive Function and Ageing Study, 2008 to 2011, by five-year band. Help needed or
    received: the Health Survey for England 2014 gives, by sex, the rate at 65 to 69, at 85 and over and at all ages from 65.
    The first two are used as they stand. The ages between carry what makes England's mid-2014 population add up to the
    third: one rate from 70 to 84 ("flat"), or rates that climb from one published end to the other along a power curve
    ("rising"). The survey covers private households; here its rates stand for everyone. Raises ValueError for an
    unknown key, or when the three published rates cannot be met together.
    """
    if what not in NEEDS:
        raise ValueError(f"no kind of need {what!r}; choose one of: {', '.join(NEEDS)}")
    if shape not in SHAPES:
        raise ValueError(f"no shape {shape!r}; choose one of: {', '.join(SHAPES)}")
    if what == "dementia":
        return tables.load("dementia_prevalence").set_index(["sex", "age_band"])["prevalence"] / 100
    survey = int(_rate_claim(what, "65-plus", "male").period)
    people = older_people("estimate").loc[places.ENGLAND].xs(survey, level="year")
    parts = {}
    for sex in ("female", "male"):
        young, old, whole = (_share(_rate_claim(what, ages, sex)) for ages in ("65-69", "85-plus", "65-plus"))
        parts[sex] = _between(people[sex], young, old, whole, shape)
    return pd.concat(parts, names=["sex"])


def _between(people: pd.Series, young: float, old: float, whole: float, shape: str) -> pd.Series:
    """Rates by band for one sex: `young` at 65 to 69, `old` from 85, and between them what makes the average `whole`."""
    age = people.index.map(_lowest_age)
    rate = pd.Series(young, index=people.index).mask(age >= 85, old)
    middle = (age >= 70) & (age < 85)
    if shape == "flat":
        rest = whole * people.sum() - (people * rate)[~middle].sum()
        rate[middle] = rest / people[middle].sum()
    else:
        along = (pd.Series(age, index=people.index)[middle] - 65) / 20
        low, high = 0.01, 100.0  # a higher power keeps the middle nearer to `young`
        for _ in range(60):
            power = (low * high) ** 0.5
            rate[middle] = young + (old - young) * along**power
            low, high = (power, high) if (people * rate).sum() > whole * people.sum() else (low, power)
    if not rate.between(0, 1).all() or abs((people * rate).sum() / people.sum() - whole) > 1e-6:
        raise ValueError(
            f"published rates {young:.0%}, {old:.0%} and {whole:.0%} cannot be met together by one {shape} middle"
        )
    return rate


def apply_rates(people: pd.DataFrame, rate: pd.Series, yearly_change: float = 0.0, since: int = 0) -> pd.DataFrame:
    """People times rates, summed over sex and band: code × year, persons.

    `people` is code × (sex, age_band, year), `rate` a Series on (sex, age_band), 0 to 1. After the year `since` every rate
    changes by `yearly_change` (0.01 is 1% a year), compounded; `since` is needed only with a change. Raises ValueError when a
    band has no rate, or when a rate would pass 1.
    """
    keys = people.columns.droplevel("year")
    weight = rate.reindex(keys)
    if weight.isna().any():
        raise ValueError(f"no rate for {sorted(set(keys[weight.isna().to_numpy()]))}")
    counts = (people * weight.to_numpy()).T.groupby(level="year").sum().T
    growth = (1 + yearly_change) ** (counts.columns.to_numpy(dtype=float) - since).clip(min=0)
    if rate.max() * growth.max() > 1:
        raise ValueError(f"a change of {yearly_change:.1%} a year takes a rate of {rate.max():.0%} beyond 100%")
    return counts * growth if yearly_change else counts


def need(what: str = "need", kind: str = "estimate", yearly_change: float = 0.0, shape: str = "flat") -> pd.DataFrame:
    """People aged 65 and over in need at published rates: code (153 areas and England) × year, persons.

    Rates are constant to the year of the last estimate and change by `yearly_change` a year after it (default 0: constant).
    They are England's, applied to each place: an assumption. Sums over areas equal England's row to rounding.
    """
    return apply_rates(older_people(kind), rates(what, shape), yearly_change, last_estimate())


def need_trend(code: str, what: str = "need", yearly_change: float = 0.0, shape: str = "flat") -> Trend:
    """People in need in one place as two series, persons (see `need`)."""
    return Trend(*(need(what, kind, yearly_change, shape).loc[code] for kind in ("estimate", "projection")))


def level_rate(what: str = "need") -> pd.Series:
    """The yearly change in rates at which need at the horizon is what it is in the last estimate's year, by code.

    Both ends come from the projection. −0.017 means that rates would have to fall by 1.7% every year.
    """
    projected = need(what, "projection")
    start, end = last_estimate(), int(projected.columns[-1])
    return yearly_growth(projected[end], projected[start], end - start)


def yearly_growth(before: Any, after: Any, years: float) -> Any:
    """The growth a year that leads from `before` to `after` in `years`: numbers or Series, 0.01 for 1% a year."""
    return (after / before) ** (1 / years) - 1


# Conditions and disability


def conditions() -> dict[str, str]:
    """What can be compared between places, by key: disability first, then the disease registers, alphabetical."""
    registers = tables.load("disease_registers").drop_duplicates("register").sort_values("name")
    return {DISABILITY: "Disabled under the Equality Act"} | dict(
        zip(registers["register"], registers["name"], strict=True)
    )


@cache
def prevalence(condition: str) -> pd.DataFrame:
    """How common a condition is: code (places, and England as their sum) × persons, out_of (people), share (0 to 1).

    Disability: residents disabled under the Equality Act, all ages, by their own account (Census 2021). Disease registers:
    patients whom GPs record, 2019-20, modelled from practice lists to residents; who is counted differs by register. Shares
    take no account of age: an older place has more of most things. Raises ValueError for an unknown condition.
    """
    if condition not in conditions():
        raise ValueError(f"no condition {condition!r}; choose one of: {', '.join(conditions())}")
    if condition == DISABILITY:
        rows = tables.load("disability").set_index("code")
        counts = pd.DataFrame({"persons": rows["disabled"], "out_of": rows["disabled"] + rows["not_disabled"]})
    else:
        rows = tables.load("disease_registers")
        rows = rows[rows["register"] == condition].set_index("code")
        counts = pd.DataFrame({"persons": rows["persons"], "out_of": rows["list_size"]})
    counts = counts.drop(index=places.ENGLAND, errors="ignore").astype(float)
    counts.loc[places.ENGLAND] = counts.dropna().sum()
    counts["share"] = counts["persons"] / counts["out_of"]
    return counts
