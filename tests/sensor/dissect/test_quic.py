from __future__ import annotations

import pytest
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.crypto import CryptoPair
from aioquic.quic.packet import QuicPacketType, encode_long_header_first_byte
from hypothesis import given
from hypothesis import strategies as st

from sensor.dissect.quic import MAX_CONNECTIONS, Quic
from sensor.records import Record, TlsClientHello
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, SERVER, mutated, packet, read, weird_names
from tests.sensor.dissect.hellos import alpn, hello, server_name, versions

V1, V2 = 0x00000001, 0x6B3343CF
HELLO = hello([server_name(b"voice.storybox.example"), alpn(b"h3"), versions(0x0304), (51, bytes(1500))])
CONNECTION_ID = b"\1\2\3\4\5\6\7\x08"


def client_datagrams(version: int) -> list[bytes]:
    """Return the first flight of a real client."""
    settings = QuicConfiguration(alpn_protocols=["h3"], server_name="voice.storybox.example")
    settings.original_version = version
    settings.supported_versions = [version]
    client = QuicConnection(configuration=settings)
    client.connect((SERVER, 443), now=0.0)
    return [datagram for datagram, _ in client.datagrams_to_send(now=0.0)]


def initial(
    frames: bytes, number: int = 0, key_id: bytes = CONNECTION_ID, shown_id: bytes = CONNECTION_ID
) -> bytes:
    """Return an Initial of v1 protected with the keys of `key_id`."""
    first = encode_long_header_first_byte(V1, QuicPacketType.INITIAL, 1)
    header = bytes([first]) + V1.to_bytes(4, "big") + bytes([len(shown_id)]) + shown_id + b"\0\0"
    header += (0x4000 | len(frames) + 2 + 16).to_bytes(2, "big") + number.to_bytes(2, "big")
    pair = CryptoPair()
    pair.setup_initial(key_id, is_client=True, version=V1)
    return pair.encrypt_packet(header, frames, number)


def crypto(start: int, end: int) -> bytes:
    """Return a CRYPTO frame with these bytes of the hello."""
    data = HELLO[start:end]
    return b"\x06" + (0x4000 | start).to_bytes(2, "big") + (0x4000 | len(data)).to_bytes(2, "big") + data


def sent(*datagrams: bytes, uid: str = "F1") -> list[Record]:
    return read(*[packet(datagram, uid=uid, dport=443) for datagram in datagrams])


@pytest.mark.parametrize("version", [V1, V2])
def test_the_hello_of_a_real_client(version: int) -> None:
    (found,) = sent(*client_datagrams(version))
    assert isinstance(found, TlsClientHello)
    assert found[2:8] == (CLIENT_MAC, "quic", CLIENT, 40000, SERVER, 443)
    assert (found.server_name, found.alpn, found.versions) == ("voice.storybox.example", ("h3",), (0x0304,))
    assert found.ja4.startswith("q13d")


WHOLE = sent(initial(crypto(0, 9999)))
PIECES = [initial(crypto(0, 500), 0), initial(crypto(500, 1200), 1), initial(crypto(1200, 9999), 2)]


@pytest.mark.parametrize(
    "datagrams",
    [
        PIECES,
        PIECES[::-1],
        [PIECES[0] + PIECES[1] + PIECES[2]],
        [initial(crypto(700, 9999) + b"\1\0\0" + crypto(300, 700) + crypto(0, 300))],
        [PIECES[0], PIECES[0], *PIECES],
        [*PIECES, *PIECES],
    ],
)
def test_a_scattered_hello(datagrams: list[bytes]) -> None:
    assert len(WHOLE) == 1
    assert sent(*datagrams) == WHOLE


def test_keys_stay_those_of_the_first_packet() -> None:
    later = initial(crypto(500, 9999), 1, shown_id=b"server's")
    assert sent(PIECES[0], later) == WHOLE


def test_after_a_retry_the_keys_are_new() -> None:
    token = b"retried!"
    assert sent(PIECES[0], initial(crypto(0, 9999), 1, key_id=token, shown_id=token)) == WHOLE


def test_two_connections_do_not_mix() -> None:
    one = [packet(piece, uid="F1", dport=443) for piece in PIECES]
    two = [packet(piece, uid="F2", dport=443) for piece in PIECES]
    mixed = [both for pair in zip(one, two, strict=True) for both in pair]
    assert [record.uid for record in read(*mixed) if isinstance(record, TlsClientHello)] == ["F1", "F2"]


def test_the_server_s_packets_are_passed_over() -> None:
    assert read(packet(PIECES[0], sport=443, is_orig=False)) == []


@pytest.mark.parametrize(
    ("datagram", "name"),
    [
        (initial(crypto(0, 100), shown_id=b"not mine"), "quic_undecryptable"),
        (initial(b"\x08stream data"), "quic_frame_type"),
        (initial(b"\x06\x80\x01\0\0\x01a"), "quic_long_hello"),
        (initial(b"\x06\0\x04\x02\0\0\0"), "quic_not_a_hello"),
        (PIECES[0][:40], "quic_packet_length"),
    ],
)
def test_malformed_datagrams(datagram: bytes, name: str) -> None:
    assert weird_names(sent(datagram, datagram)) == [name]


def test_a_flood_of_connections_is_bounded() -> None:
    dissector = Quic()
    for number in range(MAX_CONNECTIONS + 5):
        list(dissector.dissect(packet(PIECES[0], uid=f"F{number}")))
    assert len(dissector._connections) == MAX_CONNECTIONS


@given(st.one_of(st.binary(max_size=200), mutated(PIECES)), st.binary(max_size=60))
def test_any_bytes_give_records_or_a_weird(datagram: bytes, frames: bytes) -> None:
    assert isinstance(sent(datagram, PIECES[0]), list)
    assert isinstance(sent(initial(frames + bytes(20)), PIECES[1]), list)
