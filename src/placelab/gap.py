"""The funding gap: need for adult social care against funding, from the latest outturn year on, in constant prices.

Each place starts from what it spends now (net current expenditure). Need grows with the number of people in two age groups,
with need for each person and with what a unit of care costs above general inflation; prevention can lower it, after a delay,
and costs money from the start. Funding is council tax and grants, each at a rate of its own. What clients pay is off net
current expenditure already, so it enters only where it grows faster or slower than the cost of care. Need and funding start
from the same money, so the gap is zero in the first year: it counts what is added from then on, never need that is unmet
today. All 153 places are computed at once; money is £ in the prices of one stated year; rates are shares a year.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache, cached_property, lru_cache

import numpy as np
import pandas as pd

from placelab import claims, places, population, spending, tables

FIRST, END = "2009-10", "2035-36"
YOUNGER, OLDER = "18 to 64", ("65 and over", "75 and over", "85 and over")
SPLITS = {
    "gross": "gross current expenditure, ASC-FR 2016-17 and 2017-18 together",
    "net": "net current expenditure, RO3 2013-14 (unreliable for single councils)",
}
_UNDER_65 = ("learning_disability", "mental_health", "physical_sensory")
SOURCES = ("council_tax", "grants")
LEVERS = ("need_per_head", "unit_cost", "funding", *SOURCES, "charges")
# Years in which the share of core money from council tax can be read, the likeliest first: places formed in 2019 and 2020 have
# no total of their own in the later one.
_SPENDING_POWER = ("2020-21", "2018-19")
_CHARGES = "2016-17"
# The most of a year's need that prevention may avoid. An assumption: no two sliders may make need vanish.
PREVENTION_CAP = 0.1

# Published estimates of extra money needed, and who made them; in the order in which they were published.
PUBLISHED = {
    "lga-2016-gap-2020-with-market": "LGA, as quoted in January 2017",
    "lga-2018-gap-2020": "LGA, 2018",
    "lga-2019-gap-2025": "LGA, 2019",
    "health-foundation-2021-demand": "Health Foundation, 2021",
    "health-foundation-2023-demand-2032": "Health Foundation, 2023",
    "health-foundation-2025-demand-2028": "Health Foundation, 2025",
    "health-foundation-2025-demand-2034": "Health Foundation, 2025",
}
PUBLISHED_GROWTH = {
    "ifs-health-foundation-2018-growth": "IFS and Health Foundation, 2018 (UK)",
    "health-foundation-2023-demand-growth": "Health Foundation, 2023",
    "health-foundation-2025-demand-growth": "Health Foundation, 2025",
}


@dataclass(frozen=True)
class Assumptions:
    """What the projection assumes. Rates are real-terms changes a year as shares: 0.017 is 1.7% a year.

    need_per_head: need of a person of given age. unit_cost: cost of a unit of care above general inflation. funding: the
    council's money for it, whatever its source. council_tax (precept included), grants (business rates included): that source
    alone; None follows funding. charges: what clients pay, beyond its keeping step with the cost of care. prevention: share of
    funding spent on it each year after the first, on top of what is spent today. effect: per cent of need avoided for each per
    cent of funding spent. delay: years from the first spending to the first effect. ageing: False holds every age group at
    today's number. older: whose number older people's need follows. split: where the share of spending on people 65 and over
    is read (a key of SPLITS). end: last financial year.
    Raises ValueError for a rate at or below −1, a share outside 0 to 1, an effect or delay below 0, an unknown name or an end
    outside the projection.
    """

    need_per_head: float = 0.0
    unit_cost: float = 0.0
    funding: float = 0.0
    council_tax: float | None = None
    grants: float | None = None
    charges: float = 0.0
    prevention: float = 0.0
    effect: float = 0.0
    delay: int = 5
    ageing: bool = True
    older: str = OLDER[0]
    split: str = "gross"
    end: str = END

    def __post_init__(self) -> None:
        for lever in LEVERS:
            rate = getattr(self, lever)
            if rate is not None and (not np.isfinite(rate) or rate <= -1):
                raise ValueError(
                    f"{lever}: {rate!r} is no yearly rate; write a share above −1, for instance 0.017 for 1.7%"
                )
        if not 0 <= self.prevention < 1:
            raise ValueError(f"prevention: {self.prevention!r} is no share of funding; write 0.02 for 2%")
        if not (np.isfinite(self.effect) and self.effect >= 0):
            raise ValueError(f"effect: {self.effect!r} is below 0; write 1.5 where 1% of funding avoids 1.5% of need")
        if self.delay < 0 or self.delay != int(self.delay):
            raise ValueError(f"delay: {self.delay!r} is no number of years; write 0, 1, 2 …")
        if self.older not in OLDER:
            raise ValueError(f"older: {self.older!r} is not one of {', '.join(OLDER)}")
        if self.split not in SPLITS:
            raise ValueError(f"split: {self.split!r} is not one of {', '.join(SPLITS)}")
        first, last = places.year_start(first_year()), int(population.people(kind="projection").columns[-1])
        if not first < places.year_start(self.end) <= last:
            raise ValueError(f"end: {self.end} is not after {first_year()} and up to {places.financial_year(last)}")

    def source(self, name: str) -> float:
        """The yearly growth of one of SOURCES: its own rate, or that of funding."""
        own: float | None = getattr(self, name)
        return self.funding if own is None else own


@cache
def base_case() -> Assumptions:
    """The case every other is compared with: ageing alone, unit cost as published projections imply, funding held level.

    Need for each person of an age stays as it is. Unit cost rises at the middle of `implied_growth`, to a tenth of a per
    cent: an assumption with a source. Funding keeps pace with general inflation and no more: an assumption, and no
    forecast, chosen so that the gap reads as extra money needed above today's budget.
    """
    implied = implied_growth()["unit_cost"]
    return Assumptions(unit_cost=round(float(implied["18 to 64"] + implied["65 and over"]) / 2, 3))


def implied_growth() -> pd.DataFrame:
    """What published projections for 2018 to 2038 imply a year, beside headcount: share a year, age group × measure.

    Columns: need (people in need), unit_cost (total cost, public and private in constant prices, over people in need),
    need_per_head (people in need over people projected). Source: the projections by the Care Policy and Evaluation Centre as
    the NAO reported them in 2021 (claims nao-2021-*).
    """
    start, end = 2018, 2038
    rows = {}
    for age, claim in (("18 to 64", "working-age"), ("65 and over", "older")):
        need, cost = (1 + _value(f"nao-2021-{claim}-{what}") / 100 for what in ("demand", "cost"))
        heads = population.people(age, "projection").loc[places.ENGLAND]
        ratios = {"need": need, "unit_cost": cost / need, "need_per_head": need / (heads[end] / heads[start])}
        rows[age] = {name: ratio ** (1 / (end - start)) - 1 for name, ratio in ratios.items()}
    return pd.DataFrame.from_dict(rows, orient="index")


def _value(claim_id: str) -> float:
    value = claims.get(claim_id).value
    if value is None:
        raise tables.TableError(f"claims.csv: claim {claim_id!r} has no value; the model cannot be run without it")
    return value


# Where each place starts


def first_year() -> str:
    """The latest outturn year: where need and funding start."""
    return spending.years("net")[-1]


@cache
def starting_point(price_year: str = spending.LATEST_PRICES) -> pd.DataFrame:
    """Where each of the 153 places starts: frame indexed by code with money and published.

    money: its own latest net current expenditure, £ in `price_year` prices. published: the financial year of that figure;
    where it is not the latest year the council's return was blank, and its last figure stands in, unchanged in real terms.
    Raises NotPublished when a place has no usable figure in any year.
    """
    start = pd.DataFrame({"money": np.nan, "published": ""}, index=places.frame().index)
    for year in reversed(spending.years("net")):
        missing = start.index[start["money"].isna()]
        if missing.empty:
            return start
        # An area of `year` that is one of today's places has that place's code, so neighbours are never counted twice.
        own = spending.by_area("net", "total", price_year, year)[year]
        found = own[own > 0].index.intersection(missing)
        start.loc[found, "money"] = own[found]
        start.loc[found, "published"] = year
    if start["money"].isna().any():
        code = start.index[start["money"].isna()][0]
        raise spending.NotPublished(f"no usable net current expenditure was ever published for {places.get(code).name}")
    return start


@cache
def older_share(split: str = "gross") -> pd.Series:
    """Share of spending that goes to people aged 65 and over, 0 to 1, by code of the 153 places.

    `split` is a key of SPLITS. Spending that no age group carries is left out. A place formed since takes its area's share;
    one without a figure takes the share of all. Raises ValueError for an unknown split.
    """
    share, everywhere = _older_share(split)
    return share.fillna(everywhere)


@cache
def _older_share(split: str) -> tuple[pd.Series, float]:
    """The same as published, blank where a place has no figure, and the share of all."""
    if split == "gross":
        table = tables.load("care_income")
        wide = table.pivot_table(index="code", columns="measure", values="value", aggfunc="sum")
        older, younger = (wide[f"gross_current_expenditure_{age}"] for age in ("65plus", "18_64"))
        start = "2016-17"
    elif split == "net":
        table = tables.load("client_group_expenditure")
        table = table[table["year"] == "2013-14"]
        wide = table.pivot(index="code", columns="client_group", values="net_current_expenditure")
        older, younger = wide["older_people"], wide[list(_UNDER_65)].sum(axis=1)
        start = "2013-14"
    else:
        raise ValueError(f"split: {split!r} is not one of {', '.join(SPLITS)}")
    return _share_by_place(older, older + younger, start)


def _share_by_place(part: pd.Series, whole: pd.Series, year: str) -> tuple[pd.Series, float]:
    """One amount of councils as a share of another, by code of the 153 places, and over all councils that have both.

    A place formed since `year` takes the share of the area it was then in; where a figure is missing the share is blank.
    """
    area = places.areas(year)["area"]
    both = pd.DataFrame({"part": part, "whole": whole}).dropna()
    sums = both.groupby(area.reindex(both.index)).sum()
    share = (sums["part"] / sums["whole"]).reindex(area[places.frame().index])
    return share.set_axis(places.frame().index), float(both["part"].sum() / both["whole"].sum())


def older_part(code: str) -> float:
    """The part of gross spending that went to people aged 65 and over, as published, 0 to 1; NaN where a place has no figure."""
    share, everywhere = _older_share("gross")
    return everywhere if code == places.ENGLAND else float(share[places.get(code).code])


@cache
def council_tax_share() -> pd.DataFrame:
    """How much of a place's starting money is taken to come from council tax; the rest is grants, business rates among them.

    Frame of the 153 places, indexed by code: share (0 to 1) and year. That care draws on council tax as all core services do is
    an assumption: no council says which pound pays for what. It is council tax over Core Spending Power in the latest year that
    has both for the place's area (2020-21, else 2018-19); the City of London, without either, takes the share of all.
    """
    return council_tax_published().fillna({"share": council_tax_everywhere()})


def _spending_power(year: str) -> tuple[pd.Series, float]:
    """Council tax over Core Spending Power in one year: by code of the 153 places, and over all councils that have both."""
    wide = tables.load("core_spending_power").pivot(index=["year", "code"], columns="measure", values="value").loc[year]
    return _share_by_place(wide["council_tax"], wide["core_spending_power"], year)


def council_tax_everywhere() -> float:
    """Council tax over Core Spending Power of all councils, in the latest year there is."""
    return _spending_power(_SPENDING_POWER[0])[1]


@cache
def council_tax_published() -> pd.DataFrame:
    """`council_tax_share` without what stands in: share is blank for a place without a figure."""
    out = pd.DataFrame({"share": np.nan, "year": _SPENDING_POWER[0]}, index=places.frame().index)
    for year in _SPENDING_POWER:
        share, _ = _spending_power(year)
        found = share[out["share"].isna()].dropna()
        out.loc[found.index, "share"] = found
        out.loc[found.index, "year"] = year
    return out


@cache
def charges_ratio() -> pd.Series:
    """What clients pay for each pound of net current expenditure, £, by code of the 153 places: on top of it, never within it.

    From the care returns of 2016-17, the last that give it (derived there); a place without a figure takes that of all.
    """
    table = tables.load("care_income")
    wide = table[table["year"] == _CHARGES].pivot(index="code", columns="measure", values="value")
    share, everywhere = _share_by_place(wide["income_client_contributions"], wide["net_current_expenditure"], _CHARGES)
    return share.fillna(everywhere)


@cache
def growth(age: str, first: int, last: int) -> pd.DataFrame:
    """Projected people of an age against the year `first`: code (153 places) × mid-year, 1 in `first`.

    2018-based projection; only its growth is used, never its level, because it starts from estimates since revised.
    """
    people = population.people(age, "projection").loc[places.frame().index, first:last]
    return people.div(people[first], axis=0)


@cache
def adults(first: int, last: int) -> pd.DataFrame:
    """People aged 18 and over: the latest estimate carried on at the projection's growth, code × mid-year, persons."""
    estimate = population.people("18 and over")
    base = int(estimate.columns[-1])
    ahead = growth("18 and over", base, last)
    return ahead.loc[:, first:].mul(estimate.loc[ahead.index, base], axis=0)


