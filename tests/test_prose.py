"""No figure in a chapter or a lab is typed: digits in prose are years, dates, minutes, or on a short list of exceptions."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "book").glob("[0-9][0-9]-*.md"))
PAGES = sorted((ROOT / "book").rglob("*.md"))
LABS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# What may be typed. Each pattern is taken out of the text before digits are looked for.
ALLOWED = [
    r"```.*?```",  # directives and code
    r"(?s)^---\n.*?\n---\n",  # front matter
    r"`[^`]*`",  # roles and literals: facts, claims, citations
    r"\]\([^)]*\)",  # link targets
    r"\$[^$\n]+\$",  # formulas
    r"\b\d{2}th percentile\b",
    r"(?m)^\| \d{1,2} \[",  # the number of a chapter, in a list of them
    r"<[^>]+>",  # HTML tags and bare links
    r"(?m)^\([\w-]+\)=$",  # anchors
    r"\b(?:1[89]|20)\d\d(?:[-–/](?:\d\d|(?:1[89]|20)\d\d))?(?:-\d\d)?\b",  # years, financial years, 2026-11
    r"\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)\b",
    r"\b(?:mid|end)-(?:1[89]|20)\d\d\b",
    r"\b\d{1,3} minutes\b|\bof which \d{1,3} to read\b",  # the length of an exercise or a reading
    r"\b[Cc]hapters? \d{1,2}(?:(?:, \d{1,2})* and \d{1,2})?\b",
    r"\b[Ss]ection \d{2,3}\b",  # section 75, section 114
    r"\b(?:18 to 64|65 to 74|75 to 84|(?:18|65|75|85) and over|under 18|under 65|aged? \d{2}(?: to \d{2})?)\b",  # ages
    r"\bCOVID-19\b|\bCovid-19\b",
    r"\b\d{4}-based\b",
    r"\b(?:18|19|20)\d0s\b",  # decades
    r"\b10 Year Health Plan\b",
    r"\b(?:[Ff]or|[Oo]ut of) every hundred\b|\bfor each 100,000 people\b",  # the base of a rate
    r"\bMIT|CC BY 4\.0|v3(?:\.0)?\b",  # licences
    r"(?m)^\s*\d+\.\s",  # ordered lists
    r"\*\*\d+\. ",  # numbered exercises
    r"\bA4\b",
    r"\b\d{3,4} pixels\b",  # the width of a window
    r"\b(?:question|answers?) \d(?: and \d)?\b",  # those of a form, by number
]
# Number words that state a quantity: beside a unit, a share or councils.
_WORDS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|"
    "eighty|ninety|hundred|thousand|million|billion|half|third|quarter|dozen"
)
QUANTITY = re.compile(
    rf"\b(?:{_WORDS})(?:[ -](?:{_WORDS}))*(?:-| )"
    r"(?:per ?cent|pounds?|councils?|million|billion|people|beds|days|percentage points)\b"
    rf"|\b(?:one|{_WORDS}) in (?:{_WORDS})\b",
    re.IGNORECASE,
)
# Sentences that quote the claim under audit, or speak of a number as a number. Each is here by name.
EXCEPTIONS = (
    "one in ten",  # the claim this book audits, named so throughout
)


def prose(path: Path) -> str:
    """The text of a page or of a notebook's markdown cells."""
    if path.suffix == ".ipynb":
        cells = json.loads(path.read_text("utf-8"))["cells"]
        return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return path.read_text("utf-8")


def typed_figures(text: str) -> list[str]:
    """Figures in prose that came from the keyboard, each with a little of what stands around it."""
    for pattern in ALLOWED:
        text = re.sub(pattern, " ", text, flags=re.DOTALL)
    found = [text[max(0, m.start() - 30) : m.end() + 20] for m in re.finditer(r"\d", text)]
    for match in QUANTITY.finditer(text):
        if match.group().lower() not in EXCEPTIONS:
            found.append(text[max(0, match.start() - 30) : match.end() + 20])
    return [re.sub(r"\s+", " ", snippet).strip() for snippet in found]


@pytest.mark.parametrize("path", PAGES + LABS, ids=lambda p: p.stem)
def test_no_figure_is_typed(path):
    found = typed_figures(prose(path))
    assert not found, f"{path.name}: write these with {{fact}} or {{claim}}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "Spending fell by 14% in real terms.",
        "The gap is £2.3bn.",
        "Some 26 councils cut.",
        "Nine councils cut deeply.",
        "It costs twenty million more.",
        "about six in seven cut",
        "thirty per cent of them",
    ],
)
def test_the_check_finds_typed_figures(text):
    assert typed_figures(text)


@pytest.mark.parametrize(
    "text",
    [
        "Between 2009-10 and 2015-16, on 5 April 2017, in mid-2016.",
        "Spending {fact}`net-change start=2009-10 end=2015-16 as=change` per adult {cite:p}`phillips2017national`.",
        "Exercise (15 minutes, in pairs). See chapter 5 and section 75.",
        "[The lab](../notebooks/one-in-ten.ipynb) asks whether one in ten is right.",
    ],
)
def test_the_check_lets_the_rest_through(text):
    assert not typed_figures(text)
