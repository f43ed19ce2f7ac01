"""A strict build of the book in a process of its own, as `make book` does it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Build:
    """What a build left: its folder of pages, whether it succeeded, and all it printed."""

    html: Path
    succeeded: bool
    printed: str


def build(source: Path, target: Path) -> Build:
    """Build the book in `source` strictly, into the empty folder `target`: the command of `make book`."""
    command = Path(sys.executable).with_name("jupyter-book")
    strict = [str(command), "build", str(source), "--path-output", str(target), "-W", "-n", "--keep-going", "-q"]
    done = subprocess.run(strict, capture_output=True, text=True, env=os.environ | {"NO_COLOR": "1"}, timeout=280)
    return Build(target / "_build" / "html", done.returncode == 0, done.stdout + done.stderr)
