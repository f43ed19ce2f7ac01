"""Demand: trends that never join, need at published rates, conditions; and the three live figures that show them."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from widget_checks import gzipped, move_everything

from placelab import claims, demand, figures, places, population, wording
from placelab.widgets.conditions import Conditions
from placelab.widgets.demand_trends import DemandTrends, ahead, named_peers, peers
from placelab.widgets.need_from_ageing import NeedFromAgeing

ENGLAND, SUFFOLK, CAMDEN, CITY, SCILLY = places.ENGLAND, "E10000029", "E09000007", "E09000001", "E06000053"
AWKWARD = (ENGLAND, SUFFOLK, CAMDEN, CITY, SCILLY, "E06000058", "E06000064")
BANDS = ("65-69", "70-74", "75-79", "80-84", "85-89", "90+")


# Trends


def test_a_trend_is_the_tables_own_numbers():
    trend = demand.trend([SUFFOLK], "85 and over", "people")
    assert trend.estimate[2000] == 15358 and trend.estimate[2023] == 26151  # read off population_estimates.csv
    assert trend.projection[2018] == 24679 and trend.projection[2043] == 49618  # and off population_projections.csv
    assert (trend.first, trend.last, trend.horizon) == (2000, 2023, 2043)
    assert trend.estimated_change() == pytest.approx(26151 / 15358 - 1)
    assert trend.projected_change() == pytest.approx(49618 / 27899 - 1)


@pytest.mark.parametrize(("code", "above"), [(ENGLAND, 0.045), (SUFFOLK, 0.067), ("E10000011", 0.094), (CAMDEN, 0.63)])
def test_where_the_projection_stands_against_the_latest_estimate(code, above):
    trend = demand.trend([code], "85 and over", "people")
    assert trend.overlap() == pytest.approx(above, abs=0.005)
    assert trend.overlap() == pytest.approx(population.overlap("85 and over").at[code, 2023])


def test_the_views_agree_with_the_measures():
    for kind, name in (("estimate", "estimate"), ("projection", "projection")):
        share = getattr(demand.trend([CAMDEN], "75 and over", "share"), name)
        ratio = getattr(demand.trend([CAMDEN], "85 and over", "ratio"), name)
        pd.testing.assert_series_equal(share, population.share("75 and over", kind).loc[CAMDEN], check_names=False)
        pd.testing.assert_series_equal(ratio, population.old_age_ratio(kind).loc[CAMDEN], check_names=False)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from(sorted(places.frame().index)), min_size=1, max_size=12, unique=True),
    st.sampled_from([age for age in population.AGES if age != "all ages"]),
)
def test_places_pooled_lie_among_their_members(codes, age):
    members = [demand.trend([code], age, "share").projection for code in codes]
    pooled = demand.trend(codes, age, "share").projection
    assert (pooled <= pd.concat(members, axis=1).max(axis=1) + 1e-12).all()
    assert (pooled >= pd.concat(members, axis=1).min(axis=1) - 1e-12).all()
    index, people = demand.trend(codes, age, "index"), demand.trend(codes, age, "people")
    assert index.estimate.iloc[0] == pytest.approx(100)
    assert index.projected_change() == pytest.approx(people.projected_change())
    assert index.overlap() == pytest.approx(people.overlap())  # one base for both series, so the distance survives


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(places.frame().index)), st.sampled_from(list(population.AGES)))
def test_the_estimate_carried_forward_keeps_the_projections_growth(code, age):
    trend = demand.trend([code], age, "people")
    assert trend.carried(trend.last) == pytest.approx(trend.estimate[trend.last])
    assert trend.carried(2033) * (1 + trend.overlap()) == pytest.approx(trend.projection[2033])


def test_growth_is_the_better_reading_in_most_places():
    missed = demand.misses("85 and over")
    assert len(missed) == 151 and missed.loc[CAMDEN, "level"] == pytest.approx(0.632, abs=0.001)
    assert missed.abs().mean()["growth"] < missed.abs().mean()["level"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: demand.trend([SUFFOLK], "85 and over", "pie"), "no view 'pie'"),
        (lambda: demand.trend([SUFFOLK], "86 and over", "people"), "no age group '86 and over'"),
        (lambda: demand.trend([], "85 and over", "people"), "no place given"),
        (lambda: demand.rates("love"), "no kind of need 'love'"),
        (lambda: demand.rates("need", "round"), "no shape 'round'"),
        (lambda: demand.older_people("guess"), "no kind of population 'guess'"),
        (lambda: demand.prevalence("gout"), "no condition 'gout'"),
        (lambda: demand.need("need", "projection", 0.05), "beyond 100%"),
        (
            lambda: demand.apply_rates(demand.older_people("estimate"), demand.rates().drop("90+", level="age_band")),
            "no rate for",
        ),
        (lambda: demand._between(pd.Series(100.0, index=BANDS), 0.5, 0.6, 0.1, "flat"), "cannot be met together"),
        (lambda: demand._between(pd.Series(100.0, index=BANDS), 0.2, 0.3, 0.9, "rising"), "cannot be met together"),
    ],
)
def test_bad_input_gets_one_clear_error(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


# Need


@pytest.mark.parametrize(("what", "shape"), list(itertools.product(("need", "receipt"), demand.SHAPES)))
def test_rates_give_back_all_three_published_figures(what, shape):
    rate = demand.rates(what, shape)
    people = demand.older_people("estimate").loc[ENGLAND].xs(2014, level="year")
    for sex, name in (("male", "men"), ("female", "women")):
        published = {
            ages: claims.get(f"hse-2014-adl-{what}-{ages}-{name}").value / 100
            for ages in ("65-69", "85-plus", "65-plus")
        }
        assert rate[sex, "65-69"] == pytest.approx(published["65-69"])
        assert rate[sex, "85-89"] == rate[sex, "90+"] == pytest.approx(published["85-plus"])
        assert (people[sex] * rate[sex]).sum() / people[sex].sum() == pytest.approx(published["65-plus"])
        assert rate[sex].is_monotonic_increasing  # bands are in order of age


def test_a_flat_middle_is_flat_and_a_rising_one_rises():
    flat, rising = (demand.rates("need", shape)["female"][["70-74", "75-79", "80-84"]] for shape in demand.SHAPES)
    assert flat.nunique() == 1 and rising.is_monotonic_increasing and rising.nunique() == 3


def test_dementia_rates_give_back_the_studys_own_total():
    """The table was read in a transcription; the study's share of all people 65 and over was seen elsewhere."""
    found = demand.need("dementia").at[ENGLAND, 2011] / population.people("65 and over").at[ENGLAND, 2011]
    assert 100 * found == pytest.approx(claims.get("matthews-2013-found").value, abs=0.05)


