"""What a web server needs to know about the book: the headers of every answer, and where pages have moved.

    python -m placelab.book.hosting --out /etc/nginx/leading-a-place

writes headers.conf and moved.conf, which deploy/nginx/leading-a-place.conf includes. The policy is that of the pages themselves
(policy.py), with what only a header can say. Pages that have moved are `placelab_moved` in _config.yml: the old address, from the
site's root, and the document that took its place. The build writes a page at each old address too, for hosts without redirects.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import yaml
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError
from sphinx.util.osutil import relative_uri

from placelab.book import pages, policy

SETTING = "placelab_moved"
PAGE = re.compile(r"\w[\w./-]*\.html")


def headers() -> dict[str, str]:
    """The headers of every answer, by name."""
    return {
        "Content-Security-Policy": f"{policy.policy()}; frame-ancestors 'none'",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Content-Type-Options": "nosniff",
    }


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


def nginx(moved: Mapping[str, str]) -> dict[str, str]:
    """The two files that nginx includes, by name."""
    return {
        "headers.conf": "".join(f'add_header {name} "{value}" always;\n' for name, value in headers().items()),
        "moved.conf": "".join(f'"/{old}" "/{new}.html";\n' for old, new in sorted(moved.items())),
    }


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 2 where the book's settings cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m placelab.book.hosting", description="Write what nginx includes.")
    parser.add_argument("--config", type=Path, default=Path("_config.yml"), help="the book's settings (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("_build/nginx"), help="a folder (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        settings = yaml.safe_load(options.config.read_text(encoding="utf-8"))
        files = nginx(checked(settings.get("sphinx", {}).get("config", {}).get(SETTING, {})))
    except (OSError, yaml.YAMLError, ConfigError) as problem:
        print(f"Nothing was written: {problem}", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (options.out / name).write_text(text, encoding="utf-8")
    print(f"{options.out}: {', '.join(files)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
