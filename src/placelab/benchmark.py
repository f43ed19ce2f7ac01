"""`python -m placelab.benchmark`: how long the package's work takes on this machine. It prints figures and judges nothing.

In a clone, `--labs` times each notebook instead, `--build` a clean build of the book, `--live` an author's loop and, with a
built book, `--pages` what its pages cost (tests/benchmark_*.py).
"""

from __future__ import annotations

import shutil
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
_SCRIPTS = {f"--{name}": f"benchmark_{name}.py" for name in ("build", "labs", "live", "pages")}
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


def draws() -> list[tuple[str, float]]:
    """Times of the funding gap in milliseconds: its projection, and its ensemble for one place and for all in one call."""
    from placelab import gap, places, uncertainty

    work: dict[str, Callable[[], object]] = {
        "funding gap of all places, one projection": lambda: gap.project(gap.Assumptions(unit_cost=0.01)),
        "funding gap of England, 10,000 draws, bands by year": lambda: uncertainty.ensemble(places.ENGLAND, draws=10_000),
        "funding gap of all places and years, 1,000 draws": lambda: uncertainty.outcomes(
            uncertainty.rows(), uncertainty.deviations(1000)
        ),
    }
    for job in work.values():
        job()  # tables and draws are read once
    return [(label, milliseconds(job)) for label, job in work.items()]


def simulator() -> list[str]:
    """What the place simulator costs: a run in JavaScript, simlin and PySD on the same file, 1,000 draws, and its bundle."""
    import gzip
    import json
    import tempfile
    import warnings

    from placelab.simulator import engine, model

    web = Path(__file__).parent / "web"
    bundle = web / "built" / "simulator.js"
    size = len(gzip.compress(bundle.read_bytes(), 9)) / 1000
    found = [f"{size:9.1f} kB  the simulator's bundle, gzipped (target 25)"]
    if shutil.which("node"):
        timed = ["node", str(web / "simulator-runs.mjs"), str(bundle), "--time", "300"]
        times = sorted(json.loads(subprocess.run(timed, check=True, capture_output=True, text=True).stdout))
        found.append(f"{times[150]:9.1f} ms  a simulator run in JavaScript, median of 300")
        found.append(f"{times[285]:9.1f} ms  the same, 95th percentile (target 50)")
    try:
        engine.run(columns=("delayed_rate",))
    except engine.EngineMissing as missing:
        return [*found, f"in Python: {missing}"]
    one = milliseconds(lambda: engine.run(columns=("delayed_rate",)), 25)
    found.append(f"{one:9.1f} ms  a simulator run in Python (simlin)")
    many = milliseconds(lambda: engine.ensemble(count=1000), 1)
    found.append(f"{many:9.1f} ms  1,000 draws of every free parameter")
    try:
        import pysd
    except ImportError:
        return [*found, "PySD is not installed (it comes with the test extra), so there is no ratio"]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = Path(folder) / model.FILE
        file.write_text(model.text(), "utf-8")
        oracle = pysd.read_vensim(str(file))
        slow = milliseconds(oracle.run, 1)
    return [*found, f"{slow:9.1f} ms  the same run in PySD: {slow / one:.0f} times simlin's"]


def main() -> None:
    """Print all figures."""
    for flag in _SCRIPTS.keys() & set(sys.argv):
        sys.argv.remove(flag)
        script = Path(__file__).parents[2] / "tests" / _SCRIPTS[flag]
        if not script.is_file():
            raise SystemExit(f"{flag} needs a clone of the repository, installed with `pip install -e .`")
        raise SystemExit(subprocess.call([sys.executable, str(script), *sys.argv[1:]]))
    for label, value in [*imports(), *measures(), *draws()]:
        print(f"{value:9.1f} ms  {label}")
    print(*simulator(), sep="\n")
    print(f"matplotlib loaded before a figure is asked for: {_run(_PLOTTING)}")


if __name__ == "__main__":
    main()
