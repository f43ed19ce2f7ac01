"""`make audit`: known faults in what is locked, as the package indexes' advisory services know them.

Asks pip-audit about requirements.lock and npm about each package-lock.json. Ends with 1 for a fault, with 2 if a service could
not be asked about a package: nothing found and nobody asked are different things, and pip-audit by itself calls both a success.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
LOCK = "requirements.lock"
NPM_LOCKS = ("src/placelab/web/package-lock.json", "deploy/hub/package-lock.json")


class Answer(NamedTuple):
    """What came back about one lock: faults found, a line each, and packages about which nobody could say."""

    faults: list[str]
    unasked: list[str]


def pip_answer(printed: str) -> Answer:
    """Read pip-audit's JSON; no JSON means that it could not ask at all."""
    try:
        found: list[dict[str, Any]] = json.loads(printed)["dependencies"]
    except (ValueError, KeyError):
        return Answer([], [f"all of {LOCK}"])
    faults = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for one in found
        for fault in one.get("vulns", ())
    ]
    return Answer(faults, [one["name"] for one in found if "skip_reason" in one])


def npm_answer(printed: str, lock: str) -> Answer:
    """Read npm's JSON; without its count of faults it could not ask."""
    try:
        said: dict[str, Any] = json.loads(printed)
        faults = [f"{name}: {one['severity']}, {one['range']}" for name, one in said["vulnerabilities"].items()]
    except (ValueError, KeyError):
        return Answer([], [f"all of {lock}"])
    return Answer(faults, [])


def asked(command: Iterable[str]) -> str:
    """Run a command and return what it printed; both tools end with an error when they find something."""
    return subprocess.run(list(command), cwd=ROOT, capture_output=True, text=True, check=False).stdout


def main() -> int:
    """Ask about every lock and say what came back."""
    pip = (
        str(BIN / "pip-audit"),
        "-r",
        LOCK,
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner",
        "off",
        "-f",
        "json",
    )
    answers = {LOCK: pip_answer(asked(pip))}
    for lock in NPM_LOCKS:
        answers[lock] = npm_answer(
            asked((str(BIN / "npm"), "audit", "--json", "--prefix", str(Path(lock).parent))), lock
        )
    for lock, answer in answers.items():
        print(
            f"{lock}: {len(answer.faults)} known faults"
            + (f", {len(answer.unasked)} not asked about" if answer.unasked else "")
        )
        print("".join(f"  {fault}\n" for fault in answer.faults), end="")
    if any(answer.faults for answer in answers.values()):
        return 1
    if any(answer.unasked for answer in answers.values()):
        print(
            "The advisory services of the package indexes could not be reached, or do not know these packages. "
            "Nothing is known either way."
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
