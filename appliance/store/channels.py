"""Who is told: the channels and sinks that a family set up, and its quiet hours."""

from __future__ import annotations

import json
import re
import secrets
from typing import Final, NamedTuple

from appliance.store.book import Book
from appliance.store.outbox import OUTAGE, TEST, WEEK, Consumer, Event, Outbox
from appliance.store.secrets import Secrets

MAX_CHANNELS: Final = 30
"""Channels and sinks of one home: each costs a thread."""

MAX_QUIET: Final = 90
"""Quiet hours of one home, each of a person and a severity: as many as all channels can have of their own."""

MAX_PERSON: Final = 40
"""Characters of the name of the person a channel belongs to."""

PAUSED: Final = "nothing"
TELLS: Final = ("urgent", "everything", "week", "urgent and week", PAUSED)
"""What a channel tells: what is told at once / that and the rest as it comes / the week in one message.

One that is paused tells nothing but a test, nor later what came meanwhile.
"""


class ChannelError(Exception):
    """What was asked cannot be: one sentence."""


class ChannelRow(NamedTuple):
    """One channel or sink, without its secrets."""

    name: str  # the family's own
    kind: str  # of CHANNELS or SINKS
    uid: str  # 32 hexadecimal digits drawn at random: keys sent along are made of it, so they tell nothing
    person: str  # whose it is; "" everyone's
    content: str  # "something", "toy", "full"
    tells: str  # one of TELLS
    severity: int  # least severity it tells
    settings: dict[str, str]
    since: float  # clock on the wall

    def wants(self, event: Event) -> bool:
        """Return whether an event of the outbox is for this channel."""
        if event.kind == TEST:
            return bool(event.body["to"] == self.uid)
        if event.kind == WEEK:
            return self.tells.endswith("week")
        if self.tells in ("week", PAUSED):
            return False
        if event.kind == OUTAGE:
            return True
        return event.severity >= self.severity and (event.volume == "push" or self.tells == "everything")


class Channels:
    """The channels and sinks of one home."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.secrets = Secrets(book.path)

    def all(self) -> list[ChannelRow]:
        """Return all of them by name."""
        rows = self.book.read("SELECT * FROM channel ORDER BY name")
        return [ChannelRow._make((*row[:7], json.loads(row[7]), row[8])) for row in rows]

    def get(self, name: str) -> ChannelRow:
        """Return one. Raises ChannelError when there is none of that name."""
        found = [row for row in self.all() if row.name == name]
        if not found:
            known = ", ".join(row.name for row in self.all()) or "none yet"
            raise ChannelError(f"no channel is called {name[:40]!r}; known: {known}")
        return found[0]

    def settings(self, row: ChannelRow) -> dict[str, str]:
        """Return the settings of a channel with its secrets: for its receiver alone. Raises StoreError."""
        return {**row.settings, **self.secrets.of(row.name)}

    def add(self, row: ChannelRow, secret: dict[str, str], place: int | None = None) -> ChannelRow:
        """Set up a channel; it tells what comes from now on (a sink: from the minute `place`).

        Raises ChannelError, StoreError.
        """
        if not re.fullmatch(r"[\w.-][\w .-]{0,39}", row.name):
            raise ChannelError(
                f"read the name {row.name[:60]!r}, expected up to 40 letters, digits, spaces, . _ -"
            )
        _check_person(row.person)
        held = self.all()
        if any(other.name == row.name for other in held):
            raise ChannelError(f"{row.name} is there already: remove it first, or take another name")
        if len(held) >= MAX_CHANNELS:
            raise ChannelError(f"there are {len(held)} channels, at most {MAX_CHANNELS} are kept: remove one")
        row = row._replace(uid=secrets.token_hex(16))
        self.secrets.keep(row.name, secret)
        last = Outbox(self.book).last()
        with self.book.writing() as db:
            db.execute(
                "INSERT INTO channel VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row[:7], json.dumps(row.settings), row.since),
            )
            db.execute(
                "INSERT OR REPLACE INTO consumer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                Consumer(row.name, last if place is None else place),
            )
        return row

    def change(self, row: ChannelRow, secret: dict[str, str]) -> None:
        """Keep other settings, content and person of the channel of this name; it goes on where it was.

        Its identity is drawn anew, by which whoever delivers notices. Raises ChannelError, StoreError.
        """
        self.get(row.name)
        _check_person(row.person)
        self.secrets.keep(row.name, secret)
        with self.book.writing() as db:
            db.execute(
                "UPDATE channel SET uid = ?, person = ?, content = ?, tells = ?, severity = ?, settings = ?"
                " WHERE name = ?",
                (secrets.token_hex(16), *row[3:7], json.dumps(row.settings), row.name),
            )

    def remove(self, name: str) -> None:
        """Forget a channel, its secrets and how far it was. Raises ChannelError, StoreError."""
        self.get(name)
        with self.book.writing() as db:
            db.execute("DELETE FROM channel WHERE name = ?", (name,))
            db.execute("DELETE FROM consumer WHERE name = ?", (name,))
            db.execute("DELETE FROM delivery WHERE consumer = ?", (name,))
            db.execute("DELETE FROM sink_tag WHERE consumer = ?", (name,))
        self.secrets.keep(name, {})

    def quiet(self) -> list[tuple[str, int, int, int]]:
        """Return the quiet hours: (person, severity, begin and end in minutes of the day)."""
        return [
            (str(person), int(severity), int(begins), int(ends))
            for person, severity, begins, ends in self.book.read(
                "SELECT * FROM quiet ORDER BY person, severity"
            )
        ]

    def set_quiet(self, person: str, severities: list[int], hours: tuple[int, int] | None) -> None:
        """Set a person's quiet hours for some severities; None takes them back.

        Raises ChannelError, StoreError.
        """
        _check_person(person)
        others = [rule for rule in self.quiet() if rule[0] != person or rule[1] not in severities]
        if hours is not None and len(others) + len(severities) > MAX_QUIET:
            raise ChannelError(
                f"there are {len(others)} quiet hours, at most {MAX_QUIET} are kept: remove some"
            )
        with self.book.writing() as db:
            for severity in severities:
                db.execute("DELETE FROM quiet WHERE person = ? AND severity = ?", (person, severity))
                if hours is not None:
                    db.execute("INSERT INTO quiet VALUES (?, ?, ?, ?)", (person, severity, *hours))


def _check_person(person: str) -> None:
    if len(person) > MAX_PERSON or not person.isprintable():
        raise ChannelError(
            f"read the person {person[:60]!r}, expected a name of at most {MAX_PERSON} characters in one line"
        )
