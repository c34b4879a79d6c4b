"""Single exchanges: ids, counts and parts are those of the packets they stand for."""

from __future__ import annotations

import pytest

from sensor.records import FlowRecord
from tests.household.home import DOLL
from tests.household.traffic import Ends, Ledger, community_id, write_flow

# Vectors of the specification's baseline (github.com/corelight/community-id-spec, baseline_deflt).
VECTORS = [
    ("tcp", "128.232.110.120", 34855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
    ("tcp", "66.35.250.204", 80, "128.232.110.120", 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
    ("udp", "192.168.1.52", 54585, "8.8.8.8", 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
]


@pytest.mark.parametrize(("proto", "src", "sport", "dst", "dport", "expected"), VECTORS)
def test_community_id(proto: str, src: str, sport: int, dst: str, dport: int, expected: str) -> None:
    assert community_id(proto, src, sport, dst, dport) == expected


def flows(duration_s: float, up: int, down: int, *, answered: bool = True) -> list[FlowRecord]:
    ledger = Ledger("t")
    ends = Ends("tcp", DOLL.ipv4, 40_000, "198.18.5.5", 443, DOLL.mac)
    write_flow(ledger, ledger.uid(), ends, 1000.0, duration_s, up, down, answered=answered)
    return [record for _, _, record in ledger.rows if isinstance(record, FlowRecord)]


def test_a_short_flow_is_one_record() -> None:
    (flow,) = flows(2.0, 1_000, 5_000)
    assert (flow.part, flow.end, flow.orig_bytes, flow.resp_bytes) == (0, "closed", 1_000, 5_000)
    assert flow.orig_ip_bytes == flow.orig_bytes + 52 * flow.orig_pkts
    assert flow.orig_wire_bytes == flow.orig_ip_bytes + 14 * flow.orig_pkts


def test_a_long_flow_comes_in_parts_of_five_minutes() -> None:
    parts = flows(1_000.0, 40_000, 4_000_000)
    assert [flow.part for flow in parts] == [0, 1, 2, 3]
    assert [flow.end for flow in parts] == ["active", "active", "active", "closed"]
    assert len({flow.uid for flow in parts}) == 1
    assert sum(flow.resp_bytes for flow in parts) == 4_000_000


def test_nobody_answers() -> None:
    (flow,) = flows(7.0, 0, 0, answered=False)
    assert (flow.resp_pkts, flow.resp_mac, flow.orig_tcp_flags, flow.end) == (0, None, 0x02, "idle")
