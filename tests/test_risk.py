"""Shared risk: money conserved, closed forms against simulation, what councils' spending did, and the live figure."""

import itertools
import math
import re
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from widget_checks import gzipped, move_everything

from placelab import claims, figures, gap, places, risk, spending, tables
from placelab.widgets import risk_tables, shared_risk
from placelab.widgets.shared_risk import SharedRisk

ENGLAND, SUFFOLK, CAMDEN, CITY, SCILLY = places.ENGLAND, "E10000029", "E09000007", "E09000001", "E06000053"
CUMBERLAND, BIRMINGHAM, PORTSMOUTH = "E06000063", "E08000025", "E06000044"
BCP, HERTFORDSHIRE = "E06000058", "E10000015"
AWKWARD = (ENGLAND, SUFFOLK, CAMDEN, CITY, SCILLY, CUMBERLAND, BIRMINGHAM, BCP, HERTFORDSHIRE)
BASE = risk.base_case()

shares = st.floats(0, 1)
money = st.floats(1e5, 1e9)
spreads = st.floats(0.001, 0.3)
correlations = st.floats(-1, 1)
kinds = st.sampled_from(list(risk.ARRANGEMENTS))
cases = st.builds(
    risk.Assumptions, nhs_budget=st.floats(0.1, 8), nhs_spread=spreads, correlation=correlations, held_back=shares,
    spill_over=st.floats(0, 1.5), arrangement=kinds, share=shares,
)  # fmt: skip
councils = st.builds(risk.Council, money=money, spread=spreads)


# Constants and the base case


def test_the_percentile_and_its_tail_mean_are_the_normal_distributions():
    normal = NormalDist()
    assert pytest.approx(normal.inv_cdf(0.9), abs=1e-13) == risk.Z90
    assert pytest.approx(normal.pdf(normal.inv_cdf(0.9)) / 0.1, abs=1e-12) == risk.WORST_TENTH
    # 1.4826 and 1.361 are what textbooks give for the median absolute deviation
    assert pytest.approx(1 / normal.inv_cdf(0.75), abs=1e-4) == risk.MAD_TO_SPREAD
    draws = np.random.default_rng(1).normal(size=(40_000, 101))
    estimates = risk.MAD_TO_SPREAD * np.median(np.abs(draws), axis=1)
    assert np.log(estimates).var() * 101 == pytest.approx(risk.MAD_VARIANCE, rel=0.03)


