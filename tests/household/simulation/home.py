"""A simulated home: built from a seed, lived as records, with the truth about it."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sensor.records import FlowRecord, Loss, Record
from tests.household.simulation import changes
from tests.household.simulation.channel import Channel, Device, Profile, Update
from tests.household.simulation.drift import Drift, House
from tests.household.simulation.emit import Identity
from tests.household.simulation.family import DAY_S, Family, raise_family
from tests.household.simulation.hello import drawn
from tests.household.simulation.life import Around, Life
from tests.household.simulation.profiles import GUESTS, OTHERS, TOYS
from tests.household.simulation.shape import SHAPES, Shape
from tests.household.simulation.world import Countries, World

DAYS: Final = 60
LAST_END: Final = datetime(2026, 11, 22, 18, 0, tzinfo=UTC).timestamp()
"""Homes end here or up to a year before: in some the clocks change, in others not."""

TURNING: Final = 0.012
"""Changes a device and day: about one device in two has one in 60 days."""

VISIBLE: Final = 0.6
"""Share of changes that come with an update one can see."""

LEARNT_DAYS, LEFT_DAYS = 16.0, 11.0
"""A change lies at least so many days after the begin and before the end (less in short runs)."""

NEAR: Final = ("DE", "IE", "NL", "FR", "US")
RADIO_CHIPS: Final = ("fc:f5:c4", "24:0a:c4", "a4:cf:12", "84:f3:eb")
"""Address blocks of Espressif, the Wi-Fi chip of many toys: says nothing of the maker."""

BEHIND_S: Final = 240.0
"""How long after a start without network time the clock is behind."""


class Home(NamedTuple):
    """One simulated home."""

    seed: int
    shape: Shape
    start: float
    end: float
    drift: float
    devices: tuple[Device, ...]
    family: Family
    house: House
    world: World
    truth: tuple[dict[str, Any], ...]  # without what only living tells: see `live`
    watched: dict[int, tuple[str, Channel, float]]  # truth line → (device, channel, begin of its span)


Row = tuple[float, Record]
"""A record and when a sensor emits it."""


class Lived(NamedTuple):
    """What a home's months leave behind."""

    records: list[Record]
    truth: tuple[dict[str, Any], ...]
    countries: Countries


def build(
    seed: int, drift: float = 1.0, days: int = DAYS, shape: str = "plain", more: tuple[Profile, ...] = ()
) -> Home:
    """Return a home; `drift` scales how much happens in it that is no news, `more` adds kinds of devices."""
    rng = random.Random(f"home|{seed}|{shape}")
    end = LAST_END - rng.randrange(365) * DAY_S
    start = end - days * DAY_S
    builder = _Builder(rng, SHAPES[shape], World(seed, SHAPES[shape]), drift, start, end)
    devices = builder.devices(more)
    family = raise_family(rng, builder.shape, drift, start, end)
    return Home(
        seed,
        builder.shape,
        start,
        end,
        drift,
        devices,
        family,
        builder.house,
        builder.world,
        tuple(builder.truth),
        builder.watched,
    )


