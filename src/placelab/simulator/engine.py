"""Run place.mdl in Python by simlin, a compiled engine for system dynamics, and draw ensembles.

simlin has wheels for Linux and for Apple silicon only. Where it is missing, `run` raises EngineMissing, which says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from placelab.simulator import model
from placelab.simulator.model import Levers

QUANTILES = (0.1, 0.5, 0.9)


class EngineMissing(RuntimeError):
    """simlin is not installed on this machine."""


@cache
def _loaded() -> Any:
    return load(model.text())


def load(source: str) -> Any:
    """A model's text as a simlin model. Raises EngineMissing where there is no simlin."""
    try:
        import simlin
    except ImportError as error:
        raise EngineMissing(
            "this machine has no simlin: it comes for Linux (x86-64 and ARM) and Macs with Apple silicon. "
            "Play in the page or in the widget, which need only a browser; saves replay there too"
        ) from error
    with TemporaryDirectory() as folder:
        file = Path(folder) / model.FILE
        file.write_text(source, "utf-8")
        return simlin.load(file)


def run(
    levers: Levers | None = None,
    parameters: Mapping[str, float] | None = None,
    columns: Collection[str] | None = None,
    *,
    loaded: Any = None,
) -> pd.DataFrame:
    """One run: frame of time (every 1/16 year, 2010 to 2025) × variable ids, in the units of the model.

    levers and parameters as in `model.overrides`; columns names the variables wanted, all by default. The same choices give the
    same numbers each time. Raises ModelError for bad input and EngineMissing where there is no simlin.
    """
    return constants(model.overrides(levers, parameters), columns, loaded=loaded)


def constants(
    values: Mapping[str, float], columns: Collection[str] | None = None, *, loaded: Any = None
) -> pd.DataFrame:
    """One run with constants changed by id and no check of their ranges: for `run`, calibration and tests."""
    simulation = (loaded or _loaded()).simulate({key: float(value) for key, value in values.items()})
    simulation.run_to_end()
    wanted = columns or [one.id for one in model.variables().values() if one.kind != "control"]
    time = np.asarray(simulation.get_series("time"))
    return pd.DataFrame({key: simulation.get_series(key) for key in wanted}, index=pd.Index(time, name="time"))


def draws(count: int, seed: int = 2010, names: Sequence[str] | None = None) -> list[dict[str, float]]:
    """Parameters drawn from their ranges, each triangular with its peak at the default: the same for the same seed."""
    generator = np.random.default_rng(seed)
    chosen = [model.free()[name] for name in (names or model.free())]
    found = [dict[str, float]() for _ in range(count)]
    for one in chosen:
        low, high = one.ends
        for draw, value in zip(found, generator.triangular(low, one.value, high, count), strict=True):
            draw[one.id] = float(value)
    return found


def ensemble(
    levers: Levers | None = None, columns: Collection[str] = ("delayed_rate",), count: int = 200, seed: int = 2010
) -> pd.DataFrame:
    """Bands around one set of choices: frame of time × (variable, quantile) over `count` draws of every free parameter.

    What comes out is a share of draws under the stated ranges, and no measure of how likely anything is.
    """
    chosen = model.overrides(levers)
    runs = [constants({**draw, **chosen}, columns) for draw in draws(count, seed)]
    found = {
        (column, quantile): np.quantile([run[column].to_numpy() for run in runs], quantile, axis=0)
        for column in columns
        for quantile in QUANTILES
    }
    return pd.DataFrame(found, index=runs[0].index)
