"""A table that a lab printed as text, as a table for paper: it fits the page, and a reader who listens hears its columns.

pandas prints each column flush right, so all lines of a table are equally long, and a column ends where every line has a
character and then a blank: two blanks on some line, or single words after it on all. What does not follow that rule, or begins
with a number where its first head would stand, stays as it was printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby, pairwise

NUMBER = re.compile(r"[−+–-]?£?\d|none|no figure")

Rows = list[list[str]]


def cells(lines: Sequence[str]) -> Rows:
    """The cells of a printed table, row by row; empty where the lines are not one."""
    if len(lines) < 2 or len({len(line) for line in lines}) != 1:
        return []
    width = len(lines[0])
    ends = [at for at in range(1, width) if all(line[at] == " " and line[at - 1] != " " for line in lines)]
    edges = [at for at, end in pairwise([*ends, width]) if _parts(lines, at, end)]
    rows = [[line[start:end].strip() for start, end in zip([0, *edges], [*edges, width], strict=True)] for line in lines]
    sound = edges and not NUMBER.match(rows[0][0]) and not any("  " in cell for row in rows for cell in row)
    return rows if sound else []


def _parts(lines: Sequence[str], at: int, end: int) -> bool:
    """Whether a blank on every line parts two columns: the same blank may lie within a head and all its cells by chance."""
    return any(line[at : at + 2] == "  " for line in lines) or not any(" " in line[at:end].strip() for line in lines)


def blocks(text: str) -> Iterator[str | Rows]:
    """A printed text as its tables and what stands between them, in order."""
    plain: list[str] = []
    for _, group in groupby(text.strip("\n").splitlines(), len):
        lines = list(group)
        if rows := cells(lines):
            if any(plain):
                yield "\n".join(plain).strip("\n")
            yield rows
            plain = []
        else:
            plain += lines
    if any(plain):
        yield "\n".join(plain).strip("\n")


def table(rows: Rows) -> str:
    """HTML for a table: its first row and first column are heads; a column that is mostly numbers stands to the right."""
    head, *body = rows
    right = [at > 0 and 2 * sum(bool(NUMBER.match(row[at])) for row in body) >= len(body) for at in range(len(head))]
    style = [' class="text-right"' if one else "" for one in right]
    top = "".join(f'<th scope="col"{at}>{escape(cell)}</th>' for cell, at in zip(head, style, strict=True))
    rest = "".join(
        "<tr>"
        + f'<th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td{at}>{escape(cell)}</td>" for cell, at in zip(row[1:], style[1:], strict=True))
        + "</tr>"
        for row in body
    )
    return f'<table class="table printed"><thead><tr>{top}</tr></thead><tbody>{rest}</tbody></table>'


def as_html(text: str) -> str:
    """A printed text with its tables as tables; empty where it holds none."""
    found = list(blocks(text))
    if not any(isinstance(one, list) for one in found):
        return ""
    return "".join(table(one) if isinstance(one, list) else f"<pre>{escape(one)}</pre>" for one in found)
