from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import NtpRequest, Record
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, SERVER, packet, read, weird_names

REST = bytes(47)


def asked(payload: bytes) -> list[Record]:
    return read(packet(payload, sport=50000, dport=123))


@pytest.mark.parametrize(("first", "version"), [(0x23, 4), (0xE3, 4), (0x1B, 3), (0x0B, 1)])
def test_a_client_s_request(first: int, version: int) -> None:
    assert asked(bytes([first]) + REST) == [NtpRequest(1.0, "F1", CLIENT_MAC, CLIENT, SERVER, version)]


def test_answers_and_other_modes_are_passed_over() -> None:
    assert asked(b"\x24" + REST) == []
    assert asked(b"") == []
    assert read(packet(b"\x23" + REST, sport=123, dport=50000)) == []


@pytest.mark.parametrize("payload", [b"\x23", b"\x23" + REST[1:], b"\x03" + REST, b"\x3b" + REST])
def test_malformed_requests(payload: bytes) -> None:
    assert weird_names(asked(payload)) == ["ntp_header"]


@given(st.binary(max_size=60))
def test_any_bytes_give_records_or_a_weird(payload: bytes) -> None:
    assert isinstance(asked(payload), list)
