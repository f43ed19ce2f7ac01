"""One hexagon a place: where each of the 153 stands on a map of equal hexagons, and what such a map looks like.

The layout is computed from the centroids in `places.csv` alone, in three steps that involve no chance:

1. Centroids are projected to equal-area kilometres (sinusoidal, 2° west). Two places are neighbours when no third lies in
   the circle whose diameter joins them (the Gabriel graph, which holds all of England together).
2. Every pair of neighbours wants to stand one cell apart, in its true direction. Least squares gives the positions that
   meet this best: dense London grows, thinly settled counties shrink.
3. Each place takes a cell of the grid so that the squared distances from positions to cells add up to the least possible
   (the assignment problem, solved exactly).

`python -m placelab.hexmap` writes the layout to data/hex_layout.csv; the tests compute it anew and compare.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from placelab import places, tables

EARTH_KM = 6371.0
MERIDIAN = -2.0  # degrees east, about the middle of England
ROW = 3**0.5 / 2  # from one row of cells to the next, in widths of a cell
MARGIN = 3  # rows and columns of free cells around the positions
Segment = tuple[tuple[float, float], tuple[float, float]]


def project(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """Degrees as equal-area kilometres, (n, 2): the sinusoidal projection, x to the east and y to the north."""
    north, east = np.radians(latitude), np.radians(longitude - MERIDIAN)
    return EARTH_KM * np.column_stack([east * np.cos(north), north])


def neighbours(points: np.ndarray) -> np.ndarray:
    """Pairs of neighbours in the Gabriel graph of (n, 2) points: (m, 2) row numbers, the lower one first."""
    apart = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    pairs = [
        (i, j)
        for i in range(len(points))
        for j in range(i + 1, len(points))
        if (apart[i] + apart[j] >= apart[i, j] * (1 - 1e-12)).all()
    ]
    return np.array(pairs, dtype=int).reshape(-1, 2)


def spread(points: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Positions, (n, 2) in cells about a mean of (0, 0), where pairs are as nearly as can be one apart in their directions.

    Raises ValueError when the pairs leave some points unconnected: then no position is better than another.
    """
    n = len(points)
    first, second = pairs.T
    direction = points[second] - points[first]
    direction = direction / np.hypot(*direction.T)[:, None]
    laplacian, wanted = np.zeros((n, n)), np.zeros((n, 2))
    for sign, one, other in ((1, second, first), (-1, first, second)):
        np.add.at(laplacian, (one, one), 1.0)
        np.add.at(laplacian, (one, other), -1.0)
        np.add.at(wanted, one, sign * direction)
    try:
        # The mean may lie anywhere, so one equation is free: it is used to hold the mean at nought.
        return np.linalg.solve(laplacian + 1.0 / n, wanted)
    except np.linalg.LinAlgError as problem:
        raise ValueError("spread: some points have no chain of neighbours to the others") from problem


def assign(cost: np.ndarray) -> np.ndarray:
    """The column for each row of an (n, m) cost matrix, n <= m, no column twice, at the least total cost.

    The Hungarian method with shortest augmenting paths: exact. Raises ValueError when there are more rows than columns.
    """
    n, m = cost.shape
    if n > m:
        raise ValueError(f"assign: {n} rows cannot each have one of {m} columns")
    row_price, column_price = np.zeros(n + 1), np.zeros(m + 1)
    holder = np.zeros(m + 1, dtype=int)  # the row (from 1) that holds a column (from 1); 0 is none
    for row in range(1, n + 1):
        holder[0], at = row, 0
        slack, came_from, done = np.full(m + 1, np.inf), np.zeros(m + 1, dtype=int), np.zeros(m + 1, dtype=bool)
        while holder[at]:
            done[at] = True
            reduced = cost[holder[at] - 1] - row_price[holder[at]] - column_price[1:]
            better = ~done[1:] & (reduced < slack[1:])
            slack[1:][better], came_from[1:][better] = reduced[better], at
            following = int(np.argmin(np.where(done, np.inf, slack)[1:])) + 1
            step = slack[following]
            row_price[holder[done]] += step
            column_price[done] -= step
            slack[~done] -= step
            at = following
        while at:
            holder[at], at = holder[came_from[at]], came_from[at]
    columns = np.zeros(n, dtype=int)
    columns[holder[1:][holder[1:] > 0] - 1] = np.flatnonzero(holder[1:])
    return columns


