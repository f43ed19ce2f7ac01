"""Plans for a group: minutes come from the pages, clocks add up, what does not fit is refused, and the sheets print."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pikepdf
import pytest
from browsing import open_all
from bs4 import BeautifulSoup
from building import ROOT, Build
from playwright.sync_api import Page

from placelab import plans
from placelab.plans import Exercise, PageTimes, PlanError

Told = dict[str, Any]
PLANS = list(plans.described()["plans"])
MM = 96 / 25.4  # CSS pixels
WIDE, HIGH = 176, 261  # mm that A4 leaves within the margins of the book's style sheet


def told_parts() -> Iterator[tuple[str, list[Told]]]:
    """Every plan's and session's blocks as plans.toml has them, by name."""
    yield from ((key, one["blocks"]) for key, one in plans.described()["plans"].items())
    course = plans.described()["course"]
    for number, one in enumerate(course["sessions"], 1):
        yield f"session {number}", [*course["opening"], *one["blocks"], *course["closing"]]
        yield f"before {number}", [*({"page": name, "part": "read"} for name in one["read"]), *one.get("do", [])]


def parts(times: plans.Times) -> dict[str, plans.Plan]:
    """The same, with their clock."""
    made = {key: plans.get(key, times) for key in PLANS}
    for one in plans.course(times):
        made |= {f"session {one.number}": one.plan, f"before {one.number}": one.before}
    return made


PAGES = sorted({block["page"] for _, blocks in told_parts() for block in blocks if "page" in block})
TIMES = {
    name: PageTimes(f"Title {number}", 7, 30, tuple(Exercise(f"part {i}", 5, "alone") for i in range(5)))
    for number, name in enumerate(PAGES)
}


@pytest.mark.parametrize("name", PAGES)
def test_a_block_takes_its_minutes_from_the_page_that_it_names(name: str) -> None:
    page = TIMES[name]
    longer = replace(page, read=page.read + 2, exercises=tuple(replace(one, minutes=one.minutes + 1) for one in page.exercises))
    before, after = parts(TIMES), parts(TIMES | {name: longer})
    met = 0
    for key, blocks in told_parts():
        for told, one, other in zip(blocks, before[key].blocks, after[key].blocks, strict=True):
            if told.get("page") == name:
                assert other.minutes - one.minutes == (2 if "part" in told else len(told["exercises"])), (key, told)
                met += 1
            elif not {"until", "rest"} & set(told):
                assert other.minutes == one.minutes, (key, told)
    assert met


@pytest.mark.parametrize("key", [key for key, _ in told_parts()])
def test_the_clock_has_no_gaps_and_comes_to_the_stated_length(key: str) -> None:
    plan = parts(TIMES)[key]
    assert plan.blocks[0].start == plan.starts
    assert [one.end for one in plan.blocks] == [*(one.start for one in plan.blocks[1:]), plan.starts + plan.lasts]
    assert all(one.minutes > 0 for one in plan.blocks)
    stated = plans.described()["plans"].get(key, {}).get("lasts", plan.lasts)
    assert plan.lasts == stated == sum(one.minutes for one in plan.blocks) == plan.total()


@pytest.mark.parametrize("key", ["residential"])
def test_a_block_that_lasts_until_a_time_of_day_ends_then(key: str) -> None:
    for told, one in zip(plans.described()["plans"][key]["blocks"], plans.get(key, TIMES).blocks, strict=True):
        assert "until" not in told or plans.clock(one.end) == told["until"]


def test_another_start_moves_the_clock_and_nothing_else() -> None:
    usual, late = plans.get("half-day", TIMES), plans.get("half-day", TIMES, "13:00")
    assert (plans.clock(late.starts), late.lasts) == ("13:00", usual.lasts)
    assert {other.start - one.start for one, other in zip(usual.blocks, late.blocks, strict=True)} == {late.starts - usual.starts}
    assert [one.plan.starts for one in plans.course(TIMES, "14:00")] == [14 * 60] * len(plans.course(TIMES))


def test_what_is_needed_has_a_line_and_every_line_is_needed() -> None:
    asked = {name for _, blocks in told_parts() for block in blocks for name in block.get("needs", [])}
    assert asked == set(plans.described()["needs"])
    for key in PLANS:
        assert all(plans.needs(plans.get(key, TIMES).blocks).values())


def refused(block: Told, starts: str = "09:00", **plan: Any) -> str:
    """What is said of a plan of this block and one of ten minutes."""
    blocks = [block, {"what": "Talk", "minutes": 10}]
    with pytest.raises(PlanError) as caught:
        plans.timed("a-plan", {"title": "A plan", "starts": starts, "blocks": blocks, **plan}, TIMES)
    return str(caught.value)


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ({"page": "book/99-nowhere", "exercises": [1]}, "a-plan, block 1: book/99-nowhere states no minutes"),
        ({"page": PAGES[0], "exercises": [6]}, r"block 1: no exercise \[6\]; “Title 0” has 5"),
        ({"page": PAGES[0], "exercises": []}, "no exercise named"),
        ({"page": PAGES[0]}, rf'say exercises = \[1, …\] or part = "read" of {PAGES[0]}'),
        ({"page": PAGES[0], "exercises": [1], "part": "read"}, "say exercises"),
        ({"page": PAGES[0], "part": "do"}, "say exercises"),
        ({"game": "Coffee"}, "the game has no stage 'Coffee'; there is Questions before"),
        ({"what": "Talk", "minuets": 5}, "no such key as minuets"),
        ({"what": "Talk"}, "say one of minutes, until, rest, page or game; it says none"),
        ({"what": "Talk", "minutes": 5, "until": "10:00"}, "it says minutes, until"),
        ({"what": "Talk", "minutes": 0}, "0 minutes are left for it and it needs 1"),
        ({"what": "Talk", "until": "9.30"}, "'9.30' is not a time of day; write it as 09:30"),
        ({"what": "Talk", "until": "08:30"}, "09:00 is past 08:30; take something out before it"),
        ({"what": "Talk", "until": "09:20", "at_least": 30}, "20 minutes are left for it and it needs 30"),
        ({"what": "Rest", "rest": True}, "does not say how long it lasts"),
    ],
)
def test_a_block_that_cannot_be_is_refused_by_name(block: Told, says: str) -> None:
    assert re.search(says, refused(block))


def test_a_plan_that_does_not_fit_is_refused() -> None:
    assert "its blocks come to 70 minutes and it should last 60" in refused({"what": "Talk", "minutes": 60}, lasts=60)
    assert "-5 minutes are left for it" in refused({"what": "Rest", "rest": True}, lasts=5)
    with pytest.raises(PlanError, match="no plan 'week'; there is half-day"):
        plans.get("week", TIMES)
    with pytest.raises(PlanError, match="has no horse"):
        plans.needs((replace(plans.get("half-day", TIMES).blocks[0], needs=("horse",)),))


@pytest.mark.parametrize("text", ["", "9", "24:00", "09:60", "9:3", "٠٩:٣٠", "09:30:00", "-1:00"])
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(PlanError, match=r"here: .* is not a time of day; write it as"):
        plans.of_clock(text, "here")
    assert (plans.of_clock("9:05", ""), plans.clock(9 * 60 + 5), plans.clock(24 * 60)) == (545, "09:05", "00:00")


def test_times_are_kept_whole_and_a_spoilt_file_is_told_of(tmp_path: Any) -> None:
    with pytest.raises(PlanError, match=r"no minutes\.json in .*make book"):
        plans.built(tmp_path)
    (tmp_path / plans.MINUTES_FILE).write_text(plans.as_json(TIMES), encoding="utf-8")
    assert plans.built(tmp_path) == TIMES
    for spoilt in ("{", '{"book/a": {"title": "A"}}', "[]"):
        (tmp_path / plans.MINUTES_FILE).write_text(spoilt)
        with pytest.raises(PlanError, match=r"cannot be read .*build the book again"):
            plans.built(tmp_path)


def test_the_pages_of_a_plan_name_what_is_read_beforehand() -> None:
    for key, one in plans.described()["plans"].items():
        for name in one.get("read", []):
            assert f"(../{name.removeprefix('book/')}.md)" in (ROOT / f"book/facilitate/{key}.md").read_text()


def test_in_the_built_book_every_plan_fits_and_its_page_shows_its_clock(built_book: Build) -> None:
    times = plans.built(built_book.html)
    assert parts(times).keys() == {key for key, _ in told_parts()}
    for key in ("half-day", "residential"):
        plan = plans.get(key, times)
        soup = BeautifulSoup((built_book.html / f"book/facilitate/{key}.html").read_text(), "html.parser")
        rows = soup.select("table.plan-clock tbody tr")
        shown = [[cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in rows]
        assert [row[:2] for row in shown[:-1]] == [[plans.clock(one.start), str(one.minutes)] for one in plan.blocks]
        assert shown[-1][0] == plans.clock(plan.starts + plan.lasts)
        linked = {name for block in plan.blocks if (name := block.page)}
        assert all((built_book.html / f"{name}.html").is_file() for name in linked)


# ---- the sheets, on paper


def headings(pdf: pikepdf.Pdf) -> dict[str, int]:
    """On which page each of the document's headings stands, from 1."""
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages, 1)}
    found: dict[str, int] = {}

    def walk(items: list[pikepdf.OutlineItem]) -> None:
        for item in items:
            target = item.destination
            if isinstance(target, pikepdf.Array):
                found.setdefault(item.title, numbers[target[0].objgen])
            walk(item.children)

    with pdf.open_outline() as outline:
        walk(outline.root)
    return found