def test_need_by_hand_for_one_place():
    people = demand.older_people("estimate").loc[CAMDEN].xs(2023, level="year")
    by_hand = sum(people[key] * demand.rates()[key] for key in itertools.product(("female", "male"), BANDS))
    assert demand.need().at[CAMDEN, 2023] == pytest.approx(by_hand)
    assert len(demand.need()) == 154 and list(demand.need("need", "projection").columns) == list(range(2018, 2044))


def test_five_year_bands_agree_with_the_broad_ones():
    for kind in ("estimate", "projection"):
        summed = demand.older_people(kind).T.groupby(level="year").sum().T
        assert (summed - population.people("65 and over", kind)).abs().max().max() <= 10


tables_of_people = st.lists(st.integers(0, 10**6), min_size=24, max_size=24)
twelve_rates = st.lists(st.floats(0, 0.5), min_size=12, max_size=12)


def _frame(counts):
    columns = pd.MultiIndex.from_product([("female", "male"), BANDS, (2023, 2043)], names=["sex", "age_band", "year"])
    return pd.DataFrame([counts], index=["X"], columns=columns, dtype=float)


def _rate(values):
    return pd.Series(values, index=pd.MultiIndex.from_product([("female", "male"), BANDS], names=["sex", "age_band"]))


@settings(deadline=None, max_examples=60)
@given(tables_of_people, twelve_rates, st.floats(0, 5), st.floats(-0.04, 0.02))
def test_need_is_linear_in_people_and_bounded_by_them(counts, values, scale, yearly):
    people, rate = _frame(counts), _rate(values)
    found = demand.apply_rates(people, rate)
    assert np.allclose(demand.apply_rates(people * scale, rate), found * scale)
    assert np.allclose(demand.apply_rates(people, rate / 2), found / 2)
    everyone = people.T.groupby(level="year").sum().T
    assert (found >= 0).all(axis=None) and (found <= everyone * max(values) + 1e-6).all(axis=None)
    moved = demand.apply_rates(people, rate, yearly, 2023)
    assert np.allclose(moved[2023], found[2023])  # nothing changes up to the last estimate
    assert np.allclose(moved[2043], found[2043] * (1 + yearly) ** 20)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(1, 10**6), min_size=6, max_size=6),
    st.floats(0.02, 0.4), st.floats(0.05, 0.5), st.floats(0.05, 0.95), st.sampled_from(demand.SHAPES),
)  # fmt: skip
def test_the_ages_between_make_the_average_right(counts, young, rise, part, shape):
    people = pd.Series(counts, index=list(BANDS), dtype=float)
    ends = young * people.iloc[0] + (young + rise) * people.iloc[4:].sum()
    low, high = (ends + level * people.iloc[1:4].sum() for level in (young, young + rise))
    whole = (low + part * (high - low)) / people.sum()
    rate = demand._between(people, young, young + rise, whole, shape)
    assert (people * rate).sum() / people.sum() == pytest.approx(whole, abs=1e-6)
    assert rate.is_monotonic_increasing or rate.diff().min() > -1e-9


