from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.wire.certificate import parse
from sensor.wire.malformed import Malformed
from tests.sensor.dissect.given import mutated
from tests.sensor.wire.certificates import CERTIFICATE, certificate


def test_what_a_certificate_says() -> None:
    read = parse(CERTIFICATE)
    assert (read.subject, read.issuer, read.self_signed) == (
        "CN=box.example, O=Box",
        "CN=box.example, O=Box",
        True,
    )
    assert datetime.fromtimestamp(read.not_before, UTC) == datetime(2026, 1, 1, tzinfo=UTC)
    assert datetime.fromtimestamp(read.not_after, UTC) == datetime(2051, 1, 1, tzinfo=UTC)
    assert read.names == ("box.example", "192.168.4.21")


def test_a_certificate_that_another_signed() -> None:
    read = parse(certificate(issuer="Some CA"))
    assert (read.issuer, read.self_signed) == ("CN=Some CA, O=Box", False)


@pytest.mark.parametrize(
    "der", [b"", b"\x30", CERTIFICATE[:200], b"\x30\x84\xff\xff\xff\xff", b"\x30\x80\0\0"]
)
def test_malformed(der: bytes) -> None:
    with pytest.raises(Malformed):
        parse(der)


@given(st.one_of(st.binary(max_size=60), mutated([CERTIFICATE])))
def test_any_bytes_are_read_or_malformed(der: bytes) -> None:
    with suppress(Malformed):
        parse(der)
