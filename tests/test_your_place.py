"""*Your place*: its numbers are those of the tables, its words fit each place, and it prints on two sheets."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from collections.abc import Callable

import pandas as pd
import pytest
from browsing import TELEPHONE, settle
from building import ROOT, Build
from playwright.sync_api import Browser, Page

from placelab import facts, gap, nhs_areas, places, questions, your_place
from placelab.book import places as place_files
from placelab.book import print_place
from placelab.book import your_place as page_parts

COUNTY, BOROUGH, UNITARY, BLANKS, CITY, SCILLY = (
    "E10000029", "E09000007", "E06000063", "E08000025", "E09000001", "E06000053",
)  # fmt: skip
SIX = {"Suffolk": COUNTY, "Camden": BOROUGH, "Cumberland": UNITARY, "Birmingham": BLANKS, "City": CITY, "Scilly": SCILLY}
CODES = list(places.frame().index)
LONGEST = max(CODES, key=lambda code: len(places.get(code).name))


def row(label: str) -> your_place.Row:
    """The row of the page that begins with these words."""
    (found,) = (row for rows in your_place.SECTIONS.values() for row in rows if row.label.startswith(label))
    return found


def own(label: str, code: str) -> str:
    """What the page prints of a place in one row."""
    return facts.tell(row(label).cells()[0], code).text


def table(name: str, **kinds: type) -> pd.DataFrame:
    """A table of the data folder as anybody would read it."""
    path = ROOT / "data" / f"{name}.csv"
    return pd.read_csv(path if path.is_file() else path.with_suffix(".csv.gz"), dtype=kinds)


# ---- numbers, worked out from the files without the package


@pytest.mark.parametrize("code", SIX.values(), ids=SIX)
def test_people_are_those_of_the_table(code):
    rows = table("population_estimates")
    rows = rows[rows["code"] == code].groupby(["year", "age_band"])["persons"].sum()
    now, total = rows[2023], rows[2023].sum()
    older = now[["65-74", "75-84", "85+"]].sum()
    assert own("People, mid-2023", code) == f"{_rounded(total)}"
    assert own("Aged 65 and over", code) == f"{100 * older / total:.0f}%"
    assert own("Aged 85 and over", code) == f"{100 * now['85+'] / total:.1f}%"
    assert own("Number aged 85", code) == _signed(now["85+"] / rows[2013]["85+"] - 1)


@pytest.mark.parametrize("code", SIX.values(), ids=SIX)
def test_spending_per_adult_is_that_of_the_table(code):
    money = table("net_current_expenditure").set_index(["code", "year"])["value"]
    people = table("population_estimates")
    adults = people[(people["code"] == code) & (people["year"] == 2023) & (people["age_band"] != "0-17")]["persons"].sum()
    figure = money[code, "2023-24"]
    assert pd.isna(figure) == (code == BLANKS)
    assert own("Net spending per adult", code) == ("not published" if code == BLANKS else f"£{1000 * figure / adults:,.0f}")


@pytest.mark.parametrize("code", SIX.values(), ids=SIX)
def test_the_latest_spending_is_the_last_that_is_not_blank(code):
    rows = table("net_current_expenditure").set_index("code").loc[code].dropna(subset="value").sort_values("year")
    assert facts.render("latest-year", code) == rows["year"].iloc[-1]
    millions = rows["value"].iloc[-1] / 1000
    assert facts.render("net-spending year=latest", code) == f"£{millions:.{0 if millions >= 9.95 else 1}f}m"
    said = facts.render("money-told", code)
    assert ("no figure" in said) == (rows["year"].iloc[-1] < "2024-25"), said


@pytest.mark.parametrize(("code", "year"), [(COUNTY, 2016), (BOROUGH, 2018), (BLANKS, 2018), (CITY, 2018)])
def test_an_error_of_a_forecast_is_that_of_the_table(code, year):
    estimate = table("population_estimates").set_index(["code", "year", "age_band"])["persons"][code, 2023, "85+"]
    if year == 2018:
        expected = table("population_projections").set_index(["code", "year", "age_band"])["persons"][code, 2023, "85+"]
    else:
        rows = table("population_projections_2016_based")
        rows = rows[(rows["code"] == code) & (rows["year"] == 2023) & rows["age_band"].isin(["85-89", "90+"])]
        expected = rows["persons"].sum()
    label = f"Made in {year + 2}, people aged 85"
    assert own(label, code) == _signed(expected / estimate - 1, 1)


@pytest.mark.parametrize("code", SIX.values(), ids=SIX)
def test_deprivation_and_delays_are_those_of_the_tables(code):
    scores = table("deprivation")
    score = scores[(scores["code"] == code) & (scores["year"] == 2025) & (scores["measure"] == "imd_average_score")]["value"]
    assert own("Deprivation score", code) == f"{score.iloc[0]:.1f}"
    rates = table("ascof").set_index(["code", "year", "measure"])["value"]
    was = {UNITARY: "E10000006"}.get(code, code)
    assert own("Delayed in leaving", code) == f"{rates[was, '2019-20', 'delayed_transfers_per_100_000']:.1f}"


def test_days_without_criteria_are_those_of_the_main_board():
    rows = table("no_criteria_to_reside")
    rows = rows[(rows["code"] == "E54000023") & (rows["month"] > "2024-08")]
    assert len(rows) == 12
    people = table("population_estimates_icb")
    older = people[(people["icb"] == "E54000023") & (people["year"] == 2023) & people["age_band"].isin(["65-74", "75-84", "85+"])]
    daily = (rows["value"] * rows["days_reported"]).sum() / rows["days_reported"].sum()
    assert own("In hospital without", COUNTY) == f"{100_000 * daily / older['persons'].sum():.1f}"
    told = facts.tell(row("In hospital without").cells()[0], COUNTY)
    assert told.note == "all of NHS Suffolk and North East Essex"


def test_the_gap_of_the_page_is_the_models():
    for code in SIX.values():
        found = gap.gap(gap.project().of(code), code, "2035-36")
        assert own("For each adult then", code) == facts.FORMATS["pounds"](found.per_adult)
        assert own("As a share of funding", code) == facts.FORMATS["pct"](found.share)
        shut = dataclasses.replace(gap.base_case(), funding=gap.closing(code)["funding"])
        assert gap.gap(gap.project(shut).of(code), code).pounds == pytest.approx(0, abs=1)


def _signed(share: float, digits: int = 0) -> str:
    return f"{share:+.{digits}%}".replace("-", "−")


def _rounded(number: float) -> str:
    step = 1000 if number >= 10_000 else 100
    return f"{step * round(number / step):,}" if number < 999_500 else f"{number / 1e6:.1f} million"


# ---- what is blank, and what is compared


def test_a_blank_is_said_and_never_englands():
    assert own("Net spending per adult", BLANKS) == "not published"
    assert own("Change in it, real terms, 2009-10 to 2023-24", UNITARY) == "not published"
    assert own("Core spending power", CITY) == "not published", "a share that stands in is no figure of its own"
    assert facts.render(row("Net spending per adult").cells()[0]) == "not published", "two councils are missing"
    for code in CODES:
        for rows in your_place.SECTIONS.values():
            for line in rows:
                for spec in line.cells()[:2]:
                    assert not facts.tell(spec, code).note.startswith("England"), (code, spec)


def test_the_similar_column_is_the_middle_of_ten():
    spec = "population year=2023 of=similar"
    people = table("population_estimates")
    people = people[people["year"] == 2023].groupby("code")["persons"].sum()
    ten = [place.code for place in places.similar(COUNTY)]
    assert len(ten) == 10 and facts.evaluate(spec, COUNTY).number == people[ten].median()
    assert facts.follows(spec)
    for code in (CITY, SCILLY, places.ENGLAND):
        assert facts.tell(f"{spec} blank=not_compared", code).text == "not compared"
    with pytest.raises(facts.UnknownFact, match="words have no middle"):
        facts.render("place of=similar")


def test_a_missing_neighbour_is_told():
    spec = "net-spending year=2023-24 per=adult of=similar"
    beside = [code for code in CODES if BLANKS in [place.code for place in places.similar(code)]]
    values = [facts.evaluate("net-spending year=2023-24 per=adult", place.code).number for place in places.similar(beside[0])]
    assert facts.evaluate(spec, beside[0]).number == pd.Series(values).median()
    assert "of the rest nothing is published" in facts.tell(spec, beside[0]).note


# ---- words


def test_words_about_a_place_read():
    for code in [places.ENGLAND, *CODES]:
        for spec in ("standing", "money-told", "similar-places"):
            text = facts.render(spec, code)
            assert text[0].isupper() and not text.endswith(".") and len(text) <= 400, (code, text)
    assert facts.render("standing", COUNTY) == "Suffolk is the area of a county council in the East of England"
    assert facts.render("standing", BOROUGH) == "Camden is a London borough"
    for code in (CITY, SCILLY):
        assert "too few people for a rate" in facts.render("standing", code)
        assert "compared with no group" in facts.render("similar-places", code)
    assert facts.render("similar-places", COUNTY).count(",") == 10


def test_cautions_name_each_once():
    said = facts.render("cautions-on section=money", UNITARY)
    assert said.count("former Cumbria") == 1
    assert facts.render("cautions-on section=money") == "no caution applies"
    with pytest.raises(facts.UnknownFact, match="no table 'weather'"):
        facts.render("cautions-on section=weather")


# ---- questions


def test_every_place_has_six_questions_that_read():
    judged = re.compile(r"\b(best|worst|fail|poor|good|bad|nan|inf)\b")
    for code in [places.ENGLAND, *CODES]:
        asked = questions.questions(code)
        assert len(asked) == len(set(asked)) == questions.ASKED, code
        for text in asked:
            assert text.endswith("?") and text.count("?") == 1 and len(text) <= 400 and not judged.search(text), text
            assert "  " not in text and "the the" not in text


@pytest.fixture
def suffolk() -> questions.Numbers:
    return questions.numbers(COUNTY)


@pytest.mark.parametrize(
    ("rule", "changed", "says"),
    [
        ("no_return", {"published": "2021-22"}, "is for 2021-22"),
        ("no_return", {}, ""),
        ("few_people", {}, ""),
        ("few_people", {"code": CITY}, "one person's care"),
        ("spending_per_adult", {"change": -0.2, "england": 0.01}, "fell by 20% .*; across England it rose by 1%.*no longer"),
        ("spending_per_adult", {"change": 0.2, "england": 0.01}, "did the difference buy"),
        ("spending_per_adult", {"change": 0.02, "england": 0.01}, "choose to do less"),
        ("cause_of_gap", {"gap": 100e6, "ageing": 30e6, "unit_cost": 60e6}, "make £60m and ageing alone £30m.*pay"),
        ("cause_of_gap", {"gap": 100e6, "ageing": 60e6, "unit_cost": 30e6}, "need care later"),
        ("cause_of_gap", {"gap": -1.0}, "leave out"),
        ("projection", {"overshoot": 0.2}, "20% above"),
        ("projection", {"overshoot": -0.2}, "20% below"),
        ("projection", {"overshoot": 0.01}, "within 2%"),
        ("delays", {"delayed": 20.0, "middle": 8.0}, "20.0 people a day.*against 8.0.*changed since"),
        ("delays", {"delayed": 5.0, "middle": 8.0}, "kept it so"),
        ("delays", {"delayed": float("nan")}, ""),
        ("boards", {}, "two integrated care boards"),
        ("boards", {"boards": (nhs_areas.Area("E", "One", 1),)}, "no other place"),
        ("boards", {"boards": (nhs_areas.Area("E", "One", 5),)}, "four other places"),
        ("younger_adults", {"younger": 0.51}, "took 51%"),
        ("younger_adults", {"younger": float("nan")}, ""),
        ("closing", {"council_tax": 0.037}, "3.7% a year faster"),
        ("closing", {"council_tax": float("nan")}, ""),
        ("unpaid_care", {"carers": 20_400.0}, "20,000 residents"),
    ],
)
def test_a_rule_follows_the_numbers(suffolk, rule, changed, says):
    text = getattr(questions, rule)(dataclasses.replace(suffolk, **changed))
    assert re.search(says, text) if says else text == ""


def test_what_is_counted_with_others_is_called_so():
    assert "the former Cumbria" in questions.delays(questions.numbers(UNITARY))
    assert "Poole, and Dorset" in questions.cause_of_gap(questions.numbers("E06000059"))


def test_the_rules_see_the_numbers_of_the_measures(suffolk):
    assert suffolk.overshoot == pytest.approx(facts.evaluate("projection-overlap year=2023 age=85_and_over", COUNTY).number)
    assert suffolk.change == pytest.approx(facts.evaluate("net-change start=2009-10 end=2023-24", COUNTY).number)
    assert suffolk.gap == pytest.approx(facts.evaluate("funding-gap year=2035-36", COUNTY).number)
    assert questions.numbers(BLANKS).until == "2021-22"


# ---- the page


def shown(page: Page) -> list[list[str]]:
    """The cells of every table of the page, cautions left out, as a reader sees them."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.place-table tbody tr')].map(row => [...row.cells].slice(1).map(cell => {
          const copy = cell.cloneNode(true);
          copy.querySelectorAll('.fact-note').forEach(note => note.remove());
          return copy.textContent.trim();
        }))"""
    )


def expected(code: str) -> list[list[str]]:
    rows = [row for rows in your_place.SECTIONS.values() for row in rows]
    return [[facts.tell(spec, code).text for spec in row.cells()] for row in rows]


@pytest.mark.browser
def test_the_page_follows_each_kind_of_place_and_fits_two_sheets(browser: Browser, reader: Callable[..., Page], site: str):
    page = reader(viewport=TELEPHONE)
    for code in [*SIX.values(), "E06000059", LONGEST, places.ENGLAND]:
        page.goto(f"{site}book/your-place.html?place={code}")
        settle(page)
        assert shown(page) == expected(code), code
        assert page.locator(".place-questions li").all_inner_texts() == list(questions.questions(code))
        wide = page.evaluate(
            "() => [document.documentElement, ...document.querySelectorAll('.pst-scrollable-table-container')]"
            ".filter(one => one.scrollWidth > one.clientWidth + 1).length"
        )
        assert wide == 0, f"{code}: something is wider than a window of 320 pixels"
        marked = page.locator(".place-table:has(.fact-note) .place-cautions").count()
        assert page.locator(".place-cautions:visible").count() == marked
    for code in [*SIX.values(), "E06000059", LONGEST, places.ENGLAND]:
        pdf = print_place.printed(browser, site, places.get(code))
        assert len(re.findall(rb"/Type /Page\b", pdf)) == 2, code
        assert b"/MarkInfo" in pdf and b"/Lang (en-GB)" in pdf and b"/Title" in pdf


@pytest.mark.browser
def test_the_page_speaks_of_england_without_script(reader: Callable[..., Page], site: str):
    page = reader(java_script_enabled=False)
    page.goto(f"{site}book/your-place.html")
    cells = [cell.strip() for cell in page.locator(".place-table tbody td").all_inner_texts()]
    assert cells == [text for line in expected(places.ENGLAND) for text in line]
    assert page.locator(".place-name").inner_text() == "England"


def test_every_fact_of_the_tables_is_in_every_file(built_book: Build):
    wanted = {place_files.fact_id(spec) for spec in page_parts.specs() if facts.follows(spec)}
    for code in SIX.values():
        text = (built_book.html / place_files.PLACES / f"{code}.json").read_text("utf-8")
        assert all(f'"{key}"' in text for key in wanted), code


# ---- the command


def test_a_place_is_named_by_code_or_name():
    assert print_place.wanted("suffolk").code == print_place.wanted("e10000029").code == COUNTY
    assert print_place.wanted("England").code == places.ENGLAND
    assert print_place.file_name(places.get("E08000013")) == "your-place-st-helens.pdf"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["Atlantis"], "no upper-tier area is called 'Atlantis'"),
        (["E10000006"], "Cumberland"),
        (["Suffolk", "--book", "nowhere"], "make book"),
    ],
)
def test_what_cannot_be_printed_is_one_clear_line(arguments, says, capsys):
    assert print_place.main(arguments) == 2
    line = capsys.readouterr().err
    assert line.startswith("Nothing printed: ") and says in line and line.count("\n") == 1


def test_without_a_browser_it_says_how_to_get_one(monkeypatch, tmp_path, capsys):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "your-place.html").write_text("")
    monkeypatch.setenv("PLACELAB_CHROMIUM", "no-such-browser")
    assert print_place.main(["Suffolk", "--book", str(tmp_path)]) == 2
    assert "no-such-browser" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["Suffolk", "--all"]])
def test_one_place_or_all(arguments, capsys):
    with pytest.raises(SystemExit):
        print_place.main(arguments)


@pytest.mark.browser
def test_the_command_writes_the_file(built_book: Build, tmp_path, capsys):
    target = tmp_path / "out" / "suffolk.pdf"
    # A process of its own: Playwright cannot be started twice in one.
    command = [sys.executable, "-m", "placelab.book.print_place", "Suffolk", "--book", str(built_book.html), "--out", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert target.read_bytes().startswith(b"%PDF")
