"""A second maker of homes, unlike the first: plain lives in many dialects of records. Blind to the detector.

The simulator (docs/simulator.md) makes whole homes as our sensor would tell them. Here a home is plain, but
what is written of it differs: without address requests or handshakes, names asked for once a day, many names
on one address, IPv6 alone, files in the order in which flows began. One dialect a home.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sensor.records import DhcpRequest, DnsAnswer, FlowRecord, HttpRequest, Neighbour, Record, TlsClientHello
from tests.household.simulation.world import Countries

DAY_S: Final = 86_400.0
HOUR_S: Final = 3_600.0
START: Final = 1_767_225_600.0  # 1 January 2026
PART_S: Final = 300.0
ROUTER: Final = "02:00:00:00:00:01"
JA4: Final = "t13d1516h2_8daaf6152771_02713d6af862"
EVER: Final = math.inf


class Dialect(NamedTuple):
    """How a home is told."""

    dhcp_s: float | None = 12 * HOUR_S  # between renewals; None: no address request is ever seen
    starts: bool = False  # a renewal looks like a start, as of devices that sleep
    dns: str = "each"  # "each" contact asks, "daily" once a day, "never"
    tls: bool = True  # handshakes are told
    requests: bool = True  # readable requests are told, not only flows to port 80
    by_begin: bool = False  # lines in the order of `ts`: a flow before what was read of it
    ipv6: bool = False
    shared: int = 0  # names that share one address; 0: each has addresses of its own
    bare: bool = False  # a peer of each device is reached by addresses alone, new ones every day
    held: bool = False  # connections are held open all day and told in parts
    places: bool = True  # countries of addresses are known
    hourly: bool = False  # what runs by the clock does so on the hour
    sites: int = 60  # places a browsing device visits
    update: str = "whole"  # what shows of one: "whole", "agent" (User-Agent alone), "cdn" (download, restart)
    macs: str = "all"  # records that tell MACs: "all", "leases" (address requests alone), "flows", "none"
    jumbled: bool = False  # lines minutes out of order, some twice
    utc_offset_h: int = 1
    days: int = 60


DIALECTS: Final[dict[str, Dialect]] = {
    "usual": Dialect(),
    "no-dhcp": Dialect(dhcp_s=None),
    "dhcp-starts": Dialect(dhcp_s=4 * HOUR_S, starts=True),
    "dns-only": Dialect(tls=False, dhcp_s=None),
    "dns-daily": Dialect(tls=False, dns="daily"),
    "sni-only": Dialect(dns="never", dhcp_s=None),
    "by-begin": Dialect(by_begin=True, dns="daily"),
    "ipv6": Dialect(ipv6=True, dhcp_s=None, places=False),
    "shared": Dialect(shared=5),
    "shared-dns": Dialect(shared=5, tls=False),
    "bare": Dialect(bare=True, places=False),
    "held": Dialect(held=True),
    "flows": Dialect(requests=False, places=False),
    "hourly": Dialect(hourly=True, utc_offset_h=-8),
    "many-sites": Dialect(sites=700, utc_offset_h=9),
    "agent": Dialect(update="agent"),
    "cdn": Dialect(update="cdn"),
    "ipv6-bare": Dialect(ipv6=True, dhcp_s=None, places=False, macs="none"),
    "ipv6-macs": Dialect(ipv6=True, dhcp_s=None, places=False, macs="flows"),
    "no-macs": Dialect(dhcp_s=None, macs="none"),
    "macs-of-leases": Dialect(macs="leases"),
    "macs-of-flows": Dialect(dhcp_s=None, macs="flows"),
    "jumbled": Dialect(jumbled=True),
    "three-weeks": Dialect(days=21),
    "three-weeks-no-dhcp": Dialect(days=21, dhcp_s=None),
    "half-year": Dialect(days=180, dhcp_s=None),
}


@dataclass
class Channel:
    """One thing a device does."""

    host: str
    every_s: float | None = None  # by the clock
    per_session: float = 0.0  # contacts in a session of use
    up: int = 900
    down: int = 1_500
    country: str = "DE"
    port: int = 443
    agent: bool = False  # readable, names the version
    begin: float = 0.0
    end: float = EVER


@dataclass
class Device:
    """A thing in the home."""

    kind: str
    mac: str
    address: str
    channels: list[Channel]
    sessions: float = 0.0  # of use, a day
    visits: float = 0.0  # of places, a day
    versions: list[tuple[float, str]] = field(default_factory=lambda: [(0.0, "1.4.2")])
    downloads: list[tuple[float, str]] = field(default_factory=list)  # (ts, host)
    starts: list[float] = field(default_factory=list)


TELLING: Final = {(DhcpRequest, "leases"), (FlowRecord, "flows")}
MAC_FIELDS: Final = frozenset(("mac", "client_mac", "orig_mac", "resp_mac", "orig_dst_mac"))


class Lived(NamedTuple):
    """A home's record lines, and what is true of it."""

    records: list[Record]
    truth: tuple[dict[str, Any], ...]
    macs: dict[str, str]  # mac → kind of device
    countries: Countries | None
    days: int
    addresses: dict[str, str]  # address → mac


