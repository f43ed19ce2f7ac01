"""matplotlib figures in one style: direct labels, units on axes, colours that survive greyscale and colour blindness.

Style follows the UK Government Analysis Function's guidance for charts. Each function draws onto a figure `width` inches wide
and returns it; the title, source and text alternative belong to the page around it (`placelab.widgets`). matplotlib is
imported when the first figure is drawn, not before.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DARK_BLUE, MID_BLUE, LIGHT_BLUE = "#12436D", "#2073BC", "#6BACE6"
ORANGE, GREY, MID_GREY, LIGHT_GREY = "#C2410C", "#3D3D3D", "#6E6E6E", "#BFBFBF"
WIDE, NARROW = 7.2, 4.2
_RC = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "text.color": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "svg.hashsalt": "placelab",
    "svg.fonttype": "path",
}


@dataclass(frozen=True)
class Line:
    """One line of a chart: x and y of one length, a label beside its end, and how it is drawn."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str = DARK_BLUE
    dashed: bool = False
    width: float = 2.0


@dataclass(frozen=True)
class Interval:
    """One row of an interval chart: its label, its ends and, where there is one, the number inside."""

    label: str
    low: float
    high: float
    point: float | None = None
    colour: str = DARK_BLUE


@dataclass(frozen=True)
class Range:
    """A number with its range, (low, middle, high), and where there is one the same of the base case."""

    label: str
    now: tuple[float, float, float]
    base: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Span:
    """A stretch of time: what it is, and how many days it lasts."""

    label: str
    days: float


Draw = Callable[[float], "Figure"]


def _axes(width: float, height: float) -> tuple[Figure, Axes]:
    from matplotlib import rc_context
    from matplotlib.figure import Figure as NewFigure

    with rc_context(_RC):
        figure = NewFigure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        axes.grid(axis="y", color="#E5E5E5", linewidth=0.8)
        axes.tick_params(length=0)
    return figure, axes


def svg(figure: Figure) -> str:
    """The figure as SVG text, the same bytes every time for the same drawing."""
    from matplotlib import rc_context

    out = io.StringIO()
    with rc_context(_RC):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()[out.getvalue().index("<svg") :]


