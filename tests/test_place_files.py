"""What the book says of a reader's place: every fact for every place in words that read, and small files that hold them."""

from __future__ import annotations

import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from browsing import pages
from building import ROOT, Build

from placelab import facts, places, spending, tables, widgets
from placelab.book import places as place_files
from placelab.book import your_place
from placelab.widgets import page as page_home
from placelab.widgets.one_in_ten import OneInTen

KB = 1000
PLACE_BUDGET, SHARED_BUDGET, SCRIPT_BUDGET = 20 * KB, 60 * KB, 10 * KB
FACT = re.compile(r"\{fact\}`([^`]+)`")
CODES = list(places.frame().index)
BIRMINGHAM, CUMBERLAND, DORSET, CITY, CAMDEN, SUFFOLK = (
    "E08000025", "E06000063", "E06000059", "E09000001", "E09000007", "E10000029",
)  # fmt: skip


def paragraphs() -> list[str]:
    """Every paragraph, list item and table row of the book and its labs that holds a fact."""
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "book").rglob("*.md"))]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        texts += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    blocks = (block for text in texts for block in re.split(r"\n\n|\n(?=[-|] ?)|\n(?=\|)", text))
    return [block for block in blocks if FACT.search(block)]


def specs() -> list[str]:
    """Every fact of the book, once, with those that the page of the place prints by directive."""
    written = {" ".join(spec.split()) for block in paragraphs() for spec in FACT.findall(block)}
    return sorted(written | set(your_place.specs()))


FOLLOWING = [spec for spec in specs() if facts.follows(spec)]
FIXED = [spec for spec in specs() if not facts.follows(spec)]


def gzipped(content: bytes) -> int:
    return len(gzip.compress(content, 6))


@pytest.fixture(scope="module")
def written() -> dict[str, bytes]:
    """The place files for the facts of the book."""
    return place_files.files({place_files.fact_id(spec): spec for spec in FOLLOWING})


# ---- words


def sound(text: str) -> bool:
    """No missing number, no empty word, no stray space."""
    return bool(text) and text == text.strip() and "  " not in text and not re.search(r"\b(nan|inf|None)\b", text)


def test_the_chapters_speak_of_the_readers_place():
    assert len(FOLLOWING) > 10 and len(FIXED) > 50
    for number in ("01", "05", "06"):
        (chapter,) = (ROOT / "book").glob(f"{number}-*.md")
        assert "place" in {spec.split()[0] for spec in FACT.findall(chapter.read_text("utf-8")) if facts.follows(spec)}


@pytest.mark.parametrize("spec", FOLLOWING)
def test_a_fact_that_follows_reads_for_every_place(spec):
    texts = {}
    for code in [places.ENGLAND, *CODES]:
        told = facts.tell(spec, code)
        assert sound(told.text), f"{code}: {told}"
        assert told.note == "" or (sound(told.note) and not told.note.endswith(".")), f"{code}: {told}"
        texts[code] = told.text
    if "as=" not in spec and spec.startswith("net-change"):
        assert all(re.fullmatch(r"(fell|rose) by \d+%|did not change", text) for text in texts.values())
        assert not [text for text in texts.values() if text.endswith(" by 0%")]
    assert len(set(texts.values())) > 1, "it does not follow the place at all"
    assert texts[places.ENGLAND] == facts.render(spec)


@pytest.mark.parametrize("spec", FIXED)
def test_a_fact_about_england_or_a_named_place_never_moves(spec):
    assert {facts.render(spec, code) for code in (places.ENGLAND, SUFFOLK, BIRMINGHAM)} == {facts.render(spec)}


WRONG = re.compile(
    r"\b(?:in|of|for|to|(?<!NHS Hampshire )and) (?:City of London|East Riding|Isles? of)"
    r"|\b(?:the the|by by|the England)\b|\bby −| ,| \.(?=\s|$)",
    re.IGNORECASE,
)


def told(block: str, code: str) -> str:
    """A paragraph with its facts told for one place."""
    return FACT.sub(lambda found: facts.tell(" ".join(found[1].split()), code).text, block)


def test_every_sentence_reads_for_every_place():
    blocks = [block for block in paragraphs() if any(facts.follows(spec) for spec in FACT.findall(block))]
    assert len(blocks) > 8
    for code in [places.ENGLAND, *CODES]:
        for block in blocks:
            assert not WRONG.search(told(block, code)), f"{code}: {told(block, code)}"


