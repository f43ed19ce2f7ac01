"""Map of places: one hexagon a place, any measure in any year it was published for, the reader's own place outlined.

Places are shaded in five classes that hold, as nearly as ties allow, the same number of places each (quantiles). A place
without a figure is hatched and never counts as nought. Nothing is ranked: the list beneath is alphabetical.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import fill
from typing import Any, ClassVar

import pandas as pd

from placelab import figures, hexmap, mapped, places, wording
from placelab.mapped import Measure, Shown
from placelab.places import Place
from placelab.widgets.base import Choice, Control, Finding, LiveFigure, place_choice
from placelab.widgets.series import steps

CLASSES = 5
SHADES = ("#E4F0FA", "#A3CBEF", "#64A0DB", "#2E6DB0", "#12436D")  # lowest class first; live.css has the same
TOO_SMALL = "too small"
_FEW = "Too few people for a rate to mean much."
_EDGE: dict[str, Any] = {"edgecolor": figures.MID_GREY, "linewidth": 0.6}
_HATCH = "/////"
_HINT = "Point at a hexagon, or move through the map with the arrow keys, to read a value."

Point = tuple[float, float]


class MapOfPlaces(LiveFigure):
    """One measure in one year for all 153 places, on a map of equal hexagons."""

    name: ClassVar[str] = "map-of-places"
    lab: ClassVar[str] = "one-in-ten"

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        known = mapped.measures()
        years = sorted({year for measure in known.values() for year in measure.years()})
        return (
            Choice("measure", "Measure", [(key, measure.label) for key, measure in known.items()], "net-adult"),
            Choice("year", "Year", [(year, str(year)) for year in years], known["net-adult"].years()[-1]),
            place_choice(),
        )

    @classmethod
    def setup(cls) -> dict[str, Any]:
        """As for any live figure; the year control lists, for each measure, only the years published for it."""
        setup = super().setup()
        offered = {
            key: [[year, measure.period(year)] for year in measure.years()]
            for key, measure in mapped.measures().items()
        }
        for control in setup["controls"]:
            if control["name"] == "year":
                control["offered"] = {"by": "measure", "options": offered}
        return setup | {"interactive": _HINT}

    @classmethod
    def shared(cls) -> dict[str, Any]:
        frame, cells = places.frame(), hexmap.table()
        regions = sorted(frame["region"].unique())
        return {
            "places": [
                [
                    code,
                    row["name"],
                    places.get(code).in_sentence,
                    *cell,
                    regions.index(row["region"]),
                    int(row["small"]),
                ]
                for (code, row), cell in zip(frame.iterrows(), cells.to_numpy().tolist(), strict=True)
            ],
            "regions": regions,
            "measures": {key: _measure_json(key, measure) for key, measure in mapped.measures().items()},
        }

    def find(self, **values: Any) -> Finding:
        measure, year = mapped.measures()[values["measure"]], values["year"]
        place = places.get(values["place"])
        shown = mapped.at(values["measure"], year)
        if shown is None:
            return _unavailable(measure, year)
        picture = Picture.of(measure, year, shown, place)
        return Finding(
            title=_title(picture),
            sentence=_sentence(picture),
            alt=_alt(picture),
            table=_table(picture),
            source=_source(measure),
            draw=_draw(picture),
            numbers={"values": picture.steps, "classes": picture.classes, "ranges": [list(r) for r in picture.ranges]},
        )


@dataclass(frozen=True)
class Picture:
    """What is drawn and told: one number (or None) and one class (or None) a place, alphabetical, and each class's range."""

    measure: Measure
    year: int
    shown: Shown
    place: Place
    steps: list[int | None]
    ranges: list[tuple[int, int]]
    classes: list[int | None]

    @classmethod
    def of(cls, measure: Measure, year: int, shown: Shown, place: Place) -> Picture:
        """The picture of one measure in one year."""
        numbers = [None if pd.isna(value) else int(value) for value in shown.values]
        ranges = class_ranges([value for value in numbers if value is not None])
        return cls(measure, year, shown, place, numbers, ranges, [class_of(value, ranges) for value in numbers])

    @property
    def known(self) -> list[int]:
        """The numbers there are, in order of size."""
        return sorted(value for value in self.steps if value is not None)

    @property
    def middle(self) -> tuple[int, int]:
        """Lowest and highest of the middle half, each the figure of a place."""
        cut = (len(self.known) - 1) // 4
        return self.known[cut], self.known[-1 - cut]

    @property
    def blank(self) -> list[str]:
        """Codes of places without a figure that are not too small for one."""
        small = places.frame()["small"]
        return [code for code, value in zip(small.index, self.steps, strict=True) if value is None and not small[code]]

    @property
    def blank_text(self) -> str:
        """What a place without a figure is labelled: a figure that is there and cannot be used has a caution."""
        return "no usable figure" if any(code in self.shown.cautions for code in self.blank) else "not published"

    def range_text(self, low: int, high: int) -> str:
        """A range of values in words; one value alone where it is no wider."""
        return self.measure.text(low) if low == high else f"{self.measure.text(low)} to {self.measure.text(high)}"


