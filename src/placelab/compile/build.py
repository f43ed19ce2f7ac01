"""Compile every table from a folder of official figures: all of them, or nothing."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from . import cautions, dictionary, package
from .adding import add_release, check_all_read
from .areas import Areas, known_areas
from .errors import CompileError
from .frames import Frames, names_in_full
from .make import Compiled, compile_one, finish, read_kept
from .sources import read_rows

CODE_LIST = "demand/utla23_list.csv"


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


def compile_tables(folder: Path, catalogue_path: Path, to: Path, adding: bool = False) -> dict[str, Compiled]:
    """Compile all tables of the catalogue from a folder of source figures and write them, the data package and
    the dictionary in README.md to `to`; if anything is wrong, nothing is written.

    Tables marked `kept: by hand` are read from the catalogue's own folder.

    Args:
        folder: the source figures, in the files the catalogue describes.
        catalogue_path: catalogue.yaml, beside the tables kept by hand.
        to: where the tables go.
        adding: the folder holds a new release alone. Its rows join those of the tables beside the catalogue (a row with
            the same key is replaced; a table marked `adding: replaces` is made anew); other tables stay as they are.

    Raises:
        CompileError: what is wrong, where, and how to mend it.
    """
    catalogue = read_catalogue(catalogue_path)
    home = catalogue_path.parent
    areas = all_areas(folder, catalogue, home, adding)
    frames = Frames(folder, catalogue["files"], areas, adding=adding)
    done: dict[str, Compiled] = {}
    for name, entry in catalogue["tables"].items():
        if entry.get("kept"):
            if not entry.get("may_be_absent") or (home / entry["path"]).exists():
                done[name] = read_kept(home / entry["path"], entry, name)
        elif adding and name != "cautions":
            done[name] = add_release(name, catalogue, frames, home)
        elif name != "cautions":
            done[name] = compile_one(name, catalogue, frames)
    if adding:
        check_all_read(folder, done)
    if "cautions" in catalogue["tables"]:
        notes = {name: one.notes for name, one in done.items()}
        found = cautions.all_cautions({n: d.table for n, d in done.items()}, notes, catalogue["tables"], areas)
        done["cautions"] = finish(found, "cautions", dict(catalogue["tables"]["cautions"]), areas)
    stage_and_replace(done, catalogue, home, to)
    return done


def all_areas(folder: Path, catalogue: Mapping[str, Any], home: Path, adding: bool = False) -> Areas:
    """The codes of this compile, from the list of places (of the tables that stand, when adding) and predecessors.csv."""
    if adding:
        places = read_rows(home, catalogue["tables"]["places"]["path"])[["code", "name"]]
    else:
        listed = read_rows(folder, CODE_LIST)
        places = pd.DataFrame({"code": listed["utla23_code"], "name": names_in_full(listed["utla23_name"])})
    predecessors = read_rows(home, catalogue["tables"]["predecessors"]["path"])
    return known_areas(places, predecessors, catalogue["codes"])


def stage_and_replace(done: Mapping[str, Compiled], catalogue: Mapping[str, Any], home: Path, to: Path) -> None:
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
