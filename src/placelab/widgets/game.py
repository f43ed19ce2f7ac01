"""The game on the place simulator in JupyterLab: `Game()` for a team, `Facilitator()` for who leads, `Compare()` for all teams.

The panel (web/game) runs the model and draws; the rules and the team's file are here. A seat's decision and each advance go to
Python at once and are written whole or not at all, so that a lost kernel or a closed lid costs at most the seat in hand.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from placelab.simulator import game, kit, loops, model
from placelab.simulator.game import NotPlayed, State
from placelab.widgets.base import TARGET

GAMES = "game-*.json"


def file_of(folder: Path, team: str) -> Path:
    """Where a team's game is kept."""
    return folder / f"game-{game.slug(team)}.json"


def setup() -> dict[str, Any]:
    """What the panel needs beside the model: the words of the game, and each loop's links from the model file."""
    told = game.cards()["loops"]
    return {**game.cards(), "loops": [{**loop, "links": loop_links(loops.LOOPS[loop["id"]])} for loop in told]}


@cache
def loop_links(loop: loops.Loop) -> list[list[str]]:
    """The links drawn of one loop: (cause, effect, sign, "round", "beside", or "player" where a player closes the loop).

    Raises ModelError for a link that the model does not have, straight or by way of variables that are not drawn.
    """
    if wrong := loops.missing(loop):
        raise model.ModelError(f"loop {loop.id}: the model has no link from {wrong[0].cause!r} to {wrong[0].effect!r}")
    kinds = {True: "round", False: "beside"}
    return [
        [link.cause, link.effect, link.sign, "player" if link.decided else kinds[link in loop.ring]] for link in loop.links
    ]


def view(state: State) -> dict[str, Any]:
    """A game as the panel shows it: what was played, and what every seat may do in the round in hand."""
    offers = {
        seat: [vars(game.offer(state, lever)) for lever in game.levers_of(seat)]
        for seat in ([] if state.over else game.seats(state))
    }
    turns = [{seat: vars(decided) for seat, decided in turn.seats.items()} for turn in state.turns]
    return {
        "team": state.team, "seed": state.seed, "played": state.played, "over": state.over, "names": dict(state.names),
        "levers": game.levers(state), "turns": turns, "vetoes": [turn.veto for turn in state.turns],
        "untouched": {key: values[: state.played] for key, values in game.levers(game.untouched(state.seed)).items()},
        "cards": [drawn["id"] for drawn in game.dealt(state)], "offers": offers,
        "dealt": [list(pair) for pair in game.deal(state.seed)[: state.played]],
        "decided": {seat: vars(one) for seat, one in state.now.seats.items()}, "veto": state.now.veto,
        "vetoable": [] if state.over else game.vetoable(state), "vetoes_left": game.vetoes_left(state),
    }  # fmt: skip


