"""What a reader of the page may move in the place simulator: whose lever it is, how it reads, and the ready-made policies.

A setting is three things: the policy that the place follows at first, when the reader's own levers take over, and those levers.
Every policy of policies.json can be written so, and choosing one sets the controls to it. Names, ranges and policies are the
model's own (placelab.simulator.model).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from placelab.simulator import model
from placelab.widgets.base import Choice, Slider

BASE, OWN = "base", "own"
ROLES = {
    "council": "The council", "hospital": "The hospital", "practice": "General practice", "community": "Community and citizens",
    "together": "Council and NHS together", "centre": "The centre", "events": "Events",
}  # fmt: skip
BEDS = " beds"


@dataclass(frozen=True)
class Lever:
    """One lever as a reader meets it: whose it is, what it is called, and the unit after the number (a share is shown in %)."""

    role: str
    label: str
    unit: str = "%"

    @property
    def scale(self) -> int:
        """What the model's number is multiplied by to be shown."""
        return 100 if self.unit == "%" else 1


LEVERS = {
    "extra_care_budget": Lever("council", "Extra money for care, of 2010’s budget"),
    "eligibility": Lever("council", "Eligibility for care, where 2010 is 100%"),
    "fee_rate": Lever("council", "Fee paid to providers, where the usual is 100%"),
    "hospital_priority": Lever("council", "Weight of people in hospital over those at home"),
    "reablement_share": Lever("council", "Reablement, share of the care budget"),
    "prevention_share": Lever("council", "Prevention, share of the care budget"),
    "escalation_beds": Lever("hospital", "Escalation beds", BEDS),
    "elective_cancellation": Lever("hospital", "Planned operations cancelled"),
    "continuity": Lever("practice", "Appointments kept for one’s own doctor"),
    "carer_support": Lever("community", "Grants that support carers, share of the care budget"),
    "citizens_deal": Lever("community", "A deal with citizens, of a full one"),
    "pooled_fund": Lever("together", "Pooled fund, share of the care budget"),
    "gain_share": Lever("together", "Hospital savings paid back into care"),
    "central_grant": Lever("centre", "Grant for care, of 2010’s budget"),
    "discharge_directive": Lever("centre", "Pressure to put hospital discharge first"),
    "winter_surge": Lever("events", "Extra emergency admissions each winter"),
    "provider_failure": Lever("events", "Home care workers lost when a provider fails"),
}
Settings = Mapping[str, Any]


def dated(start: float) -> str:
    """When a round starts: 2010 -> "2010", 2017.5 -> "July 2017"."""
    return f"{start:.0f}" if start == int(start) else f"July {int(start)}"


def tidy(value: float) -> float:
    """A number without the dust that scaling leaves."""
    return round(value, 6)


def shown(name: str, value: float) -> float:
    """A lever's number in the model as its slider has it: 0.84 -> 84."""
    return tidy(value * LEVERS[name].scale)


def slider(name: str) -> Slider:
    """The control of one lever."""
    own, told = model.levers()[name], LEVERS[name]
    low, high, step, default = (shown(name, value) for value in (own.low, own.high, own.step, own.default))
    return Slider(name, told.label, low, high, step, default, told.unit)


def policy_choice() -> Choice:
    """The ready-made policies, and the reader's own."""
    return Choice(
        "policy", "Policy", [*((name, policy_name(name)) for name in model.policies()), (OWN, "Your own")], BASE
    )


def starts() -> list[float]:
    """When each round starts, whole years as whole numbers."""
    return [int(start) if start == int(start) else start for start in model.ROUNDS]


def from_choice() -> Choice:
    """When the levers on show take over."""
    return Choice("from", "The levers below hold from", [(start, dated(start)) for start in starts()], starts()[0])


def before_choice() -> Choice:
    """What the place follows until then."""
    return Choice("before", "Until then, as in", [(name, policy_name(name)) for name in model.policies()], BASE)


def whose_choice() -> Choice:
    """Whose levers the panel shows; it changes nothing else."""
    return Choice("whose", "Show the levers of", list(ROLES.items()), "council")


@cache
def policy_name(name: str) -> str:
    """A policy's name as it stands alone: "The same, undone from 2017" -> "Fixes that fail, undone from 2017"."""
    told = str(model.policies()[name]["name"])
    if not told.startswith("The same, "):
        return told
    undoes = policy_name(presets()[name]["before"]).partition(":")[0]
    return f"{undoes}, {told.removeprefix('The same, ')}"


def rounds(policy: str, lever: str) -> list[float]:
    """A policy's value of one lever in each round."""
    given = model.policies()[policy]["levers"].get(lever)
    listed = list(given) if isinstance(given, list) else [given] * len(model.ROUNDS)
    default = model.levers()[lever].default
    return [default if k >= len(listed) or listed[k] is None else float(listed[k]) for k in range(len(model.ROUNDS))]


@cache
def presets() -> dict[str, dict[str, Any]]:
    """For each policy the settings that are the same: until when it follows which policy, and every lever after that.

    Raises ValueError for a policy that cannot be written so.
    """
    return {name: _written(name) for name in model.policies()}


def _written(name: str) -> dict[str, Any]:
    wanted = {lever: rounds(name, lever) for lever in LEVERS}
    for first, start in enumerate(starts()):
        for before in dict.fromkeys([BASE, *model.policies()]):
            same = all(values[:first] == rounds(before, lever)[:first] for lever, values in wanted.items())
            if same and all(len(set(values[first:])) == 1 for values in wanted.values()):
                ends = {lever: shown(lever, values[-1]) for lever, values in wanted.items()}
                return {"before": before, "from": start, **ends}
    raise ValueError(f"policies.json: {name!r} changes more than once in a way that the page's controls cannot show")


def schedule(values: Settings) -> dict[str, list[float]]:
    """The settings as the model takes them: every lever's value in each round."""
    return {
        lever: [
            was if start < values["from"] else values[lever] / told.scale
            for start, was in zip(model.ROUNDS, rounds(values["before"], lever), strict=True)
        ]
        for lever, told in LEVERS.items()
    }


def named(values: Settings) -> str:
    """The policy that settings are the same as, or OWN."""
    plan = schedule(values)
    same = [name for name in model.policies() if all(rounds(name, lever) == plan[lever] for lever in LEVERS)]
    return same[0] if same else OWN
