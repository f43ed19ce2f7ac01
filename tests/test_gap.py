"""The funding gap: the model's properties, its numbers by hand, its live figure and its panel."""

import itertools
import math
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placelab import claims, figures, gap, places, population, spending, tables
from placelab.widgets import create, forms, funding_gap
from placelab.widgets.funding_gap import FundingGap

SUFFOLK, BIRMINGHAM, CUMBERLAND, CAMDEN = "E10000029", "E08000025", "E06000063", "E09000007"
WESTMORLAND = "E06000064"
LEVERS = {c.name: c for c in FundingGap.controls() if c.name != "place"}
CODES = list(places.frame().index)

drawn = settings(deadline=None, max_examples=40)  # the first example loads the tables
rates = st.floats(-0.05, 0.06)
codes = st.sampled_from([places.ENGLAND, *CODES])
assumptions = st.builds(
    gap.Assumptions,
    need_per_head=rates,
    unit_cost=rates,
    funding=rates,
    ageing=st.booleans(),
    older=st.sampled_from(gap.OLDER),
    split=st.sampled_from(sorted(gap.SPLITS)),
    end=st.sampled_from(["2025-26", "2030-31", gap.END, "2043-44"]),
)


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
@given(case=assumptions, lever=st.sampled_from(gap.LEVERS), step=st.floats(0.001, 0.02), code=codes)
def test_every_lever_moves_the_gap_its_own_way(case, lever, step, code):
    more = replace(case, **{lever: getattr(case, lever) + step})
    difference = gap.gap_of(code, more).pounds - gap.gap_of(code, case).pounds
    assert difference < 0 if lever == "funding" else difference > 0


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
    for lever, rate in gap.closing(code, case).items():
        assert abs(gap.gap_of(code, replace(case, **{lever: rate})).share) < 1e-9


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
    assert finding.title == f"By 2035-36 Suffolk would be £{end.pounds / 1e6:.0f}m a year short"
    assert f"£{end.need / 1e6:.0f}m" in finding.alt and "£275m in 2015-16" in finding.alt


@pytest.mark.parametrize("code", [places.ENGLAND, *CODES])
def test_every_place_has_a_finding(code):
    finding = sound(FundingGap(place=code).finding)
    assert ("stands in for 2024-25" in finding.sentence) == bool(len(gap.carried(code)))


def drawn_without_error(finding):
    return [figures.svg(finding.draw(width)) for width in (figures.WIDE, figures.NARROW)]


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
        settings = {name: (c.low if low == (name != "funding") else c.high) for name, c in LEVERS.items()}
        finding = sound(FundingGap(place=code, **settings).finding)
        assert ("to spare" in finding.title) == low
        assert all(text.startswith("<svg") for text in drawn_without_error(finding))


def test_the_base_case_stays_on_the_figure_when_levers_move():
    base, moved = (FundingGap(place=SUFFOLK, **v).finding.draw(figures.WIDE).axes[0] for v in ({}, {"funding": 2.0}))
    assert len(moved.lines) == len(base.lines) + 1  # need has not moved, so one grey line
    labels = [text.get_text() for text in moved.texts]
    assert "base funding" in labels and "base need" not in labels and {"Spent", "Projected"} <= set(labels)
    assert any(label.startswith("Gap £") for label in labels)


def test_sliders_come_as_near_closing_the_gap_as_their_steps_allow():
    rate = gap.closing(SUFFOLK)["funding"]
    finding = FundingGap(place=SUFFOLK, funding=round(100 * rate, 1)).finding
    assert finding.title == "By 2035-36 funding would all but match need in Suffolk"


def test_every_place_can_close_its_gap_with_any_one_slider():
    for code in CODES:
        for lever, rate in gap.closing(code).items():
            assert LEVERS[lever].low <= 100 * rate <= LEVERS[lever].high, (code, lever)


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
    printed = [funding_gap.history_table(code), funding_gap.cases_table(code), funding_gap.closing_table(code)]
    for table in [*printed, funding_gap.published_table(), funding_gap.growth_table()]:
        assert len(table) >= 3 and not table.isna().any().any() and "nan" not in table.to_string()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"funding": "9"}, "outside -4 to 6% a year"),
        ({"place": "E10000006"}, "is not one of"),
        ({"wages": "2"}, "no control 'wages'"),
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


def opened(button, guess=None):
    panel = forms.panel(FundingGap(place=SUFFOLK))
    if guess is not None:
        panel.children[1].value = guess
    panel.children[2].children[button].click()
    return panel


def test_the_result_is_hidden_until_a_guess_and_the_guess_stays():
    hidden = forms.panel(FundingGap(place=SUFFOLK))
    assert "a year short" not in str([getattr(child, "value", "") for child in hidden.children])
    panel = opened(0, guess=20)
    assert "You guessed 20%" in panel.children[0].value
    assert "a year short" in panel.children[1].children[-1].value
    assert "You skipped the guess" in opened(1).children[0].value


def test_every_control_of_the_panel_through_its_range():
    shown = opened(1).children[1].children
    picker, sliders, page = shown[0], shown[1:-1], shown[-1]
    for _, code in picker.options[:: len(picker.options) // 3]:
        picker.value = code
        assert "placelab-sentence" in page.value
    for slider in sliders:
        default = slider.value
        for value in (slider.min, slider.max, default):
            slider.value = value
            assert (
                "placelab-sentence" in page.value and "nan" not in page.value.split("<details>")[0].split("base64,")[0]
            )
    assert "This is the base case." in page.value  # every lever is back where it began


def test_a_projection_of_all_places_is_fast_enough_for_a_slider():
    gap.project()
    began = time.perf_counter()
    for _ in range(10):
        gap.project(gap.Assumptions(unit_cost=0.01))
    assert (time.perf_counter() - began) / 10 < 0.05


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
