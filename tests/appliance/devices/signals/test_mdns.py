from __future__ import annotations

import pytest

from appliance.devices.signals.mdns import evidence
from sensor.records import MdnsService
from tests.appliance.devices.samples import KNOWLEDGE, mdns

HNAP = "_dhnap._tcp.local"
CAST = "_googlecast._tcp.local"
CASES = [
    ("a service of one maker", mdns(service="_sonos._tcp.local"), ("vendor", "Sonos")),
    ("a service of one kind", mdns(service="_ipp._tcp.local"), ("category", "printer")),
    ("an instance name", mdns(instance="Philips Hue - 5C0B0A"), ("category", "hub")),
    ("a host name", mdns(hostname="Lightify-017b5f6b.local"), ("model", "Lightify Gateway")),
    ("a model number", mdns(service=HNAP, txt=(("model_number", "DCH-S220"),)), ("category", "siren")),
    ("the model as stated", mdns(service=HNAP, txt=(("model_number", "DCH-S220"),)), ("model", "DCH-S220")),
    ("a cast device", mdns(service=CAST, txt=(("md", "Chromecast"), ("fn", "Den"))), ("category", "media")),
    ("the name the family gave", mdns(service=CAST, txt=(("fn", "Den"),)), ("name", "Den")),
    ("a HomeKit category", mdns(service="_hap._tcp.local", txt=(("ci", "5"),)), ("category", "light")),
    (
        "a maker as stated, under our name for it",
        mdns(service="_airplay._tcp.local", txt=(("manufacturer", "Samsung Electronics Co., Ltd."),)),
        ("vendor", "Samsung"),
    ),
]


@pytest.mark.parametrize(("record", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_an_announcement_tells(record: MdnsService, wanted: tuple[str, str]) -> None:
    assert wanted in {(item.field, item.value) for item in evidence(record, KNOWLEDGE)}


@pytest.mark.parametrize(
    "record",
    [
        mdns(service="_http._tcp.local"),
        mdns(service="_other._tcp.local", txt=(("ci", "5"),)),  # ci means that only in HomeKit
        mdns(service="_x._tcp.local", txt=(("md", ""), ("model", "x" * 60), ("manufacturer", ""))),
    ],
)
def test_what_an_announcement_does_not_tell(record: MdnsService) -> None:
    assert list(evidence(record, KNOWLEDGE)) == []
