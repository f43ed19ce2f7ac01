"""Style sheets without the rules that no page can use: the stock theme's is 397 kB, of which the book needs a tenth.

A selector stays if every class and id in it is a word that occurs somewhere in the built pages or in a script that they
load. That keeps too much rather than too little: a class that a script puts on at run time is a word of that script.
Fonts go, because the book uses the reader's own. Each build copies the packages' own sheets anew before they are
trimmed, so building twice gives the same.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import tinycss2
from sphinx.application import Sphinx
from tinycss2.ast import AtRule, Node, QualifiedRule

SHEETS = (
    "basic.css",
    "mystnb.*.css",
    "sphinx-design.min.css",
    "styles/pydata-sphinx-theme.css",
    "styles/sphinx-book-theme.css",
)
UNUSED = ("scripts", "vendor", "locales", "images", "styles/*.map", "styles/theme.css", "design-tabs.js", "*webpack-macros.html")
WORD = re.compile(r"[A-Za-z_-][\w-]*")
NAMES = re.compile(r"[.#]((?:[\w-]|\\.)+)")
NOT_ASKED = re.compile(r"\([^()]*\)|\[[^\]]*\]")  # attributes, and what :not() and :is() hold: never a reason to drop
DROPPED = {"font-face", "charset"}


def words(texts: Iterable[str]) -> set[str]:
    """Every word that could name a class or an id."""
    return {word for text in texts for word in WORD.findall(text)}


def usable(selector: str, known: set[str]) -> bool:
    """Whether every class and id that a selector asks for is a known word."""
    while (plain := NOT_ASKED.sub("", selector)) != selector:
        selector = plain
    return all(name.replace("\\", "") in known for name in NAMES.findall(selector))


def split(selectors: list[Node]) -> list[str]:
    """The selectors of a rule, one by one: a comma within brackets parts nothing."""
    found: list[list[Node]] = [[]]
    for node in selectors:
        if node.type == "literal" and node.value == ",":
            found.append([])
        else:
            found[-1].append(node)
    return [tinycss2.serialize(part).strip() for part in found]


def trimmed(css: str, known: set[str]) -> str:
    """A style sheet without comments and without the rules that no page can use."""
    return "".join(_rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), known))


def _rules(rules: Iterable[Node], known: set[str]) -> Iterable[str]:
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            kept = [selector for selector in split(rule.prelude) if usable(selector, known)]
            if kept:
                yield f"{','.join(kept)}{{{tinycss2.serialize(rule.content).strip()}}}\n"
        elif isinstance(rule, AtRule) and rule.lower_at_keyword in ("media", "supports") and rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            body = "".join(_rules(inner, known))
            if body:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{\n{body}}}\n"
        elif isinstance(rule, AtRule) and rule.lower_at_keyword not in DROPPED:
            yield f"{rule.serialize()}\n"
        elif rule.type == "error":
            raise ValueError(f"line {rule.source_line}: {rule.message}")


def trim(app: Sphinx, exception: Exception | None) -> None:
    """Trim the packages' style sheets in a finished book and delete what no page loads; an author's live pages do without."""
    if exception or app.builder.format != "html" or app.config.placelab_live:
        return
    built = Path(app.outdir)
    static = built / "_static"
    for pattern in UNUSED:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    known = words(path.read_text(encoding="utf-8") for kind in ("*.html", "*.js") for path in built.rglob(kind))
    for pattern in SHEETS:
        for sheet in static.glob(pattern):
            sheet.write_text(trimmed(sheet.read_text(encoding="utf-8"), known), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register the step, after all that writes into the built book."""
    app.connect("build-finished", trim, priority=900)
