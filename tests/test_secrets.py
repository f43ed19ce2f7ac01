"""No key or password stands in the tree. Python's own are looked for by ruff (S105 to S107)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# The published shapes of keys: each begins in a way that nothing else does.
SHAPES = re.compile(
    rb"""-----BEGIN\ (?:[A-Z]+\ )*PRIVATE\ KEY
    | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b                      # Amazon
    | \bgh[pousr]_[A-Za-z0-9]{36}\b | \bgithub_pat_\w{40} # GitHub
    | \bglpat-[\w-]{20}\b                                # GitLab
    | \bpypi-AgEIcHlwaS5vcmc[\w-]{20}                    # PyPI
    | \bnpm_[A-Za-z0-9]{36}\b                            # npm
    | \bxox[abprs]-[\w-]{10}                             # Slack
    | \bAIza[\w-]{35}\b                                  # Google
    | \bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32}              # makers of language models
    | [a-z]+://[^\s/:@"'<>{}$]+:[^\s/@"'<>{}$]+@         # a password in an address
    """,
    re.VERBOSE,
)


def tracked() -> list[Path]:
    """Every file in the repository; none in a copy without git."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    return [ROOT / name.decode() for name in done.stdout.split(b"\0") if name]


@pytest.mark.parametrize(
    "secret",
    ["-----BEGIN RSA " + "PRIVATE KEY-----", "AKIA" + "A" * 16, "ghp_" + "a" * 36, "https://me:" + "word@example.org/"],
)
def test_the_search_sees_what_it_looks_for(secret: str) -> None:
    assert SHAPES.search(secret.encode())


def test_no_key_stands_in_the_tree() -> None:
    files = [path for path in tracked() if path.is_file()]
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone: there is no list of files")
    assert len(files) > 100
    found = [f"{path.relative_to(ROOT)}: {hit[0][:12]!r}…" for path in files if (hit := SHAPES.search(path.read_bytes()))]
    assert found == []
