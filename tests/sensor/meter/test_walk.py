"""Capture file formats: byte orders, resolutions, block types, and files that lie; for both meters."""

from __future__ import annotations

import struct

import pytest

from sensor.meter import Meter, new_meter
from sensor.meter.reference import ReferenceMeter
from sensor.meter.walk import MAX_RECORD
from sensor.records import FlowRecord, Loss, Weird

from . import frames as f

KINDS = [False] if isinstance(new_meter(), ReferenceMeter) else [False, True]
FRAME = f.up(f.SYN)


@pytest.fixture(params=KINDS, ids=["reference", "native"][: len(KINDS)])
def meter(request: pytest.FixtureRequest) -> Meter:
    return new_meter(request.param)


def modified(frame: bytes) -> bytes:
    """A "modified" pcap: eight more bytes in each record header."""
    head = struct.pack("<IHHiIII", 0xA1B2CD34, 2, 4, 0, 0, 65535, 1)
    return head + struct.pack("<IIIIQ", f.START_S + 1, 0, len(frame), len(frame), 0) + frame


def pcapng(*blocks: bytes, order: str = "<") -> bytes:
    return f.section(order) + b"".join(blocks)


TICKS = (f.START_S + 1) * 10**6
SIMPLE = struct.pack("<I", len(FRAME)) + FRAME
OLD = struct.pack("<HHIIII", 0, 0, TICKS >> 32, TICKS & 0xFFFFFFFF, len(FRAME), len(FRAME)) + FRAME


@pytest.mark.parametrize(
    ("data", "ts"),
    [
        pytest.param(f.pcap(FRAME), f.START_S + 1, id="pcap"),
        pytest.param(f.pcap(FRAME, order=">"), f.START_S + 1, id="big-endian"),
        pytest.param(f.pcap((1.25, FRAME), nano=True), f.START_S + 1.25, id="nanoseconds"),
        pytest.param(modified(FRAME), f.START_S + 1, id="modified"),
        pytest.param(
            f.pcap(FRAME, link=0x3000_0001), f.START_S + 1, id="check sequence length in the link type"
        ),
        pytest.param(pcapng(f.interface(), f.enhanced(FRAME, TICKS)), f.START_S + 1, id="pcapng"),
        pytest.param(
            pcapng(f.interface(order=">"), f.enhanced(FRAME, TICKS, order=">"), order=">"),
            f.START_S + 1,
            id="pcapng, big-endian",
        ),
        pytest.param(pcapng(f.interface(), f.block_of(2, OLD)), f.START_S + 1, id="obsolete packet block"),
        pytest.param(pcapng(f.interface(), f.block_of(3, SIMPLE)), 0.0, id="simple packet block"),
        pytest.param(
            pcapng(f.interface(options=f.option(9, b"\x09")), f.enhanced(FRAME, 1_500_000_001)),
            1.500000001,
            id="resolution in nanoseconds",
        ),
        pytest.param(
            pcapng(f.interface(options=f.option(9, b"\x81")), f.enhanced(FRAME, 3)),
            1.5,
            id="resolution of halves",
        ),
        pytest.param(
            pcapng(f.interface(options=f.option(14, struct.pack("<q", 100))), f.enhanced(FRAME, 2_000_000)),
            102.0,
            id="offset",
        ),
        pytest.param(
            pcapng(f.interface(options=f.option(14, struct.pack("<q", -100))), f.enhanced(FRAME, 2_000_000)),
            0.0,
            id="offset before 1970",
        ),
        pytest.param(
            pcapng(f.interface(options=f.option(9, b"\x00")), f.enhanced(FRAME, 2**64 - 1)),
            4294967295.0,
            id="a time that cannot be",
        ),
        pytest.param(
            pcapng(f.interface(101), f.section(), f.interface(), f.enhanced(FRAME, TICKS)),
            f.START_S + 1,
            id="a second section has its own interfaces",
        ),
        pytest.param(
            pcapng(f.interface(), f.block_of(0xBAD, bytes(MAX_RECORD)), f.enhanced(FRAME, TICKS)),
            f.START_S + 1,
            id="a long unknown block",
        ),
    ],
)
def test_formats(meter: Meter, data: bytes, ts: float) -> None:
    (flow,) = f.run(meter, data)
    assert isinstance(flow, FlowRecord)
    assert (flow.ts, flow.orig_pkts, flow.orig_wire_bytes) == (ts, 1, len(FRAME))