# The model


def path(rate: float | np.ndarray, years: int) -> np.ndarray:
    """What £1 becomes at a yearly rate: 1 in the first year, then `years` more; shape (..., years + 1) for rates (...)."""
    return (1 + np.asarray(rate, dtype=float)[..., None]) ** np.arange(years + 1)


def need_path(
    money: np.ndarray, share: np.ndarray, younger: np.ndarray, older: np.ndarray, assumptions: Assumptions
) -> np.ndarray:
    """Cost of need, £, place × year.

    `money` (£) and `share` (65 and over, 0 to 1) are one a place; `younger` and `older` are people against the first year,
    place × year.
    """
    volume = (1 - share)[:, None] * younger + share[:, None] * older
    years = volume.shape[1] - 1
    return money[:, None] * volume * path(assumptions.need_per_head, years) * path(assumptions.unit_cost, years)


def avoided_path(assumptions: Assumptions, years: int) -> np.ndarray:
    """Share of need that prevention avoids, 0 to PREVENTION_CAP, from the first year on; shape (years + 1,).

    Spending begins in the year after the first, and takes effect `delay` years later, in full and for as long as it goes on.
    """
    due = np.arange(years + 1) > assumptions.delay
    return np.where(due, min(assumptions.prevention * assumptions.effect, PREVENTION_CAP), 0.0)


