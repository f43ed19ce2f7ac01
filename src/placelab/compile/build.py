"""Compile every table from a folder of official figures: all of them, or nothing."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from . import cautions, dictionary, package, recipes_money, recipes_people, recipes_places
from .areas import Areas, known_areas
from .checks import check_coverage, check_signs, check_totals, source_of
from .errors import CompileError
from .frames import Frames, Note, Recipe, measured, names_in_full
from .sources import read_rows
from .tidy import tidy, to_bytes

RECIPES: Mapping[str, Recipe] = {**recipes_places.RECIPES, **recipes_money.RECIPES, **recipes_people.RECIPES}
CODE_LIST = "demand/utla23_list.csv"


@dataclass(frozen=True)
class Compiled:
    """One finished table: its catalogue entry (with the files it came from), rows, bytes, its recipe's cautions."""

    entry: dict[str, Any]
    table: pd.DataFrame
    content: bytes
    notes: tuple[Note, ...] = ()


def read_catalogue(path: Path) -> dict[str, Any]:
    """The catalogue with shared column descriptions written into each table's own.

    Raises:
        CompileError: a table names a column that is described nowhere.
    """
    catalogue: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    shared = catalogue.get("columns", {})
    for name, entry in catalogue["tables"].items():
        entry.setdefault("path", f"{name}.csv")
        columns = []
        for column in entry["columns"]:
            own = {"name": column} if isinstance(column, str) else dict(column)
            whole = {**shared.get(own["name"], {}), **own}
            if "type" not in whole or "description" not in whole:
                mend = "give it a type and a description"
                raise CompileError(f"column '{own['name']}' of {name} is not described", path.name, mend)
            columns.append(whole)
        entry["columns"] = columns
        entry["description"] = " ".join(str(entry["description"]).split())
    return catalogue


def read_kept(path: Path, entry: Mapping[str, Any], name: str) -> Compiled:
    """A table kept by hand, as it stands."""
    rows = read_rows(path.parent, path.name)
    for column in entry["columns"]:
        if column["name"] not in rows:
            raise CompileError(f"column '{column['name']}' is missing", path.name, "restore the column")
    check_key(rows, name, entry)
    return Compiled(dict(entry), rows, path.read_bytes())


def check_key(table: pd.DataFrame, name: str, entry: Mapping[str, Any]) -> None:
    """No key is written twice."""
    repeated = table[table.duplicated(list(entry["key"]))]
    if len(repeated):
        key = ", ".join(str(repeated.iloc[0][k]) for k in entry["key"])
        raise CompileError(f"a second row for {key}", source_of(name, entry), "keep one of the two rows")


def compile_one(name: str, catalogue: Mapping[str, Any], frames: Frames) -> Compiled:
    """One table by its recipe, checked against its catalogue entry."""
    entry = catalogue["tables"][name]
    measures = {
        source: measure
        for measure, own in entry.get("measures", {}).items()
        for source in ([own["from"]] if isinstance(own.get("from", []), str) else own.get("from", []))
    }
    frames.options, frames.used, frames.notes = {**entry.get("options", {}), "measures": measures}, [], []
    raw = RECIPES.get(entry.get("recipe", name), measured)(frames)
    return finish(raw, name, {**entry, "compiled_from": list(frames.used)}, frames.areas, tuple(frames.notes))


def finish(
    raw: pd.DataFrame, name: str, entry: dict[str, Any], areas: Areas, notes: tuple[Note, ...] = ()
) -> Compiled:
    """A recipe's frame as a finished table, or an error that says why it cannot be one."""
    table = tidy(raw, name, entry)
    check_key(table, name, entry)
    check_signs(table, name, entry)
    check_coverage(table, name, entry, areas)
    check_totals(table, name, entry)
    return Compiled(entry, table, to_bytes(table, entry), notes)


