"""What a page may load: its own files and nothing from another host.

Jupyter Book always loads four extensions that this book does not use. They put scripts on every page, and an
address of another host. They are silenced here; anything else from another host stops a strict build.
"""

import re
from collections.abc import Container
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from placelab.book import policy

logger = logging.getLogger(__name__)

# Extension: the files it puts on every page.
SILENCED = {
    "sphinx_comments": (),
    "sphinx_copybutton": ("copybutton.css", "copybutton.js", "clipboard.min.js"),
    "sphinx_thebe": ("sphinx-thebe.css", "sphinx-thebe.js"),
    "sphinx_togglebutton": ("togglebutton.css", "togglebutton.js"),
}
# Scripts that the theme and sphinx-design put on every page. frame.js does the frame's work; the searching page needs
# two of Sphinx's own; translations.js builds a function out of a text, which the policy forbids.
REPLACED = {"sphinx-book-theme.js", "sphinx_highlight.js", "translations.js", "design-tabs.js"}
ONLY_FOR_SEARCH = {"documentation_options.js", "doctools.js"}
LEFT_OUT = frozenset(name for names in SILENCED.values() for name in names) | REPLACED
# Style sheet: what a page must hold to need it.
ONLY_WITH = {"sphinx-design": 'class="sd-', "mystnb": 'class="cell', "pygments": 'class="highlight'}

PRINTED = re.compile(r"<pre>(.*?)</pre>", re.DOTALL)
COLUMNS = re.compile(r"\S {2,}\S")

REDIRECT = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
{policy}
<meta http-equiv="refresh" content="0; url={url}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>{icon}
</head>
<body><p><a href="{url}">{title}</a></p></body>
</html>
"""


def is_remote(address: str) -> bool:
    """Say whether an address of a script, style sheet or image leads to another host."""
    return address.startswith(("http:", "https:", "//"))


def silence(app: Sphinx, names: Container[str] = SILENCED) -> None:
    """Disconnect extensions that are loaded and not used: those that Jupyter Book always loads, or others."""
    for listeners in list(app.events.listeners.values()):
        for listener in list(listeners):
            module = getattr(listener.handler, "__module__", "")
            if module.partition(".")[0] in names:
                app.disconnect(listener.id)


def silence_when_live(app: Sphinx, config: Config) -> None:
    """An author's long-lived build needs no sitemap, and the process that sphinx-sitemap starts would outlive it."""
    if config.placelab_live:
        silence(app, {"sphinx_sitemap"})


def keep_own_files(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Take the silenced extensions' files off a page and warn of any address of another host.

    The theme's two settings for search and versions go as well: they are off, and a page needs no script of its own.
    A style sheet for blocks that the page does not have stays away too.
    """
    text = context.get("body") or ""
    unneeded = LEFT_OUT if pagename == "search" else LEFT_OUT | ONLY_FOR_SEARCH
    for kind in ("css_files", "script_files"):
        kept = []
        for asset in context.get(kind, []):
            name = str(getattr(asset, "filename", asset) or "")
            body = getattr(asset, "attributes", {}).get("body") or ""
            file = name.rpartition("/")[2]
            if file in unneeded or body.startswith("DOCUMENTATION_OPTIONS."):
                continue
            if any(file.startswith(sheet) and mark not in text for sheet, mark in ONLY_WITH.items()):
                continue
            if is_remote(name):
                logger.warning("page %s would load %s: keep a copy in the book", pagename, name)
                continue
            kept.append(asset)
        context[kind] = kept


def mend_names(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Mend what Sphinx and MyST-NB write for those who hear a page.

    The entries of a list of references get the role that such a list must hold (theirs is withdrawn), and a folded cell
    goes by the words that it shows.
    """
    if context.get("body"):
        body = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')
        body = body.replace(' aria-label="Toggle hidden content"', "")
        context["body"] = PRINTED.sub(with_columns, body)


def with_columns(found: re.Match[str]) -> str:
    """Say of a printed block whether it holds a table: then it keeps its lines and scrolls, and a sentence wraps."""
    is_table = sum(bool(COLUMNS.search(line)) for line in found[1].splitlines()) > 1
    return f'<pre class="columns">{found[1]}</pre>' if is_table else found[0]


def refuse_dropdown_class(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of a block that would need the silenced toggle script to open."""
    for node in doctree.findall(nodes.Element):
        if {"dropdown", "toggle"} & set(node.get("classes", ())):
            logger.warning("class 'dropdown' needs a script: write {dropdown} instead", location=node)


def write_root_page(app: Sphinx, exception: Exception | None) -> None:
    """Lead from the site's own address to the first page, where that lies in a folder."""
    root = app.config.root_doc
    if exception or app.builder.format != "html" or root == "index":
        return
    icon = f'\n<link rel="icon" href="_static/{Path(app.config.html_favicon).name}">' if app.config.html_favicon else ""
    url = app.builder.get_target_uri(root)
    page = REDIRECT.format(url=url, title=app.config.html_title, icon=icon, policy=policy.meta())
    (Path(app.outdir) / "index.html").write_text(page, encoding="utf-8")


def _mathml(self: HTML5Translator, node: nodes.Element, block: bool) -> None:
    try:
        self.body.append(tex2mathml(node.astext(), as_block=block))
    except MathError as error:
        logger.warning("formula not understood: %s", error, location=node)
    raise nodes.SkipNode


def visit_inline_formula(self: HTML5Translator, node: nodes.Element) -> None:
    """Write a formula in a sentence as MathML, which browsers draw without a script."""
    _mathml(self, node, block=False)


def visit_block_formula(self: HTML5Translator, node: nodes.Element) -> None:
    """Write a formula of its own as MathML."""
    _mathml(self, node, block=True)


def setup(app: Sphinx) -> None:
    """Register the events above, and formulas without a script."""
    if not SILENCED.keys() & app.extensions.keys():
        raise ExtensionError("placelab.book must be listed after Jupyter Book's own extensions")
    silence(app)
    app.connect("config-inited", silence_when_live)
    app.add_html_math_renderer("mathml", (visit_inline_formula, None), (visit_block_formula, None))
    app.connect("doctree-read", refuse_dropdown_class)
    app.connect("html-page-context", keep_own_files, priority=990)
    app.connect("html-page-context", mend_names)
    app.connect("build-finished", write_root_page, priority=100)  # before sphinx-external-toc's bare one
