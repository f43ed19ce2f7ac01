"""The workflow files and the scripts that they call."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: (?:\./\S+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$")
WRITES = {  # what may write, and where: nothing else does
    ("publish.yml", "deploy"): {"pages", "id-token"},
    ("release.yml", "release"): {"contents"},
    ("weekly.yml", "issues"): {"issues"},
}


def tool(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment."""
    name, *rest = command
    return subprocess.run(
        [str(Path(sys.executable).parent / name), *rest], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_workflows_fit_the_schema() -> None:
    done = tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS))
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_audit_of_the_workflows_finds_nothing() -> None:
    done = tool("zizmor", "--offline", "--quiet", *map(str, WORKFLOWS))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_audit_sees_what_it_looks_for(tmp_path: Path) -> None:
    bad = "on: pull_request_target\njobs: {a: {runs-on: ubuntu-24.04, steps: [{run: 'echo ${{ github.head_ref }}'}]}}\n"
    (tmp_path / "bad.yml").write_text(bad)
    assert tool("zizmor", "--offline", "--quiet", str(tmp_path / "bad.yml")).returncode != 0


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_pins_its_actions_and_writes_only_where_it_must(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    described = yaml.safe_load(text)
    used = [line.strip().removeprefix("- ") for line in text.splitlines() if "uses:" in line]
    assert [line for line in used if not PINNED.match(line.removesuffix(" # zizmor: ignore[self-repository]"))] == []
    assert described["permissions"] == {}
    for name, job in described["jobs"].items():
        writing = {scope for scope, how in job.get("permissions", {}).items() if how == "write"}
        assert writing == WRITES.get((path.name, name), set()), name
        assert "uses" in job or job["timeout-minutes"] <= 60
        for step in job.get("steps", ()):
            assert "${{" not in step.get("run", ""), f"{name}: give values to a script through env"
            if "actions/checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


def test_what_the_workflows_call_is_there() -> None:
    called = {
        command
        for path in WORKFLOWS
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
        for step in job.get("steps", ())
        for command in re.findall(r"\.ci/\w+|make \w+", step.get("run", ""))
    }
    assert len(called) >= 6
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    for command in called:
        if command.startswith("make "):
            assert command.removeprefix("make ") in targets
        else:
            assert os.access(ROOT / command, os.X_OK), command


def test_scripts_are_valid_shell() -> None:
    files = [path for path in (ROOT / ".ci").iterdir() if path.is_file()]
    scripts = [path for path in files if path.read_bytes().startswith(b"#!/usr/bin/env bash")]
    assert len(scripts) >= 5
    for path in scripts:
        assert "set -euo pipefail" in path.read_text()
        done = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def page(folder: Path, name: str, title: str, article: str, around: str = "") -> None:
    """Write a small page as the theme shapes it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    html = f'<title>{title}</title><nav>{around}</nav><article class="bd-article">{article}</article>'
    path.write_text(html, encoding="utf-8")


def changed(before: Path, after: Path) -> str:
    """What .ci/changed_pages.py prints."""
    command = [sys.executable, str(ROOT / ".ci" / "changed_pages.py"), str(before), str(after)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_changed_pages_are_told_from_those_around_them(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, word in ((before, "two"), (after, "three")):
        page(folder, "book/a.html", "A", f"<p>{word} things</p>")
        page(folder, "book/b.html", "B", "<p>same</p>", around=word)
        page(folder, "book/c.html", "C", "<p>same</p>")
    page(before, "book/old.html", "Old", "")
    page(after, "book/new.html", "New", "")
    said = changed(before, after)
    assert "**Changed**\n\n- `book/a.html`: A\n" in said
    assert "**New**\n\n- `book/new.html`: New\n" in said and "**Gone**\n\n- `book/old.html`: Old\n" in said
    assert "book/b.html" not in said and "1 more differ only around the text" in said and "book/c.html" not in said
    assert "No page reads differently." in changed(after, after)


def test_an_issue_is_opened_once_and_then_added_to(tmp_path: Path) -> None:
    """With a stand-in for GitHub's command that knows of one open issue, about links."""
    log, found = tmp_path / "log", tmp_path / "found"
    found.mkdir()
    (found / "links.md").write_text("one broken\n")
    (found / "newest.md").write_text("a test failed\n")
    stand_in = tmp_path / "gh"
    stand_in.write_text(
        f'#!/bin/bash\nprintf "%s|" "$@" >> {log}; echo >> {log}\n'
        'case "$*" in "issue list"*"failed: links"*) echo 7 ;; esac\n'
    )
    stand_in.chmod(0o755)
    env = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "5"}
    subprocess.run([str(ROOT / ".ci" / "open_issues"), str(found)], env=env, check=True, capture_output=True)
    calls = [line for line in log.read_text().splitlines() if not line.startswith("issue|list")]
    assert [call.split("|")[:3] for call in calls] == [["issue", "comment", "7"], ["issue", "create", "--repo"]]
    assert "Weekly check failed: newest" in calls[1]
    assert (found / "links.md").read_text().endswith("/a/b/actions/runs/5\n")


def test_broken_links_are_listed_with_their_place(tmp_path: Path) -> None:
    answers = [
        {
            "filename": "book/a.md",
            "lineno": 3,
            "status": "broken",
            "code": 404,
            "uri": "https://example.org/gone",
            "info": "404",
        },
        {
            "filename": "book/a.md",
            "lineno": 4,
            "status": "working",
            "code": 0,
            "uri": "https://example.org/",
            "info": "",
        },
        {
            "filename": "book/a.md",
            "lineno": 5,
            "status": "broken",
            "code": 403,
            "uri": "https://example.org/x",
            "info": "403",
        },
        {"filename": "book/a.md", "lineno": 6, "status": "broken", "code": 0, "uri": "data.html#own", "info": ""},
    ]
    output = tmp_path / "output.json"
    output.write_text("".join(json.dumps(answer) + "\n" for answer in answers))
    command = [sys.executable, str(ROOT / ".ci" / "broken_links.py"), str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()) == (
        1,
        [
            "refused: book/a.md:5: https://example.org/x: 403",
            "book/a.md:3: https://example.org/gone: 404",
            "1 broken and 1 refused of 3 links",
        ],
    )
    output.write_text("".join(json.dumps(answer) + "\n" for answer in answers[1:]))
    assert subprocess.run(command, capture_output=True, text=True, check=False).returncode == 0


def test_a_release_refuses_a_tag_that_is_not_the_version() -> None:
    done = subprocess.run([str(ROOT / ".ci" / "release_files"), "v99.0"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "tag v" in done.stderr


def test_an_audit_tells_faults_from_silence() -> None:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec and spec.loader
    audit = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(audit)
    fault = {"id": "PYSEC-1", "fix_versions": ["1.1"]}
    found = [
        {"name": "a", "version": "1.0", "vulns": [fault]},
        {"name": "b", "version": "1.0", "vulns": []},
        {"name": "c", "skip_reason": "not found"},
    ]
    assert audit.pip_answer(json.dumps({"dependencies": found})) == (["a 1.0: PYSEC-1, mended in 1.1"], ["c"])
    assert audit.pip_answer("") == ([], ["all of requirements.lock"])
    npm = {"vulnerabilities": {"x": {"severity": "high", "range": "<2"}}}
    assert audit.npm_answer(json.dumps(npm), "lock") == (["x: high, <2"], [])
    assert audit.npm_answer('{"error": {}}', "lock") == ([], ["all of lock"])
    assert all((ROOT / lock).is_file() for lock in (audit.LOCK, *audit.NPM_LOCKS))
