from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.packet import Packet
from sensor.records import DnsQuery, Weird
from sensor.wire.fragments import MAX_DATAGRAMS, MAX_FRAGMENTS, Fragments
from tests.sensor.dissect.given import packet, read

DATA = bytes(range(256)) * 10


def fragment(
    start: int, end: int, *, number: int = 7, more: bool = True, ts: float = 1.0, cut: bool = False
) -> Packet:
    """Return DATA[start:end], where 0 is the first byte behind the UDP header."""
    units = (start + 8) // 8 if start else 0
    seq = number << 16 | units << 1 | more
    ports = {"sport": 53, "dport": 40000} if not start else {"sport": 0, "dport": 0}
    return packet(DATA[start:end], kind="fragment", seq=seq, ts=ts, cut=cut, **ports)


PARTS = [fragment(0, 1000), fragment(1000, 2000), fragment(2000, 2560, more=False)]


def test_in_every_order() -> None:
    for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 0, 1, 1, 2)):
        fragments = Fragments()
        *early, whole = [fragments.add(PARTS[number]) for number in order]
        assert early == [None] * len(early)
        assert isinstance(whole, Packet)
        assert (whole.kind, whole.sport, whole.payload, whole.seq) == ("udp", 53, DATA, 0)


def test_another_datagram_is_another() -> None:
    fragments = Fragments()
    assert [
        fragments.add(PARTS[0]),
        fragments.add(PARTS[1]),
        fragments.add(fragment(2000, 2560, number=8, more=False)),
    ] == [None] * 3


def test_fragments_that_come_late_are_of_another_datagram() -> None:
    fragments = Fragments()
    fragments.add(PARTS[0])
    fragments.add(PARTS[1])
    assert fragments.add(fragment(2000, 2560, more=False, ts=40.0)) is None


@pytest.mark.parametrize("bad", [fragment(992, 2000), fragment(1000, 2000, cut=True)], ids=["overlap", "cut"])
def test_what_cannot_be_believed(bad: Packet) -> None:
    fragments = Fragments()
    found = [fragments.add(part) for part in (PARTS[0], PARTS[2], bad)]
    assert isinstance(found[2], Weird)


def test_bounds() -> None:
    fragments = Fragments()
    for number in range(MAX_DATAGRAMS + 50):
        fragments.add(fragment(0, 8, number=number))
    assert len(fragments._datagrams) == MAX_DATAGRAMS
    found = [fragments.add(fragment(8 * n, 8 * n + 8)) for n in range(1, MAX_FRAGMENTS + 2)]
    assert isinstance(found[-1], Weird)


def test_a_question_in_two_fragments() -> None:
    message = b"\0\1\1\0\0\1\0\0\0\0\0\0\3api\7example\0\0\1\0\1"
    first = packet(message[:16], kind="fragment", seq=7 << 16 | 1, dport=53)
    rest = packet(message[16:], kind="fragment", seq=7 << 16 | 3 << 1)
    (found,) = read(first, rest)
    assert isinstance(found, DnsQuery) and found.query == "api.example"


@given(st.lists(st.tuples(st.integers(0, 2**40), st.binary(max_size=30)), max_size=20))
def test_any_fragments_raise_nothing(parts: list[tuple[int, bytes]]) -> None:
    fragments = Fragments()
    for seq, data in parts:
        fragments.add(packet(data, kind="fragment", seq=seq))
        assert len(fragments._datagrams) <= MAX_DATAGRAMS
        assert all(len(held.pieces) <= MAX_FRAGMENTS for held in fragments._datagrams.values())
