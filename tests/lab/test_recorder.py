"""The recorder's pcapng, read back by dpkt."""

from __future__ import annotations

import io

import dpkt

from tests.lab.recorder import file_head, packet_block


def test_what_is_written_is_read_back() -> None:
    frames = [b"\x01" * 60, b"\x02" * 61, b"\x03" * 1514]
    data = file_head("br-lan")
    for number, frame in enumerate(frames):
        data += packet_block(1_795_000_000, 250_000_000 + number, frame, len(frame))
    reader = dpkt.pcapng.Reader(io.BytesIO(data))
    packets = list(reader)
    assert [bytes(frame) for _, frame in packets] == frames
    assert abs(packets[0][0] - 1_795_000_000.25) < 1e-6
    assert reader.datalink() == dpkt.pcap.DLT_EN10MB
