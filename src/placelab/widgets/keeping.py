"""The JupyterLab home of notes: a reader's words go to a file of the reader's own, and nowhere else.

Panel and Python talk by messages (web/notes/keeping.js says in what form); no words enter a trait, so that a notebook saved
with its widgets' state holds none of them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from placelab import framework, notes
from placelab.framework import Kept, NotKept
from placelab.widgets.jupyter import script


class Keeper:
    """One file of notes. Each change reads it anew, so that labs open side by side do not undo one another's.

    `kept` is what was last read or changed; where the file cannot be written it holds what the file lacks, and the next
    change tries again.
    """

    def __init__(self, file: Path, chapters: Sequence[notes.Chapter]) -> None:
        self.file = file
        self.chapters = chapters
        self.kept = Kept()
        self._unsaved = False

    def answer(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a panel asks for; what is kept now, what to say of it, and whether something went wrong."""
        said, wrong = "", False
        try:
            said = self._load()
            wrong = bool(said)
            if wish.get("do") != "read":
                self.kept, done = self._done(wish)
                self._store()
                said, wrong = " ".join(filter(None, (said, done))), wrong
        except NotKept as refused:
            said, wrong = f"{refused} Nothing was changed.", True
        except OSError as problem:
            self._unsaved = True
            said, wrong = (
                f"The file {self.file} cannot be used ({problem.strerror}), so your words are in this panel alone. "
                "Copy them, or make its folder writable and go on writing.",
                True,
            )
        kept = {"notes": dict(self.kept.notes), "commitments": [dict(one) for one in self.kept.commitments]}
        return {"kept": kept, "said": said, "wrong": wrong}

    def _done(self, wish: Mapping[str, Any]) -> tuple[Kept, str]:
        """What is kept once a wish is granted, and what to say. Raises NotKept."""
        match wish:
            case {"do": "note", "id": str(id_), "text": str(text), "was": str(was)}:
                return framework.with_note(self.kept, id_, text, was), f"Kept in {self.file}."
            case {"do": "commitment", "now": dict(now), "was": dict(was) | (None as was)}:
                return framework.with_commitment(self.kept, now, was), f"Kept in {self.file}."
            case {"do": "import", "text": str(text)}:
                both, clashes = framework.merge(self.kept, framework.read(text))
                return both, framework.told(self.kept, both, clashes, self.chapters)
            case {"do": "clear"}:
                return Kept(), f"Cleared. {self.file} is gone."
        raise NotKept("The panel asked for something that is not known here. Run the cell again.")

    def _load(self) -> str:
        """Take up what the file holds. What cannot be read is set aside, and a sentence says where. Raises OSError."""
        if self._unsaved:
            return ""
        try:
            self.kept = framework.read(self.file.read_text("utf-8"))
        except FileNotFoundError:
            self.kept = Kept()
        except (NotKept, UnicodeDecodeError) as problem:
            aside = self._free()
            self.file.rename(aside)
            self.kept = Kept()
            why = str(problem) if isinstance(problem, NotKept) else "It is not text in UTF-8."
            return f"{self.file} could not be read. {why} It is kept as {aside}; new notes go to a new {self.file}."
        return ""

    def _free(self) -> Path:
        """A name beside the file that nothing has."""
        number = 1
        while (path := self.file.with_name(f"{self.file.stem}-unreadable-{number}{self.file.suffix}")).exists():
            number += 1
        return path

    def _store(self) -> None:
        """Write what is kept, whole or not at all; nothing kept needs no file. Raises OSError."""
        if self.kept == Kept():
            self.file.unlink(missing_ok=True)
        else:
            write_whole(self.file, framework.write(self.kept))
        self._unsaved = False


def write_whole(file: Path, text: str) -> None:
    """Write a file so that it holds either what it held or all of `text`, even if the power fails. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as beside:
            beside.write(text)
            beside.flush()
            os.fsync(beside.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class Panel(anywidget.AnyWidget):
    """A panel of notes. Subclasses have traits that say what it is about, never what a reader wrote."""

    def __init__(self, file: Path, name: str, **traits: Any) -> None:
        self._esm, self._css = script(f"lab/{name}.js"), script("notes.css")
        self._keeper = Keeper(file, notes.chapters())
        super().__init__(**traits)
        self.on_msg(self._asked)

    def _asked(self, _: Any, wish: Any, buffers: Any) -> None:
        wish = wish if isinstance(wish, dict) else {}
        self.send({**self._keeper.answer(wish), "n": wish.get("n")})


def hint(file: Path) -> str:
    """Where a reader's words go."""
    return f"What you write is kept in {file}, beside this notebook, and is never sent."


class NoteWidget(Panel):
    """The field for one note."""

    note = traitlets.Dict().tag(sync=True)

    def __init__(self, one: notes.Reflection, file: Path) -> None:
        super().__init__(
            file,
            "note",
            note={"id": one.id, "label": one.label, "prompt": one.prompt, "hint": hint(file), "gathered": ""},
        )


class FrameworkWidget(Panel):
    """The reader's whole document."""

    chapters: traitlets.List[Any] = traitlets.List().tag(sync=True)
    hint = traitlets.Unicode().tag(sync=True)
    printable = traitlets.Bool(False).tag(sync=True)

    def __init__(self, chapters: list[dict[str, Any]], file: Path) -> None:
        super().__init__(file, "your-framework", chapters=chapters, hint=hint(file))
