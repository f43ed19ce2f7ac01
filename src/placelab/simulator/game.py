"""The rules of the game on the place simulator, as pure functions over a small state; the model's own rules are in model.py.

Six rounds. In each, every seat sets its levers and writes a reason; then the table advances. Rounds 1 to 3 are played in silos;
from round 4 the table may pool. Two cards a round, an order and an event, are dealt by the seed. The hospital may veto: a lever
then stays where it was. Seats, cards and limits stand in cards.json. A save is a state as JSON with a checksum; anything else
is refused by a NotPlayed that says what is wrong and how to mend it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from placelab.simulator import model

FORMAT = "leading-a-place-game"
VERSION = 1
SEED = 2010
KINDS = ("directive", "event")
SHORTEST, LONGEST = 10, 2000  # letters of a reason
LONGEST_NAME = 40
LARGEST = 500_000  # characters of a save
TABLE = "table"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class NotPlayed(ValueError):
    """A move or a save that cannot be taken; the message says what is wrong, where and how to mend it. Nothing has changed."""


@dataclass(frozen=True)
class Seat:
    """What one seat decided in one round: levers by id, and why."""

    levers: Mapping[str, float]
    reason: str


@dataclass(frozen=True)
class Turn:
    """One round: what each seat that has decided did, by seat, and the lever that the hospital vetoed ("" for none)."""

    seats: Mapping[str, Seat] = field(default_factory=dict)
    veto: str = ""


@dataclass(frozen=True)
class State:
    """A game: the team, the seed of its cards, who sits where, the rounds that were played, and the one in hand."""

    team: str
    seed: int = SEED
    names: Mapping[str, str] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()
    now: Turn = Turn()

    @property
    def played(self) -> int:
        """How many rounds have been played, 0 to 6."""
        return len(self.turns)

    @property
    def over(self) -> bool:
        """Whether all rounds have been played."""
        return self.played == len(model.ROUNDS)


@dataclass(frozen=True)
class Offer:
    """What a seat may set one lever to in this round: every value, the one it stands at, and why some values are missing."""

    lever: str
    options: tuple[float, ...]
    value: float
    why: str


@cache
def cards() -> dict[str, Any]:
    """Seats, cards, limits and words of the game, as in cards.json."""
    return json.loads(model.FOLDER.joinpath("cards.json").read_text("utf-8"))  # type: ignore[no-any-return]


def roles() -> list[str]:
    """The six roles' ids, in the order in which they sit."""
    return [role["id"] for role in cards()["roles"]]


def seats(state: State) -> list[str]:
    """Who decides in the round in hand: the six roles, and from round 4 the table together."""
    return [*roles(), *([TABLE] if state.played >= cards()["silo_rounds"] else [])]


def seat_name(seat: str) -> str:
    """The seat's full name. Raises NotPlayed for one there is not."""
    return str(_seat(seat)["name"])


def _seat(seat: str) -> dict[str, Any]:
    for one in (*cards()["roles"], cards()["table"]):
        if one["id"] == seat:
            return one
    raise NotPlayed(f"There is no seat {seat!r}. The seats are {', '.join(roles())} and {TABLE}.")


def levers_of(seat: str) -> list[str]:
    """Ids of a seat's levers."""
    return list(_seat(seat)["levers"])


def card(key: str) -> dict[str, Any]:
    """One card by its id."""
    return next(one for one in cards()["cards"] if one["id"] == key)


# ---- a game begins


def new(team: str, seed: int = SEED) -> State:
    """A game at its first round. Raises NotPlayed for a name without letters or too long, or a seed that is no whole number."""
    name = _words(team)
    if not slug(name):
        raise NotPlayed('A team needs a name with a letter or a digit in it, such as Game(team="Red").')
    if len(name) > LONGEST_NAME:
        raise NotPlayed(
            f"The team's name has {len(name)} characters; there is room for {LONGEST_NAME}. Choose a shorter one."
        )
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 10**9:
        raise NotPlayed(f"The seed of the cards is {seed!r}. Give a whole number from 0 to 999999999.")
    return State(name, seed)


def slug(team: str) -> str:
    """A team's name as part of a file's: "Red Lions!" as red-lions."""
    return re.sub(r"[\W_]+", "-", team.lower()).strip("-")


def deal(seed: int) -> list[tuple[str, str]]:
    """Each round's order and event, as ids of cards. The order is that of a hash of the seed, the same everywhere."""
    decks = {
        kind: sorted(
            (one["id"] for one in cards()["cards"] if one["kind"] == kind),
            key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).hexdigest(),
        )
        for kind in KINDS
    }
    return [(decks["directive"][number], decks["event"][number]) for number in range(len(model.ROUNDS))]


