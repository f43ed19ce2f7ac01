"""Tables that the funding-gap lab prints, worded for a page; each a frame of text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from placelab import claims, gap, places, spending, tables, uncertainty, wording
from placelab.widgets.funding_gap import LEVEL, FundingGap, money, scenario_source, settings, size
from placelab.widgets.gap_uncertainty import GapUncertainty, of_draws, value_text


def history_table(code: str) -> pd.DataFrame:
    """What a place's area spent every third year from 2009-10 and in the latest published: Year, Cash, and real terms."""
    cash, real = gap.history(code, None), gap.history(code)
    first = places.year_start(gap.FIRST)
    kept = [year for year in cash.index if (places.year_start(year) - first) % 3 == 0 or year == cash.index[-1]]
    return pd.DataFrame(
        {
            "Year": kept,
            "Cash": [money(cash[year]) for year in kept],
            f"{spending.LATEST_PRICES} prices": [money(real[year]) for year in kept],
        }
    )


def cases_table(code: str) -> pd.DataFrame:
    """The gap in the last year under each of `gap.cases`: With, Gap, For each adult, Share of funding."""
    gaps = {label: gap.gap_of(code, case) for label, case in gap.cases().items()}
    return pd.DataFrame(
        {
            "With": list(gaps),
            "Gap": [money(g.pounds) for g in gaps.values()],
            "For each adult": [wording.pounds(g.per_adult) for g in gaps.values()],
            "Share of funding": [f"{'−' if g.share < -LEVEL else ''}{size(g.share)}" for g in gaps.values()],
        }
    )


def closing_table(code: str) -> pd.DataFrame:
    """What each lever alone would have to be to close the gap: Lever, Base case, To close the gap, a year each."""
    base, rates = gap.base_case(), gap.closing(code)
    labels = {control.name: control.label for control in FundingGap.controls()}
    labels["funding"] = "Both of these together"
    order = ("need_per_head", "unit_cost", *gap.SOURCES, "funding", "charges")
    now = {lever: base.source(lever) if lever in gap.SOURCES else getattr(base, lever) for lever in order}
    return pd.DataFrame(
        {
            "Lever": [labels[lever] for lever in order],
            "Base case": [wording.percent(now[lever], 1) for lever in order],
            "To close the gap": [
                "no rate can" if pd.isna(rates[lever]) else wording.percent(rates[lever], 1) for lever in order
            ],
        }
    )


def scenarios_table() -> pd.DataFrame:
    """Published scenarios as settings, and England's gap under each: Scenario, a column a lever, Gap, £bn."""
    rows = []
    for scenario in gap.scenarios().values():
        at = settings(scenario.assumptions)
        end = gap.gap_of(places.ENGLAND, scenario.assumptions)
        levers = {
            "Need per head": "need_per_head",
            "Unit cost": "unit_cost",
            "Council tax": "council_tax",
            "Grants": "grants",
        }
        rates = {heading: f"{at[name]:.1f}%" for heading, name in levers.items()}
        rows.append({"Scenario": scenario.label, **rates, "Gap, £bn": f"{end.pounds / 1e9:.1f}"})
    return pd.DataFrame(rows)


def scenario_notes() -> list[str]:
    """One line a published scenario: how its figures were read as settings, and where they come from."""
    return [f"{s.label}: {s.reading}. {scenario_source(s)}" for s in gap.scenarios().values()]


def sources_table(code: str) -> pd.DataFrame:
    """Where a place's money is taken to come from in the first year: Source, Money, For each £1 of funding.

    What clients pay comes last: it is on top of funding, since net current expenditure is what is left after it.
    """
    row, first = gap.project().of(code), gap.first_year()
    funding = float(row.funding.at[code, first])
    named = {
        "Council tax, precept included": row.council_tax,
        "Grants and business rates": row.grants,
        "Funding": row.funding,
        "On top: paid by clients": row.clients,
    }
    sums = {label: float(frame.at[code, first]) for label, frame in named.items()}
    return pd.DataFrame(
        {
            "Source": list(sums),
            "Money": [money(value) for value in sums.values()],
            "For each £1 of funding": [f"£{value / funding:.2f}" for value in sums.values()],
        }
    )


