"""One in ten: how many councils cut adult social care by a quarter? It depends on what is counted, and from when."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pandas as pd

from placelab import audit, figures, places, population, spending, tables, wording
from placelab.figures import Draw
from placelab.widgets.base import Choice, Control, Finding, LiveFigure, Slider, place_choice
from placelab.widgets.series import steps

_KINDS = (("estimate", "population as last revised"), ("first published", "population as first published"))
_STEP = 0.05
_TABLES = (
    "net_current_expenditure",
    "client_group_expenditure",
    "gdp_deflator",
    "population_estimates",
    "population_first_published",
)


class OneInTen(LiveFigure):
    """Share of councils that cut spending by more than a threshold, by definition, years and denominator."""

    name: ClassVar[str] = "one-in-ten"
    question: ClassVar[str] = (
        "Out of every hundred councils, how many cut adult social care spending per adult by more than a quarter "
        "between 2009-10 and 2015-16, in real terms?"
    )
    guess: ClassVar[Slider | None] = Slider("guess", "Your guess", 0, 100, 1, 50, " in a hundred")

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        known = spending.years("net")
        return (
            Choice("basis", "What is counted", [(b.key, b.label) for b in spending.BASES.values()], "net"),
            Choice("start", "Base year", [(y, y) for y in known[:-1]], "2009-10"),
            Choice("end", "End year", [(y, y) for y in known[1:]], "2015-16"),
            Choice("per", "Measured", [(k, label) for k, (_, label) in spending.PER.items()], "adult"),
            Choice("population", "Population", _KINDS, "estimate"),
            Slider("threshold", "A cut of more than", 5, 50, 1, 25, "%"),
            place_choice(),
        )

    @classmethod
    def shared(cls) -> dict[str, Any]:
        known = spending.years("net")
        ages = {per: age for per, (age, _) in spending.PER.items() if age}
        partitions = {start: _partition(start) for start in known[:-1]}
        distinct = list({json.dumps(partition): partition for partition in partitions.values()}.values())
        return {
            "bases": {key: _basis_json(basis) for key, basis in spending.BASES.items()},
            "councils": _councils_json(),
            "deflator": {year: float(spending.deflator()[year]) for year in known},
            "areas": distinct,
            "partition": {start: distinct.index(partition) for start, partition in partitions.items()},
            "per": {key: label for key, (_, label) in spending.PER.items()},
            "people": {per: {kind: _people_json(age, kind) for kind, _ in _KINDS} for per, age in ages.items()},
            "estimateYear": places.year_start(known[0]),
            "firstYear": int(population.people(kind="first published").columns[0]),
            "rebased": population.REBASED,
            "unavailable": {f"{per}|{kind}": _unpaired(per, kind) for per in ages for kind, _ in _KINDS},
            "notes": {basis.table: _notes_json(basis.table) for basis in spending.BASES.values()},
            "fifths": list(spending.FIFTHS),
            "places": {code: _named(places.get(code)) for code in places.frame().index},
            "citations": {name: dict(zip(("line", "licences"), tables.sources(name), strict=True)) for name in _TABLES},
        }

    def find(self, **values: Any) -> Finding:
        key, start, end, per = values["basis"], values["start"], values["end"], values["per"]
        place = places.get(values["place"])
        try:
            changes = spending.change(key, start, end, per, True, values["population"])
        except spending.NotPublished as problem:
            return _unavailable(str(problem))
        threshold = values["threshold"] / 100
        counted = spending.cuts(changes, threshold)
        measure = f"{spending.basis(key).label} {spending.PER[per][1]}"
        return Finding(
            title=f"{wording.capital(_councils(counted.share))} cut by more than {threshold:.0%}",
            sentence=(
                f"{_sentence(counted, measure, start, end, threshold)} {_place_sentence(place, changes, start)}"
            ).strip(),
            alt=_alt(changes, counted, threshold, place, start),
            table=by_group(changes, threshold),
            source=_source(key, per, values["population"], changes),
            draw=_draw(changes, threshold, place, start, measure),
            numbers={"ratios": sorted((1 + changes.loc[~changes["small"], "change"].dropna()).tolist())},
        )


def _basis_json(basis: spending.Basis) -> dict[str, Any]:
    return {"label": basis.label, "table": basis.table, "years": spending.years(basis.key), "only": basis.only}


def _partition(start: str) -> list[dict[str, Any]]:
    """The comparable areas from `start` on, each with the councils and places that are in it."""
    membership = places.areas(start)
    described = spending.describe_areas(start).fillna({"fifth": ""})
    members = membership.groupby("area").groups
    return [
        {
            "area": area,
            **{field: described.at[area, field] for field in ("name", "type", "region", "fifth")},
            "small": bool(described.at[area, "small"]),
            "members": sorted(members[area]),
            "places": sorted(code for code in members[area] if membership.at[code, "current"]),
        }
        for area in described.index
    ]


def _councils_json() -> dict[str, Any]:
    """Every council's lifetime and its cash spending on each basis, £ thousand, in the order of that basis's years."""
    life = spending.lifetimes()
    out: dict[str, Any] = {c: {"born": life.at[c, "born"], "until": life.at[c, "until"], "money": {}} for c in life.index}
    for key in spending.BASES:
        for code, row in (spending.by_council(key)[spending.years(key)] / 1000).iterrows():
            out[code]["money"][key] = [None if pd.isna(v) else round(v, 3) for v in row]
    return out


def _people_json(age: str, kind: str) -> dict[str, list[int | None]]:
    counts = population.people(age, kind).drop(index=places.ENGLAND)
    if kind == "estimate":
        counts = counts[[year for year in counts.columns if year >= places.year_start(spending.years("net")[0])]]
    return {code: steps([None if pd.isna(v) else int(v) for v in row]) for code, row in counts.iterrows()}


def _unpaired(per: str, kind: str) -> dict[str, str]:
    """Financial years without a population of this kind, and how that is said."""
    have = spending.by_area("net", per, None, "2008-09", kind).columns
    return {year: spending.no_population(year, per, kind) for year in spending.years("net") if year not in have}


def _notes_json(table: str) -> list[list[str]]:
    rows = tables.cautions(table)
    rows = rows[rows["code"].notna() & rows["year"].notna()]
    return rows[["code", "year", "text"]].to_numpy().tolist()


def _named(place: places.Place) -> dict[str, str]:
    return {"name": place.name, "inSentence": place.in_sentence}


def _councils(share: float) -> str:
    """A share of councils in words: "one in ten councils", "no council", "almost no council"."""
    said = wording.one_in(share)
    alone = {"none": "no council", "almost none": "almost no council", "an unknown share": "an unknown share of councils"}
    return alone.get(said, f"{said} councils")


def _unavailable(reason: str) -> Finding:
    """What a reader sees when a pair of years is not published on one basis: the reason, and no figure."""
    return Finding("This comparison cannot be made", reason, reason, pd.DataFrame(), "", _blank)


def _blank(width: float) -> Any:
    return figures.message("No figure: the two years were not published on one basis.", width)


def _sentence(counted: spending.Cuts, measure: str, start: str, end: str, threshold: float) -> str:
    return (
        f"{counted.over} of {counted.areas} councils ({wording.percent(counted.share, 1)}) cut {measure} by more than "
        f"{threshold:.0%} in real terms between {start} and {end}; {counted.cut} cut it at all."
    )


def _place_sentence(place: places.Place, changes: pd.DataFrame, start: str) -> str:
    area, name = places.area_of(place.code, start)
    if place.code == places.ENGLAND:
        return ""
    row = changes.loc[area]
    where = place.in_sentence if name == place.name else f"{place.in_sentence} (counted within {name})"
    if pd.isna(row["change"]):
        return f"For {where} there is no figure: {row['note']}"
    small = " It is too small for its rate to mean much, and is left out of the count." if row["small"] else ""
    note = f" Caution: {row['note']}" if row["note"] else ""
    return f"In {where} spending {wording.change(row['change'])}.{small}{note}"


def _alt(changes: pd.DataFrame, counted: spending.Cuts, threshold: float, place: places.Place, start: str) -> str:
    values = changes.loc[~changes["small"], "change"].dropna()
    if values.empty:
        return "No council can be shown."
    mark = _mark(changes, place, start)
    yours = f" {mark[0]} stands at {wording.percent(mark[1])}." if mark else ""
    return (
        f"Histogram of {len(values)} councils by change in spending, from {wording.percent(values.min())} to "
        f"{wording.percent(values.max())}, half of them between {wording.percent(values.quantile(0.25))} and "
        f"{wording.percent(values.quantile(0.75))}. {counted.over} lie beyond a cut of {threshold:.0%}.{yours}"
    )


def _mark(changes: pd.DataFrame, place: places.Place, start: str) -> tuple[str, float] | None:
    area, name = places.area_of(place.code, start)
    if area not in changes.index or pd.isna(changes.at[area, "change"]):
        return None
    return name, float(changes.at[area, "change"])


def by_group(changes: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Share of areas beyond the threshold by type, region and fifth of deprivation, worded for a page.

    `changes` is a frame from `spending.change`. Columns: Councils, Number compared, Cut by more than the threshold, Share.
    """
    usable = changes[~changes["small"] & changes["change"].notna()]
    groups = [("All councils", usable)]
    groups += [(f"Type: {kind}", part) for kind, part in usable.groupby("type")]
    groups += [(f"Region: {region}", part) for region, part in usable.groupby("region")]
    groups += [(f"Deprivation: {fifth}", usable[usable["fifth"] == fifth]) for fifth in spending.FIFTHS]
    rows = [(label, spending.cuts(part, threshold)) for label, part in groups]
    return pd.DataFrame(
        {
            "Councils": [label for label, _ in rows],
            "Number compared": [cuts.areas for _, cuts in rows],
            f"Cut by more than {threshold:.0%}": [cuts.over for _, cuts in rows],
            "Share": [wording.percent(cuts.share) for _, cuts in rows],
        }
    )


