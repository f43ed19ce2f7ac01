"""A new release on its own: its rows join the tables that stand, so that no one needs the whole folder of figures."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from . import cautions
from .checks import period_of
from .errors import CompileError, SourceMissing
from .frames import Frames, Note
from .make import Compiled, check_key, finish, run_recipe
from .sources import read_rows
from .tidy import tidy


def add_release(name: str, catalogue: Mapping[str, Any], frames: Frames, home: Path) -> Compiled:
    """A table as it stands in `home`, with the rows that its recipe makes of the new release.

    Where the folder lacks a file the recipe cannot do without, the table stays as it is.
    """
    entry = catalogue["tables"][name]
    before = standing_resource(name, home)
    old = read_rows(home, entry["path"])
    old_notes = kept_notes(home, name)
    try:
        new, used = run_recipe(name, catalogue, frames)
    except SourceMissing:
        whole = {**entry, "compiled_from": before["compiled_from"]}
        table = tidy(old, name, whole)
        return Compiled(whole, table, (home / entry["path"]).read_bytes(), old_notes)
    if entry.get("adding") == "replaces":
        return finish(new, name, {**entry, "compiled_from": used}, frames.areas, tuple(frames.notes))
    fresh = tidy(new, name, entry)
    check_key(fresh, name, entry)
    both = pd.concat([tidy(old, name, entry), fresh]).drop_duplicates(list(entry["key"]), keep="last")
    whole = {**entry, "compiled_from": list(dict.fromkeys([*before["compiled_from"], *used]))}
    periods = set(fresh[period_of(entry)].astype(str)) if period_of(entry) in fresh else set()
    notes = [note for note in old_notes if note[1] not in periods] + frames.notes
    return finish(both, name, whole, frames.areas, tuple(notes))


def standing_resource(name: str, home: Path) -> dict[str, Any]:
    """A table's entry in the data package that stands, once its file is seen to match the hash there."""
    described = json.loads((home / "datapackage.json").read_text(encoding="utf-8"))
    for resource in described["resources"]:
        if resource["name"] == name:
            found = hashlib.sha256((home / resource["path"]).read_bytes()).hexdigest()
            if resource["hash"] == f"sha256:{found}":
                return dict(resource)
            raise CompileError("the file does not match its hash", resource["path"], "restore it with git")
    raise CompileError(
        f"table {name} is not in it", "datapackage.json", "compile the table from its whole sources first"
    )


def kept_notes(home: Path, name: str) -> tuple[Note, ...]:
    """The cautions that a table's recipe gave when it was made; those found by rule are made anew."""
    rows = pd.read_csv(home / "cautions.csv", dtype=str, keep_default_na=False)
    rows = rows[(rows["table"] == name) & rows["rule"].isin(cautions.BY_RECIPE)]
    return tuple(rows[cautions.COLUMNS[1:]].itertuples(index=False, name=None))


def check_all_read(folder: Path, done: Mapping[str, Compiled]) -> None:
    """No file of a new release is left unread."""
    read = {file for one in done.values() for file in one.entry.get("compiled_from", [])}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if name not in read:
            mend = "name it in catalogue.yaml as a source, or add the other files that its table is made of"
            raise CompileError("no table was made from this file", name, mend)
