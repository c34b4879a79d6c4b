"""A home with a talking doll and another device: a dossier tells of the one and not of the other."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from appliance.behaviour.facts import Change, Sighting, Update
from appliance.devices.device import DeviceRecord, Evidence
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.store.writer import Writer
from sensor.records import Loss
from tests.appliance.samples import DEVICE, DOLL, FLOW, PARTY

DAY: Final = 86_400
START: Final = 20_600 * DAY + 7_200.0  # 2026-05-27 02:00 UTC
DAYS: Final = 40
UPDATED: Final = START + 20 * DAY + 61_234.5  # at 19:00:34 UTC
BOX: Final = "d-0000b0c5"
OTHER_NAME: Final = "Emil's secret box"
OTHER_MAC: Final = "02:00:00:00:b0:c5"
OTHER_ADDRESS: Final = "192.168.7.77"
OTHER_V6: Final = "2001:db8:77::b0c5"
DOLL_MAC: Final = DEVICE.macs[0]
DOLL_V6: Final = "2001:db8:77::d011"
HOSTILE: Final = '=1+1"#strong[x]\u202e\u718a'

MAKER = PARTY._replace(
    domain="dolls.example", organisation="Doll House", role="first", purpose="content", bytes_up=1
)
VOICE = PARTY._replace(encrypted=False, reason="not its maker", first_ts=UPDATED + DAY)
UPDATER = PARTY._replace(domain="fw.example", organisation="Firmware House", role="support", purpose="update")
ODD = PARTY._replace(
    domain="odd.example", organisation=HOSTILE, role="unknown", purpose=None, server_countries=()
)
HOME_PARTY = PARTY._replace(domain=OTHER_V6, organisation=None, role="unknown", outcome="local")

FINDINGS = (
    Finding(
        DOLL,
        "cleartext_upload",
        "voice.example",
        UPDATED + DAY,
        UPDATED + 9 * DAY,
        7,
        3,
        "a form",
        ("F000000000000001",),
    ),
    Finding(DOLL, "old_tls", "dolls.example", START, UPDATED, 3, 2, "offers at best TLS 1.0", ()),
    Finding(BOX, "own_dns", "resolver.secret", START, UPDATED, 3, 1, OTHER_NAME, ()),
)
CHANGES = (
    Change("c-0000000000d1", UPDATED + DAY, DOLL, "new_party", "voice.example", "Voice Example", "third",
           {"contacts_per_day": 0.0}, {"contacts_per_day": 24.0, "last_ts": UPDATED + 2 * DAY},
           UPDATED, "confirmed", ("F000000000000001",)),
    Change("c-0000000000b1", UPDATED + DAY, BOX, "new_party", "tracker.secret", "Secret Tracker", "third",
           {}, {}, None, "confirmed", ()),
)  # fmt: skip
LOSSES = (
    Loss(START + 5 * DAY, START + 6 * DAY, "gap", 0, "eth0: unplugged"),
    Loss(START + 9 * DAY, START + 9 * DAY + 3_600, "kernel_drop", 812, ""),
    Loss(START + 10 * DAY, START + 10 * DAY + 1_800, "clock", 0, ""),
)


def doll(**changes: object) -> DeviceRecord:
    evidence = (
        *DEVICE.evidence,
        Evidence("support", "Security updates until April 2026", "parent", 1.0, "you said so", START),
        Evidence("name", "Lena's doll at Main Street 5", "mdns", 0.7, "it calls itself so", START),
    )
    last = START + DAYS * DAY
    record = DEVICE._replace(
        evidence=evidence, first_ts=START, last_ts=last, addresses=("192.168.7.20", DOLL_V6)
    )
    return record._replace(**changes)  # type: ignore[arg-type]


def case_store(path: Path) -> Path:
    """Write such a home's store, as a recording, at `path`."""
    last = START + DAYS * DAY
    writer = Writer(path)
    box = doll(
        device=BOX, name=OTHER_NAME, macs=(OTHER_MAC,), addresses=(OTHER_ADDRESS, OTHER_V6), evidence=()
    )
    facts = [doll(), box, *FINDINGS, *CHANGES, *LOSSES]
    for party in (MAKER, VOICE, UPDATER, ODD, HOME_PARTY):
        facts.append(party._replace(last_ts=last))
    facts.append(PARTY._replace(device=BOX, domain="tracker.secret", organisation="Secret Tracker"))
    facts.append(Update(UPDATED, DOLL, "updated", ("a download from an update host",), "1.0", "2.0"))
    facts.append(Update(START + DAY, DOLL, "restarted", ("it asked for an address",), None, None))
    for fact in facts:
        writer.add(fact, 1)
    for sighting in _sightings():
        writer.add(sighting)
    for number, flow in enumerate(_flows()):
        writer.add(flow, number)
    writer.commit(
        origin="replay", first_ts=START, last_ts=last, totals={"flows": 9, "packets": 99, "weirds": 0}
    )
    writer.close()
    return path


def _sightings() -> list[Sighting]:
    found = []
    for hour in range(int(START // 3600), int(START // 3600) + DAYS * 24, 3):
        after = hour * 3600 > UPDATED + DAY
        found.append(Sighting(DOLL, "dolls.example", hour, 2, 2, 4_000, 900))
        if after:
            found.append(Sighting(DOLL, "voice.example", hour, 3, 3, 50_000, 100))
            found.append(Sighting(DOLL, "odd.example", hour, 1, 1, 10, 10))
        found.append(Sighting(DOLL, OTHER_V6, hour, 1, 1, 10, 10))
        found.append(Sighting(BOX, "tracker.secret", hour, 9, 9, 9_000_000, 9))
    return found


def _flows() -> list[FlowRow]:
    found = []
    for n in range(DAYS * 12):
        ts = START + n * DAY / 12 + 0.123456
        flow = FLOW._replace(
            ts=ts, uid=f"F{n:015d}", part=0, orig_mac=DOLL_MAC, orig_h="192.168.7.20", resp_h="198.51.100.9",
            orig_dst_mac="02:00:00:00:00:01", resp_mac="02:00:00:00:00:01", domain="dolls.example",
            server_name="api.dolls.example", device=DOLL,
        )  # fmt: skip
        if n % 6 == 1:
            flow = flow._replace(
                orig_h=DOLL_V6, resp_h=OTHER_V6, resp_mac=OTHER_MAC, domain=OTHER_V6, server_name=None
            )
        if n % 6 == 2:
            flow = flow._replace(
                orig_h=OTHER_ADDRESS,
                orig_mac=OTHER_MAC,
                resp_h="192.168.7.20",
                resp_mac=DOLL_MAC,
                domain=OTHER_ADDRESS,
            )
        if n % 6 == 3:
            flow = flow._replace(
                device=BOX, orig_h=OTHER_ADDRESS, orig_mac=OTHER_MAC, domain="tracker.secret"
            )
        if n % 6 == 4:
            flow = flow._replace(domain=HOSTILE, server_name=HOSTILE, orig_mac=None, orig_h=DOLL_V6)
        found.append(flow)
    return found
