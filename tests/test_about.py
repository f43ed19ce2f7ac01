"""The About pages list every table, every caution and every claim, from the package and the registers alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from placelab import claims, effects, facts, places, scorecard, spending, tables
from placelab.book import about, register

ROOT = Path(__file__).parents[1]
STRAIGHT = str.maketrans("‘’“”", "''\"\"")
PAGE = """# Data

## Tables

```{data-tables}
```

## Cautions

```{cautions}
```

## Claims

```{claims-register}
```
"""


def build(folder: Path, page: str = PAGE) -> tuple[str, str]:
    """The page as HTML, and every warning, from a small book with a page for each lab."""
    source = folder / "source"
    (source / "notebooks").mkdir(parents=True)
    (source / "index.md").write_text(f"{page}\n```{{bibliography}}\n```\n", encoding="utf-8")
    labs = sorted({lab for resource in tables.package()["resources"] for lab in resource["labs"]})
    for lab in labs:
        (source / "notebooks" / f"{lab}.md").write_text(f"---\norphan: true\n---\n# The lab {lab}\n", encoding="utf-8")
    settings = {
        "extensions": ["myst_parser", "sphinxcontrib.bibtex", "placelab.book.about", "placelab.book.register"],
        "bibtex_bibfiles": [str(ROOT / "book" / "references.bib")],
        "nitpicky": True,
        "html_theme": "basic",
        "myst_enable_extensions": ["smartquotes"],  # as in the book: it decides the names of headings
    }
    warnings = StringIO()
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            str(source),
            None,
            str(folder / "html"),
            str(folder / "doctrees"),
            "html",
            settings,
            status=None,
            warning=warnings,
        )
        app.build()
    return (folder / "html" / "index.html").read_text("utf-8"), warnings.getvalue()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    html, warnings = build(tmp_path_factory.mktemp("about"))
    assert not warnings
    yield html


def text_of(html: str) -> str:
    """What a reader sees of a piece of HTML: white space as single spaces, quotation marks straight again."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).translate(STRAIGHT).split())


def section_of(page: str, name: str) -> str:
    """The HTML from a table's heading to the next section."""
    return page.split(f'<section id="{about.anchor("table", name)}">', 1)[1].split("</section>", 1)[0]


def test_every_table_has_a_section_and_a_line_in_the_overview(page: str) -> None:
    assert len(tables.names()) > 20
    for resource in tables.package()["resources"]:
        assert page.count(f'<section id="{about.anchor("table", resource["name"])}">') == 1
        assert page.count(f'href="#{about.anchor("table", resource["name"])}"') >= 1


@pytest.mark.parametrize("name", tables.names())
def test_a_section_says_all_that_the_package_knows(page: str, name: str) -> None:
    resource, html = tables.describe(name), section_of(page, name)
    seen = text_of(html).casefold()
    for key in ("title", "vintage", "units", "geography", "known_nulls"):
        assert " ".join(resource[key].split()).casefold() in seen, key
    assert " ".join(resource["description"].replace("`", "").split())[:60].casefold() in seen.replace(" ,", ",")
    assert f"rows {resource['rows']:,}" in seen
    for source in resource["sources"]:
        assert source["title"].casefold() in seen
        assert not source["path"].startswith("http") or f'href="{source["path"]}"' in unescape(html)
    for licence in resource["licenses"]:
        assert f'href="{licence["path"]}"' in unescape(html)
    for mirror in [resource["mirror"]] if isinstance(resource["mirror"], str) else resource["mirror"]:
        repository, commit = mirror.split(" @ ")
        assert f'href="https://github.com/{repository}/tree/{commit}"' in html
    for lab in resource["labs"]:
        assert f"the lab {lab}" in seen and f'href="notebooks/{lab}.html"' in html
    digits = resource["hash"].removeprefix("sha256:")
    assert digits[: about.HASH_DIGITS] in seen and digits not in seen


def test_first_columns_and_first_rows_are_header_cells(page: str) -> None:
    found = re.findall(r"<table.*?</table>", page, flags=re.DOTALL)
    cautioned = tables.load("cautions")["table"].nunique()
    assert len(found) == len(tables.names()) + 1 + cautioned  # a table each, the overview and the lists of cautions
    for html in found:
        rows = re.findall(r"<tr.*?</tr>", html.split("<tbody>")[1], flags=re.DOTALL)
        assert rows and all(len(re.findall(r"<th\b", row)) == 1 for row in rows)
        assert all(re.match(r"<tr[^>]*>\s*<th\b", row) for row in rows)
    assert page.count("<thead>") == 1 + cautioned


