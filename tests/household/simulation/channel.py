"""What simulated devices are made of: channels, and the devices that have them."""

from __future__ import annotations

from typing import NamedTuple

FOR_EVER = ((float("-inf"), float("inf")),)


class Channel(NamedTuple):
    """One thing a device does on the network, again and again."""

    host: str  # as asked for; {n} a number, {hash} a CDN label, {day} a label of the day, "" none: an address
    carrier: str = "tls"  # "tls", "quic", "http", "ntp"
    every_s: float | None = None  # period in the background; None: only in use
    per_use: float = 0.0  # mean exchanges in one session of use
    up: int = 900  # payload bytes above TLS or HTTP
    down: int = 2_500
    stream: bool = False  # one flow as long as the session
    held: bool = False  # one connection held open, with keep-alives
    boot: bool = False  # asked for after each start
    port: int = 443
    path: str = "/"  # http only
    parameters: tuple[str, ...] = ()  # http only
    alias: str | None = None  # what the name is an alias of
    country: str = "DE"  # where its servers are
    abroad: tuple[str, ...] = ()  # where a name service sends some connections
    flap: float = 0.0  # share of those
    hours: tuple[float, float] | None = None  # background only in these hours of local time
    awake: bool = False  # keeps the device from sleep: runs also while it is switched to standby
    hidden: bool = False  # the name is encrypted (ECH) and asked for over HTTPS
    spans: tuple[tuple[float, float], ...] = FOR_EVER  # (from, until) in which the channel exists

    @property
    def domain(self) -> str:
        """Return the registrable domain of its host (none here has more than two labels)."""
        return domain_of(self.host)

    def lives(self, ts: float) -> bool:
        """Return whether the channel exists at `ts`."""
        for begin, until in self.spans:  # noqa: SIM110 - asked for every exchange: any() costs thrice
            if begin <= ts < until:
                return True
        return False


class Profile(NamedTuple):
    """A kind of device: what it is, who uses it when, and what it does. {maker} in a host is its maker."""

    key: str
    who: str  # "child", "adult", "all"; "" for a device that nobody uses
    power: str  # "always", "waking" (off at night), "use" (on only in use), "away" (out on workdays)
    weekday: float  # sessions a day
    weekend: float
    minutes: tuple[int, int]
    channels: tuple[Channel, ...]
    visits: float = 0.0  # visits a day to places of the long tail
    portable: bool = False  # leaves with its people
    speaks: bool = True  # names its maker and version by mDNS


class Update(NamedTuple):
    """New software, with the cues that show it. A cue that is False does not show."""

    ts: float
    host: str
    down: int  # payload bytes; 0: no download to be seen
    version: bool
    handshake: bool


class Device(NamedTuple):
    """One device of a simulated home."""

    key: str
    profile: Profile
    mac: str
    ipv4: str
    maker: str  # domain
    maker_name: str
    channels: tuple[Channel, ...]
    begin: float  # first and last time it is in the home
    until: float
    caches: bool  # remembers answers of the name service
    updates: tuple[Update, ...] = ()
    restarts: tuple[float, ...] = ()
    habits: tuple[tuple[float, float], ...] = ()  # (from, times as much use)
    guest: bool = False


def domain_of(host: str) -> str:
    """Return the registrable domain of a host, for the two-label domains that homes are made of."""
    return ".".join(host.rsplit(".", 2)[-2:])
