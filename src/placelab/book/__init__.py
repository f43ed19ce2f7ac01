"""Sphinx extension that turns the sources into the published book.

Everything that is ours in the build is here, in ordinary Sphinx events, so that nothing depends on one command:

- execution.py, printed.py: which results may be reused, and what a page has printed from the tables
- build.py: the application itself, and `make book`
- pages.py, policy.py, trim.py, preload.py: what a page may load, what a browser may run on it, style sheets without what
  no page uses, a live figure's scripts asked for early
- roles.py, places.py: facts, claims and figures in prose; the reader's place, its files and scripts
- frame.py, notes.py, facilitator.py, diagrams.py, freshness.py, minutes.py: the head of a chapter, reflections, what learners
  do not see, diagrams from text, when a chapter was last checked, how long things take
- your_place.py: the tables and questions of the reader's place
- game.py, plan.py, handouts.py: cards, tables and plans of the game, plans for a group to the minute, sheets to print
- about.py, licences.py, references.py: lists of tables, cautions and claims, and of other people's work; how a source is cited
- this_build.py: versions, tables and checks behind a build; published.py: what a page tells search engines and lost readers
- moved.py: pages at the addresses of those that have moved
- simulator.py, simulator_fit.py: the pages about the place simulator

Three commands work on the finished pages: pdf.py (with onepage.py, browser.py) prints them, folder.py packs them, nginx.py
says how a web server sends them.
"""

from typing import Any

from sphinx.application import Sphinx

from placelab.book import (
    about,
    diagrams,
    execution,
    facilitator,
    frame,
    freshness,
    game,
    handouts,
    licences,
    minutes,
    moved,
    notes,
    pages,
    places,
    plan,
    policy,
    preload,
    printed,
    published,
    references,
    register,
    roles,
    simulator,
    this_build,
    trim,
    your_place,
)

PARTS = (
    execution, printed, pages, policy, references, roles, places, preload, facilitator, frame, diagrams, freshness, minutes,
    notes, about, register, licences, this_build, published, moved, simulator, game, plan, handouts, trim, your_place,
)  # fmt: skip


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part of the extension with Sphinx."""
    for part in PARTS:
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
