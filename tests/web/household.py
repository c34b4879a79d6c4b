"""A home to draw pages of: six devices, fifteen weeks, two updates, one new company. Made up."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from appliance.alerts.alert import Alert
from appliance.behaviour.facts import Change, Sighting, Update
from appliance.declared.seen import Destination
from appliance.devices.device import DeviceRecord, Evidence
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.parties.party import PartyRecord
from appliance.store.looking import END, Key, Look, Named, Question
from appliance.store.reader import Watch
from appliance.store.rollups import Span, Sum
from sensor.records import BleAdvertisement, DnsAnswer, HttpRequest, Loss, MdnsService

ZONE = "Europe/Paris"
HOUR = 3600


def at(day: str, clock: str = "12:00") -> float:
    """Return the moment of a day in 2026 on the home's clock, as UTC epoch seconds: at("06-14", "21:40")."""
    return datetime.fromisoformat(f"2026-{day}T{clock}:00").replace(tzinfo=ZoneInfo(ZONE)).timestamp()


BEGIN = at("03-03", "17:20")
NOW = at("06-14", "21:40")
DOLL_UPDATE = at("06-08", "18:05")
DOLL_OLD_UPDATE = at("04-14", "09:30")
BOX_UPDATE = at("05-27", "03:12")
NEW_PARTY = at("06-10", "16:20")

BOX, DOLL, TABLET, CAMERA, SPEAKER, TV = (
    "d-b0c10001",
    "d-d0110002",
    "d-7ab10003",
    "d-ca3e0004",
    "d-59ea0005",
    "d-7e1e0006",
)


@dataclass
class MemoryReader:
    """The store's reader over plain lists; same names, same order of results."""

    known: list[DeviceRecord] = field(default_factory=list)
    met: list[PartyRecord] = field(default_factory=list)
    updated: list[Update] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    told: list[Alert] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)
    seen: list[Sighting] = field(default_factory=list)
    rows: list[FlowRow] = field(default_factory=list)
    read: list[Named] = field(default_factory=list)
    missing: dict[str, list[str]] = field(default_factory=dict)
    watched: Watch = field(default_factory=lambda: Watch(None, None, 0, 0, 0, [], 0.0))

    def version(self) -> None:
        """Return nothing: what changes here does not say so."""

    def devices(self) -> list[DeviceRecord]:
        return sorted(self.known, key=lambda record: (record.first_ts, record.device))

    def device(self, device: str) -> DeviceRecord | None:
        return next((record for record in self.known if record.device == device), None)

    def parties(self, device: str | None = None) -> list[PartyRecord]:
        found = [record for record in self.met if device in (None, record.device)]
        return sorted(found, key=lambda record: (-record.contacts, record.device, record.domain))

    def updates(self, device: str | None = None) -> list[Update]:
        found = [record for record in self.updated if device in (None, record.device)]
        return sorted(found, key=lambda record: (-record.ts, record.device))

    def changes(
        self, device: str | None = None, since: float | None = None, limit: int = 200
    ) -> list[Change]:
        found = [
            record
            for record in self.changed
            if device in (None, record.device) and record.ts >= (since or 0.0)
        ]
        return sorted(found, key=lambda record: -record.ts)[:limit]

    def change(self, change: str) -> Change | None:
        return next((record for record in self.changed if record.id == change), None)

    def alerts(self, device: str | None = None, volume: str | None = None, limit: int = 200) -> list[Alert]:
        found = [
            record
            for record in self.told
            if device in (None, record.device) and volume in (None, record.volume)
        ]
        return sorted(found, key=lambda record: -record.ts)[:limit]

    def alert(self, identifier: str) -> Alert | None:
        return next((record for record in self.told if record.identifier == identifier), None)

    def findings(self, device: str | None = None) -> list[Finding]:
        found = [record for record in self.found if device in (None, record.device)]
        return sorted(found, key=lambda record: (-record.severity, -record.last_ts))

    def sightings(self, device: str, since_hour: int, until_hour: int) -> list[Sighting]:
        found = [row for row in self.seen if row.device == device and since_hour <= row.hour < until_hour]
        return sorted(found, key=lambda row: (row.hour, row.domain))

    def sums(self, spans: Sequence[Span], device: str | None = None, domain: str | None = None) -> list[Sum]:
        found: dict[tuple[int, str, str], Sum] = {}
        present = {record.device for record in self.known}
        places: dict[int, list[int]] = {}
        for n, (since, until) in enumerate(spans):
            for hour in range(max(since, 400_000), min(until, 600_000)):
                places.setdefault(hour, []).append(n)
        for row in self.seen:
            if row.device in present and device in (None, row.device) and domain in (None, row.domain):
                for n in places.get(row.hour, ()):
                    key = (n, row.device, row.domain)
                    had = found.get(key, Sum(*key, 0, 0, 0, 0))
                    found[key] = Sum(*key, *(a + b for a, b in zip(had[3:], row[3:], strict=True)))
        return [found[key] for key in sorted(found)]

    def sent(self, spans: Sequence[Span], device: str | None = None) -> dict[str, list[int]]:
        found = {record.device: [0] * len(spans) for record in self.known if device in (None, record.device)}
        for row in self.sums(spans, device):
            found[row.device][row.span] += row.bytes_up
        return found

    def day_sums(self, since_day: int, until_day: int) -> list[Sum]:
        return self.sums([(since_day * 24, until_day * 24)])

    def flows(self, uids: Sequence[str]) -> list[FlowRow]:
        return sorted((row for row in self.rows if row.uid in uids), key=lambda row: row.ts)

    def look(self, question: Question, after: Key = END, limit: int = 100) -> Look:
        found = [
            row
            for row in sorted(self.rows, key=lambda row: (row.ts, row.uid, row.part), reverse=True)
            if (row.ts, row.uid, row.part) < after and question.device in ("", row.device)
        ]
        return Look(found[:limit], None, None)

    def names(self, device: str, before: float, limit: int = 100) -> tuple[list[Named], float | None]:
        return [one for one in self.read if device in ("", one.device) and one.record.ts < before][
            :limit
        ], None

    def destinations(self, device: str) -> list[Destination]:
        return []

    def learning(self) -> dict[str, list[str]]:
        return self.missing

    def watch(self) -> Watch:
        return self.watched


