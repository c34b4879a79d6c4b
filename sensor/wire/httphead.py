"""The head of an HTTP-like message (RFC 9112 §2), shared by HTTP and SSDP: bytes in, `Head` out. No I/O."""

from __future__ import annotations

from typing import Final, NamedTuple

from sensor.wire.malformed import Malformed

MAX_HEAD_BYTES: Final = 16_384
"""Longest head that is read: twice what Apache and nginx take by default."""

MAX_HEADERS: Final = 128
"""Header fields read of one head; Apache takes 100 by default."""


class Head(NamedTuple):
    """A start line and its header fields, undecoded."""

    start: bytes
    names: tuple[bytes, ...]  # lower-case, in order, repeated ones too
    values: dict[bytes, bytes]  # the first of each name, without the white space around it
    size: int  # bytes up to and with the empty line


def parse(data: bytes) -> Head | None:
    """Return the head at the start of `data`, None while its empty line has not come.

    Lines may end in CRLF or LF alone (RFC 9112 §2.2). Raises Malformed for a head that is too long or has a
    line without a colon.
    """
    end, gap = _end(data)
    if end < 0:
        if len(data) > MAX_HEAD_BYTES:
            raise Malformed(
                "long_head", f"no empty line in {len(data)} bytes, expected one in {MAX_HEAD_BYTES}"
            )
        return None
    if end > MAX_HEAD_BYTES:
        raise Malformed("long_head", f"a head of {end} bytes, expected at most {MAX_HEAD_BYTES}")
    start, *lines = data[:end].split(b"\n", MAX_HEADERS + 1)
    if len(lines) > MAX_HEADERS:
        raise Malformed("many_headers", f"more than {MAX_HEADERS} header fields")
    names, values = _fields(lines)
    return Head(start.rstrip(b"\r"), names, values, end + gap)


def _end(data: bytes) -> tuple[int, int]:
    """Return where the last line of the head ends and how long the gap to the body is; -1 for not yet."""
    crlf = data.find(b"\r\n\r\n")
    lf = data.find(b"\n\n", 0, crlf if crlf >= 0 else len(data))
    return (lf, 2) if lf >= 0 else (crlf, 4)


def _fields(lines: list[bytes]) -> tuple[tuple[bytes, ...], dict[bytes, bytes]]:
    names = []
    values: dict[bytes, bytes] = {}
    for line in lines:
        if line[:1] in b" \t":  # a folded line (obsolete, RFC 9112 §5.2) belongs to the field before it
            continue
        name, colon, value = line.partition(b":")
        if not colon:
            raise Malformed("header_colon", f"read header line {line[:40]!r}, expected a colon")
        name = name.strip().lower()
        names.append(name)
        values.setdefault(name, value.strip())
    return tuple(names), values
