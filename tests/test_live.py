"""`make live`: what a saved file asks for, what a page is told, and one author's loop in a small book, errors and all."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from building import notebook
from playwright.sync_api import Page, expect

from placelab import live
from placelab.book import execution, same


@contextmanager
def running(source: Path) -> Iterator[tuple[str, Callable[[str], None]]]:
    """`make live` on a free port: its address, and a function that waits until it has printed some words."""
    command = [sys.executable, "-u", "-m", "placelab.live", str(source), "--port", "0"]
    printed: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        address = process.stdout.readline().split()[1]
        reader = threading.Thread(target=lambda: printed.extend(process.stdout), daemon=True)
        reader.start()

        def wait(words: str, seconds: float = 120) -> None:
            end = time.monotonic() + seconds
            while words not in "".join(printed):
                assert time.monotonic() < end and process.poll() is None, f"not printed: {words}\n{''.join(printed)}"
                time.sleep(0.05)
            del printed[:]

        try:
            yield address, wait
        finally:
            process.terminate()


@pytest.mark.browser
def test_an_authors_loop(small_book: Path, page: Page) -> None:
    """Saved words show; a fault shows on the page and in the terminal and the loop goes on; a lab and the settings follow."""
    start = small_book / "start.md"
    with running(small_book) as (address, wait):
        wait("the whole book")
        page.goto(f"{address}start.html")
        start.write_text("# Start\n\nNew words.\n")
        expect(page.get_by_text("New words.")).to_be_visible()
        wait("start.html")
        wait("the whole book")  # after a pause

        start.write_text("# Start\n\nNewer, with {fact}`no-such-fact`.\n")
        expect(page.get_by_role("alert")).to_contain_text("start.md:3: WARNING")
        expect(page.get_by_text("Newer, with")).to_be_visible()
        wait("no-such-fact")
        start.write_text("# Start\n\nMended.\n")
        expect(page.get_by_text("Mended.")).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)

        page.goto(f"{address}lab.html")
        notebook(small_book / "lab.ipynb", ("print(20 + 1)", ""))
        expect(page.get_by_text("21", exact=True)).to_be_visible(timeout=60_000)
        wait("without a warning; ran lab\n")
        notebook(small_book / "lab.ipynb", ("print(1 / 0)", ""))
        expect(page.get_by_role("alert")).to_contain_text("ZeroDivisionError", timeout=60_000)
        notebook(small_book / "lab.ipynb", ("print(20 + 2)", ""))
        expect(page.get_by_text("22", exact=True)).to_be_visible(timeout=60_000)

        page.goto("about:blank")
        (small_book / "more.md").write_text("# More\n\nA new page.\n")
        toc = small_book / "_toc.yml"
        toc.write_text(toc.read_text().replace("{file: lab}", "{file: lab}, {file: more}"))
        wait("starting anew")
        wait("the whole book")
        page.goto(f"{address}more.html")
        expect(page.get_by_text("A new page.")).to_be_visible()
    written = [path.read_text() for path in (small_book / "_build" / "live" / "html").rglob("*.html")]
    assert written and not any(live.PREFIX in html for html in written), "the reloading script stands in no file"


def test_a_saved_file_asks_for_its_page_for_a_copy_or_for_a_new_process(tmp_path: Path) -> None:
    def asked(*names: str) -> live.Change:
        return live.meant([tmp_path / name for name in names], tmp_path)

    chapter, lab = "book/01-the-question.md", "notebooks/one-in-ten.ipynb"
    assert asked(chapter, lab) == live.Change(frozenset({tmp_path / chapter, tmp_path / lab}), False, False)
    assert asked("book/_static/frame.js") == live.Change(frozenset(), True, False)
    for name in ("_toc.yml", "_config.yml", "book/references.bib", "book/_templates/layout.html", "requirements.lock"):
        assert asked(name).restart, name
    for name in ("data/claims.csv", "data/README.md", "src/placelab/gap.py"):
        assert asked(name) == live.Change(frozenset(), False, True), name
    assert live.meant([Path("/elsewhere/placelab/gap.py")], tmp_path).restart
    assert asked("notes.txt") == live.Change(frozenset(), False, False)


def test_what_is_saved_during_the_first_build_is_not_missed(tmp_path: Path) -> None:
    moment = time.time() + 1000  # later than anything in the package, which is watched too
    names = ("_config.yml", "_toc.yml", "book/old.md", "book/new.md", "book/.new.md.swp", "_build/x.md")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
        age = moment + (50 if "new" in name or "x.md" in name else -50)
        os.utime(tmp_path / name, (age, age))
    assert live.saved_since(moment, tmp_path) == {tmp_path / "book/new.md"}


@pytest.mark.parametrize(
    ("name", "matters"),
    [("book/x.md", True), ("data/claims.csv", True), ("book/x.md~", False), ("book/.x.md.swp", False), ("book/4913", False),
     ("src/placelab/__pycache__/gap.cpython-311.pyc", False), ("notebooks/.ipynb_checkpoints/x.ipynb", False)],
)  # fmt: skip
def test_an_editors_own_files_do_not_matter(name: str, matters: bool) -> None:
    assert live.counts(None, f"/book/{name}") is matters


def test_news_reach_whoever_missed_them() -> None:
    board = live.Board()
    first = board.latest.number
    assert board.since(first, wait=0) == []
    board.tell(["a.html"], "")
    board.tell(["b.html"], "wrong")
    assert [one.pages for one in board.since(first, wait=0)] == [["a.html"], ["b.html"]]
    assert board.since(board.latest.number, wait=0) == [] and board.latest.problems == "wrong"
    waiting = threading.Timer(0.05, board.tell, (["c.html"], ""))
    waiting.start()
    assert [one.pages for one in board.since(board.latest.number, wait=5)] == [["c.html"]]


def test_only_the_server_adds_the_script(tmp_path: Path) -> None:
    """A page gets it as it is sent; what is not built yet says so, and nothing beside the script's folder is sent from it."""
    (tmp_path / "index.html").write_text("<html><head></head><body>Words</body></html>")
    board, sock = live.Board(), socket.create_server(("127.0.0.1", 0))
    live.serve(sock, tmp_path, board)
    site = f"http://127.0.0.1:{sock.getsockname()[1]}"

    def got(path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(site + path) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read().decode()

    for path in ("/", "/index.html"):
        assert got(path) == (200, f'<html><head><script src="/__live__/reload.js?at={board.latest.number}" defer></script>'
                                  "</head><body>Words</body></html>")  # fmt: skip
    status, text = got("/later.html")
    assert status == 404 and "not built yet" in text and "reload.js" in text
    assert got("/__live__/reload.css")[0] == 200
    assert got("/__live__/../__live__/../live.py")[0] == got("/__live__/none.js")[0] == 404
    assert "reload.js" not in (tmp_path / "index.html").read_text()


def test_a_lab_runs_again_only_when_a_file_that_it_used_changed(tmp_path: Path) -> None:
    used, unused, listed = tmp_path / "used.csv", tmp_path / "unused.csv", tmp_path / "list.json"
    used.write_text("1")
    assert not execution.is_fresh(listed), "no list, no trust"
    listed.write_text(f'["{used}"]')
    assert not execution.is_fresh(listed), "a list without hashes comes from a run that failed"
    execution.note_run(listed, 3.5)
    assert execution.is_fresh(listed) and execution.run_of(listed)["longest"] == 3.5
    unused.write_text("2")
    assert execution.is_fresh(listed)
    used.write_text("2")
    assert not execution.is_fresh(listed)
    used.unlink()
    assert not execution.is_fresh(listed)


def test_a_changed_table_does_not_rerun_labs_that_only_read_the_description(tmp_path: Path) -> None:
    package, listed = tmp_path / "datapackage.json", tmp_path / "list.json"
    listed.write_text(f'["{package}"]')

    def described(title: str, digest: str) -> None:
        package.write_text(json.dumps({"resources": [{"title": title, "hash": digest, "bytes": 1, "rows": 2}]}))

    described("A table", "one")
    execution.note_run(listed, 1)
    described("A table", "other")
    assert execution.is_fresh(listed)
    described("Another title", "other")
    assert not execution.is_fresh(listed)


def test_a_process_lists_the_tables_and_modules_that_it_used(tmp_path: Path) -> None:
    target = tmp_path / "used.json"
    code = "from placelab import tables; tables.load('gdp_deflator')"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PLACELAB_USED": str(target)})
    names = set(re.findall(r"([\w.]+)\"", target.read_text()))
    assert {"gdp_deflator.csv", "datapackage.json", "tables.py"} <= names
    assert not {"claims.csv", "gap.py"} & names


def test_two_builds_are_compared_byte_for_byte(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.html").write_text("same")
        (tmp_path / name / "other.html").write_text(f"head\nbuilt in {name}\n")
    (tmp_path / "two" / "more.svg").write_text("")
    found = list(same.differences(tmp_path / "one", tmp_path / "two"))
    assert found == ["more.svg: in one build only", "other.html differs\n  -built in one\n  +built in two"]
