"""Plans for a group, to the minute: what plans.toml says, with the minutes that pages, exercises and the game state themselves.

A plan is a row of blocks. A block names a page and what of it is done there (`exercises`, or `part` for reading), or a stage
of the game; its minutes are then that page's or that stage's, and are written nowhere else. Blocks of the plan's own, such
as a break, state `minutes`. One that states `until` lasts to that time of day, and `rest` takes what is left of the plan; both
say `at_least`, so that a plan which no longer fits is refused. A course is a row of sessions, each with its own blocks. What each
does beforehand, alone, are the pages under `read` and the blocks under `do`.

`Times` come from the built book (minutes.json), or from Sphinx's environment while it is built.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from placelab.simulator import game, kit

DAY = 24 * 60
OPEN = -1  # minutes of the block that takes the rest, until they are known
FILE = "plans.toml"
MINUTES_FILE = "minutes.json"  # in the built book
GAME = "book/facilitate/the-game"
COURSE = "course"
TIME_OF_DAY = re.compile(r"(\d{1,2}):([0-5]\d)", re.ASCII)
BLOCK_KEYS = {
    "what", "minutes", "until", "rest", "at_least", "page", "part", "exercises", "game", "how", "ask", "needs", "pause", "link",
}  # fmt: skip


class PlanError(ValueError):
    """A plan that cannot be: the message says which, where, and how to mend it."""


@dataclass(frozen=True)
class Exercise:
    """An exercise of a page: its name, its minutes, and with whom it is done ("in pairs")."""

    title: str
    minutes: int
    how: str


@dataclass(frozen=True)
class PageTimes:
    """A chapter's or lab's title, minutes to read and to do, and its exercises in order."""

    title: str
    read: int
    do: int
    exercises: tuple[Exercise, ...] = ()


Times = Mapping[str, PageTimes]


@dataclass(frozen=True)
class Block:
    """One block as it happens. start: minutes since the plan's midnight; page: the page or file it leads to, or ""."""

    start: int
    minutes: int
    what: str
    how: str
    ask: str
    page: str
    anchor: str
    needs: tuple[str, ...]
    own: bool  # its minutes are the plan's own
    pause: bool  # nobody is taught: breaks, meals, the night

    @property
    def end(self) -> int:
        """Minutes since the plan's midnight."""
        return self.start + self.minutes


@dataclass(frozen=True)
class Plan:
    """A plan with its clock. starts and lasts in minutes; blocks in order, without gaps."""

    key: str
    title: str
    starts: int
    lasts: int
    blocks: tuple[Block, ...]

    def total(self, wanted: Callable[[Block], bool] = lambda block: True) -> int:
        """Minutes of the blocks that are wanted."""
        return sum(block.minutes for block in self.blocks if wanted(block))


@dataclass(frozen=True)
class Session:
    """One session of a course, or a plan's one event: what each does beforehand, and what is done in the room."""

    number: int
    title: str
    before: Plan
    plan: Plan


@cache
def described() -> dict[str, Any]:
    """What plans.toml says."""
    return tomllib.loads(files("placelab").joinpath(FILE).read_text(encoding="utf-8"))


def clock(minutes: int) -> str:
    """540 -> "09:00"; minutes of the second day count from its own midnight."""
    return f"{minutes % DAY // 60:02}:{minutes % 60:02}"


def of_clock(text: str, where: str) -> int:
    """ "09:30" -> 570. Raises PlanError."""
    found = TIME_OF_DAY.fullmatch(text)
    if found is None or int(found[1]) > 23:
        raise PlanError(f"{where}: {text!r} is not a time of day; write it as 09:30")
    return 60 * int(found[1]) + int(found[2])


def one_page(times: Times, name: str, where: str) -> PageTimes:
    """A page's times. Raises PlanError for a page that states none."""
    if name not in times:
        raise PlanError(f"{where}: {name} states no minutes")
    return times[name]


def chosen(page: PageTimes, numbers: list[int], where: str) -> list[Exercise]:
    """A page's exercises by number, from 1. Raises PlanError for one that there is none of."""
    wrong = [number for number in numbers if not 1 <= number <= len(page.exercises)]
    if wrong or not numbers:
        raise PlanError(f"{where}: no exercise {wrong or 'named'}; “{page.title}” has {len(page.exercises)}")
    return [page.exercises[number - 1] for number in numbers]


