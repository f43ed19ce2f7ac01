"""`python -m placelab.book.same [SOURCE]`: build the book twice from nothing and compare every file, byte for byte.

The two builds run in folders of different names, with different seeds of Python's hashes and no kept results, so that a path, a
moment or the order of a set that finds its way into a page is seen. Run times go to a file beside the built pages (build.py).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

LEFT_BEHIND = shutil.ignore_patterns(".*", "_build", "_shots", "data", "src", "tests", "*.egg-info", "build", "dist")
SHOWN = 12  # lines of a difference


def copied(source: Path, target: Path) -> Path:
    """A copy of what the book is written in, without results, packages or tables. Returns the target's real path."""
    shutil.copytree(source, target, ignore=LEFT_BEHIND, dirs_exist_ok=True)
    return target.resolve()


def built(source: Path, target: Path, seed: int) -> Path:
    """The pages of a clean build of a copy of `source`, in a process of its own. Raises CalledProcessError when it fails."""
    copy = copied(source, target)
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    subprocess.run([sys.executable, "-m", "placelab.book.build", str(copy)], check=True, env=environment)
    return copy / "_build" / "html"


def files(folder: Path) -> set[str]:
    """Every file beneath a folder, as a path relative to it."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def differences(one: Path, other: Path) -> Iterator[str]:
    """A paragraph for each file that only one folder has, or that is not the same in both."""
    for name in sorted(files(one) ^ files(other)):
        yield f"{name}: in one build only"
    for name in sorted(files(one) & files(other)):
        first, second = (one / name).read_bytes(), (other / name).read_bytes()
        if first != second:
            yield f"{name} differs\n{shown(first, second)}"


def shown(first: bytes, second: bytes) -> str:
    """The first lines in which two texts differ, cut to a screen's width; the lengths of two files that are no text."""
    try:
        texts = first.decode().splitlines(), second.decode().splitlines()
    except UnicodeDecodeError:
        return f"  {len(first)} and {len(second)} bytes"
    lines = [line for line in unified_diff(*texts, lineterm="", n=0) if not line.startswith(("---", "+++", "@@"))]
    return "\n".join(f"  {line[:200]}" for line in lines[:SHOWN])


def main(arguments: list[str] | None = None) -> int:
    """The command; 1 when the builds differ."""
    asked = argparse.ArgumentParser(
        prog="python -m placelab.book.same", description="Compare two clean builds of the book."
    )
    asked.add_argument("source", nargs="?", default=".", type=Path, help="the folder of _config.yml")
    source = asked.parse_args(arguments).source.resolve()
    with tempfile.TemporaryDirectory() as folder:
        pages = [built(source, Path(folder) / name, seed) for seed, name in enumerate(("one", "the-other"), 1)]
        found = list(differences(*pages))
        count = len(files(pages[0]))
    print(*found, sep="\n")
    print(f"{len(found)} of {count} files differ" if found else f"{count} files, the same in both builds")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
