"""The funding gap: a place's spending to date, then need against funding, by levers, published scenarios and a base case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pandas as pd

from placelab import claims, figures, gap, places, spending, tables, wording
from placelab.figures import Draw, Line
from placelab.widgets.base import Choice, Control, Finding, LiveFigure, Slider, place_choice

_TABLES = (
    "net_current_expenditure",
    "gdp_deflator",
    "population_projections",
    "population_estimates",
    "care_income",
    "core_spending_power",
)
_LEFT_OUT = (
    "Left out: need that goes unmet today, and care paid for by the NHS or by clients, but for the charges set here."
)
LEVEL = 0.005  # a gap smaller than this share of funding is as near as the sliders come to closing it
_RATES = ("need_per_head", "unit_cost", "council_tax", "grants", "charges")
OWN = "own"
_DRAWN = ("need", "funding", "prevention", "council_tax", "grants", "charges")
_DELAYS = (2, 5, 10)
_BESIDE = "health-foundation-2025-demand-2034"


class FundingGap(LiveFigure):
    """Need against funding to 2035-36, in constant prices, for one place or for England."""

    name: ClassVar[str] = "funding-gap"
    question: ClassVar[str] = (
        "Suppose funding keeps pace with general inflation and no more. By 2035-36, how large is the gap between what adult "
        "social care needs and what it has, as a share of that year's funding?"
    )
    guess: ClassVar[Slider | None] = Slider("guess", "Your guess", 0, 100, 1, 50, "%")

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        base = settings(gap.base_case())
        named = [(key, scenario.label) for key, scenario in gap.scenarios().items()]
        return (
            place_choice(),
            Choice("scenario", "Scenario", [*named, (OWN, "Your own settings")], "base"),
            Slider("need_per_head", "Need per head", -5, 5, 0.1, base["need_per_head"], "% a year"),
            Slider("unit_cost", "Unit cost (wages), real", -3, 6, 0.1, base["unit_cost"], "% a year"),
            Slider("council_tax", "Council tax and precept, real", -4, 11, 0.1, base["council_tax"], "% a year"),
            Slider("grants", "Grants and business rates, real", -4, 11, 0.1, base["grants"], "% a year"),
            Slider("charges", "Charges, beyond cost of care", -3, 5, 0.1, base["charges"], "% a year"),
            Slider("prevention", "Spent on prevention", 0, 5, 0.5, base["prevention"], "% of funding"),
            Slider("effect", "Need avoided for each 1% spent", 0, 3, 0.1, base["effect"], "%"),
            Choice("delay", "Prevention takes effect after", [(n, f"{n} years") for n in _DELAYS], base["delay"]),
        )

    @classmethod
    def checked(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """A scenario sets every lever not given beside it; `scenario` then names the one that the levers follow, if any."""
        named = gap.scenarios().get(values.get("scenario", ""))
        out = super().checked({**(settings(named.assumptions) if named else {}), **values})
        return {**out, "scenario": followed(out)}

    @classmethod
    def setup(cls) -> dict[str, Any]:
        """As every figure's, with what each scenario sets, so that a choice of one moves the sliders."""
        sets = {key: settings(scenario.assumptions) for key, scenario in gap.scenarios().items()}
        return {**super().setup(), "presets": {"control": "scenario", "own": OWN, "sets": sets}}

    @classmethod
    def shared(cls) -> dict[str, Any]:
        projection = gap.project()
        return {
            "years": list(projection.need.columns),
            "prices": spending.LATEST_PRICES,
            "base": settings(gap.base_case()),
            "cap": gap.PREVENTION_CAP,
            "scenarios": {
                key: {
                    "set": settings(s.assumptions),
                    "label": s.label,
                    "reading": s.reading,
                    "source": scenario_source(s),
                }
                for key, s in gap.scenarios().items()
            },
            "citation": tables.citation(*_TABLES),
            "leftOut": _LEFT_OUT,
        }

    @classmethod
    def place_data(cls, code: str) -> dict[str, Any]:
        place, spent, still = places.get(code), gap.history(code), gap.project(gap.Assumptions())
        own = (
            {"name": place.name, "together": together(code), "sums": _sums(still, code)}
            if shares_area(place)
            else None
        )
        return {
            "who": who(place),
            "spent": {"years": list(spent.index), "money": spent.tolist()},
            "sums": _sums(still.of(code), code),
            "taxYear": _tax_year(code),
            "own": own,
            "beside": _published() if code == places.ENGLAND else None,
            "notes": notes(place, _BRIDGE),
        }

    def find(self, **values: Any) -> Finding:
        place, chosen = places.get(values["place"]), assumptions(values)
        everywhere = gap.project(chosen)
        projection, stated = everywhere.of(place.code), gap.project(gap.base_case()).of(place.code)
        scenario = followed(values)
        compared = None if scenario == "base" else stated
        end, spent = gap.gap(projection, place.code), gap.history(place.code)
        parts = (
            _sentence(place, end, projection), _sources(projection, place.code), _construction(), _prevention(chosen),
            _base_sentence(place, scenario, compared), _joined(place, everywhere), _beside(place, projection),
            *notes(place, _BRIDGE),
        )  # fmt: skip
        named = gap.scenarios().get(scenario)
        return Finding(
            title=_title(place, end),
            sentence=" ".join(filter(None, parts)),
            alt=_alt(place, projection, spent, compared),
            table=by_year(projection, place.code, compared),
            source=" ".join([tables.citation(*_TABLES), *([scenario_source(named)] if named else []), _LEFT_OUT]),
            draw=_draw(place, projection, spent, stated),
            numbers={
                "spent": spent.tolist(),
                **{name: getattr(projection, name).loc[place.code].tolist() for name in _DRAWN},
                **{f"base_{name}": getattr(stated, name).loc[place.code].tolist() for name in ("need", "funding")},
            },
        )


