"""A table that a lab printed as text becomes a table on paper, and nothing else does."""

from __future__ import annotations

import pandas as pd
from bs4 import BeautifulSoup

from placelab.book import columns


def test_what_pandas_prints_comes_back_cell_by_cell() -> None:
    frame = pd.DataFrame(
        {
            "Who waits": ["The council", "Families & friends, at home", "A GP"],
            "Larger than base case": ["23 of 100 draws", "28 of 100 draws", "24 of 100 draws"],
            "2015": ["1.2%", "3.4%", "5.6%"],
            "Gap": ["£119m", "−£5m", "none"],
        }
    )
    rows = columns.cells(frame.to_string(index=False).splitlines())
    assert rows == [list(frame.columns), *frame.to_numpy().tolist()]


def test_text_around_a_table_stays_in_its_place() -> None:
    text = "In Suffolk it fell.\n   Year  Fall\n2010-11 15.9%\n2011-12  5.4%\nNegative in the return, so left out.\n"
    soup = BeautifulSoup(columns.as_html(text), "html.parser")
    assert [tag.name for tag in soup.find_all(["pre", "table"])] == ["pre", "table", "pre"]
    assert [cell.get_text() for cell in soup.select("td.text-right")] == ["15.9%", "5.4%"]
    assert [cell.get_text() for cell in soup.select("th[scope=row]")] == ["2010-11", "2011-12"]


def test_what_is_no_such_table_is_left_alone() -> None:
    for text in (
        "One line.\n",
        "Not a table\nof two lines\n",
        "0.1  31%\n0.4  29%\n",  # no heads
        "       female  male\n65-69    21.0  13.0\n",  # a head is missing
        "name   what it is\na      left-aligned\n",
    ):
        assert columns.as_html(text) == "", text