def class_ranges(numbers: Sequence[int], count: int = CLASSES) -> list[tuple[int, int]]:
    """Lowest and highest number of each class when `numbers` are cut into `count` classes of equal size.

    Equal numbers are never parted, so a class may be larger than others, or missing. [] when there are no numbers.
    """
    ordered = sorted(numbers)
    starts = sorted({ordered[len(ordered) * k // count] for k in range(count)}) if ordered else []
    ends = [max(n for n in ordered if n < start) for start in starts[1:]] + ordered[-1:]
    return list(zip(starts, ends, strict=True))


def class_of(value: int | None, ranges: Sequence[tuple[int, int]]) -> int | None:
    """The class that a value falls in, counted from 0; None for None."""
    return None if value is None else max(k for k, (low, _) in enumerate(ranges) if value >= low)


# What the script computes from


def _measure_json(key: str, measure: Measure) -> dict[str, Any]:
    years = measure.years()
    shown = [mapped.at(key, year) or Shown(pd.Series()) for year in years]
    by_place = pd.concat([one.values for one in shown], axis=1)
    return {
        "label": measure.label,
        "subject": measure.subject,
        "form": measure.form,
        "years": years,
        "financial": measure.financial,
        "when": measure.when,
        "dated": measure.dated,
        "verbs": measure.verbs,
        "terms": measure.terms,
        "source": _source(measure),
        "series": [steps([None if pd.isna(v) else int(v) for v in row]) for row in by_place.to_numpy()],
        "within": _runs(years, [one.within for one in shown]),
        "cautions": _runs(years, [one.cautions for one in shown]),
        "remarks": [one.remark for one in shown],
        "england": [one.england for one in shown],
    }


def _runs(years: Sequence[int], texts: Sequence[Mapping[str, str]]) -> list[list[Any]]:
    """Texts about places by year as rows of place (its number in the alphabet), first year, last year, text."""
    rows = []
    for number, code in enumerate(places.frame().index):
        of_place = [(year, text.get(code, "")) for year, text in zip(years, texts, strict=True)]
        for text, run in groupby(of_place, key=lambda pair: pair[1]):
            spell = [year for year, _ in run]
            rows += [[number, spell[0], spell[-1], text]] if text else []
    return rows


# Words


def _unavailable(measure: Measure, year: int) -> Finding:
    years = measure.years()
    whole = len(years) > 3 and years[-1] - years[0] == len(years) - 1
    listed = [measure.year(y) for y in years]
    known = f"{listed[0]} to {listed[-1]}" if whole else places.join(listed)
    reason = f"{measure.label}: there is no figure for {measure.year(year)}. It was published for {known}."
    return Finding("There is no map for this year", reason, reason, pd.DataFrame(), "", _no_map)


def _no_map(width: float) -> Any:
    return figures.message("No map: the measure was not published for this year.", width)


def _title(picture: Picture) -> str:
    return (
        f"{picture.measure.heading(picture.year)}: {picture.range_text(*picture.middle)} in the middle half of places"
    )


def _sentence(picture: Picture) -> str:
    measure, known = picture.measure, picture.known
    low, high = (measure.text(value) for value in picture.middle)
    everywhere = (
        f"{measure.when.format(year=measure.year(picture.year))}, {measure.subject} {measure.verbs[0]} between {low} and {high} "
        f"in the middle half of the {len(known)} places with a figure, and between {measure.text(known[0])} and "
        f"{measure.text(known[-1])} in all of them."
    )
    blank = [places.get(code).in_sentence for code in picture.blank]
    without = f"{wording.capital(picture.blank_text)}: {places.join(blank)}." if blank else ""
    return " ".join(filter(None, (everywhere, _place_sentence(picture), without, picture.shown.remark)))


def _place_sentence(picture: Picture) -> str:
    place, measure, shown = picture.place, picture.measure, picture.shown
    if place.code == places.ENGLAND:
        if shown.england is None:
            return ""
        whole, covers = shown.england
        return f"In England as a whole it {measure.verbs[1]} {measure.text(whole)}{f' ({covers})' if covers else ''}."
    if place.small:
        return f"No value is shown for {place.in_sentence}: too few people for a rate to mean much."
    where = place.in_sentence + (f" (counted within {shown.within[place.code]})" if place.code in shown.within else "")
    value, caution = _value(picture), shown.cautions.get(place.code, "")
    if value is None:
        return f"For {where} there is no figure. {caution}".strip()
    low, high = picture.middle
    standing = "below" if value < low else "above" if value > high else "inside"
    told = f"In {where} it {measure.verbs[1]} {measure.text(value)}, {standing} that middle half."
    return f"{told} Caution: {caution}" if caution else told


def _value(picture: Picture) -> int | None:
    """The number of the reader's place; None for England and where there is none."""
    index = places.frame().index
    return picture.steps[index.get_loc(picture.place.code)] if picture.place.code in index else None


def _alt(picture: Picture) -> str:
    small = places.frame()["small"]
    number = wording.in_words(len(picture.ranges))
    shades = "; ".join(
        f"{picture.classes.count(k)} at {picture.range_text(*limits)}" for k, limits in enumerate(picture.ranges)
    )
    blank = f" Hatched, {picture.blank_text}: {len(picture.blank)}." if picture.blank else ""
    value = _value(picture)
    at = "" if value is None else f", at {picture.measure.text(value)}"
    yours = "" if picture.place.code == places.ENGLAND else f" Outlined: {picture.place.in_sentence}{at}."
    return (
        f"Map of England, one hexagon for each of {len(small)} places, in {number} shades from the lowest values to the highest: "
        f"{shades}.{blank} Left empty, {TOO_SMALL}: {int(small.sum())}.{yours}"
    )


def _table(picture: Picture) -> pd.DataFrame:
    frame, rows = places.frame(), []
    for code, value in zip(frame.index, picture.steps, strict=True):
        small = frame.at[code, "small"]
        within = f"Counted within {picture.shown.within[code]}." if code in picture.shown.within else ""
        notes = [_FEW] if small else [within, picture.shown.cautions.get(code, "")]
        text = TOO_SMALL if small else picture.blank_text if value is None else picture.measure.text(value)
        rows.append((frame.at[code, "name"], text, " ".join(filter(None, notes))))
    return pd.DataFrame(rows, columns=["Place", picture.measure.heading(picture.year), "Note"])


def _source(measure: Measure) -> str:
    frame = places.frame()
    left_out = ", ".join(frame.loc[frame["small"], "name"])
    return (
        f"{measure.source} Shades: {wording.in_words(CLASSES)} classes, with as nearly the same number of places in each as ties "
        "allow. Hexagons: our own layout, computed from the places' centroids; they show where a place lies among its "
        f"neighbours, and nothing of its size. Heavier lines part regions. Left empty as too small: {left_out}."
    )


# The static figure


def _draw(picture: Picture) -> figures.Draw:
    def draw(width: float) -> Any:
        narrow = width < 5.5
        figure, axes = figures._axes(width, 6.6 if narrow else 6.4)
        axes.set_axis_off()
        axes.set_aspect("equal")
        _draw_cells(axes, picture)
        _draw_legend(figure, axes, picture, narrow)
        return figure

    return draw


def _draw_cells(axes: Any, picture: Picture) -> None:
    cells, frame = hexmap.table().to_numpy(), places.frame()
    outlines = [hexmap.corners((float(x), float(y))) for x, y in hexmap.centres(cells)]

    def paint(which: Sequence[bool], **style: Any) -> None:
        closed = [[*outline, outline[0]] for outline, wanted in zip(outlines, which, strict=True) if wanted]
        if closed:
            axes.add_patch(_path(closed, **_EDGE, **style))

    for k, shade in enumerate(SHADES):
        paint([own == k for own in picture.classes], facecolor=shade)
    paint([own is None for own in picture.classes], facecolor="white")
    paint([code in picture.blank for code in frame.index], facecolor="none", hatch=_HATCH)
    borders = hexmap.borders(cells, list(frame["region"]))
    for colour, thick in (("white", 3.2), (figures.GREY, 1.4)):  # dark on a pale edge: seen on every shade
        axes.add_patch(_path(borders, fill=False, edgecolor=colour, linewidth=thick, capstyle="round", zorder=2))
    axes.set_xlim(-0.6, cells[:, 0].max() + 1.1)
    axes.set_ylim(-0.7, cells[:, 1].max() * hexmap.ROW + 0.7)
    if picture.place.code in frame.index:
        _mark(axes, picture.place.name, outlines[frame.index.get_loc(picture.place.code)])


def _path(lines: Sequence[Sequence[Point]], **style: Any) -> Any:
    """Lines drawn as one path: a fraction of the bytes of one path each."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    return PathPatch(Path.make_compound_path(*(Path(line) for line in lines)), **style)


def _mark(axes: Any, name: str, outline: Sequence[Point]) -> None:
    """The reader's place: a thick outline on a white ground, and its name above it, towards the middle of the map."""
    from matplotlib.patches import Polygon
    from matplotlib.patheffects import withStroke

    for colour, width in (("white", 5.0), (figures.ORANGE, 2.6)):
        axes.add_patch(Polygon(outline, closed=True, fill=False, edgecolor=colour, linewidth=width, zorder=4))
    x, y = outline[0]
    align = "left" if x < 5 else "right" if x > 9 else "center"
    axes.annotate(
        fill(name, 20), (x, y), xytext=(0, 3), textcoords="offset points", ha=align, va="bottom", zorder=5,
        fontsize=9.5, fontweight="bold", color=figures.ORANGE, path_effects=[withStroke(linewidth=3, foreground="white")],
    )  # fmt: skip


def _draw_legend(figure: Any, axes: Any, picture: Picture, narrow: bool) -> None:
    """Shades with the limits of their classes: beside the north of England, or beneath where there is no room."""
    from matplotlib.patches import Patch

    entries = [
        Patch(facecolor=SHADES[k], label=picture.range_text(*limits), **_EDGE)
        for k, limits in enumerate(picture.ranges)
    ]
    if picture.blank:
        entries.append(Patch(facecolor="white", hatch=_HATCH, label=picture.blank_text, **_EDGE))
    entries.append(Patch(facecolor="white", label=TOO_SMALL, **_EDGE))
    style: dict[str, Any] = {
        "title": fill(picture.measure.heading(picture.year), 52 if narrow else 26),
        "frameon": False,
    }
    style |= {"fontsize": 9, "title_fontsize": 9, "alignment": "left"}
    if narrow:
        figure.legend(handles=entries, loc="outside lower left", ncols=2, **style)
    else:
        axes.legend(handles=entries, loc="upper left", bbox_to_anchor=(0.72, 1), **style)