def _spread(levels: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Label heights as near their levels as they can be without touching, in the same order; `sizes` are the labels' own.

    Labels that would touch form a block, set as a whole where it moves its labels least; blocks that meet are joined.
    """
    order = np.argsort(levels, kind="stable")
    blocks: list[list[int]] = []
    middle: list[float] = []
    for i in order:
        blocks.append([i])
        middle.append(levels[i])
        while len(blocks) > 1 and middle[-1] - middle[-2] < sum(sizes[k] for k in blocks[-1] + blocks[-2]) / 2:
            joined = blocks[-2] + blocks[-1]
            wanted = [levels[k] - offset for k, offset in zip(joined, _stacked(joined, sizes), strict=True)]
            blocks[-2:], middle[-2:] = [joined], [float(np.mean(wanted))]
    result = [0.0] * len(levels)
    for block, at in zip(blocks, middle, strict=True):
        for k, offset in zip(block, _stacked(block, sizes), strict=True):
            result[k] = at + offset
    return result


def _stacked(block: Sequence[int], sizes: Sequence[float]) -> list[float]:
    """Offsets of a block's labels from the block's middle when they stand on one another."""
    tops = np.cumsum([sizes[k] for k in block])
    return [float(top - sizes[k] / 2 - tops[-1] / 2) for k, top in zip(block, tops, strict=True)]


def lines(
    data: Sequence[Line],
    width: float,
    y_label: str,
    x_label: str = "",
    *,
    zero: bool = True,
    shade: tuple[Sequence[float], Sequence[float], Sequence[float], str] | None = None,
    y_format: Callable[[float], str] | None = None,
    x_format: Callable[[float], str] | None = None,
    divide_at: tuple[float, str, str] | None = None,
    key: tuple[str, str] | None = None,
) -> Figure:
    """Lines with their labels at their ends; a line without a label has none.

    `shade` fills between two lines: (x, lower, upper, label), blue and without hatching where they change places. `divide_at`
    rules off history from what is not yet known: (x, label before, label after). `key` says above the axes what a solid and
    what a dashed line is.
    """
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    narrow = width < 5.5
    figure, axes = _axes(width, 3.6 if narrow else 3.9)
    if key is not None:
        from matplotlib.lines import Line2D

        samples = [Line2D([], [], color=GREY, linewidth=2, linestyle=style) for style in ("solid", (0, (4, 2)))]
        figure.legend(samples, key, loc="outside upper left", ncols=2, frameon=False, fontsize=9)
    for line in data:
        style = (0, (4, 2)) if line.dashed else "solid"
        axes.plot(line.x, line.y, color=line.colour, linewidth=line.width, linestyle=style, solid_capstyle="round")
    if shade is not None:
        _shade(
            axes, *shade, under=min(y for line in data for x, y in zip(line.x, line.y, strict=True) if x >= shade[0][0])
        )
    low, high = axes.get_ylim()
    if zero:
        low = min(0, low)
    axes.set_ylim(low, high)
    labelled = [line for line in data if line.label]
    row = (high - low) * (0.065 if narrow else 0.055)
    ends = _spread([line.y[-1] for line in labelled], [row * (line.label.count("\n") + 1) for line in labelled])
    span = max(max(line.x) for line in data) - min(min(line.x) for line in data)
    for line, height in zip(labelled, ends, strict=True):
        axes.annotate(
            line.label, (line.x[-1], line.y[-1]), xytext=(line.x[-1] + 0.01 * span, height), color=line.colour, fontsize=9,
            va="center", ha="left", textcoords="data", annotation_clip=False, xycoords="data",
        )  # fmt: skip
    longest = max(len(part) for line in data for part in line.label.split("\n"))
    axes.set_xlim(right=max(max(line.x) for line in data) + span * longest * (0.033 if narrow else 0.0165))
    if divide_at is not None:
        where, before, after = divide_at
        axes.axvline(where, color=LIGHT_GREY, linewidth=1)
        axes.annotate(before, (where, high), xytext=(-4, 2), textcoords="offset points", ha="right", fontsize=8.5)
        axes.annotate(after, (where, high), xytext=(4, 2), textcoords="offset points", ha="left", fontsize=8.5)
    axes.set_ylabel(y_label)
    axes.set_xlabel(x_label)
    last = max(max(line.x) for line in data)
    axes.xaxis.set_major_locator(MaxNLocator(5 if narrow else 8, integer=True, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: "" if v > last else (x_format or "{:.0f}".format)(v)))
    if y_format:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: y_format(v)))
    return figure


def _shade(
    axes: Axes, x: Sequence[float], lower: Sequence[float], upper: Sequence[float], label: str, *, under: float
) -> None:
    """Fill between two lines, with a label beneath the height `under`, clear of every line, and a leader to the area."""
    from matplotlib.colors import to_rgba
    from matplotlib.transforms import offset_copy

    low, high = np.asarray(lower), np.asarray(upper)
    for where, colour in ((high >= low, ORANGE), (high <= low, MID_BLUE)):
        if np.any(where & (high != low)):
            axes.fill_between(x, low, high, where=where, interpolate=True, color=to_rgba(colour, 0.22), linewidth=0)
    # Hatching is a layer of its own: in SVG the opacity of a fill dims its hatching too.
    axes.fill_between(
        x, low, high, where=high >= low, interpolate=True, facecolor="none", edgecolor=ORANGE, hatch="///", linewidth=0
    )
    at, colour = len(x) * 3 // 4, ORANGE if high[-1] >= low[-1] else MID_BLUE
    axes.annotate(
        label, (x[at], (low[at] + high[at]) / 2), xytext=(x[-1], under), fontsize=9, fontweight="bold", color=colour,
        textcoords=offset_copy(axes.transData, axes.get_figure(root=True), 0, -16, units="points"), ha="right", va="top",
        arrowprops={"arrowstyle": "-", "color": colour, "shrinkA": 1, "shrinkB": 0, "relpos": (0.5, 1)},
    )  # fmt: skip


def _scale(axes: Axes, label: str, written: Callable[[float], str] | None, narrow: bool) -> None:
    """Label a scale of numbers that runs across, with a few ticks."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xlabel(fill(label, 42 if narrow else 80))
    axes.xaxis.set_major_locator(MaxNLocator(5 if narrow else 9))
    if written:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: written(v)))


