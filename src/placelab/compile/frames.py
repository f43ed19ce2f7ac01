"""What a recipe is given: its source files by name, its options, and a few words of shared grammar."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from .areas import ENGLAND, Areas
from .errors import CompileError, SourceMissing
from .sources import read_source

Note = tuple[str, str, str, str, str]


@dataclass
class Frames:
    """Source files, read once each and only when asked for.

    Attributes:
        folder: the folder of source figures.
        specs: the catalogue's `files` entry.
        areas: the codes the project knows.
        options: the catalogue's options of the table being made.
        used: the files the table has read, in order.
        adding: the folder holds a new release alone, so that a recipe which joins files does with those there are.
        notes: cautions a recipe adds while it works: (code, year, measure, rule, text).
    """

    folder: Path
    specs: Mapping[str, Mapping[str, Any]]
    areas: Areas
    options: Mapping[str, Any] = field(default_factory=dict)
    adding: bool = False
    used: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    _read: dict[str, pd.DataFrame] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pd.DataFrame:
        """A source file as the catalogue describes it; see `read_source`."""
        self._note(name)
        if name not in self._read:
            if name not in self.specs:
                raise CompileError(f"'{name}' is not described", "catalogue.yaml", "add it under 'files'")
            self._read[name] = read_source(self.folder, name, self.specs[name], self.areas)
        return self._read[name]

    def text(self, name: str) -> str:
        """The text of a source file that is no table."""
        self._note(name)
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except OSError as fault:
            mend = "put it back in the folder of source figures"
            raise SourceMissing("the file is missing", name, mend) from fault

    def _note(self, name: str) -> None:
        if name not in self.used:
            self.used.append(name)


Recipe = Callable[[Frames], pd.DataFrame]


def names_in_full(names: pd.Series) -> pd.Series:
    """'Bristol, City of' as 'Bristol': the style of running text."""
    return names.str.replace(r", (City|County) of$", "", regex=True)


def renamed(frame: pd.DataFrame, names: Mapping[str, str], column: str = "measure") -> pd.DataFrame:
    """The rows whose measure (or other label) the catalogue names, under the project's name for it."""
    kept = frame[frame[column].isin(list(names))]
    return kept.assign(**{column: kept[column].map(dict(names))})


def joined(frames: Frames) -> pd.DataFrame:
    """The files that `options.read` names, one below the other, each with the columns it adds (such as its release)."""
    files = frames.options["read"]
    there = [name for name in files if not frames.adding or (frames.folder / name).is_file()]
    parts = [frames[name].assign(**(files[name] or {})) for name in there or list(files)]
    return pd.concat(parts, ignore_index=True)


def measured(frames: Frames) -> pd.DataFrame:
    """Long source files joined, their measures under the project's names: each measure's `from` in the catalogue gives
    the names it has in the sources."""
    return renamed(joined(frames), frames.options["measures"])


def standing(frame: pd.DataFrame, areas: Areas, key: list[str]) -> pd.DataFrame:
    """Rows of areas that existed in the year (England stays), one a key.

    Some files list a council before it was made or after it went, as nil or blank; where a change of code brings such
    a row and the real one together, the one with a figure stays.
    """
    exists = {year: areas.of_year(int(year[:4])) | {ENGLAND} for year in frame["year"].unique()}
    here = [code in exists[year] for code, year in zip(frame["code"], frame["year"], strict=True)]
    kept = frame[pd.Series(here, index=frame.index, dtype=bool)]
    order = kept["value"].abs().fillna(-1).sort_values(kind="stable").index
    return kept.loc[order].drop_duplicates(key, keep="last")
