"""What a page tells search engines, sites that link to it and readers who took a wrong turn.

Each page has a description of one sentence: the one that book/descriptions.yml gives it, or else the first sentence of its own
text. Where the book is built for an address (PLACELAB_SITE=https://host/path/ in the environment) a page also names its own,
carries a preview card without a picture, and is listed in sitemap.xml. Every build has a page for addresses that lead nowhere,
whose links start at that address's path, or at the host's own root.
"""

from __future__ import annotations

import os
import re
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

SITE = "PLACELAB_SITE"
DESCRIPTIONS = "book/descriptions.yml"
LONGEST = 200  # characters; search engines cut what is longer
SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[“‘A-Z0-9£])")
NOT_PAGES = ("index.html", "search.html", "404.html")
NOT_FOUND = """<section><h1>There is no such page</h1>
<p>The address is mistyped, or the page has moved.
<a href="{root}">Begin at the first page</a>, or <a href="{search}">search the book</a>.</p></section>"""


def address(given: str) -> str:
    """The book's address from the environment, ending in "/"; empty for none. Raises ConfigError for one that is none."""
    if not given:
        return ""
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ConfigError(f"{SITE}={given!r} is no address of a site: write https://host/ or https://host/path/")
    return given.rstrip("/") + "/"


def configure(app: Sphinx, config: Config) -> None:
    """Set the address, and what the extensions for preview cards, the sitemap and the page that is not there need of it."""
    site = address(os.environ.get(SITE, "") or config.html_baseurl)
    config.html_baseurl = config.ogp_site_url = site
    config.ogp_social_cards = {"enable": False}
    config.ogp_site_name = config.html_title or config.project
    config.ogp_type = "article"
    config.sitemap_url_scheme = "{link}"
    config.sitemap_excludes = list(NOT_PAGES)
    config.suppress_warnings.append("sitemap.configuration")  # without an address there is no sitemap
    config.notfound_urls_prefix = urlsplit(site).path or "/"


def first_sentence(document: nodes.document) -> str:
    """The first sentence of a page's first paragraph, within 200 characters; empty for a page without one."""
    paragraph = next((one for one in document.findall(nodes.paragraph) if one.astext().strip()), None)
    text = " ".join(paragraph.astext().split()) if paragraph is not None else ""
    return shortened(SENTENCE.split(text)[0])


def shortened(sentence: str) -> str:
    """A sentence of at most 200 characters, cut at a word where it is longer."""
    if len(sentence) <= LONGEST:
        return sentence
    return sentence[: LONGEST - 1].rpartition(" ")[0].rstrip(",;:") + "…"


def load(app: Sphinx) -> None:
    """Read the pages' descriptions. Raises ConfigError where a sentence is too long or is no text."""
    path = Path(app.srcdir) / DESCRIPTIONS
    found = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for name, sentence in found.items():
        if not isinstance(sentence, str) or len(sentence) > LONGEST:
            raise ConfigError(f"{DESCRIPTIONS}: {name} needs one sentence of at most {LONGEST} characters")
    app.placelab_descriptions = found  # type: ignore[attr-defined]


def check(app: Sphinx, env: Any) -> None:
    """Refuse a description of a page that there is not."""
    if unknown := sorted(set(app.placelab_descriptions) - env.found_docs):  # type: ignore[attr-defined]
        raise ConfigError(f"{DESCRIPTIONS} describes pages that the book has not: {', '.join(unknown)}")


def describe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page its description, before the preview card is made of it; without an address there is no card."""
    if doctree is None:
        return
    sentence = app.placelab_descriptions.get(pagename) or first_sentence(doctree)  # type: ignore[attr-defined]
    context["meta"] = {**(context.get("meta") or {}), "og:description": sentence}
    if not app.config.html_baseurl:
        context["meta"]["ogp_disable"] = ""
    context["metatags"] = context.get("metatags", "") + f'\n<meta name="description" content="{escape(sentence)}">\n'


def write_not_found(app: Sphinx, config: Config) -> None:
    """Say what the page for addresses that lead nowhere holds; placed when the settings are known."""
    prefix = config.notfound_urls_prefix
    body = NOT_FOUND.format(root=f"{prefix}{config.root_doc}.html", search=f"{prefix}search.html")
    config.notfound_context = {"title": "There is no such page", "body": body}
    config.html_sidebars = {**config.html_sidebars, config.notfound_pagename: ["navbar-logo.html", "search-button-field.html"]}


def write_for_robots(app: Sphinx, exception: Exception | None) -> None:
    """Write robots.txt, and the empty file without which GitHub Pages leaves out folders that begin with "_"."""
    if exception or app.builder.format != "html":
        return
    site = app.config.html_baseurl
    lines = ["User-agent: *", "Allow: /", *([f"Sitemap: {site}{app.config.sitemap_filename}"] if site else [])]
    (Path(app.outdir) / "robots.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (Path(app.outdir) / ".nojekyll").touch()


def setup(app: Sphinx) -> None:
    """Load the three extensions and register the events above."""
    for name in ("notfound.extension", "sphinx_sitemap", "sphinxext.opengraph"):
        app.setup_extension(name)
    app.connect("config-inited", configure, priority=100)
    app.connect("config-inited", write_not_found, priority=110)
    app.connect("builder-inited", load)
    app.connect("env-check-consistency", check)
    app.connect("html-page-context", describe, priority=300)
    app.connect("build-finished", write_for_robots)
