"""A cohort's dates: a calendar file that a diary reads, and a page to print.

    python -m placelab.schedule --start 2027-01-12 --every 14
    python -m placelab.schedule --plan half-day --start 2027-01-12 --at 09:00 --where "Town Hall"

The sessions, their lengths and what is done beforehand are those of placelab.plans, with the minutes of a built book. Times are
those of clocks in England, bank holidays those that the library `holidays` has for England. Dates that want a second look are
warned of and kept; dates that cannot be are refused and nothing is written. The same request gives the same files, but for the
moment of writing, which a calendar file must state.
"""

from __future__ import annotations

import argparse
import re
import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import icalendar
import pandas as pd
from icalendar.enums import TRANSP

from placelab import claims, plans, wording
from placelab.book.game import tag
from placelab.book.minutes import duration
from placelab.plans import PlanError, Session

TITLE = "Leading a Place"
PLANS = (plans.COURSE, "half-day", "residential")
LONDON = ZoneInfo("Europe/London")
YEARS = range(2000, 2100)  # those for which bank holidays are known or follow their rule
BOOK = Path("_build/html")
EVERY = range(1, 367)  # days between sessions
NAMESPACE = uuid.UUID("5f0d5a38-6b0c-4f43-9d6e-0a8a2f3f9b61")  # of this calendar's identifiers
MAY, THURSDAY, FRIDAY = 5, 3, 4
STYLE = """
@page { size: A4; margin: 18mm }
body { font: 11pt/1.4 system-ui, sans-serif; margin: 1rem auto; max-width: 46rem; padding: 0 1rem; overflow-wrap: break-word }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #767676; padding: 0.35rem 0.4rem 0.35rem 0; text-align: left; vertical-align: top }
tr { break-inside: avoid } td:last-child { width: 45% } thead th { border-bottom-width: 2px } ul { margin: 0; padding-left: 1rem }
@media print { body { margin: 0; max-width: none; padding: 0 } }
"""


class ScheduleError(ValueError):
    """Dates that cannot be: the message says which, and how to mend it."""


@dataclass(frozen=True)
class Meeting:
    """A session with its date. start and end: by the clock in England; before: what is done alone, with its minutes."""

    label: str
    title: str
    start: datetime
    end: datetime
    alone: int
    before: tuple[str, ...]

    @property
    def days(self) -> list[date]:
        """Every date that it touches."""
        first = self.start.date()
        return [first + timedelta(days=i) for i in range((self.end.date() - first).days + 1)]


@dataclass(frozen=True)
class FollowUp:
    """What comes after the last session. due: the date that the count gives; day: the working day that is taken; why: what was
    wrong with the first, or ""."""

    title: str
    text: str
    due: date
    day: date
    why: str


@dataclass(frozen=True)
class Schedule:
    """A cohort's dates. where: as it was given, or ""; warnings: sentences."""

    key: str
    title: str
    where: str
    meetings: tuple[Meeting, ...]
    follow_ups: tuple[FollowUp, ...]
    warnings: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What the writer of the schedule should read: the warnings, and the follow-ups that moved."""
        return (*self.warnings, *(moved_note(one) for one in self.follow_ups if one.why))


# ---- dates


@cache
def bank_holidays() -> holidays.HolidayBase:
    """England's bank holidays, by date."""
    return holidays.country_holidays("GB", subdiv="ENG")


def not_working(day: date) -> str:
    """Why nobody works that day, or "" for a working day: "a bank holiday in England (Good Friday)", "at a weekend"."""
    name = bank_holidays().get(day)
    if name:
        return f"a bank holiday in England ({name})"
    return "at a weekend" if day.weekday() > FRIDAY else ""


def working_day(day: date, step: int = 1) -> date:
    """The day itself if it is a working day, or else the next one; with step -1 the one before."""
    while not_working(day):
        day += timedelta(days=step)
    return day


