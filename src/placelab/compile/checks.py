"""What a table must hold before it is written: its areas, its years, its signs, the published totals."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from .areas import ENGLAND, Areas
from .errors import CompileError


def expand(span: str | int | Iterable[Any]) -> list[str]:
    """'2008-09..2010-11', '2000..2023' or '2010-08..2012-02' (months) as every period in it; a list as it is.

    A span whose second part is the next year's last two digits counts financial years, else months.
    """
    if isinstance(span, int):
        return [str(span)]
    if not isinstance(span, str):
        return [period for part in span for period in expand(part)]
    if ".." not in span:
        return [span]
    first, last = span.split("..")
    if "-" not in first:
        return [str(year) for year in range(int(first), int(last) + 1)]
    if all(int(p[5:]) == (int(p[:4]) + 1) % 100 for p in (first, last)):
        return [f"{y}-{(y + 1) % 100:02d}" for y in range(int(first[:4]), int(last[:4]) + 1)]
    months = pd.period_range(first, last, freq="M")
    return [str(month) for month in months]


def expected_areas(rule: str, period: str, areas: Areas, boundaries: Mapping[Any, int]) -> set[str]:
    """The codes a table should hold in a period.

    Rules: `councils` (those that existed then), `places` (the areas of April 2023), `england`; joined by '+'.
    """
    found: set[str] = set()
    for part in rule.split("+"):
        if part == "councils":
            start = int(period[:4])
            found |= areas.of_year(int(boundaries.get(start, start)))
        elif part == "places":
            found |= set(areas.places)
        elif part == "england":
            found.add(ENGLAND)
        else:
            raise CompileError(f"unknown rule '{rule}' for areas", "catalogue.yaml", "use councils, places, england")
    return found


def check_coverage(table: pd.DataFrame, name: str, entry: Mapping[str, Any], areas: Areas) -> None:
    """Every area and period the catalogue expects is there, and nothing it does not expect.

    `coverage.areas` and `coverage.years` (or `months`) say what; each measure may give its own years and the
    number of areas that may lack a figure (`without`), and `coverage.without` names the ones known to.
    """
    coverage = entry.get("coverage", {})
    if "rows" in coverage and len(table) != coverage["rows"]:
        what = f"{len(table)} rows where {coverage['rows']} are expected"
        raise CompileError(what, source_of(name, entry), "restore the source file, or change coverage.rows")
    for group, rows, rule in groups(table, entry, name):
        check_group(rows, f"{name}{group}", entry, rule, areas)


def groups(
    table: pd.DataFrame, entry: Mapping[str, Any], name: str
) -> Iterable[tuple[str, pd.DataFrame, Mapping[str, Any]]]:
    """The table cut by the key columns that are neither area nor period, each part with its rule of coverage.

    A part's rule is the table's `coverage`, overlaid by its measure's entry under `measures` and by its entry under
    `coverage.parts`. A measure, part or enumerated value with no row at all is lost.
    """
    coverage, measures = entry.get("coverage", {}), entry.get("measures", {})
    parts = coverage.get("parts", {})
    by = [k for k in entry["key"] if k not in ("code", "year", "month")]
    if coverage.get("whole") or not by:
        yield "", table, coverage
        return
    enums = {c["name"]: c.get("constraints", {}).get("enum", []) for c in entry["columns"]}
    for column in by:
        expected = set(measures if column == "measure" else enums[column]) | (set(parts) & set(enums[column]))
        found = set(table[column])
        if expected - found:
            what = f"{column} {min(expected - found)} is lost"
            raise CompileError(what, source_of(name, entry), "restore the rows, or take it out of the catalogue")
        if column == "measure" and found - expected:
            what = f"measure '{min(found - expected)}' of table {name} is not described"
            raise CompileError(what, "catalogue.yaml", "add it under the table's measures")
    for values, rows in table.groupby(by, sort=True):
        rule = dict(coverage)
        for value in values:
            rule |= measures.get(value) or {} if "measure" in by else {}
            rule |= parts.get(value) or {}
        yield f", {', '.join(map(str, values))}", rows, rule


def check_group(rows: pd.DataFrame, what: str, entry: Mapping[str, Any], rule: Mapping[str, Any], areas: Areas) -> None:
    """One measure (or band): its periods without a gap, its areas in each."""
    where = source_of(what, entry)
    period = period_of(entry)
    span = rule.get("months", rule.get("years"))
    figure = [column["name"] for column in figures(entry)]
    filled = rows[rows[figure].notna().any(axis=1)] if figure else rows
    if span is None:
        if "areas" in rule and "code" in rows:
            lost = expected_areas(rule["areas"], "2023", areas, {}) - set(filled["code"])
            refuse_lost(lost, "", where, rule, areas)
        return
    present = filled[period].astype(str)
    expected = expand(span)
    extra = sorted(set(present) - set(expected))
    if extra:
        raise CompileError(f"{period} {extra[0]} is not in the catalogue", where, "add it to the table's coverage")
    short: dict[str, set[str]] = {}
    for one in expected:
        codes = set(filled.loc[present == one, "code"]) if "code" in rows else set()
        if not (present == one).any():
            raise CompileError(f"{period} {one} is lost", where, "restore the rows, or change the table's coverage")
        if "areas" in rule:
            wanted = expected_areas(rule["areas"], one, areas, rule.get("boundaries", {}))
            short[one] = wanted - codes
    for one, lost in short.items():
        refuse_lost(lost, one, where, rule, areas)


def period_of(entry: Mapping[str, Any]) -> str:
    """The column that holds a table's period."""
    return "month" if "month" in entry["key"] else "year"


