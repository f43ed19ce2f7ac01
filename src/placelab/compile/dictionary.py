"""The data dictionary: the part of data/README.md between two markers, written from the data package."""

from collections.abc import Mapping, Sequence
from typing import Any

from .errors import CompileError

START = "<!-- dictionary starts: written by python -m placelab.compile from catalogue.yaml, not by hand -->"
END = "<!-- dictionary ends -->"


def with_dictionary(readme: str, resources: Sequence[Mapping[str, Any]]) -> str:
    """The README with its generated part made anew.

    Raises:
        CompileError: one of the two markers is gone.
    """
    if readme.count(START) != 1 or readme.count(END) != 1:
        raise CompileError("the markers of the dictionary are gone", "README.md", f"restore '{START}' and '{END}'")
    before, rest = readme.split(START)
    after = rest.split(END)[1]
    return f"{before}{START}\n\n{dictionary(resources)}\n{END}{after}"


def dictionary(resources: Sequence[Mapping[str, Any]]) -> str:
    """Every table's entry, in the package's order, after a list of them all."""
    rows = [f"| [{r['name']}](#{r['name']}) | {r['title']} | {r['rows']:,} |" for r in resources]
    contents = "\n".join(["| table | what it holds | rows |", "|---|---|--:|", *rows])
    return contents + "\n\n" + "\n".join(table_entry(resource) for resource in resources)


def table_entry(resource: Mapping[str, Any]) -> str:
    """One table: title, description, facts, columns and measures."""
    cautions = f"{resource['cautions']:,} rows of `cautions.csv`" if resource["cautions"] else "none"
    facts = {
        "File": f"`{resource['path']}`, {resource['rows']:,} rows",
        "Source": "; ".join(f"[{s['title']}]({s['path']})" for s in resource["sources"]),
        "Read in": ", ".join(f"`{mirror}`" for mirror in resource["mirror"]),
        "Vintage": resource["vintage"],
        "Licence": "; ".join(f"[{x['title']}]({x['path']})" for x in resource["licenses"]),
        "Units": resource["units"],
        "Geography": resource["geography"],
        "Key": ", ".join(f"`{k}`" for k in resource["schema"].get("primaryKey", [])),
        "Known blanks": resource["known_nulls"],
        "Cautions": cautions,
        "Labs": ", ".join(resource["labs"]) or "none yet",
    }
    lines = [f"### {resource['name']}", "", f"{resource['title']}. {resource['description']}", ""]
    lines += [f"- {label}: {fact}" for label, fact in facts.items() if fact]
    lines += ["", "| column | type | unit | what it is |", "|---|---|---|---|"]
    lines += [
        f"| `{f['name']}` | {f['type']} | {f.get('unit', '')} | {f['description']} |"
        for f in resource["schema"]["fields"]
    ]
    if resource.get("measures"):
        lines += ["", "| measure | what it is |", "|---|---|"]
        lines += [f"| `{name}` | {title} |" for name, title in resource["measures"].items()]
    return "\n".join([*lines, ""])
