"""Series of numbers as a live figure's script gets them."""

from __future__ import annotations

from collections.abc import Sequence


def steps(series: Sequence[int | None]) -> list[int | None]:
    """The first number, then each year's difference from the one before: half the bytes. Blank years stay blank."""
    out: list[int | None] = []
    before = 0
    for value in series:
        out.append(None if value is None else value - before)
        before = before if value is None else value
    return out