def domain_of(host: str) -> str:
    """Return the registrable domain."""
    return ".".join(host.split(".")[-2:])


def live(seed: int, name: str, days: int | None = None) -> Lived:
    """Return a home told in a dialect; `days` shortens or lengthens the life that the dialect has."""
    dialect = DIALECTS[name]._replace(days=days or DIALECTS[name].days)
    rng = random.Random(f"stranger|{seed}|{name}")
    writer = _Writer(rng, dialect)
    end = START + dialect.days * DAY_S
    truth: list[dict[str, Any]] = []
    devices = list(_devices(rng, dialect))
    for device in devices:
        device.starts = [START, *_poisson(rng, START, end, 20 * DAY_S)]
        line = _turn(rng, device, dialect)
        if line is not None:
            truth.append(line)
        for ts in _poisson(rng, START + 9 * DAY_S, end - 5 * DAY_S, 70 * DAY_S):
            if all(abs(ts - line["ts"]) > 8 * DAY_S for line in truth if line["mac"] == device.mac):
                _update(rng, device, ts, dialect)
                truth.append(_line(device, "nothing_changed", None, ts, ts, news=False))
        writer.live(device, end)
    rows = sorted(writer.rows, key=lambda row: row[0])
    if dialect.by_begin:
        rows.sort(key=lambda row: row[1].ts)
    if dialect.jumbled:
        rows = _jumbled(rng, rows)
    return Lived(
        [record for _, record in rows if record.ts < end],
        tuple(_shown(line, writer.met) for line in truth),
        {device.mac: device.kind for device in devices},
        Countries(writer.blocks()) if dialect.places and not dialect.ipv6 else None,
        dialect.days,
        {device.address: device.mac for device in devices},
    )


def _jumbled(rng: random.Random, rows: list[tuple[float, Record]]) -> list[tuple[float, Record]]:
    """Return rows up to two minutes out of order, one in a hundred twice."""
    twice = [row for row in rows if rng.random() < 0.01]
    return sorted([*rows, *twice], key=lambda row: row[0] + rng.uniform(0, 120))


def _poisson(rng: random.Random, begin: float, end: float, mean_s: float) -> list[float]:
    """Return times of what happens by chance, once in `mean_s` on average."""
    found, ts = [], begin + rng.expovariate(1 / mean_s)
    while ts < end:
        found.append(ts)
        ts += rng.expovariate(1 / mean_s)
    return found


def _devices(rng: random.Random, dialect: Dialect) -> Iterator[Device]:
    """Yield a plug, a sensor met once or twice a day, two toys, a hub held awake, a tablet to browse with."""
    tablet = ("tablet", 4.0, 12.0 if dialect.sites < 100 else 40.0)
    toys = (("toy", 2.5, 0.0), ("toy", 1.2, 0.0))
    kinds = (("plug", 0.0, 0.0), ("sensor", 0.0, 0.0), *toys, ("hub", 0.0, 0.0), tablet)
    for number, (kind, sessions, visits) in enumerate(kinds):
        maker = f"maker-{rng.randrange(10**6):06d}.example"
        cloud = f"cloud-{rng.randrange(10**6):06d}.example"
        seldom = kind == "sensor"
        periods = (16 * HOUR_S, DAY_S) if seldom else (900.0, 1_800.0, HOUR_S, 3 * HOUR_S)
        channels = [
            Channel(f"api.{maker}", rng.choice(periods), 0.0, rng.randrange(400, 4_000)),
            Channel(f"log{rng.randrange(9)}.{cloud}", rng.choice(periods), 0.0, rng.randrange(300, 9_000)),
            Channel(
                f"ver.{maker}", 16 * HOUR_S if seldom else 6 * HOUR_S, 0.0, 180, 400, port=80, agent=True
            ),
        ]
        if sessions:
            channels += [
                Channel(f"voice.{maker}", None, rng.uniform(2, 5), rng.randrange(5_000, 60_000)),
                Channel(f"media.{cloud}", None, rng.uniform(1, 3), 800, 400_000),
            ]
        if dialect.bare:
            channels.append(Channel("", rng.choice((2, 6)) * HOUR_S, 0.0, 300, 300, port=32_100))
        address = f"2001:db8:1::{number + 10:x}" if dialect.ipv6 else f"192.168.5.{number + 10}"
        mac = f"24:0a:c4:{rng.randrange(256):02x}:{rng.randrange(256):02x}:{number:02x}"
        yield Device(kind, mac, address, channels, sessions, visits)


