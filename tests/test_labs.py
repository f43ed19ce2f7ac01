"""Every lab has one frame, holds no logic, shows what it was last seen to print, and says the same as the book."""

from __future__ import annotations

import ast
import re
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest
from building import ROOT

from placelab import audit, facts, notes, places, wording
from placelab.widgets import one_in_ten, page
from placelab.widgets.base import LiveFigure
from placelab.widgets.demand_trends import DemandTrends, ahead
from placelab.widgets.need_from_ageing import NeedFromAgeing

LABS = sorted((ROOT / "notebooks").glob("*.ipynb"), key=lambda path: path.stem)
FRAME = [
    "The question", "Your guess", "Run", "What we found",
    "What this cannot tell you", "Exercises", "What we decide", "Key points",
]  # fmt: skip
FIRST = re.compile(
    r"\A# (?P<title>.+)\n\n\*Lab for chapter (?P<number>\d+), "
    r"\[(?P<chapter>[^]]+)\]\(\.\./(?P<page>book/(?P<digits>\d\d)-[a-z-]+\.md)\)\. "
    r"(?P<all>\d+) minutes, of which (?P<read>\d+) to read\.\*\n"
)
EXERCISE = re.compile(r"^\*\*(\d+)\. [^*]+ \((\d+) minutes, [^)]+\)\.\*\*", re.MULTILINE)
DEBRIEF = "<details><summary>Debrief</summary>"
IGNORED = "nbval-ignore-output"
LONGEST, WIDEST = 9, 140  # lines of a cell, characters of a line

each_lab = pytest.mark.parametrize("path", LABS, ids=lambda path: path.stem)


@cache
def cells(path: Path) -> list[Any]:
    return nbformat.read(path, 4).cells  # type: ignore[no-any-return]


@cache
def prose(path: Path) -> str:
    return "\n\n".join(cell.source for cell in cells(path) if cell.cell_type == "markdown")


def code(path: Path) -> list[Any]:
    return [cell for cell in cells(path) if cell.cell_type == "code"]


