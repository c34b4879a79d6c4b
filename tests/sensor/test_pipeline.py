from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.packet import Packet
from sensor.pipeline import MAX_WEIRDS_PER_FLOW, MAX_WEIRDS_PER_SPAN, SPAN_S, Pipeline
from sensor.records import DnsQuery, FlowRecord, Loss, Neighbour, NtpRequest, Weird
from tests.sensor.dissect.given import GivenMeter, packet, read, segments, weird_names
from tests.sensor.dissect.hellos import hello, record, server_name
from tests.sensor.dissect.test_dns import QUERY
from tests.sensor.dissect.test_neighbour import ARP
from tests.sensor.dissect.test_ntp import REST
from tests.sensor.dissect.test_quic import PIECES

STREAM = record(hello([server_name(b"api.storybox.example")]))


def flow(**fields: Any) -> FlowRecord:
    whole = FlowRecord(
        1.0,
        2.0,
        "F1",
        "1:x",
        0,
        "tcp",
        "a",
        1,
        "b",
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        None,
        None,
        None,
        None,
        2,
        18,
        "idle",
    )
    return whole._replace(**fields)


def test_what_the_meter_says_is_passed_through_in_order() -> None:
    loss, weird = Loss(1.0, 1.0, "gap", 3, ""), Weird(1.0, "ip_header", None, None, None, "")
    ntp = packet(b"\x23" + REST, dport=123)
    found = [*Pipeline(GivenMeter()).feed([loss, ntp, flow(), weird, packet(QUERY, dport=53)])]
    assert [type(record) for record in found] == [Loss, NtpRequest, FlowRecord, Weird, DnsQuery]


@pytest.mark.parametrize(
    ("given_packet", "names"),
    [
        (packet(QUERY, dport=53), ["DnsQuery"]),
        (packet(QUERY, sport=53), ["DnsQuery"]),
        (packet(QUERY, dport=54), []),
        (packet(QUERY, kind="icmp", dport=53), []),
        (packet(ARP, kind="arp"), ["Neighbour"]),
        (packet(QUERY, dport=5353), []),  # a question, not an announcement
    ],
)
def test_kind_and_port_choose_the_dissector(given_packet: Packet, names: list[str]) -> None:
    assert [type(record).__name__ for record in read(given_packet)] == names


def test_quic_is_read_on_any_port() -> None:
    assert len(read(*[packet(piece, dport=4433) for piece in PIECES])) == 1


def test_the_end_of_a_flow_drops_its_stream_and_a_part_does_not() -> None:
    first, second = segments([STREAM[:50], STREAM[50:]])
    pipeline = Pipeline(GivenMeter())
    assert len([*pipeline.feed([first, flow(end="active"), second])]) == 2
    pipeline = Pipeline(GivenMeter())
    assert [type(record) for record in pipeline.feed([first, flow(), second])] == [FlowRecord]


def test_weirds_of_one_flow_are_bounded_and_counted() -> None:
    found = read(*[packet(b"bad", dport=53)] * 10)
    assert len(found) == MAX_WEIRDS_PER_FLOW + 1
    last = found[-1]
    assert isinstance(last, Weird)
    assert (last.name, last.uid) == ("dns_truncated_header", None)
    assert last.detail.startswith("7 more")


def test_a_flood_with_forged_addresses_is_bounded_and_counted() -> None:
    found = read(*[packet(b"bad", dport=53, uid=f"F{number}") for number in range(1000)])
    assert weird_names(found) == ["dns_truncated_header"] * (MAX_WEIRDS_PER_SPAN + 1)
    assert "900 more" in str(found[-1])


def test_another_name_has_its_own_bound() -> None:
    found = read(*[packet(b"bad", dport=53)] * 5, packet(b"\x23", dport=123))
    assert "ntp_header" in weird_names(found)


def test_the_bounds_begin_anew_after_a_span() -> None:
    bad = [packet(b"bad", dport=53, ts=ts) for ts in [1000.0] * 5 + [1000.0 + SPAN_S] * 2]
    found = read(*bad)
    assert [record.ts for record in found] == [1000.0] * 4 + [1060.0] * 2
    assert "2 more" in str(found[3])


def test_time_that_goes_back_changes_nothing() -> None:
    bad = [packet(b"bad", dport=53, ts=ts) for ts in (1000.0, 10.0, 990.0, 1001.0)]
    assert len(read(*bad)) == MAX_WEIRDS_PER_FLOW + 1


def test_a_lost_segment_is_reported_once() -> None:
    first, _, last = segments([STREAM[:20], STREAM[20:40], STREAM[40:]], ts=5.0)
    pipeline = Pipeline(GivenMeter())
    assert [*pipeline.feed([first, last, flow()])] == [flow()]
    (loss,) = pipeline.flush()
    assert isinstance(loss, Loss)
    assert (loss.kind, loss.lost, loss.until) == ("reassembly", 1, 5.0)
    assert [*pipeline.flush()] == []


def test_two_pipelines_share_nothing() -> None:
    one, two = Pipeline(GivenMeter()), Pipeline(GivenMeter())
    assert [*one.feed([packet(PIECES[0], dport=443)])] == []
    assert [*two.feed([packet(PIECES[1], dport=443), packet(PIECES[2], dport=443)])] == []
    assert len([*one.feed([packet(piece, dport=443) for piece in PIECES[1:]])]) == 1


def test_arp_has_no_flow() -> None:
    (found,) = read(packet(ARP, kind="arp", uid=""))
    assert isinstance(found, Neighbour)
    (weird,) = read(packet(ARP[:5], kind="arp", uid=""))
    assert isinstance(weird, Weird)
    assert weird.uid is None


PORTS = st.sampled_from([53, 67, 68, 123, 443, 1900, 5353, 5355, 8080])
PACKETS = st.builds(
    packet,
    st.binary(max_size=100),
    kind=st.sampled_from(["udp", "tcp", "arp", "icmp6", "icmp"]),
    uid=st.sampled_from(["F1", "F2"]),
    ts=st.floats(allow_nan=False, allow_infinity=False),
    sport=PORTS,
    dport=PORTS,
    seq=st.integers(0, 0xFFFFFFFF),
    is_orig=st.booleans(),
    src_mac=st.none(),
)


@given(st.lists(PACKETS, max_size=8))
def test_any_packets_give_records(packets: list[Packet]) -> None:
    assert read(*packets) == read(*packets)


def test_weirds_of_the_meter_are_bounded_too() -> None:
    bad = [Weird(1.0, "ip_header", None, None, None, "")] * 1000
    found = [*Pipeline(GivenMeter()).feed(bad)]
    assert len(found) == MAX_WEIRDS_PER_SPAN
