"""`make live`: the book in a browser, shown anew about a second after a chapter is saved.

    python -m placelab.live [SOURCE] [--port 8000]

One Sphinx application stays in memory. A saved page is read and written alone and the browser told at once; when the author
pauses, the whole book is brought up to date (contents, references, places' files, search). A lab runs again when its cells
change. After a change of a table, of the package, of _config.yml or of _toc.yml this process starts itself anew on the same
socket, because Python keeps what it has read; labs then run only where a file that they used has changed, and pages are read
only where what they print has changed (book/execution.py, book/printed.py).

Only this server adds the script that reloads a page, as it sends it; the files of the book hold none. What is wrong with the
book stands in the terminal and on every open page until it is mended.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchfiles import watch

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ASSETS = Path(__file__).parent / "web" / "reload"
PREFIX = "/__live__/"  # addresses that the book itself does not have
SOCKET = "PLACELAB_LIVE_SOCKET"  # hands the open socket to the process that follows
PAUSE = 2000  # milliseconds without a change after which the whole book is brought up to date
TYPES = {".js": "text/javascript", ".css": "text/css"}
EVERY = "*"


# What the browser is told


@dataclass(frozen=True)
class News:
    """One thing that happened: its number, the pages that are new (EVERY for all), and what is wrong with the book."""

    number: int
    pages: list[str]
    problems: str


class Board:
    """The news, oldest first, for as many open pages as there are; safe to use from any thread."""

    def __init__(self) -> None:
        self._news: list[News] = [News(time.time_ns() // 1_000_000, [], "")]
        self._changed = threading.Condition()

    @property
    def latest(self) -> News:
        """The last of the news."""
        return self._news[-1]

    def tell(self, pages: Iterable[str], problems: str) -> None:
        """Add news. Numbers are milliseconds, so that they grow beyond a restart."""
        with self._changed:
            number = max(time.time_ns() // 1_000_000, self.latest.number + 1)
            self._news.append(News(number, sorted(pages), problems))
            self._changed.notify_all()

    def since(self, number: int, wait: float) -> list[News]:
        """The news after `number`; waits that many seconds for some."""
        with self._changed:
            self._changed.wait_for(lambda: self.latest.number > number, wait)
            return [one for one in self._news if one.number > number]


# The server


def with_script(html: bytes, number: int) -> bytes:
    """A page with the script that reloads it; `number`: the latest news when it was sent."""
    script = f'<script src="{PREFIX}reload.js?at={number}" defer></script>'.encode()
    return html.replace(b"</head>", script + b"</head>", 1)


class Handler(SimpleHTTPRequestHandler):
    """Serves the built pages, the reloading script and the news."""

    board: Board

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == PREFIX + "news":
            self.send_news(int(query.removeprefix("at=") or 0))
        elif path.startswith(PREFIX):
            self.send_asset(path.removeprefix(PREFIX))
        elif path.endswith((".html", "/")):
            self.send_page(path)
        else:
            super().do_GET()

    def send_page(self, path: str) -> None:
        """A page of the book as it now is; while there is none, one that says what is wrong or to wait."""
        file = Path(self.translate_path(path))
        file = file / "index.html" if path.endswith("/") else file
        if file.is_file():
            self.send_content(with_script(file.read_bytes(), self.board.latest.number), "text/html; charset=utf-8")
        else:
            waiting = (
                b'<!DOCTYPE html><html lang="en-GB"><head><title>The book</title></head><body>'
                b"<p>This page is not built yet, or there is no such page. It will show as soon as it is.</p></body></html>"
            )
            self.send_content(
                with_script(waiting, self.board.latest.number), "text/html; charset=utf-8", HTTPStatus.NOT_FOUND
            )

    def send_asset(self, name: str) -> None:
        """The reloading script or its style sheet."""
        file = ASSETS / name
        if file.parent == ASSETS and file.is_file():
            self.send_content(file.read_bytes(), TYPES[file.suffix])
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def send_content(self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        """A whole answer that no browser keeps."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def handle(self) -> None:
        """Answer; a page that was left in the meantime needs no answer."""
        with suppress(ConnectionError):
            super().handle()

    def send_news(self, number: int) -> None:
        """Server-sent events: all that happened after `number`, and what happens from now on."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        try:
            if number >= self.board.latest.number:  # the page is as new as the book; it is told what is wrong with it
                self.write_event(replace(self.board.latest, pages=[]))
            while True:
                found = self.board.since(number, wait=15)
                for one in found:
                    self.write_event(one)
                    number = one.number
                if not found:
                    self.write_event(None)
        finally:
            self.close_connection = True

    def write_event(self, news: News | None) -> None:
        """One event; without news a comment, which finds out whether the page is still open."""
        text = f"data: {json.dumps(asdict(news))}\n\n" if news else ": waiting\n\n"
        self.wfile.write(text.encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """The terminal is for the book."""


def listening(port: int) -> socket.socket:
    """The socket that the process before this one left open, or a new one on this machine's loopback."""
    inherited = os.environ.get(SOCKET)
    if inherited:
        return socket.socket(fileno=int(inherited))
    return socket.create_server(("127.0.0.1", port))


