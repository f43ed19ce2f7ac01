"""The opening lab: its figure, its audit of the claim, and its controls at their extremes."""

import itertools

import pytest
from widget_checks import move_everything

from placelab import audit, places, spending
from placelab.widgets import create
from placelab.widgets.one_in_ten import OneInTen, by_group


def test_the_finding_states_the_count_and_the_definition():
    finding = OneInTen().finding
    counted = spending.cuts(spending.change())
    assert f"{counted.over} of {counted.areas} councils" in finding.sentence
    for word in ("per adult", "25%", "2009-10", "2015-16", "real terms"):
        assert word in finding.sentence
    assert str(counted.over) in finding.alt and finding.source.startswith("Source: ")
    assert finding.title[0].isupper()


def test_the_text_alternative_is_made_from_the_numbers():
    changes = spending.change()
    values = changes.loc[~changes["small"], "change"].dropna()
    alt = OneInTen(place="E10000029").finding.alt
    assert f"{len(values)} councils" in alt
    assert f"−{abs(values.min()):.0%}" in alt
    assert f"Suffolk stands at −{abs(changes.at['E10000029', 'change']):.0%}" in alt


def test_the_title_says_when_no_council_did():
    assert OneInTen(end="2010-11").finding.title == "No council cut by more than 25%"
    titles = [OneInTen(threshold=float(at)).finding.title for at in range(5, 51)]
    assert not any("one council" in title or "None" in title for title in titles)
    assert "Almost no council cut by more than 45%" in titles


@pytest.mark.parametrize("control", OneInTen.controls(), ids=lambda c: c.name)
def test_every_control_at_every_extreme(control):
    base = OneInTen(place="E10000029").values
    for value in control.extremes():
        finding = OneInTen(**{**base, control.name: value}).finding
        assert finding.sentence and finding.alt
        assert "nan" not in finding.sentence + finding.alt + finding.table.to_string()


def test_definitions_years_and_denominators_together():
    for key, start, end, per in itertools.product(
        spending.BASES, ("2008-09", "2012-13", "2023-24"), ("2009-10", "2013-14", "2024-25"), spending.PER
    ):
        finding = OneInTen(basis=key, start=start, end=end, per=per).finding
        assert "nan" not in finding.sentence.lower().replace("finance", "")
        if spending.why_not(key, start, end):
            assert finding.sentence == spending.why_not(key, start, end)


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("E06000063", "counted within Cumbria"),
        ("E09000001", "too small"),
        ("E06000058", "Bournemouth, Christchurch and Poole, and Dorset"),
    ],
)
def test_awkward_places_are_explained(place, says):
    assert says in OneInTen(place=place).finding.sentence


def test_a_place_without_a_figure_says_so():
    finding = OneInTen(place="E08000025", start="2015-16", end="2023-24").finding
    assert "there is no figure" in finding.sentence


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"threshold": "75"}, "outside 5 to 50%"),
        ({"place": "E99999999"}, "is not one of"),
        ({"colour": "red"}, "no control 'colour'"),
    ],
)
def test_a_setting_that_does_not_exist_says_so(settings, message):
    with pytest.raises(ValueError, match=message):
        create("one-in-ten", settings)


def test_the_book_and_the_lab_show_the_same_numbers(monkeypatch):
    monkeypatch.setenv("PLACELAB_TARGET", "book")
    bundle = OneInTen()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}  # no live widget in a book
    assert bundle["text/plain"] == OneInTen().finding.sentence
    assert 'alt="Histogram' in bundle["text/html"] and "<table>" in bundle["text/html"]


def test_what_a_reader_moves_in_jupyterlab_reaches_python():
    live = OneInTen(place="E10000029")
    move_everything(live)
    assert live.widget.setup["guess"]["high"] == 100


def test_a_value_that_is_no_option_is_refused_and_nothing_is_lost():
    live = OneInTen()
    with pytest.raises(ValueError, match="outside 5 to 50%"):
        live.widget.values = {**live.values, "threshold": 900}
    assert live.widget.values == live.values == OneInTen().values


def test_groups_add_up():
    table = by_group(spending.change(), 0.25)
    whole = table.iloc[0]
    for prefix in ("Type", "Region", "Deprivation"):
        part = table[table["Councils"].str.startswith(prefix)]
        assert part["Number compared"].sum() == whole["Number compared"]
        assert part["Cut by more than 25%"].sum() == whole["Cut by more than 25%"]


def test_every_definition_can_be_computed_and_they_differ():
    table = audit.definitions()
    assert len(table) == len(audit.DEFINITIONS)
    assert table["share"].between(0, 1).all()
    assert table["share"].max() > 3 * table["share"].min()
    net = table[table["definition"].isin(["net, per adult", "net, in total"])]
    assert net["share"].between(0.09, 0.18).all()


def test_the_comparison_with_the_ifs_keeps_both_numbers():
    table = audit.beside_ifs().set_index("what")
    assert table.at["Change in spending per adult, England", "ifs"] == -11
    assert table.at["Change in spending per adult, England", "ours"] == pytest.approx(-14.6, abs=0.2)
    assert table.at["A tenth of councils spent less than", "ours"] == pytest.approx(281, abs=3)
    assert len(places.frame()) == 153
