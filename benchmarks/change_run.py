"""One simulated home through the real appliance, and through what a user has otherwise."""

from __future__ import annotations

import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from appliance.alerts.alert import Alert
from appliance.behaviour.facts import Change, Update
from appliance.home import Home, Knowledge
from appliance.lookup.knowledge import load_knowledge
from appliance.sources import as_emitted
from sensor.records import DnsAnswer, FlowRecord, HttpRequest, Record, TlsClientHello
from tests.household import stranger
from tests.household.simulation.channel import domain_of
from tests.household.simulation.flows import read_profiles
from tests.household.simulation.home import Home as Simulated
from tests.household.simulation.home import Lived, build, live

DAY_S = 86_400.0
LEARNING_DAYS = 7.0
"""The baselines keep quiet about a device for so long, and device-months are counted from then on."""

MONTH_DAYS = 30.44

Z_LIMIT = 5.0
LEAST_SPREAD = 0.5
QUIET_S = 28 * DAY_S
"""A baseline says the same of one device and domain at most once in this time."""


class Task(NamedTuple):
    """What to run."""

    seed: int
    drift: float
    days: int
    shape: str
    flows: Path | None


class Told(NamedTuple):
    """One change or alert, and when it was said."""

    mac: str
    kind: str
    domain: str | None
    at: float  # capture time at which it came out
    volume: str  # of an alert: "push", "digest", "log"; of a change its certainty: "seen", "confirmed"
    update: float | None
    posture: bool = False  # an alert of a finding, not of a change


class Result(NamedTuple):
    """One home, what was true of it, and what was said."""

    seed: int
    macs: dict[str, str]  # mac → kind of device, without guests
    device_months: float
    truth: tuple[dict[str, Any], ...]
    changes: tuple[Told, ...]
    alerts: tuple[Told, ...]
    updates: tuple[tuple[str, float, str], ...]  # (mac, ts, certainty)
    baselines: dict[str, tuple[Told, ...]]
    records: int


class Scene(NamedTuple):
    """A home to be watched: its records, what is true of it, and what an owner's tables know."""

    records: list[Record]
    truth: tuple[dict[str, Any], ...]
    macs: dict[str, str]
    device_months: float
    knowledge: Knowledge
    addresses: dict[str, str]  # address → mac, of devices that may be known by that alone


def scene(task: Task) -> Scene:
    """Return the home of a task: a simulated one of a shape, or one told in a stranger's dialect."""
    if task.shape in stranger.DIALECTS:
        told = stranger.live(task.seed, task.shape)
        knowledge = load_knowledge()
        if told.countries is not None:
            knowledge = knowledge._replace(parties=knowledge.parties._replace(geography=told.countries))
        months = len(told.macs) * (told.days - LEARNING_DAYS) / MONTH_DAYS
        records = list(as_emitted(iter(told.records)))
        return Scene(records, told.truth, told.macs, months, knowledge, told.addresses)
    more = read_profiles(task.flows) if task.flows else ()
    simulated = build(task.seed, task.drift, task.days, task.shape, more)
    lived = live(simulated)
    macs = {it.mac: it.profile.key for it in simulated.devices if not it.guest}
    months = device_months_of(simulated)
    return Scene(lived.records, lived.truth, macs, months, knowledge_of(simulated, lived), {})


def run(task: Task) -> Result:
    """Return what the appliance and the baselines say of one home."""
    it = scene(task)
    home = Home(it.knowledge)
    changes: list[Told] = []
    alerts: list[Told] = []
    updates: list[tuple[str, float, str]] = []
    seen: dict[str, Change] = {}

    def mac_of(device: str) -> str:
        known = home.devices.record(device)
        return known.macs[0] if known.macs else it.addresses[known.addresses[0]]

    for record in it.records:
        for fact in home.feed(record):
            if isinstance(fact, Change):
                seen[fact.id] = fact
                changes.append(_of_change(home, fact, mac_of(fact.device)))
            elif isinstance(fact, Alert):
                alerts.append(_of_alert(home, fact, mac_of(fact.device), seen))
            elif isinstance(fact, Update):
                updates.append((mac_of(fact.device), fact.ts, fact.certainty))
    return Result(
        task.seed,
        it.macs,
        it.device_months,
        it.truth,
        tuple(changes),
        tuple(alerts),
        tuple(updates),
        _baselines(it.records),
        len(it.records),
    )