def stage(name: str, where: str) -> dict[str, Any]:
    """A stage of the game's own half-day, by its name in cards.json. Raises PlanError."""
    plan = game.cards()["plan"]
    found: dict[str, Any] | None = next((block for block in plan if block["what"] == name), None)
    if found is None:
        raise PlanError(f"{where}: the game has no stage {name!r}; there is {'; '.join(block['what'] for block in plan)}")
    return found


def _from_page(told: dict[str, Any], times: Times, where: str) -> dict[str, Any]:
    """What a block takes from the page it names."""
    name = told["page"]
    page = one_page(times, name, where)
    lab = name.startswith("notebooks/")
    if ("part" in told) == ("exercises" in told) or told.get("part", "read") != "read":
        raise PlanError(f'{where}: say exercises = [1, …] or part = "read" of {name}')
    if "part" in told:
        return {"minutes": page.read, "what": f"Read{' the lab' if lab else ''}: {page.title}", "how": "", "anchor": ""}
    done = chosen(page, told["exercises"], where)
    named = "; ".join(exercise.title for exercise in done)
    return {
        "minutes": sum(exercise.minutes for exercise in done),
        "what": f"{page.title}, the lab: {named}" if lab else f"{page.title}: {named}",
        "how": "; ".join(dict.fromkeys(exercise.how for exercise in done if exercise.how)).capitalize(),
        "anchor": "exercises" if lab else "exercise",
    }


def _sized(told: dict[str, Any], times: Times, at: int, where: str) -> dict[str, Any]:
    """A block with its minutes and words; a `rest` keeps its minutes open. Raises PlanError."""
    odd = set(told) - BLOCK_KEYS
    if odd:
        raise PlanError(f"{where}: no such key as {', '.join(sorted(odd))}")
    sources = [key for key in ("minutes", "until", "rest", "page", "game") if key in told]
    if len(sources) != 1:
        raise PlanError(f"{where}: say one of minutes, until, rest, page or game; it says {', '.join(sources) or 'none'}")
    if "page" in told:
        taken = _from_page(told, times, where)
        return {**taken, **{key: told[key] for key in ("what", "how") if key in told}}
    how = told.get("how", "")
    if "game" in told:
        part = stage(told["game"], where)
        named = f"The game: {lower(part['what'])}"
        return {"minutes": kit.stage_minutes(part), "what": named, "how": how or part["where"]}
    until = of_clock(told["until"], where) if "until" in told else None
    spent = told.get("minutes", OPEN) if until is None else (until - at) % DAY
    return {"minutes": spent, "what": told["what"], "how": how}


def lower(text: str) -> str:
    """The text with a small first letter, to stand after a colon."""
    return text[:1].lower() + text[1:]


def _target(told: dict[str, Any], one: dict[str, Any]) -> tuple[str, str]:
    """The page that a block leads to, and the place on it."""
    if "page" in told:
        return told["page"], one["anchor"]
    page, _, anchor = str(told.get("link", GAME if "game" in told else "")).partition("#")
    return page, anchor