def test_the_base_case_takes_its_numbers_from_the_register():
    emergency = claims.get("nao-2018-emergency-cost").value * 1e9
    assert BASE.nhs_budget == round(emergency / spending.england("2015-16").value, 1) == 1.0
    assert BASE.spill_over == claims.get("forder-2009-hospital-saving").value == 0.35
    assert "of about the same size" in SharedRisk.question  # what the question says of the base case


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: replace(BASE, held_back=1.2), "held_back: 1.2 is no share"),
        (lambda: replace(BASE, share=-0.1), "share: -0.1 is no share"),
        (lambda: replace(BASE, nhs_spread=-0.1), "nhs_spread: -0.1 is below 0"),
        (lambda: replace(BASE, nhs_budget=float("nan")), "nhs_budget: nan is below 0 or no number"),
        (lambda: replace(BASE, correlation=1.01), "correlation: 1.01 is outside"),
        (lambda: replace(BASE, arrangement="prayer"), "arrangement: 'prayer' is not one of alone, pooled"),
        (lambda: risk.arrangement("prayer", np.ones(2)), "arrangement: 'prayer'"),
        (lambda: risk.arrangement("shared", np.ones(2), 3), "share: 3 is no share"),
        (lambda: risk.covariance(np.ones(3), -0.6), "cannot hold between each two of 3"),
        (lambda: risk.council("E99999999"), "no upper-tier area has the code"),
    ],
)
def test_bad_input_gets_one_clear_error(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


# What councils' spending did


def test_shocks_by_hand_for_one_year():
    table = tables.load("net_current_expenditure")
    cash = table[table["code"] != ENGLAND].pivot(index="code", columns="year", values="value")
    deflator = tables.load("gdp_deflator").set_index("year")["value"]
    real = np.log(cash["2018-19"] / deflator["2018-19"]) - np.log(cash["2017-18"] / deflator["2017-18"])
    shock = risk.shocks()["2018-19"]
    difference = shock[SUFFOLK] - shock[CAMDEN]  # the middle council's change drops out
    assert difference == pytest.approx(real[SUFFOLK] - real[CAMDEN])
    large = ~spending.describe_areas(risk.FIRST)["small"]
    assert risk.shocks()[large].median().abs().max() == pytest.approx(0, abs=1e-12)


def test_a_places_own_spread_is_the_scaled_median_of_its_shocks():
    own = risk.spread().loc[SUFFOLK, "own"]
    assert own == pytest.approx(1.4826 * float(np.median(np.abs(risk.shocks().loc[SUFFOLK]))))
    assert risk.spread().at[SUFFOLK, "years"] == 15 and risk.spread().at[BIRMINGHAM, "years"] == 12


def test_places_are_moved_towards_their_size_and_small_ones_have_more():
    table = risk.spread()
    assert len(table) == 153 and table.notna().all(axis=None)
    assert 0.2 < risk.weight() < 0.4
    low, high = table[["own", "size"]].min(axis=1), table[["own", "size"]].max(axis=1)
    assert ((table["spread"] >= low) & (table["spread"] <= high)).all()
    assert np.allclose(np.log(table["spread"] / table["size"]), risk.weight() * np.log(table["own"] / table["size"]))
    assert table["size"][SCILLY] > table["size"][SUFFOLK] > table["size"]["E10000016"]  # Kent has the most adults
    assert table.loc["E06000063"].equals(table.loc["E06000064"])  # the former Cumbria has one past


def test_the_weight_is_what_the_two_halves_of_the_record_agree_on():
    """Estimates from odd and from even years share only what is real: their correlation is near the weight, by another road."""
    moved = risk.shocks()[~spending.describe_areas(risk.FIRST)["small"]]
    odd, even = (np.log(moved.iloc[:, start::2].abs().median(axis=1)) for start in (0, 1))
    halves = float(np.corrcoef(odd, even)[0, 1])
    whole = 2 * halves / (1 + halves)  # Spearman and Brown: what a record twice as long would show
    assert risk.weight() == pytest.approx(whole, abs=0.2) and risk.weight() > 0.1


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000))
def test_the_weight_is_near_nothing_when_all_places_are_alike(seed):
    draws = np.random.default_rng(seed).normal(size=(300, 15))
    estimates = pd.Series(np.log(np.median(np.abs(draws), axis=1)))
    assert risk._weight(estimates - estimates.mean(), pd.Series(15.0, index=estimates.index)) < 0.3


def test_one_year_in_ten_is_as_bad_as_the_model_says():
    """Calibration: a tenth of councils' shocks lie beyond the 90th percentile of their own spread, on either side."""
    large = ~spending.describe_areas(risk.FIRST)["small"]
    moved = risk.shocks()[large]
    scaled = moved.div(risk._spread_by_area()["own"][large], axis=0).stack()
    assert (scaled > risk.Z90).mean() == pytest.approx(0.1, abs=0.015)
    assert (scaled < -risk.Z90).mean() == pytest.approx(0.1, abs=0.015)
    assert (scaled > NormalDist().inv_cdf(0.99)).mean() > 0.02  # and rarer years are worse than normal: the lab says so


def test_england_stands_for_an_average_council():
    found = risk.council(ENGLAND)
    assert found.money == pytest.approx(gap.starting_point()["money"].sum() / 153)
    assert 0.04 < found.spread < 0.06
    assert risk.council(SUFFOLK).money == pytest.approx(1000 * 363450)  # read off net_current_expenditure.csv, 2024-25


# Who bears what


@settings(deadline=None)
@given(councils, cases)
def test_what_one_gains_another_bears(council, case):
    """Columns add up to one, so the sum of what is borne is the sum of what was lost, in every year."""
    budgets = np.array([council.money, council.money * case.nhs_budget])
    matrix = risk.arrangement(case.arrangement, budgets, case.share)
    assert np.allclose(matrix.sum(axis=0), 1)
    losses = np.random.default_rng(0).normal(size=(50, 2)) * budgets
    assert np.allclose((losses @ matrix.T).sum(axis=1), losses.sum(axis=1))
    alone, found = (risk.outcome(council, replace(case, arrangement=kind)) for kind in ("alone", case.arrangement))
    # abs: two equal and opposite budgets leave a whole that is all rounding
    assert found.total == pytest.approx(alone.total, rel=1e-6, abs=1e-4 * council.money * 1e-3)
    assert sum(found.gains) == pytest.approx(1 - case.spill_over)
    if alone.total > 1e-3 * sum(alone.alone):
        assert sum(found.parts) == pytest.approx(found.total)