def pre_election(year: int) -> tuple[date, date]:
    """By when notice of the year's local elections is published, and the poll, by rule: the first Thursday in May.

    Working days are those without weekends and bank holidays (local election rules also leave out days that never fall here).
    """
    first = date(year, MAY, 1)
    poll = first + timedelta(days=(THURSDAY - first.weekday()) % 7)
    notice = poll
    for _ in range(int(claims.get("ec-notice-working-days").value or 0)):
        notice = working_day(notice - timedelta(days=1), -1)
    return notice, poll


def of_date(text: str) -> date:
    """ "2027-01-12" -> a date. Raises ScheduleError."""
    try:
        found = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        found = None
    if found is None:
        raise ScheduleError(f"{text!r} is not a date; write one that exists as year-month-day: 2027-01-12")
    if found.year not in YEARS:
        raise ScheduleError(f"{text} is not in the years {YEARS[0]} to {YEARS[-1]}")
    return found


def dates(wanted: int, start: str | None, every: int | None, listed: Sequence[str] | None) -> list[date]:
    """The dates of so many sessions, from a start and a step in days, or from a list. Raises ScheduleError."""
    if (start is None) == (listed is None):
        raise ScheduleError("give --start with --every, or --dates")
    if listed is not None:
        if every is not None:
            raise ScheduleError("--every goes with --start; with --dates leave it out")
        return in_order([of_date(text) for text in listed], wanted)
    first = of_date(start or "")
    if wanted > 1 and every is None:
        raise ScheduleError(f"--start gives the first of {wanted} sessions: say with --every how many days lie between them")
    if wanted == 1 and every is not None:
        raise ScheduleError("--every is for the course; this plan is one event")
    if every is not None and every not in EVERY:
        raise ScheduleError(f"--every {every}: say from {EVERY[0]} to {EVERY[-1]} days")
    made = [first + timedelta(days=i * (every or 0)) for i in range(wanted)]
    return [of_date(day.isoformat()) for day in made]


def in_order(days: list[date], wanted: int) -> list[date]:
    """The days, if they are as many as wanted and each later than the one before. Raises ScheduleError."""
    if len(days) != wanted:
        given, needed = wording.plural(len(days), "date", "dates"), wording.plural(wanted, "session", "sessions")
        raise ScheduleError(f"--dates has {given} and the plan has {needed}: give one for each")
    for earlier, later in pairwise(days):
        if later <= earlier:
            raise ScheduleError(f"--dates: {later} does not come after {earlier}; write the dates in order, each once")
    return days


# ---- the schedule


def sessions(key: str, times: plans.Times, at: str = "") -> list[Session]:
    """A plan's sessions, from a time of day of one's own where it is given. Raises PlanError, ScheduleError."""
    own = plans.sessions(key, times)
    if not at:
        return own
    plans.of_clock(at, "--at")
    try:
        return plans.sessions(key, times, at)
    except PlanError as problem:
        usual = plans.clock(own[0].plan.starts)
        raise ScheduleError(f"--at {at} does not suit this plan, which begins at {usual} ({problem})") from problem


def arranged(key: str, sessions: Sequence[Session], days: Sequence[date], where: str = "") -> Schedule:
    """The schedule of a plan's sessions on these days, one each. Raises ScheduleError."""
    meetings = tuple(meeting(one, day, len(sessions)) for one, day in zip(sessions, days, strict=True))
    title = "the course" if key == plans.COURSE else wording.capital(sessions[0].title)
    last = meetings[-1].end.date()
    return Schedule(key, f"{TITLE}: {title}", where.strip(), meetings, follow_ups(last), tuple(warnings(meetings)))


