"""DHCPv4 (RFC 2131, options RFC 2132): what a client says of itself and which address it is lent. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import MAX_ITEMS, DhcpAck, DhcpRequest, MudUrl, Observation, Weird
from sensor.wire.malformed import Malformed
from sensor.wire.text import ipv4, mac, printable

_FIXED_BYTES: Final = 240  # RFC 2131 §2: 236 and the magic cookie
_COOKIE: Final = b"\x63\x82\x53\x63"
_ETHERNET: Final = 1
_PAD, _END = 0, 255
_HOSTNAME, _REQUESTED, _LEASE, _OVERLOAD, _TYPE, _SERVER = 12, 50, 51, 52, 53, 54
_ROUTERS, _DNS, _PARAMETERS, _VENDOR_CLASS, _CLIENT_ID, _FQDN, _MUD_URL = 3, 6, 55, 60, 61, 81, 161
_FROM_CLIENT: Final = frozenset((1, 3, 4, 7, 8))  # DISCOVER, REQUEST, DECLINE, RELEASE, INFORM
_LENT: Final = frozenset((2, 5))  # OFFER, ACK
_MAX_ID_BYTES: Final = 64
"""Client identifier bytes kept; a DUID, the longest in use, has at most 130 but is told apart by 64."""

Options = dict[int, bytes]


class Dhcp4:
    """One message a packet."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = (67, 68)

    def accepts(self, packet: Packet) -> bool:
        return True

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        try:
            message = _message(packet.ts, packet.payload)
        except Malformed as error:
            yield weird(packet, "dhcp", error)
        else:
            if message:
                yield message
            if isinstance(message, DhcpRequest):
                yield from _mud_url(message, packet.payload)


def _message(ts: float, data: bytes) -> DhcpRequest | DhcpAck | None:
    """Return the record, None for messages that say nothing about a device (NAK, plain BOOTP)."""
    if len(data) < _FIXED_BYTES or data[236:240] != _COOKIE:
        raise Malformed(
            "header", f"{len(data)} bytes without the DHCP cookie at 236, expected 63825363 there"
        )
    if data[1] != _ETHERNET or data[2] != 6:
        raise Malformed(
            "hardware", f"hardware type {data[1]} with {data[2]} address bytes, expected Ethernet, 6"
        )
    options = _all_options(data)
    message_type = options.get(_TYPE, b"\0")[0]
    if data[0] == 1 and message_type in _FROM_CLIENT:
        return _request(ts, data, message_type, options)
    if data[0] == 2 and message_type in _LENT:
        return _ack(ts, data, message_type, options)
    return None


def _request(ts: float, data: bytes, message_type: int, options: Options) -> DhcpRequest:
    client = ipv4(data[12:16])
    return DhcpRequest(
        ts,
        mac(data[28:34]),
        message_type,
        None if client == "0.0.0.0" else client,  # noqa: S104 - the unset ciaddr, nothing is bound to it
        next(_addresses(options, _REQUESTED), None),
        _text(options, _HOSTNAME),
        _fqdn(options),
        _text(options, _VENDOR_CLASS),
        options[_CLIENT_ID][:_MAX_ID_BYTES].hex() if _CLIENT_ID in options else None,
        tuple(options.get(_PARAMETERS, b"")),
    )


def _mud_url(request: DhcpRequest, data: bytes) -> Iterator[MudUrl]:
    """Yield the address in option 161 where it is one (RFC 8520 §10.1)."""
    url = _text(_all_options(data), _MUD_URL) or ""
    if url.startswith("https://"):
        src = request.client or request.requested_address or "0.0.0.0"  # noqa: S104 - no address yet
        yield MudUrl(request.ts, request.mac, src, url, "dhcp")


def _ack(ts: float, data: bytes, message_type: int, options: Options) -> DhcpAck:
    lease = options.get(_LEASE, b"")
    return DhcpAck(
        ts,
        mac(data[28:34]),
        message_type,
        ipv4(data[16:20]),
        next(_addresses(options, _SERVER), None),
        int.from_bytes(lease, "big") if len(lease) == 4 else None,
        tuple(_addresses(options, _ROUTERS)),
        tuple(_addresses(options, _DNS)),
    )


def _all_options(data: bytes) -> Options:
    """Return the options, those in the overloaded file and sname fields too (RFC 2131 §4.1)."""
    options: Options = {}
    _read_options(data[_FIXED_BYTES:], options)
    overload = options.get(_OVERLOAD, b"\0")[0]
    if overload & 1:
        _read_options(data[108:236], options)
    if overload & 2:
        _read_options(data[44:108], options)
    return options


def _read_options(data: bytes, options: Options) -> None:
    """Add the options in `data`; parts of one option are joined (RFC 3396), empty ones left out."""
    offset = 0
    while offset < len(data) and data[offset] != _END:
        if data[offset] == _PAD:
            offset += 1
            continue
        code, size = data[offset], data[offset + 1] if offset + 1 < len(data) else 255
        offset += 2 + size
        if offset > len(data):
            raise Malformed("option_length", f"option {code} of {size} bytes reaches past the end")
        if size:
            options[code] = options.get(code, b"") + data[offset - size : offset]


def _text(options: Options, code: int) -> str | None:
    return printable(options[code].rstrip(b"\0")) if code in options else None


def _addresses(options: Options, code: int) -> Iterator[str]:
    data = options.get(code, b"")
    for offset in range(0, min(len(data) - 3, 4 * MAX_ITEMS), 4):
        yield ipv4(data[offset : offset + 4])


def _fqdn(options: Options) -> str | None:
    """Return the name in option 81 (RFC 4702 §2): a flag says whether it is in DNS form or plain text."""
    data = options.get(_FQDN, b"")
    if len(data) < 4:
        return None
    if not data[0] & 4:
        return printable(data[3:].rstrip(b"\0"))
    labels = []
    offset = 3
    while offset < len(data) and data[offset]:
        labels.append(data[offset + 1 : offset + 1 + data[offset]])
        offset += 1 + data[offset]
    return printable(b".".join(labels))
