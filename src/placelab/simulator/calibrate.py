"""`python -m placelab.simulator.calibrate`: fit six parameters of place.mdl to delayed transfers, and report how well it went.

Method. The six are those marked FITTED. The measure is the root mean square error of patients delayed by social care for each
100,000 people aged 65 and over, month by month from August 2010 to March 2016 (`history.FIT`), plus a penalty where staffing
in early 2016 falls below 95% of what the money would employ. `STARTS` points are drawn from the parameters' ranges with a
seed; the best `KEPT` are refined one coordinate at a time, with steps that halve down to 1/400 of the range. Months after
March 2016 are never seen by the fit. Two parameters marked SET follow by bisection, from published figures and not from delays:
"Crisis visits each" so that a cut of 31% adds 0.07 visits to A&E a head, and "Drive and effort" so that the drive of 2017 reaches
by March 2018 the goal that was announced.
The command writes the values into place.mdl and fit.csv, and prints the errors against naive forecasts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from placelab import claims
from placelab.simulator import engine, history, model

SEED, STARTS, KEPT = 2010, 800, 4
STAFFED, STAFFED_AT, STAFFED_WEIGHT = 0.95, 2016.2, 30.0
FITTED = {  # range searched, by id
    "hospital_priority_in_2010": (0.5, 0.95),
    "pull_of_jobs": (0.0, 0.25),
    "fee_squeeze": (0.1, 0.6),
    "staff_sensitivity": (0.0, 12.0),
    "effort_from_nhs_money": (0.0, 0.6),
    "growth_of_unit_cost": (0.0, 0.03),
}
MOST_EFFORT = 0.6
MOST_VISITS = 4.0
CUT_ENDS = 2018.0


def settings(values: Mapping[str, float]) -> dict[str, float]:
    """Parameters with the priority of 2010 carried into every round's default, as the model file has it."""
    priority = values.get("hospital_priority_in_2010")
    carried = {f"hospital_priority_{number}": priority for number in range(1, len(model.ROUNDS) + 1)}
    return {**values, **({} if priority is None else carried)}  # type: ignore[dict-item]


def simulated(values: Mapping[str, float], months: pd.Index) -> pd.Series:
    """The model's delayed rate in the middle of each month."""
    run = engine.constants(settings(values), ("delayed_rate",))
    return pd.Series(np.interp(history.midpoints(months), run.index, run["delayed_rate"]), index=months)


def loss(values: Mapping[str, float]) -> float:
    """What the fit makes small: root mean square error over `history.FIT`, and the penalty on staffing."""
    seen = history.between(history.delays(), history.FIT)
    run = engine.constants(settings(values), ("delayed_rate", "staffing"))
    error = np.interp(history.midpoints(seen.index), run.index, run["delayed_rate"]) - seen.to_numpy()
    short = max(0.0, STAFFED - float(np.interp(STAFFED_AT, run.index, run["staffing"])))
    return float(np.sqrt(np.mean(error**2)) + STAFFED_WEIGHT * short)


def refined(values: dict[str, float], best: float) -> tuple[float, dict[str, float]]:
    """Coordinate search from one point until steps are 1/400 of each range."""
    size = 1 / 8
    while size > 1 / 400:
        moved = False
        for key, (low, high) in FITTED.items():
            for sign in (1, -1):
                other = {**values, key: float(np.clip(values[key] + sign * size * (high - low), low, high))}
                if (tried := loss(other)) < best - 1e-6:
                    values, best, moved = other, tried, True
                    break
        size = size if moved else size / 2
    return best, values