IP = FRAME[14:]


@pytest.mark.parametrize(
    ("link", "data"),
    [
        pytest.param(101, IP, id="raw"),
        pytest.param(12, IP, id="raw of BSD"),
        pytest.param(228, IP, id="raw IPv4"),
        pytest.param(0, b"\x02\0\0\0" + IP, id="null, little-endian"),
        pytest.param(0, b"\0\0\0\x02" + IP, id="null, big-endian"),
        pytest.param(108, b"\0\0\0\x02" + IP, id="loop"),
        pytest.param(113, bytes.fromhex("0004000100060200000000 0a0000 0800") + IP, id="Linux cooked"),
        pytest.param(
            276, bytes.fromhex("08000000000000020001000602000000000a0000") + IP, id="Linux cooked 2"
        ),
        pytest.param(9, bytes.fromhex("ff03 0021") + IP, id="PPP"),
        pytest.param(9, bytes.fromhex("21") + IP, id="PPP, compressed"),
        pytest.param(50, bytes.fromhex("ff03 0021") + IP, id="PPP over a line"),
        pytest.param(50, bytes.fromhex("0f00 0800") + IP, id="Cisco HDLC over a line"),
        pytest.param(51, bytes.fromhex("11000001 0000 0021") + IP, id="PPPoE alone"),
        pytest.param(104, bytes.fromhex("0f00 0800") + IP, id="Cisco HDLC"),
        pytest.param(239, f.nflog(), id="log of netfilter"),
        pytest.param(105, f.wifi(0), id="802.11 between two stations"),
        pytest.param(105, f.wifi(1), id="802.11 to the access point"),
        pytest.param(105, f.wifi(2, quality=True), id="802.11 from the access point, with QoS"),
        pytest.param(105, f.wifi(3), id="802.11 between access points"),
        pytest.param(127, f.radiotap(), id="802.11 behind radiotap"),
        pytest.param(127, f.radiotap(tsft=True, padded=True), id="802.11 behind radiotap, padded"),
        pytest.param(1, FRAME[:12] + bytes.fromhex("8100 6005 0800") + IP, id="VLAN"),
        pytest.param(1, FRAME[:12] + bytes.fromhex("88a8 0007 8100 0005 0800") + IP, id="QinQ"),
        pytest.param(
            1, FRAME[:12] + bytes.fromhex("8100 0005 8847 00001000 00002140") + IP, id="MPLS in VLAN"
        ),
        pytest.param(1, FRAME[:12] + bytes.fromhex("8864 11000001 0000 0021") + IP, id="PPPoE"),
        pytest.param(1, FRAME[:12] + bytes.fromhex("0030 aaaa03 000000 0800") + IP, id="802.3 with SNAP"),
    ],
)
def test_link_layers(meter: Meter, link: int, data: bytes) -> None:
    (flow,) = f.run(meter, f.pcap(data, link=link))
    assert isinstance(flow, FlowRecord)
    assert (flow.orig_h, flow.orig_p, flow.orig_ip_bytes) == ("192.168.1.10", 50000, 40)


@pytest.mark.parametrize("ways", [0, 1, 2, 3])
def test_802_11_names_both_ends(meter: Meter, ways: int) -> None:
    (flow,) = f.run(meter, f.pcap(f.wifi(ways), link=105))
    assert isinstance(flow, FlowRecord)
    assert (flow.orig_mac, flow.orig_dst_mac) == ("02:00:00:00:00:0a", "02:00:00:00:00:01")


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(f.wifi(control=0x80), id="beacon"),
        pytest.param(f.wifi(control=0x48), id="without data"),
        pytest.param(f.wifi(0x41), id="encrypted"),
        pytest.param(f.wifi(piece=1), id="a later piece"),
        pytest.param(f.wifi(quality=True, body=b"")[:24] + b"\x80\0" + IP, id="several frames in one"),
    ],
)
def test_802_11_that_cannot_be_read_is_counted_by_its_kind(meter: Meter, frame: bytes) -> None:
    assert f.run(meter, f.pcap(frame, link=105)) == []
    assert meter.stats()["other_wifi"] == 1