def histogram(
    values: pd.Series,
    width: float,
    x_label: str,
    y_label: str,
    *,
    beyond: float | None = None,
    mark: tuple[str, float] | None = None,
    step: float = 0.05,
    x_format: Callable[[float], str] | None = None,
) -> Figure:
    """How many areas fall in each step of a measure.

    Areas below `beyond` are dark, the others light; `mark` points at one area: (label, value). Values outside the axis go to the
    last bar on that side.
    """
    from matplotlib.ticker import MaxNLocator

    narrow = width < 5.5
    figure, axes = _axes(width, 3.4 if narrow else 3.6)
    numbers = values.dropna().to_numpy(dtype=float)
    anchor = 0.0 if beyond is None else beyond  # an edge falls on the threshold, so that no bar straddles it
    steps = np.floor((numbers.min() - anchor) / step), np.ceil((numbers.max() - anchor) / step + 1e-9)
    edges = anchor + step * np.arange(steps[0], max(steps[1], steps[0] + 1) + 1)
    heights, edges = np.histogram(numbers, bins=edges)
    centre = edges[:-1] + step / 2
    colours = [DARK_BLUE if beyond is not None and edge + step / 2 < beyond else LIGHT_BLUE for edge in edges[:-1]]
    axes.bar(centre, heights, width=step * 0.94, color=colours)
    top = heights.max() * 1.35
    axes.set_ylim(0, top)
    if beyond is not None:
        axes.axvline(beyond, color=DARK_BLUE, linewidth=1.2, linestyle=(0, (4, 2)))
        axes.annotate(
            "threshold", (beyond, top), xytext=(-4, -2), textcoords="offset points", ha="right", va="top", fontsize=9,
            color=DARK_BLUE,
        )  # fmt: skip
    if mark is not None:
        label, at = mark
        column = int(np.clip(np.searchsorted(edges, at, side="right") - 1, 0, len(heights) - 1))
        side = (at - edges[0]) / (edges[-1] - edges[0])
        align = "left" if side < 0.2 else "right" if side > 0.8 else "center"
        axes.annotate(
            fill(label, 24), (at, heights[column]), xytext=(0, 24), textcoords="offset points", ha=align, va="bottom",
            fontsize=9.5, fontweight="bold", color=ORANGE,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1}, arrowprops={"arrowstyle": "-|>", "color": ORANGE},
        )  # fmt: skip
    axes.set_ylabel(y_label)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    _scale(axes, x_label, x_format, narrow)
    return figure


def bars(
    labels: Sequence[str],
    values: Sequence[float],
    width: float,
    x_label: str,
    *,
    highlight: Iterable[int] = (),
    value_format: Callable[[float], str] = "{:,.0f}".format,
) -> Figure:
    """Horizontal bars in the order given, each with its value at its end; highlighted rows are dark."""
    figure, axes = _axes(width, 0.9 + 0.34 * len(labels))
    axes.grid(visible=False)
    marked = set(highlight)
    axes.barh(range(len(labels)), values, color=[DARK_BLUE if i in marked else LIGHT_BLUE for i in range(len(labels))])
    axes.set_yticks(range(len(labels)), list(labels))
    axes.invert_yaxis()
    low, high = min(0.0, min(values)), max(0.0, max(values))
    axes.set_xlim(low - (high - low) * (0.2 if low < 0 else 0), high + (high - low) * 0.2)
    for i, value in enumerate(values):
        axes.annotate(
            value_format(value), (value, i), xytext=(4 if value >= 0 else -4, 0), textcoords="offset points",
            va="center", ha="left" if value >= 0 else "right", fontsize=9,
        )  # fmt: skip
    axes.axvline(0, color=GREY, linewidth=1)
    axes.set_xlabel(x_label)
    axes.xaxis.set_ticks([])
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set_visible(False)
    return figure


