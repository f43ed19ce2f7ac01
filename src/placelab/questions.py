"""Questions that a place's own numbers raise, to take into a meeting.

Each rule looks at the same measures as the labs and gives one question or none; the first six that apply are asked, in the order
of RULES. A rule says what was found and asks what the place makes of it. None says that a council did well or badly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from placelab import carers, demand, gap, nhs_areas, outcomes, places, population, spending, wording

ASKED = 6
FIRST = "2009-10"
DELAYED = "2019-20"  # the last year for which delayed transfers were published by council
OLDEST = "85 and over"
ALIKE = 0.02  # changes this near to one another are told as alike
NEAR = 0.02  # a projection this near to the estimate is told as having come near


@dataclass(frozen=True)
class Numbers:
    """What the rules look at, for one place. Money is £, changes and parts are shares; NaN where nothing was published.

    published: the year of its latest net spending; latest: the latest there is. until, change, england: real change in net
    spending per adult from 2009-10 to its latest year that has one, and England's to the same year. gap, ageing, unit_cost: the
    gap in the last projected year, and with either cause alone. council_tax: the yearly rate that alone would close it.
    overshoot: the 2018-based projection of people aged 85 and over against the latest estimate. delayed, middle: delayed a day
    per 100,000 adults, and the middle council's. younger: part of gross spending that goes to people under 65. carers: people
    who give 50 or more hours of unpaid care a week. boards: the integrated care boards that it lies in.
    """

    code: str
    published: str
    latest: str
    until: str
    change: float
    england: float
    gap: float
    ageing: float
    unit_cost: float
    council_tax: float
    overshoot: float
    delayed: float
    middle: float
    younger: float
    carers: float
    boards: tuple[nhs_areas.Area, ...]

    @property
    def place(self) -> places.Place:
        """The place itself."""
        return places.get(self.code)

    @property
    def name(self) -> str:
        """Its name inside a sentence."""
        return self.place.in_sentence

    def counted(self, start: str) -> str:
        """The name of what its figures from a year on are counted in: "Suffolk", "the former Cumbria"."""
        area, name = places.area_of(self.code, start)
        if self.code == places.ENGLAND or name == self.place.name:
            return self.name
        return name if "+" in area else f"the former {name}"


@cache
def numbers(code: str) -> Numbers:
    """What the rules look at, for a place or England. Raises UnknownPlace."""
    base = gap.base_case()
    until, change, england = _spending_change(code)
    start = gap.starting_point()
    rates = outcomes.delayed_rates(DELAYED)
    large = places.frame().index[~places.frame()["small"]]
    return Numbers(
        code=code,
        published=gap.first_year() if code == places.ENGLAND else str(start.at[places.get(code).code, "published"]),
        latest=gap.first_year(),
        until=until,
        change=change,
        england=england,
        gap=gap.gap_of(code, base).pounds,
        ageing=gap.gap_of(code, gap.ageing_alone()).pounds,
        unit_cost=gap.gap_of(code, gap.unit_cost_alone()).pounds,
        council_tax=gap.closing(code)["council_tax"],
        overshoot=float(population.overlap(OLDEST).at[code, demand.last_estimate()]),
        delayed=float(rates[code]),
        middle=float(rates[large].median()),
        younger=1 - gap.older_part(code),
        carers=float(carers.unpaid_carers("50 or more")[code]),
        boards=nhs_areas.areas(code, "2022"),
    )


def _spending_change(code: str) -> tuple[str, float, float]:
    """The latest year with net spending per adult, the real change in it since FIRST, and England's to the same year."""
    known = spending.by_area("net", "adult", start=FIRST)
    if code == places.ENGLAND:
        until = str(known.columns[-1])
        change = spending.same_areas_change("net", FIRST, until)
        return until, change, change
    own = known.loc[places.area_of(code, FIRST)[0]].dropna()
    until = str(own.index[-1])
    return until, float(own[until] / own[FIRST] - 1), spending.same_areas_change("net", FIRST, until)


# The rules, in the order in which they are asked


def no_return(of: Numbers) -> str:
    """The council's latest returns are blank."""
    if of.published >= of.latest:
        return ""
    return (
        f"The latest published net spending on adult social care in {of.name} is for {of.published}. "
        "When will later years come out, and what do partners plan on until then?"
    )


def few_people(of: Numbers) -> str:
    """So few people that one of them can move the budget."""
    if not of.place.small:
        return ""
    return f"In a place as small as {of.name} one person's care can move a year's budget. Whose could, and what is put by for it?"


