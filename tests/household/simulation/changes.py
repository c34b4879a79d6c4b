"""Changes that are news, put into a device's life: one function a kind, and what is true of it afterwards."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final, NamedTuple

from tests.household.simulation.channel import Channel, Device
from tests.household.simulation.world import DAY_S, World

EVER: Final = float("inf")
HOUR: Final = 3_600.0
FAR: Final = ("CN", "US", "SG", "IN", "BR", "AE")
PERIODS: Final = (HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR)
PERSONAL: Final = ("lat", "lon", "email", "childname", "birthday", "imei", "ssid", "voice", "contacts")


class Turn(NamedTuple):
    """A device's channels with a change in them, and what is to be found."""

    channels: tuple[Channel, ...]
    domain: str
    lines: tuple[tuple[str, float], ...]  # (kind, ts)
    watched: Channel | None  # the channel whose first exchange after `ts` is the first that can be seen
    further: tuple[str, ...] = ()  # other domains that this change touches


Maker = Callable[[random.Random, Device, World, float], Turn | None]


def _from(channel: Channel, ts: float) -> Channel:
    return channel._replace(spans=((ts, EVER),))


def _until(channel: Channel, ts: float) -> Channel:
    return channel._replace(spans=((-EVER, ts),))


def _swap(
    device: Device, old: Channel, new: Channel, ts: float, kind: str, domain: str | None = None
) -> Turn:
    """Return the turn in which `new` takes the place of `old`."""
    rest = tuple(it for it in device.channels if it is not old)
    after = _from(new, ts)
    return Turn((*rest, _until(old, ts), after), domain or old.domain, ((kind, ts),), after)


def _third(rng: random.Random, world: World, used: bool) -> Channel:
    """Return a channel to a company that is new in this home: by the clock, with use, or both."""
    kind = "tracker" if rng.random() < 0.25 else "company"
    organisation = world.found(kind, rng.choice(("DE", "IE", "GB", *FAR)), listed=rng.random() < 0.7)
    manner = rng.choice(("clock", "use", "both")) if used else "clock"
    return Channel(
        f"{rng.choice(('api', 'c', 'collect', 'sdk', 'in-{n}'))}.{organisation.domains[0]}",
        every_s=None if manner == "use" else rng.choice(PERIODS),
        per_use=0.0 if manner == "clock" else rng.uniform(0.8, 3.0),
        up=rng.randrange(500, 20_000),
        down=rng.randrange(200, 4_000),
        country=rng.choice(("DE", "IE", "US", "SG", "CN")),
        boot=rng.random() < 0.3,
    )


def _used(device: Device) -> bool:
    return bool(device.profile.who) and device.profile.weekday >= 0.5


def new_party(rng: random.Random, device: Device, world: World, ts: float) -> Turn | None:
    """A company that was never spoken to."""
    channel = _from(_third(rng, world, _used(device)), ts)
    return Turn((*device.channels, channel), channel.domain, (("new_party", ts),), channel)


def gone_party(rng: random.Random, device: Device, world: World, ts: float) -> Turn | None:
    """A company that is not spoken to any more, while the device goes on."""
    channel = _third(rng, world, _used(device))
    if device.profile.power == "use" or (channel.every_s or 0) > 8 * HOUR:
        channel = channel._replace(per_use=max(channel.per_use, 1.0), every_s=None)
        if not _used(device):
            return None
    return Turn((*device.channels, _until(channel, ts)), channel.domain, (("gone_party", ts),), None)


def returned_party(rng: random.Random, device: Device, world: World, ts: float) -> Turn | None:
    """A company that was gone for weeks, and is back."""
    left = ts - rng.uniform(18, 26) * DAY_S
    if left - device.begin < 12 * DAY_S or device.profile.power == "use":
        return None
    channel = _third(rng, world, False)._replace(every_s=rng.choice(PERIODS[:4]))
    channel = channel._replace(spans=((-EVER, left), (ts, EVER)))
    lines = (("gone_party", left), ("returned_party", ts))
    return Turn((*device.channels, channel), channel.domain, lines, channel)


def new_country(rng: random.Random, device: Device, world: World, ts: float) -> Turn | None:
    """The same names, served from another country for good."""
    domain = device.maker
    moving = [it for it in device.channels if it.domain == domain and it.carrier != "ntp"]
    known = {country for it in moving for country in (it.country, *it.abroad)}
    country = rng.choice([it for it in FAR if it not in known])
    rest = tuple(it for it in device.channels if it not in moving)
    after = tuple(_from(it._replace(country=country, abroad=(), flap=0.0), ts) for it in moving)
    watched = min(after, key=lambda it: it.every_s or EVER)
    return Turn((*rest, *(_until(it, ts) for it in moving), *after), domain, (("new_country", ts),), watched)


def _pick(rng: random.Random, device: Device) -> Channel | None:
    """Return a channel that speaks often enough to be compared, of the maker or of a company."""
    fit = [
        it
        for it in device.channels
        if it.carrier == "tls"
        and not it.stream
        and not it.held
        and not it.hours
        and it.domain.endswith(".example")
        and ((it.every_s and it.every_s <= 8 * HOUR) or (it.per_use >= 1 and _used(device)))
    ]
    return rng.choice(fit) if fit else None


