"""The game's cards, tables and plans in the facilitator's pages: ```{game} PART```.

Everything comes from simulator/cards.json and from results of the model (simulator/paper.csv), so that page, paper and screen
say the same. A part there is not, or a table that lacks a path, is a warning with file and line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from placelab import wording
from placelab.simulator import game, kit

log = logging.getLogger(__name__)


def tag(name: str, *inner: str, **attributes: str) -> str:
    """An element around HTML; class_ is written class, aria_hidden aria-hidden."""
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{said}>{''.join(inner)}</{name}>"


def table(head: Iterable[str], rows: Iterable[Iterable[str]], caption: str = "") -> str:
    """A table of words; the first cell of a row is its head."""
    top = tag("tr", *(tag("th", escape(cell), scope="col") for cell in head))
    body = (
        tag(
            "tr",
            *(tag("td" if i else "th", escape(cell), **({} if i else {"scope": "row"})) for i, cell in enumerate(row)),
        )
        for row in rows
    )
    return tag(
        "table",
        tag("caption", escape(caption)) if caption else "",
        tag("thead", top),
        tag("tbody", *body),
        class_="table",
    )


def listed(items: Iterable[str], kind: str = "ul") -> str:
    """A list of sentences."""
    return tag(kind, *(tag("li", escape(one)) for one in items))


def ruled(number: int) -> str:
    """So many ruled lines to write on, which those who hear a page are spared."""
    return tag("div", *(tag("div") for _ in range(number)), class_="game-print-lines", aria_hidden="true")


def plan() -> str:
    """The half-day, block by block, with the time since the start."""
    rows, clock = [], 0
    for block in game.cards()["plan"]:
        spent = kit.stage_minutes(block)
        rows.append([f"{clock // 60}:{clock % 60:02}", block["what"], f"{spent} min", block["where"]])
        clock += spent
    rows.append([f"{clock // 60}:{clock % 60:02}", "End", "", ""])
    return table(["Since the start", "What", "For", "How"], rows, "The half-day")


def round_plan() -> str:
    """What each round is about, and its minutes."""
    words = game.cards()
    rows = [
        [str(number), one["name"], f"{spent} min", one["news"]]
        for number, (one, spent) in enumerate(zip(words["rounds"], words["round_minutes"], strict=True), 1)
    ]
    return table(["Round", "Years", "For", "What is read out"], rows, "The rounds")


def seats() -> str:
    """A card for each seat, and for the table."""
    words = game.cards()
    outputs = kit.outputs()
    made = []
    for role in words["roles"]:
        levers = listed(f"{words['levers'][key]['label']}. {words['levers'][key]['help']}" for key in role["levers"])
        sees = listed(f"{outputs[key]['label']} ({outputs[key]['unit']})" for key in role["shows"])
        made.append(
            _card("seat", role["name"], tag("p", escape(role["brief"])),
                  tag("p", tag("strong", "You want: "), escape(role["want"])),
                  tag("p", tag("strong", "You cannot see: "), escape(role["blind"])),
                  tag("p", tag("strong", "Your levers")), levers, tag("p", tag("strong", "Your dashboard")), sees)
        )  # fmt: skip
    joint = words["table"]
    levers = listed(f"{words['levers'][key]['label']}. {words['levers'][key]['help']}" for key in joint["levers"])
    made.append(_card("seat", joint["name"], tag("p", escape(joint["brief"])), levers))
    return tag("div", *made, class_="game-print")


def _card(kind: str, title: str, *inner: str) -> str:
    return tag("section", tag("p", escape(title), class_="game-print-title"), *inner, class_=f"game-print-card {kind}")


def drawn(kind: str) -> str:
    """The cards of one kind, to be cut out."""
    made = [
        _card(kind, one["title"], tag("p", escape(one["text"])), tag("p", tag("strong", escape(one["rule"]))))
        for one in game.cards()["cards"]
        if one["kind"] == kind
    ]
    return tag("div", *made, class_="game-print")


def choices() -> str:
    """What may be chosen in the game on paper."""
    words = game.cards()["paper"]
    rows = [
        [one["id"], one["name"], one["text"], "every turn" if one["from"] == 1 else f"from turn {one['from']}"]
        for one in words["choices"]
    ]
    return table(["Letter", "Name", "What it is", "Open"], rows, "The choices on paper")


def _paper_rows(turn: int, keys: list[str]) -> list[list[str]]:
    frame = kit.paper()
    return [
        [path, *(kit.said(float(frame.at[path, key]), key) for key in keys)]
        for path in kit.paper_paths()
        if len(path) == turn
    ]


def _sheet(title: str, keys: list[str]) -> str:
    """One seat's tables for every turn, with how things stood in 2010 on top."""
    outputs, frame = kit.outputs(), kit.paper()
    start = "; ".join(f"{outputs[key]['label']} {kit.said(float(frame.at['start', key]), key)}" for key in keys)
    tables = []
    for number, turn in enumerate(game.cards()["paper"]["turns"], 1):
        head = ["Path", *(outputs[key]["label"] for key in keys)]
        tables.append(table(head, _paper_rows(number, keys), f"{title}. Turn {number}, {turn['name']}: at its end"))
    units = "; ".join(f"{outputs[key]['label']}: {outputs[key]['unit']}" for key in keys)
    return tag(
        "section", tag("p", escape(title), class_="game-print-title"), tag("p", escape(f"In 2010: {start}.")), *tables,
        tag("p", escape(f"{units}."), class_="game-print-units"), class_="game-print-sheet",
    )  # fmt: skip