@dataclass(frozen=True)
class Projection:
    """What need costs and what pays for it, £ in constant prices, and adults, persons: each a frame of code × financial year.

    care: cost of need, after what prevention avoids and after what clients pay in step with it. prevention: what is spent on
    prevention. council_tax, grants: funding by source. charges: what clients pay beyond keeping step, negative where they
    fall behind. clients: what they pay in step, on top of everything else here and left out of need and funding alike.
    """

    care: pd.DataFrame
    prevention: pd.DataFrame
    council_tax: pd.DataFrame
    grants: pd.DataFrame
    charges: pd.DataFrame
    clients: pd.DataFrame
    adults: pd.DataFrame

    @cached_property
    def need(self) -> pd.DataFrame:
        """What is to be paid for, £: care and prevention."""
        return self.care + self.prevention

    @cached_property
    def funding(self) -> pd.DataFrame:
        """What there is to pay with, £: council tax, grants, and charges beyond their keeping step."""
        return self.council_tax + self.grants + self.charges

    @cached_property
    def gap(self) -> pd.DataFrame:
        """Need minus funding, £: negative where funding exceeds need."""
        return self.need - self.funding

    def of(self, code: str) -> Projection:
        """One row, named by `code`: the place (with those it shares an area with: `members`) or England, summed."""
        rows = members(code)
        return Projection(*(getattr(self, f.name).loc[rows].sum().to_frame(code).T for f in fields(self)))


