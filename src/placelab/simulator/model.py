"""Read `place.mdl`: variables with units, sentence, source and grade, the links between them, levers and parameters.

A comment is a sentence or more, then, for a number that is no lever, `[grade; source]` with a grade of GRADES. A comment that
starts with STOCK, LEVER or EVENT says what the variable is. A lever has one constant a round: "Fee rate 1" to "Fee rate 6".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FOLDER = files("placelab.simulator")
FILE = "place.mdl"
ROUNDS = (2010.0, 2012.5, 2015.0, 2017.5, 2020.0, 2022.5)  # when each round starts; the last ends in 2025
END = 2025.0
GRADES = ("published", "derived", "assumed", "definition")
CONTROL = ("INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER")

_BLOCK = re.compile(r"\s*([^~|]+?)\s*~\s*([^~|]*?)\s*~\s*([^|]*?)\s*\|", re.DOTALL)
_GROUP = re.compile(r"\*{20,}\s*\.(.+?)\s*\*{20,}~\s*(.*?)\s*\|", re.DOTALL)
_RANGE = re.compile(r"^(.*?)\s*\[\s*([-\d.eE]+)\s*,\s*([-\d.eE]+)\s*(?:,\s*([-\d.eE]+)\s*)?\]$")
_GRADE = re.compile(r"^(.*?)\s*\[(\w+)(?:;\s*(.*?))?\]\s*$", re.DOTALL)
_NUMBER = re.compile(r"^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
_CALL = re.compile(r"([A-Za-z][\w ]*?)\s*\(")
Levers = Mapping[str, float | Sequence[float | None]]


class ModelError(ValueError):
    """A model file, lever or parameter that is not what it should be; the message says what to mend."""


@dataclass(frozen=True)
class Variable:
    """One equation of the model.

    kind: stock, flow (it fills or drains a stock), auxiliary, constant, lookup (a curve or a path), lever, event or control. low,
    high, step: the range of a constant, where it has one. grade and source: for constants and curves. uses: names it reads.
    """

    name: str
    equation: str
    units: str
    doc: str
    kind: str
    group: str
    low: float | None
    high: float | None
    step: float | None
    grade: str
    source: str
    uses: tuple[str, ...]

    @property
    def id(self) -> str:
        """The name as levers, parameters and results carry it: lower case with underscores."""
        return identifier(self.name)

    @property
    def value(self) -> float:
        """The number of a constant. Raises ModelError for anything else."""
        if not _NUMBER.match(self.equation):
            raise ModelError(f"{self.name!r} is no constant: {self.equation}")
        return float(self.equation)

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and highest value of a constant with a range. Raises ModelError where it has none."""
        if self.low is None or self.high is None:
            raise ModelError(f"{self.name!r} has no range")
        return self.low, self.high

    @property
    def contested(self) -> bool:
        """Whether studies disagree about it, so that a reader should be able to move it."""
        return "CONTESTED" in self.doc


@dataclass(frozen=True)
class Lever:
    """One decision (or event card): the same range and default in every round."""

    id: str
    name: str
    kind: str  # lever or event
    low: float
    high: float
    step: float
    default: float
    units: str
    doc: str


def identifier(name: str) -> str:
    """ "Fee rate 1" as "fee_rate_1"."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def text() -> str:
    """The model file."""
    return FOLDER.joinpath(FILE).read_text("utf-8")


@cache
def groups() -> dict[str, str]:
    """The parts of the model in order: name to one sentence."""
    return {name: " ".join(doc.split()) for name, doc in _GROUP.findall(text())}


def parse(source: str) -> dict[str, Variable]:
    """Every variable of a model's text, by name, in the order of the text.

    Raises ModelError for a name defined twice, an equation that cannot be read, or a range that is empty.
    """
    body = source.split("\\\\\\---///")[0].removeprefix("{UTF-8}")
    marks = [(found.start(), found.end(), found.group(1)) for found in _GROUP.finditer(body)]
    raw: dict[str, tuple[str, str, str, str]] = {}
    for (_, start, group), (end, _, _) in zip(marks, [*marks[1:], (len(body), 0, "")], strict=True):
        for block in _BLOCK.findall(body[start:end]):
            left, units, doc = (" ".join(part.split()) for part in block)
            name, _, equation = (part.strip() for part in left.partition("="))
            if not equation:
                raise ModelError(f"{FILE}, part {group!r}: cannot read {left[:60]!r} as name = equation")
            if name in raw:
                raise ModelError(f"{FILE}: {name!r} is defined twice; rename or remove one")
            raw[name] = (equation, units, doc, group)
    words = sorted(raw, key=len, reverse=True)
    finder = re.compile(r"(?<![\w])(" + "|".join(map(re.escape, words)) + r")(?![\w])")
    rates = {
        used
        for equation, *_ in raw.values()
        if equation.startswith("INTEG")
        for used in finder.findall(_first_argument(equation))
    }
    found = {}
    for name, (equation, units, doc, group) in raw.items():
        ranged = _RANGE.match(units)
        low = high = step = None
        if ranged:
            units, low, high = ranged[1], float(ranged[2]), float(ranged[3])
            step = float(ranged[4]) if ranged[4] else None
            if low >= high:
                raise ModelError(f"{FILE}: the range of {name!r} is empty: {low} to {high}")
        graded = _GRADE.match(doc)
        said, grade, origin = (graded[1], graded[2], graded[3] or "") if graded else (doc, "", "")
        uses = tuple(dict.fromkeys(used for used in finder.findall(equation) if used != name))
        kind = _kind(name, equation, said, name in rates)
        found[name] = Variable(name, equation, units, said, kind, group, low, high, step, grade, origin, uses)
    return found


def _first_argument(equation: str) -> str:
    """What comes before the comma that separates a stock's rates from its initial value."""
    depth, last = 0, len(equation)
    for place, sign in enumerate(equation):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 1:
            last = place
    return equation[:last]


