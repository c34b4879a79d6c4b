"""The real capture of the home: the sensor reads it, and it is the same home as that of the months."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sensor.offline import capture_records
from sensor.records import (
    DhcpRequest,
    DnsQuery,
    HttpRequest,
    MdnsService,
    NtpRequest,
    Record,
    SsdpAnnouncement,
    TlsClientHello,
    Weird,
)
from tests.household.home import BOX, DEVICES, DOLL, QUIC_JA4

CAPTURE = Path(__file__).parent.parent / "captures" / "household.pcapng.gz"
MOST_BYTES = 2_000_000


@cache
def today() -> list[Record]:
    refused: list[object] = []
    records = list(capture_records([CAPTURE], refused.append))
    assert refused == []
    return records


def of(kind: type) -> list:
    return [record for record in today() if isinstance(record, kind)]


def test_it_is_small() -> None:
    assert CAPTURE.stat().st_size < MOST_BYTES


def test_nothing_in_it_is_weird() -> None:
    assert of(Weird) == []


def test_every_protocol_is_there() -> None:
    for kind in (
        DhcpRequest,
        DnsQuery,
        MdnsService,
        SsdpAnnouncement,
        HttpRequest,
        NtpRequest,
        TlsClientHello,
    ):
        assert of(kind), kind.__name__
    assert {hello.transport for hello in of(TlsClientHello)} == {"tcp", "quic"}
    assert any(":" in hello.src for hello in of(TlsClientHello)), "IPv6"


def test_every_device_joins_as_it_does_in_the_months() -> None:
    said = {record.mac: (record.hostname, record.vendor_class, record.parameter_list)
            for record in of(DhcpRequest)}  # fmt: skip
    assert said == {
        device.mac: (device.hostname, device.vendor_class, device.parameters) for device in DEVICES
    }


def test_handshakes_are_those_of_the_months() -> None:
    seen = {(hello.mac, hello.ja4) for hello in of(TlsClientHello) if hello.transport == "tcp"}
    assert seen == {(device.mac, device.tls[-1].ja4) for device in DEVICES}
    assert {hello.ja4 for hello in of(TlsClientHello) if hello.transport == "quic"} == {QUIC_JA4}


def test_the_box_has_another_handshake_since_its_update() -> None:
    assert BOX.tls[0].ja4 != BOX.tls[-1].ja4


def test_the_doll_is_updated_and_talks_to_its_new_party() -> None:
    assert {record.user_agent for record in of(HttpRequest) if record.mac == DOLL.mac} == {
        "AmberlyDoll/3.0.0 (doll)"
    }
    txt = {pair for record in of(MdnsService) if record.mac == DOLL.mac for pair in record.txt}
    assert ("fw", "3.0.0") in txt
    assert "api.parlanceloop.example" in {hello.server_name for hello in of(TlsClientHello)
                                          if hello.mac == DOLL.mac}  # fmt: skip
