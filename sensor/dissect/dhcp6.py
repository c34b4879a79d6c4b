"""DHCP for IPv6 (RFC 8415): what a client says of itself and which addresses it is lent. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import MAX_ITEMS, Dhcp6Reply, Dhcp6Request, MudUrl, Observation, Weird
from sensor.wire.malformed import Malformed
from sensor.wire.text import ipv6, mac, printable

_MUD_URL: Final = 112
_FROM_CLIENT: Final = frozenset((1, 3, 4, 5, 6, 8, 9, 11))  # SOLICIT … RELEASE, DECLINE, INFORMATION-REQUEST
_FROM_SERVER: Final = frozenset((2, 7))  # ADVERTISE, REPLY
_CLIENT_ID, _IA_NA, _IA_TA, _IA_ADDRESS, _OPTION_REQUEST = 1, 3, 4, 5, 6
_VENDOR_CLASS, _DNS, _IA_PD, _IA_PREFIX, _FQDN = 16, 23, 25, 26, 39

MAX_OPTIONS: Final = 128
"""Options read at one level: messages have about ten."""

MAX_DUID_BYTES: Final = 130
"""RFC 8415 §11.1: two for the type and at most 128."""

Options = dict[int, list[bytes]]


class Dhcp6:
    """One message a packet. What relays wrap is between routers and is passed over."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = (546, 547)

    def accepts(self, packet: Packet) -> bool:
        return True

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        data = packet.payload
        try:
            if data[0] in _FROM_CLIENT:
                options = _options(data[4:])
                yield _request(packet, options)
                yield from _mud_url(packet, options)
            elif data[0] in _FROM_SERVER:
                yield _reply(packet, _options(data[4:]))
        except Malformed as error:
            yield weird(packet, "dhcp6", error)


def _request(packet: Packet, options: Options) -> Dhcp6Request:
    duid = _first(options, _CLIENT_ID)
    vendor = _first(options, _VENDOR_CLASS) or b""
    asked = _first(options, _OPTION_REQUEST) or b""
    return Dhcp6Request(
        packet.ts,
        packet.src_mac,
        packet.src,
        packet.payload[0],
        duid[:MAX_DUID_BYTES].hex() if duid else None,
        _duid_mac(duid or b""),
        _fqdn(_first(options, _FQDN)),
        int.from_bytes(vendor[:4], "big") if len(vendor) >= 4 else None,
        printable(vendor[6 : 6 + int.from_bytes(vendor[4:6], "big")]) if len(vendor) > 6 else None,
        tuple(int.from_bytes(asked[at : at + 2], "big") for at in range(0, len(asked) - 1, 2))[:MAX_ITEMS],
        _addresses(options),
    )


def _mud_url(packet: Packet, options: Options) -> Iterator[MudUrl]:
    """Yield the address in option 112 where it is one (RFC 8520 §10.2)."""
    url = printable(_first(options, _MUD_URL) or b"")
    if url.startswith("https://"):
        yield MudUrl(packet.ts, packet.src_mac, packet.src, url, "dhcp6")


def _reply(packet: Packet, options: Options) -> Dhcp6Reply:
    duid = _first(options, _CLIENT_ID)
    servers = _first(options, _DNS) or b""
    return Dhcp6Reply(
        packet.ts,
        packet.dst_mac,
        packet.dst,
        packet.src,
        packet.payload[0],
        duid[:MAX_DUID_BYTES].hex() if duid else None,
        _addresses(options),
        _prefixes(options),
        tuple(ipv6(servers[at : at + 16]) for at in range(0, len(servers) - 15, 16))[:MAX_ITEMS],
    )


def _options(data: bytes) -> Options:
    """Return the options in `data` (RFC 8415 §21.1). Raises Malformed."""
    found: Options = {}
    offset = 0
    for _ in range(MAX_OPTIONS):
        if offset + 4 > len(data):
            break
        code, size = (
            int.from_bytes(data[offset : offset + 2], "big"),
            data[offset + 2] << 8 | data[offset + 3],
        )
        offset += 4 + size
        if offset > len(data):
            raise Malformed("option_length", f"option {code} of {size} bytes reaches past the end")
        found.setdefault(code, []).append(data[offset - size : offset])
    return found


def _first(options: Options, code: int) -> bytes | None:
    return options[code][0] if code in options else None


def _duid_mac(duid: bytes) -> str | None:
    """Return the Ethernet address in a DUID-LLT or DUID-LL."""
    start = {b"\0\1\0\1": 8, b"\0\3\0\1": 4}.get(duid[:4], 0)
    return mac(duid[start:]) if start and len(duid) == start + 6 else None


def _fqdn(body: bytes | None) -> str | None:
    """Return the name of a Client FQDN option (RFC 4704 §4.2): flags, then labels."""
    if body is None:
        return None
    labels: list[bytes] = []
    offset = 1
    while (
        offset < len(body)
        and (size := body[offset])
        and offset + size < len(body)
        and len(labels) < MAX_ITEMS
    ):
        labels.append(body[offset + 1 : offset + 1 + size])
        offset += 1 + size
    return printable(b".".join(labels)).lower()


def _inside(options: Options, containers: dict[int, int], wanted: int) -> Iterator[bytes]:
    """Yield the `wanted` options inside those containers, whose fixed parts have so many bytes."""
    for code, fixed in containers.items():
        for body in options.get(code, ())[:MAX_ITEMS]:
            yield from _options(body[fixed:]).get(wanted, ())


def _addresses(options: Options) -> tuple[str, ...]:
    found = _inside(options, {_IA_NA: 12, _IA_TA: 4}, _IA_ADDRESS)
    return tuple([ipv6(body[:16]) for body in found if len(body) >= 16][:MAX_ITEMS])


def _prefixes(options: Options) -> tuple[str, ...]:
    found = _inside(options, {_IA_PD: 12}, _IA_PREFIX)  # RFC 8415 §21.22: two lifetimes, length, prefix
    return tuple([f"{ipv6(body[9:25])}/{body[8]}" for body in found if len(body) >= 25][:MAX_ITEMS])
