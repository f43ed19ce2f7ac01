"""`python -m placelab.benchmark`: how long the package's work takes on this machine. It prints figures and judges nothing.

With `--pages`, in a clone with a built book, what its pages cost instead: tests/benchmark_pages.py.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_IMPORTS = {
    "python alone": "pass",
    "import placelab": "import placelab",
    "import pandas alone": "import pandas",
    "import every measure": "import placelab.spending, placelab.population, placelab.places, placelab.claims",
    "import the live figures": "import placelab.widgets.one_in_ten",
}
_PLOTTING = "import sys, placelab.spending, placelab.facts, placelab.widgets.one_in_ten; print('matplotlib' in sys.modules)"


def milliseconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median time of `work` over `repeats` calls, in milliseconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def imports() -> list[tuple[str, float]]:
    """Start-up times of a fresh Python, each a median of five, in milliseconds."""
    return [(label, milliseconds(lambda code=code: _run(code))) for label, code in _IMPORTS.items()]  # type: ignore[misc]


def measures() -> list[tuple[str, float]]:
    """Times of whole measures (all areas, all years) once tables are loaded, caches emptied before each call."""
    from placelab import facts, population, spending, tables
    from placelab.widgets.one_in_ten import OneInTen

    for name in tables.names():
        tables.load(name)

    def fresh(work: Callable[[], object]) -> Callable[[], object]:
        def run() -> object:
            for module in (spending, population):
                for value in vars(module).values():
                    if hasattr(value, "cache_clear"):
                        value.cache_clear()
            return work()

        return run

    work: dict[str, Callable[[], object]] = {
        "net spending, all places and years": lambda: spending.by_place(),
        "net spending per adult, real": lambda: spending.by_place("net", "adult"),
        "before other income, per older person": lambda: spending.by_place("before other income", "older person"),
        "people 65 and over, all places and years": lambda: population.people("65 and over"),
        "old-age ratio, projections": lambda: population.old_age_ratio("projection"),
        "change of every area, 2009-10 to 2015-16": lambda: spending.change(),
        "one-in-ten finding (no drawing)": lambda: OneInTen().finding,
        "a fact in prose": lambda: facts.render("net-change start=2009-10 end=2015-16"),
    }
    cold = [(f"{label}, caches empty", milliseconds(fresh(job))) for label, job in work.items()]
    return cold + [(f"{label}, warm", milliseconds(job)) for label, job in work.items()]


def main() -> None:
    """Print all figures."""
    if "--pages" in sys.argv:
        sys.argv.remove("--pages")
        script = Path(__file__).parents[2] / "tests" / "benchmark_pages.py"
        if not script.is_file():
            raise SystemExit("--pages needs a clone of the repository, installed with `pip install -e .`, and a built book")
        raise SystemExit(subprocess.call([sys.executable, str(script), *sys.argv[1:]]))
    for label, value in [*imports(), *measures()]:
        print(f"{value:9.1f} ms  {label}")
    print(f"matplotlib loaded before a figure is asked for: {_run(_PLOTTING)}")


if __name__ == "__main__":
    main()
