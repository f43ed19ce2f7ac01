"""The history the simulator is held against, computed from the book's tables and never typed."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from placelab import places, population, spending, tables

FIT = ("2010-08", "2016-03")  # the months a fit may see
HELD_OUT = ("2016-04", "2020-02")
GOAL_BEDS = 2400  # claim nhs-england-2017-beds-freed
GOAL_MONTH = "2017-02"


@cache
def delays() -> pd.Series:
    """Patients a day delayed by social care, England, for each 100,000 people aged 65 and over of the same year: month → rate."""
    rows = tables.load("delayed_transfers")
    beds = rows[rows["attributable_to"] == "social_care"].set_index("month")["daily_beds"].sort_index()
    older = population.people("65 and over").loc[places.ENGLAND]
    return 1e5 * beds / older.reindex(beds.index.str[:4].astype(int)).to_numpy()


def midpoints(months: pd.Index) -> np.ndarray:
    """The middle of each month ("2010-08") as a year with decimals."""
    year, month = months.str[:4].astype(int).to_numpy(), months.str[5:7].astype(int).to_numpy()
    return year + (month - 0.5) / 12


def between(series: pd.Series, span: tuple[str, str]) -> pd.Series:
    """The part of a monthly series from the first to the last month of a span."""
    return series[(series.index >= span[0]) & (series.index <= span[1])]


def goal_share() -> float:
    """The part of all delayed beds that the drive of 2017 set out to free, 0 to 1."""
    rows = tables.load("delayed_transfers")
    month = rows[(rows["attributable_to"] == "total") & (rows["month"] == GOAL_MONTH)]
    return GOAL_BEDS / float(month["daily_beds"].iloc[0])


@cache
def funding() -> pd.Series:
    """Net current expenditure on adult social care in England for each person 65+, constant prices, 2009-10 = 1: year → index."""
    cash = tables.load("net_current_expenditure").groupby("year")["value"].sum()
    older = population.people("65 and over").loc[places.ENGLAND]
    years = [
        year for year in sorted(cash.index) if year >= "2009-10" and int(year[:4]) in older.index and cash[year] > 0
    ]
    real = pd.Series({year: cash[year] / spending.deflator()[year] / older[int(year[:4])] for year in years})
    return real / real.iloc[0]


@cache
def growth() -> pd.Series:
    """Growth of England's population aged 65 and over from one mid-year to the next: second mid-year → share."""
    older = population.people("65 and over").loc[places.ENGLAND]
    return (older / older.shift() - 1).loc[2011:]