@pytest.mark.browser
@pytest.mark.parametrize("name", ["handouts", "evaluation"])
def test_each_sheet_is_one_side_of_a4(site: str, page: Page, name: str) -> None:
    page.set_viewport_size({"width": round(WIDE * MM), "height": round(HIGH * MM)})
    page.goto(f"{site}book/facilitate/{name}.html")
    open_all(page)
    page.emulate_media(media="print")
    wide = "e => e.getBoundingClientRect().right > innerWidth + 1"
    assert page.evaluate(f"[...document.querySelectorAll('article *')].filter({wide}).map(e => e.outerHTML)") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sheets = page.locator("section:has(> .sheet-mark) > h2").all_inner_texts()
    pdf = pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True, tagged=True, outline=True)))
    assert {tuple(round(float(edge) / 72 * 25.4) for edge in one.mediabox) for one in pdf.pages} == {(0, 0, 210, 297)}
    stands = headings(pdf)
    first, *_ = on = [stands[title.removesuffix("#").strip()] for title in sheets]
    assert len(sheets) == {"handouts": 6, "evaluation": 4}[name]
    assert first > 1 and on == list(range(first, first + len(sheets)))  # none runs on to a second sheet
    assert len(pdf.pages) - on[-1] <= 1  # after the last, at most the line on licences
