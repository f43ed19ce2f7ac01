"""The built book as a zip: a folder to unpack and read without a server, the same bytes for the same book.

    python -m placelab.book.folder [--out _build/leading-a-place-site.zip]
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

TOP = "leading-a-place"
LEFT_OUT = {".buildinfo"}  # Sphinx's own notes
READ_ME = """Leading a Place, to read from this folder

Open index.html in a browser. Every page reads; figures stand still and speak of England.

For live figures and a place of your own, run this in the folder that holds index.html:

    python -m http.server

and open http://localhost:8000 in the browser. Nothing is sent anywhere.
"""
MOMENT = (1980, 1, 1, 0, 0, 0)  # a zip must have one; the pages' own dates differ from build to build


def pack(site: Path, out: Path) -> int:
    """Write every file of the built book in `site` into the zip `out`; return how many. FileNotFoundError without one."""
    if not (site / "index.html").is_file():
        raise FileNotFoundError(f"{site / 'index.html'} is not there: build the book first (make book)")
    files = sorted(path for path in site.rglob("*") if path.is_file() and path.name not in LEFT_OUT)
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        _add(packed, f"{TOP}/READ-ME.txt", READ_ME.encode())
        for path in files:
            _add(packed, f"{TOP}/{path.relative_to(site).as_posix()}", path.read_bytes())
    return len(files)


def _add(packed: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, MOMENT)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    packed.writestr(entry, content)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 2 where there is no book."""
    parser = argparse.ArgumentParser(prog="python -m placelab.book.folder", description="Pack the built book into a zip.")
    parser.add_argument("--site", type=Path, default=Path("_build/html"), help="the built book (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("_build/leading-a-place-site.zip"), help="default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        files = pack(options.site, options.out)
    except FileNotFoundError as problem:
        print(f"No zip was made: {problem}", file=sys.stderr)
        return 2
    print(f"{options.out}: {files} files, {options.out.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
