"""Two shapes of life. The numbers by which a home is made, so that nothing is fitted to one of them."""

from __future__ import annotations

from typing import Final, NamedTuple


class Shape(NamedTuple):
    """The distributions behind a home. Rates of drift are per 30 days at drift 1."""

    name: str
    gaps: str  # between background exchanges: "clockwork" (period ± 8 %), "drifting" or "gamma"
    burst: float  # share of background exchanges that come as several
    sigma: float  # of the log-normal spread of sizes
    tail: float  # share of sizes with a Pareto tail on top
    moods: float  # shape of the gamma spread of a day's play: small is bursty
    sites: int  # places of the long tail
    zipf: float  # how evenly they are visited: small is heavier
    visits: float  # times a profile's visits a day
    numbers: int  # most numbers of a numbered host
    hash_days: int  # life of a CDN label
    rotate_days: float  # life of a set of addresses
    pool: int  # addresses of one host at a time
    flaps: float  # most of the share of connections that a shared service serves from abroad
    bare: float  # share of devices with a peer reached by its address alone
    caches: float  # share of devices that remember answers of the name service
    restarts: float
    power_cuts: float
    outages: float
    gaps_seen: float  # capture gaps
    clock_jumps: float  # share of capture gaps after which the clock was behind for a while
    absences: float
    guests: float
    habits: float  # changed habits, per device
    null_updates: float  # per device
    migrations: float  # per device
    newcomers: float  # devices that come new into the home


PLAIN: Final = Shape(
    name="plain",
    gaps="clockwork",
    burst=0.0,
    sigma=0.25,
    tail=0.0,
    moods=3.0,
    sites=900,
    zipf=1.05,
    visits=1.0,
    numbers=8,
    hash_days=21,
    rotate_days=3.0,
    pool=4,
    flaps=0.1,
    bare=0.05,
    caches=0.4,
    restarts=1.0,
    power_cuts=0.15,
    outages=0.8,
    gaps_seen=0.5,
    clock_jumps=0.4,
    absences=0.3,
    guests=0.6,
    habits=0.35,
    null_updates=0.5,
    migrations=0.08,
    newcomers=0.25,
)
HARSH: Final = Shape(
    name="harsh",
    gaps="gamma",
    burst=0.15,
    sigma=0.7,
    tail=0.04,
    moods=1.0,
    sites=6_000,
    zipf=0.85,
    visits=2.0,
    numbers=400,
    hash_days=6,
    rotate_days=0.5,
    pool=12,
    flaps=0.25,
    bare=0.25,
    caches=0.7,
    restarts=4.0,
    power_cuts=0.5,
    outages=2.0,
    gaps_seen=1.5,
    clock_jumps=0.5,
    absences=0.5,
    guests=1.2,
    habits=0.8,
    null_updates=0.8,
    migrations=0.15,
    newcomers=0.4,
)
SHAPES: Final = {shape.name: shape for shape in (PLAIN, HARSH)}
