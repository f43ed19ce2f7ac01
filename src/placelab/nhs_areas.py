"""The NHS areas that a place lies in: the partnerships of April 2021 and the integrated care boards of July 2022.

The lookups hold shares of neighbourhoods, not of people. The footprints of 2016 differed in part and could not be had.
"""

from __future__ import annotations

from dataclasses import dataclass

from placelab import places, tables, wording

MAPS = {
    "2021": ("stp_lookup", "stp", "NHS partnership", "NHS partnerships"),
    "2022": ("icb_lookup", "icb", "integrated care board", "integrated care boards"),
}


@dataclass(frozen=True)
class Area:
    """One NHS area, and how many places lie in it wholly or in part."""

    code: str
    name: str
    places: int


def areas(code: str, year: str) -> tuple[Area, ...]:
    """The NHS areas that a place, or England, lies in on the map of 2021 or 2022, by name.

    Raises ValueError for another year.
    """
    if year not in MAPS:
        raise ValueError(f"no map of {year}; there is {', '.join(MAPS)}")
    table, column, _, _ = MAPS[year]
    rows = tables.load(table)
    shared = rows.groupby([column, f"{column}_name"])["code"].nunique()
    mine = set(rows[column] if code == places.ENGLAND else rows.loc[rows["code"] == places.get(code).code, column])
    found = [Area(area, name, int(count)) for (area, name), count in shared.items() if area in mine]
    return tuple(sorted(found, key=lambda area: area.name))


def main_board(code: str) -> Area:
    """The integrated care board that holds most of a place's neighbourhoods. Raises UnknownPlace."""
    rows = tables.load("icb_lookup").sort_values("share")
    board = rows.loc[rows["code"] == places.get(code).code, "icb"].iloc[-1]
    return next(area for area in areas(code, "2022") if area.code == board)


def told(code: str, year: str) -> str:
    """Those areas as a phrase: "one NHS partnership, Sussex, shared with all or part of two other places"."""
    found = areas(code, year)
    _, _, one, many = MAPS[year]
    if code == places.ENGLAND:
        return f"{wording.in_words(len(found))} {many}"
    if len(found) > 1:
        return f"parts of {wording.in_words(len(found))} {many}, {places.join([short(area) for area in found])}"
    others = found[0].places - 1
    if not others:
        return f"one {one}, {short(found[0])}, shared with no other place"
    shared = f"{wording.in_words(others)} other {'place' if others == 1 else 'places'}"
    return f"one {one}, {short(found[0])}, shared with all or part of {shared}"


def short(area: Area) -> str:
    """A board's name without the words that every board's ends in."""
    return area.name.removesuffix(" Integrated Care Board")
