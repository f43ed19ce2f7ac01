"""Area codes: April 2023 upper-tier areas, the areas before them, and which existed in which year."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from .errors import CompileError

ENGLAND = "E92000001"


@dataclass(frozen=True)
class Areas:
    """The codes the project knows.

    Attributes:
        names: code -> name, for places, predecessors with a code of their own, and England.
        places: the upper-tier areas of April 2023.
        recodes: an old or an MHCLG code -> the code the figures are carried under.
        ends: predecessor with a code of its own -> the last financial year it saw, by the year in which that began.
        starts: successor -> its first financial year, likewise.
    """

    names: Mapping[str, str]
    places: tuple[str, ...]
    recodes: Mapping[str, str]
    ends: Mapping[str, int]
    starts: Mapping[str, int]

    def harmonise(self, frame: pd.DataFrame, where: str) -> pd.Series:
        """The `code` column in the project's codes; a blank one is filled from `ecode` or `name`, where there is one.

        Raises:
            CompileError: a code that is in neither places nor predecessors.
        """
        codes = frame["code"]
        if "ecode" in frame:
            codes = codes.where(codes != "", frame["ecode"])
        if "name" in frame:
            named = frame["name"].map({name: code for code, name in self.names.items()})
            codes = codes.where((codes != "") | named.isna(), named)
        codes = codes.replace(dict(self.recodes))
        unknown = codes[~codes.isin(list(self.names))]
        if len(unknown):
            what = f"line {unknown.index[0]}: unknown area code '{unknown.iloc[0]}'"
            mend = "correct the code, or add the area to places or to predecessors.csv"
            raise CompileError(what, where, mend)
        return codes

    def of_year(self, year: int) -> set[str]:
        """Upper-tier councils that existed in the (financial) year that began in `year`."""
        places = {place for place in self.places if self.starts.get(place, 0) <= year}
        return places | {former for former, last in self.ends.items() if year <= last}


def known_areas(places: pd.DataFrame, predecessors: pd.DataFrame, codes: Mapping[str, Any]) -> Areas:
    """The areas of a compile, from the list of places, predecessors.csv and the catalogue's `areas` entry.

    A pure recode keeps one code throughout; the other predecessors keep their own.
    """
    recoded = predecessors[predecessors.change == "recoded"]
    changed = predecessors[predecessors.change != "recoded"]
    names = dict(zip(places["code"], places["name"], strict=True))
    names.update(zip(changed["code"], changed["name"], strict=True))
    names[ENGLAND] = "England"
    # valid_to is 31 March: the last financial year began the April before.
    last = {c: int(d[:4]) - 1 for c, d in zip(changed["code"], changed["valid_to"], strict=True)}
    first = {c: int(d[:4]) for c, d in zip(changed["successor"], changed["valid_to"], strict=True)}
    recodes = dict(zip(recoded["code"], recoded["successor"], strict=True)) | dict(codes.get("mhclg", {}))
    return Areas(names, tuple(places["code"]), recodes, last, first)
