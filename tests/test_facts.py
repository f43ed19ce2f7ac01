"""Facts and claims in prose: right numbers, clear refusals, and no figure typed from the keyboard."""

import pytest

from placelab import claims, facts, places, spending, tables, wording
from placelab.book import roles


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("net-spending year=2009-10 as=bn", "£14.55bn"),
        ("net-spending year=2015-16 as=bn", "£14.39bn"),
        ("net-change start=2009-10 end=2015-16 as=change", "fell by 15%"),
        ("councils-compared start=2009-10 end=2015-16", "148"),
        ("population year=2016 age=85_and_over as=count", "1,311,893"),
        ("population-share year=2023 age=65_and_over", "19%"),
        ("places type=County", "21"),
    ],
)
def test_a_fact_reads_as_it_should(spec, text):
    assert facts.render(spec) == text


def test_a_fact_follows_the_place():
    suffolk = facts.evaluate("net-change start=2009-10 end=2015-16", "E10000029").number
    assert suffolk == spending.change().at["E10000029", "change"]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("net-spendings year=2009-10", "no fact 'net-spendings'; there is"),
        ("net-spending year=2007-08", "2007-08 was not published; there is 2008-09 to 2024-25"),
        ("net-spending year=2024-25", "sum of 150 of 153 councils, not England"),
        ("net-spending years=2009-10", "no argument 'years'; there is year"),
        ("net-spending year=2009-10 as=yen", "no format 'yen'; there is"),
        ("net-spending 2009-10", "write arguments as key=value"),
        ("net-change start=2015-16 end=2009-10", "must come after the base year"),
        ("population year=2050", "has no 2050; there is 2000 to 2023"),
        ("population year=2016 age=old", "no age group 'old'"),
        ("", "no fact ''"),
    ],
)
def test_a_wrong_fact_says_what_and_how_to_mend_it(spec, message):
    with pytest.raises(facts.UnknownFact, match=message.replace("(", r"\(")):
        facts.render(spec)


def test_a_blank_is_not_published_never_zero():
    with pytest.raises(facts.UnknownFact, match="not published for Birmingham"):
        facts.render("net-spending year=2023-24", "E08000025")


def test_every_claim_names_its_source_and_how_it_was_confirmed():
    register = claims.register()
    assert len(register) > 100
    assert set(register["confirmed"]) <= {
        "seen in the report",
        "seen on the publisher's page",
        "seen in an abstract",
        "seen in a secondary source",
        "recorded in the project's source notes",
    }
    assert register["link"].str.startswith("http").all()


def test_a_claim_reads_in_its_unit():
    assert roles.claim_text("ifs-2017-fall-per-adult") == "−11%"
    assert roles.claim_text("ifs-2017-fall-per-adult as=change") == "fell by 11%"
    assert roles.claim_text("ifs-2017-cut-by-quarter as=one-in") == "one in ten"
    assert roles.claim_text("ifs-2017-spend-tenth-percentile") == "£325"
    assert roles.claim_text("ifs-2017-bn200-spending") == "£16.8bn"


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ("ifs-2017-fell", claims.UnknownClaim, r"no claim 'ifs-2017-fell'.*near: ifs-2017"),
        ("ifs-2017-fall-per-adult as=yen", ValueError, "no format 'yen'"),
        ("ifs-2017-fall-per-adult field=low", ValueError, "holds no low"),
        ("ifs-2017-fall-per-adult size", ValueError, "write it as"),
    ],
)
def test_a_wrong_claim_says_so(spec, error, message):
    with pytest.raises(error, match=message):
        roles.claim_text(spec)


@pytest.mark.parametrize("column", ["reference", "link", "text", "confirmed"])
def test_a_claim_without_a_source_is_refused(monkeypatch, column):
    rows = tables.load("claims")
    rows.loc[3, column] = float("nan")
    monkeypatch.setattr(tables, "load", lambda name: rows)
    claims.register.cache_clear()
    try:
        with pytest.raises(tables.TableError, match=f"has no {column}; every claim needs its source"):
            claims.register()
    finally:
        claims.register.cache_clear()


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.1, "one in ten"),
        (0.857, "six in seven"),
        (0.25, "one in four"),
        (0.5, "one in two"),
        (0, "none"),
        (0.03, "fewer than one in 20"),
        (0.97, "more than 19 in 20"),
    ],
)
def test_chances_in_words(share, words):
    assert wording.one_in(share) == words


def test_numbers_read_as_english():
    assert wording.pounds(14_551_268_000) == "£14.55bn"
    assert wording.pounds(-25_300_000) == "−£25m"
    assert wording.pounds(999_600) == "£1.0m"
    assert wording.pounds(281.4) == "£281"
    assert wording.change(-0.139) == "fell by 14%"
    assert wording.change(0.004) == "did not change"
    assert wording.change(0.004, 1) == "rose by 0.4%"
    assert wording.percent(-0.004) == "0%"
    assert wording.people(56_489_800) == "56.5 million"
    assert wording.people(742_312) == "742,000"
    assert [wording.people(n) for n in (0, 0.4, 9, 10)] == ["0", "fewer than 10", "fewer than 10", "10"]
    assert wording.in_words(9) == "nine" and wording.in_words(14) == "14" and wording.in_words(0) == "no"


def test_no_fact_leaves_a_place_with_broken_words():
    """Every fact that a place can have reads as words for all 153; what is missing is said, not printed as nan."""
    specs = (
        "net-spending year=2015-16 per=adult",
        "net-change start=2009-10 end=2015-16",
        "population year=2023 age=85_and_over",
        "population-change start=2013 end=2023 age=85_and_over",
        "old-age-ratio year=2023",
        "projection-overlap year=2023 age=85_and_over",
    )
    for code in places.frame().index:
        for spec in specs:
            try:
                text = facts.render(spec, code)
            except facts.UnknownFact as problem:
                assert "not published" in str(problem)
            else:
                assert text and "nan" not in text and "inf" not in text
