"""`python -m placelab.benchmark --labs [NAME ...]`: how long each lab runs in a new kernel. It judges nothing."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
SLOWEST, ALL = 20, 90  # seconds, cold, on two cores: what we aim at


def seconds(path: Path) -> tuple[float, float]:
    """Seconds that a notebook takes in a new kernel, and seconds of its slowest cell."""
    notebook = nbformat.read(path, 4)
    marks: list[float] = []
    client = NotebookClient(
        notebook,
        timeout=120,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=lambda **_: marks.append(time.perf_counter()),
        on_cell_executed=lambda **_: marks.append(time.perf_counter()),
    )
    start = time.perf_counter()
    client.execute()
    total = time.perf_counter() - start
    return total, max(end - begin for begin, end in zip(marks[::2], marks[1::2], strict=True))


def main() -> None:
    """Print every lab's time beside the targets."""
    os.environ.setdefault("PLACELAB_TARGET", "lab")
    asked = sys.argv[1:]
    paths = [path for path in sorted(FOLDER.glob("*.ipynb")) if not asked or path.stem in asked]
    if not paths:
        raise SystemExit(
            f"no lab of that name; there is {', '.join(path.stem for path in sorted(FOLDER.glob('*.ipynb')))}"
        )
    totals = []
    for path in paths:
        total, cell = seconds(path)
        totals.append(total)
        print(f"{total:7.1f} s  {path.stem}, of which {cell:.1f} s in one cell", flush=True)
    print(f"{max(totals):7.1f} s  the slowest (target {SLOWEST} s)\n{sum(totals):7.1f} s  all of them (target {ALL} s)")


if __name__ == "__main__":
    main()
