"""What a browser may load and run on a page: the content security policy that every page carries in its head.

A static host sets no headers, so the policy is a <meta> element. It admits this book's own files and nothing else: no
script or style written into a page, no `eval`, no other host. One style is an exception: Observable Plot puts the same
few rules into each drawing, and the policy admits that text by its hash.

Static figures arrive as data addresses. They become files named after their content, so that pictures too may come from
the book's own folder only, and a page is lighter.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from placelab.widgets import page

PLOT_CLASS = "live-plot"  # the className that every draw() in web/figures gives Observable Plot
PLOT_STYLE = re.compile(r"`(:where\(\.\$\{(\w+)\}\) \{\s+--plot-background[^`]*)`")
PICTURE = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
IMAGES = "_images"


def scripts(folder: Traversable) -> Iterator[str]:
    """The text of every script in a folder and beneath it."""
    for item in folder.iterdir() if folder.is_dir() else ():
        if item.is_dir():
            yield from scripts(item)
        elif item.name.endswith(".js"):
            yield item.read_text(encoding="utf-8")


def plot_styles(folder: Traversable) -> list[str]:
    """The rules that Observable Plot writes into a drawing, as the bundled scripts in `folder` have them.

    Raises ExtensionError when Plot is there and its rules are not where they were: the page would refuse them.
    """
    bundled = list(scripts(folder))
    found = {
        text.replace(f"${{{name}}}", PLOT_CLASS) for script in bundled for text, name in PLOT_STYLE.findall(script)
    }
    if not found and any("--plot-background" in script for script in bundled):
        raise ExtensionError("policy.py: Observable Plot's style has moved in its scripts; mend PLOT_STYLE")
    return sorted(found)


def digest(text: str) -> str:
    """A text's hash as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def policy() -> str:
    """The policy of every page, directives in alphabetical order."""
    directives = {
        "base-uri": "'none'",
        "connect-src": "'self'",
        "default-src": "'self'",
        "form-action": "'self'",
        "img-src": "'self'",
        "object-src": "'none'",
        "script-src": "'self'",
        "style-src": " ".join(["'self'", *map(digest, plot_styles(page.BUILT / "page"))]),
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def meta() -> str:
    """The policy as an element for a page's head; it must precede whatever it governs."""
    return f'<meta http-equiv="Content-Security-Policy" content="{policy()}">'


def as_files(html: str, root: str, images: Path) -> str:
    """Write each SVG data address in `html` as a file in `images` and put its address, relative to `root`, in its place."""

    def file(found: re.Match[str]) -> str:
        content = base64.b64decode(found[1])
        name = f"figure-{hashlib.sha256(content).hexdigest()[:16]}.svg"
        if not (images / name).is_file():
            images.mkdir(parents=True, exist_ok=True)
            (images / name).write_bytes(content)
        return f"{root}{IMAGES}/{name}"

    return PICTURE.sub(file, html)


def apply(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put the policy at the head of a page, before anything that it governs, and its pictures into files."""
    context["metatags"] = f"\n    {meta()}{context.get('metatags', '')}"
    if context.get("body"):
        context["body"] = as_files(context["body"], context["content_root"], Path(app.outdir) / IMAGES)


def setup(app: Sphinx) -> None:
    """Register the event above."""
    app.connect("html-page-context", apply)
