"""The days of one device: starts, background, use, restarts and updates, as records."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import Final, NamedTuple

from sensor.records import Record
from tests.household.simulation import words
from tests.household.simulation.channel import Channel, Device, Update
from tests.household.simulation.emit import Identity, Writer
from tests.household.simulation.family import DAY_S, Family, Session, Span, poisson, sessions
from tests.household.simulation.hello import Client
from tests.household.simulation.presence import in_home, switched_on
from tests.household.simulation.shape import Shape
from tests.household.simulation.world import World

RENEW_S: Final = 21_600.0
ANNOUNCE_S: Final = 28_800.0
DOWNLOAD_S: Final = 95.0
HELD_DAYS: Final = 1.5
"""Mean life of a connection that is held open."""

NEVER: Final = float("inf")
TTL_S: Final = 300.0
"""How long an answer of the name service may be remembered."""

COVER: Final = Channel("cloudflare-ech.com", country="US")
RESOLVER: Final = Channel("cloudflare-dns.com", up=300, down=600, country="US")


class Around(NamedTuple):
    """What the devices of a home have in common."""

    family: Family
    world: World
    shape: Shape
    end: float
    outages: tuple[Span, ...]
    tail: float  # times the usual number of visits to the long tail


@cache
def _weights(sites: int, zipf: float) -> tuple[float, ...]:
    """Return the cumulated popularity of the places of the long tail."""
    return tuple(accumulate((rank + 1) ** -zipf for rank in range(sites)))


class Life:
    """One device. `met` holds the times of the first exchanges of each channel in each of its spans."""

    def __init__(self, device: Device, who: Identity, around: Around, seed: str) -> None:
        self.device, self.around, self.rng = device, around, random.Random(seed)
        self.writer = Writer(seed, who)
        self.met: dict[tuple[Channel, float], list[float]] = {}
        self._used = sessions(self.rng, around.family, device, around.shape)
        self._home = in_home(device, around.family)
        self._on = switched_on(device, around.family, self._used, self._home)
        self._known: dict[str, tuple[float, str]] = {}
        self._resolved = 0.0
        self._weights = _weights(around.shape.sites, around.shape.zipf)

    def live(self) -> list[tuple[float, Record]]:
        """Return everything the device does, each record with the time of its emission."""
        self._keep()
        for channel in self.device.channels:
            if channel.held:
                self._hold(channel)
            elif channel.every_s:
                for ts in self._times(channel, channel.every_s):
                    self._exchange(channel, ts)
        for session in self._used:
            self._use(session)
        self._wander()
        for update in self.device.updates:
            if update.down:
                self._download(update)
            if update.down or update.version:
                self._boot(update.ts)
        for ts in self.device.restarts:
            if ts in self._on:
                self._boot(ts)
        return self.writer.rows

    def _download(self, update: Update) -> None:
        """Write the download of new software, from where the maker's servers are at that time."""
        own = [it for it in self.device.channels if it.domain == self.device.maker and it.lives(update.ts)]
        country = own[0].country if own else "DE"
        channel = Channel(update.host, up=update.down // 400, down=update.down, country=country)
        self._exchange(channel, update.ts - 140, DOWNLOAD_S)

    def _keep(self) -> None:
        """Write a start at the begin of each time it is on, lease renewals and announcements."""
        for begin, until in self._on.spans:
            self._boot(begin)
            ts = begin + RENEW_S * self.rng.uniform(0.9, 1.1)
            while ts < until:
                self.writer.renew(ts)
                self.writer.announce(ts + 5, self._version(ts))
                ts += RENEW_S * self.rng.uniform(0.95, 1.05)

    def _version(self, ts: float) -> str:
        return f"2.{sum(update.version and update.ts <= ts for update in self.device.updates)}.0"

    def _client(self, ts: float) -> Client:
        turned = any(update.handshake and update.ts <= ts for update in self.device.updates)
        return self.writer.who.clients[turned]

    def _boot(self, ts: float) -> None:
        self._known.clear()
        self.writer.join(ts)
        self.writer.announce(ts + 2, self._version(ts))
        at = ts + 1.5
        for channel in self.device.channels:
            if channel.boot and not channel.held and channel.lives(ts):
                at += self.rng.uniform(0.4, 6.0)
                self._exchange(channel, at)

    def _times(self, channel: Channel, every_s: float) -> Iterator[float]:
        """Yield when a channel speaks in the background."""
        on, device = (self._home if channel.awake else self._on), self.device
        if device.profile.power == "use" and not channel.awake:
            for begin, until in on.spans:
                ts = begin + self.rng.uniform(5, 60)
                while ts < until:
                    yield from self._at(channel, ts)
                    ts += self._gap(every_s)
            return
        ts = device.begin + self.rng.random() * every_s
        while ts < device.until:
            if ts in on:
                yield from self._at(channel, ts)
            ts += self._gap(every_s)

    def _at(self, channel: Channel, ts: float) -> Iterator[float]:
        if not channel.lives(ts):
            return
        if channel.hours:
            begin, until = channel.hours
            if not begin <= self.around.family.calendar.hour(ts) < until:
                return
        yield ts
        if self.rng.random() < self.around.shape.burst:
            for step in range(self.rng.randrange(1, 5)):
                yield ts + 3.0 * (step + 1) * self.rng.random() + 1

    def _gap(self, every_s: float) -> float:
        if self.around.shape.gaps == "gamma":
            return every_s * self.rng.gammavariate(1.3, 1 / 1.3) + 1.0
        return every_s * self.rng.uniform(0.92, 1.08)

    def _hold(self, channel: Channel) -> None:
        """Write connections held open while the device is on, cut by outages and restarts."""
        restarts = tuple((ts, ts + 20) for ts in self.device.restarts)
        on = self._home if channel.awake else self._on
        for begin, until in on.without((*self.around.outages, *restarts)).spans:
            ts = begin + 4
            while ts < min(until, self.around.end):
                length = min(until - ts, self.rng.expovariate(1 / HELD_DAYS) * DAY_S + 600)
                parts = max(1, int(length // 300))
                if channel.lives(ts):
                    self._exchange(channel, ts, length, parts)
                ts += length + self.rng.uniform(2, 30)

    def _use(self, session: Session) -> None:
        for channel in self.device.channels:
            if not channel.per_use or not channel.lives(session.ts):
                continue
            if channel.stream:
                if self.rng.random() < channel.per_use:
                    self._exchange(channel, session.ts + self.rng.uniform(5, 60), session.length_s)
                continue
            for _ in range(poisson(self.rng, channel.per_use)):
                self._exchange(channel, session.ts + self.rng.random() * session.length_s)

    def _wander(self) -> None:
        """Write visits to places of the long tail: few are seen often, most once."""
        rng, family, device = self.rng, self.around.family, self.device
        mean = device.profile.visits * self.around.shape.visits * self.around.tail
        for day in range(len(family.calendar.days)):
            for _ in range(poisson(rng, mean)):
                ts = family.calendar.at(day, rng.uniform(*family.hours(device, day)))
                if device.begin <= ts < device.until and ts in self._on:
                    rank = bisect_right(self._weights, rng.random() * self._weights[-1])
                    self._exchange(
                        Channel(
                            words.site(rank),
                            up=2_500,
                            down=180_000,
                            country=("US", "DE", "IE", "NL", "GB")[rank % 5],
                        ),
                        ts,
                    )

    def _exchange(self, channel: Channel, ts: float, length_s: float | None = None, parts: int = 1) -> None:
        """Write one lookup and one connection; while the line is down, their retries."""
        met = self.met.setdefault((channel, self._span(channel, ts)), [])
        met.append(ts)
        if self._out(ts):
            self._retry(channel, ts)
            return
        world, rng = self.around.world, self.rng
        shown = COVER if channel.hidden else channel
        host = world.host(shown, ts, rng)
        address = self._resolve(shown, host, ts)
        up, down = (int(size * parts * self._spread()) for size in (channel.up, channel.down))
        lasts = length_s if length_s is not None else rng.uniform(0.3, 4.0)
        self._connect(channel, ts + 0.05, host, address, lasts, up, down)

    def _span(self, channel: Channel, ts: float) -> float:
        for begin, until in channel.spans:
            if begin <= ts < until:
                return begin
        return NEVER

    def _out(self, ts: float) -> bool:
        for begin, until in self.around.outages:  # noqa: SIM110 - asked for every exchange: any() costs thrice
            if begin <= ts < until:
                return True
        return False

    def _spread(self) -> float:
        shape, times = self.around.shape, self.rng.lognormvariate(0, self.around.shape.sigma)
        return times * self.rng.paretovariate(1.6) if self.rng.random() < shape.tail else times

    def _resolve(self, channel: Channel, host: str, ts: float) -> str:
        """Return the address of a host, asked for as the device asks; a bare address has no host."""
        world = self.around.world
        learnt, address = self._known.get(host, (NEVER, ""))
        if learnt <= ts < learnt + TTL_S:  # channels are lived one after the other: ts may lie before
            return address
        address = world.address(channel, ts, self.rng)
        if channel is COVER:
            if not self._resolved <= ts < self._resolved + 3_600:
                self._resolved = ts
                self._exchange(RESOLVER, ts - 1.0)
        elif host:
            self.writer.lookup(ts, host, world.alias(channel, ts), address)
        if self.device.caches:
            self._known[host] = (ts, address)
        return address

    def _connect(
        self, channel: Channel, ts: float, host: str, address: str, length_s: float, up: int, down: int
    ) -> None:
        writer, carrier = self.writer, channel.carrier
        if carrier == "ntp":
            writer.ntp(ts, address)
            return
        uid, sport, quic = writer.uid(), writer.port(), carrier == "quic"
        opening, port = (0, 0), channel.port
        if carrier == "http":
            agent = f"{self.device.key.rstrip('0123456789')}/{self._version(ts)}"
            said = channel.path, channel.parameters, agent if self.device.profile.speaks else None
            opening = writer.http(uid, ts, sport, address, port, host, *said, up)
        elif host:
            client, ech = self._client(ts), channel.hidden
            opening = writer.hello(uid, ts, sport, address, port, host, client, quic=quic, ech=ech)
        proto = "udp" if quic else "tcp"
        writer.flow(uid, proto, sport, address, port, ts, length_s, up, down, opening=opening)

    def _retry(self, channel: Channel, ts: float) -> None:
        """Write what a device does while the line is down: questions without an answer, and attempts."""
        world, writer, at = self.around.world, self.writer, ts
        host = world.host(channel, ts, self.rng)
        for _ in range(self.rng.randrange(1, 4)):
            if not self._out(at):
                return
            if host:
                writer.lookup(at, host, None, None)
            if self.rng.random() < 0.3 and channel.carrier not in ("ntp", "quic"):
                address = world.address(channel, at, self.rng)
                writer.flow(
                    writer.uid(),
                    "tcp",
                    writer.port(),
                    address,
                    channel.port,
                    at + 16,
                    7.0,
                    0,
                    0,
                    answered=False,
                    packets=4,
                )
            at += self.rng.uniform(60, 240)