@pytest.mark.parametrize("text", ["spending in City of London", "In the England", "it rose by −3%", "it rose , then", "It was ."])
def test_the_reading_finds_what_is_wrong(text):
    assert WRONG.search(text)


def test_a_place_is_named_as_it_stands_in_a_sentence():
    names = {code: facts.tell("place", code).text for code in CODES}
    assert names[CITY] == "the City of London" and facts.tell("place as=capital", CITY).text == "The City of London"
    assert names["E06000011"] == "the East Riding of Yorkshire" and names["E06000046"] == "the Isle of Wight"
    assert names["E06000064"] == "Westmorland and Furness" and facts.render("place") == "England"
    assert len(set(names.values())) == 153
    with pytest.raises(facts.UnknownFact, match="no format 'pct'; there is capital"):
        facts.render("place as=pct")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("net-change start=2009-10 end=2015-16", True),
        ("net-change start=2009-10 end=2015-16 of=England", False),
        ("net-change start=2009-10 end=2015-16 type=County", False),
        ("net-plus-other-income year=2016-17 percentile=10", False),
        ("councils-cut-share start=2009-10 end=2015-16", False),
        ("projection-misses year=2023 age=85_and_over", False),
        ("client-group-share year=2013-14 group=older_people", False),
        ("places type=County", False),
        ("setting percent=1", False),
        ("place", True),
    ],
)
def test_what_follows_the_place(spec, expected):
    assert facts.follows(spec) is expected


# ---- cautions


@pytest.mark.parametrize(
    ("spec", "code", "note"),
    [
        ("net-change start=2009-10 end=2023-24", BIRMINGHAM, "England; not published for Birmingham"),
        ("net-change start=2009-10 end=2015-16", CUMBERLAND, "counted within the former Cumbria"),
        ("net-change start=2009-10 end=2015-16", DORSET, "counted together with Bournemouth, Christchurch and Poole"),
        ("net-change start=2009-10 end=2015-16", CITY, "too few people for a rate to mean much"),
        ("net-change start=2009-10 end=2015-16", "E06000056", "the return moves sharply in 2015-16, cause unexplained"),
        ("net-spending year=2008-09", "E06000031", "the return for 2008-09 has a negative"),
        (
            "population year=2033 age=85_and_over kind=projection",
            CAMDEN,
            "the projection stood 63% above the estimate in 2023",
        ),
        (
            "population year=2033 age=85_and_over kind=projection",
            "E06000053",
            "the projection stood 26% below the estimate in 2023",
        ),
        ("old-age-ratio year=2023", CITY, "too few people for a rate to mean much"),
    ],
)
def test_a_caution_stands_beside_the_figure(spec, code, note):
    told = facts.tell(spec, code)
    assert told.note == note
    assert (told.text == facts.render(spec)) is note.startswith("England;")


def test_where_england_has_no_figure_either_the_author_is_told():
    with pytest.raises(facts.UnknownFact, match="sum of 151 of 152 councils, not England"):
        facts.tell("net-spending year=2022-23", BIRMINGHAM)


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ("net-change start=2009-10 end=2015-16", SUFFOLK),
        ("net-change start=2009-10 end=2015-16", BIRMINGHAM),
        ("net-spending year=2023-24", CUMBERLAND),  # its own return
        ("net-spending year=2019-20", "E06000058"),  # after Christchurch joined
        ("population year=2023", CITY),  # a count needs no caution
        ("population year=2023 age=85_and_over", CAMDEN),  # an estimate
        ("population year=2033 age=65_and_over kind=projection", CAMDEN),  # the caution is on the oldest
    ],
)
def test_no_caution_where_none_applies(spec, code):
    assert facts.tell(spec, code).note == ""


def test_every_caution_on_net_spending_reaches_a_reader():
    rows = tables.cautions("net_current_expenditure")
    rows = rows[rows["code"].isin(CODES) & (rows["rule"] != "reorganised")]
    assert len(rows) > 20
    for row in rows.itertuples():
        assert row.year in facts.evaluate(f"net-spending year={row.year}", row.code).note


def test_the_latest_year_is_the_latest_with_a_figure():
    table = spending.by_council()
    for code in [BIRMINGHAM, SUFFOLK, "E06000039"]:
        own = table.loc[code].dropna().index.max()
        assert facts.render("latest-year", code) == own
        assert facts.render("net-spending year=latest", code) == facts.render(f"net-spending year={own}", code)
    assert facts.render("latest-year") == facts.render("latest-year per=adult") == "2021-22"
    assert facts.render("latest-year per=adult", SUFFOLK) == "2023-24", "no population for mid-2024"
    assert facts.evaluate("net-spending year=latest per=adult", "E06000064").note == "counted within the former Cumbria"