class _Builder:
    """Draws the devices of a home, and what happens to them."""

    def __init__(
        self, rng: random.Random, shape: Shape, world: World, drift: float, start: float, end: float
    ) -> None:
        self.rng, self.shape, self.world = rng, shape, world
        self.start, self.end, self.strength = start, end, drift
        self.drift = Drift(rng, shape, drift, start, end)
        self.house = self.drift.house()
        self.truth: list[dict[str, Any]] = []
        self.watched: dict[int, tuple[str, Channel, float]] = {}

    def devices(self, more: tuple[Profile, ...]) -> tuple[Device, ...]:
        """Return 5 to 12 devices, with at least two toys among them, and the guests'."""
        rng = self.rng
        count = rng.randrange(5, 13)
        toys = rng.sample(TOYS, 2)
        rest = rng.sample((*TOYS, *OTHERS, *more), count - 2)
        found = [self._device(number, profile) for number, profile in enumerate((*toys, *rest))]
        for ts in self.drift.times(self.shape.guests):
            guest = self._new(len(found), rng.choice(GUESTS), ts, ts + rng.uniform(0.1, 3) * DAY_S)
            found.append(guest._replace(guest=True))
        return tuple(found)

    def _device(self, number: int, profile: Profile) -> Device:
        """Return a device that lives here, with its drift, its updates and perhaps a change."""
        newcomer = self.drift.times(self.shape.newcomers / 8)
        begin = newcomer[0] if newcomer else self.start
        device = self._new(number, profile, begin, self.end)
        device, moved = self.drift.of_device(device, self.world, self.house)
        if moved is not None:
            self._tell(device, "migration", None, moved, None, news=False)
        updates = [it for it in self.drift.null_updates(device) if it.ts > begin + DAY_S]
        for update in updates:
            self._tell(device, "nothing_changed", None, update.ts, update.ts, news=False)
        device, turned = self._turned(device)
        return device._replace(updates=tuple(sorted((*updates, *turned))))

    def _new(self, number: int, profile: Profile, begin: float, until: float) -> Device:
        rng = self.rng
        maker = self.world.found("maker", rng.choice((*NEAR, "CN", "KR")))
        country = rng.choice(NEAR)
        channels = []
        for channel in profile.channels:
            shared = channel.alias is not None or not channel.host.endswith("{maker}")
            channels.append(
                channel._replace(
                    host=channel.host.replace("{maker}", maker.domains[0]),
                    country=country,
                    abroad=tuple(rng.sample(("US", "NL", "SE", "GB", "SG", "IE"), 2)),
                    flap=rng.uniform(0, self.shape.flaps) * min(1.0, self.strength)
                    if shared or rng.random() < 0.3
                    else 0.0,
                )
            )
        if rng.random() < self.shape.bare:
            channels.append(
                Channel(
                    "",
                    every_s=rng.uniform(1, 8) * 3_600,
                    up=300,
                    down=200,
                    port=5_683,
                    alias="rack.rentedracks.example",
                    country=country,
                )
            )
        mac = f"{rng.choice(RADIO_CHIPS)}:{rng.randrange(256):02x}:{rng.randrange(256):02x}:{number:02x}"
        return Device(
            f"{profile.key}{number}",
            profile,
            mac,
            f"192.168.77.{21 + number}",
            maker.domains[0],
            maker.name,
            tuple(channels),
            begin,
            until,
            rng.random() < self.shape.caches,
        )

    def _turned(self, device: Device) -> tuple[Device, tuple[Update, ...]]:
        """Return the device with a change in its life, and the update that comes with it, if one does."""
        rng = self.rng
        days = (device.until - device.begin) / DAY_S
        if rng.random() > TURNING * days or days < 6:
            return device, ()
        low = min(LEARNT_DAYS, days / 2)
        ts = device.begin + rng.uniform(low, max(low, days - min(LEFT_DAYS, days / 4))) * DAY_S
        kinds = list(changes.KINDS)
        turn = None
        while turn is None:
            kind = rng.choices(kinds, [changes.WEIGHTS.get(it, 1.0) for it in kinds])[0]
            turn = changes.KINDS[kind](rng, device, self.world, ts)
        updates = ()
        if rng.random() < VISIBLE:
            updates = (
                Update(
                    ts - rng.uniform(1, 300),
                    f"firmware.{device.maker}",
                    rng.randrange(3, 60) * 1_000_000,
                    rng.random() < 0.7,
                    rng.random() < 0.3,
                ),
            )
        for kind, at in turn.lines:
            update = updates[0].ts if updates and at == ts else None
            line = self._tell(
                device, kind, turn.domain, at, update, news=True, further=turn.further,
                detail=_detail(turn.channels, at),
            )  # fmt: skip
            if turn.watched is not None and at == ts:
                self.watched[line] = (device.key, turn.watched, ts)
        return device._replace(channels=turn.channels), updates

    def _tell(
        self,
        device: Device,
        kind: str,
        domain: str | None,
        ts: float,
        update: float | None,
        *,
        news: bool,
        further: tuple[str, ...] = (),
        detail: str = "",
    ) -> int:
        """Add a line of truth and return its place."""
        domains = [domain, *further] if domain else []
        self.truth.append(
            {
                "device": device.key,
                "mac": device.mac,
                "kind": kind,
                "domain": domain,
                "domains": domains,
                "ts": round(ts, 3),
                "update": update and round(update, 3),
                "news": news,
                "detail": detail,
            }
        )
        return len(self.truth) - 1


