"""Bytes changed the way that finds faults in parsers: lengths, counts, cuts, repetitions, splices."""

from __future__ import annotations

from random import Random
from typing import Final

MAX_FRAME_BYTES: Final = 9000
"""Longest frame made: a jumbo frame; longer ones do not come over a wire."""

TELLING: Final = (
    b"\0",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\0\0",
    b"\xff\xff",
    b"\0\1",
    b"\x7f\xff",
    b"\xc0\x0c",
    b"\xff" * 4,
)
"""Values at the ends of number ranges, and a pointer in a DNS name."""

_LINK_BYTES: Final = 14


def mutated(frame: bytes, other: bytes, random: Random) -> bytes:
    """Return the frame with one to six changes; most leave the link layer alone: then it is read further."""
    data = bytearray(frame)
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        start = 0 if random.random() < 0.05 else min(_LINK_BYTES, len(data))
        _change(data, random.randint(start, len(data)), other, random)
    return bytes(data[:MAX_FRAME_BYTES])


def _change(data: bytearray, at: int, other: bytes, random: Random) -> None:
    kind = random.randrange(8)
    size = random.choice((1, 1, 2, 4, 8, 32))
    if kind <= 1 and at < len(data):
        data[at] ^= 1 << random.randrange(8)
    elif kind == 2:
        value = random.choice(TELLING)
        data[at : at + len(value)] = value
    elif kind == 3:
        data[at : at + size] = random.randbytes(size)
    elif kind == 4:
        del data[at : at + size]
    elif kind == 5:
        del data[at:]
    elif kind == 6:
        data[at:at] = bytes(data[at : at + size]) * random.choice((1, 2, 16, 100))
    else:
        begin = random.randint(0, len(other))
        data[at : at + size] = other[begin : begin + random.choice((size, 200))]
