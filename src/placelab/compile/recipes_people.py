"""Recipes for people: population, its projections, and what they need and receive."""

import pandas as pd

from .areas import ENGLAND
from .frames import Frames, joined, measured, standing


def population_estimates(frames: Frames) -> pd.DataFrame:
    """Revised mid-year estimates by age band and sex, April 2023 areas and England."""
    return frames["demand/pop_estimates_bands_utla_2000_2023.csv"]


def population_estimates_icb(frames: Frames) -> pd.DataFrame:
    """The same for the integrated care boards of July 2022."""
    return frames["demand/pop_estimates_bands_icb_2000_2023.csv"].rename(columns={"area_code": "icb"})


def population_projections(frames: Frames) -> pd.DataFrame:
    """Principal projections by age band and sex, April 2023 areas and England, each with its base year."""
    return joined(frames)


def population_first_published(frames: Frames) -> pd.DataFrame:
    """Mid-year estimates as they first came out, on the boundaries of the date."""
    return frames["demand/pop_mye_as_first_published_utla_2015_2020.csv"]


def population_projections_2016_based(frames: Frames) -> pd.DataFrame:
    """2016-based projection of people aged 60 and over; bands that add up others are left out."""
    lines = frames["demand/pop_projections_2016based_60plus_utla23_2016_2041.csv"]
    lines = lines.assign(age_band=lines["measure"].str.removeprefix("population_projection_2016based_"))
    return lines[lines["age_band"].isin(frames.options["bands"])].rename(columns={"value": "persons"})


def population_65plus_five_year(frames: Frames) -> pd.DataFrame:
    """People aged 65 and over by five-year band and sex, estimates and 2018-based projection, one row a sex."""
    wide = frames["demand/pop_65plus_5yr_sex_utla.csv.gz"]
    wide = wide.assign(kind=wide["series"].str.split("_").str[0])
    long = wide.melt(["code", "year", "kind", "age_band"], ["females", "males"], "sex", "persons")
    return long.assign(sex=long["sex"].map({"females": "female", "males": "male"}))


def care_activity(frames: Frames) -> pd.DataFrame:
    """Requests for support and people supported, with whether a blank was suppressed or is missing."""
    counts = standing(measured(frames), frames.areas, ["code", "year", "measure"])
    marks = {"": "published", "[c]": "suppressed", "[x]": "missing"}
    counts = counts.assign(status=counts["suppressed_marker"].map(marks))
    for (year, measure), rows in counts[counts["status"] == "missing"].groupby(["year", "measure"]):
        same = counts[(counts["year"] == year) & (counts["measure"] == measure)].set_index("code")["value"]
        gap = same[ENGLAND] - same.drop(ENGLAND).sum()
        for code in rows["code"]:
            name = frames.areas.names[code]
            text = f"{name} has no published figure; the other councils come to {gap:,.0f} less than England."
            frames.notes.append((code, str(year), str(measure), "missing", text))
    return counts


def delayed_transfers(frames: Frames) -> pd.DataFrame:
    """Delayed transfers of care in England by month and by whom the delay is attributed to."""
    wide = frames["demand/dtoc_england_monthly_2010_2020.csv"].rename(columns={"date": "month"})
    parts = [
        wide.assign(attributable_to=party, days=wide[f"days_{party}"], daily_beds=wide[f"beds_{party}"])
        for party in ("nhs", "social_care", "both", "total")
    ]
    return pd.concat(parts).assign(month=lambda long: long["month"].str[:7])


def no_criteria_to_reside(frames: Frames) -> pd.DataFrame:
    """Patients who no longer meet the criteria to reside in hospital, by ICB; a zero in this file is a missing value."""
    months = frames["demand/icb_no_criteria_to_reside_monthly.csv"].rename(
        columns={"icb22_code": "code", "mean_daily_not_meeting_criteria_to_reside": "value"}
    )
    nil = months["value"] == 0
    text = "The official file gives nought, which cannot be so; left blank."
    frames.notes.extend((r.code, r.month, "value", "zero", text) for r in months[nil].itertuples())
    return months.assign(value=months["value"].mask(nil))


