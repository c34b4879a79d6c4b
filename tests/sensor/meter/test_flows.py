"""What becomes one flow, which end began it, and when it is reported; for both meters."""

from __future__ import annotations

import pytest

from sensor.meter import Meter, new_meter
from sensor.meter.reference import ReferenceMeter
from sensor.packet import Packet
from sensor.records import FlowRecord, Weird

from . import frames as f

KINDS = [False] if isinstance(new_meter(), ReferenceMeter) else [False, True]


@pytest.fixture(params=KINDS, ids=["reference", "native"][: len(KINDS)])
def meter(request: pytest.FixtureRequest) -> Meter:
    return new_meter(request.param, 3)


def flows(meter: Meter, data: bytes) -> list[FlowRecord]:
    return [item for item in f.run(meter, data) if isinstance(item, FlowRecord)]


def test_a_conversation_is_one_flow(meter: Meter) -> None:
    data = f.pcap(f.up(f.SYN), f.down(f.SYN_ACK), f.up(f.ACK), f.up(f.PSH, b"hello", 1), f.down(f.ACK))
    (flow,) = flows(meter, data)
    assert flow[5:10] == ("tcp", "192.168.1.10", 50000, "198.51.100.7", 443)
    assert (flow.ts, flow.duration_s, flow.part, flow.end) == (f.START_S + 1, 4.0, 0, "flush")
    assert (flow.orig_pkts, flow.resp_pkts) == (3, 2)
    assert (flow.orig_wire_bytes, flow.resp_wire_bytes) == (3 * 54 + 5, 2 * 54)
    assert (flow.orig_ip_bytes, flow.resp_ip_bytes, flow.orig_bytes) == (3 * 40 + 5, 2 * 40, 5)
    assert (flow.orig_mac, flow.resp_mac) == ("02:00:00:00:00:0a", "02:00:00:00:00:01")
    assert flow.orig_dst_mac == "02:00:00:00:00:01"
    assert (flow.orig_tcp_flags, flow.resp_tcp_flags, flow.vlan) == (0x1A, 0x12, None)


def datagram(sport: int, dport: int, dst: bytes = f.THERE, dst_mac: bytes = f.ROUTER) -> bytes:
    return f.ethernet(f.ipv4(f.udp(sport, dport, b"x"), 17, dst=dst), dst=dst_mac)


@pytest.mark.parametrize(
    ("frame", "orig_p"),
    [
        pytest.param(f.up(f.SYN), 50000, id="SYN: its sender"),
        pytest.param(f.down(f.SYN_ACK), 50000, id="SYN+ACK: its receiver"),
        pytest.param(f.down(f.ACK), 50000, id="from a service port: the other end"),
        pytest.param(f.up(f.ACK), 50000, id="to a service port: its sender"),
        pytest.param(datagram(53, 40000), 40000, id="an answer of DNS"),
        pytest.param(datagram(40000, 50000), 40000, id="no service port: the first sender"),
        pytest.param(datagram(67, 68), 67, id="two service ports: the first sender"),
        pytest.param(datagram(138, 2000, bytes((224, 0, 0, 1))), 138, id="to a multicast group"),
        pytest.param(datagram(138, 2000, b"\xff" * 4), 138, id="to the broadcast address"),
        pytest.param(datagram(138, 2000, dst_mac=b"\xff" * 6), 138, id="in a broadcast frame"),
    ],
)
def test_who_began(meter: Meter, frame: bytes, orig_p: int) -> None:
    (flow,) = flows(meter, f.pcap(frame))
    assert flow.orig_p == orig_p


def test_idle_flows_are_reported_when_time_passes(meter: Meter) -> None:
    data = f.pcap((0, datagram(40000, 50000)), (0, f.up(f.SYN)), (62, f.down(f.SYN_ACK)))
    items = meter.feed(f.one_block(data))
    assert [(item.proto, item.end) for item in items if isinstance(item, FlowRecord)] == [("udp", "idle")]


def test_a_late_packet_begins_a_new_flow(meter: Meter) -> None:
    frame = datagram(40000, 50000)
    seen = flows(meter, f.pcap((0, frame), (60, frame), (120.5, frame)))
    assert [(flow.orig_pkts, flow.end) for flow in seen] == [(2, "idle"), (1, "flush")]
    assert seen[0].uid != seen[1].uid


def test_a_long_flow_comes_in_parts(meter: Meter) -> None:
    data = f.pcap(*[(at, f.up(f.PSH, b"x", at)) for at in range(0, 700, 50)])
    seen = flows(meter, data)
    assert [(flow.part, flow.orig_pkts, flow.end) for flow in seen] == [
        (0, 6, "active"),
        (1, 6, "active"),
        (2, 2, "flush"),
    ]
    assert len({flow.uid for flow in seen}) == 1


