"""Records moved in time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sensor.records import Loss, Neighbour
from tests.household.generate import generate
from tests.household.home import DOLL
from tests.household.shift import last_ts, shift, shift_to_end


def test_a_loss_moves_with_both_its_ends() -> None:
    (moved,) = shift([Loss(10.0, 20.0, "gap", 0, "")], 5.0)
    assert (moved.ts, moved.until) == (15.0, 25.0)


@given(st.integers(-(10**9), 10**9))
def test_there_and_back(offset_ms: int) -> None:
    before = [
        Neighbour(1_795_000_000.25, DOLL.mac, DOLL.ipv4, "arp"),
        Loss(1_795_000_001.0, 1_795_000_002.5, "gap", 0, ""),
    ]
    offset = offset_ms / 1000
    assert list(shift(shift(before, offset), -offset)) == before


def test_the_last_packet_comes_to_lie_at_the_end() -> None:
    records = generate(1, 2)
    end = last_ts(records) + 1_000_000.0
    moved = shift_to_end(records, end)
    assert abs(last_ts(moved) - end) < 1e-5
    assert [type(record) for record in moved] == [type(record) for record in records]