def serve(sock: socket.socket, folder: Path, board: Board) -> None:
    """Serve a folder's pages from threads of this process."""
    handler = type("BookHandler", (Handler,), {"board": board})
    server = ThreadingHTTPServer(
        sock.getsockname()[:2], partial(handler, directory=str(folder)), bind_and_activate=False
    )
    server.socket.close()
    server.socket = sock
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()


def start_anew(sock: socket.socket) -> None:
    """Replace this process by a new one that has read nothing yet and listens on the same socket."""
    sock.set_inheritable(True)
    sys.stdout.flush()
    os.environ[SOCKET] = str(sock.fileno())
    os.execv(sys.executable, [sys.executable, "-m", "placelab.live", *sys.argv[1:]])


# What is to be done about a change


@dataclass(frozen=True)
class Change:
    """What a set of saved files asks for: pages to read, static files to copy, or a new process."""

    pages: frozenset[Path]
    static: bool
    restart: bool


def meant(paths: Iterable[Path], source: Path) -> Change:
    """Sort saved files. Pages are the chapters and labs; anything under a folder _static is only copied."""
    pages, static, restart = set(), False, False
    for path in paths:
        inside = path.relative_to(source) if path.is_relative_to(source) else None
        if inside and "_static" in inside.parts:
            static = True
        elif inside and inside.parts[0] not in ("data", "src") and path.suffix in (".md", ".ipynb"):
            pages.add(path)
        elif inside is None or inside.parts[0] in ("data", "src") or path.suffix in (".yml", ".bib", ".html", ".lock"):
            restart = True
    return Change(frozenset(pages), static, restart)


def watched(source: Path) -> list[Path]:
    """The folders and files whose changes count: what the book is made of, and the installed package and its tables."""
    from placelab import used  # after a restart it may not import; then main() has already said so

    own = [path for path in source.iterdir() if not path.name.startswith((".", "_build", "_shots"))]
    inside = [path for path in own if path.suffix in (".md", ".ipynb", ".yml", ".lock", ".bib") or path.is_dir()]
    chosen = [path for path in inside if path.name not in ("tests", "node_modules", "build", "dist")]
    return sorted({*chosen, source / "_config.yml", source / "_toc.yml", *used.folders()})


def counts(change: object, path: str) -> bool:
    """Whether a saved file can matter; an editor's own files and what a program leaves behind do not."""
    name = Path(path).name
    parts = set(Path(path).parts)
    ignored = {"__pycache__", ".ipynb_checkpoints", "node_modules", ".git", ".jupyter_cache"} & parts
    return not (
        ignored or name.startswith((".", "#")) or name.endswith(("~", ".swp", ".tmp", ".pyc")) or name == "4913"
    )


def saved_since(moment: float, source: Path) -> set[Path]:
    """Files that count and were saved after a moment (seconds since 1970): those that a first build may have missed."""
    every = (file for path in watched(source) for file in (path.rglob("*") if path.is_dir() else [path]))
    return {file for file in every if counts(None, str(file)) and file.is_file() and file.stat().st_mtime > moment}


# The book


