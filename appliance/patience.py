"""Storing what a service has, on a disk that may be full: nothing ends, nothing grows, nothing is forgotten.

While the disk refuses, the batch waits in memory up to its bound. Then no more records are taken: the sensor
keeps them as long as its own queue has room, and says what it could not keep (a Loss).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final, Protocol

from appliance.service import BATCH
from appliance.store.database import StoreError, StoreFullError
from appliance.store.writer import Writer
from sensor.records import Record

log = logging.getLogger(__name__)

RETRY_S: Final = 1.0
"""How often a full disk is tried while no record is taken."""


class Keeper(Protocol):
    """What takes records and stores what follows: `appliance.service.Service`."""

    def take(self, records: Iterable[Record]) -> None: ...
    def commit(self) -> None: ...
    @property
    def pressing(self) -> bool: ...


class Patience:
    """A service whose disk may be full. Other errors of the store are raised as before."""

    def __init__(self, service: Keeper, writer: Writer, every_s: float = 5.0) -> None:
        self._service, self._writer = service, writer
        self.every_s = every_s  # how often `store` is to be called
        self.refused = False  # whether the last try met a full disk
        self.dropped = 0  # flows that had to go for the room

    @property
    def waits(self) -> bool:
        """Whether no more records may be taken before a try succeeds."""
        return self.refused and self._writer.pending >= BATCH

    @property
    def pressing(self) -> bool:
        """Whether something should be stored before its time."""
        return self._service.pressing

    def take(self, records: Iterable[Record]) -> None:
        """Feed records. Raises StoreError."""
        try:
            self._service.take(records)
        except StoreFullError as error:
            self._refuse(error)

    def store(self) -> bool:
        """Store what is gathered; False when the disk is full. Raises StoreError."""
        try:
            self._service.commit()
        except StoreFullError as error:
            self._refuse(error)
            if not self._again():  # at once: others want the room, too
                return False
        if self.refused:
            log.warning("store_has_room dropped_flows=%d; recording goes on", self.dropped)
        self.refused, self.dropped = False, 0
        return True

    def _again(self) -> bool:
        try:
            self._service.commit()
        except StoreFullError:
            return False
        return True

    def _refuse(self, error: StoreError) -> None:
        if not self.refused:
            log.warning("store_full error=%s; the oldest flows go, alerts and evidence stay", error)
        self.refused = True
        self.dropped += self._writer.make_room()