def _detail(channels: tuple[Channel, ...], ts: float) -> str:
    """Return what ends and what begins at `ts`, in words for whoever looks for a reason."""
    ends = [it for it in channels if any(until == ts for _, until in it.spans)]
    begins = [it for it in channels if any(begin == ts for begin, _ in it.spans)]
    said = [f"until then {_words(it)}" for it in ends] + [f"from then {_words(it)}" for it in begins]
    return "; ".join(said)


def _words(it: Channel) -> str:
    parts = [f"{it.carrier} {it.host}:{it.port}", f"up {it.up}"]
    if it.every_s:
        parts.append(f"every {it.every_s / 3_600:.2g} h")
    if it.per_use:
        parts.append(f"{it.per_use:.2g} a use")
    return ", ".join(parts)


def live(home: Home, only: str | None = None) -> Lived:
    """Return the records of a home's months in the order a sensor emits them, and the whole truth.

    `only` names the one device that is to live, for tests that look at one.
    """
    tail = home.drift
    around = Around(home.family, home.world, home.shape, home.end, home.house.outages, tail)
    rows: list[Row] = []
    met: dict[tuple[str, Channel, float], list[float]] = {}
    for device in home.devices:
        if only not in (None, device.key):
            continue
        life = Life(device, identity(device), around, f"{home.seed}|{home.shape.name}|{device.key}")
        rows += life.live()
        met |= {(device.key, *key): times for key, times in life.met.items()}
    rows = [row for row in rows if row[0] < home.end and row[1].ts >= home.start]
    rows = _captured(rows, home.house)
    rows.sort(key=itemgetter(0))
    return Lived([record for _, record in rows], _seen(home, met), home.world.countries())


def identity(device: Device) -> Identity:
    """Return how a device introduces itself."""
    rng = random.Random(f"identity|{device.mac}")
    name = device.maker_name.replace(" ", "")
    clients = drawn(rng), drawn(rng)
    return Identity(
        device.mac,
        device.ipv4,
        f"{name}-{device.mac[-5:].replace(':', '')}",
        name.lower(),
        tuple(rng.sample(range(1, 120), 6)),
        device.maker_name if device.profile.speaks else None,
        f"_{name.lower()}._tcp.local",
        clients,
    )


def _captured(rows: list[Row], house: House) -> list[Row]:
    """Return what a sensor with its faults saw: nothing in gaps, former times while its clock was behind."""
    for (begin, until), behind in zip(house.gaps, house.behind, strict=True):
        rows = [row for row in rows if row[1].ts >= until or _last(row[1]) < begin]
        rows.append((until, Loss(round(begin, 6), round(until, 6), "gap", 0, "the gateway was unplugged")))
        if behind:
            rows = [
                _moved(row, begin - until) if until <= row[1].ts < until + BEHIND_S else row for row in rows
            ]
            late, detail = until + BEHIND_S, f"the clock was {until - begin:.0f} s behind"
            rows.append((late, Loss(round(begin, 6), round(late, 6), "clock", 0, detail)))
    return rows


def _last(record: Record) -> float:
    return record.ts + record.duration_s if isinstance(record, FlowRecord) else record.ts


def _moved(row: Row, by_s: float) -> Row:
    return row[0], row[1]._replace(ts=round(row[1].ts + by_s, 6))


def _seen(home: Home, met: dict[tuple[str, Channel, float], list[float]]) -> tuple[dict[str, Any], ...]:
    """Return the truth with `first` and `second`: when a change showed, and again after five minutes."""
    lines = []
    for number, line in enumerate(home.truth):
        times = sorted(met.get(home.watched[number], [])) if number in home.watched else []
        first = times[0] if times else None
        second = next((ts for ts in times if first is not None and ts >= first + 300), None)
        lines.append({**line, "first": first and round(first, 3), "second": second and round(second, 3)})
    return tuple(lines)
