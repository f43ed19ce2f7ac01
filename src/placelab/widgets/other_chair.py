"""The other chair: one winter seen from four desks, looked up in the table of runs (placelab.winter)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, ClassVar

import pandas as pd

from placelab import figures, places, population, tables, winter, wording
from placelab.figures import Draw, Range, Span
from placelab.widgets.base import Choice, Control, Finding, LiveFigure, Slider, place_choice

OWN = "own"
DESKS = {"hospital": "The hospital", "gp": "General practice", "council": "The council", "family": "The family"}
FROM = {
    "hospital": "the hospital's desk",
    "gp": "the general practitioner's desk",
    "council": "the council's desk",
    "family": "the family's side of it",
}
CLAUSES = {
    "hospital": ("the hospital carries on", "the hospital opens escalation beds", "the hospital protects its discharge team"),
    "gp": (
        "general practice carries on", "general practice keeps one doctor for each frail person",
        "general practice holds time for calls on the day",
    ),
    "council": ("the council carries on", "the council raises the fee", "the council puts hospital patients first"),
    "family": (
        "families carry on", "families take their people home where they can and help them there",
        "families wait in hospital for the package",
    ),
}  # fmt: skip
BLIND = {
    "hospital": "This desk does not see the people who wait at home.",
    "gp": "This desk does not see why the care has not come.",
    "council": "This desk does not see who waits for a bed.",
    "family": "The family sees one winter and none of the queues.",
}
# What each desk sees: the series it watches (name, title, label of the axis), and its totals over the winter (name, label).
SERIES = {
    "hospital": (
        "delayed",
        "The hospital's winter: {} beds a day taken by people fit to leave",
        "Beds taken by people fit to leave",
    ),
    "gp": (
        "gp_hours_week",
        "General practice's winter: {} hours of doctors' time a week on top of the usual",
        "Extra hours of doctors' time a week",
    ),
    "council": (
        "waiting",
        "The council's winter: {} people waiting at home for care on an average day",
        "People waiting at home for care",
    ),
}
TOTALS = {
    "hospital": (
        ("bed_days", "Bed days lost to waiting"),
        ("long_waits", "Waits of 12 hours or more for a bed"),
        ("admissions", "Emergency admissions"),
        ("visits", "Visits to A&E while waiting at home"),
    ),
    "gp": (
        ("gp_hours", "Extra hours of doctors' time"),
        ("crises", "Crises while waiting at home"),
        ("two_weeks", "People waiting two weeks or more"),
    ),
    "council": (
        ("home_days", "Days waited at home for care"),
        ("starts", "Care packages started"),
        ("hospital_starts", "Of them, for people in hospital"),
        ("gave_up", "People at home who stopped waiting"),
    ),
}
_AVERAGED = {"hospital": "bed_days", "gp": "gp_hours", "council": "home_days"}  # over the winter: what the title says
_PER = {"hospital": winter.DAYS, "gp": winter.DAYS / 7, "council": winter.DAYS}  # days, or weeks
_NUMBERS = tuple(name for totals in TOTALS.values() for name, _ in totals)
_DAYS = ("fit", "left", "home", "care")
SPANS = (
    "Waiting for a bed", "In treatment", "Fit, and waiting in hospital", "In an interim bed",
    "At home, helped by the family", "At home, with care",
)  # fmt: skip
_LEFT_OUT = (
    "Left out: people under 65, planned operations, staff and money but for the fee, deaths, and all that people would do when "
    "a winter goes badly. What is assumed, and from where, is in Methods."
)
_EXTRA = "Extra is time with people who wait at home for care, and any time held for them."
Numbers = Sequence[float]
Row = tuple[str, list[float], list[float]]  # a total: its label, this winter's numbers and carrying on's


class OtherChair(LiveFigure):
    """One winter of one place from the desk of a hospital, general practice, a council and a family, as each decides."""

    name: ClassVar[str] = "other-chair"
    question: ClassVar[str] = (
        "The council puts hospital patients first for home care, and nothing else changes. For every 100 days of waiting that "
        "this spares people in hospital, how many more days do people at home go without care?"
    )
    guess: ClassVar[Slider | tuple[str, ...] | None] = Slider("guess", "Your guess", 0, 150, 5, 20, " days")

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        desks = list(DESKS.items())
        return (
            place_choice(),
            Choice("desk", "You sit at", desks, "hospital"),
            *(
                Choice(desk, f"{name} decides", [(i, label) for i, (label, _) in enumerate(winter.DESKS[desk])], 0)
                for desk, name in desks
            ),
            Choice("see", "See the winter from", [(OWN, "Your own desk"), *desks], OWN),
            Choice("late", "Late care brings", list(winter.LATE.items()), "visits"),
        )

    @classmethod
    def shared(cls) -> dict[str, Any]:
        return {
            "runs": runs(), "answer": {late: answer(late) for late in winter.LATE}, "older": winter.older_people(),
            "winters": winter.REPLICATIONS, "days": winter.DAYS, "edges": winter.EDGES, "arrives": winter.FATHER_ARRIVES,
            "desks": list(DESKS), "late": list(winter.LATE), "from": FROM, "clauses": CLAUSES, "blind": BLIND,
            "series": SERIES, "totals": TOTALS, "averaged": _AVERAGED, "per": _PER, "numbers": _NUMBERS, "spans": SPANS,
            "fee": fee(), "extra": _EXTRA, "year": winter.YEAR, "hours": winter.FATHER_HOURS, "months": months(),
            "england": places.ENGLAND, "dates": [date(day) for day in range(winter.DAYS)], "source": source(),
        }  # fmt: skip

    @classmethod
    def place_data(cls, code: str) -> dict[str, Any]:
        place = places.get(code)
        return {"code": code, "inSentence": place.in_sentence, "small": place.small, "older": older_people(code)}

    def find(self, **values: Any) -> Finding:
        seen = values["desk"] if values["see"] == OWN else values["see"]
        run, base = _run(values), _run({desk: 0 for desk in DESKS} | {"late": values["late"]})
        told = _decided(values)
        if seen != values["desk"]:
            told += f" This is the same winter from {FROM[seen]}."
        closing = BLIND[seen] if run is not base else f"{BLIND[seen]} {_answer(values['late'])}"
        if seen == "family":
            return _family(run, base, told, closing)
        return _people(_View(places.get(values["place"]), seen, values, run, base), told, closing)


# The runs, as the script gets them


@cache
def runs() -> list[dict[str, Any]]:
    """Every combination as whole numbers a reader can be shown: series by fortnight, totals with their changes, the father.

    In the order of what late care does, then hospital, council, family, and general practice, whose decisions change least.
    """
    table = winter.table().set_index([*winter.KEY, "measure"]).sort_index()
    order = [
        (h, g, c, f, late)
        for late in winter.LATE
        for h in range(3)
        for c in range(3)
        for f in range(3)
        for g in range(3)
    ]
    return [_packed(table.loc[combination]) for combination in order]


def _packed(rows: pd.DataFrame) -> dict[str, Any]:
    def column(names: Sequence[str], of: str) -> list[int]:
        return [round(v) for v in rows.loc[list(names), of]]

    levels, changes = ("low", "median", "high"), ("change_low", "change_median", "change_high")
    series = {
        name: [column([f"{name}_{i}" for i in range(len(winter.EDGES) - 1)], level) for level in levels]
        for name in winter.SERIES
    }
    days = [[round(v, 1) for v in rows.loc[[f"father_{name}" for name in _DAYS], level]] for level in levels]
    hours = [round(24 * (v - winter.FATHER_ARRIVES), 1) for v in rows.loc["father_bed", list(levels)]]
    return {
        "series": series,
        "totals": [[round(v) for v in rows.loc[name, [*levels, *changes]]] for name in _NUMBERS],
        "care": round(rows.at["care_hours", "median"]),
        "days": days,
        "bed": hours,
        "father": [column([f"father_{name}" for name in ("moves", "paid_hours", "family_hours")], level) for level in levels],
        "week": round(float(rows.at["father_care_week", "median"]), 1),
        "often": [round(winter.REPLICATIONS * rows.at[f"father_{name}", "mean"]) for name in ("interim", "back")],
    }  # fmt: skip


def _run(values: dict[str, Any]) -> dict[str, Any]:
    position = list(winter.LATE).index(values["late"])
    for desk in ("hospital", "council", "family", "gp"):
        position = 3 * position + int(values[desk])
    return runs()[position]


@cache
def answer(late: str) -> int:
    """Days without care at home for every 100 days spared in hospital, where the council alone puts hospital patients first."""
    table = winter.table().set_index([*winter.KEY, "measure"])["mean"]
    spared, without = (
        float(table[(0, 0, 2, 0, late, name)] - table[(0, 0, 0, 0, late, name)])
        for name in ("bed_days", "without_days")
    )
    return round(-100 * without / spared)


def fee() -> float:
    """What the higher fee adds to the price of an hour of home care, £."""
    number = winter.parameters()
    return number["fee_rise"].value * number["price"].value


@cache
def older_people(code: str) -> int:
    """People aged 65 and over in a place, in the year whose winter it is."""
    return int(population.people("65 and over").at[code, winter.YEAR])


def source() -> str:
    """The source line: the table of runs, the people it is scaled by, and what the model leaves out."""
    return f"{tables.citation('winter_runs', 'population_estimates')} {_LEFT_OUT}"


# Words


def about(value: float) -> str:
    """A count to about two figures: "47", "320", "2,400", "17,000"."""
    size = abs(value)
    step = 1 if size < 99.5 else 10 if size < 995 else 100 if size < 9950 else 1000
    return wording.count(step * round(value / step))


def span(low: float, high: float) -> str:
    """ "310 to 690", or one number where both ends read alike."""
    ends = about(low), about(high)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def signed(value: float) -> str:
    """A change with its sign: "+460", "−25", "0"."""
    text = about(abs(value))
    return text if text == "0" else f"{'−' if value < 0 else '+'}{text}"


def signed_span(low: float, high: float) -> str:
    """ "−12 to +30", or one change where both ends read alike."""
    return signed(low) if signed(low) == signed(high) else f"{signed(low)} to {signed(high)}"


def changes(low: float, middle: float, high: float) -> str:
    """A change as a verb with its range: "fall by 2,400 (−3,100 to −1,700)", "hardly change (−12 to +30)", "do not change"."""
    ends = signed_span(low, high)
    if about(abs(middle)) == "0":
        return "do not change" if ends == "0" else f"hardly change ({ends})"
    return f"{'fall' if middle < 0 else 'rise'} by {about(abs(middle))} ({ends})"


def date(day: float) -> str:
    """The date on which a time of the winter falls: 65.6 -> "5 January"."""
    on = winter.START + timedelta(int(day))
    return f"{on.day} {on:%B}"


def by(day: float) -> str:
    """A date of the winter, or that it comes later."""
    return date(day) if day < winter.DAYS else "after March"


def on(day: float) -> str:
    """The same after a verb: "on 5 January", "after March"."""
    return f"on {by(day)}" if day < winter.DAYS else by(day)


def between(low: float, high: float) -> str:
    """The dates that two times of the winter fall on, or the one that both do."""
    return by(low) if by(low) == by(high) else f"{by(low)} to {by(high)}"


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _decided(values: dict[str, Any]) -> str:
    own = CLAUSES[values["desk"]][values[values["desk"]]]
    others = [CLAUSES[desk][values[desk]] for desk in DESKS if desk != values["desk"] and values[desk]]
    if not others:
        return f"At your desk {own}. Everybody else carries on."
    rest = "" if len(others) == 3 else "; the rest carry on"
    return f"At your desk {own}. Elsewhere {', '.join(others)}{rest}."


def _answer(late: str) -> str:
    return (
        "To the question: where the council alone puts hospital patients first, each 100 days of waiting spared in hospital "
        f"go with about {answer(late)} more days without care at home, of people who wait and of people who stopped waiting."
    )


# The three desks that see many people


@dataclass(frozen=True)
class _View:
    """What one of these desks sees of a winter, in the counts of the reader's place."""

    place: places.Place
    seen: str
    values: dict[str, Any]
    run: dict[str, Any]
    base: dict[str, Any]

    @property
    def moved(self) -> bool:
        return self.run is not self.base

    @property
    def label(self) -> str:
        return SERIES[self.seen][2]

    @property
    def scale(self) -> float:
        """How many of the model's places the reader's place is."""
        if self.place.code == places.ENGLAND or self.place.small:
            return 1.0
        return older_people(self.place.code) / winter.older_people()

    def series(self, run: dict[str, Any]) -> list[list[float]]:
        """Low, middle and high by fortnight."""
        return [[self.scale * v for v in row] for row in run["series"][SERIES[self.seen][0]]]

    def total(self, name: str, run: dict[str, Any]) -> list[float]:
        """Low, middle, high and the same of the change from carrying on."""
        return [self.scale * v for v in run["totals"][_NUMBERS.index(name)]]

    @property
    def rows(self) -> list[Row]:
        return [(text, self.total(name, self.run), self.total(name, self.base)) for name, text in TOTALS[self.seen]]

    @property
    def before(self) -> list[float]:
        """The middle when everybody carries on; empty where this is that winter."""
        return self.series(self.base)[1] if self.moved else []


