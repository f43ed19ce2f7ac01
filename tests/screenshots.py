"""Take a picture of every page of the built book, for a person to look at: `make shots`.

Writes _shots/<page>-<width>-<theme>.png for three widths in light and dark. Exits with an error where a page is wider
than the window, because a reader would then have to scroll sideways to read a line.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from browsing import opened_browser, pages, served

ROOT = Path(__file__).resolve().parent.parent
WIDTHS = (1280, 768, 320)
THEMES = ("light", "dark")


def take(built: Path, target: Path, only: str = "", widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """Write the pictures of the pages whose path contains `only`; return one line for each page too wide."""
    target.mkdir(parents=True, exist_ok=True)
    too_wide = []
    with served(built) as site, opened_browser() as browser:
        for width in widths:
            for theme in THEMES:
                context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
                page = context.new_page()
                for path in pages(built):
                    if path == "index.html" or only not in path:
                        continue
                    page.goto(site + path, wait_until="load")
                    page.wait_for_timeout(150)
                    name = path.removesuffix(".html").replace("/", "_")
                    page.screenshot(path=target / f"{name}-{width}-{theme}.png", full_page=True, animations="disabled")
                    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                    if over > 0:
                        too_wide.append(f"{path} at {width} px is {over} px wider than the window")
                context.close()
    return sorted(set(too_wide))


def main() -> int:
    """Read the command line, take the pictures and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--built", type=Path, default=ROOT / "_build" / "html", help="folder of the built book")
    parser.add_argument("--to", type=Path, default=ROOT / "_shots", help="folder for the pictures")
    parser.add_argument("--only", default="", help="only pages whose path contains this")
    parser.add_argument("--widths", type=int, nargs="+", default=list(WIDTHS))
    chosen = parser.parse_args()
    if not (chosen.built / "search.html").is_file():
        parser.error(f"{chosen.built} holds no book; run `make book` first")
    too_wide = take(chosen.built, chosen.to, chosen.only, tuple(chosen.widths))
    print(f"{len(list(chosen.to.glob('*.png')))} pictures in {chosen.to}")
    print("\n".join(too_wide))
    return 1 if too_wide else 0


if __name__ == "__main__":
    sys.exit(main())
