# ruff: noqa: E501  (reasons are sentences)
"""Play the place simulator's game to its end in a real JupyterLab, twice, by keyboard: `python tests/play_game.py`.

Once in silos all the way and once pooled from round 4, with a seat's choices and reasons as they stand in PLANS. Saves pictures of
every kind of screen, checks each move against the rules in Python, breaks the kernel once, and prints the time from opening the
notebook to the first round. `--examples` also replaces the games that ship with the package by the ones just played.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmark_pages import jupyter_lab
from browsing import opened_browser
from playwright.sync_api import Locator, Page, expect

from placelab.simulator import game, kit
from placelab.simulator.game import State

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = "place-simulator.ipynb"
EXAMPLES = ROOT / "src" / "placelab" / "simulator"
SCREEN = {"width": 1920, "height": 1080}

Move = tuple[dict[str, float], str]
# By round and seat: the levers that move, and why. A seat that is not named leaves its levers and says USUAL.
USUAL = {
    "centre": "The reported number is what I answer for, and it holds.",
    "hospital": "The wards cope for now. I keep what we have.",
    "council": "The budget balances as it is. I wait a round before I move again.",
    "practice": "Appointments are short already. I do not change how we book.",
    "community": "The grant is all we were offered. We carry on with it.",
    "citizens": "We say again that people go without. Nobody has asked how many.",
    "table": "We keep what we agreed, because it has not had its years yet.",
}
SILO: dict[int, dict[str, Move]] = {
    1: {
        "council": ({"extra_care_budget": -0.03, "eligibility": 0.95}, "Funding falls. A slightly tighter threshold should hold the list for two years."),
        "hospital": ({"escalation_beds": 10}, "Ten beds as insurance for the winter; I expect the four-hour figure to hold."),
        "citizens": ({"citizens_deal": 0.1}, "We ask for a first step, and expect to be thanked for it."),
    },
    2: {
        "council": ({"eligibility": 0.85, "fee_rate": 0.97}, "The list still grows. Fewer people at a lower fee is all that the budget buys."),
        "hospital": ({"escalation_beds": 20}, "The order says beds, so beds it is."),
    },
    3: {
        "council": ({"eligibility": 0.8, "extra_care_budget": -0.05, "reablement_share": 0.015}, "Reserves are thin. I protect packages and trim the rest."),
        "hospital": ({"escalation_beds": 30, "elective_cancellation": 0.05}, "Delays climb. I open wards and put off operations for the winter."),
    },
    4: {
        "centre": ({"central_grant": 0.03, "discharge_directive": 0.6}, "Delays are in the papers. Some money, and daily calls until they fall."),
        "council": ({"hospital_priority": 1.0}, "The centre watches delays, so people in hospital get the next package."),
        "hospital": ({"escalation_beds": 40}, "The provider failed and the wards are full again."),
    },
    5: {
        "centre": ({"discharge_directive": 0.8}, "The calls worked. I expect the pandemic to need more of them."),
        "hospital": ({"escalation_beds": 50}, "We need every bed there is."),
        "council": ({"prevention_share": 0.005}, "Prevention can wait until this is over."),
    },
    6: {
        "council": ({"fee_rate": 1.0}, "Staff have left. I pay the old fee again and hope that they return."),
        "hospital": ({"escalation_beds": 60, "elective_cancellation": 0.1}, "A long winter is forecast, and the beds never closed."),
    },
}  # fmt: skip
POOLED: dict[int, dict[str, Move]] = {
    **{number: SILO[number] for number in (1, 2, 3)},
    4: {
        "centre": ({"discharge_directive": 0.2}, "We saw who pays for the calls. I keep them few and wait."),
        "hospital": ({"escalation_beds": 20, "elective_cancellation": 0.0}, "I close beds so that their staff can go back to care at home."),
        "council": ({"extra_care_budget": 0.0, "eligibility": 0.9, "fee_rate": 1.05, "reablement_share": 0.04, "prevention_share": 0.02}, "Pay providers first, so that care can start. The list may look longer for a while."),
        "practice": ({"continuity": 0.6}, "A little more of the same doctor for those whom we see most."),
        "community": ({"carer_support": 0.015}, "Carers told us that they are near the end. I expect fewer breakdowns by 2020."),
        "citizens": ({"citizens_deal": 0.6}, "The need that nobody counted was on the screen. We ask for a real deal."),
        "table": ({"pooled_fund": 0.15, "gain_share": 0.5}, "One plan for discharge. We expect it to cost trust first and to show by 2021."),
    },
    5: {
        "hospital": ({"escalation_beds": 10}, "Delays are down. Half of the rest can close, pandemic or not."),
        "council": ({"reablement_share": 0.05, "prevention_share": 0.03}, "What worked gets more, within the same budget."),
        "citizens": ({"citizens_deal": 1.0}, "It has begun to feel different. We ask for the whole of it."),
        "table": ({"pooled_fund": 0.2, "gain_share": 0.6}, "The pool has held through a hard year. We go a step further."),
    },
    6: {
        "hospital": ({"escalation_beds": 0}, "The pool's plan needs the staff more than the ward does."),
        "council": ({"fee_rate": 1.08}, "The long winter will be won by staff who stay."),
        "centre": ({"discharge_directive": 0.5}, "The order leaves me no choice. I set it as low as it lets me."),
    },
}  # fmt: skip
PLANS = {"silo": ("Silo all the way", SILO), "pooled": ("Pooled from round four", POOLED)}


def wanted(state: State, seat: str, plan: dict[int, dict[str, Move]]) -> Move:
    """What a seat sets all its levers to in the round in hand, kept within what is offered, and its reason."""
    moves, reason = plan[state.played + 1].get(seat, ({}, USUAL[seat]))
    levers = {}
    for lever in game.levers_of(seat):
        offered = game.offer(state, lever)
        target = moves.get(lever, offered.value)
        levers[lever] = min(offered.options, key=lambda option, target=target: abs(option - target))
    return levers, reason


class Player:
    """One person at the keyboard of one team's machine."""

    def __init__(self, page: Page, folder: Path, shots: Path, name: str) -> None:
        self.page, self.folder, self.shots, self.name = page, folder, shots, name
        self.number = 0

    def shot(self, what: str) -> None:
        self.number += 1
        self.page.screenshot(path=self.shots / f"{self.name}-{self.number:02}-{what}.png")

    def press(self, button: Locator) -> None:
        """Reach a button and press it with the keyboard."""
        button.focus()
        self.page.keyboard.press("Enter")

    def tab_to(self, button: Locator, most: int = 60) -> None:
        """Reach a button by the tab key alone, as somebody without a mouse must."""
        for _ in range(most):
            if button.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the tab key does not reach {button}")

    def heading(self, text: str) -> None:
        expect(self.page.locator(".game h3")).to_contain_text(text, timeout=30_000)

    def open(self, address: str) -> float:
        """Open the notebook and run its cells by keyboard until the game is there; seconds that took."""
        start = time.perf_counter()
        self.page.goto(f"{address}/lab/tree/{NOTEBOOK}", timeout=60_000)
        self.page.locator(".jp-Notebook .jp-Cell").first.click(timeout=60_000)
        self.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(
            timeout=60_000, state="attached"
        )
        self.run_until(".game-start, .game-seats")
        return time.perf_counter() - start

    def run_until(self, selector: str) -> None:
        for _ in range(12):
            self.page.keyboard.press("Shift+Enter")
            if self.page.locator(".jp-Notebook .jp-Cell.jp-mod-selected").inner_text().startswith("Teams that play"):
                break
        self.page.locator(selector).first.wait_for(timeout=60_000)

    def seat(self, state: State, seat: str, levers: dict[str, float], reason: str, *, by_tab: bool = False) -> None:
        """Take a seat, set its levers by arrow keys, write the reason and decide."""
        page, name = self.page, game.seat_name(seat)
        self.press(page.get_by_role("button", name=f"Take the seat: {name}"))
        self.heading("Everybody to the screen" if seat == game.TABLE else f"Pass the keyboard to the {name}")
        if state.played == 0 and seat == "centre":
            self.shot("pass")
        self.press(page.get_by_role("button", name="We are here" if seat == game.TABLE else "I am in the seat"))
        self.heading(name)
        for lever, value in levers.items():
            steps = game.offer(state, lever).options.index(value)
            field = page.locator(f"[data-lever={lever}]")
            if field.is_enabled():
                if by_tab:
                    self.tab_to(field)
                else:
                    field.focus()
                page.keyboard.press("Home")
                for _ in range(steps):
                    page.keyboard.press("ArrowRight")
        box = page.get_by_label("What do you expect this to do")
        if by_tab:
            self.tab_to(box)
        else:
            box.focus()
        page.keyboard.type(reason)
        if state.played in (0, 3):
            self.shot(f"seat-{seat}-round-{state.played + 1}")
        decide = page.get_by_role("button", name="have decided")
        if by_tab:
            self.tab_to(decide)
        else:
            decide.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".game-seats, .game-trouble:not(:empty)").first).to_be_visible(timeout=20_000)
        trouble = page.locator(".game-trouble")
        assert not trouble.count() or not trouble.inner_text(), trouble.inner_text()

    def refused(self) -> None:
        """A seat without a reason is told so, and loses nothing."""
        page = self.page
        self.press(page.get_by_role("button", name="Take the seat: Hospital"))
        self.press(page.get_by_role("button", name="I am in the seat"))
        self.press(page.get_by_role("button", name="I have decided"))
        expect(page.locator(".game-trouble")).to_contain_text("write the reason before you decide", timeout=20_000)
        self.shot("refused")
        self.press(page.get_by_role("button", name="Leave without deciding"))

    def break_kernel(self) -> None:
        """Restart the kernel in the middle of a round and take the game up again from its file."""
        page = self.page
        if page.evaluate("Boolean(document.fullscreenElement)"):
            self.press(page.get_by_role("button", name="Leave the full screen"))
        page.locator(".jp-Notebook .jp-Cell").first.click(position={"x": 150, "y": 20})
        page.keyboard.press("Escape")
        page.keyboard.press("0")
        page.keyboard.press("0")
        page.locator(".jp-Dialog").wait_for(timeout=20_000)
        page.keyboard.press("Enter")
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=60_000, state="attached")
        page.locator(".jp-Notebook .jp-Cell").first.click(position={"x": 150, "y": 20})
        page.keyboard.press("Escape")
        self.run_until(".game-found")
        self.shot("resume")
        self.press(page.get_by_role("button", name="Resume").first)

    def fill_screen(self) -> None:
        self.press(self.page.get_by_role("button", name="Fill the screen"))
        self.page.wait_for_function("Boolean(document.fullscreenElement)")

    def play(self, address: str, team: str, plan: dict[int, dict[str, Move]], *, trouble: bool) -> tuple[State, float]:
        """A whole game; the state that Python's rules say it must have come to, and seconds to the first round."""
        page = self.page
        opened = self.open(address)
        self.shot("start")
        name = page.get_by_label("Your team's name")
        name.focus()
        page.keyboard.type(team)
        page.keyboard.press("Enter")
        self.heading("Round 1 of 6")
        self.fill_screen()
        state = game.new(team)
        while not state.over:
            self.heading(f"Round {state.played + 1} of 6")
            self.shot(f"round-{state.played + 1}")
            if trouble and state.played == 0:
                self.refused()
            for seat in game.seats(state):
                levers, reason = wanted(state, seat, plan)
                self.seat(state, seat, levers, reason, by_tab=state.played == 0 and seat == "council")
                state = game.sit(state, seat, levers, reason)
                self.agree(state)
                if trouble and state.played == 1 and seat == "hospital":
                    self.break_kernel()
                    self.heading("Round 2 of 6")
                    expect(page.locator(".game-seats li.done")).to_have_count(2)
                    self.fill_screen()
            self.press(page.get_by_role("button", name="Play ", exact=False))
            state = game.advance(state)
            if state.played == game.cards()["silo_rounds"]:
                self.half_time()
        self.debrief()
        return state, opened

    def agree(self, state: State) -> None:
        """The file holds what the rules make of the same moves."""
        file = self.folder / f"game-{game.slug(state.team)}.json"
        kept = game.load(file.read_text("utf-8"))
        assert kept == state, f"round {state.played + 1}: the file has {kept.now}, the rules {state.now}"

    def half_time(self) -> None:
        self.heading("Half-time")
        assert not self.page.locator(".game-pair").count(), "the numbers wait until each seat has spoken"
        self.press(self.page.get_by_role("button", name="Show what everybody saw"))
        self.page.locator(".game-key").first.wait_for(timeout=30_000)  # the band is there
        self.shot("half-time")
        self.page.locator(".game-pair").scroll_into_view_if_needed()
        self.page.locator(".game-tiles").nth(1).scroll_into_view_if_needed()
        self.shot("half-time-dashboard")
        self.press(self.page.get_by_role("button", name="Go on to round 4"))

    def debrief(self) -> None:
        steps = game.cards()["debrief"]
        for number, step in enumerate(steps, 1):
            self.heading(f"Debrief {number} of {len(steps)}: {step['title']}")
            if step["shows"] in ("counted", "score"):
                self.page.get_by_text("Shaded:").first.wait_for(timeout=30_000)
            if step["shows"] == "story":
                summary = self.page.locator(".game summary").nth(3)
                summary.focus()
                self.page.keyboard.press("Enter")
            if step["shows"] == "counted":
                self.press(self.page.get_by_role("button", name="Round 3", exact=True))
                self.shot("debrief-counted-replayed")
                self.press(self.page.get_by_role("button", name="Round 6", exact=True))
            if step["shows"] == "loops":
                self.press(self.page.get_by_role("button", name="R2"))
            self.shot(f"debrief-{step['shows']}-{number}")
            if step["shows"] == "score":
                self.page.locator(".game-legend").scroll_into_view_if_needed()
                self.shot("debrief-score-picture")
            following = self.page.get_by_role("button", name="Next: ")
            if following.count():
                self.press(following)


