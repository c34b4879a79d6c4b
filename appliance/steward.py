"""Keeps the gateway at what the family wants: reads policies from the store, asks the helper to enforce them.

Runs in the service, between two records. A gateway that is not there is asked again; nothing waits for it.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any, Final, Protocol

from appliance.enforcement import Enforcement, policy_number
from appliance.gateway.client import GatewayError
from appliance.gateway.nftables import counter_of
from appliance.gateway.policy import QUARANTINE, Policy
from appliance.home import Home
from appliance.settings import QUARANTINE_NEW
from appliance.store.book import Book
from appliance.store.database import StoreError
from appliance.store.people import People
from appliance.store.policies import Policies, PolicyError, PolicyRow
from appliance.store.settings import Settings
from sensor.records import Record

log = logging.getLogger(__name__)

TURN_S: Final = 0.5
"""How often the store is asked for new policies: in force within two seconds, with a second in hand."""

COUNT_S: Final = 60.0
"""How often what was stopped is written down: the card wears by writing."""

RETRY_S: Final = 5.0
ASK_S: Final = 2.0
"""How long records wait for the helper; while it applies a plan it does not answer."""


class Asked(Protocol):
    """The way to the helper: appliance.gateway.client.ask."""

    def __call__(self, verb: str, patience_s: float = ..., **fields: Any) -> dict[str, Any]:
        """Return the helper's answer. Raises GatewayError."""


class Steward:
    """One home's policies on their way from the store to the gateway."""

    def __init__(self, home: Home, store: Path, ask: Asked) -> None:
        self._home = home
        self._book = Book(store)
        self._policies = Policies(self._book)
        self._settings = Settings(self._book)
        self._people = People(self._book)
        self._welcomed = False  # whether the helper knows that somebody has set Tattlebox up
        self._enforcement = Enforcement(home)
        self._ask = ask
        self._rows: list[PolicyRow] = []
        self._blocks: dict[int, PolicyRow] = {}
        self._sent: tuple[Policy, ...] | None = None
        self._met = set(home.devices.ids())
        now = time.time()
        for row in self._policies.all():
            if (end := row.end(now)) is not None:
                home.note_block(row.device, row.ts, end)  # it may have ended while we did not run
        self._turned = self._counted = self._failed = -COUNT_S

    def close(self) -> None:
        """Let go of the store; what is in force stays in force."""
        self._book.close()

    def note(self, record: Record) -> None:
        """Hear a record that the home was fed."""
        self._enforcement.note(record)

    def turn(self) -> None:
        """Look for what is new and put it in force; called often, does something every TURN_S."""
        moment = time.monotonic()
        if moment - self._turned < TURN_S:
            return
        self._turned = moment
        try:
            self._look(time.time())
            if moment - self._failed >= RETRY_S:
                self._enforce(moment)
                self._end_welcome(moment)
        except StoreError as error:
            log.warning("steward store=%s", error)  # what is in force stays; the next turn tries again

    def _look(self, now: float) -> None:
        """Take up what the family said since the last look."""
        self._quarantine(now)
        rows = [row._replace(packets=0) for row in self._policies.standing(now)]
        self._tell_home(now, rows)
        if rows != self._rows:
            self._rows = rows
            self._enforcement.set(rows)

    def _enforce(self, moment: float) -> None:
        policies = self._enforcement.policies()
        due = policies and moment - self._counted >= COUNT_S
        if policies == (self._sent or ()) and not due and self._sent is not None:
            return
        try:
            answer = self._ask("police", ASK_S, policies=[policy._asdict() for policy in policies])
        except GatewayError as error:
            if self._sent is not None or policies:
                log.warning("steward gateway=%s", error)
            self._failed, self._sent = moment, None
            return
        self._sent, self._counted = policies, moment
        counted = {policy_number(one.id): answer["counts"].get(counter_of(one), (0,))[0] for one in policies}
        if counted:
            self._policies.count(counted)

    def _end_welcome(self, moment: float) -> None:
        """Tell the helper, once, that there is an account: phones need not be led to the first page."""
        if self._welcomed or self._sent is None or not self._people.all():
            return
        try:
            self._ask("welcomed", ASK_S)
            self._welcomed = True
        except GatewayError as error:
            log.warning("steward welcome=%s", error)
            self._failed = moment

    def _quarantine(self, now: float) -> None:
        """Keep devices that came since the last look from everything, where the family wants that."""
        known = set(self._home.devices.ids())
        new, self._met = known - self._met, known
        if not new or not self._settings.get(QUARANTINE_NEW):
            return
        for device in sorted(new):
            try:
                self._policies.begin(now, device, QUARANTINE)
            except PolicyError as error:
                log.warning("steward quarantine=%s", error)
                return

    def _tell_home(self, now: float, rows: list[PolicyRow]) -> None:
        """Let the home know what is blocked since when: what changes meanwhile is told with that doubt."""
        standing = {row.id: row for row in rows}
        for row in (row for number, row in standing.items() if number not in self._blocks):
            self._home.note_block(row.device, row.ts, None)
        for row in (row for number, row in self._blocks.items() if number not in standing):
            self._home.note_block(row.device, row.ts, now)
        self._blocks = standing