@settings(deadline=None)
@given(councils, cases)
def test_pooled_variance_against_its_formula(council, case):
    case = replace(case, arrangement="pooled", held_back=0.0)
    found = risk.outcome(council, case)
    a, b = council.money * council.spread, council.money * case.nhs_budget * case.nhs_spread
    whole = math.sqrt(max(a * a + b * b + 2 * case.correlation * a * b, 0))
    part = 1 / (1 + case.nhs_budget)
    assert found.under == pytest.approx([risk.Z90 * part * whole, risk.Z90 * (1 - part) * whole], rel=1e-6, abs=1)
    # pooled by contribution, each has the pool's volatility: the same share of its own budget at risk
    assert found.under[0] / found.budgets[0] == pytest.approx(found.under[1] / found.budgets[1])


@settings(deadline=None)
@given(councils, cases)
def test_sharing_never_adds_to_what_all_must_have_ready(council, case):
    found = risk.outcome(council, case)
    assert sum(found.under) <= sum(found.alone) * (1 + 1e-9)
    if case.arrangement in ("alone", "block"):
        assert sum(found.under) == pytest.approx(sum(found.alone))
    assert found.total <= sum(found.under) * (1 + 1e-6)


@settings(deadline=None)
@given(councils, cases, st.floats(0, 1))
def test_a_pools_bad_year_rises_with_the_correlation(council, case, rise):
    case = replace(case, arrangement="pooled")
    more = replace(case, correlation=min(1.0, case.correlation + rise))
    before, after = risk.outcome(council, case), risk.outcome(council, more)
    assert all(new >= old * (1 - 1e-9) - 1e-6 for new, old in zip(after.under, before.under, strict=True))


@settings(deadline=None)
@given(councils, cases, st.floats(0.01, 100))
def test_nothing_depends_on_the_scale(council, case, times):
    one, other = risk.outcome(council, case), risk.outcome(replace(council, money=council.money * times), case)
    for name in ("alone", "under", "worst", "parts", "budgets"):
        assert np.allclose(
            np.array(getattr(one, name)) * times, getattr(other, name), rtol=1e-6, atol=1e-3 * times * one.need
        )
    assert one.gains == pytest.approx(other.gains) and one.less == pytest.approx(other.less, abs=1e-6)


@settings(deadline=None)
@given(councils, cases)
def test_pooling_helps_both_just_where_the_pool_is_steadier_than_the_steadier(council, case):
    case = replace(case, arrangement="pooled")
    found = risk.outcome(council, case)
    alone, pooled = (
        [value / budget for value, budget in zip(values, found.budgets, strict=True)]
        for values in (found.alone, found.under)
    )
    both = all(new <= old for new, old in zip(found.under, found.alone, strict=True))
    if abs(pooled[0] - min(alone)) > 1e-9:
        assert both == (pooled[0] <= min(alone))


def test_limiting_cases():
    council = risk.Council(100e6, 0.05)
    twin = replace(BASE, nhs_budget=1.0, nhs_spread=0.05, held_back=0.0)
    bad = risk.Z90 * 5e6
    assert risk.outcome(council, replace(twin, correlation=1.0)).under == pytest.approx([bad, bad])  # nothing spread
    halves = risk.outcome(council, replace(twin, correlation=0.0))
    assert halves.under == pytest.approx([bad / math.sqrt(2)] * 2) and halves.less == pytest.approx(
        1 - 1 / math.sqrt(2)
    )
    assert risk.outcome(council, replace(twin, correlation=-1.0)).under == pytest.approx([0, 0], abs=1)
    swapped = risk.outcome(council, replace(twin, arrangement="shared", share=1.0, nhs_spread=0.01))
    assert swapped.under == pytest.approx([bad / 5, bad])
    none = risk.outcome(council, replace(twin, arrangement="shared", share=0.0))
    assert none.under == pytest.approx(none.alone)
    block = risk.outcome(council, replace(BASE, arrangement="block", share=1.0))
    assert block.under[0] == pytest.approx(0, abs=1e-6) and block.under[2] == pytest.approx(block.alone[0])
    # a certain NHS that joins an uncertain council takes on part of its risk
    calm = risk.outcome(council, replace(twin, nhs_spread=0.0))
    assert calm.alone[1] == 0 and calm.under == pytest.approx([bad / 2, bad / 2])
    # all of it held back: the council has nothing to find, people and hospital bear it
    hard = risk.outcome(council, replace(twin, arrangement="alone", held_back=1.0, nhs_spread=0.0, spill_over=0.35))
    assert hard.alone == pytest.approx([0, 0.35 * bad]) and hard.held_back == pytest.approx(bad)