def household() -> MemoryReader:
    """Return the whole home; the same every time."""
    reader = MemoryReader(
        known=_devices(),
        updated=_updates(),
        changed=_changes(),
        told=_alerts(),
        found=_findings(),
        rows=_flows(),
        read=_read(),
        missing={TABLET: ["one more restart", "3 more days"]},
        watched=Watch(BEGIN, NOW, 184_220, 21_480_553, 37, _losses(), 3 * HOUR + 25 * 60.0),
    )
    for party, hours, sent, since in _habits():
        rows = list(_sightings(party, hours, sent, since))
        reader.seen += rows
        reader.met.append(
            party._replace(
                contacts=sum(row.contacts for row in rows),
                bytes_up=sum(row.bytes_up for row in rows),
                bytes_down=sum(row.bytes_down for row in rows),
            )
        )
    return reader


def quiet_household() -> MemoryReader:
    """Return the same home in a week without news and without gaps."""
    reader = household()
    reader.told = [alert for alert in reader.told if alert.ts < at("06-01")]
    reader.changed = [change for change in reader.changed if change.ts < at("06-01")]
    reader.watched = reader.watched._replace(losses=[], gap_s=0.0, weirds=0)
    return reader


def _read() -> list[Named]:
    """Return what was read from packets, newest first; every kind whose text a device chooses."""
    client = ("b8:27:eb:11:00:02", "192.168.77.22", "192.168.77.1")
    return [
        Named(DOLL, DnsAnswer(NOW - 60, "C9", *client, "udp", "voice.dolls.example", 1, 0, (), (), 60)),
        Named(
            DOLL,
            HttpRequest(
                NOW - 90, "C8", client[0], client[1], 4000, "198.18.4.9", 80, "GET", "fw.dolls.example",
                "/check", ("mac",), "DollApp/2", None, None, ("host", "user-agent"),
            ),
        ),
        Named(
            SPEAKER,
            MdnsService(
                NOW - 120, None, "192.168.77.25", "_x._tcp.local", "Speaker", None, None, (("md", "One"),), ()
            ),
        ),
        Named(
            None,
            BleAdvertisement(
                NOW - 300, "c0:00:00:00:00:01", "public", "connectable", True, "Doll 2", None, (), None, None,
                None, None,
            ),
        ),
    ]  # fmt: skip