def refuse_lost(lost: set[str], period: str, where: str, rule: Mapping[str, Any], areas: Areas) -> None:
    """Refuse the areas lost in a period, unless the catalogue names them (`without`) or allows as many (`may_lack`: one
    number, or one for each period of the span)."""
    by_name = {c for c, span in rule.get("without", {}).items() if not period or period in expand(span)}
    allowed = rule.get("may_lack", 0)
    if isinstance(allowed, list):
        allowed = dict(zip(expand(rule["years"]), allowed, strict=True))[period]
    by_count = int(allowed)
    lost = lost - by_name
    if len(lost) > by_count:
        named = ", ".join(f"{c} {areas.names[c]}" for c in sorted(lost)[:3])
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        known = f" ({by_count} may be)" if by_count else ""
        what = f"no figure for {named}{more}{' in ' + period if period else ''}: {len(lost)} missing{known}"
        raise CompileError(what, where, "restore the rows, or say in the catalogue that they are missing")


def source_of(name: str, entry: Mapping[str, Any]) -> str:
    """The table (and measure), and the files it was read from."""
    files = ", ".join(entry.get("compiled_from", []))
    return f"table {name} (from {files})" if files else f"table {name}"


def check_signs(table: pd.DataFrame, name: str, entry: Mapping[str, Any]) -> None:
    """Nothing below its `least` or above its `most` (the measure's own, or the column's), but for the areas and years
    that the catalogue names under `negatives`."""
    named = entry.get("negatives", {}).get("named", {})
    allowed = {(code, year) for code, span in named.items() for year in expand(span)}
    for column in figures(entry):
        for part, rows, rule in groups(table, entry, name):
            least, most = rule.get("least", column.get("least")), rule.get("most", column.get("most"))
            values = rows[column["name"]]
            beyond = pd.Series(False, index=rows.index)
            beyond |= (values < least).fillna(False).astype(bool) if least is not None else False
            beyond |= (values > most).fillna(False).astype(bool) if most is not None else False
            for _, row in rows[beyond].iterrows():
                if (row.get("code"), str(row.get("year"))) not in allowed:
                    key = ", ".join(str(row[k]) for k in entry["key"])
                    limits = f"{'no limit' if least is None else least} to {'no limit' if most is None else most}"
                    what = f"column '{column['name']}': {row[column['name']]} for {key} is impossible ({limits})"
                    mend = "correct the source, or name the area and year under the table's negatives with the reason"
                    raise CompileError(what, source_of(name + part, entry), mend)


def figures(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The columns of a table that hold figures: numbers that are no part of its key."""
    return [c for c in entry["columns"] if c["type"] in ("integer", "number") and c["name"] not in entry["key"]]


def check_totals(table: pd.DataFrame, name: str, entry: Mapping[str, Any]) -> None:
    """The published totals the catalogue lists, each within its stated tolerance."""
    for total in entry.get("totals", []):
        rows = table
        for column, value in total["where"].items():
            wanted = [str(v) for v in (value if isinstance(value, list) else [value])]
            rows = rows[rows[column].astype(str).isin(wanted)]
        if not total.get("england") and "code" in rows:
            rows = rows[rows["code"] != ENGLAND]
        found = float(rows[total["column"]].sum())
        if abs(found - total["published"]) > total["tolerance"] or rows.empty:
            what = (
                f"{total['what']} comes to {found:,.0f}; published {total['published']:,.0f}, "
                f"tolerance {total['tolerance']:,.0f}"
            )
            raise CompileError(what, source_of(name, entry), "restore the source, or state the revised total")
    if "england_row" in entry:
        check_england(table, name, entry)
    if "whole_of_parts" in entry:
        check_parts(table, name, entry)


def check_england(table: pd.DataFrame, name: str, entry: Mapping[str, Any]) -> None:
    """The areas sum to the official England row, within a stated number of people, in every year and band."""
    rule = entry["england_row"]
    by = [k for k in entry["key"] if k != "code"]
    official = table[table["code"] == ENGLAND].set_index(by)[rule["columns"]].astype(float)
    summed = table[table["code"] != ENGLAND].groupby(by)[rule["columns"]].sum().astype(float)
    gap = (summed - official).abs()
    if gap.isna().any(axis=None) or float(gap.max(axis=None)) > rule["tolerance"]:
        worst = gap.max(axis=1).fillna(float("inf")).idxmax()
        what = f"areas miss the England row by {gap.max(axis=None):,.0f} at {worst} (tolerance {rule['tolerance']})"
        raise CompileError(what, source_of(name, entry), "restore the lost or changed rows")


def check_parts(table: pd.DataFrame, name: str, entry: Mapping[str, Any]) -> None:
    """In every period the parts a table gives add up to the whole it gives."""
    for rule in entry["whole_of_parts"]:
        by = [k for k in entry["key"] if k != rule["across"]]
        wide = table.pivot(index=by, columns=rule["across"], values=rule["column"]).astype(float)
        gap = (wide[rule["parts"]].sum(axis=1) - wide[rule["whole"]]).abs()
        if float(gap.max()) > rule["tolerance"]:
            what = f"'{rule['column']}' of {', '.join(rule['parts'])} miss {rule['whole']} by {gap.max():,.0f} in {gap.idxmax()}"
            raise CompileError(what, source_of(name, entry), "restore the lost or changed rows")
