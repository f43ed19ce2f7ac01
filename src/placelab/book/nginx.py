"""What nginx includes to serve the book: the headers of every answer, and where pages have moved.

    python -m placelab.book.nginx --out /etc/nginx/leading-a-place

writes headers.conf and moved.conf, which deploy/nginx/leading-a-place.conf includes. The policy is that of the pages themselves
(policy.py), with what only a header can say.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from sphinx.errors import ConfigError

from placelab.book import policy
from placelab.book.moved import SETTING, checked


def headers() -> dict[str, str]:
    """The headers of every answer, by name."""
    return {
        "Content-Security-Policy": f"{policy.policy()}; frame-ancestors 'none'",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Content-Type-Options": "nosniff",
    }


def included(moved: Mapping[str, str]) -> dict[str, str]:
    """The two files that nginx includes, by name."""
    return {
        "headers.conf": "".join(f'add_header {name} "{value}" always;\n' for name, value in headers().items()),
        "moved.conf": "".join(f'"/{old}" "/{new}.html";\n' for old, new in sorted(moved.items())),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 2 where the book's settings cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m placelab.book.nginx", description="Write what nginx includes.")
    parser.add_argument("--config", type=Path, default=Path("_config.yml"), help="the book's settings (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("_build/nginx"), help="a folder (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        settings = yaml.safe_load(options.config.read_text(encoding="utf-8"))
        files = included(checked(settings.get("sphinx", {}).get("config", {}).get(SETTING, {})))
    except (OSError, yaml.YAMLError, ConfigError) as problem:
        print(f"Nothing was written: {problem}", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (options.out / name).write_text(text, encoding="utf-8")
    print(f"{options.out}: {', '.join(files)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