def ascof(frames: Frames) -> pd.DataFrame:
    """ASCOF measures for councils and England, all people (group Total), under one name each."""
    lines = measured(frames)
    lines = lines[(lines["group"] == "Total") & (lines["geo_level"] != "Region")]
    nobody = lines[(lines["value"] == 0) & lines["measure"].isin(frames.options["nil_is_doubtful"])]
    text = "The official file gives nought for a measure that is rarely near it; it may stand for no return."
    frames.notes.extend((r.code, r.year, r.measure, "zero", text) for r in nobody.itertuples())
    return lines


def oflog(frames: Frames) -> pd.DataFrame:
    """Oflog's adult social care measures; a quality of life score of nought means no survey, so it becomes blank."""
    lines = measured(frames)
    nil = (lines["value"] == 0) & (lines["measure"] == "quality_of_life")
    text = "The file gives nought where ASCOF publishes no score; left blank."
    frames.notes.extend((r.code, r.year, r.measure, "zero", text) for r in lines[nil].itertuples())
    return lines.assign(value=lines["value"].mask(nil))


def outcomes(frames: Frames) -> pd.DataFrame:
    """Falls, dementia diagnosis and healthy life expectancy, upper-tier areas and England."""
    lines = joined(frames)
    label = lines["indicator"]
    if "group" in lines:
        label = (label + " | " + lines["group"]).fillna(label)
    lines = lines.assign(measure=label.map(frames.options["measures"]), year=lines["period"].str.replace("/", "-"))
    return lines.dropna(subset="measure")


def disease_registers(frames: Frames) -> pd.DataFrame:
    """GP disease registers modelled to residents; prevalence in per cent."""
    lines = frames["demand/qof_prevalence_utla_2019_20_modelled.csv"]
    lines = lines.rename(columns={"register": "persons", "group_code": "register"})
    return lines.assign(name=lines["register"].map(frames.options["names"]), prevalence=100 * lines["prevalence"])


def deprivation(frames: Frames) -> pd.DataFrame:
    """Indices of Deprivation summaries: File 11 of 2015 and 2019, and averages for 2025 weighted by population."""
    names = frames.options["measures"]
    published = frames["demand/imd_upper_tier_2015_2019.csv"].rename(columns={"imd_year": "year"})
    derived = frames["demand/imd2025_utla_derived.csv"].assign(year=2025)
    parts = [wide.melt(["code", "year"], [c for c in wide if c in names]) for wide in (published, derived)]
    long = pd.concat(parts, ignore_index=True).rename(columns={"variable": "measure"})
    return long.assign(measure=long["measure"].map(names))


def disability(frames: Frames) -> pd.DataFrame:
    """People disabled under the Equality Act, Census 2021; share of all residents, 0 to 1."""
    lines = frames["demand/census2021_disability_utla.csv"]
    wide = lines.pivot(index="code", columns="disability_level", values="n").reset_index()
    wide = wide.rename(columns=frames.options["levels"])
    return wide.assign(share=wide["disabled"] / (wide["disabled"] + wide["not_disabled"]))


def pay(frames: Frames) -> pd.DataFrame:
    """Median gross annual pay of residents; England is left out, as the file has it for some years only."""
    lines = frames["demand/ashe_median_annual_pay_residence_2015_2021.csv"]
    return lines[lines["code"] != ENGLAND]


def dementia_prevalence(frames: Frames) -> pd.DataFrame:
    """CFAS II prevalence of dementia by age and sex, per cent, with its 95% interval."""
    rates = frames["demand/dementia_prevalence_cfas2_by_age_sex.csv"]
    per_cent = {
        new: 100 * rates[old] for new, old in {"prevalence": "prevalence", "low": "lower95", "high": "upper95"}.items()
    }
    return rates.assign(**per_cent, sex=rates["sex"].str.lower())


RECIPES = {
    "population_estimates": population_estimates,
    "population_estimates_icb": population_estimates_icb,
    "population_projections": population_projections,
    "population_first_published": population_first_published,
    "population_projections_2016_based": population_projections_2016_based,
    "population_65plus_five_year": population_65plus_five_year,
    "care_activity": care_activity,
    "delayed_transfers": delayed_transfers,
    "no_criteria_to_reside": no_criteria_to_reside,
    "ascof": ascof,
    "oflog": oflog,
    "outcomes": outcomes,
    "disease_registers": disease_registers,
    "deprivation": deprivation,
    "disability": disability,
    "pay": pay,
    "dementia_prevalence": dementia_prevalence,
}
