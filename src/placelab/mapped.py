"""What a map of places can show: measures by year, one number a place, and what to know about each number.

A value is a whole number of the measure's own step (£1, a tenth of a per cent ...), so that a page, a script and a table
agree on it to the last digit. A place whose figure is published only together with others carries theirs, with their name.
Nothing is shown for the City of London and the Isles of Scilly: they are too small for rates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from placelab import demand, places, population, spending, tables, wording

BASE_YEAR = 2009  # changes in spending are measured from 2009-10
FORMS: dict[str, tuple[float, Callable[[int], str]]] = {
    # How many steps make one unit of the measure, and how a number of steps reads.
    "pounds": (1, wording.pounds),
    "share": (1000, lambda v: wording.percent(v / 1000, 1)),
    "change": (100, lambda v: wording.percent(v / 100)),
    "tenths": (10, lambda v: f"{v / 10:.1f}"),
    "hundredths": (100, lambda v: f"{v / 100:.2f}"),
}


@dataclass(frozen=True)
class Shown:
    """One measure in one year: steps by place (blank where there is no figure), and what to know.

    `within` names the area a place is counted in where that is not the place alone; `cautions` and `remark` say what is
    odd about a place's figure or about all of them; `england` is England's own figure, with what it covers.
    """

    values: pd.Series
    within: Mapping[str, str] = field(default_factory=dict)
    cautions: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""
    england: tuple[int, str] | None = None


@dataclass(frozen=True)
class Measure:
    """A measure: how it is listed, how a sentence speaks of it, its form, the tables behind it and its years.

    `when` puts a year into a sentence and `dated` into a title; `years` are years in which a period starts; `terms` are the
    prices of an amount.
    """

    label: str
    subject: str
    form: str
    tables: tuple[str, ...]
    years: Callable[[], list[int]]
    read: Callable[[int], Shown]
    when: str = "In {year}"
    dated: str = "{year}"
    financial: bool = False
    verbs: tuple[str, str] = ("lay", "was")
    terms: str = ""

    def year(self, start: int) -> str:
        """How a year is written: 2009-10 for money, 2009 for the rest."""
        return places.financial_year(start) if self.financial else str(start)

    def period(self, start: int) -> str:
        """A year as a list offers it; for a change, with the year it is measured from."""
        return self.dated.format(year=self.year(start))

    def heading(self, start: int) -> str:
        """What is shown, with its year: over a legend and a column."""
        return f"{self.label}, {self.period(start)}" + (f" ({self.terms})" if self.terms else "")

    def text(self, steps: int) -> str:
        """A value as a reader meets it."""
        return FORMS[self.form][1](steps)

    @property
    def source(self) -> str:
        """The source line: figures, places on the map."""
        return tables.citation(*self.tables, "hex_layout")


def _in_steps(values: pd.Series, form: str) -> pd.Series:
    """Values of the 153 places, alphabetical, as whole steps; the places too small for rates left blank."""
    frame = places.frame()
    return (FORMS[form][0] * values.reindex(frame.index)).round().mask(frame["small"])


def _england(value: float, form: str, covers: str = "") -> tuple[int, str]:
    return round(FORMS[form][0] * value), covers


def _joined(start: str) -> dict[str, str]:
    """Places that figures from a financial year on do not tell apart from others, with the area they are counted in."""
    areas = places.areas(start)
    names = areas.loc[areas["current"], "area_name"]
    return {code: name for code, name in names.items() if name != places.frame().at[code, "name"]}


def _remark(table: str, first: int, last: int) -> str:
    """Cautions about all places at once that bear on the years from `first` to `last`; what a sum lacks is none of them."""
    rows = tables.cautions(table)
    rows = rows[rows["code"].isna() & rows["year"].notna() & (rows["rule"] != "incomplete")]
    starts = rows["year"].str[:4].astype(int)
    return " ".join(rows.loc[starts.between(first, last), "text"])


# Money


def _spending_years(key: str) -> list[int]:
    with_people = population.people().columns
    return [start for start in map(places.year_start, spending.years(key)) if start in with_people]


def _level(key: str, per: str) -> Callable[[int], Shown]:
    table = spending.basis(key).table

    def read(start: int) -> Shown:
        year = places.financial_year(start)
        values = spending.by_place(key, per, spending.LATEST_PRICES, year)[year]
        rows = tables.cautions(table)
        rows = rows[(rows["year"] == year) & rows["code"].notna() & (rows["rule"] != "reorganised")]
        # Lines of a return may be odd one by one where their sum is not: only cautions about the amount itself count.
        rows = rows[rows["measure"].isna() | (rows["measure"] == "value")]
        total = spending.england(year, key, per, spending.LATEST_PRICES)
        return Shown(
            _in_steps(values.where(values > 0), "pounds"),  # a negative return says nothing of spending
            _joined(year),
            rows.groupby("code")["text"].agg(" ".join).to_dict(),
            _remark(table, start, start),
            _england(total.value, "pounds", "" if total.complete else total.label),
        )

    return read


def _spending_change(start: int) -> Shown:
    first, last = places.financial_year(BASE_YEAR), places.financial_year(start)
    table, areas = spending.change("net", first, last), places.areas(first)
    of_place = areas.loc[areas["current"], "area"]
    # What befell a place in the base year itself lies before the change.
    noted = spending.notes(spending.basis("net").table, places.financial_year(BASE_YEAR + 1), last)
    noted = noted[table["change"].reindex(noted.index).notna()]
    unfit = table["change"].isna() & ~table["small"]
    return Shown(
        _in_steps(of_place.map(table["change"]), "change"),
        _joined(first),
        of_place.map(noted).dropna().to_dict(),
        _remark(spending.basis("net").table, BASE_YEAR + 1, start),
        _england(
            spending.same_areas_change("net", first, last), "change", "places with both figures" if unfit.any() else ""
        ),
    )


# People


def _by_year(read: Callable[[], pd.DataFrame], form: str, remark: str = "") -> Callable[[int], Shown]:
    """A frame of code × year, England among the codes, as a measure."""

    def shown(year: int) -> Shown:
        values = read()[year]
        return Shown(_in_steps(values, form), remark=remark, england=_england(values[places.ENGLAND], form))

    return shown


def _estimated() -> list[int]:
    return [int(year) for year in population.people().columns]


def _growth_years() -> list[int]:
    return [int(year) for year in population.people(kind="projection").columns if year > demand.last_estimate()]


def _growth() -> pd.DataFrame:
    people = population.people("65 and over", "projection")
    return people.div(people[demand.last_estimate()], axis=0) - 1


# Need


def _scores() -> pd.DataFrame:
    rows = tables.load("deprivation")
    return rows[rows["measure"] == "imd_average_score"].pivot(index="code", columns="year", values="value")


def _deprivation(year: int) -> Shown:
    """Average scores as published for the areas of the date; a place made of several of them has none of its own."""
    scores, areas = _scores()[year].dropna(), places.areas(places.financial_year(year))
    names = tables.load("areas").set_index("code")["name"]
    of_place = areas.loc[areas["current"], "area"]
    single, several = {}, {}
    for area, codes in scores.groupby(areas["area"].reindex(scores.index)).groups.items():
        if len(codes) == 1:
            single[area] = scores[codes[0]]
        else:
            several[area] = f"Published for {places.join(sorted(names[codes]))} as they then were."
    within = {code: name for code, name in _joined(places.financial_year(year)).items() if of_place[code] in single}
    scale = "A higher score means more deprivation. Each edition has its own scale."
    return Shown(
        _in_steps(of_place.map(single), "tenths"),
        within,
        of_place.map(several).dropna().to_dict(),
        f"{scale} {_remark('deprivation', year, year)}".strip(),
    )


def _disabled(_: int) -> Shown:
    shares = demand.prevalence(demand.DISABILITY)["share"]
    return Shown(
        _in_steps(shares, "share"),
        remark="Shares take no account of age: an older place has more.",
        england=_england(shares[places.ENGLAND], "share"),
    )


_MONEY = ("net_current_expenditure", "gdp_deflator", "population_estimates")
_PRICES = f"{spending.LATEST_PRICES} prices"


@cache
def measures() -> dict[str, Measure]:
    """The measures by key, in the order a reader meets them."""
    since, last = places.financial_year(BASE_YEAR), demand.last_estimate()
    return {
        "net-adult": Measure(
            "Net spending per adult", f"net current expenditure on adult social care per adult, in {_PRICES},", "pounds", _MONEY,
            lambda: _spending_years("net"), _level("net", "adult"), financial=True, terms=_PRICES,
        ),
        "net-older": Measure(
            "Net spending per person aged 65 and over",
            f"net current expenditure on adult social care per person aged 65 and over, in {_PRICES},", "pounds", _MONEY,
            lambda: _spending_years("net"), _level("net", "older person"), financial=True, terms=_PRICES,
        ),
        "net-change": Measure(
            "Change in net spending per adult",
            "the real-terms change in net current expenditure on adult social care per adult", "change", _MONEY,
            lambda: [year for year in _spending_years("net") if year > BASE_YEAR], _spending_change,
            when=f"Between {since} and {{year}}", dated=f"{since} to {{year}}", financial=True, terms="real terms",
        ),
        "gross-adult": Measure(
            "Total spending per adult, before any income",
            f"total expenditure on adult social care per adult, before any income and in {_PRICES},", "pounds",
            ("client_group_expenditure", *_MONEY[1:]),
            lambda: _spending_years("gross"), _level("gross", "adult"), financial=True, terms=_PRICES,
        ),
        "aged-65": Measure(
            "Share of people aged 65 and over", "the share of people aged 65 and over", "share", ("population_estimates",),
            _estimated, _by_year(lambda: population.share("65 and over"), "share"),
        ),
        "aged-85": Measure(
            "People aged 85 and over per 100 people", "the number of people aged 85 and over per 100 people of all ages",
            "hundredths", ("population_estimates",),
            _estimated, _by_year(lambda: 100 * population.share("85 and over"), "hundredths"),
        ),
        "old-age-ratio": Measure(
            "Old-age ratio: people 65 and over per 100 aged 18 to 64",
            "the number of people aged 65 and over per 100 aged 18 to 64", "tenths", ("population_estimates",),
            _estimated, _by_year(population.old_age_ratio, "tenths"),
        ),
        "growth-65": Measure(
            "Projected growth of people aged 65 and over",
            "the projected growth in people aged 65 and over (2018-based)", "share", ("population_projections",),
            _growth_years, _by_year(_growth, "share", "The projection starts from estimates made before Census 2021."),
            when=f"Between {last} and {{year}}", dated=f"{last} to {{year}}", verbs=("lies", "is"),
        ),
        "deprivation": Measure(
            "Average deprivation score", "the average score of a place's neighbourhoods", "tenths", ("deprivation",),
            lambda: [int(year) for year in _scores().columns], _deprivation, when="In the {year} Index of Multiple Deprivation",
        ),
        "disabled": Measure(
            "Share of people who are disabled", "the share of people who were disabled under the Equality Act", "share",
            ("disability",), lambda: [2021], _disabled, when="At the census of {year}", dated="{year} census",
        ),
    }  # fmt: skip


@cache
def at(key: str, year: int) -> Shown | None:
    """A measure in one year, or None when it was not published. Raises ValueError for an unknown measure."""
    if key not in measures():
        raise ValueError(f"no measure {key!r}; choose one of: {', '.join(measures())}")
    measure = measures()[key]
    return measure.read(year) if year in measure.years() else None
