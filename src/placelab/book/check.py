"""`python -m placelab.book.check chapter|lab|figure|year NAME`: what a new part of the book still lacks, in one line.

    python -m placelab.book.check chapter book/14-a-title.md
    python -m placelab.book.check lab notebooks/a-lab.ipynb
    python -m placelab.book.check figure a-figure
    python -m placelab.book.check year 2025-26

The tests ask the same functions about all chapters, labs and figures there are. Each returns what is missing, in the order in
which an author would see to it; nothing when nothing is.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import yaml
from sphinx_external_toc.parsing import MalformedError, parse_toc_yaml

from placelab import notes, tables, widgets
from placelab.book import freshness

CHAPTER_HEADINGS = (
    "The idea", "What was known in 2017", "The counter-evidence", "What happened next", "Exercise", "Reflection",
    "Key points", "Further reading",
)  # fmt: skip
LAB_HEADINGS = (
    "The question", "Your guess", "Run", "What we found", "What this cannot tell you", "Exercises", "What we decide",
    "Key points",
)  # fmt: skip
LAB_START = re.compile(
    r"\A# (?P<title>.+)\n\n\*Lab for chapter (?P<number>\d+), "
    r"\[(?P<chapter>[^]]+)\]\(\.\./(?P<page>book/(?P<digits>\d\d)-[a-z-]+\.md)\)\. "
    r"(?P<all>\d+) minutes, of which (?P<read>\d+) to read\.\*\n"
)
CITED = re.compile(r"\{cite:[a-z]+\}`([^`]+)`")
# What counts one year's money: the tables that a new year of the revenue outturn extends.
OUTTURN = ("net_current_expenditure", "revenue_summary")


def section(text: str, heading: str) -> str:
    """The text under a heading of the second level; empty where there is no such heading."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def bullets(text: str) -> int:
    """How many items the lists of a text have."""
    return len(re.findall(r"^- ", text, re.MULTILINE))


def lacking(*asked: tuple[object, str]) -> list[str]:
    """The words of those pairs whose first is not so."""
    return [words for is_so, words in asked if not is_so]


def in_contents(name: str, root: Path) -> bool:
    """Whether _toc.yml has the page."""
    try:
        return name in parse_toc_yaml(root / "_toc.yml")
    except MalformedError:
        return False


def headings(text: str, wanted: tuple[str, ...]) -> list[str]:
    """The headings of the second level that are missing, or that they stand in another order."""
    found = re.findall(r"^## (.+)$", text, re.MULTILINE)
    missing = [f"a heading “## {one}”" for one in wanted if one not in found]
    return missing or lacking((found == list(wanted), f"its headings in this order and no others: {', '.join(wanted)}"))


def chapter(path: Path, root: Path) -> list[str]:
    """What a chapter lacks of what every chapter has. path: the file; root: the folder of _toc.yml."""
    name = path.resolve().relative_to(root.resolve()).with_suffix("").as_posix()
    if not path.is_file():
        return [f"the file {name}.md: copy another chapter and change every line"]
    text = path.read_text(encoding="utf-8")
    exercise, told = section(text, "Exercise"), section(text, "What happened next")
    minutes = [int(found) for found in re.findall(r"Exercise: .*?\((\d+) minutes", exercise)]
    stated = re.search(r"^:do: (\d+)$", text, re.MULTILINE)
    asked = re.findall(r"^```\{reflection\} ([\w-]+)", section(text, "Reflection"), re.MULTILINE)
    own = [one for one in notes.register() if one.kind == "reflection" and one.where == name]
    return [
        *lacking(
            (in_contents(name, root), f"a line “- file: {name}” in _toc.yml"),
            (re.match(r"# \S", text), "a title, “# …”, on its first line"),
            (len(text.partition("```{chapter-frame}")[0].split()) >= 50, "an opening paragraph of 50 words that makes its point"),
            ("```{chapter-frame}" in text, "a ```{chapter-frame} after the opening paragraph"),
        ),
        *headings(text, CHAPTER_HEADINGS),
        *what_happened_next(told),
        *lacking(
            (minutes, "an exercise that says how long it takes: “Exercise: … (20 minutes”"),
            (stated and int(stated[1]) >= sum(minutes), "“:do: N” in its frame, the minutes of its exercises at least"),
            (re.search(r"^:::\{dropdown\} (?:Debrief|Solution)", exercise, re.M), "a “:::{dropdown} Debrief” under Exercise"),
            (own, f"a row in data/reflections.csv with {name} under “where” and “reflection” under “kind”, then `make data`"),
            (len(asked) == 1 == text.count("\n```{reflection}"), "one ```{reflection} NAME, under Reflection"),
            (3 <= bullets(section(text, "Key points")) <= 6, "three to six key points"),
            (2 <= bullets(section(text, "Further reading")) <= 6, "two to six items of further reading"),
        ),
    ]  # fmt: skip


