"""The 153 upper-tier areas of April 2023, what they were before, and which are alike.

An *area* here is the smallest patch of England for which councils' figures from a start year onwards, and population
estimates on April 2023 boundaries, can both be added up. Most areas are one council. The former Cumbria is one area: its
two successors have no figures of their own before 2023-24.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from placelab import tables

ENGLAND = "E92000001"
_WITH_ARTICLE = ("City of London", "East Riding of Yorkshire", "Isle of Wight", "Isles of Scilly")


class UnknownPlace(ValueError):
    """A place code or name that is not one of the 153 areas; the message names successors where there are some."""


@dataclass(frozen=True)
class Place:
    """One upper-tier area (or England) as the book speaks of it."""

    code: str
    name: str
    type: str
    region: str
    small: bool = False

    @property
    def in_sentence(self) -> str:
        """The name as it stands inside a sentence: "the City of London", "the Isle of Wight", "Suffolk"."""
        return f"the {self.name}" if self.name in _WITH_ARTICLE else self.name


@cache
def frame() -> pd.DataFrame:
    """The 153 areas, alphabetical, indexed by code: name, type, region, latitude, longitude, small."""
    return tables.load("places").sort_values("name").set_index("code")


def get(code: str) -> Place:
    """The place with this code.

    Raises UnknownPlace for anything else: an abolished area's message names its successors.
    """
    if code == ENGLAND:
        return Place(ENGLAND, "England", "Country", "England")
    areas = frame()
    if code in areas.index:
        row = areas.loc[code]
        return Place(code, row["name"], row["type"], row["region"], bool(row["small"]))
    followers = successors(code)
    if followers:
        old = tables.load("predecessors").set_index("code")["name"]
        was = old[code] if isinstance(old[code], str) else old[code].iloc[0]
        now = " and ".join(f"{get(c).name} ({c})" for c in followers)
        raise UnknownPlace(f"{was} ({code}) was abolished or recoded; use {now}")
    raise UnknownPlace(f"no upper-tier area has the code {code!r}; places.frame() lists all {len(areas)}")


def named(name: str) -> Place:
    """The place with this name, whatever its letter case. Raises UnknownPlace, naming successors of an abolished area."""
    areas = frame()
    wanted = name.strip().casefold()
    hits = areas.index[areas["name"].str.casefold() == wanted]
    if len(hits) == 1:
        return get(hits[0])
    if wanted == "england":
        return get(ENGLAND)
    old = tables.load("predecessors")
    for code in old.loc[old["name"].str.casefold() == wanted, "code"]:
        return get(code)  # raises, naming the successors
    near = [n for n in areas["name"] if wanted and wanted in n.casefold()]
    hint = f"; did you mean {' or '.join(near[:4])}?" if near else ""
    raise UnknownPlace(f"no upper-tier area is called {name!r}{hint}")


def successors(code: str) -> list[str]:
    """April 2023 codes of the areas that took the place of a former one; empty for a current or unknown code."""
    old = tables.load("predecessors")
    current = frame().index
    found: list[str] = []
    for follower in old.loc[old["code"] == code, "successor"]:
        found += [follower] if follower in current else successors(follower)
    return sorted(dict.fromkeys(found))


def predecessors(code: str) -> list[str]:
    """Codes of the former areas (recodes left out) that this April 2023 area took over from, wholly or in part."""
    old = tables.load("predecessors")
    return sorted(old.loc[(old["successor"] == code) & (old["change"] != "recoded"), "code"])


def financial_year(start: int) -> str:
    """2009 -> "2009-10"."""
    return f"{start}-{(start + 1) % 100:02d}"


def year_start(year: str) -> int:
    """"2009-10" -> 2009. Raises ValueError for anything that is not a financial year."""
    text = str(year)
    if len(text) == 7 and text[:4].isdigit() and financial_year(int(text[:4])) == text:
        return int(text[:4])
    raise ValueError(f"{year!r} is not a financial year; write it as 2009-10")


@cache
def areas(start: str) -> pd.DataFrame:
    """Which area each council belongs to, for figures from the financial year `start` onwards.

    Returns a frame indexed by council code (153 current codes, and former ones still there in `start`) with columns
    area (id), area_name and current (bool). Councils and their successors are joined until both money and population can
    be added up, so an area never gains or loses territory after `start`.
    """
    first_day = f"{year_start(start)}-04-01"
    old = tables.load("predecessors")
    links = old[(old["change"] != "recoded") & (old["valid_to"] >= first_day)]
    parent = {code: code for code in [*frame().index, *links["code"]]}

    def root(code: str) -> str:
        while parent[code] != code:
            code = parent[code]
        return code

    for one, other in zip(links["code"], links["successor"], strict=True):
        parent[root(one)] = root(other)
    table = pd.DataFrame({"root": {code: root(code) for code in parent}})
    table["current"] = table.index.isin(frame().index)
    former = dict(zip(links["code"], links["name"], strict=True))
    for _, members in table.groupby("root"):
        now = sorted(members.index[members["current"]], key=lambda c: frame().at[c, "name"])
        then = [code for code in members.index if code in former]
        whole = len(then) == 1
        table.loc[members.index, "area"] = then[0] if whole else "+".join(sorted(now))
        names = [frame().at[code, "name"] for code in now]
        table.loc[members.index, "area_name"] = former[then[0]] if whole else join(names)
    return table.drop(columns="root")


def area_of(code: str, start: str) -> tuple[str, str]:
    """Id and name of the area that a place belongs to in figures from `start` onwards. Raises UnknownPlace."""
    if code == ENGLAND:
        return ENGLAND, "England"
    row = areas(start).loc[get(code).code]
    return row["area"], row["area_name"]


def join(names: list[str]) -> str:
    """Names as a phrase. A name that itself holds "and" is set off by commas: "Cumberland, and Westmorland and Furness"."""
    if len(names) < 2:
        return "".join(names)
    comma = "," if len(names) > 2 or any(" and " in name for name in names) else ""
    return f"{', '.join(names[:-1])}{comma} and {names[-1]}"


@cache
def features() -> pd.DataFrame:
    """What similarity is measured on, one row an area, standardised to mean 0 and standard deviation 1."""
    people = tables.load("population_estimates")
    people = people[people["code"] != ENGLAND].pivot_table(
        index="code", columns=["year", "age_band"], values="persons", aggfunc="sum", observed=True
    )
    latest = people[max(people.columns.get_level_values("year"))]
    earlier = people[max(people.columns.get_level_values("year")) - 10]
    total = latest.sum(axis=1)
    older = latest[["65-74", "75-84", "85+"]].sum(axis=1)
    deprivation = tables.load("deprivation")
    score = deprivation[(deprivation["year"] == 2025) & (deprivation["measure"] == "imd_average_score")]
    found = pd.DataFrame(
        {
            "people (logarithm)": np.log(total),
            "share aged 65 and over": older / total,
            "share of those aged 85 and over": latest["85+"] / older,
            "growth in ten years": total / earlier.sum(axis=1) - 1,
            "deprivation score": score.set_index("code")["value"],
            "share disabled": tables.load("disability").set_index("code")["share"],
        }
    ).drop(index=frame().index[frame()["small"]])
    return (found - found.mean()) / found.std()


def similar(code: str, n: int = 10) -> list[Place]:
    """The `n` places most like this one, nearest first.

    Distance is Euclidean over six standardised open figures: population (logarithm), share aged 65 and over, share of those
    aged 85 and over, population growth in ten years, average deprivation score, share disabled. The City of London and the
    Isles of Scilly are too small to compare: for them the list is empty. Raises UnknownPlace.
    """
    place = get(code)
    scaled = features()
    if place.code not in scaled.index:
        return []
    distance = ((scaled - scaled.loc[place.code]) ** 2).sum(axis=1) ** 0.5
    return [get(c) for c in distance.drop(place.code).nsmallest(n).index]