def dealt(state: State) -> list[dict[str, Any]]:
    """The cards of the round in hand; none when the game is over."""
    return [] if state.over else [card(key) for key in deal(state.seed)[state.played]]


def sit_down(state: State, names: Mapping[str, str]) -> State:
    """Write down who holds each seat. Raises NotPlayed for a seat there is not or a name too long."""
    found = {_seat(seat)["id"]: _words(str(name)) for seat, name in names.items()}
    if any(len(name) > LONGEST_NAME for name in found.values()):
        raise NotPlayed(f"A player's name has more than {LONGEST_NAME} characters. Use a first name.")
    return replace(state, names={seat: name for seat, name in found.items() if name})


# ---- a round


def before(state: State, lever: str) -> float:
    """What a lever was in the last round; in round 1, what England did."""
    for seat in state.turns[-1].seats.values() if state.turns else ():
        if lever in seat.levers:
            return seat.levers[lever]
    return model.levers()[lever].default


def offer(state: State, lever: str) -> Offer:
    """What a lever may be set to in the round in hand: its own range, less what the silos, a card or a veto forbid."""
    one = model.levers()[lever]
    low, high, whys = one.low, one.high, []
    if state.played < cards()["silo_rounds"] and lever in cards()["silo_limits"]:
        low, high = _narrowed(low, high, cards()["silo_limits"][lever])
        whys.append(f"More opens in round {cards()['silo_rounds'] + 1}.")
    for drawn in dealt(state):
        if lever in drawn.get("limits", {}):
            low, high = _narrowed(low, high, drawn["limits"][lever])
            whys.append(f"{drawn['title']}: {drawn['rule']}")
    value = min(max(before(state, lever), low), high)
    if state.now.veto == lever:
        low = high = value
        whys.append("The hospital's clinical veto: it stays where it was.")
    steps = round((one.high - one.low) / one.step)
    grid = {round(one.low + number * one.step, 6) + 0.0 for number in range(steps + 1)} | {one.default, value}
    options = tuple(sorted(number for number in grid if low - 1e-9 <= number <= high + 1e-9))
    return Offer(lever, options, value, " ".join(whys))


def _narrowed(low: float, high: float, limit: list[float | None]) -> tuple[float, float]:
    return max(low, low if limit[0] is None else limit[0]), min(high, high if limit[1] is None else limit[1])


def vetoes_left(state: State) -> int:
    """How often the hospital may still veto, this round's not counted."""
    return int(cards()["veto"]["times"]) - sum(bool(turn.veto) for turn in state.turns)


def vetoable(state: State) -> list[str]:
    """Levers that the hospital may veto in this round: others' levers about patients that no card rules."""
    ruled = {lever for drawn in dealt(state) for lever in drawn.get("limits", {})}
    held = cards()["silo_limits"] if state.played < cards()["silo_rounds"] else {}
    open_ = [lever for lever in cards()["veto"]["levers"] if lever not in ruled and lever not in held]
    return open_ if vetoes_left(state) > 0 else []


def sit(state: State, seat: str, levers: Mapping[str, float], reason: str, veto: str = "") -> State:
    """Take a seat's decision for the round in hand; a seat may decide anew until the table advances.

    A veto frees the frozen lever's seat to decide again where it had moved that lever. Raises NotPlayed for a game that is over,
    a seat that does not sit in this round, a lever that is not its own, missing or outside what is offered, or a reason too
    short.
    """
    if state.over:
        raise NotPlayed("The game is over: all six rounds have been played. Start anew under another team's name.")
    number = state.played + 1
    if seat not in seats(state):
        _seat(seat)
        raise NotPlayed(f"The table meets from round {cards()['silo_rounds'] + 1}; this is round {number}.")
    state = _with_veto(state, seat, veto)
    own = levers_of(seat)
    strange = [lever for lever in levers if lever not in own]
    if strange:
        raise NotPlayed(f"{seat_name(seat)} does not hold the lever {strange[0]!r}. It holds {', '.join(own)}.")
    missing = [lever for lever in own if lever not in levers]
    if missing:
        raise NotPlayed(f"Round {number}, {seat_name(seat)}: the lever {missing[0]!r} has no value. Set every lever.")
    chosen = {lever: _chosen(state, lever, levers[lever], number) for lever in own}
    if seat == TABLE and chosen["gain_share"] > 0 and not chosen["pooled_fund"] > 0:
        raise NotPlayed(f"Round {number}: gains cannot be shared without a pool. Pool something, or share nothing.")
    decided = Seat(chosen, _reason(reason, f"Round {number}, {seat_name(seat)}"))
    return replace(state, now=replace(state.now, seats={**state.now.seats, seat: decided}))


