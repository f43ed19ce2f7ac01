"""Shared risk: who must find how much in a bad year when a council and the NHS hold budgets alone, pool or share them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pandas as pd

from placelab import claims, figures, gap, places, risk, spending, tables, wording
from placelab.figures import Draw
from placelab.risk import Outcome
from placelab.widgets.base import Choice, Control, Finding, LiveFigure, Slider, place_choice

_TABLES = ("net_current_expenditure", "gdp_deflator", "population_estimates", "care_unit_costs")
_PERCENTS = ("share", "nhs_spread", "held_back")
_BEARERS = ("the council", "the NHS", "the care provider")
_NAMES = {"alone": "alone", "pooled": "pooled", "shared": "shared", "block": "with block"}
_OPENINGS = {
    "alone": "Held alone", "pooled": "Pooled", "shared": "With losses shared", "block": "Under a block contract",
}  # fmt: skip
_DOING = {"pooled": "Pooling", "shared": "Sharing losses"}
SAME = 0.005  # a change in a bad year smaller than this share of it is none to speak of
_LEFT_OUT = (
    "Left out: reserves, council tax and other services' money that could meet a loss, what one year leaves for the next, and "
    "bad years rarer than one in ten, which in councils' returns are worse than a normal distribution has them."
)


class SharedRisk(LiveFigure):
    """A bad year's loss for a council and the NHS: each alone, pooled, shared, or partly passed on by a block contract."""

    name: ClassVar[str] = "shared-risk"
    question: ClassVar[str] = (
        "An average council and the NHS put budgets of about the same size into one pool. By how many per cent does the sum "
        "fall that the two must have ready for a bad year?"
    )
    guess: ClassVar[Slider | None] = Slider("guess", "Your guess", 0, 60, 1, 30, "%")

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        base = settings(risk.base_case())
        return (
            place_choice(),
            Choice("arrangement", "Arrangement", list(risk.ARRANGEMENTS.items()), "pooled"),
            Slider("share", "Loss passed on (share or block)", 0, 100, 5, base["share"], "%"),
            Slider("nhs_budget", "NHS money, times the council's", 0.2, 8, 0.1, base["nhs_budget"]),
            Slider("nhs_spread", "Spread of the NHS's spending", 0.5, 15, 0.5, base["nhs_spread"], "%"),
            Slider("correlation", "Correlation of the two", -0.5, 1, 0.05, base["correlation"]),
            Slider("held_back", "Council's loss met by holding back care", 0, 100, 5, base["held_back"], "%"),
            Slider("spill_over", "Hospital cost of £1 held back, £", 0, 1.5, 0.05, base["spill_over"]),
        )

    @classmethod
    def shared(cls) -> dict[str, Any]:
        return {
            "z90": risk.Z90, "worst": risk.WORST_TENTH, "weeks": risk.WEEKS, "same": SAME, "source": source(),
            "names": _NAMES, "openings": _OPENINGS, "doing": _DOING, "bearers": _BEARERS,
        }  # fmt: skip

    @classmethod
    def place_data(cls, code: str) -> dict[str, Any]:
        place, council = places.get(code), risk.council(code)
        costs = risk.unit_costs().loc[code]
        return {
            "who": _who(place), "money": council.money, "spread": council.spread, "since": _since(place), "paid": _paid(place),
            "hour": float(costs["hour"]), "week": float(costs["week"]), "notes": _notes(place),
        }  # fmt: skip

    def find(self, **values: Any) -> Finding:
        place, chosen = places.get(values["place"]), assumptions(values)
        council = risk.council(place.code)
        found = risk.outcome(council, chosen)
        parts = (
            _need(place, council, found, chosen), _effect(found, chosen), _reason(found), _care(place, found), *_notes(place),
            "Only the council's money and spread are measured; the rest are assumptions.",
        )  # fmt: skip
        return Finding(
            title=_title(place, found, chosen.arrangement),
            sentence=" ".join(filter(None, parts)),
            alt=_alt(place, found, chosen.arrangement),
            table=table(found, chosen.arrangement),
            source=source(),
            draw=_draw(found, chosen.arrangement),
            numbers={
                name: getattr(found, name)
                for name in ("need", "held_back", "alone", "under", "worst", "parts", "total", "gains")
            },
        )


def settings(case: risk.Assumptions) -> dict[str, Any]:
    """Assumptions as the figure's controls show them: shares in per cent."""
    names = ("arrangement", "share", "nhs_budget", "nhs_spread", "correlation", "held_back", "spill_over")
    return {name: round(100 * getattr(case, name), 6) if name in _PERCENTS else getattr(case, name) for name in names}