def what_happened_next(told: str) -> list[str]:
    """What the dated part of a chapter lacks: when it was checked, and lines that each have a date and a source."""
    stated = re.search(r"^As of (\d{4})-(\d{2}):$", told, re.MULTILINE)
    found = lacking((stated, "“As of YYYY-MM:” on a line of its own under What happened next"))
    if stated:
        try:
            freshness.months_since(int(stated[1]), int(stated[2]), datetime.now(UTC))
        except ValueError as problem:
            found.append(f"a true month in “{stated[0]}” ({problem})")
    lines = re.findall(r"^- .*(?:\n  .*)*", told, re.MULTILINE)
    found += lacking((len(lines) >= 2, "two dated lines under What happened next"))
    for line in lines:
        start = " ".join(line.split())[2:50]
        found += lacking(
            (re.match(r"- \*\*[^*]*\d{4}[^*]*\*\*", line), f"a date in bold before “{start} …”"),
            (CITED.search(line) or "(about/data.md" in line, f"a source, {{cite:p}}`key`, for “{start} …”"),
        )
    return found


def lab(path: Path, root: Path) -> list[str]:
    """What a lab lacks of what every lab has. path: the notebook; root: the folder of _toc.yml. (Its code is for the tests.)"""
    name = path.stem
    if not path.is_file():
        return [f"the file notebooks/{name}.ipynb: copy another lab in JupyterLab and change every cell"]
    cells: list[Any] = nbformat.read(path, 4).cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    code = [cell for cell in cells if cell.cell_type == "code"]
    head = LAB_START.match(cells[0].source) if cells else None
    if not head:
        return [
            "a first cell that begins: “# Title”, an empty line, “*Lab for chapter N, [Title](../book/NN-title.md). M minutes, "
            "of which K to read.*”"
        ]
    page = root / head["page"]
    known = notes.LABS.get(name)
    decisions = [one.id for one in notes.register() if one.kind == "decision"]
    return [
        *lacking(
            (in_contents(f"notebooks/{name}", root), f"a line “- file: notebooks/{name}” under its chapter in _toc.yml"),
            (known == (int(head["number"]), head["title"]),
             f'“"{name}": ({head["number"]}, "{head["title"]}")” in LABS, src/placelab/notes.py'),
            (head["digits"] == f"{int(head['number']):02}" and page.is_file(), f"a chapter {head['number']} at {head['page']}"),
            (page.is_file() and f"](../notebooks/{name}.ipynb)" in page.read_text(encoding="utf-8"),
             f"a link to it in {head['page']}"),
            ("You can ignore" in cells[0].source and "After it you can:" in cells[0].source,
             "“You can ignore …” for those who read no code, and “After it you can:”, in its first cell"),
            (3 <= bullets(cells[0].source) <= 5, "three to five objectives in its first cell"),
        ),
        *headings(prose, LAB_HEADINGS),
        *lacking(
            (bullets(section(prose, "What this cannot tell you")) >= 3, "three limits under What this cannot tell you"),
            (3 <= bullets(section(prose, "Key points")) <= 6, "three to six key points"),
            (name in decisions, f"a row in data/reflections.csv, id {name}, with “decision” under “kind”, then `make data`"),
            (any(cell.source == f'Note("{name}")' for cell in code), f'a cell Note("{name}") after What we decide'),
            ([cell.execution_count for cell in code] == list(range(1, len(code) + 1)), "a whole run before it is saved"),
            (f"\nBack to chapter {head['number']}, " in prose, "a last line “Back to chapter …”"),
        ),
    ]  # fmt: skip


