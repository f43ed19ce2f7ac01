"""The winter model: people conserved, capacity kept, Little's law, common random numbers, the table of runs, the live figure."""

import itertools
import math
import random
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from widget_checks import gzipped, move_everything

from placelab import claims, figures, places, population, tables, winter, wording
from placelab.widgets import other_chair, winter_tables
from placelab.widgets.other_chair import OtherChair

ENGLAND, SUFFOLK, RUTLAND, CITY, SCILLY = places.ENGLAND, "E10000029", "E06000017", "E09000001", "E06000053"
BASE = (*winter.CARRY_ON, "visits")
SMALL = {
    "older": 9000.0,
    "beds": 60.0,
    "clients": 240.0,
    "requests": 0.4,
    "reablement_places": 12.0,
    "interim_beds": 2.0,
}
decisions = st.tuples(*(st.integers(0, 2) for _ in winter.DESKS))
seeds = st.integers(0, 10_000)
lateness = st.sampled_from(list(winter.LATE))


def small(choice=winter.CARRY_ON, late="visits", seed=1, until=winter.DAYS, **changes):
    """A winter of a place about a sixth of the size: as much can go wrong in it, in less time."""
    place = winter.decided(choice, late, **(SMALL | changes))
    return winter.Run(place, winter.draw(place, (seed,)), until)


# The parameters


def test_every_number_has_a_unit_a_source_and_a_grade():
    for name, one in winter.parameters().items():
        assert one.unit and one.what and math.isfinite(one.value) and one.value >= 0, name
        assert one.grade in ("published", "derived", "assumed")
        assert (one.source == "assumption") == (one.grade == "assumed"), name
        for source in re.findall(r"[a-z]+(?:-[a-z0-9]+)+", one.source.split("table")[0]):
            assert claims.get(source).value is not None
        for table in re.findall(r"table (\w+)", one.source):
            assert table in tables.names()


def test_numbers_that_are_not_assumed_come_from_the_registers():
    older = population.people("65 and over").loc[ENGLAND]
    number = {name: one.value for name, one in winter.parameters().items()}
    assert number["older"] == round(300 * older[2016] / population.people().at[ENGLAND, 2016]) * 1000 == 53_000
    assert number["admissions"] == pytest.approx(2_109_794 * 1.18 / older[2014])
    assert number["clients"] == pytest.approx(257_000 / older[2015] * 53_000)
    assert number["hours"] == 12.4 and number["price"] == 15.3
    assert number["crises"] == pytest.approx(0.07 / (0.31 * 548_450 / older[2019]))
    assert number["continuity_crises"] == 0.94 and number["continuity_avoided"] == pytest.approx(0.06 * 0.15)


