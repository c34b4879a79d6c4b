from __future__ import annotations

import pytest

from appliance.devices.signals.calls import call_of, evidence
from sensor.records import FlowRecord
from tests.appliance.devices.samples import KNOWLEDGE, MODULE, PLUG, flow

OUTSIDE = "198.51.100.7"
EVERYBODY = "255.255.255.255"


def udp(resp_h: str, resp_p: int, mac: str = MODULE, **other: object) -> FlowRecord:
    fields = {"proto": "udp", "resp_p": resp_p, "resp_pkts": 0, "orig_tcp_flags": 0, "resp_tcp_flags": 0}
    return flow(mac, "192.168.1.9", None, resp_h, **{**fields, **other})


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        (udp(EVERYBODY, 6667), ("vendor", "Tuya")),
        (udp("192.168.1.255", 6666), ("vendor", "Tuya")),
        (udp(EVERYBODY, 62976), ("vendor", "D-Link")),
        (udp("192.168.1.30", 50_123, PLUG, orig_p=9999), ("category", "plug")),  # answers a broadcast
        (udp("192.168.1.30", 50_123, orig_p=56_700), ("vendor", "LIFX")),
        (udp(OUTSIDE, 32_100, resp_pkts=2), ("category", "camera")),
        (flow(PLUG, "192.168.1.9", None, OUTSIDE, resp_p=50_443), ("category", "plug")),
    ],
)
def test_what_the_ports_a_device_calls_tell_of_it(record: FlowRecord, wanted: tuple[str, str]) -> None:
    call = call_of(record)
    assert call is not None
    said = list(evidence(call, KNOWLEDGE))
    assert wanted in {(item.field, item.value) for item in said}
    assert all(item.confidence < 0.8 for item in said), "a port alone is a guess"


@pytest.mark.parametrize(
    "record",
    [
        udp("192.168.1.30", 53, orig_p=9999),  # it asks a service there
        udp("192.168.1.30", 50_123, orig_p=9999, resp_pkts=3),  # a talk that it began itself
        flow(MODULE, "192.168.1.9", None, "192.168.1.30", resp_p=9100),  # it prints: another's service
        flow(PLUG, "192.168.1.9", None, OUTSIDE, resp_p=50_443, resp_pkts=0),  # nobody was there
        udp(EVERYBODY, 6667)._replace(proto="icmp"),
    ],
)
def test_what_is_no_call(record: FlowRecord) -> None:
    assert call_of(record) is None


def test_a_rule_bound_to_another_maker_is_passed() -> None:
    call = call_of(flow(MODULE, "192.168.1.9", None, OUTSIDE, resp_p=50_443))
    assert call is not None
    assert list(evidence(call, KNOWLEDGE)) == []
