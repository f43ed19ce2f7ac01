"""A cohort's dates: what is asked is written, what is doubtful is warned of, what cannot be is refused and leaves no file."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
from bs4 import BeautifulSoup
from building import Build
from hypothesis import given
from hypothesis import strategies as st
from test_plans import TIMES

from placelab import plans, schedule

Run = Callable[..., tuple[int, str, dict[str, bytes]]]
STAMP = datetime(2026, 11, 24, tzinfo=UTC)
COURSE = len(plans.course(TIMES))
EIGHT = ["2027-01-12", "2027-02-02", "2027-02-23", "2027-03-09", "2027-05-11", "2027-06-08", "2027-06-29", "2027-07-13"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in an empty folder with a book beside it; gives its code, what it printed, and the folder's files."""
    book, folder = tmp_path / "book", tmp_path / "here"
    for one in (book, folder):
        one.mkdir()
    (book / plans.MINUTES_FILE).write_text(plans.as_json(TIMES))
    monkeypatch.chdir(folder)

    def go(*asked: str) -> tuple[int, str, dict[str, bytes]]:
        code = schedule.main(["--book", str(book), *asked])
        printed = capsys.readouterr()
        return code, printed.out + printed.err, {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    return go


def made(key: str, *days: str, at: str = "", where: str = "") -> schedule.Schedule:
    """A schedule on these days."""
    return schedule.arranged(key, schedule.sessions(key, TIMES, at), [date.fromisoformat(day) for day in days], where)


# ---- the dates


@pytest.mark.parametrize(
    ("year", "notice", "poll"),
    [  # the Electoral Commission's media guides for 2023 and 2024; its timetables for 2025 and 2026, as the ALDC quotes them
        (2023, "2023-03-27", "2023-05-04"),
        (2024, "2024-03-26", "2024-05-02"),
        (2025, "2025-03-25", "2025-05-01"),
        (2026, "2026-03-30", "2026-05-07"),
    ],
)
def test_the_election_rule_gives_the_published_dates(year: int, notice: str, poll: str) -> None:
    assert schedule.pre_election(year) == (date.fromisoformat(notice), date.fromisoformat(poll))


@given(st.integers(schedule.YEARS[0], schedule.YEARS[-1]))
def test_the_election_rule_in_any_year(year: int) -> None:
    notice, poll = schedule.pre_election(year)
    assert poll.month == 5 and poll.day <= 7 and f"{poll:%A}" == "Thursday"
    between = [notice + timedelta(days=i) for i in range((poll - notice).days)]
    assert sum(not schedule.not_working(day) for day in between) == 25 and not schedule.not_working(notice)


@pytest.mark.parametrize(
    ("days", "warned"),
    [
        ("2027-03-25", []),
        ("2027-03-26", ["Friday 26 March 2027 is a bank holiday in England (Good Friday)."]),
        ("2027-03-27", ["Saturday 27 March 2027 is at a weekend."]),
        ("2027-03-30", []),
        ("2027-03-31", ["Wednesday 31 March 2027 falls in the pre-election period of any local elections on Thursday 6 May"]),
        ("2027-05-06", ["Thursday 6 May 2027 falls in the pre-election period"]),
        ("2027-05-07", []),
        ("2027-11-30", []),  # a bank holiday in Scotland
        ("2027-12-27", ["Monday 27 December 2027 is a bank holiday in England (Christmas Day (observed))."]),
    ],
)
def test_what_is_warned_of(days: str, warned: list[str]) -> None:
    found = made("half-day", days).warnings
    assert len(found) == len(warned) and all(text in one for text, one in zip(warned, found, strict=True)), found


def test_an_event_over_two_days_is_looked_at_on_both() -> None:
    assert made("residential", "2027-06-11").warnings == ("A day and a night: Saturday 12 June 2027 is at a weekend.",)
    assert "pre-election" in made("residential", "2027-03-30").warnings[0]


@pytest.mark.parametrize(
    ("last", "call", "form", "moved"),
    [
        ("2027-01-12", "2027-02-09", "2027-07-12", []),
        ("2026-12-04", "2027-01-04", "2027-06-04", ["Friday 1 January 2027 is a bank holiday in England (New Year's Day)"]),
        ("2027-02-26", "2027-03-30", "2027-08-26", ["Friday 26 March 2027 is a bank holiday in England (Good Friday)"]),
        ("2027-06-27", "2027-07-26", "2027-12-29", ["Sunday 25 July 2027 is at a weekend", "Monday 27 December 2027 is a bank"]),
        ("2027-08-31", "2027-09-28", "2028-02-29", []),  # six months from the 31st: the last day of February
    ],
)
def test_follow_ups_fall_on_working_days(last: str, call: str, form: str, moved: list[str]) -> None:
    found = schedule.follow_ups(date.fromisoformat(last))
    assert [one.day.isoformat() for one in found] == [call, form]
    notes = [schedule.moved_note(one) for one in found if one.why]
    assert len(notes) == len(moved)
    assert all(text in note and "so it is on the next working day" in note for text, note in zip(moved, notes, strict=True))


def test_follow_ups_count_from_the_day_on_which_the_last_session_ends() -> None:
    assert made("residential", "2027-06-02").follow_ups[0].due == date(2027, 7, 1)
    assert made(plans.COURSE, *EIGHT).follow_ups[0].due == date(2027, 8, 10)


@given(st.dates(date(2000, 1, 1), date(2099, 1, 1)))
def test_the_next_working_day_is_the_first_that_is_one(day: date) -> None:
    found = schedule.working_day(day)
    assert not schedule.not_working(found) and 0 <= (found - day).days <= 5
    assert all(schedule.not_working(day + timedelta(days=i)) for i in range((found - day).days))


def test_dates_from_a_start_and_a_step() -> None:
    assert schedule.dates(3, "2027-12-20", 14, None) == [date(2027, 12, 20), date(2028, 1, 3), date(2028, 1, 17)]
    assert schedule.dates(1, "2027-12-20", None, None) == schedule.dates(1, None, None, ["2027-12-20"])


# ---- what is refused


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ([], "give --start with --every, or --dates"),
        (["--start", "2027-01-12", "--dates", *EIGHT], "give --start with --every, or --dates"),
        (["--start", "2027-01-12"], "say with --every how many days"),
        (["--every", "14", "--dates", *EIGHT], "with --dates leave it out"),
        (["--start", "2027-02-30", "--every", "14"], "'2027-02-30' is not a date"),
        (["--start", "12/01/2027", "--every", "14"], "'12/01/2027' is not a date"),
        (["--start", "20270112", "--every", "14"], "'20270112' is not a date"),
        (["--start", "1927-01-12", "--every", "14"], "1927-01-12 is not in the years 2000 to 2099"),
        (["--start", "2099-12-12", "--every", "14"], "2100-01-09 is not in the years"),
        (["--start", "2027-01-12", "--every", "0"], "--every 0: say from 1 to 366 days"),
        (["--start", "2027-01-12", "--every", "-7"], "--every -7"),
        (["--start", "2027-01-12", "--every", "99999999999"], "--every 99999999999"),
        (["--dates", *EIGHT[:7]], "--dates has 7 dates and the plan has 8 sessions: give one for each"),
        (["--dates", *EIGHT, "2027-08-01"], "--dates has 9 dates"),
        (["--dates", *EIGHT[:6], EIGHT[7], EIGHT[6]], "2027-06-29 does not come after 2027-07-13"),
        (["--dates", *EIGHT[:7], EIGHT[6]], "2027-06-29 does not come after 2027-06-29"),
        (["--plan", "half-day", "--dates", *EIGHT], "--dates has 8 dates and the plan has 1 session"),
        (["--plan", "half-day", "--start", "2027-01-12", "--every", "14"], "this plan is one event"),
        (["--plan", "half-day", "--start", "2027-01-12", "--at", "9.30"], "'9.30' is not a time of day; write it as 09:30"),
        (["--plan", "half-day", "--start", "2027-01-12", "--at", "22:00"], "would run past midnight"),
        (["--plan", "residential", "--start", "2027-01-12", "--at", "15:00"], "--at 15:00 does not suit this plan"),
        (["--start", "2027-01-12", "--every", "14", "--book", "nowhere"], "no minutes.json in nowhere: build the book"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_sentence_and_nothing_is_written(run: Run, asked: list[str], says: str) -> None:
    code, printed, files = run(*asked)
    assert (code, files) == (2, {}) and says in printed
    assert printed.startswith("Nothing written: ") and printed.count("\n") == 1


def test_nothing_is_overwritten_unasked(run: Run, tmp_path: Path) -> None:
    asked = ["--plan", "half-day", "--start", "2027-01-12"]
    code, _, first = run(*asked)
    assert code == 0 and sorted(first) == ["schedule-half-day-2027-01-12.html", "schedule-half-day-2027-01-12.ics"]
    (tmp_path / "here/schedule-half-day-2027-01-12.ics").unlink()  # one of the two is enough to stop it
    code, printed, left = run(*asked, "--where", "Elsewhere")
    assert code == 2 and "would be overwritten: add --replace" in printed
    assert left == {"schedule-half-day-2027-01-12.html": first["schedule-half-day-2027-01-12.html"]}
    code, _, after = run(*asked, "--where", "Elsewhere", "--replace")
    assert code == 0 and sorted(after) == sorted(first) and all(b"Elsewhere" in content for content in after.values())
    (tmp_path / "here/a-file").write_text("")
    code, printed, _ = run(*asked, "--out", "a-file")
    assert code == 2 and printed.startswith("Nothing written: ")


# ---- what is written


def entries(content: bytes) -> list[icalendar.Event]:
    """The entries of a calendar file, in order."""
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def test_the_calendar_has_every_session_and_both_follow_ups() -> None:
    found = made(plans.COURSE, *EIGHT, at="14:00", where="Town Hall; room 2, “Ålesund”")
    events = entries(schedule.calendar(found, STAMP))
    assert len(events) == COURSE + 2 == 10
    assert len({str(one["UID"]) for one in events}) == len(events)
    for number, (one, session, day) in enumerate(zip(events, plans.course(TIMES, "14:00"), EIGHT, strict=False), 1):
        assert str(one["SUMMARY"]) == f"Leading a Place, session {number} of {COURSE}: {session.title}"
        assert one.start.isoformat() == f"{day}T14:00:00{'+01:00' if '-04' < day[4:7] < '-11' else '+00:00'}"  # summer time
        assert one.start.tzinfo is not None and one["DTSTART"].params["TZID"] == "Europe/London"
        assert one.end - one.start == timedelta(minutes=session.plan.lasts)
        assert str(one["LOCATION"]) == "Town Hall; room 2, “Ålesund”"
        said = str(one["DESCRIPTION"]).split("\n")
        assert len(said) == 1 + len(session.before.blocks) and all(block.what in "".join(said) for block in session.before.blocks)
    assert [one.start for one in events[-2:]] == [one.day for one in found.follow_ups] == [date(2027, 8, 10), date(2028, 1, 13)]
    assert [one.end - one.start for one in events[-2:]] == [timedelta(days=1)] * 2


def test_a_day_and_a_night_ends_at_its_time_when_the_clocks_change() -> None:
    event = entries(schedule.calendar(made("residential", "2027-10-30"), STAMP))[0]
    assert (event.start.isoformat(), event.end.isoformat()) == ("2027-10-30T12:00:00+01:00", "2027-10-31T12:00:00+00:00")


def test_the_same_request_gives_the_same_files() -> None:
    one, two, moved = made("half-day", "2027-01-12"), made("half-day", "2027-01-12"), made("half-day", "2027-01-13")
    assert schedule.calendar(one, STAMP) == schedule.calendar(two, STAMP) and schedule.page(one) == schedule.page(two)
    assert {str(e["UID"]) for e in entries(schedule.calendar(one, STAMP))}.isdisjoint(
        {str(e["UID"]) for e in entries(schedule.calendar(moved, STAMP))}
    )
    later = schedule.calendar(one, STAMP + timedelta(days=1))
    assert [e["UID"] for e in entries(later)] == [e["UID"] for e in entries(schedule.calendar(one, STAMP))]


def test_the_page_says_the_same_and_asks_for_nothing() -> None:
    found = made(plans.COURSE, "2027-03-26", *EIGHT[4:], "2027-07-20", "2027-07-27", "2027-08-03", where="<b>Hall</b> & court")
    soup = BeautifulSoup(schedule.page(found), "html.parser")
    assert soup.html and soup.html["lang"] == "en-GB" and not soup.select("script, link, img, b, [src], [href], [style]")
    text = soup.get_text(" ", strip=True)
    assert "Where: <b>Hall</b> & court" in text and "size: A4" in str(soup.style)
    rows = soup.select("tbody tr")
    assert len(rows) == COURSE
    for row, one in zip(rows, found.meetings, strict=True):
        assert all(part in row.get_text(" ") for part in (one.title, schedule.worded(one.start), f"{one.end:%H:%M}", *one.before))
    assert all(note in text for note in found.notes) and len(found.notes) >= 1
    assert all(schedule.worded(one.day) in text for one in found.follow_ups)
    assert "Look at these dates again" not in schedule.page(made("half-day", "2027-01-12"))


def test_the_commands_on_the_page_do_what_it_says(run: Run) -> None:
    text = (Path(__file__).parents[1] / "book/facilitate/the-course.md").read_text()
    found = re.findall(r"```sh\n\.venv/bin/python -m placelab\.schedule (.*?)```", text, re.DOTALL)
    commands = [shlex.split(one.replace("\\\n", " ")) for one in found]
    assert len(commands) == 2
    code, printed, files = run(*commands[0])
    assert code == 0 and len(files) == 2 and printed.count("pre-election period") == 2
    code, printed, files = run(*commands[1], "--replace")
    assert code == 0 and b"Town Hall, committee room" in files["schedule-course-2027-01-12.html"]
    assert [one.start.date().isoformat() for one in entries(files["schedule-course-2027-01-12.ics"])[:COURSE]] == EIGHT


def test_lengths_are_those_of_the_built_book(built_book: Build, tmp_path: Path) -> None:
    asked = ["--book", str(built_book.html), "--start", "2027-01-12", "--every", "14", "--out", str(tmp_path / "new")]
    assert schedule.main(asked) == 0
    events = entries((tmp_path / "new/schedule-course-2027-01-12.ics").read_bytes())[:COURSE]
    lasts = [int((one.end - one.start).total_seconds()) // 60 for one in events]
    assert lasts == [one.plan.lasts for one in plans.course(plans.built(built_book.html))]
