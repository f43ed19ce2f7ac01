"""What a reader wrote, as one document: notes, decisions and commitments, read, changed, merged and set out.

Pure functions over `Kept`; where it is kept is the business of the browser (web/notes/browser.js) and of JupyterLab
(widgets/keeping.py). web/notes/kept.js is the twin of this module, and a test compares the two. Whatever happens, no words
are lost: two versions of one note are both kept, and a file that cannot be read changes nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from placelab import wording
from placelab.notes import ID, Chapter

FORMAT, VERSION = "leading-a-place-notes", 1
FILE_NAME = "leading-a-place-notes.json"
LARGEST = 2_000_000  # characters of a file
LONGEST = 100_000  # characters of one note or field
MOST_NOTES, MOST_COMMITMENTS = 200, 40
ALSO = "[Also kept]"  # stands between two versions of one note

# The parts of a commitment, and what each is called.
PARTS = {"what": "What I will do", "when": "By when", "who": "With whom", "sign": "How I will know"}

_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_MARKDOWN = re.compile(r"<|(^|\n)([ \t]*)#")


class NotKept(ValueError):
    """A file or a change that cannot be taken: what is wrong, where, and how to mend it. Nothing has been changed."""


@dataclass(frozen=True)
class Kept:
    """Notes by reflection id, and commitments, each a mapping of the four PARTS to text."""

    notes: Mapping[str, str] = field(default_factory=dict)
    commitments: Sequence[Mapping[str, str]] = ()


def clean(text: str) -> str:
    """Text as it is kept: line ends as newlines, no control characters, nothing that is not Unicode."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _NOT_TEXT.sub("", lines))


def trimmed(text: str) -> str:
    """Text without blank space at its ends."""
    return text.strip(" \t\n")


# Reading and writing the file