def watched(page: Page, problems: list[str], address: str) -> None:
    """Note errors of scripts, and any request that leaves this machine."""
    page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
    page.on("request", lambda one: None if one.url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
            else problems.append(f"another host: {one.url}"))  # fmt: skip


def others(page: Page, address: str, folder: Path, shots: Path) -> None:
    """The comparison of both teams and the facilitator's view."""
    player = Player(page, folder, shots, "others")
    player.open(address)
    page.get_by_role("menuitem", name="Settings").click()
    page.get_by_text("Theme", exact=True).hover()
    page.get_by_text("JupyterLab Light", exact=True).click()
    for code, words in (("Compare()", "The teams compared"), ("Facilitator()", "For the facilitator")):
        page.locator(".jp-CodeCell .jp-InputArea").filter(has_text=code).last.click()
        page.keyboard.press("Shift+Enter")
        panel = page.locator(".game").filter(has_text=words)
        panel.get_by_role("heading", name=words).wait_for(timeout=60_000)
        panel.get_by_role("button", name="Fill the screen").focus()
        page.keyboard.press("Enter")
        page.wait_for_function("Boolean(document.fullscreenElement)")
        page.wait_for_timeout(500)
        player.shot(words.replace(" ", "-").lower())
        panel.evaluate("one => one.scrollTo(0, one.scrollHeight / 2.2)")
        player.shot(words.replace(" ", "-").lower() + "-below")
        panel.get_by_role("button", name="Leave the full screen").focus()
        page.keyboard.press("Enter")


