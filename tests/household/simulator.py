"""Simulated homes: seeded, varied devices with benign drift, and changes of known kinds put into them.

Written without knowledge of any detector. `python -m tests.household.simulator OUT --seed N` writes
`OUT/records.jsonl`, `OUT/truth.jsonl` (one line per update and change) and `OUT/parties.csv`.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from pathlib import Path
from typing import Any, Final, NamedTuple

from sensor.records import Record, to_json
from tests.household import localtime
from tests.household.generate import DAYS, END, live
from tests.household.home import CAMERA, LAPTOP, SPEAKER, TABLET, TV, Channel, Device, Event, Service, Use
from tests.household.home import DOLL as _TOY
from tests.household.life import DAY_S, poisson

WORDS: Final = tuple(
    [
        "alder",
        "brisk",
        "comet",
        "dapple",
        "eider",
        "finch",
        "glade",
        "hazel",
        "ibex",
        "jolly",
        "koala",
        "lumen",
        "maple",
        "nimbus",
        "otter",
        "pebble",
        "quill",
        "robin",
        "sable",
        "tulip",
    ]
)
PARTY_COLUMNS: Final = tuple(
    [
        "organisation",
        "group",
        "kind",
        "country",
        "purpose",
        "aliases",
        "domains",
        "platforms",
        "source",
        "date",
    ]
)
COUNTRIES: Final = ("FR", "DE", "US", "CN", "SG", "GB")
CHANGES: Final = (
    "new_party", "gone_party", "more_often", "less_often", "bigger", "smaller", "encryption_lost",
    "encryption_gained", "new_port", "always_on",
)  # fmt: skip
"""Kinds of change put into a home."""

BENIGN: Final = ("nothing_changed", "migration")
"""Turns that are no news: an update that changes nothing, a maker moving to another domain of its own."""

TURN_DAYS: Final = (10, 22)
"""A turn lies this many days before the end: both sides are watched long enough to compare."""

TURNING: Final = 0.6
"""Share of devices with a turn."""

VISIBLE: Final = 0.7
"""Share of turns that come with an update one can see."""

DEVICES_PER_HOME: Final = 8


class Home(NamedTuple):
    """One simulated home: `parties` are rows (domain, organisation, country, kind: "maker" or "company")."""

    devices: tuple[Device, ...]
    story: tuple[Event, ...]
    truth: tuple[dict[str, Any], ...]
    parties: tuple[tuple[str, str, str, str], ...]


def build(seed: int, drift: float = 1.0, days: int = DAYS, end: float = END) -> Home:
    """Return a home; `drift` scales how much happens in it that is no news."""
    rng = random.Random(f"home|{seed}")
    devices, story, truth = [], list(_house_events(rng, drift, days)), []
    parties: dict[str, tuple[str, str, str, str]] = {}
    for number in range(DEVICES_PER_HOME):
        device, maker = _device(rng, number, drift)
        parties[maker] = (maker, maker.split(".")[0].title(), rng.choice(COUNTRIES), "maker")
        for _ in range(poisson(rng, 1.5 * drift)):
            story.append(Event("restart", rng.randrange(1, days), rng.uniform(0, 24), device=device.key))
        if rng.random() < TURNING:
            device, event, lines = _turn(rng, device, maker, parties, end)
            story.append(event)
            truth += lines
        devices.append(device)
    return Home(tuple(devices), tuple(story), tuple(truth), tuple(parties.values()))


def records(home: Home, seed: int, days: int = DAYS, end: float = END) -> list[Record]:
    """Return a home's months as record lines."""
    return live(home.devices, home.story, f"home|{seed}", end - days * DAY_S, end)


def _house_events(rng: random.Random, drift: float, days: int) -> list[Event]:
    """Return outages, absences and gaps of the whole house."""
    found = []
    for kind, mean, span in (("isp_outage", 1.2, (600, 14_400)), ("capture_gap", 0.6, (300, 7_200)),
                             ("holiday", 0.7, (86_400, 9 * 86_400))):  # fmt: skip
        for _ in range(poisson(rng, mean * drift)):
            found.append(Event(kind, rng.randrange(2, days), rng.uniform(6, 22), rng.uniform(*span)))
    return found


def _device(rng: random.Random, number: int, drift: float) -> tuple[Device, str]:
    """Return a device of some sort with hosts of its own maker, and that maker's domain."""
    pattern = rng.choice((_TOY, _TOY, _TOY, CAMERA, SPEAKER, TV, TABLET, LAPTOP))
    maker = f"{rng.choice(WORDS)}-{rng.choice(WORDS)}{number}.example"
    key = f"{pattern.key}{number}"
    mac = f"{pattern.mac[:8]}:{rng.randrange(256):02x}:{rng.randrange(256):02x}:{number:02x}"
    channels = [
        Channel(f"api.{maker}", every_s=rng.uniform(1_800, 14_400), per_use=rng.uniform(0.5, 4), boot=True,
                up=rng.randrange(500, 8_000), down=rng.randrange(500, 20_000)),
        Channel(f"t{{n}}.{maker}", every_s=rng.uniform(3_600, 21_600), up=rng.randrange(500, 6_000),
                down=300),
        Channel(f"img.{maker}", per_use=rng.uniform(0.5, 3), down=150_000, cdn="{hash}.cloudfront.net"),
        Channel("pool.ntp.org", "ntp", every_s=43_200, boot=True, port=123),
    ]  # fmt: skip
    if rng.random() < 0.5:
        host = f"{rng.choice(WORDS)}.iot.eu-west-1.amazonaws.com"
        channels.append(Channel(host, every_s=rng.uniform(3_600, 10_800), up=700, down=500, boot=True))
    services = tuple(Service(service.service, f"{service.instance} {number}", service.port,
                             (("fw", "{version}"),)) for service in pattern.services)  # fmt: skip
    device = pattern._replace(
        key=key, name=key, mac=mac, ipv4=f"192.168.77.{21 + number}",
        hostname=f"{pattern.hostname}-{mac[-2:]}",
        channels=tuple(channels), services=services, versions=("1.4.2", "1.5.0"),
        content=pattern.content * drift,
        use=Use(rng.uniform(0.5, 2), rng.uniform(1, 3), (8, 20), (10, 50)),
        user_agent=f"{key}/{{version}}", tls=(pattern.tls[-1],),
    )  # fmt: skip
    return device, maker


