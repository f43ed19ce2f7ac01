"""The compiler of data/: each kind of bad input is refused with one clear line, and nothing is written."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from placelab.compile import CompileError, compile_tables, dictionary, package, refresh_kept
from placelab.compile.__main__ import main
from placelab.compile.areas import known_areas
from placelab.compile.build import read_catalogue
from placelab.compile.checks import check_coverage, check_signs, check_totals, expand
from placelab.compile.make import check_key
from placelab.compile.recipes_places import centroid
from placelab.compile.sources import read_rows
from placelab.compile.tidy import plain, tidy

ROOT = Path(__file__).parent.parent
DATA = ROOT / "data"
FIXTURE = Path(__file__).parent / "fixtures" / "figures"
NET = "finance/asc_net_current_expenditure.csv"
POPULATION = "demand/pop_estimates_bands_utla_2000_2023.csv"
COSTS = "finance/salt_ascfr_2019_20_to_2021_22.csv"


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    """A copy of the fixture folder that a test may spoil."""
    return Path(shutil.copytree(FIXTURE, tmp_path / "figures"))


@pytest.fixture
def compiled(figures: Path) -> Path:
    """The fixture compiled; returns the folder of its tables."""
    compile_tables(figures, figures / "home" / "catalogue.yaml", figures / "home")
    return figures / "home"


def spoil(figures: Path, name: str, change: Callable[[str], str]) -> None:
    """Change a source file's text; a change that changes nothing would make a test that cannot fail."""
    path = figures / name
    text = path.read_text("utf-8")
    assert change(text) != text
    path.write_text(change(text), "utf-8")


def without_lines(pattern: str) -> Callable[[str], str]:
    return lambda text: "".join(line for line in text.splitlines(keepends=True) if not re.search(pattern, line))


def replaced(old: str, new: str, count: int = 1) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, count)


def refused(figures: Path, *words: str) -> None:
    """The compile fails with one line that holds these words, says how to mend it, and writes nothing."""
    to = figures / "out"
    with pytest.raises(CompileError) as fault:
        compile_tables(figures, figures / "home" / "catalogue.yaml", to)
    message = str(fault.value)
    assert "\n" not in message and "To mend it: " in message
    for word in words:
        assert word in message, message
    assert not to.exists()


BAD_SOURCES: dict[str, tuple[str, Callable[[str], str], tuple[str, ...]]] = {
    "missing column": (NET, replaced(",value,", ",amount,"), (NET, "column 'value' is missing")),
    "text where a number belongs": (NET, replaced("84822.0", "n/a"), (NET, "line 7", "'value'", "not a number")),
    "duplicate key": (
        NET,
        lambda t: t + t.splitlines()[1] + "\n",
        (NET, "line 25", "second row", "E06000031, 2008-09"),
    ),
    "unknown area code": (NET, replaced("E10000029", "E10000099"), (NET, "line 7", "unknown area code 'E10000099'")),
    "unnamed negative": (NET, replaced(",43642.0", ",-43642.0"), (NET, "E06000031, 2009-10", "-43642.0", "impossible")),
    "impossible value": (POPULATION, replaced(",25149,", ",-25149,"), (POPULATION, "'females'", "impossible")),
    "cut short": (NET, lambda t: t[:-10], (NET, "cut short")),
    "cut short at a cell": (NET, lambda t: t[:-30] + "\n", (NET, "line 24", "cells")),
    "empty": (NET, lambda t: t.splitlines()[0] + "\n", (NET, "no rows")),
    "lost area": (NET, without_lines("Suffolk.*2009-10"), (NET, "E10000029 Suffolk", "2009-10")),
    "lost predecessor": (NET, without_lines("Poole.*2008-09"), (NET, "E06000029 Poole", "2008-09")),
    "blank that was a figure": (NET, replaced("212223.0", ""), (NET, "E10000029 Suffolk", "2009-10")),
    "lost last year": (NET, without_lines("2019-20"), (NET, "2019-20 is lost")),
    "year gap": (NET, without_lines("2009-10"), (NET, "2009-10 is lost")),
    "year not expected": (NET, replaced("2018-19", "2017-18", 6), (NET, "2017-18 is not in the catalogue")),
    "changed total": (NET, replaced("212223.0", "212323.0"), (NET, "601,634", "601,534", "tolerance 10")),
    "areas miss England": (
        POPULATION,
        replaced("Suffolk,2018,85+,", "Suffolk,2018,85+,9"),
        (POPULATION, "England row"),
    ),
    "lost age band": (POPULATION, without_lines("85\\+"), (POPULATION, "age_band 85+ is lost")),
    "broken gazetteer": ("demand/utla23_list.csv", without_lines("Cornwall"), ("places", "4 rows where 5")),
}


