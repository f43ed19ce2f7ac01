"""Outcomes and NHS areas of a place: published figures as they stand, former areas, and clear refusals."""

import math

import pandas as pd
import pytest

from placelab import facts, nhs_areas, outcomes, places, tables


def test_a_figure_is_the_published_one() -> None:
    rows = tables.load("outcomes")
    wigan = places.named("Wigan").code
    published = rows[
        (rows["code"] == wigan) & (rows["year"] == "2011-13") & (rows["measure"] == "healthy_life_expectancy_male")
    ]
    assert outcomes.healthy_life_expectancy(wigan, "2011-13", "male") == published["value"].item()


def test_a_new_council_takes_its_former_areas_figure_and_says_so() -> None:
    cumberland, cumbria = places.named("Cumberland").code, "E10000006"
    rows = tables.load("outcomes").set_index(["code", "year", "measure"])["value"]
    value = outcomes.healthy_life_expectancy(cumberland, "2016-18", "female")
    assert value == rows[cumbria, "2016-18", "healthy_life_expectancy_female"]
    assert "former Cumbria" in facts.tell("healthy-life-expectancy year=2016-18 sex=female", cumberland).note


def test_what_two_former_councils_published_apart_is_not_invented_for_their_successor() -> None:
    code = places.named("Bournemouth, Christchurch and Poole").code
    assert math.isnan(outcomes.healthy_life_expectancy(code, "2009-11", "female"))
    assert "England; not published" in facts.tell("healthy-life-expectancy year=2009-11 sex=female", code).note


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("healthy-life-expectancy year=2019-21 sex=female", "has no 2019-21; there is 2009-11"),
        ("healthy-life-expectancy year=2016-18 sex=both", "no sex 'both'"),
        ("delayed-rate year=2017-18", "has no 2017-18; there is 2018-19"),
        ("delayed-rate year=2018-19 put_down_to=weather", "no 'weather'; there is all"),
        ("delayed-beds month=2020-03", "have no 2020-03; there is 2010-08 to 2020-02"),
        ("delayed-beds month=2017-02 put_down_to=weather", "no 'weather'; there is nhs"),
        ("nhs-areas map=2016", "no map of 2016; there is 2021, 2022"),
    ],
)
def test_a_wrong_request_says_what_there_is(spec: str, message: str) -> None:
    with pytest.raises(facts.UnknownFact, match=message):
        facts.render(spec)


def test_delayed_beds_add_up_by_whom_they_were_put_down_to() -> None:
    for month in ("2010-08", "2017-02", "2020-02"):
        parts = sum(outcomes.delayed_beds(month, who) for who in ("nhs", "social care", "both"))
        assert parts == pytest.approx(outcomes.delayed_beds(month), abs=0.3)


@pytest.mark.parametrize("year", ["2021", "2022"])
def test_every_place_has_its_nhs_areas_in_words(year: str) -> None:
    for code in places.frame().index:
        text = nhs_areas.told(code, year)
        assert text.startswith(("one ", "parts of ")) and "nan" not in text
    table, column = nhs_areas.MAPS[year][:2]
    every = {area.code for code in places.frame().index for area in nhs_areas.areas(code, year)}
    assert every == set(tables.load(table)[column]) == {a.code for a in nhs_areas.areas(places.ENGLAND, year)}


def test_an_nhs_area_counts_the_places_that_share_it() -> None:
    rows: pd.DataFrame = tables.load("stp_lookup")
    sussex = rows[rows["stp_name"].str.startswith("Sussex")]
    (area,) = nhs_areas.areas(places.named("East Sussex").code, "2021")
    assert area.places == sussex["code"].nunique() == 3
    assert nhs_areas.told(places.named("East Sussex").code, "2021").endswith("all or part of two other places")


def test_the_facts_read_as_words_for_every_place() -> None:
    specs = (
        "healthy-life-expectancy year=2016-18 sex=male",
        "delayed-rate year=2018-19",
        "delayed-rate year=2018-19 put_down_to=social_care",
        "nhs-areas map=2022",
    )
    for spec in specs:
        assert facts.render(spec)
        for code in places.frame().index:
            assert "nan" not in facts.tell(spec, code).text.split()