def meeting(session: Session, day: date, count: int) -> Meeting:
    """A session on its day. Raises ScheduleError where it would run past midnight and is not meant to."""
    plan = session.plan
    if plan.lasts < plans.DAY < plan.starts + plan.lasts:
        raise ScheduleError(
            f"--at {plans.clock(plan.starts)}: “{session.title}” lasts {duration(plan.lasts)} and would run past midnight"
        )
    midnight = datetime.combine(day, time(), LONDON)
    begins, ends = (midnight + timedelta(minutes=at) for at in (plan.starts, plan.starts + plan.lasts))
    before = tuple(f"{block.what} ({duration(block.minutes)})" for block in session.before.blocks)
    label = f"Session {session.number} of {count}" if count > 1 else ""
    return Meeting(label, session.title, begins, ends, session.before.lasts, before)


def follow_ups(last: date) -> tuple[FollowUp, ...]:
    """The call four weeks and the form six months after the last day, each on a working day."""
    return tuple(
        FollowUp(title, text, due, working_day(due), not_working(due))
        for title, text, due in (
            ("The call at four weeks", "Fill in the form for four weeks. Then ring each other.", last + timedelta(weeks=4)),
            ("The form at six months", "Fill in the form for six months.", (pd.Timestamp(last) + pd.DateOffset(months=6)).date()),
        )
    )


def warnings(meetings: Sequence[Meeting]) -> list[str]:
    """What to look at again: weekends, bank holidays and the pre-election period."""
    said = []
    for one in meetings:
        name = one.label or one.title
        said += [f"{name}: {worded(day)} is {why}." for day in one.days if (why := not_working(day))]
        begins, poll = pre_election(one.start.year)
        if any(begins <= day <= poll for day in one.days):
            said.append(
                f"{name}: {worded(one.start)} falls in the pre-election period of any local elections on {worded(poll)}, "
                f"which begins by {worded(begins)}. Ask your monitoring officer."
            )
    return said


