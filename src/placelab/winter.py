"""One winter of a place as the people in it: a discrete-event model (SimPy) of older people, hospital beds and care.

The place has 300,000 people and England's share aged 65 and over. It is seen from 1 November to 31 March, with the calendar of
2016-17, after some weeks that fill it. Older people come into hospital as emergencies, wait for a bed, are treated and are then
fit to leave. Most go home. Some wait: for an assessment, then for a home care package, reablement or a care home. Other people
ask for home care from their own homes and wait there. Packages start on working days while hours are free, and hours come free
when somebody's package ends. While people wait at home they turn to their general practice, and some have a crisis.

Four desks each decide once, on 1 November (`DESKS`). What late care does is contested, so it is a choice too (`LATE`). Every
draw belongs to a person and not to a moment, so two runs with one seed differ only through decisions: common random numbers.
Times are days from the start of 1 November; care is in hours a week. `parameters()` lists every number with unit, source, grade.

`python -m placelab.winter` runs every combination in `REPLICATIONS` winters and writes data/winter_runs.csv.gz.
"""

from __future__ import annotations

import gc
import gzip
import itertools
import math
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import simpy

from placelab import claims, places, population, tables

START, END = date(2016, 11, 1), date(2017, 3, 31)
DAYS = (END - START).days + 1
YEAR = 2016  # mid-year estimate that goes with the winter
WARM_UP = 56
FORTNIGHT = 14
EDGES = (*range(0, DAYS, FORTNIGHT), DAYS)  # ten fortnights, and eleven days at the end
REPLICATIONS = 32
SEED = 2017
HOLIDAYS = frozenset({date(2016, 12, 26), date(2016, 12, 27), date(2017, 1, 2)})
CLOSED = (date(2016, 12, 24), date(2017, 1, 2))  # no package starts from the first to the last of these days
SURGE = (date(2016, 12, 27), date(2017, 1, 23))

NO_SUPPORT, PACKAGE, REABLEMENT, CARE_HOME = range(4)
STATES = ("waiting for a bed", "treated", "delayed", "interim bed", "waiting at home", "home care", "reablement")
IN_HOSPITAL = ("treated", "delayed")
FATHER_ARRIVES, FATHER_HOURS = (date(2017, 1, 5) - START).days + 14 / 24, 14.0

# Each desk's options, the base case first: what it decides, and what that changes in the place from 1 November on.
DESKS: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "hospital": (
        ("Carry on", {}),
        ("Open escalation beds", {"escalation_beds": "escalation_size", "assessment_factor": "escalation_assessment"}),
        ("Protect the discharge team", {"assessment_factor": "protected_assessment"}),
    ),
    "gp": (
        ("Carry on", {}),
        ("One doctor for each frail person",
         {"crisis_factor": "continuity_crises", "avoided": "continuity_avoided", "held": "held_hours"}),
        ("Hold time for calls on the day", {"absorbed": "access_absorbed", "held": "held_hours"}),
    ),
    "council": (
        ("Carry on", {}),
        ("Raise the fee, for more care", {"growth": "fee_growth"}),
        ("Put hospital patients first", {"hospital_first": True}),
    ),
    "family": (
        ("Carry on", {}),
        ("Take father home and help him", {"take_home": True}),
        ("Wait in hospital for care", {"accept_interim": False}),
    ),
}  # fmt: skip
LATE = {
    "visits": "More visits to A&E",
    "admissions": "More visits and admissions",
}
Decisions = tuple[int, int, int, int]
CARRY_ON: Decisions = (0, 0, 0, 0)


@dataclass(frozen=True)
class Parameter:
    """One number of the model: value, unit, what it is, where it comes from, and its grade (published, derived or assumed)."""

    value: float
    unit: str
    what: str
    source: str
    grade: str


@dataclass(frozen=True)
class Winter:
    """A place in winter: every number of the model by name (`parameters`), then what the desks decided.

    assessment_factor and crisis_factor multiply; avoided is the share of ordinary emergencies that do not come; absorbed is the
    share of crises that general practice sees on the day; held is a doctor's hours a week; growth is the rise in hours of home
    care, reached evenly over `fee_weeks`.
    """

    number: Mapping[str, float]
    escalation_beds: int = 0
    assessment_factor: float = 1.0
    crisis_factor: float = 1.0
    avoided: float = 0.0
    held: float = 0.0
    absorbed: float = 0.0
    growth: float = 0.0
    hospital_first: bool = False
    take_home: bool = False
    accept_interim: bool = True
    admitted: float = 0.0  # share of crises that bring an admission


@cache
def older_people() -> int:
    """People aged 65 and over in a place of 300,000 with England's share of them in mid-2016, to the nearest thousand."""
    older, everyone = (population.people(age).at[places.ENGLAND, YEAR] for age in ("65 and over", "all ages"))
    return int(1000 * round(300 * older / everyone))


def _claim(claim_id: str) -> float:
    value = claims.get(claim_id).value
    if value is None:
        raise ValueError(f"claim {claim_id} has no value, and the winter model needs it")
    return value