def section(path: Path, heading: str) -> str:
    """What stands under one second-level heading."""
    return re.split(r"^## ", prose(path).split(f"\n## {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


# ---- the frame


@each_lab
def test_a_lab_says_first_what_it_is_for(path: Path) -> None:
    first = cells(path)[0].source
    head = FIRST.match(first)
    assert head, f"{path.stem} begins: {first[:200]}"
    number, title = notes.LABS[path.stem]
    assert (int(head["number"]), head["title"]) == (number, title) and head["digits"] == f"{number:02}"
    chapter = (ROOT / head["page"]).read_text("utf-8")
    assert f"# {head['chapter']}\n" in chapter and f"](../notebooks/{path.stem}.ipynb)" in chapter, (
        "and its chapter leads to it"
    )
    assert "You can ignore" in first and "After it you can:" in first
    assert 3 <= len(re.findall(r"^- ", first, re.MULTILINE)) <= 5
    last = prose(path).rstrip().rsplit("\n", 1)[-1]
    assert last.startswith(f"Back to chapter {head['number']}, [{head['chapter']}](../{head['page']}).")


@each_lab
def test_a_lab_has_the_frame(path: Path) -> None:
    assert re.findall(r"^## (.+)$", prose(path), re.MULTILINE) == FRAME
    assert len(section(path, "What this cannot tell you").split("\n- ")) >= 4
    assert 3 <= len(re.findall(r"^- ", section(path, "Key points"), re.MULTILINE)) <= 6
    assert "base case" in section(path, "What we decide").lower()


@each_lab
def test_exercises_have_minutes_and_a_debrief(path: Path) -> None:
    exercises = section(path, "Exercises")
    numbers, minutes = zip(*((int(n), int(m)) for n, m in EXERCISE.findall(exercises)), strict=True)
    assert list(numbers) == list(range(1, len(numbers) + 1)) and len(numbers) >= 2
    between = EXERCISE.split(exercises)[3::3]
    assert all(part.count(DEBRIEF) == part.count("</details>") == 1 for part in between), path.stem
    head = FIRST.match(cells(path)[0].source)
    assert head and int(head["all"]) - int(head["read"]) == sum(minutes), (
        f"{path.stem}: exercises take {sum(minutes)} minutes"
    )


@each_lab
def test_the_reader_decides_and_the_decision_is_kept(path: Path) -> None:
    order = [cell.source for cell in cells(path)]
    (decided,) = [i for i, source in enumerate(order) if source == f'Note("{path.stem}")']
    assert "## What we decide" in order[decided - 1] and order[decided + 1].startswith("## Key points")
    assert notes.get(path.stem).kind == "decision"


# ---- thin, and as it was last seen


@each_lab
def test_a_cell_holds_no_logic(path: Path) -> None:
    for cell in code(path):
        lines = cell.source.splitlines()
        assert len(lines) <= LONGEST and max(map(len, lines)) <= WIDEST, f"{path.stem}: {cell.source}"
        for node in ast.walk(ast.parse(cell.source)):
            barred = (
                ast.FunctionDef,
                ast.AsyncFunctionDef,
                ast.ClassDef,
                ast.While,
                ast.If,
                ast.Try,
                ast.With,
                ast.Global,
            )
            assert not isinstance(node, barred), f"{path.stem}: {type(node).__name__} in {cell.source}"
            if isinstance(node, ast.For):
                assert len(node.body) <= 2 and not any(isinstance(inner, ast.For) for inner in node.body), cell.source


@each_lab
def test_outputs_are_committed_and_nothing_else(path: Path) -> None:
    notebook = nbformat.read(path, 4)
    assert set(notebook.metadata) == {"kernelspec", "language_info"} and notebook.metadata.kernelspec.name == "python3"
    assert [cell.execution_count for cell in code(path)] == list(range(1, len(code(path)) + 1)), "run whole"
    for cell in code(path):
        if IGNORED in cell.metadata.get("tags", []):
            assert not cell.outputs, f"{path.stem}: a panel's output is not committed: {cell.source}"
            continue
        assert bool(cell.outputs) is ("print(" in cell.source), (
            f"{path.stem}: run it and commit what it prints: {cell.source}"
        )
        assert all(out.output_type == "stream" and out.name == "stdout" for out in cell.outputs), cell.source
        assert not re.search(r"\bnan\b|Traceback|<[a-zA-Z_.]+ object at", printed(cell)), cell.source


def printed(cell: Any) -> str:
    return "".join(out.text for out in cell.outputs)


# ---- for a place of every kind

KINDS = {
    "county": "Suffolk",
    "London borough": "Camden",
    "formed by reorganisation": "North Northamptonshire",
    "with blanks": "Slough",
    "small": "Isles of Scilly",
}
CHOSEN = 'places.named("Suffolk").code'


def of_a_place(path: Path) -> bool:
    return path.stem not in ("place-simulator", "your-framework")


each_place_lab = pytest.mark.parametrize("path", list(filter(of_a_place, LABS)), ids=lambda path: path.stem)


@each_place_lab
def test_a_place_is_chosen_by_its_name(path: Path) -> None:
    first = code(path)[0].source
    assert first.count(CHOSEN) == 1 and not re.search(r"^\w+ = \"E\d{8}\"", first, re.MULTILINE)
    assert "name" in cells(path)[0].source.split("You can ignore", 1)[1], "the reader is told what to change"


@each_place_lab
@pytest.mark.parametrize("kind", KINDS)
def test_a_lab_speaks_of_every_kind_of_place(path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What follows the place is run for each: no blank becomes a number, no place stands in a table twice, panels open."""
    first, *rest = code(path)
    names: dict[str, Any] = {}
    exec(first.source.replace(CHOSEN, f'places.named("{KINDS[kind]}").code'), names)
    asked = [cell.source for cell in rest if re.search(r"\b(place|PLACE)\b", cell.source)]
    assert asked
    for source in asked:
        exec(source, names)
        said = capsys.readouterr().out
        assert bool(said.strip()) is ("print(" in source), source
        assert not re.search(r"\bnan\b|\binf\b|\bNone\b|None council", said), said
        rows = [line for line in said.splitlines() if line.strip().startswith(KINDS[kind])]
        assert len(rows) == len(set(rows)), said


# ---- labs and book say the same


def names_of(path: Path) -> dict[str, Any]:
    """What a lab's first code cell imports and sets."""
    found: dict[str, Any] = {}
    exec(compile(code(path)[0].source, str(path), "exec"), found)
    return found


def findings(path: Path) -> list[tuple[LiveFigure, str]]:
    """Each live figure whose sentence a cell prints, and nothing else, with what the committed output says."""
    found = []
    for cell in code(path):
        shown = re.fullmatch(r"print\((\w+\(.*\))\.finding\.sentence\)", cell.source)
        if shown:
            found.append((eval(shown[1], names_of(path)), printed(cell).strip()))
    return found


@each_lab
def test_a_lab_prints_what_the_books_figure_says(path: Path) -> None:
    for figure, text in findings(path):
        (sentence,) = re.findall(r'<p class="placelab-sentence"[^>]*>(.*?)</p>', page.mount_html(figure), re.DOTALL)
        assert text == unescape(sentence), f"{path.stem}: {figure!r}; run the lab again"


def test_most_labs_print_a_finding() -> None:
    assert sum(len(findings(path)) for path in LABS) > len(LABS)


def chapter(number: int) -> str:
    (path,) = (ROOT / "book").glob(f"{number:02}-*.md")
    return path.read_text("utf-8")


def quoted(spec: str, number: int, code: str | None = None) -> str:
    """A fact that a chapter quotes, for England or for one place."""
    assert f"{{fact}}`{spec}`" in chapter(number), f"chapter {number} no longer quotes {spec}; change this test with it"
    return facts.render(spec) if code is None else facts.tell(spec, code).text


def test_chapter_5_counts_the_cuts_as_the_lab_does() -> None:
    rows = re.findall(r"^\|.*\| \{fact\}`(councils-cut-share [^`]+ as=pct1)` \|$", chapter(5), re.MULTILINE)
    table = audit.definitions()
    assert [facts.render(spec) for spec in rows] == [wording.percent(share, 1) for share in table["share"]]
    assert quoted("councils-cut-share start=2009-10 end=2015-16 per=total", 5) == wording.percent(
        table.set_index("definition").at["net, in total", "share"]
    )


def test_chapter_5_sets_the_same_figures_beside_the_ifs() -> None:
    ours = audit.beside_ifs().set_index("what")["ours"]
    for what, spec in {
        "Change in spending per adult, England": "net-change start=2009-10 end=2015-16 of=England as=size",
        "Change, London boroughs": "net-change start=2009-10 end=2015-16 type=London_borough as=size",
        "Change, metropolitan districts": "net-change start=2009-10 end=2015-16 type=Metropolitan_district as=size",
    }.items():
        assert quoted(spec, 5) == wording.percent(abs(ours[what]) / 100)
    any_cut = wording.percent(ours["Councils that cut at all"] / 100)
    assert quoted("councils-cut-share start=2009-10 end=2015-16 threshold=0", 5) == any_cut
    for percentile, what in ((10, "less"), (90, "more")):
        level = f"£{ours[f'A tenth of councils spent {what} than']:.0f}"
        assert quoted(f"spending-percentile year=2015-16 percentile={percentile}", 5) == level


@pytest.mark.parametrize(
    "name", ["Suffolk", "Camden", "Cumberland", "Peterborough", "City of London", "Isles of Scilly"]
)
def test_a_place_has_one_figure_in_chapter_and_lab(name: str) -> None:
    code = places.named(name).code
    assert f"spending {quoted('net-change start=2009-10 end=2015-16', 5, code)}" in one_in_ten.in_place(code)
    told = ahead(code, "85 and over")
    for spec in (
        "population year=2023 age=85_and_over",
        "population year=2033 age=85_and_over kind=projection",
        "population-grown end=2033 age=85_and_over",
    ):
        assert quoted(spec, 6, code) in told, f"{spec}: {told}"


def test_chapter_6_counts_people_and_need_as_the_lab_does() -> None:
    trends = DemandTrends().finding.sentence
    assert (
        f"the projection has {quoted('projection-overlap year=2023 age=85_and_over of=England as=pct1', 6)} more"
        in trends
    )
    assert f"to {quoted('population year=2023 age=85_and_over of=England', 6)};" in trends
    need = NeedFromAgeing().finding.sentence
    assert f"Rates would have to fall by {quoted('need-level-rate of=England as=size1', 6)} every year" in need
    ratio = DemandTrends(view="ratio", age="65 and over").finding.sentence
    assert f"had {quoted('old-age-ratio year=2023 of=England', 6)} aged 65 and over" in ratio
