"""What is handed up of the protocols that begin in some way of their own; the same by both meters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.meter import Meter, new_meter
from sensor.meter.reference import ReferenceMeter
from sensor.packet import Packet

from . import frames as f

KINDS = [False] if isinstance(new_meter(), ReferenceMeter) else [False, True]
MQTT = b"\x10\x0c\0\4MQTT\4\2\0\x3c\0\0"
STUN = b"\0\1\0\0\x21\x12\xa4\x42" + bytes(12)
DTLS = b"\x16\xfe\xfd" + bytes(10)
WIREGUARD = b"\1\0\0\0" + bytes(144)
OPENVPN = b"\x38" + bytes(13)
SERVER_HELLO = b"\2\0\0\x2e\3\3" + bytes(32) + b"\0\x13\1\0\0\x06"
TLS13 = b"\x16\3\3\0\x32" + SERVER_HELLO + b"\0\x2b\0\2\3\4"
TLS12 = b"\x16\3\3\0\x32" + SERVER_HELLO + b"\0\x17\0\2\0\0"


@pytest.fixture(params=KINDS, ids=["reference", "native"][: len(KINDS)])
def meter(request: pytest.FixtureRequest) -> Meter:
    return new_meter(request.param)


def packets(meter: Meter, *frames: bytes) -> list[Packet]:
    return [item for item in f.run(meter, f.pcap(*frames)) if isinstance(item, Packet)]


def datagram(sport: int, dport: int, payload: bytes) -> bytes:
    return f.ethernet(f.ipv4(f.udp(sport, dport, payload), 17))


def icmp(kind: int, version: int = 4) -> bytes:
    body = bytes((kind, 3)) + bytes(40)
    return f.ethernet(f.ipv4(body, 1)) if version == 4 else f.ethernet(f.ipv6(body, 58), 0x86DD)


@pytest.mark.parametrize(
    ("frame", "wanted"),
    [
        pytest.param(datagram(40000, 5351, b"\0\0"), 1, id="NAT-PMP"),
        pytest.param(datagram(40000, 5683, b"\x40\1\0\1"), 1, id="CoAP"),
        pytest.param(datagram(500, 500, bytes(28)), 1, id="IKE"),
        pytest.param(datagram(40000, 3478, STUN), 1, id="STUN"),
        pytest.param(datagram(40000, 3478, STUN[:19]), 0, id="a STUN header cut short"),
        pytest.param(datagram(40000, 4433, DTLS), 1, id="DTLS"),
        pytest.param(datagram(40000, 4433, b"\x17\xfe\xfd" + bytes(10)), 0, id="DTLS data"),
        pytest.param(datagram(40000, 51820, WIREGUARD), 1, id="WireGuard"),
        pytest.param(datagram(40000, 51820, WIREGUARD[:-1]), 0, id="a byte less"),
        pytest.param(datagram(40000, 4000, OPENVPN), 1, id="OpenVPN"),
        pytest.param(datagram(40000, 4000, b"hello"), 0, id="something else"),
        pytest.param(f.up(f.PSH, MQTT, port=1884), 1, id="MQTT"),
        pytest.param(f.up(f.PSH, b"\x10\x81\x01\0\6MQIsdp\3", port=1883), 1, id="MQTT 3.1, long"),
        pytest.param(f.up(f.PSH, b"\x10\x0c\0\4XQTT\4\2", port=1883), 0, id="not MQTT"),
        pytest.param(f.up(f.PSH, b"DESCRIBE rtsp://x", port=8554), 1, id="RTSP"),
        pytest.param(f.up(f.PSH, b"\0\x0e" + OPENVPN, port=1194), 1, id="OpenVPN over TCP"),
        pytest.param(icmp(3), 1, id="unreachable"),
        pytest.param(icmp(8), 0, id="echo request"),
        pytest.param(icmp(1, 6), 1, id="unreachable, IPv6"),
    ],
)
def test_one_packet(meter: Meter, frame: bytes, wanted: int) -> None:
    assert len(packets(meter, frame)) == wanted


def test_only_the_first_reports_of_unreachable_hosts(meter: Meter) -> None:
    assert len(packets(meter, *[icmp(3)] * 20)) == 8


def test_the_first_packets_of_a_first_port(meter: Meter) -> None:
    assert len(packets(meter, *[datagram(40000, 5683, b"\x40\1\0\1")] * 20)) == 8


def test_a_server_before_tls_1_3_shows_its_certificate(meter: Meter) -> None:
    frames = [f.down(f.SYN_ACK, seq=99), f.down(f.PSH, TLS12, 100), f.down(f.PSH, bytes(900), 155)]
    assert len(packets(meter, *frames)) == 2


def test_a_server_of_tls_1_3_shows_its_hello(meter: Meter) -> None:
    frames = [f.down(f.SYN_ACK, seq=99), f.down(f.PSH, TLS13, 100), f.down(f.PSH, bytes(900), 155)]
    assert [packet.seq for packet in packets(meter, *frames)] == [100]


HELLO = b"\x16\3\1\0\x20\1\0\0\x1c" + bytes(28)


@pytest.mark.parametrize(
    ("port", "lines", "wanted"),
    [
        pytest.param(587, [b"EHLO box\r\n", b"STARTTLS\r\n", HELLO, b"more"], [HELLO], id="mail"),
        pytest.param(587, [b"x\r\n"] * 15 + [HELLO], [HELLO], id="mail, much before"),
        pytest.param(1080, [b"\4\1\1\xbb\1\2\3\4\0", HELLO], [HELLO], id="SOCKS4"),
        pytest.param(1080, [b"\5\1\0", b"\5\1\0\1\1\2\3\4\1\xbb", HELLO], [HELLO], id="SOCKS5"),
        pytest.param(3389, [b"\3\0\0\x13\x0e\xe0" + bytes(13), HELLO], [HELLO], id="remote desktop"),
        pytest.param(5432, [b"\0\0\0\x08\4\xd2\x16\x2f", HELLO], [HELLO], id="PostgreSQL"),
        pytest.param(9999, [b"unknown"] * 4 + [HELLO], [], id="too late"),
    ],
)
def test_tls_after_what_comes_before_it(
    meter: Meter, port: int, lines: list[bytes], wanted: list[bytes]
) -> None:
    seq, frames = 100, [f.up(f.SYN, seq=99, port=port)]
    for line in lines:
        frames.append(f.up(f.PSH, line, seq, port=port))
        seq += len(line)
    assert [packet.payload for packet in packets(meter, *frames)] == wanted


def test_mail_in_clear_is_left_alone(meter: Meter) -> None:
    frames = [f.up(f.PSH, b"x" * 10, 100 + 10 * n, port=25) for n in range(40)]
    assert packets(meter, *frames) == []


def fragments(payload: bytes, port: int = 53) -> list[bytes]:
    body = f.udp(port, 40000, payload)
    return [
        f.ethernet(f.ipv4(body[:1000], 17, fragment=0x2000)),
        f.ethernet(f.ipv4(body[1000:], 17, fragment=125)),
    ]


def test_fragments_of_dns(meter: Meter) -> None:
    payload = bytes(range(256)) * 5
    first, second = packets(meter, *fragments(payload))
    assert (first.kind, first.sport, first.seq, first.cut) == ("fragment", 53, 1 << 16 | 1, False)
    assert (second.kind, second.sport, second.seq, second.cut) == ("fragment", 0, 1 << 16 | 125 << 1, False)
    assert first.payload + second.payload == payload


def test_fragments_of_dns_over_ipv6(meter: Meter) -> None:
    body = f.udp(53, 40000, bytes(1280))
    head = b"\x11\0\0\1\0\0\0\7", b"\x11\0" + (125 << 3).to_bytes(2, "big") + b"\0\0\0\7"
    frames = [
        f.ethernet(f.ipv6(head[0] + body[:1000], 44), 0x86DD),
        f.ethernet(f.ipv6(head[1] + body[1000:], 44), 0x86DD),
    ]
    assert [(packet.kind, packet.seq) for packet in packets(meter, *frames)] == [
        ("fragment", 7 << 16 | 1),
        ("fragment", 7 << 16 | 250),
    ]


def test_fragments_of_something_else_are_few(meter: Meter) -> None:
    assert len(packets(meter, *fragments(bytes(1280), 4000) * 300)) == 128


BEGINNINGS = [
    MQTT,
    STUN,
    DTLS,
    WIREGUARD,
    OPENVPN,
    b"\0\x0e" + OPENVPN,
    TLS13,
    TLS12,
    b"SETUP x",
    b"EHLO\r\n",
]
payloads = st.sampled_from(BEGINNINGS).flatmap(
    lambda whole: st.one_of(
        st.just(whole),
        st.integers(0, len(whole)).map(lambda size: whole[:size]),
        st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)).map(
            lambda change: whole[: change[0]] + bytes((change[1],)) + whole[change[0] + 1 :]
        ),
    )
)
ports = st.sampled_from([21, 25, 53, 500, 587, 1194, 4500, 5351, 5683, 40000])
bodies = st.one_of(
    st.builds(lambda a, b, data: (f.udp(a, b, data), 17), ports, ports, payloads),
    st.builds(
        lambda a, b, flags, data, seq: (f.tcp(a, b, flags, data, seq), 6),
        ports,
        ports,
        st.sampled_from([f.SYN, f.PSH, f.PSH, f.PSH]),
        payloads,
        st.integers(0, 60),
    ),
    st.builds(lambda kind, data: (bytes((kind, 1)) + data, 1), st.sampled_from([3, 8]), payloads),
)
frames4 = st.builds(
    lambda body, fragment: f.ethernet(f.ipv4(*body, fragment=fragment)),
    bodies,
    st.sampled_from([0, 0, 0, 0x2000, 0x2005, 0x0007, 0x4000]),
)
frames6 = st.builds(
    lambda body, fragment: f.ethernet(
        f.ipv6(bytes((body[1], 0)) + fragment.to_bytes(2, "big") + b"\0\0\0\7" + body[0], 44), 0x86DD
    ),
    bodies,
    st.sampled_from([0, 1, 2, 8, 9, 0xFFF9]),
)


@pytest.mark.skipif(len(KINDS) < 2, reason="the native meter is not built: setup.py build_ext --inplace")
@given(st.lists(st.one_of(frames4, frames6), max_size=12))
def test_both_meters_agree(frames: list[bytes]) -> None:
    data = f.pcap(*frames)
    assert f.run(new_meter(True), data) == f.run(new_meter(False), data)