def _per_older_person(count: float, year: int) -> float:
    """A count for England for each person aged 65 and over of a mid-year."""
    return count / float(population.people("65 and over").at[places.ENGLAND, year])


def _admissions() -> float:
    """A year's emergency admissions for each older person: 2010-11's count, grown to 2014-15, over the people of mid-2014."""
    growth = 1 + _claim("nao-2016-admissions-growth") / 100
    return _per_older_person(_claim("burns-2012-emergency-admissions") * growth, 2014)


def _crises() -> float:
    """A year's visits to A&E of a person left without care, if the whole effect of the cuts fell on those who lost it.

    The effect of the cut is spread over all older people in the source. We take the share who lost care to be the cut's
    own share of those who had long-term support in 2019-20, the first year of the table.
    """
    table = tables.load("care_activity").set_index(["code", "measure", "year"])["value"]
    supported = _per_older_person(float(table[places.ENGLAND, "long_term_support_65plus", "2019-20"]), 2019)
    return _claim("crawford-2021-ae-visits") / (abs(_claim("crawford-2021-spending-fall")) / 100 * supported)


def _fewer() -> float:
    """Share of admissions that one doctor for each older person would spare among those that it can, were association cause."""
    return abs(_claim("barker-2017-continuity")) / 100


def _avoided() -> float:
    """The same as a share of all emergency admissions."""
    return _fewer() * _claim("barker-2017-acsc-share") / 100


def _clients() -> float:
    return _per_older_person(_claim("kings-fund-2018-home-care-users"), 2015) * older_people()


def _price() -> float:
    """Median over councils of what they paid for an hour of home care from other providers, 2013-14, £."""
    rows = tables.load("care_unit_costs")
    rows = rows[(rows["measure"] == "home_care_hourly_external") & (rows["year"] == "2013-14")]
    return float(rows["value"].median())


# Assumptions: name, value, unit, what it is. No source settles them; argue with these first.
_ASSUMED: tuple[tuple[str, float, str, str], ...] = (
    ("surge", 0.08, "share", "rise in emergencies from 27 December to 23 January"),
    ("beds", 350, "beds", "beds open to older emergency patients"),
    ("treatment_days", 7.0, "days", "mean time in a bed until fit to leave (lognormal, as spread as its mean)"),
    ("share_package", 0.045, "share of admissions", "patients who need a new home care package to leave"),
    ("share_reablement", 0.045, "share of admissions", "patients who need reablement to leave"),
    ("share_care_home", 0.025, "share of admissions", "patients who need a care home to leave"),
    ("assessment_days", 3.0, "days", "mean time from fit to leave to assessed (exponential)"),
    ("care_home_days", 10.0, "days", "mean wait for a care home once assessed (exponential)"),
    ("reablement_places", 70, "people", "places in reablement"),
    ("reablement_days", 35.0, "days", "mean time in reablement (gamma, a third of its mean in spread)"),
    ("then_package", 0.3, "share", "people ending reablement who then ask for home care"),
    ("package_days", 365.0, "days", "mean length of a home care package (exponential)"),
    ("requests", 2.3, "people a day", "people who qualify for home care and ask from home"),
    ("patience_days", 60.0, "days", "mean time after which a person at home stops waiting (exponential)"),
    (
        "decondition",
        0.005,
        "share a day",
        "more hours of care needed after each day of waiting in hospital, up to a month",
    ),
    ("interim_beds", 10, "beds", "interim beds in care homes, for people in hospital who wait for home care"),
    ("interim_days", 14.0, "days", "wait for home care after which an interim bed is offered"),
    ("able", 1 / 3, "share", "people waiting in hospital for home care whose family could take them home first"),
    ("admitted", 0.5, "share", "crises that bring an admission, where late care is taken to do so"),
    ("contacts", 1.0, "contacts a week", "contacts of a person waiting at home for care with general practice"),
    ("contact_minutes", 20.0, "minutes", "a doctor's time for such a contact, or for a crisis seen on the day"),
    ("escalation_size", 24, "beds", "escalation beds, where they are opened"),
    ("escalation_assessment", 1.25, "ratio", "time to assess, where escalation beds draw on the discharge team"),
    ("protected_assessment", 0.6, "ratio", "time to assess, where the discharge team is protected"),
    (
        "held_hours",
        35.0,
        "hours a week",
        "doctors' time for either change in general practice: an hour in each practice",
    ),
    ("access_absorbed", 0.2, "share", "crises seen in general practice, where time is held for calls on the day"),
    ("fee_rise", 0.05, "share", "rise in the hourly fee"),
    ("fee_growth", 0.02, "share", "rise in hours of home care which that brings"),
    ("fee_weeks", 6.0, "weeks", "time until that rise is reached, evenly from 1 November"),
)


