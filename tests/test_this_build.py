"""The page about the build: read from the lock, the data package, the commit and the last report of checks."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import ROOT, Build

from placelab import tables
from placelab.book import this_build

REPORT = """<?xml version="1.0"?><testsuites><testsuite name="0123456789ab" timestamp="2026-11-24T01:02:03+00:00">
<testcase name="a"><properties><property name="stage" value="units"/></properties></testcase>
<testcase name="b"><properties><property name="stage" value="browser"/></properties></testcase>
<testcase name="c"><properties><property name="stage" value="browser"/></properties><failure/></testcase>
<testcase name="d"><properties><property name="stage" value="browser"/></properties><skipped/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of reports that the page reads, with one in it; no git, so no commit but the one given."""
    (tmp_path / "one.xml").write_text(REPORT)
    monkeypatch.setenv(this_build.CHECKS, str(tmp_path))
    monkeypatch.setenv(this_build.COMMIT, "0123456789abcdef0123456789abcdef01234567")
    return tmp_path


def text(part: str) -> str:
    return "\n".join(node.astext() for node in this_build.TOLD[part](ROOT))


def test_the_report_is_counted_by_stage_and_outcome(reports: Path) -> None:
    said = text("checks")
    assert "of commit 0123456789ab on 24 November 2026: 2 passed, 1 failed, 1 skipped." in said
    assert "another commit" not in said
    (reports / "two.xml").write_text(REPORT.replace("2026-11-24", "2026-11-25"))
    assert "of commit 0123456789ab on 25 November 2026: 4 passed, 2 failed, 2 skipped." in text("checks")
    (reports / "two.xml").write_text(REPORT.replace("0123456789ab", "pytest"))
    assert "The last run of all checks on 24 November 2026: 4 passed" in text("checks")


def test_checks_of_another_commit_are_told_as_that(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(this_build.COMMIT, "fedcba9876543210")
    assert "These pages are from another commit, fedcba987654" in text("checks")


def test_without_a_report_the_page_says_so(reports: Path) -> None:
    (reports / "one.xml").unlink()
    assert "No report of checks came with this build" in text("checks")


def test_a_file_that_is_no_report_and_a_commit_that_is_none_are_refused(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = this_build.state(ROOT)
    (reports / "one.xml").write_text("<testsuite>")
    assert this_build.state(ROOT) != before
    with pytest.raises(ValueError, match="no report of checks"):
        text("checks")
    monkeypatch.setenv(this_build.COMMIT, "main; rm")
    with pytest.raises(ValueError, match="no commit"):
        text("versions")


def test_a_folder_outside_git_has_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(this_build.COMMIT, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert this_build.commit(tmp_path) == ""


def test_versions_are_the_locks(reports: Path) -> None:
    lock = (ROOT / "requirements.lock").read_text()
    known = this_build.pinned(lock, [name for name, _ in this_build.NAMED])
    assert set(known) == {name for name, _ in this_build.NAMED}
    said = text("versions")
    assert "built from commit 0123456789ab" in said
    assert all(f"{name}=={version}" in lock and version in said for name, version in known.items())


def test_every_table_is_on_the_page_with_its_vintage(built_book: Build) -> None:
    said = text("tables")
    page = (built_book.html / "book" / "about" / "this-build.html").read_text(encoding="utf-8")
    for one in tables.package()["resources"]:
        assert one["title"] in said and one["hash"].removeprefix("sha256:")[:12] in page
        assert one["vintage"][1:] in said
