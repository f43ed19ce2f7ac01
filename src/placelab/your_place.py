"""The page *Your place*: which numbers stand on it, and the words it has for what kind of place it is.

The numbers are facts, written as a chapter writes them: the tables here name them, and nothing is computed for the page alone.
Each row has three: the place's own, the middle of the ten places most like it (`places.similar`), and England's. The questions
at the end of the page are in questions.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from placelab import gap, places, wording

BLANK, NO_GROUP = "not published", "not compared"


@dataclass(frozen=True)
class Row:
    """One line of a table: its label, its fact and, where it is another, England's."""

    label: str
    fact: str
    england: str = ""

    def cells(self) -> tuple[str, str, str]:
        """The facts of the place, of the places like it, and of England."""
        own = f"{self.fact} blank={_as_argument(BLANK)}"
        like = f"{self.fact} of=similar blank={_as_argument(NO_GROUP)}"
        return own, like, self.england or f"{self.fact} of=England"


def _as_argument(words: str) -> str:
    return words.replace(" ", "_")


SECTIONS: dict[str, tuple[Row, ...]] = {
    "people": (
        Row("People, mid-2023", "population year=2023"),
        Row("Aged 65 and over", "population-share year=2023 age=65_and_over"),
        Row("Aged 85 and over", "population-share year=2023 age=85_and_over as=pct1"),
        Row("Number aged 85 and over, change 2013 to 2023", "population-change start=2013 end=2023 age=85_and_over as=signed"),
        Row("The same, as projected, 2023 to 2033",
            "population-change start=2023 end=2033 age=85_and_over kind=projection as=signed"),
        Row("Older people needing daily help, 2023 to 2033, by ageing alone", "need-change end=2033 as=signed"),
        Row("Disabled, by their own account, 2021", "disabled-share"),
        Row("Giving 50 or more hours of unpaid care a week, 2021", "unpaid-carers hours=50_or_more"),
        Row("Years of life in good health, women, 2016-18", "healthy-life-expectancy year=2016-18 sex=female"),
        Row("Years of life in good health, men, 2016-18", "healthy-life-expectancy year=2016-18 sex=male"),
        Row("Deprivation score, 2025; higher is more deprived", "deprivation-score year=2025"),
    ),
    "money": (
        Row("Net spending per adult, 2023-24, cash", "net-spending year=2023-24 per=adult",
            "spending-percentile year=2023-24 percentile=50"),
        Row("Change in it, real terms, 2009-10 to 2015-16", "net-change start=2009-10 end=2015-16 as=signed"),
        Row("Change in it, real terms, 2009-10 to 2023-24", "net-change start=2009-10 end=2023-24 as=signed"),
        Row("Gross spending that went to people aged 65 and over, 2016-18", "older-people-spending"),
        Row("Core spending power that is council tax, 2020-21", "council-tax-share"),
        Row("An hour of home care, 2021-22, in 2024-25 prices", "unit-cost what=hour as=pence"),
        Row("A week in a care home, 65 and over, the same", "unit-cost what=week"),
        Row("What one year in ten needs above expectation", "bad-year as=model"),
    ),
    "gap": (
        Row("The gap in 2035-36, a year", "funding-gap year=2035-36 as=model"),
        Row("For each adult then", "funding-gap year=2035-36 per=adult"),
        Row("As a share of funding then", "funding-gap year=2035-36 per=funding"),
        Row("One draw in ten of its assumptions gives less than", "funding-gap-draws year=2035-36 below=10 as=model"),
        Row("One draw in ten gives more than", "funding-gap-draws year=2035-36 below=90 as=model"),
        Row("If people aged and care cost no more", "funding-gap year=2035-36 unit_cost=0 as=model"),
        Row("If care cost more and nobody aged", "funding-gap year=2035-36 ageing=no as=model"),
        Row("Funding, a year above prices", "gap-closing lever=funding as=signed1"),
        Row("Council tax alone, a year above prices", "gap-closing lever=council_tax as=signed1"),
        Row("Unit cost, a year against prices", "gap-closing lever=unit_cost as=signed1"),
        Row("Need of a person of given age, a year", "gap-closing lever=need_per_head as=signed1"),
    ),
    "forecasts": (
        Row("Made in 2018, people aged 65 and over", "forecast-error age=65_and_over base=2016 as=signed1"),
        Row("Made in 2018, people aged 85 and over", "forecast-error age=85_and_over base=2016 as=signed1"),
        Row("Made in 2020, people aged 65 and over", "forecast-error age=65_and_over base=2018 as=signed1"),
        Row("Made in 2020, people aged 85 and over", "forecast-error age=85_and_over base=2018 as=signed1"),
        Row("For 85 and over, growth since 2011 carried on",
            "forecast-error age=85_and_over base=2016 method=trend as=signed1"),
        Row("For 85 and over, no change from 2016", "forecast-error age=85_and_over base=2016 method=no_change as=signed1"),
    ),
    "interface": (
        Row("Delayed in leaving hospital, a day, per 100,000 adults, 2019-20", "delayed-rate year=2019-20"),
        Row("Of them, put down to social care alone", "delayed-rate year=2019-20 put_down_to=social_care"),
        Row("In hospital without meeting the criteria to reside, a day, per 100,000 "
            "aged 65 and over, year to August 2025, main board", "criteria-to-reside"),
        Row("Moved into a care home, 65 and over, per 100,000, 2020-21",
            "outcome measure=care_home_admissions_65plus_per_100_000 year=2020-21 as=count"),
        Row("At home 91 days after reablement, 65 and over, 2020-21",
            "outcome measure=reablement_at_home_91_days year=2020-21"),
        Row("Admitted to hospital for a fall, 65 and over, per 100,000, 2017-18",
            "outcome measure=falls_admissions_65plus_per_100_000 year=2017-18 as=count"),
    ),
}  # fmt: skip


