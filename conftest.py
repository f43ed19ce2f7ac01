"""What holds for every run of pytest: the order of its stages, and that no notebook can stall or pass unseen.

nbval runs each cell and waits for the kernel's answer. Now and then, where widgets are made, the answer never comes
although the cell has done its work. nbval then waits out its time-out, lets the cell pass and marks the rest of the
notebook as expected to fail: a late, silent success. Here such a notebook is run once more from its first cell, in a
new kernel and with every comparison; a warning says so, and a second time-out is a failure. The time-out itself is
nbval's own, --nbval-cell-timeout (Makefile).
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator

import pytest
from nbval.plugin import IPyNbCell

os.environ.setdefault("PLACELAB_TARGET", "lab")  # the kernels inherit it: real widgets, as in JupyterLab


STAGES = ("units", "notebooks", "build", "browser")


def stage(item: pytest.Item) -> int:
    """Unit tests first, then notebooks, then what builds a book, then what opens one in the browser."""
    if item.get_closest_marker("browser"):
        return 3
    if {"built_book", "strict_build"} & set(getattr(item, "fixturenames", ())):
        return 2
    return int(isinstance(item, IPyNbCell))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by stage, so that what fails soonest fails first; the sort keeps each file's own order.

    Where several processes run the tests, a file's unit tests stay together, since they share what they set up, and so do
    a notebook's cells, which share a kernel. A report of the run (--junitxml) has each test's stage; the book's page about
    its build counts by it.
    """
    items.sort(key=stage)
    for item in items:
        item.user_properties.append(("stage", STAGES[stage(item)]))
        if stage(item) < 2:
            item.add_marker(pytest.mark.xdist_group(item.path.name))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Run a cell; when its notebook timed out, run that notebook once more."""
    try:
        yield
    except Exception:
        if not (isinstance(item, IPyNbCell) and item.parent.timed_out):
            raise
    if isinstance(item, IPyNbCell) and item.parent.timed_out:
        run_once_more(item)


def run_once_more(item: IPyNbCell) -> None:
    """Run the notebook again in a new kernel, up to this cell; fail if that times out too."""
    notebook = item.parent
    if getattr(notebook, "ran_again", False):
        pytest.fail(f"{item.nodeid}: the notebook timed out twice", pytrace=False)
    warnings.warn(pytest.PytestWarning(f"{item.nodeid} timed out; its notebook is run once more"), stacklevel=1)
    notebook.ran_again = True
    if notebook.kernel.is_alive():
        notebook.kernel.stop()
    notebook.timed_out = False
    notebook.setup()
    cells = [cell for cell in item.session.items if cell.parent is notebook]
    for cell in cells[: cells.index(item) + 1]:
        if cell.options["skip"]:
            continue
        try:
            cell.runtest()
        finally:
            if notebook.timed_out:
                pytest.fail(f"{cell.nodeid}: the notebook timed out twice", pytrace=False)
