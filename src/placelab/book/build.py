"""The book's Sphinx application, made as `jupyter-book build` makes it, and the command behind `make book`.

    python -m placelab.book.build [SOURCE] [--path-output FOLDER] [--kernels 2]

Jupyter Book turns _config.yml and _toc.yml into Sphinx's settings; here the application is our own, so that notebooks can
run two at a time (execution.py) and an author's pages can be built again without a new Python (placelab.live).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from jupyter_book.config import get_final_config
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import docutils_namespace, patch_docutils

KERNELS = 2
TIMES = "times.json"


def settings(source: Path, **overrides: Any) -> dict[str, Any]:
    """Sphinx's settings for the book in `source`, as Jupyter Book reads its two files; `overrides` win.

    Raises FileNotFoundError when a file is missing.
    """
    for name in ("_config.yml", "_toc.yml"):
        if not (source / name).is_file():
            raise FileNotFoundError(f"{source} holds no {name}: name the folder of a book")
    overrides = {
        "external_toc_path": str(source / "_toc.yml"),
        "latex_individualpages": False,
        "nitpicky": True,
        **overrides,
    }
    found, _ = get_final_config(user_yaml=source / "_config.yml", cli_config=overrides, sourcedir=source)
    return dict(found)


@contextmanager
def application(
    source: Path,
    target: Path,
    *,
    strict: bool,
    status: TextIO | None = None,
    warning: TextIO | None = None,
    **overrides: Any,
) -> Iterator[Sphinx]:
    """The book's Sphinx application, with pages going to `target`/html; within the context it may build again and again.

    strict: a warning makes the build fail, once all of them are known. overrides: settings of Sphinx.
    """
    (target / "html").mkdir(parents=True, exist_ok=True)
    config = settings(source, **overrides)
    with patch_docutils(None), docutils_namespace():
        yield Sphinx(
            srcdir=source,
            confdir=None,
            outdir=target / "html",
            doctreedir=target / ".doctrees",
            buildername="html",
            confoverrides=config,
            status=status,
            warning=warning or sys.stderr,
            warningiserror=strict,
            keep_going=True,
        )


def build(source: Path, target: Path, kernels: int = KERNELS) -> bool:
    """Build the book strictly; print what is wrong with it. Returns whether nothing is."""
    began = time.perf_counter()
    try:
        with application(source, target, strict=True, placelab_kernels=kernels) as app:
            app.build()
            write_times(app, target / TIMES, time.perf_counter() - began)
            return app.statuscode == 0
    except (SphinxError, OSError) as problem:
        print(f"{type(problem).__name__}: {problem}", file=sys.stderr)
    except Exception:
        traceback.print_exc()
    return False


def write_times(app: Sphinx, file: Path, whole: float) -> None:
    """Write the seconds of the build and of each notebook's run (a kept result: of the run that gave it) beside the pages.

    They stand in no page, so that two builds of one book are the same.
    """
    runs = {
        name: found["exec_data"]
        for name, found in getattr(app.env, "nb_metadata", {}).items()
        if found.get("exec_data")
    }
    seconds = {name: round(run["runtime"], 2) for name, run in sorted(runs.items()) if run.get("runtime")}
    file.write_text(json.dumps({"seconds": round(whole, 1), "notebooks": seconds}, indent=1) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """The command; 1 when the book must not be published, as `jupyter-book build -W -n --keep-going` has it."""
    asked = argparse.ArgumentParser(prog="python -m placelab.book.build", description="Build the book strictly.")
    asked.add_argument("source", nargs="?", default=".", type=Path, help="the folder of _config.yml")
    asked.add_argument("--path-output", type=Path, help="pages go to FOLDER/_build/html; without it, beside the source")
    asked.add_argument("--kernels", type=int, default=KERNELS, help="how many notebooks run at a time")
    given = asked.parse_args(arguments)
    source = given.source.resolve()
    target = (given.path_output or source).resolve() / "_build"
    done = build(source, target, given.kernels)
    print(f"{'The book is built' if done else 'The build failed'}: {target / 'html'}")
    return 0 if done else 1


if __name__ == "__main__":
    raise SystemExit(main())
