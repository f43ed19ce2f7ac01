"""Published outcomes by area: healthy life expectancy, and people delayed in hospital.

Figures stand as published, on the codes of their date. A council formed since takes the figure of the one council whose whole
area it shared, and none where there was more than one.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from placelab import places, population, tables

SEXES = ("female", "male")
PUT_DOWN_TO = {
    "all": "delayed_transfers_per_100_000",
    "social care": "delayed_transfers_social_care_per_100_000",
    "both": "delayed_transfers_both_per_100_000",
}
_OLDER_BANDS = population.AGES["65 and over"]
DELAYED = {"nhs": "nhs", "social care": "social_care", "both": "both", "all": "total"}


@cache
def _by_place(table: str, measure: str) -> pd.DataFrame:
    """One measure, England and the 153 places × year; NaN where nothing was published for the place or its former area."""
    rows = tables.load(table)
    published = rows[rows["measure"] == measure].pivot(index="code", columns="year", values="value")
    codes = [places.ENGLAND, *places.frame().index]
    columns = {
        year: [published[year].get(_code(code, year, published.index), float("nan")) for code in codes]
        for year in published.columns
    }
    return pd.DataFrame(columns, index=pd.Index(codes, name="code"))


def _code(code: str, year: str, known: pd.Index) -> str:
    """The code under which a place's figure was published in a year: its own, or its former area's."""
    return code if code in known else places.area_of(code, places.financial_year(int(year[:4])))[0]


def _value(frame: pd.DataFrame, code: str, year: str, what: str) -> float:
    if year not in frame.columns:
        raise ValueError(f"{what} has no {year}; there is {', '.join(frame.columns)}")
    return float(frame.at[code, year])


def healthy_life_expectancy(code: str, year: str, sex: str) -> float:
    """Years of life in good health that a newborn could expect at the rates of three years, such as 2016-18.

    It rests on what people say of their health in a survey, so that a place's estimate carries a wide margin, which our table
    does not hold. Source: OHID. Raises ValueError for a year or sex that was not published.
    """
    if sex not in SEXES:
        raise ValueError(f"no sex {sex!r}; there is {', '.join(SEXES)}")
    return _value(_by_place("outcomes", f"healthy_life_expectancy_{sex}"), code, year, "healthy life expectancy")


def outcome(code: str, year: str, measure: str) -> float:
    """A measure of the Adult Social Care Outcomes Framework, or of older people's health, as published, in the release's unit.

    Raises ValueError for a measure or year that was not published.
    """
    table = _table_of().get(measure)
    if table is None:
        raise ValueError(f"no measure {measure!r}; there is {', '.join(sorted(_table_of()))}")
    return _value(_by_place(table, measure), code, year, measure.replace("_", " "))


@cache
def _table_of() -> dict[str, str]:
    """The table that holds each measure."""
    return {measure: table for table in ("ascof", "outcomes") for measure in tables.load(table)["measure"].unique()}


def delayed_rates(year: str) -> pd.Series:
    """Delayed transfers of care a day for each 100,000 adults: code of England and the 153 places. Source: ASCOF."""
    return _by_place("ascof", PUT_DOWN_TO["all"])[year]


@cache
def criteria_to_reside() -> pd.Series:
    """People a day in hospital who do not meet the criteria to reside, per 100,000 residents aged 65 and over, by board.

    Mean of the days that were reported in the last twelve months of the table, over mid-year estimates of the board's own area.
    People of all ages and from anywhere are counted in the board's hospitals, so it is a measure of scale only. A month without
    a figure is left out.
    """
    rows = tables.load("no_criteria_to_reside").dropna(subset=["value"])
    months = sorted(rows["month"].unique())[-12:]
    rows = rows[rows["month"].isin(months)]
    daily = (rows["value"] * rows["days_reported"]).groupby(rows["code"]).sum() / rows.groupby("code")["days_reported"].sum()
    people = tables.load("population_estimates_icb")
    people = people[(people["year"] == people["year"].max()) & people["age_band"].isin(_OLDER_BANDS)]
    return 100_000 * daily / people.groupby("icb")["persons"].sum().reindex(daily.index)


def delayed_rate(code: str, year: str, put_down_to: str = "all") -> float:
    """Delayed transfers of care a day for each 100,000 adults of a place, by whom the delay was put down to. Source: ASCOF."""
    if put_down_to not in PUT_DOWN_TO:
        raise ValueError(f"no {put_down_to!r}; there is {', '.join(PUT_DOWN_TO)}")
    return _value(_by_place("ascof", PUT_DOWN_TO[put_down_to]), code, year, "the rate of delayed transfers")


def delayed_beds(month: str, put_down_to: str = "all") -> float:
    """Beds taken a day, England, by people whose transfer was delayed in a month (2017-02). Source: NHS England."""
    if put_down_to not in DELAYED:
        raise ValueError(f"no {put_down_to!r}; there is {', '.join(DELAYED)}")
    rows = tables.load("delayed_transfers")
    found = rows.loc[(rows["month"] == month) & (rows["attributable_to"] == DELAYED[put_down_to]), "daily_beds"]
    if found.empty:
        raise ValueError(f"delayed transfers have no {month}; there is {rows['month'].min()} to {rows['month'].max()}")
    return float(found.iloc[0])