def test_holding_back_care_pays_the_council_less_in_a_pool():
    council = risk.Council(100e6, 0.05)
    gains = {
        kind: risk.outcome(council, replace(BASE, arrangement=kind, spill_over=1.2)).gains for kind in risk.ARRANGEMENTS
    }
    assert gains["alone"] == pytest.approx([1, -1.2])
    assert gains["pooled"] == pytest.approx([-0.1, -0.1])  # beyond £1 of spill-over the pool loses by it
    assert gains["shared"] == pytest.approx([0.75 - 0.3, 0.25 - 0.9])
    assert gains["block"] == pytest.approx([0.75, -1.2, 0.25])


@pytest.mark.parametrize("kind", list(risk.ARRANGEMENTS))
@pytest.mark.parametrize("correlation", [-0.4, 0.3, 0.9])
def test_closed_form_against_simulation(kind, correlation):
    council, case = risk.council(SUFFOLK), replace(BASE, arrangement=kind, correlation=correlation, share=0.4)
    found = risk.outcome(council, case)
    budgets = np.array(found.budgets[:2])
    shock = risk.covariance(budgets * [council.spread, case.nhs_spread], correlation)
    draws = risk.simulate(shock, 200_000)
    assert np.array_equal(draws, risk.simulate(shock, 200_000))  # seeded
    council_loss, nhs_loss = draws.T
    before = np.stack(
        [council_loss * (1 - case.held_back), nhs_loss + case.spill_over * case.held_back * council_loss], axis=-1
    )
    borne = before @ risk.arrangement(kind, budgets, case.share).T
    level = np.quantile(borne, 0.9, axis=0)
    assert level == pytest.approx(found.under, rel=0.015)
    assert [values[values >= at].mean() for values, at in zip(borne.T, level, strict=True)] == pytest.approx(
        found.worst, rel=0.015
    )
    whole = borne.sum(axis=1)
    assert np.quantile(whole, 0.9) == pytest.approx(found.total, rel=0.015)
    near = np.abs(whole - found.total) < 0.05 * found.total
    assert borne[near].mean(axis=0) == pytest.approx(found.parts, rel=0.06, abs=0.02 * found.total)


@settings(deadline=None)
@given(
    st.lists(money, min_size=2, max_size=5), st.lists(spreads, min_size=5, max_size=5), st.floats(0, 1), shares,
    st.sampled_from(["alone", "pooled", "shared", "block"]),
)  # fmt: skip
def test_any_number_of_organisations(budgets, spread, correlation, share, kind):
    money = np.array(budgets)
    shock = risk.covariance(money * np.array(spread[: len(money)]), correlation)
    after = risk.borne(risk.arrangement(kind, money, share), shock)
    assert risk.bad_year_of_all(after) == pytest.approx(float(risk.bad_year_of_all(shock)))
    assert risk.bad_year(after).sum() <= risk.bad_year(shock).sum() * (1 + 1e-9)
    assert risk.parts_of_it(after).sum() == pytest.approx(float(risk.bad_year_of_all(shock)))
    if kind == "pooled":
        assert np.ptp(risk.bad_year(after) / money) < 1e-9


def test_all_places_at_once_agree_with_one_at_a_time():
    every = risk.pooling_everywhere()
    assert len(every) == 153
    for code in (SUFFOLK, CAMDEN, SCILLY):
        found, money = risk.outcome(risk.council(code), BASE), risk.council(code).money
        assert every.loc[code].tolist() == pytest.approx([value / money for value in (*found.alone, *found.under)])


# Sharing within limits


