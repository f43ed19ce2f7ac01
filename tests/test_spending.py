"""Spending measures against published totals, against the raw tables, and against their own algebra."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from placelab import places, population, spending, tables

YEARS = spending.years("net")


@pytest.mark.parametrize(("year", "billions"), [("2009-10", 14.55), ("2015-16", 14.39)])
def test_england_net_spending_is_the_published_total(year, billions):
    total = spending.england(year)
    assert total.complete and total.label == "England"
    assert round(total.value / 1e9, 2) == billions


def test_england_is_named_only_where_every_council_is_present():
    assert spending.england("2024-25").label == "sum of 150 of 153 councils"
    assert spending.england("2022-23").label == "sum of 151 of 152 councils"


def test_a_single_councils_figure_is_the_tables_own():
    rows = tables.load("net_current_expenditure").set_index(["code", "year"])["value"]
    cash = spending.by_place("net", "total", None)
    assert cash.at["E10000029", "2015-16"] == 1000 * rows["E10000029", "2015-16"]
    heads = population.people("18 and over").at["E10000029", 2015]
    assert spending.by_place("net", "adult", None).at["E10000029", "2015-16"] == pytest.approx(
        1000 * rows["E10000029", "2015-16"] / heads
    )


def test_reorganised_councils_are_summed_and_blanks_stay_blank():
    rows = tables.load("net_current_expenditure").set_index(["code", "year"])["value"]
    values = spending.by_area("net", "total", None, "2009-10")
    three = ["E06000028", "E06000029", "E10000009"]
    assert values.at["E06000058+E06000059", "2015-16"] == 1000 * sum(rows[c, "2015-16"] for c in three)
    assert values.at["E06000058+E06000059", "2020-21"] == 1000 * sum(rows[c, "2020-21"] for c in ("E06000058", "E06000059"))
    assert values.at["E10000021", "2021-22"] == 1000 * sum(rows[c, "2021-22"] for c in ("E06000061", "E06000062"))
    assert math.isnan(values.at["E10000006", "2023-24"])  # Westmorland and Furness is blank, so the sum is too
    assert math.isnan(values.at["E08000025", "2023-24"])  # Birmingham


@pytest.mark.parametrize("start", ["2008-09", "2009-10", "2019-20"])
def test_areas_conserve_the_councils_money(start):
    for year in ("2015-16", "2021-22"):
        if year < start:
            continue
        assert spending.by_area("net", "total", None, start)[year].sum() == pytest.approx(spending.england(year).value)


def test_real_terms_leave_the_price_year_and_follow_the_deflator():
    cash, real = (spending.by_area("net", "total", prices) for prices in (None, "2015-16"))
    assert real["2015-16"].equals(cash["2015-16"])
    index = spending.deflator()
    factor = index["2015-16"] / index["2009-10"]
    assert (real["2009-10"] / cash["2009-10"]).dropna().to_numpy() == pytest.approx(factor)
    assert factor > 1.05


def test_the_choice_of_price_year_never_changes_a_real_change():
    a, b = (spending.by_area("net", "adult", prices) for prices in ("2015-16", "2023-24"))
    first, second = (v["2015-16"] / v["2009-10"] for v in (a, b))
    assert first.dropna().to_numpy() == pytest.approx(second.dropna().to_numpy())


def test_before_other_income_adds_only_other_income():
    rows = tables.load("client_group_expenditure")
    rows = rows[(rows["code"] == "E10000029") & (rows["year"] == "2012-13")]
    expected = 1000 * (rows["net_current_expenditure"] + rows["other_income"]).sum()
    assert spending.by_place("before other income", "total", None).at["E10000029", "2012-13"] == pytest.approx(expected)


@given(st.sampled_from(YEARS), st.sampled_from(YEARS), st.sampled_from(list(spending.PER)), st.booleans())
def test_any_pair_of_years_gives_a_change_or_a_reason(start, end, per, real):
    reason = spending.why_not("net", start, end)
    if reason or (per != "total" and end == "2024-25"):
        with pytest.raises(spending.NotPublished):
            spending.change("net", start, end, per, real)
        return
    table = spending.change("net", start, end, per, real)
    blank = table["change"].isna()
    assert (table.loc[blank, "note"] != "").all()
    assert ((table.loc[~blank, "change"] + 1) * table.loc[~blank, "start"]).to_numpy() == pytest.approx(
        table.loc[~blank, "end"].to_numpy()
    )


def test_reasons_are_plain():
    assert "2015-16 was not published; there is 2008-09 to 2013-14" in spending.why_not("gross", "2009-10", "2015-16")
    assert spending.why_not("net", "2015-16", "2009-10") == "The end year (2009-10) must come after the base year (2015-16)."
    assert "2009-10" in spending.why_not("net", "2009", "2015-16")
    assert spending.why_not("net", "2009-10", "2015-16") == ""
    with pytest.raises(spending.NotPublished, match="choose one of: net"):
        spending.change("nett")
    with pytest.raises(spending.NotPublished, match="no denominator 'household'"):
        spending.by_area("net", "household")
    with pytest.raises(spending.NotPublished, match="deflator has no 2031-32"):
        spending.by_area("net", "total", "2031-32")


def test_a_negative_return_has_no_growth_rate_and_says_so():
    table = spending.change("net", "2008-09", "2015-16", "total")
    assert math.isnan(table.at["E06000031", "change"])  # Peterborough returned a negative figure
    assert table.at["E06000031", "note"]


def test_the_smallest_two_stay_out_of_counts():
    table = spending.change()
    assert set(table.index[table["small"]]) == {"E06000053", "E09000001"}
    assert spending.cuts(table).areas == 148


@given(st.lists(st.floats(-0.9, 0.9), min_size=1, max_size=60), st.floats(0, 0.95))
def test_cuts_count_what_lies_beyond_the_threshold(values, threshold):
    table = pd.DataFrame({"change": values, "small": False})
    counted = spending.cuts(table, threshold)
    assert counted.areas == len(values)
    assert counted.over == sum(v < -threshold for v in values) <= counted.cut
    assert spending.cuts(table, 0).over == counted.cut


@pytest.mark.parametrize("threshold", [-0.1, 1, 25])
def test_a_threshold_is_a_share(threshold):
    with pytest.raises(ValueError, match=r"for instance 0\.25"):
        spending.cuts(spending.change(), threshold)


def test_the_share_that_cut_by_a_quarter_moves_with_the_definition():
    """The book's lesson: one published number, many definitions. The range is the curriculum's, 9% to 17% and beyond."""
    shares = {per: spending.cuts(spending.change(per=per)).share for per in ("adult", "total")}
    assert 0.09 < shares["total"] < 0.13 < shares["adult"] < 0.19


def test_england_change_is_per_head_of_the_same_areas():
    assert spending.same_areas_change("net", "2009-10", "2015-16") == pytest.approx(-0.146, abs=0.002)
    london = spending.same_areas_change("net", "2009-10", "2015-16", type="London borough")
    counties = spending.same_areas_change("net", "2009-10", "2015-16", type="County")
    assert london < counties < 0
    with pytest.raises(spending.NotPublished, match="no type 'Borough'; there is"):
        spending.same_areas_change("net", "2009-10", "2015-16", type="Borough")


def test_first_published_population_is_a_readers_choice():
    first = spending.change(population_kind="first published")
    revised = spending.change()
    assert first["change"].notna().sum() == revised["change"].notna().sum()
    assert not first["change"].equals(revised["change"])


@pytest.mark.parametrize("start", ["2008-09", "2009-10", "2018-19", "2019-20", "2023-24"])
def test_deprivation_fifths_share_out_every_area(start):
    table = spending.describe_areas(start)
    assert table.loc[~table["small"], "fifth"].isin(spending.FIFTHS).all()
    assert table.loc[table["small"], "fifth"].isna().all()
    sizes = table["fifth"].value_counts()
    assert sizes.max() - sizes.min() <= 1
    assert table.at["E08000003", "fifth"] == "most deprived fifth"  # Manchester
    assert table.at[places.named("Wokingham").code, "fifth"] == "least deprived fifth"