def test_an_unknown_link_type_is_weird(meter: Meter) -> None:
    (weird,) = f.run(meter, f.pcap(FRAME, link=147))
    assert isinstance(weird, Weird)
    assert (weird.name, "147" in weird.detail) == ("unknown_link_type", True)


def test_interfaces_have_their_own_link_types(meter: Meter) -> None:
    data = pcapng(f.interface(), f.interface(101), f.enhanced(FRAME, TICKS), f.enhanced(IP, TICKS, 1))
    (flow,) = f.run(meter, data)
    assert isinstance(flow, FlowRecord)
    assert flow.orig_pkts == 2


def test_a_truncated_file_gives_its_whole_packets(meter: Meter) -> None:
    loss, flow = f.run(meter, f.pcap(FRAME, FRAME, FRAME)[:-1])
    assert isinstance(flow, FlowRecord)
    assert isinstance(loss, Loss)
    assert (flow.orig_pkts, loss.kind, loss.lost) == (2, "truncated_file", 1)


def test_trouble_at_the_source_is_a_loss(meter: Meter) -> None:
    (loss,) = meter.feed(f.one_block(f.pcap(), "the gzip stream is damaged"))
    assert isinstance(loss, Loss)
    assert (loss.kind, loss.detail) == ("truncated_file", "the gzip stream is damaged")


GOOD = f.enhanced(FRAME, TICKS)
HUGE = struct.pack("<IIII", f.START_S + 2, 0, 0xFFFFFFFF, 0xFFFFFFFF)
NG = pcapng(f.interface(), GOOD)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            f.pcap(FRAME) + HUGE + bytes(50) + f.pcap(FRAME, FRAME)[24:], id="captured length of 4 GiB"
        ),
        pytest.param(f.pcap(FRAME) + bytes(4096) + f.pcap(FRAME, FRAME)[24:], id="a page of zeros"),
        pytest.param(NG + struct.pack("<II", 6, 0) + bytes(4) + GOOD * 2, id="block length of 0"),
        pytest.param(NG + struct.pack("<II", 6, 13) + bytes(4) + GOOD * 2, id="block length of 13"),
        pytest.param(
            NG + struct.pack("<II", 6, 0xFFFFFFF0) + bytes(8) + GOOD * 2, id="block length of 4 GiB"
        ),
        pytest.param(NG + GOOD[:-4] + b"\x11\0\0\0" + GOOD * 2, id="two lengths that differ"),
    ],
)
def test_the_next_good_packet_is_counted(meter: Meter, data: bytes) -> None:
    loss, flow = f.run(meter, data)
    assert isinstance(flow, FlowRecord)
    assert isinstance(loss, Loss)
    assert (flow.orig_pkts, loss.kind) == (3, "corrupt_file")


@pytest.mark.parametrize(
    ("block", "name"),
    [
        pytest.param(f.enhanced(FRAME, TICKS, number=7), "unknown_interface", id="no such interface"),
        pytest.param(f.block_of(6, bytes(8)), "short_packet_block", id="half a packet block"),
        pytest.param(f.block_of(6, bytes(MAX_RECORD)), "oversized_packet", id="a packet of 320 KiB"),
    ],
)
def test_packets_that_cannot_be_read_are_counted(meter: Meter, block: bytes, name: str) -> None:
    weird, flow = f.run(meter, NG + block)
    assert isinstance(weird, Weird)
    assert isinstance(flow, FlowRecord)
    assert (weird.name, meter.stats()["packets"]) == (name, 2)


def test_options_without_end_do_no_harm(meter: Meter) -> None:
    options = f.option(9, b"\x06") + b"\x05\0\xff\xff"
    (flow,) = f.run(meter, pcapng(f.interface(options=options), GOOD))
    assert isinstance(flow, FlowRecord)