@cache
def parameters() -> dict[str, Parameter]:
    """Every number of the model by name. Those that are published or derived are read from the registers, never typed."""
    people, one_doctor = "table population_estimates", "claim barker-2017-continuity"
    derived = (
        ("older", older_people(), "people", "people aged 65 and over in the place", people),
        ("admissions", _admissions(), "a person a year", "emergency admissions of people aged 65 and over",
         f"claims burns-2012-emergency-admissions, nao-2016-admissions-growth; {people}"),
        ("clients", _clients(), "people", "people with home care from the council at the start",
         f"claim kings-fund-2018-home-care-users; {people}"),
        ("crises", _crises(), "a person a year", "crises of a person waiting at home for care",
         f"claims crawford-2021-ae-visits, crawford-2021-spending-fall; table care_activity; {people}"),
        ("continuity_crises", 1 - _fewer(), "ratio", "such crises where each frail person has one doctor", one_doctor),
        ("continuity_avoided", _avoided(), "share", "other emergencies that this spares",
         f"{one_doctor}, barker-2017-acsc-share"),
        ("price", _price(), "£ an hour", "price of an hour of home care to the council",
         "table care_unit_costs, 2013-14, median"),
    )  # fmt: skip
    hours = _claim("hscic-2008-home-care-hours")
    return {
        **{name: Parameter(value, unit, what, source, "derived") for name, value, unit, what, source in derived},
        "hours": Parameter(
            hours, "hours a week", "mean hours of a home care package", "claim hscic-2008-home-care-hours", "published"
        ),
        **{name: Parameter(value, unit, what, "assumption", "assumed") for name, value, unit, what in _ASSUMED},
    }


def decided(decisions: Sequence[int] = CARRY_ON, late: str = "visits", **changes: float) -> Winter:
    """The place with one decision a desk, in the order of DESKS, and parameters changed by name.

    Raises ValueError for a decision or a kind of lateness there is none of, an unknown parameter or a negative one.
    """
    if len(decisions) != len(DESKS) or any(
        not 0 <= d < len(DESKS[desk]) for desk, d in zip(DESKS, decisions, strict=True)
    ):
        raise ValueError(f"decisions: {tuple(decisions)!r} is not one of 0, 1 or 2 for each of {', '.join(DESKS)}")
    if late not in LATE:
        raise ValueError(f"late: {late!r} is not one of {', '.join(LATE)}")
    number = {name: parameter.value for name, parameter in parameters().items()}
    for name, value in changes.items():
        if name not in number or not math.isfinite(value) or value < 0:
            raise ValueError(
                f"{name}: {value!r} cannot be set; a parameter is a number from 0 up, one of {', '.join(number)}"
            )
    number |= changes
    if number["share_package"] + number["share_reablement"] + number["share_care_home"] > 1:
        raise ValueError("share_package, share_reablement and share_care_home: together they are more than everybody")
    set_to: dict[str, Any] = {
        name: number[value] if isinstance(value, str) else value
        for desk, chosen in zip(DESKS, decisions, strict=True)
        for name, value in DESKS[desk][chosen][1].items()
    }
    return Winter(number, admitted=number["admitted"] if late == "admissions" else 0.0, **set_to)


# Draws


@dataclass(slots=True)
class Person:
    """One older person, with every chance of theirs already drawn; what happens to them is filled in as it happens (days)."""

    arrives: float
    kind: int
    treatment: float  # days
    assessment: float  # exponential of mean 1, like care_home, package, patience and crises
    care_home: float
    reablement: float  # gamma of mean 1
    then_package: float  # uniform, like able, avoidable, seen and admitted
    hours: float  # a week, before any time in hospital makes it more
    package: float
    patience: float
    able: float
    avoidable: float
    crises: Sequence[float]
    seen: Sequence[float]
    admitted: Sequence[float]
    state: str = ""
    since: float = math.nan  # they last began to wait at home
    joined: float = math.nan  # since when they have asked for care
    asked: float = -math.inf  # from hospital, once assessed there
    fit: float = math.nan
    bed: float = math.nan
    left: float = math.nan  # hospital, for the first time
    home: float = math.nan
    care: float = math.nan
    for_bed: list[tuple[float, float]] = field(default_factory=list)
    delays: list[tuple[float, float]] = field(default_factory=list)
    at_home: list[tuple[float, float]] = field(default_factory=list)
    moves: int = 0  # from bed to bed within hospital, and out to an interim bed
    crisis: int = 0
    interim: bool = False
    taken: float = 0.0


@cache
def working_days() -> frozenset[int]:
    """Days, from the warm-up on, on which care starts: Monday to Friday, without bank holidays and the closure."""
    days = range(-WARM_UP, DAYS)
    dates = {day: START + timedelta(day) for day in days}
    return frozenset(
        d for d, on in dates.items() if on.weekday() < 5 and on not in HOLIDAYS and not CLOSED[0] <= on <= CLOSED[1]
    )


@cache
def season() -> dict[str, float]:
    """Emergency admissions a day in each month of 2016-17 against the year's mean (1): all ages, England."""
    table = tables.load("accident_and_emergency")
    count = table[table["measure"] == "admissions_all"].set_index("month")["value"]
    months = pd.period_range("2016-04", "2017-03", freq="M")
    days = {str(m): m.days_in_month for m in months}
    mean = sum(count[m] for m in days) / sum(days.values())
    return {m: float(count[m] / days[m] / mean) for m in days}


