"""The people who may log in. Passwords come here hashed; this module never sees one."""

from __future__ import annotations

from typing import Final, NamedTuple

from appliance.access import ROLES
from appliance.store.book import Book

MAX_PEOPLE: Final = 20
"""People of one home; each costs the log-in page a row and an attacker's guesses a bucket."""

MAX_NAME: Final = 40
"""Characters of a name."""

_SELECT: Final = "SELECT id, name, role, password, since FROM person"


class PersonError(Exception):
    """What was asked for people cannot be: one sentence for a page."""


class Person(NamedTuple):
    """Somebody who may log in."""

    id: int
    name: str
    role: str  # a key of appliance.access.ROLES
    password: str  # argon2 hash in its own notation
    since: float  # when the account was made, wall clock


class People:
    """The accounts of one home."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def all(self) -> list[Person]:
        """Return everybody, the first account first."""
        return [Person._make(row) for row in self.book.read(f"{_SELECT} ORDER BY id")]

    def get(self, person: int) -> Person | None:
        """Return the person with this id."""
        return next((Person._make(row) for row in self.book.read(f"{_SELECT} WHERE id = ?", person)), None)

    def called(self, name: str) -> Person | None:
        """Return the person of this name, whatever its case."""
        return next((Person._make(row) for row in self.book.read(f"{_SELECT} WHERE name = ?", name)), None)

    def add(self, name: str, role: str, password: str, ts: float, *, first: bool = False) -> Person:
        """Add somebody; `first`: only where nobody is yet. Raises PersonError."""
        name = _checked(name)
        _check_role(role)
        with self.book.writing() as db:
            held = [row[0] for row in db.execute("SELECT name FROM person")]
            if first and held:
                raise PersonError("somebody has set this Tattlebox up already: log in")
            if len(held) >= MAX_PEOPLE:
                raise PersonError(f"there are {MAX_PEOPLE} people already; remove one first")
            if name.casefold() in (other.casefold() for other in held):
                raise PersonError(f"there is somebody called {name} already; choose another name")
            db.execute(
                "INSERT INTO person (name, role, password, since) VALUES (?, ?, ?, ?)",
                (name, role, password, ts),
            )
        person = self.called(name)
        assert person is not None  # noqa: S101 - added above
        return person

    def set_password(self, person: int, password: str) -> None:
        """Keep another hash, and end every session and forget every browser of this person."""
        with self.book.writing() as db:
            db.execute("UPDATE person SET password = ? WHERE id = ?", (password, person))
            db.execute("DELETE FROM session WHERE person = ?", (person,))
            db.execute("DELETE FROM known_browser WHERE person = ?", (person,))

    def set_role(self, person: int, role: str) -> None:
        """Give somebody another role. Raises PersonError for the last parent."""
        _check_role(role)
        with self.book.writing() as db:
            if role != "parent":
                self._keep_a_parent(person)
            db.execute("UPDATE person SET role = ? WHERE id = ?", (role, person))

    def remove(self, person: int) -> None:
        """Remove somebody with all their sessions and tokens. Raises PersonError for the last parent."""
        with self.book.writing() as db:
            self._keep_a_parent(person)
            for table in ("session", "known_browser", "token"):
                db.execute(f"DELETE FROM {table} WHERE person = ?", (person,))  # noqa: S608 - names only
            db.execute("DELETE FROM person WHERE id = ?", (person,))

    def remove_all(self) -> None:
        """Remove everybody: whoever comes next sets up a password anew. For `tattlebox password reset`."""
        with self.book.writing() as db:
            for table in ("session", "known_browser", "token", "person"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - names only

    def _keep_a_parent(self, without: int) -> None:
        if not any(person.role == "parent" and person.id != without for person in self.all()):
            raise PersonError("there must be one parent: give another person that role first")


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise PersonError(f"a name has 1 to {MAX_NAME} letters")
    return name


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise PersonError(f"read the role {role!r}, expected one of {', '.join(ROLES)}")