@settings(deadline=None, max_examples=60)
@given(st.floats(1, 1e7), st.floats(-0.1, 0.1), st.integers(1, 40))
def test_yearly_growth_undoes_compounding(before, rate, years):
    assert demand.yearly_growth(before, before * (1 + rate) ** years, years) == pytest.approx(rate, abs=1e-9)


@pytest.mark.parametrize("code", AWKWARD)
def test_the_level_rate_holds_need_level(code):
    level = float(demand.level_rate()[code])
    assert demand.need_trend(code, yearly_change=level).projected_change() == pytest.approx(0, abs=1e-9)


def test_what_fills_the_middle_matters_less_than_what_rates_do():
    flat, rising, falling = (
        demand.need_trend(ENGLAND, "need", change, shape).projected_change()
        for change, shape in ((0, "flat"), (0, "rising"), (-0.01, "flat"))
    )
    assert abs(rising - flat) < 0.03 < flat - falling


# Conditions


def test_disability_and_registers_by_hand():
    suffolk = demand.prevalence(demand.DISABILITY).loc[SUFFOLK]
    assert suffolk["share"] == pytest.approx(suffolk["persons"] / suffolk["out_of"]) and 0.18 < suffolk["share"] < 0.19
    for key in demand.conditions():
        counts = demand.prevalence(key)
        shares = counts["share"].drop(index=ENGLAND)
        assert len(shares) == 153 and shares.between(0, 0.6).all()
        assert shares.min() < counts.at[ENGLAND, "share"] < shares.max()


# The live figures


def sound(finding):
    """What every finding must be: complete, finite, grammatical on its face."""
    text = " ".join((finding.title, finding.sentence, finding.alt, finding.table.to_string(index=False)))
    assert finding.title[0].isupper() and finding.sentence.endswith(".") and finding.alt
    for blot in (r"\bnan\b", r"\binf\b", r"\bNone\b", "the the", r"by 0%", r"of 0%", r" ,", r"\.\.", r"−0%", "  the"):
        assert not re.search(blot, " ".join((finding.title, finding.sentence, finding.alt))), (blot, text)
    assert "nan" not in finding.table.to_string().lower()
    return finding


FIGURES = (DemandTrends, NeedFromAgeing, Conditions)