def _device(
    device: str,
    name: str,
    mac: str,
    address: str,
    vendor: str | None,
    category: str | None,
    model: str | None,
    sure: Sequence[float],
    reasons: Sequence[tuple[str, str, str, float, str]],
    first_ts: float = BEGIN,
    last_ts: float = NOW - 600,
) -> DeviceRecord:
    confidence = {
        name: value
        for name, known, value in zip(
            ("vendor", "category", "model"), (vendor, category, model), sure, strict=True
        )
        if known
    }
    evidence = tuple(Evidence(*reason, first_ts) for reason in reasons)
    return DeviceRecord(
        device,
        name,
        (mac,),
        (address, "fe80::1ff:fe23:4567:890a"),
        (name.lower().replace(" ", "-"),),
        vendor,
        category,
        model,
        confidence,
        evidence,
        first_ts,
        last_ts,
    )


def _devices() -> list[DeviceRecord]:
    return [
        _device(
            BOX,
            "Storytelling box",
            "a4:cf:12:3b:00:01",
            "192.168.77.21",
            "Boxine",
            "toy",
            "Toniebox",
            (0.97, 0.96, 0.9),
            [
                ("vendor", "Boxine", "dns", 0.95, "it asks for prod.de.tbs.toys"),
                ("vendor", "Espressif", "oui", 0.3, "its network chip is made by Espressif"),
                ("model", "Toniebox", "catalogue", 0.9, "its names and its chip match our list"),
                ("support", "2026-08", "catalogue", 1.0, "our list of devices says so"),
            ],
        ),
        _device(
            DOLL,
            "Talking doll",
            "b8:27:eb:11:00:02",
            "192.168.77.22",
            "Example Toys",
            "toy",
            "Doll 2",
            (0.93, 0.81, 0.55),
            [
                ("vendor", "Example Toys", "http", 0.93, "its programme calls itself DollApp"),
                ("category", "toy", "dns", 0.8, "it asks for voice.dolls.example"),
                ("support", "Security updates until April 2026", "parent", 1.0, "you said so"),
            ],
        ),
        _device(
            TABLET,
            "Tablet",
            "fa:5c:33:9d:00:03",
            "192.168.77.23",
            "Example Tablets",
            "tablet",
            None,
            (0.7, 0.92, 0),
            [("category", "tablet", "dhcp", 0.92, "it asks for an address the way tablets do")],
            at("06-05", "08:00"),
        ),
        _device(
            CAMERA,
            "Camera",
            "b0:c5:54:20:00:04",
            "192.168.77.24",
            "D-Link",
            "camera",
            "DCS-935L",
            (0.98, 0.97, 0.88),
            [
                ("vendor", "D-Link", "oui", 0.9, "its address block is registered to D-Link International"),
                ("model", "DCS-935L", "upnp", 0.88, "it says so in its own description"),
            ],
        ),
        _device(
            SPEAKER,
            "Speaker",
            "5c:aa:fd:70:00:05",
            "192.168.77.25",
            "Sonos",
            "speaker",
            "One",
            (0.99, 0.98, 0.93),
            [("model", "One", "mdns", 0.93, "it announces itself as Sonos One")],
        ),
        _device(
            TV,
            "Television",
            "8c:79:f5:42:00:06",
            "192.168.77.26",
            "Samsung",
            "tv",
            None,
            (0.96, 0.94, 0),
            [("vendor", "Samsung", "oui", 0.9, "its address block is registered to Samsung Electronics")],
            last_ts=at("06-11", "22:10"),
        ),
    ]


def _party(
    device: str,
    domain: str,
    organisation: str | None,
    role: str,
    purpose: str | None,
    home: str | None,
    servers: tuple[str, ...],
    encrypted: bool | None,
    hosts: tuple[str, ...],
    reason: str,
    first_ts: float = BEGIN,
    last_ts: float = NOW - 700,
    outcome: str = "named",
) -> PartyRecord:
    return PartyRecord(
        device,
        domain,
        organisation,
        role,
        purpose,
        home,
        servers,
        first_ts,
        last_ts,
        0,
        0,
        0,
        encrypted,
        outcome,
        reason,
        hosts,
        operator="Amazon Web Services" if servers else None,
        network="AMAZON-02" if servers else None,
        country_certainty="agreed" if servers else None,
    )


Habit = tuple[PartyRecord, tuple[int, ...], int, float]
AFTERNOON, DAY, ALWAYS = (7, 8, 15, 16, 17, 18, 19), tuple(range(7, 22)), tuple(range(24))