def project(assumptions: Assumptions | None = None, start: pd.DataFrame | None = None) -> Projection:
    """Need and funding of every place in `start` (default: all 153 from `starting_point`) under one set of assumptions.

    `start` has the columns of `starting_point`; leave rows out to project fewer places. Default assumptions: the base case.
    Raises ValueError where charges fall so far that no funding is left.
    """
    chosen = base_case() if assumptions is None else assumptions
    begin = starting_point() if start is None else start
    first, last = places.year_start(first_year()), places.year_start(chosen.end)
    years = [places.financial_year(y) for y in range(first, last + 1)]
    money = begin["money"].to_numpy(dtype=float)
    younger, older = (growth(age, first, last).loc[begin.index].to_numpy() for age in (YOUNGER, chosen.older))
    if not chosen.ageing:
        younger = older = np.ones_like(younger)
    need = need_path(money, older_share(chosen.split)[begin.index].to_numpy(), younger, older, chosen)
    care = need * (1 - avoided_path(chosen, last - first))
    clients = charges_ratio()[begin.index].to_numpy()[:, None] * care
    charges = clients * (path(chosen.charges, last - first) - 1)
    tax_share = council_tax_share().loc[begin.index, "share"].to_numpy()
    tax, grants = (
        (money * share)[:, None] * path(chosen.source(name), last - first)
        for name, share in zip(SOURCES, (tax_share, 1 - tax_share), strict=True)
    )
    funding = tax + grants + charges
    if (funding <= 0).any():
        code = begin.index[(funding <= 0).any(axis=1)][0]
        raise ValueError(
            f"charges: {chosen.charges!r} a year leaves {places.get(code).name} no funding; choose a rate nearer 0"
        )
    prevention = chosen.prevention * funding
    prevention[:, 0] = 0.0
    heads = adults(first, last).loc[begin.index].to_numpy()
    frames = (care, prevention, tax, grants, charges, clients, heads)
    return Projection(*(pd.DataFrame(values, index=begin.index, columns=years) for values in frames))


