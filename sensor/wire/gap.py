"""What a Bluetooth device says of itself to everybody: AD structures and EIR (Core Specification Supplement,
Part A §1). Bytes in, `Advertised` out. No I/O.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple
from uuid import UUID

from sensor.records import MAX_ITEMS
from sensor.wire.malformed import Malformed
from sensor.wire.text import printable

FLAGS, SHORT_NAME, NAME, TX_POWER, DEVICE_CLASS, APPEARANCE, MANUFACTURER = 1, 8, 9, 10, 0x0D, 0x19, 0xFF
_UUID_BYTES: Final = {2: 2, 3: 2, 4: 4, 5: 4, 6: 16, 7: 16}
_SERVICE_DATA: Final = {0x16: 2, 0x20: 4, 0x21: 16}
"""AD type → bytes of a service UUID in it (Assigned Numbers §2.3)."""

_BASE: Final = "-0000-1000-8000-00805f9b34fb"
"""What a short UUID is short for (Core Vol 3 Part B §2.5.1)."""


class Advertised(NamedTuple):
    """The fields of one advertisement, scan response or inquiry response."""

    name: str | None  # complete, else shortened
    company: int | None  # of the manufacturer data (Assigned Numbers §7)
    services: tuple[str, ...]  # "180f", or all of a UUID that is nobody's short one
    appearance: int | None  # Assigned Numbers §2.6
    device_class: int | None  # Class of Device (Assigned Numbers §2.8)
    flags: int | None  # bit 0 limited, 1 general discoverable, 2 no classic Bluetooth
    tx_power_dbm: int | None


def parse(data: bytes) -> Advertised:
    """Return what the structures say. Raises Malformed when one is longer than what is left."""
    found: dict[int, bytes] = {}
    services: dict[str, None] = {}
    for kind, body in _structures(data):
        found.setdefault(kind, body)
        for service in _uuids(kind, body):
            if len(services) < MAX_ITEMS:
                services.setdefault(service)
    name = found.get(NAME, found.get(SHORT_NAME))
    return Advertised(
        name=None if name is None else printable(name.rstrip(b"\0")),
        company=_number(found.get(MANUFACTURER, b"")[:2], 2),
        services=tuple(services),
        appearance=_number(found.get(APPEARANCE, b""), 2),
        device_class=_number(found.get(DEVICE_CLASS, b""), 3),
        flags=_number(found.get(FLAGS, b"")[:1], 1),
        tx_power_dbm=struct.unpack("b", found[TX_POWER])[0] if len(found.get(TX_POWER, b"")) == 1 else None,
    )


def uuid(data: bytes) -> str:
    """Return the text of a UUID of 2, 4 or 16 bytes, least significant first; short where it can be."""
    if len(data) < 16:
        number = int.from_bytes(data, "little")
        return f"{number:04x}" if number < 0x10000 else f"{number:08x}{_BASE}"
    return short(str(UUID(bytes=data[::-1])))


def short(text: str) -> str:
    """Return the short form of a UUID's text where it has one, else the text."""
    return text[4:8] if len(text) == 36 and text.startswith("0000") and text.endswith(_BASE) else text


def _structures(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (type, body) of each structure; a length of 0 ends them early (Core Vol 3 Part C §11)."""
    at = 0
    while at < len(data) and data[at]:
        end = at + 1 + data[at]
        if end > len(data):
            raise Malformed(
                "structure", f"read a structure of {data[at]} bytes, expected at most {len(data) - at - 1}"
            )
        yield data[at + 1], data[at + 2 : end]
        at = end


def _uuids(kind: int, body: bytes) -> Iterator[str]:
    """Yield the services that a structure names."""
    if size := _UUID_BYTES.get(kind):
        for at in range(0, len(body) - size + 1, size):
            yield uuid(body[at : at + size])
    elif (size := _SERVICE_DATA.get(kind)) and len(body) >= size:
        yield uuid(body[:size])


def _number(data: bytes, size: int) -> int | None:
    return int.from_bytes(data, "little") if len(data) == size else None
