"""Which packets are handed up; for both meters."""

from __future__ import annotations

import pytest

from sensor.meter import Meter, new_meter
from sensor.meter.reference import ReferenceMeter
from sensor.packet import Packet

from . import frames as f

KINDS = [False] if isinstance(new_meter(), ReferenceMeter) else [False, True]
HELLO = b"\x16\x03\x01\x0b\xbd\x01\x00\x0b\xb9" + bytes(3001 - 4)


@pytest.fixture(params=KINDS, ids=["reference", "native"][: len(KINDS)])
def meter(request: pytest.FixtureRequest) -> Meter:
    return new_meter(request.param)


def packets(meter: Meter, *frames: bytes) -> list[Packet]:
    return [item for item in f.run(meter, f.pcap(*frames)) if isinstance(item, Packet)]


def datagram(sport: int, dport: int, payload: bytes) -> bytes:
    return f.ethernet(f.ipv4(f.udp(sport, dport, payload), 17))


@pytest.mark.parametrize(
    ("frame", "wanted"),
    [
        pytest.param(datagram(40000, 53, b"q"), 1, id="DNS"),
        pytest.param(datagram(5353, 5353, b"q"), 1, id="mDNS"),
        pytest.param(datagram(68, 67, b"q"), 1, id="DHCP"),
        pytest.param(datagram(40000, 53, b""), 0, id="an empty datagram"),
        pytest.param(datagram(40000, 123, b"\x23"), 1, id="NTP client"),
        pytest.param(datagram(123, 40000, b"\x24"), 0, id="NTP server"),
        pytest.param(datagram(40000, 443, b"\xc0\0\0\0\1"), 1, id="QUIC long header"),
        pytest.param(datagram(40000, 443, b"\xc0\0\0\0\0"), 0, id="QUIC version negotiation"),
        pytest.param(datagram(40000, 443, b"\x40\0\0\0\1"), 0, id="QUIC short header"),
        pytest.param(
            f.ethernet(f.ipv6(bytes((135, 0)) + bytes(22), 58), 0x86DD), 1, id="neighbour solicitation"
        ),
        pytest.param(f.ethernet(f.ipv6(bytes((128, 0)) + bytes(22), 58), 0x86DD), 0, id="echo"),
        pytest.param(f.ethernet(bytes(28), 0x0806), 1, id="ARP"),
        pytest.param(f.up(f.PSH, b"GET / HTTP/1.1\r\n\r\n", port=8123), 1, id="HTTP on an odd port"),
        pytest.param(f.up(f.PSH, b"GE", port=8123), 1, id="the beginning of a method"),
        pytest.param(f.up(f.PSH, b"SSH-2.0-x\r\n", port=22), 0, id="SSH"),
        pytest.param(f.up(f.PSH, b"\0\x1dxx", port=53), 1, id="DNS over TCP"),
    ],
)
def test_one_packet(meter: Meter, frame: bytes, wanted: int) -> None:
    assert len(packets(meter, frame)) == wanted


def test_what_a_packet_says(meter: Meter) -> None:
    frames = f.pcap(f.up(f.SYN, seq=99), f.up(f.PSH, HELLO[:500], 100))
    packet, flow = f.run(meter, frames)
    assert packet == (f.START_S + 2, flow[2], "tcp", "192.168.1.10", 50000, "198.51.100.7", 443,
                      "02:00:00:00:00:0a", "02:00:00:00:00:01", True, 100, HELLO[:500], False)  # fmt: skip


def segments(data: bytes, size: int = 1000) -> list[bytes]:
    return [f.up(f.PSH, data[at : at + size], 100 + at) for at in range(0, len(data), size)]


def test_a_hello_is_handed_up_until_it_is_complete(meter: Meter) -> None:
    frames = [f.up(f.SYN, seq=99), *segments(HELLO + bytes(9000))]
    assert [packet.seq for packet in packets(meter, *frames)] == [100, 1100, 2100, 3100]


def test_a_hello_out_of_order_is_handed_up(meter: Meter) -> None:
    first, second, third, *_ = segments(HELLO + bytes(9000))
    got = packets(meter, f.up(f.SYN, seq=99), third, second, first)
    assert sorted(packet.seq for packet in got) == [100, 1100, 2100]


@pytest.mark.parametrize(
    ("start", "wanted"), [(b"\x17\3\3\1\0", 2), (b"\x14\3\3\0\1\1", 2), (b"\x17\5\3", 4)]
)
def test_a_server_is_read_until_it_encrypts(meter: Meter, start: bytes, wanted: int) -> None:
    flight = b"\x16\3\3\x10\0\2\0\x0f\xf0" + bytes(1991)  # a ServerHello before TLS 1.3 has no known end
    assert len(packets(meter, *segments(flight + start + bytes(1990)))) == wanted


def test_a_hello_without_syn_is_handed_up(meter: Meter) -> None:
    assert len(packets(meter, *segments(HELLO))) == 4


def test_a_stream_that_began_unseen_may_still_begin_a_message(meter: Meter) -> None:
    frames = [f.up(f.PSH, b"body", 1), f.up(f.PSH, b"POST / HTTP/1.1\r\n", 5), f.up(f.PSH, b"a: b\r\n", 22)]
    assert [packet.seq for packet in packets(meter, *frames)] == [5, 22]


def test_http_is_handed_up_to_a_bound(meter: Meter) -> None:
    data = b"GET / HTTP/1.1\r\n" + bytes(200_000)
    got = packets(meter, f.up(f.SYN, seq=99), *segments(data))
    assert sum(len(packet.payload) for packet in got) == 66_000


def test_only_the_first_quic_packets_are_looked_at(meter: Meter) -> None:
    assert len(packets(meter, *[datagram(40000, 443, b"\xc0\0\0\0\1")] * 20)) == 8


def test_a_packet_cut_by_the_capture_says_so(meter: Meter) -> None:
    data = bytearray(f.pcap(datagram(40000, 53, bytes(100))))
    data[32:36] = (60).to_bytes(4, "little")  # captured length
    (packet,) = [item for item in f.run(meter, bytes(data[: 40 + 60])) if isinstance(item, Packet)]
    assert (len(packet.payload), packet.cut) == (60 - 42, True)