def figure(name: str, root: Path) -> list[str]:
    """What a live figure lacks: its class, its script, a finding, and a page that shows it."""
    module, web = f"src/placelab/widgets/{name.replace('-', '_')}.py", f"src/placelab/web/figures/{name}.js"
    if name not in widgets.names():
        listed = "a line in _CLASSES, src/placelab/widgets/__init__.py"
        return lacking(((root / module).is_file(), f"a module {module} with its class"), (False, listed))
    cls = widgets.figure_class(name)
    found = lacking((cls.name == name, f'name = "{name}" in its class'))
    try:
        finding = cls().finding
        parts = ("title", "sentence", "alt", "source")
        found += lacking(*((getattr(finding, part).strip(), f"a {part} in its finding") for part in parts))
        found += lacking((len(finding.table), "a table in its finding"))
    except Exception as problem:
        found.append(f"a finding of its base case ({type(problem).__name__}: {problem})")
    pages = [*(root / "book").rglob("*.md")]
    shown = any(f"```{{live-figure}} {name}" in page.read_text(encoding="utf-8") for page in pages)
    lab_file = root / "notebooks" / f"{cls.lab or name}.ipynb"
    in_lab = lab_file.is_file() and cls.__name__ in lab_file.read_text(encoding="utf-8")
    return found + lacking(
        ((root / web).is_file(), f"its script {web}, which computes what the class computes"),
        (
            widgets.page.scripted(name),
            "its script in the bundle: run `.venv/bin/pip install --no-deps --no-build-isolation -e .`",
        ),
        (lab_file.is_file(), f"a lab notebooks/{cls.lab or name}.ipynb, or another `lab` in its class"),
        (
            shown or in_lab,
            f"a page that shows it: ```{{live-figure}} {name} in a chapter, or {cls.__name__} in its lab",
        ),
    )


def year(name: str, root: Path) -> list[str]:
    """What a new year of the revenue outturn still lacks, from the source to the tables."""
    if not re.fullmatch(r"20\d\d-\d\d", name) or (int(name[2:4]) + 1) % 100 != int(name[5:]):
        return [f"a financial year such as 2025-26 in place of “{name}”"]
    catalogue = yaml.safe_load((root / "data" / "catalogue.yaml").read_text(encoding="utf-8"))["tables"]
    found = []
    for table in OUTTURN:
        entry, years = catalogue[table], tables.load(table)["year"]
        last = str(entry["coverage"]["years"]).rpartition("..")[2]
        found += lacking(
            (last >= name, f"“years: …..{name}” in place of {last} for {table} in data/catalogue.yaml"),
            (
                re.findall(r"20\d\d-\d\d", entry["vintage"])[-1] >= name,
                f"{name} in the vintage of {table} in data/catalogue.yaml",
            ),
            ((years == name).any(), f"rows of {name} in {table}: `.venv/bin/python -m placelab.compile FOLDER --add`"),
        )
    deflated = (tables.load("gdp_deflator")["year"] == name).any()
    return found + lacking((deflated, f"a deflator for {name} in gdp_deflator, without which nothing is in real terms"))


CHECKS: dict[str, Callable[[Any, Path], list[str]]] = {"chapter": chapter, "lab": lab, "figure": figure, "year": year}


def main(arguments: list[str] | None = None) -> int:
    """The command; run it in the repository's root. 1 when something is missing."""
    asked = argparse.ArgumentParser(
        prog="python -m placelab.book.check", description="Say what a new part of the book lacks."
    )
    asked.add_argument("kind", choices=CHECKS)
    asked.add_argument("name", help="a chapter's or a lab's file, a figure's name, or a year")
    given = asked.parse_args(arguments)
    root = Path.cwd()
    if not (root / "_toc.yml").is_file():
        asked.error("there is no _toc.yml here: run it in the repository's root")
    name = Path(given.name) if given.kind in ("chapter", "lab") else given.name
    try:
        missing = CHECKS[given.kind](name, root)
    except (ValueError, json.JSONDecodeError) as problem:
        missing = [f"something that can be read ({problem})"]
    print(
        f"{given.name} lacks {'; '.join(missing)}." if missing else f"{given.name} has all that a {given.kind} needs."
    )
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
