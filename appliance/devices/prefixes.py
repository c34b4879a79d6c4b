"""Which global IPv6 addresses are the home's, where no router, neighbour or lease says so. Does no I/O.

Learnt from what is bound on the link and from who asks for names; a MAC behind which many prefixes lie is the
gateway's.
"""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Address
from typing import Final

from appliance.devices.state import keep_last
from sensor.records import FlowRecord

MAX_PREFIXES: Final = 64
"""Prefixes (/64) of the home that are remembered: some providers give a new one each day."""

MANY_PREFIXES: Final = 4
"""Behind a MAC with addresses of so many prefixes is the internet: a device has one or two."""

MAX_MACS: Final = 1_024
"""MACs whose prefixes are counted; the one that came first goes."""

SERVICE_PORTS: Final = 1_024
"""Ports below this are those of services (RFC 6335 §6, system ports)."""


def prefix_of(address: str) -> str | None:
    """Return the /64 of a global IPv6 address (RFC 4291 §2.5.4); None for any other address or text."""
    if ":" not in address or not address.startswith(("2", "3")):
        return None
    try:
        return IPv6Address(address).packed[:8].hex()
    except AddressValueError:
        return None


class Prefixes:
    """The prefixes of the home, and what lies behind each MAC."""

    def __init__(self) -> None:
        self._home: dict[str, None] = {}
        self._behind: dict[str, set[str]] = {}

    def __contains__(self, address: str) -> bool:
        """Return whether an address is of a prefix of the home."""
        return bool(self._home) and prefix_of(address) in self._home

    def __bool__(self) -> bool:
        """Return whether any prefix of the home is known."""
        return bool(self._home)

    def learn(self, address: str) -> bool:
        """Note an address that is at home; return whether its prefix is news."""
        prefix = prefix_of(address)
        return prefix is not None and keep_last(self._home, prefix, MAX_PREFIXES)[0]

    def caller(self, flow: FlowRecord) -> str | None:
        """Return the end of a flow that is at home for all we know: who calls a service that is not."""
        outward = flow.resp_p < SERVICE_PORTS <= flow.orig_p
        if not outward or prefix_of(flow.resp_h) is None or flow.resp_h in self:
            return None
        return flow.orig_h

    def gateways(self, flow: FlowRecord, there: str | None) -> list[str]:
        """Return the MACs of a flow between global addresses that are now known to have the internet behind.

        `there` is the MAC that the originator's frames went to.
        """
        ends = ((flow.orig_mac, prefix_of(flow.orig_h)), (there, prefix_of(flow.resp_h)))
        return [mac for mac, prefix in ends if mac and prefix and self._many(mac, prefix)]

    def _many(self, mac: str, prefix: str) -> bool:
        behind = self._behind.setdefault(mac, set())
        if len(behind) < MANY_PREFIXES:
            behind.add(prefix)
        if len(self._behind) > MAX_MACS:
            del self._behind[next(iter(self._behind))]
        return len(behind) >= MANY_PREFIXES
