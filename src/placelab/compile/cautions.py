"""Cautions, computed by rule: what a reader should know before trusting a figure.

A table's catalogue entry names the rules that apply to it (`cautions`) and may state others that no rule can find
(`stated`); recipes add their own while they work. Each rule here is a function of the table.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

from .areas import ENGLAND, Areas
from .checks import expand, figures, groups
from .frames import Note

COLUMNS = ["table", "code", "year", "measure", "rule", "text"]
# Rules that recipes apply while they work: they need what the source said before it became blank.
BY_RECIPE = ["trimmed", "zero", "missing"]
# About £1bn a year for learning disability moved from the NHS to councils in this year.
TRANSFER_YEAR = "2011-12"


def all_cautions(
    tables: Mapping[str, pd.DataFrame],
    notes: Mapping[str, Iterable[Note]],
    entries: Mapping[str, Mapping[str, Any]],
    areas: Areas,
) -> pd.DataFrame:
    """Every caution on every table, as columns table, code, year, measure, rule, text (blank where it covers all)."""
    rows: list[tuple[str, ...]] = []
    for name, table in tables.items():
        entry = entries[name]
        found = list(notes.get(name, ()))
        found += [tuple(str(s.get(k, "")) for k in COLUMNS[1:]) for s in entry.get("stated", [])]  # type: ignore[misc]
        for rule, setting in entry.get("cautions", {}).items():
            found += RULES[rule](table, entry, areas, setting, tables)
        rows += [(name, *(" ".join(cell.split()) for cell in one)) for one in found]
    return pd.DataFrame(rows, columns=COLUMNS)


def year_on_year(
    table: pd.DataFrame, entry: Mapping[str, Any], areas: Areas, limit: float, tables: Mapping[str, pd.DataFrame]
) -> list[Note]:
    """A change from one year to the next beyond `limit` (0.3 for 30%) either way."""
    found: list[Note] = []
    unitary = {(code, year) for code, year, *_ in became_unitary(table, entry, areas, True, tables)}
    for code, rows in table.dropna(subset="value").groupby("code"):
        rows = rows.sort_values("year")
        for before, now in pairwise(rows.itertuples()):
            if int(now.year[:4]) != int(before.year[:4]) + 1 or before.value <= 0:
                continue
            change = now.value / before.value - 1
            if abs(change) <= limit:
                continue
            way = "more" if change > 0 else "less"
            text = (
                f"{abs(change):.0%} {way} than the year before (from £{before.value:,.0f} thousand to "
                f"£{now.value:,.0f} thousand), cause unexplained."
            )
            if now.year == TRANSFER_YEAR and change > 0:
                text += " Money for learning disability moved from the NHS to councils in this year."
            if (code, now.year) in unitary:
                text += " The county council became a unitary council in this year, which leaves adult social care as it was."
            found.append((str(code), now.year, "value", "year_on_year", text))
    return found


def negatives(
    table: pd.DataFrame, entry: Mapping[str, Any], areas: Areas, on: bool, tables: Mapping[str, pd.DataFrame]
) -> list[Note]:
    """Every negative figure."""
    found: list[Note] = []
    for column in figures(entry):
        for row in table[(table[column["name"]] < 0).fillna(False)].to_dict("records"):
            part = row.get("measure", row.get("client_group", ""))
            measure = part if column["name"] == "value" else f"{part}, {column['name']}"
            text = f"Negative ({row[column['name']]:,.0f}) in the official return."
            found.append((row["code"], row["year"], measure or "value", "negative", text))
    return found


def incomplete(
    table: pd.DataFrame, entry: Mapping[str, Any], areas: Areas, on: bool, tables: Mapping[str, pd.DataFrame]
) -> list[Note]:
    """A year in which councils lack a figure, so that a sum falls short of England."""
    found: list[Note] = []
    for part, rows, rule in groups(table, entry, ""):
        for year in expand(rule["years"]):
            councils = areas.of_year(int(year[:4]))
            given = set(rows.loc[(rows["year"] == year) & rows["value"].notna(), "code"])
            lost = sorted(areas.names[code] for code in councils - given)
            if lost:
                text = f"A sum covers {len(councils) - len(lost)} of {len(councils)} councils: no figure for {', '.join(lost)}."
                found.append(("", year, part.strip(", ") or "value", "incomplete", text))
    return found


def reorganised(
    table: pd.DataFrame, entry: Mapping[str, Any], areas: Areas, on: bool, tables: Mapping[str, pd.DataFrame]
) -> list[Note]:
    """A council whose series begins with a reorganisation."""
    found: list[Note] = []
    former = tables["predecessors"]
    former = former[former["change"] != "recoded"]
    for code, rows in table[table["code"].isin(former["successor"])].groupby("code"):
        before = former[former["successor"] == code]
        names = ", ".join(dict.fromkeys(before["name"]))
        first = areas.starts[str(code)]
        years = sorted(rows["year"].astype(str))
        if any(int(year[:4]) < first for year in table["year"].astype(str).unique()) and int(years[0][:4]) <= first:
            text = (
                f"The council was formed on 1 April {first}; before then see {names}, and compare sums of whole areas."
            )
            found.append((str(code), years[0], "", "reorganised", text))
    return found


def became_unitary(
    table: pd.DataFrame, entry: Mapping[str, Any], areas: Areas, on: bool, tables: Mapping[str, pd.DataFrame]
) -> list[Note]:
    """A county council that became a unitary council on the same area: it took over what districts did."""
    former = tables["predecessors"]
    counties = former[(former["change"] == "recoded") & former["code"].str.startswith("E10")]
    years = set(table["year"])
    found: list[Note] = []
    for row in counties.itertuples():
        first = int(row.valid_to[:4])
        year = f"{first}-{(first + 1) % 100:02d}"
        if year in years and min(years) < year:
            text = (
                f"{row.name} became a unitary council on 1 April {first} and took over district services: totals jump."
            )
            found.append((row.successor, year, "", "became_unitary", text))
    return found


def overlap(
    table: pd.DataFrame, entry: Mapping[str, Any], areas: Areas, limit: float, tables: Mapping[str, pd.DataFrame]
) -> list[Note]:
    """Projected people aged 85 and over beyond `limit` of the estimate for the last year that has both."""
    estimates = tables["population_estimates"]
    year = int(estimates["year"].max())

    def oldest(frame: pd.DataFrame) -> pd.Series:
        return frame[(frame["year"] == year) & (frame["age_band"] == "85+")].set_index("code")["persons"].astype(float)

    found: list[Note] = []
    for base, rows in table.groupby("base_year"):
        gap = oldest(rows) / oldest(estimates) - 1
        for code, off in gap[(gap.abs() > limit) & (gap.index != ENGLAND)].items():
            side = "above" if off > 0 else "below"
            text = (
                f"The {base}-based projection of people aged 85 and over in {year} is {abs(off):.0%} {side} "
                "the revised estimate."
            )
            found.append((str(code), str(year), "85+", "overlap", text))
    return found


def small(
    table: pd.DataFrame, entry: Mapping[str, Any], areas: Areas, on: bool, tables: Mapping[str, pd.DataFrame]
) -> list[Note]:
    """Places too small for a rate to mean much."""
    text = "Too small for rates: kept in the tables, left out of distributions."
    return [(code, "", "", "small", text) for code in table.loc[table["small"].astype(bool), "code"]]


Rule = Callable[[pd.DataFrame, Mapping[str, Any], Areas, Any, Mapping[str, pd.DataFrame]], list[Note]]
RULES: dict[str, Rule] = {
    "year_on_year": year_on_year,
    "negatives": negatives,
    "incomplete": incomplete,
    "reorganised": reorganised,
    "became_unitary": became_unitary,
    "overlap": overlap,
    "small": small,
}
