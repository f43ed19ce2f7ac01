"""People by age against official totals, and the two series kept apart."""

import pytest

from placelab import places, population


def test_official_totals():
    assert population.people("85 and over").at[places.ENGLAND, 2016] == 1_311_893  # revised
    assert population.people("85 and over", "first published").at[places.ENGLAND, 2016] == 1_328_092
    assert population.people("all ages", "first published").at[places.ENGLAND, 2016] == 55_268_067


@pytest.mark.parametrize("age", list(population.AGES))
def test_areas_add_up_to_england(age):
    for kind, tolerance in (("estimate", 34 * 5), ("projection", 67 * 5)):
        counts = population.people(age, kind)
        assert counts.drop(index=places.ENGLAND).sum().sub(counts.loc[places.ENGLAND]).abs().max() <= tolerance


def test_age_groups_nest():
    whole = population.people("all ages")
    parts = sum(population.people(a) for a in ("under 18", "18 to 64", "65 and over"))
    assert parts.equals(whole)
    assert (population.share("85 and over") < population.share("65 and over")).all(axis=None)


@pytest.mark.parametrize(
    ("name", "percent"), [("England", 4.5), ("Suffolk", 6.7), ("East Sussex", 9.4), ("Camden", 63), ("Westminster", 55)]
)
def test_the_projection_stands_above_the_estimate_where_the_census_found_fewer(name, percent):
    found = 100 * population.overlap("85 and over").at[places.named(name).code, 2023]
    assert found == pytest.approx(percent, abs=0.5)


def test_estimate_and_projection_are_separate_series():
    assert list(population.people("all ages").columns) == list(range(2000, 2024))
    assert list(population.people("all ages", "projection").columns) == list(range(2018, 2044))
    assert list(population.overlap("all ages").columns) == list(range(2018, 2024))


def test_bad_requests_name_the_choices():
    with pytest.raises(ValueError, match="no age group 'old'; choose one of: all ages"):
        population.people("old")
    with pytest.raises(ValueError, match="choose estimate, projection or first published"):
        population.people("all ages", "forecast")


def test_first_published_areas_join_the_revised_years_before_the_census_revision():
    joined = population.by_area("18 and over", "2009-10", "first published")
    revised = population.by_area("18 and over", "2009-10")
    assert joined[2009].equals(revised[2009])
    assert list(joined.columns)[-6:] == list(range(2015, 2021))
    assert joined[2015].notna().sum() == revised[2015].notna().sum()
