"""The zip of the built book: what it unpacks to reads without a server, and a server in it brings the live figures."""

from __future__ import annotations

import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from browsing import Watch, pages, settle
from building import Build
from playwright.sync_api import ConsoleMessage, Page, expect

from placelab.book import folder

PAGE = "book/05-the-fiscal-challenge.html"
# A browser runs no module script from a folder, and says so for each that a page asks for.
EXPECTED = ("blocked by CORS policy", "net::ERR_FAILED")


@pytest.fixture(scope="module")
def unpacked(built_book: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the zip unpacks to."""
    home = tmp_path_factory.mktemp("unpacked")
    assert folder.main(["--site", str(built_book.html), "--out", str(home / "book.zip")]) == 0
    with zipfile.ZipFile(home / "book.zip") as packed:
        packed.extractall(home)
    return home / folder.TOP


def test_the_zip_holds_the_whole_book_and_is_the_same_each_time(built_book: Build, tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        assert folder.pack(built_book.html, tmp_path / name) > 200
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        names = {name.removeprefix(f"{folder.TOP}/") for name in packed.namelist()}
        assert "python -m http.server" in packed.read(f"{folder.TOP}/READ-ME.txt").decode()
    assert {*pages(built_book.html), "READ-ME.txt", "searchindex.js", "404.html"} <= names and ".buildinfo" not in names


def test_without_a_book_there_is_no_zip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.main(["--site", str(tmp_path), "--out", str(tmp_path / "book.zip")]) == 2
    assert "build the book first" in capsys.readouterr().err and not (tmp_path / "book.zip").exists()


@pytest.mark.browser
def test_every_page_reads_from_the_folder(page: Page, unpacked: Path) -> None:
    """Static figures stand, a notice says why, and nothing breaks but the scripts that a browser refuses to run from a folder."""
    problems: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(known in message.text for known in EXPECTED):
            problems.append(f"{page.url}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    figures = 0
    for path in pages(unpacked):
        if path in ("index.html", "404.html"):  # the first leads on; the other is for web servers
            continue
        page.goto((unpacked / path).as_uri())
        seen = page.evaluate(
            """() => ({
                shown: [...document.querySelectorAll("figure.placelab img")].filter((one) => one.offsetHeight > 40).length,
                broken: [...document.images].filter((one) => one.complete && !one.naturalWidth).map((one) => one.src),
                live: document.querySelectorAll(".placelab-live").length,
                notice: document.querySelector(".folder-notice").checkVisibility(),
                picker: document.querySelector(".place-picker").checkVisibility(),
                title: document.querySelector("h1").checkVisibility(),
            })"""
        )
        figures += seen["shown"]
        assert seen["shown"] >= seen["live"] and not seen["broken"], path
        assert (seen["title"], seen["notice"], seen["picker"]) == (True, True, False), path
    assert figures >= 20
    page.goto((unpacked / "index.html").as_uri())
    expect(page).to_have_url((unpacked / "book" / "index.html").as_uri())
    # Search needs no server either: its index is a plain script. A result is a title, without the words around it.
    page.locator("form.bd-search input").first.evaluate("(field) => { field.value = 'spending'; field.form.submit(); }")
    expect(page.locator("#search-results li a").first).to_be_visible()
    page.locator("#search-results li a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert problems == []


@pytest.mark.browser
def test_a_server_in_the_folder_brings_the_live_figures(page: Page, unpacked: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]
    server = subprocess.Popen(command, cwd=unpacked, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            page.wait_for_timeout(50)
        watch = Watch(page, f"http://127.0.0.1:{port}/")
        page.goto(f"http://127.0.0.1:{port}/{PAGE}")
        settle(page)
        expect(page.locator(".placelab-live.live-mounted").first).to_be_visible()
        expect(page.locator(".folder-notice")).to_be_hidden()
        assert watch.problems == []
    finally:
        server.terminate()
        server.wait(10)
