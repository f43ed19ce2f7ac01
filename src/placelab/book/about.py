"""What the About pages list: the tables behind the book, their cautions and the published claims.

Everything printed here is read from the data package and the register of claims while the book is built; a page holds
only the directives `data-tables`, `cautions` and `claims-register`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from html import escape
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from placelab import claims, tables, wording
from placelab.book import roles

log = logging.getLogger(__name__)

CAUTIONS = "cautions"  # the table of cautions
ALL_AREAS = "All areas"
HASH_DIGITS = 12  # enough to tell two versions of a table apart by eye

Cell = str | list[nodes.Node]
Cite = Callable[[str], list[nodes.Node]]


# Pieces of a page


def link(text: str, address: str) -> nodes.reference:
    """A link to another host's page."""
    return nodes.reference("", text, refuri=address, internal=False)


def anchor(kind: str, name: str) -> str:
    """The id of a place on the page: ("table", "client_group_expenditure") -> "table-client-group-expenditure"."""
    return str(nodes.make_id(f"{kind}-{name}"))


def separated(parts: Iterable[nodes.Node], by: str = "; ") -> list[nodes.Node]:
    """Nodes with a text between each two."""
    found: list[nodes.Node] = []
    for part in parts:
        found += [nodes.Text(by), part] if found else [part]
    return found