@dataclass(frozen=True)
class Gap:
    """Need against funding in one place and year, £ in constant prices."""

    need: float
    funding: float
    adults: float

    @property
    def pounds(self) -> float:
        """Need minus funding, £."""
        return self.need - self.funding

    @property
    def per_adult(self) -> float:
        """The gap for each adult then living there, £."""
        return self.pounds / self.adults

    @property
    def share(self) -> float:
        """The gap as a share of that year's funding."""
        return self.pounds / self.funding


def gap(projection: Projection, code: str, year: str | None = None) -> Gap:
    """The gap of one row of a projection in one year (default: the last). Raises ValueError for a year not in it."""
    at = projection.need.columns[-1] if year is None else year
    if at not in projection.need.columns:
        raise ValueError(
            f"{at} is not projected; there is {projection.need.columns[0]} to {projection.need.columns[-1]}"
        )
    return Gap(*(float(frame.at[code, at]) for frame in (projection.need, projection.funding, projection.adults)))


def gap_of(code: str, assumptions: Assumptions | None = None, year: str | None = None) -> Gap:
    """The gap of a place's area, or of England, under a set of assumptions (default: the base case)."""
    return gap(_row(code, base_case() if assumptions is None else assumptions), code, year)


@lru_cache(maxsize=64)
def _everywhere(assumptions: Assumptions) -> Projection:
    """All places at once, kept: a page asks for one place after another under the same assumptions."""
    return project(assumptions)


@lru_cache(maxsize=2000)
def _row(code: str, assumptions: Assumptions) -> Projection:
    """One row of it, kept: a page asks for one number of a place after another."""
    return _everywhere(assumptions).of(code)


def shares(assumptions: Assumptions | None = None) -> pd.Series:
    """The gap in the last year as a share of that year's funding, by code; the places too small for rates left out."""
    projection = project(assumptions)
    large = places.frame().index[~places.frame()["small"]]
    end = projection.need.columns[-1]
    return (projection.gap[end] / projection.funding[end])[large]


def closing(code: str, assumptions: Assumptions | None = None) -> dict[str, float]:
    """For each lever, the yearly rate that alone would close the gap in the last year, the others as they are.

    "funding" is one rate for council tax and grants together. NaN where no rate can: a source would have to fall below nothing.
    In closed form, because each lever compounds over the same years and the gap is linear in what it compounds to.
    """
    chosen = base_case() if assumptions is None else assumptions
    projection = _row(code, chosen)
    end, start = (
        {f.name: float(getattr(projection, f.name).loc[code].iloc[i]) for f in fields(projection)} for i in (-1, 0)
    )
    years = places.year_start(chosen.end) - places.year_start(first_year())

    def rate(times: float) -> float:
        return float(times ** (1 / years) - 1) if times > 0 else float("nan")

    left = 1 - chosen.prevention  # what prevention leaves of each pound of funding
    without_charges = end["council_tax"] + end["grants"]
    volume = left * without_charges / (end["care"] - left * end["charges"])
    wanted = end["care"] / left - end["charges"]  # of council tax and grants
    out = {lever: (1 + getattr(chosen, lever)) * (1 + rate(volume)) - 1 for lever in ("need_per_head", "unit_cost")}
    out["funding"] = rate(wanted / (start["council_tax"] + start["grants"]))
    for source in SOURCES:
        out[source] = rate((wanted - without_charges + end[source]) / start[source])
    out["charges"] = rate(1 + (end["care"] / left - without_charges) / end["clients"])
    return out


