"""The power of an emulated card is cut while it writes: what was committed has to be there afterwards."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path
from typing import Final

from card.machine import EARLY, HASTE, PATIENCE_S, Machine, started, tail

LONGEST_S: Final = 20.0
"""After which a cut comes at the latest, from the first write of a start on."""

BEGUN: Final = re.compile(r"begun with (\d+), databases (\w+) (\w+), file system errors (\d+)")

WRITER: Final = """
mkdir -p /var/lib/tattlebox
cat >/run/writer.py <<'END'
import os, sqlite3, subprocess

def sound(path):
    with sqlite3.connect(path) as db:
        return db.execute("pragma integrity_check").fetchone()[0]

log = subprocess.run(["dmesg"], capture_output=True, text=True).stdout
path = "/var/lib/tattlebox-cut.db"
db = sqlite3.connect(path, isolation_level=None)
db.execute("pragma journal_mode=wal"); db.execute("pragma synchronous=full")
db.execute("create table if not exists t (n integer primary key, b blob)")
n = db.execute("select coalesce(max(n), 0) from t").fetchone()[0]
home = "/var/lib/tattlebox/home.db"
both = f"{sound(path)} {sound(home) if os.path.exists(home) else 'none'}"
print(f"begun with {n}, databases {both}, file system errors {log.count('EXT4-fs error')}", flush=True)
while True:
    n += 1
    db.execute("insert into t values (?, randomblob(20000))", (n,))
    db.execute("delete from t where n < ?", (n - 500,))
    print("committed", n, flush=True)
END
exec python3 /run/writer.py
"""
"""As the store does it: a write-ahead log, each commit synchronised. What it prints has left the machine. The
services of the card start meanwhile, and write their own store (home.db)."""


def cuts(card: Path, arch: str, times: int, moments: random.Random) -> list[str]:
    """Cut the power at random moments of a machine that writes; return what of it was lost."""
    wrong: list[str] = []
    committed = 0
    for number in range(times + 1):
        last_time = number == times
        with started(card, arch, WRITER, when=EARLY, pace=HASTE) as machine:
            begun, last = _written(machine, 0 if last_time else moments.uniform(0, LONGEST_S))
            words = tail(machine.console)
        print(f"start {number + 1}: {begun}; then committed up to {last}", flush=True)
        found = BEGUN.search(begun)
        if found is None:
            wrong.append(f"no start after {number} power cuts; the last words: {words}")
        elif (
            int(found[1]) < committed or found[2] != "ok" or found[3] not in ("ok", "none") or found[4] != "0"
        ):
            wrong.append(f"after {number} cuts {committed} were committed, and what was found is {begun}")
        committed = max(committed, last)
    return wrong


def _written(machine: Machine, cut_after_s: float) -> tuple[str, int]:
    """Return how the writer inside began, and the last number that it committed before the cut."""
    begun = 0.0
    while time.monotonic() - machine.began < PATIENCE_S and machine.process.poll() is None:
        lines = machine.report.read_text(errors="replace").splitlines() if machine.report.exists() else []
        if lines and not begun:
            begun = time.monotonic()
        if begun and time.monotonic() - begun >= cut_after_s:
            numbers = [int(line.split()[1]) for line in lines[1:-1] if line.startswith("committed ")]
            return lines[0], max(numbers, default=0)
        time.sleep(0.05)
    return "", 0
