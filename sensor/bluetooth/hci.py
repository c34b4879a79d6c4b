"""HCI events → records: advertisements and answers to an inquiry (Core Vol 4 Part E §7.7). No I/O.

Only what devices say to everybody is read. Commands, connections and their data are not looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any, Final

from sensor.records import BleAdvertisement, InquiryResult, Nearby, Weird
from sensor.wire import gap
from sensor.wire.malformed import Malformed
from sensor.wire.text import mac

EVENT_PACKET: Final = 0x04  # first byte of an event in the H4 framing (Core Vol 4 Part A §2)
MAX_REPORTS: Final = 25
"""Reports in one event (Core Vol 4 Part E §7.7.65.2: at most 0x19)."""

_ADVERTISED: Final = ("connectable", "directed", "scannable", "non_connectable", "scan_response")
"""Event_Type of a legacy advertising report → kind."""

_UNKNOWN_RSSI: Final = 127
_NOTHING: Final = gap.parse(b"")


def dissect(ts: float, packet: bytes) -> Iterator[Nearby | Weird]:
    """Yield what one HCI packet in H4 framing says; nothing for what is no advertisement. Never raises."""
    if len(packet) < 3 or packet[0] != EVENT_PACKET:
        return
    reader = _EVENTS.get(packet[1])
    if reader is None:
        return
    try:
        if packet[2] > len(packet) - 3:
            raise Malformed("event", f"read {len(packet) - 3} bytes of an event of {packet[2]}")
        yield from reader(ts, packet[3 : 3 + packet[2]])
    except Malformed as error:
        yield Weird(ts, f"bluetooth_{error.what}", None, None, None, error.detail)


def address_kind(random: bool, address: bytes) -> str:
    """Return what an LE address is (Core Vol 6 Part B §1.3): "public" and "static" ones can be followed."""
    if not random:
        return "public"
    return {3: "static", 1: "resolvable", 0: "non_resolvable"}.get(address[5] >> 6, "reserved")


def _le_meta(ts: float, body: bytes) -> Iterator[Nearby]:
    """Read the reports of an LE scan: legacy (subevent 2) and extended (subevent 13)."""
    readers = {0x02: _legacy, 0x0D: _extended}
    reader = readers.get(body[0]) if len(body) > 1 else None
    if reader is None:
        return
    at = 2
    for _ in range(_count(body[1])):
        report, at = reader(ts, body, at)
        yield report


def _legacy(ts: float, body: bytes, at: int) -> tuple[BleAdvertisement, int]:
    """Read one report of §7.7.65.2."""
    kind, random, address, size = _unpack("<BB6sB", body, at)
    data, end = _data(body, at + 9, size)
    (rssi,) = _unpack("b", body, end)
    event = _ADVERTISED[kind] if kind < len(_ADVERTISED) else "reserved"
    said = gap.parse(data)
    return _advertisement(ts, (address, bool(random & 1)), (event, kind in {0, 1}), said, rssi), end + 1


def _extended(ts: float, body: bytes, at: int) -> tuple[BleAdvertisement, int]:
    """Read one report of §7.7.65.13."""
    bits, random, address, _phys, rssi, _periodic, _direct, size = _unpack("<HB6s4sb2s7sB", body, at)
    data, end = _data(body, at + 24, size)
    event = "scan_response" if bits & 8 else "directed" if bits & 4 else "connectable" if bits & 1 else ""
    event = event or ("scannable" if bits & 2 else "non_connectable")
    said = gap.parse(data)
    return _advertisement(ts, (address, bool(random & 1)), (event, bool(bits & 1)), said, rssi), end


def _advertisement(
    ts: float, sender: tuple[bytes, bool], event: tuple[str, bool], said: gap.Advertised, rssi: int
) -> BleAdvertisement:
    """`sender`: (address, whether it is random); `event`: (its kind, whether it can be connected to)."""
    address, random = sender
    return BleAdvertisement(
        ts=ts,
        address=mac(address[::-1]),
        address_kind=address_kind(random, address),
        event=event[0],
        connectable=event[1],
        name=said.name,
        company=said.company,
        services=said.services,
        appearance=said.appearance,
        flags=said.flags,
        tx_power_dbm=said.tx_power_dbm,
        rssi_dbm=None if rssi == _UNKNOWN_RSSI else rssi,
    )


def _inquiry(ts: float, body: bytes) -> Iterator[Nearby]:
    """Read answers without signal strength (§7.7.2)."""
    for number in range(_count(body[0] if body else 0)):
        address, _, device_class = _unpack("<6s3s3s", body, 1 + 14 * number)
        yield _answer(ts, address, device_class, _NOTHING, None)


def _inquiry_with_rssi(ts: float, body: bytes) -> Iterator[Nearby]:
    """Read answers with signal strength (§7.7.33)."""
    for number in range(_count(body[0] if body else 0)):
        address, _, device_class, _, rssi = _unpack("<6s2s3s2sb", body, 1 + 14 * number)
        yield _answer(ts, address, device_class, _NOTHING, rssi)


def _extended_inquiry(ts: float, body: bytes) -> Iterator[Nearby]:
    """Read the one answer that says more of itself (§7.7.38)."""
    address, _, device_class, _, rssi = _unpack("<6s2s3s2sb", body, 1)
    yield _answer(ts, address, device_class, gap.parse(body[15:]), rssi)


def _answer(ts: float, address: bytes, device_class: bytes, said: gap.Advertised, rssi: int | None) -> Nearby:
    return InquiryResult(
        ts=ts,
        address=mac(address[::-1]),
        device_class=int.from_bytes(device_class, "little"),
        name=said.name,
        company=said.company,
        services=said.services,
        rssi_dbm=None if rssi == _UNKNOWN_RSSI else rssi,
    )


def _count(number: int) -> int:
    if number > MAX_REPORTS:
        raise Malformed("reports", f"read {number} reports in one event, expected at most {MAX_REPORTS}")
    return number


def _data(body: bytes, at: int, size: int) -> tuple[bytes, int]:
    if at + size > len(body):
        raise Malformed("truncated", f"read {len(body) - at} bytes of advertising data, expected {size}")
    return body[at : at + size], at + size


def _unpack(form: str, body: bytes, at: int) -> tuple[Any, ...]:
    try:
        return struct.unpack_from(form, body, at)
    except struct.error:
        raise Malformed("truncated", f"read an event of {len(body)} bytes, expected more at {at}") from None


_EVENTS: Final[dict[int, Callable[[float, bytes], Iterator[Nearby]]]] = {
    0x02: _inquiry,
    0x22: _inquiry_with_rssi,
    0x2F: _extended_inquiry,
    0x3E: _le_meta,
}
"""Event code → its reader."""
