"""The installed Chromium: the tests drive it, and the print edition is printed with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


def chromium() -> str:
    """Return the path of an installed Chromium, or of the one that PLACELAB_CHROMIUM names. Raises RuntimeError without one."""
    named = os.environ.get("PLACELAB_CHROMIUM")
    found = named or next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    if not found:
        raise RuntimeError(
            "no Chromium found: install it (Debian: apt-get install chromium; Ubuntu: chromium-browser) "
            "or set PLACELAB_CHROMIUM to a browser's path"
        )
    return found


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Start headless Chromium and close it afterwards."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