def _turn(
    rng: random.Random, device: Device, maker: str, parties: dict[str, tuple[str, str, str, str]], end: float
) -> tuple[Device, Event, list[dict[str, Any]]]:
    """Return the device with a turn in its life, the event of it, and the lines of truth."""
    kind = rng.choice(CHANGES) if rng.random() < 0.75 else rng.choice(BENIGN)
    visible = kind == "nothing_changed" or rng.random() < VISIBLE
    event = Event(
        "update" if visible else "silent", rng.randrange(*TURN_DAYS), rng.uniform(9, 21), device=device.key,
        host=f"firmware.{maker}", down=rng.randrange(3, 40) * 1_000_000,
    )  # fmt: skip
    other = f"{rng.choice(WORDS)}-{rng.choice(WORDS)}-third.example"
    channels, domain = _changed(rng, device.channels, kind, maker, other)
    if kind in ("new_party", "gone_party"):
        parties[other] = (other, other.split(".", maxsplit=1)[0].title(), rng.choice(COUNTRIES), "company")
    if kind == "migration":
        parties[domain] = (domain, maker.split(".", maxsplit=1)[0].title(), parties[maker][2], "maker")
    ts = localtime.event_ts(event, end)
    # The maker's update host is asked now and then, so that an update is no new party by itself.
    channels += (Channel(f"firmware.{maker}", every_s=86_400, up=300, down=400, boot=True),)
    common = {"device": device.key, "mac": device.mac, "ts": round(ts, 3)}
    lines = [{**common, "kind": "update", "domain": None, "news": False}] if visible else []
    news = kind in CHANGES
    lines.append(
        {**common, "kind": kind, "domain": domain if news else None, "news": news, "update": visible}
    )
    return device._replace(channels=channels), event, lines


def _changed(
    rng: random.Random, channels: tuple[Channel, ...], kind: str, maker: str, other: str
) -> tuple[tuple[Channel, ...], str]:
    """Return the channels with what differs before and after, and the domain it is about."""
    main, telemetry, *rest = channels
    third = Channel(f"c.{other}", every_s=rng.uniform(3_600, 14_400), per_use=1.0, up=2_500, down=600)
    if kind == "new_party":
        return (*channels, third._replace(only="after")), other
    if kind == "gone_party":
        return (*channels, third._replace(only="before")), other
    moved = f"{maker.split('.', maxsplit=1)[0]}-cloud.example"
    period = telemetry.every_s or 3_600.0
    after = {
        "more_often": telemetry._replace(every_s=period / rng.uniform(3, 8)),
        "less_often": telemetry._replace(every_s=period * rng.uniform(3, 8)),
        "bigger": telemetry._replace(up=telemetry.up * 4),
        "smaller": telemetry._replace(up=max(60, telemetry.up // 5)),
        "encryption_lost": telemetry._replace(carrier="http", port=80),
        "encryption_gained": telemetry,
        "new_port": telemetry._replace(port=8_883),
        "always_on": telemetry,
        "migration": telemetry._replace(host=f"t{{n}}.{moved}"),
    }.get(kind)
    if after is None:
        return channels, maker
    before = {
        "encryption_gained": telemetry._replace(carrier="http", port=80),
        "always_on": telemetry._replace(every_s=None, per_use=2.0),
    }.get(kind, telemetry)
    pair = (before._replace(only="before"), after._replace(only="after"))
    return (main, *pair, *rest), moved if kind == "migration" else maker


def main() -> None:
    """Write one home's records, truth and table of parties."""
    parser = argparse.ArgumentParser(prog="python -m tests.household.simulator", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--drift", type=float, default=1.0)
    options = parser.parse_args()
    home = build(options.seed, options.drift, options.days)
    options.out.mkdir(parents=True, exist_ok=True)
    lines = [to_json(record) + "\n" for record in records(home, options.seed, options.days)]
    (options.out / "records.jsonl").write_text("".join(lines))
    (options.out / "truth.jsonl").write_text("".join(json.dumps(line) + "\n" for line in home.truth))
    with (options.out / "parties.csv").open("w", newline="") as table:
        csv.writer(table).writerows([PARTY_COLUMNS, *map(_party_row, home.parties)])


def _party_row(party: tuple[str, str, str, str]) -> tuple[str, ...]:
    """Return a row of an owner's own table of organisations (appliance/data/parties/)."""
    domain, organisation, country, kind = party
    return (organisation, "", kind, country, "", "", domain, "", "simulated", "2026-11-23")


if __name__ == "__main__":
    main()
