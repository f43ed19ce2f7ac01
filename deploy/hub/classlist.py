"""The class list: who may sign in to a facilitator's hub, each with a password of their own, kept only as a hash.

    python deploy/hub/classlist.py add names.txt --list /srv/place-hub/class.csv > passwords-to-hand-out.csv
    python deploy/hub/classlist.py remove amina.khan --list /srv/place-hub/class.csv

A shared password would let anyone sign in as anyone else, so there is none.
"""

from __future__ import annotations

import argparse
import csv
import re
import secrets
import sys
from pathlib import Path

from jupyter_server.auth.security import passwd, passwd_check

NAME = re.compile(r"[a-z][a-z0-9.-]{1,23}")  # what useradd takes, and what is safe in an address and in a path
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0 and 1, which are misread on paper
FIELDS = ("name", "hash")
NOBODY = passwd(secrets.token_hex())  # checked when a name is unknown, so that the answer takes as long


class BadClassList(ValueError):
    """The class list cannot be used; the message says which line and how to mend it."""


def read(path: Path) -> dict[str, str]:
    """Name to hashed password.

    Raises BadClassList for a missing file, a line without a name or a hash, a name that no account can have, a name twice.
    """
    if not path.is_file():
        raise BadClassList(
            f"{path}: there is no class list. Make one: python deploy/hub/classlist.py add names.txt --list {path}"
        )
    people: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != FIELDS:
            raise BadClassList(f"{path}, line 1: the columns must be {','.join(FIELDS)}")
        for row in rows:
            name, hashed = (row["name"] or "").strip(), (row["hash"] or "").strip()
            if not NAME.fullmatch(name) or not hashed.startswith("argon2:"):
                raise BadClassList(
                    f"{path}, line {rows.line_num}: needs a name ({wanted()}) and the hash that `add` writes"
                )
            if name in people:
                raise BadClassList(f"{path}, line {rows.line_num}: {name} is there twice; delete one of the two lines")
            people[name] = hashed
    return people


def write(path: Path, people: dict[str, str]) -> None:
    """Write the list, readable by its owner alone, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)
    aside.touch(mode=0o600)
    with aside.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(FIELDS)
        rows.writerows(sorted(people.items()))
    aside.replace(path)


def right(people: dict[str, str], name: str, password: str) -> bool:
    """Whether this is that person's password; an unknown name takes as long as a wrong password."""
    return passwd_check(people.get(name, NOBODY), password) and name in people


def wanted() -> str:
    """What a name may look like, in words."""
    return "2 to 24 small letters, digits, dots or hyphens, a letter first"


def new_password() -> str:
    """Four groups of four from ALPHABET: 79 bits, easy to read out and to type."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def add(people: dict[str, str], names: list[str]) -> dict[str, str]:
    """Put names on the list; return the new password of each. A name already there gets a new password."""
    bad = [name for name in names if not NAME.fullmatch(name)]
    if bad:
        raise BadClassList(f"not a name for an account: {', '.join(bad)}. It needs {wanted()}.")
    given = {name: new_password() for name in names}
    people.update({name: passwd(password) for name, password in given.items()})
    return given


def main(arguments: list[str] | None = None) -> None:
    """Change a class list from the command line; new passwords go to standard output, once."""
    parser = argparse.ArgumentParser(description="Who may sign in to the hub.")
    parser.add_argument("what", choices=("add", "remove"))
    parser.add_argument("names", help="a file with one name a line, or one name")
    parser.add_argument("--list", type=Path, required=True, help="the class list")
    asked = parser.parse_args(arguments)
    source = Path(asked.names)
    names = source.read_text(encoding="utf-8").split() if source.is_file() else [asked.names]
    try:
        people = read(asked.list) if asked.list.exists() else {}
        if asked.what == "remove":
            missing = [name for name in names if name not in people]
            if missing:
                raise BadClassList(f"{asked.list} has no {', '.join(missing)}")
            write(asked.list, {name: hashed for name, hashed in people.items() if name not in names})
        else:
            given = add(people, names)
            write(asked.list, people)
            csv.writer(sys.stdout, lineterminator="\n").writerows([("name", "password"), *given.items()])
    except BadClassList as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