def assumptions(values: Mapping[str, Any]) -> risk.Assumptions:
    """What the figure's controls assume."""
    return risk.Assumptions(
        **{name: values[name] / 100 if name in _PERCENTS else values[name] for name in settings(risk.base_case())}
    )


def source() -> str:
    """Where the council's figures come from, what the defaults rest on, and what is left out."""
    hospital, care = claims.get("nao-2018-emergency-cost"), claims.get("forder-2009-hospital-saving")
    return (
        f"{tables.citation(*_TABLES)} Defaults: NHS money from what emergency admissions cost in {hospital.period} (National "
        f"Audit Office, 2018, {hospital.link}); spill-over from Forder, 2009 ({care.link}), which later studies contest; "
        f"the rest are assumptions. {_LEFT_OUT}"
    )


def money(value: float) -> str:
    """£ for a page: a decimal of a million, or ten thousands below that, because an estimated spread is no finer."""
    if 995_000 <= abs(value) < 99.95e6:
        return f"{'−' if value < 0 else ''}£{abs(value) / 1e6:.1f}m"
    return wording.pounds(value if abs(value) >= 995_000 else 1e4 * round(value / 1e4))


def _who(place: places.Place) -> str:
    return f"{'an average council' if place.code == places.ENGLAND else 'the council'} in {place.in_sentence}"


def _since(place: places.Place) -> str:
    whose = "councils'" if place.code == places.ENGLAND else "its"
    return f"going by how {whose} spending has moved since {risk.FIRST}"


def _instead(new: float, old: float) -> str:
    return f"{money(new)} as before" if money(new) == money(old) else f"{money(new)} instead of {money(old)}"


def _title(place: places.Place, found: Outcome, kind: str) -> str:
    start = f"{_OPENINGS[kind]}, {_who(place)} would have"
    if kind == "alone":
        return f"{start} {money(found.alone[0])} to find in a bad year and the NHS {money(found.alone[1])}"
    council, nhs = (_instead(new, old) for new, old in zip(found.under[:2], found.alone[:2], strict=True))
    if kind == "block":
        return f"{start} {council} to find in a bad year, the NHS {nhs} and the care provider {money(found.under[2])}"
    return f"{start} {council} to find in a bad year, and the NHS {nhs}"


def _need(place: places.Place, council: risk.Council, found: Outcome, chosen: risk.Assumptions) -> str:
    """The council's bad year before anything is shared, and what it does about it."""
    told = (
        f"In one year in ten {_who(place)} would need at least {money(found.need)} more for adult social care than expected, "
        f"{wording.percent(found.need / council.money, 1)} of its net spending of {money(council.money)}, {_since(place)}."
    )
    if not chosen.held_back:
        return f"{told} It holds back no care and must find all of it."
    if chosen.held_back == 1:
        return f"{told} It recovers all of it by holding back care."
    held = wording.percent(chosen.held_back)
    return f"{told} It recovers {held} of that by holding back care and must find the other {money(found.alone[0])}."


def _effect(found: Outcome, chosen: risk.Assumptions) -> str:
    """What the arrangement does to the two, and to what they must have ready taken together."""
    kind, before, after = chosen.arrangement, sum(found.alone), sum(found.under)
    if kind == "alone":
        return (
            f"Each must be ready for its own bad year, {money(before)} added together, where the bad year of both as a whole "
            f"is {money(found.total)}."
        )
    if kind == "block":
        if not chosen.share:
            return "The contract passes nothing on."
        return (
            f"The contract moves risk and lessens none of it: added together they must still have {money(after)} ready. The "
            f"provider's bad year is {wording.percent(found.under[2] / found.budgets[2], 1)} of its contract of "
            f"{money(found.budgets[2])}, and it has no taxpayer to turn to."
        )
    fall = (
        f"Added together, what they must have ready falls from {money(before)} to {money(after)}, "
        f"{wording.percent(found.less)} less, because their bad years do not always come together."
    )
    if found.less < SAME:
        fall = f"Added together, they must still have {money(after)} ready: nothing is lost by it and nothing saved."
    return f"{_verdict(_DOING[kind], found)} {fall}"


def _verdict(doing: str, found: Outcome) -> str:
    """Whom an arrangement helps and whose bad year it adds to."""
    less: list[str] = []
    more: list[str] = []
    same: list[str] = []
    for name, new, old in zip(_BEARERS, found.under[:2], found.alone[:2], strict=False):
        (same if abs(new - old) <= SAME * old else less if new < old else more).append(name)
    told = []
    if less:
        told.append(f"helps {'both' if len(less) > 1 else less[0]}")
    if more:
        told.append(f"adds to {more[0]}'s bad year")
    if same:
        told.append(f"makes little difference to {'either' if len(same) > 1 else same[0]}")
    return f"{doing} {' and '.join(told)}."