def _habits() -> list[Habit]:
    """Return (party, hours of the day it is met, bytes sent at a time, first met)."""
    maker = "its domain is in our list of toy makers"
    return [
        (
            _party(
                BOX,
                "tbs.toys",
                "Boxine",
                "first",
                "content",
                "DE",
                ("DE", "IE"),
                True,
                ("prod.de.tbs.toys",),
                maker,
            ),
            AFTERNOON,
            48_000,
            BEGIN,
        ),
        (
            _party(
                BOX, "bxcl.de", "Boxine", "first", "telemetry", "DE", ("DE",), True, ("rtnl.bxcl.de",), maker
            ),
            AFTERNOON,
            9_000,
            BEGIN,
        ),
        (
            _party(
                BOX,
                "ntp.org",
                "NTP Pool Project",
                "support",
                "time",
                None,
                ("DE", "FR", "NL"),
                None,
                ("pool.ntp.org",),
                "many devices set their clock there",
            ),
            ALWAYS,
            90,
            BEGIN,
        ),
        (
            _party(
                DOLL,
                "dolls.example",
                "Example Toys",
                "first",
                "voice",
                "US",
                ("IE",),
                True,
                ("voice.dolls.example", "api.dolls.example", "fw.dolls.example"),
                maker,
            ),
            AFTERNOON,
            310_000,
            BEGIN,
        ),
        (
            _party(
                DOLL,
                "amazonaws.com",
                "Amazon Web Services",
                "support",
                "storage",
                "US",
                ("IE",),
                True,
                ("dolls-eu.s3.eu-west-1.amazonaws.com",),
                "makers rent computers there",
            ),
            (16, 18),
            22_000,
            BEGIN,
        ),
        (
            _party(
                DOLL,
                "adreach.example",
                "AdReach",
                "third",
                "advertising",
                "US",
                ("US",),
                True,
                ("collect.adreach.example",),
                "an advertising company; the maker does not own it",
                NEW_PARTY,
            ),
            AFTERNOON,
            14_000,
            NEW_PARTY,
        ),
        (
            _party(
                DOLL,
                "203.0.113.77",
                None,
                "unknown",
                None,
                None,
                (),
                False,
                (),
                "a bare address that nobody gave a name",
                at("06-12", "17:02"),
                at("06-12", "17:40"),
                "address",
            ),
            (),
            900,
            at("06-12", "17:02"),
        ),
        (
            _party(
                TABLET,
                "tablets.example",
                "Example Tablets",
                "first",
                "update",
                "CN",
                ("SG",),
                True,
                ("ota.tablets.example",),
                maker,
                at("06-05", "08:00"),
            ),
            DAY,
            5_000,
            at("06-05", "08:00"),
        ),
        (
            _party(
                TABLET,
                "youtube.com",
                "Google",
                "third",
                "content",
                "US",
                ("FR",),
                True,
                ("www.youtube.com", "i.ytimg.com"),
                "a service people open on it",
                at("06-05", "08:00"),
            ),
            AFTERNOON,
            260_000,
            at("06-05", "08:00"),
        ),
        (
            _party(
                TABLET,
                "crashlytics.com",
                "Google",
                "third",
                "crash",
                "US",
                ("US",),
                True,
                ("firebase-settings.crashlytics.com",),
                "many apps report crashes there",
                at("06-05", "08:00"),
            ),
            DAY,
            3_000,
            at("06-05", "08:00"),
        ),
        (
            _party(
                CAMERA,
                "mydlink.com",
                "D-Link",
                "first",
                "video",
                "TW",
                ("IE",),
                True,
                ("signal.eu.mydlink.com",),
                maker,
            ),
            ALWAYS,
            130_000,
            BEGIN,
        ),
        (
            _party(
                CAMERA,
                "dlinkddns.com",
                "D-Link",
                "first",
                None,
                "TW",
                ("US",),
                False,
                ("checkip.dlinkddns.com",),
                maker,
            ),
            (3, 15),
            700,
            BEGIN,
        ),
        (
            _party(
                SPEAKER,
                "sonos.com",
                "Sonos",
                "first",
                "telemetry",
                "US",
                ("IE",),
                True,
                ("msmetrics.ws.sonos.com",),
                maker,
            ),
            DAY,
            12_000,
            BEGIN,
        ),
        (
            _party(
                SPEAKER,
                "spotify.com",
                "Spotify",
                "third",
                "content",
                "SE",
                ("SE",),
                True,
                ("spclient.wg.spotify.com",),
                "a music service people choose",
            ),
            (17, 18, 19, 20),
            40_000,
            BEGIN,
        ),
        (
            _party(
                TV,
                "samsungcloudsolution.com",
                "Samsung",
                "first",
                "telemetry",
                "KR",
                ("IE",),
                True,
                ("time.samsungcloudsolution.com",),
                maker,
                last_ts=at("06-11", "22:10"),
            ),
            (18, 19, 20, 21),
            30_000,
            BEGIN,
        ),
        (
            _party(
                TV,
                "samsungads.com",
                "Samsung",
                "first",
                "advertising",
                "KR",
                ("IE",),
                True,
                ("eu.samsungads.com",),
                maker,
                last_ts=at("06-11", "22:10"),
            ),
            (18, 19, 20, 21),
            55_000,
            BEGIN,
        ),
    ]


