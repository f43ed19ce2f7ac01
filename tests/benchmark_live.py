"""`python -m placelab.benchmark --live [EDITS]`: an author's loop, from saving a chapter to the browser showing it.

It works on a copy of the book's sources, so an interrupted run spoils nothing. Three figures: `make live` starting, each edit
of a narrative page and of a lab, and a fresh `jupyter-book build` (its notebooks' results at hand) after the same edit.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from browsing import opened_browser
from building import ROOT
from playwright.sync_api import Page

from placelab.book.same import copied

CHAPTER = "book/07-beyond-grip-and-delivery"  # a narrative page: prose, citations, reflections
LAB = "notebooks/your-framework"
TARGET, SHARE = 1.0, 1 / 3  # seconds, and of a fresh build


@contextmanager
def live(source: Path) -> Iterator[str]:
    """`make live` on a free port; yields its address once the book is there, and shows what it prints at the end."""
    command = [sys.executable, "-u", "-m", "placelab.live", str(source), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            address = process.stdout.readline().split()[1]
            while "the whole book" not in (line := process.stdout.readline()):
                assert line, "make live ended"
                print(line, end="")
            yield address
        finally:
            process.terminate()


def edits(page: Page, address: str, file: Path, old: str, count: int) -> list[float]:
    """Seconds from each save of `file` to its page showing the new words; `old`: words in it, met once, to add to."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
    page.goto(address)
    found = []
    for number in range(count):
        time.sleep(6)  # an author reads what came out; the whole book is brought up to date meanwhile
        words = f"Edit number {number} of {int(time.time())}."
        start = time.perf_counter()
        file.write_text(text.replace(old, f"{words} {old}"), encoding="utf-8")
        page.wait_for_function(
            "words => document.readyState !== 'loading' && document.querySelector('article')?.textContent.includes(words)",
            arg=words, polling=10, timeout=120_000,
        )  # fmt: skip
        found.append(time.perf_counter() - start)
    return found


def fresh_build(source: Path) -> float:
    """Seconds of `jupyter-book build` after an edit, its pages built before: a new Python, as sphinx-autobuild starts one."""
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(source), "-q"]
    subprocess.run(command, check=True, capture_output=True)
    file = source / f"{CHAPTER}.md"
    file.write_text(file.read_text(encoding="utf-8") + "\nOne more line.\n", encoding="utf-8")
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def told(what: str, seconds: list[float]) -> float:
    """Print the figures of one page; returns their median."""
    middle = statistics.median(seconds)
    print(f"{middle:7.2f} s  {what}: median of {len(seconds)}, {min(seconds):.2f} to {max(seconds):.2f}", flush=True)
    return middle


def main() -> None:
    """Print all figures beside their targets."""
    count = int(sys.argv[1]) if sys.argv[1:] else 10
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder, opened_browser() as browser:
        source = copied(ROOT, Path(folder) / "book")
        if (ROOT / ".jupyter_cache").is_dir():
            shutil.copytree(ROOT / ".jupyter_cache", source / ".jupyter_cache")
        page = browser.new_page()
        start = time.perf_counter()
        with live(source) as address:
            print(f"{time.perf_counter() - start:7.2f} s  start, to the whole book")
            chapter = source / f"{CHAPTER}.md"
            old = chapter.read_text(encoding="utf-8").split("\n\n")[1].partition(",")[0].splitlines()[0]
            edit = told("a narrative page, save to seen", edits(page, f"{address}{CHAPTER}.html", chapter, old, count))
        whole = fresh_build(source)
    print(f"{whole:7.2f} s  a fresh jupyter-book build after one edit")
    print(f"{edit / whole:7.2f}    of a fresh build's time (target {SHARE:.2f}); an edit's target is {TARGET} s")
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