def need_growth(code: str, assumptions: Assumptions | None = None) -> float:
    """The yearly real-terms growth of need from the first year to the last: 0.027 is 2.7% a year."""
    need = project(assumptions).of(code).need.loc[code]
    return float((need.iloc[-1] / need.iloc[0]) ** (1 / (len(need) - 1)) - 1)


def ageing_alone() -> Assumptions:
    """The base case with the unit cost of care level: what ageing does by itself."""
    return replace(base_case(), unit_cost=0.0)


def unit_cost_alone() -> Assumptions:
    """The base case with every age group held at today's number: what the unit cost of care does by itself."""
    return replace(base_case(), ageing=False)


def cases() -> dict[str, Assumptions]:
    """The base case and others that each change one thing in it, by a label that ends a sentence's "With …"."""
    base, implied = base_case(), implied_growth()["need_per_head"]
    announced = _value("spending-review-2025-spending-power") / 100
    return {
        "the base case": base,
        "ageing alone, unit cost level": ageing_alone(),
        "unit cost alone, no ageing": unit_cost_alone(),
        "older people's need following those 85 and over": replace(base, older="85 and over"),
        "spending split by age as net in 2013-14": replace(base, split="net"),
        "need per head as projections for 2018 to 2038 imply": replace(base, need_per_head=float(implied.mean())),
        "prevention at 2% of funding, without effect": replace(base, prevention=0.02),
        "prevention at 2% of funding, avoiding 2% of need": replace(base, prevention=0.02, effect=1.0),
        "funding growing as since 2014-15": replace(base, funding=past_growth("2014-15")),
        "funding growing as the 2025 Spending Review announced": replace(base, funding=announced),
    }


@dataclass(frozen=True)
class Scenario:
    """A published scenario as settings of the levers: its name, who published it, its claims, and how it was read."""

    label: str
    by: str
    claims: tuple[str, ...]
    reading: str
    assumptions: Assumptions


@cache
def scenarios() -> dict[str, Scenario]:
    """Published scenarios by a short name, the base case first.

    A published rate of growth becomes the setting that gives it for England from the first year to the last, to a tenth of a per
    cent; the period it was published for is seldom ours. Growth above the base case is put on need per head where it stands for
    demand or access and on unit cost where it stands for pay: both compound alike, so the gap is the same. The Local Government
    Association's figures state no yearly rate, so none is here.
    """
    base = base_case()
    found = {
        "base": Scenario(
            "Base case", "National Audit Office", ("nao-2021-older-cost", "nao-2021-working-age-cost"),
            "need grows by ageing alone, unit cost as published projections imply, and funding is held level", base,
        ),
        "nao-2021": Scenario(
            "Need per head rises (NAO 2021)", "National Audit Office", ("nao-2021-older-demand", "nao-2021-working-age-demand"),
            "need per head grows too, as the projections for 2018 to 2038 imply",
            replace(base, need_per_head=_tenth(float(implied_growth()["need_per_head"].mean()))),
        ),
    }  # fmt: skip
    ageing_and_cost = need_growth(places.ENGLAND, base)

    def growing(label: str, claim: str, pay_claim: str = "") -> Scenario:
        wanted = _value(claim) / 100
        need = _tenth((1 + wanted) / (1 + ageing_and_cost) - 1)
        which, cost, stated = "need per head is", base.unit_cost, claim
        if pay_claim:
            which, stated = "need per head and unit cost are", pay_claim
            cost = _tenth((1 + cost) * (1 + _value(pay_claim) / 100) / (1 + wanted) - 1)
        reading = f"{which} set so that England's need grows by {_value(stated):g}% a year"
        used = (claim, pay_claim) if pay_claim else (claim,)
        return Scenario(label, "Health Foundation", used, reading, replace(base, need_per_head=need, unit_cost=cost))

    demand, access, pay = (f"health-foundation-2025-{what}-growth" for what in ("demand", "access", "pay"))
    found["health-foundation-2023"] = growing(
        "Meet demand (Health Foundation 2023)", "health-foundation-2023-demand-growth"
    )
    found["health-foundation-2025"] = growing("Meet demand (Health Foundation 2025)", demand)
    found["health-foundation-2025-access"] = growing("Demand and access (Health Foundation 2025)", access)
    found["health-foundation-2025-pay"] = growing("Demand, access, pay (Health Foundation 2025)", access, pay)
    found["spending-review-2025"] = _spending_review()
    return found


