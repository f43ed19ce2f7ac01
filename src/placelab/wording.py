"""Numbers as English: pure functions from a number to the words a page prints."""

from __future__ import annotations

import math

_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def pounds(value: float) -> str:
    """£ at a scale a reader can hold: "£14.55bn", "£412m", "£3.4m", "£281", "−£25m"."""
    sign = "−" if value < 0 else ""
    size = abs(value)
    if size >= 999.5e6:
        return f"{sign}£{size / 1e9:.2f}bn"
    if size >= 9.95e6:
        return f"{sign}£{size / 1e6:.0f}m"
    if size >= 999.5e3:
        return f"{sign}£{size / 1e6:.1f}m"
    return f"{sign}£{size:,.0f}"


def rough_pounds(value: float) -> str:
    """£ as `pounds` has it, but three figures below a million: what a model gives is no nearer than that. "£18,400"."""
    return pounds(value if abs(value) >= 999.5e3 else float(f"{value:.3g}"))


def percent(share: float, places: int = 0) -> str:
    """A share as a percentage: 0.139 -> "14%"; negative with a true minus sign."""
    text = f"{abs(100 * share):.{places}f}%"
    return f"−{text}" if share < 0 and not _nought(text) else text


def _nought(text: str) -> bool:
    """Whether a worded percentage has rounded to nothing: "0%", "0.0%"."""
    return not text.strip("0.%")


def short_percent(share: float) -> str:
    """A share with no more decimals than it needs, for an axis: "5%", "2.5%", "0.75%"."""
    return f"{round(100 * share, 2):g}%"


def count(value: float) -> str:
    """A whole number with thousands separated: "1,328,092"."""
    return f"{value:,.0f}"


def people(value: float) -> str:
    """People, rounded to what a reader needs: "56.5 million", "742,000", "8,300", "2,100", "fewer than 10"."""
    if 0 < value < 10:
        return "fewer than 10"
    if value >= 999_500:
        return f"{value / 1e6:.1f} million"
    step = 1000 if value >= 10_000 else 100 if value >= 1000 else 10
    return f"{step * round(value / step):,}"


def in_words(number: int) -> str:
    """Small whole numbers as words, larger ones in figures: 0 -> "no", 9 -> "nine", 14 -> "14"."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else count(number)


def one_in(share: float) -> str:
    """A share as a chance: 0.1 -> "one in ten"; 0.86 -> "six in seven"; nearest fraction with a denominator up to 20.

    Simpler fractions win unless a finer one is nearer by more than a hundredth. Beyond the finest it says on which side:
    0.03 -> "fewer than one in 20".
    """
    if math.isnan(share):
        return "an unknown share"
    if share <= 0.02:
        return "almost none" if share > 0 else "none"
    if share >= 0.98:
        return "all" if share >= 1 else "almost all"
    if share < 0.045:
        return "fewer than one in 20"
    if share > 0.955:
        return "more than 19 in 20"
    best, error = (1, 2), abs(share - 0.5)
    for below in range(3, 21):
        above = round(share * below)
        miss = abs(share - above / below)
        if 0 < above < below and (above == 1 or above == below - 1) and miss < error - 0.004:
            best, error = (above, below), miss
    if error > 0.04:
        above = max(1, min(9, round(10 * share)))
        best = (above, 10)
    above, below = best
    return f"{in_words(above)} in {in_words(below)}"


def change(share: float, places: int = 0) -> str:
    """A change as a verb phrase: "fell by 14%", "rose by 3%", "did not change" (when it rounds to nothing)."""
    text = percent(abs(share), places)
    return "did not change" if _nought(text) else f"{'fell' if share < 0 else 'rose'} by {text}"


def would(share: float, places: int = 0) -> str:
    """A projected change as a verb phrase: "would rise by 14%", "would fall by 3%", "would not change"."""
    text = percent(abs(share), places)
    return "would not change" if _nought(text) else f"would {'fall' if share < 0 else 'rise'} by {text}"


def noun(share: float, places: int = 0, adjective: str = "") -> str:
    """A change as a noun: "a rise of 14%", "a projected fall of 3%", "no change" (when it rounds to nothing)."""
    text, kind = percent(abs(share), places), f"{adjective} " if adjective else ""
    return f"no {kind}change" if _nought(text) else f"a {kind}{'fall' if share < 0 else 'rise'} of {text}"


def signed(share: float, places: int = 0) -> str:
    """A change with its sign: "+9%", "−5%", "0%"."""
    text = percent(share, places)
    return f"+{text}" if share > 0 and not _nought(text) else text


def capital(text: str) -> str:
    """The text with its first letter as a capital, the rest as it was."""
    return text[:1].upper() + text[1:]


def more_less(value: float, unit_text: str) -> str:
    """ "£3m more" or "£3m less" for a signed difference whose size is already worded."""
    return f"{unit_text} {'more' if value >= 0 else 'less'}"


def plural(number: float, one: str, many: str) -> str:
    """ "1 council", "14 councils"."""
    return f"{count(number)} {one if round(number) == 1 else many}"
