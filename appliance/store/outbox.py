"""The outbox: what is to be told, and how far each consumer (notification channel, sink) is with it.

An attempt is written before it is made and after. What the table says "sending" of when nobody sends was cut
off by a kill or power cut: the receiver may have it. It is sent again under the same key, marked as doubtful.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Final, NamedTuple

from appliance.store.book import Book

MAX_WAITING: Final = 5_000
"""Events kept: the trigger of migration 9 holds the same number."""

KEPT: Final = 100
"""Settled deliveries remembered of each consumer, for the health page."""

ALERT: Final = "alert"
WEEK: Final = "week"
OUTAGE: Final = "outage"
TEST: Final = "test"  # for one channel alone: its body's "to" is that channel's uid

_SETTLED: Final = "('done', 'given up', 'not wanted')"


class Event(NamedTuple):
    """One thing to tell."""

    seq: int  # the order
    key: str  # what makes two the same
    kind: str  # ALERT, WEEK, OUTAGE, TEST
    ts: float
    device: str | None
    severity: int
    volume: str  # "push", "digest"
    body: dict[str, Any]


class Consumer(NamedTuple):
    """How far a consumer is, and how it stands. Times are of the clock on the wall."""

    name: str
    place: int  # every event up to it is settled; for a sink the next minute
    good: float | None = None  # when its receiver last took something
    failing: float | None = None  # since when it does not; None: it does
    fault: str = ""  # of DeliveryError, "" when all is well
    said: str = ""  # its sentence
    attempts: int = 0  # failures in a row
    due: float = 0.0  # not tried before
    busy: float | None = None  # since when an attempt is under way
    delivered: int = 0
    given_up: int = 0
    dropped: int = 0  # lost because the outbox (or the log a sink copies) was full


class Outbox:
    """The outbox of one store; safe to share between threads."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def tell(self, event: Event) -> None:
        """Queue an event (its seq is given here), once: one with a known key changes nothing."""
        with self.book.writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO outbox (key, kind, ts, device, severity, volume, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*event[1:7], json.dumps(event.body)),
            )

    def knows(self, key: str) -> bool:
        """Return whether an event with this key was queued and is still held."""
        return bool(self.book.read("SELECT 1 FROM outbox WHERE key = ?", key))

    def waiting(self, consumer: Consumer, limit: int = 50) -> list[Event]:
        """Return the next events that a consumer has not settled, in order."""
        rows = self.book.read(
            "SELECT seq, key, kind, ts, device, severity, volume, body FROM outbox AS o WHERE seq > ?"  # noqa: S608
            " AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.consumer = ? AND d.seq = o.seq"
            f" AND d.state IN {_SETTLED}) ORDER BY seq LIMIT ?",
            consumer.place,
            consumer.name,
            limit,
        )
        return [Event._make((*row[:7], json.loads(row[7]))) for row in rows]

    def consumer(self, name: str) -> Consumer:
        """Return how far a consumer is; one that fell behind the outbox counts what it lost."""
        found = self.opened(name) or Consumer(name, self.last())
        lost = self.last() - MAX_WAITING - found.place
        return (
            found
            if lost <= 0
            else self.save(found._replace(place=found.place + lost, dropped=found.dropped + lost))
        )

    def opened(self, name: str) -> Consumer | None:
        """Return how far a consumer is that was opened; None for one that was not, or was closed."""
        rows = self.book.read("SELECT * FROM consumer WHERE name = ?", name)
        return Consumer._make(rows[0]) if rows else None

    def open(self, name: str, place: int) -> None:
        """Let a consumer begin at a place of its own kind; nothing changes for one that is open."""
        if self.opened(name) is None:
            self.save(Consumer(name, place))

    def close(self, name: str) -> None:
        """Forget a consumer."""
        with self.book.writing() as db:
            db.execute("DELETE FROM consumer WHERE name = ?", (name,))

    def last(self) -> int:
        """Return the number of the newest event ever queued."""
        rows = self.book.read("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")
        return int(rows[0][0]) if rows else 0

    def save(self, consumer: Consumer) -> Consumer:
        """Keep how a consumer stands; return it."""
        with self.book.writing() as db:
            _save(db, consumer)
        return consumer

    def begin(self, consumer: Consumer, seq: int, now: float) -> bool:
        """Note that an event is about to be sent; return whether an earlier attempt may have reached its
        goal.
        """
        with self.book.writing() as db:
            row = db.execute(
                "SELECT state FROM delivery WHERE consumer = ? AND seq = ?", (consumer.name, seq)
            ).fetchone()
            db.execute(
                "INSERT INTO delivery VALUES (?, ?, 'sending', 1, ?, NULL) ON CONFLICT (consumer, seq)"
                " DO UPDATE SET state = 'sending', attempts = attempts + 1",
                (consumer.name, seq, now),
            )
            _save(db, consumer._replace(busy=now))
        return row is not None and row[0] == "sending"

    def settle(self, consumer: Consumer, seqs: list[int], state: str, now: float) -> Consumer:
        """Note that events are done, given up or not wanted, and move on; return the consumer."""
        with self.book.writing() as db:
            db.executemany(
                "INSERT INTO delivery VALUES (?, ?, ?, 0, ?, ?) ON CONFLICT (consumer, seq)"
                " DO UPDATE SET state = excluded.state, ended = excluded.ended",
                [(consumer.name, seq, state, now, now) for seq in seqs],
            )
            moved = consumer._replace(place=_place(db, consumer))
            _save(db, moved)
            db.execute(
                "DELETE FROM delivery WHERE consumer = ? AND seq <= ?", (consumer.name, moved.place - KEPT)
            )
        return moved

    def failed(self, consumer: Consumer, seq: int, *, doubtful: bool) -> Consumer:
        """Note that an attempt failed; `doubtful`: the receiver may have taken it all the same."""
        with self.book.writing() as db:
            state = "sending" if doubtful else "waiting"
            db.execute(
                "UPDATE delivery SET state = ? WHERE consumer = ? AND seq = ?", (state, consumer.name, seq)
            )
            _save(db, consumer)
        return consumer

    def tried(self, consumer: Consumer, seq: int) -> tuple[int, float] | None:
        """Return how often an event was tried and when first; None: never."""
        rows = self.book.read(
            "SELECT attempts, begun FROM delivery WHERE consumer = ? AND seq = ?", consumer.name, seq
        )
        return (int(rows[0][0]), float(rows[0][1])) if rows else None

    def outage(self, name: str, since: float) -> None:
        """Tell once that a receiver cannot be reached; it joins a message that nobody was given yet."""
        with self.book.writing() as db:
            held = db.execute(
                "SELECT seq, body, EXISTS"
                " (SELECT 1 FROM delivery AS d WHERE d.seq = o.seq AND d.state = 'done')"
                " FROM outbox AS o WHERE kind = 'outage' ORDER BY seq"
            ).fetchall()
            told = [(seq, json.loads(body)["names"], given) for seq, body, given in held]
            if any(names.get(name) == since for _, names, _ in told):
                return
            if told and not told[-1][2]:
                body = json.dumps({"names": {**told[-1][1], name: since}})
                db.execute("UPDATE outbox SET body = ? WHERE seq = ?", (body, told[-1][0]))
                return
            db.execute(
                "INSERT OR IGNORE INTO outbox (key, kind, ts, device, severity, volume, body)"
                " VALUES (?, 'outage', ?, NULL, 1, 'push', ?)",
                (f"outage.{name}.{since:.3f}", since, json.dumps({"names": {name: since}})),
            )


def _save(db: sqlite3.Connection, consumer: Consumer) -> None:
    db.execute("INSERT OR REPLACE INTO consumer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", consumer)


def _place(db: sqlite3.Connection, consumer: Consumer) -> int:
    """Return the number before the first event that is not settled."""
    (first,) = db.execute(
        "SELECT min(seq) FROM outbox AS o WHERE seq > ? AND NOT EXISTS (SELECT 1 FROM delivery AS d"  # noqa: S608
        f" WHERE d.consumer = ? AND d.seq = o.seq AND d.state IN {_SETTLED})",
        (consumer.place, consumer.name),
    ).fetchone()
    if first is not None:
        return int(first) - 1
    (last,) = db.execute("SELECT coalesce(max(seq), ?) FROM outbox", (consumer.place,)).fetchone()
    return max(consumer.place, int(last))
