"""A shared account of risk: who carries how much of a bad year when budgets are held alone, pooled, shared or let as a block.

Each organisation sets a budget that it expects to meet. What it then spends more (a loss) or less is taken to be normal
around nothing, with a spread (standard deviation, as a share of its budget). A council's spread is estimated from what its
spending really did; the NHS's spread, the correlation and the spill-over from care to hospital are assumptions. Part of a
council's loss it recovers by holding back care, and each pound held back may add to hospital cost. An arrangement then says
who pays how much of whose loss: a matrix whose columns add up to one, so no money is made or lost by it.

Everything that is normal has a closed form, which the script of the live figure repeats; sharing within limits has one only
in part, and is simulated. Organisations come in one order: the council, the NHS, any others. Money is £, rates are shares;
leading dimensions (...) are free, so all places can be computed at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from placelab import claims, gap, places, population, spending, tables

# A bad year is the 90th percentile of the normal distribution; the mean of the tenth of years beyond it, in spreads.
Z90 = 1.2815515655446004
WORST_TENTH = math.exp(-(Z90**2) / 2) / math.sqrt(2 * math.pi) / 0.1
FIRST = gap.FIRST
MAD_TO_SPREAD = 1.4826  # the median distance from the centre, times this, is a normal distribution's standard deviation
# The sampling variance of the logarithm of such an estimate, times the number of years, when shocks are normal.
MAD_VARIANCE = 1.361
UNIT_COST_YEAR = "2021-22"
UNIT_COSTS = {"hour": "home_care_hourly_external", "week": "residential_weekly_65plus"}
WEEKS = 52

ARRANGEMENTS = {
    "alone": "Each holds its own",
    "pooled": "One pool, shares by contribution",
    "shared": "Each bears a share of the other's loss",
    "block": "Block contract with a care provider",
}


@dataclass(frozen=True)
class Assumptions:
    """What cannot be read from councils' returns, and the arrangement.

    nhs_budget: the NHS's money in it, times the council's. nhs_spread: its standard deviation as a share of that budget.
    correlation: between the two organisations' shocks, −1 to 1. held_back: share of its loss that a council recovers by holding
    back care. spill_over: £ of hospital cost for each £1 of care held back. arrangement: a key of ARRANGEMENTS. share: of each
    other's loss ("shared"), or of the council's loss that goes to the provider ("block"); without meaning in the other two.
    Raises ValueError for what is outside these ranges.
    """

    nhs_budget: float
    nhs_spread: float
    correlation: float
    held_back: float
    spill_over: float
    arrangement: str = "pooled"
    share: float = 0.25

    def __post_init__(self) -> None:
        for name in ("held_back", "share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}: {getattr(self, name)!r} is no share; write 0.25 for 25%")
        for name in ("nhs_budget", "nhs_spread", "spill_over"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise ValueError(f"{name}: {getattr(self, name)!r} is below 0 or no number; write for instance 0.35")
        if not -1 <= self.correlation <= 1:
            raise ValueError(f"correlation: {self.correlation!r} is outside −1 to 1")
        if self.arrangement not in ARRANGEMENTS:
            raise ValueError(f"arrangement: {self.arrangement!r} is not one of {', '.join(ARRANGEMENTS)}")


@cache
def base_case() -> Assumptions:
    """The case every other is compared with.

    nhs_budget: what emergency admissions cost the NHS in 2015-16 (National Audit Office) over councils' net current
    expenditure on adult social care in that year, to a tenth. spill_over: Forder (2009), contested. The NHS's spread, the
    correlation and the part held back are assumptions for which no published figure was found.
    """
    emergency = 1e9 * _value("nao-2018-emergency-cost")
    care = spending.england(claims.get("nao-2018-emergency-cost").period).value
    return Assumptions(
        nhs_budget=round(emergency / care, 1), nhs_spread=0.03, correlation=0.3, held_back=0.25,
        spill_over=_value("forder-2009-hospital-saving"),
    )  # fmt: skip


def _value(claim_id: str) -> float:
    value = claims.get(claim_id).value
    if value is None:
        raise tables.TableError(f"claims.csv: claim {claim_id!r} has no value; the model cannot be run without it")
    return value


# What councils' spending did


@cache
def shocks() -> pd.DataFrame:
    """How far each area's spending moved otherwise than the middle council's: area × financial year, natural logarithms.

    Net current expenditure in constant prices, its change on the year before less the median change of all areas but the small
    ones: how far out a treasurer was who expected last year's spending and everybody's change. Blank where a year is missing.
    """
    money = spending.by_area("net", "total", start=FIRST)
    change = np.log(money.where(money > 0)).diff(axis=1).iloc[:, 1:]
    return change - change[~_small()].median()


def _small() -> pd.Series:
    return spending.describe_areas(FIRST)["small"]


@cache
def spread() -> pd.DataFrame:
    """The spread of a council's spending about its budget, by code of the 153 places, as a share of it.

    Columns: own (1.4826 times the median absolute shock, so that a single odd return does not count), size (what areas with as
    many adults have: own on people aged 18 and over, both in logarithms, by least squares), spread (size, moved towards own by
    the weight below), years (how many there are). Small places take part in neither fit nor weight. A place counted with
    others takes their area's.
    """
    by_area = _spread_by_area()
    area = places.areas(FIRST)["area"][places.frame().index]
    return by_area.loc[area].set_axis(area.index)


@cache
def _spread_by_area() -> pd.DataFrame:
    moved = shocks()
    adults = population.by_area("18 and over", FIRST).iloc[:, -1].reindex(moved.index)
    table = pd.DataFrame({"own": MAD_TO_SPREAD * moved.abs().median(axis=1), "years": moved.notna().sum(axis=1)})
    large = ~_small()
    own, size = np.log(table["own"]), np.log(adults)
    slope, level = np.polyfit(size[large], own[large], 1)
    expected = level + slope * size
    table["size"] = np.exp(expected)
    table["weight"] = _weight((own - expected)[large], table["years"][large])
    table["spread"] = np.exp(expected + table["weight"] * (own - expected))
    return table[["own", "size", "spread", "years", "weight"]]


def _weight(residuals: pd.Series, years: pd.Series) -> float:
    """How much of the difference between places of one size is real: 1 − sampling variance ÷ variance seen, at least 0."""
    seen = float((residuals**2).sum() / (len(residuals) - 2))
    return max(0.0, 1 - MAD_VARIANCE * float((1 / years).mean()) / seen)


def weight() -> float:
    """The weight that a place's own estimate has in its spread, 0 to 1; the rest is what places of its size have."""
    return float(_spread_by_area()["weight"].iloc[0])