@settings(deadline=None)
@given(st.floats(1e4, 1e8), shares, st.floats(0, 3))
def test_what_is_kept_within_a_cap_never_falls_as_the_loss_rises(sd, share, cap):
    losses = np.linspace(-4 * sd, 4 * sd, 401)
    kept = losses - risk.passed_on(losses, share, cap * sd)
    assert (np.diff(kept) >= -1e-6 * sd).all()
    assert risk.kept_in_bad_year(sd, share, cap * sd) <= risk.Z90 * sd
    assert risk.kept_in_worst_tenth(sd, share, cap * sd) >= risk.kept_in_bad_year(sd, share, cap * sd) - 1e-6 * sd


@pytest.mark.parametrize("cap", [0.0, 0.5, 1.0, 1.5, 2.5, math.inf])
def test_capped_sharing_against_simulation(cap):
    sd, share = 10e6, 0.5
    losses = risk.simulate(risk.covariance(np.array([sd, 6e6]), 0.3), 400_000)[:, 0]
    kept = losses - risk.passed_on(losses, share, cap * sd)
    level = np.quantile(kept, 0.9)
    assert level == pytest.approx(risk.kept_in_bad_year(sd, share, cap * sd), rel=0.01)
    assert np.sort(kept)[-40_000:].mean() == pytest.approx(risk.kept_in_worst_tenth(sd, share, cap * sd), rel=0.01)


def test_limits_leave_the_sum_alone_and_none_at_all_is_the_linear_case():
    shock = risk.covariance(np.array([5e6, 8e6]), 0.2)
    losses = risk.simulate(shock, 200_000)
    within = risk.shared_within(losses, 0.4, 3e6, 1e6)
    assert np.allclose(within.sum(axis=1), losses.sum(axis=1))
    free = risk.shared_within(losses, 0.4, math.inf)
    assert np.allclose(free, losses @ risk.arrangement("shared", np.ones(2), 0.4).T)
    exact = risk.bad_year(risk.borne(risk.arrangement("shared", np.ones(2), 0.4), shock))
    assert np.quantile(free, 0.9, axis=0) == pytest.approx(exact, rel=0.015)
    assert np.array_equal(risk.shared_within(losses, 0.4, 0.0, 0.0), losses)


# In care


def test_unit_costs_by_hand():
    rows = tables.load("care_unit_costs")
    rows = rows[(rows["code"] == SUFFOLK) & (rows["year"] == "2021-22")].set_index("measure")["value"]
    deflator = tables.load("gdp_deflator").set_index("year")["value"]
    rise = deflator["2024-25"] / deflator["2021-22"]
    assert risk.unit_costs().at[SUFFOLK, "hour"] == pytest.approx(rows["home_care_hourly_external"] * rise)
    assert risk.unit_costs().at[SUFFOLK, "week"] == pytest.approx(rows["residential_weekly_65plus"] * rise)
    hours, homes = risk.in_care(SUFFOLK, 1e6)
    assert hours * risk.unit_costs().at[SUFFOLK, "hour"] == pytest.approx(1e6)
    assert homes * 52 * risk.unit_costs().at[SUFFOLK, "week"] == pytest.approx(1e6)


def test_a_place_without_unit_costs_takes_the_middle_councils_and_says_so():
    costs = risk.unit_costs()
    assert len(costs) == 154 and costs.notna().all(axis=None)
    assert (
        not costs.at[HERTFORDSHIRE, "own"] and costs.at[CUMBERLAND, "own"]
    )  # Cumbria's return of that year serves both
    assert costs.at[HERTFORDSHIRE, "hour"] == costs.at[ENGLAND, "hour"]
    sentence = SharedRisk(place=HERTFORDSHIRE).finding.sentence
    assert (
        "No unit costs were published for Hertfordshire in 2021-22." in sentence
        and "the middle council paid" in sentence
    )


# The lab's tables


@pytest.mark.parametrize("code", [SUFFOLK, CAMDEN, CITY, SCILLY, CUMBERLAND, BIRMINGHAM, BCP, HERTFORDSHIRE])
def test_every_table_for_every_kind_of_place(code):
    for make in (
        risk_tables.past_table, risk_tables.estimators_table, risk_tables.arrangements_table, risk_tables.who_is_helped,
        risk_tables.reasons_table, risk_tables.check_table, risk_tables.caps_table, risk_tables.three_table,
        risk_tables.care_table,
    ):  # fmt: skip
        text = make(code).to_string()
        assert len(make(code)) and "nan" not in text.lower() and "inf" not in text.lower(), text