def timed(key: str, told: dict[str, Any], times: Times) -> Plan:
    """A plan with its clock. Raises PlanError where it does not fit."""
    starts = of_clock(told["starts"], key)
    lasts: int | None = told.get("lasts")
    blocks = told["blocks"]
    open_at = [i for i, block in enumerate(blocks) if "rest" in block]
    if len(open_at) > 1:
        raise PlanError(f"{key}: only one block can take the rest")
    sized, at = [], starts
    for number, block in enumerate(blocks, 1):
        one = _sized(block, times, at, f"{key}, block {number}")
        sized.append(one)
        if one["minutes"] == OPEN and any("until" in later for later in blocks[number:]):
            raise PlanError(f"{key}, block {number}: a block after the one that takes the rest says until")
        at += max(one["minutes"], 0)
    if open_at:
        if lasts is None:
            raise PlanError(f"{key}: a block takes the rest of a plan that does not say how long it lasts")
        sized[open_at[0]]["minutes"] = lasts - (at - starts)
    made, at = [], starts
    for number, (block, one) in enumerate(zip(blocks, sized, strict=True), 1):
        least = block.get("at_least", 1)
        if one["minutes"] < least:
            raise PlanError(
                f"{key}, block {number}, “{one['what']}”: {one['minutes']} minutes are left for it and it needs {least}; "
                "take something out of the plan, or let it last longer"
            )
        if "until" in block and one["minutes"] > block.get("at_most", DAY // 2):
            raise PlanError(f"{key}, block {number}: {clock(at)} is past {block['until']}; take something out before it")
        made.append(
            Block(
                at, one["minutes"], one["what"], one["how"], block.get("ask", ""), *_target(block, one),
                tuple(block.get("needs", ())), "page" not in block and "game" not in block, bool(block.get("pause")),
            )
        )  # fmt: skip
        at += one["minutes"]
    if lasts is not None and at - starts != lasts:
        raise PlanError(f"{key}: its blocks come to {at - starts} minutes and it should last {lasts}")
    return Plan(key, told["title"], starts, at - starts, tuple(made))


def get(key: str, times: Times, starts: str = "") -> Plan:
    """A plan by name, from its own time of day or from `starts` ("09:30"). Raises PlanError."""
    plans: dict[str, Any] = described()["plans"]
    if key not in plans:
        raise PlanError(f"no plan {key!r}; there is {', '.join(plans)}")
    return timed(key, plans[key] | ({"starts": starts} if starts else {}), times)


def beforehand(told: dict[str, Any], starts: str, times: Times, where: str) -> Plan:
    """What each does alone before a session: the pages it reads, then the blocks it does. Raises PlanError."""
    blocks = [*({"page": name, "part": "read"} for name in told.get("read", [])), *told.get("do", [])]
    return timed(f"{where}, before", {"title": told["title"], "starts": starts, "blocks": blocks}, times)


def needs(blocks: tuple[Block, ...]) -> dict[str, str]:
    """What a plan needs in the room, by name and in the order of its blocks. Raises PlanError for a thing without a line."""
    known: dict[str, str] = described()["needs"]
    wanted = list(dict.fromkeys(name for block in blocks for name in block.needs))
    lacking = [name for name in wanted if name not in known]
    if lacking:
        raise PlanError(f"[needs] of {FILE} has no {', '.join(lacking)}")
    return {name: known[name] for name in wanted}


def course(times: Times, starts: str = "") -> list[Session]:
    """The full course, session by session, each from the course's time of day or from `starts`. Raises PlanError."""
    told = described()[COURSE]
    starts = starts or told["starts"]
    made = []
    for number, session in enumerate(told["sessions"], 1):
        where = f"session {number}"
        blocks = [*told["opening"], *session["blocks"], *told["closing"]]
        room = timed(f"{where}, room", {"title": session["title"], "starts": starts, "blocks": blocks}, times)
        made.append(Session(number, session["title"], beforehand(session, starts, times, where), room))
    return made


def sessions(key: str, times: Times, starts: str = "") -> list[Session]:
    """The course's sessions, or a plan's one event. Raises PlanError."""
    if key == COURSE:
        return course(times, starts)
    plan = get(key, times, starts)
    return [Session(1, plan.title, beforehand(described()["plans"][key], clock(plan.starts), times, key), plan)]


def as_json(times: Times) -> str:
    """The times as the built book keeps them."""
    kept = {
        name: {
            "title": page.title,
            "read": page.read,
            "do": page.do,
            "exercises": [[one.title, one.minutes, one.how] for one in page.exercises],
        }
        for name, page in sorted(times.items())
    }
    return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"


def built(book: Path) -> dict[str, PageTimes]:
    """The times that a built book states. Raises PlanError, saying how to get one."""
    path = book / MINUTES_FILE
    if not path.is_file():
        raise PlanError(f"no {MINUTES_FILE} in {book}: build the book with `make book`, or name its folder with --book")
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: PageTimes(one["title"], one["read"], one["do"], tuple(Exercise(*each) for each in one["exercises"]))
            for name, one in kept.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise PlanError(f"{path} cannot be read ({problem}): build the book again with `make book`") from problem