@dataclass(frozen=True)
class Council:
    """What a council brings: its money, £ a year in the latest outturn's prices, and its spread as a share of it."""

    money: float
    spread: float


def council(code: str) -> Council:
    """The council of a place; for England one of average size with the middle spread. Raises UnknownPlace."""
    money, spreads = gap.starting_point()["money"], spread()["spread"]
    if code == places.ENGLAND:
        large = places.frame().index[~places.frame()["small"]]
        return Council(float(money.mean()), float(spreads[large].median()))
    return Council(float(money[places.get(code).code]), float(spreads[code]))


# Who bears what


def covariance(spreads: np.ndarray, correlation: float | np.ndarray) -> np.ndarray:
    """Covariance of shocks, £²: spreads (..., n) in £, one correlation between each two; shape (..., n, n).

    Raises ValueError where n shocks cannot all be correlated so: below −1 ÷ (n − 1), or above 1.
    """
    sd = np.asarray(spreads, dtype=float)
    rho, n = np.asarray(correlation, dtype=float)[..., None, None], sd.shape[-1]
    if np.any(rho > 1) or np.any(rho < -1 / max(n - 1, 1)):
        raise ValueError(f"correlation: {correlation!r} cannot hold between each two of {n} organisations")
    return sd[..., :, None] * sd[..., None, :] * np.where(np.eye(n, dtype=bool), 1.0, rho)


def behaviour(held_back: float, spill_over: float, n: int = 2) -> np.ndarray:
    """What becomes of shocks before anything is shared, n × n: the council keeps part, and what it holds back reaches the NHS."""
    out = np.eye(n)
    out[0, 0] = 1 - held_back
    out[1, 0] = spill_over * held_back
    return out


def arrangement(kind: str, budgets: np.ndarray, share: float = 0.25) -> np.ndarray:
    """Who bears how much of whose loss: budgets (..., n), £; shape (..., m, n), each column adding up to 1.

    "alone": each its own. "pooled": each bears its part of the budgets of everyone's loss. "shared": each passes `share` of its
    loss to the others, equally. "block": one bearer more, a care provider that takes `share` of the first's loss.
    Raises ValueError for another kind or a share outside 0 to 1.
    """
    money = np.asarray(budgets, dtype=float)
    if kind not in ARRANGEMENTS:
        raise ValueError(f"arrangement: {kind!r} is not one of {', '.join(ARRANGEMENTS)}")
    if not 0 <= share <= 1:
        raise ValueError(f"share: {share!r} is no share; write 0.25 for 25%")
    n = money.shape[-1]
    own = np.broadcast_to(np.eye(n), (*money.shape, n))
    if kind == "alone":
        return own
    if kind == "pooled":
        part = money / money.sum(axis=-1, keepdims=True)
        return np.broadcast_to(part[..., None], own.shape)
    if kind == "shared":
        return (1 - share) * own + share / (n - 1) * (1 - own)
    out = np.concatenate([own, np.zeros_like(own[..., :1, :])], axis=-2)
    out[..., 0, 0], out[..., n, 0] = 1 - share, share
    return out