def test_the_patterns_of_visits_have_the_published_mean():
    rows = winter.draw(winter.decided(), (3,))["client"]
    assert np.mean([winter.Person(*row).hours for row in rows]) == pytest.approx(12.4, rel=0.03)
    assert winter._SHARES.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: winter.decided((0, 0, 3, 0)), "is not one of 0, 1 or 2"),
        (lambda: winter.decided((0, 0)), "is not one of 0, 1 or 2"),
        (lambda: winter.decided(late="never"), "late: 'never' is not one of"),
        (lambda: winter.decided(winter.CARRY_ON, "visits", bedz=3), "bedz: 3 cannot be set"),
        (lambda: winter.decided(winter.CARRY_ON, "visits", beds=-3), "beds: -3 cannot be set"),
        (lambda: winter.decided(winter.CARRY_ON, "visits", share_package=0.99), "more than everybody"),
        (lambda: winter.flow(small(), "waiting at home", 0, winter.DAYS), "ends before everybody is through"),
    ],
)
def test_bad_input_gets_one_clear_error(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_the_calendar_is_that_of_the_winter():
    assert winter.DAYS == 151 and winter.EDGES[:2] == (0, 14) and winter.EDGES[-2:] == (140, 151)
    assert winter.START.strftime("%A") == "Tuesday"
    working = winter.working_days()
    assert 0 in working and 4 not in working  # Tuesday 1, Saturday 5 November
    assert not working & set(range(53, 63))  # 24 December to 2 January
    assert winter.season()["2017-02"] == pytest.approx(326_655 / 28 / (4_263_255 / 365), rel=1e-9)


# What holds in every run


def conserved(run):
    counted = {state: level.now for state, level in run.levels.items()}
    assert run.entered - run.gone == sum(counted.values())
    for level in run.levels.values():
        assert min(level.values, default=0) >= 0
    beds = run.number["beds"] + run.place.escalation_beds
    in_beds = counted["treated"] + counted["delayed"]
    assert run.beds.count == in_beds <= beds
    assert max(itertools.chain(run.reablement.used.values, [0])) <= run.number["reablement_places"]
    for time, used in zip(run.home_care.used.times, run.home_care.used.values, strict=True):
        assert -1e-6 <= used <= run.hours(time) + 1e-6
    assert counted["interim bed"] == run.interim <= run.number["interim_beds"]
    people = [p for group in run.people.values() for p in group]
    assert counted["home care"] == sum(p.state == "home care" for p in people)
    for person in people:
        for start, end in [*person.for_bed, *person.delays, *person.at_home]:
            assert start <= end


@settings(deadline=None, max_examples=10)
@given(decisions, lateness, seeds, st.floats(0.7, 1.4), st.floats(0.3, 2))
def test_people_are_conserved_and_capacity_is_kept(choice, late, seed, beds, requests):
    conserved(small(choice, late, seed, beds=round(60 * beds), requests=0.4 * requests))


def test_a_day_with_no_beds_free_makes_people_wait_and_none_are_lost():
    run = small(beds=20)
    conserved(run)
    assert run.levels["waiting for a bed"].now > 100
    assert winter.measures(run)["long_waits"] > 0


@settings(deadline=None, max_examples=4)
@given(decisions, lateness, seeds)
def test_the_same_seed_gives_the_same_winter(choice, late, seed):
    one, other = (winter.measures(small(choice, late, seed)) for _ in range(2))
    assert one == other
    assert one != winter.measures(small(choice, late, seed + 1))


@settings(deadline=None, max_examples=4)
@given(decisions, seeds)
def test_nothing_differs_before_the_desks_decide(choice, seed):
    one, other = (small(c, seed=seed, until=0) for c in (winter.CARRY_ON, choice))
    for state in winter.STATES:
        assert one.levels[state].times == other.levels[state].times
        assert one.levels[state].values == other.levels[state].values


@settings(deadline=None, max_examples=10)
@given(decisions, lateness, seeds)
def test_the_desks_see_numbers_that_fit_together(choice, late, seed):
    found = winter.measures(small(choice, late, seed))
    assert all(math.isfinite(v) and v >= 0 for v in found.values())
    assert found["without_days"] >= found["home_days"]
    assert found["hospital_starts"] <= found["starts"] and found["visits"] <= found["crises"]
    days = [found[f"father_{name}"] for name in ("bed", "fit", "left", "home", "care")]
    assert days == sorted(days) and days[0] >= winter.FATHER_ARRIVES and days[-1] <= winter.DAYS
    lengths = np.diff(winter.EDGES)
    assert sum(found[f"delayed_{i}"] * n for i, n in enumerate(lengths)) == pytest.approx(found["bed_days"])
    assert sum(found[f"waiting_{i}"] * n for i, n in enumerate(lengths)) == pytest.approx(found["home_days"])


# Common random numbers


@settings(deadline=None, max_examples=4)
@given(seeds, st.floats(0.01, 0.1))
def test_more_hours_of_care_never_lengthen_delays(seed, growth):
    """Draws are the people's own, so capacity alone moves. Who starts when still shifts: a tolerance of one per cent."""
    plain = winter.measures(small((0, 0, 1, 0), seed=seed, fee_growth=0.0))
    more = winter.measures(small((0, 0, 1, 0), seed=seed, fee_growth=growth))
    for name in ("bed_days", "home_days"):
        assert more[name] <= plain[name] * 1.01 + 1


def test_more_hours_of_care_shorten_delays_on_average():
    totals = np.array(
        [
            [winter.measures(small((0, 0, 1, 0), seed=k, fee_growth=growth))["bed_days"] for k in range(4)]
            for growth in (0.0, 0.03, 0.1)
        ]
    ).mean(axis=1)
    assert (np.diff(totals) < 0).all()


@settings(deadline=None, max_examples=4)
@given(seeds)
def test_more_beds_never_lengthen_the_wait_for_one(seed):
    waits = [
        sum(b - a for p in small(seed=seed, beds=beds).people["emergency"] for a, b in p.for_bed)
        for beds in (50, 60, 80)
    ]
    assert waits[0] >= waits[1] >= waits[2]


def test_a_person_keeps_their_draws_whatever_is_decided():
    one, other = small(), small((2, 1, 2, 1))
    for mine, theirs in zip(one.people["emergency"], other.people["emergency"], strict=True):
        assert (mine.arrives, mine.kind, mine.treatment, mine.crises) == (
            theirs.arrives, theirs.kind, theirs.treatment, theirs.crises,
        )  # fmt: skip


def test_late_care_brings_admissions_only_where_it_is_said_to():
    visits, admissions = (small(late=late, seed=5, crises=40) for late in winter.LATE)
    came = [sum(len(p.for_bed) > 1 for p in run.people["emergency"]) for run in (visits, admissions)]
    again = [sum(bool(p.for_bed) for p in run.people["request"]) for run in (visits, admissions)]
    assert came[0] == again[0] == 0 < again[1]
    conserved(admissions)


# Little's law


@settings(deadline=None, max_examples=4)
@given(decisions, lateness, seeds)
def test_littles_law_is_exact_from_empty_to_empty(choice, late, seed):
    end = winter.DAYS + 400
    run = small(choice, late, seed, until=end)
    assert run.levels["delayed"].now == 0
    one = winter.flow(run, "delayed", -winter.WARM_UP, end)
    assert one.mean == pytest.approx(one.product, rel=1e-9)


def test_littles_law_is_near_over_the_winter():
    run = winter_tables._followed()
    for state in winter.QUEUES:
        one = winter.flow(run, state, 0, winter.DAYS)
        assert one.mean == pytest.approx(one.product, rel=0.08)
    assert winter.flow(run, "delayed", 0, winter.DAYS).product == pytest.approx(
        winter.reasons(run, 0, winter.DAYS)["beds"].sum()
    )


def test_a_level_is_the_area_under_its_steps():
    level = winter.Level()
    for time, step in ((1.0, 1), (2.5, 1), (4.0, -2)):
        level.add(time, step)
    assert level.days((0, 2, 3, 10)).tolist() == pytest.approx([1.0, 1.5, 2.0])
    assert winter.Level().days((0, 1)).tolist() == [0]


# The table of runs


def test_the_table_has_every_combination_and_measure():
    table = winter.table()
    names = [f"{name}_{i}" for name in winter.SERIES for i in range(11)] + list(winter.MEASURES)
    names += [f"father_{name}" for name in winter.FATHER]
    assert len(table) == 162 * len(names) and set(table["measure"]) == set(names)
    assert table.groupby(list(winter.KEY)).size().eq(len(names)).all()
    assert (table["low"] <= table["median"]).all() and (table["median"] <= table["high"]).all()
    totals = table[table["measure"].isin(winter.MEASURES)]
    assert totals.notna().all(axis=None) and (totals["change_low"] <= totals["change_high"]).all()
    base = totals[(totals[list(winter.DESKS)] == 0).all(axis=1)]
    assert (base[["change_low", "change_median", "change_high"]] == 0).all(axis=None)


def test_a_sample_of_the_table_is_what_the_model_gives():
    """One combination whole, with its changes; the others in one winter, against the ends of what the table allows."""
    chance = random.Random(winter.SEED)
    each = chance.choice([c for c in winter.COMBINATIONS if c[:4] != winter.CARRY_ON])
    base = winter.winters((*winter.CARRY_ON, each[4]))
    table = winter.table().set_index(list(winter.KEY))
    for combination, runs in ((each, winter.winters(each)), ((*winter.CARRY_ON, each[4]), base)):
        made = winter.summarised(runs, base)
        kept = table.loc[combination].reset_index(drop=True)
        pd.testing.assert_frame_equal(made, kept, check_dtype=False, check_exact=True)


def test_the_command_writes_that_table(tmp_path, monkeypatch):
    monkeypatch.setattr(winter, "REPLICATIONS", 1)
    monkeypatch.setattr(winter, "COMBINATIONS", [BASE, (1, 0, 0, 0, "visits")])
    winter.main(tmp_path / "runs.csv.gz")
    made = tables.parse((tmp_path / "runs.csv.gz").read_bytes(), tables.describe("winter_runs"))
    assert list(made.columns) == list(winter.table().columns) and len(made) == 2 * len(winter.table()) / 162


# The live figure


def sound(finding):
    """What every finding must be: complete, finite, grammatical on its face."""
    text = " ".join((finding.title, finding.sentence, finding.alt))
    assert finding.title[0].isupper() and finding.sentence.endswith(".") and finding.alt.endswith(".")
    for blot in (
        r"\bnan\b",
        r"\binf\b",
        r"\bNone\b",
        "the the",
        r" ,",
        r"\.\.",
        "  ",
        r"\{\}",
        r"\+0\b",
        "−0",
        r"\b1 days\b",
    ):
        assert not re.search(blot, text), (blot, text)
    assert "nan" not in finding.table.to_string().lower()
    assert finding.table.shape[1] in (3, 4, 6) and len(finding.table) >= 3
    assert "winter_runs" not in finding.source and finding.source.startswith("Source: ")
    return finding


@pytest.mark.parametrize("control", [c.name for c in OtherChair.controls()])
@pytest.mark.parametrize("see", list(other_chair.DESKS))
def test_every_option_of_every_control(control, see):
    options = next(c for c in OtherChair.controls() if c.name == control).extremes()
    for value in options if see == "council" or control != "place" else (ENGLAND, SUFFOLK, CITY):
        sound(OtherChair(**({"see": see} | {control: value})).finding)


def test_every_combination_from_every_desk():
    for h, g, c, f, late in winter.COMBINATIONS:
        for see in other_chair.DESKS:
            sound(OtherChair(hospital=h, gp=g, council=c, family=f, late=late, see=see, place=RUTLAND).finding)


def test_the_figure_says_what_the_table_holds():
    table = winter.table().set_index([*winter.KEY, "measure"])
    row = table.loc[(0, 0, 2, 0, "visits", "bed_days")]
    finding = OtherChair(council=2).finding
    shown = finding.table.set_index("Over the winter").loc["Bed days lost to waiting"]
    assert shown["Middle winter"] == other_chair.about(row["median"])
    assert shown["Change"] == other_chair.signed(row["change_median"])
    assert (
        finding.title
        == f"The hospital's winter: {other_chair.about(row['median'] / 151)} beds a day taken by people fit to leave"
    )
    assert finding.numbers["median"] == [
        round(table.at[(0, 0, 2, 0, "visits", f"delayed_{i}"), "median"]) for i in range(11)
    ]


def test_a_place_is_scaled_by_its_older_people():
    model, here = OtherChair().finding, OtherChair(place=SUFFOLK).finding
    k = population.people("65 and over").at[SUFFOLK, 2016] / 53_000
    assert here.numbers["median"] == pytest.approx([k * v for v in model.numbers["median"]])
    assert "scaled to the 167,000" in here.sentence or re.search(r"scaled to the 1\d\d,000 people", here.sentence)
    family, there = (OtherChair(place=p, see="family").finding for p in (ENGLAND, SUFFOLK))
    assert family.sentence == there.sentence


@pytest.mark.parametrize("code", [CITY, SCILLY])
def test_small_places_are_said_to_be_too_small_and_the_figure_goes_on(code):
    finding = sound(OtherChair(place=code).finding)
    assert f"Too few people live in {places.get(code).in_sentence} for this" in finding.sentence
    assert finding.numbers == OtherChair().finding.numbers


def test_your_own_desk_is_seen_first_and_the_answer_stands_at_the_base_case():
    for desk in other_chair.DESKS:
        own, named = OtherChair(desk=desk).finding, OtherChair(desk=desk, see=desk).finding
        assert own.title == named.title and own.sentence == named.sentence
        assert f"about {other_chair.answer('visits')} more days without care at home" in own.sentence
    assert "To the question" not in OtherChair(hospital=1).finding.sentence
    assert "same winter from the council's desk" in OtherChair(see="council").finding.sentence


def test_the_answer_is_worked_from_the_table():
    mean = winter.table().set_index([*winter.KEY, "measure"])["mean"].sort_index()
    first, base = mean.loc[(0, 0, 2, 0, "visits")], mean.loc[BASE]
    expected = 100 * (first["without_days"] - base["without_days"]) / (base["bed_days"] - first["bed_days"])
    assert other_chair.answer("visits") == round(expected)
    assert OtherChair.guess.low <= other_chair.answer("visits") <= OtherChair.guess.high


@pytest.mark.parametrize("width", [figures.WIDE, figures.NARROW])
def test_figures_draw_at_both_widths(width):
    for see, council in itertools.product(other_chair.DESKS, (0, 2)):
        drawn = OtherChair(see=see, council=council, place=SUFFOLK).finding.draw(width)
        assert figures.svg(drawn).startswith("<svg")


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (46.6, "47"), (99.4, "99"), (99.6, "100"), (315, "320"), (2379, "2,400"), (17_400, "17,000")],
)
def test_counts_in_words(value, words):
    assert other_chair.about(value) == words
    assert other_chair.signed(-value) == ("0" if words == "0" else f"−{words}")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ((-310, -240, -170), "fall by 240 (−310 to −170)"),
        ((12, 30, 44), "rise by 30 (+12 to +44)"),
        ((-12, 0.2, 30), "hardly change (−12 to +30)"),
        ((0, 0, 0), "do not change"),
    ],
)
def test_changes_in_words(change, words):
    assert other_chair.changes(*change) == words


