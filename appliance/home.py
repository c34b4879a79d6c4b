"""The home: sensor records in, facts out. Joins devices, parties, behaviour, findings and alerts.

Does no I/O and has no clock: time is that of the records, so a replayed capture gives what live gave.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from appliance.alerts.alert import Alert
from appliance.alerts.judge import Judge
from appliance.alerts.policy import is_news
from appliance.alerts.senses import senses_of
from appliance.behaviour.behaviour import Behaviour
from appliance.behaviour.facts import Change, Contact, Update
from appliance.devices.family import Family
from appliance.devices.knowledge import DeviceKnowledge
from appliance.devices.registry import Devices
from appliance.findings.finding import Finding
from appliance.findings.findings import Findings
from appliance.findings.kind import ASKED, ASKER
from appliance.flowrow import FlowRow, flow_row
from appliance.marks import Mark, Marks, encryption
from appliance.newcomers import Newcomers
from appliance.parties.attribution import Parties
from appliance.parties.knowledge import PartyKnowledge
from appliance.parties.names import Names
from appliance.parties.party import Destination, Party
from sensor.records import (
    CoapRequest,
    Dhcp6Reply,
    DhcpAck,
    DhcpRequest,
    DnsAnswer,
    DnsQuery,
    EncryptedDns,
    FlowRecord,
    HttpRequest,
    Loss,
    MdnsService,
    MqttConnect,
    Neighbour,
    Observation,
    Record,
    RtspRequest,
    SensorStats,
    SsdpAnnouncement,
    TlsCertificate,
    TlsClientHello,
    TlsServerHello,
    Tunnel,
    Unreachable,
    Weird,
)

LOCAL: Final = "local"
STEP_S: Final = 3600.0
"""How often, in capture time, behaviour looks at what the passing of time alone means."""


class Knowledge(NamedTuple):
    """All look-ups that the core needs, handed in as plain objects (appliance/lookup loads them)."""

    devices: DeviceKnowledge
    parties: PartyKnowledge


class Seen(NamedTuple):
    """An observation and the device it is about."""

    record: Observation
    device: str | None


Fact = FlowRow | Seen | Update | Change | Finding | Alert | Weird | Loss | SensorStats


class Home:
    """One home: `feed` it records in the order of their emission; it yields facts in a fixed order."""

    def __init__(self, knowledge: Knowledge, *, language: str = "en") -> None:
        self.devices = Devices(knowledge.devices)
        self.family = Family(self.devices)
        self.newcomers = Newcomers()
        self.names = Names()
        self.parties = Parties(knowledge.parties)
        self.behaviour = Behaviour()
        self.findings = Findings()
        self.judge = Judge(language, senses=senses_of(knowledge.devices.models))
        self._marks = Marks()
        self._step = 0
        self.told: dict[str, Alert] = {}
        self.first_ts: float | None = None
        self.last_ts: float | None = None

    def feed(self, record: Record) -> Iterator[Fact]:
        """Yield the facts that one record brings."""
        if isinstance(record, SensorStats):
            if record.ts:  # a capture without packets has no time
                yield from self._clock(record)
            yield record
            return
        yield from self._clock(record)
        if isinstance(record, FlowRecord):
            yield from self._flow(record)
        elif isinstance(record, Weird):
            yield record
        elif isinstance(record, Loss):
            self.behaviour.note_loss(record)
            yield record
        else:
            yield from self._observation(record)

    def advance(self) -> Iterator[Fact]:
        """Yield what follows from the passing of capture time alone: parties gone, changes confirmed."""
        self.devices.compare()
        if self.last_ts is not None:
            yield from self._judged(self.behaviour.advance(self.last_ts))

    def note_block(self, device: str, start: float, end: float | None) -> None:
        """Note that the gateway blocks something of a device from `start` until `end` (None: not known yet).

        What changes meanwhile is told with that doubt: devices that are blocked try other ways.
        """
        self.behaviour.note_block(device, start, end)

    def _clock(self, record: Record) -> Iterator[Fact]:
        """Move the watermark: the latest capture time seen, which only ever goes forward."""
        until = record.ts + record.duration_s if isinstance(record, FlowRecord) else record.ts
        if self.first_ts is None or record.ts < self.first_ts:
            self.first_ts = record.ts
        if self.last_ts is None or until > self.last_ts:
            self.last_ts = until
            if until // STEP_S > self._step:
                self._step = int(until // STEP_S)
                yield from self.advance()
            if until >= self.newcomers.next_ts:
                yield from self._judged(self.newcomers.due(until, self.first_ts, self.devices))

    def _observation(self, record: Observation) -> Iterator[Fact]:
        yield from self._place(record)
        device = self.devices.owner(*_subject(record))
        yield Seen(record, device)
        if isinstance(record, TlsClientHello):
            self._marks.read(record)
            if record.server_name or record.ech:
                self.names.learn_flow(record.uid, record.server_name, "hidden" if record.ech else "sni")
        elif isinstance(record, HttpRequest):
            self._marks.read(record)
            if record.host:
                self.names.learn_flow(record.uid, record.host, "http")
        if device is None:
            return
        if isinstance(record, DnsAnswer):
            self.names.learn(device, record)
        yield from self._judged(self.behaviour.observe(device, record))
        party = self._party_of(device, record)
        yield from self._judged(
            self.findings.observe(
                device,
                record,
                party.domain if party is not None else None,
                purpose=party.purpose if party is not None else None,
            )
        )
        if isinstance(record, (HttpRequest, RtspRequest)):
            asked = self.devices.owner(None, record.dst)
            if asked is not None and asked != device:
                yield from self._judged(self.findings.observe(asked, record, None, side=ASKED))

    def _place(self, record: Record) -> Iterator[Loss]:
        """Tell the devices of a record; whom it brought hears the family's words and waits to be told."""
        self.devices.observe(record)
        new = self.devices.take_new()
        if new:
            self.family.meet()
            for device in new:
                yield from self.newcomers.arrive(device, record.ts)

    def _party_of(self, device: str, record: Observation) -> Party | None:
        """Return the party that an observation was sent to, None where that stayed in the home."""
        met = _met(record)
        if met is None:
            return None
        uid, (proto, address, port) = met
        if isinstance(record, (HttpRequest, TlsClientHello)):
            name = record.host if isinstance(record, HttpRequest) else record.server_name
            destination = Destination(address, port, proto, name, "sni")
        elif isinstance(record, DnsQuery):
            destination = Destination(address, port, proto, None, "none")
        else:
            destination = self.names.destination_of(device, uid, record.ts, met[1])
        party = self._party(device, destination)
        return None if party.outcome == LOCAL else party

    def _flow(self, flow: FlowRecord) -> Iterator[Fact]:
        yield from self._place(flow)
        orig = self.devices.owner(flow.orig_mac, flow.orig_h)
        resp = self.devices.owner(flow.resp_mac or flow.orig_dst_mac, flow.resp_h)
        device = orig or resp
        mark = self._marks.take(flow.uid, last=flow.end != "active")
        if device is None:
            yield flow_row(flow, None, None, None)
            return
        outward = orig is not None
        remote, port = (flow.resp_h, flow.resp_p) if outward else (flow.orig_h, flow.orig_p)
        destination = self.names.destination(device, flow, remote, port)
        party = self._party(device, destination)
        yield flow_row(flow, device, party.domain, destination.name)
        if party.outcome != LOCAL and not (orig and resp):
            contact = _contact(flow, device, destination, party, mark, outward=outward)
            yield from self._judged(self.behaviour.meet(contact))
        domain = party.domain if party.outcome != LOCAL else None
        side = ASKER if outward else ASKED
        yield from self._judged(self.findings.observe(device, flow, domain, side=side, purpose=party.purpose))
        if orig and resp and orig != resp:
            yield from self._judged(self.findings.observe(resp, flow, None, side=ASKED))

    def _party(self, device: str, destination: Destination) -> Party:
        return self.parties.attribute(self.devices.vendor(device), destination)

    def _judged(self, facts: Iterable[Update | Change | Finding]) -> Iterator[Fact]:
        """Yield each fact and, behind it, the alert that it deserves."""
        for fact in facts:
            yield fact
            alert = self.judge(fact, self.devices.record(fact.device))
            if alert is not None and is_news(alert, self.told.get(alert.identifier)):
                self.told[alert.identifier] = alert
                yield alert


