"""The reader's place in the published book: one small file a place, written beside the pages, and the scripts that read them.

While pages are read, each fact that follows the reader's place is noted; when the book is checked, every one of them is
told for England and all 153 places, so that a fact which a place cannot have stops a strict build; when it is built, the
files are written:

- `_places/CODE.json`: a place's name, region, type, similar places, facts by id, and what each live figure needs of it
- `_places/shared/NAME.json`: what a live figure compares, fetched only by pages that show it
- `_places/index.json`: what the picker searches; abolished areas with their successors
- `_live/`: scripts and style sheets, as the package built them
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from placelab import facts, places, tables, widgets
from placelab.widgets import page

log = logging.getLogger(__name__)

PLACES, SCRIPTS = "_places", "_live"
_ID_DIGITS = 8


def fact_id(spec: str) -> str:
    """A short name for a fact's text. It depends on nothing else, so an old page never reads another fact's number."""
    return hashlib.sha256(spec.encode()).hexdigest()[:_ID_DIGITS]


# What the pages use: document name -> fact id -> fact; kept in Sphinx's environment, so a page need not be read again


def noted(env: BuildEnvironment) -> dict[str, dict[str, str]]:
    """The facts that follow the reader's place, by document; a document with live figures alone has none, and is there too."""
    if not hasattr(env, "placelab_noted"):
        env.placelab_noted = {}  # type: ignore[attr-defined]
    return env.placelab_noted  # type: ignore[attr-defined, no-any-return]


def note(env: BuildEnvironment, spec: str) -> str:
    """Remember that the document being read has this fact. Returns the fact's id."""
    noted(env).setdefault(env.docname, {})[fact_id(spec)] = spec
    return fact_id(spec)


def note_figures(app: Sphinx, document: nodes.document) -> None:
    """Remember that the document being read has a live figure, in its text or in a lab's output."""
    if any(page.MARK in node.astext() for node in document.findall(nodes.raw)):
        noted(app.env).setdefault(app.env.docname, {})


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget a document that will be read again."""
    noted(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment) -> None:
    """Take over what a parallel process noted."""
    noted(env).update({name: found for name, found in noted(other).items() if name in set(docnames)})


def used(env: BuildEnvironment) -> dict[str, str]:
    """Every fact that follows the reader's place, by id."""
    return {key: spec for found in noted(env).values() for key, spec in sorted(found.items())}


# What is written


def told(specs: Mapping[str, str], code: str) -> dict[str, dict[str, str]]:
    """The facts as one place has them: id -> text and, where there is something to know, note. Raises UnknownFact."""
    found = {key: tell(spec, code) for key, spec in sorted(specs.items())}
    return {key: {"text": fact.text} | ({"note": fact.note} if fact.note else {}) for key, fact in found.items()}


def place_json(code: str, specs: Mapping[str, str]) -> dict[str, Any]:
    """One place's file. Raises UnknownFact for a fact that the place cannot have."""
    place = places.get(code)
    similar = [] if code == places.ENGLAND else places.similar(code)
    return {
        "code": place.code,
        "name": place.name,
        "inSentence": place.in_sentence,
        "type": place.type,
        "region": place.region,
        "similar": [[other.code, other.name] for other in similar],
        "facts": told(specs, code),
        "figures": figure_data(code),
    }


# An author's long-lived build writes the files anew after each edit; what the tables say has not changed.
tell = cache(facts.tell)


@cache
def figure_data(code: str) -> dict[str, Any]:
    """What each live figure needs of one place."""
    return {name: widgets.figure_class(name).place_data(code) for name in figures()}


@cache
def shared(name: str) -> bytes:
    """What a live figure compares, as the file that pages fetch."""
    return as_json(widgets.figure_class(name).shared())


def index_json() -> dict[str, Any]:
    """What the picker searches: places [code, name, type, region]; former ones [code, name, last year, successors' codes]."""
    old = tables.load("predecessors").drop_duplicates("code")
    return {
        "places": [[code, row["name"], row["type"], row["region"]] for code, row in places.frame().iterrows()],
        "former": [
            [code, name, int(ended[:4]), places.successors(code)]
            for code, name, ended in old[["code", "name", "valid_to"]].itertuples(index=False)
        ],
    }


def figures() -> list[str]:
    """Names of the live figures that have a script."""
    return [name for name in widgets.names() if page.scripted(name)]


def as_json(value: Any) -> bytes:
    """The value as compact JSON, the same bytes for the same value. Raises ValueError for a number that JSON has not."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()


def files(specs: Mapping[str, str]) -> dict[str, bytes]:
    """Every file under `_places`, by its path there. Raises UnknownFact or ValueError."""
    codes = [places.ENGLAND, *places.frame().index]
    return {
        "index.json": as_json(index_json()),
        **{f"{code}.json": as_json(place_json(code, specs)) for code in codes},
        **{f"shared/{name}.json": shared(name) for name in figures()},
    }


# Events


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Work out the files while a warning still stops a strict build."""
    app.placelab_files = {}  # type: ignore[attr-defined]
    if not noted(env):
        return
    if not (page.BUILT / "page" / "page.js").is_file():
        log.warning("the pages' scripts are missing: install the package anew, with `pip install .` (or -e .)")
        return
    try:
        app.placelab_files = files(used(env))  # type: ignore[attr-defined]
    except (facts.UnknownFact, ValueError) as problem:
        log.warning("place files: %s; where the sentence is about England, write of=England", problem)


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the place files and copy the scripts beside the built pages."""
    found: dict[str, bytes] = getattr(app, "placelab_files", {})
    if exception or app.builder.format != "html" or not found:
        return
    for folder in (PLACES, SCRIPTS):
        shutil.rmtree(Path(app.outdir) / folder, ignore_errors=True)
    for name, content in found.items():
        target = Path(app.outdir) / PLACES / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    copy(page.BUILT / "page", Path(app.outdir) / SCRIPTS)
    (Path(app.outdir) / SCRIPTS / "live.css").write_bytes((page.BUILT / "live.css").read_bytes())


def copy(source: Traversable, target: Path) -> None:
    """Copy a folder of the package and all beneath it."""
    target.mkdir(parents=True, exist_ok=True)
    for item in source.iterdir():
        if item.is_dir():
            copy(item, target / item.name)
        else:
            (target / item.name).write_bytes(item.read_bytes())


def setup(app: Sphinx) -> None:
    """Register the events above."""
    app.connect("doctree-read", note_figures)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-check-consistency", check)
    app.connect("build-finished", write)