def paper() -> str:
    """A sheet for each seat, with its own three numbers for every path."""
    return "".join(_sheet(role["name"], kit.seat_keys(role)) for role in game.cards()["roles"])


def paper_score() -> str:
    """The facilitator's sheet: the counted and the uncounted, and every dimension of the score, for every path."""
    keys = list(dict.fromkeys([*game.cards()["counted"], *game.cards()["score"]]))
    return _sheet("For the facilitator, until the debrief", keys)


def prompts(steps: list[dict[str, Any]]) -> str:
    """Steps of a debrief with their minutes and prompts."""
    return "".join(
        tag("p", tag("strong", escape(f"{number}. {step['title']}")), escape(f" ({step['minutes']} minutes)"))
        + listed(step["prompts"])
        for number, step in enumerate(steps, 1)
    )


def dead_ends() -> str:
    """What gets stuck, why, and what helps."""
    rows = [[one["sign"], one["why"], one["do"]] for one in game.cards()["facilitator"]["dead_ends"]]
    return table(["You see", "Why", "What helps"], rows, "Dead ends")


def questions(when: str) -> str:
    """The sheet to hand out, "before" or "after"."""
    asked = [one["ask"] for one in game.cards()["questions"][when]]
    made = [tag("li", escape(text), ruled(5)) for text in asked]
    sure = tag("p", "How sure are you of these answers, from 0 (guessing) to 10 (certain)?")
    return tag("section", tag("ol", *made), sure, class_="game-print-sheet")


def marking(when: str) -> str:
    """Answers, marks and the usual slip for each question."""
    rows = [
        [
            str(number),
            one["answer"],
            "; ".join(f"{wording.plural(worth, 'mark', 'marks')}: {what}" for worth, what in one["marks"]),
            one["slip"],
        ]
        for number, one in enumerate(game.cards()["questions"][when], 1)
    ]
    return table(["Question", "Answer", "Marks", "The usual slip"], rows, f"Marking: {when}")


PARTS: dict[str, Callable[[], str]] = {
    "plan": plan,
    "rounds": round_plan,
    "seats": seats,
    "orders": lambda: drawn("directive"),
    "events": lambda: drawn("event"),
    "choices": choices,
    "paper": paper,
    "paper-score": paper_score,
    "half-time": lambda: listed(game.cards()["mini_debrief"]["prompts"], "ol"),
    "debrief": lambda: prompts(game.cards()["debrief"]),
    "prompts": lambda: listed(game.cards()["facilitator"]["prompts"]),
    "dead-ends": dead_ends,
    "questions-before": lambda: questions("before"),
    "questions-after": lambda: questions("after"),
    "marking-before": lambda: marking("before"),
    "marking-after": lambda: marking("after"),
}


class GamePart(SphinxDirective):
    """```{game} seats```: one part of the game, as PARTS names them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        part = self.arguments[0]
        try:
            html = PARTS[part]()
        except KeyError as problem:
            why = (
                f"no part {part!r}; there is {', '.join(PARTS)}" if part not in PARTS else f"paper.csv lacks {problem}"
            )
            log.warning("game: %s", why, location=self.get_location(), type="placelab", subtype="game")
            return []
        for source in (
            __file__,
            kit.__file__,
            *(str(kit.model.FOLDER.joinpath(name)) for name in ("cards.json", kit.PAPER)),
        ):
            self.env.note_dependency(source)
        return [nodes.raw("", f'<div class="game-part">{html}</div>', format="html")]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("game", GamePart)
