"""One table: by its recipe from the source files, or as it is kept by hand; checked, and ready to be written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from . import recipes_money, recipes_people, recipes_places
from .areas import Areas
from .checks import check_coverage, check_signs, check_totals, source_of
from .errors import CompileError
from .frames import Frames, Note, Recipe, measured
from .sources import read_rows
from .tidy import tidy, to_bytes

RECIPES: Mapping[str, Recipe] = {**recipes_places.RECIPES, **recipes_money.RECIPES, **recipes_people.RECIPES}


@dataclass(frozen=True)
class Compiled:
    """One finished table: its catalogue entry (with the files it came from), rows, bytes, its recipe's cautions."""

    entry: dict[str, Any]
    table: pd.DataFrame
    content: bytes
    notes: tuple[Note, ...] = ()


def compile_one(name: str, catalogue: Mapping[str, Any], frames: Frames) -> Compiled:
    """One table by its recipe, checked against its catalogue entry."""
    raw, used = run_recipe(name, catalogue, frames)
    entry = {**catalogue["tables"][name], "compiled_from": used}
    return finish(raw, name, entry, frames.areas, tuple(frames.notes))


def run_recipe(name: str, catalogue: Mapping[str, Any], frames: Frames) -> tuple[pd.DataFrame, list[str]]:
    """What a table's recipe makes of the source files, and the files it read."""
    entry = catalogue["tables"][name]
    measures = {
        source: measure
        for measure, own in entry.get("measures", {}).items()
        for source in ([own["from"]] if isinstance(own.get("from", []), str) else own.get("from", []))
    }
    frames.options, frames.used, frames.notes = {**entry.get("options", {}), "measures": measures}, [], []
    table = RECIPES.get(entry.get("recipe", name), measured)(frames)
    return table, list(frames.used)


def finish(raw: pd.DataFrame, name: str, entry: dict[str, Any], areas: Areas, notes: tuple[Note, ...] = ()) -> Compiled:
    """A recipe's frame as a finished table, or an error that says why it cannot be one."""
    table = tidy(raw, name, entry)
    check_key(table, name, entry)
    check_signs(table, name, entry)
    check_coverage(table, name, entry, areas)
    check_totals(table, name, entry)
    return Compiled(entry, table, to_bytes(table, entry), notes)


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