@pytest.mark.parametrize("case", BAD_SOURCES)
def test_a_bad_source_is_refused(figures: Path, case: str) -> None:
    name, change, words = BAD_SOURCES[case]
    spoil(figures, name, change)
    refused(figures, *words)


def test_a_missing_file_is_refused(figures: Path) -> None:
    (figures / COSTS).unlink()
    refused(figures, COSTS, "missing")


def test_a_truncated_gzip_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress((FIXTURE / NET).read_bytes(), mtime=0)
    (tmp_path / "cut.csv.gz").write_bytes(whole[:-20])
    with pytest.raises(CompileError, match="cannot be read"):
        read_rows(tmp_path, "cut.csv.gz")


def test_a_measure_that_the_sources_lost_is_refused(figures: Path) -> None:
    spoil(figures, COSTS, replaced("weekly_unit_cost_nursing_65plus", "weekly_cost_nursing", -1))
    refused(figures, COSTS, "nursing_weekly_65plus is lost")


def test_an_undescribed_column_is_refused(figures: Path) -> None:
    spoil(figures, "home/catalogue.yaml", replaced("  release: {type: string, description: Release}\n", ""))
    refused(figures, "'release' of net_current_expenditure is not described")


def test_nothing_is_written_when_one_table_fails(compiled: Path, figures: Path) -> None:
    before = {path.name: path.read_bytes() for path in compiled.iterdir()}
    spoil(figures, POPULATION, without_lines("Suffolk,2019"))
    spoil(figures, NET, replaced("212223.0", "212224.0"))  # good, and compiled before the population fails
    with pytest.raises(CompileError, match="E10000029 Suffolk in 2019"):
        compile_tables(figures, compiled / "catalogue.yaml", compiled)
    assert {path.name: path.read_bytes() for path in compiled.iterdir()} == before


