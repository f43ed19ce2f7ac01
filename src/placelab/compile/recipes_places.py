"""Recipes for places: the list of areas, lookups, and what is known of them."""

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd

from .frames import Frames, names_in_full

Ring = list[tuple[float, float]]


def ring_moments(ring: Ring) -> tuple[float, float, float]:
    """Signed area and first moments of a closed ring (the shoelace formula), in its own units.

    A ring that crosses itself is summed as it is drawn: its parts cancel or add, which is near enough for a
    point to stand for a council.
    """
    area = x_moment = y_moment = 0.0
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x0 * y1 - x1 * y0
        area += cross / 2
        x_moment += (x0 + x1) * cross / 6
        y_moment += (y0 + y1) * cross / 6
    return area, x_moment, y_moment


def centroid(geometry: dict[str, Any]) -> tuple[float, float]:
    """Area-weighted centroid of a GeoJSON Polygon or MultiPolygon, as (longitude, latitude).

    Holes are taken out; an area of nil (a degenerate polygon) falls back to the mean of the corners.
    """
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    area = x_moment = y_moment = 0.0
    for outer, *holes in polygons:
        for sign, ring in [(1, outer), *((-1, hole) for hole in holes)]:
            a, x, y = ring_moments([(p[0], p[1]) for p in ring])
            turn = sign if a >= 0 else -sign
            area, x_moment, y_moment = area + turn * a, x_moment + turn * x, y_moment + turn * y
    if area <= 0:
        corners: Iterable[Any] = [point for polygon in polygons for point in polygon[0]]
        xs, ys = zip(*((p[0], p[1]) for p in corners), strict=True)
        return sum(xs) / len(xs), sum(ys) / len(ys)
    return x_moment / area, y_moment / area


def places(frames: Frames) -> pd.DataFrame:
    """The 153 upper-tier areas of April 2023, with type, region and centroid."""
    listed = frames["demand/utla23_list.csv"]
    shapes = json.loads(frames.text("demand/england_utla23_boundaries.geojson"))["features"]
    centres = pd.DataFrame(
        [(f["properties"]["code"], *centroid(f["geometry"])) for f in shapes],
        columns=["code", "longitude", "latitude"],
    )
    table = listed.rename(columns={"utla23_name": "name"}).merge(centres, on="code", how="left")
    small = table["code"].isin(frames.options["small"])
    return table.assign(name=names_in_full(table["name"]), small=small)


def areas(frames: Frames) -> pd.DataFrame:
    """Every code a table may use: places, predecessors with a code of their own, England."""
    known = frames.areas
    kinds = {code: "place" for code in known.places} | {code: "predecessor" for code in known.ends}
    rows = [(code, name, kinds.get(code, "nation")) for code, name in known.names.items()]
    return pd.DataFrame(rows, columns=["code", "name", "kind"])


def lookup(frames: Frames) -> pd.DataFrame:
    """Upper-tier area to a footprint of the NHS, with the share of its neighbourhoods (LSOAs) in each."""
    return frames[frames.options["file"]].rename(columns=frames.options["rename"])


RECIPES = {"places": places, "areas": areas, "lookup": lookup}
