"""The book's tables: one loader for a clone and for an installed package.

`data/` is mapped into the package as `placelab.data` (pyproject.toml), so both read the same way. Each table is described
in `datapackage.json` (Frictionless): schema, source, licence, vintage, hash. A file that does not match its hash is refused.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

DATA = files("placelab.data")
_DTYPES = {"string": "str", "number": "float64", "integer": "int64", "year": "int64", "boolean": "bool"}


class TableError(ValueError):
    """A table that is missing, damaged or not what datapackage.json describes."""


@cache
def package() -> dict[str, Any]:
    """The Frictionless descriptor of every table, as a dict."""
    return json.loads(DATA.joinpath("datapackage.json").read_text("utf-8"))


def names() -> list[str]:
    """Names of all tables."""
    return [resource["name"] for resource in package()["resources"]]


def describe(name: str) -> dict[str, Any]:
    """One table's descriptor: title, sources, licences, mirror, vintage, units, geography, schema, hash, cautions, labs.

    Raises TableError for a name that is not in the package.
    """
    for resource in package()["resources"]:
        if resource["name"] == name:
            return resource
    raise TableError(f"no table called {name!r}; datapackage.json has: {', '.join(names())}")


def read_bytes(name: str) -> bytes:
    """The table's file, byte for byte, after checking it against the hash in datapackage.json."""
    resource = describe(name)
    file = DATA.joinpath(resource["path"])
    if not file.is_file():
        raise TableError(f"table {name}: data/{resource['path']} is missing; restore it with git, or run `make data`")
    content = file.read_bytes()
    found = "sha256:" + hashlib.sha256(content).hexdigest()
    if found != resource["hash"]:
        raise TableError(
            f"table {name}: data/{resource['path']} ({len(content)} bytes, {resource['bytes']} expected) does not match "
            "its hash in data/datapackage.json; restore the file with git, or run `make data` if the change is meant"
        )
    return content


def parse(content: bytes, resource: dict[str, Any]) -> pd.DataFrame:
    """A CSV file (gzipped when its path ends in .gz) as a frame with the columns and types of its schema."""
    if resource["path"].endswith(".gz"):
        content = gzip.decompress(content)
    fields = resource["schema"]["fields"]
    nullable = {
        f["name"] for f in fields if f["type"] == "integer" and not f.get("constraints", {}).get("required", False)
    }
    dtypes = {f["name"]: "float64" if f["name"] in nullable else _DTYPES[f["type"]] for f in fields}
    return pd.read_csv(io.BytesIO(content), dtype=dtypes, usecols=list(dtypes), keep_default_na=False, na_values=[""])


@cache
def _loaded(name: str) -> pd.DataFrame:
    return parse(read_bytes(name), describe(name))


def load(name: str) -> pd.DataFrame:
    """One table as a frame; read once, and safe to change (pandas copies on write).

    Raises TableError when the table is unknown, missing or damaged.
    """
    return _loaded(name).copy(deep=False)


def cautions(table: str, code: str | None = None) -> pd.DataFrame:
    """Cautions that travel with a table (columns table, code, year, measure, rule, text), for one area when code is given."""
    rows = load("cautions")
    rows = rows[rows["table"] == table]
    return rows if code is None else rows[rows["code"] == code]


def sources(name: str) -> tuple[str, list[str]]:
    """A table's source as words (publisher, title, vintage) and the titles of its licences."""
    resource = describe(name)
    titles = "; ".join(source["title"] for source in resource["sources"])
    return f"{titles} ({resource['vintage']})", [licence["title"] for licence in resource["licenses"]]


def citation(*table_names: str) -> str:
    """The source line under a figure: official publisher and title, vintage, licence, for one or more tables."""
    named = [sources(name) for name in table_names]
    titles = {licence for _, of_one in named for licence in of_one}
    # "Open Government Licence v3.0. Contains OS data" says what "Open Government Licence v3.0" says, and more.
    licences = sorted(one for one in titles if not any(other != one and other.startswith(one) for other in titles))
    return f"Source: {'. '.join(dict.fromkeys(line for line, _ in named))}. {'; '.join(licences)}."