def emergencies_a_day(place: Winter, day: int) -> float:
    """Expected emergency admissions on a day; the weeks before November are like October."""
    on = START + timedelta(day)
    month = max(f"{on:%Y-%m}", "2016-10")
    surge = place.number["surge"] if SURGE[0] <= on <= SURGE[1] else 0.0
    return place.number["older"] * place.number["admissions"] / 365.25 * season()[month] * (1 + surge)


# Half-hour visits, two, three or four a day or three by two carers, as hours a week. The shares are assumed, the mean published.
_PATTERNS, _SHARES = np.array([7.0, 10.5, 14.0, 21.0]), np.array([0.33, 0.25, 0.2, 0.22])


Rows = dict[str, list[tuple[Any, ...]]]  # what `Person` is made from, by how people come


def _rows(
    chance: np.random.Generator, arrives: np.ndarray, kind: np.ndarray, number: Mapping[str, float]
) -> list[tuple[Any, ...]]:
    n = len(arrives)
    spread = math.sqrt(math.log(2))  # of a lognormal whose standard deviation is its mean
    columns = [
        arrives, kind,
        number["treatment_days"] * np.exp(spread * chance.standard_normal(n) - spread**2 / 2),
        chance.standard_exponential(n), chance.standard_exponential(n), chance.gamma(9, 1 / 9, n), chance.random(n),
        chance.choice(_PATTERNS, n, p=_SHARES) * (number["hours"] / float(_PATTERNS @ _SHARES)),
        chance.standard_exponential(n), chance.standard_exponential(n), chance.random(n), chance.random(n),
        chance.standard_exponential((n, 4)), chance.random((n, 4)), chance.random((n, 4)),
    ]  # fmt: skip
    return list(zip(*(column.tolist() for column in columns), strict=True))


def draw(place: Winter, seed: Sequence[int]) -> Rows:
    """Everybody of one winter: those who come as emergencies, those who ask from home, those who have care from the start.

    The draws depend on the seed and the parameters, never on what the desks decide.
    """
    number, days = place.number, np.arange(-WARM_UP, DAYS)
    emergencies, requests, clients, him = (np.random.default_rng([*seed, stream]) for stream in range(4))
    arrives = _times(emergencies, days, np.array([emergencies_a_day(place, int(day)) for day in days]))
    shares = np.cumsum([number["share_package"], number["share_reablement"], number["share_care_home"]])
    chance = emergencies.random(len(arrives))
    kind = np.select([chance < share for share in shares], [PACKAGE, REABLEMENT, CARE_HOME], NO_SUPPORT)
    asks = _times(requests, days, np.full(len(days), number["requests"]))
    cared_for = np.full(round(number["clients"]), -float(WARM_UP))
    return {
        "emergency": sorted([*_rows(emergencies, arrives, kind, number), _father(him)], key=lambda row: row[0]),
        "request": _rows(requests, asks, np.full(len(asks), PACKAGE), number),
        "client": _rows(clients, cared_for, np.full(len(cared_for), PACKAGE), number),
    }


