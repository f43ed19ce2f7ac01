"""Every page states what a browser may load and run on it, and works under that."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browsing import EVERY, Watch, open_all, pages, settle
from building import Build
from playwright.sync_api import ElementHandle, Page, TimeoutError, expect

from placelab.book import policy
from placelab.widgets import page as page_home

FIRST = "book/index.html"


class Markup(HTMLParser):
    """Collects a page's policies and whatever a policy without 'unsafe-inline' refuses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.policies: list[str] = []
        self.governed_before: list[str] = []  # what a browser met before it met the policy
        self.refused: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if given.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(given["content"])
        elif tag in ("script", "link", "img", "style") and not self.policies:
            self.governed_before.append(tag)
        self.refused += [f"<{tag} {name}>" for name in given if name.startswith("on") or name == "style"]
        self.refused += [f"<{tag} {name}={value[:30]}>" for name, value in given.items() if value.startswith("javascript:")]
        if tag in ("style", "base", "object", "embed", "iframe"):
            self.refused.append(f"<{tag}>")
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.refused.append("<script>")


def test_the_scan_sees_what_it_looks_for() -> None:
    bad = '<script>1</script><p style="" onclick=""><a href="javascript:1"><style></style><script type="application/json">{}'
    assert Markup(bad).refused == ["<script>", "<p style>", "<p onclick>", "<a href=javascript:1>", "<style>"]


def test_every_page_states_the_same_policy_first_and_nothing_that_it_refuses(built_book: Build) -> None:
    found = {path: Markup((built_book.html / path).read_text(encoding="utf-8")) for path in pages(built_book.html)}
    assert len(found) > 10
    assert {path: markup.refused for path, markup in found.items() if markup.refused} == {}
    assert {path: markup.governed_before for path, markup in found.items() if markup.governed_before} == {}
    assert {tuple(markup.policies) for markup in found.values()} == {(policy.policy(),)}


def test_the_policy_admits_nothing_but_the_book_and_one_style() -> None:
    directives = {name: sources for name, *sources in (part.split() for part in policy.policy().split("; "))}
    styles = directives.pop("style-src")
    assert {source for sources in directives.values() for source in sources} == {"'self'", "'none'"}
    assert directives["default-src"] == directives["script-src"] == ["'self'"]
    assert directives["object-src"] == directives["base-uri"] == ["'none'"]
    assert len(styles) == 2 and styles[0] == "'self'" and styles[1].startswith("'sha256-")


def test_plots_own_style_is_found_in_the_bundle_and_a_moved_one_stops_the_build(tmp_path: Path) -> None:
    (rules,) = policy.plot_styles(page_home.BUILT / "page")
    assert rules.startswith(f":where(.{policy.PLOT_CLASS}) {{\n") and "${" not in rules
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "chart.js").write_text("x.text('--plot-background: white')")
    with pytest.raises(policy.ExtensionError, match="PLOT_STYLE"):
        policy.plot_styles(tmp_path)
    assert policy.plot_styles(tmp_path / "no-scripts-yet") == []


def test_a_picture_becomes_a_file_named_after_its_content(tmp_path: Path) -> None:
    svg = b"<svg/>"
    html = f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg).decode()}" alt="A line">'
    written = policy.as_files(html, "../", tmp_path / "_images")
    (file,) = (tmp_path / "_images").iterdir()
    assert file.read_bytes() == svg and hashlib.sha256(svg).hexdigest()[:16] in file.name
    assert written == f'<img src="../_images/{file.name}" alt="A line">'


@pytest.mark.browser
def test_a_browser_keeps_to_the_policy(page: Page, site: str) -> None:
    watch = Watch(page, site)
    page.goto(site + FIRST)
    page.evaluate(
        """() => {
            const markup = "<p style='color: red'><img src='data:,' onerror='window.ran = 1'></p>";
            document.body.insertAdjacentHTML("beforeend", markup);
            document.head.append(Object.assign(document.createElement("script"), { textContent: "window.ran = 1" }));
        }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    for refused in ("script-src-elem", "style-src-attr", "img-src"):
        assert any(f"refused: {refused}" in problem for problem in watch.problems), refused


# All that a button may change: the document, what is open, where the focus went.
STATE = """(button) => [
    document.documentElement.outerHTML,
    document.activeElement === button ? "" : document.activeElement?.outerHTML,
    [...document.querySelectorAll("dialog, details")].map((one) => one.open),
    [...document.querySelectorAll("input, select")].map((one) => one.value),
].join()"""


def does_something(page: Page, button: ElementHandle) -> bool:
    """Press a button; whether it changed anything, or went away, within a second."""
    page.evaluate(f"button => {{ window.before = ({STATE})(button) }}", button)
    button.click()
    try:
        changed = f"button => !button.checkVisibility() || ({STATE})(button) !== window.before"
        page.wait_for_function(changed, arg=button, timeout=1000, polling=20)
    except TimeoutError:
        return False
    return True


def disturb(button: ElementHandle) -> bool:
    """Move the controls of the live figure that a button belongs to, so that it has something to put back."""
    return button.evaluate(
        """button => {
            const controls = [...(button.closest(".placelab-live")?.querySelectorAll(".live-controls :is(input, select)") ?? [])];
            for (const control of controls) {
                if (control.type === "range") control.value = control.value === control.min ? control.max : control.min;
                else control.selectedIndex = control.options.length - 1;
                control.dispatchEvent(new Event(control.type === "range" ? "input" : "change", { bubbles: true }));
            }
            return controls.length > 0;
        }"""
    )


@pytest.mark.browser
@pytest.mark.parametrize("path", EVERY)
def test_no_page_is_refused_anything_and_no_button_is_dead(path: str, page: Page, site: str) -> None:
    watch = Watch(page, site)
    page.goto(site + path)
    settle(page)
    open_all(page)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        pressed: list[str] = []
        for button in page.query_selector_all("button"):
            if not button.is_visible():
                continue
            if disturb(button):
                page.wait_for_timeout(600)  # the new finding is drawn at once and announced a little later
            assert does_something(page, button), f"nothing happens at {width} px: {button.inner_text()}"
            pressed.append(button.inner_text())
            page.keyboard.press("Escape")
            page.wait_for_timeout(50)
        assert len(pressed) >= 2
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        page.wait_for_load_state("networkidle")
    assert watch.problems == []


@pytest.mark.browser
def test_a_browser_that_keeps_nothing_has_a_whole_page(page: Page, site: str) -> None:
    """A private window may refuse storage altogether."""
    watch = Watch(page, site)
    page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"]) {
            Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
        }"""
    )
    page.goto(site + FIRST)
    settle(page)
    before = page.locator("html").get_attribute("data-mode")
    page.locator(".theme-switch-button").click()
    assert page.locator("html").get_attribute("data-mode") != before
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog input").fill("fiscal")
    page.keyboard.press("Enter")
    expect(page.locator("#search-results li a").first).to_be_visible()
    assert watch.problems == []
