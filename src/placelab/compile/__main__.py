"""`python -m placelab.compile FOLDER`: compile the tables; `--hashes`: refresh the tables kept by hand."""

import argparse
import sys
from pathlib import Path

from .build import compile_tables, refresh_kept
from .errors import CompileError


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns 0 when the tables were written, 1 when they were refused."""
    parser = argparse.ArgumentParser(prog="python -m placelab.compile", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="folder of source figures (finance/, demand/)")
    parser.add_argument("--to", type=Path, default=Path("data"), help="where the tables go (default: data)")
    parser.add_argument("--catalogue", type=Path, help="the catalogue (default: catalogue.yaml in --to)")
    parser.add_argument(
        "--add", action="store_true", help="FOLDER holds a new release alone: add its rows to the tables"
    )
    parser.add_argument("--hashes", action="store_true", help="refresh the tables kept by hand, compile nothing")
    given = parser.parse_args(arguments)
    catalogue = given.catalogue or given.to / "catalogue.yaml"
    if not given.hashes and given.folder is None:
        parser.error("name the folder of source figures, or use --hashes")
    if not catalogue.is_file():
        parser.error(f"{catalogue} is not there: run from the repository's root, or give --catalogue")
    try:
        if given.hashes:
            print("refreshed: " + ", ".join(refresh_kept(catalogue)))
        else:
            done = compile_tables(given.folder, catalogue, given.to, adding=given.add)
            for name, one in done.items():
                print(f"{name}: {len(one.table):,} rows, {len(one.content) / 1000:,.0f} kB")
    except CompileError as fault:
        print(f"Nothing was written. {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
