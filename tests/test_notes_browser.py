"""Notes in a browser: written in a chapter, gathered in "Your framework", taken away and back; and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import TELEPHONE, Watch, settle
from playwright.sync_api import Locator, Page, expect

from placelab import framework, notes
from placelab.framework import Kept

pytestmark = pytest.mark.browser

CHAPTER, FRAMEWORK = "book/01-the-question.html", "notebooks/your-framework.html"
KEY = "placelab.notes"
HOSTILE = '<img src=x onerror=window.ran=1> "and" </textarea>'
ONE = {"what": "Sit in on the bed meeting", "when": "Tuesday", "who": "its chair", "sign": "one delay named"}
NO_STORAGE = (
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })"
)
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"


def opened(page: Page, site: str, path: str) -> Page:
    page.goto(site + path)
    settle(page)
    expect(page.locator(".notes").first).to_be_visible()
    return page


def note(page: Page) -> Locator:
    return page.get_by_label("Your note").first


def status(page: Page) -> Locator:
    return page.locator(".framework > .note-status")


def kept(page: Page) -> Kept:
    text = page.evaluate("key => localStorage.getItem(key)", KEY)
    return Kept() if text is None else framework.read(text)


def saved(page: Page, button: str) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path()).read_text("utf-8")


def take_in(page: Page, text: str, says: str) -> None:
    file = {"name": "notes.json", "mimeType": "application/json", "buffer": text.encode()}
    page.locator(".framework input[type=file]").set_input_files([file])
    expect(status(page)).to_contain_text(says)


def test_a_note_goes_from_its_chapter_to_the_framework_to_a_file_and_back(page: Page, site: str) -> None:
    watch = Watch(page, site)
    opened(page, site, CHAPTER)
    expect(note(page)).to_have_accessible_description(notes.get("the-question").prompt.replace("'", "’"))
    note(page).fill(HOSTILE)
    expect(page.get_by_text("Kept in this browser.")).to_be_visible()
    page.reload()
    settle(page)
    expect(note(page)).to_have_value(HOSTILE)
    note(page).press("End")
    page.keyboard.type(" and more")
    page.get_by_role("link", name="Your framework").last.click()  # at once: what was being written is kept

    expect(note(page)).to_have_value(f"{HOSTILE} and more")
    page.get_by_role("button", name="Add a commitment").click()
    for part, label in framework.PARTS.items():
        page.get_by_label(label).fill(ONE[part])
    text = saved(page, "Save as text")
    assert text == framework.document(Kept({"the-question": f"{HOSTILE} and more"}, (ONE,)), notes.chapters())
    file = saved(page, "Save as a file")
    assert framework.read(file) == Kept({"the-question": f"{HOSTILE} and more"}, (ONE,))

    page.get_by_role("button", name="Clear everything").first.click()
    page.get_by_role("button", name="Keep it").last.click()
    assert kept(page).commitments == (ONE,)
    page.get_by_role("button", name="Clear everything").first.click()
    page.get_by_role("button", name="Yes, clear everything").click()
    expect(status(page)).to_contain_text("keeps none of your notes")
    assert page.evaluate("localStorage.length") == 0 and page.get_by_label("By when").count() == 0

    take_in(page, file, "One note and one commitment came from the file.")
    expect(note(page)).to_have_value(f"{HOSTILE} and more")
    take_in(page, file, "nothing that was not here already")
    take_in(
        page, framework.write(Kept({"the-question": "other", "gone-page": "x"})), "both texts are kept, yours first"
    )
    expect(note(page)).to_have_value(f"{HOSTILE} and more\n\n{framework.ALSO}\n\nother")
    expect(page.get_by_role("heading", name="From another edition of the book")).to_be_visible()
    before = kept(page)
    for text, says in (
        (file[:-20], "breaks off in line"),
        (file.replace('"version": 1', '"version": 7'), "is of version 7"),
        (file.replace('"Tuesday"', "3"), "commitment 1 should hold"),
        ("PNG", "cannot be read"),
        ("[]", "does not hold notes of this book"),
        ("x" * 9_000_000, "larger than any notes"),
    ):
        take_in(page, text, says)
        expect(status(page)).to_contain_text("Nothing was changed.")
    assert kept(page) == before
    assert (
        page.evaluate("window.ran") is None and page.locator("article img[src=x]").count() == 0 and watch.problems == []
    )


def test_by_keyboard_alone(page: Page, site: str) -> None:
    opened(page, site, FRAMEWORK)

    def reach(name: str) -> None:
        for _ in range(300):
            page.keyboard.press("Tab")
            if (
                page.evaluate("document.activeElement.textContent || document.activeElement.labels?.[0]?.textContent")
                == name
            ):
                return
        pytest.fail(f"{name} is not reached")

    reach("Add a commitment")
    page.keyboard.press("Enter")
    page.keyboard.type("Ring her")
    reach("Take this one out")
    expect(page.get_by_text("Kept in this browser.")).to_be_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Keep it"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Commitment 1")).to_have_count(0)
    assert page.evaluate("document.activeElement.textContent") == "Add a commitment"
    assert kept(page) == Kept()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # a chapter's question unfolds
    page.keyboard.press("Tab")
    page.keyboard.type("Mine")
    page.keyboard.press("Tab")
    page.wait_for_function("key => localStorage.getItem(key)", arg=KEY)
    assert dict(kept(page).notes) == {"the-question": "Mine"}


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(NO_STORAGE, "does not let the book keep notes"), (FULL, "has no room left")],
    ids=["denied", "full"],
)
def test_where_nothing_can_be_kept_it_is_said_and_a_file_can_be_saved(
    spoil: str, says: str, page: Page, site: str
) -> None:
    page.add_init_script(spoil)
    watch = Watch(page, site)
    opened(page, site, CHAPTER)
    note(page).fill("My words")
    expect(page.get_by_text(says)).to_be_visible()
    expect(note(page)).to_have_value("My words")
    opened(page, site, FRAMEWORK)
    page.get_by_role("button", name="Add a commitment").click()
    page.get_by_label("What I will do").fill("Ring her")
    expect(page.locator("fieldset").get_by_text(says)).to_be_visible()
    page.get_by_label("By when").fill("Today")
    file = framework.read(saved(page, "Save as a file"))
    assert file.commitments == ({"what": "Ring her", "when": "Today", "who": "", "sign": ""},)
    assert watch.problems == []


@pytest.mark.parametrize(
    "held",
    ["<b>", "null", framework.write(Kept({"the-question": "old"})).replace("1", "9"), "x" * 1_000_000],
    ids=["markup", "null", "version", "long"],
)
def test_what_cannot_be_read_is_set_aside(held: str, page: Page, site: str) -> None:
    page.goto(site + "book/glossary.html")
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [KEY, held])
    opened(page, site, CHAPTER)
    expect(page.get_by_text("could not be read. It is set aside")).to_be_visible()
    note(page).fill("New")
    expect(page.get_by_text("Kept in this browser.")).to_be_visible()
    opened(page, site, FRAMEWORK)
    assert saved(page, "Save it as it is") == held and kept(page).notes == {"the-question": "New"}


def test_two_windows_keep_both_texts(page: Page, site: str) -> None:
    opened(page, site, CHAPTER)
    other = opened(page.context.new_page(), site, FRAMEWORK)
    note(page).fill("From the chapter")
    expect(note(other)).to_have_value("From the chapter")
    page.evaluate("window.setTimeout = () => 0")  # so that what is typed next is not kept yet
    note(page).press("End")
    page.keyboard.type(", then")
    note(other).fill("From the framework")
    other.keyboard.press("Tab")
    page.wait_for_function("key => localStorage.getItem(key).includes('From the framework')", arg=KEY)
    page.keyboard.press("Tab")
    expect(note(page)).to_have_value(f"From the framework\n\n{framework.ALSO}\n\nFrom the chapter, then")
    expect(note(other)).to_have_value(f"From the framework\n\n{framework.ALSO}\n\nFrom the chapter, then")


def test_without_scripts_and_on_paper(site: str, page: Page, reader: Callable[..., Page]) -> None:
    plain = reader(java_script_enabled=False, viewport=TELEPHONE)
    plain.goto(site + CHAPTER)
    box = plain.locator(".admonition.reflection")
    expect(box).to_contain_text("Think of one thing that got better")
    expect(box.locator(".note-lines")).to_be_hidden()
    plain.emulate_media(media="print")
    expect(box.locator(".note-lines")).to_be_visible()

    opened(page, site, CHAPTER)
    note(page).fill("On paper")
    page.emulate_media(media="print")
    expect(page.locator(".admonition.reflection .note-lines")).to_be_hidden()
    expect(page.locator(".note-paper")).to_have_text("On paper")
    page.emulate_media(media="screen")
    opened(page, site, FRAMEWORK)
    expect(note(page)).to_have_value("On paper")
    page.evaluate("window.print = () => (window.printed = document.documentElement.className)")
    page.get_by_role("button", name="Print my framework").click()
    page.wait_for_function("window.printed?.includes('printing-framework')")
    page.emulate_media(media="print")
    seen = page.locator("article").inner_text()
    assert (
        "My framework" in seen and "On paper" in seen and "Exercises" not in seen and "Learning among peers" not in seen
    )
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert "Exercises" in page.locator("article").inner_text()


def test_only_pages_with_notes_fetch_their_script_and_a_failure_is_said(
    page: Page, site: str, reader: Callable[..., Page]
) -> None:
    narrow = opened(reader(viewport=TELEPHONE), site, FRAMEWORK)
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 320
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site + "book/glossary.html")
    settle(page)
    assert not [url for url in asked if "/parts/notes" in url]
    page.route("**/_live/parts/notes-*.js", lambda route: route.fulfill(status=404, body=""))
    page.goto(site + CHAPTER)
    settle(page)
    expect(page.locator(".admonition.reflection")).to_contain_text("The field for your note could not be loaded.")
    assert [url for url in asked if "/parts/notes" in url] and all(url.startswith(site) for url in asked)
