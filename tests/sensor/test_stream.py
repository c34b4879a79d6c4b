from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.packet import STREAM_BYTES
from sensor.stream import MAX_WAITING_SEGMENTS, Stream

TEXT = b"the quick brown fox jumps over the lazy dog"


@pytest.mark.parametrize(
    ("segments", "read"),
    [
        ([(0, b"ab"), (2, b"cd")], b"abcd"),
        ([(2, b"cd"), (0, b"ab")], b"abcd"),
        ([(0, b"ab"), (0, b"ab"), (2, b"cd")], b"abcd"),  # sent again
        ([(0, b"ab"), (0, b"abcd")], b"abcd"),  # sent again with more
        ([(0, b"abc"), (1, b"XXd")], b"abcd"),  # what was in order counts
        ([(4, b"ef"), (2, b"cd"), (0, b"ab")], b"abcdef"),
        ([(3, b"de"), (2, b"cXX"), (0, b"ab")], b"abcXX"),  # the one that begins earlier counts
        ([(2, b"c"), (2, b"cd"), (0, b"ab")], b"abcd"),
        ([(2, b"cd"), (2, b"c"), (0, b"ab")], b"abcd"),
        ([(1, b""), (0, b"a"), (1, b"b")], b"ab"),
        ([(-1, b"?"), (0, b"ab")], b"ab"),  # a keep-alive
        ([(0, b"ab"), (3, b"d")], b"ab"),  # a gap
    ],
)
@pytest.mark.parametrize("base", [0, 1000, 0xFFFFFFFF, 0xFFFFFFFD])
def test_segments_in_any_order(segments: list[tuple[int, bytes]], read: bytes, base: int) -> None:
    stream = Stream(base)
    assert b"".join(stream.add((base + at) & 0xFFFFFFFF, data) for at, data in segments) == read
    assert not stream.given_up


def test_a_gap_is_incomplete_until_it_is_closed() -> None:
    stream = Stream(0)
    stream.add(2, b"cd")
    assert stream.incomplete
    assert stream.waiting_bytes == 2
    stream.add(0, b"ab")
    assert not stream.incomplete
    assert stream.waiting_bytes == 0


def test_too_many_waiting_segments_are_given_up() -> None:
    stream = Stream(0)
    for number in range(MAX_WAITING_SEGMENTS + 1):
        stream.add(2 + 2 * number, b"x")
    assert stream.given_up
    assert stream.incomplete
    assert stream.waiting_bytes == 0


def test_bytes_beyond_the_bound_are_given_up() -> None:
    stream = Stream(0)
    stream.add(0, b"x" * 100)
    stream.add(STREAM_BYTES - 10, b"x" * 11)
    assert stream.given_up


@given(
    st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(1, 9)), max_size=30),
    st.integers(0, 0xFFFFFFFF),
    st.randoms(use_true_random=False),
)
def test_pieces_of_one_text_give_the_text(
    pieces: list[tuple[int, int]], base: int, order: random.Random
) -> None:
    whole = [(at, 4) for at in range(0, len(TEXT), 4)]
    cut = [*whole, *pieces]
    order.shuffle(cut)
    stream = Stream(base)
    read = b"".join(stream.add((base + at) & 0xFFFFFFFF, TEXT[at : at + size]) for at, size in cut)
    assert read == TEXT