def section(name: str) -> tuple[Row, ...]:
    """The rows of a table. Raises ValueError for a name there is none of."""
    if name not in SECTIONS:
        raise ValueError(f"no table {name!r} of a place; there is {', '.join(SECTIONS)}")
    return SECTIONS[name]


# Words about a place


def standing(code: str) -> str:
    """What kind of place it is, as a sentence without its full stop, with what a reader must know of its figures."""
    place = places.get(code)
    if code == places.ENGLAND:
        return f"England is all {len(places.frame())} upper-tier areas together"
    name = wording.capital(place.in_sentence)
    if place.small:
        return (
            f"{name} has too few people for a rate to mean much, so it is compared with no group of places, and every rate "
            "below is to be read with that in mind"
        )
    return f"{name} is {_KINDS[place.type].format(region=place.region)}"


_KINDS = {
    "County": "the area of a county council in the {region}",
    "Unitary": "the area of a unitary council in the {region}",
    "Metropolitan district": "a metropolitan district in the {region}",
    "London borough": "a London borough",
}


def money_told(code: str) -> str:
    """What year a place's money is of, as a sentence without its full stop: whether its latest return was blank."""
    first = gap.first_year()
    if code == places.ENGLAND:
        blank = int((gap.starting_point()["published"] < first).sum())
        return f"Of the {len(places.frame())} councils, {wording.in_words(blank)} have published no figure for {first}"
    own = str(gap.starting_point().at[code, "published"])
    name = places.get(code).in_sentence
    if own < first:
        return f"The council of {name} has published no figure for {first}; that for {own} stands in wherever one is needed"
    return f"The council of {name} has published its figure for {first}, the latest year there is"


def similar_told(code: str) -> str:
    """The places most like this one, nearest first, as a sentence without its full stop, or why there are none."""
    if code == places.ENGLAND:
        return "England is compared with nothing"
    name, found = places.get(code).in_sentence, [place.in_sentence for place in places.similar(code)]
    if not found:
        return f"A place as small as {name} is compared with no group"
    return f"Most like {name} are {places.join(found)}, the nearest first"
