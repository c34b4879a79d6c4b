from __future__ import annotations

import pytest

from sensor.wire.ja4 import GREASE, ja4, values

# The worked example of the specification.
CIPHERS = bytes.fromhex("130113021303c02bc02fc02cc030cca9cca8c013c014009c009d002f0035")
EXTENSIONS = [
    0x001B, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002D, 0x000D,
    0x0005, 0x0023, 0x0012, 0x002B, 0xFF01, 0x000B, 0x000A, 0x0015,
]  # fmt: skip
ALGORITHMS = bytes.fromhex("04030804040105030805050108060601")


def made(
    transport: str = "t",
    version: int = 0x0304,
    ciphers: bytes = CIPHERS,
    extensions: list[int] = EXTENSIONS,
    algorithms: bytes = ALGORITHMS,
    alpn: bytes | None = b"h2",
) -> str:
    return ja4(
        transport, version, ciphers, extensions=tuple(extensions), signature_algorithms=algorithms, alpn=alpn
    )


def test_example_of_the_specification() -> None:
    assert made() == "t13d1516h2_8daaf6152771_e5627efa2ab1"


def test_without_signature_algorithms() -> None:
    assert made(algorithms=b"") == "t13d1516h2_8daaf6152771_6d807ffa2a79"


def test_grease_is_left_out_everywhere() -> None:
    greased = made(
        ciphers=b"\x3a\x3a" + CIPHERS,
        extensions=[0xFAFA, *EXTENSIONS, 0x0A0A],
        algorithms=b"\xaa\xaa" + ALGORITHMS,
    )
    assert greased == made()
    assert len(GREASE) == 16
    assert values(b"\x1a\x1a\x13\x01\x1a\x2a\xff") == [0x1301, 0x1A2A]


def test_order_of_ciphers_and_extensions_does_not_count_that_of_algorithms_does() -> None:
    swapped = CIPHERS[2:] + CIPHERS[:2]
    assert made(ciphers=swapped, extensions=EXTENSIONS[::-1]) == made()
    assert made(algorithms=ALGORITHMS[2:] + ALGORITHMS[:2]) != made()


@pytest.mark.parametrize(
    ("alpn", "ends"),
    [
        (None, "00"),
        (b"", "00"),
        (b"h2", "h2"),
        (b"http/1.1", "h1"),
        (b"h", "hh"),
        (b"\xab", "ab"),
        (b"\xab\xcd", "ad"),
        (b"\x30\xab", "3b"),
        (b"\x30\x31\xab\xcd", "3d"),
        (b"\x30\xab\xcd\x31", "01"),
        (b"-x", "28"),
    ],
)
def test_ends_of_the_protocol(alpn: bytes | None, ends: str) -> None:
    assert made(alpn=alpn)[8:10] == ends


@pytest.mark.parametrize(
    ("version", "text"),
    [
        (0x0304, "13"), (0x0303, "12"), (0x0302, "11"), (0x0301, "10"), (0x0300, "s3"), (0x0002, "s2"),
        (0xFEFF, "d1"), (0xFEFD, "d2"), (0xFEFC, "d3"), (0x7F1C, "00"),
    ],
)  # fmt: skip
def test_versions(version: int, text: str) -> None:
    assert made(version=version)[1:3] == text


def test_nothing_offered() -> None:
    assert made(ciphers=b"", extensions=[], alpn=None) == "t13i000000_000000000000_000000000000"
    assert made(extensions=[0, 16]).endswith("_000000000000")
    assert made("q", extensions=[16])[:4] == "q13i"


def test_counts_stop_at_99() -> None:
    many = b"".join(number.to_bytes(2, "big") for number in range(600))
    assert made(ciphers=many, extensions=list(range(1000, 1600)))[4:8] == "9999"