def _people(view: _View, told: str, closing: str) -> Finding:
    low, median, high = view.series(view.run)
    average = view.total(_AVERAGED[view.seen], view.run)[1] / _PER[view.seen]
    return Finding(
        title=SERIES[view.seen][1].format(about(average)),
        sentence=f"{told} {_sentence(view)} {closing} {_placed(view)}",
        alt=_alt(view),
        table=_table(view),
        source=source(),
        draw=_draw(view),
        numbers={
            "low": low, "median": median, "high": high, "before": view.before,
            "rows": [[now, was if view.moved else []] for _, now, was in view.rows],
        },
    )  # fmt: skip


def _sentence(view: _View) -> str:
    low, median, high = view.series(view.run)
    rows = view.rows
    text, now, _ = rows[0]
    parts = [
        f"Each figure is the middle one of {winter.REPLICATIONS} winters, with the range of eight in ten in brackets.",
        f"{view.label} go from {about(median[0])} in the first fortnight to {about(median[-1])} at the end of March",
        f"({span(low[-1], high[-1])}).",
        _EXTRA if view.seen == "gp" else "",
        f"{text} over the winter: {about(now[1])} ({span(now[0], now[2])}).",
    ]
    if view.moved:
        parts.append(f"Against carrying on, in the same winters, {_small(text)} {changes(*now[3:])}.")
    if view.seen == "council" and view.values["council"] == 1:
        cost = 10_000 * round(view.scale * fee() * view.run["care"] / 10_000)
        parts.append(f"The higher fee costs about {wording.pounds(cost)} more over the winter.")
    if view.values["late"] == "admissions":
        parts.append("Here half of all crises at home bring an admission, which studies of the cuts did not find.")
    return " ".join(part for part in parts if part)