def fit(starts: int = STARTS, kept: int = KEPT, seed: int = SEED) -> dict[str, float]:
    """The fitted parameters, rounded to four decimals (the priority to two, as its slider goes)."""
    generator = np.random.default_rng(seed)
    points = [
        {key: float(low + (high - low) * generator.random()) for key, (low, high) in FITTED.items()}
        for _ in range(starts)
    ]
    ranked = sorted(((loss(point), number) for number, point in enumerate(points)))[:kept]
    _, best = min((refined(points[number], value) for value, number in ranked), key=lambda pair: pair[0])
    best["hospital_priority_in_2010"] = round(best["hospital_priority_in_2010"], 2)
    return {key: round(value, 4) for key, value in best.items()}


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses zero, or the nearer end."""
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if function(middle) > 0 else (middle, high)
    return (low + high) / 2


def added_visits(values: Mapping[str, float]) -> float:
    """Visits to A&E a head that the published cut adds by its end, in a place where nothing else changes."""
    cut = abs(claims.get("crawford-2021-spending-fall").value or 0) / 100
    still = {**settings(values), "history": 0}
    runs = [engine.constants({**still, "trial_cut": size}, ("visits_per_person",)) for size in (0.0, cut)]
    before, after = (float(run["visits_per_person"][CUT_ENDS]) for run in runs)
    return after - before


def fall_in_a_year(values: Mapping[str, float]) -> float:
    """How far delays fall between February 2017 and March 2018 in the model, as a share."""
    months = pd.Index(["2017-02", "2018-03"])
    before, after = simulated(values, months)
    return 1 - after / before


def chosen() -> dict[str, float]:
    """All values the command writes: fitted, then set."""
    found = fit()
    target = claims.get("crawford-2021-ae-visits").value or 0
    found["crisis_visits_each"] = round(
        _bisect(lambda each: added_visits({**found, "crisis_visits_each": each}) - target, 0, MOST_VISITS), 2
    )
    goal = history.goal_share()
    found["drive_and_effort"] = round(
        _bisect(lambda size: fall_in_a_year({**found, "drive_and_effort": size}) - goal, 0, MOST_EFFORT), 2
    )
    return found


def written(source: str, values: Mapping[str, float]) -> str:
    """A model's text with constants replaced. Raises ModelError when one is not there."""
    for key, value in settings(values).items():
        name = model.variable(key).name
        source, count = re.subn(rf"^{re.escape(name)} = \S+$", f"{name} = {value:g}", source, flags=re.MULTILINE)
        if count != 1:
            raise model.ModelError(f"{model.FILE} has {count} lines {name!r} = number; it needs one")
    return source


def errors(values: Mapping[str, float] | None = None) -> dict[str, float]:
    """Errors of the model and of naive forecasts, patients a day for each 100,000 older people.

    "fit" and "held out" are mean absolute errors of the model, "no drive" of the model without the drive of 2017. "last", "year"
    and "season" are forecasts made in March 2016: its last value, the mean of its last twelve months, and the same month of
    the last year seen.
    """
    seen = history.between(history.delays(), history.FIT)
    unseen = history.between(history.delays(), history.HELD_OUT)
    given = dict(values or {})

    def error(series: pd.Series | np.ndarray | float, truth: pd.Series) -> float:
        return float(np.abs(np.asarray(series) - truth.to_numpy()).mean())

    fitted = simulated(given, seen.index)
    season = [seen.iloc[-12:].to_numpy()[number % 12] for number in range(len(unseen))]
    return {
        "fit": error(fitted, seen),
        "fit, root mean square": float(np.sqrt(np.mean((fitted - seen) ** 2))),
        "held out": error(simulated(given, unseen.index), unseen),
        "held out, no drive": error(simulated({**given, "national_drive_size": 0}, unseen.index), unseen),
        "held out, last value": error(float(seen.iloc[-1]), unseen),
        "held out, mean of last year": error(float(seen.iloc[-12:].mean()), unseen),
        "held out, same month of last year": error(np.array(season), unseen),
    }


def sensitivity() -> pd.DataFrame:
    """Each free parameter alone at the ends of its range: change of three outputs in 2025 and of the error of the fit.

    Frame of (parameter, end) × delayed_rate, going_without_rate and visits_per_person in 2025, and loss: differences from the
    base case.
    """
    columns = ("delayed_rate", "going_without_rate", "visits_per_person")

    def outcome(values: Mapping[str, float]) -> dict[str, float]:
        run = engine.constants(values, columns)
        return {**run.iloc[-1].to_dict(), "loss": loss(values)}

    base = pd.Series(outcome({}))
    rows = {
        (key, end): pd.Series(outcome({key: float(value)})) - base
        for key, one in model.free().items()
        for end, value in (("low", one.low), ("high", one.high))
        if value is not None
    }
    return pd.DataFrame(rows).T


def main() -> None:
    """Fit, write place.mdl and fit.csv, and report."""
    values = chosen()
    folder = Path(str(model.FOLDER))
    (folder / model.FILE).write_text(written(model.text(), values), "utf-8")
    kinds = {key: "fitted" if key in FITTED else "set" for key in values}
    rows = pd.DataFrame({"parameter": list(values), "value": list(values.values()), "kind": list(kinds.values())})
    rows.to_csv(folder / "fit.csv", index=False)
    for key, value in values.items():
        print(f"{kinds[key]:>7}  {model.variable(key).name} = {value:g}")
    for label, value in errors(values).items():
        print(f"{value:7.2f}  {label}")
    print(f"{added_visits(values):7.3f}  visits to A&E a head added by the published cut")
    print(
        f"{fall_in_a_year(values):7.2f}  fall in delays in the year after February 2017; goal {history.goal_share():.2f}"
    )


if __name__ == "__main__":
    main()