@pytest.mark.parametrize(("figure", "code"), list(itertools.product(FIGURES, AWKWARD)))
def test_every_control_at_every_extreme(figure, code):
    base = figure(place=code).values
    for control in figure.controls():
        if control.name != "place":
            for value in control.extremes():
                sound(figure(**{**base, control.name: value}).finding)


@pytest.mark.parametrize("figure", FIGURES)
def test_every_place(figure):
    for control in figure.controls():
        if control.name == "place":
            assert len(control.extremes()) == 154
            for code in control.extremes():
                assert places.get(code).in_sentence in sound(figure(place=code).finding).title


@pytest.mark.parametrize("code", AWKWARD)
def test_ages_views_and_comparisons_together(code):
    controls = {control.name: control.extremes() for control in DemandTrends.controls()}
    for age, view, compare in itertools.product(controls["age"], controls["view"], controls["compare"]):
        finding = sound(DemandTrends(place=code, age=age, view=view, compare=compare).finding)
        if (view, age) != ("share", "all ages"):
            assert "separate series" in finding.sentence and finding.source.startswith("Source: ")


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("width", [figures.WIDE, figures.NARROW])
def test_figures_draw_at_both_widths(figure, width):
    for code in (ENGLAND, "E06000058", CITY):
        finding = figure(place=code).finding
        assert figures.svg(finding.draw(width)).startswith("<svg")


def test_the_sentence_keeps_estimate_and_projection_apart():
    sentence = DemandTrends(place=CAMDEN).finding.sentence
    assert "rose by 10% between 2000 and 2023" in sentence and "between 2013 and 2023 it fell by 4%" in sentence
    assert "In the 2018-based projection, a separate series, it would rise by 102% between 2023 and 2043" in sentence
    assert "For 2023 the projection has 63.2% more people aged 85 and over than the estimate." in sentence


@pytest.mark.parametrize("view", ["people", "index", "share", "ratio"])
def test_no_line_joins_estimate_and_projection(view):
    finding = DemandTrends(place=CAMDEN, view=view, compare="nothing").finding
    axes = finding.draw(figures.WIDE).axes[0]
    drawn = [line for line in axes.get_lines() if len(line.get_xdata()) > 2]
    spans = sorted((min(line.get_xdata()), max(line.get_xdata()), line.get_linestyle()) for line in drawn)
    assert spans == [(2000, 2023, "-"), (2018, 2043, "--")]


def test_a_place_is_compared_with_similar_places_in_alphabetical_order():
    finding = DemandTrends(place=SUFFOLK, compare="similar").finding
    names = [p.name for p in peers(places.get(SUFFOLK))]
    assert names == sorted(names) and len(names) == 10
    assert finding.source.endswith(f"Similar places: {', '.join(names)}.")
    table = Conditions(place=SUFFOLK).finding.table
    assert list(table["Place"]) == sorted([*names, "Suffolk", "England"])


@pytest.mark.parametrize("code", [CITY, SCILLY])
@pytest.mark.parametrize("figure", FIGURES)
def test_small_places_are_said_to_be_too_small(figure, code):
    assert "are too small" in figure(place=code).finding.sentence


def test_a_place_without_a_figure_says_so_and_goes_on(monkeypatch):
    counts = demand.prevalence("DEM").copy()
    counts.loc[SUFFOLK, ["persons", "share"]] = np.nan
    monkeypatch.setattr(demand, "prevalence", lambda condition: counts)
    finding = sound(Conditions(place=SUFFOLK, condition="DEM").finding)
    assert "Numbers in Suffolk have not been published." in finding.sentence and "In England" in finding.sentence
    assert finding.title == "Dementia: no share in Suffolk"
    assert "not published" in finding.table.set_index("Place").loc["Suffolk"].tolist()
    figures.svg(finding.draw(figures.NARROW))
    sound(Conditions(place="E10000020", condition="DEM").finding)  # Norfolk, one of whose similar places is blank


def test_the_slider_moves_the_projection_alone():
    still, falling = NeedFromAgeing(place=SUFFOLK).finding, NeedFromAgeing(place=SUFFOLK, change=-1).finding
    assert "no forecast" in still.sentence and "falling by 1.0% a year after 2023" in falling.sentence
    assert list(falling.table.columns[:3]) == list(still.table.columns)
    pd.testing.assert_frame_equal(falling.table[still.table.columns], still.table)


