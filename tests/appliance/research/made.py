"""Homes for tests of studies: stores with devices, parties and days, and words that must not leave."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from appliance.behaviour.facts import Sighting, Update
from appliance.devices.device import DeviceRecord, Evidence
from appliance.parties.party import PartyRecord
from appliance.research.profile import Profile, parse
from appliance.store.writer import Writer
from tests.appliance import samples

DAY_S = 86_400
FIRST_DAY = 20_000  # 2024-10-04
START = float(FIRST_DAY * DAY_S)
SECRET_WORDS = (
    "Annas Baer", "annas-tablet", "02:00:00:00:", "192.168.7.", "fd00::", "Grandmas Workshop", "d-0000",
    "voice.example", "familie-muster",
)  # fmt: skip
"""What must be in no bundle, whatever the profile: names, addresses, our own ids, a typed maker, a tenant."""

PROFILE = {
    "study": "dolls",
    "title": "What dolls tell",
    "who": "An institute, dolls@institute.example",
    "purpose": "which companies dolls send to",
    "until": "2030-12-31",
    "withdraw": "write to dolls@institute.example with the home's pseudonym",
}
CLOUDS = tuple(f"cloud-{n}.com" for n in range(8))
MAKERS = ("Plaudertoys", "Bausteiner", "Murmel", "Lichtblick")
KINDS = ("toy", "camera", "speaker", "tv")


def profile(**wishes: Any) -> Profile:
    return parse(json.dumps(PROFILE | wishes))


def home(path: Path, seed: int = 1, days: int = 5, devices: int = 3) -> Path:
    """Write the store of a home and return its place."""
    draw, writer = random.Random(seed), Writer(path)
    for number in range(devices):
        device, own = _device(draw, seed, number), draw.sample(CLOUDS, 3)
        parties = [_party(device, domain, draw) for domain in (*own, "familie-muster.ddns.net")]
        writer.add(device)
        writer.add(Update(START + DAY_S, device.device, "updated", ("a burst",), None, None))
        for party in parties:
            writer.add(party)
            for hour in range(days * 24):
                if draw.random() < 0.2:
                    up = draw.randrange(100, 90_000)
                    writer.add(Sighting(device.device, party.domain, FIRST_DAY * 24 + hour, 1, 2, up, 3 * up))
        writer.add(_flow(device, parties[0], draw), 1)
    writer.commit(origin="live", first_ts=START, last_ts=START + days * DAY_S + 1, totals={"flows": devices})
    writer.close()
    return path


def _device(draw: random.Random, seed: int, number: int) -> DeviceRecord:
    maker, typed = draw.choice(MAKERS), number == 0
    vendor = "Grandmas Workshop" if typed else maker
    source = "parent" if typed else "oui"
    return DeviceRecord(
        device=f"d-0000{seed % 256:02x}{number:02x}",
        name="Annas Baer",
        macs=(f"02:00:00:00:{seed % 256:02x}:{number:02x}",),
        addresses=(f"192.168.7.{20 + number}", f"fd00::{20 + number}"),
        hostnames=("annas-tablet",),
        vendor=vendor,
        category=draw.choice(KINDS),
        model="Annas Baer 2000",
        confidence={"vendor": 0.9},
        evidence=(Evidence("vendor", vendor, source, 0.9, "said", START),),
        first_ts=START,
        last_ts=START + DAY_S,
    )


def _party(device: DeviceRecord, domain: str, draw: random.Random) -> PartyRecord:
    return samples.PARTY._replace(
        device=device.device,
        domain=domain,
        organisation=None if "muster" in domain else domain.partition(".")[0].title(),
        role=draw.choice(("first", "third")),
        purpose=None,
        encrypted=draw.choice((True, False, None)),
        first_ts=START,
        hosts=(f"annas-tablet.{domain}",),
    )


def _flow(device: DeviceRecord, party: PartyRecord, draw: random.Random) -> Any:
    return samples.FLOW._replace(
        ts=START + draw.randrange(DAY_S),
        orig_h=device.addresses[0],
        orig_mac=device.macs[0],
        resp_h=f"198.51.100.{draw.randrange(1, 250)}",
        device=device.device,
        domain=party.domain,
        server_name=party.hosts[0],
    )
