from __future__ import annotations

import pytest

from sensor.dissect import STREAM_DISSECTORS, directions
from sensor.dissect.directions import MAX_UNCLAIMED_SEGMENTS, Directions
from sensor.packet import Packet
from sensor.records import Observation, Weird
from tests.sensor.dissect.given import packet, segments
from tests.sensor.dissect.hellos import hello, record, server_name

STREAM = record(hello([server_name(b"api.storybox.example")]))


def fed(table: Directions, packets: list[Packet]) -> list[Observation | Weird]:
    return [found for each in packets for found in table.feed(each)]


@pytest.fixture
def table() -> Directions:
    return Directions(STREAM_DISSECTORS)


def test_a_direction_starts_at_the_first_segment_that_is_claimed(table: Directions) -> None:
    assert len(fed(table, segments([b"220 ready\r\n", STREAM]))) == 1


def test_a_second_half_that_comes_first_is_kept(table: Directions) -> None:
    first, second = segments([STREAM[:50], STREAM[50:]])
    assert len(fed(table, [second, first])) == 1


def test_the_search_for_a_beginning_ends(table: Directions) -> None:
    assert fed(table, segments([b"x"] * MAX_UNCLAIMED_SEGMENTS + [STREAM])) == []


def test_a_hello_inside_a_proxy_is_read(table: Directions) -> None:
    ask = b"CONNECT api.storybox.example:443 HTTP/1.1\r\nHost: proxy.example\r\n\r\n"
    found = fed(table, segments([ask[:30], ask[30:], STREAM[:40], STREAM[40:], STREAM]))
    assert [type(record).__name__ for record in found] == ["HttpRequest", "TlsClientHello"]


def test_both_directions_are_apart(table: Directions) -> None:
    there, back = segments([STREAM]), segments([STREAM], is_orig=False)
    assert len(fed(table, there + back)) == 2


def test_a_forgotten_connection_starts_anew(table: Directions) -> None:
    assert len(fed(table, segments([STREAM]))) == 1
    table.forget("F1")
    table.forget("never seen")
    assert len(fed(table, segments([STREAM]))) == 1


def test_a_connection_that_ends_with_a_gap_is_counted(table: Directions) -> None:
    first, _, last = segments([STREAM[:20], STREAM[20:40], STREAM[40:]])
    fed(table, [first, last])
    assert table.given_up == 0
    table.forget("F1")
    assert table.given_up == 1


@pytest.mark.parametrize(
    ("what", "parts", "lost"),
    [
        ("within a hello", [(STREAM[:20], True)], 1),
        ("within its second half", [(STREAM[:20], False), (STREAM[20:30], True)], 1),
        ("behind a hello", [(STREAM, True)], 0),
        ("nowhere: it was broken off", [(STREAM[:20], False)], 0),
    ],
)
def test_what_the_capture_cut_is_counted(
    table: Directions, what: str, parts: list[tuple[bytes, bool]], lost: int
) -> None:
    whole = segments([part for part, _ in parts])
    fed(table, [each._replace(cut=cut) for each, (_, cut) in zip(whole, parts, strict=True)])
    table.forget("F1")
    assert table.given_up == lost, what


def test_the_table_is_bounded(table: Directions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directions, "MAX_DIRECTIONS", 10)
    for number in range(30):
        fed(table, segments([STREAM[:20]], uid=f"F{number}"))
    assert len(table) == 5
    rest = segments([STREAM[20:]], seq=1020, uid="F29")
    assert len(fed(table, rest)) == 1


def test_the_bytes_that_wait_are_bounded(table: Directions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directions, "MAX_KEPT_BYTES", 1000)
    for number in range(30):
        uid = f"F{number}"
        fed(table, [*segments([STREAM[:20]], uid=uid), *segments([b"y" * 500], seq=3000, uid=uid)])
    assert len(table) <= 4
    assert table.given_up >= 26
    assert table.kept_bytes <= 1500


def test_an_empty_segment_opens_nothing(table: Directions) -> None:
    fed(table, [packet(b"", kind="tcp")])
    assert len(table) == 0
