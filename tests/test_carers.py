"""Unpaid carers against the census table, and their place in prose."""

import pytest

from placelab import carers, facts, places, tables


def test_carers_of_any_hours_are_all_who_do_not_give_none():
    rows = tables.load("unpaid_carers")
    wide = rows[rows["year"] == carers.YEAR].pivot(index="code", columns="measure", values="value")
    rest = (wide["residents_asked"] - wide["no_care"]).astype(float)
    assert carers.unpaid_carers().sub(rest).abs().max() <= 5  # the census rounds each cell apart


def test_many_hours_are_part_of_any_hours_everywhere():
    assert (carers.unpaid_carers("50 or more") < carers.unpaid_carers()).all()


def test_places_add_up_to_england():
    for hours in carers.HOURS:
        counts = carers.unpaid_carers(hours)
        assert counts.drop(places.ENGLAND).sum() == pytest.approx(counts[places.ENGLAND], abs=200)


def test_a_chapter_can_print_them_for_every_place():
    assert facts.render("unpaid-carers hours=50_or_more of=Suffolk") == "20,000"
    for code in places.frame().index:
        assert facts.tell("unpaid-carers", code).text


def test_hours_that_are_not_offered_are_refused():
    with pytest.raises(ValueError, match="no hours 'some'; choose one of: any, 50 or more"):
        carers.unpaid_carers("some")


def test_the_disabled_share_is_the_measures_own():
    assert facts.evaluate("disabled-share", "E10000029").number == pytest.approx(0.2, abs=0.03)
    assert facts.evaluate("disabled-share", places.ENGLAND).number == pytest.approx(0.173, abs=0.005)
