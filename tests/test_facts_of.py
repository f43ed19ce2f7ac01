"""The `of=` argument of a fact pins its place, and facts that chapter 6 added."""

import pytest

from placelab import facts, places, population

EAST_SUSSEX, SUFFOLK = "E10000011", "E10000029"


def test_of_names_the_place_whatever_the_reader_chose() -> None:
    spec = "old-age-ratio year=2023 of=East_Sussex"
    expected = population.old_age_ratio().at[EAST_SUSSEX, 2023]
    assert facts.evaluate(spec).number == expected
    assert facts.evaluate(spec, SUFFOLK).number == expected
    assert facts.render(spec, SUFFOLK) == f"{expected:.1f}"


def test_without_of_the_place_is_the_readers() -> None:
    spec = "old-age-ratio year=2023"
    assert facts.evaluate(spec, SUFFOLK).number == population.old_age_ratio().at[SUFFOLK, 2023]
    assert facts.evaluate(spec).number == facts.evaluate(f"{spec} of=England", SUFFOLK).number
    assert facts.evaluate(spec).number != facts.evaluate(spec, SUFFOLK).number


def test_of_takes_any_name_in_any_case_and_any_format() -> None:
    for name in places.frame()["name"]:
        spec = f"population-share year=2023 age=85_and_over of={name.upper().replace(' ', '_')} as=pct1"
        assert facts.render(spec).endswith("%")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Atlantis", "no upper-tier area is called 'Atlantis'"),
        ("Cumbria", "Westmorland and Furness"),
        ("Sussex", "East Sussex"),
    ],
)
def test_of_a_place_that_does_not_exist_is_one_clear_error(name: str, says: str) -> None:
    with pytest.raises(facts.UnknownFact, match=f"old-age-ratio year=2023 of={name}.*{says}"):
        facts.render(f"old-age-ratio year=2023 of={name}")


def test_projection_misses_count_the_areas_of_the_overlap() -> None:
    gaps = population.overlap("85 and over")[2023].drop(places.ENGLAND)
    gaps = gaps[~places.frame()["small"].reindex(gaps.index)]
    spec = "projection-misses year=2023 age=85_and_over"
    assert facts.evaluate(f"{spec} by=20").number == (gaps > 0.2).sum() > 0
    assert facts.evaluate(spec).number + facts.evaluate(f"{spec} direction=below").number == len(gaps)
    london = gaps[places.frame()["type"].reindex(gaps.index) == "London borough"]
    assert facts.evaluate(f"{spec} by=20 type=London_borough").number == (london > 0.2).sum()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [("direction=up", "above or below"), ("type=Parish", "no type 'Parish'"), ("year=2030", "has no 2030")],
)
def test_projection_misses_refuses_what_it_cannot_count(arguments: str, says: str) -> None:
    given = dict(pair.split("=") for pair in ["year=2023", "age=85_and_over", arguments])
    spec = " ".join(["projection-misses", *(f"{key}={value}" for key, value in given.items())])
    with pytest.raises(facts.UnknownFact, match=says):
        facts.render(spec)


def test_client_group_share_is_englands_alone() -> None:
    spec = "client-group-share year=2013-14 group="
    groups = ("older_people", "physical_sensory", "learning_disability", "mental_health")
    shares = {group: facts.evaluate(spec + group).number for group in groups}
    assert all(0 < share < 1 for share in shares.values())
    assert 0.9 < sum(shares.values()) < 1  # the rest is strategy and asylum seekers
    with pytest.raises(facts.UnknownFact, match="of=England"):
        facts.render(f"{spec}older_people", SUFFOLK)
    with pytest.raises(facts.UnknownFact, match="no client group 'cats'"):
        facts.render(f"{spec}cats")
    with pytest.raises(facts.UnknownFact, match="was not published"):
        facts.render("client-group-share year=2015-16 group=older_people")


def test_growing_the_estimate_differs_from_splicing_by_the_overlap() -> None:
    arguments = "end=2033 age=85_and_over of=Suffolk"
    grown = facts.evaluate(f"population-grown {arguments}").number
    spliced = facts.evaluate(f"population-spliced-change {arguments}").number
    latest = population.people("85 and over").at[SUFFOLK, 2023]
    overlap = population.overlap("85 and over").at[SUFFOLK, 2023]
    assert grown / latest * (1 + overlap) == pytest.approx(1 + spliced)
    with pytest.raises(facts.UnknownFact, match="2020 is outside it"):
        facts.render("population-grown end=2020 age=85_and_over")


def test_need_at_constant_rates_and_the_rate_that_would_hold_it_level() -> None:
    grows = facts.evaluate("need-change end=2043 of=England").number
    falls = facts.evaluate("need-level-rate of=England").number
    assert grows > 0 > falls
    assert (1 + grows) * (1 + falls) ** (2043 - 2023) == pytest.approx(1)
