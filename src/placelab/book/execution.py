"""When a notebook's results may be reused, and which results may not be published.

myst-nb's cache looks at a notebook's cells alone: after a change of a table or of the package it would
publish old numbers. So the cache lies in a folder named after everything else that a result depends on.

While a book is built the labs write static figures (PLACELAB_TARGET=book). A real widget would need scripts
that a page does not carry, and would swallow its callbacks' errors. It is also what makes an execution hang:
nbclient updates an Output widget over the very socket on which it awaits the end of the cell; the sending can
use up that socket's one signal that the end has come, and nbclient then sits until the time-out (nbclient
issue 312, open). Measured on a notebook of three widgets: 5 runs of 100 hung; with the socket checked again
after each sending none of 100 did, and with no widget none of 40. So no widget may be made in a build.

With `placelab_kernels` above 1 (placelab.book.build sets it) the notebooks that the cache lacks run that many at a time
while Sphinx reads the chapters, and their results go into the cache before Sphinx reads them. One that fails is left to
myst-nb, which runs it again and reports it as it always does.

An author's long-lived build (`placelab_live`, placelab.live) keeps one cache and forgets a notebook's results when a file
that its run used has changed (placelab.used). That is quick and nearly always right; a published book relies on the
cache's name alone.
"""

import asyncio
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.utils import Timer
from nbclient import NotebookClient
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from placelab import used

logger = logging.getLogger(__name__)

KEPT_CACHES = 4  # a few branches' worth
DERIVED = {"__pycache__", "node_modules"}
LIVE = "live"  # the cache of an author's long-lived build
OF_THE_FILE = {"hash", "bytes", "rows"}  # what datapackage.json says of a table's file and not of the table
USED = "used"  # in a cache: for each notebook, the files that its run used, with their hashes


def input_files(source: Path) -> list[Path]:
    """List the files on which every notebook's results depend: tables, package and lock.

    source: the folder of _config.yml, which in a clone holds requirements.lock too.
    """
    found = {path for folder in used.folders() for path in folder.rglob("*") if path.is_file()}
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
    caches = [path for path in folder.iterdir() if path.is_dir() and path.name != LIVE]
    for old in sorted(caches, key=lambda path: path.stat().st_mtime)[:-keep]:
        shutil.rmtree(old, ignore_errors=True)


def place_cache(app: Sphinx, config: Config) -> None:
    """Give this build the cache of the present tables, code and lock.

    Sphinx reads every page anew when this setting changes, so facts in prose follow the tables too.
    """
    source = Path(app.srcdir)
    caches = source / ".jupyter_cache"
    cache = caches / (LIVE if config.placelab_live else fingerprint(input_files(source)))
    if config.placelab_live and not cache.is_dir():
        adopt(caches, cache)
    cache.mkdir(parents=True, exist_ok=True)
    os.utime(cache)
    prune(cache.parent)
    config.nb_execution_cache_path = str(cache)
    config.exclude_patterns.append(".jupyter_cache")  # its notebooks are copies, not pages


