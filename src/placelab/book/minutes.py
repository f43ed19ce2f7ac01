"""How long things take, worked out and never typed twice: the `minutes` role.

A chapter's minutes to read are counted from its words and its minutes to do stand at its head (frame.py); a lab states both
in its first lines. {minutes}`book/02-learning-among-peers` gives "9 minutes to read, 30 to do"; with `as=read`, `as=do` or
`as=all` one sum over all the pages named, `book/*` being every chapter and `notebooks/*` every lab: "2 hours 10 minutes".

Each exercise states its own minutes, in a chapter's box ("Exercise: one page of risk (20 minutes, in pairs)") and in a lab's bold
line ("**2. Argue both sides (10 minutes, in pairs).**"). The plans for a group (placelab.plans) are made of these. The built
book keeps all of it in minutes.json, for `python -m placelab.schedule`.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from placelab import plans, wording
from placelab.plans import Exercise, PageTimes

log = logging.getLogger(__name__)

LAB = re.compile(r"(\d+) minutes, of which (\d+) to read")
EXERCISE = re.compile(r"^(?:Exercise: |\d+\. )(.+?) \((\d+) minutes(?:, (.+?))?\)")
SUMS = ("read", "do", "all")


class minutes_of(nodes.inline):
    """Stands in a sentence until every page has been read."""


class MinutesRole(SphinxRole):
    """{minutes}`PAGE …`, with as=read, do or all for a sum."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        asked = self.text.split()
        how = next((part[3:] for part in asked if part.startswith("as=")), "")
        pages = [part for part in asked if not part.startswith("as=")]
        line = self.get_source_info()[1]
        node = minutes_of(self.rawtext, "", pages=pages, how=how, line=line)
        for name in pages:
            self.env.note_dependency(self.env.doc2path(name)) if "*" not in name else self.env.note_reread()
        return [node], []


def note_lab(app: Sphinx, document: nodes.document) -> None:
    """Remember a lab's minutes, as its first lines state them."""
    name = app.env.docname
    found = LAB.search(document.astext()) if name.startswith("notebooks/") else None
    if found:
        remember(app.env, name, int(found[2]), int(found[1]) - int(found[2]))


def note_exercises(app: Sphinx, document: nodes.document) -> None:
    """Remember a page's exercises: the titles of a chapter's boxes, the bold lines of a lab."""
    boxes = [box for box in document.findall(nodes.admonition) if "exercise" in box["classes"]]
    lines = [next(box.findall(nodes.title)) for box in boxes] or [
        line for line in document.findall(nodes.strong) if app.env.docname.startswith("notebooks/")
    ]
    found = [match.groups("") for line in lines if (match := EXERCISE.match(line.astext()))]
    if found:
        app.env.metadata[app.env.docname]["exercises"] = json.dumps(found)


def remember(env: BuildEnvironment, docname: str, read: int, do: int) -> None:
    """Keep a page's minutes in Sphinx's environment."""
    env.metadata[docname]["minutes"] = f"{read}+{do}"


def known(env: BuildEnvironment) -> dict[str, tuple[int, int]]:
    """Minutes to read and to do of every page that has them."""
    pairs = {name: found["minutes"].split("+") for name, found in env.metadata.items() if "minutes" in found}
    return {name: (int(read), int(do)) for name, (read, do) in pairs.items()}


def times(env: BuildEnvironment) -> dict[str, PageTimes]:
    """Title, minutes and exercises of every page that states minutes."""
    return {
        name: PageTimes(env.titles[name].astext(), read, do, tuple(exercises(env, name)))
        for name, (read, do) in known(env).items()
    }


def exercises(env: BuildEnvironment, docname: str) -> list[Exercise]:
    """A page's exercises in order."""
    kept = json.loads(env.metadata[docname].get("exercises", "[]"))
    return [Exercise(title, int(spent), how) for title, spent, how in kept]


def write(app: Sphinx, exception: Exception | None) -> None:
    """Keep the times in the built book."""
    if exception is None and app.builder.format == "html":
        (Path(app.outdir) / plans.MINUTES_FILE).write_text(plans.as_json(times(app.env)), encoding="utf-8")


def worded(times: dict[str, tuple[int, int]], pages: list[str], how: str) -> str:
    """The words for some pages' minutes. Raises ValueError for a page without any, and for a sum that there is none of."""
    if how and how not in SUMS:
        raise ValueError(f"as={how} is not one of {', '.join(SUMS)}")
    named = []
    for page in pages:
        found = [name for name in times if fnmatch(name, page)]
        if not found:
            raise ValueError(f"{page} states no minutes")
        named += found
    read, do = (sum(times[name][part] for name in dict.fromkeys(named)) for part in (0, 1))
    if not how:
        return f"{wording.plural(read, 'minute', 'minutes')} to read" + (f", {do} to do" if do else "")
    return duration({"read": read, "do": do, "all": read + do}[how])


def duration(minutes: int) -> str:
    """45 -> "45 minutes"; 130 -> "2 hours 10 minutes"."""
    hours, rest = divmod(minutes, 60)
    parts = [wording.plural(hours, "hour", "hours")] if hours else []
    if rest or not hours:
        parts.append(wording.plural(rest, "minute", "minutes"))
    return " ".join(parts)


def fill(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Put the words in, once every page has been read."""
    stated = known(app.env)
    for node in list(document.findall(minutes_of)):
        try:
            text = worded(stated, node["pages"], node["how"])
        except ValueError as problem:
            log.warning("minutes: %s", problem, location=(docname, node["line"]), type="placelab", subtype="minutes")
            text = "?"
        node.replace_self(nodes.inline("", text))


def setup(app: Sphinx) -> None:
    """Register the role and the steps."""
    app.add_node(minutes_of)
    app.add_role("minutes", MinutesRole())
    app.connect("doctree-read", note_lab)
    app.connect("doctree-read", note_exercises)
    app.connect("doctree-resolved", fill)
    app.connect("build-finished", write)
