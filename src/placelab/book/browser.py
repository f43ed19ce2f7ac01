"""The built book in headless Chromium: for what is printed from it, and for the browser tests."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SUB_PATH = "/leading-a-place/"  # a book on GitHub Pages lies under its repository's name
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowser(RuntimeError):
    """There is no browser, or nothing to drive it with; the message says how to get one."""


def chromium() -> str:
    """Return the path of an installed Chromium, or of the one that PLACELAB_CHROMIUM names. Raises NoBrowser."""
    named = os.environ.get("PLACELAB_CHROMIUM")
    found = shutil.which(named) if named else next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    if not found:
        raise NoBrowser(
            (f"PLACELAB_CHROMIUM is {named}, which is no program: " if named else "no Chromium found: ")
            + "install it (Debian: apt-get install chromium; Ubuntu: chromium-browser) "
            "or set PLACELAB_CHROMIUM to a browser's path"
        )
    return found


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Start headless Chromium and close it afterwards. Raises NoBrowser."""
    path = chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as problem:
        raise NoBrowser("Playwright drives the browser and is not installed: pip install playwright") from problem
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class _Handler(SimpleHTTPRequestHandler):
    """Serves the book under SUB_PATH and nothing at the root, as a project's site does."""

    protocol_version = "HTTP/1.1"
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}  # noqa: RUF012

    def translate_path(self, path: str) -> str:
        if not path.startswith(SUB_PATH):
            return str(Path(self.directory) / "no-such-file")
        return super().translate_path("/" + path.removeprefix(SUB_PATH))

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a built book on a free local port; yield the address of its first folder, ending in /."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{SUB_PATH}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
