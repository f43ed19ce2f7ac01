"""The scorecard: scores as the literature defines them, projections and promises against outturn, and the live figure."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from widget_checks import gzipped, move_everything

from placelab import claims, demand, figures, places, population, scorecard, tables
from placelab.scorecard import Promise
from placelab.widgets import scorecard_tables
from placelab.widgets.forecast_scorecard import VIEWS, ForecastScorecard, known_then, signed

ENGLAND, SUFFOLK, CAMDEN, CUMBERLAND = places.ENGLAND, "E10000029", "E09000007", "E06000063"
BOURNEMOUTH, CITY, SCILLY = "E06000058", "E09000001", "E06000053"
AWKWARD = (ENGLAND, SUFFOLK, CAMDEN, CUMBERLAND, BOURNEMOUTH, CITY, SCILLY)

numbers = st.floats(-1e6, 1e6)
some = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40)


# Scores


@pytest.mark.parametrize(
    ("low", "high", "outcome", "score"),
    [(0, 20, 10, 20), (0, 20, 20, 20), (0, 20, 23, 50), (0, 20, -1, 30), (5, 5, 7, 20), (5, 5, 5, 0)],
)
def test_the_interval_score_by_hand(low, high, outcome, score):
    assert scorecard.interval_score(low, high, outcome) == pytest.approx(score)


def test_another_level_has_another_penalty():
    assert scorecard.interval_score(0, 1, 2, alpha=0.5) == pytest.approx(1 + 2 / 0.5 * 1)
    np.testing.assert_allclose(scorecard.interval_score([0, 0], [1, 2], [3, 1]), [21, 2])


@settings(max_examples=200)
@given(some, numbers, numbers, st.floats(0.05, 0.95))
def test_the_score_is_proper(outcomes, one, other, alpha):
    """On outcomes drawn from a sample, no interval beats the sample's own alpha/2 and 1 − alpha/2 quantiles on average."""
    true = np.quantile(outcomes, [alpha / 2, 1 - alpha / 2], method="inverted_cdf")
    honest = np.mean(scorecard.interval_score(*true, outcomes, alpha))
    stated = np.mean(scorecard.interval_score(min(one, other), max(one, other), outcomes, alpha))
    assert honest <= stated + 1e-9 * max(1, abs(stated))


@settings(max_examples=100)
@given(numbers, numbers, numbers, st.floats(0.001, 1000), numbers)
def test_the_score_moves_with_its_unit_and_not_with_its_origin(one, other, outcome, scale, shift):
    low, high = min(one, other), max(one, other)
    score = scorecard.interval_score(low, high, outcome)
    assert score >= high - low
    assert scorecard.interval_score(scale * low, scale * high, scale * outcome) == pytest.approx(
        scale * score, rel=1e-9
    )
    moved = scorecard.interval_score(low + shift, high + shift, outcome + shift)
    assert moved == pytest.approx(score, rel=1e-6, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-50, 50), st.floats(0.5, 20))
def test_true_intervals_cover_what_they_say_on_synthetic_truth(seed, middle, spread):
    """4,000 draws: the share inside a true 80% interval has a standard error of 0.6 points; 4 of them are allowed."""
    drawn = np.random.default_rng(seed).normal(middle, spread, 4000)
    reach = 1.2815515655446004 * spread
    assert scorecard.coverage(middle - reach, middle + reach, drawn) == pytest.approx(0.8, abs=0.0255)
    honest = np.mean(scorecard.interval_score(middle - reach, middle + reach, drawn))
    for factor in (0.4, 2.5):  # too narrow, too wide
        assert np.mean(scorecard.interval_score(middle - factor * reach, middle + factor * reach, drawn)) > honest


def test_coverage_counts_the_ends():
    assert scorecard.coverage([0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 1.01, 0.5]) == 0.75