def _placed(view: _View) -> str:
    place, model = view.place, wording.people(winter.older_people())
    if place.code == places.ENGLAND:
        return f"The place is made up: it has {model} people aged 65 and over."
    if place.small:
        return (
            f"Too few people live in {place.in_sentence} for this: the place shown is made up, with {model} people aged 65 and "
            "over."
        )
    people = wording.people(older_people(place.code))
    return (
        f"The counts are scaled to the {people} people aged 65 and over in {place.in_sentence} in mid-{winter.YEAR}. So are the "
        f"ranges, which fit a place with {model}: for a larger one they are too wide, for a smaller one too narrow."
    )


def _alt(view: _View) -> str:
    low, median, high = view.series(view.run)
    most = max(range(len(median)), key=lambda i: median[i])
    base = f" Carrying on, a dashed line, they end at {about(view.before[-1])}." if view.moved else ""
    bars = [
        f"{_small(text)}, {about(now[1])}" + (f" against {about(was[1])} when carrying on" if view.moved else "")
        for text, now, was in view.rows
    ]
    return (
        f"Line chart by fortnight from 1 November to 31 March, with a band for eight winters in ten. {view.label}: "
        f"{about(median[0])} at first, most at {about(median[most])} in the fortnight from {date(winter.EDGES[most])}, "
        f"{about(median[-1])} at the end ({span(low[-1], high[-1])}).{base} Below it, a bar with its range for each total: "
        f"{'; '.join(bars)}."
    )