def in_place(code: str) -> str:
    """The sentence on one place under the book's own definition. Raises UnknownPlace."""
    first = audit.DEFINITIONS[0]
    return _place_sentence(places.get(code), first.changes(), first.start)


def answers(code: str) -> pd.DataFrame:
    """One place's change under each definition of the audit, worded: columns Definition, Spending.

    Raises UnknownPlace, and ValueError for England, which is no place here.
    """
    place = places.get(code)
    if place.code == places.ENGLAND:
        raise ValueError("name one place; England's own figures are in audit.definitions()")
    rows = []
    for definition in audit.DEFINITIONS:
        change = definition.changes()["change"].get(places.area_of(place.code, definition.start)[0])
        rows.append((definition.label, "no figure" if change is None or pd.isna(change) else wording.change(change, 1)))
    return pd.DataFrame(rows, columns=["Definition", "Spending"])


def _source(key: str, per: str, kind: str, changes: pd.DataFrame) -> str:
    used = [spending.basis(key).table, "gdp_deflator"]
    if per != "total":
        used.append("population_estimates" if kind == "estimate" else "population_first_published")
    left_out = ", ".join(changes.loc[changes["small"], "name"])
    joined = "; ".join(changes.loc[changes.index.str.contains("+", regex=False), "name"])
    together = f" Counted together, because a boundary between them moved: {joined}." if joined else ""
    return f"{tables.citation(*used)} Left out as too small: {left_out}.{together}"


def _draw(changes: pd.DataFrame, threshold: float, place: places.Place, start: str, measure: str) -> Draw:
    def draw(width: float) -> Any:
        values = changes.loc[~changes["small"], "change"].dropna()
        return figures.histogram(
            values.clip(-0.6, 0.6), width, f"Real-terms change in {measure}", "Number of councils",
            beyond=-threshold, mark=_mark(changes, place, start), step=_STEP, x_format=wording.percent,
        )  # fmt: skip

    return draw
