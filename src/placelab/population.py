"""People by age: mid-year estimates, projections, and how the two compare.

Estimates are ONS mid-year estimates as last revised, on April 2023 boundaries. Projections are the 2018-based principal
projection unless said otherwise; they start from estimates made before Census 2021, so the two never make one line.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from placelab import places, tables

REBASED = 2012  # the first mid-year that ONS revised after Census 2021
BANDS = ("0-17", "18-64", "65-74", "75-84", "85+")
AGES: dict[str, tuple[str, ...]] = {
    "all ages": BANDS,
    "under 18": ("0-17",),
    "18 to 64": ("18-64",),
    "18 and over": BANDS[1:],
    "65 and over": BANDS[2:],
    "75 and over": BANDS[3:],
    "85 and over": ("85+",),
    "65 to 74": ("65-74",),
    "75 to 84": ("75-84",),
}


def _bands(age: str) -> tuple[str, ...]:
    if age not in AGES:
        raise ValueError(f"no age group {age!r}; choose one of: {', '.join(AGES)}")
    return AGES[age]


@cache
def _wide(table: str) -> pd.DataFrame:
    """One table as code × (age_band, year), persons."""
    return tables.load(table).pivot(index="code", columns=["age_band", "year"], values="persons").sort_index(axis=1)


@cache
def people(age: str = "all ages", kind: str = "estimate") -> pd.DataFrame:
    """People in an age group: frame of code (153 areas and England) × year, persons.

    `kind` is "estimate" (2000 to 2023, revised), "projection" (2018-based, 2018 to 2043) or "first published" (2015 to 2020,
    on the boundaries of the date). Raises ValueError for an unknown age or kind.
    """
    table = {
        "estimate": "population_estimates",
        "projection": "population_projections",
        "first published": "population_first_published",
    }.get(kind)
    if table is None:
        raise ValueError(f"no kind of population {kind!r}; choose estimate, projection or first published")
    wide = _wide(table)
    return sum((wide[band] for band in _bands(age)[1:]), start=wide[_bands(age)[0]])


def share(age: str, kind: str = "estimate") -> pd.DataFrame:
    """An age group as a share of all people, 0 to 1: code × year."""
    return people(age, kind) / people("all ages", kind)


def old_age_ratio(kind: str = "estimate") -> pd.DataFrame:
    """People aged 65 and over for every 100 aged 18 to 64: code × year.

    The ONS old-age dependency ratio uses State Pension age and 16 to 64; this one keeps to the age bands of the tables.
    """
    return 100 * people("65 and over", kind) / people("18 to 64", kind)


def overlap(age: str) -> pd.DataFrame:
    """Projection against estimate in the years that have both (2018 to 2023): ratio minus 1, code × year."""
    estimate, projection = people(age), people(age, "projection")
    years = estimate.columns.intersection(projection.columns)
    return projection[years] / estimate[years] - 1


def by_area(age: str, start: str, kind: str = "estimate") -> pd.DataFrame:
    """People in each comparable area (`places.areas(start)`): area × year, England left out.

    With kind "first published", years before 2012 (which revisions after Census 2021 left alone) come from the revised series.
    """
    membership = places.areas(start)["area"]
    counts = people(age, kind)
    counts = counts.drop(index=places.ENGLAND).groupby(membership).sum(min_count=1)
    if kind == "first published":
        revised = by_area(age, start)
        counts = pd.concat([revised[[y for y in revised.columns if y < REBASED]], counts], axis=1)
    return counts
