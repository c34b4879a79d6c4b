"""A disk of 64 MB runs full, by the store and by something else: recording goes on, evidence stays."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from appliance.patience import Patience
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from sensor.records import Record
from tests.appliance import samples
from tests.faults.load import is_sound

DISK_MB = 64
FLOWS = 1_000
"""Flows of a batch; with it comes one alert, change and finding."""

NAME = f"{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.example"
"""As long as a name can be: the disk is full sooner."""

CHECKPOINT = 5
"""Batches between two checkpoints."""


@contextlib.contextmanager
def small_disk() -> Iterator[Path]:
    """Mount a disk of 64 MB; needs root."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


class Home:
    """Stores flows as a home's service does: batches, and from time to time a checkpoint."""

    def __init__(self, writer: Writer) -> None:
        self._writer, self.batches = writer, 0
        writer.commit(origin="live", first_ts=samples.TS)

    def live(self) -> None:
        """Let one batch come."""
        ts = samples.TS + self.batches * 3_600
        self._writer.add(samples.ALERT._replace(identifier=f"a-{self.batches}", ts=ts))
        self._writer.add(
            samples.CHANGE._replace(id=f"c-{self.batches}", ts=ts, evidence=(f"F{self.batches}-0",))
        )
        for n in range(FLOWS):
            flow = samples.FLOW._replace(
                ts=ts + n,
                uid=f"F{self.batches}-{n}",
                community_id=f"1:{os.urandom(14).hex()}",
                server_name=NAME,
            )
            self._writer.add(flow, self.batches * FLOWS + n + 1)
        self.batches += 1

    def take(self, records: Iterable[Record]) -> None:
        """Nothing comes this way here."""

    def commit(self) -> None:
        checkpoint = {"place": self._writer.place(), "last_ts": samples.TS}
        at_times = {"checkpoint": checkpoint} if self.batches % CHECKPOINT == 0 else {}
        self._writer.commit(last_ts=samples.TS + self.batches * 3_600, **at_times)


def run(batches: int) -> dict[str, int]:
    """Let so many batches come, a third of them with the disk filled by others; return the figures."""
    with small_disk() as disk:
        writer = Writer(disk / "home.db")
        home = Home(writer)
        patience = Patience(home, writer)
        pending = refusals = 0
        filler = disk / "filler"
        for number in range(batches):
            if number == batches // 3:
                _fill(filler)
            if number == 2 * batches // 3:
                filler.unlink()
            home.live()
            for _ in range(20):  # seconds of waiting
                pending = max(pending, writer.pending)
                refusals += not patience.store()
                if not patience.waits:
                    break
        for _ in range(5):
            stored = patience.store()
        writer.close()
        return {
            "batches": batches,
            "refusals": refusals,
            "pending_most": pending,
            **_found(disk, home, stored=stored),
        }


def _found(disk: Path, home: Home, *, stored: bool) -> dict[str, int]:
    path = disk / "home.db"
    with Reader(path) as reader:
        alerts, changes = len(reader.alerts(limit=100_000)), len(reader.changes(limit=100_000))
        evidence = len(reader.flows([f"F{n}-0" for n in range(home.batches)]))
        rows = reader._db.execute("SELECT count(*), min(ts), max(ts) FROM flow").fetchone()
    newest = samples.TS + (home.batches - 1) * 3_600 + FLOWS - 1
    return {
        "alerts_lost": home.batches - alerts,
        "changes_lost": home.batches - changes,
        "evidence_lost": home.batches - evidence,
        "flows_kept": rows[0],
        "oldest_flows_went": int(rows[1] > samples.TS + FLOWS),
        "newest_flow_kept": int(rows[2] == newest),
        "recovered": int(stored),
        "reserve_bytes": sum(path.stat().st_size for path in disk.glob("*.reserve")),
        "corrupt": int(not is_sound(path)),
    }


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(100_000))
