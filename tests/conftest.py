"""What several tests share: one strict build of the book, and one browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from browsing import opened_browser, served
from building import CONFIG, ROOT, Build, build, notebook
from filelock import FileLock
from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture
def small_book(tmp_path: Path) -> Path:
    """A book of one page and one notebook, which a test may spoil."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "_config.yml").write_text(CONFIG)
    (source / "_toc.yml").write_text("format: jb-book\nroot: start\nchapters: [{file: lab}]\n")
    (source / "start.md").write_text("# Start\n\nA formula: {math}`a = b + 1`.\n")
    notebook(source / "lab.ipynb", ("print(1 + 1)", "2\n"))
    return source


@pytest.fixture
def strict_build(tmp_path: Path) -> Callable[[Path], Build]:
    """Build a book strictly into a new folder."""
    return lambda source: build(source, tmp_path / "built")


@pytest.fixture(scope="session")
def built_book(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Build:
    """The book itself, built strictly once for the whole run; a failed build fails every test that opens it."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":  # several processes run the tests: the first to come builds for all
        folder = folder.parent
    report = folder / "built.json"
    with FileLock(folder / "built.lock"):
        if not report.exists():
            report.write_text(json.dumps(asdict(build(ROOT, folder / "book")), default=str))
    kept = json.loads(report.read_text())
    built = Build(Path(kept["html"]), kept["succeeded"], kept["printed"])
    assert built.succeeded, f"the strict build failed:\n{built.printed}"
    return built


@pytest.fixture(scope="session")
def site(built_book: Build) -> Iterator[str]:
    """The address at which the built book is served, under a sub-path."""
    with served(built_book.html) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the whole run."""
    with opened_browser() as chromium:
        yield chromium


@pytest.fixture
def reader(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A function that opens a page in a browser profile of its own, by default as wide as a laptop's."""
    contexts: list[BrowserContext] = []

    def new(**options: object) -> Page:
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options}))
        return contexts[-1].new_page()

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def page(reader: Callable[..., Page]) -> Page:
    """A page in a fresh profile, as wide as a laptop's."""
    return reader()
