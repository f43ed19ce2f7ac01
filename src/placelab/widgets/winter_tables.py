"""Tables and sentences that the other-chair lab prints, worded for a page; each table a frame of text."""

from __future__ import annotations

import math
from functools import cache

import pandas as pd

from placelab import places, population, tables, winter, wording
from placelab.widgets.other_chair import CLAUSES, about, by, runs, signed, span

FOLLOWED = 400  # days after March for which a run goes on, until all who became fit to leave in the winter have left
_SEED = (winter.SEED, 0)
_WINTERS = 2  # in which each assumption is tried at half and at twice its value
_TRIED = ("patience_days", "decondition", "interim_beds")
_QUEUES = {"delayed": "Fit to leave, in hospital", "waiting at home": "Waiting at home for care"}


@cache
def _followed() -> winter.Run:
    """The first winter when everybody carries on, followed until it is over."""
    place = winter.decided()
    return winter.Run(place, winter.draw(place, _SEED), winter.DAYS + FOLLOWED)


def parameters_table(grades: tuple[str, ...] = ("published", "derived", "assumed")) -> pd.DataFrame:
    """The model's numbers of some grades: Number, Value, Unit, Grade."""
    rows = [one for one in winter.parameters().values() if one.grade in grades]
    return pd.DataFrame(
        {
            "Number": [wording.capital(one.what) for one in rows],
            "Value": [f"{one.value:,.4g}" if one.value < 1000 else wording.count(one.value) for one in rows],
            "Unit": [one.unit for one in rows],
            "Grade": [one.grade for one in rows],
        }
    )


def littles_law_table() -> pd.DataFrame:
    """Two queues of one winter: Queue, Join a day, Wait days, Product, Counted. Counted is the mean of the count of people."""
    flows = [winter.flow(_followed(), state, 0, winter.DAYS) for state in _QUEUES]
    return pd.DataFrame(
        {
            "Queue": list(_QUEUES.values()),
            "Join a day": [f"{one.a_day:.2f}" for one in flows],
            "Wait, days": [f"{one.wait:.1f}" for one in flows],
            "Product": [f"{one.product:.1f}" for one in flows],
            "Counted": [f"{one.mean:.1f}" for one in flows],
        }
    )


def littles_law_whole() -> str:
    """The same for people fit to leave, over a time that begins and ends with nobody there: the law is then exact.

    Raises RuntimeError where product and count differ by more than rounding: the model then loses or invents people.
    """
    run = _followed()
    one = winter.flow(run, "delayed", -winter.WARM_UP, winter.DAYS + FOLLOWED)
    days = winter.WARM_UP + winter.DAYS + FOLLOWED
    if not math.isclose(one.product, one.mean, rel_tol=1e-9):
        raise RuntimeError(
            f"Little's law fails over {days} days: product {one.product!r}, counted {one.mean!r}; see winter.flow"
        )
    return (
        f"From the first patient to the last, {days} days: product and count agree, {one.mean:.1f} people on average."
    )


def reasons_table() -> pd.DataFrame:
    """What people fit to leave wait for in one winter: Waiting for, People a day, Days each, Beds."""
    found = winter.reasons(_followed(), 0, winter.DAYS)
    names = [*(wording.capital(name) for name in found.index), "All"]
    everybody = float(found.at["assessment", "a_day"])  # who is fit to leave waits for that first
    return pd.DataFrame(
        {
            "Waiting for": names,
            "People a day": [f"{v:.2f}" for v in [*found["a_day"], everybody]],
            "Days each": [f"{v:.1f}" for v in [*found["wait"], found["beds"].sum() / everybody]],
            "Beds": [f"{v:.1f}" for v in [*found["beds"], found["beds"].sum()]],
        }
    )


def beside_england() -> str:
    """The model's base case beside the count of delayed transfers of the same winter, per person aged 65 and over."""
    rows = tables.load("delayed_transfers")
    rows = rows[(rows["attributable_to"] == "total") & rows["month"].between("2016-11", "2017-03")]
    beds = float(rows["days"].sum()) / winter.DAYS
    scale = winter.older_people() / float(population.people("65 and over").at[places.ENGLAND, winter.YEAR])
    found = winter.reasons(_followed(), 0, winter.DAYS)["beds"]
    base = _numbers(winter.CARRY_ON).loc["bed_days"] / winter.DAYS
    return (
        f"England, winter of 2016-17: {wording.count(beds)} beds a day with a delayed transfer, which is {beds * scale:.0f} for "
        f"{wording.people(winter.older_people())} people aged 65 and over. The model: {base['median']:.0f} beds "
        f"({base['low']:.0f} to {base['high']:.0f}) with people fit to leave; in the first winter {found.sum():.0f}, of "
        f"which {found['assessment']:.0f} wait to be assessed."
    )


def _numbers(decisions: winter.Decisions, late: str = "visits") -> pd.DataFrame:
    """Rows of the table of runs for one combination, by measure."""
    table = winter.table().set_index([*winter.KEY, "measure"]).sort_index()
    return table.loc[(*decisions, late)]


