"""A scripted home: small functions that write months of contacts and records as a device would cause them."""

import random
from collections.abc import Iterable, Iterator
from itertools import groupby

from appliance.behaviour.behaviour import Behaviour
from appliance.behaviour.facts import Change, Contact, Update
from sensor.records import DhcpRequest, DnsQuery, HttpRequest, Loss, Record

START = 1_767_225_600.0  # 2026-01-01 00:00 UTC, a Thursday
HOUR = 3_600.0
DAY = 86_400.0
BEAR = "d-00000001"

Event = tuple[str, Contact | Record]


def at(day: float, hour: float = 0.0) -> float:
    return START + day * DAY + hour * HOUR


def contact(ts: float, domain: str, **changed) -> Contact:
    fields = {
        "until": ts + 2.0,
        "device": BEAR,
        "host": f"api.{domain}",
        "organisation": domain.split(".", maxsplit=1)[0].title(),
        "role": "first",
        "purpose": None,
        "organisation_country": "DE",
        "server_country": "DE",
        "outcome": "named",
        "proto": "tcp",
        "port": 443,
        "bytes_up": 1_500,
        "bytes_down": 4_000,
        "payload_up": 900,
        "encrypted": True,
        "uid": f"C{int(ts * 10):x}{domain[:4]}",
        "user_agent": None,
        "reason": "its maker",
        **changed,
    }
    return Contact(ts=ts, domain=domain, **fields)


def daily(days: Iterable[int], hours: Iterable[float], domain: str, **changed) -> list[Contact]:
    """A party met at fixed hours of each day."""
    return [contact(at(day, hour), domain, **changed) for day in days for hour in hours]


def heartbeat(days: Iterable[int], **changed) -> list[Contact]:
    """The toy's own cloud, every hour of the day."""
    return daily(days, [hour + 0.1 for hour in range(24)], "toy.example", **changed)


def play(days: Iterable[int], seed: int = 1, domain: str = "toy.example", **changed) -> list[Contact]:
    """Sessions of use: one to three a day, some days none, each a burst of larger uploads."""
    dice = random.Random(seed)
    found = []
    for day in days:
        for _ in range(dice.choice([0, 1, 1, 2, 3])):
            begin = dice.uniform(8, 18)
            for step in range(dice.randint(2, 9)):
                size = int(dice.lognormvariate(9.5, 0.5))
                found.append(
                    contact(
                        at(day, begin + step / 12),
                        domain,
                        **{"host": f"voice.{domain}", "bytes_up": size, "payload_up": size, **changed},
                    )
                )
    return found


def quiet_toy(days: Iterable[int], seed: int = 1) -> list[Contact]:
    days = list(days)
    time = daily(
        days, [3.5], "ntp.org", role="support", purpose="time", proto="udp", port=123, encrypted=None
    )
    return heartbeat(days) + play(days, seed) + time


def boot(
    ts: float, names: Iterable[str] = ("api.toy.example", "voice.toy.example", "pool.ntp.org")
) -> list[Record]:
    """The device joins the network and asks for its names."""
    mac, address = "02:00:00:00:00:01", "192.168.7.20"
    parameters = (1, 3, 6, 12, 15, 28, 42)
    request = [
        DhcpRequest(ts + step, mac, kind, None, address, "bear", None, "udhcp 1.24.1", None, parameters)
        for step, kind in enumerate((1, 3))
    ]
    asked = [
        DnsQuery(ts + 4 + step, f"Q{step}", mac, address, "192.168.7.1", "udp", name, 1)
        for step, name in enumerate(names)
    ]
    return [*request, *asked]


def agent(ts: float, text: str, host: str = "api.toy.example", path: str = "/hello") -> HttpRequest:
    return HttpRequest(
        ts, f"H{int(ts)}", "02:00:00:00:00:01", "192.168.7.20", 40_000, "203.0.113.9", 80,
        "GET", host, path, (), text, None, None, ("host", "user-agent"),
    )  # fmt: skip


def gap(start: float, end: float) -> Loss:
    return Loss(start, end, "gap", 0, "the sensor was off")


def live(*parts: Iterable[Contact | Record], behaviour: Behaviour | None = None) -> list[Update | Change]:
    """Let the home live through everything in time order; return every fact told.

    Of a home of its own the sightings are taken each day, as they are stored; else they wait for the caller.
    """
    events = sorted((event for part in parts for event in part), key=lambda event: event.ts)
    if behaviour is not None:
        return list(steps(behaviour, events))
    behaviour, facts = Behaviour(), []
    for _, of_day in groupby(events, key=lambda event: event.ts // DAY):
        facts += steps(behaviour, of_day)
        behaviour.sightings()
    return facts


def steps(behaviour: Behaviour, events: Iterable[Contact | Record]) -> Iterator[Update | Change]:
    for event in events:
        if isinstance(event, Contact):
            yield from behaviour.meet(event)
        elif isinstance(event, Loss):
            behaviour.note_loss(event)
        else:
            yield from behaviour.observe(BEAR, event)


def told(facts: Iterable[Update | Change]) -> list[tuple]:
    """What was told, shortly: (kind, domain, certainty) of changes, (certainty,) of updates, in order."""
    return [(f.kind, f.domain, f.certainty) if isinstance(f, Change) else (f.certainty,) for f in facts]