def test_the_lab_and_the_figure_print_the_same_numbers():
    table = risk_tables.arrangements_table(SUFFOLK).set_index("Arrangement")
    for kind, label in risk.ARRANGEMENTS.items():
        shown = SharedRisk(place=SUFFOLK, arrangement=kind).finding.table.set_index("Who")
        column = shown.columns[0 if kind == "alone" else 1]
        assert table.at[label, "The council"] == shown.at["The council", column]
        assert table.at[label, "The NHS"] == shown.at["The NHS", column]
        assert table.at[label, "Added together"] == shown.at["Added together", column]
        assert (table.at[label, "Care provider"] == "none") == (kind != "block")


def test_the_grid_says_what_the_sentence_says():
    grid = risk_tables.who_is_helped(SUFFOLK)
    told = {"both": "helps both", "council only": "helps the council", "NHS only": "helps the NHS"}
    for column in grid.columns:
        for row in grid.index:
            spread = float(column.removeprefix("NHS ").removesuffix("%"))
            sentence = SharedRisk(place=SUFFOLK, nhs_spread=spread, correlation=float(row)).finding.sentence
            assert f"Pooling {told[grid.at[row, column]]}" in sentence, (row, column)


def test_how_many_places_pooling_helps():
    every = risk.pooling_everywhere()[~places.frame()["small"]]
    told = [SharedRisk(place=code).finding.sentence for code in every.index]
    both = sum("Pooling helps both." in one for one in told)
    more = sum("Pooling helps the council and adds to the NHS's bad year." in one for one in told)
    assert 0 < both < 151 and risk_tables.everywhere() == (
        f"In the base case pooling helps both in {both} of 151 places. In {more} it helps the council and adds to the NHS's bad "
        f"year, and in {151 - both - more} it makes little difference to one of them."
    )


def test_every_place_can_find_where_pooling_helps_both():
    """The lab's first exercise starts there; where the base case is past an edge, a less steady NHS leads to it."""
    (slider,) = (control for control in SharedRisk.controls() if control.name == "nhs_spread")
    for code in places.frame().index:
        steps = np.arange(slider.default, slider.high + slider.step / 2, slider.step)
        assert any("helps both" in SharedRisk(place=code, nhs_spread=float(at)).finding.sentence for at in steps), code


def test_a_year_without_a_change_says_so():
    table = risk_tables.past_table(SCILLY).set_index("Year")["Than the middle council"]
    assert len(table) == 10 and list(table[table == "no figure"].index) == ["2016-17", "2017-18"]


def test_what_is_small_is_no_nought():
    sentence = SharedRisk(place="E06000039", held_back=5).finding.sentence
    assert "a year in a care home for fewer than 10 people" in sentence
    assert "fewer than 10" in risk_tables.care_table(SCILLY).to_string()


def test_a_place_named_twice_has_one_row():
    assert list(risk_tables.spread_table([CAMDEN, CAMDEN, SUFFOLK])["Place"]) == ["Camden", "Suffolk"]


def test_the_evidence_is_the_registers():
    lines = risk_tables.evidence().splitlines()
    assert f"£{claims.get('wirral-2021-pool').value:g}m (2021-22)." in lines[4]
    assert len(lines) == 9 and not any("nan" in line or "schemes (" in line for line in lines)
    assert sum(claims.get(f"mason-2015-{what}").value for what in ("lower", "no-effect", "unclear")) == pytest.approx(
        claims.get("mason-2015-assessed").value, abs=1  # the abstract's own parts come to one fewer than its whole
    )  # fmt: skip


# The live figure


def sound(finding):
    """What every finding must be: complete, finite, grammatical on its face."""
    assert finding.title[0].isupper() and finding.sentence.endswith(".") and finding.alt
    for blot in (r"\bnan\b", r"\binf\b", r"\bNone\b", "the the", r" ,", r"\.\.", r"−", "  "):
        assert not re.search(blot, " ".join((finding.title, finding.sentence, finding.alt))), (blot, finding.sentence)
    assert "nan" not in finding.table.to_string().lower() and finding.source.startswith("Source: ")
    numbers = [n for values in finding.numbers.values() for n in (values if isinstance(values, list) else [values])]
    assert all(map(math.isfinite, numbers))
    return finding


@pytest.mark.parametrize("code", AWKWARD)
@pytest.mark.parametrize("kind", list(risk.ARRANGEMENTS))
def test_every_control_at_every_extreme(code, kind):
    base = SharedRisk(place=code, arrangement=kind).values
    for control in SharedRisk.controls():
        if control.name not in ("place", "arrangement"):
            for value in control.extremes():
                sound(SharedRisk(**{**base, control.name: value}).finding)


