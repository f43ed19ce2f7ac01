"""One class, two homes: a figure that a reader can turn.

In JupyterLab it is a set of controls over the figure; while the book is built (PLACELAB_TARGET=book) it is a static figure
with its sentence, table and text alternative, and no widget is created: live widgets in a build are what makes notebook
execution hang. Subclasses say which controls there are and compute a `Finding` from their values; nothing else.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any, ClassVar

import pandas as pd

from placelab import figures, places
from placelab.widgets import page

TARGET = "PLACELAB_TARGET"


@dataclass(frozen=True)
class Choice:
    """A control with named options: (value, label) pairs."""

    name: str
    label: str
    options: Sequence[tuple[Any, str]]
    default: Any

    def check(self, value: Any) -> Any:
        """The value, or ValueError naming the options."""
        if value not in [v for v, _ in self.options]:
            known = ", ".join(repr(v) for v, _ in self.options[:12])
            raise ValueError(f"{self.label}: {value!r} is not one of {known}{', …' if len(self.options) > 12 else ''}")
        return value

    def extremes(self) -> list[Any]:
        """Every option: what a test drives the control through."""
        return [value for value, _ in self.options]

    def json(self) -> dict[str, Any]:
        """The control as its script reads it."""
        return {"kind": "choice", **asdict(self), "options": [list(option) for option in self.options]}


@dataclass(frozen=True)
class Slider:
    """A control over a range; `unit` is printed after the number."""

    name: str
    label: str
    low: float
    high: float
    step: float
    default: float
    unit: str = ""

    def check(self, value: Any) -> float:
        """The value as a number, or ValueError naming the range."""
        if not isinstance(value, (int, float)) or not self.low <= value <= self.high:
            raise ValueError(f"{self.label}: {value!r} is outside {self.low} to {self.high}{self.unit}")
        return float(value)

    def extremes(self) -> list[float]:
        """Minimum, default and maximum."""
        return [self.low, self.default, self.high]

    def json(self) -> dict[str, Any]:
        """The control as its script reads it."""
        return {"kind": "slider", **asdict(self)}


Control = Choice | Slider


def place_choice(default: str = places.ENGLAND, label: str = "Your place") -> Choice:
    """The picker of England and the 153 places, alphabetical."""
    options = [(places.ENGLAND, "England"), *places.frame()["name"].items()]
    return Choice("place", label, options, default)


@dataclass(frozen=True)
class Finding:
    """What a figure found: its message, one plain sentence, a text alternative, a table, its sources, and how to draw it."""

    title: str
    sentence: str
    alt: str
    table: pd.DataFrame
    source: str
    draw: figures.Draw
    numbers: Mapping[str, Any] = field(default_factory=dict)  # what is drawn, for the comparison with the script

    def html(self, *, level: str = "figure") -> str:
        """The finding as a static, accessible figure: picture, sentence, table, source."""
        return (
            f'<figure class="placelab {level}">'
            f'<p class="placelab-title">{escape(self.title)}</p>'
            f"{self._picture()}"
            f'<p class="placelab-sentence" role="status">{escape(self.sentence)}</p>'
            f"<details><summary>The figures as a table</summary>{table_html(self.table, self.title)}</details>"
            f"<figcaption>{escape(self.source)}</figcaption></figure>"
        )

    def _picture(self) -> str:
        wide, narrow = (data_uri(figures.svg(self.draw(width))) for width in (figures.WIDE, figures.NARROW))
        return (
            f'<picture><source media="(max-width: 600px)" srcset="{narrow}">'
            f'<img src="{wide}" alt="{escape(self.alt)}"></picture>'
        )


def data_uri(svg: str) -> str:
    """An SVG drawing as an address an <img> can show."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def table_html(table: pd.DataFrame, caption: str) -> str:
    """A frame (already worded: strings and numbers as they should read) as an accessible HTML table."""
    head = "".join(f'<th scope="col">{escape(str(c))}</th>' for c in table.columns)
    body = "".join(
        "<tr>" + "".join(
            f'<th scope="row">{escape(str(v))}</th>' if i == 0 else f"<td>{escape(str(v))}</td>" for i, v in enumerate(row)
        ) + "</tr>"
        for row in table.itertuples(index=False)
    )  # fmt: skip
    return (
        f'<div class="placelab-table" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


class LiveFigure:
    """A figure with controls. Subclasses set `name`, `controls` (a method, so that tables load late) and `find`.

    A figure with a `question` asks it before it shows the result. The answer is a slider of its own (`guess`), or, where the
    result is computed from it, the controls that `guess` names.
    """

    name: ClassVar[str]
    question: ClassVar[str] = ""
    guess: ClassVar[Slider | tuple[str, ...] | None] = None
    lab: ClassVar[str] = ""  # the notebook that shows it, where that is not of the figure's own name

    def __init__(self, **values: Any) -> None:
        self.values: dict[str, Any] = self.checked(values)
        self._widget: Any = None

    @classmethod
    def checked(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """A value for every control, in order: those given, else its default. Raises ValueError naming what is wrong."""
        known = {control.name: control for control in cls.controls()}
        for name in values:
            if name not in known:
                raise ValueError(f"{cls.name}: no control {name!r}; there is {', '.join(known)}")
        return {name: control.check(values.get(name, control.default)) for name, control in known.items()}

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        """The controls, in the order a reader meets them."""
        raise NotImplementedError

    def find(self, **values: Any) -> Finding:
        """The finding for one setting of the controls. Pure: reads tables, draws nothing yet."""
        raise NotImplementedError

    @property
    def finding(self) -> Finding:
        """The finding for the figure's own values."""
        return self.find(**self.values)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.values.items())})"

    @classmethod
    def shared(cls) -> dict[str, Any]:
        """What the figure's script computes from for every place, as JSON; written once, fetched only by pages that show it."""
        return {}

    @classmethod
    def place_data(cls, code: str) -> dict[str, Any]:
        """What the script needs of one place (or England), as JSON; part of that place's file."""
        return {}

    @classmethod
    def setup(cls) -> dict[str, Any]:
        """Name, controls, question and guess as JSON: what the script builds its panel from."""
        return {
            "name": cls.name,
            "title": cls.name.replace("-", " "),
            "controls": [control.json() for control in cls.controls()],
            "question": cls.question,
            "guess": cls.guess.json() if isinstance(cls.guess, Slider) else cls.guess and list(cls.guess),
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Mapping[str, Any]:
        """What a notebook shows: controls in JupyterLab; in the book a static figure that the page's script brings to life."""
        if os.environ.get(TARGET) == "book":
            return {"text/html": page.mount_html(self), "text/plain": self.finding.sentence}
        return self.widget._repr_mimebundle_()  # type: ignore[no-any-return]

    @property
    def widget(self) -> Any:
        """The figure's panel in JupyterLab; made once. `values` follows what a reader sets in it."""
        if self._widget is None:
            from placelab.widgets.jupyter import LiveWidget

            self._widget = LiveWidget(self)
        return self._widget
