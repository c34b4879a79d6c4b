"""Which MACs, addresses and keys are which device's: bound, merged, taken apart, dropped. Does no I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from appliance.devices.hearing import Hearing
from appliance.devices.identity import device_id, is_device_mac, is_home_range, is_nobody, is_random_mac
from appliance.devices.prefixes import Prefixes
from appliance.devices.room import MAX_DEVICES, least_valued
from appliance.devices.signals.router import named
from appliance.devices.state import (
    MAX_ADDRESSES,
    MAX_HOSTNAMES,
    MAX_MACS,
    DeviceState,
    keep_last,
)
from sensor.records import MAX_TEXT

_UNSEEN: Final = ""  # no device's id
_ABSENT: Final = object()


class Table:
    """All devices of a home and whose each MAC, address and key is.

    `paths_changed` is called when who holds an address, or who is a gateway, may have changed.
    """

    def __init__(self, hearing: Hearing, paths_changed: Callable[[], None]) -> None:
        self._hearing = hearing
        self._paths_changed = paths_changed
        self.devices: dict[str, DeviceState] = {}
        self.by_mac: dict[str, str] = {}
        self.by_address: dict[str, str] = {}
        self.gateways: set[str] = set()
        self.prefixes = Prefixes()
        self.gone: set[str] = set()
        self.new: dict[str, None] = {}
        self.evicted = 0
        self._by_key: dict[str, set[str]] = {}
        self._former: dict[str, str] = {}
        self._routers: set[str] = set()

    # -- finding

    def state(self, device: str) -> DeviceState:
        """Return a device by its id or that of one merged into it. Raises KeyError."""
        state = self.devices.get(device)
        return state if state is not None else self.devices[self._former[device]]

    def holder(self, address: str) -> DeviceState | None:
        """Return the device that holds an address, None for one outside the home."""
        return self.devices.get(self.by_address.get(address, _UNSEEN))

    def is_local(self, address: str) -> bool:
        """Return whether an address is in the home: of a home's range or prefix, or bound on the link."""
        return is_home_range(address) or address in self.by_address or address in self.prefixes

    def is_same(self, state: DeviceState, holder: DeviceState, address: str) -> bool:
        """Return whether a device of MACs is the one that was so far known by an address alone.

        Not when it has another address of the family: then it is a router or a repeater, or took one over.
        """
        return (
            holder is not state
            and not holder.macs
            and holder.device not in state.apart
            and not any((":" in held) == (":" in address) for held in state.addresses)
        )

    # -- making

    def of_mac(self, mac: str, ts: float) -> DeviceState | None:
        """Return the device of a MAC, made when it is new; None for a MAC that is no thing's."""
        if not is_device_mac(mac):
            return None
        device = self.by_mac.get(mac)
        if device is not None:
            state = self.devices[device]
            if state.saw(ts):
                self._hearing.dirty.add(device)
            return state
        return self.make_of_mac(mac, ts)

    def of_address(self, address: str, ts: float) -> DeviceState | None:
        """Return the device of an address on a link without MACs; None for one outside the home."""
        holder = self.by_address.get(address)
        if holder is not None:
            return self.devices[holder]
        if not self.is_local(address):
            return None
        return self.bind(self.make(address, ts), address)

    def make_of_mac(self, mac: str, ts: float) -> DeviceState:
        """Make a device of a MAC and hear what the MAC tells."""
        state = self.make(mac, ts)
        state.macs[mac] = None
        state.undecide()
        self.by_mac[mac] = state.device
        self._hearing.hear_mac(state, mac, ts)
        return state

    def make(self, first: str, ts: float) -> DeviceState:
        """Make a device whose id comes from its first MAC or address; others may have to go for it."""
        if len(self.devices) >= MAX_DEVICES:
            self._evict()
        device = device_id(first)
        while device in self.devices:  # a collision of 32 bits, or a MAC whose device went on without it
            device = device_id(device)
        state = DeviceState(device, ts, ts, told_ts=ts)
        self.devices[device] = state
        holder = self.devices.get(self._former.pop(device, _UNSEEN))
        if holder is not None:
            holder.former_ids.pop(device, None)
        self.gone.discard(device)
        self.new[device] = None
        self.changed(state)
        return state

    def load(self, device: str, dumped: dict[str, Any]) -> None:
        """Take back a dumped device. Raises KeyError or TypeError for what is no dump."""
        state = DeviceState.load(device, dumped)
        self.devices[device] = state
        self.by_mac.update(dict.fromkeys(state.macs, device))
        self.by_address.update(dict.fromkeys(state.addresses, device))
        self._former.update(dict.fromkeys(state.former_ids, device))
        self._routers.update(state.routers)
        for address in state.addresses:
            self.learn_prefix(address)
        for key in state.keys:
            self._by_key.setdefault(key, set()).add(device)
        if state.is_gateway:
            self.gateways.update(state.macs)
        self._paths_changed()

    # -- binding

    def bind(self, state: DeviceState, address: str) -> DeviceState:
        """Give an address to a device, and take it from the one that had it; return the device.

        It is the one that had it where that was known by nothing else: then the two are one.
        """
        if is_nobody(address):
            return state
        holder = self.by_address.get(address)
        if holder == state.device and next(reversed(state.addresses), None) == address:
            return state
        if holder is not None and holder != state.device:
            had = self.devices[holder]
            if state.macs and self.is_same(state, had, address):
                kept, gone = (had, state) if had.first_ts <= state.first_ts else (state, had)
                self.merge(kept, gone)
                kept.undecide()
                return kept
            had.addresses.pop(address, None)
            had.leased.pop(address, None)
            self._hearing.dirty.add(holder)
        _, dropped = keep_last(state.addresses, address, MAX_ADDRESSES)
        if dropped is not None:
            self.by_address.pop(dropped, None)
        self.by_address[address] = state.device
        if address in self._routers:
            self._routes(state)
        if holder != state.device:
            self.learn_prefix(address)
            self.changed(state)
        return state

    def learn_prefix(self, address: str) -> None:
        """Learn a prefix of the home from an address bound on the link, or that asks for names."""
        if self.prefixes.learn(address):
            self._paths_changed()

    def learn_router(self, router: str) -> None:
        """Learn that leases name an address as the way out of the home."""
        self._routers.add(router)
        holder = self.by_address.get(router)
        if holder is not None:
            self._routes(self.devices[holder])

    def _routes(self, state: DeviceState) -> None:
        self.make_gateway(state)
        if state.add_evidence(named(state.last_ts)):
            self._hearing.dirty.add(state.device)

    def make_gateway(self, state: DeviceState) -> None:
        """Note that what comes through a device is not in the home."""
        if not state.is_gateway:
            state.is_gateway = True
            self.gateways.update(state.macs)
            self.changed(state)

    def changed(self, state: DeviceState) -> None:
        """Note that who a device is has changed."""
        self._paths_changed()
        self._hearing.dirty.add(state.device)

    # -- identity

    def note_hostname(self, state: DeviceState, name: str) -> None:
        """Note a name that a device bears."""
        new, _ = keep_last(state.hostnames, name[:MAX_TEXT], MAX_HOSTNAMES)
        if new:
            self._hearing.dirty.add(state.device)

    def note_key(self, state: DeviceState, key: str, mac: str) -> DeviceState:
        """Note what identifies a device beyond its MAC; return the device it turns out to be.

        A random MAC with the key of one silent device of random MACs is that device under a new address.
        """
        others = self._by_key.get(key, set()) - {state.device} - state.apart.keys()
        if len(others) == 1 and is_random_mac(mac):
            other = self.devices[next(iter(others))]
            silent = other.last_ts <= state.first_ts
            if all(map(is_random_mac, other.macs)) and (silent or key.startswith("client:")):
                self.merge(other, state)
                return other
        if key not in state.keys:
            _, dropped = keep_last(state.keys, key, MAX_HOSTNAMES)
            if dropped is not None:
                self._forget_key(dropped, state.device)
            self._by_key.setdefault(key, set()).add(state.device)
        return state

    def _forget_key(self, key: str, device: str) -> None:
        holders = self._by_key.get(key)
        if holders is not None:
            holders.discard(device)
            if not holders:
                del self._by_key[key]

    def merge(self, kept: DeviceState, gone: DeviceState) -> None:
        """Make two devices one under the id of `kept`; the other id still answers."""
        self.drop(gone)
        for mac in gone.macs:
            _, dropped = keep_last(kept.macs, mac, MAX_MACS)
            if dropped is not None:
                self.by_mac.pop(dropped, None)
            self.by_mac[mac] = kept.device
        for address in gone.addresses:
            self.bind(kept, address)
        kept.absorb(gone)
        for key in gone.keys:
            self._by_key.setdefault(key, set()).add(kept.device)
        for former in (*gone.former_ids, gone.device):
            keep_last(kept.former_ids, former, MAX_MACS)
            self._former[former] = kept.device
        if gone.is_gateway:
            self.make_gateway(kept)
        if kept.is_gateway:
            self.gateways.update(kept.macs)
        self.changed(kept)

    def split(self, state: DeviceState, part: str) -> DeviceState:
        """Make a thing of its own of one MAC, or of a device merged into this one; return it.

        Raises KeyError for a part it does not have or that is all of it.
        """
        part = next((held for held, aside in state.parts.items() if aside["macs"] == [part]), part)
        aside = state.parts.pop(part, None)
        macs = [mac for mac in (aside["macs"] if aside else [part]) if mac in state.macs]
        if not aside and (not macs or len(state.macs) == 1):
            raise KeyError(part)
        for mac in macs:
            del state.macs[mac]
            self.by_mac.pop(mac, None)
            self.gateways.discard(mac)
        apart = self._taken_out(state, part, aside) if aside else self._apart(state, macs[0])
        apart.apart[state.device] = None
        state.apart[apart.device] = None
        state.undecide()
        self.changed(state)
        return apart

    def _taken_out(self, state: DeviceState, part: str, aside: dict[str, Any]) -> DeviceState:
        """Bring back a device that the family had merged; addresses others hold by now stay theirs."""
        aside["addresses"] = [a for a in aside["addresses"] if self.by_address.get(a) == state.device]
        for address in aside["addresses"]:
            state.addresses.pop(address, None)
        for former in (part, *aside["former_ids"]):
            state.former_ids.pop(former, None)
            self._former.pop(former, None)
        for key in aside["keys"]:
            if state.keys.pop(key, _ABSENT) is not _ABSENT:
                self._forget_key(key, state.device)
        self.load(part, aside)
        back = self.devices[part]
        state.evidence = {key: item for key, item in state.evidence.items() if back.evidence.get(key) != item}
        state.labels = {field: said for field, said in state.labels.items() if back.labels.get(field) != said}
        state.hostnames = {name: None for name in state.hostnames if name not in back.hostnames}
        self.gone.discard(part)
        self.changed(back)
        return back

    def _apart(self, state: DeviceState, mac: str) -> DeviceState:
        """Make a device of one MAC alone; what it said is heard anew, since nobody knows which said what."""
        for key in list(state.keys):
            self._forget_key(key, state.device)
            del state.keys[key]
        self._hearing.forget()
        self.make_of_mac(mac, state.last_ts)
        apart = self.devices[self.by_mac[mac]]
        apart.first_ts = state.first_ts
        return apart

    # -- room

    def drop(self, state: DeviceState) -> None:
        """Take a device out of every table."""
        del self.devices[state.device]
        for mac in state.macs:
            self.by_mac.pop(mac, None)
            self.gateways.discard(mac)
        for address in state.addresses:
            self.by_address.pop(address, None)
        for key in state.keys:
            self._forget_key(key, state.device)
        for former in state.former_ids:
            self._former.pop(former, None)
        self._hearing.dirty.discard(state.device)
        self.new.pop(state.device, None)
        self._hearing.forget()  # back again, it is to be heard like any other newcomer
        self.gone.add(state.device)
        self._paths_changed()

    def _evict(self) -> None:
        going = least_valued(self.devices.values())
        for state in going:
            self.drop(state)
        self.evicted += len(going)