def settings(case: gap.Assumptions) -> dict[str, float]:
    """Assumptions as the figure's levers show them: rates and shares in per cent."""
    rates = {name: case.source(name) if name in gap.SOURCES else getattr(case, name) for name in _RATES}
    # Rounded because 100 × 0.017 is not quite 1.7.
    percents = {name: round(100 * rate, 6) for name, rate in {**rates, "prevention": case.prevention}.items()}
    return {**percents, "effect": case.effect, "delay": case.delay}


def assumptions(values: Mapping[str, Any]) -> gap.Assumptions:
    """What the figure's levers assume."""
    shares = {name: round(values[name] / 100, 8) for name in (*_RATES, "prevention")}
    return gap.Assumptions(**shares, effect=values["effect"], delay=values["delay"])


def followed(values: Mapping[str, Any]) -> str:
    """The short name of the scenario whose settings the levers stand at, or OWN."""
    for key, scenario in gap.scenarios().items():
        if all(abs(values[name] - setting) < 1e-9 for name, setting in settings(scenario.assumptions).items()):
            return key
    return OWN


def scenario_source(scenario: gap.Scenario) -> str:
    """Who published a scenario, when, and where it was read: one sentence for a source line."""
    claim = claims.get(scenario.claims[0])
    stated = date.fromisoformat(claim.stated_on)
    site = urlsplit(claim.link).netloc.removeprefix("www.")
    return f"Settings: {scenario.by}, {stated.day} {stated:%B %Y}, read at {site}."


def _sums(projection: gap.Projection, code: str) -> dict[str, Any]:
    """What the script computes a row from, £ and persons: cost of need by year before any lever, and where funding starts."""
    care, clients, adults = (getattr(projection, name).loc[code].tolist() for name in ("care", "clients", "adults"))
    first = gap.first_year()
    sources = {name: float(getattr(projection, name).at[code, first]) for name in gap.SOURCES}
    return {"care": care, "clients": clients, "adults": adults, **sources}


