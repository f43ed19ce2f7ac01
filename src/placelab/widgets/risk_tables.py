"""Tables that the shared-risk lab prints, worded for a page; each a frame of text."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from placelab import claims, places, risk, wording
from placelab.widgets.shared_risk import SAME, money

_CAPS = (0.0, 0.5, 1.0, 2.0, math.inf)  # times the spread of what is shared
_DRAWS = 200_000
_YEARS = 10
_EVIDENCE = (
    "mason-2015-assessed",
    "mason-2015-lower",
    "mason-2015-no-effect",
    "mason-2015-unclear",
    "wirral-2021-pool",
    "adass-2017-overspend",
    "adass-2025-overspend",
    "nuffield-trusts-acute-2023",
    "nuffield-trusts-worst-region-2023",
)


def past_table(code: str) -> pd.DataFrame:
    """A place's shocks of the latest ten years, or its area's: Year, Than the middle council; "no figure" where one is blank."""
    area, _ = places.area_of(code, risk.FIRST)
    moved = risk.shocks().loc[area].iloc[-_YEARS:]
    worded = [
        "no figure" if pd.isna(share) else f"{wording.percent(abs(share), 1)} {'more' if share >= 0 else 'less'}"
        for share in np.expm1(moved)
    ]
    return pd.DataFrame({"Year": moved.index, "Than the middle council": worded})


def spread_table(codes: list[str]) -> pd.DataFrame:
    """How each place's spread is made, each place once: Place, Own record, Places of its size, Used."""
    codes = list(dict.fromkeys(codes))
    table = risk.spread().loc[codes, ["own", "size", "spread"]]
    out = table.map(lambda share: wording.percent(share, 1)).set_axis(
        ["Own record", "Places of its size", "Used"], axis=1
    )
    return out.assign(Place=[places.get(code).name for code in codes])[
        ["Place", "Own record", "Places of its size", "Used"]
    ]


def estimators_table(code: str) -> pd.DataFrame:
    """A place's spread from its own record by other rules, against the one used: Rule, Spread."""
    area, _ = places.area_of(code, risk.FIRST)
    moved = risk.shocks().loc[area].dropna()
    own = risk.spread().loc[code]
    rules = {
        "Used: own record and size together": own["spread"],
        "Own record alone": own["own"],
        "Own record, around the place's own trend": risk.MAD_TO_SPREAD * (moved - moved.median()).abs().median(),
        "Own record, every year counted in full": float(np.sqrt((moved**2).mean())),
    }
    return pd.DataFrame({"Rule": list(rules), "Spread": [wording.percent(share, 1) for share in rules.values()]})


def arrangements_table(code: str, case: risk.Assumptions | None = None) -> pd.DataFrame:
    """Each arrangement's bad years: Arrangement, The council, The NHS, Care provider, Added together."""
    base = risk.base_case() if case is None else case
    rows = []
    for kind, label in risk.ARRANGEMENTS.items():
        found = risk.outcome(risk.council(code), replace(base, arrangement=kind))
        provider = money(found.under[2]) if kind == "block" else "none"
        rows.append([label, *map(money, found.under[:2]), provider, money(sum(found.under))])
    return pd.DataFrame(rows, columns=["Arrangement", "The council", "The NHS", "Care provider", "Added together"])


def who_is_helped(code: str) -> pd.DataFrame:
    """Whom pooling helps: correlation (rows) by the NHS's spread, the rest as in the base case."""
    grid = {}
    for spread in (0.01, 0.02, 0.03, 0.05, 0.1):
        column = {}
        for correlation in (0.0, 0.3, 0.6, 0.9):
            case = replace(risk.base_case(), nhs_spread=spread, correlation=correlation)
            found = risk.outcome(risk.council(code), case)
            helped = [
                name
                for name, new, old in zip(("council", "NHS"), found.under, found.alone, strict=True)
                if new < old * (1 - SAME)
            ]
            column[f"{correlation:g}"] = "both" if len(helped) == 2 else f"{helped[0]} only" if helped else "neither"
        grid[f"NHS {wording.percent(spread)}"] = column
    return pd.DataFrame(grid).rename_axis("Correlation")


def everywhere() -> str:
    """In how many places pooling helps both in the base case, the places too small for rates left out: one sentence."""
    table = risk.pooling_everywhere()[~places.frame()["small"]]
    change = {who: table[f"{who}_pooled"] / table[f"{who}_alone"] - 1 for who in ("council", "nhs")}
    helped = change["council"] < -SAME
    both, more = (int((helped & kind).sum()) for kind in (change["nhs"] < -SAME, change["nhs"] > SAME))
    return (
        f"In the base case pooling helps both in {both} of {len(table)} places. In {more} it helps the council and adds to the "
        f"NHS's bad year, and in {len(table) - both - more} it makes little difference to one of them."
    )