def intervals(
    rows: Sequence[Interval],
    width: float,
    x_label: str,
    *,
    mark: tuple[str, float],
    x_format: Callable[[float], str] | None = None,
) -> Figure:
    """Intervals one under another, each a bar with its name above it and a dot at its number; `mark` rules what happened."""

    narrow = width < 5.5
    figure, axes = _axes(width, 1.2 + 0.62 * len(rows))
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color="#E5E5E5", linewidth=0.8)
    shown = [value for row in rows for value in (row.low, row.high, row.point) if value is not None]
    low, high = min(*shown, mark[1], 0.0), max(*shown, mark[1], 0.0)
    axes.set_xlim(low - 0.04 * (high - low), high + 0.04 * (high - low))
    axes.axvline(0, color=GREY, linewidth=1)
    for i, row in enumerate(rows):
        axes.plot([row.low, row.high], [i, i], color=row.colour, linewidth=5, solid_capstyle="butt")
        if row.point is not None:
            axes.plot([row.point], [i], "o", color="white", markeredgecolor=row.colour, markeredgewidth=2, markersize=8)
        axes.annotate(
            row.label, (0, i - 0.3), xycoords=("axes fraction", "data"), va="bottom", fontsize=9, color=row.colour,
            fontweight="bold", bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip
    axes.set_ylim(len(rows) - 0.4, -0.95)
    label, at = mark
    axes.axvline(at, color=GREY, linewidth=2, linestyle=(0, (4, 2)))
    side = (at - low) / (high - low) if high > low else 0.5
    axes.annotate(
        label, (at, -0.95), xytext=(0, 3), textcoords="offset points", fontsize=9, va="bottom", annotation_clip=False,
        ha="left" if side < 0.3 else "right" if side > 0.7 else "center",
    )  # fmt: skip
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    _scale(axes, x_label, x_format, narrow)
    return figure


def ribbon(
    x: Sequence[float],
    low: Sequence[float],
    middle: Sequence[float],
    high: Sequence[float],
    base: Sequence[float] | None,
    width: float,
    y_label: str,
    ranges: Sequence[Range],
    *,
    ticks: Sequence[tuple[float, str]],
    value_format: Callable[[float], str],
    names: tuple[str, str],
) -> Figure:
    """A line in its band over time, the base case a grey line; below it a row of bars for each of `ranges`, on its own scale.

    `ticks` are where the time axis is marked and with what; `names` are what to call this case and the base case.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure as NewFigure
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    rows = len(ranges) * (2.1 if base else 1.5)
    with rc_context(_RC):
        figure = NewFigure(figsize=(width, 3.0 + 0.32 * rows), layout="constrained")
        top, below = figure.subplots(2, 1, height_ratios=[2.7, 0.32 * rows])
    top.tick_params(length=0)
    top.grid(axis="y", color="#E5E5E5", linewidth=0.8)
    top.fill_between(x, low, high, color=LIGHT_BLUE, alpha=0.35, linewidth=0)
    if base:
        top.plot(x, base, color=MID_GREY, linewidth=1.6, linestyle=(0, (4, 2)))
    top.plot(x, middle, color=DARK_BLUE, linewidth=2.2)
    top.set_ylim(0, max(*high, *(base or [0.0])) * 1.1 + 1e-9)
    top.set_xlim(0, None)
    top.set_xticks([at for at, _ in ticks], [text for _, text in ticks])
    top.yaxis.set_major_locator(MaxNLocator(5))
    top.yaxis.set_major_formatter(FuncFormatter(lambda v, _: value_format(v)))
    top.set_title(fill(f"{y_label} (shaded: the range)", 46 if width < 5.5 else 90), fontsize=10, loc="left")
    _range_rows(below, ranges, value_format, names)
    return figure


def _range_rows(
    axes: Axes, ranges: Sequence[Range], value_format: Callable[[float], str], names: tuple[str, str]
) -> None:
    """Each range as a bar from low to high with a dot at its middle and the numbers after it; each row has a scale of its own."""
    at = 0.0
    for row in ranges:
        axes.annotate(row.label, (0, at), fontsize=9, fontweight="bold", va="center", annotation_clip=False)
        both = [(row.now, DARK_BLUE, names[0]), *([(row.base, MID_GREY, names[1])] if row.base else [])]
        most = max(part[2] for part, *_ in both) or 1.0
        for (low, middle, high), colour, name in both:
            at += 0.75
            axes.plot([low / most, high / most], [at, at], color=colour, linewidth=5, alpha=0.45, solid_capstyle="butt")
            axes.plot([middle / most], [at], "o", color=colour, markersize=6)
            words = f"{value_format(middle)}  {name}" if row.base else value_format(middle)
            axes.annotate(words, (1.03, at), fontsize=9, color=colour, va="center", annotation_clip=False)
        at += 0.85
    axes.set_xlim(-0.01, 1.5)
    axes.set_ylim(at - 0.3, -0.5)
    axes.set_axis_off()


TIMES = (LIGHT_GREY, MID_BLUE, ORANGE, "#F0A57A", LIGHT_BLUE, DARK_BLUE)  # one colour a kind of time


def timeline(
    rows: Sequence[tuple[str, Sequence[Span]]], width: float, start: float, end: float, ticks: Sequence[tuple[float, str]]
) -> Figure:
    """Time from `start` to `end` (days) as a bar in pieces for each row, with a key of every kind of time that has half a day."""
    from matplotlib.patches import Patch

    figure, axes = _axes(width, 1.5 + 0.75 * len(rows) + 0.2 * (3 if width < 5.5 else 1))
    axes.grid(visible=False)
    used: dict[str, str] = {}
    for i, (name, spans) in enumerate(rows):
        left = start
        axes.annotate(name, (start, i - 0.36), fontsize=9, fontweight="bold", va="bottom")
        for span, colour in zip(spans, TIMES, strict=False):
            axes.barh(i, span.days, left=left, height=0.5, color=colour, edgecolor="white", linewidth=0.8)
            left += span.days
            if span.days >= 0.5:
                used[span.label] = colour
    axes.set_ylim(len(rows) - 0.6, -0.75)
    axes.set_xlim(start, end)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xticks([at for at, _ in ticks if at >= start], [text for at, text in ticks if at >= start])
    key = [Patch(color=colour, label=label) for label, colour in used.items()]
    figure.legend(
        handles=key, loc="outside lower left", ncols=1 if width < 5.5 else 2, frameon=False, fontsize=9, alignment="left"
    )
    return figure


def message(text: str, width: float) -> Figure:
    """A figure that says in words why there is nothing to draw."""
    figure, axes = _axes(width, 1.2)
    axes.set_axis_off()
    axes.text(0.0, 0.5, text, transform=axes.transAxes, va="center", wrap=True)
    return figure
