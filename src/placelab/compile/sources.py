"""Reading the folder of official figures: each file whole, its columns present, its numbers numbers."""

import csv
import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from .areas import Areas
from .errors import CompileError, SourceMissing


def read_rows(folder: Path, name: str) -> pd.DataFrame:
    """Every cell of a CSV (or .csv.gz) file as text, indexed by line number in the file.

    Raises:
        CompileError: the file is missing, empty, cut short, or a line has too few or too many cells.
    """
    path = folder / name
    if not path.is_file():
        raise SourceMissing("the file is missing", name, "put it back in the folder of source figures")
    try:
        raw = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
        text = raw.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as fault:
        raise CompileError(f"the file cannot be read ({fault})", name, "fetch it again") from fault
    if not text.endswith("\n"):
        raise CompileError("the file is cut short: its last line has no end", name, "fetch it again, whole")
    reader = csv.reader(text.splitlines())
    header = next(reader, [])
    rows, lines = [], []
    for row in reader:
        if len(row) != len(header):
            what = f"line {reader.line_num} has {len(row)} cells and the header has {len(header)}"
            raise CompileError(what, name, "fetch the file again, whole, or mend that line")
        rows.append(row)
        lines.append(reader.line_num)
    if not rows:
        raise CompileError("the file holds no rows", name, "fetch it again, whole")
    return pd.DataFrame(rows, columns=header, index=lines, dtype=str)


def read_source(folder: Path, name: str, spec: Mapping[str, Any], areas: Areas) -> pd.DataFrame:
    """One source file as its catalogue entry describes it.

    Args:
        folder: the folder of source figures.
        name: the file's path inside it.
        spec: `text` and `numbers` (columns to take), `area` (the column of area codes, renamed `code` and
            brought to the project's codes), `drop` (prefixes of codes that are no upper-tier area), `key` (the
            columns that name a row once), `rename` (the file's column name -> the project's).
        areas: the codes the project knows.

    Returns:
        The columns named, indexed by line number; numbers as floats, blank as missing.
    """
    frame = read_rows(folder, name)
    area = spec.get("area")
    numbers, text = list(spec.get("numbers", [])), list(spec.get("text", []))
    wanted = list(dict.fromkeys([*([area] if area else []), *text, *numbers]))
    for column in wanted:
        if column not in frame:
            mend = "restore the column, or change this file's entry in catalogue.yaml"
            raise CompileError(f"column '{column}' is missing", name, mend)
    frame = frame[wanted]
    for column in numbers:
        frame = frame.assign(**{column: as_numbers(frame[column], name)})
    frame = frame.rename(columns={**spec.get("rename", {}), **({area: "code"} if area else {})})
    if area:
        frame = frame[~frame.code.str.startswith(tuple(spec.get("drop", [])) or ("\0",))]
        frame = frame.assign(code=areas.harmonise(frame, name))
    repeated = frame[frame.duplicated(spec["key"])] if "key" in spec else frame.iloc[:0]
    if len(repeated):
        key = ", ".join(str(repeated.iloc[0][k]) for k in spec["key"])
        raise CompileError(f"line {repeated.index[0]}: a second row for {key}", name, "keep one of the two rows")
    return frame.drop(columns=[c for c in ("ecode",) if c in frame])


def as_numbers(cells: pd.Series, name: str) -> pd.Series:
    """A column of text as floats; a blank is missing, anything else that is no number is an error."""
    numbers = pd.to_numeric(cells.where(cells.str.strip() != ""), errors="coerce")
    wrong = cells[numbers.isna() & (cells.str.strip() != "")]
    if len(wrong):
        what = f"line {wrong.index[0]}, column '{cells.name}': '{wrong.iloc[0]}' is not a number"
        raise CompileError(what, name, "give a number, or leave the cell blank if there is no figure")
    return numbers.astype(float)