def who(place: places.Place) -> str:
    """The place, or the area it is counted in, as it stands inside a sentence."""
    _, area = places.area_of(place.code, gap.FIRST)
    return place.in_sentence if area == place.name else area


def money(value: float) -> str:
    """£ for a page: sums under a million to the thousand, because the model is no finer."""
    return wording.pounds(value if abs(value) >= 999_500 else round(value, -3))


def pounds(value: float) -> str:
    """Whole £; a gap of nothing is never a negative nought."""
    return wording.pounds(round(value))


def size(share: float) -> str:
    """The size of a share; one that would round to nothing says so."""
    text = wording.percent(abs(share))
    return "less than 1%" if text == "0%" and abs(share) > 1e-9 else text


def _title(place: places.Place, end: gap.Gap) -> str:
    if abs(end.share) < LEVEL:
        return f"On these assumptions funding would all but match need in {who(place)} by {gap.END}"
    if end.pounds < 0:
        return f"On these assumptions {who(place)} would have {money(-end.pounds)} a year to spare by {gap.END}"
    return f"On these assumptions {who(place)} would be {money(end.pounds)} a year short by {gap.END}"


def _sentence(place: places.Place, end: gap.Gap, projection: gap.Projection) -> str:
    prevention = float(projection.prevention.at[place.code, gap.END])
    of_which = f", {money(prevention)} of it for prevention" if prevention else ""
    excess = "The gap of" if end.pounds >= 0 else "The surplus of"
    return (
        f"In {gap.END} need in {who(place)} would cost {money(end.need)}{of_which}, against funding of {money(end.funding)}, "
        f"in {spending.LATEST_PRICES} prices. {excess} {money(abs(end.pounds))} is {pounds(abs(end.per_adult))} for each "
        f"adult and {size(end.share)} of that year's funding."
    )


def _sources(projection: gap.Projection, code: str) -> str:
    """Funding in the last year by source, and what that rests on."""
    tax, grants, charges = (
        float(getattr(projection, name).at[code, gap.END]) for name in ("council_tax", "grants", "charges")
    )
    less = "less" if charges < 0 else "more"
    from_charges = (
        f"; charges would bring {money(abs(charges))} {less} than by keeping step with cost" if charges else ""
    )
    return (
        f"Council tax would bring {money(tax)} of the funding and grants with business rates {money(grants)}, if care draws on "
        f"them as all core services did in {_tax_year(code)}{from_charges}."
    )


def _tax_year(code: str) -> str:
    """The latest year in which the sources of a row's money can be read."""
    return str(gap.council_tax_share().loc[gap.members(code), "year"].max())


def _construction() -> str:
    return (
        f"In {gap.first_year()} the gap is zero by construction: it counts what is added from then on, and need that already "
        "goes unmet is not in it."
    )


def _prevention(chosen: gap.Assumptions) -> str:
    """What prevention does at these settings; nothing is said where nothing is set."""
    if not chosen.prevention:
        return "Nothing more is spent on prevention, so it avoids nothing." if chosen.effect else ""
    spent = f"Prevention takes {wording.percent(chosen.prevention, 1)} of funding each year"
    if not chosen.effect:
        return f"{spent} and is given no effect."
    wanted = chosen.prevention * chosen.effect
    held = ", the most this model allows" if wanted > gap.PREVENTION_CAP else ""
    start = places.financial_year(places.year_start(gap.first_year()) + 1 + chosen.delay)
    return f"{spent} and avoids {wording.percent(min(wanted, gap.PREVENTION_CAP), 1)} of need from {start} on{held}."