def refuse_unsound_results(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of a notebook that made a live widget, or in which a cell ran as long as a hung one does.

    A strict build then fails. A hung run's results are dropped from the cache: the next build runs afresh.
    """
    for name, notebook in getattr(env, "nb_metadata", {}).items():
        if "ipywidgets_state" in notebook.get("js_files", {}):
            logger.warning("made a live widget; in a book write a static figure", location=name)
        whole = (notebook.get("exec_data") or {}).get("runtime") or 0
        seconds = run_of(used_by(app, name)).get("longest", whole)  # of its slowest cell, where that is known
        if seconds >= app.config.nb_execution_timeout:
            logger.warning("ran %.0f s: a cell hung or is slow; build again", seconds, location=name)
            shutil.rmtree(app.config.nb_execution_cache_path, ignore_errors=True)


# Notebooks that run while chapters are read


@dataclass(frozen=True)
class Run:
    """One notebook's finished run."""

    notebook: nbformat.NotebookNode
    seconds: float
    longest: float  # seconds of its slowest cell


def is_notebook(app: Sphinx, docname: str) -> bool:
    """Whether a document is a notebook."""
    return app.env.doc2path(docname).endswith(".ipynb")


def execute(path: Path, timeout: int, files_used: Path) -> Run:
    """Run a notebook in its own folder; the kernel lists the files it used. Raises what its first failing cell raised."""
    notebook = nbformat.read(path, as_version=4)
    folder = {"metadata": {"path": str(path.parent)}}
    marks: list[float] = []
    client = NotebookClient(
        notebook,
        timeout=timeout,
        resources=folder,
        record_timing=False,  # times within the notebook would alter its hash
        on_cell_execute=lambda **_: marks.append(time.perf_counter()),
        on_cell_executed=lambda **_: marks.append(time.perf_counter()),
    )
    with Timer() as timer:
        asyncio.run(client.async_execute(env={**os.environ, "PLACELAB_USED": str(files_used)}))
    longest = max((end - begin for begin, end in zip(marks[::2], marks[1::2], strict=True)), default=0.0)
    return Run(notebook, timer.last_split, longest)


def start(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Start the notebooks that the cache lacks, a few at a time, and let Sphinx read all other pages first."""
    docnames.sort(key=lambda name: is_notebook(app, name))
    notebooks = [name for name in docnames if is_notebook(app, name)]
    if app.config.placelab_kernels < 2 or app.config.nb_execution_mode != "cache" or not notebooks:
        return
    cache = get_cache(app.config.nb_execution_cache_path)
    lacking = [name for name in notebooks if not is_cached(cache, Path(env.doc2path(name)))]
    ran(app).extend(lacking)
    pool = ThreadPoolExecutor(app.config.placelab_kernels)
    for name in lacking:
        files_used = used_by(app, name)
        files_used.parent.mkdir(exist_ok=True)
        files_used.unlink(missing_ok=True)
        running(app)[name] = pool.submit(execute, Path(env.doc2path(name)), app.config.nb_execution_timeout, files_used)
    pool.shutdown(wait=False)


def is_cached(cache: JupyterCacheAbstract, path: Path) -> bool:
    """Whether the cache holds a notebook's results. A file that is no notebook is left to Sphinx to report."""
    try:
        cache.match_cache_notebook(nbformat.read(path, as_version=4))
    except KeyError:
        return False
    except Exception:
        return True
    return True


def running(app: Sphinx) -> dict[str, Future[Run]]:
    """Notebooks under way, by document."""
    if not hasattr(app, "placelab_running"):
        app.placelab_running = {}  # type: ignore[attr-defined]
    return app.placelab_running  # type: ignore[attr-defined, no-any-return]


def ran(app: Sphinx) -> list[str]:
    """The notebooks that were run since this list was last cleared, as documents."""
    if not hasattr(app, "placelab_ran"):
        app.placelab_ran = []  # type: ignore[attr-defined]
    return app.placelab_ran  # type: ignore[attr-defined, no-any-return]


def finish(app: Sphinx, docname: str, content: list[str]) -> None:
    """Before a notebook is read, wait for its run and put the results into the cache; a failed run is left to myst-nb."""
    future = running(app).pop(docname, None)
    if future is None:
        return
    if failure := future.exception():
        logger.info("%s failed and is run once more: %s", docname, failure)
        return
    run = future.result()
    if run.longest >= app.config.nb_execution_timeout:
        logger.info("%s: a cell hung or is slow; the notebook is run once more", docname)
        return
    cache = get_cache(app.config.nb_execution_cache_path)
    bundle = CacheBundleIn(run.notebook, app.env.doc2path(docname), data={"execution_seconds": run.seconds})
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    note_run(used_by(app, docname), run.longest, [Path(app.srcdir) / "requirements.lock"])


# What an author's long-lived build may reuse


def hashes(paths: Iterable[Path]) -> dict[str, str]:
    """The hash of each file; empty for one that is gone.

    The package's description holds the hash of every table, so that a change of one would run every lab again. It counts
    without them: a table that a run used is listed by itself.
    """
    return {str(path): _hash(path) if path.is_file() else "" for path in paths}


def _hash(path: Path) -> str:
    if path.name != "datapackage.json":
        return fingerprint([path])
    package = json.loads(path.read_text(encoding="utf-8"))
    described = [{key: value for key, value in one.items() if key not in OF_THE_FILE} for one in package["resources"]]
    return hashlib.sha256(json.dumps({**package, "resources": described}).encode()).hexdigest()[:16]


def note_run(listed: Path, longest: float, more: Iterable[Path] = ()) -> None:
    """Put the hashes of the files that a run used, and of some more, beside their names, and the seconds of its slowest cell."""
    used_files = json.loads(listed.read_text(encoding="utf-8")) if listed.is_file() else []
    known = {"longest": longest, "files": hashes([*map(Path, used_files), *more])}
    listed.write_text(json.dumps(known, indent=1), encoding="utf-8")


def run_of(listed: Path) -> dict[str, Any]:
    """What note_run() wrote; empty where there was no such run."""
    known = json.loads(listed.read_text(encoding="utf-8")) if listed.is_file() else {}
    return known if isinstance(known, dict) else {}


def used_by(app: Sphinx, docname: str) -> Path:
    """Where the files that a notebook's run used are listed."""
    return Path(app.config.nb_execution_cache_path) / USED / f"{docname.replace('/', '-')}.json"


def is_fresh(listed: Path) -> bool:
    """Whether every file that a run used is as it was; not, where no list was kept."""
    files = run_of(listed).get("files", {})
    return bool(files) and hashes(map(Path, files)) == files


def adopt(caches: Path, target: Path) -> None:
    """Begin the long-lived build's cache with the newest one that knows which files its runs used."""
    knowing = [folder.parent for folder in caches.glob(f"*/{USED}")]
    if knowing:
        shutil.copytree(max(knowing, key=lambda path: path.stat().st_mtime), target)


def forget(app: Sphinx, notebooks: Iterable[str]) -> list[str]:
    """Drop the results of those notebooks whose runs used a file that has changed. Returns their names."""
    cache = get_cache(app.config.nb_execution_cache_path)
    stale = [name for name in notebooks if not is_fresh(used_by(app, name))]
    for name in stale:
        with suppress(KeyError, nbformat.reader.NotJSONError):
            cache.remove_cache(cache.match_cache_notebook(nbformat.read(app.env.doc2path(name), as_version=4)).pk)
    return stale


def forget_outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Have those notebooks read again whose results no longer hold; when live only."""
    if not app.config.placelab_live:
        return []
    return forget(app, [name for name in sorted(env.found_docs) if is_notebook(app, name)])


def setup(app: Sphinx) -> None:
    """Register the events above and tell the kernels that they write a book."""
    os.environ["PLACELAB_TARGET"] = "book"
    app.add_config_value("placelab_kernels", 1, "", [int])
    app.add_config_value("placelab_live", False, "", [bool])
    app.connect("config-inited", place_cache)
    app.connect("env-get-outdated", forget_outdated)
    app.connect("env-before-read-docs", start)
    app.connect("source-read", finish)
    app.connect("env-check-consistency", refuse_unsound_results)
