"""Description documents: the device's own fields, and no trap sprung."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.registry import Devices
from appliance.devices.upnp import MAX_BYTES, MAX_TEXT, Description, parse_description
from tests.appliance.devices.samples import KNOWLEDGE, MODULE, neighbour

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
    + b"]><root><device><manufacturer>&m;</manufacturer></device></root>"
)


def document(fields: str) -> bytes:
    return f"<root xmlns='urn:schemas-upnp-org:device-1-0'><device>{fields}</device></root>".encode()


def test_the_outermost_devices_own_fields_are_read() -> None:
    inner = "<deviceList><device><manufacturer>Other</manufacturer></device></deviceList>"
    data = document(
        f"<deviceType>urn:x:device:Y:1</deviceType><friendlyName>Den &amp; hall</friendlyName>{inner}"
        "<manufacturer> Signify </manufacturer><modelName>Hue Bridge</modelName><modelNumber>2</modelNumber>"
    )
    assert parse_description(data) == Description(
        "Signify", "Hue Bridge", "2", "Den & hall", "urn:x:device:Y:1"
    )


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("entities that multiply", BOMB),
        ("a file of ours", b'<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><root>&f;</root>'),
        ("any DOCTYPE", b"<!DOCTYPE root><root><device><manufacturer>X</manufacturer></device></root>"),
        ("too deep", b"<a>" * 100),
        ("too long", document("<manufacturer>X</manufacturer>") + b" " * MAX_BYTES),
        ("not closed", b"<root><device><manufacturer>X"),
        ("a strange encoding", b'<?xml version="1.0" encoding="utf-7"?><root/>'),
        ("no fields", b"<root><device/></root>"),
        ("a page", b"<html><body>Hello</body></html>"),
        ("nothing", b""),
    ],
)
def test_traps_and_other_texts_are_refused(what: str, data: bytes) -> None:
    start = time.perf_counter()
    assert parse_description(data) is None, what
    assert time.perf_counter() - start < 0.5


@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes(data: bytes, text: str) -> None:
    for found in (
        parse_description(data),
        parse_description(document(f"<manufacturer>{text}</manufacturer>")),
    ):
        assert found is None or len(found.manufacturer or "") <= MAX_TEXT


def test_a_long_field_is_shortened() -> None:
    found = parse_description(document(f"<manufacturer>{'x' * 50_000}</manufacturer>"))
    assert found is not None
    assert found.manufacturer == "x" * MAX_TEXT


def test_what_a_device_says_when_asked_is_evidence() -> None:
    devices = Devices(KNOWLEDGE)
    devices.observe(neighbour(MODULE, "192.168.1.31"))
    devices.take_dirty()
    said = Description("Sonos, Inc.", "Sonos One", None, "Den", "urn:schemas-upnp-org:device:ZonePlayer:1")
    devices.describe("192.168.1.31", said, 200.0)
    devices.describe("192.168.1.99", said, 200.0)  # nobody there
    record = devices.record(devices.ids()[0])
    assert (record.vendor, record.category, record.model) == ("Sonos", "speaker", "Sonos One")
    assert devices.take_dirty() == {record.device}
    assert "its description names the model “Sonos One”" in {item.reason for item in record.evidence}