def test_every_claim_is_on_the_page_with_its_number_source_and_confirmation(page: str) -> None:
    entries = dict.fromkeys(claims.register().index, "")
    for entry in page.split('<section id="claims">', 1)[1].split("<dt>")[1:]:
        for claim_id in entries:
            if f'<li id="{about.anchor("claim", claim_id)}">' in entry:
                assert not entries[claim_id], f"{claim_id} is listed twice"
                entries[claim_id] = entry
    for claim_id, entry in entries.items():
        assert entry, f"{claim_id} is not on the page"
        claim = claims.get(claim_id)
        term, own = (
            entry.split("</dt>")[0],
            entry.split(f'<li id="{about.anchor("claim", claim_id)}">')[1].split("</li>")[0],
        )
        assert f'href="{claim.link}"' in unescape(term) and about.seen(claim) in text_of(entry), claim_id
        assert re.search(r'href="#id\d+"', term), f"{claim_id} cites no reference"
        for said in (claim.text, about.figure(claim), claim.period, claim.population, claim.where):
            assert " ".join(said.split()).casefold() in text_of(own).casefold(), claim_id


def test_every_caution_is_on_the_page_and_none_stands_by_value(page: str) -> None:
    rows = tables.load("cautions")
    seen = text_of(page)
    for text in rows["text"].drop_duplicates():
        assert " ".join(text.removesuffix(".").split()) in seen
    lists = [node for node in about.cautions_lists() if isinstance(node, nodes.table)]
    assert len(lists) == rows["table"].nunique()
    places: set[str] = set()
    number = 0
    for found in lists:
        names = [row.children[0].astext() for row in found.findall(nodes.row)][1:]
        general = names.count(about.ALL_AREAS)
        assert names[:general] == [about.ALL_AREAS] * general and names[general:] == sorted(names[general:])
        places |= set(names[general:])
        number += len(names)
    assert places == set(about.area_names()[rows["code"].dropna()])
    assert number == len(rows.fillna("").drop_duplicates(["code", "year", "table"]))


def test_what_is_long_is_folded_and_says_what_it_holds(page: str) -> None:
    summaries = re.findall(r"<details><summary>(.*?)</summary>", page)
    assert page.count("<details>") == page.count("</details>") == len(summaries)
    assert summaries.count("Source, years, licence and file") == len(tables.names())
    counts = [int(text.rpartition(": ")[2]) for text in summaries if re.search(r": \d+$", text)]
    assert sum(counts) == len(tables.load("cautions"))
    assert sum(int(text.split()[0]) for text in summaries if re.search(r"claims?$", text)) == len(claims.register())


def test_a_caution_says_which_measures_it_is_about() -> None:
    texts = pd.DataFrame({"text": ["Blank.", "Blank.", "A jump."], "measure": ["reserves", "council tax", ""]})
    assert about._worded(texts) == "Blank (reserves; council tax). A jump."


def test_the_links_to_cautions_lead_to_their_heading(page: str) -> None:
    assert page.count(f'<section id="{about.CAUTIONS}">') == 1
    assert page.count(f'href="#{about.CAUTIONS}"') >= sum(r["cautions"] > 0 for r in tables.package()["resources"])


def with_changed(monkeypatch: pytest.MonkeyPatch, name: str, row: int, column: str, value: object) -> None:
    """Change one cell of one table for a test."""
    changed = tables.load(name)
    changed.loc[row, column] = value
    load = tables.load
    monkeypatch.setattr(tables, "load", lambda asked: changed if asked == name else load(asked))


@pytest.fixture
def fresh_register() -> Iterator[None]:
    claims.register.cache_clear()
    yield
    claims.register.cache_clear()


@pytest.mark.parametrize("column", ["link", "reference", "confirmed", "text"])
def test_a_claim_without_a_source_is_refused(
    monkeypatch: pytest.MonkeyPatch, fresh_register: None, column: str
) -> None:
    with_changed(monkeypatch, "claims", 4, column, float("nan"))
    with pytest.raises(tables.TableError, match=f"has no {column}"):
        about.claims_list(lambda key: [nodes.Text(key)])


def test_a_refusal_is_a_warning_with_file_and_line(
    monkeypatch: pytest.MonkeyPatch, fresh_register: None, tmp_path: Path
) -> None:
    with_changed(monkeypatch, "claims", 4, "link", float("nan"))
    _, warnings = build(tmp_path, "# Data\n\n```{claims-register}\n```\n")
    assert re.search(r"index\.md:3: .*has no link; every claim needs its source", warnings)