def _base_sentence(place: places.Place, scenario: str, base: gap.Projection | None) -> str:
    if base is None:
        return "This is the base case."
    named = gap.scenarios().get(scenario)
    follows = f'The settings are those of "{named.label}": {named.reading}. ' if named else ""
    end = gap.gap(base, place.code)
    what = "gap" if end.pounds >= 0 else "surplus"
    return f"{follows}In the base case there is a {what} of {money(abs(end.pounds))}, or {size(end.share)} of funding."


def _joined(place: places.Place, everywhere: gap.Projection) -> str:
    """What a reader whose place is shown with a neighbour should know: why, and what it comes to for the place alone."""
    if not shares_area(place):
        return ""
    own = gap.gap(everywhere, place.code)
    what = "gap" if own.pounds >= 0 else "surplus"
    return (
        f"The figures are those of {together(place.code)} together, whose past can only be told as one. For {place.name} alone "
        f"the {what} would be {money(abs(own.pounds))}, or {size(own.share)} of its funding."
    )


def shares_area(place: places.Place) -> bool:
    """Whether a place's figures can only be told together with a neighbour's."""
    return place.code != places.ENGLAND and len(gap.members(place.code)) > 1


def together(code: str) -> str:
    """The places that one area's figures count together, as a phrase."""
    return places.join([places.get(member).name for member in gap.members(code)])


def _published() -> dict[str, str]:
    """The published estimate for England that the figure stands beside: its year, and words before and after our own sum."""
    claim = claims.get(_BESIDE)
    return {
        "year": claim.period,
        "before": (
            f"For {claim.period} the {gap.PUBLISHED[_BESIDE].replace(', ', ' in ')} put the extra money needed at "
            f"£{claim.value:g}bn a year; these settings give a"
        ),
        "after": (
            "That estimate counts from another base year, includes money that the NHS passes to councils, and adds a rise in "
            "employers' costs."
        ),
    }


def _beside(place: places.Place, projection: gap.Projection) -> str:
    """England's gap beside a published one, and why they differ."""
    if place.code != places.ENGLAND:
        return ""
    words = _published()
    here = gap.gap(projection, place.code, words["year"]).pounds
    return f"{words['before']} {'gap' if here >= 0 else 'surplus'} of {money(abs(here))}. {words['after']}"


_BRIDGE = "; the dashed line bridges the years without a complete figure"


def notes(place: places.Place, bridge: str = "") -> list[str]:
    """Blank years, cautions about the figures the projection starts from, and smallness; `bridge` ends the first of them."""
    told = [f"England is the sum of its {len(places.frame())} places."] if place.code == places.ENGLAND else []
    stand_ins = gap.carried(place.code)
    if len(stand_ins):
        listed = places.join([f"{places.get(code).in_sentence} ({year})" for code, year in stand_ins.items()])
        told.append(
            f"For {listed} the last figure published stands in for {gap.first_year()}, unchanged in real terms{bridge}."
        )
    if place.code != places.ENGLAND:
        told += [f"Caution: {text}" for code in gap.members(place.code) for text in _cautions(code)]
    if place.small:
        told.append(f"Too few people live in {place.in_sentence} for its rates and projections to mean much.")
    return told


def _cautions(code: str) -> list[str]:
    """Unexplained jumps and negatives in the year a council starts from and the year before it."""
    start = str(gap.starting_point().at[code, "published"])
    years = [places.financial_year(places.year_start(start) - back) for back in (1, 0)]
    rows = tables.cautions("net_current_expenditure", code)
    rows = rows[rows["year"].isin(years) & rows["rule"].isin(["year_on_year", "negative"])]
    return [f"{places.get(code).name} {row.year}: {row.text}" for row in rows.itertuples()]