def _contact(
    flow: FlowRecord,
    device: str,
    destination: Destination,
    party: Party,
    mark: Mark | None,
    *,
    outward: bool,
) -> Contact:
    """Return the flow as a meeting of the device with the party; `outward`: the device began it."""
    payload_up = flow.orig_bytes if outward else flow.resp_bytes
    return Contact(
        ts=flow.ts,
        until=flow.ts + flow.duration_s,
        device=device,
        domain=party.domain,
        host=destination.name,
        organisation=party.organisation,
        role=party.role,
        purpose=party.purpose,
        organisation_country=party.organisation_country,
        server_country=party.server_country,
        outcome=party.outcome,
        proto=flow.proto,
        port=destination.port,
        bytes_up=flow.orig_ip_bytes if outward else flow.resp_ip_bytes,
        bytes_down=flow.resp_ip_bytes if outward else flow.orig_ip_bytes,
        payload_up=payload_up,
        encrypted=encryption(mark, flow.proto, destination.port, payload_up),
        uid=flow.uid,
        user_agent=mark.user_agent if mark else None,
        reason=party.reason,
    )


def _met(record: Observation) -> tuple[str, tuple[str, str, int]] | None:
    """Return the flow and the (protocol, address, port) a device talked to; None where none is told."""
    if isinstance(record, (HttpRequest, MqttConnect, RtspRequest)):
        return record.uid, ("tcp", record.dst, record.dport)
    if isinstance(record, (CoapRequest, EncryptedDns, TlsClientHello, Tunnel)):
        tcp = getattr(record, "transport", "") == "tcp" or getattr(record, "kind", "") in {"dot", "doh"}
        return record.uid, ("tcp" if tcp else "udp", record.dst, record.dport)
    if isinstance(record, (TlsServerHello, TlsCertificate)):
        return record.uid, ("tcp", record.server, record.server_port)
    if isinstance(record, DnsQuery):
        return record.uid, (record.transport, record.resolver, 53)
    return None


