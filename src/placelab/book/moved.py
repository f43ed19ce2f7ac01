"""Pages that have moved: `placelab_moved` in _config.yml names the old address, from the site's root, and the document that took
its place. The build writes a page at each old address, for hosts without redirects; nginx.py writes redirects for one that has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError
from sphinx.util.osutil import relative_uri

from placelab.book import pages, policy

SETTING = "placelab_moved"
PAGE = re.compile(r"\w[\w./-]*\.html")


def checked(moved: Any) -> dict[str, str]:
    """The setting as {old address: document}. Raises ConfigError for an address that is no page of a site."""
    if not isinstance(moved, Mapping):
        raise ConfigError(f"{SETTING}: write one `old/page.html: new/document` a line")
    for old, new in moved.items():
        if not PAGE.fullmatch(str(old)) or ".." in str(old):
            raise ConfigError(f"{SETTING}: {old!r} is no page's address: write it from the site's root, as book/old-page.html")
        if not isinstance(new, str):
            raise ConfigError(f"{SETTING}: {old!r} needs the document that took its place")
    return dict(moved)


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Refuse a move to a document that there is not, or from one that there is."""
    for old, new in checked(app.config[SETTING]).items():
        if new not in env.found_docs:
            raise ConfigError(f"{SETTING}: {old} is said to have moved to {new}, which is not in the book")
        if old.removesuffix(".html") in env.found_docs:
            raise ConfigError(f"{SETTING}: {old} is still a page of the book; take it off the list")


def write_moved(app: Sphinx, exception: Exception | None) -> None:
    """Write a page at each old address, which leads to the new one."""
    if exception or app.builder.format != "html":
        return
    for old, new in app.config[SETTING].items():
        url = relative_uri(old, f"{new}.html")
        title = escape(app.env.titles[new].astext())
        target = Path(app.outdir) / old
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(pages.REDIRECT.format(url=url, title=title, icon="", policy=policy.meta()), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register the setting and its two steps."""
    app.add_config_value(SETTING, {}, "", [dict])
    app.connect("env-check-consistency", check)
    app.connect("build-finished", write_moved)
