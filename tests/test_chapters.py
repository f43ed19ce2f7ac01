"""What every chapter must have: its frame, its date, its references, British spelling, plain words."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from building import Build
from test_prose import CHAPTERS, LABS, PAGES, ROOT, prose

from placelab.book import check, reading

ENTRY = re.compile(r"^@\w+\{([^,]+),", re.MULTILINE)
NOT_PROSE = re.compile(
    r"```\{(?:bibliography|diagram|live-figure|reflection)\}.*?```|`[^`]*`|\]\([^)]*\)|https?://\S+|<[^>]+>", re.DOTALL
)
# Names and quotations keep their own spelling.
GOOD_WORDS = ("ons", "nce", "humber")
NAMES = ("World Health Organization", "Center", "Labor", "Organization Science", "Program")
# American spellings that are British as well, as another word or another part of speech.
BRITISH_TOO = {
    "biased", "check", "disk", "draft", "drafts", "inquiry", "judgment", "licensed", "practice", "practices", "stories", "story",
}  # fmt: skip
HABITS = [
    r"\b(?:crucially|ultimately|importantly|interestingly|notably)\b", r"\bgoing forward\b", r"\bin order to\b",
    r"\bleverag(?:e|ed|ing)\b", r"\bstakeholders?\b", r"\bdelv(?:e|es|ed|ing)\b", r"\bholistic(?:ally)?\b", r"\brobust(?:ly)?\b",
    r"\bsynerg(?:y|ies)\b", r"\bdeep dives?\b", r"\bkey takeaways?\b", r"\bservice users?\b", r"\bthe elderly\b",
    r"\bin today's world\b", r"\bit is worth noting\b", r"\bnot only\b", r"\bbed.?block(?:er|ing|ers)\b",
]  # fmt: skip


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_has_all_that_a_chapter_needs(path: Path) -> None:
    assert check.chapter(path, ROOT) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_is_as_long_as_ten_minutes_allow(path: Path, built_book: Build) -> None:
    words = sum(len(text.split()) for text in reading.paragraphs(built_book.html / "book" / f"{path.stem}.html"))
    assert 1000 <= words <= 2600, f"{words} words"


def test_every_reference_is_cited_and_every_citation_is_there() -> None:
    entries = ENTRY.findall((ROOT / "book" / "references.bib").read_text(encoding="utf-8"))
    assert len(entries) == len(set(entries))
    cited = {key.strip() for path in PAGES + LABS for keys in check.CITED.findall(prose(path)) for key in keys.split(",")}
    claims = set(re.findall(r",(\w+),", (ROOT / "data" / "claims.csv").read_text(encoding="utf-8")))
    assert cited - set(entries) == set()
    assert set(entries) - cited - claims == set(), "in the list and cited nowhere"


def test_no_reference_gives_its_year_twice(built_book: Build) -> None:
    listed = (built_book.html / "book" / "references.html").read_text(encoding="utf-8")
    assert re.findall(r"\b((?:19|20)\d\d), \1\.", listed) == []


def american() -> set[str]:
    """American spellings that are no British word, from codespell's own list of pairs."""
    listed = (files("codespell_lib") / "data" / "dictionary_en-GB_to_en-US.txt").read_text(encoding="utf-8")
    pairs = [line.split("->") for line in listed.split()]
    return {us.strip(",") for _, us in pairs} - {gb for gb, _ in pairs} - BRITISH_TOO


@pytest.mark.parametrize("path", PAGES + LABS, ids=lambda path: path.stem)
def test_the_spelling_is_british(path: Path) -> None:
    text = NOT_PROSE.sub(" ", prose(path))
    for name in NAMES:
        text = text.replace(name, "")
    assert sorted({word for word in re.findall(r"[a-z]+", text) if word in american()}) == []


def test_no_word_is_misspelt() -> None:
    command = [str(Path(sys.executable).with_name("codespell")), f"--ignore-words-list={','.join(GOOD_WORDS)}"]
    done = subprocess.run([*command, *map(str, PAGES + LABS)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", PAGES + LABS, ids=lambda path: path.stem)
def test_habits_of_bad_prose_stay_out(path: Path) -> None:
    text = NOT_PROSE.sub(" ", prose(path))
    assert [found[0] for habit in HABITS for found in re.finditer(habit, text, re.IGNORECASE)] == []


def test_american_spelling_and_habits_are_found() -> None:
    assert {"organize", "color", "behavior"} <= american()
    assert not {"programme", "behaviour", "practice"} & american()
    assert any(re.search(habit, "Crucially, stakeholders", re.IGNORECASE) for habit in HABITS)


# ---- dates that go stale


@pytest.mark.parametrize(("month", "told"), [("2026-11", ""), ("2025-11", ""), ("2025-09", "14 months ago")])
def test_a_page_says_when_it_was_checked_long_ago(
    month: str, told: str, small_book: Path, strict_build: Callable[[Path], Build], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2026, 11, 23, tzinfo=UTC).timestamp())))
    (small_book / "start.md").write_text(f"# Start\n\nAs of {month}:\n\n- something\n")
    built = strict_build(small_book)
    assert built.succeeded, built.printed
    page = (built.html / "start.html").read_text()
    assert ("last checked" in page) is bool(told) and told in page


@pytest.mark.parametrize(("month", "says"), [("2027-01", "still to come"), ("2026-13", "no month 13")])
def test_a_date_that_cannot_be_stops_the_build(
    month: str, says: str, small_book: Path, strict_build: Callable[[Path], Build], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2026, 11, 23, tzinfo=UTC).timestamp())))
    (small_book / "start.md").write_text(f"# Start\n\nAs of {month}:\n\n- something\n")
    built = strict_build(small_book)
    assert not built.succeeded and re.search(rf"start\.md:3: .*{says}", built.printed)


def test_the_report_reads_a_page(tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.mkdir()
    (book / "01-a.html").write_text(
        '<nav><p>not the text of a chapter</p></nav><article class="bd-article"><h1>Title of it</h1>'
        "<p>The cat sat on the mat. The dog ran.</p>"
        "<table><tr><td><p>one two three four five</p></td></tr></table></article>"
    )
    lines = list(reading.report(tmp_path))
    assert len(lines) == 2 and re.match(r"01-a\s+9\s+0\.0\s+\d+\.\d\s+6 words", lines[1])
