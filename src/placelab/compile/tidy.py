"""From a recipe's frame to the table as it is written: columns, types, order, plain numbers."""

import gzip
import io
from collections.abc import Mapping
from typing import Any

import pandas as pd

from .errors import CompileError


def tidy(frame: pd.DataFrame, name: str, entry: Mapping[str, Any]) -> pd.DataFrame:
    """The table's own columns in order, typed, sorted by its key.

    Args:
        frame: what the recipe made.
        name: the table's name.
        entry: its catalogue entry (`columns`, `key`).

    Raises:
        CompileError: a column the schema names is not there, or holds text where a number belongs.
    """
    table = {}
    for column in entry["columns"]:
        if column["name"] not in frame:
            mend = "make the recipe write it, or take it out of the table's schema"
            raise CompileError(f"column '{column['name']}' is missing", f"table {name}", mend)
        table[column["name"]] = typed(frame[column["name"]], column, name)
    return pd.DataFrame(table).sort_values(list(entry["key"]), kind="stable").reset_index(drop=True)


def typed(cells: pd.Series, column: Mapping[str, Any], name: str) -> pd.Series:
    """One column in the type its schema gives; numbers rounded to the `decimals` the catalogue states."""
    kind = column["type"]
    if kind == "string":
        return cells
    if kind == "boolean":
        return cells.astype(str).str.lower() == "true"
    numbers = pd.to_numeric(cells, errors="coerce")
    wrong = cells[numbers.isna() & cells.notna() & (cells.astype(str) != "")]
    if len(wrong):
        what = f"column '{column['name']}': '{wrong.iloc[0]}' is not a number"
        raise CompileError(what, f"table {name}", "mend the source file, or leave the cell blank")
    if kind == "integer":
        return numbers.round().astype("Int64")
    return numbers.astype(float).round(int(column.get("decimals", 3)))


def plain(value: Any, decimals: int) -> str:
    """A number without noise: '1507', '0.0421'; missing is blank."""
    if pd.isna(value):
        return ""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def to_bytes(table: pd.DataFrame, entry: Mapping[str, Any]) -> bytes:
    """The table as CSV (UTF-8, LF); gzip without a time stamp where its path ends in .gz."""
    cells = {}
    for column in entry["columns"]:
        series, kind = table[column["name"]], column["type"]
        if kind == "number":
            decimals = int(column.get("decimals", 3))
            cells[column["name"]] = [plain(v, decimals) for v in series]
        elif kind == "boolean":
            cells[column["name"]] = ["true" if v else "false" for v in series]
        else:
            cells[column["name"]] = ["" if pd.isna(v) else str(v) for v in series]
    buffer = io.StringIO()
    pd.DataFrame(cells).to_csv(buffer, index=False, lineterminator="\n")
    raw = buffer.getvalue().encode()
    return gzip.compress(raw, mtime=0) if str(entry["path"]).endswith(".gz") else raw
