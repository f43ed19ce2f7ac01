"""Adult social care spending: cash and real terms, per adult, per older person, by definition, and change between years.

Everything is computed for *areas* (`places.areas`), all at once. Money is £ (not thousands) unless a name says otherwise.
A year pairs with the mid-year population in which it starts: 2009-10 with mid-2009.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pandas as pd

from placelab import places, population, tables

LATEST_PRICES = "2024-25"
PER: dict[str, tuple[str, str]] = {
    "total": ("", "in total"),
    "adult": ("18 and over", "per adult"),
    "older person": ("65 and over", "per person aged 65 and over"),
}


@dataclass(frozen=True)
class Basis:
    """A way of counting adult social care spending, and the table it is read from."""

    key: str
    label: str
    explanation: str
    table: str
    release: str = ""
    client_group: str = ""

    @property
    def only(self) -> str:
        """What to add to "not published" for a basis that only one return had."""
        return "" if self.table == "net_current_expenditure" else _RO3_ONLY


_RO3_ONLY = (
    ". Councils' outturn showed income line by line (RO3) only for these years; later figures before NHS "
    "income come from other returns on another basis"
)
_CLIENT_GROUPS = {
    "older_people": "older people",
    "physical_sensory": "adults under 65 with a physical or sensory disability",
    "learning_disability": "adults under 65 with a learning disability",
    "mental_health": "adults under 65 with mental health needs",
}
BASES: dict[str, Basis] = {
    basis.key: basis
    for basis in (
        Basis(
            "net",
            "net current expenditure",
            "what councils meet from council tax, business rates and grants, after income from clients, the NHS and others",
            "net_current_expenditure",
        ),
        Basis(
            "before other income",
            "net current expenditure before NHS and other income",
            "net current expenditure with income from the NHS and other bodies added back; clients' charges stay deducted",
            "client_group_expenditure",
        ),
        Basis(
            "gross",
            "total expenditure",
            "all spending on adult social care before any income is deducted",
            "client_group_expenditure",
        ),
        *(
            Basis(
                f"net, {label}",
                f"net current expenditure on {label}",
                f"net current expenditure on {label}; the return is unreliable for single councils",
                "client_group_expenditure",
                client_group=group,
            )
            for group, label in _CLIENT_GROUPS.items()
        ),
    )
}


class NotPublished(ValueError):
    """A measure that cannot be computed from what was published; the message says why."""


def basis(key: str) -> Basis:
    """The definition with this key. Raises NotPublished naming the ones there are."""
    if key not in BASES:
        raise NotPublished(f"no definition {key!r}; choose one of: {', '.join(BASES)}")
    return BASES[key]


@cache
def _councils(key: str) -> pd.DataFrame:
    """Cash spending on one basis, £, council × financial year, as councils reported it."""
    chosen = basis(key)
    rows = tables.load(chosen.table)
    if chosen.table == "client_group_expenditure":
        if chosen.client_group:
            rows = rows[rows["client_group"] == chosen.client_group]
        value = rows["total_expenditure" if key == "gross" else "net_current_expenditure"]
        if key == "before other income":
            value = value + rows["other_income"]
        rows = rows.assign(value=value)
        return 1000 * rows.groupby(["code", "year"])["value"].sum(min_count=1).unstack()
    rows = rows[rows["code"] != places.ENGLAND]
    return 1000 * rows.pivot(index="code", columns="year", values="value")


def by_council(key: str = "net") -> pd.DataFrame:
    """Cash spending as each council reported it, £, council × financial year; blank where nothing was published."""
    return _councils(key).copy(deep=False)


def years(key: str = "net") -> list[str]:
    """Financial years published on this basis, in order."""
    return sorted(_councils(key).columns)


@cache
def deflator() -> pd.Series:
    """GDP deflator by financial year, 2023-24 = 100 (HM Treasury; the latest year's status is in the table)."""
    return tables.load("gdp_deflator").set_index("year")["value"]


def to_prices(cash: pd.DataFrame, price_year: str | None) -> pd.DataFrame:
    """Cash in the prices of `price_year`, by the GDP deflator; columns are financial years. None leaves cash.

    Raises NotPublished when the deflator lacks the price year or one of the columns.
    """
    if price_year is None:
        return cash
    index = deflator()
    missing = [y for y in [price_year, *cash.columns] if y not in index.index]
    if missing:
        raise NotPublished(f"the GDP deflator has no {missing[0]}; it runs from {index.index[0]} to {index.index[-1]}")
    return cash * (index[price_year] / index[cash.columns])


@cache
def _per(per: str, start: str, kind: str) -> pd.DataFrame:
    """Denominator by area × financial year; mid-year population of the year in which the financial year starts."""
    people = population.by_area(PER[per][0], start, kind)
    return people.rename(columns=places.financial_year)


@cache
def lifetimes() -> pd.DataFrame:
    """When each council in the returns began and ended: frame indexed by code with born and until (ISO dates as text).

    A council exists in a financial year when it was born before the year's first day and not ended before it; recodes of one area
    do not count. Unknown beginnings are "0000", ends still to come "9999".
    """
    old = tables.load("predecessors")
    old = old[old["change"] != "recoded"]
    codes = sorted({*old["code"], *old["successor"], *places.frame().index})
    return pd.DataFrame(
        {
            "born": old.groupby("successor")["valid_to"].max().reindex(codes).fillna("0000"),
            "until": old.groupby("code")["valid_to"].max().reindex(codes).fillna("9999"),
        },
        index=codes,
    )


@cache
def _areas(key: str, start: str) -> pd.DataFrame:
    """Cash by area × year from `start` on: blank unless every council that then made up the area is there."""
    cash = _councils(key).loc[:, start:]  # type: ignore[misc]
    membership = places.areas(start)
    cash = cash[cash.index.isin(membership.index)]
    groups = membership["area"].reindex(cash.index)
    life = lifetimes().reindex(cash.index)
    exists = pd.DataFrame(
        {y: (life["until"] >= f"{y[:4]}-04-01") & (life["born"] < f"{y[:4]}-04-01") for y in cash.columns}
    )
    blank = (cash.isna() & exists).groupby(groups).any()
    return cash.where(exists).groupby(groups).sum(min_count=1).mask(blank)


def by_area(
    key: str = "net",
    per: str = "total",
    price_year: str | None = LATEST_PRICES,
    start: str = "2009-10",
    population_kind: str = "estimate",
) -> pd.DataFrame:
    """Spending by comparable area × financial year from `start` on, £ in the prices of `price_year` (None: cash).

    `per` is "total", "adult" or "older person"; then years without a population estimate are left out.
    Raises NotPublished for an unknown basis, denominator, start or price year.
    """
    if per not in PER:
        raise NotPublished(f"no denominator {per!r}; choose one of: {', '.join(PER)}")
    _check_year(key, start)
    money = to_prices(_areas(key, start), price_year)
    if per == "total":
        return money
    people = _per(per, start, population_kind)
    shared = [year for year in money.columns if year in people.columns]
    return money[shared] / people[shared].reindex(money.index)


def by_place(
    key: str = "net", per: str = "total", price_year: str | None = LATEST_PRICES, start: str = "2009-10"
) -> pd.DataFrame:
    """The same for all 153 places × years: each place carries the figure of its area (`places.area_of` names it)."""
    values = by_area(key, per, price_year, start)
    membership = places.areas(start)
    membership = membership[membership["current"]]
    return values.reindex(membership["area"]).set_axis(membership.index, axis=0)


@dataclass(frozen=True)
class Sum:
    """A sum over councils that says what it covers."""

    value: float
    councils: int
    expected: int

    @property
    def complete(self) -> bool:
        return self.councils == self.expected

    @property
    def label(self) -> str:
        """ "England" where every council is present, otherwise "sum of 150 of 153 councils"."""
        return "England" if self.complete else f"sum of {self.councils} of {self.expected} councils"


def england(year: str, key: str = "net", per: str = "total", price_year: str | None = None) -> Sum:
    """The councils' sum for one year (£, or £ a head of the councils' own residents) and how many councils are in it."""
    _check_year(key, year)
    cash = to_prices(_councils(key)[[year]], price_year)[year]
    listed = tables.load(basis(key).table)
    expected = int(listed.loc[(listed["year"] == year) & (listed["code"] != places.ENGLAND), "code"].nunique())
    total, count = float(cash.sum()), int(cash.notna().sum())
    if per == "total":
        return Sum(total, count, expected)
    values = by_area(key, "total", price_year, year)[year]
    people = _per(per, year, "estimate")
    if year not in people.columns:
        raise NotPublished(f"no population estimate for mid-{year[:4]}, so {year} has no figure {PER[per][1]}")
    covered = values.notna()
    return Sum(float(values[covered].sum() / people.loc[values.index[covered], year].sum()), count, expected)


def _check_year(key: str, year: str) -> None:
    places.year_start(year)
    known = years(key)
    if year not in known:
        raise NotPublished(f"{basis(key).label}: {year} was not published; there is {known[0]} to {known[-1]}")


def why_not(key: str, start: str, end: str) -> str:
    """Why a change between two years cannot be shown on this basis; empty when it can."""
    try:
        _check_year(key, start)
        if places.year_start(end) <= places.year_start(start):
            return f"The end year ({end}) must come after the base year ({start})."
        _check_year(key, end)
    except ValueError as problem:
        message = str(problem)
        if isinstance(problem, NotPublished) and key in BASES:
            message += BASES[key].only
        return message[0].upper() + message[1:] + "."
    return ""


def change(
    key: str = "net",
    start: str = "2009-10",
    end: str = "2015-16",
    per: str = "adult",
    real: bool = True,
    population_kind: str = "estimate",
) -> pd.DataFrame:
    """Change in spending between two years for every comparable area.

    Returns a frame indexed by area: name, type, region, start, end (£, in `end` prices when real), change (-0.25 is a cut of a
    quarter), small (True: too small for distributions), note (why change is blank, or a caution). Raises NotPublished, with
    the reason, when the two years are not on one basis.
    """
    reason = why_not(key, start, end)
    if reason:
        raise NotPublished(reason)
    values = by_area(key, per, end if real else None, start, population_kind)
    for year in (end, start):
        if year not in values.columns:
            raise NotPublished(no_population(year, per, population_kind))
    table = describe_areas(start)
    table["start"], table["end"] = values[start], values[end]
    table.loc[table["start"] <= 0, "start"] = float("nan")  # a negative return has no growth rate
    table["change"] = table["end"] / table["start"] - 1
    table["note"] = notes(basis(key).table, start, end).reindex(table.index).fillna("")
    for column, year in (("start", start), ("end", end)):
        bare = table[column].isna() & (table["note"] == "")
        table.loc[bare, "note"] = f"No usable figure was published for {year}."
    return table


def no_population(year: str, per: str, kind: str = "estimate") -> str:
    """Why a year has no figure a head: that mid-year's population is not in the series."""
    series = "population estimate" if kind == "estimate" else "first published population estimate"
    return f"No {series} for mid-{year[:4]} is held, so {year} has no figure {PER[per][1]}."


@cache
def _described(start: str) -> pd.DataFrame:
    membership = places.areas(start)
    current = membership[membership["current"]].join(places.frame()[["type", "region", "small"]])
    grouped = current.groupby("area")
    return pd.DataFrame(
        {
            "name": grouped["area_name"].first(),
            "type": grouped["type"].first(),
            "region": grouped["region"].first(),
            "small": grouped["small"].all(),
        }
    ).assign(fifth=deprivation_fifth(start, 2015 if start < "2019-20" else 2025))


FIFTHS = ("most deprived fifth", "second fifth", "middle fifth", "fourth fifth", "least deprived fifth")


def deprivation_fifth(start: str, edition: int) -> pd.Series:
    """Which fifth of areas, by average deprivation score, each area belongs to; blank for small ones.

    `edition` is the index's year: `describe_areas` takes that of 2015 for base years before 2019-20 and that of 2025 after. An
    area of several councils takes the mean of their scores.
    """
    rows = tables.load("deprivation")
    rows = rows[(rows["measure"] == "imd_average_score") & (rows["year"] == edition)]
    scores = rows.set_index("code")["value"]
    area = places.areas(start)["area"].reindex(scores.index)
    small = set(places.areas(start)["area"].reindex(places.frame().index[places.frame()["small"]]))
    mean = scores.groupby(area).mean().drop(labels=small, errors="ignore")
    return pd.qcut(-mean, 5, labels=list(FIFTHS)).astype("str")


def describe_areas(start: str) -> pd.DataFrame:
    """Name, type, region, smallness and fifth of deprivation of each comparable area from `start` on."""
    return _described(start).copy()


def notes(table: str, start: str, end: str) -> pd.Series:
    """Cautions that bear on a change between two years, one text an area: those dated from `start` to `end`."""
    rows = tables.cautions(table)
    rows = rows[rows["year"].between(start, end)]
    membership = places.areas(start)["area"]
    area = rows["code"].map(membership)
    return rows.groupby(area)["text"].agg(lambda texts: " ".join(dict.fromkeys(texts)))


@dataclass(frozen=True)
class Cuts:
    """How many areas cut by more than a threshold."""

    over: int
    cut: int
    areas: int

    @property
    def share(self) -> float:
        """Share of areas that cut by more than the threshold, 0 to 1."""
        return self.over / self.areas if self.areas else float("nan")


def cuts(changes: pd.DataFrame, threshold: float = 0.25) -> Cuts:
    """Count areas in a `change` frame: cut by more than `threshold`, cut at all, and all with a figure (small ones left out).

    Raises ValueError unless 0 <= threshold < 1.
    """
    if not 0 <= threshold < 1:
        raise ValueError(f"a threshold is a share of spending from 0 up to 1, for instance 0.25; got {threshold}")
    counted = changes.loc[~changes["small"], "change"].dropna()
    return Cuts(int((counted < -threshold).sum()), int((counted < 0).sum()), len(counted))


def same_areas_change(
    key: str, start: str, end: str, per: str = "adult", real: bool = True, *, type: str = "", region: str = ""
) -> float:
    """Change in spending between two years over the areas that have both, summed first: -0.14 is a fall of 14%.

    One council type or region where named. Raises NotPublished as `change` does.
    """
    table = change(key, start, end, per, real)
    for column, wanted in (("type", type), ("region", region)):
        if wanted and wanted not in set(table[column]):
            raise NotPublished(f"no {column} {wanted!r}; there is {', '.join(sorted(set(table[column])))}")
        table = table[table[column] == wanted] if wanted else table
    both = table.dropna(subset=["change"]).index
    money = by_area(key, "total", end if real else None, start).loc[both]
    ratio = money[end].sum() / money[start].sum()
    if per == "total":
        return float(ratio - 1)
    people = _per(per, start, "estimate").loc[both]
    return float(ratio / (people[end].sum() / people[start].sum()) - 1)


def net_plus_other_income(year: str, per: str = "adult") -> pd.Series:
    """Net current expenditure with NHS and other income added back, £ in cash, by area of that year.

    Clients' charges stay deducted. From the care returns (`care_income`), which give it for 2014-15 and 2016-17: the years
    either side of the one the IFS used. A level, never one end of a change: RO3, which gives earlier years, is another
    return. Blank where a council has no figure. Raises NotPublished for any other year or denominator.
    """
    rows = tables.load("care_income")
    rows = rows[rows["measure"].isin(["net_current_expenditure", "income_total", "income_client_contributions"])]
    known = sorted(set(rows["year"]))
    if year not in known:
        raise NotPublished(f"net plus other income: {year} was not published; there is {' and '.join(known)}")
    if per not in PER:
        raise NotPublished(f"no denominator {per!r}; choose one of: {', '.join(PER)}")
    wide = rows[rows["year"] == year].pivot(index="code", columns="measure", values="value")
    money = 1000 * (wide["net_current_expenditure"] + wide["income_total"] - wide["income_client_contributions"])
    area = places.areas(year)["area"].reindex(money.index)
    money = money.groupby(area).sum().mask(money.isna().groupby(area).any()).reindex(_described(year).index)
    return money if per == "total" else money / _per(per, year, "estimate")[year].reindex(money.index)

