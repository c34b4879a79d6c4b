"""What is done to a store while something breaks: facts and flows, batch after batch, each acknowledged.

    python -m tests.faults.load STORE BATCHES [SYNCHRONOUS]

The number of each acknowledged batch goes to STORE's folder, into the file `acks`, a line each.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from appliance.store.database import StoreError
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from tests.appliance import samples

FLOWS: Final = 5
"""Flows of a batch, beside one alert."""

TRIES: Final = 3


def batch(writer: Writer, number: int) -> None:
    """Gather one batch."""
    writer.add(samples.ALERT._replace(identifier=f"a-{number:06}", ts=samples.TS + number))
    for n in range(FLOWS):
        writer.add(
            samples.FLOW._replace(uid=f"F{number:06}-{n}", ts=samples.TS + number), number * FLOWS + n + 1
        )


def last(path: Path) -> int:
    """Return the number of the last batch in a store; -1 where there is none."""
    with Reader(path) as reader:
        return max((int(alert.identifier[2:]) for alert in reader.alerts(limit=1)), default=-1)


def missing(path: Path, acknowledged: int) -> int:
    """Return how many rows of acknowledged batches a store does not have."""
    with Reader(path) as reader:
        (alerts,) = reader._db.execute(
            "SELECT count(*) FROM alert WHERE ts <= ?", (samples.TS + acknowledged,)
        ).fetchone()
        (flows,) = reader._db.execute(
            "SELECT count(*) FROM flow WHERE ts <= ?", (samples.TS + acknowledged,)
        ).fetchone()
    expected = (acknowledged + 1) * (1 + FLOWS)
    return max(0, expected - int(alerts) - int(flows))


def is_sound(path: Path) -> bool:
    """Return whether SQLite finds nothing wrong in a store that can be written."""
    writer = Writer(path)
    try:
        return bool(writer._db.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
    finally:
        writer.close()


def main(words: list[str]) -> int:
    """Write batches; 0 when all are in, 1 with a sentence when the disk refuses for good."""
    path, count = Path(words[0]), int(words[1])
    mode = ("journal_mode=WAL", f"synchronous={words[2] if len(words) > 2 else 'FULL'}")
    acks = os.open(path.with_name("acks"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        writer = Writer(path, mode)
        begin = last(path) + 1
        for number in range(begin, begin + count):
            batch(writer, number)
            _commit(writer)
            os.write(acks, f"{number}\n".encode())
        writer.close()
    except (StoreError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _commit(writer: Writer) -> None:
    for rest in reversed(range(TRIES)):
        try:
            return writer.commit()
        except StoreError:
            if not rest:
                raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
