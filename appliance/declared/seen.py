"""Where a device was seen to go, as a MUD file and a privacy notice are compared with. Does no I/O."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple

from appliance.declared.mud import FROM_DEVICE, SERVICE_PORTS, Access
from appliance.findings.addresses import is_outside


class Destination(NamedTuple):
    """One far end that a device met, over all of the flow log."""

    host: str | None  # as the device asked for it; None: a bare address
    address: str
    proto: str
    port: int
    flows: int
    first_ts: float
    last_ts: float
    domain: str | None  # Party.domain


def is_allowed(met: Destination, entries: tuple[Access, ...]) -> bool:
    """Return whether an entry speaks of a destination; the first that does decides, as in RFC 8519."""
    for entry in entries:
        if entry.direction == FROM_DEVICE and speaks_of(entry, met):
            return entry.accepted
    return False


def speaks_of(entry: Access, met: Destination) -> bool:
    """Return whether the far end of an entry is this destination."""
    if entry.proto is not None and entry.proto != met.proto:
        return False
    if entry.ports is not None and not entry.ports[0] <= met.port <= entry.ports[1]:
        return False
    if entry.within is not None:
        service = SERVICE_PORTS.get(entry.within)
        return is_home(met.address) if service is None else met.port == service
    if entry.host is not None:
        return (met.host or "").casefold().rstrip(".") == entry.host
    return entry.network is None or _is_in(met.address, entry.network)


def is_home(address: str) -> bool:
    """Return whether an address is within the home, or for many there."""
    return not is_outside(address)


def _is_in(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network)
    except ValueError:
        return False
