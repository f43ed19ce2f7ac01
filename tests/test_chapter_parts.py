"""What a chapter is written with: diagrams from text, and notes that only facilitators see."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from building import Build

from placelab.book import diagrams

LOOP = 'digraph { wait [label="Longer\\nwaits"]; crisis [label="More\\ncrises"]; wait -> crisis [label="+"]; crisis -> wait; }'
START = "# Start\n\n```{{chapter-frame}}\n:do: 5\n:for: leaders\n\n- see\n```\n\nSome words.\n\n{body}\n"
NOTE = "```{facilitator}\nAsk who is **not** in the room.\n```\n"


def chapter(book: Path, body: str, config: str = "") -> None:
    """Put a body into the small book's first page."""
    (book / "start.md").write_text(START.format(body=body))
    if config:
        settings = book / "_config.yml"
        settings.write_text(settings.read_text().replace("  config: {", "  config: {" + config + ", "))


def test_a_diagram_is_drawn_in_the_pages_colours_with_its_text_alternative(
    small_book: Path, strict_build: Callable[[Path], Build]
) -> None:
    chapter(
        small_book, f"```{{diagram}} Waits breed crises\n:alt: Longer waits bring more crises, and back.\n{LOOP}\n```\n"
    )
    built = strict_build(small_book)
    assert built.succeeded, built.printed
    html = (built.html / "start.html").read_text()
    figure = re.search(r'<figure class="placelab diagram">.*?</figure>', html, re.DOTALL)
    assert figure, "no diagram on the page"
    assert 'role="img" aria-label="Longer waits bring more crises, and back."' in figure[0]
    assert all(word in figure[0] for word in ("Waits breed crises", ">Longer<", ">crises<"))
    assert "black" not in figure[0] and " id=" not in figure[0] and "style=" not in figure[0]


@pytest.mark.parametrize(
    ("dot", "says"),
    [
        ("digraph { a -> ", "syntax error"),
        ("a -> b", "not Graphviz"),
        ("digraph { rankdir=LR; " + " -> ".join(f"box_number_{n}_of_many" for n in range(6)) + " }", "telephone"),
        ("digraph { a [shape=nonesuch]; }", "unknown shape"),
    ],
)
def test_a_diagram_that_cannot_be_drawn_or_read_is_refused(dot: str, says: str) -> None:
    with pytest.raises(diagrams.DiagramError, match=says):
        diagrams.svg(dot)


def test_a_diagram_without_a_text_alternative_stops_the_build(
    small_book: Path, strict_build: Callable[[Path], Build]
) -> None:
    chapter(small_book, f"```{{diagram}} Waits breed crises\n{LOOP}\n```\n")
    built = strict_build(small_book)
    assert not built.succeeded and re.search(r"start\.md:\d+: .*no text alternative", built.printed)


@pytest.mark.parametrize(("config", "shown"), [("", False), ("placelab_edition: facilitator", True)])
def test_a_note_for_facilitators_is_shown_in_their_edition_alone(
    small_book: Path, strict_build: Callable[[Path], Build], config: str, shown: bool
) -> None:
    chapter(small_book, NOTE, config)
    built = strict_build(small_book)
    assert built.succeeded, built.printed
    html = (built.html / "start.html").read_text()
    assert ('<aside class="facilitator shown"' in html) is shown and "<strong>not</strong>" in html
    assert "facilitator-switch" in html


def test_an_edition_that_there_is_none_of_is_refused(small_book: Path, strict_build: Callable[[Path], Build]) -> None:
    chapter(small_book, NOTE, "placelab_edition: teacher")
    built = strict_build(small_book)
    assert not built.succeeded and "learner, facilitator" in built.printed


def test_notes_do_not_count_as_reading(small_book: Path, strict_build: Callable[[Path], Build]) -> None:
    chapter(small_book, "```{facilitator}\n" + "word " * 1000 + "\n```\n")
    assert "<strong>1 minute to read, 5 minutes to do</strong>" in (strict_build(small_book).html / "start.html").read_text()
