"""The devices of a home: which one a record is about, and all that is known of each. Does no I/O.

A device is a set of MACs, addresses and names. A MAC on the link makes one; an address belongs to the device
that ARP, NDP, DHCP or its own frames bind it to (`endpoints`, `table`); what it says of itself is evidence of
what it is (`hearing`). Here is what others ask, what the family says, and what each record binds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from appliance.devices.again import former_self
from appliance.devices.device import DeviceRecord, Evidence
from appliance.devices.endpoints import MAX_CACHED, Endpoints
from appliance.devices.hearing import SENDING, Hearing
from appliance.devices.identity import client_key, name_key
from appliance.devices.knowledge import DeviceKnowledge
from appliance.devices.likeness import compare
from appliance.devices.similar import FLOWS_DESCRIBED, words
from appliance.devices.state import (
    LABEL_FIELDS,
    MAX_ADDRESSES,
    MAX_PARTS,
    SUPPORT,
    keep_last,
)
from appliance.devices.upnp import Description
from appliance.devices.upnp import evidence as describing
from sensor.records import (
    Dhcp6Reply,
    Dhcp6Request,
    DhcpAck,
    DhcpRequest,
    DnsAnswer,
    DnsQuery,
    FlowRecord,
    MdnsService,
    Neighbour,
    Record,
    TlsCertificate,
)

_ACK = 5  # DHCPACK, RFC 2132 §9.6
_REPLY6 = 7  # REPLY, RFC 8415 §7.3


class Devices:
    """All devices of one home; `observe` each record before asking for the owner of its endpoints."""

    def __init__(self, knowledge: DeviceKnowledge) -> None:
        self._knowledge = knowledge
        self._supported = {(one.maker, one.model): one for one in knowledge.models if one.support_end}
        self._hearing = Hearing(knowledge)
        self._endpoints = Endpoints(self._hearing)
        self._table = self._endpoints.table
        self.owner = self._endpoints.owner
        """The device at an endpoint by its MAC and address; None when the endpoint is not in the home."""
        self.ends = self._endpoints.owners
        """The devices at a flow's two ends."""
        self.is_local = self._table.is_local
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
            **dict.fromkeys(SENDING, self._observe_sender),
        }

    # -- what others ask

    @property
    def evicted(self) -> int:
        """Return how many devices had to go because there was no more room: a Loss to be reported."""
        return self._table.evicted

    def record(self, device: str) -> DeviceRecord:
        """Return what is known of a device; the id of one that was merged answers too. Raises KeyError."""
        record = self._table.state(device).record()
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
        state = self._table.devices.get(device) or self._table.state(device)
        return (state.made or state.decided()).decision.vendor

    def words(self, device: str) -> tuple[str, ...]:
        """Return the words that describe a device to `similar.most_alike`. Raises KeyError."""
        return tuple(self._table.state(device).tokens)

    def ids(self) -> list[str]:
        """Return the ids of all devices, in the order they came."""
        return list(self._table.devices)

    def take_dirty(self) -> set[str]:
        """Return the devices changed since the last call: identity, evidence, labels, or seen 300 s on."""
        dirty, self._hearing.dirty = self._hearing.dirty, set()
        return dirty

    def take_new(self) -> tuple[str, ...]:
        """Return the ids that came into being since the last call, in order; asked after every record."""
        if not self._table.new:
            return ()
        new = tuple(self._table.new)
        self._table.new.clear()
        return new

    def take_gone(self) -> set[str]:
        """Return the ids that ceased to be devices since the last call: merged into another, or evicted."""
        gone, self._table.gone = self._table.gone, set()
        return gone

    # -- what the family says

    def set_label(self, device: str, field: str, value: str, ts: float = 0.0) -> None:
        """Record the parent's word on name, vendor, category, model or support; it beats all evidence.

        Raises KeyError for an unknown device, ValueError for another field.
        """
        if field not in LABEL_FIELDS:
            raise ValueError(f"read the label {field!r}, expected one of {', '.join(LABEL_FIELDS)}")
        state = self._table.state(device)
        state.labels[field] = (value, ts)
        state.undecide()
        self._hearing.dirty.add(state.device)

    def clear_label(self, device: str, field: str) -> None:
        """Take a label back; nothing happens when there is none. Raises KeyError for an unknown device."""
        state = self._table.state(device)
        if state.labels.pop(field, None) is not None:
            state.undecide()
            self._hearing.dirty.add(state.device)

    def merge(self, into: str, other: str) -> None:
        """Make two devices one; the id of `other` stays as another name of `into`. Raises KeyError.

        What was known of `other` is kept aside, so that `split` brings it back as it was.
        """
        kept, gone = self._table.state(into), self._table.state(other)
        if kept is gone:
            return
        aside = {gone.device: {**gone.dump(), "parts": {}}, **gone.parts}
        self._table.merge(kept, gone)
        kept.parts.update(aside)
        for oldest in list(kept.parts)[:-MAX_PARTS]:
            del kept.parts[oldest]

    def split(self, device: str, part: str) -> str:
        """Make a thing of its own of one MAC, or of a device merged into this one; return its id.

        The two are not merged again by themselves. Raises KeyError for an unknown device, and for a part it
        does not have or that is all of it.
        """
        return self._table.split(self._table.state(device), part).device

    def adopt(self, address: str, ts: float, *, public: bool) -> str:
        """Make a device of a Bluetooth address that the family says is its own; return its id.

        `public`: it is of a registered block, which tells the maker. It is no news to the family.
        """
        device = self._table.by_mac.get(address)
        if device is None:
            state = self._table.make_of_mac(address, ts) if public else self._table.make(address, ts)
            state.macs[address] = None
            self._table.by_mac[address] = device = state.device
            self._table.new.pop(device, None)
        return device

    def hear(self, device: str, evidence: Iterable[Evidence], ts: float) -> None:
        """Take in what was heard of an adopted device at a time. Raises KeyError for an unknown device."""
        state = self._table.state(device)
        state.saw(ts)
        for item in evidence:
            state.add_evidence(item)
        self._hearing.dirty.add(state.device)

    def forget(self, device: str) -> None:
        """Forget all that is known of a device; seen again it is a new one. Raises KeyError."""
        self._table.drop(self._table.state(device))

    def describe(self, address: str, description: Description, ts: float) -> None:
        """Take in what the device at an address says of itself when it is asked (UPnP)."""
        state = self._table.holder(address)
        if state is None:
            return
        mac = next(iter(state.macs), None)
        for item in describing(description, mac, ts, self._knowledge):
            if state.add_evidence(item):
                self._hearing.dirty.add(state.device)

    def same_again(self, device: str) -> bool:
        """Make a newcomer one with the phone that it is under another address; return whether it is one.

        Asked some minutes after it came. Raises KeyError for an unknown device.
        """
        new = self._table.state(device)
        phone = former_self(new, self._table.devices.values())
        if phone is not None:
            self._table.merge(phone, new)
        return phone is not None

    def compare(self) -> None:
        """Liken devices whose kind is not known to known ones of the home; asked now and then."""
        self._hearing.dirty.update(compare(self._table.devices.values()))

    # -- restart

    def dump(self, device: str) -> dict[str, Any]:
        """Return all that is remembered of a device as plain JSON values. Raises KeyError."""
        return self._table.devices[device].dump()

    def load(self, device: str, dumped: dict[str, Any]) -> None:
        """Take back what `dump` gave; what follows is as if there had been no restart.

        Raises KeyError or TypeError when `dumped` is nothing that `dump` gave.
        """
        self._table.load(device, dumped)

    # -- what the sensor says

    def observe(self, record: Record) -> None:
        """Take in one record: whom it is about, what binds addresses to MACs, and what its signals tell."""
        kind: type[Any] = type(record)
        observe = self._observers.get(kind)
        if observe is not None:
            observe(record)

    def observe_flow(self, flow: FlowRecord) -> tuple[str | None, str | None]:
        """Take in a flow; return the devices at its two ends, as `ends` does."""
        originator, responder, orig, resp = self._endpoints.ends(flow)
        if originator is not None:
            if originator.saw(flow.ts):
                self._hearing.dirty.add(originator.device)
            originator.flows += 1
            if originator.flows <= FLOWS_DESCRIBED:
                for word in words(flow):
                    originator.add_token(word)
                self._hearing.hear_call(originator, flow)
        if responder is not None:
            if responder.saw(flow.ts):
                self._hearing.dirty.add(responder.device)
            responder.flows += 1
            self._hearing.hear_service(responder, flow)
        return orig, resp

    def _observe_sender(self, record: Any) -> None:
        """Hear a record that says something of its sender alone; the same again is only a sight of it."""
        kind = type(record)
        said = SENDING[kind](record)
        if kind is DnsQuery and ":" in said[1]:
            self._table.learn_prefix(said[1])
        try:
            state = self._endpoints.said[kind][said]
        except KeyError:
            state = self._endpoints.meet(said[0], said[1], record.ts)
            self._hearing.hear(state, record)
            known = self._endpoints.said.setdefault(kind, {})
            if len(known) >= MAX_CACHED:
                known.clear()
            known[said] = state
            return
        if state is not None and state.saw(record.ts):
            self._hearing.dirty.add(state.device)

    def _observe_answer(self, record: DnsAnswer) -> None:
        """Learn that who was answered is at home: nobody from outside asks for names here."""
        if record.client in self._table.by_address:
            return
        self._table.learn_prefix(record.client)
        if self._table.is_local(record.client):
            self._endpoints.meet(record.client_mac, record.client, record.ts)

    def _observe_certificate(self, record: TlsCertificate) -> None:
        self._hearing.hear(self._table.holder(record.server), record)

    def _observe_neighbour(self, record: Neighbour) -> None:
        if record.source == "arp" and self._endpoints.relayed(record.mac, record.address):
            return
        state = self._table.of_mac(record.mac, record.ts)
        if state is None:
            return
        state = self._table.bind(state, record.address)
        if record.source == "ra":
            self._table.make_gateway(state)
            self._hearing.signal(state, record)

    def _observe_request(self, record: DhcpRequest) -> None:
        state = self._table.of_mac(record.mac, record.ts)
        if state is None:
            return
        if record.client is not None:
            state = self._table.bind(state, record.client)
        fqdn = (record.fqdn or "").partition(".")[0]
        for name in (record.hostname, fqdn):
            if name:
                self._table.note_hostname(state, name)
        client = client_key(record.client_id, record.mac)
        if client is not None:
            state = self._table.note_key(state, f"client:{client}", record.mac)
        name_of_host = name_key(record.hostname or fqdn)
        if name_of_host is not None:
            state = self._table.note_key(state, f"name:{name_of_host}", record.mac)
        self._hearing.hear(state, record)

    def _observe_lease(self, record: DhcpAck) -> None:
        state = self._table.of_mac(record.mac, record.ts)
        if state is None or record.message_type != _ACK:
            return
        state = self._table.bind(state, record.address)
        keep_last(state.leased, record.address, MAX_ADDRESSES)
        for router in record.routers:
            state.routers[router] = None
            if len(state.routers) > MAX_ADDRESSES:
                del state.routers[next(iter(state.routers))]
            self._table.learn_router(router)

    def _observe_request6(self, record: Dhcp6Request) -> None:
        state = self._endpoints.meet(record.mac, record.src, record.ts)
        if state is None:
            return
        if record.fqdn:
            self._table.note_hostname(state, record.fqdn.partition(".")[0])
        if record.duid and record.mac is not None:
            state = self._table.note_key(state, f"client:{record.duid}", record.mac)
        self._hearing.hear(state, record)

    def _observe_lease6(self, record: Dhcp6Reply) -> None:
        """Bind the addresses of a REPLY; an ADVERTISE only offers them."""
        state = self._table.of_mac(record.client_mac, record.ts) if record.client_mac else None
        if state is not None and record.message_type == _REPLY6:
            for address in record.addresses:
                state = self._table.bind(state, address)

    def _observe_service(self, record: MdnsService) -> None:
        state = self._endpoints.meet(record.mac, record.host, record.ts)
        if state is None:
            return
        if record.hostname:
            self._table.note_hostname(state, record.hostname)
            key = name_key(record.hostname)
            if key is not None and record.mac is not None:
                state = self._table.note_key(state, f"name:{key}", record.mac)
        self._hearing.hear(state, record)
