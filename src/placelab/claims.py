"""The register of published claims: what others have said, in our words, with where it was seen.

One register (`data/claims.csv`), read by prose, labs and tests. A claim without a source is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import pandas as pd

from placelab import tables


class UnknownClaim(KeyError):
    """A claim that is not in the register."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Claim:
    """One published claim. `value`, `low` and `high` are None where the source gives no number."""

    id: str
    text: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    period: str
    population: str
    stated_on: str
    reference: str
    where: str
    link: str
    confirmed: str
    seen_on: str
    title_seen: str


@cache
def register() -> pd.DataFrame:
    """All claims, indexed by id. Raises TableError when one lacks a text, reference, link or how it was confirmed."""
    rows = tables.load("claims").set_index("id")
    for column in ("text", "reference", "link", "confirmed"):
        bare = rows.index[rows[column].isna() | (rows[column].str.strip() == "")]
        if len(bare):
            raise tables.TableError(f"claims.csv: claim {bare[0]!r} has no {column}; every claim needs its source")
    return rows


def get(claim_id: str) -> Claim:
    """The claim with this id. Raises UnknownClaim with the nearest ids."""
    rows = register()
    if claim_id not in rows.index:
        near = get_close_matches(claim_id, list(rows.index), n=4, cutoff=0.4)
        raise UnknownClaim(f"no claim {claim_id!r} in data/claims.csv; near: {', '.join(near) or 'none'}")
    row = rows.loc[claim_id]
    numbers = {name: None if pd.isna(row[name]) else float(row[name]) for name in ("value", "low", "high")}
    texts = {name: "" if pd.isna(text) else str(text) for name, text in row.items() if name not in numbers}
    return Claim(id=claim_id, **numbers, **texts)  # type: ignore[arg-type]
