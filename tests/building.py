"""A strict build of the book in a process of its own, as `make book` does it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SITE = "https://book.example/leading-a-place/"  # pages name it; nothing asks it for anything
CONFIG = """
title: A small book
only_build_toc_files: true
execute: {execute_notebooks: cache, timeout: 60, stderr_output: error}
repository: {url: ""}
sphinx:
  extra_extensions: [placelab.book]
  config: {html_math_renderer: mathml, nb_execution_raise_on_error: true, nb_ipywidgets_js: {}}
"""


@dataclass(frozen=True)
class Build:
    """What a build left: its folder of pages, whether it succeeded, and all it printed."""

    html: Path
    succeeded: bool
    printed: str


def build(source: Path, target: Path) -> Build:
    """Build the book in `source` strictly, into the empty folder `target`: the command of `make book`."""
    strict = [sys.executable, "-m", "placelab.book.build", str(source), "--path-output", str(target)]
    settings = os.environ | {"NO_COLOR": "1", "PLACELAB_SITE": SITE}
    done = subprocess.run(strict, capture_output=True, text=True, env=settings, timeout=280)
    return Build(target / "_build" / "html", done.returncode == 0, done.stdout + done.stderr)


def notebook(path: Path, *cells: tuple[str, str], kernel: str = "python3") -> Path:
    """Write a notebook of (source, text that it printed when it was committed)."""
    title = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# Lab"}
    written = [title] + [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "execution_count": number,
            "source": source,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": text}] if text else [],
        }
        for number, (source, text) in enumerate(cells, start=1)
    ]
    metadata = {"kernelspec": {"name": kernel, "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"cells": written, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
    return path
