"""How far an answer moves if an assumption behind it is wrong: the effects on the page *Methods and assumptions*.

Each entry of EFFECTS works out one number from the package's own models, with one choice changed and the rest as it stands.
Most choices can be changed through the measures themselves and need no entry here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from placelab import demand, gap, places, population, risk, scorecard, spending, uncertainty, winter

START, END = "2009-10", "2015-16"  # the years of the claim that the book begins with
GAP_END = "2035-36"
OLDEST = "85 and over"
TOP_PERCENT = 2.3263478740408408  # spreads beyond which one normal loss in a hundred lies


# Places and money


def small_counted() -> float:
    """The share of areas that cut by more than a quarter when the two smallest are counted."""
    return spending.cuts(spending.change("net", START, END, "adult").assign(small=False)).share


def fifths_moved() -> float:
    """The share of comparable areas in another fifth of deprivation when the 2025 index stands in for the 2015 one."""
    first, second = (spending.deprivation_fifth(START, edition) for edition in (2015, 2025))
    both = pd.concat([first, second], axis=1, join="inner")
    return float((both.iloc[:, 0] != both.iloc[:, 1]).mean())


@cache
def neighbours_changed() -> pd.Series:
    """How many of ten similar places are others when one ingredient is left out: the mean over places, by ingredient."""
    features = places.features()
    whole = nearest_ten(features)
    return pd.Series(
        {left: float(np.mean([len(was - now) for was, now in zip(whole, nearest_ten(features.drop(columns=left)), strict=True)]))
         for left in features}
    )  # fmt: skip


def nearest_ten(features: pd.DataFrame) -> list[set[int]]:
    """Positions of the ten rows nearest to each row of standardised features."""
    points = features.to_numpy()
    distance = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    return [set(row[:10]) for row in np.argsort(distance, axis=1, kind="stable")]


def jumps(limit: float) -> float:
    """How many changes of a council's net spending on the year before pass a limit (0.3 for 30%) and so would be marked."""
    money = spending.by_council("net")
    before = money.shift(axis=1)
    return float(((money / before - 1).abs() > limit).where(before > 0, False).to_numpy().sum())


# Forecasts


def trend_error(first: int) -> float:
    """The trend's mean absolute error for people aged 85 and over, as a multiple of no change's, from growth since `first`."""
    people = scorecard.expected(OLDEST).loc[scorecard.compared()]
    since = population.people(OLDEST).loc[people.index, first]
    base = scorecard.BASE
    trend = people["known"] * (people["known"] / since) ** ((demand.last_estimate() - base) / (base - first))
    return scorecard.relative_error(trend, people["no_change"], people["outturn"])


def bands_held(pick: Callable[[Iterable[float]], float]) -> float:
    """The share of outcomes that the lent bands held for the projection, at the age where that is least or most."""
    return pick(float(scorecard.comparison(age).at["projection", "held"]) for age in scorecard.ages())


# The funding gap


def gap_with(**changed: float) -> float:
    """England's gap in 2035-36, £, with these assumptions in place of the base case's."""
    return gap.gap_of(places.ENGLAND, replace(gap.base_case(), **changed), GAP_END).pounds  # type: ignore[arg-type]


def gap_if_need_is_more(part: float) -> float:
    """England's gap in 2035-36, £, if need in the first year is more than is spent by this part of it."""
    projected = gap.project(gap.base_case()).of(places.ENGLAND)
    return float((projected.gap + part * projected.care).at[places.ENGLAND, GAP_END])


# Shared risk


def spread_middle(ordinary: bool) -> float:
    """The own record of the middle area, as a share of its budget: by an ordinary standard deviation, or as the lab has it."""
    large = ~spending.describe_areas(risk.FIRST)["small"]
    shocks = risk.shocks()[large]
    return float((shocks.std(axis=1) if ordinary else risk.MAD_TO_SPREAD * shocks.abs().median(axis=1)).median())


