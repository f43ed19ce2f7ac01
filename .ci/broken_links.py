"""`python .ci/broken_links.py _build/linkcheck/output.json`: the broken ones among Sphinx's answers, and 1 if there is one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

BROKEN = ("broken", "timeout")


def broken(lines: list[str]) -> list[str]:
    """A line for each broken address: where it stands, the address, what came back. `lines`: a JSON object each."""
    answers = [json.loads(line) for line in lines if line.strip()]
    return [
        f"{one['filename']}:{one['lineno']}: {one['uri']}: {one['info']}" for one in answers if one["status"] in BROKEN
    ]


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.exit(__doc__)
    every = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    found = broken(every)
    print("\n".join(found))
    print(f"{len(found)} broken of {len(every)} links")
    sys.exit(bool(found))