class Book:
    """The application in memory, and what is wrong with the book."""

    def __init__(self, app: Sphinx, warnings: io.StringIO, board: Board) -> None:
        self.app, self.warnings, self.board = app, warnings, board
        self.pending: set[str] = set()
        self.app.connect("env-get-outdated", lambda *_: sorted(self.pending))

    def page(self, docname: str) -> str:
        """A document's address."""
        return str(self.app.builder.get_target_uri(docname))

    def problems(self) -> str:
        """What Sphinx has warned of since this was last asked, each line once."""
        from sphinx.util.console import strip_escape_sequences

        found = strip_escape_sequences(self.warnings.getvalue()).strip()
        self.warnings.seek(0)
        self.warnings.truncate()
        source = f"{self.app.srcdir}{os.sep}"
        return "\n".join(dict.fromkeys(found.replace(source, "").splitlines()))

    def show(self, docnames: Iterable[str]) -> None:
        """Read and write these pages alone, and tell the browser."""
        began = time.perf_counter()
        names = sorted(docnames)
        self.pending |= set(names)
        problem = self._guarded(lambda: self._write(names))
        self._say(names, problem, began)

    def bring_up_to_date(self, everything: bool = False) -> None:
        """Build whatever is out of date, all checks included. everything: tell the browser that any page may be new."""
        began = time.perf_counter()
        written: list[str] = []
        listener = self.app.connect("doctree-resolved", lambda app, tree, name: written.append(name))
        problem = self._guarded(self.app.build)
        self.app.disconnect(listener)
        pages = written if everything else sorted(set(written) - self.pending - {self.app.config.root_doc})
        if not problem:
            self.pending.clear()
        self._say([EVERY] if everything else pages, problem, began, whole=True)

    def copy_static(self) -> None:
        """Copy style sheets and scripts anew."""
        self.app.builder.copy_assets()
        self.board.tell([EVERY], self.board.latest.problems)

    def answer(self, change: Change) -> bool:
        """Do what saved files ask for, or what is left to do when none is; True where only a new process will do."""
        if change.restart:
            print("starting anew, because the tables, the code or the settings changed", flush=True)
            return True
        known = {self.app.env.path2doc(str(path)) for path in change.pages} & set(self.app.env.all_docs)
        if known:
            self.show(known)  # type: ignore[arg-type]
        elif self.pending or change.pages:
            self.bring_up_to_date()
        if change.static:
            self.copy_static()
        return False

    def _guarded(self, work: object) -> str:
        """Do it; what went wrong as text, "" if nothing."""
        from sphinx.errors import SphinxError

        try:
            work()  # type: ignore[operator]
            return ""
        except SphinxError as problem:
            return f"{problem.category}: {problem}"
        except Exception:
            return traceback.format_exc()

    def _write(self, names: list[str]) -> None:
        from sphinx.util import logging
        from sphinx.util.build_phase import BuildPhase

        from placelab.book import execution

        app, builder, env = self.app, self.app.builder, self.app.env
        app.phase = BuildPhase.READING
        execution.forget(app, [name for name in names if execution.is_notebook(app, name)])
        execution.start(app, env, names)
        with logging.pending_warnings():
            for name in names:
                app.events.emit("env-purge-doc", env, name)
                env.clear_doc(name)
                builder.read_doc(name)
        builder.search = False  # the index is a matter of the whole book
        try:
            builder.prepare_writing(set(names))
            for name in names:
                app.phase = BuildPhase.RESOLVING
                document = env.get_and_resolve_doctree(name, builder)
                app.phase = BuildPhase.WRITING
                builder.write_doc_serialized(name, document)
                builder.write_doc(name, document)
            builder.copy_image_files()
        finally:
            builder.search = True

    def _say(self, names: Iterable[str], problem: str, began: float, whole: bool = False) -> None:
        from placelab.book import execution

        told = "\n".join(filter(None, (self.problems(), problem.strip())))
        pages = [name if name == EVERY else self.page(name) for name in names]
        before = self.board.latest.problems
        if pages or told != before:
            self.board.tell(pages, told)
        spent = time.perf_counter() - began
        what = "the whole book" if whole else ", ".join(pages)
        if told and (told != before or not whole):
            print(told, flush=True)
        verdict = "with problems, see above" if told else "without a warning"
        labs = f"; ran {', '.join(execution.ran(self.app))}" if execution.ran(self.app) else ""
        execution.ran(self.app).clear()
        print(f"{time.strftime('%H:%M:%S')} {what}: {spent:.2f} s, {verdict}{labs}", flush=True)


def run(source: Path, target: Path, sock: socket.socket, board: Board) -> None:
    """Keep the book up to date until a change asks for a new process. Raises whatever keeps the application from being made."""
    from placelab.book import build

    logging.getLogger("watchfiles").setLevel(logging.WARNING)
    began = time.time()
    warnings = io.StringIO()
    live: dict[str, Any] = {"placelab_live": True, "placelab_kernels": build.KERNELS, "nb_execution_raise_on_error": False}
    with build.application(source, target, strict=False, warning=warnings, nb_execution_show_tb=True, **live) as app:
        book = Book(app, warnings, board)
        book.bring_up_to_date(everything=True)
        if book.answer(meant(saved_since(began, source), source)):
            return
        for changes in watch(
            *watched(source), watch_filter=counts, step=20, debounce=400, rust_timeout=PAUSE, yield_on_timeout=True
        ):
            if book.answer(meant({Path(path) for _, path in changes}, source)):
                return


def wait_for_change(source: Path) -> None:
    """Return when a file of the book or of the package has been saved."""
    next(watch(source, watch_filter=counts, step=20, debounce=400))


def main(arguments: list[str] | None = None) -> int:
    """The command. It ends with Ctrl+C."""
    asked = argparse.ArgumentParser(prog="python -m placelab.live", description="Show the book as it is written.")
    asked.add_argument("source", nargs="?", default=".", type=Path, help="the folder of _config.yml")
    asked.add_argument("--path-output", type=Path, help="pages go to FOLDER/_build/live; without it, beside the source")
    asked.add_argument("--port", type=int, default=8000)
    given = asked.parse_args(arguments)
    source = given.source.resolve()
    target = (given.path_output or source).resolve() / "_build" / "live"
    (target / "html").mkdir(parents=True, exist_ok=True)
    try:
        sock = listening(given.port)
    except OSError as problem:
        print(f"port {given.port}: {problem.strerror}; choose another: make live PORT=8001", file=sys.stderr)
        return 2
    board = Board()
    serve(sock, target / "html", board)
    print(f"Open http://127.0.0.1:{sock.getsockname()[1]}/ (Ctrl+C ends)", flush=True)
    try:
        try:
            run(source, target, sock, board)
        except Exception:
            told = traceback.format_exc()
            print(f"{told}\nMend it and save; the book will be built again.", flush=True)
            board.tell([], told)
            wait_for_change(source)
        start_anew(sock)
    except KeyboardInterrupt:
        print("\nended")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
