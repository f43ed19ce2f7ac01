"""The Frictionless data package: what each table is, where it comes from, and the hash of its bytes."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from frictionless import Package, system

from .errors import CompileError


def resource(
    name: str, entry: Mapping[str, Any], catalogue: Mapping[str, Any], content: bytes, rows: int, cautions: int
) -> dict[str, Any]:
    """One table's entry in datapackage.json."""
    described = {
        "name": name,
        "path": entry["path"],
        "title": entry["title"],
        "description": entry["description"],
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "sources": [catalogue["sources"][key] for key in entry.get("sources", [])],
        "licenses": [catalogue["licences"][key] for key in entry.get("licences", [])],
        "schema": schema(entry),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "bytes": len(content),
        "rows": rows,
        "mirror": [catalogue["mirrors"][key] for key in entry.get("mirrors", [])],
        "vintage": entry.get("vintage", ""),
        "units": entry.get("units", ""),
        "geography": entry.get("geography", ""),
        "known_nulls": entry.get("known_nulls", ""),
        "cautions": cautions,
        "labs": list(entry.get("labs", [])),
        "compiled_from": list(entry.get("compiled_from", [])),
    }
    if str(entry["path"]).endswith(".gz"):
        described["compression"] = "gz"
    if entry.get("measures"):
        described["measures"] = {m: (own or {}).get("title", "") for m, own in entry["measures"].items()}
    return described


def schema(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A table's Frictionless schema: fields, key, and the table its area codes must be in."""
    named, keyed = entry.get("negatives", {}).get("named"), entry.get("keyed", True)
    fields = []
    for column in entry["columns"]:
        constraints: dict[str, Any] = {"required": True} if keyed and column["name"] in entry["key"] else {}
        constraints |= dict(column.get("constraints", {}))
        if column.get("least") is not None and not named:
            constraints["minimum"] = column["least"]
        if column.get("most") is not None:
            constraints["maximum"] = column["most"]
        described = {"name": column["name"], "type": column["type"], "description": column["description"]}
        if column.get("unit"):
            described["unit"] = column["unit"]
        fields.append(described | ({"constraints": constraints} if constraints else {}))
    whole: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if keyed:
        whole["primaryKey"] = list(entry["key"])
    if entry.get("codes_in"):
        reference = {"resource": entry["codes_in"], "fields": ["code"]}
        whole["foreignKeys"] = [{"fields": ["code"], "reference": reference}]
    return whole


def write_package(catalogue: Mapping[str, Any], resources: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """datapackage.json: the same bytes for the same tables (no time stamp, catalogue order)."""
    whole = {
        "profile": "tabular-data-package",
        **{key: catalogue["package"][key] for key in ("name", "title", "description")},
        "licenses": list(catalogue["licences"].values()),
        "resources": list(resources),
    }
    text = json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
    (folder / "datapackage.json").write_text(text, encoding="utf-8")


def validate(folder: Path, only: Sequence[str] = ()) -> None:
    """Validate the package (schema, keys, types, hash, bytes) with Frictionless.

    Args:
        folder: where datapackage.json and the tables are.
        only: the tables to validate; none means all.

    Raises:
        CompileError: the first fault found, with its table and row.
    """
    with system.use_context(trusted=True):
        package = Package(str(folder / "datapackage.json"))
        for table in list(package.resources):
            if only and table.name not in only:
                continue
            report = table.validate(limit_errors=1)
            if not report.valid:
                fault = report.flatten(["rowNumber", "fieldName", "note", "type"])[0]
                row, field, note, kind = fault
                spot = f"row {row}, column '{field}': " if field else f"row {row}: " if row else ""
                what = f"{spot}{kind}, {str(note).rstrip('.')}"
                mend = "mend the row in its source, or the table's schema in catalogue.yaml"
                raise CompileError(what, f"table {table.name} ({table.path})", mend)