# ---- files


def test_every_place_has_a_small_file(written):
    sizes = {name: gzipped(content) for name, content in written.items() if re.fullmatch(r"E\d{8}\.json", name)}
    assert set(sizes) == {f"{code}.json" for code in [places.ENGLAND, *CODES]}
    largest = max(sizes, key=sizes.__getitem__)
    print(f"largest place file: {largest}, {sizes[largest]:,} bytes gzipped of {PLACE_BUDGET:,}")
    assert sizes[largest] <= PLACE_BUDGET


def test_what_figures_share_is_small_and_written_for_each(written):
    sizes = {name: gzipped(content) for name, content in written.items() if name.startswith("shared/")}
    for name, size in sizes.items():
        print(f"{name}: {size:,} bytes gzipped of {SHARED_BUDGET:,}")
    assert set(sizes) == {f"shared/{name}.json" for name in place_files.figures()} and "one-in-ten" in place_files.figures()
    assert max(sizes.values()) <= SHARED_BUDGET


def test_a_place_file_holds_what_a_page_shows(written):
    file = json.loads(written[f"{CUMBERLAND}.json"])
    assert (file["code"], file["name"], file["type"], file["region"]) == (CUMBERLAND, "Cumberland", "Unitary", "North West")
    assert [place.code for place in places.similar(CUMBERLAND)] == [code for code, _ in file["similar"]]
    spec = "net-change start=2009-10 end=2015-16"
    expected = {"text": facts.render(spec, CUMBERLAND), "note": "counted within the former Cumbria"}
    assert file["facts"][place_files.fact_id(spec)] == expected
    assert set(file["figures"]) == set(place_files.figures())
    assert json.loads(written[f"{places.ENGLAND}.json"])["facts"][place_files.fact_id("place")] == {"text": "England"}


def test_the_files_are_the_same_each_time(written):
    place_files.figure_data.cache_clear()
    place_files.shared.cache_clear()
    again = place_files.files({place_files.fact_id(spec): spec for spec in reversed(FOLLOWING)})
    assert again == written


def test_the_index_knows_what_was_abolished(written):
    index = json.loads(written["index.json"])
    assert [row[1] for row in index["places"]] == list(places.frame()["name"])
    former = {(name, code): (until, now) for code, name, until, now in index["former"]}
    assert former["Cumbria", "E10000006"] == (2023, ["E06000063", "E06000064"])
    assert former["Bournemouth", "E06000028"] == (2019, ["E06000058"])
    assert {code for _, now in former.values() for code in now} <= set(CODES)


def test_a_number_that_json_has_not_is_refused():
    with pytest.raises(ValueError, match="JSON compliant"):
        place_files.as_json({"value": float("nan")})


def test_a_fact_that_a_place_cannot_have_stops_a_strict_build(monkeypatch):
    def broken(place: str) -> facts.Value:
        if place == SUFFOLK:
            raise ValueError("no such thing in Suffolk")
        return facts.Value(1.0, "count")

    warned = []
    monkeypatch.setitem(facts.REGISTRY, "broken", facts.Fact(broken, follows=True, words=False))
    monkeypatch.setattr(place_files.log, "warning", lambda text, *values: warned.append(text % values))
    monkeypatch.setattr(place_files, "files", lambda specs: {"a": place_files.as_json(place_files.told(specs, SUFFOLK))})
    app, env = SimpleNamespace(), SimpleNamespace(docname="a", placelab_noted={})
    place_files.check(app, env)
    assert not warned and app.placelab_files == {}
    place_files.note(env, "broken")
    place_files.check(app, env)
    assert len(warned) == 1 and "no such thing in Suffolk" in warned[0] and "of=England" in warned[0]


def test_scripts_that_were_never_built_stop_a_strict_build(monkeypatch, tmp_path):
    warned = []
    monkeypatch.setattr(place_files.log, "warning", lambda text, *values: warned.append(text))
    monkeypatch.setattr(page_home, "BUILT", tmp_path)
    place_files.check(SimpleNamespace(), SimpleNamespace(placelab_noted={"a": {}}))
    assert len(warned) == 1 and "pip install" in warned[0]