def capital(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def with_literals(text: str) -> list[nodes.Node]:
    """Text in which `backticks` mark a literal, as the data package writes it."""
    parts = text.split("`")
    return [nodes.literal("", part) if i % 2 else nodes.Text(part) for i, part in enumerate(parts) if part]


def table(
    rows: Iterable[Sequence[Cell]], head: Sequence[str] = (), classes: Mapping[int, str] = MappingProxyType({})
) -> nodes.table:
    """A table whose first column, and first row where `head` is given, are header cells.

    rows: cells as text or as inline nodes. classes: the style of a column, by its number from 0.
    """
    rows = list(rows)
    columns = len(head) or len(rows[0])
    group = nodes.tgroup("", cols=columns)
    group += [nodes.colspec(colwidth=1, **({"stub": 1} if i == 0 else {})) for i in range(columns)]
    if head:
        group += nodes.thead("", _row(head, classes))
    group += nodes.tbody("", *(_row(cells, classes) for cells in rows))
    return nodes.table("", group)


def _row(cells: Sequence[Cell], classes: Mapping[int, str]) -> nodes.row:
    style = ([classes[i]] if i in classes else [] for i in range(len(cells)))
    return nodes.row("", *(nodes.entry("", _paragraph(cell), classes=c) for cell, c in zip(cells, style, strict=True)))


def _paragraph(cell: Cell) -> nodes.paragraph:
    return nodes.paragraph("", "", *([nodes.Text(cell)] if isinstance(cell, str) else cell))


def folded(summary: str, *content: nodes.Node) -> list[nodes.Node]:
    """Nodes that a reader unfolds; a browser's own search finds what is within, and paper shows it."""
    opened = f"<details><summary>{escape(summary)}</summary>"
    return [nodes.raw("", opened, format="html"), *content, nodes.raw("", "</details>", format="html")]


# Tables


def table_sections(docname: str) -> list[nodes.Node]:
    """An overview of every table in the package and a section for each. `docname`: the page they stand on."""
    resources = tables.package()["resources"]
    overview = table(
        [
            (
                [_section_link(resource)],
                wording.count(resource["rows"]),
                wording.count(resource["cautions"]),
            )
            for resource in resources
        ],
        head=("Table", "Rows", "Cautions"),
        classes={1: "text-right", 2: "text-right"},
    )
    return [overview, *(_section(resource, docname) for resource in resources)]


def _section_link(resource: dict[str, Any]) -> nodes.reference:
    return nodes.reference("", resource["title"], refid=anchor("table", resource["name"]), internal=True)


def _section(resource: dict[str, Any], docname: str) -> nodes.section:
    section = nodes.section("", ids=[anchor("table", resource["name"])], names=[])
    section += nodes.title("", resource["title"])
    section += _paragraph(with_literals(resource["description"]))
    section += folded("Source, years, licence and file", table(_properties(resource, docname)))
    return section


def _properties(resource: dict[str, Any], docname: str) -> list[tuple[Cell, Cell]]:
    """What a reader may want to know of one table, in order; what does not apply to it is left out."""
    properties: list[tuple[Cell, Cell]] = [
        ("Official source", separated(_source(source) for source in resource["sources"])),
        ("Copy the figures were read in", separated(_mirror(mirror) for mirror in _listed(resource["mirror"]))),
        ("Edition and years", capital(resource["vintage"])),
        ("Unit", capital(resource["units"])),
        ("Areas", capital(resource["geography"])),
        ("Rows", wording.count(resource["rows"])),
        ("Known blanks", capital(resource["known_nulls"])),
        ("Cautions", _cautions_link(resource["cautions"])),
        ("Labs that use it", separated((_lab(name, docname) for name in resource["labs"]), ", ") or "None yet"),
        ("Licence", separated(link(licence["title"], licence["path"]) for licence in resource["licenses"])),
        ("File and hash", _file(resource)),
    ]
    return [(label, cell) for label, cell in properties if cell]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _source(source: dict[str, str]) -> nodes.Node:
    """A publication with its link; a file of the repository is named in the title and has none."""
    remote = source["path"].startswith("http")
    return link(source["title"], source["path"]) if remote else nodes.Text(source["title"])


def _mirror(mirror: str) -> nodes.Node:
    repository, _, commit = mirror.partition(" @ ")
    return link(mirror, f"https://github.com/{repository}/tree/{commit}") if commit else nodes.Text(mirror)


def _cautions_link(count: int) -> Cell:
    if not count:
        return "None"
    return [nodes.reference("", f"{wording.count(count)}, listed under Cautions", refid=CAUTIONS, internal=True)]


def _lab(name: str, docname: str) -> nodes.Node:
    """A link to a lab by its own title; a lab that is not in the book is a warning, which stops a strict build."""
    return addnodes.pending_xref(
        "", nodes.inline("", name), refdomain="std", reftype="doc", reftarget=f"/notebooks/{name}",
        refdoc=docname, refexplicit=False, refwarn=True,
    )  # fmt: skip


def _file(resource: dict[str, Any]) -> list[nodes.Node]:
    kind, _, digits = resource["hash"].partition(":")
    path = f"data/{resource['path']}"
    return [
        nodes.literal("", path),
        nodes.Text(f", {kind} "),
        nodes.literal("", digits[:HASH_DIGITS]),
        nodes.Text(" …"),
    ]


# Cautions


def area_names() -> pd.Series:
    """Name by code of every area that a table may speak of: places, their predecessors, England, integrated care boards."""
    areas = tables.load("areas").set_index("code")["name"]
    if "icb_lookup" not in tables.names():
        return areas
    boards = tables.load("icb_lookup").drop_duplicates("icb").set_index("icb")["icb_name"]
    return pd.concat([areas, boards])


def cautions_lists() -> list[nodes.Node]:
    """Every caution, folded by the table it is about: all areas first, then alphabetical by place and year, never by value.

    One row for what is to be known of one place and year. Raises TableError when a caution's area is not in the package.
    """
    rows = tables.load(CAUTIONS)
    if rows.empty:
        return [nodes.paragraph("", "The tables carry no cautions.")]
    names = area_names()
    unknown = rows.loc[rows["code"].notna() & ~rows["code"].isin(names.index), "code"]
    if len(unknown):
        raise tables.TableError(f"cautions.csv: no area has the code {unknown.iloc[0]!r}; add it to data/areas.csv")
    rows = rows.assign(
        general=rows["code"].notna(),
        place=rows["code"].map(names).fillna(ALL_AREAS),
        year=rows["year"].fillna("All years"),
        measure=rows["measure"].fillna("").replace("value", "").str.replace("_", " "),
        title=rows["table"].map(lambda name: tables.describe(name)["title"]),
    )
    return [
        node
        for title, own in rows.groupby("title", sort=True)
        for node in folded(f"{title}: {wording.count(len(own))}", _cautions_table(own))
    ]


def _cautions_table(rows: pd.DataFrame) -> nodes.table:
    """The cautions of one table."""
    grouped = rows.groupby(["general", "place", "year"], sort=True)
    return table(
        [(place, year, _worded(group)) for (_, place, year), group in grouped],
        head=("Place", "Year", "What to know"),
        classes={1: "text-nowrap"},
    )


def _worded(cautions: pd.DataFrame) -> str:
    """The texts of a few cautions, each with the measures it is about: "Negative (-25) in the official return (strategy)."."""
    measures = cautions.groupby("text", sort=False)["measure"].agg(
        lambda names: "; ".join(filter(None, dict.fromkeys(names)))
    )
    said = (f"{text.removesuffix('.')} ({of})." if of else text for text, of in measures.items())
    return " ".join(said)


# Claims


def figure(claim: claims.Claim) -> str:
    """A claim's number in its unit: "−11%", "£325 per adult", "£2.4bn to £3.1bn", "5% or more", "1.7 years (1 to 2.4)".

    Empty for a claim that is not a number.
    """
    unit = claim.unit
    if claim.value is None:
        if claim.low is None or claim.high is None:
            return ""
        low, high = (roles.claim_number(number, unit) for number in (claim.low, claim.high))
        return f"{low} to {high}{_of(unit)}"
    value = ("a ratio of " if unit == "ratio" else "") + roles.claim_number(claim.value, unit) + _of(unit)
    if claim.low is None:
        return value
    if claim.high is None:
        return f"{value} or more"
    return f"{value} ({roles.claim_number(claim.low, unit)} to {roles.claim_number(claim.high, unit)})"


def _of(unit: str) -> str:
    """What follows the number: " of councils" for "% of councils", " per adult" for "£ per adult", " years" for "years"."""
    if unit == "ratio":
        return ""
    for sign in ("%", "£bn", "£m", "£"):
        if unit.startswith(sign):
            return unit.removeprefix(sign)
    return f" {unit}" if unit else ""


def seen(claim: claims.Claim) -> str:
    """How a claim was confirmed, and when: "Seen on the publisher's page, 23 November 2026"."""
    confirmed = capital(claim.confirmed)
    if not claim.seen_on:
        return f"{confirmed}; not seen again since"
    day = date.fromisoformat(claim.seen_on)
    return f"{confirmed}, {day.day} {day:%B %Y}"


def claims_list(cite: Cite) -> nodes.definition_list:
    """Every claim in the register, under the page it was read on; each has an id that begins with "claim-".

    cite: the nodes that name a reference, given its key. Raises TableError when a claim lacks a text, reference or link, or
    how it was confirmed.
    """
    pages: dict[tuple[str, ...], list[claims.Claim]] = {}
    for claim_id in claims.register().sort_values(["reference", "link"], kind="stable").index:
        claim = claims.get(claim_id)
        pages.setdefault((claim.reference, claim.link, claim.title_seen, seen(claim)), []).append(claim)
    whole = nodes.definition_list()
    for (reference, address, title, confirmed), found in pages.items():
        page = link(title or urlsplit(address).netloc, address)
        term = nodes.term("", "", *cite(reference), nodes.Text(": "), page)
        items = nodes.bullet_list("", *(_item(claim) for claim in found))
        summary = "1 claim" if len(found) == 1 else f"{len(found)} claims"
        told = [_paragraph(f"{confirmed}."), *folded(summary, items)]
        whole += nodes.definition_list_item("", term, nodes.definition("", *told))
    return whole


def _item(claim: claims.Claim) -> nodes.list_item:
    """One claim: its figure, what it says, and of when and whom."""
    told = nodes.paragraph("", "")
    if worded := figure(claim):
        told += [nodes.strong("", worded), nodes.Text(". ")]
    about = "; ".join(filter(None, (claim.period, claim.population, claim.where)))
    told += nodes.Text(f"{claim.text} ({capital(about)}.)")
    return nodes.list_item("", told, ids=[anchor("claim", claim.id)])


# Directives


class AboutDirective(SphinxDirective):
    """A directive without arguments. A fault in the tables is a warning with file and line, so a strict build stops."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(tables.DATA.joinpath("datapackage.json")))
        try:
            return self.content_nodes()
        except (tables.TableError, claims.UnknownClaim, ValueError) as problem:
            log.warning("%s", problem, location=self.get_location(), type="placelab", subtype="about")
            return []

    def content_nodes(self) -> list[nodes.Node]:
        """What the directive puts on the page."""
        raise NotImplementedError


class DataTables(AboutDirective):
    """```{data-tables}```: last in its section, because it adds sections of its own."""

    def content_nodes(self) -> list[nodes.Node]:
        return table_sections(self.env.docname)


class Cautions(AboutDirective):
    """```{cautions}```"""

    def content_nodes(self) -> list[nodes.Node]:
        return cautions_lists()


class ClaimsRegister(AboutDirective):
    """```{claims-register}```"""

    def content_nodes(self) -> list[nodes.Node]:
        def cite(key: str) -> list[nodes.Node]:
            return self.state.inline_text(f"{{cite:t}}`{key}`", self.lineno)[0]

        return [claims_list(cite)]


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("data-tables", DataTables)
    app.add_directive("cautions", Cautions)
    app.add_directive("claims-register", ClaimsRegister)