def test_a_closed_flow_takes_in_late_acknowledgements(meter: Meter) -> None:
    entries = [(0, f.up(f.SYN)), (1, f.up(f.FIN)), (2, f.down(f.FIN)), (3, f.up(f.ACK)), (20, datagram(1, 2))]
    items = meter.feed(f.one_block(f.pcap(*entries)))
    assert [(item.orig_pkts, item.end) for item in items if isinstance(item, FlowRecord)] == [(3, "closed")]


def test_a_refused_connection_that_is_tried_again_is_several_flows(meter: Meter) -> None:
    data = f.pcap(*[(at, frame) for at in range(3) for frame in (f.up(f.SYN), f.down(f.RST))])
    seen = flows(meter, data)
    assert [(flow.orig_pkts, flow.resp_pkts, flow.end) for flow in seen] == [
        (1, 1, "closed"),
        (1, 1, "closed"),
        (1, 1, "flush"),
    ]


WORD = f.up(f.PSH, b"hello", 101)


@pytest.mark.parametrize(
    ("frames", "packets"),
    [
        pytest.param(
            [f.up(f.SYN, seq=100), WORD, f.up(f.SYN, seq=900), WORD], [2, 2], id="a toy without power"
        ),
        pytest.param([f.up(f.SYN, seq=100), f.up(f.SYN, seq=100), WORD], [3], id="sent again"),
        pytest.param([f.up(f.SYN, seq=100), WORD, f.down(f.SYN_ACK, seq=900)], [2], id="an answer"),
        pytest.param([f.up(f.SYN, seq=seq) for seq in (100, 200, 300)], [3], id="a scan"),
        pytest.param([WORD, f.up(f.SYN, seq=900)], [1, 1], id="begun before the capture"),
        pytest.param(
            [f.up(f.SYN, b"\x16\x03", 100), f.up(f.SYN, b"\x16\x03", 100), f.up(f.SYN, seq=0xFFFFFFFF)],
            [2, 1],
            id="data in the SYN",
        ),
    ],
)
def test_a_port_used_again_before_its_connection_ended(
    meter: Meter, frames: list[bytes], packets: list[int]
) -> None:
    seen = flows(meter, f.pcap(*frames))
    assert [flow.orig_pkts for flow in seen] == packets
    assert [flow.end for flow in seen] == ["closed"] * (len(packets) - 1) + ["flush"]
    assert len({flow.uid for flow in seen}) == len(packets)


def test_the_table_is_bounded(meter: Meter) -> None:
    data = f.pcap(*[(at, datagram(40000 + at, 50000)) for at in range(5)])
    seen = flows(meter, data)
    assert [flow.end for flow in seen] == ["evicted", "evicted", "flush", "flush", "flush"]
    assert [flow.orig_p for flow in seen] == [40000, 40001, 40002, 40003, 40004]
    assert meter.stats()["evictions"] == 2


def test_vlans_are_kept_apart_and_priority_tags_are_none(meter: Meter) -> None:
    inner = bytes.fromhex("0800") + f.ipv4(f.udp(40000, 50000), 17)
    frames = [f.ethernet(tag.to_bytes(2, "big") + inner, 0x8100) for tag in (0x6005, 0x6000)]
    assert [flow.vlan for flow in flows(meter, f.pcap(*frames))] == [5, None]


def test_later_fragments_have_no_ports(meter: Meter) -> None:
    whole = f.udp(40000, 53, bytes(1000))
    first = f.ethernet(f.ipv4(whole[:512], 17, fragment=0x2000))
    second = f.ethernet(f.ipv4(whole[512:], 17, fragment=64))
    seen = flows(meter, f.pcap(first, second))
    assert [(flow.orig_p, flow.resp_p, flow.orig_bytes) for flow in seen] == [(40000, 53, 504), (0, 0, 496)]


def test_echo_and_reply_are_one_flow(meter: Meter) -> None:
    ask = f.ethernet(f.ipv4(bytes((8, 0)) + bytes(6), 1))
    answer = f.ethernet(f.ipv4(bytes(8), 1, f.THERE, f.HERE))
    (flow,) = flows(meter, f.pcap(ask, answer))
    assert (flow.proto, flow.orig_p, flow.resp_p, flow.orig_pkts, flow.resp_pkts) == ("icmp", 8, 0, 1, 1)


def test_extension_headers_are_passed_over(meter: Meter) -> None:
    hop = bytes((60, 0)) + bytes(6)
    options = bytes((17, 1)) + bytes(14)
    (flow,) = flows(meter, f.pcap(f.ethernet(f.ipv6(hop + options + f.udp(40000, 53), 0), 0x86DD)))
    assert (flow.proto, flow.orig_p, flow.resp_p) == ("udp", 40000, 53)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        pytest.param(f.ethernet(bytes(10)), "ipv4_short_header", id="cut short"),
        pytest.param(f.ethernet(b"\x42" + bytes(30)), "ipv4_bad_header", id="header of 8 bytes"),
        pytest.param(b"\x00" * 9, "link_short_header", id="half an Ethernet header"),
        pytest.param(f.ethernet(b"\0\x01\x81\0" * 20, 0x8100), "link_too_many_tags", id="tags without end"),
        pytest.param(f.ethernet(b"\x50" + bytes(50), 0x86DD), "ipv6_bad_header", id="version 5"),
    ],
)
def test_what_is_not_ip_is_weird(meter: Meter, data: bytes, name: str) -> None:
    (weird,) = f.run(meter, f.pcap(data))
    assert isinstance(weird, Weird)
    assert (weird.name, weird.uid) == (name, None)
    assert meter.stats()["weird_packets"] == 1