def _with_veto(state: State, seat: str, veto: str) -> State:
    """The state once the hospital has vetoed, or taken a veto back."""
    if seat != "hospital":
        if veto:
            raise NotPlayed("Only the hospital may veto.")
        return state
    if veto and veto not in vetoable(replace(state, now=replace(state.now, veto=""))):
        if not vetoes_left(state) > 0:
            raise NotPlayed(f"The hospital has played its veto {cards()['veto']['times']} times, and has none left.")
        raise NotPlayed(
            f"The hospital may not veto {veto!r} in this round: a card rules it, or it is no clinical matter."
        )
    if veto == state.now.veto:
        return state
    frozen = replace(state, now=replace(state.now, veto=veto))
    moved = [
        other for other, decided in state.now.seats.items() if veto in decided.levers
        and decided.levers[veto] not in offer(frozen, veto).options
    ]  # fmt: skip
    kept = {other: decided for other, decided in state.now.seats.items() if other not in moved}
    return replace(frozen, now=replace(frozen.now, seats=kept))


def _chosen(state: State, lever: str, value: object, number: int) -> float:
    """A value that is offered. Raises NotPlayed, saying the range and why it is what it is."""
    allowed = offer(state, lever)
    low, high = allowed.options[0], allowed.options[-1]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low - 1e-9 <= value <= high + 1e-9:
        raise NotPlayed(
            f"Round {number}: {cards()['levers'][lever]['label']} ({lever}) is {value!r}. "
            f"It may be a number from {low:g} to {high:g}. {allowed.why}".strip()
        )
    near = min(allowed.options, key=lambda option: abs(option - value))
    if abs(near - value) > 1e-9:
        raise NotPlayed(
            f"Round {number}: {cards()['levers'][lever]['label']} ({lever}) is {value!r}, which lies between two steps. "
            f"The nearest is {near:g}."
        )
    return near


def _reason(text: str, where: str) -> str:
    reason = _words(text)
    if len(reason) < SHORTEST:
        raise NotPlayed(f"{where}: write the reason before you decide, in at least {SHORTEST} letters.")
    if len(reason) > LONGEST:
        raise NotPlayed(f"{where}: the reason has {len(reason)} letters; there is room for {LONGEST}. Shorten it.")
    return reason