def test_what_was_noted_is_forgotten_and_merged():
    env, other = (SimpleNamespace(docname=name, placelab_noted={}) for name in ("a", "b"))
    key = place_files.note(env, "place")
    place_files.note(other, "latest-year")
    place_files.merge(SimpleNamespace(), env, ["b"], other)
    assert set(place_files.used(env).values()) == {"place", "latest-year"}
    place_files.purge(SimpleNamespace(), env, "b")
    assert place_files.used(env) == {key: "place"}


# ---- the page


def test_a_figure_in_a_page_is_static_and_carries_its_settings():
    figure = OneInTen(threshold=30)
    html = page_home.mount_html(figure)
    state = json.loads(re.search(r'<script type="application/json">(.*?)</script>', html)[1])
    assert figure.finding.html() in html and " data-guess>" in html
    assert state["values"] == figure.values and state["setup"]["hide"] == ["place"]
    (place,) = [control for control in state["setup"]["controls"] if control["name"] == "place"]
    assert place["options"] == [[places.ENGLAND, "England"]]
    assert not re.search(r"\sstyle=|\son[a-z]+=", html)


def test_a_setting_cannot_end_its_script(monkeypatch):
    monkeypatch.setattr(OneInTen, "question", "</script><b>")
    html = page_home.mount_html(OneInTen())
    assert html.count("</script>") == 1 and "</script><b>" not in html


def test_a_figure_without_a_script_stays_static(monkeypatch, tmp_path):
    monkeypatch.setattr(page_home, "BUILT", tmp_path)
    assert page_home.mount_html(OneInTen()) == OneInTen().finding.html()


class Page(HTMLParser):
    """The facts, figures, scripts and style sheets of one built page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.facts: list[list[str]] = []
        self.figures: list[str] = []
        self.loads: list[str] = []
        self.pickers = 0
        self._open = False
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "data-fact" in given:
            self.facts.append([given["data-fact"], ""])
            self._open = True
        if "data-live" in given:
            self.figures.append(given["data-live"])
        self.pickers += given.get("role") == "combobox"
        self.loads.append(given.get("src" if tag == "script" else "href", "") if tag in ("script", "link") else "")

    def handle_endtag(self, tag: str) -> None:
        self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.facts[-1][1] += data


def test_every_page_has_the_picker_and_every_fact_is_in_every_file(built_book: Build):
    folder = built_book.html / place_files.PLACES
    england = json.loads((folder / f"{places.ENGLAND}.json").read_text("utf-8"))["facts"]
    files = [json.loads((folder / f"{code}.json").read_text("utf-8"))["facts"] for code in CODES]
    seen = set()
    for name in pages(built_book.html):
        if name == "index.html":
            continue
        page = Page(built_book.html / name)
        assert page.pickers == 1, name
        live = any(load.endswith("_live/live.css") for load in page.loads)
        assert live == bool(page.figures), f"{name}: the figures' style sheet is for pages with figures"
        assert set(page.figures) <= set(place_files.figures())
        for key, text in page.facts:
            assert england[key]["text"] == text and all(key in file for file in files)
            seen.add(key)
    assert seen == set(england) == {place_files.fact_id(spec) for spec in FOLLOWING}


def test_the_book_carries_the_scripts_it_names(built_book: Build):
    folder = built_book.html / place_files.SCRIPTS
    for name in ("page.js", "page.css", "live.css", *(f"figures/{name}.js" for name in place_files.figures())):
        assert (folder / name).stat().st_size > 100
    assert {path.name for path in (built_book.html / place_files.PLACES / "shared").iterdir()} == {
        f"{name}.json" for name in widgets.names() if page_home.scripted(name)
    }


def test_a_page_without_figures_loads_little_script(built_book: Build):
    folder = built_book.html / place_files.SCRIPTS
    waiting, loaded = [folder / "page.js"], {}
    while waiting:
        path = waiting.pop().resolve()
        if path not in loaded:
            loaded[path] = path.read_bytes()
            imports = re.findall(r'(?:from|import)"(\.[^"]+\.js)"', loaded[path].decode())
            waiting += [path.parent / name for name in imports]
    size = sum(gzipped(content) for content in loaded.values())
    names = ", ".join(sorted(path.name for path in loaded))
    print(f"picker and facts: {size:,} bytes gzipped of {SCRIPT_BUDGET:,} ({names})")
    assert size <= SCRIPT_BUDGET
