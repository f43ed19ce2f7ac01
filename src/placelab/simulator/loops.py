"""The loops of the place simulator, a few links each, as diagrams: every link is one of the model's, or one that a player makes.

A link may pass through variables that are not drawn. Its sign is that of the whole way: with "+" the effect moves as the
cause does, with "−" against it. tests/test_place_simulator.py works the signs out from the equations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from placelab.simulator import model

MORE, LESS = "+", "−"
PLAYER = "player"  # a link that is a decision and no equation
KINDS = {1: "reinforcing", -1: "balancing"}


@dataclass(frozen=True)
class Link:
    """One arrow: cause, sign, effect, and whether a player makes it."""

    cause: str
    sign: str
    effect: str
    decided: bool = False


@dataclass(frozen=True)
class Loop:
    """One loop: what it says, the way round it (names and signs in turn, back to the first name), and links beside it."""

    id: str
    title: str
    round: tuple[str, ...]
    beside: tuple[tuple[str, ...], ...] = ()

    @property
    def ring(self) -> list[Link]:
        """The links of the loop itself, in order."""
        return list(_chain(self.round))

    @property
    def links(self) -> list[Link]:
        """Every link that is drawn, once."""
        return list(dict.fromkeys([*self.ring, *(link for chain in self.beside for link in _chain(chain))]))

    @property
    def names(self) -> list[str]:
        """Every variable that is drawn."""
        return list(dict.fromkeys(name for link in self.links for name in (link.cause, link.effect)))

    @property
    def kind(self) -> str:
        """Reinforcing, where a push comes back as a push the same way, or balancing."""
        return KINDS[prod(1 if link.sign == MORE else -1 for link in self.ring)]


def _chain(told: tuple[str, ...]) -> Iterator[Link]:
    """ "A", "+", "B", "− player", "C" as links from A to B and from B to C."""
    for k in range(0, len(told) - 2, 2):
        sign, _, how = told[k + 1].partition(" ")
        yield Link(told[k], sign, told[k + 2], how == PLAYER)


LOOPS = {
    loop.id: loop
    for loop in (
        Loop(
            "B1", "Hospital patients come first, so the hospital empties and the list at home grows",
            (
                "Delayed patients", "+", "Hospital claim", "−", "Community starts", "−",
                "Hospital starts", "−", "Delayed patients",
            ),
            (("Community starts", "−", "Waiting at home"),),
        ),
        Loop(
            "R1", "Fixes that fail: those who go without come back as crises",
            (
                "Unmet need", "+", "Crisis visits", "+", "Crisis admissions", "+", "Acute patients", "+", "Delayed patients",
                "+", "Hospital claim", "−", "Community starts", "−", "Unmet need",
            ),
        ),
        Loop(
            "R2", "Shifting the burden: extra beds take the staff and money that would have emptied beds",
            (
                "Escalation beds", "+", "Staff drawn to hospital", "−", "Staffing", "−", "Staff effect", "+", "Placement time",
                "+", "Delayed patients", "+ player", "Escalation beds",
            ),
            (("Escalation beds", "+", "Escalation paid by community", "−", "Care budget", "−", "Delayed patients"),),
        ),
        Loop(
            "R3", "Waiting in bed costs strength, and strength lost means more waiting",
            (
                "Delayed patients", "+", "Mean delay", "+", "Deconditioning", "+", "Share needing care", "+", "New delayed", "+",
                "Delayed patients",
            ),
        ),
        Loop(
            "R4", "Prevention that is cut to meet today’s need makes more need later",
            (
                "Prevention money", "+", "Prevention capability", "+", "Prevention felt", "−",
                "Becoming frail", "+", "Frail", "+",
                "Declining at home", "+", "Asking for care", "+", "Waiting at home", "− player", "Prevention money",
            ),
        ),
        Loop(
            "B2", "Savings are paid back into care until fewer beds are the norm and there is no saving left",
            (
                "Hospital saving", "+", "Reinvested savings", "+", "Care budget", "+",
                "Affordable packages", "+", "Hospital starts",
                "−", "Delayed patients", "+", "Bed use", "+", "Usual bed use", "+", "Hospital saving",
            ),
            (("Bed use", "−", "Hospital saving"),),
        ),
        Loop(
            "R5", "Trust lets money be pooled, joint teams shorten delays, and fewer delays in the news spare trust",
            (
                "Trust", "+", "Working pool", "+", "Integration", "−", "Placement time", "+", "Delayed patients", "+",
                "Reported delays", "−", "Trust goal", "+", "Trust",
            ),
        ),
        Loop(
            "B3", "Families step in where nobody else does, until they are worn out",
            ("Unmet need", "+", "Family steps in", "−", "Unmet need"),
            (
                (
                    "Family steps in", "+", "Family supported", "+", "Carer load", "+",
                    "Carer breakdown", "+", "Asking for care", "+",
                    "Unmet need",
                ),
                ("Carer load", "−", "Family steps in"),
            ),
        ),
    )
}  # fmt: skip


def missing(loop: Loop) -> list[Link]:
    """Links that are drawn and are neither a player's nor the model's. Raises ModelError for a name the model has not."""
    there = set(model.links_between(loop.names))
    return [link for link in loop.links if not link.decided and (link.cause, link.effect) not in there]


def dot(loop: Loop) -> str:
    """The loop as Graphviz: signs on the arrows, a player's decision dashed, stocks with a heavy edge."""
    ids = {name: f"n{number}" for number, name in enumerate(loop.names)}
    boxes = [f'{key} [label="{_two_rows(name)}"{_heavy(name)}];' for name, key in ids.items()]
    arrows = [
        f'{ids[link.cause]} -> {ids[link.effect]} [label=" {link.sign} "{", style=dashed" if link.decided else ""}];'
        for link in loop.links
    ]
    return "\n".join(["digraph {", "rankdir=TB;", *boxes, *arrows, "}"])


def _heavy(name: str) -> str:
    return ", penwidth=2.4" if model.variable(name).kind == "stock" else ""


def _two_rows(name: str) -> str:
    """A long name on two rows, parted where they are most nearly equal."""
    words = name.split()
    if len(name) < 14 or len(words) < 2:
        return name
    at = min(range(1, len(words)), key=lambda k: abs(len(" ".join(words[:k])) - len(" ".join(words[k:]))))
    return f"{' '.join(words[:at])}\\n{' '.join(words[at:])}"


def told(loop: Loop) -> str:
    """The loop in words, for those who do not see it."""
    steps = [
        f"{'by a decision, ' if link.decided else ''}more {link.cause.lower()} makes {'more' if link.sign == MORE else 'less'} "
        f"{link.effect.lower()}"
        for link in loop.links
    ]
    return f"Loop {loop.id}, {loop.kind}. {'; '.join(steps).capitalize()}."
