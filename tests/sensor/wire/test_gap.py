from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import MAX_ITEMS, MAX_TEXT
from sensor.wire import gap
from sensor.wire.malformed import Malformed
from tests.sensor.bluetooth.events import structure


def test_every_field() -> None:
    data = (
        structure(1, b"\x06") + structure(8, b"Sho") + structure(9, b"Shorter\0") + structure(10, b"\xfc")
        + structure(0x19, b"\xc1\x03") + structure(0x0D, b"\x04\x04\x24") + structure(0xFF, b"\x4c\0data")
    )  # fmt: skip
    assert gap.parse(data) == gap.Advertised("Shorter", 0x4C, (), 0x3C1, 0x240404, 6, -4)


@pytest.mark.parametrize(
    ("kind", "body", "services"),
    [
        (2, b"\x0f\x18\x0a\x18", ("180f", "180a")),
        (3, b"\x0f\x18\x0a", ("180f",)),
        (5, b"\x0f\x18\0\0", ("180f",)),
        (5, b"\x0f\x18\1\0", ("0001180f-0000-1000-8000-00805f9b34fb",)),
        (7, bytes.fromhex("fb349b5f8000008000100000") + b"\x0f\x18\0\0", ("180f",)),
        (7, bytes(range(16)), ("0f0e0d0c-0b0a-0908-0706-050403020100",)),
        (0x16, b"\x95\xfedata", ("fe95",)),
        (0x21, bytes(range(16)) + b"data", ("0f0e0d0c-0b0a-0908-0706-050403020100",)),
    ],
)
def test_services(kind: int, body: bytes, services: tuple[str, ...]) -> None:
    assert gap.parse(structure(kind, body)).services == services


def test_zero_ends_it_and_too_long_is_malformed() -> None:
    assert gap.parse(structure(9, b"a") + b"\0" + structure(8, b"b")).name == "a"
    with pytest.raises(Malformed, match="structure"):
        gap.parse(b"\x05\x09ab")


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    try:
        found = gap.parse(data)
    except Malformed as error:
        assert error.what == "structure"
        return
    assert len(found.services) <= MAX_ITEMS
    assert found.name is None or len(found.name) <= MAX_TEXT
