"""The page about the present build: ```{this-build} PART```, PART one of versions, tables and checks.

Everything on it comes from what the build was given: the lock, the data package, the commit, and the report that the last
`make test` left in JUnit's form (_build/checks/*.xml, or the folder that PLACELAB_CHECKS names), each suite named after its
commit. There is no clock in it, so building twice from the same gives the same page.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from placelab import tables, wording
from placelab.book import about

log = logging.getLogger(__name__)

PARTS = ("versions", "tables", "checks")
CHECKS, COMMIT = "PLACELAB_CHECKS", "PLACELAB_COMMIT"
REPORTS = Path("_build") / "checks"  # beneath the folder of _config.yml; the Makefile names it too
NAMED = (  # packages that shape what a reader sees, with what each does
    ("jupyter-book", "turns the sources into pages"),
    ("sphinx", "writes the pages"),
    ("myst-nb", "runs the labs"),
    ("pydata-sphinx-theme", "draws the frame of a page"),
    ("pandas", "works with the tables"),
    ("numpy", "does the sums"),
    ("matplotlib", "draws the static figures"),
    ("anywidget", "shows the live figures in JupyterLab"),
    ("pysimlin", "runs the place simulator"),
    ("jupyterlab", "opens the labs"),
)
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
HEXADECIMAL = re.compile(r"[0-9a-f]{7,64}")
STAGES = {  # as the repository's conftest.py names them, in the order in which they run
    "units": "Tables, measures, models and prose",
    "notebooks": "Cells of the labs, run again and compared",
    "build": "Strict builds of a book",
    "browser": "Pages opened in a browser",
}


@dataclass(frozen=True)
class Checks:
    """What the last `make test` found: results by stage and outcome, the day it began, and the commit it ran on."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    day: str = ""
    commit: str = ""

    def total(self, outcome: str) -> int:
        """How many checks ended so, over all stages."""
        return sum(counts[outcome] for counts in self.counts.values())


def pinned(lock: str, names: Iterable[str]) -> dict[str, str]:
    """The version of each named package in the text of a lock; one that is not there is left out."""
    known = {name.lower().replace("_", "-"): version for name, version in PINNED.findall(lock)}
    return {name: known[name] for name in names if name in known}


def commit(source: Path) -> str:
    """The commit that is built: what PLACELAB_COMMIT says, or else what git says of the folder; "" where neither knows.

    A folder with changes that are in no commit has none, so a page never claims one that it does not match.

    Raises ValueError where PLACELAB_COMMIT is no commit's name.
    """
    if given := os.environ.get(COMMIT, ""):
        if not HEXADECIMAL.fullmatch(given):
            raise ValueError(f"{COMMIT}={given!r} is no commit: give its hexadecimal name")
        return given[:12]
    return committed(source)


@cache  # once a process: an author's long-lived build asks after every edit
def committed(source: Path) -> str:
    """The commit that a folder is a clean copy of, as git knows it; empty without git, a clone or a clean one."""

    def git(*asked: str) -> str:
        done = subprocess.run(["git", "-C", str(source), *asked], capture_output=True, text=True, timeout=20, check=True)
        return done.stdout.strip()

    try:
        return "" if git("status", "--porcelain") else git("rev-parse", "HEAD")[:12]
    except (OSError, subprocess.SubprocessError):
        return ""


def read(folder: Path) -> Checks | None:
    """The reports in a folder, added up; None where there is none. Raises ValueError for a file that is no report."""
    found = Checks()
    day, ran = "", set()
    for path in sorted(folder.glob("*.xml")):
        try:
            root = ElementTree.parse(path).getroot()
        except ElementTree.ParseError as problem:
            raise ValueError(f"{path} is no report of checks: {problem}; delete it or run make test again") from problem
        for suite in root.iter("testsuite"):
            day = max(day, suite.get("timestamp", "")[:10])
            ran.add(suite.get("name", "")[:12])
            for case in suite.iter("testcase"):
                stage = next((p.get("value", "") for p in case.iter("property") if p.get("name") == "stage"), "units")
                found.counts.setdefault(stage, Counter())[outcome(case)] += 1
    if not found.counts:
        return None
    (known,) = ran if len(ran) == 1 else ("",)
    return Checks(found.counts, day, known if HEXADECIMAL.fullmatch(known) else "")


def outcome(case: ElementTree.Element) -> str:
    """How a check ended: "passed", "failed" or "skipped"."""
    kinds = {child.tag for child in case}
    return "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"


