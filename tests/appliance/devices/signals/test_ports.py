from __future__ import annotations

import pytest

from appliance.devices.signals.ports import evidence
from sensor.records import FlowRecord
from tests.appliance.devices.samples import BOX, KNOWLEDGE, PLUG, flow


def to(port: int, proto: str = "tcp", **other: object) -> FlowRecord:
    return flow(BOX, "192.168.1.9", PLUG, "192.168.1.20", resp_p=port, proto=proto, **other)


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        (to(9100), ("category", "printer")),
        (to(56_700, "udp", resp_tcp_flags=0), ("vendor", "LIFX")),
        (to(9999), ("category", "plug")),  # only on a TP-Link
    ],
)
def test_what_a_service_tells_of_who_offers_it(record: FlowRecord, wanted: tuple[str, str]) -> None:
    assert wanted in {(item.field, item.value) for item in evidence(record, KNOWLEDGE)}


@pytest.mark.parametrize(
    "record",
    [
        to(9100, resp_pkts=0),
        to(9100, resp_tcp_flags=0x14),  # refused
        to(0),
        to(50_000),
        to(9999)._replace(resp_mac=BOX),  # a rule bound to another vendor
    ],
)
def test_what_tells_nothing(record: FlowRecord) -> None:
    assert list(evidence(record, KNOWLEDGE)) == []
