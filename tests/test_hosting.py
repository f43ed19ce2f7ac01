"""The book on a real nginx, with the configuration in deploy/, and what the build does for hosts without one."""

from __future__ import annotations

import gzip
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from building import ROOT, Build

from placelab.book import moved as moved_pages
from placelab.book import nginx, policy

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PAGE = "/book/05-the-fiscal-challenge.html"
MAIN = """
daemon off; pid {home}/nginx.pid; error_log {home}/error.log;
events {{ worker_connections 64; }}
http {{
  include /etc/nginx/mime.types; access_log off;
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
  {server}
}}
"""

Ask = Callable[..., tuple[HTTPResponse, bytes]]


@pytest.fixture(scope="module")
def ask(built_book: Build, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """A function that asks the started nginx for a path; the file in deploy/ is changed in its port and its folders only."""
    if not NGINX:
        pytest.skip("no nginx on this machine")
    home = tmp_path_factory.mktemp("nginx")
    for name, text in nginx.included({"book/old-page.html": PAGE.strip("/").removesuffix(".html")}).items():
        (home / name).write_text(text)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = (ROOT / "deploy" / "nginx" / "leading-a-place.conf").read_text()
    for written, here in {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "/srv/leading-a-place": str(built_book.html),
        "/etc/nginx/leading-a-place": str(home),
    }.items():
        assert written in server
        server = server.replace(written, here)
    (home / "nginx.conf").write_text(MAIN.format(home=home, server=server))
    home.chmod(0o755)
    running = subprocess.Popen([NGINX, "-c", str(home / "nginx.conf"), "-g", "user root;"], stderr=subprocess.PIPE, text=True)

    def asked(path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer, answer.read()

    try:
        for _ in range(100):
            assert running.poll() is None, running.communicate()[1]
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield asked
    finally:
        running.terminate()
        running.wait(10)


def test_a_page_comes_with_the_policy_and_is_asked_for_anew(ask: Ask) -> None:
    answer, body = ask(PAGE)
    assert answer.status == 200 and answer.getheader("Content-Type") == "text/html; charset=utf-8"
    for name, value in nginx.headers().items():
        assert answer.getheader(name) == value
    assert policy.policy() in (answer.getheader("Content-Security-Policy") or "")
    assert answer.getheader("Cache-Control") == "no-cache"
    tag = answer.getheader("ETag")
    assert tag and b"The fiscal challenge" in body
    again, nothing = ask(PAGE, If_None_Match=tag)
    assert again.status == 304 and not nothing


def test_pages_and_data_are_compressed(ask: Ask) -> None:
    for path in (PAGE, "/_live/page.js", "/_static/placelab.css", "/_places/E92000001.json", "/searchindex.js"):
        answer, body = ask(path, Accept_Encoding="gzip")
        assert answer.getheader("Content-Encoding") == "gzip", path
        assert len(body) < 0.6 * len(gzip.decompress(body)), path


def test_only_files_named_after_their_content_are_kept(ask: Ask, built_book: Build) -> None:
    kept = set()
    for path in built_book.html.rglob("*"):
        if path.is_file() and path.suffix in (".svg", ".js", ".css", ".json") and "_places" not in path.parts:
            name = path.relative_to(built_book.html).as_posix()
            answer, _ = ask(f"/{name}")
            if "immutable" in (answer.getheader("Cache-Control") or ""):
                kept.add(re.sub(r"[^/]+$", "", name))
                assert re.search(r"[0-9a-f]{16}|-[0-9A-Z]{8}\.js", name), name
    assert {"_images/", "_live/parts/"} <= kept


def test_lost_and_moved_readers_are_led(ask: Ask) -> None:
    answer, body = ask("/book/no/such/page.html")
    assert answer.status == 404 and b"There is no such page" in body
    assert answer.getheader("Content-Security-Policy") and answer.getheader("Cache-Control") == "no-cache"
    moved, _ = ask("/book/old-page.html")
    assert (moved.status, moved.getheader("Location")) == (301, PAGE)
    first, _ = ask("/")
    assert (first.status, first.getheader("Location")) == (302, "/book/index.html")
    folder, body = ask("/book/")
    assert folder.status == 200 and b"<title>Leading a Place" in body
    assert ask("/.buildinfo")[0].status == 404


@pytest.mark.parametrize(
    "moved", [{"/book/a.html": "b"}, {"book/a": "b"}, {"a/../b.html": "b"}, {"a b.html": "b"}, {"a.html": 3}, ["a"]]
)
def test_an_address_that_cannot_have_moved_is_refused(moved: object) -> None:
    with pytest.raises(moved_pages.ConfigError, match="placelab_moved"):
        moved_pages.checked(moved)


def test_a_moved_page_leads_on_without_a_server_that_redirects(small_book: Path, strict_build: Callable[[Path], Build]) -> None:
    settings = small_book / "_config.yml"
    settings.write_text(settings.read_text().replace("config: {", "config: {placelab_moved: {old/place.html: lab}, "))
    built = strict_build(small_book)
    assert built.succeeded, built.printed
    text = (built.html / "old" / "place.html").read_text()
    assert 'url=../lab.html"' in text and policy.policy() in text
