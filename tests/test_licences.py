"""The page of licences names everything that is shipped, from what is installed and bundled."""

from __future__ import annotations

import json
import re
from email.message import EmailMessage
from html import unescape
from importlib.metadata import distribution
from pathlib import Path

import pytest
from building import Build

from placelab.book import licences
from placelab.widgets.page import BUILT

PAGE = Path("book/about/licences.html")
WEB = Path(str(BUILT)).parent


def test_every_bundled_package_is_locked_at_that_version() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text())["packages"]
    locked = {(path.rpartition("node_modules/")[2], one.get("version")) for path, one in lock.items()}
    found = licences.bundled()
    assert {"@observablehq/plot", "d3-array", "@sdeverywhere/runtime"} <= {one.name for one in found}
    assert "esbuild" not in {one.name for one in found}  # it builds and is not in what it builds
    assert {(one.name, one.version) for one in found} <= locked
    assert all(one.licence for one in found)


def test_the_themes_own_notices_are_read() -> None:
    assert [(one.name, one.licence.startswith(("MIT", "Icons: CC BY 4.0"))) for one in licences.banners()] == [
        ("Bootstrap", True),
        ("Font Awesome Free", True),
    ]


def test_what_a_part_installs_is_followed_to_its_end() -> None:
    labs, building = licences.closure(licences.LABS), licences.building()
    assert {
        "pandas",
        "numpy",
        "jupyterlab",
        "jupyterhub",
        "tornado",
        "mako",
    } <= labs.keys()  # mako: of alembic, of jupyterhub
    assert "ruff" in building and "ruff" not in labs and "placelab" not in labs.keys() | building
    assert all(
        row.licence and row.version == distribution(row.name).version
        for row in licences.installed(labs.keys() | building)
    )


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License-Expression": "MIT", "License": "other"}, "MIT"),
        ({"License": "BSD-3-Clause"}, "BSD-3-Clause"),
        ({"License": "x" * 200, "Classifier": "License :: OSI Approved :: ISC License (ISCL)"}, "ISC License (ISCL)"),
        ({"License": "Copyright…\n" + "Permission is hereby\n granted, free of charge" + " x" * 80}, "MIT License"),
        ({"License": "UNKNOWN"}, ""),
        ({}, ""),
    ],
)
def test_a_licence_is_read_from_whichever_field_states_it(fields: dict[str, str], licence: str) -> None:
    class Found:
        files = ()
        metadata = EmailMessage()

    Found.metadata = EmailMessage()
    for name, value in fields.items():
        Found.metadata.add_header(name, " ".join(value.split()))
    assert licences.licence_of(Found()) == licence  # type: ignore[arg-type]


def test_the_page_lists_every_one(built_book: Build) -> None:
    html = (built_book.html / PAGE).read_text(encoding="utf-8")
    cells = {
        unescape(re.sub(r"<[^>]+>", "", cell)).strip()
        for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", html, flags=re.DOTALL)
    }
    rows = [
        *licences.bundled(),
        *licences.banners(),
        *licences.installed(licences.closure(licences.LABS).keys() | licences.building()),
    ]
    assert len(rows) > 200
    assert {f"{one.name} {one.version}" for one in rows} <= cells and {one.licence for one in rows} <= cells
