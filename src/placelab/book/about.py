"""What the About pages list: the tables behind the book, their cautions and the published claims.

Everything printed here is read from the data package and the register of claims while the book is built; a page holds
only the directives `data-tables`, `cautions` and `claims-register`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

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
_PLAIN = ("", "value")  # a table's only measure goes without saying

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
    rows: Iterable[Sequence[Cell]], head: Sequence[str] = (), caption: str = "", ids: Sequence[str] = ()
) -> nodes.table:
    """A table whose first column, and first row where `head` is given, are header cells.

    rows: cells as text or as inline nodes. ids: one id a row, so that a link can lead to it; none by default.
    """
    rows = list(rows)
    columns = len(head) or len(rows[0])
    group = nodes.tgroup("", cols=columns)
    group += [nodes.colspec(colwidth=1, **({"stub": 1} if i == 0 else {})) for i in range(columns)]
    if head:
        group += nodes.thead("", _row(head))
    body = nodes.tbody("", *(_row(cells) for cells in rows))
    for row, row_id in zip(body.children, ids, strict=False):
        row["ids"].append(row_id)
    group += body
    whole = nodes.table("", classes=["about-table"])
    if caption:
        whole += nodes.title("", caption)
    whole += group
    return whole


def _row(cells: Sequence[Cell]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", _paragraph(cell)) for cell in cells))


def _paragraph(cell: Cell) -> nodes.paragraph:
    return nodes.paragraph("", "", *([nodes.Text(cell)] if isinstance(cell, str) else cell))


# Tables


def table_sections(docname: str) -> list[nodes.Node]:
    """An overview of every table in the package and a section for each. `docname`: the page they stand on."""
    resources = tables.package()["resources"]
    overview = table(
        [
            (
                [nodes.reference("", resource["title"], refid=anchor("table", resource["name"]), internal=True)],
                resource["vintage"],
                wording.count(resource["rows"]),
                wording.count(resource["cautions"]),
            )
            for resource in resources
        ],
        head=("Table", "Edition and years", "Rows", "Cautions"),
        caption="The tables behind the book",
    )
    return [overview, *(_section(resource, docname) for resource in resources)]


def _section(resource: dict[str, Any], docname: str) -> nodes.section:
    section = nodes.section("", ids=[anchor("table", resource["name"])], names=[])
    section += nodes.title("", resource["title"])
    section += _paragraph(with_literals(resource["description"]))
    section += table(_properties(resource, docname))
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


def cautions_table() -> nodes.Element:
    """Every caution, those about all areas first, then alphabetical by place and by year: never by value.

    One row serves several measures of a table that share a text. Raises TableError when a caution's area is not in the package.
    """
    rows = tables.load(CAUTIONS)
    if rows.empty:
        return nodes.paragraph("", "The tables carry no cautions.")
    names = area_names()
    unknown = rows.loc[rows["code"].notna() & ~rows["code"].isin(names.index), "code"]
    if len(unknown):
        raise tables.TableError(f"cautions.csv: no area has the code {unknown.iloc[0]!r}; add it to data/areas.csv")
    rows = rows.assign(
        general=rows["code"].notna(),
        place=rows["code"].map(names).fillna(ALL_AREAS),
        year=rows["year"].fillna("All years"),
        title=[tables.describe(name)["title"] for name in rows["table"]],
        measure=rows["measure"].fillna("").str.replace("_", " "),
    )
    keys = ["general", "place", "year", "title", "text"]
    shared = rows.groupby(keys, sort=True)["measure"].agg(lambda measures: "; ".join(dict.fromkeys(measures)))
    return table(
        [
            (place, year, text, f"{title}: {m}" if m not in _PLAIN else title)
            for (_, place, year, title, text), m in shared.items()
        ],
        head=("Place", "Year", "What to know", "Table and measure"),
        caption="Cautions, alphabetical by place",
    )


# Claims


def figure(claim: claims.Claim) -> str:
    """A claim's number in its unit: "−11%", "£325 per adult", "£2.4bn to £3.1bn", "5% or more", "1.7 years (1 to 2.4)"."""
    unit = claim.unit
    if claim.value is None:
        if claim.low is None or claim.high is None:
            return "no number"
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


def claims_table(cite: Cite) -> nodes.table:
    """Every claim in the register, one row each with an id that begins with "claim-", those of one source together.

    cite: the nodes that name a reference, given its key. Raises TableError when a claim lacks a text, reference or link, or
    how it was confirmed.
    """
    register = claims.register().sort_values("reference", kind="stable")
    found = [claims.get(claim_id) for claim_id in register.index]
    return table(
        [
            (claim.text, figure(claim), f"{claim.period}; {claim.population}", _where(claim, cite), seen(claim))
            for claim in found
        ],
        head=("What was said, in our words", "Figure", "Period and population", "Source", "How confirmed"),
        caption="Published claims that the book uses or tests",
        ids=[anchor("claim", claim.id) for claim in found],
    )


def _where(claim: claims.Claim, cite: Cite) -> list[nodes.Node]:
    page = link(claim.title_seen or claim.link, claim.link)
    return [*cite(claim.reference), nodes.Text(": "), page, *([nodes.Text(f", {claim.where}")] if claim.where else [])]


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
        return [cautions_table()]


class ClaimsRegister(AboutDirective):
    """```{claims-register}```"""

    def content_nodes(self) -> list[nodes.Node]:
        def cite(key: str) -> list[nodes.Node]:
            return self.state.inline_text(f"{{cite:t}}`{key}`", self.lineno)[0]

        return [claims_table(cite)]


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("data-tables", DataTables)
    app.add_directive("cautions", Cautions)
    app.add_directive("claims-register", ClaimsRegister)
