"""What a page has printed from the tables: an author's long-lived build reads again only those pages whose words changed.

Each fact, claim, figure and reflection is noted with the words it gave. When a table or the package has changed (placelab.live
then starts anew), all of them are worked out again, and a page is read if one of them now differs. A page is also read when the
references that it cites from changed, and every page when the book's own extension did. A published book is read whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from placelab.book import execution

PRINTERS: dict[str, Callable[[str], str]] = {}


def printer(kind: str, work: Callable[[str], str]) -> None:
    """Say how things of a kind are printed: from a text that names one to the words on the page."""
    PRINTERS[kind] = work


def digest(text: str) -> str:
    """A short name for words that may be long."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def noted(env: BuildEnvironment) -> dict[str, dict[tuple[str, str], str]]:
    """Document -> (kind, what was asked) -> digest of what was printed."""
    if not hasattr(env, "placelab_printed"):
        env.placelab_printed = {}  # type: ignore[attr-defined]
    return env.placelab_printed  # type: ignore[attr-defined, no-any-return]


def ask(env: BuildEnvironment, kind: str, asked: str) -> str:
    """The words to print in the document being read, which are noted; so is a fault, which is then raised."""
    printed = noted(env).setdefault(env.docname, {})
    try:
        words = PRINTERS[kind](asked)
    except (ValueError, KeyError) as problem:
        printed[kind, asked] = digest(str(problem))
        raise
    printed[kind, asked] = digest(words)
    return words


def now(kind: str, asked: str) -> str:
    """The digest of what would be printed now; that of a fault's message where nothing can be."""
    try:
        return digest(PRINTERS[kind](asked))
    except (ValueError, KeyError) as problem:
        return digest(str(problem))


def settings(name: str, chosen: dict[str, str]) -> str:
    """A live figure and its settings as a text."""
    return json.dumps([name, chosen], sort_keys=True)


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget a document that will be read again."""
    noted(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment) -> None:
    """Take over what a parallel process noted."""
    noted(env).update({name: found for name, found in noted(other).items() if name in set(docnames)})


@cache
def inputs(source: Path, bibliographies: tuple[str, ...]) -> dict[str, str]:
    """Fingerprints of what this process has read: the extension, all tables and code, the references."""
    every = execution.input_files(source)
    extension = [path for path in every if path.parent.name in ("book", "simulator") and path.suffix == ".py"]
    return {
        "extension": execution.fingerprint(extension),
        "all": execution.fingerprint(every),
        "references": execution.fingerprint(source / name for name in bibliographies if (source / name).is_file()),
    }


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """The documents that would print something else than they did; when live only."""
    if not app.config.placelab_live:
        return []
    found = inputs(Path(app.srcdir), tuple(getattr(app.config, "bibtex_bibfiles", ())))
    before = getattr(env, "placelab_inputs", found)
    env.placelab_inputs = found  # type: ignore[attr-defined]
    if before["extension"] != found["extension"]:
        return sorted(env.found_docs)
    names: set[str] = set()
    if before["references"] != found["references"]:
        names |= {ref.docname for ref in env.get_domain("cite").data["citation_refs"]}
        names |= {key.docname for key in env.get_domain("cite").data["bibliographies"]}
    if before["all"] != found["all"]:
        names |= {env.config.root_doc}  # so that all checks are made and the places' files are written
        names |= {
            name
            for name, things in noted(env).items()
            if any(now(kind, asked) != printed for (kind, asked), printed in things.items())
        }
    return sorted(names & env.found_docs)


def setup(app: Sphinx) -> None:
    """Register the events above."""
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-get-outdated", outdated)