def published_table() -> pd.DataFrame:
    """Published estimates beside the base case's gap for England in the same year: By, For, £bn published, £bn here."""
    table = gap.beside_published()
    here = ["year is over" if pd.isna(value) else f"{value:.1f}" for value in table["model"]]
    published = [f"{value:.1f}" for value in table["published"]]
    return pd.DataFrame({"By": table["by"], "For": table["period"], "£bn published": published, "£bn here": here})


def growth_table() -> pd.DataFrame:
    """Yearly real-terms growth of need, published and here: By, Need grows each year."""
    table = gap.published_growth()
    return pd.DataFrame({"By": table["by"], "Need grows each year": [wording.percent(v, 1) for v in table["growth"]]})


def ranges_table(width: float = 1.0) -> pd.DataFrame:
    """The stated ranges, `width` times as wide: Assumption, Low end, Base case, High end."""
    stated = uncertainty.ranges().values()
    return pd.DataFrame(
        {
            "Assumption": [one.label for one in stated],
            "Low end": [value_text(one, width * one.low) for one in stated],
            "Base case": [value_text(one, 0.0) for one in stated],
            "High end": [value_text(one, width * one.high) for one in stated],
        }
    )


def range_notes() -> list[str]:
    """One line an assumption: where the ends of its range come from, and what they were read in."""
    return [
        f"{one.label}. Low end: {one.low_from}. High end: {one.high_from}. Read in: {_read_in(one.sources)}."
        for one in uncertainty.ranges().values()
    ]


def _read_in(sources: Iterable[str]) -> str:
    """Claims by title, date and site, tables by publisher and title; each once."""
    named = []
    for source in sources:
        if source in tables.names():
            named.append(tables.sources(source)[0])
            continue
        claim = claims.get(source)
        stated = f", {date.fromisoformat(claim.stated_on).year}" if len(claim.stated_on) == 10 else ""
        named.append(f"“{claim.title_seen}”{stated}, {urlsplit(claim.link).netloc.removeprefix('www.')}")
    return "; ".join(dict.fromkeys(named))


_SETTINGS: dict[str, dict[str, Any]] = {
    "as stated": {},
    "ranges half as wide": {"width": 0.5},
    "ranges twice as wide": {"width": 2.0},
    "funding held, need and cost drawn": {"funding": "held"},
    "prevention at 2% of funding": {"prevention": 2.0},
}


def bands_table(code: str) -> pd.DataFrame:
    """The band in the last year under several settings: Drawn, its ends and middle, and how often the gap is larger or gone."""
    rows = []
    for label, chosen in _SETTINGS.items():
        found = GapUncertainty(place=code, **chosen).finding
        low, middle, high = (found.table[column].iloc[-1] for column in found.table.columns[1:4])
        larger, none = (of_draws(found.numbers[key]) for key in ("larger", "none"))
        rows.append(
            {
                "Drawn": label,
                "10 of 100 below": low,
                "Middle": middle,
                "90 of 100 below": high,
                "Larger than base case": larger,
                "No gap": none,
            }
        )
    return pd.DataFrame(rows)


def tornado_table(code: str) -> pd.DataFrame:
    """One assumption at a time, widest swing first: Assumption, its ends, and the gap at each."""
    return GapUncertainty(place=code, view="tornado").finding.table.iloc[:, :6]


def everywhere_table(draws: int = 1000) -> pd.DataFrame:
    """All places but the two smallest, drawn at once: how their bands are spread, as shares of the last year's funding.

    Each row is a rank among places, each column a share of draws below; no row is a place.
    """
    shares = uncertainty.everywhere("share", draws=draws)[~places.frame()["small"]]
    spread = shares.quantile([0.1, 0.5, 0.9])
    columns = [f"{100 * share:.0f} of 100 draws below" for share in uncertainty.TENTHS]
    worded = spread.map(wording.percent).set_axis(columns, axis=1)
    worded.insert(0, "Among places", ["a tenth lie below", "half lie below", "nine tenths lie below"])
    return worded
