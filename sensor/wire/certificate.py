"""X.509 certificates (RFC 5280 §4.1) as far as a person asks: whose, by whom, until when. No I/O.

Nothing is verified: this says what the certificate says. DER (ITU-T X.690) is read by its lengths alone, each
inside the one around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from sensor.records import MAX_ITEMS, MAX_TEXT
from sensor.wire.malformed import Malformed
from sensor.wire.text import ipv4, ipv6, printable

MAX_ELEMENTS: Final = 512
"""Elements read inside one other: a certificate with a thousand names is read in part."""

_CACHED_CERTIFICATES: Final = 1024
"""Remembered certificates: a home's things meet some hundred servers again and again; 8 MB at worst."""

_CACHED_BYTES: Final = 4096
"""Longest certificate that is remembered; a usual one has 1,000 to 2,000 bytes."""

_SEQUENCE, _SET, _INTEGER, _OID, _OCTETS = 0x30, 0x31, 0x02, 0x06, 0x04
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87  # GeneralName, RFC 5280 §4.2.1.6
_ALTERNATIVE_NAME: Final = bytes.fromhex("551d11")  # 2.5.29.17
_ATTRIBUTES: Final = {  # RFC 5280 §A.1; in the order shown
    bytes.fromhex("550403"): "CN",
    bytes.fromhex("55040a"): "O",
    bytes.fromhex("55040b"): "OU",
    bytes.fromhex("550406"): "C",
}
_WIDE_STRING: Final = 0x1E  # BMPString
_TIME: Final = re.compile(rb"(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?Z").fullmatch

Element = tuple[int, bytes]


class Certificate(NamedTuple):
    """See TlsCertificate for the fields."""

    subject: str
    issuer: str
    not_before: float
    not_after: float
    names: tuple[str, ...]
    self_signed: bool


def parse(der: bytes) -> Certificate:
    """Return what a certificate says. Raises Malformed."""
    return (_parse_cached if len(der) <= _CACHED_BYTES else _parse)(der)


def _parse(der: bytes) -> Certificate:
    parts = list(_inside(_only(_only(der, _SEQUENCE), _SEQUENCE)))
    if parts and parts[0][0] == _VERSION:
        del parts[0]
    kinds = [kind for kind, _ in parts[:6]]  # serial, algorithm, issuer, validity, subject, key
    if kinds != [_INTEGER, *[_SEQUENCE] * 5]:
        raise Malformed("certificate", f"read elements {kinds}, expected a number and five sequences")
    issuer, validity, subject = parts[2][1], parts[3][1], parts[4][1]
    times = [_time(*element) for element in _inside(validity)]
    if len(times) != 2:
        raise Malformed("certificate_validity", f"read {len(times)} times, expected 2")
    extensions = next((body for kind, body in parts[6:] if kind == _EXTENSIONS), b"")
    names = tuple(_names(extensions))[:MAX_ITEMS] if extensions else ()
    return Certificate(_name(subject), _name(issuer), times[0], times[1], names, subject == issuer)


_parse_cached: Final = lru_cache(_CACHED_CERTIFICATES)(_parse)


def _only(data: bytes, wanted: int) -> bytes:
    """Return the body of the first element, which must be of this kind."""
    kind, body = next(_inside(data), (0, b""))
    if kind != wanted:
        raise Malformed("certificate", f"read element {kind:#04x}, expected {wanted:#04x}")
    return body


def _inside(data: bytes) -> Iterator[Element]:
    """Yield kind and body of each element in `data`, at most MAX_ELEMENTS."""
    offset = 0
    for _ in range(MAX_ELEMENTS):
        if offset + 2 > len(data):
            return
        kind, size = data[offset], data[offset + 1]
        offset += 2
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= 4:
                raise Malformed("certificate_length", f"a length of {count} bytes, expected 1 to 4")
            size = int.from_bytes(data[offset : offset + count], "big")
            offset += count
        if offset + size > len(data):
            raise Malformed("certificate_length", f"an element of {size} bytes in {len(data)}")
        yield kind, data[offset : offset + size]
        offset += size


def _name(data: bytes) -> str:
    """Return a distinguished name's usual attributes, in a fixed order."""
    found: dict[str, str] = {}
    for _, group in _inside(data):
        for _, attribute in _inside(group):
            pair = list(_inside(attribute))
            if len(pair) == 2 and pair[0][1] in _ATTRIBUTES:
                found.setdefault(_ATTRIBUTES[pair[0][1]], _text(*pair[1]))
    return ", ".join(f"{key}={found[key]}" for key in _ATTRIBUTES.values() if key in found)[:MAX_TEXT]


def _text(kind: int, body: bytes) -> str:
    return printable(body.decode("utf-16-be", "replace").encode() if kind == _WIDE_STRING else body)


def _time(kind: int, body: bytes) -> float:
    """Return UTCTime or GeneralizedTime as epoch seconds (RFC 5280 §4.1.2.5)."""
    match = _TIME(body)
    if not match or kind not in (_UTC_TIME, _GENERALIZED_TIME):
        raise Malformed("certificate_time", f"read {printable(body[:20])!r}, expected YYMMDDHHMMSSZ")
    year, *rest = (int(part or 0) for part in match.groups())
    if len(match[1]) == 2:
        year += 1900 if year >= 50 else 2000
    try:
        return datetime(year, *rest, tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]
    except ValueError:
        raise Malformed("certificate_time", f"read {printable(body[:20])!r}, which is no date") from None


def _names(extensions: bytes) -> Iterator[str]:
    """Yield host names and addresses of the subjectAltName extension."""
    for _, extension in _inside(_only(extensions, _SEQUENCE)):
        parts = list(_inside(extension))
        if len(parts) < 2 or parts[0][1] != _ALTERNATIVE_NAME or parts[-1][0] != _OCTETS:
            continue
        for kind, body in _inside(_only(parts[-1][1], _SEQUENCE)):
            if kind == _DNS_NAME:
                yield printable(body).lower().rstrip(".")
            elif kind == _IP_ADDRESS and len(body) in (4, 16):
                yield ipv4(body) if len(body) == 4 else ipv6(body)
