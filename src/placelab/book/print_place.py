"""A place on two sheets of A4: prints *Your place* of the built book as PDF, with the browser on this machine.

    python -m placelab.book.print_place Suffolk
    python -m placelab.book.print_place E10000029 --out suffolk.pdf
    python -m placelab.book.print_place --all --out places

A place is a name or a code; `--all` prints England and every place into a folder. The PDF is tagged and carries language and
title. Nothing leaves the machine: the book is served on this machine's loopback while it is printed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from placelab import places
from placelab.book import browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BOOK, PAGE = Path("_build/html"), "book/your-place.html"
PATIENCE = 30_000  # ms


class CannotPrint(ValueError):
    """Something that is missing or unknown; the message says what, and how to mend it."""


def wanted(text: str) -> places.Place:
    """The place with this code or name. Raises CannotPrint."""
    try:
        return places.get(text.strip().upper()) if text.strip()[1:].isdigit() else places.named(text)
    except places.UnknownPlace as problem:
        raise CannotPrint(str(problem)) from problem


def file_name(place: places.Place) -> str:
    """What its PDF is called where nobody says: "your-place-st-helens.pdf"."""
    words = "".join(letter if letter.isalnum() else " " for letter in place.name.lower().replace("'", ""))
    return f"your-place-{'-'.join(words.split())}.pdf"


def printed(chromium: Browser, site: str, place: places.Place) -> bytes:
    """The place's page as PDF. `site` is the address of the served book. Raises CannotPrint where the page does not follow."""
    page = chromium.new_page()
    try:
        page.goto(f"{site}{PAGE}?place={place.code}")
        try:
            page.wait_for_function("code => document.documentElement.dataset.place === code", arg=place.code, timeout=PATIENCE)
        except Exception as problem:
            raise CannotPrint(f"the page did not come to speak of {place.name}: build the book anew, with make book") from problem
        page.evaluate("title => { document.title = title }", f"Your place: {place.name}")
        return page.pdf(prefer_css_page_size=True, print_background=False, tagged=True, outline=True)
    finally:
        page.close()


def write(book: Path, chosen: Sequence[tuple[places.Place, Path]]) -> None:
    """Print places from a built book into files. Raises CannotPrint, or NoBrowser; a file is written whole or not at all."""
    if not (book / PAGE).is_file():
        raise CannotPrint(f"there is no built book in {book}: run make book first, or name its folder with --book")
    with browser.served(book) as site, browser.opened_browser() as chromium:
        for place, target in chosen:
            content = printed(chromium, site, place)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            print(f"{place.name}: {target}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when all was written, else 2 with one line on what was wrong."""
    parser = argparse.ArgumentParser(prog="python -m placelab.book.print_place", description="Print a place on two sheets of A4.")
    parser.add_argument("place", nargs="?", help="name or code of a place, such as Suffolk or E10000029; England too")
    parser.add_argument("--all", action="store_true", help="England and all 153 places")
    parser.add_argument("--out", type=Path, help="file to write; with --all the folder")
    parser.add_argument("--book", type=Path, default=BOOK, help=f"folder of the built book (default: {BOOK})")
    given = parser.parse_args(arguments)
    if bool(given.place) == given.all:
        parser.error("name one place, or write --all")
    try:
        if given.all:
            folder = given.out or Path()
            codes = [places.ENGLAND, *places.frame().index]
            chosen = [(place, folder / file_name(place)) for place in map(places.get, codes)]
        else:
            place = wanted(given.place)
            chosen = [(place, given.out or Path(file_name(place)))]
        write(given.book, chosen)
    except (CannotPrint, browser.NoBrowser, OSError) as problem:
        print(f"Nothing printed: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
