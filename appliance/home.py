"""The home: sensor records in, facts out. Joins devices, parties, behaviour, findings and alerts.

Does no I/O and has no clock: time is that of the records, so a replayed capture gives what live gave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from appliance.alerts.alert import Alert
from appliance.alerts.judge import Judge
from appliance.alerts.policy import is_news
from appliance.alerts.senses import senses_of
from appliance.behaviour.behaviour import Behaviour
from appliance.behaviour.facts import Change, Contact, Update
from appliance.bluetooth.evidence import evidence as bluetooth_evidence
from appliance.bluetooth.heard import Reported, Toys
from appliance.bluetooth.judge import judge as judge_toy
from appliance.declared.document import Claim
from appliance.devices.family import Family
from appliance.devices.knowledge import DeviceKnowledge
from appliance.devices.registry import Devices
from appliance.endpoints import met, subject
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
from appliance.support.watch import due
from sensor.records import (
    BleAdvertisement,
    DnsAnswer,
    DnsQuery,
    FlowRecord,
    HttpRequest,
    InquiryResult,
    Loss,
    Nearby,
    Observation,
    Record,
    SensorStats,
    TlsClientHello,
    Weird,
)

LOCAL: Final = "local"
STEP_S: Final = 3600.0
"""How often, in capture time, behaviour looks at what the passing of time alone means."""


class Knowledge(NamedTuple):
    """All look-ups that the core needs, handed in as plain objects (appliance/lookup loads them)."""

    devices: DeviceKnowledge
    parties: PartyKnowledge
    reported: tuple[Reported, ...] = ()


class Seen(NamedTuple):
    """An observation and the device it is about."""

    record: Observation
    device: str | None


Fact = FlowRow | Seen | Update | Change | Finding | Alert | Weird | Loss | SensorStats


class Home:
    """One home: `feed` it records in the order of their emission; it gives facts in a fixed order."""

    def __init__(self, knowledge: Knowledge, *, language: str = "en") -> None:
        self.devices = Devices(knowledge.devices)
        self.family = Family(self.devices)
        self.newcomers = Newcomers()
        self.names = Names()
        self.parties = Parties(knowledge.parties)
        self.behaviour = Behaviour()
        self.findings = Findings()
        self.judge = Judge(language, senses=senses_of(knowledge.devices.models))
        self._toys = Toys(knowledge.devices.models, knowledge.reported)
        self._marks = Marks()
        self._next_step = STEP_S
        self.told: dict[str, Alert] = {}
        self.stated_ends: Sequence[Claim] = ()
        """What the makers' documents say of the end of support."""
        self.first_ts: float | None = None
        self.last_ts: float | None = None
        self._ways: dict[type[Any], Callable[[Any], list[Fact]]] = {
            FlowRecord: self._flow,
            Weird: self._as_it_is,
            SensorStats: self._as_it_is,
            Loss: self._loss,
            TlsClientHello: self._hello,
            HttpRequest: self._request,
            BleAdvertisement: self._nearby,
            InquiryResult: self._nearby,
        }

    def feed(self, record: Record) -> list[Fact]:
        """Return the facts that one record brings."""
        ts = record.ts
        if not ts and isinstance(record, SensorStats):
            return [record]  # a capture without packets has no time
        until = ts + record.duration_s if isinstance(record, FlowRecord) else ts
        kind: type[Any] = type(record)
        way: Callable[[Any], list[Fact]] = self._ways.get(kind, self._observation)
        first, last = self.first_ts, self.last_ts
        if first is None or ts < first:
            self.first_ts = ts
        if last is None or until > last:
            self.last_ts = until  # the watermark: the latest capture time seen, it only ever goes forward
            if until >= self._next_step or until >= self.newcomers.next_ts:
                return [*self._passed(until), *way(record)]
        return way(record)

    def advance(self) -> list[Fact]:
        """Return what follows from the passing of capture time alone: parties gone, changes confirmed."""
        self.devices.compare()
        return [] if self.last_ts is None else self._judged(self.behaviour.advance(self.last_ts))

    def note_block(self, device: str, start: float, end: float | None) -> None:
        """Note that the gateway blocks something of a device from `start` until `end` (None: not known yet).

        What changes meanwhile is told with that doubt: devices that are blocked try other ways.
        """
        self.behaviour.note_block(device, start, end)

    def _passed(self, until: float) -> list[Fact]:
        """Return what is due now that capture time has reached `until`."""
        facts: list[Fact] = []
        if until >= self._next_step:
            self._next_step = (until // STEP_S + 1) * STEP_S
            facts += self.advance()
            facts += self._judged(due(until, self.devices, self.findings, self.stated_ends))
        if until >= self.newcomers.next_ts:
            first = until if self.first_ts is None else self.first_ts
            facts += self._judged(self.newcomers.due(until, first, self.devices))
        return facts

    def _as_it_is(self, record: Weird | SensorStats) -> list[Fact]:
        return [record]

    def hear(self, device: str, records: Sequence[Nearby]) -> list[Fact]:
        """Return what follows from all that looks for toys near by heard of an adopted device, in time order.

        Nothing where the family has forgotten it meanwhile.
        """
        try:
            self.devices.hear(device, bluetooth_evidence(records, self._toys), records[-1].ts)
        except KeyError:
            return []
        record = self.devices.record(device)
        return self._judged(judge_toy(record.device, record.category, records, self._toys))

    def _nearby(self, _: Nearby) -> list[Fact]:
        """Return nothing, and keep nothing: a neighbour's toy is as likely as ours."""
        return []

    def _loss(self, loss: Loss) -> list[Fact]:
        self.behaviour.note_loss(loss)
        return [loss]

    def _observation(self, record: Observation) -> list[Fact]:
        devices = self.devices
        devices.observe(record)
        new = devices.take_new()
        facts = self._welcome(new, record.ts) if new else []
        device = devices.owner(*subject(record))
        facts.append(tuple.__new__(Seen, (record, device)))
        if device is not None:
            self._read(device, record, facts)
        return facts

    def _hello(self, hello: TlsClientHello) -> list[Fact]:
        self._marks.read(hello)
        if hello.server_name or hello.ech:
            self.names.learn_flow(hello.uid, hello.server_name, "hidden" if hello.ech else "sni")
        return self._observation(hello)

    def _request(self, request: HttpRequest) -> list[Fact]:
        self._marks.read(request)
        if request.host:
            self.names.learn_flow(request.uid, request.host, "http")
        return self._observation(request)

    def _read(self, device: str, record: Any, facts: list[Fact]) -> None:
        """Add to `facts` what an observation says of the device that it is about."""
        kind, findings = type(record), self.findings
        if kind is DnsAnswer:
            self.names.learn(device, record)
        found = self.behaviour.observe(device, record)
        if found:
            facts += self._judged(found)
        if kind is TlsClientHello and record.ech:
            record = self._shown(device, record)
        if kind in findings.reads[ASKER] and findings.concerns(record, ASKER):
            party = self._party_of(device, record)
            domain, purpose = (party.domain, party.purpose) if party is not None else (None, None)
            facts += self._judged(findings.observe(device, record, domain, purpose=purpose))
        if kind in findings.reads[ASKED] and findings.concerns(record, ASKED):
            asked = self.devices.owner(None, record.dst)
            if asked is not None and asked != device:
                facts += self._judged(findings.observe(asked, record, None, side=ASKED))

    def _shown(self, device: str, hello: TlsClientHello) -> TlsClientHello:
        """Return the hello without ECH where its outer name is the one the device asked for in the clear.

        Browsers pretend to hide a name in every hello (draft-ietf-tls-esni §6.2); a real cover is another's.
        """
        plain = self.names.asked_for(device, hello.dst, hello.server_name)
        return hello._replace(ech=False) if plain else hello

    def _welcome(self, new: Iterable[str], ts: float) -> list[Fact]:
        """Let devices that a record brought hear the family's words, and wait to be told."""
        self.family.meet()
        return [loss for device in new for loss in self.newcomers.arrive(device, ts)]

    def _party_of(self, device: str, record: Observation) -> Party | None:
        """Return the party that an observation was sent to, None where that stayed in the home."""
        end = met(record)
        if end is None:
            return None
        uid, (proto, address, port) = end
        if isinstance(record, (HttpRequest, TlsClientHello)):
            name = record.host if isinstance(record, HttpRequest) else record.server_name
            destination = Destination(address, port, proto, name, "sni")
        elif isinstance(record, DnsQuery):
            destination = Destination(address, port, proto, None, "none")
        else:
            destination = self.names.destination_of(device, uid, record.ts, end[1])
        party = self._party(device, destination)
        return None if party.outcome == LOCAL else party

    def _flow(self, flow: FlowRecord) -> list[Fact]:
        orig, resp = self.devices.observe_flow(flow)
        facts: list[Fact] = []
        if new := self.devices.take_new():
            facts += self._welcome(new, flow.ts)
            orig, resp = self.devices.ends(flow)
        device = orig or resp
        mark = self._marks.take(flow.uid, last=flow.end != "active")
        if device is None:
            facts.append(flow_row(flow, None, None, None))
            return facts
        outward = orig is not None
        remote, port = (flow.resp_h, flow.resp_p) if outward else (flow.orig_h, flow.orig_p)
        destination = self.names.destination_of(device, flow.uid, flow.ts, (flow.proto, remote, port))
        party = self._party(device, destination)
        facts.append(flow_row(flow, device, party.domain, destination.name))
        domain = None
        if party.outcome != LOCAL:
            domain = party.domain
            if not (orig and resp):
                contact = _contact(flow, device, destination, party, mark, outward=outward)
                if found := self.behaviour.meet(contact):
                    facts += self._judged(found)
        side = ASKER if outward else ASKED
        if seen := self.findings.observe(device, flow, domain, side=side, purpose=party.purpose):
            facts += self._judged(seen)
        if orig and resp and orig != resp:
            facts += self._judged(self.findings.observe(resp, flow, None, side=ASKED))
        return facts

    def _party(self, device: str, destination: Destination) -> Party:
        return self.parties.attribute(self.devices.vendor(device), destination)

    def _judged(self, facts: Iterable[Update | Change | Finding]) -> list[Fact]:
        """Return each fact and, behind it, the alert that it deserves."""
        judged: list[Fact] = []
        for fact in facts:
            judged.append(fact)
            alert = self.judge(fact, self.devices.record(fact.device))
            if alert is not None and is_news(alert, self.told.get(alert.identifier)):
                self.told[alert.identifier] = alert
                judged.append(alert)
        return judged


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
    port, payload_up = destination.port, flow.orig_bytes if outward else flow.resp_bytes
    fields = (
        flow.ts,
        flow.ts + flow.duration_s,
        device,
        party.domain,
        destination.name,
        party.organisation,
        party.role,
        party.purpose,
        party.organisation_country,
        party.server_country,
        party.outcome,
        flow.proto,
        port,
        flow.orig_ip_bytes if outward else flow.resp_ip_bytes,
        flow.resp_ip_bytes if outward else flow.orig_ip_bytes,
        payload_up,
        encryption(mark, flow.proto, port, payload_up),
        flow.uid,
        mark.user_agent if mark else None,
        party.reason,
        party.operator,
        party.network,
        party.country_certainty,
    )
    return tuple.__new__(Contact, fields)  # half the price of naming them: one for each flow


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