def _spending_review() -> Scenario:
    """Funding as the 2025 Spending Review announced it for councils, the rise divided between sources as the IFS reckoned."""
    announced, of_tax = "spending-review-2025-spending-power", "ifs-2025-council-tax-share"
    growth_of_all, tax_part = _value(announced) / 100, _value(of_tax) / 100
    money = starting_point()["money"]
    tax_share = float((council_tax_share()["share"] * money).sum() / money.sum())
    tax, grants = growth_of_all * tax_part / tax_share, growth_of_all * (1 - tax_part) / (1 - tax_share)
    return Scenario(
        "Funding as announced (Spending Review 2025)",
        "HM Treasury and the Institute for Fiscal Studies", (announced, of_tax),
        f"funding in England grows by {_value(announced):g}% a year at first, {_value(of_tax):g}% of the rise from council tax, "
        "as announced for all council services to 2028-29 and here carried on",
        replace(base_case(), council_tax=_tenth(tax), grants=_tenth(grants)),
    )  # fmt: skip


def _tenth(rate: float) -> float:
    """A rate to a tenth of a per cent: the step of a slider."""
    return round(rate, 3)


# Around the model: what was spent, what stands in, what others found


def members(code: str) -> list[str]:
    """The places whose figures since 2009-10 can only be added together with this one's; for England all 153.

    Raises UnknownPlace.
    """
    if code == places.ENGLAND:
        return list(places.frame().index)
    table = places.areas(FIRST)
    table = table[table["current"]]
    return list(table.index[table["area"] == table["area"][places.get(code).code]])


def history(code: str, price_year: str | None = spending.LATEST_PRICES) -> pd.Series:
    """What was spent, £ by financial year from 2009-10, in `price_year` prices (None: cash); blank years left out.

    A place's figures are those of its area (`members`). England has only the years in which every council is present.
    """
    if code == places.ENGLAND:
        sums = {year: spending.england(year, price_year=price_year) for year in spending.years("net") if year >= FIRST}
        return pd.Series({year: total.value for year, total in sums.items() if total.complete})
    return spending.by_place("net", "total", price_year, FIRST).loc[places.get(code).code].dropna()


def past_growth(start: str) -> float:
    """Yearly real-terms growth of councils' spending from `start` to the latest year, over the areas that have both."""
    years = places.year_start(first_year()) - places.year_start(start)
    return (1 + spending.same_areas_change("net", start, first_year(), "total")) ** (1 / years) - 1


def carried(code: str) -> pd.Series:
    """Members whose latest return was blank: the financial year of the figure that stands in, by code."""
    published = starting_point().loc[members(code), "published"]
    return published[published != first_year()]


def beside_published() -> pd.DataFrame:
    """Published estimates of the money needed in England and the base case's gap in the same year.

    Columns: claim, by, period (as published), published, model (£bn; blank for a year that is over). Nothing is tuned to
    agree: base years, prices and what is counted differ from one estimate to the next.
    """
    england = project().of(places.ENGLAND)
    rows = []
    for claim_id, by in PUBLISHED.items():
        period = claims.get(claim_id).period
        ahead = period in england.need.columns[1:]
        here = gap(england, places.ENGLAND, period).pounds / 1e9 if ahead else float("nan")
        rows.append((claim_id, by, period, _value(claim_id), here))
    return pd.DataFrame(rows, columns=["claim", "by", "period", "published", "model"])


def published_growth() -> pd.DataFrame:
    """Published yearly real-terms growth of need, and the base case's for England: columns by, growth (share a year)."""
    rows = [(by, _value(claim_id) / 100) for claim_id, by in PUBLISHED_GROWTH.items()]
    return pd.DataFrame([*rows, ("Here, base case", need_growth(places.ENGLAND))], columns=["by", "growth"])