def _rate(kind: str, *, more: bool) -> Maker:
    def make(rng: random.Random, device: Device, world: World, ts: float) -> Turn | None:
        old = _pick(rng, device)
        if old is None or (not more and old.every_s is not None and old.every_s > 4 * HOUR):
            return None
        times = 2 * 4 ** rng.random()
        factor = times if more else 1 / times
        every = old.every_s / factor if old.every_s else None
        if every is not None and every < 300:
            return None
        return _swap(device, old, old._replace(every_s=every, per_use=old.per_use * factor), ts, kind)

    return make


def _size(kind: str, *, more: bool) -> Maker:
    def make(rng: random.Random, device: Device, world: World, ts: float) -> Turn | None:
        old = _pick(rng, device)
        if old is None:
            return None
        up = (old.up + 647) * 2.5 * 4 ** rng.random()
        before, after = (old, old._replace(up=int(up))) if more else (old._replace(up=int(up)), old)
        return _swap(device, old, after, ts, kind)._replace(
            channels=(*(it for it in device.channels if it is not old), _until(before, ts), _from(after, ts)),
            watched=_from(after, ts),
        )

    return make


def always_on(rng: random.Random, device: Device, world: World, ts: float) -> Turn | None:
    """A party that was spoken to in use only is now spoken to around the clock."""
    fit = [
        it
        for it in device.channels
        if it.per_use >= 0.5
        and not it.every_s
        and not it.stream
        and it.carrier == "tls"
        and it.domain == device.maker
    ]
    if not fit or device.profile.portable:
        return None
    old = rng.choice(fit)
    constant = old._replace(every_s=rng.uniform(900, 3_600), per_use=0.0, awake=True, boot=False)
    constant = _from(constant._replace(up=min(old.up, 6_000), down=min(old.down, 3_000)), ts)
    return Turn((*device.channels, constant), old.domain, (("always_on", ts),), constant)


def active_at_night(rng: random.Random, device: Device, world: World, ts: float) -> Turn | None:
    """A channel that kept quiet at night does not any more."""
    if device.profile.portable or device.profile.power == "use":
        return None
    fit = [
        it
        for it in device.channels
        if it.every_s
        and it.every_s <= 4 * HOUR
        and it.domain == device.maker
        and not it.held
        and it.carrier == "tls"
    ]
    if not fit:
        return None
    old = rng.choice(fit)
    day = old._replace(hours=(7.0, 20.0), every_s=min(old.every_s or HOUR, 2 * HOUR), boot=False)
    turn = _swap(device, old, day._replace(hours=None, awake=True), ts, "active_at_night")
    rest = tuple(it for it in device.channels if it is not old)
    return turn._replace(channels=(*rest, _until(day, ts), turn.channels[-1]))


def _encryption(kind: str, *, lost: bool) -> Maker:
    def make(rng: random.Random, device: Device, world: World, ts: float) -> Turn | None:
        old = _pick(rng, device)
        if old is None:
            return None
        readable = old._replace(carrier="http", port=80, path="/v1/report", parameters=("id",), alias=None)
        before, after = (old, readable) if lost else (readable, old)
        turn = _swap(device, old, after, ts, kind)
        rest = tuple(it for it in device.channels if it is not old)
        return turn._replace(channels=(*rest, _until(before, ts), turn.channels[-1]))

    return make


def new_port(rng: random.Random, device: Device, world: World, ts: float) -> Turn | None:
    """A service of a known party that was not used before."""
    old = _pick(rng, device)
    if old is None:
        return None
    more = _from(
        old._replace(
            port=rng.choice((8_883, 5_223, 9_443, 4_433)), every_s=rng.choice(PERIODS[:4]), boot=False
        ),
        ts,
    )
    return Turn((*device.channels, more), old.domain, (("new_port", ts),), more)


def new_data(rng: random.Random, device: Device, world: World, ts: float) -> Turn | None:
    """A readable request tells more than before."""
    fit = [it for it in device.channels if it.carrier == "http" and it.domain == device.maker]
    if not fit:
        return None
    old = fit[0]
    more = tuple(rng.sample(PERSONAL, rng.randrange(1, 4)))
    return _swap(device, old, old._replace(parameters=(*old.parameters, *more)), ts, "new_data")


def name_hidden(rng: random.Random, device: Device, world: World, ts: float) -> Turn | None:
    """A name that could be seen is asked for over HTTPS and hidden in the handshake."""
    old = _pick(rng, device)
    if old is None:
        return None
    turn = _swap(device, old, old._replace(hidden=True), ts, "name_hidden")
    return turn._replace(further=("cloudflare-ech.com", "cloudflare-dns.com"))


KINDS: Final[dict[str, Maker]] = {
    "new_party": new_party,
    "gone_party": gone_party,
    "returned_party": returned_party,
    "new_country": new_country,
    "more_often": _rate("more_often", more=True),
    "less_often": _rate("less_often", more=False),
    "bigger": _size("bigger", more=True),
    "smaller": _size("smaller", more=False),
    "always_on": always_on,
    "active_at_night": active_at_night,
    "encryption_lost": _encryption("encryption_lost", lost=True),
    "encryption_gained": _encryption("encryption_gained", lost=False),
    "new_port": new_port,
    "new_data": new_data,
    "name_hidden": name_hidden,
}
"""Every kind of change that is put into homes, in the order of docs/simulator.md."""

WEIGHTS: Final = {"new_party": 5.0, "gone_party": 2.0, "encryption_lost": 2.0}
"""New parties are what the product is for: they come oftener than the rest (weight 1)."""
