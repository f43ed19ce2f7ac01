"""`python .ci/broken_links.py OUTPUT.JSON`: what Sphinx's link check found of other hosts; ends with 1 if a link is broken.

A host that refuses a program and would let a reader in (401, 403, 429) is listed apart and breaks nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

REFUSALS = (401, 403, 429, 999)


def sorted_out(lines: list[str]) -> tuple[list[str], list[str], int]:
    """Lines for the broken, lines for those refused, and how many addresses were asked. `lines`: a JSON object each."""
    answers: list[dict[str, Any]] = [json.loads(line) for line in lines if line.strip()]
    answers = [one for one in answers if one["uri"].startswith("http")]  # the strict build checks the book's own
    bad = [one for one in answers if one["status"] in ("broken", "timeout")]
    told = [
        (f"{one['filename']}:{one['lineno']}: {one['uri']}: {one['info'][:150]}", one["code"] in REFUSALS)
        for one in bad
    ]
    return [line for line, refused in told if not refused], [line for line, refused in told if refused], len(answers)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.exit(__doc__)
    broken, refused, asked = sorted_out(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
    print("\n".join([*(f"refused: {line}" for line in refused), *broken]))
    print(f"{len(broken)} broken and {len(refused)} refused of {asked} links")
    if asked and len(broken) == asked:
        print("All of them: most likely this machine has no way out to the network.")
    sys.exit(bool(broken))
