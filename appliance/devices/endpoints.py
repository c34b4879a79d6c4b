"""Which device is at an endpoint: a MAC and an address of a flow or a record. Does no I/O.

Frames that come through the gateway bear the gateway's MAC with an address from elsewhere: the far end is no
device, and the MAC stays the gateway's.
"""

from __future__ import annotations

from typing import Final

from appliance.devices.hearing import Hearing
from appliance.devices.identity import is_device_mac, is_made_of, is_nobody
from appliance.devices.state import DeviceState
from appliance.devices.table import Table
from sensor.records import FlowRecord

MAX_CACHED: Final = 65_536
"""Endpoints remembered for speed: the remote addresses a busy home meets in an hour."""

_UNSEEN: Final = ""  # no device's id

Ends = tuple[DeviceState | None, DeviceState | None, str | None, str | None]
"""Originator and responder of a flow as far as they were seen, and the devices that own the two ends."""


class Endpoints:
    """Finds the device at an endpoint, and makes and binds it where the endpoint is news."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self.table = Table(hearing, self.forget)
        self.said: dict[object, dict[object, DeviceState | None]] = {}
        """Who said a thing before, by the type of record; forgotten with the endpoints."""
        self._owners: dict[tuple[str | None, str], str | None] = {}
        self._met: dict[tuple[str | None, str], DeviceState | None] = {}
        self._ends: dict[tuple[object, ...], Ends] = {}

    def forget(self) -> None:
        """Drop what was remembered: who holds an address, or who is a gateway, has changed."""
        self._owners.clear()
        self._met.clear()
        self._ends = {}
        self.said.clear()

    def owner(self, mac: str | None, address: str) -> str | None:
        """Return the id of the device at an endpoint by the tables alone, None when it is not in the home."""
        key = (mac, address)
        found = self._owners.get(key, _UNSEEN)
        if found == _UNSEEN:
            found = self._find(mac, address)
            if len(self._owners) >= MAX_CACHED:
                self._owners.clear()
            self._owners[key] = found
        return found

    def owners(self, flow: FlowRecord) -> tuple[str | None, str | None]:
        """Return the devices at a flow's originator's and its responder's end."""
        there = flow.resp_mac or flow.orig_dst_mac
        return self.owner(flow.orig_mac, flow.orig_h), self.owner(there, flow.resp_h)

    def ends(self, flow: FlowRecord) -> Ends:
        """Return who is at a flow's two ends, after learning from it what is to be learnt."""
        key = (
            flow.orig_mac,
            flow.orig_h,
            flow.resp_mac,
            flow.resp_h,
            flow.orig_dst_mac,
            flow.resp_pkts == 0,
        )
        remembered = self._ends
        ends = remembered.get(key)
        if ends is None:
            ends = self._find_ends(flow)
            if len(remembered) >= MAX_CACHED:
                remembered.clear()
            remembered[key] = ends  # in vain if the second end taught us something of the first
        return ends

    def meet(
        self, mac: str | None, address: str, ts: float, other_mac: str | None = None
    ) -> DeviceState | None:
        """Return the device at an endpoint, made when it is new; None when it is not in the home."""
        key = (mac, address)
        if key in self._met:
            state = self._met[key]
        else:
            state = self._place(mac, address, ts, other_mac)
            if len(self._met) >= MAX_CACHED:
                self._met.clear()
            self._met[key] = state
        if state is not None and state.saw(ts):
            self._hearing.dirty.add(state.device)
        return state

    def relayed(self, mac: str, address: str) -> bool:
        """Return whether frames of a MAC and address come through a repeater that puts its own MAC on them.

        Then the address was leased to another MAC, and that lease stands.
        """
        holder = self.table.holder(address)
        return holder is not None and address in holder.leased and mac not in holder.macs

    def _find(self, mac: str | None, address: str) -> str | None:
        table = self.table
        if mac is not None and self.relayed(mac, address):
            return table.by_address[address]
        if mac is not None and mac not in table.gateways and mac in table.by_mac:
            in_home = table.is_local(address) or address in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
            return table.by_mac[mac] if in_home else None
        return table.by_address.get(address)

    def _find_ends(self, flow: FlowRecord) -> Ends:
        ts, there = flow.ts, flow.resp_mac or flow.orig_dst_mac
        if ":" in flow.orig_h:
            self._learn_sides(flow, there)
        originator = self.meet(flow.orig_mac, flow.orig_h, ts, there)
        responder = self.meet(flow.resp_mac, flow.resp_h, ts, flow.orig_mac) if flow.resp_pkts else None
        return originator, responder, *self.owners(flow)

    def _place(self, mac: str | None, address: str, ts: float, other_mac: str | None) -> DeviceState | None:
        """Return the device at an endpoint never met, after learning from it what is to be learnt."""
        table = self.table
        if is_nobody(address):
            return None
        if mac is None:
            return table.of_address(address, ts)
        if not is_device_mac(mac):
            return None
        if self.relayed(mac, address):
            return table.holder(address)
        if not table.is_local(address):
            self._learn_remote(mac, address, ts, other_mac)
        holder = table.holder(address)
        if mac in table.gateways or not table.is_local(address):
            return holder
        state = table.of_mac(mac, ts)
        if state is not None and (holder is None or table.is_same(state, holder, address)):
            state = table.bind(state, address)
        return state

    def _learn_sides(self, flow: FlowRecord, there: str | None) -> None:
        """Learn from a flow between IPv6 addresses which of its sides is the home's."""
        table = self.table
        if (flow.orig_mac is None and there is None) or not (table.gateways or table.prefixes):
            caller = table.prefixes.caller(flow)
            if caller is not None:
                table.learn_prefix(caller)
        for mac in table.prefixes.gateways(flow, there):
            state = table.of_mac(mac, flow.ts) if mac not in table.gateways else None
            if state is not None:
                table.make_gateway(state)

    def _learn_remote(self, mac: str, address: str, ts: float, other_mac: str | None) -> None:
        """Learn from a MAC that sends from an address outside the home's ranges.

        A global IPv6 address that is made of the MAC, or on a frame to the gateway, is the sender's own; from
        another nothing follows before the gateway is known. An IPv4 address: the MAC is the gateway's.
        """
        table = self.table
        if mac in table.gateways:
            return
        if ":" in address and other_mac not in table.gateways and not is_made_of(address, mac):
            return
        state = table.of_mac(mac, ts)
        if state is None:
            return
        if ":" in address:
            table.bind(state, address)
        else:
            table.make_gateway(state)
