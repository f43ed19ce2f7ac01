"""`python -m placelab.benchmark --build [ROUNDS]`: a clean build of the whole book, every notebook run, the two ways there are.

`make book` runs its notebooks two at a time while chapters are read; plain `jupyter-book build` runs one after the other. Both
build a copy of the same sources that has no kept results. They take turns, the first in a round being the second in the next.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from building import ROOT

from placelab.book.same import copied, files

TARGET = 0.8
WAYS = {
    "jupyter-book build": [
        str(Path(sys.executable).with_name("jupyter-book")),
        "build",
        "-W",
        "-n",
        "--keep-going",
        "-q",
    ],
    "make book": [sys.executable, "-m", "placelab.book.build"],
}


def seconds(command: list[str]) -> float:
    """Seconds of a clean build by this command, which must succeed."""
    with tempfile.TemporaryDirectory() as folder:
        source = copied(ROOT, Path(folder) / "book")
        start = time.perf_counter()
        subprocess.run([*command, str(source)], check=True, stdout=subprocess.DEVNULL)
        spent = time.perf_counter() - start
        assert len(files(source / "_build" / "html")) > 100, "no book was built"
        return spent


def main() -> None:
    """Print every figure, the medians and their ratio."""
    rounds = int(sys.argv[1]) if sys.argv[1:] else 1
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way in list(WAYS)[:: -1 if number % 2 else 1]:
            found[way].append(seconds(WAYS[way]))
            print(
                f"{found[way][-1]:7.1f} s  {way}, clean (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)",
                flush=True,
            )
    plain, ours = (statistics.median(found[way]) for way in WAYS)
    print(f"{ours / plain:7.2f}    of plain jupyter-book's time (target {TARGET})")


if __name__ == "__main__":
    main()