def borne(matrix: np.ndarray, shock: np.ndarray) -> np.ndarray:
    """Covariance of what each bears, £², when losses of covariance `shock` go through `matrix`."""
    return np.asarray(matrix @ shock @ np.swapaxes(matrix, -1, -2))


def bad_year(cov: np.ndarray) -> np.ndarray:
    """What each must find in its own bad year, £: the 90th percentile of what it bears; shape (..., n)."""
    return Z90 * np.sqrt(np.diagonal(cov, axis1=-2, axis2=-1))


def worst_tenth(cov: np.ndarray) -> np.ndarray:
    """What each bears on average in the worst tenth of its years (expected shortfall), £; shape (..., n)."""
    return WORST_TENTH / Z90 * bad_year(cov)


def bad_year_of_all(cov: np.ndarray) -> np.ndarray:
    """The bad year of the sum of all that is borne, £; shape (...)."""
    return Z90 * np.sqrt(cov.sum(axis=(-2, -1)))


def parts_of_it(cov: np.ndarray) -> np.ndarray:
    """What each bears on average when the sum stands at its bad year, £; adds up to `bad_year_of_all`; shape (..., n).

    Nothing where the sum has no spread at all.
    """
    total = np.sqrt(cov.sum(axis=(-2, -1)))[..., None]
    return Z90 * np.divide(cov.sum(axis=-1), total, out=np.zeros_like(cov[..., 0]), where=total > 0)


def from_holding_back(matrix: np.ndarray, spill_over: float) -> np.ndarray:
    """What each bearer gains (or, below 0, pays) for each £1 of care held back, £; shape (..., m).

    The council's loss falls by £1, the NHS's rises by the spill-over, and the arrangement hands both on.
    """
    return np.asarray(matrix[..., 0] - spill_over * matrix[..., 1])


@dataclass(frozen=True)
class Outcome:
    """Who bears what under one set of assumptions; lists follow the order council, NHS and, under a block, the provider.

    need: by how much the council's need passes its budget in a bad year, before care is held back. held_back: the care held
    back then. budgets: £ (the provider's is its contract). alone, under: each one's own bad year, each holding its own and
    under the arrangement. worst: its worst tenth, under the arrangement. parts: what it bears when the sum is at its bad
    year. total: that sum. gains: what it gains for each £1 of care held back. All £.
    """

    need: float
    held_back: float
    budgets: list[float]
    alone: list[float]
    under: list[float]
    worst: list[float]
    parts: list[float]
    total: float
    gains: list[float]

    @property
    def less(self) -> float:
        """By what share the sum of everyone's own bad year falls under the arrangement; 0 where nothing is at risk."""
        before = sum(self.alone)
        return 1 - sum(self.under) / before if before > 0 else 0.0


def outcome(of: Council, assumptions: Assumptions) -> Outcome:
    """Who bears what between a council, the NHS and, under a block contract, a care provider."""
    chosen = assumptions
    budgets = np.array([of.money, of.money * chosen.nhs_budget])
    shock = covariance(budgets * np.array([of.spread, chosen.nhs_spread]), chosen.correlation)
    before = borne(behaviour(chosen.held_back, chosen.spill_over), shock)
    matrix = arrangement(chosen.arrangement, budgets, chosen.share)
    after = borne(matrix, before)
    extra = len(matrix) - len(before)
    contract = [of.money * chosen.share] * extra
    need = Z90 * of.money * of.spread
    return Outcome(
        need=need,
        held_back=need * chosen.held_back,
        budgets=[*budgets.tolist(), *contract],
        alone=[*bad_year(before).tolist(), *[0.0] * extra],
        under=bad_year(after).tolist(),
        worst=worst_tenth(after).tolist(),
        parts=parts_of_it(after).tolist(),
        total=float(bad_year_of_all(after)),
        gains=from_holding_back(matrix, chosen.spill_over).tolist(),
    )