def _times(chance: np.random.Generator, days: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Arrivals of a Poisson stream whose rate changes from day to day, in order."""
    whole = np.repeat(days, chance.poisson(rates))
    return np.sort(whole + chance.random(len(whole)))


def _father(chance: np.random.Generator) -> tuple[Any, ...]:
    """The person whom the family's desk follows: the same in every winter, but for the crises that chance holds for him.

    He comes in on Thursday 5 January at two in the afternoon, needs nine days of treatment and then two hours of care a day.
    His assessment takes the mean time; his family could take him home; they never stop waiting.
    """
    crises = chance.standard_exponential(4).tolist(), chance.random(4).tolist(), chance.random(4).tolist()
    return (FATHER_ARRIVES, PACKAGE, 9.0, 1.0, 0.0, 0.0, 1.0, FATHER_HOURS, math.inf, math.inf, 0.0, 1.0, *crises)


# The model


class Level:
    """How much there is of something, as it changes: a step function of time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.times: list[float] = []
        self.values: list[float] = []

    def add(self, time: float, step: float) -> None:
        """Count `step` more (or less) from `time` on."""
        self.now += step
        self.times.append(time)
        self.values.append(self.now)

    def days(self, edges: Sequence[float]) -> np.ndarray:
        """The area under it between each two edges: person-days, where it counts people."""
        if not self.times:
            return np.zeros(len(edges) - 1)
        times, inside = np.array(self.times), np.array(edges, dtype=float)
        cuts = np.unique(np.concatenate([times, inside]))
        held = np.concatenate([[0.0], self.values])[np.searchsorted(times, cuts[:-1], side="right")]
        total = np.concatenate([[0.0], np.cumsum(held * np.diff(cuts))])
        return np.diff(np.interp(inside, cuts, total))


class Service:
    """Care with a capacity: who waits for it, and who is started on each working morning."""

    def __init__(self, env: simpy.Environment, capacity: Callable[[float], float], first: Callable[[], bool]) -> None:
        self.env, self.capacity, self.first = env, capacity, first
        self.used = Level()
        self.queue: list[tuple[Person, Callable[[], float], simpy.Event]] = []
        self.starts: list[tuple[float, str]] = []

    def join(self, person: Person, need: Callable[[], float]) -> simpy.Event:
        """Wait for a start; `need()` is asked then for how much capacity the person takes."""
        started = self.env.event()
        self.queue.append((person, need, started))
        return started

    def withdraw(self, person: Person) -> None:
        """Stop waiting."""
        self.queue = [waiting for waiting in self.queue if waiting[0] is not person]

    def start(self, person: Person, need: float) -> None:
        """Begin the care of somebody, waiting or not."""
        self.used.add(self.env.now, need)
        person.taken = need

    def leave(self, person: Person) -> None:
        """End the care and free its capacity."""
        self.used.add(self.env.now, -person.taken)
        person.taken = 0.0

    def dispatch(self) -> None:
        """Start people, those who asked earliest first, until the next one does not fit. Where `first` says so, people in
        hospital come before all others."""
        first = self.first()
        order = sorted(self.queue, key=lambda waiting: (first and waiting[0].state != "delayed", waiting[0].joined))
        for person, need, started in order:
            wanted = need()
            if self.used.now + wanted > self.capacity(self.env.now):
                return
            self.start(person, wanted)
            self.starts.append((self.env.now, person.state))
            self.withdraw(person)
            started.succeed()


Steps = Generator[Any, Any, Any]


class Run:
    """One winter of one place, run up to day `until`: the `levels` of people by state, the people, and the two services.

    `rows` are what `draw` gives for the place's parameters and the winter's seed.
    """

    def __init__(self, place: Winter, rows: Rows, until: float = DAYS) -> None:
        self.place, self.number, self.env = place, place.number, simpy.Environment(-WARM_UP)
        self.people = {group: [Person(*row) for row in people] for group, people in rows.items()}
        self.levels = {state: Level() for state in STATES}
        self.entered = self.gone = self.interim = 0
        self.visits: list[float] = []  # to A&E, of people waiting at home for care
        self.seen: list[float] = []  # the crises that general practice sees instead
        self.gave_up: list[float] = []
        self.hours_at_start = self.number["clients"] * self.number["hours"]
        self.home_care = Service(self.env, self.hours, lambda: place.hospital_first and self.env.now >= 0)
        self.reablement = Service(self.env, lambda now: self.number["reablement_places"], lambda: False)
        self.beds = simpy.Resource(self.env, int(self.number["beds"]) + place.escalation_beds)
        for _ in range(place.escalation_beds):
            self.env.process(self._closed_bed())
        for person in self.people["client"]:
            if self.home_care.used.now + person.hours <= self.hours_at_start:
                self.home_care.start(person, person.hours)
                self.entered += 1
                self.env.process(self._cared_for(person))
        self.env.process(self._arrivals(self.people["emergency"], self._emergency))
        self.env.process(self._arrivals(self.people["request"], self._request))
        self.env.process(self._mornings())
        self.env.run(until)

    def hours(self, now: float) -> float:
        """Hours of home care a week that there are to give."""
        weeks = self.number["fee_weeks"]
        reached = min(max(now, 0.0) / (7 * weeks), 1.0) if weeks else float(now >= 0)
        return self.hours_at_start * (1 + self.place.growth * reached)

    def _closed_bed(self) -> Steps:
        """An escalation bed is closed until 1 November."""
        with self.beds.request() as bed:
            yield bed
            yield self.env.timeout(-self.env.now)

    def _mornings(self) -> Steps:
        """Ten o'clock on each working day: whoever fits is started."""
        yield self.env.timeout(10 / 24)
        while True:
            day = math.floor(self.env.now)
            if day in working_days() or day >= DAYS:
                self.home_care.dispatch()
                self.reablement.dispatch()
            yield self.env.timeout(1)

    def _arrivals(self, people: Sequence[Person], path: Callable[[Person], Steps]) -> Steps:
        for person in people:
            yield self.env.timeout(person.arrives - self.env.now)
            if self.env.now < 0 or person.avoidable >= self.place.avoided or path != self._emergency:
                self.entered += 1
                self.env.process(path(person))

    def _move(self, person: Person, state: str) -> None:
        """Put a person into a state, or with "" out of the model."""
        if person.state:
            self.levels[person.state].add(self.env.now, -1)
        if state:
            self.levels[state].add(self.env.now, 1)
        else:
            self.gone += 1
        person.state = state

    def _emergency(self, person: Person) -> Steps:
        """In as an emergency: bed, treatment, and what it takes to leave."""
        bed = yield from self._treated(person)
        if person.kind == NO_SUPPORT:
            self._leave(person, bed, "")
            return
        self._fit(person)
        factor = self.place.assessment_factor if self.env.now >= 0 else 1.0
        yield self.env.timeout(person.assessment * self.number["assessment_days"] * factor)
        person.joined = person.asked = self.env.now
        if person.kind == CARE_HOME:
            yield self.env.timeout(person.care_home * self.number["care_home_days"])
            self._leave(person, bed, "")
        elif person.kind == REABLEMENT:
            yield self.reablement.join(person, lambda: 1.0)
            self._leave(person, bed, "reablement")
            yield self.env.timeout(person.reablement * self.number["reablement_days"])
            self.reablement.leave(person)
            if person.then_package < self.number["then_package"]:
                yield from self._request(person)
            else:
                self._move(person, "")
        else:
            yield from self._for_package(person, bed)

    def _request(self, person: Person) -> Steps:
        """Ask for home care from home."""
        person.joined = self.env.now
        yield from self._at_home(person, self.home_care.join(person, self._needed(person)))

    def _treated(self, person: Person) -> Steps:
        """Wait for a bed and be treated in it; the bed, which the person still holds."""
        came = self.env.now
        self._move(person, "waiting for a bed")
        bed = self.beds.request()
        yield bed
        person.for_bed.append((came, self.env.now))
        person.bed = self.env.now
        if self.env.now >= 0 and self.beds.count > self.number["beds"]:
            person.moves += 1  # an escalation bed is nobody's ward
        self._move(person, "treated")
        yield self.env.timeout(person.treatment)
        return bed

    def _fit(self, person: Person) -> None:
        person.fit = self.env.now
        self._move(person, "delayed")

    def _leave(self, person: Person, bed: Any, to: str) -> None:
        """Out of the hospital bed."""
        if person.state == "delayed":
            person.delays.append((person.fit, self.env.now))
        if math.isnan(person.left):
            person.left = self.env.now
        self.beds.release(bed)
        self._move(person, to)

    def _needed(self, person: Person) -> Callable[[], float]:
        """Hours a week that a person takes if started now: more for each day spent waiting in hospital."""

        def hours() -> float:
            waited = sum(end - start for start, end in person.delays)
            if person.state == "delayed":
                waited += self.env.now - person.fit
            return person.hours * (1 + self.number["decondition"] * min(waited, 30.0))

        return hours

    def _for_package(self, person: Person, bed: Any) -> Steps:
        """Fit, assessed and in a hospital bed: wait there for home care, unless the family or an interim bed takes the person."""
        started = self.home_care.join(person, self._needed(person))
        winter = self.env.now >= 0
        if winter and self.place.take_home and person.able < self.number["able"]:
            self._leave(person, bed, "waiting at home")
            yield from self._at_home(person, started)
            return
        began = yield started | self.env.timeout(self.number["interim_days"])
        offered = self.interim < self.number["interim_beds"] and (self.place.accept_interim or self.env.now < 0)
        if started not in began and offered:
            self.interim += 1
            person.interim = True
            person.moves += 1
            self._leave(person, bed, "interim bed")
            yield started
            self.interim -= 1
        else:
            yield started
            self._leave(person, bed, "home care")
        yield from self._cared_for(person)

    def _at_home(self, person: Person, started: simpy.Event) -> Steps:
        """Wait at home until care starts, patience ends or a crisis ends in hospital."""
        since = person.since = self.env.now
        self._move(person, "waiting at home")
        if math.isnan(person.home):
            person.home = since
        patience = self.env.timeout(person.patience * self.number["patience_days"])
        while True:
            crisis = self.env.timeout(self._until_crisis(person))
            happened = yield started | patience | crisis
            if started in happened:
                person.at_home.append((since, self.env.now))
                yield from self._cared_for(person)
                return
            if patience in happened:
                self.home_care.withdraw(person)
                person.at_home.append((since, self.env.now))
                self.gave_up.append(self.env.now)
                self._move(person, "")
                return
            k, person.crisis = person.crisis, person.crisis + 1
            if self.env.now >= 0 and person.seen[k] < self.place.absorbed:
                self.seen.append(self.env.now)
                continue
            self.visits.append(self.env.now)
            if person.admitted[k] < self.place.admitted:
                self.home_care.withdraw(person)
                person.at_home.append((since, self.env.now))
                bed = yield from self._treated(person)
                self._fit(person)
                yield from self._for_package(person, bed)
                return

    def _until_crisis(self, person: Person) -> float:
        """Days until the person's next crisis if they go on waiting; what the desks decide changes the pace from day 0 on."""
        if person.crisis >= len(person.crises) or not self.number["crises"]:
            return math.inf
        before = self.number["crises"] / 365.25
        after, drawn, still = before * self.place.crisis_factor, person.crises[person.crisis], max(0.0, -self.env.now)
        return drawn / before if drawn <= before * still else still + (drawn - before * still) / after

    def _cared_for(self, person: Person) -> Steps:
        """Have home care until the package ends."""
        person.care = self.env.now
        if math.isnan(person.home):
            person.home = self.env.now
        self._move(person, "home care")
        yield self.env.timeout(person.package * self.number["package_days"])
        self.home_care.leave(person)
        self._move(person, "")


# What each desk sees

SERIES = ("delayed", "gp_hours_week", "waiting")
MEASURES = (
    "bed_days", "long_waits", "admissions", "visits", "occupancy",
    "gp_hours", "crises", "two_weeks",
    "starts", "hospital_starts", "home_days", "without_days", "wait_home", "gave_up", "care_hours",
)  # fmt: skip
FATHER = ("bed", "fit", "left", "home", "care", "moves", "back", "interim", "care_week", "paid_hours", "family_hours")
LONG_WAIT = 0.5  # days
TWO_WEEKS = 14


def measures(run: Run) -> dict[str, float]:
    """What the desks see of a winter: each of SERIES by fortnight, MEASURES over the winter, and FATHER's own winter.

    Beds, people waiting and a doctor's hours a week are means of the fortnight; shares run from 0 to 1; FATHER's bed, left, home
    and care are days since 1 November, the last day's end where it had not happened; back and interim are 1 where he had a
    crisis at home and where he was in an interim bed, else 0.
    """
    place, number, level = run.place, run.number, run.levels
    weeks = np.diff(EDGES) / 7
    delayed, waiting = (level[state].days(EDGES) for state in ("delayed", "waiting at home"))
    contacts = waiting / 7 * number["contacts"]
    seen = np.histogram(run.seen, bins=EDGES)[0]
    gp_hours = (contacts + seen) * number["contact_minutes"] / 60 + place.held * weeks
    series = zip(SERIES, (delayed / weeks / 7, gp_hours / weeks, waiting / weeks / 7), strict=True)
    out = {f"{name}_{i}": float(value) for name, values in series for i, value in enumerate(values)}

    everyone = [person for group in ("emergency", "request") for person in run.people[group]]
    spells = [spell for p in everyone for spell in at_home(p)]
    began = [end - start for p in everyone for start, end in p.at_home if end == p.care and _in_winter(end)]
    in_beds = sum(float(level[state].days((0, DAYS))[0]) for state in IN_HOSPITAL)
    starts = [state for time, state in run.home_care.starts if _in_winter(time)]
    out |= {
        "bed_days": float(delayed.sum()),
        "occupancy": in_beds / DAYS / (number["beds"] + place.escalation_beds),
        "long_waits": sum(_in_winter(came) and bed - came >= LONG_WAIT for p in everyone for came, bed in p.for_bed),
        "admissions": sum(_in_winter(came) for p in everyone for came, _ in p.for_bed),
        "visits": sum(map(_in_winter, run.visits)),
        "gp_hours": float(gp_hours.sum()),
        "crises": sum(map(_in_winter, [*run.visits, *run.seen])),
        "two_weeks": sum(_in_winter(start + TWO_WEEKS) and end >= start + TWO_WEEKS for start, end in spells),
        "starts": len(starts),
        "hospital_starts": sum(state == "delayed" for state in starts),
        "home_days": float(waiting.sum()),
        "without_days": float(waiting.sum()) + sum(DAYS - end for end in run.gave_up if _in_winter(end)),
        "wait_home": float(np.mean(began or [0.0])),
        "gave_up": sum(map(_in_winter, run.gave_up)),
        "care_hours": float(run.home_care.used.days((0, DAYS))[0]) / 7,
    }
    return out | {f"father_{name}": value for name, value in _fathers_winter(run).items()}


def _in_winter(time: float) -> bool:
    return 0 <= time < DAYS


def at_home(person: Person) -> list[tuple[float, float]]:
    """Every spell in which a person waited at home for care, the one that the run cut off included (it ends at infinity)."""
    return [*person.at_home, (person.since, math.inf)] if person.state == "waiting at home" else person.at_home


def _fathers_winter(run: Run) -> dict[str, float]:
    """The followed person's winter (FATHER). His family gives his hours of care while he waits at home, services after."""
    him = next(p for p in run.people["emergency"] if p.package == math.inf)
    days = {
        "bed": him.for_bed[0][1] if him.for_bed else math.nan,
        "fit": him.delays[0][0] if him.delays else him.fit,
        "left": him.left,
        "home": him.home,
        "care": him.care,
    }
    days = {name: float(DAYS) if math.isnan(day) else min(day, float(DAYS)) for name, day in days.items()}
    family = sum(min(end, DAYS) - start for start, end in at_home(him)) / 7 * him.hours
    return {
        **days,
        "moves": him.moves,
        "back": float(him.crisis > 0),
        "interim": float(him.interim),
        "care_week": him.taken,
        "paid_hours": (DAYS - days["care"]) / 7 * him.taken,
        "family_hours": family,
    }


# Little's law


@dataclass(frozen=True)
class Flow:
    """A queue over a time: how many stand in it on average, how many join it a day, and how long one who joins waits, in days."""

    mean: float
    a_day: float
    wait: float

    @property
    def product(self) -> float:
        """What Little's law expects the mean to be."""
        return self.a_day * self.wait


QUEUES = {"delayed": "fit to leave, in hospital", "waiting at home": "waiting at home for care"}


def spells(run: Run, state: str) -> list[tuple[float, float]]:
    """Start and end of everybody's time in one of QUEUES, in days; infinity where the run ended first."""
    out = []
    for person in itertools.chain(run.people["emergency"], run.people["request"]):
        out += person.delays if state == "delayed" else person.at_home
        if person.state == state:
            out.append((person.fit if state == "delayed" else person.since, math.inf))
    return out


def flow(run: Run, state: str, start: float, end: float) -> Flow:
    """One of QUEUES between two days: its mean from the count of people, the rest from each person's own record.

    Who joins between the two days counts with the whole of their wait, so `run` must go on until they are all through: over a
    time that begins and ends with nobody there the law is exact, over any other it is near. Raises ValueError where somebody who
    joined is still there, or nobody joined.
    """
    joined = [(a, b) for a, b in spells(run, state) if start <= a < end]
    if not joined or any(math.isinf(b) for _, b in joined):
        raise ValueError(f"{state}: {'nobody joined' if not joined else 'the run ends before everybody is through'}")
    wait = sum(b - a for a, b in joined) / len(joined)
    return Flow(float(run.levels[state].days((start, end))[0]) / (end - start), len(joined) / (end - start), wait)


def reasons(run: Run, start: float, end: float) -> pd.DataFrame:
    """What people who become fit to leave between two days wait for: a_day, wait (days) and beds, their product, by reason."""
    parts: dict[str, list[float]] = {name: [] for name in ("assessment", "home care", "reablement", "care home")}
    names = {PACKAGE: "home care", REABLEMENT: "reablement", CARE_HOME: "care home"}
    for person in run.people["emergency"] + run.people["request"]:
        for fit, left in person.delays:
            if start <= fit < end:
                assessed = min(max(person.asked, fit), left)
                if assessed > fit:
                    parts["assessment"].append(assessed - fit)
                parts[names[person.kind]].append(left - assessed)
    rows = {name: (len(waits) / (end - start), float(np.mean(waits or [0.0]))) for name, waits in parts.items()}
    out = pd.DataFrame.from_dict(rows, orient="index", columns=["a_day", "wait"])
    return out.assign(beds=out["a_day"] * out["wait"])


# The table of runs

KEY = (*DESKS, "late")
Combination = tuple[int, int, int, int, str]
COMBINATIONS: list[Combination] = [
    (h, g, c, f, late) for late in LATE for h, g, c, f in itertools.product(range(3), repeat=4)
]
QUANTILES = (0.1, 0.5, 0.9)


def measured(place: Winter, rows: Rows) -> dict[str, float]:
    """The measures of one winter. Garbage waits until it is over: collecting it among a run's many events doubles the time."""
    gc.disable()
    try:
        return measures(Run(place, rows))
    finally:
        gc.enable()


def replicate(number: int) -> pd.DataFrame:
    """One winter under every combination of decisions: a row each (KEY as index), a column a measure."""
    rows = draw(decided(), (SEED, number))
    return pd.DataFrame(
        [measured(decided(each[:4], each[4]), rows) for each in COMBINATIONS],
        index=pd.MultiIndex.from_tuples(COMBINATIONS, names=KEY),
    )


def winters(combination: Combination, replications: int = REPLICATIONS) -> pd.DataFrame:
    """Every winter under one combination (four decisions and what late care does): a row a winter, a column a measure."""
    place = decided(combination[:4], combination[4])
    return pd.DataFrame([measured(place, draw(place, (SEED, k))) for k in range(replications)])


COLUMNS = ("low", "median", "high", "mean", "change_low", "change_median", "change_high")


def summarised(runs: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """Low, median, high and mean over winters of each measure, and of its change from `base` in the same winters (for MEASURES).

    Both frames have a row a winter and a column a measure. Columns: measure, then COLUMNS. Low and high hold eight winters in
    ten between them.
    """
    levels, changes = (np.quantile(frame, QUANTILES, axis=0).T for frame in (runs, runs - base))
    changes[~runs.columns.isin(MEASURES)] = np.nan
    numbers = np.column_stack([levels, runs.mean(), changes]).round(2) + 0.0  # no minus nought
    out = pd.DataFrame(numbers, columns=list(COLUMNS))
    out.insert(0, "measure", runs.columns)
    return out


def table() -> pd.DataFrame:
    """The table of runs, in data/: a row for each combination and measure (see `summarised`)."""
    return tables.load("winter_runs")


def change(choice: Sequence[int], measure: str, late: str = "visits") -> float:
    """The median change that decisions make in one of MEASURES, as a share of its median when everybody carries on.

    Raises ValueError for decisions or a measure there are none of.
    """
    if tuple(choice) not in {each[:4] for each in COMBINATIONS} or late not in LATE or measure not in MEASURES:
        raise ValueError(
            f"no run of {tuple(choice)!r} with {late!r} and {measure!r}; measures are {', '.join(MEASURES)}"
        )
    rows = table().set_index([*KEY, "measure"])
    return float(rows.at[(*choice, late, measure), "change_median"] / rows.at[(*CARRY_ON, late, measure), "median"])


def main(to: Path) -> None:
    """Run every combination and write the table: about a quarter of an hour in two processes."""
    with ProcessPoolExecutor(2) as pool:
        runs = pd.concat(list(pool.map(replicate, range(REPLICATIONS))), keys=range(REPLICATIONS))
    parts = []
    for combination in COMBINATIONS:
        base = runs.xs((*CARRY_ON, combination[-1]), level=list(range(1, 6)))
        part = summarised(runs.xs(combination, level=list(range(1, 6))), base)
        for position, name in enumerate(KEY):
            part.insert(position, name, combination[position])
        parts.append(part)
    text = pd.concat(parts).to_csv(index=False, lineterminator="\n")
    to.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/winter_runs.csv.gz"))