def main() -> int:
    """Play both games."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=ROOT / "_shots" / "game", help="folder for the pictures")
    parser.add_argument("--examples", action="store_true", help="ship the games played as the package's examples")
    parser.add_argument("--only", choices=PLANS, help="play one game only")
    chosen = parser.parse_args()
    chosen.to.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as name, opened_browser() as browser, jupyter_lab(Path(name)) as address:
        folder = Path(name)
        shutil.copy(ROOT / "notebooks" / NOTEBOOK, folder)
        for key, (team, plan) in PLANS.items():
            if chosen.only not in (None, key):
                continue
            page = browser.new_page(viewport=SCREEN, color_scheme="light")
            watched(page, problems, address)
            player = Player(page, folder, chosen.to, key)
            try:
                state, opened = player.play(address, team, plan, trouble=key == "silo")
            except BaseException:
                player.shot("failed")
                print("\n".join(problems))
                raise
            page.close()
            text = (folder / f"game-{game.slug(team)}.json").read_text("utf-8")
            player.agree(state)
            print(f"{opened:6.1f} s from opening the notebook to the game ({team})")
            print(kit.replay(state))
            if chosen.examples:
                (EXAMPLES / f"example-{key}.json").write_text(text, "utf-8")
        page = browser.new_page(viewport=SCREEN)
        others(page, address, folder, chosen.to)
        page.close()
    print("\n".join(problems) or "Nothing went wrong.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
