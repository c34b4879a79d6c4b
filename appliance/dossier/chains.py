"""The chains of days of a whole store, with its archive, each checked."""

from __future__ import annotations

from pathlib import Path

from appliance.export.source import Source
from appliance.store import chain
from appliance.store.chain import Check

HOME_NAME = "the home (gaps)"


def checked(store: Path) -> list[tuple[str, str, Check]]:
    """Return (name, id, what its chain says) of the home and each device. Raises StoreError, ArchiveError."""
    with Source(store) as source:
        known = [(HOME_NAME, chain.HOME), *((one.name, one.device) for one in source.reader.devices())]
        return [
            (name, device, chain.check(source.span.db, device, source.span.flows)) for name, device in known
        ]
