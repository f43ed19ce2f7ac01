"""The built book in headless Chromium, for the browser tests and for `make shots`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response
from sphinx_external_toc.parsing import parse_toc_yaml

from placelab.book.browser import SUB_PATH, chromium, opened_browser, served

__all__ = [
    "EVERY", "ROOT", "SUB_PATH", "TELEPHONE", "Watch", "chromium", "open_all", "opened_browser", "pages", "served", "settle",
]  # fmt: skip

ROOT = Path(__file__).resolve().parent.parent
EVERY = ["", *(f"{name}.html" for name in parse_toc_yaml(ROOT / "_toc.yml")), "search.html?q=spending", "404.html"]

TELEPHONE = {"width": 320, "height": 640}  # CSS pixels: the narrowest that is supported


def pages(folder: Path) -> list[str]:
    """List the built book's pages, as paths relative to its folder."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.html")
        if "_static" not in path.relative_to(folder).parts
    )


class Watch:
    """Notes what goes wrong while a page is open: requests to another host, failed ones, console errors, refusals.

    A refusal is what the page's policy forbids; make the watch before the page is opened.
    """

    def __init__(self, page: Page, site: str) -> None:
        self.host = urlsplit(site).netloc
        self.requested = 0
        self.problems: list[str] = []
        page.on("request", self.request)
        page.on("response", self.response)
        page.on("requestfailed", self.failed)
        page.on("console", self.console)
        page.expose_function("noteRefusal", lambda what: self.problems.append(f"refused: {what}"))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', e => noteRefusal(`${e.effectiveDirective} "
            "${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`))"
        )
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))

    def request(self, request: Request) -> None:
        self.requested += 1
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != self.host:
            self.problems.append(f"another host: {request.url}")

    def response(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"status {response.status}: {response.url}")

    def failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # what a page had asked for when it was left
            self.problems.append(f"failed: {request.url}")

    def console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text}")


def settle(page: Page) -> None:
    """Wait until the picker and every live figure on an open page answer to the reader."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.placelab-live')].every(box => box.matches('.live-mounted, .live-failed'))"
        " && !document.querySelector('.place-picker:not(.ready)')"
    )


def open_all(page: Page) -> None:
    """Open all that an article folds away, and pass the questions that hide a result."""
    skip = page.get_by_role("button", name="Skip the guess")
    while skip.count():
        skip.first.click()
    page.evaluate("document.querySelectorAll('article details').forEach(one => (one.open = true))")
