"""When a notebook's results may be reused, and which results may not be published.

myst-nb's cache looks at a notebook's cells alone: after a change of a table or of the package it would
publish old numbers. So the cache lies in a folder named after everything else that a result depends on.

While a book is built the labs write static figures (PLACELAB_TARGET=book). A real widget would need scripts
that a page does not carry, and would swallow its callbacks' errors. It is also what makes an execution hang:
nbclient updates an Output widget over the very socket on which it awaits the end of the cell; the sending can
use up that socket's one signal that the end has come, and nbclient then sits until the time-out (nbclient
issue 312, open). Measured on a notebook of three widgets: 5 runs of 100 hung; with the socket checked again
after each sending none of 100 did, and with no widget none of 40. So no widget may be made in a build.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

import placelab

logger = logging.getLogger(__name__)

KEPT_CACHES = 4  # a few branches' worth
DERIVED = {"__pycache__", "node_modules"}


def input_files(source: Path) -> list[Path]:
    """List the files on which every notebook's results depend: tables, package and lock.

    source: the folder of _config.yml, which in a clone holds requirements.lock too.
    """
    folders = Path(placelab.__file__).parent, Path(str(files("placelab.data")))
    found = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    found |= {lock for lock in [source / "requirements.lock"] if lock.is_file()}
    return sorted(path for path in found if not DERIVED & set(path.parts))


def fingerprint(paths: Iterable[Path]) -> str:
    """Return 16 hexadecimal digits that change with the content, name or number of the files."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def prune(folder: Path, keep: int = KEPT_CACHES) -> None:
    """Delete all but the newest caches in a folder."""
    caches = [path for path in folder.iterdir() if path.is_dir()]
    for old in sorted(caches, key=lambda path: path.stat().st_mtime)[:-keep]:
        shutil.rmtree(old, ignore_errors=True)


def place_cache(app: Sphinx, config: Config) -> None:
    """Give this build the cache of the present tables, code and lock.

    Sphinx reads every page anew when this setting changes, so facts in prose follow the tables too.
    """
    source = Path(app.srcdir)
    cache = source / ".jupyter_cache" / fingerprint(input_files(source))
    cache.mkdir(parents=True, exist_ok=True)
    os.utime(cache)
    prune(cache.parent)
    config.nb_execution_cache_path = str(cache)
    config.exclude_patterns.append(".jupyter_cache")  # its notebooks are copies, not pages


def refuse_unsound_results(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of a notebook that made a live widget, or that ran as long as a hung cell does.

    A strict build then fails. A hung run's results are dropped from the cache: the next build runs afresh.
    """
    for name, notebook in getattr(env, "nb_metadata", {}).items():
        if "ipywidgets_state" in notebook.get("js_files", {}):
            logger.warning("made a live widget; in a book write a static figure", location=name)
        seconds = (notebook.get("exec_data") or {}).get("runtime") or 0
        if seconds >= app.config.nb_execution_timeout:
            logger.warning("ran %.0f s: a cell hung or is slow; build again", seconds, location=name)
            shutil.rmtree(app.config.nb_execution_cache_path, ignore_errors=True)


def setup(app: Sphinx) -> None:
    """Register the events above and tell the kernels that they write a book."""
    os.environ["PLACELAB_TARGET"] = "book"
    app.connect("config-inited", place_cache)
    app.connect("env-check-consistency", refuse_unsound_results)