def test_all_sliders_at_their_ends_together():
    sliders = [c for c in SharedRisk.controls() if c.name not in ("place", "arrangement")]
    for ends in itertools.product(*((c.low, c.high) for c in sliders)):
        for kind in risk.ARRANGEMENTS:
            given = dict(zip((c.name for c in sliders), ends, strict=True))
            sound(SharedRisk(place=SUFFOLK, arrangement=kind, **given).finding)


def test_every_place():
    for code in (ENGLAND, *places.frame().index):
        assert places.get(code).in_sentence in sound(SharedRisk(place=code).finding).title


def test_figures_draw_at_both_widths():
    for kind, width in itertools.product(risk.ARRANGEMENTS, (figures.WIDE, figures.NARROW)):
        assert figures.svg(SharedRisk(place=CITY, arrangement=kind).finding.draw(width)).startswith("<svg")


def test_the_sentence_says_who_is_helped():
    def said(**given):
        return SharedRisk(place=SUFFOLK, **given).finding.sentence

    assert "Pooling helps both." in said()
    assert "Pooling helps the council and adds to the NHS's bad year." in said(nhs_spread=0.5)
    assert "Pooling helps the NHS and adds to the council's bad year." in said(nhs_spread=15)
    assert "Sharing losses makes little difference to either." in said(arrangement="shared", share=0)
    assert "nothing is lost by it and nothing saved" in said(correlation=1, held_back=0)
    assert "The contract moves risk and lessens none of it" in said(arrangement="block")
    assert "The contract passes nothing on." in said(arrangement="block", share=0)
    assert "leaves the council £1.00 better off, the NHS £0.35 worse off, and people £1.00 of care short" in said(
        arrangement="alone"
    )
    assert "holds back no care" in said(held_back=0) and "illustration" not in said(held_back=0)


def test_places_say_what_stands_in():
    def said(code):
        return SharedRisk(place=code).finding.sentence

    assert "Cumberland, and Westmorland and Furness together" in said(CUMBERLAND)
    assert "the last figure published, for 2023-24, stands in for 2024-25" in said(CUMBERLAND)
    assert "for 2021-22, stands in" in said(BIRMINGHAM) and "Too few people live in the City of London" in said(CITY)
    assert "stands in" not in said(SUFFOLK) and "together, whose past" not in said(SUFFOLK)


def test_the_table_adds_up():
    table = SharedRisk(place=SUFFOLK, arrangement="block").finding.table
    assert list(table["Who"]) == ["The council", "The NHS", "The care provider", "Added together"]
    found = risk.outcome(risk.council(SUFFOLK), replace(BASE, arrangement="block"))
    sums = dict(shared_risk.rows(found))["Added together"]
    assert sums == pytest.approx([sum(found.alone), sum(found.under), sum(found.worst), found.total])
    assert list(table.iloc[-1])[1:] == [shared_risk.money(value) for value in sums]
    assert list(SharedRisk(arrangement="alone").finding.table.columns)[1] == "Bad year, alone"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "£0"),
        (4_321, "£0"),
        (312_345, "£310,000"),
        (996_000, "£1.0m"),
        (12.74e6, "£12.7m"),
        (99.96e6, "£100m"),
        (2.5e9, "£2.50bn"),
    ],
)
def test_sums_in_words(value, words):
    assert shared_risk.money(value) == words


def test_what_a_reader_moves_in_jupyterlab_reaches_python():
    live = SharedRisk(place=SUFFOLK)
    widget = live.widget
    move_everything(live, [ENGLAND, CITY, SUFFOLK])
    sound(live.finding)
    with pytest.raises(ValueError, match="is not one of"):
        widget.values = {**live.values, "place": "E99999999"}


def test_the_book_shows_a_static_figure(monkeypatch):
    monkeypatch.setenv("PLACELAB_TARGET", "book")
    bundle = SharedRisk()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"} and bundle["text/plain"] == SharedRisk().finding.sentence


def test_what_a_page_fetches_stays_small():
    assert gzipped(SharedRisk.shared()) <= 3_000
    assert max(gzipped(SharedRisk.place_data(code)) for code in (ENGLAND, *places.frame().index)) <= 600
