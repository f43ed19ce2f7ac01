"""Live figures: one module each, one class with two homes (see base)."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from placelab.widgets.base import Choice, LiveFigure

_CLASSES = {
    "one-in-ten": ("placelab.widgets.one_in_ten", "OneInTen"),
    "demand-trends": ("placelab.widgets.demand_trends", "DemandTrends"),
    "need-from-ageing": ("placelab.widgets.need_from_ageing", "NeedFromAgeing"),
    "conditions": ("placelab.widgets.conditions", "Conditions"),
    "funding-gap": ("placelab.widgets.funding_gap", "FundingGap"),
    "gap-uncertainty": ("placelab.widgets.gap_uncertainty", "GapUncertainty"),
    "forecast-scorecard": ("placelab.widgets.forecast_scorecard", "ForecastScorecard"),
    "map-of-places": ("placelab.widgets.map_of_places", "MapOfPlaces"),
    "shared-risk": ("placelab.widgets.shared_risk", "SharedRisk"),
    "other-chair": ("placelab.widgets.other_chair", "OtherChair"),
    "place-simulator": ("placelab.widgets.place_simulator", "PlaceSimulator"),
}


def names() -> list[str]:
    """Names of the live figures."""
    return list(_CLASSES)


def figure_class(name: str) -> type[LiveFigure]:
    """The class of a live figure. Raises ValueError for a name there is none of."""
    if name not in _CLASSES:
        raise ValueError(f"no live figure {name!r}; there is {', '.join(_CLASSES)}")
    module, attribute = _CLASSES[name]
    return getattr(import_module(module), attribute)  # type: ignore[no-any-return]


def create(name: str, settings: Mapping[str, str] | None = None) -> LiveFigure:
    """A live figure by name, its controls set from text (as a chapter writes them). Raises ValueError."""
    cls = figure_class(name)
    controls = {control.name: control for control in cls.controls()}
    values = {}
    for key, text in (settings or {}).items():
        control = controls.get(key)
        if isinstance(control, Choice):
            values[key] = next((value for value, _ in control.options if str(value) == text), text)
        else:
            values[key] = float(text) if control is not None else text
    return cls(**values)
