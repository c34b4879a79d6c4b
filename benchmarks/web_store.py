"""Makes the store of a large home over a long time, for benchmarks/web.py; the same every time."""

from __future__ import annotations

import random
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from tqdm import tqdm

from appliance.alerts.alert import Alert
from appliance.behaviour.facts import Change, Sighting, Update
from appliance.devices.device import DeviceRecord, Evidence
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.parties.party import PartyRecord
from appliance.store import tables
from appliance.store.writer import Writer
from sensor.records import Loss

END: Final = 1_780_000_000.0
"""The newest packet of every made store (2026-05-28)."""

DAY_S: Final = 86_400.0
HOUR_S: Final = 3_600

ORGANISATIONS: Final = (
    ("toybox.example", "Toybox Works", "first", "content", "DE", ("DE",)),
    ("dolls.example", "Doll House", "first", "voice", "US", ("IE",)),
    ("amazonaws.com", "Amazon Web Services", "support", "storage", "US", ("IE", "DE")),
    ("googleapis.com", "Google", "support", "api", "US", ("NL",)),
    ("akamaized.net", "Akamai", "support", "content", "US", ("FR",)),
    ("ntp.org", "NTP Pool Project", "support", "time", None, ("DE", "FR", "NL")),
    ("cloudflare.com", "Cloudflare", "support", "dns", "US", ("FR",)),
    ("firmware.example", "Firmware House", "support", "update", "CN", ("SG",)),
    ("adreach.example", "AdReach", "third", "advertising", "US", ("US",)),
    ("countit.example", "Count It", "third", "analytics", "FR", ("FR",)),
    ("speechworks.example", "Speech Works", "third", "voice", "JP", ("JP",)),
    ("cdn.example", None, "unknown", None, None, ("US",)),
)
KINDS: Final = ("toy", "camera", "tv", "speaker", "tablet", "light", "plug", "console")


class Size(NamedTuple):
    """How much to make."""

    devices: int
    days: int
    flows: int


