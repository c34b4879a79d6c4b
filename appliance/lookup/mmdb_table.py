"""Write an address table as an MMDB file (MaxMind DB format 2.0), from ranges in order of address.

`mmdb-writer` holds the whole tree as Python objects: 90 s for a country table, and much memory: too
much for a Pi. Ranges that come sorted need no tree to be searched, so the nodes are written as they come.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from appliance.lookup.pack_readers import PackError

BITS: Final = 128
"""Depth of the tree: IPv6, with IPv4 below ::/96 as the format's readers expect."""

MAX_NODES: Final = 8_000_000
"""Most nodes of a table, 64 MB of file and as much while writing; the largest real one has 1.6 million."""

_SEPARATOR: Final = 16  # zero bytes between tree and data
_EMPTY: Final = -1
_MAX_STRING: Final = 200
"""Longest text kept, in bytes; an AS organisation's name has 5 to 80."""


class Span(NamedTuple):
    """Addresses `first` to `last`, both included, as 128-bit numbers, and what is said of them."""

    first: int
    last: int
    text: str


class _Tree:
    """The nodes of a table, made in the order of the addresses."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.left = array("i")
        self.right = array("i")
        self.texts: dict[str, int] = {}
        self._spans = _in_order(spans)
        self._span = next(self._spans, None)
        self.root = self._build(0, BITS)

    def _build(self, low: int, bits: int) -> int:
        """Return the record of the block of 2**bits addresses from `low`: a node, or a leaf below zero."""
        high = low + (1 << bits) - 1
        while self._span is not None and self._span.last < low:
            self._span = next(self._spans, None)
        span = self._span
        if span is None or span.first > high:
            return _EMPTY
        if span.first <= low and span.last >= high:
            return -2 - self.texts.setdefault(span.text, len(self.texts))
        node = len(self.left)
        if node >= MAX_NODES:
            raise PackError(f"read a table of more than {MAX_NODES} nodes, expected one of usual size")
        self.left.append(_EMPTY)
        self.right.append(_EMPTY)
        left = self._build(low, bits - 1)
        right = self._build(low + (1 << (bits - 1)), bits - 1)
        if left == right and left < 0:  # both halves say the same: one leaf will do
            self.left.pop()
            self.right.pop()
            return left
        self.left[node], self.right[node] = left, right
        return node


def build(spans: Iterable[Span], *, field: str, kind: str, epoch: int) -> bytes:
    """Return the MMDB that answers `{field: text}` for each span. `epoch`: UTC seconds of the content.

    Raises PackError when spans are not in order of their first address, or are too many.
    """
    tree = _Tree(spans)
    if tree.root < 0:
        raise PackError("read no address range, expected a whole table")
    offsets, data = _data(tree.texts, field)
    count = len(tree.left)
    nodes = bytearray()
    for left, right in zip(tree.left, tree.right, strict=True):
        nodes += (_record(left, count, offsets) << 32 | _record(right, count, offsets)).to_bytes(8, "big")
    metadata = {
        "binary_format_major_version": _uint(5, 2),
        "binary_format_minor_version": _uint(5, 0),
        "build_epoch": _uint(9, max(epoch, 1)),  # readers refuse 0
        "database_type": _text(kind),
        "description": _map({}),
        "ip_version": _uint(5, 6),
        "languages": _control(11, 0),
        "node_count": _uint(6, count),
        "record_size": _uint(5, 32),
    }
    return bytes(nodes) + bytes(_SEPARATOR) + data + b"\xab\xcd\xefMaxMind.com" + _map(metadata)


def _in_order(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans that do not overlap: where two do, as some do in real tables, the earlier one stands."""
    began, ended = 0, -1
    for span in spans:
        if not began <= span.first <= span.last < 1 << BITS:
            raise PackError(
                f"read the range {span.first:x} to {span.last:x} behind {began:x}, expected ranges in order"
            )
        began = span.first
        if span.last > ended:
            yield span._replace(first=max(span.first, ended + 1))
            ended = span.last


def _record(value: int, count: int, offsets: list[int]) -> int:
    if value >= 0:
        return value
    return count if value == _EMPTY else count + _SEPARATOR + offsets[-2 - value]


def _data(texts: Iterable[str], field: str) -> tuple[list[int], bytes]:
    data, offsets = bytearray(), []
    for text in texts:
        offsets.append(len(data))
        data += _map({field: _text(text)})
    return offsets, bytes(data)


def _map(entries: dict[str, bytes]) -> bytes:
    return _control(7, len(entries)) + b"".join(_text(key) + value for key, value in entries.items())


def _text(text: str) -> bytes:
    encoded = text.encode()[:_MAX_STRING].decode(errors="ignore").encode()
    return _control(2, len(encoded)) + encoded


def _uint(kind: int, value: int) -> bytes:
    encoded = struct.pack(">Q", value).lstrip(b"\0")
    return _control(kind, len(encoded)) + encoded


def _control(kind: int, size: int) -> bytes:
    """Return the control byte of the data section; kinds above 7 are extended, sizes above 28 take a byte."""
    low, more = (size, b"") if size < 29 else (29, bytes((size - 29,)))
    head = bytes((kind << 5 | low,)) if kind <= 7 else bytes((low, kind - 7))
    return head + more
