"""The reader's place in a browser: picked by keyboard or touch, kept, shared, taken back; and whatever goes wrong is said."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from browsing import SUB_PATH, TELEPHONE, Watch, settle
from playwright.sync_api import Page, Route, expect

from placelab import facts, places
from placelab.book.places import fact_id

pytestmark = pytest.mark.browser

CHAPTER = "book/05-the-fiscal-challenge.html"  # facts that follow the place, and live figures
PLAIN = "book/about/methods.html"  # no figure
SUFFOLK, EAST_SUSSEX, BCP, CUMBERLAND = "E10000029", "E10000011", "E06000058", "E06000063"
CHANGE = "net-change start=2009-10 end=2015-16"
KEY = "placelab.place"
NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })"


def field(page: Page):
    return page.get_by_role("combobox", name="Your place")


def options(page: Page):
    return page.locator("#place-list").get_by_role("option")


def fact(page: Page, spec: str):
    return page.locator(f"[data-fact='{fact_id(spec)}']").first


def notice(page: Page):
    return page.locator(".place-notice > p")


def opened(page: Page, site: str, path: str) -> Page:
    page.goto(site + path)
    settle(page)
    return page


def pick(page: Page, typed: str, *keys: str) -> None:
    """Choose a place with the keyboard alone, from wherever the focus is."""
    for _ in range(400):
        if page.evaluate("document.activeElement.id") == "place-input":
            break
        page.keyboard.press("Tab")
    page.keyboard.type(typed)
    expect(options(page).first).to_be_visible()
    page.wait_for_timeout(50)  # the list for the last letter
    for key in keys:
        page.keyboard.press(key)


def speaks_of(page: Page, code: str) -> None:
    """The page's name, facts, address and picker are one place's."""
    place = places.get(code)
    expect(field(page)).to_have_value(place.name)
    expect(page.locator("html")).to_have_attribute("data-place", code)
    if fact(page, CHANGE).count():
        expect(fact(page, "place")).to_have_text(place.in_sentence)
        told = facts.tell(CHANGE, code)
        expect(fact(page, CHANGE)).to_have_text(told.text + (f" ({told.note})" if told.note else ""))
    assert (f"place={code}" in page.url) is (code != places.ENGLAND)


# ---- picking


def test_suffolk_then_east_sussex_by_keyboard_alone(page: Page, site: str, reader: Callable[..., Page]) -> None:
    watch = Watch(page, site)
    opened(page, site, CHAPTER)
    speaks_of(page, places.ENGLAND)
    pick(page, "Suff", "Enter")
    speaks_of(page, SUFFOLK)
    suffolk = fact(page, CHANGE).inner_text()
    pick(page, "east suss", "Enter")
    speaks_of(page, EAST_SUSSEX)
    assert fact(page, CHANGE).inner_text() != suffolk
    page.reload()
    settle(page)
    speaks_of(page, EAST_SUSSEX)
    opened(page, site, "book/index.html")
    speaks_of(page, EAST_SUSSEX)

    other = opened(reader(), site, page.url.removeprefix(site))  # the address, sent to somebody else
    speaks_of(other, EAST_SUSSEX)
    opened(other, site, CHAPTER)
    speaks_of(other, EAST_SUSSEX)

    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.textContent") != "Back to England":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    speaks_of(page, places.ENGLAND)
    assert page.evaluate("document.activeElement.id") == "place-input", "the focus is not lost with the button"
    expect(page.get_by_role("button", name="Back to England")).to_be_hidden()
    page.reload()
    settle(page)
    speaks_of(page, places.ENGLAND)
    assert page.evaluate("localStorage.length + document.cookie.length") == 0 and watch.problems == []


def test_a_page_fetches_that_places_file_and_no_more(page: Page, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, site, PLAIN)
    assert not [url for url in asked if "_places" in url], "England's words are in the page"
    pick(page, "Suff", "Enter")
    speaks_of(page, SUFFOLK)
    asked.append(page.url)
    assert all(url.startswith(site) and SUB_PATH in url for url in asked)
    files = sorted(url.partition("_places/")[2] for url in asked if "_places/" in url)
    assert files == [f"{SUFFOLK}.json", "index.json"]
    assert not [url for url in asked if re.search(r"mount|figures|live\.css", url)], "no figure, none of its scripts"


def test_the_list_is_a_combobox_that_says_what_it_does(page: Page, site: str) -> None:
    opened(page, site, PLAIN)
    box = field(page)
    expect(box).to_have_attribute("aria-expanded", "false")
    box.focus()
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    found = options(page)
    expect(found).to_have_count(154)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".place-status")).to_have_text("154 places.")
    assert page.locator(".place-status").get_attribute("role") == "status"

    def reached() -> str:
        return page.locator(f"#{box.get_attribute('aria-activedescendant')}[aria-selected=true]").inner_text()

    assert reached() == "England"
    page.keyboard.press("End")
    assert reached().startswith("York")
    page.keyboard.press("ArrowDown")
    assert reached() == "England"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Home")
    assert reached() == "England" and page.locator("[role=option][aria-selected=true]").count() == 1
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("north w")
    expect(found.first).to_have_text(re.compile("North West$"))
    page.keyboard.press("Escape")
    expect(box).to_have_value("England")
    page.keyboard.type("nowhere at all")
    expect(found).to_have_count(0)
    expect(page.locator(".place-hint")).to_contain_text("No such place")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    speaks_of(page, places.ENGLAND)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("bournemouth", ["Bournemouth, Christchurch and Poole"]),
        ("poole", ["Bournemouth, Christchurch and Poole"]),
        ("cumbria", ["Cumberland", "Westmorland and Furness"]),
        ("northamptonshire", ["North Northamptonshire", "West Northamptonshire"]),
        ("st helens", ["St. Helens"]),
        ("stoke on", ["Stoke-on-Trent"]),
        ("bath & n", ["Bath and North East Somerset"]),
        ("york", ["York", "East Riding of Yorkshire", "North Yorkshire"]),
        ("east midlands", ["Derby", "Derbyshire"]),
        ("<b>", ["Barking and Dagenham"]),
    ],
)
def test_what_a_reader_types_finds_its_place(typed: str, found: list[str], page: Page, site: str) -> None:
    opened(page, site, PLAIN)
    field(page).fill(typed)
    expect(options(page).first).to_contain_text(found[0])
    texts = options(page).all_inner_texts()
    assert [text.split("\n")[0].strip() for text in texts][: len(found)] == found


def test_old_names_lead_to_successors_by_keyboard(page: Page, site: str) -> None:
    opened(page, site, CHAPTER)
    pick(page, "Bournemouth", "Enter")
    speaks_of(page, BCP)
    pick(page, "Cumbria", "ArrowDown", "Enter")
    speaks_of(page, "E06000064")


def test_a_place_is_picked_by_touch_on_a_telephone(site: str, reader: Callable[..., Page]) -> None:
    page = opened(reader(viewport=TELEPHONE, has_touch=True), site, CHAPTER)
    field(page).tap()
    expect(options(page)).to_have_count(154)
    for target in [*options(page).all()[:4], field(page)]:
        box = target.bounding_box()
        assert box and min(box["width"], box["height"]) >= 24
    field(page).fill("isle")
    options(page).filter(has_text="Isles of Scilly").tap()
    speaks_of(page, "E06000053")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Back to England").tap()
    speaks_of(page, places.ENGLAND)


def test_going_back_keeps_the_place_that_was_chosen_last(page: Page, site: str) -> None:
    opened(page, site, CHAPTER)
    pick(page, "Suff", "Enter")
    speaks_of(page, SUFFOLK)
    opened(page, site, PLAIN)
    speaks_of(page, SUFFOLK)
    pick(page, "East Suss", "Enter")
    speaks_of(page, EAST_SUSSEX)
    page.go_back()
    settle(page)
    speaks_of(page, EAST_SUSSEX)


def test_the_rest_of_the_address_stays(page: Page, site: str) -> None:
    opened(page, site, "search.html?q=spending+cut#results")
    pick(page, "Suff", "Enter")
    speaks_of(page, SUFFOLK)
    assert "q=spending+cut" in page.url and page.url.endswith("#results")


# ---- what an address may ask for


@pytest.mark.parametrize(
    ("asked", "code", "says"),
    [
        ("Suffolk", SUFFOLK, ""),
        ("england", places.ENGLAND, ""),
        ("E10000006", places.ENGLAND, "Cumbria was abolished in 2023"),
        ("Cumbria", places.ENGLAND, "Cumbria was abolished in 2023"),
        ("Bournemouth", BCP, "Bournemouth is now part of Bournemouth, Christchurch and Poole"),
        ("E10000005", "E06000052", ""),  # Cornwall, recoded
        ("E99999999", places.ENGLAND, "does not know"),
        ("../../E10000029", places.ENGLAND, "does not know"),
        ("__proto__", places.ENGLAND, "does not know"),
        ("%3Cimg%20src=x%20onerror=%22window.ran=1%22%3E", places.ENGLAND, "does not know"),
        ("%20", places.ENGLAND, ""),
        ("E" * 4000, places.ENGLAND, "cannot read"),
    ],
)
def test_an_address_is_answered_and_never_obeyed(asked: str, code: str, says: str, page: Page, site: str) -> None:
    watch = Watch(page, site)
    opened(page, site, f"{CHAPTER}?place={asked}")
    speaks_of(page, code)
    expect(notice(page)).to_contain_text(says) if says else expect(notice(page)).to_be_hidden()
    assert page.evaluate("window.ran") is None and "<" not in notice(page).text_content()
    assert watch.problems == []


def test_both_successors_are_offered(page: Page, site: str) -> None:
    opened(page, site, f"{CHAPTER}?place=E10000006")
    offers = page.locator(".place-offers button")
    assert offers.all_inner_texts() == ["Cumberland", "Westmorland and Furness"]
    assert all(min(b["width"], b["height"]) >= 24 for b in (offer.bounding_box() for offer in offers.all()) if b)
    offers.first.focus()
    page.keyboard.press("Enter")
    speaks_of(page, CUMBERLAND)
    expect(notice(page)).to_be_hidden()


def test_a_notice_can_be_closed(page: Page, site: str) -> None:
    opened(page, site, f"{PLAIN}?place=E99999999")
    page.get_by_role("button", name="Close").click()
    expect(notice(page)).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "place-input"


def test_an_address_wins_over_what_is_kept(page: Page, site: str) -> None:
    opened(page, site, f"{CHAPTER}?place={SUFFOLK}")
    opened(page, site, f"{CHAPTER}?place={EAST_SUSSEX}")
    speaks_of(page, EAST_SUSSEX)
    opened(page, site, PLAIN)
    speaks_of(page, EAST_SUSSEX)


# ---- what this browser may have kept


@pytest.mark.parametrize("kept", ["<b>Suffolk</b>", "E1", "E" * 100_000, '{"code": "E10000029"}', "null", ""])
def test_what_was_kept_is_checked(kept: str, page: Page, site: str) -> None:
    watch = Watch(page, site)
    page.goto(site + "book/glossary.html")
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [KEY, kept])
    opened(page, site, CHAPTER)
    speaks_of(page, places.ENGLAND)
    expect(notice(page)).to_contain_text("could not be read, and is forgotten")
    assert page.evaluate("localStorage.length") == 0 and watch.problems == []


def test_storage_denied_is_said_and_the_address_still_has_the_place(page: Page, site: str) -> None:
    page.add_init_script(NO_STORAGE)
    watch = Watch(page, site)
    opened(page, site, CHAPTER)
    speaks_of(page, places.ENGLAND)
    expect(notice(page)).to_be_hidden()
    pick(page, "Suff", "Enter")
    speaks_of(page, SUFFOLK)
    expect(notice(page)).to_contain_text("does not let the book remember")
    page.reload()
    settle(page)
    speaks_of(page, SUFFOLK)
    page.get_by_role("button", name="Back to England").click()
    speaks_of(page, places.ENGLAND)
    assert watch.problems == []


# ---- files that are missing or broken


def file_of(code: str, **changes: object) -> str:
    return json.dumps({"code": code, "name": "X", "inSentence": "X", "facts": {}, "figures": {}} | changes)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, "not found"),
        (200, "{ broken"),
        (200, "null"),
        (200, "[]"),
        (200, file_of(EAST_SUSSEX)),
        (200, file_of(SUFFOLK, name=7)),
        (200, file_of(SUFFOLK, name="x" * 5000)),
        (200, file_of(SUFFOLK, facts=[])),
        (200, file_of(SUFFOLK, figures="none")),
    ],
)
def test_a_broken_file_leaves_england(status: int, body: str, page: Page, site: str) -> None:
    page.route(f"**/{SUFFOLK}.json", lambda route: route.fulfill(status=status, body=body, content_type="application/json"))
    watch = Watch(page, site)
    opened(page, site, f"{CHAPTER}?place={SUFFOLK}")
    expect(field(page)).to_have_value("England")
    expect(fact(page, CHANGE)).to_have_text(facts.render(CHANGE))
    expect(notice(page)).to_contain_text("could not be loaded. The page speaks of England")
    pick(page, "East Suss", "Enter")
    speaks_of(page, EAST_SUSSEX)
    pick(page, "Suff", "Enter")
    expect(notice(page)).to_contain_text("The page speaks of East Sussex, as before")
    expect(field(page)).to_have_value("East Sussex")
    intended = [problem for problem in watch.problems if "404" in problem]
    assert watch.problems == intended and bool(intended) is (status == 404)


def test_a_fact_that_is_no_text_is_not_shown_and_markup_stays_text(page: Page, site: str) -> None:
    hostile = {fact_id("place"): {"text": "<img src=x onerror=window.ran=1>"}, fact_id(CHANGE): {"text": {"toString": 1}}}
    body = file_of(SUFFOLK, name="Suffolk", inSentence="<b>S</b>", facts=hostile)
    page.route(f"**/{SUFFOLK}.json", lambda route: route.fulfill(body=body, content_type="application/json"))
    opened(page, site, f"{PLAIN}?place={SUFFOLK}")
    page.goto(site + f"{CHAPTER}?place={SUFFOLK}")
    expect(fact(page, CHANGE)).to_have_text(f"{facts.render(CHANGE)} (England)")
    expect(fact(page, "place")).to_have_text("<img src=x onerror=window.ran=1>")
    assert page.evaluate("window.ran") is None and page.locator("article img[src=x]").count() == 0


def test_without_the_list_of_places_the_page_says_so(page: Page, site: str) -> None:
    page.route("**/index.json", lambda route: route.fulfill(body="{}", content_type="application/json"))
    opened(page, site, f"{PLAIN}?place={SUFFOLK}")
    speaks = page.locator("html")
    expect(notice(page)).to_contain_text("list of places could not be loaded")
    field(page).fill("suff")
    expect(page.locator(".place-hint")).to_have_text("The list of places could not be loaded.")
    expect(speaks).not_to_have_attribute("data-place", SUFFOLK)


# ---- live figures


def figure(page: Page):
    return page.locator(".placelab-live[data-live='one-in-ten']")


def skip(page: Page) -> None:
    figure(page).get_by_role("button", name="Skip the guess").click()


def test_a_live_figure_follows_the_place(page: Page, site: str) -> None:
    watch = Watch(page, site)
    opened(page, site, f"{CHAPTER}?place={SUFFOLK}")
    expect(figure(page).locator("> figure")).to_be_hidden()
    skip(page)
    sentence = figure(page).locator(".live .placelab-sentence")
    expect(sentence).to_contain_text(f"In Suffolk spending {facts.render(CHANGE, SUFFOLK)}")
    pick(page, "Cumberl", "Enter")
    expect(sentence).to_contain_text("In Cumberland (counted within Cumbria)")
    assert figure(page).get_by_label("Your place").count() == 0, "the picker rules it"
    page.get_by_role("button", name="Back to England").click()
    expect(sentence).not_to_contain_text("Cumberland")
    assert watch.problems == []


def test_settings_are_kept_in_the_address_and_come_back(page: Page, site: str, reader: Callable[..., Page]) -> None:
    opened(page, site, f"{CHAPTER}?place={SUFFOLK}")
    skip(page)
    figure(page).get_by_label("A cut of more than").press("ArrowRight")
    page.wait_for_url(re.compile("one-in-ten=threshold%3A26"))
    other = opened(reader(), site, page.url.removeprefix(site))
    speaks_of(other, SUFFOLK)
    skip(other)
    expect(figure(other).locator(".live .placelab-title")).to_contain_text("more than 26%")
    figure(other).get_by_role("button", name="Return to the base case").click()
    other.wait_for_function("() => !location.search.includes('one-in-ten')")
    speaks_of(other, SUFFOLK)


@pytest.mark.parametrize("asked", ["threshold:900", "colour:red", "place:E10000011", "<b>:1", "threshold:%E0%A4%A", "x" * 5000])
def test_settings_that_a_figure_has_not_are_left_out(asked: str, page: Page, site: str) -> None:
    watch = Watch(page, site)
    opened(page, site, f"{CHAPTER}?one-in-ten={asked}")
    expect(notice(page)).to_contain_text("left out")
    skip(page)
    expect(figure(page).locator(".live .placelab-title")).to_contain_text("more than 25%")
    assert "<" not in notice(page).inner_text() and watch.problems == []


@pytest.mark.parametrize(
    "broken", ["**/_live/figures/one-in-ten.js", "**/_places/shared/one-in-ten.json", f"**/{places.ENGLAND}.json"]
)
def test_a_figure_that_cannot_be_loaded_stays_as_printed(broken: str, page: Page, site: str) -> None:
    page.route(broken, lambda route: route.fulfill(status=200, body="{ broken", content_type="application/json"))
    opened(page, site, CHAPTER)
    expect(figure(page).locator("> figure")).to_be_visible()
    expect(figure(page)).to_contain_text("could not be loaded. It stands as it was printed.")
    assert figure(page).locator(".live").count() == 0
    pick(page, "Suff", "Enter")
    speaks_of(page, SUFFOLK)


def test_the_result_is_never_seen_before_the_question(page: Page, site: str) -> None:
    waiting: list[Route] = []
    page.route("**/_live/page.js", lambda route: waiting.append(route))
    page.goto(site + CHAPTER, wait_until="commit")
    expect(figure(page)).to_be_attached()
    page.wait_for_timeout(300)
    expect(figure(page).locator("> figure")).to_be_hidden()
    assert len(waiting) == 1
    waiting[0].continue_()
    expect(figure(page).get_by_role("button", name="Skip the guess")).to_be_visible()
    expect(figure(page).locator("> figure")).to_be_hidden()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_without_the_pages_script_the_figure_comes_and_no_control_is_dead(motion: str, page: Page, site: str) -> None:
    page.emulate_media(reduced_motion=motion)
    page.route("**/_live/page.js", lambda route: route.abort())
    page.goto(site + CHAPTER)
    expect(figure(page).locator("> figure")).to_be_visible(timeout=8000)
    expect(field(page)).to_be_hidden()


def test_without_javascript_the_page_teaches(site: str, reader: Callable[..., Page]) -> None:
    page = reader(java_script_enabled=False)
    page.goto(f"{site}{CHAPTER}?place={SUFFOLK}")
    assert page.locator(".place-picker").is_hidden() and figure(page).locator("> figure img").is_visible()
    assert fact(page, CHANGE).inner_text() == facts.render(CHANGE)


def test_on_paper_a_figure_is_whole(page: Page, site: str) -> None:
    opened(page, site, f"{CHAPTER}?place={SUFFOLK}")
    page.emulate_media(media="print")
    static, alive = figure(page).locator("> figure"), figure(page).locator(".live figure")
    assert static.is_visible() and static.locator("table").is_visible()
    assert not field(page).is_visible() and not figure(page).get_by_role("button").first.is_visible()
    page.emulate_media(media="screen")
    skip(page)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert not static.is_visible() and alive.is_visible() and alive.locator("table").is_visible()
    assert "Suffolk" in alive.locator(".placelab-sentence").inner_text()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert not alive.locator("table").is_visible(), "and closed again"