def _table(view: _View) -> pd.DataFrame:
    rows = view.rows
    out = {
        "Over the winter": [text for text, *_ in rows],
        "Middle winter": [about(now[1]) for _, now, _ in rows],
        "Eight winters in ten": [span(now[0], now[2]) for _, now, _ in rows],
    }
    if view.moved:
        out |= {
            "Carrying on": [about(was[1]) for *_, was in rows],
            "Change": [signed(now[4]) for _, now, _ in rows],
            "Change, eight in ten": [signed_span(now[3], now[5]) for _, now, _ in rows],
        }
    return pd.DataFrame(out)


def _draw(view: _View) -> Draw:
    middles = [(start + end) / 2 for start, end in itertools.pairwise(winter.EDGES)]
    low, median, high = view.series(view.run)
    ranges = [
        Range(text, (now[0], now[1], now[2]), (was[0], was[1], was[2]) if view.moved else None)
        for text, now, was in view.rows
    ]
    return lambda width: figures.ribbon(
        middles, low, median, high, view.before, width, view.label, ranges,
        ticks=months(), value_format=about, names=("this winter", "carrying on"),
    )  # fmt: skip


def months() -> list[tuple[float, str]]:
    """The first of each month as a day of the winter, with its name: [(0, "Nov"), (30, "Dec"), …]."""
    starts = pd.date_range(winter.START, winter.END, freq="MS")
    return [(float((first.date() - winter.START).days), f"{first:%b}") for first in starts]