def decisions_table(late: str = "visits") -> pd.DataFrame:
    """Each single decision, the other desks carrying on, as its change from carrying on in the middle winter.

    Columns: Decision, Bed days lost, Days without care, Visits to A&E, Doctors' hours, Father home. The first row has the levels.
    """
    names = ("bed_days", "without_days", "visits", "gp_hours")
    base = _numbers(winter.CARRY_ON, late)
    rows = [
        ["Everybody carries on", *(about(base.at[n, "median"]) for n in names), by(base.at["father_home", "median"])]
    ]
    for position, desk in enumerate(winter.DESKS):
        for option in (1, 2):
            found = _numbers(_alone(position, option), late)
            changed = [signed(found.at[n, "change_median"]) for n in names]
            rows.append([wording.capital(CLAUSES[desk][option]), *changed, by(found.at["father_home", "median"])])
    return pd.DataFrame(
        rows,
        columns=["Decision", "Bed days lost", "Days without care", "Visits to A&E", "Doctors' hours", "Father home"],
    )


def _alone(position: int, option: int) -> winter.Decisions:
    chosen = list(winter.CARRY_ON)
    chosen[position] = option
    return (chosen[0], chosen[1], chosen[2], chosen[3])


def long_waits() -> str:
    """Waits of 12 hours or more for a bed when everybody carries on, and with each of the hospital's other options."""
    told = []
    for option, name in enumerate(("Carrying on", "Escalation beds", "Discharge team protected")):
        row = _numbers(_alone(0, option)).loc["long_waits"]
        told.append(f"{name}: {about(row['median'])} ({span(row['low'], row['high'])})")
    return f"Waits of 12 hours or more for a bed. {'; '.join(told)}."


def both_sides(late: str = "visits") -> str:
    """How many combinations take waiting out of hospital, and how many of those leave people at home longer without care."""
    table = (
        winter.table().query("late == @late").pivot(index=list(winter.DESKS), columns="measure", values="change_median")
    )
    table = table.drop(index=winter.CARRY_ON)
    freed = table[table["bed_days"] < 0]
    kept = freed[freed["without_days"] <= 0]
    paid = int((kept.index.get_level_values("council") == 1).sum())
    return (
        f"Of {len(table)} combinations other than carrying on, {len(freed)} take waiting out of hospital. In "
        f"{len(freed) - len(kept)} of these people at home go without care for longer, in {len(kept)} they do not. The higher "
        f"fee is part of {paid} of those {len(kept)}."
    )


def range_of_answer(late: str = "visits") -> str:
    """What putting hospital patients first does to waiting in hospital and to days without care at home, with ranges."""
    found = _numbers((0, 0, 2, 0), late)
    spared, without = (
        found.loc[name, ["change_low", "change_median", "change_high"]] for name in ("bed_days", "without_days")
    )
    gave_up = found.loc["gave_up", ["change_low", "change_median", "change_high"]]
    return (
        f"Days of waiting in hospital: {signed(spared.iloc[1])} ({signed(spared.iloc[0])} to {signed(spared.iloc[2])}). "
        f"Days without care at home: {signed(without.iloc[1])} ({signed(without.iloc[0])} to {signed(without.iloc[2])}). "
        f"People who stop waiting: {signed(gave_up.iloc[1])} ({signed(gave_up.iloc[0])} to {signed(gave_up.iloc[2])})."
    )


def sensitivity_table() -> pd.DataFrame:
    """The answer to the guess when one assumption is halved or doubled: Assumption, Halved, As it is, Doubled.

    From fewer winters than the table of runs has, so the middle column can differ from the lab's answer.
    """
    rows = []
    base = _answer_at()
    for name in _TRIED:
        one = winter.parameters()[name]
        rows.append(
            [
                f"{wording.capital(one.what)}: {_value(one)}",
                _answer_at(**{name: one.value / 2}),
                base,
                _answer_at(**{name: one.value * 2}),
            ]
        )
    return pd.DataFrame(rows, columns=["Assumption", "Halved", "As it is", "Doubled"])


def _value(one: winter.Parameter) -> str:
    return wording.percent(one.value, 1) if one.unit.startswith("share") else f"{one.value:,.4g}"


def _answer_at(**changes: float) -> int:
    """Days without care at home for every 100 spared in hospital, over the first winters, with assumptions changed."""
    totals = []
    for council in (0, 2):
        place = winter.decided((0, 0, council, 0), "visits", **changes)
        found = [winter.measured(place, winter.draw(place, (winter.SEED, k))) for k in range(_WINTERS)]
        totals.append(pd.DataFrame(found)[["bed_days", "without_days"]].sum())
    change = totals[1] - totals[0]
    return round(-100 * float(change["without_days"]) / float(change["bed_days"]))


def father_table() -> pd.DataFrame:
    """Father's middle winter under what his family decides, where the council carries on and where it puts hospital first.

    Columns: Council, Families, Days waiting fit, Home, Care starts, Family's hours.
    """
    found = []
    for council in (0, 2):
        for family in range(3):
            run = runs()[9 * council + 3 * family]
            fit, left, home, care = run["days"][1]
            who = [wording.capital(CLAUSES["council"][council]), wording.capital(CLAUSES["family"][family])]
            low, high = run["days"][0][1] - run["days"][0][0], run["days"][2][1] - run["days"][2][0]
            waits = f"{about(left - fit)} ({span(low, high)})"
            found.append([*who, waits, by(home), by(care), about(run["father"][1][2])])
    return pd.DataFrame(
        found, columns=["Council", "Families", "Days waiting fit", "Home", "Care starts", "Family's hours"]
    )
