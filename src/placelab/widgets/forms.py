"""Controls of plain ipywidgets, for a figure whose script is still to come."""

from __future__ import annotations

from typing import Any

import ipywidgets as ipw

from placelab.widgets.base import Choice, Control, LiveFigure, Slider

_WIDE = ipw.Layout(width="min(100%, 46em)")
_LABEL = {"description_width": "16em"}


def control_widget(control: Control, value: Any) -> ipw.Widget:
    """The ipywidget for one control, set to `value`."""
    if isinstance(control, Slider):
        return ipw.FloatSlider(
            value, min=control.low, max=control.high, step=control.step, description=_described(control),
            continuous_update=False, layout=_WIDE, style=_LABEL, readout_format=".0f" if control.step >= 1 else ".2f",
        )  # fmt: skip
    return ipw.Dropdown(
        options=[(label, v) for v, label in control.options], value=value, description=control.label, layout=_WIDE, style=_LABEL
    )  # fmt: skip


def _described(control: Slider) -> str:
    return f"{control.label} ({control.unit.strip()})" if control.unit.strip() else control.label


def panel(live: LiveFigure) -> ipw.VBox:
    """Controls above the figure; moving one recomputes it. `live.values` always holds what the controls show.

    Where the figure asks a question, the figure stays hidden until a guess is given or openly skipped.
    """
    page = ipw.HTML()
    inputs = {control.name: control_widget(control, live.values[control.name]) for control in live.controls()}

    def redraw(_: Any = None) -> None:
        values = {control.name: _value(control, inputs[control.name].value) for control in live.controls()}
        live.values.update(values)
        page.value = live.finding.html(level="live")

    for widget in inputs.values():
        widget.observe(redraw, names="value")
    box = ipw.VBox([*inputs.values(), page])
    if live.guess is None:
        redraw()
        return box
    return ask(live.question, live.guess, box, redraw)


def ask(question: str, guess: Slider, result: ipw.VBox, redraw: Any) -> ipw.VBox:
    """The question first: a guess (or an open skip) uncovers the result and stays beside it."""
    slider = control_widget(guess, guess.default)
    show, skip = ipw.Button(description="Show the result"), ipw.Button(description="Skip the guess")
    heading = ipw.HTML(f"<p><strong>{question}</strong></p>")
    outer = ipw.VBox([heading, slider, ipw.HBox([show, skip])])

    def uncover(button: ipw.Button) -> None:
        given = f"You guessed {slider.value:g}{guess.unit}." if button is show else "You skipped the guess."
        redraw()
        outer.children = [ipw.HTML(f"<p><strong>{question}</strong> {given}</p>"), result]

    show.on_click(uncover)
    skip.on_click(uncover)
    return outer


def _value(control: Control, value: Any) -> Any:
    return control.check(value if isinstance(control, Choice) else round(value, 10))
