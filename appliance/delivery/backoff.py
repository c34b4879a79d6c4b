"""When to try again. Does no I/O, has no clock: the same consumer and attempt give the same delay."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

FIRST_S: Final = 2.0
"""Delay after the first failure: a receiver that restarts is back in seconds."""

LONGEST_S: Final = 600.0
"""Ceiling: after an hour's outage the family waits at most about ten minutes for what it missed."""

JITTER: Final = 0.25
"""Delays are spread by this share, up and down, so that a thousand homes do not knock as one."""


def delay_s(consumer: str, attempts: int, asked_s: float | None = None) -> float:
    """Return the seconds to wait after the n-th failure in a row; never less than the receiver asked for."""
    plain = min(LONGEST_S, FIRST_S * 2.0 ** min(attempts - 1, 30))
    digest = blake2b(f"{consumer}|{attempts}".encode(), digest_size=4).digest()
    spread = int.from_bytes(digest, "big") / 0xFFFFFFFF * 2.0 - 1.0
    return max(plain * (1.0 + JITTER * spread), asked_s or 0.0)
