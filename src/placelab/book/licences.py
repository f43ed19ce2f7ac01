"""The licences of other people's work in the book, read while it is built, so that the list cannot be out of date.

Three directives: `licences-pages` lists what is in the pages (the packages that the bundles hold, as the bundler says, and what
the theme brings), `licences-labs` what is installed to run the labs, `licences-building` what is installed to build and check.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.resources import files
from typing import NamedTuple

from docutils import nodes
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from placelab.book import about
from placelab.widgets.page import BUILT

PROJECT = "placelab"
LABS = ("lab", "hub")  # extras of pyproject.toml
STATIC = (
    "sphinx",
    "sphinx-book-theme",
    "pydata-sphinx-theme",
    "sphinx-design",
    "myst-nb",
)  # their files are copied into _static
CLASSIFIER = "License :: OSI Approved :: "
LONG = 80  # characters; longer is a licence's text and no name of one
TEXTS = {  # what a licence says, for packages that give its text and not its name
    "Redistribution and use in source and binary forms": "BSD License",
    "Permission is hereby granted, free of charge": "MIT License",
}


class Shipped(NamedTuple):
    """One piece of other people's work."""

    name: str
    version: str
    licence: str
    homepage: str = ""


def bundled() -> list[Shipped]:
    """The npm packages with code in the pages' or the widgets' scripts (web/build.mjs writes the list)."""
    return [Shipped(**one) for one in json.loads((BUILT / "packages.json").read_text(encoding="utf-8"))]


def banners() -> list[Shipped]:
    """What the theme bundles itself, from the notices that it ships beside its scripts.

    Raises ExtensionError if a notice no longer reads as name, version and licence.
    """
    found = []
    scripts = files("pydata_sphinx_theme") / "theme" / "pydata_sphinx_theme" / "static" / "scripts"
    for notice in sorted(
        (one for one in scripts.iterdir() if one.name.endswith(".LICENSE.txt")), key=lambda one: one.name
    ):
        text = " ".join(notice.read_text(encoding="utf-8").split())
        head = re.search(r"/\*! \*? ?([A-Z][A-Za-z ]+?) v?(\d[\d.]+\d)", text)
        licence = re.search(r"(?:Licensed under ([\w. -]+?) \(|License - \S+ \(([^)]+)\))", text)
        if not head or not licence:
            raise ExtensionError(
                f"{notice.name} in the theme no longer states its licence as expected: see book/licences.py"
            )
        found.append(Shipped(head[1], head[2], licence[1] or licence[2]))
    return found


def field(found: Distribution, name: str) -> str:
    """One field of a distribution's metadata; "" if it has none."""
    return next(iter(found.metadata.get_all(name) or ()), "").strip()


def licence_of(found: Distribution) -> str:
    """A distribution's licence: its expression, else its short licence field, its classifiers or its text; "" if it has none."""
    stated = field(found, "License-Expression") or field(found, "License")
    if stated and len(stated) <= LONG and stated.upper() not in ("UNKNOWN", "LICENSE"):
        return " ".join(stated.split())
    classifiers = [one for one in found.metadata.get_all("Classifier") or () if one.startswith("License :: ")]
    if classifiers:
        return ", ".join(one.removeprefix(CLASSIFIER).removeprefix("License :: ") for one in classifiers)
    own = [file.read_text(encoding="utf-8") for file in found.files or () if file.name.upper().startswith("LICEN")]
    text = " ".join(" ".join([stated, *own]).split())
    return next((name for phrase, name in TEXTS.items() if phrase in text), "")


def closure(extras: Iterable[str]) -> dict[str, Distribution]:
    """What installing this package with some of its extras installs here, itself left out: name to distribution."""
    found: dict[str, Distribution] = {}
    ahead: list[tuple[str, frozenset[str]]] = [(PROJECT, frozenset(extras))]
    seen = set(ahead)
    while ahead:
        name, wanted = ahead.pop()
        try:
            one = distribution(name)
        except PackageNotFoundError:
            continue  # an optional part that this machine does without
        found[canonicalize_name(name)] = one
        for requirement in map(Requirement, one.requires or ()):
            marks = [{"extra": extra} for extra in wanted] or [{"extra": ""}]
            if requirement.marker is None or any(requirement.marker.evaluate(mark) for mark in marks):
                step = (canonicalize_name(requirement.name), frozenset(requirement.extras))
                if step not in seen:
                    seen.add(step)
                    ahead.append(step)
    found.pop(PROJECT)
    return found


def building() -> set[str]:
    """What all other extras install beside that."""
    others = set(distribution(PROJECT).metadata.get_all("Provides-Extra") or ()) - set(LABS)
    return closure(others).keys() - closure(LABS).keys()


def installed(names: Iterable[str]) -> list[Shipped]:
    """Installed Python packages, by name.

    Raises ExtensionError for one that states no licence at all: it must be looked at before it is shipped.
    """
    rows = []
    for name in sorted(names):
        one = distribution(name)
        licence = licence_of(one)
        if not licence:
            raise ExtensionError(f"{name} {one.version} states no licence in its metadata")
        rows.append(Shipped(name, one.version, licence, field(one, "Home-page")))
    return rows


def table(rows: Sequence[Shipped]) -> nodes.table:
    """A table of name with version, and licence: two columns, which fit a narrow window."""
    return about.table([(f"{row.name} {row.version}", row.licence) for row in rows], head=("Name and version", "Licence"))


class Pages(SphinxDirective):
    """{licences-pages}: what is in the published pages."""

    def run(self) -> list[nodes.Node]:
        return [
            table(sorted([*bundled(), *banners(), *installed(STATIC)], key=lambda row: row.name.lower().lstrip("@")))
        ]


class Labs(SphinxDirective):
    """{licences-labs}: what is installed to run the labs, here or on a hub."""

    def run(self) -> list[nodes.Node]:
        rows = installed(closure(LABS))
        return about.folded(f"{len(rows)} packages for the labs and a hub", table(rows))


class Building(SphinxDirective):
    """{licences-building}: what else is installed to build and check the book."""

    def run(self) -> list[nodes.Node]:
        rows = installed(building())
        return about.folded(f"{len(rows)} packages to build and check the book", table(rows))


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("licences-pages", Pages)
    app.add_directive("licences-labs", Labs)
    app.add_directive("licences-building", Building)