def beyond_one_in_hundred() -> float:
    """The share of areas' yearly losses beyond what one normal loss in a hundred would pass, each against its own spread."""
    large = ~spending.describe_areas(risk.FIRST)["small"]
    shocks = risk.shocks()[large]
    own = risk.MAD_TO_SPREAD * shocks.abs().median(axis=1)
    seen = shocks.div(own, axis=0).stack()
    return float((seen > TOP_PERCENT).mean())


def councils_helped(**changed: float) -> float:
    """The share of places whose council has a smaller bad year in a pool than alone, with these assumptions changed."""
    found = risk.pooling_everywhere(replace(risk.base_case(), **changed))  # type: ignore[arg-type]
    return float((found["council_pooled"] < found["council_alone"]).mean())


def fewer_hours() -> float:
    """How the hours that a sum buys in the latest year change if an hour went on rising in price as it did to 2021-22."""
    years = places.year_start(spending.LATEST_PRICES) - places.year_start(risk.UNIT_COST_YEAR)
    return float((1 + uncertainty.unit_cost_growth(risk.UNIT_COSTS["hour"])) ** -years - 1)


# One winter, four desks


def winter_under(council: int, late: str) -> float:
    """What an option of the council's desk does to bed days lost in the middle winter, by what late care does to hospitals."""
    return winter.change((0, 0, council, 0), "bed_days", late)


EFFECTS: dict[str, tuple[str, Callable[[], float]]] = {
    "small-counted": ("share", small_counted),
    "fifths-moved": ("share", fifths_moved),
    "neighbours-least": ("ratio", lambda: float(neighbours_changed().min())),
    "neighbours-most": ("ratio", lambda: float(neighbours_changed().max())),
    "jumps-30": ("count", lambda: jumps(0.3)),
    "jumps-20": ("count", lambda: jumps(0.2)),
    "trend-five-years": ("ratio", lambda: trend_error(scorecard.CENSUS)),
    "trend-ten-years": ("ratio", lambda: trend_error(2006)),
    "bands-least": ("share", lambda: bands_held(min)),
    "bands-most": ("share", lambda: bands_held(max)),
    "gap-need-tenth-more": ("£", lambda: gap_if_need_is_more(0.1)),
    "gap-council-tax": ("£", lambda: gap_with(council_tax=0.01)),
    "gap-grants": ("£", lambda: gap_with(grants=0.01)),
    "gap-prevention-none": ("£", lambda: gap_with(prevention=0.02, effect=0.0)),
    "gap-prevention-pays": ("£", lambda: gap_with(prevention=0.02, effect=1.0)),
    "gap-prevention-twice": ("£", lambda: gap_with(prevention=0.02, effect=2.0)),
    "spread-own": ("share", lambda: spread_middle(ordinary=False)),
    "spread-ordinary": ("share", lambda: spread_middle(ordinary=True)),
    "beyond-one-in-hundred": ("share", beyond_one_in_hundred),
    "pool-helps": ("share", councils_helped),
    "pool-helps-nhs-wilder": ("share", lambda: councils_helped(nhs_spread=0.06)),
    "pool-helps-correlated": ("share", lambda: councils_helped(correlation=0.9)),
    "fewer-hours": ("change", fewer_hours),
    "winter-fee-visits": ("change", lambda: winter_under(1, "visits")),
    "winter-fee-admissions": ("change", lambda: winter_under(1, "admissions")),
    "winter-first-visits": ("change", lambda: winter_under(2, "visits")),
    "winter-first-admissions": ("change", lambda: winter_under(2, "admissions")),
}


def of(name: str) -> tuple[str, float]:
    """What an effect counts (a kind of `facts.Value`) and its number. Raises ValueError for a name there is none of."""
    if name not in EFFECTS:
        raise ValueError(f"no effect {name!r}; there is {', '.join(EFFECTS)}")
    kind, work = EFFECTS[name]
    return kind, work()