def spending_per_adult(of: Numbers) -> str:
    """How spending for each adult moved, beside England's."""
    money = f"net spending per adult in {of.counted(FIRST)}"
    told = f"Between {FIRST} and {of.until} {money} {wording.change(of.change)} in real terms"
    if of.code == places.ENGLAND:
        return f"{told}. Where does our own council stand beside that, and why?"
    beside = f"{told}; across England it {wording.change(of.england)}. "
    if of.place.small or abs(of.change - of.england) <= ALIKE:
        return beside + "What did we choose to do less of, and what more?"
    if of.change < of.england:
        return beside + "What does the council no longer do, and who does it now?"
    return beside + "What did the difference buy, and for whom?"


def cause_of_gap(of: Numbers) -> str:
    """Which of ageing and unit cost makes the larger part of the gap."""
    if of.gap <= 0:
        return (
            f"With funding level, need in {of.counted(gap.FIRST)} costs no more in {gap.END} than funding pays for, by this sum. "
            "What does the sum leave out here?"
        )
    causes = f"Of a gap of {wording.rough_pounds(of.gap)} a year in {of.counted(gap.FIRST)} by {gap.END}, "
    ageing, cost = wording.rough_pounds(of.ageing), wording.rough_pounds(of.unit_cost)
    if of.unit_cost >= of.ageing:
        return (
            f"{causes}dearer care alone would make {cost} and ageing alone {ageing}. "
            "Who sets the pay and prices behind it here, and what would they need to hear from us?"
        )
    return (
        f"{causes}ageing alone would make {ageing} and dearer care alone {cost}. "
        "What would let people need care later, and who would pay for it first?"
    )


def projection(of: Numbers) -> str:
    """How far the projection of the oldest stood from the estimate."""
    year, size = demand.last_estimate(), wording.percent(abs(of.overshoot))
    if abs(of.overshoot) <= NEAR:
        return (
            f"The projection of 2020 came within {wording.percent(NEAR)} of the estimate of people aged {OLDEST} in {of.name} in "
            f"{year}. Which decision would change if the next were out by a tenth?"
        )
    side = "above" if of.overshoot > 0 else "below"
    return (
        f"The projection of 2020 stood {size} {side} the estimate of people aged {OLDEST} in {of.name} in {year}. "
        "Which of our plans and contracts still rest on it?"
    )


def delays(of: Numbers) -> str:
    """How many were delayed in hospital when that was last published, beside the middle council."""
    if of.delayed != of.delayed or of.place.small or of.code == places.ENGLAND:
        return ""
    more = of.delayed > of.middle
    ends = "What has changed since, in hospital and out of it?" if more else "What kept it so, and does it still?"
    than = "against" if more else "and"
    return (
        f"In {DELAYED}, for each 100,000 adults of {of.counted(DELAYED)}, {of.delayed:.1f} people a day were delayed in leaving "
        f"hospital, {than} {of.middle:.1f} in the middle council. {ends}"
    )


def boards(of: Numbers) -> str:
    """How the NHS's map lies on the place."""
    if of.code == places.ENGLAND:
        return ""
    if len(of.boards) > 1:
        return (
            f"{wording.capital(of.name)} lies in parts of {wording.in_words(len(of.boards))} integrated care boards. "
            "Who in each can answer for the whole of it?"
        )
    others = of.boards[0].places - 1
    if not others:
        return f"One integrated care board covers {of.name} and no other place. What do we and it still decide twice?"
    shared = f"{wording.in_words(others)} other {'place' if others == 1 else 'places'}"
    return f"Our integrated care board covers all or part of {shared} as well. What must it do differently in {of.name}?"


def younger_adults(of: Numbers) -> str:
    """How much of the money is for people under 65."""
    if of.younger != of.younger:
        return ""
    return (
        f"People under 65 took {wording.percent(of.younger)} of what {of.name} spent on adult social care when it was last "
        "published by age. Does our plan speak of them as much as it does of ageing?"
    )


def closing(of: Numbers) -> str:
    """What council tax alone would have to do."""
    if not of.council_tax > 0:
        return ""
    return (
        f"For council tax alone to close the gap in {of.counted(gap.FIRST)}, what it brings to care would have to grow "
        f"{wording.percent(of.council_tax, 1)} a year faster than prices. What are we counting on in its place?"
    )


def unpaid_care(of: Numbers) -> str:
    """How many give 50 hours of care a week without pay."""
    return (
        f"In 2021 {wording.people(of.carers)} residents of {of.name} gave 50 or more hours of unpaid care a week. "
        "What would we notice first if one in ten of them could not go on?"
    )


Rule = Callable[[Numbers], str]
RULES: tuple[Rule, ...] = (
    no_return, few_people, spending_per_adult, cause_of_gap, projection, delays, boards, younger_adults, closing, unpaid_care,
)  # fmt: skip


@cache
def questions(code: str) -> tuple[str, ...]:
    """The six questions of a place or of England, each a statement of what was found and a question. Raises UnknownPlace."""
    found = numbers(code)
    return tuple(filter(None, (rule(found) for rule in RULES)))[:ASKED]
