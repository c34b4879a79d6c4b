"""The days of one device: joins, background, use, restarts and updates, as exchanges in a ledger."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from datetime import timedelta

from tests.household import cloud, localtime, traffic
from tests.household.home import STORY, Channel, Device, Event
from tests.household.traffic import Ends, Ledger

DAY_S = 86_400.0
RENEW_S = 21_600.0
ANNOUNCE_S = 28_800.0
DOWNLOAD_S = 95.0
CONTENT_SITES = 900
SPREAD = 0.25
"""Sigma of the log-normal spread of transfer sizes."""


def poisson(rng: random.Random, mean: float) -> int:
    """Return a Poisson number (Knuth's product of uniforms: means here are below ten)."""
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


@dataclass
class Life:
    """One device from `start` to `end` (UTC epoch seconds)."""

    device: Device
    ledger: Ledger
    rng: random.Random
    start: float
    end: float
    story: tuple[Event, ...] = STORY
    holidays: list[tuple[float, float]] = field(init=False)
    outages: list[tuple[float, float]] = field(init=False)
    updated: float = field(init=False)  # when its software changed; infinite when it does not
    turned: float = field(init=False)  # when what it shares changed, with an update or silently

    def __post_init__(self) -> None:
        self.holidays = localtime.spans("holiday", self.end, self.story)
        self.outages = localtime.spans("isp_outage", self.end, self.story)
        self.updated = self._first("update")
        self.turned = min(self.updated, self._first("silent"))

    def live(self) -> None:
        """Write everything the device does."""
        self._housekeeping()
        for channel in self.device.channels:
            if channel.every_s:
                self._background(channel, channel.every_s)
        self._uses()
        for event in self._events():
            ts = localtime.event_ts(event, self.end)
            if event.kind == "restart":
                self._boot(ts)
            elif event.kind == "update":
                self._update(event, ts)

    def _events(self) -> list[Event]:
        return [event for event in self.story if event.device == self.device.key]

    def _first(self, kind: str) -> float:
        """Return when the device's first event of a kind begins; infinite when it has none."""
        times = [localtime.event_ts(event, self.end) for event in self._events() if event.kind == kind]
        return min(times, default=math.inf)

    def _home(self, ts: float) -> bool:
        return self.start <= ts < self.end and localtime.is_home(self.device, ts, self.holidays)

    def _active(self, channel: Channel, ts: float) -> bool:
        return channel.only == "always" or (channel.only == "after") == (ts >= self.turned)

    def _version(self, ts: float) -> str:
        return self.device.versions[-1 if ts >= self.updated else 0]

    def _port(self) -> int:
        return self.rng.randrange(32_768, 61_000)

    def _housekeeping(self) -> None:
        """Write lease renewals, announcements, and a join whenever the device comes back home."""
        was_home = False
        steps = int((self.end - self.start) // 300)
        renewed, announced = self.start, self.start + self.rng.random() * ANNOUNCE_S
        for step in range(steps):
            ts = self.start + step * 300.0 + self.rng.random() * 240.0
            home = self._home(ts)
            if home and not was_home:
                self._boot(ts)
                renewed = ts
            elif home and ts - renewed >= RENEW_S:
                traffic.write_renewal(self.ledger, self.device, ts)
                renewed = ts
            if home and ts - announced >= ANNOUNCE_S:
                traffic.write_announcements(self.ledger, self.device, ts, self._version(ts))
                announced = ts
            was_home = home

    def _boot(self, ts: float) -> None:
        """Write a start: DHCP, announcements, then the hosts it asks for at every start."""
        if not self._home(ts):
            return
        traffic.write_join(self.ledger, self.device, ts)
        traffic.write_announcements(self.ledger, self.device, ts + 2.0, self._version(ts))
        at = ts + 1.5
        for channel in self.device.channels:
            if channel.boot and self._active(channel, ts):
                at += self.rng.uniform(0.4, 6.0)
                self._exchange(channel, at)

    def _background(self, channel: Channel, every_s: float) -> None:
        ts = self.start + self.rng.random() * every_s
        while ts < self.end:
            if self._home(ts) and self._active(channel, ts):
                self._exchange(channel, ts)
            ts += every_s * self.rng.uniform(0.92, 1.08)

    def _uses(self) -> None:
        use = self.device.use
        day = localtime.local(self.start).date()
        while use and localtime.at(day, 0) < self.end:
            mean = use.weekend if day.weekday() >= 5 else use.weekday
            for _ in range(poisson(self.rng, mean)):
                begin = localtime.at(day, self.rng.uniform(*use.hours))
                self._session(begin, self.rng.uniform(*use.minutes) * 60)
            for _ in range(poisson(self.rng, self.device.content)):
                self._visit(localtime.at(day, self.rng.uniform(9, 22)))
            day += timedelta(days=1)

    def _session(self, begin: float, length_s: float) -> None:
        if localtime.within(begin, self.holidays) or begin + length_s >= self.end or not self._home(begin):
            return
        for channel in self.device.channels:
            if not channel.per_use or not self._active(channel, begin):
                continue
            if channel.stream:
                if self.rng.random() < channel.per_use:
                    self._exchange(channel, begin + self.rng.uniform(5, 60), length_s)
                continue
            for _ in range(poisson(self.rng, channel.per_use)):
                self._exchange(channel, begin + self.rng.random() * length_s)

    def _visit(self, ts: float) -> None:
        """Write a visit to a place of the long tail: few are seen twice."""
        host = cloud.content_site(self.rng.randrange(CONTENT_SITES))
        if self._home(ts) and not localtime.within(ts, self.holidays):
            self._exchange(Channel(host, up=2_500, down=180_000), ts)

    def _update(self, event: Event, ts: float) -> None:
        """Write a firmware update: the question, the download, the restart with the new software."""
        download = Channel(event.host or "", up=event.down // 400, down=event.down)
        self._exchange(download, ts - DOWNLOAD_S - 40.0, DOWNLOAD_S)
        self._boot(ts)

    def _exchange(self, channel: Channel, ts: float, length_s: float | None = None) -> None:
        """Write one lookup and one connection; while the line is down, their retries."""
        age = max(0, int((self.end - ts) // DAY_S))
        host = cloud.written_out(channel.host, age, self.rng.randrange(1, 7))
        alias = cloud.written_out(channel.cdn, age, 1) if channel.cdn else None
        pick = self.rng.randrange(3)
        four = cloud.addresses(alias or host, age, pick)
        six = cloud.addresses6(alias or host, age, pick) if self.device.ipv6 else ()
        found = ((1, four), (28, six)) if self.device.ipv6 else ((1, four),)
        down = localtime.within(ts, self.outages)
        cnames = (alias,) if alias else ()
        traffic.write_lookup(
            self.ledger, self.device, ts, host, self._port(), found, cnames, answered=not down
        )
        use6 = bool(six) and self.rng.random() < 0.7
        ends = self._ends(channel, six[0] if use6 else four[0], use6)
        if not down:
            self._connect(channel, ts + 0.05, host, ends, length_s)
        elif self.rng.random() < 0.3 and ends.proto == "tcp":  # an address it still remembers
            traffic.write_unanswered(self.ledger, ends, ts + 16.0)

    def _ends(self, channel: Channel, address: str, use6: bool) -> Ends:
        proto = "udp" if channel.carrier in ("quic", "ntp") else "tcp"
        own = self.device.ipv6_address if use6 else self.device.ipv4
        return Ends(proto, own, self._port(), address, channel.port, self.device.mac)

    def _connect(self, channel: Channel, ts: float, host: str, ends: Ends, length_s: float | None) -> None:
        up, down = (int(size * self.rng.lognormvariate(0, SPREAD)) for size in (channel.up, channel.down))
        lasts = length_s if length_s is not None else self.rng.uniform(0.3, 4.0)
        device, version = self.device, self._version(ts)
        if channel.carrier == "ntp":
            traffic.write_ntp(self.ledger, device, ts, ends)
        elif channel.carrier == "http":
            traffic.write_http(self.ledger, device, ts, host, ends, lasts, up, down, channel.path,
                               channel.parameters, version)  # fmt: skip
        elif channel.carrier == "quic":
            traffic.write_quic(self.ledger, device, ts, host, ends, lasts, up, down)
        else:
            tls = device.tls[-1 if ts >= self.updated else 0]
            traffic.write_tls(self.ledger, device, tls, ts, host, ends, lasts, up, down)