def _line(
    device: Device, kind: str, domain: str | None, ts: float, update: float | None, *, news: bool
) -> dict[str, Any]:
    return {
        "device": device.kind, "mac": device.mac, "kind": kind, "domain": domain,
        "domains": [domain] if domain else [], "ts": ts, "update": update, "news": news, "detail": "",
    }  # fmt: skip


def _update(rng: random.Random, device: Device, ts: float, dialect: Dialect) -> None:
    """Let the device's software change at `ts`, as far as the dialect shows it."""
    last = device.versions[-1][1].split(".")
    device.versions.append((ts, ".".join([*last[:-1], str(int(last[-1]) + rng.randrange(1, 4))])))
    device.versions.sort()
    if dialect.update == "agent":
        return
    maker = domain_of(device.channels[0].host)
    host = f"firmware.{maker}" if dialect.update == "whole" else "d3k9x2m81q.edge-network.example"
    device.downloads.append((ts - 200, host))
    device.starts.append(ts)


KINDS: Final = (
    *("new_party",) * 3,
    "gone_party",
    "encryption_lost",
    "more_often",
    "bigger",
    "new_country",
)


def _turn(rng: random.Random, device: Device, dialect: Dialect) -> dict[str, Any] | None:
    """Change what the device does, in three of four devices; return the line of truth."""
    if rng.random() < 0.25:
        return None
    early, late = (9.0, 6.0) if dialect.days < 30 else (16.0, 16.0)
    ts = START + rng.uniform(early, dialect.days - late) * DAY_S
    kind = rng.choice(KINDS)
    seldom = device.kind == "sensor"
    if kind == "new_country" and not (dialect.places and not dialect.ipv6):
        kind = "new_party"
    if dialect.days < 30 and kind in ("gone_party", "more_often", "bigger"):
        kind = "new_party"
    if seldom and kind in ("gone_party", "more_often"):
        kind = "new_party"
    update = None
    if rng.random() < 0.5:
        update = ts
        _update(rng, device, ts, dialect)
        ts += rng.choice((60.0, 2 * HOUR_S, 2 * DAY_S))
    domain = _TURNS[kind](rng, device, ts)
    return _line(device, kind, domain, ts, update, news=True)


def _met_anew(rng: random.Random, device: Device, ts: float) -> str:
    host = f"in.collect-{rng.randrange(10**6):06d}.example"
    every = rng.choice((HOUR_S, 6 * HOUR_S, DAY_S, DAY_S, 7 * DAY_S if ts - START < 40 * DAY_S else DAY_S))
    play = device.sessions and rng.random() < 0.4
    device.channels.append(
        Channel(
            host,
            None if play else every,
            1.5 if play else 0.0,
            rng.randrange(300, 9_000),
            country=rng.choice(("DE", "US", "CN")),
            begin=ts,
        )
    )
    return domain_of(host)


def _left(rng: random.Random, device: Device, ts: float) -> str:
    host = f"push.partner-{rng.randrange(10**6):06d}.example"
    device.channels.append(Channel(host, rng.choice((HOUR_S, 6 * HOUR_S)), 0.0, 700, end=ts))
    return domain_of(host)


def _split(channel: Channel, device: Device, ts: float, **new: Any) -> str:
    """End a channel and begin it anew with other values."""
    after = Channel(**{**vars(channel), "begin": ts, **new})
    channel.end = ts
    device.channels.append(after)
    return domain_of(channel.host)


def _opened(rng: random.Random, device: Device, ts: float) -> str:
    return _split(device.channels[1], device, ts, port=80)


def _oftener(rng: random.Random, device: Device, ts: float) -> str:
    channel = device.channels[1]
    return _split(channel, device, ts, every_s=(channel.every_s or HOUR_S) / 3)


def _grown(rng: random.Random, device: Device, ts: float) -> str:
    return _split(device.channels[1], device, ts, up=device.channels[1].up * 5)


