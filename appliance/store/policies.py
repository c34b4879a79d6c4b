"""What the family forbids or allows a device, kept in the store: for commands and pages, beside a service.

The service puts new rows in force within a second (appliance/steward.py).
"""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple

from appliance.gateway.policy import ALLOW, BLOCK, KINDS, MAX_POLICIES
from appliance.store.book import Book

_SELECT: Final = "SELECT id, ts, device, kind, party, until, ended, packets FROM policy"

_INSERT: Final = (
    "INSERT INTO policy (ts, device, kind, party, until, ended, packets) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class PolicyError(Exception):
    """What was asked cannot be: one sentence for a page or a terminal."""


class PolicyRow(NamedTuple):
    """One policy for one device, from its beginning to its end. Times are those of the clock on the wall."""

    id: int
    ts: float
    device: str
    kind: str  # one of appliance.gateway.policy.KINDS
    party: str | None  # domain; of "block" and "allow" alone
    until: float | None  # when it ends by itself; None: when it is taken back
    ended: float | None  # when it was taken back; None: it was not
    packets: int  # that it stopped: each try of the device's, and each again

    def end(self, now: float) -> float | None:
        """Return when it ended, None while it stands at `now`."""
        ends = [ts for ts in (self.until, self.ended) if ts is not None and ts <= now]
        return min(ends, default=None)


def policy_rows(db: sqlite3.Connection) -> list[PolicyRow]:
    """Return every policy there was, in the order in which they began."""
    return [PolicyRow._make(row) for row in db.execute(f"{_SELECT} ORDER BY id")]


class Policies:
    """The policies of one home. Every `now` is that of the clock on the wall, handed in by the caller."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def all(self, device: str | None = None) -> list[PolicyRow]:
        """Return every policy there was, of one device or of all, in the order in which they began."""
        rows = self.book.read(f"{_SELECT} WHERE ? IS NULL OR device = ? ORDER BY id", device, device)
        return [PolicyRow._make(row) for row in rows]

    def standing(self, now: float, device: str | None = None) -> list[PolicyRow]:
        """Return the policies in force, in the order in which they began."""
        return [row for row in self.all(device) if row.end(now) is None]

    def begin(
        self, now: float, device: str, kind: str, *, party: str | None = None, until: float | None = None
    ) -> PolicyRow:
        """Begin a policy, or give the one that says the same its new end; return it. Raises PolicyError."""
        if kind not in KINDS:
            raise PolicyError(f"read the policy {kind[:20]!r}, expected one of {', '.join(KINDS)}")
        if (party is None) == (kind in (BLOCK, ALLOW)):
            raise PolicyError(f"{kind} needs a party" if party is None else f"{kind} is not about one party")
        if until is not None and until <= now:
            raise PolicyError("read an end that has passed, expected one to come")
        standing = self.standing(now)
        same = [row for row in standing if (row.device, row.kind, row.party) == (device, kind, party)]
        if not same and len(standing) >= MAX_POLICIES:
            raise PolicyError(
                f"{len(standing)} policies are in force, at most {MAX_POLICIES} can be: undo some"
            )
        with self.book.writing() as db:
            if same:
                db.execute("UPDATE policy SET until = ? WHERE id = ?", (until, same[0].id))
                return same[0]._replace(until=until)
            row = PolicyRow(0, now, device, kind, party, until, None, 0)
            cursor = db.execute(_INSERT, row[1:])
        return row._replace(id=int(cursor.lastrowid or 0))

    def undo(self, now: float, number: int) -> PolicyRow:
        """End a policy; return it. Raises PolicyError when none of this number stands."""
        found = [row for row in self.standing(now) if row.id == number]
        if not found:
            raise PolicyError(f"no policy {number} is in force; `tattlebox policies` lists them")
        with self.book.writing() as db:
            db.execute("UPDATE policy SET ended = ? WHERE id = ?", (now, number))
        return found[0]._replace(ended=now)

    def count(self, packets: dict[int, int]) -> None:
        """Note how many packets each policy stopped so far, by its number."""
        with self.book.writing() as db:
            db.executemany(
                "UPDATE policy SET packets = ? WHERE id = ?", [(n, one) for one, n in packets.items()]
            )