def test_the_command_says_why_in_one_line(figures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(figures / "home")
    assert main([str(figures), "--to", home]) == 0
    (figures / NET).unlink()
    assert main([str(figures), "--to", home]) == 1
    assert re.fullmatch(rf"Nothing was written\. {NET}: .*\n", capsys.readouterr().err)


def test_the_fixture_compiles_to_harmonised_tables(compiled: Path) -> None:
    net = pd.read_csv(compiled / "net_current_expenditure.csv").set_index(["code", "year"])["value"]
    assert net["E06000052", "2008-09"] == 124963  # Cornwall County Council, which has no ONS code in the source
    assert net["E06000028", "2018-19"] == 55154  # Bournemouth keeps its own rows
    assert ("E06000058", "2018-19") not in net.index
    places = pd.read_csv(compiled / "places.csv").set_index("code")
    assert places.at["E06000031", "latitude"] == 50.75 and places.at["E06000031", "longitude"] == -3.75
    kinds = pd.read_csv(compiled / "areas.csv").set_index("code")["kind"]
    assert kinds["E92000001"] == "nation" and kinds["E10000009"] == "predecessor" and len(kinds) == 9


def test_cautions_are_found_by_rule(compiled: Path) -> None:
    rows = pd.read_csv(compiled / "cautions.csv", keep_default_na=False)
    found = {(r.table, r.code, r.year, r.rule) for r in rows.itertuples()}
    assert found == {
        ("net_current_expenditure", "E06000031", "2008-09", "negative"),
        ("net_current_expenditure", "E06000058", "2019-20", "reorganised"),
        ("net_current_expenditure", "E06000059", "2019-20", "reorganised"),
        ("net_current_expenditure", "E06000052", "2009-10", "became_unitary"),
        ("care_unit_costs", "E06000058", "2021-22", "trimmed"),
    }
    assert "£1,396,384.60" in rows.loc[rows["rule"] == "trimmed", "text"].item()


@pytest.mark.parametrize(("factor", "cautioned"), [(1.29, False), (1.31, True), (0.71, False), (0.69, True)])
def test_a_change_beyond_30_per_cent_is_cautioned(figures: Path, factor: float, cautioned: bool) -> None:
    spoil(figures, NET, replaced(",250954.0", f",{242672 * factor:.1f}"))
    done = compile_tables(figures, figures / "home" / "catalogue.yaml", figures / "out")
    rows = done["cautions"].table
    assert (("E10000029", "2019-20") in set(zip(rows["code"], rows["year"], strict=True))) is cautioned


def test_an_impossible_unit_cost_and_a_zero_become_blank(compiled: Path) -> None:
    costs = pd.read_csv(compiled / "care_unit_costs.csv").set_index("code")["value"]
    assert costs[["E06000058", "E06000031"]].isna().all()
    assert costs["E10000029"] == 816.45


def test_compiling_twice_gives_the_same_bytes(compiled: Path, figures: Path) -> None:
    compile_tables(figures, compiled / "catalogue.yaml", figures / "again")
    for path in (figures / "again").iterdir():
        assert path.read_bytes() == (compiled / path.name).read_bytes(), path.name


def release(figures: Path, lines: str) -> Path:
    """A folder that holds one new release of net current expenditure and nothing else."""
    folder = figures / "release"
    (folder / "finance").mkdir(parents=True)
    (folder / NET).write_text((figures / NET).read_text("utf-8").splitlines()[0] + "\n" + lines, "utf-8")
    return folder


NEXT_YEAR = "".join(
    f"{code},,x,x,2020-21,x,{value},x,RS 2020-21\n"
    for code, value in [("E06000031", 57000), ("E06000052", 230000), ("E06000058", 140000), ("E06000059", 183743)]
)
SUFFOLK = "E10000029,,x,x,2020-21,x,260000,x,RS 2020-21\n"


def test_a_new_release_is_added_to_the_tables_that_stand(compiled: Path, figures: Path) -> None:
    folder = release(figures, NEXT_YEAR + SUFFOLK)
    untouched = (compiled / "population_estimates.csv").read_bytes()
    spoil(figures, "home/catalogue.yaml", replaced("2018-19..2019-20]}", "2018-19..2020-21]}"))
    compile_tables(folder, compiled / "catalogue.yaml", compiled, adding=True)
    net = pd.read_csv(compiled / "net_current_expenditure.csv").set_index(["code", "year"])["value"]
    assert net["E10000029", "2020-21"] == 260000 and net["E10000029", "2009-10"] == 212223
    assert (compiled / "population_estimates.csv").read_bytes() == untouched
    cautions = pd.read_csv(compiled / "cautions.csv", dtype=str)
    assert ("E06000059", "2020-21") in set(zip(cautions["code"], cautions["year"], strict=True))  # Dorset, +34%
    assert "trimmed" in set(cautions["rule"])  # found by a recipe that did not run this time
    package.validate(compiled)


def test_a_new_release_must_be_whole_and_used(compiled: Path, figures: Path) -> None:
    folder = release(figures, NEXT_YEAR)
    spoil(figures, "home/catalogue.yaml", replaced("2018-19..2019-20]}", "2018-19..2020-21]}"))
    with pytest.raises(CompileError, match="E10000029 Suffolk in 2020-21"):
        compile_tables(folder, compiled / "catalogue.yaml", compiled, adding=True)
    (folder / NET).rename(folder / "finance" / "net.csv")
    with pytest.raises(CompileError, match=r"finance/net\.csv: no table was made"):
        compile_tables(folder, compiled / "catalogue.yaml", compiled, adding=True)


def test_a_release_is_not_added_to_a_table_that_was_tampered_with(compiled: Path, figures: Path) -> None:
    spoil(figures, "home/population_estimates.csv", replaced("E06000031,2018,0-17,", "E06000031,2018,0-17,1"))
    spoil(figures, "home/catalogue.yaml", replaced("2018-19..2019-20]}", "2018-19..2020-21]}"))
    with pytest.raises(CompileError, match=r"population_estimates\.csv: the file does not match its hash"):
        compile_tables(release(figures, NEXT_YEAR + SUFFOLK), compiled / "catalogue.yaml", compiled, adding=True)


def test_hashes_of_tables_kept_by_hand_are_refreshed_once_valid(compiled: Path, figures: Path) -> None:
    spoil(figures, "home/predecessors.csv", replaced("Joined with Poole", "Joined in 2019 with Poole"))
    with pytest.raises(CompileError, match=r"predecessors\.csv"):
        package.validate(compiled)
    assert refresh_kept(compiled / "catalogue.yaml") == ["predecessors"]
    package.validate(compiled)
    content = (compiled / "predecessors.csv").read_bytes()
    described = json.loads((compiled / "datapackage.json").read_text("utf-8"))["resources"]
    assert hashlib.sha256(content).hexdigest() in {r["hash"].removeprefix("sha256:") for r in described}
    assert (compiled / "README.md").read_text("utf-8").count("### predecessors") == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",merged,", ",eaten,", ("predecessors", "change")),
        ("successor,", "follower,", ("predecessors.csv", "column 'successor' is missing")),
    ],
)
def test_a_bad_table_kept_by_hand_is_refused(
    compiled: Path, figures: Path, old: str, new: str, words: tuple[str, ...]
) -> None:
    before = (compiled / "datapackage.json").read_bytes()
    spoil(figures, "home/predecessors.csv", replaced(old, new))
    with pytest.raises(CompileError) as fault:
        refresh_kept(compiled / "catalogue.yaml")
    assert all(word in str(fault.value) for word in words), fault.value
    assert (compiled / "datapackage.json").read_bytes() == before


