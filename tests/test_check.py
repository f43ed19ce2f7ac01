"""`python -m placelab.book.check` names what a new part of the book lacks, and finds nothing wanting in what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from building import ROOT

from placelab import widgets
from placelab.book import check

CHAPTER = ROOT / "book" / "07-beyond-grip-and-delivery.md"
LAB = ROOT / "notebooks" / "one-in-ten.ipynb"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the contents, of one chapter, of that of one lab and of the lab."""
    for path in (ROOT / "_toc.yml", CHAPTER, ROOT / "book" / "05-the-fiscal-challenge.md", LAB):
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("## The counter-evidence", "## Doubts", "a heading “## The counter-evidence”"),
        ("## Key points", "## Key points\n\n## More", "its headings in this order"),
        (r"As of \d{4}-\d\d:", "As of late:", "“As of YYYY-MM:”"),
        (r"As of \d{4}-\d\d:", "As of 2026-13:", "a true month"),
        (r":do: \d+", ":do: 1", "“:do: N” in its frame"),
        (r"```\{reflection\}", "```{note}", "one ```{reflection} NAME"),
        (r"(?s)```\{chapter-frame\}.*?```", "", "a ```{chapter-frame}"),
        (r"\{dropdown\} (Debrief|Solution)", "{dropdown} More", "a “:::{dropdown} Debrief”"),
    ],
)
def test_what_a_chapter_lacks_is_named(old: str, new: str, says: str, copied: Path) -> None:
    chapter = copied / CHAPTER.relative_to(ROOT)
    text = chapter.read_text(encoding="utf-8")
    assert check.chapter(chapter, copied) == []
    chapter.write_text(re.sub(old, new, text), encoding="utf-8")
    found = check.chapter(chapter, copied)
    assert [words for words in found if says in words], found


def test_a_new_chapter_is_told_of_the_contents_and_of_its_reflection(copied: Path) -> None:
    chapter = copied / "book" / "14-new.md"
    assert check.chapter(chapter, copied) == ["the file book/14-new.md: copy another chapter and change every line"]
    chapter.write_text((copied / CHAPTER.relative_to(ROOT)).read_text(encoding="utf-8"), encoding="utf-8")
    found = check.chapter(chapter, copied)
    assert len(found) == 2 and "_toc.yml" in found[0] and "data/reflections.csv" in found[1]


def test_a_new_lab_is_told_of_all_its_entries(copied: Path) -> None:
    assert check.lab(copied / LAB.relative_to(ROOT), copied) == []
    lab = copied / "notebooks" / "two-in-ten.ipynb"
    assert "two-in-ten.ipynb" in check.lab(lab, copied)[0]
    notebook = json.loads(LAB.read_text(encoding="utf-8"))
    lab.write_text(json.dumps(notebook), encoding="utf-8")
    found = "; ".join(check.lab(lab, copied))
    assert all(
        place in found for place in ("_toc.yml", "LABS", "a link to it in book/05", "data/reflections.csv", "Note(")
    )
    notebook["cells"][0]["source"] = ["# A title\n"]
    lab.write_text(json.dumps(notebook), encoding="utf-8")
    assert len(check.lab(lab, copied)) == 1 and "Lab for chapter N" in check.lab(lab, copied)[0]


@pytest.mark.parametrize("name", widgets.names())
def test_a_live_figure_has_all_that_one_needs(name: str) -> None:
    assert check.figure(name, ROOT) == []


def test_a_new_figure_and_a_new_year_are_told_what_comes_first(tmp_path: Path) -> None:
    assert "src/placelab/widgets/new_figure.py" in check.figure("new-figure", tmp_path)[0]
    assert check.year("2023-24", ROOT) == []
    assert "data/catalogue.yaml" in check.year("2098-99", ROOT)[0] and "deflator" in check.year("2098-99", ROOT)[-1]
    assert "a financial year" in check.year("2025", ROOT)[0] and "a financial year" in check.year("2025-27", ROOT)[0]


def test_the_command_says_it_in_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert check.main(["chapter", "book/07-beyond-grip-and-delivery.md"]) == 0
    assert check.main(["figure", "no-such-figure"]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("has all that a chapter needs.") and second.startswith("no-such-figure lacks ")
