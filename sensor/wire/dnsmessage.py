r"""DNS messages (RFC 1035 §4), shared by DNS and mDNS: bytes in, one `Message` out. No I/O.

Names are ASCII text in their original case. A dot or backslash inside a label is written \. or \\, any byte
that is not printable ASCII \DDD (decimal, RFC 1035 §5.1), so every name on the wire has one text and
`readable` can turn it back. A name longer than MAX_TEXT characters loses its beginning, never its end: the
end says who owns it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from struct import Struct, error
from typing import Final, NamedTuple

from sensor.records import MAX_ITEMS, MAX_TEXT
from sensor.wire.malformed import Malformed
from sensor.wire.text import ipv4, ipv6, printable

A: Final = 1
CNAME: Final = 5
PTR: Final = 12
TXT: Final = 16
AAAA: Final = 28
SRV: Final = 33
OPT: Final = 41
SVCB: Final = 64
HTTPS: Final = 65

MAX_RECORDS: Final = 256
"""Questions and resource records read of one message: a 64 KiB message could claim 6,000 of them with
names of 127 labels or 64 strings each, 0.3 s of work; real ones, mDNS bursts included, stay below 100."""

MAX_NAME_BYTES: Final = 255
"""RFC 1035 §2.3.4: the whole name with its length bytes."""

_CACHED_BYTES: Final = 512
"""Messages up to this size are remembered: the size every DNS over UDP may have (RFC 1035 §4.2.1)."""

_CACHED_MESSAGES: Final = 2048
"""Remembered messages: a home asks the same few hundred questions again and again; about 4 MB at worst."""

_CACHED_NAMES: Final = 4096
"""Remembered names, of at most 255 bytes each; about 3 MB at worst."""

_READ: Final = frozenset((A, AAAA, CNAME, PTR, SRV, TXT, OPT, SVCB, HTTPS))
_HEADER: Final = Struct(">6H")
_QUESTION: Final = Struct(">HH")
_RECORD: Final = Struct(">HHIH")
_ROOT_LABEL: Final = 0
_POINTER: Final = 0xC0
_FIRST_NAME: Final = 12
_ALPN, _IPV4_HINT, _ECH, _IPV6_HINT = 1, 4, 5, 6  # RFC 9460 §14.3.2


class Question(NamedTuple):
    """RFC 1035 §4.1.2."""

    name: str
    qtype: int


class Resource(NamedTuple):
    """RFC 1035 §4.1.3. Types we do not read keep their name, type and TTL."""

    name: str
    rtype: int
    ttl_s: int
    text: str  # A, AAAA: the address; CNAME, PTR, SRV, SVCB, HTTPS: the target; else ""
    port: int  # SRV; else 0
    # TXT: its strings; SVCB, HTTPS: the address hints (RFC 9460 §7.3); OPT: its option codes; else ()
    items: tuple[str, ...]
    alpn: tuple[str, ...] = ()  # SVCB, HTTPS: protocols (RFC 9460 §7.1)
    ech: bool = False  # SVCB, HTTPS: has keys for encrypted ClientHellos (RFC 9848 §4)


class Message(NamedTuple):
    """One message without its id. `flags` is the second 16-bit word of the header."""

    flags: int
    questions: tuple[Question, ...]
    answers: tuple[Resource, ...]
    additional: tuple[Resource, ...]  # authority and additional sections together

    @property
    def is_response(self) -> bool:
        return self.flags & 0x8000 != 0

    @property
    def opcode(self) -> int:
        return self.flags >> 11 & 15

    @property
    def rcode(self) -> int:
        return self.flags & 15


def parse(data: bytes) -> Message:
    """Return the message in `data`; bytes after its last record are passed over.

    Raises Malformed for anything that contradicts itself or ends early.
    """
    if len(data) < _HEADER.size:
        raise Malformed("truncated_header", f"read {len(data)} bytes, expected at least 12")
    _, flags, questions, answers, authority, additional = _HEADER.unpack_from(data)
    if questions + answers + authority + additional > MAX_RECORDS:
        raise Malformed("too_many_records", f"counts add up to more than {MAX_RECORDS}")
    names: dict[int, str] = {}
    try:
        asked, offset = _questions(data, questions, names)
        answered, offset = _resources(data, offset, answers, names)
        others, _ = _resources(data, offset, authority + additional, names)
    except (IndexError, error):
        raise Malformed(
            "truncated", f"{len(data)} bytes end inside a record that the counts promise"
        ) from None
    return Message(flags, asked, answered, others)


def parse_repeated(data: bytes) -> Message:
    """Return the same as `parse`, remembered: for messages that come again and differ in their id alone.

    Those are questions and announcements; in the answers of a resolver the TTL counts down.
    """
    if not _HEADER.size <= len(data) <= _CACHED_BYTES:
        return parse(data)
    return _parse_cached(data[2:])


@lru_cache(_CACHED_MESSAGES)
def _parse_cached(body: bytes) -> Message:
    return parse(b"\0\0" + body)


def _questions(data: bytes, count: int, names: dict[int, str]) -> tuple[tuple[Question, ...], int]:
    found = []
    offset = _FIRST_NAME
    for _ in range(count):
        name, offset = _name(data, offset, names)
        found.append(Question(name, _QUESTION.unpack_from(data, offset)[0]))
        offset += 4
    return tuple(found), offset


def _resources(
    data: bytes, offset: int, count: int, names: dict[int, str]
) -> tuple[tuple[Resource, ...], int]:
    if not count:
        return (), offset
    found = []
    for _ in range(count):
        name, offset = _name(data, offset, names)
        rtype, _, ttl_s, length = _RECORD.unpack_from(data, offset)
        offset += 10
        end = offset + length
        if end > len(data):
            raise IndexError
        if rtype in _READ:
            found.append(_resource(data, offset, end, names, (name, rtype, ttl_s)))
        else:
            found.append(Resource(name, rtype, ttl_s, "", 0, ()))
        offset = end
    return tuple(found), offset


def _resource(
    data: bytes, offset: int, end: int, names: dict[int, str], head: tuple[str, int, int]
) -> Resource:
    rtype = head[1]
    if rtype in (A, AAAA):
        return Resource(*head, _address(data[offset:end], rtype), 0, ())
    if rtype in (CNAME, PTR):
        return Resource(*head, _name(data, offset, names)[0], 0, ())
    if rtype == SRV:  # RFC 2782: priority, weight, port, target
        port = _QUESTION.unpack_from(data, offset + 2)[1]
        return Resource(*head, _name(data, offset + 6, names)[0], port, ())
    if rtype == TXT:
        return Resource(*head, "", 0, _strings(data, offset, end))
    if rtype == OPT:
        return Resource(*head, "", 0, _option_codes(data, offset, end))
    return _service_binding(data, offset, end, names, head)


def _option_codes(data: bytes, offset: int, end: int) -> tuple[str, ...]:
    """Return the codes of EDNS options (RFC 6891 §6.1.2), at most MAX_ITEMS."""
    found: list[str] = []
    while offset + 4 <= end and len(found) < MAX_ITEMS:
        code, length = _QUESTION.unpack_from(data, offset)
        found.append(str(code))
        offset += 4 + length
    return tuple(found)


def _address(data: bytes, rtype: int) -> str:
    wanted = 4 if rtype == A else 16
    if len(data) != wanted:
        raise Malformed("address_length", f"read an address of {len(data)} bytes, expected {wanted}")
    return ipv4(data) if rtype == A else ipv6(data)


def _strings(data: bytes, offset: int, end: int) -> tuple[str, ...]:
    """Return the character strings of a TXT record (RFC 1035 §3.3.14), at most MAX_ITEMS."""
    found: list[str] = []
    while offset < end and len(found) < MAX_ITEMS:
        following = offset + 1 + data[offset]
        if following > end:
            raise Malformed("txt_length", "a TXT string reaches past the end of its record")
        found.append(printable(data[offset + 1 : following]))
        offset = following
    return tuple(found)


def _service_binding(
    data: bytes, offset: int, end: int, names: dict[int, str], head: tuple[str, int, int]
) -> Resource:
    """Return target, address hints and what else is told of an SVCB or HTTPS record (RFC 9460 §2.2)."""
    target, offset = _name(data, offset + 2, names)
    hints: list[str] = []
    alpn: tuple[str, ...] = ()
    ech = False
    while offset + 4 <= end:
        key, length = _QUESTION.unpack_from(data, offset)
        offset += 4
        value = data[offset : min(offset + length, end)]
        offset += length
        if key == _IPV4_HINT and len(value) % 4 == 0:
            hints += [ipv4(value[i : i + 4]) for i in range(0, len(value), 4)]
        elif key == _IPV6_HINT and len(value) % 16 == 0:
            hints += [ipv6(value[i : i + 16]) for i in range(0, len(value), 16)]
        elif key == _ALPN:
            alpn = _strings(value, 0, len(value))
        ech = ech or key == _ECH
    if offset != end:
        raise Malformed("svcb_length", "a service parameter reaches past the end of its record")
    return Resource(*head, target, 0, tuple(hints[:MAX_ITEMS]), alpn, ech)


def _name(data: bytes, offset: int, names: dict[int, str]) -> tuple[str, int]:
    """Return the name at `offset` and the offset after it; `names` remembers those already read.

    Raises IndexError where the data ends first. A pointer must lead backwards (RFC 1035 §4.1.4: "a prior
    occurrence"), which alone makes loops impossible.
    """
    if data[offset] == _POINTER:  # the usual case: a whole name that stood in the message before
        known = names.get(data[offset + 1])
        if known is not None:
            return known, offset + 2
    else:  # nearly as usual: a name that stood in other messages before
        after = data.find(0, offset) + 1
        known = _known_name(data[offset:after])
        if known is not None:
            names[offset] = known
            return known, after
    return _unknown_name(data, offset, names)


def _unknown_name(data: bytes, offset: int, names: dict[int, str]) -> tuple[str, int]:
    """Return the same for a name that has pointers, a zero inside a label or a fault."""
    start = lowest = offset
    after = 0
    size = 0
    labels = []
    while (length := data[offset]) != _ROOT_LABEL:
        if length >= _POINTER:
            target = (length & 0x3F) << 8 | data[offset + 1]
            if not _FIRST_NAME <= target < lowest:
                raise Malformed(
                    "name_pointer", f"pointer at {offset} leads to {target}, expected 12 to {lowest}"
                )
            after = after or offset + 2
            offset = lowest = target
            continue
        if length > 63:
            raise Malformed("label_type", f"label type {length >> 6} at {offset}, expected 0 or 3")
        size += length + 1
        if size >= MAX_NAME_BYTES:
            raise Malformed("long_name", f"name at {start} is longer than {MAX_NAME_BYTES} bytes")
        offset += length + 1
        labels.append(data[offset - length : offset])
    name = _text(labels)
    names[start] = name
    return name, after or offset + 1


@lru_cache(_CACHED_NAMES)
def _known_name(wire: bytes) -> str | None:
    """Return the name that `wire` is, None where it is not a whole name without pointers."""
    if not wire or len(wire) > MAX_NAME_BYTES:
        return None
    labels = []
    offset = 0
    while length := wire[offset]:
        offset += length + 1
        if length > 63 or offset >= len(wire):
            return None
        labels.append(wire[offset - length : offset])
    return _text(labels)


_PLAIN: Final = re.compile(rb"[!-\[\]-~ ]*").fullmatch


def _text(labels: list[bytes]) -> str:
    joined = b".".join(labels)
    if joined.count(b".") == len(labels) - 1 and _PLAIN(joined):
        return joined.decode("ascii")
    return ".".join(map(_escaped, labels))[-MAX_TEXT:]


def _escaped(label: bytes) -> str:
    return "".join(
        f"\\{chr(byte)}" if byte in b".\\" else chr(byte) if 32 <= byte < 127 else f"\\{byte:03d}"
        for byte in label
    )


_ESCAPE: Final = re.compile(rb"\\(\d{3}|.)", re.DOTALL)


def readable(name: str) -> str:
    """Return a name or label for people: escapes undone, UTF-8 (RFC 6763 §4.1.1) where that is sound."""
    if "\\" not in name:
        return name
    return printable(_ESCAPE.sub(_unescape, name.encode("ascii")))


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code) & 255]) if len(code) == 3 else code
