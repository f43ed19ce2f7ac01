"""Unpaid carers: residents who look after someone, by hours a week, as the census of 2021 counted them.

The census of 2011 asked other words of other ages, so the two are never compared (see the table's cautions).
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from placelab import tables

YEAR = 2021
HOURS: dict[str, tuple[str, ...]] = {
    "any": ("care_1_to_19_hours", "care_20_to_49_hours", "care_50_hours_or_more"),
    "50 or more": ("care_50_hours_or_more",),
}


@cache
def unpaid_carers(hours: str = "any") -> pd.Series:
    """Residents aged 5 and over who give this many hours of unpaid care a week: code (places and England), persons.

    Source: ONS, Census 2021, by carers' own account. Raises ValueError for hours that are not offered.
    """
    if hours not in HOURS:
        raise ValueError(f"no hours {hours!r}; choose one of: {', '.join(HOURS)}")
    rows = tables.load("unpaid_carers")
    rows = rows[(rows["year"] == YEAR) & rows["measure"].isin(HOURS[hours])]
    return rows.groupby("code")["value"].sum().astype(float)