# The family


def _spans(run: dict[str, Any]) -> list[float]:
    """Days in each of SPANS, in the middle winter: from coming in to the end of March."""
    arrives = winter.FATHER_ARRIVES
    ends = [arrives, arrives + run["bed"][1] / 24, *run["days"][1], winter.DAYS]
    return [max(0.0, end - start) for start, end in itertools.pairwise(ends)]


def _family(run: dict[str, Any], base: dict[str, Any], told: str, closing: str) -> Finding:
    shown = _spans(run)
    before = _spans(base) if run is not base else []
    bars = [(name, spans) for name, spans in (("This winter", shown), ("Carrying on", before)) if spans]
    rows = [(name, [Span(text, days) for text, days in zip(SPANS, spans, strict=True)]) for name, spans in bars]
    return Finding(
        title=_family_title(*run["days"][1][2:]),
        sentence=f"{told} {_family_sentence(run)} {closing} His winter does not depend on the size of the place.",
        alt=_family_alt(shown, before),
        table=_family_table(run, base),
        source=source(),
        draw=lambda width: figures.timeline(rows, width, winter.FATHER_ARRIVES, winter.DAYS, months()),
        numbers={"spans": shown, "before": before},
    )


def _family_title(home: float, care: float) -> str:
    if by(home) == by(care):
        return f"The family's winter: father is home with care {on(home)}"
    return f"The family's winter: father is home {on(home)} and has care {'from' if care < winter.DAYS else 'only'} {by(care)}"


def _family_sentence(run: dict[str, Any]) -> str:
    low, (fit, left, home, care), high = run["days"]
    (_, paid, helped), (interim, back) = run["father"][1], run["often"]
    needed = wording.count(winter.FATHER_HOURS)
    parts = [
        f"Father comes in on {date(winter.FATHER_ARRIVES)}, is treated and is fit to leave by {date(fit)}.",
        f"In the middle one of {winter.REPLICATIONS} winters he then waits {_days(left - fit)} and leaves hospital {on(left)}",
        f"({between(low[1], high[1])} in eight winters of ten).",
        f"He is at home {on(home)}. Care starts {on(care)} ({between(low[3], high[3])}).",
        f"He came in needing {needed} hours of care a week; by then it is {run['week']:.1f}." if run["week"] else "",
        f"To the end of March services give {about(paid)} hours of care and the family {about(helped)}.",
        f"In {interim} of the winters he is moved to an interim bed in a care home." if interim else "",
        f"In {back} of the winters he has a crisis while he waits at home." if back else "",
    ]
    return " ".join(part for part in parts if part)


def _days(days: float) -> str:
    return f"{about(days)} {'day' if about(days) == '1' else 'days'}"


def _pieces(spans: Sequence[float]) -> str:
    told = [f"{_small(text)}, {_days(days)}" for text, days in zip(SPANS, spans, strict=True) if days >= 0.5]
    return "; ".join(told)


def _family_alt(shown: Sequence[float], before: Sequence[float]) -> str:
    base = f" A second bar, for carrying on: {_pieces(before)}." if before else ""
    start = date(winter.FATHER_ARRIVES)
    return f"Father's days from {start} to the end of March as a bar in pieces: {_pieces(shown)}.{base}"


def _family_table(run: dict[str, Any], base: dict[str, Any]) -> pd.DataFrame:
    rows = [("Waits for a bed, hours", *(about(v) for v in run["bed"]), about(base["bed"][1]))]
    for i, text in enumerate(("Fit to leave", "Leaves hospital", "At home", "Care starts")):
        rows.append((text, *(by(days[i]) for days in run["days"]), by(base["days"][1][i])))
    for i, text in enumerate(("Moves before home", "Hours of care from services", "Hours of care from the family")):
        rows.append((text, *(about(part[i]) for part in run["father"]), about(base["father"][1][i])))
    out = {
        "Father": [text for text, *_ in rows],
        "Middle winter": [middle for _, _, middle, _, _ in rows],
        "Eight winters in ten": [low if low == high else f"{low} to {high}" for _, low, _, high, _ in rows],
    }
    return pd.DataFrame(out | ({"Carrying on": [was for *_, was in rows]} if run is not base else {}))