def _kind(name: str, equation: str, doc: str, rate: bool) -> str:
    if name in CONTROL:
        return "control"
    for kind in ("LEVER", "EVENT"):
        if doc.startswith(kind):
            return kind.lower()
    if equation.startswith("INTEG"):
        return "stock"
    if equation.startswith("WITH LOOKUP"):
        return "lookup"
    if _NUMBER.match(equation):
        return "constant"
    return "flow" if rate else "auxiliary"


@cache
def variables() -> dict[str, Variable]:
    """Every variable of place.mdl by name."""
    return parse(text())


@cache
def _known() -> dict[str, Variable]:
    return {key: one for one in variables().values() for key in (one.id, one.name)}


def variable(key: str) -> Variable:
    """One variable by its name or id. Raises ModelError for one there is not."""
    if key not in _known():
        raise ModelError(f"the model has no variable {key!r}")
    return _known()[key]


@cache
def links() -> tuple[tuple[str, str], ...]:
    """Every link between variables as (cause, effect), in the order of the text; for diagrams."""
    return tuple((used, one.name) for one in variables().values() for used in one.uses)


def links_between(names: Sequence[str]) -> list[tuple[str, str]]:
    """Links among a few named variables, straight or through others that are not named; for a diagram of a few loops.

    Raises ModelError for a name there is not.
    """
    shown = {variable(name).name for name in names}
    found = []
    for start in (one for one in variables() if one in shown):
        seen, front = {start}, [start]
        while front:
            effects = [effect for cause, effect in links() if cause in front and effect not in seen]
            seen.update(effects)
            found += [(start, effect) for effect in dict.fromkeys(effects) if effect in shown]
            front = [effect for effect in effects if effect not in shown]
    return list(dict.fromkeys(found))


def stocks() -> list[Variable]:
    """The stocks, in the order of the text."""
    return [one for one in variables().values() if one.kind == "stock"]


@cache
def levers() -> dict[str, Lever]:
    """Every lever and event by id, with range, step and default (that of round 1)."""
    found = {}
    for one in variables().values():
        if one.kind in ("lever", "event") and not _NUMBER.match(one.equation):
            first = variables()[f"{one.name} 1"]
            if first.low is None or first.high is None or first.step is None:
                raise ModelError(f"{FILE}: {first.name!r} needs a range with a step")
            doc = one.doc.split(". ", 1)[1].removesuffix(": in force now.")
            found[one.id] = Lever(
                one.id, one.name, one.kind, first.low, first.high, first.step, first.value, first.units, doc
            )
    return found


@cache
def parameters() -> dict[str, Variable]:
    """Every constant and curve that is neither lever, event nor control, by id: what a player may open."""
    return {one.id: one for one in variables().values() if one.kind in ("constant", "lookup")}


@cache
def free() -> dict[str, Variable]:
    """Parameters with a range, by id: what a sensitivity run or an ensemble moves."""
    return {key: one for key, one in parameters().items() if one.low is not None and one.grade != "definition"}


def overrides(levers_: Levers | None = None, parameters_: Mapping[str, float] | None = None) -> dict[str, float]:
    """Levers and parameters as the model's own constants, checked: id to number.

    A lever is one number for all rounds, or up to six, one a round; None or a missing round leaves the default. Raises ModelError
    for an unknown name, too many rounds, a value that is no number or one out of range.
    """
    found: dict[str, float] = {}
    for key, given in (levers_ or {}).items():
        if key not in levers():
            raise ModelError(f"no lever {key!r}; choose from {', '.join(levers())}")
        values = list(given) if isinstance(given, Sequence) else [given] * len(ROUNDS)
        if len(values) > len(ROUNDS):
            raise ModelError(f"lever {key!r} has {len(values)} values; there are {len(ROUNDS)} rounds")
        for number, value in enumerate(values, 1):
            if value is not None:
                found[f"{key}_{number}"] = _within(
                    value, levers()[key].low, levers()[key].high, f"lever {key!r}, round {number}"
                )
    for key, value in (parameters_ or {}).items():
        one = parameters().get(key)
        if one is None or one.low is None or one.high is None:
            raise ModelError(f"no parameter {key!r} that can be changed")
        found[key] = _within(value, one.low, one.high, f"parameter {key!r}")
    return found


def _within(value: float, low: float, high: float, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ModelError(f"{what}: {value!r} is not a number from {low:g} to {high:g}")
    return float(value)


@cache
def policies() -> dict[str, dict]:
    """Ready-made policies by id: name and levers, as in policies.json, which the page reads too."""
    return json.loads(FOLDER.joinpath("policies.json").read_text("utf-8"))