def _reason(found: Outcome) -> str:
    """What each gains or pays when a pound of care is held back: the reason an arrangement gives for doing so."""
    told: list[str] = []
    for name, gain in zip(_BEARERS, found.gains, strict=False):
        size = f"{abs(gain):.2f}"
        told.append(
            f"{name} no better or worse off"
            if size == "0.00"
            else f"{name} £{size} {'better' if gain > 0 else 'worse'} off"
        )
    return f"Each £1 of care held back leaves {places.join([*told, 'people £1.00 of care short'])}."


def _care(place: places.Place, found: Outcome) -> str:
    """The money held back as care at published unit costs."""
    if not found.held_back:
        return ""
    hours, homes = risk.in_care(place.code, found.held_back)
    return (
        f"The {money(found.held_back)} of care held back in a bad year would have paid for {wording.people(hours)} hours of home "
        f"care, or a year in a care home for {wording.people(homes)} people, {_paid(place)}: an illustration."
    )


def _paid(place: places.Place) -> str:
    whose = "the council" if bool(risk.unit_costs().at[place.code, "own"]) else "the middle council"
    return f"at what {whose} paid in {risk.UNIT_COST_YEAR}, in {spending.LATEST_PRICES} prices"


def _notes(place: places.Place) -> list[str]:
    """What stands in where a place has no figure of its own, and smallness."""
    if place.code == places.ENGLAND:
        return [
            f"An average council has England's spending divided by its {len(places.frame())} councils, and the middle spread."
        ]
    notes = []
    together = gap.members(place.code)
    if len(together) > 1:
        names = places.join([places.get(code).name for code in together])
        notes.append(f"The spread is that of {names} together, whose past can only be told as one.")
    if place.code in gap.carried(place.code):
        notes.append(
            f"For {place.in_sentence} the last figure published, for {gap.carried(place.code)[place.code]}, stands in for "
            f"{gap.first_year()}."
        )
    if not bool(risk.unit_costs().at[place.code, "own"]):
        notes.append(f"No unit costs were published for {place.in_sentence} in {risk.UNIT_COST_YEAR}.")
    if place.small:
        notes.append(f"Too few people live in {place.in_sentence} for its past to show how uncertain its spending is.")
    return notes


def rows(found: Outcome) -> list[tuple[str, list[float]]]:
    """Each bearer and all together, £: bad year alone and under the arrangement, worst tenth, part of the whole's bad year."""
    each = zip(found.alone, found.under, found.worst, found.parts, strict=True)
    named = [(wording.capital(name), list(values)) for name, values in zip(_BEARERS, each, strict=False)]
    return [*named, ("Added together", [sum(column) for column in zip(*(values for _, values in named), strict=True)])]


def table(found: Outcome, kind: str) -> pd.DataFrame:
    """Who must find what, worded."""
    name = _NAMES[kind]
    columns = [
        "Bad year, alone",
        f"Bad year, {name}",
        f"Mean of worst tenth, {name}",
        f"When the whole has a bad year, {name}",
    ]
    shown = [i for i in range(len(columns)) if kind != "alone" or i != 1]
    words = [[who, *(money(values[i]) for i in shown)] for who, values in rows(found)]
    return pd.DataFrame(words, columns=["Who", *(columns[i] for i in shown)])


def _alt(place: places.Place, found: Outcome, kind: str) -> str:
    told = [
        f"{name} {money(values[0])} alone" + ("" if kind == "alone" else f" and {money(values[1])} {_NAMES[kind]}")
        for name, values in rows(found)
    ]
    return f"Bar chart of what each must find in a bad year, for {_who(place)}. {'; '.join(told)}."


def _draw(found: Outcome, kind: str) -> Draw:
    each = [("alone", 0)] if kind == "alone" else [("alone", 0), (_NAMES[kind], 1)]
    bars = [(f"{who.removeprefix('The ')}, {name}", values[i], i) for who, values in rows(found) for name, i in each]

    def draw(width: float) -> Any:
        labels, values, which = zip(*bars, strict=True)
        marked = [row for row, i in enumerate(which) if i]
        return figures.bars(
            [wording.capital(label) for label in labels],
            values,
            width,
            "To find in a bad year",
            highlight=marked,
            value_format=money,
        )

    return draw
