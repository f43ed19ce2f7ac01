"""environment.yml, pyproject.toml and requirements.lock say the same, and this environment is the locked one."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PINNED = {"simpy", "ipywidgets", "jupyter-book", "jupyterlab", "matplotlib", "myst-nb", "nbval", "pandas"}


def locked() -> dict[str, str]:
    """Name to version, as requirements.lock has them for this Python."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"[a-z0-9].*==", line, re.IGNORECASE)]
    here = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in here}


def project() -> dict[str, Any]:
    """The [project] table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def required() -> list[Requirement]:
    """Every direct requirement of the package and of its extras."""
    extras = [one for extra in project()["optional-dependencies"].values() for one in extra]
    return [Requirement(one) for one in project()["dependencies"] + extras]


def environment() -> tuple[dict[str, Any], list[str]]:
    """environment.yml, and the lines of its pip section."""
    described = yaml.safe_load((ROOT / "environment.yml").read_text())
    return described, next(part["pip"] for part in described["dependencies"] if isinstance(part, dict))


def test_environment_pins_the_locked_versions_of_direct_requirements() -> None:
    pins = [Requirement(line) for line in environment()[1] if line != "-e ."]
    assert {pin.name for pin in pins} == PINNED <= {canonicalize_name(one.name) for one in required()}
    assert {pin.name: str(pin.specifier) for pin in pins} == {name: f"=={locked()[name]}" for name in PINNED}


def test_environment_installs_the_package_on_a_python_that_it_supports() -> None:
    described, pip_lines = environment()
    assert (described["name"], described["channels"]) == ("leading-a-place", ["conda-forge"])
    assert pip_lines[-1] == "-e ."
    python = next(part for part in described["dependencies"] if str(part).startswith("python="))
    assert project()["requires-python"] == ">=" + python.removeprefix("python=") == ">=3.11"


@pytest.mark.parametrize("requirement", required(), ids=str)
def test_lock_holds_what_pyproject_asks_for(requirement: Requirement) -> None:
    pin = locked().get(canonicalize_name(requirement.name))
    assert pin, f"{requirement.name} is not in requirements.lock: run `make lock`"
    assert requirement.specifier.contains(pin, prereleases=True), f"the lock has {pin}: run `make lock`"


def test_every_locked_package_has_a_hash() -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements.lock").read_text(), flags=re.IGNORECASE)
    without = [entry.split()[0] for entry in entries if not entry.startswith("#") and "--hash=sha256:" not in entry]
    assert not without


def test_this_environment_is_the_locked_one() -> None:
    direct = {canonicalize_name(requirement.name) for requirement in required()}
    assert {name: version(name) for name in direct} == {name: locked()[name] for name in direct}
