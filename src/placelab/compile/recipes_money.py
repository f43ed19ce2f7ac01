"""Recipes for money: what councils spend on adult social care, and where the money comes from."""

import pandas as pd

from .frames import Frames, measured, renamed, standing


def net_current_expenditure(frames: Frames) -> pd.DataFrame:
    """Adult social care net current expenditure, £ thousand cash; `release` is the return it was read in."""
    return frames["finance/asc_net_current_expenditure.csv"].rename(columns={"source": "release"})


def client_group_expenditure(frames: Frames) -> pd.DataFrame:
    """RO3 adult lines by client group, £ thousand cash, one column a measure."""
    lines = renamed(frames["finance/asc_ro3_client_group.csv"], frames.options["groups"], "client_group")
    wide = lines.pivot(index=["code", "year", "client_group"], columns="measure", values="value")
    return wide.reset_index()


def gdp_deflator(frames: Frames) -> pd.DataFrame:
    """GDP deflator by financial year, 2023-24 = 100."""
    series = frames["finance/gdp_deflator_fy.csv"].rename(columns={"index_2023_24_100": "value"})
    estimated = series["status"].str.startswith("estimate")
    return series.assign(status=estimated.map({True: "estimate", False: "outturn"}))


def revenue_summary(frames: Frames) -> pd.DataFrame:
    """Lines of the revenue summary, £ thousand cash. Revenue support grant is income, stored negative in the return."""
    lines = measured(frames).rename(columns={"source": "release"})
    grant = lines["measure"] == "revenue_support_grant"
    return lines.assign(value=lines["value"].where(~grant, -lines["value"]))


def core_spending_power(frames: Frames) -> pd.DataFrame:
    """Core Spending Power and its parts, £ million cash, councils of the year."""
    return standing(measured(frames), frames.areas, ["code", "year", "measure"])


def care_unit_costs(frames: Frames) -> pd.DataFrame:
    """Hourly and weekly unit costs. A zero means that a council bought none, so it becomes blank; a return more than
    `times` the median of that year's councils, or less than one part in `times` of it, is trimmed, with a caution."""
    costs = measured(frames)
    costs = standing(
        costs.assign(value=costs["value"].where(costs["value"] > 0)), frames.areas, ["code", "year", "measure"]
    )
    middle = costs.groupby(["measure", "year"])["value"].transform("median")
    times = frames.options["times"]
    beyond = (costs["value"] > times * middle) | (costs["value"] < middle / times)
    for row, median in zip(costs[beyond].itertuples(), middle[beyond], strict=True):
        limit = f"more than {times} times" if row.value > median else f"less than a {ordinal(times)} of"
        text = f"The return gives £{row.value:,.2f}, {limit} the median of £{median:,.2f}; left blank."
        frames.notes.append((row.code, row.year, row.measure, "trimmed", text))
    return costs.assign(value=costs["value"].mask(beyond))


def ordinal(number: int) -> str:
    """The fraction's name in words: 5 as 'fifth'."""
    return {2: "half", 3: "third", 4: "quarter", 5: "fifth", 10: "tenth"}[number]


RECIPES = {
    "net_current_expenditure": net_current_expenditure,
    "client_group_expenditure": client_group_expenditure,
    "gdp_deflator": gdp_deflator,
    "revenue_summary": revenue_summary,
    "core_spending_power": core_spending_power,
    "care_unit_costs": care_unit_costs,
}
