"""A facilitator's hub and the files for Kubernetes, as far as they can be checked without starting either.

tests/hub_exercise.py starts a real hub; it is run by hand.
"""

from __future__ import annotations

import csv
import io
import json
import re
import runpy
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
HUB = ROOT / "deploy" / "hub"
sys.path.insert(0, str(HUB))

import classlist  # noqa: E402  (deploy/hub)

start = runpy.run_path(str(HUB / "start.py"))


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A class list of two, made by the documented command, and the passwords that it printed."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "names.txt").write_text("amina.khan\nbo2\n")
    path = folder / "class.csv"
    command = [sys.executable, str(HUB / "classlist.py"), "add", str(folder / "names.txt"), "--list", str(path)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return path, {row["name"]: row["password"] for row in csv.DictReader(io.StringIO(printed))}


def test_a_class_list_lets_in_whom_it_names_and_keeps_no_password(listed: tuple[Path, dict[str, str]]) -> None:
    path, passwords = listed
    people = classlist.read(path)
    assert people.keys() == passwords.keys() == {"amina.khan", "bo2"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(password in path.read_text() for password in passwords.values())
    assert classlist.right(people, "bo2", passwords["bo2"])
    assert not classlist.right(people, "bo2", passwords["amina.khan"])
    assert not classlist.right(people, "root", passwords["bo2"])
    assert all(re.fullmatch(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", password) for password in passwords.values())


def test_a_name_leaves_a_class_list(listed: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    copy = tmp_path / "class.csv"
    copy.write_text(listed[0].read_text())
    classlist.main(["remove", "bo2", "--list", str(copy)])
    assert classlist.read(copy).keys() == {"amina.khan"}
    with pytest.raises(SystemExit, match="has no bo2"):
        classlist.main(["remove", "bo2", "--list", str(copy)])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("user,secret\n", "line 1: the columns must be name,hash"),
        ("name,hash\nRoot!,argon2:x\n", "line 2: needs a name"),
        ("name,hash\nbo,plain\n", "line 2: needs a name"),
        ("name,hash\nbo,argon2:x\nbo,argon2:y\n", "line 3: bo is there twice"),
    ],
)
def test_a_bad_class_list_says_which_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    path.write_text(text)
    with pytest.raises(classlist.BadClassList, match=re.escape(said)):
        classlist.read(path)


def test_a_name_that_no_account_can_have_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    with pytest.raises(SystemExit, match="not a name for an account: Amina"):
        classlist.main(["add", "Amina", "--list", str(path)])
    assert not path.exists()
    for name in ("../etc", "-rf", "ámina", "a" * 25, "x", "a b"):
        with pytest.raises(classlist.BadClassList, match="not a name for an account"):
            classlist.add({}, [name])


def test_labs_are_given_and_never_taken_back(tmp_path: Path) -> None:
    source, folder = tmp_path / "labs", tmp_path / "home" / "labs"
    source.mkdir()
    for name in ("one.ipynb", "two.ipynb", "notes.txt"):
        (source / name).write_text("as published")
    assert start["give_labs"](source, folder) == ["one.ipynb", "two.ipynb"]
    (folder / "one.ipynb").write_text("a person's own")
    (folder / "two.ipynb").unlink()
    (folder / "two.ipynb").symlink_to(tmp_path / "elsewhere")  # a link is theirs too, and is not followed
    assert start["give_labs"](source, folder) == []
    assert (folder / "one.ipynb").read_text() == "a person's own"
    assert not (tmp_path / "elsewhere").exists()


def test_the_example_settings_are_those_that_the_hub_reads() -> None:
    example = set(re.findall(r"^([A-Z_]+)=", (HUB / "hub.env.example").read_text(), flags=re.MULTILINE))
    read = set(re.findall(r"""setting\(\s*["']([A-Z_]+)["']""", (HUB / "jupyterhub_config.py").read_text()))
    assert read - example == {"HUB_PORT", "HUB_PROXY_PORT"}  # only for two hubs on one machine
    assert example - read == {"PLACELAB_BOOK"}  # passed on to the labs


def test_the_proxy_is_locked_with_hashes() -> None:
    wanted = json.loads((HUB / "package.json").read_text())["dependencies"]
    lock = json.loads((HUB / "package-lock.json").read_text())
    locked = {path: one for path, one in lock["packages"].items() if path}
    assert wanted == {"configurable-http-proxy": locked["node_modules/configurable-http-proxy"]["version"]}
    assert len(locked) > 10 and all(one["integrity"].startswith("sha512-") for one in locked.values())


def values() -> dict[str, Any]:
    """The values for Kubernetes."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "kubernetes" / "values.yaml").read_text())
    return found


def test_the_values_name_the_image_that_the_page_builds() -> None:
    image = values()["singleuser"]["image"]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    page = (ROOT / "deploy" / "README.md").read_text()
    assert image["tag"] == version
    assert f"--image-name YOUR-REGISTRY/{image['name']}:{version}" in page
    program = values()["singleuser"]["cmd"][1]
    folder = re.search(r"--target-repo-dir (\S+)", page)
    assert folder and (ROOT / Path(program).relative_to(folder[1])).is_file()
    assert not folder[1].startswith(
        values()["singleuser"]["storage"]["homeMountPath"]
    )  # the volume would hide the package


def test_the_values_keep_each_person_within_the_limits_that_the_page_states() -> None:
    found, page = values(), " ".join((ROOT / "deploy" / "README.md").read_text().split())
    limits = found["singleuser"]
    assert f"{limits['memory']['limit']} of memory and {limits['cpu']['limit']} core" in page
    assert f"{limits['storage']['capacity']} of disk" in page
    assert found["cull"]["enabled"] and f"after {found['cull']['timeout'] // 60} idle minutes" in page
    assert limits["networkPolicy"]["enabled"] and found["hub"]["networkPolicy"]["enabled"]
    assert found["proxy"]["https"]["enabled"]


def test_no_secret_stands_in_the_values() -> None:
    def leaves(node: Any, path: str = "") -> list[tuple[str, Any]]:
        if isinstance(node, dict):
            return [leaf for key, value in node.items() for leaf in leaves(value, f"{path}.{key}")]
        return [(path, node)]

    named = [
        (path, value)
        for path, value in leaves(values())
        if re.search(r"secret|password|token|client_id", path, re.IGNORECASE)
    ]
    assert named == []
