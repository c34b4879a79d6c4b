"""From what the family wants of a device to what the gateway matches: hardware and IP addresses. Does no I/O.

Parties are followed to their addresses by what each device asked its resolver and by the names it sent: as a
flow is attributed, so it is blocked. An address stays until it makes room for newer ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from appliance.behaviour.doubts import BLOCKED_S
from appliance.behaviour.facts import Change
from appliance.devices.device import DeviceRecord
from appliance.endpoints import subject
from appliance.gateway.policy import (
    ALLOW,
    HOLD,
    MAX_ADDRESSES,
    MAX_MACS,
    WITH_ADDRESSES,
    Policy,
    is_address,
)
from appliance.parties.names import HTTPS
from appliance.parties.party import Destination, Party
from appliance.store.policies import PolicyRow
from sensor.records import DnsAnswer, Record, TlsClientHello

if TYPE_CHECKING:  # pages ask for `tried_instead` alone
    from appliance.home import Home

Wanted = Callable[[Party], bool]
Key = tuple[str, tuple[str, ...]]
"""A policy's id and its parties: with others it is about other addresses."""


class Enforcement:
    """The policies of one home, as addresses turn up that they are about."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._rows: list[PolicyRow] = []
        self._addresses: dict[Key, dict[str, None]] = {}  # oldest first

    def set(self, rows: Iterable[PolicyRow]) -> None:
        """Take what is in force now; what is known of the devices' parties so far is looked through."""
        self._rows = list(rows)
        known, self._addresses = self._addresses, {}
        for identifier, device, kind, parties, _ in self._merged():
            if kind not in WITH_ADDRESSES:
                continue
            found = self._addresses[identifier, parties] = known.get((identifier, parties), {})
            wanted, record = _wanted(kind, parties), self._record(device)
            if record is not None:
                for destination in self._home.names.destinations(record.device):
                    self._look(record, destination, wanted, found)
            for party in parties:
                if is_address(party):
                    _hold(found, party)

    def note(self, record: Record) -> None:
        """Take up the addresses that an answer or a greeting ties to a name."""
        if not self._addresses or not isinstance(record, DnsAnswer | TlsClientHello):
            return
        owner = self._home.devices.owner(*subject(record))
        if owner is None:
            return
        for identifier, whose, kind, parties, _ in self._merged():
            device = self._record(whose) if kind in WITH_ADDRESSES else None
            if device is not None and device.device == owner:
                for destination in _destinations(record):
                    self._look(
                        device, destination, _wanted(kind, parties), self._addresses[identifier, parties]
                    )

    def policies(self) -> tuple[Policy, ...]:
        """Return what the gateway shall match. A device that is not there, or has no MAC, has none."""
        found: list[Policy] = []
        for identifier, device, kind, parties, until in self._merged():
            record = self._record(device)
            if record is not None and record.macs:
                addresses = tuple(self._addresses.get((identifier, parties), ()))
                found.append(Policy(identifier, kind, record.macs[:MAX_MACS], addresses, until))
        return tuple(found)

    def _record(self, device: str) -> DeviceRecord | None:
        """Return a device as it is now: it may have been merged into another; None when it is gone."""
        try:
            return self._home.devices.record(device)
        except KeyError:
            return None

    def _merged(self) -> Iterator[tuple[str, str, str, tuple[str, ...], float | None]]:
        """Yield (id, device, kind, parties, end): what one device may talk to is one policy."""
        allowed: dict[str, list[PolicyRow]] = {}
        for row in self._rows:
            if row.kind == ALLOW:
                allowed.setdefault(row.device, []).append(row)
            else:
                parties = (row.party,) if row.party else ()
                yield str(row.id), row.device, row.kind, parties, row.until
        for device, rows in allowed.items():
            ends = [row.until for row in rows]
            until = None if None in ends else max(end for end in ends if end is not None)
            yield f"{rows[0].id}a", device, ALLOW, tuple(row.party for row in rows if row.party), until

    def _look(
        self, device: DeviceRecord, destination: Destination, wanted: Wanted, found: dict[str, None]
    ) -> None:
        party = self._home.parties.attribute(device.vendor, destination)
        if party.outcome != "local" and wanted(party):
            _hold(found, destination.address)


def tried_instead(row: PolicyRow, changes: Iterable[Change]) -> list[Change]:
    """Return what a device began to do while the policy stood or shortly after, perhaps because of it."""
    end = min((ts for ts in (row.until, row.ended) if ts is not None), default=math.inf)
    during = (change for change in changes if row.ts <= change.ts <= end + BLOCKED_S)
    return [
        change
        for change in during
        if change.device == row.device and "blocked" in change.after.get("doubts", ())
    ]


def policy_number(identifier: str) -> int:
    """Return the number of the row from which a gateway's policy comes."""
    return int(identifier.rstrip("a"))


UPDATE: Final = "update"


def _wanted(kind: str, parties: tuple[str, ...]) -> Wanted:
    if kind == HOLD:
        return lambda party: party.purpose == UPDATE
    return lambda party: party.domain in parties


def _destinations(record: DnsAnswer | TlsClientHello) -> Iterator[Destination]:
    if isinstance(record, DnsAnswer):
        alias = record.cnames[-1] if record.cnames else None
        for address in record.addresses:
            yield Destination(address, HTTPS, "tcp", record.query, "dns", alias)
    elif record.server_name and not record.ech:
        yield Destination(record.dst, HTTPS, "tcp", record.server_name, "sni")


def _hold(found: dict[str, None], address: str) -> None:
    found.pop(address, None)
    found[address] = None
    if len(found) > MAX_ADDRESSES:
        del found[next(iter(found))]


def policy_fields(row: PolicyRow, changes: Iterable[Change]) -> dict[str, Any]:
    """Return a policy for programs, with the ids of what was tried instead."""
    return {**row._asdict(), "tried_instead": [change.id for change in tried_instead(row, changes)]}