def _sightings(party: PartyRecord, hours: tuple[int, ...], sent: int, since: float) -> list[Sighting]:
    dice = random.Random(f"{party.device} {party.domain}")
    if not hours:
        return [Sighting(party.device, party.domain, int(since // HOUR), 2, 2, sent, 400)]
    rows = []
    for hour in range(int(since // HOUR), int(party.last_ts // HOUR) + 1):
        local = datetime.fromtimestamp(hour * HOUR, ZoneInfo(ZONE)).hour
        if local in hours and dice.random() < 0.7:
            contacts = dice.randint(1, 8)
            volume = int(sent * contacts * dice.uniform(0.5, 1.6))
            rows.append(Sighting(party.device, party.domain, hour, contacts, contacts, volume, volume * 3))
    return rows


def _updates() -> list[Update]:
    return [
        Update(
            DOLL_OLD_UPDATE,
            DOLL,
            "probably updated",
            ("it fetched 12 MB from fw.dolls.example", "it restarted"),
            None,
            None,
        ),
        Update(at("05-02", "11:00"), DOLL, "restarted", ("it asked for an address again",), None, None),
        Update(
            DOLL_UPDATE,
            DOLL,
            "updated",
            (
                "it fetched 18 MB from fw.dolls.example, 40 times its usual",
                "its programme changed its version",
                "it restarted",
            ),
            "2.0.4",
            "2.1.0",
        ),
        Update(BOX_UPDATE, BOX, "updated", ("it fetched 31 MB from its maker", "it restarted"), "3.1", "3.2"),
    ]


def _changes() -> list[Change]:
    return [
        Change(
            "c-000000000001",
            NEW_PARTY,
            DOLL,
            "new_party",
            "adreach.example",
            "AdReach",
            "third",
            {"contacts_per_day": 0.0, "watched_days": 54.9},
            {"contacts_per_day": 21.4, "bytes_per_day": 301_000.0, "watched_days": 4.2, "countries": ["US"]},
            DOLL_UPDATE,
            "confirmed",
            ("CAdReach01", "CAdReach02", "CAdReach03"),
        ),
        Change(
            "c-000000000002",
            at("06-12", "17:02"),
            DOLL,
            "new_party",
            "203.0.113.77",
            None,
            "unknown",
            {"contacts_per_day": 0.0},
            {"contacts_per_day": 2.0},
            DOLL_UPDATE,
            "seen",
            ("CBare01",),
        ),
        Change(
            "c-000000000003",
            BOX_UPDATE + 14 * 24 * HOUR,
            BOX,
            "nothing_changed",
            None,
            None,
            None,
            {"parties": 3, "watched_days": 28.0},
            {"parties": 3, "watched_days": 14.0},
            BOX_UPDATE,
            "confirmed",
            (),
        ),
        Change(
            "c-000000000004",
            at("05-20", "19:00"),
            TV,
            "more_often",
            "samsungads.com",
            "Samsung",
            "first",
            {"contacts_per_day": 6.1, "watched_days": 28.0},
            {"contacts_per_day": 15.8, "watched_days": 14.0},
            None,
            "confirmed",
            ("CTv01",),
        ),
        Change(
            "c-000000000005",
            at("04-22", "09:00"),
            SPEAKER,
            "gone_party",
            "metrics.example",
            "Example Metrics",
            "third",
            {"contacts_per_day": 4.0, "watched_days": 28.0},
            {"contacts_per_day": 0.0, "watched_days": 7.0},
            None,
            "confirmed",
            (),
        ),
    ]


def _alerts() -> list[Alert]:
    return [
        Alert(
            NEW_PARTY,
            "a-000000000001",
            DOLL,
            "new_party",
            2,
            "push",
            "adreach.example",
            "AdReach",
            "The talking doll now also sends data to AdReach",
            "Since Wednesday 10 June, 2 days after an update, the talking doll also sends data to AdReach, "
            "an advertising company. Before: never in 54 days. Now: about 21 times a day.",
            "Ask the maker why AdReach receives data. Switch the doll off when it is not in use.",
            ("change:c-000000000001", "flow:CAdReach01", "flow:CAdReach02", "flow:CAdReach03", "flow:CGone"),
        ),
        Alert(
            at("06-13", "15:04"),
            "a-000000000002",
            CAMERA,
            "cleartext_upload",
            3,
            "push",
            "dlinkddns.com",
            "D-Link",
            "The camera sent readable text over the internet",
            "The camera sent readable text to D-Link 6 times. Anyone on the way could read it.",
            "Look for an update of the camera. If there is none, ask the maker to encrypt what it sends.",
            ("finding:cleartext_upload", "flow:CCam01"),
        ),
        Alert(
            at("05-20", "19:00"),
            "a-000000000003",
            TV,
            "more_often",
            2,
            "digest",
            "samsungads.com",
            "Samsung",
            "The television contacts Samsung's advertising more often",
            "6 times a day before, 16 times a day now, on days with as much use as before.",
            "Look for advertising in the television's privacy settings and switch it off.",
            ("change:c-000000000004", "flow:CTv01"),
        ),
        Alert(
            BOX_UPDATE + 14 * 24 * HOUR,
            "a-000000000004",
            BOX,
            "nothing_changed",
            1,
            "log",
            None,
            None,
            "The storytelling box was updated; nothing changed",
            "It talks to the same companies as before the update of 27 May, about as often.",
            "",
            ("change:c-000000000003",),
        ),
    ]


def _findings() -> list[Finding]:
    return [
        Finding(
            CAMERA,
            "cleartext_upload",
            "dlinkddns.com",
            at("03-04", "03:10"),
            at("06-13", "15:04"),
            6,
            3,
            "GET /check with readable fields: id, model",
            ("CCam01",),
        ),
        Finding(
            DOLL,
            "odd_and_new",
            None,
            at("06-12", "17:02"),
            at("06-12", "17:40"),
            2,
            1,
            "a code without words",
            (),
        ),
    ]


def _flow(
    uid: str,
    ts: float,
    orig: str,
    resp: str,
    port: int,
    sent: int,
    device: str,
    domain: str,
    name: str | None,
) -> FlowRow:
    return FlowRow(
        ts,
        4.2,
        uid,
        "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
        0,
        "tcp",
        orig,
        49152,
        resp,
        port,
        22,
        19,
        sent + 1200,
        8200,
        sent + 900,
        7900,
        sent,
        7000,
        "b8:27:eb:11:00:02",
        "02:00:00:00:00:01",
        "02:00:00:00:00:01",
        None,
        27,
        27,
        "closed",
        device,
        domain,
        name,
    )


def _flows() -> list[FlowRow]:
    adreach = [
        _flow(
            f"CAdReach0{n + 1}",
            NEW_PARTY + n * 5400,
            "192.168.77.22",
            "198.18.4.20",
            443,
            13_800 + 700 * n,
            DOLL,
            "adreach.example",
            "collect.adreach.example",
        )
        for n in range(3)
    ]
    return [
        *adreach,
        _flow(
            "CBare01",
            at("06-12", "17:02"),
            "192.168.77.22",
            "203.0.113.77",
            8080,
            900,
            DOLL,
            "203.0.113.77",
            None,
        ),
        _flow(
            "CCam01",
            at("06-13", "15:04"),
            "192.168.77.24",
            "198.18.9.1",
            80,
            700,
            CAMERA,
            "dlinkddns.com",
            "checkip.dlinkddns.com",
        ),
        _flow(
            "CTv01",
            at("05-20", "19:00"),
            "192.168.77.26",
            "198.18.7.3",
            443,
            5200,
            TV,
            "samsungads.com",
            "eu.samsungads.com",
        ),
    ]


def _losses() -> list[Loss]:
    return [
        Loss(at("06-09", "02:10"), at("06-09", "04:35"), "gap", 0, "Tattlebox was off"),
        Loss(at("05-01", "10:00"), at("05-01", "11:00"), "gap", 0, "Tattlebox was off"),
        Loss(
            at("04-11", "20:12"),
            at("04-11", "20:12"),
            "kernel_drop",
            112,
            "112 packets dropped by the kernel",
        ),
    ]