def test_a_caution_on_an_unknown_area_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    row = int(tables.load("cautions")["code"].first_valid_index())
    with_changed(monkeypatch, "cautions", row, "code", "E99999999")
    with pytest.raises(tables.TableError, match=r"no area has the code 'E99999999'; add it to data/areas\.csv"):
        about.cautions_lists()


def test_no_caution_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "load", lambda name: pd.DataFrame())
    assert about.cautions_lists()[0].astext() == "The tables carry no cautions."


@pytest.mark.parametrize(
    ("claim_id", "words"),
    [
        ("ifs-2017-fall-per-adult", "−11%"),
        ("ifs-2017-cut-by-quarter", "10% of councils"),
        ("ifs-2017-spend-tenth-percentile", "£325 per adult"),
        ("ifs-2017-bn200-spending", "£16.8bn"),
        ("solace-2017-pressure", "5% or more"),
        ("full-fact-2017-gap-2020", "£1bn to £2.6bn"),
        ("kingston-2017-gain-low-men", "1.7 years (1 to 2.4)"),
        ("seamer-2019-admissions", "a ratio of 1.009 (0.965 to 1.056)"),
        ("marmot-2010-gradient", ""),
    ],
)
def test_a_claim_reads_with_its_unit(claim_id: str, words: str) -> None:
    assert about.figure(claims.get(claim_id)) == words


def test_how_a_claim_was_confirmed_carries_its_day() -> None:
    assert about.seen(claims.get("ifs-2017-fall-per-adult")) == "Seen on the publisher's page, 23 November 2026"


# What the methods page works out


def test_net_plus_other_income_adds_back_what_the_release_took_off() -> None:
    rows = tables.load("care_income")
    rows = rows[(rows["year"] == "2014-15") & (rows["code"] == "E10000029")].set_index("measure")["value"]
    parts = ["net_current_expenditure", "income_nhs", "income_joint_arrangements", "income_other"]
    found = spending.net_plus_other_income("2014-15", "total")["E10000029"]
    assert found == pytest.approx(1000 * rows[parts].sum(), abs=100)
    adults = spending.net_plus_other_income("2014-15")["E10000029"]
    assert 0 < adults < found / 100_000


def test_net_plus_other_income_is_blank_where_a_council_is() -> None:
    found = spending.net_plus_other_income("2016-17")
    assert found.index[found.isna()].tolist() == ["E06000053"]
    with pytest.raises(facts.UnknownFact, match="only where every council is present: not 2016-17"):
        facts.render("net-plus-other-income year=2016-17 per=total")
    with pytest.raises(spending.NotPublished, match="2015-16 was not published; there is 2014-15 and 2016-17"):
        spending.net_plus_other_income("2015-16")


def test_a_published_total_is_divided_by_people() -> None:
    growth = facts.evaluate("population-change start=2009 end=2015 age=18_and_over of=England").number
    found = facts.evaluate("claim-per-head claim=ifs-2017-total-fall start=2009 end=2015 age=18_and_over").number
    assert found == pytest.approx((1 - 0.064) / (1 + growth) - 1)
    with pytest.raises(facts.UnknownFact, match="has no value"):
        facts.render("claim-per-head claim=ifs-2017-definition start=2009 end=2015 age=18_and_over")


def test_the_gap_follows_its_levers() -> None:
    base = facts.evaluate("funding-gap year=2035-36").number
    assert facts.evaluate("funding-gap year=2035-36 unit_cost=0").number < base
    assert facts.evaluate("funding-gap year=2035-36 ageing=no").number < base
    assert facts.evaluate("funding-gap year=2035-36 funding=1").number < base
    assert facts.evaluate("funding-gap year=2035-36 split=net").number != base
    with pytest.raises(facts.UnknownFact, match="not projected"):
        facts.render("funding-gap year=2050-51")


def test_every_area_has_a_name() -> None:
    names = about.area_names()
    assert names[places.ENGLAND] == "England"
    assert set(places.frame().index) <= set(names.index)


@pytest.mark.parametrize("path", sorted((ROOT / "book" / "about").glob("*.md")), ids=lambda path: path.stem)
def test_about_speaks_of_england(path: Path) -> None:
    """A page about the book says the same to every reader: no fact on it follows the reader's place."""
    specs = [" ".join(spec.split()) for spec in re.findall(r"\{fact\}`([^`]+)`", path.read_text(encoding="utf-8"))]
    assert [spec for spec in specs if facts.follows(spec)] == []