SCHEMA_FAULTS: dict[str, tuple[str, str, str]] = {
    "text where a number belongs": ("E06000052,2009-10,136475,", "E06000052,2009-10,many,", "type-error"),
    "duplicate key": ("E06000052,2009-10,", "E06000052,2008-09,", "primary-key"),
    "unknown area code": ("E06000052,2009-10,", "E06009999,2009-10,", "foreign-key"),
    "missing column": ("code,year,value,release", "code,year,release", ""),
}


@pytest.mark.parametrize("case", SCHEMA_FAULTS)
def test_the_data_package_itself_catches_a_spoilt_table(compiled: Path, case: str) -> None:
    """Frictionless is the second net: it must catch what slips past the compiler, hash and size apart."""
    old, new, fault = SCHEMA_FAULTS[case]
    path = compiled / "net_current_expenditure.csv"
    text = path.read_text("utf-8").replace(old, new)
    assert text != path.read_text("utf-8")
    path.write_text(text, "utf-8")
    described: dict[str, Any] = json.loads((compiled / "datapackage.json").read_text("utf-8"))
    for resource in described["resources"]:
        if resource["name"] == "net_current_expenditure":
            resource["hash"] = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
            resource["bytes"] = len(text.encode())
    (compiled / "datapackage.json").write_text(json.dumps(described), "utf-8")
    with pytest.raises(CompileError, match=f"net_current_expenditure.*{fault}"):
        package.validate(compiled)


def test_small_words_of_the_catalogue() -> None:
    assert expand("2008-09..2010-11") == ["2008-09", "2009-10", "2010-11"]
    assert expand(["1999-00..2000-01", 2019, "2021..2022"]) == ["1999-00", "2000-01", "2019", "2021", "2022"]
    assert expand("2010-11..2011-02") == ["2010-11", "2010-12", "2011-01", "2011-02"]  # months
    assert [plain(v, 2) for v in (1507.0, 0.1 + 0.2, -0.001, float("nan"))] == ["1507", "0.3", "0", ""]


def test_a_centroid_weighs_parts_by_area_and_takes_out_holes() -> None:
    def square(x: float, y: float, side: float) -> list[list[float]]:
        return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]

    assert centroid({"type": "Polygon", "coordinates": [square(0, 0, 2)]}) == (1, 1)
    assert centroid({"type": "Polygon", "coordinates": [square(0, 0, 2)[::-1]]}) == (1, 1)  # drawn the other way
    two = {"type": "MultiPolygon", "coordinates": [[square(0, 0, 2)], [square(10, 0, 1)]]}
    assert centroid(two) == pytest.approx(((4 * 1 + 1 * 10.5) / 5, (4 * 1 + 1 * 0.5) / 5))
    holed = {"type": "Polygon", "coordinates": [square(0, 0, 4), square(2, 0, 2)]}
    assert centroid(holed) == pytest.approx(((16 * 2 - 4 * 3) / 12, (16 * 2 - 4 * 1) / 12))
    assert centroid({"type": "Polygon", "coordinates": [[[1, 1], [3, 3], [1, 1]]]})[0] == pytest.approx(5 / 3)