def worded(day: date) -> str:
    """ "Tuesday 12 January 2027"."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def moved_note(one: FollowUp) -> str:
    """Why a follow-up is not on the day that the count gives."""
    return f"{one.title}: {worded(one.due)} is {one.why}, so it is on the next working day, {worded(one.day)}."


# ---- what is written


def calendar(schedule: Schedule, stamp: datetime) -> bytes:
    """The schedule as an iCalendar file (RFC 5545). stamp: the moment of writing, in UTC.

    An entry's identifier is made of its plan, place in it and date, so that the same file read twice doubles nothing.
    """
    first, last = schedule.meetings[0].start, schedule.follow_ups[-1].day
    made = icalendar.Calendar.new(
        name=schedule.title, prodid=f"-//{TITLE}//placelab.schedule//EN", uid=identifier(schedule.key, first.isoformat())
    )
    for one in schedule.meetings:
        label = f", {one.label.lower()}: {one.title}" if one.label else f": {one.title}"
        made.add_component(
            icalendar.Event.new(
                uid=identifier(schedule.key, one.label, one.start.isoformat()), stamp=stamp, start=one.start, end=one.end,
                summary=f"{TITLE}{label}", location=schedule.where or None, description="\n".join(preparation(one)) or None,
            )
        )  # fmt: skip
    for follow_up in schedule.follow_ups:
        made.add_component(
            icalendar.Event.new(
                uid=identifier(schedule.key, follow_up.title, follow_up.day.isoformat()), stamp=stamp,
                start=follow_up.day, end=follow_up.day + timedelta(days=1),
                summary=f"{TITLE}: {follow_up.title.lower()}", description=follow_up.text, transparency=TRANSP.TRANSPARENT,
            )
        )  # fmt: skip
    made.add_missing_timezones(date(first.year, 1, 1), date(last.year + 1, 1, 1))
    return made.to_ical()


def identifier(*parts: str) -> str:
    """The same identifier for the same words."""
    return str(uuid.uuid5(NAMESPACE, "/".join(parts)))


def preparation(one: Meeting) -> list[str]:
    """What is done beforehand, its total first; nothing where there is none."""
    return [f"Beforehand, alone: {duration(one.alone)}", *one.before] if one.before else []


def page(schedule: Schedule) -> str:
    """The schedule as one HTML page without scripts, for A4 and for a narrow screen."""
    head = ("Session", "When", "Beforehand, alone")
    rows = [
        tag("tr", tag("th", escape(" ".join(filter(None, (one.label and f"{one.label}.", one.title)))), scope="row"),
            tag("td", escape(when(one))), tag("td", *beforehand(one)))
        for one in schedule.meetings
    ]  # fmt: skip
    after = [
        tag("li", tag("strong", escape(one.title)), escape(f": {worded(one.day)}. {one.text}")) for one in schedule.follow_ups
    ]
    top = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in head)))
    body = [
        tag("h1", escape(schedule.title)),
        tag("p", escape(f"Where: {schedule.where}")) if schedule.where else "",
        tag("table", top, tag("tbody", *rows)),
        tag("h2", "Afterwards"),
        tag("ul", *after),
    ]
    if schedule.notes:
        body += [tag("h2", "Look at these dates again"), tag("ul", *(tag("li", escape(note)) for note in schedule.notes))]
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    top = tag("head", meta, tag("title", escape(schedule.title)), tag("style", STYLE))
    return f"<!DOCTYPE html>\n{tag('html', top, tag('body', tag('main', *body)), lang='en-GB')}\n"


def when(one: Meeting) -> str:
    """ "Tuesday 12 January 2027, 09:30 to 10:40"."""
    end = f"{one.end:%H:%M}" if len(one.days) == 1 else f"{worded(one.end)}, {one.end:%H:%M}"
    return f"{worded(one.start)}, {one.start:%H:%M} to {end}"


def beforehand(one: Meeting) -> list[str]:
    """What is done before a session, as HTML."""
    if not one.before:
        return ["Nothing"]
    return [escape(duration(one.alone)), tag("ul", *(tag("li", escape(text)) for text in one.before))]


def write(files: dict[Path, bytes], replace: bool) -> None:
    """Write all files, or none where one is there and may not be replaced (ScheduleError)."""
    there = [str(path) for path in files if path.exists()]
    if there and not replace:
        raise ScheduleError(f"{' and '.join(there)} would be overwritten: add --replace, or name another folder with --out")
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(f"{path.name}.part").write_bytes(content)
    for path in files:
        path.with_name(f"{path.name}.part").replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when both files were written, else 2 with one sentence on what was wrong."""
    parser = argparse.ArgumentParser(prog="python -m placelab.schedule", description="Write a cohort's dates.")
    parser.add_argument("--plan", choices=PLANS, default=plans.COURSE, help="default: %(default)s")
    parser.add_argument("--start", help="date of the first session, as 2027-01-12")
    parser.add_argument("--every", type=int, help="days from one session to the next")
    parser.add_argument("--dates", nargs="+", help="a date for each session, instead of --start and --every")
    parser.add_argument("--at", default="", help="time of day at which each begins, as 09:30 (default: the plan's)")
    parser.add_argument("--where", default="", help="place, for the calendar and the page")
    parser.add_argument("--out", type=Path, default=Path(), help="folder to write into (default: this one)")
    parser.add_argument("--replace", action="store_true", help="overwrite an earlier schedule of the same plan and first date")
    parser.add_argument("--book", type=Path, default=BOOK, help="folder of the built book (default: %(default)s)")
    given = parser.parse_args(arguments)
    try:
        times = plans.built(given.book)
        wanted = sessions(given.plan, times, given.at)
        days = dates(len(wanted), given.start, given.every, given.dates)
        schedule = arranged(given.plan, wanted, days, given.where)
        stem = given.out / f"schedule-{given.plan}-{days[0]}"
        files = {
            stem.with_suffix(".ics"): calendar(schedule, datetime.now(UTC).replace(microsecond=0)),
            stem.with_suffix(".html"): page(schedule).encode(),
        }
        write(files, given.replace)
    except (ScheduleError, PlanError, OSError) as problem:
        print(f"Nothing written: {problem}", file=sys.stderr)
        return 2
    for note in schedule.notes:
        print(note)
    print(f"Written: {' and '.join(map(str, files))}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
