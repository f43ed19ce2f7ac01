"""Damaged tables are refused with one clear line; good ones load once and cannot be spoilt by a caller."""

import gzip

import pytest

from placelab import tables


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A scratch copy of data/ that the loader reads instead."""
    for name in ("datapackage.json", "gdp_deflator.csv", "places.csv"):
        (tmp_path / name).write_bytes(tables.DATA.joinpath(name).read_bytes())
    monkeypatch.setattr(tables, "DATA", tmp_path)
    tables.package.cache_clear()
    tables._loaded.cache_clear()
    yield tmp_path
    tables.package.cache_clear()
    tables._loaded.cache_clear()


def test_every_table_matches_its_hash_and_schema():
    for name in tables.names():
        frame = tables.load(name)
        described = [field["name"] for field in tables.describe(name)["schema"]["fields"]]
        assert list(frame.columns) == described, name
        assert len(frame) == tables.describe(name)["rows"], name


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-40],  # truncated
        lambda content: content.replace(b"3.3121", b"4.3121"),  # a number changed
        lambda content: b"",  # emptied
    ],
)
def test_a_changed_file_is_refused(copied, damage):
    file = copied / "gdp_deflator.csv"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(tables.TableError, match=r"gdp_deflator.*does not match.*restore"):
        tables.load("gdp_deflator")


def test_a_missing_file_is_refused(copied):
    (copied / "gdp_deflator.csv").unlink()
    with pytest.raises(tables.TableError, match=r"gdp_deflator\.csv is missing"):
        tables.load("gdp_deflator")


def test_an_unknown_table_names_those_there_are():
    with pytest.raises(tables.TableError, match=r"no table called 'spendings'.*net_current_expenditure"):
        tables.load("spendings")


def test_a_caller_cannot_spoil_the_loaded_table():
    frame = tables.load("gdp_deflator")
    frame["value"] = 0.0
    assert (tables.load("gdp_deflator")["value"] > 0).all()


def test_gzipped_and_plain_tables_parse_alike():
    resource = tables.describe("gdp_deflator")
    content = tables.read_bytes("gdp_deflator")
    packed = tables.parse(gzip.compress(content), {**resource, "path": "gdp_deflator.csv.gz"})
    assert packed.equals(tables.parse(content, resource))


def test_a_citation_names_publisher_vintage_and_licence():
    line = tables.citation("net_current_expenditure", "gdp_deflator")
    for name in ("net_current_expenditure", "gdp_deflator"):
        assert tables.describe(name)["sources"][0]["title"] in line
        assert tables.describe(name)["vintage"] in line
    assert "Open Government Licence" in line