def knowledge_of(simulated: Simulated, lived: Lived) -> Knowledge:
    """Return the appliance's own knowledge, with the home's makers and countries."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="") as table:
        simulated.world.write_table(table)
        table.flush()
        knowledge = load_knowledge(extra=Path(table.name))
    return knowledge._replace(parties=knowledge.parties._replace(geography=lived.countries))


def device_months_of(simulated: Simulated) -> float:
    return sum(
        max(0.0, (it.until - it.begin) / DAY_S - LEARNING_DAYS) / MONTH_DAYS
        for it in simulated.devices
        if not it.guest
    )


def _of_change(home: Home, it: Change, mac: str) -> Told:
    return Told(mac, it.kind, it.domain, home.last_ts or 0.0, it.certainty, it.update)


def _of_alert(home: Home, it: Alert, mac: str, seen: dict[str, Change]) -> Told:
    change = next(
        (seen[ref[7:]] for ref in it.evidence if ref.startswith("change:") and ref[7:] in seen), None
    )
    return Told(
        mac,
        it.kind,
        it.domain,
        home.last_ts or 0.0,
        it.volume,
        change.update if change else None,
        posture=change is None,
    )


class Contact(NamedTuple):
    """A flow to the outside, by the name the device used; what the baselines see."""

    mac: str
    ts: float
    address: str
    host: str
    domain: str


def _contacts(records: list[Record]) -> Iterator[Contact]:
    names: dict[str, str] = {}
    known: dict[tuple[str, str], str] = {}
    for record in records:
        if isinstance(record, DnsAnswer):
            known |= {(record.client, address): record.query for address in record.addresses}
        elif isinstance(record, TlsClientHello) and record.server_name:
            names[record.uid] = record.server_name
        elif isinstance(record, HttpRequest) and record.host:
            names[record.uid] = record.host
        elif (
            isinstance(record, FlowRecord) and record.resp_h.startswith(("198.", "2001:")) and record.orig_mac
        ):
            host = names.get(record.uid) or known.get((record.orig_h, record.resp_h), record.resp_h)
            domain = host if host == record.resp_h else domain_of(host)
            yield Contact(record.orig_mac, record.ts, record.resp_h, host, domain)


def _baselines(records: list[Record]) -> dict[str, tuple[Told, ...]]:
    """Return what each of the four baselines says."""
    contacts = list(_contacts(records))
    domains = _new("domain", contacts)
    return {
        "every new address": _new("address", contacts),
        "every new host name": _new("host", contacts),
        "every new registrable domain": domains,
        "the same, and z-score > 5": (*domains, *unusual(contacts)),
    }


def _new(field: str, contacts: list[Contact]) -> tuple[Told, ...]:
    first: dict[str, float] = {}
    seen: set[tuple[str, str]] = set()
    found = []
    for it in contacts:
        begin = first.setdefault(it.mac, it.ts)
        key = (it.mac, getattr(it, field))
        if key not in seen:
            seen.add(key)
            if it.ts - begin > LEARNING_DAYS * DAY_S:
                found.append(Told(it.mac, f"new_{field}", it.domain, it.ts, "push", None))
    return tuple(found)


def unusual(contacts: list[Contact]) -> tuple[Told, ...]:
    """Return days on which a device met a domain far more or less often than on the 28 days before."""
    slots: dict[tuple[str, str], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    last = 0
    for it in contacts:
        day = int(it.ts // DAY_S)
        slots[it.mac, it.domain][day].add(int(it.ts // 300))
        last = max(last, day)
    found = []
    for (mac, domain), days in slots.items():
        quiet = 0.0
        for day in range(min(days) + int(LEARNING_DAYS), last):
            before = [len(days[it]) if it in days else 0 for it in range(max(min(days), day - 28), day)]
            spread = max(statistics.pstdev(before), LEAST_SPREAD)
            count = len(days[day]) if day in days else 0
            at = (day + 1) * DAY_S
            if abs(count - statistics.fmean(before)) / spread > Z_LIMIT and at >= quiet:
                found.append(Told(mac, "unusual", domain, at, "push", None))
                quiet = at + QUIET_S
    return tuple(found)
