"""Tables and sentences that the forecast-scorecard lab prints, worded for a page."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import pandas as pd

from placelab import claims, demand, places, population, scorecard, wording
from placelab.widgets.forecast_scorecard import ForecastScorecard, known_then, signed

_WIDTH = 118  # letters in a line of printed text


def worded(value: float, unit: str) -> str:
    """A number of the register as it should read with its unit: "£496m", "3.5%", "−106,000"; "none" when blank."""
    if pd.isna(value):
        return "none"
    if unit.startswith("%"):
        return wording.percent(value / 100, 1)
    if unit == "£m":
        return wording.pounds(1e6 * value)
    return wording.count(value).replace("-", "−")


def scored_table() -> pd.DataFrame:
    """Promises and forecasts beside what happened: What, Kind, Said, Happened, No change, Miss against no change."""
    rows = scorecard.scored()
    return pd.DataFrame(
        {
            "What": rows["label"],
            "Kind": rows["kind"],
            **{
                head: [worded(value, unit) for value, unit in zip(rows[column], rows["unit"], strict=True)]
                for head, column in (("Said", "said"), ("Happened", "outturn"), ("No change", "no_change"))
            },
            "Miss": ["none" if pd.isna(ratio) else f"{ratio:.1f} times" for ratio in rows["relative"]],
        }
    )


def verdict() -> str:
    """How many targets were kept, how many promises came nearer than no change, and how many came with a range."""
    rows = scorecard.scored()
    targets, compared = rows["kept"].dropna(), rows["relative"].dropna()
    ranged = sum(claims.get(claim).low is not None for claim in rows.index)
    kept, nearer, ranges = (
        wording.in_words(n) if n else "none" for n in (int(targets.sum()), int((compared < 1).sum()), ranged)
    )
    return (
        f"Plans and targets: {wording.in_words(len(targets))}. Kept: {kept}.\n"
        f"Set beside no change: {wording.in_words(len(compared))}. Nearer than no change: {nearer}.\n"
        f"With a range: {ranges}."
    )


def notes_of_scored() -> str:
    """What a reader should know about some of the scores, a line each."""
    rows = scorecard.scored()
    return "\n".join(fill(f"{row.label}: {row.note}", _WIDTH) for row in rows.itertuples() if row.note)


def unscored_list() -> str:
    """What cannot be scored, how many claims it covers, and why: a few lines each."""
    return "\n".join(
        fill(
            f"{row.what} ({wording.plural(len(row.claims), 'claim', 'claims')}). {row.reason}",
            _WIDTH,
            subsequent_indent="  ",
        )
        for row in scorecard.unscored().itertuples()
    )


def money_came(start: str = "2017-18", end: str = "2019-20") -> str:
    """Councils' own spending on care in two years, in the prices of the second: a sentence."""
    before, after = scorecard.money_came(start, end)
    return (
        f"Net spending in {end} prices: {wording.pounds(before)} in {start}, {wording.pounds(after)} in {end}: "
        f"{wording.pounds(after - before)} more."
    )


def halfway() -> str:
    """What A&E's own count did in the first two of the four years that the local NHS plans covered: a sentence."""
    years = ("2016-17", "2018-19")
    attendances, admissions = (
        wording.change(scorecard.accident_and_emergency(measure, *years))
        for measure in ("attendances_all", "admissions_all")
    )
    return (
        f"From {years[0]} to {years[1]} A&E attendances in England {attendances}; emergency admissions through A&E "
        f"{admissions}."
    )


def methods_table(base: int = scorecard.BASE, ages: Sequence[str] | None = None) -> pd.DataFrame:
    """Mean absolute error over all places by age group: Age, Projection, Trend carried on, No change."""
    chosen = ages or scorecard.ages(base)
    errors = {age: scorecard.comparison(age, base)["error"] for age in chosen}
    return pd.DataFrame(
        [(age, *(wording.percent(errors[age][method], 1) for method in scorecard.METHODS)) for age in chosen],
        columns=["Age", *scorecard.METHODS.values()],
    )