def _moved(rng: random.Random, device: Device, ts: float) -> str:
    return _split(device.channels[1], device, ts, country=rng.choice(("CN", "US", "IN")))


_TURNS: Final = {
    "new_party": _met_anew, "gone_party": _left, "encryption_lost": _opened, "more_often": _oftener,
    "bigger": _grown, "new_country": _moved,
}  # fmt: skip


def _shown(line: dict[str, Any], met: dict[tuple[str, str], list[float]]) -> dict[str, Any]:
    """Return a line of truth with the first and the second time at which the change showed."""
    times = [ts for ts in sorted(met.get((line["mac"], line["domain"]), ())) if ts >= line["ts"]]
    first = times[0] if times and line["news"] else None
    second = next((ts for ts in times if first is not None and ts >= first + 300), None)
    return {**line, "first": first, "second": second}


class _Writer:
    """Writes the records of devices in a dialect, each with the time at which it would be emitted."""

    def __init__(self, rng: random.Random, dialect: Dialect) -> None:
        self._rng, self._dialect = rng, dialect
        self.rows: list[tuple[float, Record]] = []
        self.met: dict[tuple[str, str], list[float]] = {}
        self._numbers = itertools.count(1)
        self._places: dict[tuple[str, str], int] = {}
        self._asked: dict[tuple[str, str], float] = {}

    def blocks(self) -> Iterator[tuple[int, str, str]]:
        """Yield the /24 blocks that were handed out, as `Countries` takes them."""
        for (owner, country), number in self._places.items():
            yield number, country, owner

    def live(self, device: Device, end: float) -> None:
        """Write all that a device does until `end`, in the order of time."""
        if self._dialect.ipv6 and self._dialect.macs == "all":
            self._add(START, Neighbour(START, device.mac, device.address, "ndp"))
        contacts: list[tuple[float, Channel]] = []
        for ts in device.starts:
            contacts += self._join(device, ts)
        if self._dialect.dhcp_s is not None:
            for step in range(1, int((end - START) / self._dialect.dhcp_s)):
                ts = START + step * self._dialect.dhcp_s
                contacts += self._join(device, ts, renewed=not self._dialect.starts)
        for ts, host in device.downloads:
            contacts.append((ts, Channel(host, up=900, down=8_000_000)))
        sessions = list(self._sessions(device, end))
        for channel in device.channels:
            contacts += ((ts, channel) for ts in self._times(channel, sessions, end))
        for ts in self._visits(device, sessions):
            site = int(self._dialect.sites ** self._rng.random())
            contacts.append((ts, Channel(f"www.site-{site}.example", up=2_500, down=300_000, country="US")))
        for ts, channel in sorted(contacts, key=lambda one: one[0]):
            if max(channel.begin, START) <= ts < min(channel.end, end):
                self._contact(device, channel, ts)

    def _sessions(self, device: Device, end: float) -> Iterator[tuple[float, float]]:
        """Yield the spans in which somebody uses the device: by day, in the home's own time."""
        rng, days = self._rng, int((end - START) / DAY_S)
        mood = 1.0
        for day in range(days):
            if day % 14 == 0:
                mood = rng.lognormvariate(0, 0.3)
            count = sum(rng.random() < device.sessions * mood / 8 for _ in range(8))
            for _ in range(count):
                begin = START + day * DAY_S + (rng.uniform(7, 20) - self._dialect.utc_offset_h) * HOUR_S
                yield begin, begin + rng.uniform(600, 2_700)

    def _times(self, channel: Channel, sessions: list[tuple[float, float]], end: float) -> Iterator[float]:
        rng = self._rng
        if channel.every_s is not None:
            ts = max(channel.begin, START) + rng.uniform(0, min(channel.every_s, DAY_S))
            while ts < end:
                yield (ts // HOUR_S) * HOUR_S + 1 if self._dialect.hourly else ts
                ts += channel.every_s * rng.uniform(0.85, 1.15)
        for begin, until in sessions:
            for _ in range(int(channel.per_session + rng.random())):
                yield rng.uniform(begin, until)

    def _visits(self, device: Device, sessions: list[tuple[float, float]]) -> Iterator[float]:
        for begin, until in sessions if device.visits else ():
            for _ in range(int(device.visits / max(1.0, device.sessions) + self._rng.random())):
                yield self._rng.uniform(begin, until)

    def _address(self, channel: Channel, ts: float) -> str:
        """Return the address of a channel's host: it turns every few days."""
        rng, dialect = self._rng, self._dialect
        owner = domain_of(channel.host) if channel.host else "rack"
        if dialect.shared and channel.host:
            owner = f"edge{sum(owner.encode()) % dialect.shared}"
        number = self._places.setdefault((owner, channel.country), len(self._places) % 480 + 1)
        turn = int(ts / DAY_S) if not channel.host else int(ts / (4 * DAY_S))
        last = (turn * 7 + (0 if dialect.shared else rng.randrange(3))) % 250 + 1
        if dialect.ipv6:
            return f"2001:db8:ff:{number:x}::{last:x}"
        return f"198.{18 + number // 256}.{number % 256}.{last}"

    def _join(self, device: Device, ts: float, *, renewed: bool = False) -> Iterator[tuple[float, Channel]]:
        """Ask for an address; yield what a device does first after a start."""
        if self._dialect.dhcp_s is None:
            return
        held, wish = (device.address, None) if renewed else (None, device.address)
        self._add(ts, DhcpRequest(ts, device.mac, 3, held, wish, device.kind, None, "udhcp 1.30.1", None,
                                  (1, 3, 6, 12)))  # fmt: skip
        if not renewed:
            yield from ((ts + 3 + place, channel) for place, channel in enumerate(device.channels))

    def _contact(self, device: Device, channel: Channel, ts: float) -> None:
        """Write one exchange: the name asked for, what the flow says of itself, the flow in its parts."""
        dialect, uid = self._dialect, f"S{next(self._numbers):07x}"
        address = self._address(channel, ts)
        if channel.host:
            self._ask(device, channel.host, address, ts)
            self.met.setdefault((device.mac, domain_of(channel.host)), []).append(ts)
        port = 40_000 + self._rng.randrange(20_000)
        at = ts + 0.05
        if channel.port == 443 and dialect.tls:
            self._add(at, TlsClientHello(at, uid, device.mac, "tcp", device.address, port, address, 443,
                                         channel.host, ("h2",), (772,), JA4, False))  # fmt: skip
        if channel.port == 80 and (dialect.requests or channel.agent):
            version = next(text for since, text in reversed(device.versions) if since <= ts)
            self._add(at, HttpRequest(at, uid, device.mac, device.address, port, address, 80, "POST",
                                      channel.host, "/v1/state", (), f"Thing/{version}", "application/json",
                                      channel.up, ("host", "user-agent")))  # fmt: skip
        self._flow(device, channel, (ts, uid, port, address))

    def _ask(self, device: Device, host: str, address: str, ts: float) -> None:
        dialect = self._dialect
        if dialect.dns == "never":
            return
        asked = self._asked.get((device.mac, host, address), -EVER)
        if dialect.dns == "daily" and asked > ts - DAY_S:
            return
        self._asked[device.mac, host, address] = ts
        at = ts - 0.04
        self._add(at, DnsAnswer(at, f"D{next(self._numbers):07x}", device.mac, device.address,
                                "fd00::1" if dialect.ipv6 else "192.168.5.1", "udp", host,
                                28 if dialect.ipv6 else 1, 0, (), (address,), 300))  # fmt: skip

    def _flow(self, device: Device, channel: Channel, end: tuple[float, str, int, str]) -> None:
        ts, uid, port, address = end
        held = self._dialect.held and channel.every_s is not None and channel.every_s <= HOUR_S
        parts = 1 + int(channel.every_s or 0) // int(PART_S) if held else 1
        up, down = (int(size * self._rng.uniform(0.8, 1.25)) for size in (channel.up, channel.down))
        proto = "udp" if channel.port > 30_000 else "tcp"
        for part in range(parts):
            begin, last = ts + part * PART_S, part == parts - 1
            if part and part % 3:
                continue  # a part without a packet is no record
            sent = up if not part else 40
            self._add(
                begin + (2 if last else PART_S),
                FlowRecord(
                    begin, 1.5, uid, f"1:{uid}", part, proto, device.address, port, address, channel.port,
                    8, 8, sent + 500, down + 500, sent + 400, down + 400, sent,
                    down if not part else 40, device.mac, ROUTER, ROUTER, None, 27, 27,
                    "closed" if last else "active",
                ),
            )  # fmt: skip

    def _add(self, ts: float, record: Record) -> None:
        macs, kind = self._dialect.macs, type(record)
        if macs != "all" and (kind, macs) not in TELLING:
            record = record._replace(**dict.fromkeys(MAC_FIELDS.intersection(record._fields)))
        self.rows.append((ts, record))
