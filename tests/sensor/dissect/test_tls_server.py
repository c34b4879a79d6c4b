from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import Record, TlsCertificate, TlsServerHello
from tests.sensor.dissect.given import (
    CLIENT,
    CLIENT_MAC,
    SERVER,
    SERVER_MAC,
    mutated,
    read,
    segments,
    weird_names,
)
from tests.sensor.dissect.hellos import record, sized, u16
from tests.sensor.wire.certificates import CERTIFICATE

DOWN = {
    "src": SERVER,
    "dst": CLIENT,
    "sport": 443,
    "dport": 40000,
    "src_mac": SERVER_MAC,
    "dst_mac": CLIENT_MAC,
    "is_orig": False,
}
ENDS = (1.0, "F1", CLIENT_MAC, CLIENT, 40000, SERVER, 443)


def message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + sized(body, 3)


def server_hello(*extensions: tuple[int, bytes]) -> bytes:
    block = sized(b"".join(u16(kind) + sized(data) for kind, data in extensions)) if extensions else b""
    return message(2, u16(0x0303) + bytes(32) + sized(b"", 1) + u16(0xC02F) + b"\0" + block)


TLS13 = record(server_hello((43, u16(0x0304)), (51, u16(29) + sized(bytes(32)))))
TLS12 = record(server_hello((16, sized(sized(b"h2", 1)))))
CHAIN = record(message(11, sized(sized(CERTIFICATE, 3) * 2, 3)))


def down(*parts: bytes) -> list[Record]:
    return read(*segments(parts, **DOWN))


def test_tls_1_3() -> None:
    assert down(TLS13) == [TlsServerHello(*ENDS, 0x0304, 0xC02F, 29, None)]


@pytest.mark.parametrize("size", [6, 50, 300, 5000])
def test_a_certificate_of_tls_1_2(size: int) -> None:
    stream = TLS12 + CHAIN
    hello, certificate = down(*[stream[at : at + size] for at in range(0, len(stream), size)])
    assert hello == TlsServerHello(*ENDS, 0x0303, 0xC02F, None, "h2")
    assert isinstance(certificate, TlsCertificate)
    assert (certificate.subject, certificate.self_signed, certificate.chain) == (
        "CN=box.example, O=Box",
        True,
        2,
    )
    assert certificate.names == ("box.example", "192.168.4.21")


def test_a_resumed_session_shows_no_certificate() -> None:
    assert [type(found) for found in down(TLS12 + b"\x14\3\3\0\1\1", b"\x16\3\3\0\x28" + bytes(40))] == [
        TlsServerHello
    ]


@pytest.mark.parametrize(
    ("stream", "name"),
    [
        (record(b"\2\0\0\0"), "tls_server_truncated_hello"),
        (record(message(2, bytes(34) + b"\xff" + bytes(10))), "tls_server_truncated_hello"),
        (record(b"\2\1\0\0"), "tls_server_long_message"),
        (TLS12 + record(message(11, b"\0\0\\9\0\1\0abc")), "tls_server_certificate_length"),
        (TLS12 + record(message(11, sized(sized(b"\x30\0", 3), 3))), "tls_server_certificate"),
    ],
)
def test_malformed(stream: bytes, name: str) -> None:
    assert name in weird_names(down(stream))


@given(st.lists(st.one_of(st.binary(max_size=60), mutated([TLS12 + CHAIN, TLS13])), max_size=4))
def test_any_bytes_give_records_or_a_weird(parts: list[bytes]) -> None:
    assert isinstance(down(TLS12[:20], *parts), list)
    assert isinstance(down(*parts), list)