def bands_table(base: int = scorecard.BASE) -> pd.DataFrame:
    """Bands meant to hold four places in five: Age, Band, and the share of places held around projection and trend."""
    rows = []
    for age in scorecard.ages(base):
        held = scorecard.comparison(age, base)["held"]
        rows.append(
            (
                age,
                f"±{wording.percent(scorecard.width(age))}",
                *(wording.percent(held[m]) for m in ("projection", "trend")),
            )
        )
    return pd.DataFrame(rows, columns=["Age", "Band", "Around projection", "Around trend"])


def errors_table(code: str, age: str) -> pd.DataFrame:
    """A projection's error year by year, for both projections: Mid-year, 2016-based, 2018-based; "none" before the base."""
    errors = {base: scorecard.errors(age, base).loc[code] for base in scorecard.BASES}
    years = sorted(set().union(*(error.index for error in errors.values())))
    return pd.DataFrame(
        {"Mid-year": years}
        | {
            f"{base}-based": [signed(error[y], 1) if y in error else "none" for y in years]
            for base, error in errors.items()
        }
    )


def parts_table(codes: Sequence[str], age: str, base: int = scorecard.BASE) -> pd.DataFrame:
    """The last year's error taken apart, each place once: Place, Start, Growth, Both."""
    rows = scorecard.parts(age, base)
    return pd.DataFrame(
        [
            (places.get(code).name, *(signed(rows.at[code, part], 1) for part in ("start", "growth", "level")))
            for code in dict.fromkeys(codes)
        ],
        columns=["Place", "Start", "Growth", "Both"],
    )


def vintage_table(codes: Sequence[str], age: str) -> pd.DataFrame:
    """First-published estimates against today's: Place and a column a year; "not published" where the place is newer."""
    gaps = scorecard.first_against_revised(age)
    years = list(gaps.columns)
    read = {
        code: [
            "not published"
            if code not in gaps.index or pd.isna(gaps.at[code, year])
            else signed(gaps.at[code, year], 1)
            for year in years
        ]
        for code in codes
    }
    return pd.DataFrame(
        [(places.get(c).name, *cells) for c, cells in read.items()], columns=["Place", *map(str, years)]
    )


def growth_beside_level(age: str) -> str:
    """What is left of the 2018-based projection's average miss when only its growth is used: a sentence."""
    missed = demand.misses(age).abs().mean()
    return (
        f"Average miss for people aged {age}: {wording.percent(missed['level'], 1)} for the projection's number, "
        f"{wording.percent(missed['growth'], 1)} for its growth applied to the estimate of its base year as known today."
    )


def against_estimate_of_the_day(code: str, age: str, year: int = 2020) -> str:
    """The projection beside both estimates of one year, the first published and today's: a sentence."""
    place, error = places.get(code), scorecard.errors(age).at[code, year]
    first = scorecard.first_against_revised(age).at[code, year]
    published = population.people(age, "first published").at[code, year]
    return fill(
        f"{place.name}, mid-{year}: against the estimate published at the time ({wording.people(published)}) the "
        f"{scorecard.BASE}-based projection stood {signed((1 + error) / (1 + first) - 1, 1)}; against today's "
        f"({wording.people(population.people(age).at[code, year])}) it stands {signed(error, 1)}.",
        _WIDTH,
    )


def known(code: str, age: str) -> str:
    """What a reader of May 2018 could know of a place, and whether its numbers are large enough to score."""
    place = places.get(code)
    small = f" Numbers in {place.in_sentence} are too small for a score to mean much." if place.small else ""
    return fill(known_then(place, age) + small, _WIDTH)


def same_answer_table(age: str, intervals: Sequence[tuple[int, int]]) -> pd.DataFrame:
    """A reader who states one interval (per cent) for every place: Interval, Held, Mean points."""
    rows = []
    for low, high in intervals:
        held, points = ForecastScorecard(age=age, view="projection", low=low, high=high).finding.numbers["stated"]
        rows.append((f"{signed(low / 100)} to {signed(high / 100)}", wording.percent(held), wording.count(points)))
    return pd.DataFrame(rows, columns=["Interval", "Held", "Mean points"])