def reasons_table(code: str) -> pd.DataFrame:
    """What £1 of care held back is worth to each, alone and pooled: Hospital cost of £1, and four columns of pounds."""
    rows = []
    for spill in (0.0, 0.35, 0.75, 1.25):
        gains = [
            risk.outcome(risk.council(code), replace(risk.base_case(), arrangement=kind, spill_over=spill)).gains
            for kind in ("alone", "pooled")
        ]
        rows.append([f"£{spill:.2f}", *(_signed(gain) for pair in gains for gain in pair)])
    return pd.DataFrame(
        rows, columns=["Hospital cost", "Council, alone", "NHS, alone", "Council, pooled", "NHS, pooled"]
    )


def _signed(pounds: float) -> str:
    """£ to the penny with its sign: "+£0.33", "−£0.35", "£0.00"."""
    size = f"{abs(pounds):.2f}"
    return "£0.00" if size == "0.00" else f"{'+' if pounds > 0 else '−'}£{size}"


def _losses(code: str) -> np.ndarray:
    """Simulated losses of council and NHS before anything is shared, in the base case: draws × 2, £."""
    council, case = risk.council(code), risk.base_case()
    sd = council.money * np.array([council.spread, case.nhs_budget * case.nhs_spread])
    shock = risk.covariance(sd, case.correlation)
    return risk.simulate(risk.borne(risk.behaviour(case.held_back, case.spill_over), shock), _DRAWS)


def check_table(code: str) -> pd.DataFrame:
    """The closed form beside simulated years, base case, pooled: Measure, Formula, Simulated."""
    council, case = risk.council(code), risk.base_case()
    found = risk.outcome(council, case)
    budgets = np.array(found.budgets)
    borne = (_losses(code) @ risk.arrangement("pooled", budgets).T)[:, 0]
    level = float(np.quantile(borne, 0.9))
    rows = [
        ("The council's bad year, pooled", found.under[0], level),
        ("Mean of its worst tenth", found.worst[0], float(borne[borne >= level].mean())),
    ]
    return pd.DataFrame(
        [(name, money(a), money(b)) for name, a, b in rows], columns=["Measure", "Formula", "Simulated"]
    )


def caps_table(code: str) -> pd.DataFrame:
    """Half of each other's losses and gains shared up to a cap: Cap, then bad year and worst tenth of both, simulated."""
    losses = _losses(code)
    sd = losses.std(axis=0).mean()
    rows = []
    for cap in _CAPS:
        kept = risk.shared_within(losses, 0.5, cap * sd, cap * sd)
        level = np.quantile(kept, 0.9, axis=0)
        tail = [float(column[column >= at].mean()) for column, at in zip(kept.T, level, strict=True)]
        label = "nothing shared" if cap == 0 else "no limit" if math.isinf(cap) else money(cap * sd)
        rows.append([label, money(level[0]), money(level[1]), money(tail[0]), money(tail[1])])
    columns = ["Cap on what counts", "Council", "NHS", "Council, worst tenth", "NHS, worst tenth"]
    return pd.DataFrame(rows, columns=columns)


def three_table(code: str) -> pd.DataFrame:
    """A voluntary provider joins the pool: Who, Budget, Bad year alone, pooled, and as shares of the budget.

    Its budget is set at a tenth of the council's and its spread at twice the council's: an example and no estimate.
    """
    council, case = risk.council(code), risk.base_case()
    budgets = council.money * np.array([1, case.nhs_budget, 0.1])
    sd = budgets * np.array([council.spread, case.nhs_spread, 2 * council.spread])
    before = risk.borne(risk.behaviour(case.held_back, case.spill_over, 3), risk.covariance(sd, case.correlation))
    after = risk.borne(risk.arrangement("pooled", budgets), before)
    alone, pooled = risk.bad_year(before), risk.bad_year(after)
    return pd.DataFrame(
        {
            "Who": ["The council", "The NHS", "Voluntary provider"],
            "Budget": [money(value) for value in budgets],
            "Alone": [money(value) for value in alone],
            "Pooled": [money(value) for value in pooled],
            "Of budget, alone": [wording.percent(share, 1) for share in alone / budgets],
            "Of budget, pooled": [wording.percent(share, 1) for share in pooled / budgets],
        }
    )


def care_table(code: str) -> pd.DataFrame:
    """Money at risk as care, at unit costs as published: What, Money, Hours of home care, Care-home places for a year."""
    found = risk.outcome(risk.council(code), replace(risk.base_case(), arrangement="alone"))
    rows = []
    for what, value in (
        ("Need beyond budget in a bad year", found.need),
        ("of it held back from people", found.held_back),
        ("of it for the council to find", found.alone[0]),
    ):
        hours, homes = risk.in_care(code, value)
        rows.append([what, money(value), wording.people(hours), wording.people(homes)])
    return pd.DataFrame(rows, columns=["What", "Money", "Hours of home care", "Care-home places, a year"])


def evidence() -> str:
    """What the register holds on pools and on overspends, one published figure a line."""
    lines = []
    for claim in map(claims.get, _EVIDENCE):
        unit = {"schemes": ""}.get(claim.unit, claim.unit)
        number = f"£{claim.value:g}{unit[1:]}" if unit.startswith("£") else f"{claim.value:g}{unit}"
        lines.append(f"{claim.text.rstrip('.')}: {number} ({claim.period}).")
    return "\n".join(lines)