def cells_around(positions: np.ndarray) -> np.ndarray:
    """Column and row, (m, 2), of every cell from `MARGIN` beyond the lowest position to `MARGIN` beyond the highest."""
    reach = positions / (1.0, ROW)
    (left, bottom), (right, top) = np.floor(reach.min(axis=0)) - MARGIN, np.ceil(reach.max(axis=0)) + MARGIN
    return np.array([(c, r) for r in range(int(bottom), int(top) + 1) for c in range(int(left), int(right) + 1)])


def centres(cells: np.ndarray) -> np.ndarray:
    """Centres, (n, 2) in widths of a cell, of cells given by column and row: odd rows stand half a cell to the right."""
    return np.column_stack([cells[:, 0] + 0.5 * (cells[:, 1] % 2), cells[:, 1] * ROW])


def layout(frame: pd.DataFrame) -> pd.DataFrame:
    """The layout of places: frame of code, column (from the left), row (from the bottom), sorted by code.

    `frame` is indexed by code, with latitude and longitude in degrees. See the module for the method.
    """
    frame = frame.sort_index()
    points = project(frame["latitude"].to_numpy(), frame["longitude"].to_numpy())
    positions = spread(points, neighbours(points))
    free = cells_around(positions)
    cells = free[assign(((positions[:, None] - centres(free)[None]) ** 2).sum(axis=2))]
    left, bottom = cells.min(axis=0)
    cells = cells - (left, bottom - bottom % 2)  # an even shift, so that odd rows stay odd
    return pd.DataFrame({"code": frame.index, "column": cells[:, 0], "row": cells[:, 1]})


@cache
def table() -> pd.DataFrame:
    """The layout in data/: column and row indexed by code, the 153 places in alphabetical order."""
    return tables.load("hex_layout").set_index("code").loc[places.frame().index]


def steps(cells: np.ndarray) -> np.ndarray:
    """How many moves from cell to neighbouring cell lie between each two of n cells: (n, n)."""
    along = cells[:, 0] - (cells[:, 1] - cells[:, 1] % 2) // 2
    across = along[:, None] - along[None], cells[:, 1][:, None] - cells[:, 1][None]
    return (abs(across[0]) + abs(across[1]) + abs(across[0] + across[1])) // 2


def nearness(cells: np.ndarray, points: np.ndarray, nearest: int = 5, within: int = 2) -> float:
    """How well a layout keeps neighbours near: the share (0 to 1), over all places, of each one's `nearest` places by
    centroid that stand at most `within` moves away. `cells` and `points` are (n, 2), in one order."""
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    closest = np.argsort(apart, axis=1, kind="stable")[:, :nearest]
    return float((np.take_along_axis(steps(cells), closest, axis=1) <= within).mean())


def corners(centre: tuple[float, float]) -> list[tuple[float, float]]:
    """The six corners of the cell with this centre, in widths of a cell, from the top one clockwise."""
    x, y = centre
    long, half, short = 0.5 / ROW, 0.5, 0.25 / ROW
    return [
        (x, y + long), (x + half, y + short), (x + half, y - short),
        (x, y - long), (x - half, y - short), (x - half, y + short),
    ]  # fmt: skip


def borders(cells: np.ndarray, group: list[str]) -> list[Segment]:
    """The edges between neighbouring cells of different groups, each once, as pairs of points in widths of a cell."""
    members = {(int(c), int(r)): g for (c, r), g in zip(cells, group, strict=True)}
    found = []
    for (column, row), own in members.items():
        shift = row % 2
        corner = corners((column + 0.5 * shift, row * ROW))
        # Right, upper right and upper left neighbour, and the edge shared with each.
        for cell, edge in (
            ((column + 1, row), (corner[1], corner[2])),
            ((column + shift, row + 1), (corner[0], corner[1])),
            ((column - 1 + shift, row + 1), (corner[5], corner[0])),
        ):
            if members.get(cell, own) != own:
                found.append(edge)
    return found


def main(to: Path) -> None:
    """Write the layout of today's places as CSV."""
    layout(places.frame()).to_csv(to, index=False, lineterminator="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/hex_layout.csv"))