def make(path: Path, size: Size) -> None:
    """Write a store of `size` at `path`; the flows lie in it in the order of time, as live ones do."""
    writer = Writer(path)
    for fact in _facts(size):
        writer.add(fact)
    writer.commit()
    writer.close()
    per_hour = size.flows / (size.days * 24)
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
        db.execute(f"PRAGMA {pragma}").fetchall()
    db.execute("DROP INDEX flow_by_ts")
    db.execute("BEGIN")
    flows = _Flows()
    hours = range(int(END // HOUR_S) - size.days * 24, int(END // HOUR_S) + 1)
    for hour in tqdm(hours, desc="hours", file=sys.stderr, miniters=200):
        rows = list(_sightings(size, hour))
        db.executemany(tables.SIGHTING.insert, rows)
        db.executemany(tables.FLOW.insert, flows.of(rows, per_hour))
    db.execute("COMMIT")
    db.execute("CREATE INDEX flow_by_ts ON flow (ts)")
    db.execute(
        "INSERT OR REPLACE INTO daily SELECT device, domain, hour / 24, sum(contacts), sum(flows),"
        " sum(bytes_up), sum(bytes_down) FROM sighting GROUP BY device, hour / 24, domain"
    )
    db.execute("PRAGMA journal_mode=WAL").fetchall()
    db.close()
    begin = END - size.days * DAY_S
    totals = {"flows": flows.made, "packets": flows.made * 19, "weirds": 1_204}
    writer = Writer(path)
    writer.commit(first_ts=begin, last_ts=END, totals=totals, learning={}, origin="replay")
    writer.close()


def device_id(n: int) -> str:
    """Return the id of the n-th device."""
    return f"d-{n:08x}"


def _parties(n: int) -> tuple[int, ...]:
    """Return which organisations the n-th device deals with: eight of them."""
    return tuple(sorted(random.Random(n).sample(range(len(ORGANISATIONS)), 8)))


def _sightings(size: Size, hour: int) -> Iterator[Sighting]:
    """Yield what every device did in one hour; most are busy by day, each party at its own rhythm."""
    generator = random.Random(hour)
    awake = 6 <= hour % 24 <= 21
    for n in range(size.devices):
        for place in _HABITS[n]:
            if generator.random() < (0.55 if awake else 0.12):
                contacts = generator.randint(1, 12)
                yield Sighting(
                    device_id(n),
                    ORGANISATIONS[place][0],
                    hour,
                    contacts,
                    contacts * 2,
                    contacts * generator.randint(400, 40_000),
                    contacts * generator.randint(400, 90_000),
                )


_HABITS: Final = [_parties(n) for n in range(1_000)]


class _Flows:
    """Flows that fit the sightings: as many an hour as the home's size asks for, shared out by contacts."""

    def __init__(self) -> None:
        self.made = 0

    def of(self, rows: list[Sighting], wanted: float) -> Iterator[tuple[object, ...]]:
        weight = sum(row.contacts for row in rows) or 1
        shared = [(row, max(1, round(wanted * row.contacts / weight))) for row in rows]
        total = sum(count for _, count in shared)
        order = [row for row, count in shared for _ in range(count)]
        random.Random(self.made).shuffle(order)
        for position, row in enumerate(order, 1):
            self.made += 1
            ts = row.hour * HOUR_S + HOUR_S * position / (total + 1)
            yield _flow(self.made, ts, row)


def _flow(number: int, ts: float, row: Sighting) -> tuple[Any, ...]:
    """Return a row of the table of flows: the fields of FlowRow, and the number of its record."""
    last = int(row.device[2:], 16)
    home, away = f"192.168.77.{20 + last % 200}", f"198.18.{number % 7}.{1 + number % 250}"
    mac = f"02:00:00:00:00:{last % 256:02x}"
    return (
        ts, 2.5, f"C{number:015x}", f"1:{number:027x}=", 1, "tcp", home, 40_000 + number % 20_000, away, 443,
        8, 9, 1_900, 5_200, 1_750, 5_000, 1_400, 4_600, mac, "02:00:00:00:ff:fe", None, None, 27, 27, "fin",
        row.device, row.domain, f"h{number % 9}.{row.domain}", number,
    )  # fmt: skip


def live(writer: Writer, size: Size, tick: int, seconds: float) -> None:
    """Commit what the same home does in the next `seconds` after its record ends, for the `tick`-th time."""
    now = END + tick * seconds
    rows = list(_sightings(size, int(now // HOUR_S)))
    count = max(1, round(size.flows / (size.days * DAY_S) * seconds))
    generator = random.Random(tick)
    for n in range(count):
        row = generator.choice(rows)
        flow = _flow(size.flows + 1_000_000 + tick * count + n, now - seconds * n / count, row)
        writer.add(FlowRow._make(flow[:-1]), flow[-1])
        writer.add(row._replace(bytes_up=row.bytes_up + tick))
    for n in {int(row.device[2:], 16) for row in rows}:
        writer.add(_device(n, END - size.days * DAY_S)._replace(last_ts=now))
    writer.commit(last_ts=now, pulse=now)


def _facts(size: Size) -> Iterator[object]:
    begin = END - size.days * DAY_S
    for n in range(size.devices):
        yield _device(n, begin)
        yield from _dealings(n, begin)
        for month in range(int(size.days // 30)):
            yield Update(
                begin + (month + 1) * 30 * DAY_S - n * HOUR_S,
                device_id(n),
                "updated",
                ("a download from an update host",),
                f"1.{month}",
                f"1.{month + 1}",
            )
        yield from _news(n, size.days)
    for n in range(60):
        ts = begin + n * size.days / 60 * DAY_S
        yield Loss(ts, ts + 1_800, "gap", 0, "the sensor was restarted")


def _device(n: int, begin: float) -> DeviceRecord:
    kind = KINDS[n % len(KINDS)]
    reason = "its domain is in our list of makers"
    return DeviceRecord(
        device_id(n),
        f"{kind.capitalize()} {n + 1}",
        (f"02:00:00:00:00:{n:02x}",),
        (f"192.168.77.{20 + n}",),
        (f"{kind}-{n}",),
        "Toybox Works",
        kind,
        None,
        {"vendor": 0.95, "category": 0.9},
        (Evidence("vendor", "Toybox Works", "dns", 0.95, reason, begin),),
        begin,
        END - 60 * n,
    )


def _dealings(n: int, begin: float) -> Iterator[PartyRecord]:
    for place in _HABITS[n]:
        domain, organisation, role, purpose, country, servers = ORGANISATIONS[place]
        hosts = tuple(f"h{k}.{domain}" for k in range(9))
        yield PartyRecord(
            device_id(n), domain, organisation, role, purpose, country, servers, begin, END, 31_000,
            4_000_000_000, 9_000_000_000, True, "named", "as our list of companies says", hosts,
        )  # fmt: skip


def _news(n: int, days: int) -> Iterator[object]:
    """Yield about a change a week and device, an alert for every third, and two findings."""
    device = device_id(n)
    for week in range(days // 7):
        ts = END - week * 7 * DAY_S - n * 4_000
        place = _HABITS[n][week % 8]
        domain, organisation, role = ORGANISATIONS[place][:3]
        change = Change(
            f"c-{n:04x}{week:08x}", ts, device, "more_often", domain, organisation, role,
            {"contacts_per_day": 4.0, "watched_days": 21.0}, {"contacts_per_day": 12.0, "watched_days": 7.0},
            None, "confirmed", (),
        )  # fmt: skip
        yield change
        if week % 3 == 0:
            title = f"{device} sends data to {organisation} more often"
            text = "It did so 4 times a day before, and does so 12 times a day now."
            yield Alert(
                ts, f"a-{n:04x}{week:08x}", device, "more_often", 2, "digest", domain, organisation, title,
                text, "Ask the maker why.", (f"change:{change.id}",),
            )  # fmt: skip
    yield Finding(device, "old_tls", "toybox.example", END - 9e6, END - 9_000, 40, 2, "offers TLS 1.0", ())
    yield Finding(device, "cleartext_upload", "cdn.example", END - 9e6, END - 9e5, 7, 3, "a form", ())