# The register of methods and assumptions

METHODS = (ROOT / "book" / "about" / "methods.md").read_text(encoding="utf-8")


def test_every_entry_of_the_methods_has_a_grade_an_effect_and_what_follows() -> None:
    found = register.entries(METHODS)
    assert [one.title for one in found] == re.findall(r"^(?:###|## (?=Beside)) ?(.+)$", METHODS, re.MULTILINE)
    table = register.listed(found)
    assert len(list(table.findall(nodes.row))) == len(found) + 1
    words = table.astext()
    assert "Similar places\n\nAssumed\n\nLarge" in words and "{" not in words


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("### One\n\n**Grade:** assumed.\n\n**If wrong.** It moves.\n", r"'One' lacks \*\*Effect"),
        ("### One\n\n**Grade:** assumed. **Effect:** vast.\n\n**If wrong.** It moves.\n", "'vast'; write one of large"),
        ("### One\n\n**Grade:** sure. **Effect:** small.\n\n**If wrong.** It moves.\n", "'sure'; use one of published"),
        ("### One\n\n**Grade:** assumed. **Effect:** small.\n", r"'One' lacks \*\*If wrong"),
    ],
)
def test_an_entry_that_lacks_a_part_is_named(entry: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        register.entries(entry)


def test_the_register_leads_to_its_entries(tmp_path: Path) -> None:
    titles = ["A reader's place", 'What "spending" means', "Real terms"]
    said = "**Grade:** assumed. **Effect:** small.\n\n**If wrong.** It moves.\n"
    page = "".join(f"### {title}\n\n{said}\n" for title in titles)
    html, warnings = build(tmp_path, f"# Methods\n\n## The register\n\n```{{methods-register}}\n```\n\n## Entries\n\n{page}")
    assert not warnings
    led = re.findall(r'href="#([^"]+)"', html.split("<tbody>")[1].split("</tbody>")[0])
    assert len(led) == len(titles) and all(f'<section id="{name}">' in html for name in led), led


def test_every_effect_is_on_the_page_and_a_large_one_is_large() -> None:
    """Each number is used, and where it stands beside the base case, it is as large or small as the register says."""
    assert set(re.findall(r"if-wrong what=([\w-]+)", METHODS)) == set(effects.EFFECTS)
    with pytest.raises(ValueError, match="no effect 'none'"):
        effects.of("none")

    def moved(what: str, base: float) -> float:
        return abs(effects.of(what)[1] / base - 1)

    gap = facts.evaluate("funding-gap year=2035-36 of=England").number
    for name in ("gap-need-tenth-more", "gap-council-tax", "gap-grants"):
        assert moved(name, gap) > 0.1, name
    assert moved("gap-prevention-twice", effects.of("gap-prevention-none")[1]) > 0.1
    share = facts.evaluate("councils-cut-share start=2009-10 end=2015-16").number
    assert moved("small-counted", share) < 0.1
    assert moved("spread-ordinary", effects.of("spread-own")[1]) < 0.1
    assert abs(effects.of("fewer-hours")[1]) < 0.1
    assert effects.of("trend-five-years")[1] < 1 < effects.of("trend-ten-years")[1], "a conclusion turns"
    assert effects.of("bands-least")[1] < 0.7 and effects.of("bands-most")[1] > 0.9
    assert effects.of("beyond-one-in-hundred")[1] > 0.02
    assert effects.of("pool-helps")[1] - effects.of("pool-helps-nhs-wilder")[1] > 0.5
    for option in ("fee", "first"):
        assert moved(f"winter-{option}-admissions", effects.of(f"winter-{option}-visits")[1]) < 0.1


def test_effects_by_another_way() -> None:
    """Three effects from their definitions: marks in the table of cautions, the lab's own trend, one place's neighbours."""
    rows = tables.load("cautions")
    assert effects.jumps(0.3) == ((rows["table"] == "net_current_expenditure") & (rows["rule"] == "year_on_year")).sum()
    base = facts.evaluate("if-wrong what=trend-five-years").number
    assert base == pytest.approx(scorecard.comparison(effects.OLDEST).at["trend", "relative"])
    scaled = places.features()
    suffolk = scaled.index.get_loc("E10000029")
    assert set(scaled.index[list(effects.nearest_ten(scaled)[suffolk])]) == {one.code for one in places.similar("E10000029")}
