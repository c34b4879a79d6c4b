"""Blocks of the kernel's ring: both meters count alike, and what was on the wire, not what was joined."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.meter import Block, new_meter
from sensor.meter.items import Item
from sensor.meter.reference import ReferenceMeter
from sensor.packet import Packet
from sensor.records import FlowRecord, Loss

from . import frames as f
from .test_differential import any_frame

NATIVE = not isinstance(new_meter(), ReferenceMeter)
METERS = [False, True] if NATIVE else [False]
TCP4, UDP_L4 = 1, 5


@dataclass(frozen=True)
class Sent:
    """A frame as the kernel puts it into its ring."""

    data: bytes
    at_ns: int = 0
    wire: int | None = None
    tag: int | None = None
    joined: int = 0  # virtio_net_hdr.gso_type
    size: int = 0  # virtio_net_hdr.gso_size


def ring_block(*frames: Sent) -> bytes:
    """Return a block of TPACKET_V3 with these frames (linux/if_packet.h)."""
    body = b""
    for number, sent in enumerate(frames):
        data = sent.data + bytes(-len(sent.data) % 8)
        following = 0 if number == len(frames) - 1 else 92 + len(data)
        sec, nsec = divmod(f.START_S * 10**9 + sent.at_ns, 10**9)
        wire = len(sent.data) if sent.wire is None else sent.wire
        status = 1 | (1 << 4 | 1 << 6 if sent.tag is not None else 0)
        head = struct.pack("=IIIIIIHH", following, sec, nsec, len(sent.data), wire, status, 92, 106)
        head += struct.pack("=IIH", 0, sent.tag or 0, 0x8100) + bytes(46)
        head = head.ljust(82, b"\0")[:82] + struct.pack("=BBHHHH", 0, sent.joined, 0, sent.size, 0, 0)
        body += head + data
    return struct.pack("=IIIIII", 1, 0, 1, len(frames), 48, 48 + len(body)) + bytes(24) + body


def outcome(native: bool, *blocks: bytes) -> tuple[list[Item], dict[str, int]]:
    meter = new_meter(native, 1000)
    out = [item for block in blocks for item in meter.feed(Block(block, "ring", False, False))]
    return [*out, *meter.flush()], meter.stats()


def one_flow(native: bool, *sent: Sent) -> FlowRecord:
    items, stats = outcome(native, ring_block(*sent))
    (flow,) = [item for item in items if isinstance(item, FlowRecord)]
    assert stats["packets"] == stats["flow_packets"] == flow.orig_pkts + flow.resp_pkts
    assert stats["wire_bytes"] == flow.orig_wire_bytes + flow.resp_wire_bytes
    return flow


@pytest.mark.parametrize("native", METERS)
class TestOnTheWire:
    def test_a_plain_frame(self, native: bool) -> None:
        flow = one_flow(native, Sent(f.up(f.SYN), at_ns=5))
        assert (flow.ts, flow.orig_pkts, flow.orig_wire_bytes, flow.vlan) == (f.START_S + 5e-9, 1, 54, None)

    def test_a_shortened_copy_counts_whole(self, native: bool) -> None:
        data = f.up(f.ACK, bytes(1400))
        flow = one_flow(native, Sent(data[:144], wire=len(data)))
        assert (flow.orig_wire_bytes, flow.orig_ip_bytes, flow.orig_bytes) == (1454, 1440, 1400)

    def test_joined_segments_are_many_packets(self, native: bool) -> None:
        flow = one_flow(native, Sent(f.up(f.ACK, bytes(5000)), joined=TCP4, size=1448))
        assert flow.orig_pkts == 4
        assert flow.orig_wire_bytes == 5000 + 4 * 54
        assert flow.orig_ip_bytes == 5000 + 4 * 40
        assert flow.orig_bytes == 5000

    def test_the_length_field_of_a_very_large_packet_is_zero(self, native: bool) -> None:
        data = f.up(f.ACK, bytes(40_000))
        data = data[:16] + b"\0\0" + data[18:]
        assert one_flow(native, Sent(data, joined=TCP4, size=1000)).orig_wire_bytes == 40_000 + 40 * 54

    def test_joined_datagrams_come_one_by_one(self, native: bool) -> None:
        payload = (b"\xc0" * 5 + bytes(995)) * 2 + b"\xc0" * 9
        data = f.ethernet(f.ipv4(f.udp(50000, 443, payload), 17))
        items, _ = outcome(native, ring_block(Sent(data, joined=UDP_L4, size=1000)))
        assert [len(item.payload) for item in items if isinstance(item, Packet)] == [1000, 1000, 9]
        flow = one_flow(native, Sent(data, joined=UDP_L4, size=1000))
        assert (flow.orig_pkts, flow.orig_wire_bytes, flow.orig_bytes) == (3, 2009 + 3 * 42, 2009)

    @pytest.mark.parametrize(("tag", "vlan"), [(None, None), (7, 7), (0xE007, 7), (0xE000, None)])
    def test_a_tag_is_beside_the_frame_and_on_the_wire(
        self, native: bool, tag: int | None, vlan: int | None
    ) -> None:
        flow = one_flow(native, Sent(f.up(f.SYN), tag=tag))
        assert (flow.vlan, flow.orig_wire_bytes) == (vlan, 54 if tag is None else 58)

    def test_a_joined_packet_with_a_tag(self, native: bool) -> None:
        flow = one_flow(native, Sent(f.up(f.ACK, bytes(2000)), tag=7, joined=TCP4, size=1000))
        assert flow.orig_wire_bytes == 2000 + 2 * 58

    def test_frames_without_ip_are_counted_by_kind(self, native: bool) -> None:
        items, stats = outcome(native, ring_block(Sent(f.ethernet(bytes(46), 0x888E), tag=3)))
        assert not items
        assert (stats["other_eapol"], stats["packets"], stats["wire_bytes"]) == (1, 1, 64)

    def test_a_frame_outside_its_block_is_a_loss(self, native: bool) -> None:
        block = ring_block(Sent(f.up(f.SYN)), Sent(f.up(f.ACK)))
        items, _ = outcome(native, block[:-80])
        losses = [item for item in items if isinstance(item, Loss)]
        assert [(loss.kind, loss.lost) for loss in losses] == [("corrupt_block", 1)]

    def test_flows_end_while_the_line_is_quiet(self, native: bool) -> None:
        meter = new_meter(native)
        meter.feed(Block(ring_block(Sent(f.ethernet(f.ipv4(f.udp(1, 2), 17)))), "ring", False, False))
        assert not meter.tick((f.START_S + 60) * 10**9)
        (flow,) = meter.tick((f.START_S + 61) * 10**9)
        assert isinstance(flow, FlowRecord)
        assert flow.end == "idle"
        assert not meter.tick(0)
        assert not meter.flush()
        with pytest.raises(ValueError, match="nanoseconds"):
            meter.tick(-1)


sent_frames = st.builds(
    Sent,
    any_frame,
    st.integers(0, 200 * 10**9),
    st.one_of(st.none(), st.integers(60, 70_000)),
    st.one_of(st.none(), st.integers(0, 0xFFFF)),
    st.sampled_from([0, 0, TCP4, 4, UDP_L4, 0x81]),
    st.sampled_from([0, 1, 9, 500, 1448]),
)


@pytest.mark.skipif(not NATIVE, reason="the native meter is not built: setup.py build_ext --inplace")
@given(st.lists(sent_frames, max_size=12), st.lists(st.tuples(st.integers(8, 2000), st.binary(max_size=3))))
def test_both_meters_agree_on_any_block(sent: list[Sent], damage: list[tuple[int, bytes]]) -> None:
    block = ring_block(*sent)
    for at, new in damage:
        block = block[:at] + new + block[at + len(new) :]
    items, stats = outcome(False, block)
    assert outcome(True, block) == (items, stats)
    other = sum(count for name, count in stats.items() if name.startswith("other_"))
    assert stats["packets"] == stats["flow_packets"] + stats["weird_packets"] + other