def compile_tables(folder: Path, catalogue_path: Path, to: Path) -> dict[str, Compiled]:
    """Compile all tables of the catalogue from a folder of source figures and write them, the data package and
    the dictionary in README.md to `to`; if anything is wrong, nothing is written.

    Tables marked `kept: by hand` are read from the catalogue's own folder.

    Raises:
        CompileError: what is wrong, where, and how to mend it.
    """
    catalogue = read_catalogue(catalogue_path)
    home = catalogue_path.parent
    areas = all_areas(folder, catalogue, home)
    frames = Frames(folder, catalogue["files"], areas)
    done: dict[str, Compiled] = {}
    for name, entry in catalogue["tables"].items():
        if entry.get("kept"):
            if not entry.get("may_be_absent") or (home / entry["path"]).exists():
                done[name] = read_kept(home / entry["path"], entry, name)
        elif name != "cautions":
            done[name] = compile_one(name, catalogue, frames)
    if "cautions" in catalogue["tables"]:
        notes = {name: one.notes for name, one in done.items()}
        found = cautions.all_cautions({n: d.table for n, d in done.items()}, notes, catalogue["tables"], areas)
        done["cautions"] = finish(found, "cautions", dict(catalogue["tables"]["cautions"]), areas)
    stage_and_replace(done, catalogue, home, to)
    return done


def all_areas(folder: Path, catalogue: Mapping[str, Any], home: Path) -> Areas:
    """The codes of this compile, from the list of places and predecessors.csv."""
    listed = read_rows(folder, CODE_LIST)
    places = pd.DataFrame({"code": listed["utla23_code"], "name": names_in_full(listed["utla23_name"])})
    predecessors = read_rows(home, catalogue["tables"]["predecessors"]["path"])
    return known_areas(places, predecessors, catalogue["codes"])


def stage_and_replace(
    done: Mapping[str, Compiled], catalogue: Mapping[str, Any], home: Path, to: Path
) -> None:
    """Write everything to a temporary folder, validate it there, and only then replace the files in `to`."""
    with tempfile.TemporaryDirectory() as scratch:
        stage = Path(scratch)
        counts = done["cautions"].table["table"].value_counts().to_dict() if "cautions" in done else {}
        resources = []
        for name in [n for n in catalogue["tables"] if n in done]:
            one = done[name]
            (stage / one.entry["path"]).write_bytes(one.content)
            resources.append(
                package.resource(name, one.entry, catalogue, one.content, len(one.table), int(counts.get(name, 0)))
            )
        package.write_package(catalogue, resources, stage)
        package.validate(stage)
        readme = home / "README.md"
        if readme.exists():
            text = dictionary.with_dictionary(readme.read_text(encoding="utf-8"), resources)
            (stage / "README.md").write_text(text, encoding="utf-8")
        replace_all(stage, to)


def replace_all(stage: Path, to: Path) -> None:
    """Copy each staged file beside its target, then rename them all: no reader meets half a table."""
    to.mkdir(parents=True, exist_ok=True)
    ready = []
    for path in sorted(stage.iterdir()):
        beside = to / f".{path.name}.new"
        shutil.copyfile(path, beside)
        ready.append((beside, to / path.name))
    for beside, target in ready:
        beside.replace(target)


def refresh_kept(catalogue_path: Path) -> list[str]:
    """Bring rows, bytes and hash of the tables kept by hand up to date in datapackage.json, once they are valid.

    Returns:
        The names of the tables refreshed.
    """
    catalogue, home = read_catalogue(catalogue_path), catalogue_path.parent
    described = json.loads((home / "datapackage.json").read_text(encoding="utf-8"))
    old = {r["name"]: r for r in described["resources"]}
    refreshed = {}
    for name, entry in catalogue["tables"].items():
        if entry.get("kept") and (home / entry["path"]).exists():
            one = read_kept(home / entry["path"], entry, name)
            count = old.get(name, {}).get("cautions", 0)
            refreshed[name] = package.resource(name, one.entry, catalogue, one.content, len(one.table), count)
    resources = [{**old, **refreshed}[n] for n in catalogue["tables"] if n in old or n in refreshed]
    with tempfile.TemporaryDirectory() as scratch:
        stage = Path(scratch)
        for item in resources:
            shutil.copyfile(home / item["path"], stage / item["path"])
        package.write_package(catalogue, resources, stage)
        package.validate(stage, only=list(refreshed))
        shutil.copyfile(stage / "datapackage.json", home / ".datapackage.json.new")
    (home / ".datapackage.json.new").replace(home / "datapackage.json")
    readme = home / "README.md"
    if readme.exists():
        readme.write_text(dictionary.with_dictionary(readme.read_text(encoding="utf-8"), resources), "utf-8")
    return list(refreshed)