# The package as committed.


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return dict(json.loads((DATA / "datapackage.json").read_text("utf-8")))


def test_the_committed_package_is_valid() -> None:
    package.validate(DATA)


def test_the_committed_dictionary_is_current(described: dict[str, Any]) -> None:
    readme = (DATA / "README.md").read_text("utf-8")
    assert dictionary.with_dictionary(readme, described["resources"]) == readme, (
        "run: python -m placelab.compile --hashes"
    )


def test_the_committed_package_matches_its_catalogue(described: dict[str, Any]) -> None:
    """Titles, sources, labs and schemas in datapackage.json are the catalogue's of today."""
    catalogue = read_catalogue(DATA / "catalogue.yaml")
    by_name = {resource["name"]: resource for resource in described["resources"]}
    assert set(by_name) == set(catalogue["tables"])
    for name, entry in catalogue["tables"].items():
        was = by_name[name]
        whole = {**entry, "compiled_from": was["compiled_from"]}
        content = (DATA / entry["path"]).read_bytes()
        now = package.resource(name, whole, catalogue, content, was["rows"], was["cautions"])
        assert now == was, f"{name}: run python -m placelab.compile --hashes, or compile"


def test_the_committed_tables_hold_what_the_catalogue_demands() -> None:
    """Areas, years, signs and published totals, checked again on the files as they stand."""
    catalogue = read_catalogue(DATA / "catalogue.yaml")
    listed = read_rows(DATA, "places.csv")
    areas = known_areas(listed, read_rows(DATA, "predecessors.csv"), catalogue["codes"])
    for name, entry in catalogue["tables"].items():
        table = tidy(read_rows(DATA, entry["path"]), name, entry)
        for check in (check_key, check_signs, check_totals):
            check(table, name, entry)
        check_coverage(table, name, entry, areas)


def test_every_table_file_is_in_the_package(described: dict[str, Any]) -> None:
    files = {p.name for p in DATA.iterdir() if p.name.endswith((".csv", ".csv.gz"))}
    assert files == {resource["path"] for resource in described["resources"]}


def test_every_table_names_source_licence_and_vintage(described: dict[str, Any]) -> None:
    for resource in described["resources"]:
        for key in ("title", "description", "sources", "licenses", "vintage", "units", "geography", "known_nulls"):
            assert resource[key], f"{resource['name']} lacks {key}"
        for place in [*resource["sources"], *resource["licenses"]]:
            assert place["title"] and (place["path"].startswith("https://") or (DATA / place["path"]).exists())


def test_every_lab_a_table_names_is_there(described: dict[str, Any]) -> None:
    labs = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {lab for resource in described["resources"] for lab in resource["labs"]} <= labs


def test_the_committed_tables_stay_small(described: dict[str, Any]) -> None:
    assert sum(resource["bytes"] for resource in described["resources"]) < 12_000_000


def test_published_totals_come_out_of_the_committed_tables() -> None:
    net = pd.read_csv(DATA / "net_current_expenditure.csv").groupby("year")["value"].agg(["sum", "size", "count"])
    assert round(net.at["2009-10", "sum"] / 1e6, 2) == 14.55
    assert round(net.at["2015-16", "sum"] / 1e6, 2) == 14.39
    assert net["size"].between(150, 153).all()
    assert net.at["2024-25", "count"] == 150 and net.at["2024-25", "size"] == 153


def test_the_catalogue_keeps_the_real_totals() -> None:
    """The totals that guard the tables are named here too, so that none is dropped quietly."""
    tables = yaml.safe_load((DATA / "catalogue.yaml").read_text("utf-8"))["tables"]
    published = {total["published"] for entry in tables.values() for total in entry.get("totals", [])}
    assert {14550000, 14390000, 17043296, 817915, 2254821, 55268067, 1328092, 1311893, 745274, 547797} <= published
