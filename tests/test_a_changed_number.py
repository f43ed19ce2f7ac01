"""Change one number in one table, and both nbval and the facts see it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from placelab import tables

ROOT = Path(__file__).parents[1]
FACT = "from placelab import facts; print(facts.render('net-spending year=2009-10 as=bn'))"


@pytest.fixture
def installed(tmp_path):
    """The package laid out as when installed, with a number of its own; PYTHONPATH puts it before the real one."""
    package = tmp_path / "site" / "placelab"
    shutil.copytree(ROOT / "src" / "placelab", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "data", package / "data", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    table = package / "data" / "net_current_expenditure.csv"
    text = table.read_text("utf-8")
    row = next(line for line in text.splitlines() if line.startswith("E10000029,2009-10,"))
    changed = row.replace(row.split(",")[2], "999999")
    table.write_text(text.replace(row, changed), "utf-8")
    return tmp_path, table


def run(folder: Path, *command: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(folder / "site"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def accept(table: Path) -> None:
    """Make the package accept the changed table, as an author who recompiled it would."""
    import hashlib

    descriptor = table.parent / "datapackage.json"
    package = json.loads(descriptor.read_text("utf-8"))
    content = table.read_bytes()
    for resource in package["resources"]:
        if resource["path"] == table.name:
            resource |= {"hash": "sha256:" + hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    descriptor.write_text(json.dumps(package), "utf-8")


def test_a_changed_table_is_refused_by_facts(installed):
    folder, _ = installed
    result = run(folder, "-c", FACT)
    assert result.returncode != 0
    assert "does not match its hash" in result.stderr


def test_a_changed_and_accepted_table_changes_the_fact_and_fails_nbval(installed):
    folder, table = installed
    accept(table)
    fact = run(folder, "-c", FACT)
    assert fact.stdout.strip() not in ("", "£14.55bn")
    nbval = run(
        folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "notebooks/one-in-ten.ipynb",
        "--nbval-sanitize-with", str(ROOT / "tests" / "nbval.cfg"),
    )  # fmt: skip
    assert nbval.returncode == 1, nbval.stdout + nbval.stderr
    assert "failed" in nbval.stdout


def test_the_untouched_package_gives_the_published_total():
    assert tables.describe("net_current_expenditure")["hash"].startswith("sha256:")
    result = run(ROOT, "-c", FACT)
    assert result.stdout.strip() == "£14.55bn"
