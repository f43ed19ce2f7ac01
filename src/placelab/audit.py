"""One claim audited: "one in ten councils cut adult social care by a quarter", under every definition that can be computed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from placelab import claims, spending

QUARTER = 0.25
START, END = "2009-10", "2015-16"  # the years of the IFS comparison


@dataclass(frozen=True)
class Definition:
    """One way to turn the claim into a number; `label` says in words what differs."""

    label: str
    key: str = "net"
    start: str = START
    end: str = END
    per: str = "adult"
    population_kind: str = "estimate"

    def changes(self) -> pd.DataFrame:
        """The change of every area under this definition (`spending.change`)."""
        return spending.change(self.key, self.start, self.end, self.per, True, self.population_kind)


DEFINITIONS: tuple[Definition, ...] = (
    Definition("net, per adult"),
    Definition("the same, population as first published", population_kind="first published"),
    Definition("the same, from 2008-09", start="2008-09"),
    Definition("the same, from 2010-11", start="2010-11"),
    Definition("net, per person aged 65 and over", per="older person"),
    Definition("net, in total", per="total"),
    Definition("net, per adult, to 2013-14", end="2013-14"),
    Definition("before NHS and other income, to 2013-14", key="before other income", end="2013-14"),
    Definition("gross, per adult, to 2013-14", key="gross", end="2013-14"),
    Definition("net on older people, per person 65+, to 2013-14", key="net, older people", end="2013-14", per="older person"),
)


def definitions(threshold: float = QUARTER) -> pd.DataFrame:
    """Share of areas that cut real-terms spending beyond the threshold, one row a definition.

    Columns: definition, start, end, over, cut, areas (counts), share (0 to 1). Raises ValueError for a bad threshold.
    """
    rows = []
    for chosen in DEFINITIONS:
        counted = spending.cuts(chosen.changes(), threshold)
        rows.append((chosen.label, chosen.start, chosen.end, counted.over, counted.cut, counted.areas, counted.share))
    return pd.DataFrame(rows, columns=["definition", "start", "end", "over", "cut", "areas", "share"])


def beside_ifs() -> pd.DataFrame:
    """The IFS figures of April 2017 and ours on net current expenditure per adult, for the same years.

    Columns: what, ifs, ours, unit. Percentages as numbers (-11 is a fall of 11%); money in £ an adult, ours in END prices.
    """
    changes = spending.change("net", START, END)
    counted = spending.cuts(changes, QUARTER)
    level = changes.loc[~changes["small"], "end"]

    def fall(kind: str = "") -> float:
        return 100 * spending.same_areas_change("net", START, END, type=kind)

    rows = [
        ("Councils that cut by more than a quarter", "ifs-2017-cut-by-quarter", 100 * counted.share, "% of councils"),
        ("Councils that cut at all", "ifs-2017-councils-cut", 100 * counted.cut / counted.areas, "% of councils"),
        ("Change in spending per adult, England", "ifs-2017-fall-per-adult", fall(), "%"),
        ("Change, London boroughs", "ifs-2017-fall-london", fall("London borough"), "%"),
        ("Change, metropolitan districts", "ifs-2017-fall-metropolitan", fall("Metropolitan district"), "%"),
        ("A tenth of councils spent less than", "ifs-2017-spend-tenth-percentile", level.quantile(0.1), "£ per adult"),
        ("A tenth of councils spent more than", "ifs-2017-spend-ninetieth-percentile", level.quantile(0.9), "£ per adult"),
    ]
    table = pd.DataFrame(rows, columns=["what", "claim", "ours", "unit"])
    table["ifs"] = [claims.get(claim).value for claim in table["claim"]]
    return table[["what", "ifs", "ours", "unit"]]