def test_a_length_beyond_the_frame_is_counted_as_what_was_there(meter: Meter) -> None:
    frame = bytearray(datagram(40000, 50000))
    frame[16:18] = b"\xff\xff"
    weird, flow = f.run(meter, f.pcap(bytes(frame)))
    assert isinstance(weird, Weird)
    assert isinstance(flow, FlowRecord)
    assert (weird.name, weird.uid) == ("ipv4_length_beyond_frame", flow.uid)
    assert flow.orig_ip_bytes == len(frame) - 14


def test_frames_without_ip_are_counted_by_kind(meter: Meter) -> None:
    kinds = {0x0806: "arp", 0x888E: "eapol", 0x88CC: "lldp", 0x1234: "ethertype", 0x8863: "pppoe"}
    f.run(meter, f.pcap(*[f.ethernet(bytes(30), kind) for kind in kinds], f.ethernet(b"\x42\x42\x03", 3)))
    stats = meter.stats()
    assert {name for name, count in stats.items() if count == 1 and name.startswith("other_")} == {
        f"other_{kind}" for kind in (*kinds.values(), "stp")
    }


def test_lldp_is_handed_up_with_the_frame_s_addresses(meter: Meter) -> None:
    [handed] = f.run(meter, f.pcap(f.ethernet(b"\x02\x07\x04" + bytes(40), 0x88CC)))
    assert isinstance(handed, Packet)
    assert (handed.kind, handed.src, handed.payload[:3]) == ("lldp", "", b"\x02\x07\x04")
    assert handed.src_mac and handed.dst_mac


def test_a_meter_begins_anew_after_flush(meter: Meter) -> None:
    later = f.pcap((5000, f.up(f.SYN)))
    earlier = f.pcap((0, f.up(f.SYN)))
    assert len(flows(meter, later)) == len(flows(meter, earlier)) == 1
    assert not meter.flush()


def test_feeding_between_two_flushes_is_refused(meter: Meter) -> None:
    meter.feed(f.one_block(f.pcap(f.up(f.SYN), datagram(1, 2))))
    assert len(meter.flush(1)) == 1
    with pytest.raises(RuntimeError, match="flush"):
        meter.feed(f.one_block(f.pcap(f.up(f.SYN))))


def test_a_clock_that_jumps_ahead_does_not_end_flows(meter: Meter) -> None:
    data = f.pcap((10**9, datagram(1, 2)), *[(at, f.up(f.PSH, b"x", at)) for at in range(5)])
    assert [flow.orig_pkts for flow in flows(meter, data) if flow.proto == "tcp"] == [5]


BACK = 60


@pytest.mark.parametrize("jump_s", [BACK + 1, 3600, 10**6])
def test_a_clock_that_is_set_back_ends_flows_and_delays_none(meter: Meter, jump_s: int) -> None:
    now = 2_000_000
    entries = [(now, datagram(1, 2)), (now, f.up(f.SYN)), (now - jump_s, datagram(1, 2))]
    entries.append((now - jump_s + 62, f.up(f.SYN)))
    items = meter.feed(f.one_block(f.pcap(*entries)))
    ended = [(item.proto, item.ts, item.end) for item in items if isinstance(item, FlowRecord)]
    at = f.START_S + now
    before = [("tcp", at, "idle"), ("udp", at, "idle")]
    assert sorted(ended[:2]) == before and ended[2:] == [("udp", at - jump_s, "idle")]


def test_packets_that_are_late_end_nothing(meter: Meter) -> None:
    entries = [(at, datagram(1, 2)) for at in (1000, 1000 - BACK, 1001 - BACK)]
    assert not meter.feed(f.one_block(f.pcap(*entries)))
    (flow,) = meter.flush()
    assert isinstance(flow, FlowRecord)
    assert (flow.orig_pkts, flow.end) == (3, "flush")


def test_a_clock_that_is_set_back_on_a_quiet_line(meter: Meter) -> None:
    meter.feed(f.one_block(f.pcap((9000, datagram(1, 2)))))
    (flow,) = meter.tick((f.START_S + 5000) * 10**9)
    assert isinstance(flow, FlowRecord)
    assert (flow.ts, flow.end) == (f.START_S + 9000, "idle")


def test_a_clock_that_swings_costs_no_more_than_its_flows(meter: Meter) -> None:
    entries = [((at % 2) * 4000, datagram(1, 2)) for at in range(200)]
    items = [*meter.feed(f.one_block(f.pcap(*entries))), *meter.flush()]
    assert sum(item.orig_pkts for item in items if isinstance(item, FlowRecord)) == len(entries)