def reports(source: Path) -> Path:
    """The folder of reports for a book whose _config.yml lies in `source`."""
    return Path(os.environ.get(CHECKS, "") or source / REPORTS)


# What the page says


def versions(source: Path) -> list[nodes.Node]:
    """The commit, Python and the packages that matter most."""
    lock = source / "requirements.lock"
    known = pinned(lock.read_text(encoding="utf-8") if lock.is_file() else "", [name for name, _ in NAMED])
    built = commit(source)
    said = f"commit {built}" if built else "a commit that is not known"
    rows: list[tuple[str, str, str]] = [("Python", platform.python_version(), "runs all of it")]
    rows += [(name, known[name], what) for name, what in NAMED if name in known]
    table = about.table(rows, head=("Software", "Version", "What it does here"))
    return [_paragraph(f"These pages were built from {said}."), table]


def vintages(source: Path) -> list[nodes.Node]:
    """Every table, with the edition and years it holds and the beginning of its file's hash."""
    rows = [
        (
            one["title"],
            about.capital(one["vintage"]),
            wording.count(one["rows"]),
            one["hash"].removeprefix("sha256:")[: about.HASH_DIGITS],
        )
        for one in tables.package()["resources"]
    ]
    head = ("Table", "Edition and years", "Rows", "Hash begins")
    return [about.table(rows, head=head, classes={2: "text-right"})]


def checks(source: Path) -> list[nodes.Node]:
    """What the last run of all checks found, or that no report came with this build."""
    found = read(reports(source))
    if found is None:
        missing = "No report of checks came with this build. `make test` writes one, and the next build shows it."
        return [nodes.paragraph("", "", *about.with_literals(missing))]
    passed, failed, skipped = (found.total(what) for what in ("passed", "failed", "skipped"))
    when = f" on {spelt(found.day)}" if found.day else ""
    where = f" of commit {found.commit}" if found.commit else ""
    result = f"The last run of all checks{where}{when}: {wording.count(passed)} passed, {failed} failed, {skipped} skipped."
    built = commit(source)
    told = [_paragraph(result)]
    if found.commit and built and found.commit != built:
        told.append(_paragraph(f"These pages are from another commit, {built}, on which the checks may not have run."))
    order = [*STAGES, *sorted(set(found.counts) - set(STAGES))]
    rows = [
        (STAGES.get(stage, stage), *(wording.count(found.counts[stage][what]) for what in ("passed", "failed", "skipped")))
        for stage in order
        if stage in found.counts
    ]
    right = dict.fromkeys((1, 2, 3), "text-right")
    return [*told, about.table(rows, head=("What was checked", "Passed", "Failed", "Skipped"), classes=right)]


def spelt(day: str) -> str:
    """A day such as "2026-11-24" as "24 November 2026"."""
    on = date.fromisoformat(day)
    return f"{on.day} {on:%B %Y}"


def _paragraph(text: str) -> nodes.paragraph:
    return nodes.paragraph("", "", nodes.Text(text))


TOLD = {"versions": versions, "tables": vintages, "checks": checks}


class ThisBuild(SphinxDirective):
    """```{this-build} versions```: a fault in what it reads is a warning with file and line, so a strict build stops."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        part = directives.choice(self.arguments[0], PARTS)
        self.env.note_dependency(__file__)
        marked: set[str] = self.env.__dict__.setdefault("placelab_this_build", set())
        marked.add(self.env.docname)
        try:
            return TOLD[part](Path(self.env.app.srcdir))
        except (ValueError, tables.TableError) as problem:
            log.warning("%s", problem, location=self.get_location(), type="placelab", subtype="this-build")
            return []


def state(source: Path) -> str:
    """A text that changes with whatever the page tells and Sphinx does not watch: the commit and the reports."""
    files = sorted(reports(source).glob("*.xml"))
    digests = (hashlib.sha256(path.read_bytes()).hexdigest() for path in files)
    return " ".join((commit(source), *digests))


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Read the page anew where its state has changed since the last build."""
    now = state(Path(app.srcdir))
    pages = sorted(env.__dict__.get("placelab_this_build", set()) - added - removed)
    before, env.__dict__["placelab_state"] = env.__dict__.get("placelab_state"), now
    return pages if before != now else []


def setup(app: Sphinx) -> None:
    """Register the directive and the event."""
    app.add_directive("this-build", ThisBuild)
    app.connect("env-get-outdated", outdated)


