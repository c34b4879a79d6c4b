"""The devices of a home: which one a record is about, and all that is known of each. Does no I/O.

A device is a set of MACs, addresses and names. A MAC on the link makes one; an address belongs to the device
that ARP, NDP, DHCP or its own frames bind it to. Frames that come through the gateway bear the gateway's MAC
with an address from elsewhere: the far end is no device, and the MAC stays the gateway's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Final

from appliance.devices.again import former_self
from appliance.devices.device import DeviceRecord, Evidence
from appliance.devices.identity import (
    client_key,
    device_id,
    is_device_mac,
    is_home_range,
    is_nobody,
    is_random_mac,
    name_key,
)
from appliance.devices.knowledge import DeviceKnowledge
from appliance.devices.likeness import compare
from appliance.devices.prefixes import Prefixes
from appliance.devices.signals import BY_RECORD
from appliance.devices.signals.calls import Call, call_of
from appliance.devices.signals.ports import answered
from appliance.devices.signals.router import named
from appliance.devices.similar import FLOWS_DESCRIBED, words
from appliance.devices.state import (
    LABEL_FIELDS,
    MAX_ADDRESSES,
    MAX_HOSTNAMES,
    MAX_MACS,
    MAX_PARTS,
    SUPPORT,
    DeviceState,
    keep_last,
)
from appliance.devices.upnp import Description
from appliance.devices.upnp import evidence as describing
from sensor.records import (
    MAX_TEXT,
    Dhcp6Reply,
    Dhcp6Request,
    DhcpAck,
    DhcpRequest,
    DnsAnswer,
    DnsQuery,
    FlowRecord,
    HttpRequest,
    LocalName,
    MdnsService,
    MudUrl,
    Neighbour,
    NtpRequest,
    Record,
    SsdpAnnouncement,
    TlsCertificate,
    TlsClientHello,
)

MAX_DEVICES: Final = 1024
"""Devices of one home: four times the addresses of a /24. Beyond it random MACs are being made up."""

EVICTED_AT_ONCE: Final = 64
"""Devices that go together at the bound, so that a flood of MACs does not rank all of them for each."""

ESTABLISHED_S: Final = 86_400.0
"""A device known for a day outlives any flood that is younger."""

MAX_CACHED: Final = 65_536
"""Endpoints and services remembered for speed: the remote addresses a busy home meets in an hour."""

_ACK: Final = 5  # DHCPACK, RFC 2132 §9.6
_REPLY6: Final = 7  # REPLY, RFC 8415 §7.3
_UNSEEN: Final = ""  # no device's id
_ABSENT: Final = object()

_SAYING: Final[dict[type[Any], tuple[str, ...]]] = {
    DhcpRequest: ("hostname", "fqdn", "vendor_class", "parameter_list"),
    Dhcp6Request: ("duid", "fqdn", "enterprise", "vendor_class", "option_request"),
    DnsQuery: ("query",),
    MdnsService: ("service", "instance", "hostname", "txt"),
    SsdpAnnouncement: ("kind", "target", "usn", "server", "location", "user_agent"),
    TlsClientHello: ("server_name", "ja4", "ech"),
    HttpRequest: ("host", "path", "user_agent"),
    NtpRequest: ("version",),
    LocalName: ("kind", "name", "suffix"),
    TlsCertificate: ("subject",),
    MudUrl: ("url",),
}
"""The fields in which a record says something of its sender: the same again is not read again."""

_SENDERS: Final[dict[type[Any], tuple[str, str]]] = {
    DnsQuery: ("mac", "client"),
    SsdpAnnouncement: ("mac", "host"),
    **dict.fromkeys((TlsClientHello, HttpRequest, NtpRequest, LocalName, MudUrl), ("mac", "src")),
}
_SENDING: Final = {
    record_type: attrgetter(*sender, *_SAYING[record_type]) for record_type, sender in _SENDERS.items()
}
"""For records that only speak of their sender: where it is and all they say of it."""

_Ends = tuple[DeviceState | None, DeviceState | None, str | None, str | None]
"""Originator and responder of a flow as far as they were seen, and the devices that own the two ends."""


class Devices:
    """All devices of one home; `observe` each record before asking for the owner of its endpoints."""

    def __init__(self, knowledge: DeviceKnowledge) -> None:
        self._knowledge = knowledge
        self._supported = {(one.maker, one.model): one for one in knowledge.models if one.support_end}
        self._devices: dict[str, DeviceState] = {}
        self._by_mac: dict[str, str] = {}
        self._by_address: dict[str, str] = {}
        self._by_key: dict[str, set[str]] = {}
        self._former: dict[str, str] = {}
        self._gateways: set[str] = set()
        self._routers: set[str] = set()
        self._prefixes = Prefixes()
        self._owners: dict[tuple[str | None, str], str | None] = {}
        self._met: dict[tuple[str | None, str], DeviceState | None] = {}
        self._ends: dict[tuple[object, ...], _Ends] = {}
        self._said: dict[type[Any], dict[tuple[Any, ...], DeviceState | None]] = {}
        self._heard: set[tuple[object, ...]] = set()
        self._dirty: set[str] = set()
        self._gone: set[str] = set()
        self._new: dict[str, None] = {}
        self._observers: dict[type[Any], Callable[[Any], object]] = {
            FlowRecord: self.observe_flow,
            Neighbour: self._observe_neighbour,
            DhcpRequest: self._observe_request,
            DhcpAck: self._observe_lease,
            DnsAnswer: self._observe_answer,
            Dhcp6Request: self._observe_request6,
            Dhcp6Reply: self._observe_lease6,
            MdnsService: self._observe_service,
            TlsCertificate: self._observe_certificate,
            **dict.fromkeys(_SENDING, self._observe_sender),
        }
        self.evicted = 0
        """Devices that had to go because there was no more room: a Loss to be reported."""

    # -- what others ask

    def owner(self, mac: str | None, address: str) -> str | None:
        """Return the id of the device at an endpoint, None when the endpoint is not in the home.

        `mac` is the link-layer address of its frames, None where it sent none or the link has no MACs.
        """
        key = (mac, address)
        found = self._owners.get(key, _UNSEEN)
        if found == _UNSEEN:
            found = self._find(mac, address)
            if len(self._owners) >= MAX_CACHED:
                self._owners.clear()
            self._owners[key] = found
        return found

    def ends(self, flow: FlowRecord) -> tuple[str | None, str | None]:
        """Return the devices at a flow's originator's and its responder's end."""
        there = flow.resp_mac or flow.orig_dst_mac
        return self.owner(flow.orig_mac, flow.orig_h), self.owner(there, flow.resp_h)

    def is_local(self, address: str) -> bool:
        """Return whether an address is in the home: of a home's range or prefix, or bound on the link."""
        return is_home_range(address) or address in self._by_address or address in self._prefixes

    def record(self, device: str) -> DeviceRecord:
        """Return what is known of a device; the id of one that was merged answers too. Raises KeyError."""
        record = self._state(device).record()
        model = self._supported.get((record.vendor or "", record.model or "")) if self._supported else None
        if model is None or model.support_end is None:
            return record
        reason = f"our list of devices says so ({model.source}, {model.date})"
        stated = Evidence(SUPPORT, model.support_end, "catalogue", 1.0, reason, record.first_ts)
        return record._replace(evidence=(*record.evidence, stated))

    def vendor(self, device: str) -> str | None:
        """Return who made a device, None when we cannot say; cheap enough to ask for every flow.

        Raises KeyError for an unknown device.
        """
        state = self._devices.get(device) or self._state(device)
        return (state.made or state.decided()).decision.vendor

    def words(self, device: str) -> tuple[str, ...]:
        """Return the words that describe a device to `similar.most_alike`. Raises KeyError."""
        return tuple(self._state(device).tokens)

    def ids(self) -> list[str]:
        """Return the ids of all devices, in the order they came."""
        return list(self._devices)

    def take_dirty(self) -> set[str]:
        """Return the devices changed since the last call: identity, evidence, labels, or seen 300 s on."""
        dirty, self._dirty = self._dirty, set()
        return dirty

    def take_new(self) -> tuple[str, ...]:
        """Return the ids that came into being since the last call, in order; asked after every record."""
        if not self._new:
            return ()
        new = tuple(self._new)
        self._new.clear()
        return new

    def take_gone(self) -> set[str]:
        """Return the ids that ceased to be devices since the last call: merged into another, or evicted."""
        gone, self._gone = self._gone, set()
        return gone

    # -- what the family says

    def set_label(self, device: str, field: str, value: str, ts: float = 0.0) -> None:
        """Record the parent's word on name, vendor, category, model or support; it beats all evidence.

        Raises KeyError for an unknown device, ValueError for another field.
        """
        if field not in LABEL_FIELDS:
            raise ValueError(f"read the label {field!r}, expected one of {', '.join(LABEL_FIELDS)}")
        state = self._state(device)
        state.labels[field] = (value, ts)
        state.undecide()
        self._dirty.add(state.device)

    def clear_label(self, device: str, field: str) -> None:
        """Take a label back; nothing happens when there is none. Raises KeyError for an unknown device."""
        state = self._state(device)
        if state.labels.pop(field, None) is not None:
            state.undecide()
            self._dirty.add(state.device)

    def merge(self, into: str, other: str) -> None:
        """Make two devices one; the id of `other` stays as another name of `into`. Raises KeyError.

        What was known of `other` is kept aside, so that `split` brings it back as it was.
        """
        kept, gone = self._state(into), self._state(other)
        if kept is gone:
            return
        aside = {gone.device: {**gone.dump(), "parts": {}}, **gone.parts}
        self._merge(kept, gone)
        kept.parts.update(aside)
        for oldest in list(kept.parts)[:-MAX_PARTS]:
            del kept.parts[oldest]

    def split(self, device: str, part: str) -> str:
        """Make a thing of its own of one MAC, or of a device merged into this one; return its id.

        The two are not merged again by themselves. Raises KeyError for an unknown device, and for a part it
        does not have or that is all of it.
        """
        state = self._state(device)
        part = next((held for held, aside in state.parts.items() if aside["macs"] == [part]), part)
        aside = state.parts.pop(part, None)
        macs = [mac for mac in (aside["macs"] if aside else [part]) if mac in state.macs]
        if not aside and (not macs or len(state.macs) == 1):
            raise KeyError(part)
        for mac in macs:
            del state.macs[mac]
            self._by_mac.pop(mac, None)
            self._gateways.discard(mac)
        apart = self._taken_out(state, part, aside) if aside else self._apart(state, macs[0])
        apart.apart[state.device] = None
        state.apart[apart.device] = None
        state.undecide()
        self._changed(state)
        return apart.device

    def adopt(self, address: str, ts: float, *, public: bool) -> str:
        """Make a device of a Bluetooth address that the family says is its own; return its id.

        `public`: it is of a registered block, which tells the maker. It is no news to the family.
        """
        device = self._by_mac.get(address)
        if device is None:
            state = self._new_mac(address, ts) if public else self._new_device(address, ts)
            state.macs[address] = None
            self._by_mac[address] = device = state.device
            self._new.pop(device, None)
        return device

    def hear(self, device: str, evidence: Iterable[Evidence], ts: float) -> None:
        """Take in what was heard of an adopted device at a time. Raises KeyError for an unknown device."""
        state = self._state(device)
        state.saw(ts)
        for item in evidence:
            state.add_evidence(item)
        self._dirty.add(state.device)

    def forget(self, device: str) -> None:
        """Forget all that is known of a device; seen again it is a new one. Raises KeyError."""
        self._drop(self._state(device))

    def describe(self, address: str, description: Description, ts: float) -> None:
        """Take in what the device at an address says of itself when it is asked (UPnP)."""
        state = self._holder(address)
        if state is None:
            return
        mac = next(iter(state.macs), None)
        for item in describing(description, mac, ts, self._knowledge):
            if state.add_evidence(item):
                self._dirty.add(state.device)

    def same_again(self, device: str) -> bool:
        """Make a newcomer one with the phone that it is under another address; return whether it is one.

        Asked some minutes after it came. Raises KeyError for an unknown device.
        """
        new = self._state(device)
        phone = former_self(new, self._devices.values())
        if phone is not None:
            self._merge(phone, new)
        return phone is not None

    def compare(self) -> None:
        """Liken devices whose kind is not known to known ones of the home; asked now and then."""
        self._dirty.update(compare(self._devices.values()))

    # -- restart

    def dump(self, device: str) -> dict[str, Any]:
        """Return all that is remembered of a device as plain JSON values. Raises KeyError."""
        return self._devices[device].dump()

    def load(self, device: str, dumped: dict[str, Any]) -> None:
        """Take back what `dump` gave; what follows is as if there had been no restart.

        Raises KeyError or TypeError when `dumped` is nothing that `dump` gave.
        """
        state = DeviceState.load(device, dumped)
        self._devices[device] = state
        self._by_mac.update(dict.fromkeys(state.macs, device))
        self._by_address.update(dict.fromkeys(state.addresses, device))
        self._former.update(dict.fromkeys(state.former_ids, device))
        self._routers.update(state.routers)
        for address in state.addresses:
            self._learn_prefix(address)
        for key in state.keys:
            self._by_key.setdefault(key, set()).add(device)
        if state.is_gateway:
            self._gateways.update(state.macs)
        self._forget_paths()

    # -- what the sensor says

    def observe(self, record: Record) -> None:
        """Take in one record: whom it is about, what binds addresses to MACs, and what its signals tell."""
        kind: type[Any] = type(record)
        observe = self._observers.get(kind)
        if observe is not None:
            observe(record)

    def observe_flow(self, flow: FlowRecord) -> tuple[str | None, str | None]:
        """Take in a flow; return the devices at its two ends, as `ends` does."""
        orig_mac, resp_mac, gateway_mac = flow.orig_mac, flow.resp_mac, flow.orig_dst_mac
        key = (orig_mac, flow.orig_h, resp_mac, flow.resp_h, gateway_mac, flow.resp_pkts == 0)
        remembered = self._ends
        ends = remembered.get(key)
        if ends is None:
            ends = self._find_ends(flow)
            if len(remembered) >= MAX_CACHED:
                remembered.clear()
            remembered[key] = ends  # in vain if the second end taught us something of the first
        originator, responder, orig, resp = ends
        if originator is not None:
            if originator.saw(flow.ts):
                self._dirty.add(originator.device)
            originator.flows += 1
            if originator.flows <= FLOWS_DESCRIBED:
                for word in words(flow):
                    originator.add_token(word)
                self._hear_call(originator, flow)
        if responder is not None:
            if responder.saw(flow.ts):
                self._dirty.add(responder.device)
            responder.flows += 1
            self._hear_service(responder, flow)
        return orig, resp

    def _find_ends(self, flow: FlowRecord) -> _Ends:
        ts, there = flow.ts, flow.resp_mac or flow.orig_dst_mac
        if ":" in flow.orig_h:
            self._learn_sides(flow, there)
        originator = self._endpoint(flow.orig_mac, flow.orig_h, ts, there)
        responder = self._endpoint(flow.resp_mac, flow.resp_h, ts, flow.orig_mac) if flow.resp_pkts else None
        return originator, responder, *self.ends(flow)

    def _observe_sender(self, record: Any) -> None:
        """Hear a record that says something of its sender alone; the same again is only a sight of it."""
        kind = type(record)
        said = _SENDING[kind](record)
        if kind is DnsQuery and ":" in said[1]:
            self._learn_prefix(said[1])
        try:
            state = self._said[kind][said]
        except KeyError:
            state = self._endpoint(said[0], said[1], record.ts)
            self._hear(state, record)
            known = self._said.setdefault(kind, {})
            if len(known) >= MAX_CACHED:
                known.clear()
            known[said] = state
            return
        if state is not None and state.saw(record.ts):
            self._dirty.add(state.device)

    def _observe_answer(self, record: DnsAnswer) -> None:
        """Learn that who was answered is at home: nobody from outside asks for names here."""
        if ":" in record.client and record.client not in self._by_address:
            self._learn_prefix(record.client)
            self._endpoint(record.client_mac, record.client, record.ts)

    def _observe_certificate(self, record: TlsCertificate) -> None:
        self._hear(self._holder(record.server), record)

    def _hear_service(self, responder: DeviceState, flow: FlowRecord) -> None:
        service = (responder.device, flow.proto, flow.resp_p)
        if service in self._heard or not answered(flow):
            return
        self._remember(service)
        self._signal(responder, flow)

    def _hear_call(self, originator: DeviceState, flow: FlowRecord) -> None:
        call = call_of(flow)
        if call is None or (said := (originator.device, call.way, call.port)) in self._heard:
            return
        self._remember(said)
        self._signal(originator, call)

    def _observe_neighbour(self, record: Neighbour) -> None:
        if record.source == "arp" and self._relayed(record.mac, record.address):
            return
        state = self._device_of_mac(record.mac, record.ts)
        if state is None:
            return
        state = self._bind(state, record.address)
        if record.source == "ra":
            self._make_gateway(state)
            self._signal(state, record)

    def _observe_request(self, record: DhcpRequest) -> None:
        state = self._device_of_mac(record.mac, record.ts)
        if state is None:
            return
        if record.client is not None:
            state = self._bind(state, record.client)
        fqdn = (record.fqdn or "").partition(".")[0]
        for name in (record.hostname, fqdn):
            if name:
                self._note_hostname(state, name)
        client = client_key(record.client_id, record.mac)
        if client is not None:
            state = self._note_key(state, f"client:{client}", record.mac)
        name_of_host = name_key(record.hostname or fqdn)
        if name_of_host is not None:
            state = self._note_key(state, f"name:{name_of_host}", record.mac)
        self._hear(state, record)

    def _observe_lease(self, record: DhcpAck) -> None:
        state = self._device_of_mac(record.mac, record.ts)
        if state is None or record.message_type != _ACK:
            return
        state = self._bind(state, record.address)
        keep_last(state.leased, record.address, MAX_ADDRESSES)
        for router in record.routers:
            state.routers[router] = None
            if len(state.routers) > MAX_ADDRESSES:
                del state.routers[next(iter(state.routers))]
            self._routers.add(router)
            holder = self._by_address.get(router)
            if holder is not None:
                self._routes(self._devices[holder])

    def _observe_request6(self, record: Dhcp6Request) -> None:
        state = self._endpoint(record.mac, record.src, record.ts)
        if state is None:
            return
        if record.fqdn:
            self._note_hostname(state, record.fqdn.partition(".")[0])
        if record.duid and record.mac is not None:
            state = self._note_key(state, f"client:{record.duid}", record.mac)
        self._hear(state, record)

    def _observe_lease6(self, record: Dhcp6Reply) -> None:
        """Bind the addresses of a REPLY; an ADVERTISE only offers them."""
        state = self._device_of_mac(record.client_mac, record.ts) if record.client_mac else None
        if state is not None and record.message_type == _REPLY6:
            for address in record.addresses:
                state = self._bind(state, address)

    def _observe_service(self, record: MdnsService) -> None:
        state = self._endpoint(record.mac, record.host, record.ts)
        if state is None:
            return
        if record.hostname:
            self._note_hostname(state, record.hostname)
            key = name_key(record.hostname)
            if key is not None and record.mac is not None:
                state = self._note_key(state, f"name:{key}", record.mac)
        self._hear(state, record)

    # -- whom a record is about

    def _holder(self, address: str) -> DeviceState | None:
        """Return the device that holds an address, None for one outside the home."""
        return self._devices.get(self._by_address.get(address, _UNSEEN))

    def _state(self, device: str) -> DeviceState:
        """Return a device by its id or that of one merged into it. Raises KeyError."""
        state = self._devices.get(device)
        return state if state is not None else self._devices[self._former[device]]

    def _endpoint(
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
            self._dirty.add(state.device)
        return state

    def _find(self, mac: str | None, address: str) -> str | None:
        """Return the owner by the tables alone."""
        if mac is not None and self._relayed(mac, address):
            return self._by_address[address]
        if mac is not None and mac not in self._gateways and mac in self._by_mac:
            in_home = self.is_local(address) or address in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
            return self._by_mac[mac] if in_home else None
        return self._by_address.get(address)

    def _place(self, mac: str | None, address: str, ts: float, other_mac: str | None) -> DeviceState | None:
        """Return the device at an endpoint never met, after learning from it what is to be learnt."""
        if is_nobody(address):
            return None
        if mac is None:
            return self._device_without_mac(address, ts)
        if not is_device_mac(mac):
            return None
        if self._relayed(mac, address):
            return self._holder(address)
        if not self.is_local(address):
            self._learn_remote(mac, address, ts, other_mac)
        holder = self._holder(address)
        if mac in self._gateways or not self.is_local(address):
            return holder
        state = self._device_of_mac(mac, ts)
        if state is not None and (holder is None or self._is_same(state, holder, address)):
            state = self._bind(state, address)
        return state

    def _relayed(self, mac: str, address: str) -> bool:
        """Return whether frames of a MAC and address come through a repeater that puts its own MAC on them.

        Then the address was leased to another MAC, and that lease stands.
        """
        holder = self._holder(address)
        return holder is not None and address in holder.leased and mac not in holder.macs

    def _is_same(self, state: DeviceState, holder: DeviceState, address: str) -> bool:
        """Return whether a device of MACs is the one that was so far known by an address alone.

        Not when it has another address of the family: then it is a router or a repeater, or took one over.
        """
        return (
            holder is not state
            and not holder.macs
            and holder.device not in state.apart
            and not any((":" in held) == (":" in address) for held in state.addresses)
        )

    def _learn_prefix(self, address: str) -> None:
        """Learn a prefix of the home from an address bound on the link, or that asks for names."""
        if self._prefixes.learn(address):
            self._forget_paths()

    def _learn_sides(self, flow: FlowRecord, there: str | None) -> None:
        """Learn from a flow between IPv6 addresses which of its sides is the home's."""
        if flow.orig_mac is None and there is None:
            caller = self._prefixes.caller(flow)
            if caller is not None:
                self._learn_prefix(caller)
            return
        for mac in self._prefixes.gateways(flow, there):
            state = self._device_of_mac(mac, flow.ts) if mac not in self._gateways else None
            if state is not None:
                self._make_gateway(state)

    def _learn_remote(self, mac: str, address: str, ts: float, other_mac: str | None) -> None:
        """Learn from a MAC that sends from an address outside the home's ranges.

        A global IPv6 address on a frame to the gateway is the sender's own; any other foreign address means
        that the MAC is the gateway's. Nothing follows from IPv6 before the gateway is known.
        """
        if mac in self._gateways or (":" in address and other_mac not in self._gateways):
            return
        state = self._device_of_mac(mac, ts)
        if state is None:
            return
        if ":" in address:
            self._bind(state, address)
        else:
            self._make_gateway(state)

    def _device_of_mac(self, mac: str, ts: float) -> DeviceState | None:
        if not is_device_mac(mac):
            return None
        device = self._by_mac.get(mac)
        if device is not None:
            state = self._devices[device]
            if state.saw(ts):
                self._dirty.add(device)
            return state
        return self._new_mac(mac, ts)

    def _new_mac(self, mac: str, ts: float) -> DeviceState:
        state = self._new_device(mac, ts)
        state.macs[mac] = None
        state.undecide()
        self._by_mac[mac] = state.device
        found = self._knowledge.organisation(mac)
        state.add_token(f"maker:{found[0] if found and not is_random_mac(mac) else ''}")
        self._signal(state, Neighbour(ts, mac, "", "arp"))
        return state

    def _device_without_mac(self, address: str, ts: float) -> DeviceState | None:
        holder = self._by_address.get(address)
        if holder is not None:
            return self._devices[holder]
        if not self.is_local(address):
            return None
        return self._bind(self._new_device(address, ts), address)

    def _new_device(self, first: str, ts: float) -> DeviceState:
        if len(self._devices) >= MAX_DEVICES:
            self._evict()
        device = device_id(first)
        while device in self._devices:  # a collision of 32 bits, or a MAC whose device went on without it
            device = device_id(device)
        state = DeviceState(device, ts, ts, told_ts=ts)
        self._devices[device] = state
        holder = self._devices.get(self._former.pop(device, _UNSEEN))
        if holder is not None:
            holder.former_ids.pop(device, None)
        self._gone.discard(device)
        self._new[device] = None
        self._changed(state)
        return state

    def _bind(self, state: DeviceState, address: str) -> DeviceState:
        """Give an address to a device, and take it from the one that had it; return the device.

        It is the one that had it where that was known by nothing else: then the two are one.
        """
        if is_nobody(address):
            return state
        holder = self._by_address.get(address)
        if holder == state.device and next(reversed(state.addresses), None) == address:
            return state
        if holder is not None and holder != state.device:
            had = self._devices[holder]
            if state.macs and self._is_same(state, had, address):
                kept, gone = (had, state) if had.first_ts <= state.first_ts else (state, had)
                self._merge(kept, gone)
                kept.undecide()
                return kept
            had.addresses.pop(address, None)
            had.leased.pop(address, None)
            self._dirty.add(holder)
        _, dropped = keep_last(state.addresses, address, MAX_ADDRESSES)
        if dropped is not None:
            self._by_address.pop(dropped, None)
        self._by_address[address] = state.device
        if address in self._routers:
            self._routes(state)
        if holder != state.device:
            self._learn_prefix(address)
            self._changed(state)
        return state

    def _routes(self, state: DeviceState) -> None:
        """Note that leases name the device as the way out of the home."""
        self._make_gateway(state)
        if state.add_evidence(named(state.last_ts)):
            self._dirty.add(state.device)

    def _make_gateway(self, state: DeviceState) -> None:
        if not state.is_gateway:
            state.is_gateway = True
            self._gateways.update(state.macs)
            self._changed(state)

    def _forget_paths(self) -> None:
        """Drop what was remembered of endpoints: who holds an address, or who is a gateway, has changed."""
        self._owners.clear()
        self._met.clear()
        self._ends = {}
        self._said.clear()

    def _changed(self, state: DeviceState) -> None:
        self._forget_paths()
        self._dirty.add(state.device)

    # -- identity

    def _note_hostname(self, state: DeviceState, name: str) -> None:
        new, _ = keep_last(state.hostnames, name[:MAX_TEXT], MAX_HOSTNAMES)
        if new:
            self._dirty.add(state.device)

    def _note_key(self, state: DeviceState, key: str, mac: str) -> DeviceState:
        """Note what identifies a device beyond its MAC; return the device it turns out to be.

        A random MAC with the key of one silent device of random MACs is that device under a new address.
        """
        others = self._by_key.get(key, set()) - {state.device} - state.apart.keys()
        if len(others) == 1 and is_random_mac(mac):
            other = self._devices[next(iter(others))]
            silent = other.last_ts <= state.first_ts
            if all(map(is_random_mac, other.macs)) and (silent or key.startswith("client:")):
                self._merge(other, state)
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

    def _merge(self, kept: DeviceState, gone: DeviceState) -> None:
        self._drop(gone)
        for mac in gone.macs:
            _, dropped = keep_last(kept.macs, mac, MAX_MACS)
            if dropped is not None:
                self._by_mac.pop(dropped, None)
            self._by_mac[mac] = kept.device
        for address in gone.addresses:
            self._bind(kept, address)
        for name in gone.hostnames:
            keep_last(kept.hostnames, name, MAX_HOSTNAMES)
        for item in gone.evidence.values():
            kept.add_evidence(item)
        for token in gone.tokens:
            kept.add_token(token)
        for key in gone.keys:
            kept.keys[key] = None
            self._by_key.setdefault(key, set()).add(kept.device)
        kept.labels = {**gone.labels, **kept.labels}
        kept.undecide()
        kept.apart.update(gone.apart)
        kept.routers.update(gone.routers)
        kept.leased.update(gone.leased)
        kept.flows += gone.flows
        kept.first_ts = min(kept.first_ts, gone.first_ts)
        kept.last_ts = max(kept.last_ts, gone.last_ts)
        for former in (*gone.former_ids, gone.device):
            keep_last(kept.former_ids, former, MAX_MACS)
            self._former[former] = kept.device
        if gone.is_gateway:
            self._make_gateway(kept)
        if kept.is_gateway:
            self._gateways.update(kept.macs)
        self._changed(kept)

    def _taken_out(self, state: DeviceState, part: str, aside: dict[str, Any]) -> DeviceState:
        """Bring back a device that the family had merged; addresses others hold by now stay theirs."""
        aside["addresses"] = [a for a in aside["addresses"] if self._by_address.get(a) == state.device]
        for address in aside["addresses"]:
            state.addresses.pop(address, None)
        for former in (part, *aside["former_ids"]):
            state.former_ids.pop(former, None)
            self._former.pop(former, None)
        for key in aside["keys"]:
            if state.keys.pop(key, _ABSENT) is not _ABSENT:
                self._forget_key(key, state.device)
        self.load(part, aside)
        back = self._devices[part]
        state.evidence = {key: item for key, item in state.evidence.items() if back.evidence.get(key) != item}
        state.labels = {field: said for field, said in state.labels.items() if back.labels.get(field) != said}
        state.hostnames = {name: None for name in state.hostnames if name not in back.hostnames}
        self._gone.discard(part)
        self._changed(back)
        return back

    def _apart(self, state: DeviceState, mac: str) -> DeviceState:
        """Make a device of one MAC alone; what it said is heard anew, since nobody knows which said what."""
        for key in list(state.keys):
            self._forget_key(key, state.device)
            del state.keys[key]
        self._heard.clear()
        self._new_mac(mac, state.last_ts)
        apart = self._devices[self._by_mac[mac]]
        apart.first_ts = state.first_ts
        return apart

    def _drop(self, state: DeviceState) -> None:
        """Take a device out of every table."""
        del self._devices[state.device]
        for mac in state.macs:
            self._by_mac.pop(mac, None)
            self._gateways.discard(mac)
        for address in state.addresses:
            self._by_address.pop(address, None)
        for key in state.keys:
            self._forget_key(key, state.device)
        for former in state.former_ids:
            self._former.pop(former, None)
        self._dirty.discard(state.device)
        self._new.pop(state.device, None)
        self._heard.clear()  # back again, it is to be heard like any other newcomer
        self._gone.add(state.device)
        self._forget_paths()

    def _evict(self) -> None:
        """Let the least valued go: unlabelled, not established, with least traffic, longest unseen."""
        ranked = sorted(
            self._devices.values(),
            key=lambda s: (
                bool(s.labels),
                s.is_gateway,
                s.last_ts - s.first_ts >= ESTABLISHED_S,
                s.flows.bit_length(),
                s.last_ts,
                s.device,
            ),
        )
        for state in ranked[:EVICTED_AT_ONCE]:
            self._drop(state)
        self.evicted += EVICTED_AT_ONCE

    # -- evidence

    def _hear(self, state: DeviceState | None, record: Record) -> None:
        """Let the signals read a record, unless the device has said the very same before."""
        if state is None:
            return
        kind: type[Any] = type(record)
        said = (state.device, kind, *(getattr(record, field) for field in _SAYING[kind]))
        if said in self._heard:
            return
        self._remember(said)
        for word in words(record):
            state.add_token(word)
        self._signal(state, record)

    def _signal(self, state: DeviceState, record: Record | Call) -> None:
        for signal in BY_RECORD.get(type(record), ()):
            for item in signal.evidence(record, self._knowledge):
                if state.add_evidence(item):
                    self._dirty.add(state.device)

    def _remember(self, said: tuple[object, ...]) -> None:
        if len(self._heard) >= MAX_CACHED:
            self._heard.clear()
        self._heard.add(said)
