"""The 153 areas, what came before them, and which are alike."""

import pytest

from placelab import places


def test_there_are_153_areas_of_four_types():
    counts = places.frame()["type"].value_counts()
    assert counts.to_dict() == {"Unitary": 63, "Metropolitan district": 36, "London borough": 33, "County": 21}
    assert sorted(places.frame().index[places.frame()["small"]]) == ["E06000053", "E09000001"]


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("E10000006", ["Cumberland", "Westmorland and Furness"]),
        ("E06000028", ["Bournemouth, Christchurch and Poole"]),
        ("E10000002", ["Buckinghamshire"]),
        ("E06000048", ["Northumberland"]),
    ],
)
def test_an_abolished_code_names_its_successors(code, named):
    with pytest.raises(places.UnknownPlace) as caught:
        places.get(code)
    assert all(name in str(caught.value) for name in named)


def test_an_unknown_code_or_name_says_so():
    with pytest.raises(places.UnknownPlace, match="no upper-tier area has the code 'E99999999'"):
        places.get("E99999999")
    with pytest.raises(places.UnknownPlace, match="did you mean East Sussex or West Sussex"):
        places.named("Sussex")
    with pytest.raises(places.UnknownPlace, match="West Northamptonshire"):
        places.named("Northamptonshire")
    assert places.named("suffolk").code == "E10000029"


def test_names_stand_in_a_sentence():
    assert places.get("E09000001").in_sentence == "the City of London"
    assert places.get("E06000053").in_sentence == "the Isles of Scilly"
    assert places.get("E10000029").in_sentence == "Suffolk"
    assert places.join(["Cumberland", "Westmorland and Furness"]) == "Cumberland, and Westmorland and Furness"
    assert places.join(["Poole", "Dorset"]) == "Poole and Dorset"


@pytest.mark.parametrize("year", ["2009", "2009-11", "2009/10", "", "1999-2000"])
def test_a_financial_year_is_written_one_way(year):
    with pytest.raises(ValueError, match="2009-10"):
        places.year_start(year)


@pytest.mark.parametrize("start", ["2008-09", "2009-10", "2015-16", "2019-20", "2021-22", "2023-24"])
def test_areas_cover_every_place_once_and_never_split_one(start):
    table = places.areas(start)
    assert set(places.frame().index) <= set(table.index)
    assert table["area"].notna().all()
    former = table[~table["current"]]
    assert set(former["area"]) <= set(table.loc[table["current"], "area"])


def test_areas_join_councils_only_where_a_boundary_moved_later():
    assert places.area_of("E06000063", "2009-10") == ("E10000006", "Cumbria")
    assert places.area_of("E06000063", "2023-24") == ("E06000063", "Cumberland")
    assert places.area_of("E06000055", "2008-09") == ("E0221", "Bedfordshire")
    assert places.area_of("E06000055", "2009-10") == ("E06000055", "Bedford")
    assert places.area_of("E06000058", "2009-10")[1] == "Bournemouth, Christchurch and Poole, and Dorset"
    assert places.areas("2009-10")["area"].nunique() == 150


def test_similar_places_are_like_and_never_include_the_place_or_the_smallest():
    for code in ("E10000029", "E09000007", "E08000025"):
        alike = places.similar(code)
        assert len(alike) == 10
        assert code not in {p.code for p in alike}
        assert not any(p.small for p in alike)
    assert "Norfolk" in {p.name for p in places.similar("E10000029")}
    assert places.similar("E09000001") == []


def test_similarity_is_mutual_in_distance():
    features = places.features()
    assert features.std().round(9).eq(1).all()
    nearest = places.similar("E10000029", 1)[0]
    gap = ((features.loc[nearest.code] - features.loc["E10000029"]) ** 2).sum()
    assert all(((features.loc[p.code] - features.loc["E10000029"]) ** 2).sum() >= gap for p in places.similar("E10000029"))
