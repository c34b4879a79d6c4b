"""Posture facts: what a device does that it should not. Does no I/O."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """A fact about how well a device protects what it sends. It is an observation, never a verdict."""

    device: str
    code: str  # "cleartext_upload", "old_tls", ...
    domain: str | None
    first_ts: float
    last_ts: float
    times: int
    severity: int  # 3 act now, 2 ask the maker, 1 note
    detail: str  # what was seen, names only, values never
    evidence: tuple[str, ...]  # flow uids, at most 10