@settings(max_examples=100)
@given(st.lists(st.tuples(*[st.floats(1, 1e6)] * 3), min_size=1, max_size=20), st.floats(0.001, 1000))
def test_relative_errors_have_no_unit(rows, scale):
    forecast, naive, outcome = np.array(rows).T
    assume(scorecard.mean_absolute_error(naive, outcome) > 1e-3)
    ratio = scorecard.relative_error(forecast, naive, outcome)
    assert scorecard.relative_error(scale * forecast, scale * naive, scale * outcome) == pytest.approx(ratio, rel=1e-6)
    assert scorecard.relative_error(naive, naive, outcome) == pytest.approx(1)
    np.testing.assert_allclose(
        scorecard.percentage_error(scale * forecast, scale * outcome),
        scorecard.percentage_error(forecast, outcome),
        atol=1e-9,
    )
    assert scorecard.mean_absolute_error(scale * forecast, scale * outcome) == pytest.approx(
        scale * scorecard.mean_absolute_error(forecast, outcome), rel=1e-9
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: scorecard.interval_score(2, 1, 0), "low end is above its high end"),
        (lambda: scorecard.interval_score(1, 2, 0, alpha=80), "alpha is 80"),
        (lambda: scorecard.relative_error([1], [2], [2]), "exactly right"),
        (lambda: scorecard.projected("85 and over", 2014), "no projection based on 2014"),
        (lambda: scorecard.projected("18 to 64", 2016), "no age group '18 to 64' in the 2016-based projection"),
        (lambda: scorecard.four_hours("2019-04"), "no A&E figures for '2019-04'; the table has 2016-04 to 2019-03"),
        (lambda: scorecard.money_came("2016-17", "2019-20"), "2016-17 has 151 of 152 councils"),
    ],
)
def test_bad_input_gets_one_clear_error(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


# Projections


def test_the_tables_own_numbers():
    """Suffolk and Camden, 85 and over: read off the tables' files."""
    rows = scorecard.expected("85 and over").round(1)
    assert rows.loc[SUFFOLK, ["known", "revised", "outturn"]].tolist() == [24047.0, 23594.0, 26151.0]
    assert rows.at[CAMDEN, "projection"] == pytest.approx(2877.6 + 2113.6)
    assert (rows.at[SUFFOLK, "known"], rows.at[SUFFOLK, "census"]) == (15006 + 9041, 20947)


def test_the_projection_starts_from_what_was_first_published():
    """The 2016-based projection's own 2016 is the estimate of the day: within 1% of the first published in all larger places."""
    first = population.people("65 and over", "first published")[2016]
    ratio = (scorecard.projected("65 and over")[2016] / first - 1).drop(index=[CITY, SCILLY]).dropna()
    assert len(ratio) == 146 and ratio.abs().max() < 0.01 and abs(ratio[ENGLAND]) < 1e-5


def test_errors_and_their_parts_agree_with_what_was_there_before():
    pd.testing.assert_frame_equal(scorecard.errors("75 and over", 2018), population.overlap("75 and over"))
    parts, missed = scorecard.parts("85 and over", 2018), demand.misses("85 and over")
    for part in ("level", "growth"):
        np.testing.assert_allclose(parts.loc[missed.index, part], missed[part], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("base", scorecard.BASES)
def test_the_parts_multiply_to_the_whole(base):
    for age in scorecard.ages(base):
        parts = scorecard.parts(age, base)
        np.testing.assert_allclose((1 + parts["start"]) * (1 + parts["growth"]), 1 + parts["level"])
        assert len(parts) == 154 and parts.notna().all().all()


def test_the_trend_is_five_years_growth_carried_on():
    row = scorecard.expected("85 and over").loc[SUFFOLK]
    yearly = (row["known"] / row["census"]) ** (1 / 5)
    assert row["trend"] == pytest.approx(row["known"] * yearly**7)
    assert (
        scorecard.expected("85 and over", 2018).at[SUFFOLK, "no_change"]
        == population.people("85 and over", "projection").at[SUFFOLK, 2018]
    )


def test_every_place_and_age_group_is_compared():
    assert scorecard.ages(2016) == ["65 and over", "75 and over", "85 and over", "65 to 74", "75 to 84"]
    assert scorecard.ages(2018) == list(population.AGES)
    for base in scorecard.BASES:
        for age in scorecard.ages(base):
            assert scorecard.expected(age, base).notna().all().all()
            assert len(scorecard.changes(age, base)) == 154
    assert len(scorecard.compared()) == 151 and CITY not in scorecard.compared()


def test_the_comparison_by_another_route():
    people = scorecard.expected("75 and over").drop(index=[ENGLAND, CITY, SCILLY])
    table = scorecard.comparison("75 and over")
    by_hand = ((people["projection"] - people["outturn"]).abs() / people["outturn"]).mean()
    assert table.at["projection", "error"] == pytest.approx(by_hand)
    assert table.at["no_change", "relative"] == 1 and np.isnan(table.at["no_change", "held"])
    inside = (people["outturn"] / people["trend"] - 1).abs() <= scorecard.width("75 and over")
    assert table.at["trend", "held"] == pytest.approx(inside.mean())


def test_the_band_holds_four_places_in_five_where_it_was_made():
    people = population.people("85 and over").loc[scorecard.compared()]
    trend = people[2005] * (people[2005] / people[2000]) ** (6 / 5)
    half = scorecard.width("85 and over")
    assert ((trend / people[2011] - 1).abs() <= half).mean() == pytest.approx(0.8, abs=0.01)


def test_first_published_estimates_are_blank_where_a_place_is_new():
    gaps = scorecard.first_against_revised("85 and over")
    new = gaps.loc[BOURNEMOUTH]
    assert new[[2015, 2016, 2017]].isna().all() and new[[2018, 2019, 2020]].notna().all()
    assert CUMBERLAND not in gaps.index
    assert gaps.at[ENGLAND, 2016] == pytest.approx(1328092 / 1311893 - 1)


# Promises


def test_delays_and_waits_by_hand():
    days = tables.load("delayed_transfers").query("attributable_to == 'total'").set_index("month")["days"]
    assert scorecard.beds_freed() == pytest.approx(days["2017-02"] / 28 - days["2017-09"] / 30, abs=0.1)
    assert scorecard.beds_freed() < 2400 / 2  # as the claim's own source says: less than half
    assert scorecard.four_hours("2016-09") == pytest.approx(90.6, abs=0.05)  # as reported at the time
    assert scorecard.precept_budgeted("2016-17") == pytest.approx(381.83)


def test_the_register_agrees_with_the_tables_where_both_have_a_figure():
    days = tables.load("delayed_transfers").query("attributable_to == 'total'").groupby("financial_year")["days"].sum()
    assert days["2015-16"] - days["2014-15"] == pytest.approx(claims.get("bcf-2015-delays-outturn").value, abs=500)
    for year, claim in (
        ("2016-17", "nhs-improvement-2018-four-hour-before"),
        ("2017-18", "nhs-improvement-2018-four-hour"),
    ):
        start = int(year[:4])
        months = [f"{start + (m < 4)}-{m:02d}" for m in range(1, 13)]
        rows = tables.load("accident_and_emergency").pivot(index="month", columns="measure", values="value").loc[months]
        share = 100 * (1 - rows["breaches_all"].sum() / rows["attendances_all"].sum())
        assert share == pytest.approx(claims.get(claim).value, abs=0.1)
    plan, outturn = (claims.get(c).value for c in ("nhs-improvement-2017-deficit-plan", "nhs-improvement-2018-deficit"))
    assert outturn - plan == claims.get("nhs-improvement-2018-deficit-over-plan").value
    start, end = scorecard.money_came("2017-18", "2019-20")
    assert end > start and end / 1e9 == pytest.approx(claims.get("nao-2021-net-spending").value, rel=0.03)


def test_scores_of_promises():
    rows = scorecard.scored()
    deficit = rows.loc["nhs-improvement-2017-deficit-plan"]
    assert (deficit["said"], deficit["outturn"], deficit["no_change"], deficit["error"]) == (496, 960, 791, -464)
    assert deficit["relative"] == pytest.approx(464 / 169) and deficit["kept"] is False
    assert rows.at["mandate-2017-four-hours", "relative"] < 1
    assert not rows["kept"].dropna().any() and rows["kept"].notna().sum() == 7
    assert rows.loc["mandate-2017-delays", ["no_change", "relative"]].isna().all()  # nothing known to carry on


def test_a_promise_is_kept_on_either_side():
    kept = scorecard.scored(
        (Promise("mandate-2017-delays", "a", "target", "healthwatch-2017-delays", None, "at least"),
         Promise("lga-2018-gap-2020", "b", "target", lambda: 2.2, 2.2, "at most"))
    )  # fmt: skip
    assert kept["kept"].tolist() == [True, True]
    assert np.isnan(kept.at["lga-2018-gap-2020", "relative"])  # no change was exactly right


def test_only_like_is_scored_with_like():
    with pytest.raises(tables.TableError, match="need one unit"):
        scorecard.scored((Promise("mandate-2017-delays", "a", "target", "nhs-improvement-2018-deficit", None),))
    with pytest.raises(tables.TableError, match="has no value"):
        scorecard.scored(
            (Promise("mandate-2017-four-hours", "a", "target", "ifs-2017-definition", None),)[:0] or _blank()
        )


def _blank():
    claim = next(c for c in claims.register().index if claims.get(c).value is None and claims.get(c).unit == "£bn")
    return (Promise("lga-2018-gap-2020", "a", "forecast", claim, None),)


def test_every_forecast_of_the_time_is_scored_or_listed_with_its_reason():
    """Claims made from 2016 to 2018 about England in a later year are scored, or listed with a reason; none twice."""
    done = [p.claim for p in scorecard.PROMISES]
    listed = [claim for ids in scorecard.unscored()["claims"] for claim in ids]
    assert len(set(done + listed)) == len(done) + len(listed)
    assert scorecard.unscored()["reason"].str.len().min() > 15
    rules = {
        "precept-2017-limit",
        "precept-2017-total-limit",
        "nhs-planning-2016-years",
    }  # they bind, nobody expects them
    outturns = {p.outturn for p in scorecard.PROMISES if isinstance(p.outturn, str)}
    missing = [c for c in claims.register().index if _looks_ahead(c)]
    missing = sorted(set(missing) - set(done) - set(listed) - rules - outturns)
    assert not missing, f"score these in scorecard.PROMISES, or list them in UNSCORED with the reason: {missing}"


def _looks_ahead(claim_id):
    claim = claims.get(claim_id)
    made = re.match(r"\d{4}", claim.stated_on) or re.search(r"(?<=-)20\d\d(?=-)", claim_id)
    years = [int(y) for y in re.findall(r"20\d\d", claim.period)]
    years += [int(y) + 2000 for y in re.findall(r"20\d\d-(\d\d)\b", claim.period)]
    return (
        bool(made and years)
        and "England" in claim.population
        and 2016 <= int(made.group()) <= 2018
        and max(years) > int(made.group())
    )


# The live figure


def sound(finding):
    """A finding that says something: words, no blank number in them, and numbers that are finite."""
    for text in (finding.title, finding.sentence, finding.alt, finding.source, finding.table.to_string()):
        assert text and not re.search(r"\bnan\b|\binf\b|None", text), text
    assert finding.title[0].isupper() and finding.sentence.endswith(".")
    for value in finding.numbers.values():
        assert np.isfinite(np.asarray(value, dtype=float)).all()
    return finding


def test_every_place_is_found():
    for code in (ENGLAND, *places.frame().index):
        sound(ForecastScorecard(place=code).finding)


@pytest.mark.parametrize("code", AWKWARD)
def test_every_option_and_extreme_is_found(code):
    live = ForecastScorecard(place=code)
    for control in live.controls()[1:]:
        for value in control.extremes():
            sound(live.find(**{**live.values, control.name: value}))
    for view in VIEWS:
        for low, high in ((-40, -40), (60, 60), (60, -40), (-40, 60)):
            sound(live.find(**{**live.values, "view": view, "low": low, "high": high}))


def test_figures_are_drawn():
    for code, view in ((CAMDEN, "place"), (CITY, "place"), (SUFFOLK, "projection"), (CITY, "trend")):
        for width in (figures.WIDE, figures.NARROW):
            assert figures.svg(ForecastScorecard(place=code, view=view).finding.draw(width)).startswith("<svg")


def test_ends_may_be_given_in_either_order():
    one, other = ForecastScorecard(low=-5, high=25).finding, ForecastScorecard(low=25, high=-5).finding
    assert one.sentence == other.sentence and one.numbers == other.numbers


def test_the_interval_is_scored_against_what_happened():
    change = 100 * float(scorecard.changes("85 and over").at[SUFFOLK, "outturn"])
    finding = ForecastScorecard(place=SUFFOLK, low=10, high=20).finding
    assert finding.numbers["scores"][0] == pytest.approx(10 + 10 * (10 - change))
    assert "misses what happened" in finding.sentence
    assert ForecastScorecard(place=SUFFOLK, low=5, high=20).finding.numbers["scores"][0] == pytest.approx(15)


def test_all_places_are_a_distribution_and_no_list():
    finding = ForecastScorecard(place=CAMDEN, view="projection").finding
    assert len(finding.numbers["errors"]) == 151
    assert "Camden" in finding.sentence and len(finding.table) == 4
    others = [name for name in places.frame()["name"] if name != "Camden" and name in finding.table.to_string()]
    assert not others
    assert finding.numbers["stated"][0] == pytest.approx(
        scorecard.coverage(-0.2, 0.2, scorecard.changes("85 and over").loc[scorecard.compared(), "outturn"])
    )


@pytest.mark.parametrize("code", [CITY, SCILLY])
@pytest.mark.parametrize("view", VIEWS)
def test_small_places_are_said_to_be_too_small(code, view):
    assert "are too small for a score to mean much" in ForecastScorecard(place=code, view=view).finding.sentence


@pytest.mark.parametrize("code", [CUMBERLAND, "E06000064", BOURNEMOUTH, "E06000059", "E06000061", "E06000062"])
def test_places_formed_later_say_so(code):
    assert "took its present boundaries after 2016" in ForecastScorecard(place=code).finding.sentence


def test_places_that_kept_their_boundaries_do_not():
    for code in (SUFFOLK, "E06000055", "E06000049", ENGLAND):
        assert "boundaries" not in known_then(places.get(code), "85 and over")


def test_what_is_told_before_the_guess_gives_nothing_away():
    for code in AWKWARD:
        told = known_then(places.get(code), "85 and over")
        assert "2023" not in told and ForecastScorecard(place=code).finding.sentence.startswith(told)
    assert (
        str(demand.last_estimate()) in ForecastScorecard.question and str(scorecard.BASE) in ForecastScorecard.question
    )


def test_the_question_asks_with_the_figures_own_controls():
    setup = ForecastScorecard.setup()
    assert setup["guess"] == ["low", "high"] and setup["question"]
    assert set(setup["guess"]) <= {control["name"] for control in setup["controls"]}
    low, high = (c for c in ForecastScorecard.controls() if c.name in setup["guess"])
    assert low.default == -high.default  # it leans neither way


def test_what_a_reader_moves_in_jupyterlab_reaches_python():
    live = ForecastScorecard(place=SUFFOLK)
    widget = live.widget
    move_everything(live)
    with pytest.raises(ValueError, match="outside -40 to 60"):
        widget.values = {**widget.values, "low": 61}
    assert widget.values == live.values


def test_what_a_page_fetches_stays_small():
    assert gzipped(ForecastScorecard.shared()) <= 15_000


def test_the_book_shows_a_static_figure(monkeypatch):
    monkeypatch.setenv("PLACELAB_TARGET", "book")
    bundle = ForecastScorecard()._repr_mimebundle_()
    assert bundle["text/plain"] == ForecastScorecard().finding.sentence and " data-guess>" in bundle["text/html"]


@pytest.mark.parametrize(
    ("share", "text"), [(0.094, "+9%"), (-0.21, "−21%"), (0.004, "0%"), (-0.004, "0%"), (0.0, "0%"), (1.5, "+150%")]
)
def test_changes_carry_their_sign(share, text):
    assert signed(share) == text


# What the lab prints


def test_the_labs_tables_are_worded_from_the_scores():
    table = scorecard_tables.scored_table().set_index("What")
    assert table.loc["NHS trusts' deficit"].tolist() == ["plan", "£496m", "£960m", "£791m", "2.7 times"]
    assert table.at["Delayed transfers, share of beds", "No change"] == "none"
    assert scorecard_tables.verdict().splitlines()[0] == "Plans and targets: seven. Kept: none."
    errors = scorecard_tables.methods_table().set_index("Age")
    assert errors.at["85 and over", "Projection"] == "8.3%"
    assert "not published" in scorecard_tables.vintage_table([BOURNEMOUTH], "85 and over").to_string()
    assert "too small" in scorecard_tables.known(CITY, "85 and over")


def test_a_place_named_twice_has_one_row():
    assert list(scorecard_tables.parts_table(["E09000007", "E09000007"], "85 and over")["Place"]) == ["Camden"]


def test_every_printed_table_is_free_of_blanks():
    printed = [
        scorecard_tables.scored_table(), scorecard_tables.verdict(), scorecard_tables.notes_of_scored(),
        scorecard_tables.unscored_list(), scorecard_tables.money_came(), scorecard_tables.halfway(),
        scorecard_tables.bands_table(), scorecard_tables.growth_beside_level("85 and over"),
        scorecard_tables.same_answer_table("85 and over", [(0, 10)]),
    ]  # fmt: skip
    for code in AWKWARD:
        printed += [
            scorecard_tables.errors_table(code, "85 and over"),
            scorecard_tables.parts_table([code], "85 and over"),
            scorecard_tables.vintage_table([code], "85 and over"),
            scorecard_tables.known(code, "85 and over"),
        ]
    for one in printed:
        text = one if isinstance(one, str) else one.to_string()
        assert text and not re.search(r"\bnan\b|\bNaN\b|\binf\b", text), text
