"""The first message of an MQTT client, on any TCP port (MQTT 3.1.1 §3.1, MQTT 5.0 §3.1). No I/O.

Credentials are in the clear here; that they are there is kept, what they are is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import MqttConnect, Observation, Weird
from sensor.wire.malformed import Malformed
from sensor.wire.text import printable

MAX_CONNECT_BYTES: Final = 4096
"""Longest CONNECT that is read: as much as the meter hands up; usual ones have 30 to 300 bytes."""

_CONNECT: Final = b"\x10"
_NAMES: Final = (b"\0\4MQTT", b"\0\6MQIs")
_WILL, _PASSWORD, _USERNAME = 0x04, 0x40, 0x80
_MAC: Final = re.compile(r"(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}", re.IGNORECASE).search
_UUID: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE).search


class Mqtt:
    """One direction: done with the CONNECT."""

    def __init__(self) -> None:
        self.done = False
        self._waiting = b""

    @staticmethod
    def claims(packet: Packet) -> bool:
        data = packet.payload
        return data[:1] == _CONNECT and data[_body_at(data) :][:6] in _NAMES

    def feed(self, packet: Packet, data: bytes) -> Iterable[Observation | Weird]:
        data = self._waiting = self._waiting + data
        at = _body_at(data)
        end = at + _length(data[1:at])
        if end > MAX_CONNECT_BYTES:
            self.done = True
            detail = f"a CONNECT of {end} bytes, expected at most {MAX_CONNECT_BYTES}"
            return (weird(packet, "mqtt", Malformed("long_connect", detail)),)
        if len(data) < end:
            return ()
        self.done = True
        try:
            return (_connect(packet, data[at:end]),)
        except IndexError:
            return (weird(packet, "mqtt", Malformed("truncated", f"{end} bytes end inside a field")),)

    def end(self) -> tuple[()]:
        return ()


def _body_at(data: bytes) -> int:
    """Return where the variable header begins: behind a length of one to four bytes (§2.2.3)."""
    at = 1
    while at < min(len(data), 4) and data[at] & 0x80:
        at += 1
    return at + 1


def _length(data: bytes) -> int:
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(data))


def _connect(packet: Packet, data: bytes) -> MqttConnect:
    """Raises IndexError where a length leads past the end."""
    _, offset = _field(data, 0)
    version, flags = data[offset], data[offset + 1]
    keepalive_s = data[offset + 2] << 8 | data[offset + 3]
    offset += 4
    if version >= 5:
        offset = _past_properties(data, offset)
    client_id, offset = _field(data, offset)
    will_topic = None
    if flags & _WILL:
        if version >= 5:
            offset = _past_properties(data, offset)
        topic, offset = _field(data, offset)
        will_topic = printable(topic)
    return MqttConnect(
        packet.ts,
        packet.uid,
        packet.src_mac,
        packet.src,
        packet.dst,
        packet.dport,
        version,
        _kind(printable(client_id)),
        bool(flags & _USERNAME),
        bool(flags & _PASSWORD),
        keepalive_s,
        will_topic,
    )


def _field(data: bytes, offset: int) -> tuple[bytes, int]:
    """Return a string behind its length in two bytes, and the offset after it."""
    end = offset + 2 + (data[offset] << 8 | data[offset + 1])
    if end > len(data):
        raise IndexError
    return data[offset + 2 : end], end


def _past_properties(data: bytes, offset: int) -> int:
    """Return the offset after MQTT 5's properties (§2.2.2), which are not read."""
    start = offset
    while data[offset] & 0x80 and offset < start + 3:
        offset += 1
    return offset + 1 + _length(data[start : offset + 1])


def _kind(client_id: str) -> str:
    """Return what kind of name the client has given itself; the name itself is its own."""
    if not client_id:
        return "empty"
    if _UUID(client_id):
        return "uuid"
    if _MAC(client_id):
        return "mac"
    return "number" if client_id.isdigit() else "text"