class Keeper:
    """One team's game and its file. Each wish reads the file anew: two panels of one game cannot undo each other's rounds."""

    def __init__(self, folder: Path, team: str = "", seed: int = game.SEED) -> None:
        self.folder = folder
        self.seed = seed
        self.state: State | None = game.new(team, seed) if team else None
        self._unsaved = False

    @property
    def file(self) -> Path:
        """The game's file. Call it only once there is a team."""
        assert self.state
        return file_of(self.folder, self.state.team)

    def answer(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a panel asks for: the game now, what to say of it, and whether something went wrong."""
        said, wrong = "", False
        more: dict[str, Any] = {}
        try:
            said = self._load()
            wrong = bool(said)
            done, more = self._done(wish)
            said = " ".join(filter(None, (said, done)))
        except NotPlayed as refused:
            said, wrong = f"{refused} Nothing was changed.", True
        except OSError as problem:
            self._unsaved = True
            said, wrong = (
                f"The folder {self.folder} cannot be used ({problem.strerror}), so the game is in this panel alone. "
                "Go on playing; make the folder writable, and the next move saves the whole game.",
                True,
            )
        if self.state is not None:
            return {"game": view(self.state), "file": str(self.file), **more, "said": said, "wrong": wrong}
        found, spoilt = self._begun()
        return {"found": found, "said": " ".join([*filter(None, [said]), *spoilt]), "wrong": wrong or bool(spoilt)}

    def _done(self, wish: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Grant a wish: what to say, and what else to send. Raises NotPlayed or OSError."""
        match wish:
            case {"do": "read"}:
                return "", {}
            case {"do": "begin", "team": str(team)}:
                return self._begin(team), {}
            case {"do": "resume", "file": str(name)} if self.state is None:
                self.state = _read(self.folder / Path(name).name)
                return "", {}
            case {"do": "bands"} if self.state:
                return "", {"bands": kit.band(game.levers(self.state)), "of": self.state.played}
            case {"do": "names", "names": dict(names)}:
                return self._move(wish, lambda state: game.sit_down(state, names))
            case {"do": "seat", "seat": str(seat), "levers": dict(levers), "reason": str(reason), "veto": str(veto)}:
                return self._move(wish, lambda state: game.sit(state, seat, levers, reason, veto))
            case {"do": "advance"}:
                return self._move(wish, game.advance)
            case {"do": "reset"} if self.state:
                return self._reset(), {}
        raise NotPlayed("The panel asked for something that is not known here. Run the cell again.")

    def _move(self, wish: Mapping[str, Any], rule: Callable[[State], State]) -> tuple[str, dict[str, Any]]:
        if self.state is None:
            raise NotPlayed("No game has begun. Give the team's name first.")
        if wish.get("round") != self.state.played + 1:
            raise NotPlayed(
                f"This panel showed round {wish.get('round')}, but round {self.state.played + 1} is in hand: the game was played "
                "on elsewhere. The panel now shows it as it is."
            )
        before = self.state
        self.state = rule(self.state)
        freed = [
            seat for seat in before.now.seats
            if seat not in self.state.now.seats and self.state.played == before.played
        ]  # fmt: skip
        self._store()
        again = ", ".join(game.seat_name(seat) for seat in freed)
        return f"The veto opens a seat again: {again}." if freed else f"Kept in {self.file}.", {}

    def _begin(self, team: str) -> str:
        state = game.new(team, self.seed)
        file = file_of(self.folder, team)
        if file.exists():
            raise NotPlayed(
                f"A game of a team with this name is already here, in {file}. Resume it below, or choose another name."
            )
        self.state = state
        self._store()
        return f"Kept in {file}."

    def _begun(self) -> tuple[list[dict[str, Any]], list[str]]:
        """Games in the folder that can be taken up again, and a sentence for each file that cannot."""
        found: list[dict[str, Any]] = []
        spoilt = []
        for file in sorted(self.folder.glob(GAMES)):
            try:
                state = _read(file)
            except (NotPlayed, OSError) as problem:
                spoilt.append(f"{file.name} is here and cannot be taken up; it stays as it is. {problem}")
                continue
            found.append({"file": file.name, "team": state.team, "played": state.played})
        return found, spoilt

    def _load(self) -> str:
        """Take up what the file holds. What cannot be read is set aside, and a sentence says where. Raises OSError."""
        if self._unsaved or self.state is None:
            return ""
        try:
            found = _read(self.file)
        except FileNotFoundError:
            return ""
        except NotPlayed as problem:
            aside = self._aside("unreadable")
            return f"{self.file} could not be read. {problem} It is kept as {aside}; the next move goes to a new file."
        if found.team != self.state.team:
            raise NotPlayed(
                f"{self.file} holds the game of a team called {found.team!r}, not {self.state.team!r}. "
                "Choose a name that differs by more than signs and capitals."
            )
        self.state = found
        return ""

    def _aside(self, why: str) -> Path:
        """Rename the game's file so that nothing is lost; the new name."""
        number = 1
        while (path := self.file.with_name(f"{why}-{self.file.stem}-{number}.json")).exists():
            number += 1
        return self.file.rename(path)

    def _reset(self) -> str:
        assert self.state
        aside = self._aside("earlier") if self.file.exists() else None
        self.state = game.new(self.state.team, self.state.seed)
        self._store()
        return "A new game begins." + (f" The old one is kept as {aside}." if aside else "")

    def _store(self) -> None:
        """Write the game, whole or not at all. Raises OSError."""
        from placelab.widgets.keeping import write_whole

        assert self.state
        write_whole(self.file, game.save(self.state))
        self._unsaved = False


def _read(file: Path) -> State:
    """A game's file. Raises NotPlayed, FileNotFoundError or another OSError."""
    try:
        return game.load(file.read_text("utf-8"))
    except UnicodeDecodeError:
        raise NotPlayed("It is not text in UTF-8. Take the copy that the game wrote.") from None


def compared(folder: Path) -> list[State]:
    """Every game in a folder, for one screen. Raises NotPlayed."""

    def text(file: Path) -> str:
        try:
            return file.read_text("utf-8")
        except UnicodeDecodeError:
            raise NotPlayed(f"{file.name}: it is not text in UTF-8. Take the copy that the game wrote.") from None

    return game.compare([(file.name, text(file)) for file in sorted(folder.glob(GAMES))])


class _Shown:
    """What the three have in common: a panel in JupyterLab, a sentence in the book."""

    title = ""

    def __init__(self, folder: str | Path = ".") -> None:
        self.folder = Path(folder)
        self._widget: Any = None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Mapping[str, Any]:
        """What a notebook shows: the panel in JupyterLab; in the book where to find it."""
        if os.environ.get(TARGET) == "book":
            text = f"{self.title} runs in JupyterLab. Chapter 11 has the same model in the page."
            return {"text/html": f"<p>{escape(text)}</p>", "text/plain": text}
        return self.widget._repr_mimebundle_()  # type: ignore[no-any-return]

    @property
    def widget(self) -> Any:
        """The panel; made once."""
        if self._widget is None:
            self._widget = self._made()
        return self._widget

    def _made(self) -> Any:
        raise NotImplementedError


class Game(_Shown):
    """`Game()` or `Game(team="Red")`: the game of one team at one machine, kept in `folder` as game-red.json.

    The seed says which cards come; teams with one seed have the same. Raises NotPlayed for a name or seed that cannot be.
    """

    title = "The game"

    def __init__(self, team: str = "", folder: str | Path = ".", seed: int = game.SEED) -> None:
        super().__init__(folder)
        self.keeper = Keeper(self.folder, team, seed)

    def __repr__(self) -> str:
        return f"Game(team={self.keeper.state.team!r})" if self.keeper.state else "Game()"

    @property
    def levers(self) -> dict[str, list[float]]:
        """What has been played so far, as engine.run takes it."""
        return game.levers(self.keeper.state) if self.keeper.state else {}

    def _made(self) -> Any:
        from placelab.widgets.game_panel import GamePanel

        return GamePanel("team", self.keeper.answer)


class Facilitator(_Shown):
    """`Facilitator()`: clock, what to expect, dead ends and prompts, for a screen that the teams do not see."""

    title = "The facilitator's view"

    def __init__(self, seed: int = game.SEED) -> None:
        super().__init__()
        alone = game.untouched(seed)
        self.answer = {"dealt": [list(pair) for pair in game.deal(seed)], "levers": game.levers(alone)}

    def __repr__(self) -> str:
        return "Facilitator()"

    def _made(self) -> Any:
        from placelab.widgets.game_panel import GamePanel

        return GamePanel("facilitator", lambda wish: self.answer)


class Compare(_Shown):
    """`Compare()`: the games of every team whose file is in `folder`, dimension by dimension."""

    title = "The comparison of teams"

    def __repr__(self) -> str:
        return "Compare()"

    def answer(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """The games in the folder, or why there are none to show."""
        try:
            return {"games": [view(state) for state in compared(self.folder)], "said": "", "wrong": False}
        except NotPlayed as refused:
            return {"games": [], "said": str(refused), "wrong": True}
        except OSError as problem:
            return {
                "games": [],
                "said": f"The folder {self.folder} cannot be read ({problem.strerror}).",
                "wrong": True,
            }

    def _made(self) -> Any:
        from placelab.widgets.game_panel import GamePanel

        return GamePanel("compare", self.answer)