def _subject(record: Observation) -> tuple[str | None, str]:
    """Return the MAC and the address of the endpoint that asked or announced."""
    if isinstance(record, (DnsAnswer, TlsServerHello, TlsCertificate, Dhcp6Reply, Unreachable)):
        return record.client_mac, record.client
    if isinstance(record, DnsQuery):
        return record.mac, record.client
    if isinstance(record, (MdnsService, SsdpAnnouncement)):
        return record.mac, record.host
    if isinstance(record, (Neighbour, DhcpAck)):
        return record.mac, record.address
    if isinstance(record, DhcpRequest):
        return record.mac, record.client or record.requested_address or "0.0.0.0"  # noqa: S104 - no address yet
    return record.mac, record.src


PARTS: Final = ("devices", "names", "behaviour", "history", "findings")
"""The parts that remember something of each device between two records, in the order they are brought back.

"history" is what behaviour knows of days that are over: it is written once a day, the rest with every commit.
"""


def state_of(home: Home, device: str) -> dict[str, Any]:
    """Return the state of each part for one device, for the store: `restore` brings it back."""
    state = {
        "devices": home.devices.dump(device),
        "names": home.names.dump(device),
        "findings": home.findings.dump(device),
    }
    if home.behaviour.knows(device):
        state["behaviour"] = home.behaviour.dump(device)
        history = home.behaviour.history(device)
        if history is not None:
            state["history"] = history
    return state


def restore(home: Home, part: str, device: str, body: Any) -> None:
    """Bring back what `state_of` gave for one part of one device."""
    if part == "history":
        home.behaviour.load_history(device, body)
    else:
        getattr(home, part).load(device, body)


def forget(home: Home, device: str) -> None:
    """Drop what the parts other than `devices` remember of a device (the family's word drops it there)."""
    for part in (home.names, home.behaviour, home.findings):
        part.forget(device)
    home.judge.policy = home.judge.policy.forgotten(device)