def test_dates_in_words():
    assert [other_chair.date(d) for d in (0, 61.9, 150)] == ["1 November", "1 January", "31 March"]
    assert other_chair.on(151.0) == other_chair.by(151.0) == "after March"


def test_what_a_page_fetches_stays_small():
    assert 0 < gzipped(OtherChair.shared()) <= 60_000
    for code in (ENGLAND, *places.frame().index):
        assert 0 < gzipped(OtherChair.place_data(code)) <= 300


def test_what_a_reader_moves_in_jupyterlab_reaches_python():
    live = OtherChair(place=SUFFOLK)
    widget = live.widget
    move_everything(live, [ENGLAND, CITY, SUFFOLK])
    with pytest.raises(ValueError, match="7 is not one of"):
        widget.values = {**live.values, "council": 7}


def test_the_book_shows_a_static_figure(monkeypatch):
    monkeypatch.setenv("PLACELAB_TARGET", "book")
    bundle = OtherChair()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"} and bundle["text/plain"] == OtherChair().finding.sentence


# The lab's tables


def test_the_labs_tables_are_the_tables_of_runs():
    decisions_table = winter_tables.decisions_table().set_index("Decision")
    change = winter.table().set_index([*winter.KEY, "measure"]).at[(1, 0, 0, 0, "visits", "bed_days"), "change_median"]
    assert decisions_table.at["The hospital opens escalation beds", "Bed days lost"] == other_chair.signed(change)
    assert len(decisions_table) == 9 and len(winter_tables.father_table()) == 6
    assert len(winter_tables.parameters_table()) == len(winter.parameters())
    found = [int(n) for n in re.findall(r"\d+", winter_tables.both_sides())]
    assert found[0] == 80 and found[1] == found[2] + found[3] and found[4] <= found[5] == found[3]


def test_the_model_stands_near_the_count_of_its_winter():
    """Of the same order as England's delayed transfers; the text says how the two differ."""
    england, scaled, model = (
        float(n.replace(",", ""))
        for n in re.findall(r"([\d,]+) (?:beds a day|for 53|beds \()", winter_tables.beside_england())
    )
    rows = tables.load("delayed_transfers").query("attributable_to == 'total' and '2016-11' <= month <= '2017-03'")
    assert england == round(rows["days"].sum() / 151) and 0.6 < scaled / model < 1
    assert scaled == round(england * 53_000 / population.people("65 and over").at[ENGLAND, 2016])


def test_the_words_of_the_place():
    assert wording.people(winter.older_people()) == "53,000"
    assert "53,000" in OtherChair().finding.sentence