def pooling_everywhere(assumptions: Assumptions | None = None) -> pd.DataFrame:
    """What pooling does in each of the 153 places at once: own bad years alone and pooled, as shares of the council's budget.

    Columns council_alone, nhs_alone, council_pooled, nhs_pooled, index code. Default assumptions: the base case.
    """
    chosen = base_case() if assumptions is None else assumptions
    spreads = spread()["spread"]
    budgets = np.stack([np.ones(len(spreads)), np.full(len(spreads), chosen.nhs_budget)], axis=-1)
    sd = budgets * np.stack([spreads, np.full(len(spreads), chosen.nhs_spread)], axis=-1)
    before = borne(behaviour(chosen.held_back, chosen.spill_over), covariance(sd, chosen.correlation))
    after = borne(arrangement("pooled", budgets), before)
    return pd.DataFrame(
        np.concatenate([bad_year(before), bad_year(after)], axis=-1), index=spreads.index,
        columns=["council_alone", "nhs_alone", "council_pooled", "nhs_pooled"],
    )  # fmt: skip


# Sharing within limits, and simulation


def simulate(cov: np.ndarray, draws: int, seed: int = 2017) -> np.ndarray:
    """Joint normal losses around nothing with covariance (n, n), £: draws × n, the same ones for the same seed.

    By the Cholesky factor, which has one sign on every machine; a hair is added so that losses that move as one have one too.
    """
    hair = 1e-12 * max(float(np.trace(cov)), 1e-300) * np.eye(len(cov))
    return np.random.default_rng(seed).standard_normal((draws, len(cov))) @ np.linalg.cholesky(cov + hair).T


def passed_on(loss: np.ndarray | float, share: float, cap: float = math.inf, floor: float = math.inf) -> np.ndarray:
    """What of a loss (£) goes to the partner: `share` of it, counting no more than `cap` of a loss or `floor` of a gain."""
    return np.asarray(share * np.clip(loss, -floor, cap))


def shared_within(losses: np.ndarray, share: float, cap: float, floor: float = math.inf) -> np.ndarray:
    """Two partners' losses, draws × 2, after each has passed part of its own to the other within limits."""
    gone = passed_on(losses, share, cap, floor)
    return losses - gone + gone[..., ::-1]


def kept_in_bad_year(sd: float, share: float, cap: float) -> float:
    """The bad year of one who passes part of a normal loss (standard deviation `sd`, £) on, within a cap.

    Exact: what is kept never falls as the loss rises, so its percentile is what is kept of the loss's own.
    """
    return Z90 * sd - float(passed_on(Z90 * sd, share, cap))


def kept_in_worst_tenth(sd: float, share: float, cap: float) -> float:
    """The mean of the same in the worst tenth of years, £, from the truncated normal distribution."""
    if cap <= Z90 * sd:
        return WORST_TENTH * sd - share * cap
    edge = cap / sd if sd > 0 else math.inf
    above = 0.5 * math.erfc(edge / math.sqrt(2))
    density = math.exp(-(edge**2) / 2) / math.sqrt(2 * math.pi)
    beyond = cap * above if above else 0.0  # no cap at all: nothing lies beyond it
    return WORST_TENTH * sd - share * (WORST_TENTH * sd + (beyond - sd * density) / 0.1)


# In care


@cache
def unit_costs() -> pd.DataFrame:
    """What councils paid, £ in the latest outturn's prices, by code of the 153 places and England: hour, week, own (bool).

    hour: of home care bought; week: in residential care, 65 and over; both the returns of 2021-22. A place that lacks one takes
    the middle council's of both (own is False), as does England.
    """
    rows = tables.load("care_unit_costs")
    rows = rows[(rows["year"] == UNIT_COST_YEAR) & rows["measure"].isin(UNIT_COSTS.values())]
    wide = rows.pivot(index="code", columns="measure", values="value")[list(UNIT_COSTS.values())]
    wide = spending.to_prices(wide.set_axis([UNIT_COST_YEAR] * 2, axis=1), spending.LATEST_PRICES)
    wide.columns = list(UNIT_COSTS)
    area = places.areas(UNIT_COST_YEAR)["area"][places.frame().index]
    out = wide.reindex(area).set_axis(area.index)
    out["own"] = out.notna().all(axis=1)
    middle = wide.median()
    out.loc[places.ENGLAND] = [*middle, False]
    out.loc[~out["own"], list(UNIT_COSTS)] = middle.to_numpy()
    return out


def in_care(code: str, money: float) -> tuple[float, float]:
    """What so much money buys at a place's unit costs: hours of home care, and care-home places for a year."""
    costs = unit_costs().loc[code]
    return money / float(costs["hour"]), money / float(costs["week"]) / WEEKS
