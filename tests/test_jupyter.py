"""A live figure in JupyterLab leads back to the page of the book that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from placelab import widgets
from placelab.widgets import jupyter

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", widgets.names())
def test_the_page_a_figure_leads_to_is_a_lab_that_shows_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(jupyter.BOOK, raising=False)
    live = widgets.figure_class(name)()
    notebook = ROOT / Path(jupyter.page_of(live)).with_suffix(".ipynb")
    assert f"{type(live).__name__}(" in notebook.read_text(encoding="utf-8")
    assert live.widget.setup["page"] == jupyter.page_of(live)


@pytest.mark.parametrize("book", ["https://example.org/leading-a-place", "https://example.org/leading-a-place/ "])
def test_the_books_address_is_put_before_it(book: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(jupyter.BOOK, book)
    page = jupyter.page_of(widgets.create("map-of-places"))
    assert page == "https://example.org/leading-a-place/notebooks/one-in-ten.html"