def _words(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def waited_for(state: State) -> list[str]:
    """Seats that have not yet decided in the round in hand."""
    return [] if state.over else [seat for seat in seats(state) if seat not in state.now.seats]


def advance(state: State) -> State:
    """Play the round in hand. Raises NotPlayed, naming the seats that have not decided, or because the game is over."""
    if state.over:
        raise NotPlayed("The game is over: all six rounds have been played.")
    if missing := waited_for(state):
        names = ", ".join(seat_name(seat) for seat in missing)
        raise NotPlayed(f"Round {state.played + 1} cannot be played yet. Still to decide: {names}.")
    return replace(state, turns=(*state.turns, state.now), now=Turn())


@cache
def untouched(seed: int = SEED) -> State:
    """A whole game in which no seat moves a lever that no card moves: what the cards of a seed do by themselves."""
    state = new("Nobody", seed)
    while not state.over:
        for seat in seats(state):
            state = sit(state, seat, {lever: offer(state, lever).value for lever in levers_of(seat)}, "Nobody moves.")
        state = advance(state)
    return state


def levers(state: State) -> dict[str, list[float]]:
    """What was played, as `model.overrides` and the page's run() take it: each lever and event by id, one value a round played.

    Empty where no round has been played: the base case.
    """
    found: dict[str, list[float]] = {}
    for key in model.levers() if state.turns else ():
        drawn = [card(event) for _, event in deal(state.seed)[: state.played]]
        found[key] = [
            next(
                (seat.levers[key] for seat in turn.seats.values() if key in seat.levers),
                one["sets"].get(key, model.levers()[key].default),
            )
            for turn, one in zip(state.turns, drawn, strict=True)
        ]
    return found


# ---- a save


def _body(state: State) -> dict[str, Any]:
    def turn(one: Turn) -> dict[str, Any]:
        decided = {seat: {"levers": dict(it.levers), "reason": it.reason} for seat, it in one.seats.items()}
        return {"seats": decided, "veto": one.veto}

    rounds = [{"round": number, **turn(one)} for number, one in enumerate(state.turns, 1)]
    return {
        "format": FORMAT, "version": VERSION, "team": state.team, "seed": state.seed, "names": dict(state.names),
        "cards": [list(pair) for pair in deal(state.seed)[: state.played]], "rounds": rounds, "now": turn(state.now),
    }  # fmt: skip


def _checksum(body: Mapping[str, Any]) -> str:
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def save(state: State) -> str:
    """A game as text for a file."""
    body = _body(state)
    return json.dumps({**body, "checksum": _checksum(body)}, ensure_ascii=False, indent=1) + "\n"


def load(text: str) -> State:
    """A game from a save. Every move is made again under the rules, so that no save can hold what could not be played.

    Raises NotPlayed for text that breaks off or is no save, another version, a round skipped, a move against the rules (a lever
    out of range, say), cards that the seed does not deal, and a save that was changed by hand.
    """
    if len(text) > LARGEST:
        raise NotPlayed("The file is too large to be a game of this kind. Choose the file that the game wrote.")
    try:
        body = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as problem:
        line = problem.lineno if isinstance(problem, json.JSONDecodeError) else 1
        raise NotPlayed(
            f"The file breaks off or is damaged in line {line}: it may not have been copied whole. Copy it again."
        ) from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise NotPlayed("The file is not a game of the place simulator. Choose one named game-….json.")
    if body.get("version") != VERSION:
        raise NotPlayed(
            f"The file is from version {body.get('version')!r} of the game, and this is version {VERSION}. "
            "Open it with the release of the book that wrote it, or begin a new game."
        )
    try:
        state = _replayed(body)
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        if isinstance(problem, NotPlayed):
            raise NotPlayed(f"The file cannot be taken up. {problem}") from None
        raise NotPlayed(
            "The file has the form of a game but a part is missing or of the wrong kind: it was changed outside the game. "
            "Take the copy that the game wrote."
        ) from None
    if body.get("checksum") != _checksum({key: value for key, value in body.items() if key != "checksum"}):
        raise NotPlayed(
            "The file was changed outside the game: its checksum does not fit. Take the copy the game wrote."
        )
    return state


def _replayed(body: Mapping[str, Any]) -> State:
    state = sit_down(new(body["team"], body["seed"]), body["names"])
    numbers = [one["round"] for one in body["rounds"]]
    if len(numbers) > len(model.ROUNDS):
        raise NotPlayed(f"It has {len(numbers)} rounds; a game has {len(model.ROUNDS)}.")
    for wanted, number in enumerate(numbers, 1):
        if number != wanted:
            raise NotPlayed(f"Round {wanted} is skipped: round {number} stands in its place.")
    for one in body["rounds"]:
        state = advance(_seated(state, one))
    if body["cards"] != [list(pair) for pair in deal(state.seed)[: state.played]]:
        raise NotPlayed(f"Its cards are not those that the seed {state.seed} deals.")
    return _seated(state, body["now"])


def _seated(state: State, one: Mapping[str, Any]) -> State:
    """A state once every seat of a saved round has decided. The hospital goes first, because its veto bears on the others."""
    for seat, decided in sorted(one["seats"].items(), key=lambda pair: pair[0] != "hospital"):
        veto = one["veto"] if seat == "hospital" else ""
        state = sit(state, seat, decided["levers"], decided["reason"], veto)
    if one["veto"] and "hospital" not in one["seats"]:
        raise NotPlayed("A veto was played, but the hospital has not decided.")
    return state


# ---- several teams


def compare(saves: Iterable[tuple[str, str]]) -> list[State]:
    """Several teams' games from (file name, text), in the order of the teams' names, for one screen.

    Raises NotPlayed, with the file's name, for a save that cannot be read, two files of one team, or none that has begun.
    """
    found: dict[str, tuple[str, State]] = {}
    for file, text in saves:
        try:
            state = load(text)
        except NotPlayed as problem:
            raise NotPlayed(f"{file}: {problem}") from None
        key = slug(state.team)
        if key in found:
            raise NotPlayed(
                f"{found[key][0]} and {file} are both of a team called {state.team!r}. "
                "Move one of them out of the folder, or play under another name."
            )
        found[key] = (file, state)
    states = [state for _, state in found.values() if state.played]
    if not states:
        raise NotPlayed("There is no game to compare: no file holds a round that was played.")
    return sorted(states, key=lambda state: slug(state.team))