def write(kept: Kept) -> str:
    """What is kept, as the text of a file."""
    found = {
        "format": FORMAT,
        "version": VERSION,
        "notes": dict(kept.notes),
        "commitments": [dict(c) for c in kept.commitments],
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def read(text: str) -> Kept:
    """What a file holds. Raises NotKept for one that is too large, cut short, of another version, or changed by hand amiss."""
    if len(text) > LARGEST:
        raise NotKept(f"The file is larger than any notes of this book. Choose the file that it saved, {FILE_NAME}.")
    found = _parsed(text.removeprefix("\ufeff"))
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise NotKept(f"The file does not hold notes of this book. Choose the file that it saved, {FILE_NAME}.")
    version = found.get("version")
    if version != VERSION or isinstance(version, bool):
        whole = isinstance(version, int | float) and not isinstance(version, bool) and version in range(1000)
        told = f"{version:.0f}" if whole else "unknown"
        raise NotKept(
            f"The file is of version {told}, and this edition of the book reads version {VERSION}. "
            "Open it in the edition that saved it, or save it again there."
        )
    given = found.get("notes", {})
    if not isinstance(given, dict):
        raise NotKept('In the file, "notes" should be a list of names, each with its text, in curly brackets.')
    if len(given) > MOST_NOTES:
        raise NotKept(f"The file holds {len(given)} notes; the book asks for fewer than {MOST_NOTES}.")
    kept = {id_: note for id_, words in given.items() if (note := _note(id_, words))}
    listed = found.get("commitments", [])
    if not isinstance(listed, list):
        raise NotKept('In the file, "commitments" should be a list in square brackets.')
    if len(listed) > MOST_COMMITMENTS:
        raise NotKept(f"The file holds {len(listed)} commitments; there is room for {MOST_COMMITMENTS}.")
    commitments = [_commitment(i + 1, one) for i, one in enumerate(listed)]
    return Kept(kept, tuple(one for one in commitments if not blank(one)))


def _parsed(text: str) -> Any:
    def no_number(name: str) -> Any:
        raise ValueError(name)

    try:
        return json.loads(text, parse_constant=no_number)
    except (ValueError, RecursionError):
        rest = trimmed(clean(text))
    if not rest:
        raise NotKept(f"The file is empty. Choose the file that this book saved, {FILE_NAME}.")
    if rest.startswith("{") and not rest.endswith("}"):
        lines = rest.count("\n") + 1
        raise NotKept(f"The file breaks off in line {lines}, before its end. Copy it again from where it was saved.")
    raise NotKept(
        "The file cannot be read: a quotation mark, comma or bracket is missing or out of place. "
        "If it was edited, undo the last change; if not, copy it again from where it was saved."
    )


def _note(id_: str, words: Any) -> str:
    if not ID.fullmatch(id_):
        raise NotKept("In the file, a note has a name that is not one of the book's: small letters and hyphens alone.")
    if not isinstance(words, str):
        raise NotKept(f'In the file, note "{id_}" should be text in quotation marks.')
    return _limited(clean(words), f'note "{id_}"')


def _commitment(number: int, one: Any) -> dict[str, str]:
    if not isinstance(one, dict) or not all(isinstance(one.get(part, ""), str) for part in PARTS):
        listed = ", ".join(f'"{part}"' for part in PARTS)
        raise NotKept(f"In the file, commitment {number} should hold {listed}, each as text in quotation marks.")
    return {part: _limited(clean(one.get(part, "")), f"commitment {number}") for part in PARTS}


def _limited(text: str, where: str) -> str:
    if len(text) > LONGEST:
        raise NotKept(f"The text of {where} is too long to be kept. Shorten it to {LONGEST:,} characters.")
    return text if trimmed(text) else ""


def blank(commitment: Mapping[str, str]) -> bool:
    """Whether a commitment says nothing."""
    return not any(trimmed(text) for text in commitment.values())


def _fitting(kept: Kept) -> Kept:
    """What can be read again."""
    if len(write(kept)) > LARGEST:
        raise NotKept("Together this is more than can be kept. Save a file of what is here and shorten some notes.")
    return kept


# Changing what is kept


def joined(own: str, other: str) -> str:
    """Two versions of one text: the longer where it holds the other whole, else both, one's own first."""
    one, two = trimmed(own), trimmed(other)
    if f"\n{two}\n" in f"\n{one}\n" or not two:
        return own
    if f"\n{one}\n" in f"\n{two}\n" or not one:
        return other
    return f"{one}\n\n{ALSO}\n\n{two}"


def with_note(kept: Kept, id_: str, text: str, was: str) -> Kept:
    """One note rewritten. `was` is what its writer saw before: where something else is kept by now, both texts are."""
    if not ID.fullmatch(id_):
        raise NotKept("This note has no name that the book knows, so it was not kept.")
    current, new = kept.notes.get(id_, ""), clean(text)
    if current not in (clean(was), new):
        new = joined(current, new)
    new = _limited(new, "this note")
    rest = {key: words for key, words in kept.notes.items() if key != id_}
    return _fitting(Kept({**rest, id_: new} if new else rest, kept.commitments))


def with_commitment(kept: Kept, now: Mapping[str, str], was: Mapping[str, str] | None = None) -> Kept:
    """One commitment added, rewritten (`was` is what it said before) or, where `now` says nothing, taken out."""
    new = {part: _limited(clean(str(now.get(part, ""))), "this commitment") for part in PARTS}
    listed = [dict(one) for one in kept.commitments]
    at = listed.index(dict(was)) if was is not None and dict(was) in listed else None
    if at is not None:
        listed[at : at + 1] = [] if blank(new) else [new]
    elif not blank(new) and new not in listed:
        listed.append(new)
    if len(listed) > MOST_COMMITMENTS:
        raise NotKept(f"There is room for {MOST_COMMITMENTS} commitments. Take one out first.")
    return _fitting(Kept(kept.notes, tuple(listed)))


def merge(own: Kept, other: Kept) -> tuple[Kept, list[str]]:
    """Two documents as one, one's own words first; and the ids of the notes of which two versions are now kept.

    Raises NotKept where together they are more than can be kept.
    """
    notes = {id_: joined(own.notes.get(id_, ""), text) for id_, text in other.notes.items()}
    clashes = [id_ for id_, text in notes.items() if text not in (own.notes.get(id_, ""), other.notes[id_])]
    together = {**own.notes, **{id_: _limited(text, f'note "{id_}", put together,') for id_, text in notes.items()}}
    listed = list(own.commitments) + [one for one in other.commitments if one not in own.commitments]
    if len(listed) > MOST_COMMITMENTS or len(together) > MOST_NOTES:
        raise NotKept(
            f"Together with what is here the file holds {len(listed)} commitments and {len(together)} notes; there is room "
            f"for {MOST_COMMITMENTS} and {MOST_NOTES}. Save your own file, clear this page and open the other one alone."
        )
    return _fitting(Kept(together, tuple(listed))), clashes


def told(own: Kept, both: Kept, clashes: Sequence[str], chapters: Sequence[Chapter]) -> str:
    """What a merge did, as sentences."""
    names = headings(chapters)
    notes = sum(own.notes.get(id_, "") != text for id_, text in both.notes.items()) - len(clashes)
    commitments = len(both.commitments) - len(own.commitments)
    if not notes and not commitments and not clashes:
        return "The file holds nothing that was not here already."
    came = [
        f"{wording.in_words(number)} {one}{'' if number == 1 else 's'}"
        for number, one in ((notes, "note"), (commitments, "commitment"))
    ]
    said = [f"{wording.capital(' and '.join(came))} came from the file."]
    if clashes:
        where = "; ".join(names.get(id_, id_) for id_ in clashes)
        said.append(f"Where both had a note, both texts are kept, yours first, with {ALSO} between them: {where}.")
    return " ".join(said)


# Setting it out


def headings(chapters: Sequence[Chapter]) -> dict[str, str]:
    """The page that asks for each note, as words, by id."""
    return {one.id: one.heading or chapter.heading for chapter in chapters for one in chapter.asked}


def document(kept: Kept, chapters: Sequence[Chapter]) -> str:
    """The reader's own document as Markdown: commitments, then what was written, chapter by chapter."""
    lines = ["# My framework", ""]
    if kept.commitments:
        lines += ["## What I will do", ""]
    for number, promised in enumerate(kept.commitments, start=1):
        lines += [f"{number}. {_line(promised['what']) or 'Not said yet'}"]
        lines += [
            f"   - {name}: {_line(promised[part]) or 'not said yet'}" for part, name in PARTS.items() if part != "what"
        ]
        lines += [""]
    if kept.notes:
        lines += ["## What I wrote", ""]
    known = headings(chapters)
    for chapter in chapters:
        written = [one for one in chapter.asked if one.id in kept.notes]
        lines += [f"### {chapter.heading}", ""] if written else []
        for one in written:
            lines += [f"#### {one.heading}", ""] if one.heading else []
            lines += [f"*{one.prompt}*", "", escaped(trimmed(kept.notes[one.id])), ""]
    others = sorted(set(kept.notes) - known.keys())
    lines += ["### From another edition of the book", ""] if others else []
    for id_ in others:
        lines += [f"#### {id_}", "", escaped(trimmed(kept.notes[id_])), ""]
    if not kept.notes and not kept.commitments:
        lines += ["Nothing is written yet.", ""]
    return "\n".join(lines)


def _line(text: str) -> str:
    return escaped(trimmed(re.sub(r"[ \t\n]+", " ", text)))


def escaped(text: str) -> str:
    """A reader's words as Markdown: no tag and no heading may begin in them."""
    return _MARKDOWN.sub(lambda found: r"\<" if found[0] == "<" else f"{found[1]}{found[2]}\\#", text)
