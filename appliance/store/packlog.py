"""What was read from packets, in the order in which it came: one kind or several, of a span of time."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from typing import Final

from appliance.store.flowlog import Wanted
from appliance.store.observations import unpack
from sensor.records import Observation

LOOK_S: Final = 600.0
"""How long before an observation its flow's part may have begun, and after it may end in the log."""


def observations(
    db: sqlite3.Connection, wanted: Wanted, kinds: Collection[type[object]]
) -> Iterator[list[tuple[str | None, Observation]]]:
    """Yield (device, observation) of the wanted, those of one pack together."""
    packs = db.execute("SELECT rowid FROM observation WHERE until >= ? ORDER BY rowid", (wanted.since,))
    for (number,) in packs.fetchall():
        row = db.execute("SELECT ts, body FROM observation WHERE rowid = ?", (number,)).fetchone()
        if row is None or row[0] >= wanted.until:  # a forgotten device's pack may have gone meanwhile
            continue
        found = [
            (device, record)
            for _, device, record in unpack(row[1])
            if type(record) in kinds
            and wanted.since <= record.ts < wanted.until
            and (not wanted.devices or device in wanted.devices)
        ]
        if found:
            yield found


def community_ids(
    db: sqlite3.Connection, since: float, until: float, uids: Collection[str]
) -> dict[str, str]:
    """Return the community id of each of these flows that the store has, met between two times."""
    query = "SELECT uid, community_id FROM flow WHERE ts >= ? AND ts <= ?"
    rows = db.execute(query, (since - LOOK_S, until + LOOK_S))
    return {uid: community_id for uid, community_id in rows if uid in uids}
