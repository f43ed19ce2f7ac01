"""Conditions and disability: how common each is in a place, beside its similar places."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import fill
from typing import Any, ClassVar

import pandas as pd

from placelab import demand, figures, places, tables, wording
from placelab.figures import Draw
from placelab.places import Place
from placelab.widgets.base import Choice, Control, Finding, LiveFigure, place_choice
from placelab.widgets.demand_trends import peers, place_words

Words = Callable[[float], str]


class Conditions(LiveFigure):
    """Share of people with a condition: a place and its similar places in alphabetical order, or all places as a distribution."""

    name: ClassVar[str] = "conditions"
    lab: ClassVar[str] = "demand-trends"

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return (
            place_choice(),
            Choice("condition", "Condition", list(demand.conditions().items()), demand.DISABILITY),
        )

    @classmethod
    def shared(cls) -> dict[str, Any]:
        codes = [*places.frame().index, places.ENGLAND]
        return {
            "places": [place_words(places.get(code)) for code in codes],
            "conditions": demand.conditions(),
            "disability": demand.DISABILITY,
            "counts": {condition: _counts_json(condition, codes) for condition in demand.conditions()},
            "sources": {condition: _source(condition) for condition in demand.conditions()},
        }

    @classmethod
    def place_data(cls, code: str) -> dict[str, Any]:
        return {"code": code, "shown": [place.code for place in _shown(places.get(code))]}

    def find(self, **values: Any) -> Finding:
        place, condition = places.get(values["place"]), values["condition"]
        counts = demand.prevalence(condition)
        shown = counts.reindex([p.code for p in _shown(place)])
        names = places.frame()
        every = counts["share"].drop(index=[places.ENGLAND, *names.index[names["small"]]]).dropna()
        decimals = 1 if counts.at[places.ENGLAND, "share"] >= 0.02 else 2
        worded: Words = lambda share: wording.percent(share, decimals)  # noqa: E731
        own = None if place.small or pd.isna(shown.at[place.code, "share"]) else float(shown.at[place.code, "share"])
        name = demand.conditions()[condition]
        return Finding(
            title=f"{name}: {'no share' if own is None else worded(own)} in {place.in_sentence}",
            sentence=" ".join(_sentences(place, condition, counts, shown, own, worded)),
            alt=_alt(place, every, shown, own, worded),
            table=_table(counts.loc[shown.index.union([places.ENGLAND])], worded),
            source=_source(condition),
            draw=_bars(place, shown, worded) if len(shown) > 1 else _histogram(place, every, own, worded),
            numbers={"shares": (shown["share"].dropna() if len(shown) > 1 else every.sort_values()).tolist()},
        )


def _shown(place: Place) -> list[Place]:
    """A place among its similar places, alphabetical."""
    return sorted([place, *peers(place)], key=lambda p: p.name)


def _counts_json(condition: str, codes: list[str]) -> dict[str, list[int | None]]:
    """People with a condition and people it is a share of, in the order of `codes`; blank where not published."""
    counts = demand.prevalence(condition).reindex(codes)
    return {column: [None if pd.isna(v) else int(v) for v in counts[column]] for column in ("persons", "out_of")}


def _sentences(
    place: Place, condition: str, counts: pd.DataFrame, shown: pd.DataFrame, own: float | None, worded: Words
) -> list[str]:
    what = (
        "of residents said on census day 2021 that they were disabled"
        if condition == demand.DISABILITY
        else f"of patients were on the register “{demand.conditions()[condition]}” in 2019-20, modelled to where they live"
    )

    def told_of(code: str, share: float) -> str:
        people = wording.people(counts.at[code, "persons"])
        return f"In {places.get(code).in_sentence} {worded(share)} {what}: {people} people."

    england = float(counts.at[places.ENGLAND, "share"])
    if own is None:
        reason = "are too small for a share to mean much" if place.small else "have not been published"
        told = [f"Numbers in {place.in_sentence} {reason}.", told_of(places.ENGLAND, england)]
    else:
        told = [told_of(place.code, own)]
        if place.code != places.ENGLAND:
            told.append(f"In England it was {worded(england)}.")
    others = shown["share"].drop(index=place.code).dropna()
    if len(others):
        told.append(
            f"In {wording.in_words(len(others))} similar places it ran from {worded(others.min())} to {worded(others.max())}, "
            f"with a median of {worded(others.median())}."
        )
    return [*told, "These shares take no account of age: an older place has more of most conditions."]


def _name(code: str) -> str:
    return places.get(code).name


def _alt(place: Place, every: pd.Series, shown: pd.DataFrame, own: float | None, worded: Words) -> str:
    if len(shown) > 1:
        bars = ", ".join(f"{_name(code)} {worded(share)}" for code, share in shown["share"].dropna().items())
        return f"Bars in alphabetical order, {place.name} marked: {bars}."
    mark = f" {place.name} is marked at {worded(own)}." if own is not None else ""
    return (
        f"Histogram of {len(every)} places, from {worded(every.min())} to {worded(every.max())}, half of them between "
        f"{worded(every.quantile(0.25))} and {worded(every.quantile(0.75))}.{mark}"
    )


def _table(rows: pd.DataFrame, worded: Words) -> pd.DataFrame:
    """Place, people and share as they should read: alphabetical."""

    def read(code: str, share: float) -> tuple[str, str, str]:
        if pd.isna(share):
            return _name(code), "not published", "not published"
        people = wording.people(rows.at[code, "persons"])
        return _name(code), people, "too small for a rate" if places.get(code).small else worded(share)

    return pd.DataFrame(
        sorted(read(code, share) for code, share in rows["share"].items()), columns=["Place", "People", "Share"]
    )


def _source(condition: str) -> str:
    areas = places.frame()
    small = places.join([f"the {name}" for name in areas.loc[areas["small"], "name"]])
    table, note = (
        ("disability", "All ages, by people's own account")
        if condition == demand.DISABILITY
        else (
            "disease_registers",
            "Diagnosed and recorded by a general practice; registers differ in the ages that they count",
        )
    )
    return f"{tables.citation(table)} {note}. England is the sum of all places. Left out as too small: {small}."


def _bars(place: Place, shown: pd.DataFrame, worded: Words) -> Draw:
    known = shown["share"].dropna()

    def draw(width: float) -> Any:
        labels = [fill(_name(code), 26 if width < 5.5 else 40) for code in known.index]
        marked = [i for i, code in enumerate(known.index) if code == place.code]
        return figures.bars(labels, list(known), width, "Share of people", highlight=marked, value_format=worded)

    return draw


def _histogram(place: Place, every: pd.Series, own: float | None, worded: Words) -> Draw:
    step = next(s for s in (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05) if (every.max() - every.min()) / s <= 16)

    def draw(width: float) -> Any:
        mark = None if own is None else (place.name, own)
        return figures.histogram(
            every, width, "Share of people", "Number of places", mark=mark, step=step, x_format=wording.short_percent
        )

    return draw
