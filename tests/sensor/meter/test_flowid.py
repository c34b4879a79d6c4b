"""Names of flows and addresses."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.meter.flowid import _siphash128, address_text, mac_text, seconds, uid


def test_siphash_has_a_known_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sensor.meter.flowid.UID_KEY", bytes(range(16)))
    assert _siphash128(b"").hex() == "a3817f04ba25a8e66df67214c7550293"  # vectors of the reference code
    assert _siphash128(b"\0").hex() == "da87c1d86b99af44347659119b22fc45"


def test_a_uid_is_stable_and_safe_in_an_address() -> None:
    assert uid(bytes(40), 1) == uid(bytes(40), 1) != uid(bytes(40), 2)
    assert len(uid(bytes(40), 1)) == 17
    assert uid(bytes(40), 1).replace("-", "a").replace("_", "a").isalnum()


@given(st.binary(min_size=16, max_size=16).filter(lambda raw: raw[:12] != bytes(10) + b"\xff\xff"))
def test_ipv6_text_is_that_of_the_standard_library(raw: bytes) -> None:
    assert address_text(raw) == str(ipaddress.ip_address(raw))


def test_texts() -> None:
    assert address_text(bytes((192, 0, 2, 1))) == "192.0.2.1"
    assert address_text(bytes(10) + b"\xff\xff\xc0\x00\x02\x01") == "::ffff:192.0.2.1"
    assert address_text(bytes(16)) == "::"
    assert mac_text(bytes(range(6))) == "00:01:02:03:04:05"
    assert mac_text(None) is None


def test_microseconds_are_exact() -> None:
    assert seconds(1_461_223_632_123_456_000) == 1461223632.123456
    assert seconds(1_500_000_001) == 1.500000001
