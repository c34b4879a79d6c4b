"""What looks for toys near by heard of the family's own: written by whoever looked, read by the service."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from appliance.devices.family import ADOPT, FORGET
from appliance.store.book import Book
from sensor.records import Nearby, from_json, to_json

MAX_HEARD: Final = 500
"""Records of one toy that are kept: two looks a week for two years, and some more."""


class NearbyBook:
    """The adopted toys of one home, and what was heard of them."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def adopted(self) -> dict[str, str]:
        """Return the Bluetooth addresses that the family says are its own, and the device of each."""
        rows = self.book.read(
            "SELECT detail, device FROM word AS said WHERE act = ? AND id > coalesce("
            "(SELECT max(id) FROM word WHERE act = ? AND device = said.device), 0)"
            " AND id NOT IN (SELECT undoes FROM word WHERE undoes IS NOT NULL)",
            ADOPT,
            FORGET,
        )
        return {str(address): str(device) for address, device in rows}

    def keep(self, records: Iterable[Nearby]) -> int:
        """Keep what was heard of adopted devices and drop all else; return how many. Raises StoreError."""
        ours = self.adopted()
        rows = [(ours[r.address], r.ts, to_json(r)) for r in records if r.address in ours]
        with self.book.writing() as db:
            db.executemany("INSERT INTO heard (device, ts, body) VALUES (?, ?, ?)", rows)
            for device in {device for device, _, _ in rows}:
                db.execute(
                    "DELETE FROM heard WHERE device = ? AND id NOT IN"
                    " (SELECT id FROM heard WHERE device = ? ORDER BY ts DESC LIMIT ?)",
                    (device, device, MAX_HEARD),
                )
        return len(rows)

    def heard(self, device: str) -> list[Nearby]:
        """Return what was heard of a device, in time order."""
        rows = self.book.read("SELECT body FROM heard WHERE device = ? ORDER BY ts, id", device)
        return [_record(body) for (body,) in rows]


def heard_after(db: sqlite3.Connection, last: int) -> tuple[int, dict[str, list[Nearby]]]:
    """Return the highest id, and all that was heard of each device of which something is new after `last`."""
    (highest,) = db.execute("SELECT coalesce(max(id), 0) FROM heard").fetchone()
    heard: dict[str, list[Nearby]] = {}
    if highest > last:
        rows = db.execute(
            "SELECT device, body FROM heard WHERE device IN (SELECT device FROM heard WHERE id > ?)"
            " ORDER BY ts, id",
            (last,),
        )
        for device, body in rows:
            heard.setdefault(device, []).append(_record(body))
    return int(highest), heard


def _record(body: str) -> Nearby:
    return from_json(body)  # type: ignore[return-value]  # `keep` wrote nothing else
