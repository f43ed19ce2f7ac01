"""What a chapter is written with: diagrams from text, and notes that only facilitators see."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from building import Build

from placelab.book import diagrams
from placelab.book.minutes import duration, worded

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


# ---- minutes


def test_minutes_are_those_of_the_pages_named(small_book: Path, strict_build: Callable[[Path], Build]) -> None:
    chapter(small_book, "It takes {minutes}`start`, in all {minutes}`start as=all`.")
    built = strict_build(small_book)
    assert built.succeeded, built.printed
    html = re.sub(r"<[^>]+>", "", (built.html / "start.html").read_text())
    assert "It takes 1 minute to read, 5 to do, in all 6 minutes." in html


@pytest.mark.parametrize(("asked", "says"), [("nowhere", "nowhere states no minutes"), ("start as=most", "as=most")])
def test_minutes_of_no_page_stop_the_build(
    asked: str, says: str, small_book: Path, strict_build: Callable[[Path], Build]
) -> None:
    chapter(small_book, f"It takes {{minutes}}`{asked}`.")
    built = strict_build(small_book)
    assert not built.succeeded and re.search(rf"start\.md:\d+: .*{says}", built.printed)


def test_sums_of_minutes() -> None:
    times = {"book/a": (9, 30), "book/b": (8, 0), "notebooks/c": (10, 55)}
    assert worded(times, ["book/b"], "") == "8 minutes to read"
    assert worded(times, ["book/*"], "read") == "17 minutes"
    assert worded(times, ["book/a", "book/*", "notebooks/c"], "all") == "1 hour 52 minutes"
    assert [duration(n) for n in (0, 1, 60, 121)] == ["0 minutes", "1 minute", "1 hour", "2 hours 1 minute"]
