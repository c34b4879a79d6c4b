"""How many passwords may be tried: a bucket for each account and each way to it, so that nobody locks it.

A stranger's guesses empty the strangers' bucket of that account. A browser from which the person logged in
before has a bucket of its own, which no stranger can empty: there is no lock-out to abuse. Addresses play no
part: in a home they cost an attacker nothing. Does no I/O.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final, NamedTuple

BURST: Final = 5
"""Tries before the first wait: slips of a thumb."""

EVERY_S: Final = 90.0
"""Seconds a further try takes to come back: 40 an hour; with the burst 45 in the first, of 60 allowed."""

MAX_BUCKETS: Final = 1_024
"""Buckets kept: 20 people with 20 known browsers each are 420. A forgotten one was full again long ago."""


class Bucket(NamedTuple):
    """Tries left at a moment."""

    left: float
    ts: float


class Throttle:
    """Tries left on every way in; safe to share between threads."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, key: str, ts: float) -> float:
        """Take one try from the bucket `key`; return 0, or how long to wait where none is left."""
        with self._lock:
            bucket = self._buckets.pop(key, Bucket(BURST, ts))
            left = min(BURST, bucket.left + max(0.0, ts - bucket.ts) / EVERY_S)
            allowed = left >= 1
            self._buckets[key] = Bucket(left - 1 if allowed else left, ts)
            while len(self._buckets) > MAX_BUCKETS:
                self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) * EVERY_S

    def succeed(self, key: str) -> None:
        """Fill a bucket up: whoever knew the password was no guesser."""
        with self._lock:
            self._buckets.pop(key, None)

    def clear(self) -> None:
        """Fill every bucket up."""
        with self._lock:
            self._buckets.clear()