def _alt(place: places.Place, projection: gap.Projection, spent: pd.Series, base: gap.Projection | None) -> str:
    first, end = (gap.gap(projection, place.code, year) for year in (gap.first_year(), gap.END))
    low, high = spent.idxmin(), spent.idxmax()
    words = "The shaded gap between them widens to" if end.pounds >= 0 else "Funding rises above need by"
    grey = " Thin grey lines show the base case." if base is not None else ""
    return (
        f"Line chart of spending in {who(place)}, in {spending.LATEST_PRICES} prices: {money(spent.iloc[0])} in "
        f"{spent.index[0]}, lowest at {money(spent[low])} in {low} and highest at {money(spent[high])} in {high}. "
        f"From {money(first.need)} in {gap.first_year()} two lines part: need reaches {money(end.need)} and funding "
        f"{money(end.funding)} in {gap.END}. {words} {money(abs(end.pounds))}.{grey}"
    )


def by_year(projection: gap.Projection, code: str, base: gap.Projection | None = None) -> pd.DataFrame:
    """Need, funding and gap of one row of a projection, every other year and the last, worded for a page.

    Columns: Year, Need, Funding, From council tax, From grants, From charges (where they do more than keep step with cost), Gap,
    For each adult, Share of funding, and with `base` the gap in the base case.
    """
    last = len(projection.need.columns) - 1
    years = [year for i, year in enumerate(projection.need.columns) if i in (0, last) or (last - i) % 2 == 0]
    gaps = [gap.gap(projection, code, year) for year in years]

    def source(name: str) -> list[str]:
        return [money(float(getattr(projection, name).at[code, year])) for year in years]

    columns = {
        "Year": years,
        "Need": [money(g.need) for g in gaps],
        "Funding": [money(g.funding) for g in gaps],
        "From council tax": source("council_tax"),
        "From grants": source("grants"),
        "From charges": source("charges"),
        "Gap": [money(g.pounds) for g in gaps],
        "For each adult": [pounds(g.per_adult) for g in gaps],
        "Share of funding": [wording.percent(g.share) for g in gaps],
    }
    if not projection.charges.loc[code].any():
        del columns["From charges"]
    if base is not None:
        columns["Gap, base case"] = [money(gap.gap(base, code, year).pounds) for year in years]
    return pd.DataFrame(columns)


# The figure


def _series(row: pd.Series, scale: float) -> tuple[list[float], list[float]]:
    return [float(places.year_start(year)) for year in row.index], [float(value) / scale for value in row]


def _draw(place: places.Place, projection: gap.Projection, spent: pd.Series, stated: gap.Projection) -> Draw:
    def draw(width: float) -> Any:
        need, funding = projection.need.loc[place.code], projection.funding.loc[place.code]
        billions = max(need.max(), spent.max()) >= 1e9
        scale, unit = (1e9, "£ billion") if billions else (1e6, "£ million")
        end = gap.gap(projection, place.code)
        data = []
        for label, line, base in (
            ("base need", need, stated.need.loc[place.code]),
            ("base funding", funding, stated.funding.loc[place.code]),
        ):
            if abs(base.iloc[-1] / line.iloc[-1] - 1) > 1e-9:
                data.append(Line(label, *_series(base, scale), colour=figures.MID_GREY, width=1.0))
        if spent.index[-1] != gap.first_year():
            since = pd.concat([spent.iloc[-1:], need.iloc[:1]])
            data.append(Line("", *_series(since, scale), dashed=True))
        data += [
            Line("", *_series(spent, scale)),
            Line(f"Need\n{money(end.need)}", *_series(need, scale), colour=figures.ORANGE),
            Line(f"Funding\n{money(end.funding)}", *_series(funding, scale)),
        ]
        x, above = _series(need, scale)
        _, below = _series(funding, scale)
        word = "Gap" if end.pounds >= 0 else "To spare"
        return figures.lines(
            data, width, f"{unit} a year, {spending.LATEST_PRICES} prices",
            shade=(x, below, above, f"{word} {money(abs(end.pounds))}"),
            divide_at=(float(places.year_start(gap.first_year())), "Spent", "Projected"),
            x_format=lambda v: places.financial_year(int(v)), y_format=lambda v: f"{v:g}",
        )  # fmt: skip

    return draw
