"""The gate refuses what must not be published, and the book that passes it stands on its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from browsing import SUB_PATH, pages
from building import ROOT, Build, notebook
from sphinx_external_toc.parsing import parse_toc_yaml

from placelab.book.execution import fingerprint, input_files, prune
from placelab.book.pages import is_remote

CALLBACK = """
import ipywidgets
def refuse(years):
    if years > 3: raise ValueError("no such year")
    print("years:", years)
control = ipywidgets.interactive(refuse, years=(1, 5))
control.children[0].value = 5
control
"""


@pytest.fixture
def nbval(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the gate's check of notebooks in a folder of their own, under the repository's conftest.py."""
    shutil.copy(ROOT / "conftest.py", tmp_path)

    def run(*notebooks: Path, timeout: int = 60) -> subprocess.CompletedProcess[str]:
        rules = [f"--nbval-sanitize-with={ROOT / 'tests' / 'nbval.cfg'}", f"--nbval-cell-timeout={timeout}"]
        command = [sys.executable, "-m", "pytest", "-q", "-rA", "--nbval", "--nbval-current-env", *rules]
        return subprocess.run(
            [*command, *map(str, notebooks)], cwd=tmp_path, capture_output=True, text=True, timeout=200
        )

    return run


class Addresses(HTMLParser):
    """Collects what a page loads, what it links to, the ids it offers, and scripts within it."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.inline: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        self.inline += [name for name in given if name.startswith("on")]
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.inline.append("script")
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "link" and given.get("rel") not in ("next", "prev", "search", "canonical", "author"):
            self.loads.append(given.get("href", ""))
        else:
            self.loads += [given[name] for name in ("src", "poster", "data", "action") if name in given]
            self.loads += [part.split()[0] for part in given.get("srcset", "").split(", ") if part.strip()]


# ---- the book itself


def test_the_book_builds_without_a_warning(built_book: Build) -> None:
    assert "WARNING" not in built_book.printed and "ERROR" not in built_book.printed


def test_every_page_of_the_contents_is_built_and_no_other(built_book: Build) -> None:
    listed = {f"{name}.html" for name in parse_toc_yaml(ROOT / "_toc.yml")}
    assert set(pages(built_book.html)) == listed | {"index.html", "search.html", "404.html"}


def test_no_page_loads_anything_from_another_host(built_book: Build) -> None:
    loaded = {
        (page, address)
        for page in pages(built_book.html)
        for address in Addresses(built_book.html / page).loads
        if is_remote(address)
    }
    assert not loaded
    sheets = {path: path.read_text(encoding="utf-8") for path in built_book.html.rglob("*.css")}
    assert not [path for path, text in sheets.items() if re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", text)]


def test_no_page_has_a_script_within_it(built_book: Build) -> None:
    inline = {page: Addresses(built_book.html / page).inline for page in pages(built_book.html)}
    assert not {page: found for page, found in inline.items() if found}


def test_every_link_within_the_book_leads_somewhere(built_book: Build) -> None:
    found = {page: Addresses(built_book.html / page) for page in pages(built_book.html)}
    broken = []
    for page, addresses in found.items():
        for link in addresses.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            base = built_book.html / page
            path = unquote(parts.path)
            home = built_book.html if path.startswith(SUB_PATH) else base.parent  # 404.html has whole paths
            target = (home / path.removeprefix(SUB_PATH)).resolve() if path else base
            name = target.relative_to(built_book.html.resolve()).as_posix() if parts.path else page
            known = found[name].ids | {"", "top"} if name in found else {""}
            if not target.is_file() or unquote(parts.fragment) not in known:
                broken.append(f"{page} -> {link}")
    assert not broken


# ---- what the gate refuses


def test_a_sound_book_passes(small_book: Path, strict_build: Callable[[Path], Build]) -> None:
    built = strict_build(small_book)
    assert built.succeeded, built.printed
    start = built.html / "start.html"
    assert "<math" in start.read_text()
    assert not [address for address in Addresses(start).loads if is_remote(address)]
    assert 'href="start.html"' in (built.html / "index.html").read_text()
    assert "<pre" in (built.html / "lab.html").read_text()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1 / 0", "ZeroDivisionError"),
        (CALLBACK, "live widget"),
        ("import sys; print('careful', file=sys.stderr)", "stderr"),
        ("import time; time.sleep(20)", "timed out"),
    ],
    ids=["a cell that fails", "a widget, whose callback's error would be hidden", "a warning in a page", "a hang"],
)
def test_a_notebook_that_must_not_be_published_stops_the_build(
    code: str, said: str, small_book: Path, strict_build: Callable[[Path], Build]
) -> None:
    config = small_book / "_config.yml"
    config.write_text(config.read_text().replace("timeout: 60", "timeout: 5"))
    notebook(small_book / "lab.ipynb", (code, ""))
    built = strict_build(small_book)
    assert not built.succeeded
    assert said in built.printed and "lab" in built.printed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{doc}`nowhere`", "nowhere"),
        ("{math}`\\nothing a`", "formula not understood"),
        ("```{note}\n:class: dropdown\nHidden.\n```", "{dropdown}"),
    ],
    ids=["a link to nothing", "a formula that is none", "a block that needs a script"],
)
def test_a_page_that_must_not_be_published_stops_the_build(
    text: str, said: str, small_book: Path, strict_build: Callable[[Path], Build]
) -> None:
    (small_book / "start.md").write_text(f"# Start\n\n{text}\n")
    built = strict_build(small_book)
    assert not built.succeeded
    assert said in built.printed and "start.md" in built.printed


def test_a_wrong_fact_claim_or_figure_stops_the_build_with_file_and_line(
    small_book: Path, strict_build: Callable[[Path], Build]
) -> None:
    lines = (
        "# Start",
        "{fact}`net-spending year=2007-08`",
        "{fact}`nonsense`",
        "{claim}`nobody-said-so`",
        "```{live-figure} nothing-live\n```",
    )
    (small_book / "start.md").write_text("\n\n".join(lines) + "\n")
    built = strict_build(small_book)
    assert not built.succeeded
    for line, said in (
        (3, "2007-08 was not published; there is 2008-09 to 2024-25"),
        (5, "no fact 'nonsense'"),
        (7, "no claim 'nobody-said-so' in data/claims.csv"),
        (9, "no live figure 'nothing-live'"),
    ):
        assert any(f"start.md:{line}" in printed and said in printed for printed in built.printed.splitlines()), said


def test_a_script_from_another_host_stops_the_build(small_book: Path, strict_build: Callable[[Path], Build]) -> None:
    config = small_book / "_config.yml"
    config.write_text(
        config.read_text().replace("nb_ipywidgets_js", "html_js_files: ['https://example.org/a.js'], nb_ipywidgets_js")
    )
    built = strict_build(small_book)
    assert not built.succeeded and "https://example.org/a.js" in built.printed


# ---- when results may be reused


def test_the_cache_has_a_new_name_when_a_table_the_code_or_the_lock_changes(tmp_path: Path) -> None:
    names = ("data/table.csv", "package/model.py", "requirements.lock")
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text("before")
    seen = {fingerprint(paths)}
    assert fingerprint(paths) in seen, "the same files, the same name"
    for path in paths:
        path.write_text("after")
        seen.add(fingerprint(paths))
    seen |= {fingerprint(paths[1:]), fingerprint([*paths, tmp_path / "data/table.csv"])}
    assert len(seen) == 6


def test_the_cache_depends_on_every_table_module_and_on_the_lock() -> None:
    found = set(input_files(ROOT))
    assert ROOT / "requirements.lock" in found
    assert set((ROOT / "data").glob("*.csv*")) | {ROOT / "data" / "datapackage.json"} <= found
    assert set((ROOT / "src" / "placelab").rglob("*.py")) <= found
    assert not [path for path in found if path.suffix == ".pyc"]


def test_a_changed_lock_runs_the_notebooks_afresh(small_book: Path, strict_build: Callable[[Path], Build]) -> None:
    notebook(small_book / "lab.ipynb", ("import uuid; print(uuid.uuid4())", ""))

    def published() -> str:
        built = strict_build(small_book)
        assert built.succeeded, built.printed
        page = (built.html / "lab.html").read_text()
        shutil.rmtree(built.html.parent)
        return re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", page)[-1]

    first = published()
    assert published() == first, "nothing changed, so the result is reused"
    (small_book / "requirements.lock").write_text("changed")
    assert published() != first


def test_only_the_newest_caches_are_kept(tmp_path: Path) -> None:
    for age in range(6):
        (tmp_path / str(age)).mkdir()
        os.utime(tmp_path / str(age), (1000 - age, 1000 - age))
    prune(tmp_path, keep=4)
    assert {path.name for path in tmp_path.iterdir()} == {"0", "1", "2", "3"}


# ---- what the check of notebooks refuses


def test_a_failing_callback_fails_the_check_of_notebooks(
    tmp_path: Path, nbval: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = nbval(notebook(tmp_path / "lab.ipynb", (CALLBACK, "")))
    assert done.returncode == 1 and "no such year" in done.stdout


def test_a_changed_number_fails_and_an_address_does_not(
    tmp_path: Path, nbval: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    cells = [
        ("print(object())", "<object object at 0x7f00aa00bb00>\n"),
        ("print('600x300')", "600x400\n"),
        ("print(14.55)", "14.39\n"),
    ]
    done = nbval(notebook(tmp_path / "lab.ipynb", *cells))
    assert re.search(r"2 failed, 1 passed", done.stdout), done.stdout


@pytest.mark.parametrize(("hangs", "passes"), [(1, True), (2, False)], ids=["once", "again"])
@pytest.mark.parametrize("lost", ["the cell", "only the answer"])
def test_a_notebook_that_hangs_runs_once_more_and_then_fails(
    hangs: int, passes: bool, lost: str, tmp_path: Path, nbval: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    count = f"import pathlib; runs = len(list(pathlib.Path({str(tmp_path)!r}).glob('run-*')))"
    count += f"; pathlib.Path({str(tmp_path)!r}, f'run-{{runs}}').touch()"
    if lost == "the cell":
        cells = [(count, ""), (f"import time; time.sleep(60 if runs < {hangs} else 0)", ""), ("print(2)", "2\n")]
    else:  # the kernel's work is done and its output here, as in nbclient's issue 312: the silent kind
        cells = [(count, ""), ("print(1)", "1\n"), ("print(2)", "2\n")]
        (tmp_path / "lose.py").write_text(
            "from queue import Empty\n"
            "from nbval.kernel import RunningKernel\n"
            "ask, wait, asked, lost = RunningKernel.execute_cell_input, RunningKernel.await_reply, {}, []\n"
            "def execute_cell_input(self, code, **options):\n"
            "    number = ask(self, code, **options); asked[number] = code; return number\n"
            "def await_reply(self, number, timeout=None):\n"
            "    wait(self, number, timeout)\n"
            f"    if asked.get(number) == 'print(1)' and len(lost) < {hangs}:\n"
            "        lost.append(number); raise Empty\n"
            "RunningKernel.execute_cell_input, RunningKernel.await_reply = execute_cell_input, await_reply\n"
        )
        with (tmp_path / "conftest.py").open("a") as file:
            file.write("\nimport sys; sys.path.insert(0, __file__.rpartition('/')[0]); import lose  # noqa\n")
    done = nbval(notebook(tmp_path / "lab.ipynb", *cells), timeout=3)
    assert "its notebook is run once more" in done.stdout, done.stdout
    assert (done.returncode == 0) is passes, done.stdout
    assert ("timed out twice" in done.stdout) is not passes
    assert len(list(tmp_path.glob("run-*"))) == 2