def test_the_questions_name_the_years_of_the_data():
    trend = demand.trend([ENGLAND], "85 and over", "people")
    assert f"between {trend.first} and {trend.last}" in DemandTrends.question
    assert f"between {trend.last} and {trend.horizon}" in NeedFromAgeing.question


@pytest.mark.parametrize(
    ("share", "as_noun", "with_adjective", "as_verb"),
    [
        (0.144, "a rise of 14%", "a projected rise of 14%", "would rise by 14%"),
        (-0.03, "a fall of 3%", "a projected fall of 3%", "would fall by 3%"),
        (0.0004, "no change", "no projected change", "would not change"),
    ],
)
def test_changes_in_words(share, as_noun, with_adjective, as_verb):
    assert (wording.noun(share), wording.would(share)) == (as_noun, as_verb)
    assert wording.noun(share, adjective="projected") == with_adjective


def test_ten_years_ahead_keeps_level_and_growth_apart():
    trend, text = demand.trend([SUFFOLK], "85 and over", "people"), ahead(SUFFOLK, "85 and over")
    assert "26,000 in 2023 by the estimate" in text and "in 2033" in text
    assert f"{round(trend.carried(2033) / 1000)},000." in text


def test_the_book_shows_a_static_figure(monkeypatch):
    monkeypatch.setenv("PLACELAB_TARGET", "book")
    for figure in FIGURES:
        bundle = figure()._repr_mimebundle_()
        assert set(bundle) == {"text/html", "text/plain"} and bundle["text/plain"] == figure().finding.sentence


@pytest.mark.parametrize("figure", FIGURES)
def test_what_a_reader_moves_in_jupyterlab_reaches_python(figure):
    move_everything(figure(place=SUFFOLK))


@pytest.mark.parametrize("figure", FIGURES)
def test_a_value_that_is_no_option_is_refused_and_nothing_is_lost(figure):
    live = figure(place=SUFFOLK)
    with pytest.raises(ValueError, match="'E99999999' is not one of"):
        live.widget.values = {**live.values, "place": "E99999999"}
    assert live.widget.values == live.values == figure(place=SUFFOLK).values
    assert live.widget.place == figure.place_data(SUFFOLK)


def test_what_a_page_fetches_stays_small():
    for figure in FIGURES:
        assert 0 < gzipped(figure.shared()) <= 60_000
    for code in (ENGLAND, *places.frame().index):
        assert 0 < gzipped([figure.place_data(code) for figure in FIGURES]) <= 5_000, code


def test_what_the_script_gets_adds_up_to_the_tables():
    data = DemandTrends.place_data(SUFFOLK)
    first, *later = np.sum(data["people"]["estimate"], axis=0)
    assert np.cumsum([first, *later]).tolist() == population.people().loc[SUFFOLK].tolist()
    alike = population.people("under 18", "projection").loc[[p.code for p in peers(places.get(SUFFOLK))]].sum()
    assert np.cumsum(data["similar"]["people"]["projection"][0]).tolist() == alike.tolist()
    older = np.sum(NeedFromAgeing.place_data(SUFFOLK)["people"]["projection"], axis=0)
    assert np.cumsum(older).tolist() == population.people("65 and over", "projection").loc[SUFFOLK].tolist()


def test_a_place_without_peers_says_so():
    assert "Devon" in named_peers(SUFFOLK)
    assert named_peers("E06000053").startswith("There is no set of similar places for the Isles of Scilly.")
    assert "too small" in ahead("E06000053", "85 and over") and "too small" not in ahead(SUFFOLK, "85 and over")


def test_peers_exist_only_where_places_can_be_compared():
    assert peers(places.get(ENGLAND)) == peers(places.get(CITY)) == []
    assert DemandTrends(place=ENGLAND, compare="similar").finding.sentence.endswith(
        "There is no set of similar places for England."
    )
