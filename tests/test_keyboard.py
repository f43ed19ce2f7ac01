"""A reader with a keyboard alone can do each lab: answer, move every control, open every table, write the decision."""

from __future__ import annotations

import pytest
from browsing import settle
from building import ROOT
from playwright.sync_api import Page

LABS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
MOST_TABS = 400
FOCUSED = """() => {
    const at = document.activeElement;
    const figure = at.closest(".placelab-live");
    const box = at.getBoundingClientRect();
    const style = getComputedStyle(at);
    return {
        kind: at.type === "range" ? "slider" : at.matches(".live-controls select") ? "choice" : at.matches("textarea") ? "text"
            : at.matches(".placelab-live summary") ? "table" : at.matches(".live-question button") ? "question"
            : at.matches("[data-control]") ? "other" : at.tagName === "BODY" ? "end" : "",
        name: `${figure?.dataset.live ?? ""} ${at.dataset.control ?? at.textContent.trim().slice(0, 30)}`,
        shown: box.width > 0 && style.visibility !== "hidden",
        outlined: style.outlineStyle !== "none" || style.boxShadow !== "none",
        value: at.value ?? "",
    };
}"""


@pytest.mark.parametrize("lab", LABS)
def test_a_lab_is_done_by_keyboard_alone(lab: str, page: Page, site: str) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{site}notebooks/{lab}.html")
    settle(page)
    wanted = set(page.evaluate("[...document.querySelectorAll('.placelab-live')].map((box) => box.dataset.live)"))
    met: dict[str, set[str]] = {}
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at["kind"] == "end":
            break
        assert at["shown"], f"focus on something unseen: {at}"
        if not at["kind"]:
            continue
        assert at["outlined"], f"focus cannot be seen: {at}"
        if at["kind"] == "question":
            page.keyboard.press("Enter")  # the first button shows the result; the focus goes to it
            page.wait_for_timeout(50)
            continue
        met.setdefault(at["name"].split(" ")[0], set()).add(at["kind"])
        if at["kind"] in ("slider", "choice"):
            change(page, at)
        elif at["kind"] == "table":
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.parentElement.open")
        elif at["kind"] == "text":
            page.keyboard.type("by keyboard")
    else:
        pytest.fail(f"no end after {MOST_TABS} tabs")
    assert wanted <= set(met), f"never reached: {wanted - set(met)}"
    assert all(met[name] & {"slider", "choice"} for name in wanted)
    if page.locator(".placelab-note textarea").count():
        assert page.locator(".placelab-note textarea").last.input_value() == "by keyboard"
    assert not faults


def change(page: Page, at: dict[str, str]) -> None:
    """Move the focused control by an arrow key, the other way where it stands at its end, and see that it moved."""
    for key in ("ArrowRight", "ArrowLeft") if at["kind"] == "slider" else ("ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
        page.wait_for_timeout(30)
        if page.evaluate("document.activeElement.value") != at["value"]:
            return
    only = page.evaluate("document.activeElement.options?.length === 1")
    assert only, f"{at['name']} does not move"
