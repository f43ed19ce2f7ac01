"""Which of the package's and of the tables' files a process used, so that a lab runs again when one of them changes.

A kernel that finds PLACELAB_USED in its environment writes the list to that file when it ends (book/execution.py sets it).
"""

from __future__ import annotations

import atexit
import json
import sys
from importlib.resources import files
from importlib.util import source_from_cache
from pathlib import Path

_opened: set[str] = set()


def record(target: str) -> None:
    """Note every file that this process opens from now on, and write those of the book to `target` at its end."""
    sys.addaudithook(_note)
    atexit.register(_write, target)


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str):
        _opened.add(arguments[0])


def folders() -> tuple[Path, Path]:
    """Where the package and the tables are."""
    return Path(__file__).parent, Path(str(files("placelab.data")))


def own(paths: set[str]) -> list[str]:
    """Those paths that are files of the package or of the tables; a compiled module counts as its source."""
    found = set()
    for path in paths:
        source = source_from_cache(path) if path.endswith(".pyc") and "__pycache__" in path else path
        real = Path(source).resolve()
        if real.is_file() and any(real.is_relative_to(folder) for folder in folders()):
            found.add(str(real))
    return sorted(found)


def _write(target: str) -> None:
    modules = {str(file) for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}
    Path(target).write_text(json.dumps(own(_opened | modules)), encoding="utf-8")
