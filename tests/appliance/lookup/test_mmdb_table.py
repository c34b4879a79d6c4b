"""Address tables: what is written is what maxminddb reads back; disorder is refused in a sentence."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import maxminddb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.lookup import mmdb_table
from appliance.lookup.mmdb_table import Span, build
from appliance.lookup.pack_readers import PackError


def v4(first: str, last: str, text: str) -> Span:
    return Span(int(ipaddress.IPv4Address(first)), int(ipaddress.IPv4Address(last)), text)


def table(tmp_path: Path, *spans: Span) -> maxminddb.Reader:
    path = tmp_path / "t.mmdb"
    path.write_bytes(build(spans, field="name", kind="test", epoch=1_700_000_000))
    return maxminddb.open_database(str(path))


def test_ranges_answer_from_first_to_last_address(tmp_path: Path) -> None:
    reader = table(
        tmp_path,
        v4("10.0.0.0", "10.0.0.6", "a"),
        v4("10.0.0.7", "10.0.1.255", "b"),
        Span(int(ipaddress.IPv6Address("2001:db8::")), int(ipaddress.IPv6Address("2001:db8::ff")), "é" * 150),
    )
    asked = ("9.255.255.255", "10.0.0.0", "10.0.0.6", "10.0.0.7", "10.0.1.255", "10.0.2.0", "2001:db8::100")
    said = [(reader.get(address) or {}).get("name") for address in asked]
    assert said == [None, "a", "a", "b", "b", None, None]
    assert reader.get("2001:db8::ff") == {"name": "é" * 100}
    assert reader.metadata().build_epoch == 1_700_000_000


def test_of_two_ranges_that_overlap_the_earlier_stands(tmp_path: Path) -> None:
    reader = table(
        tmp_path,
        v4("10.0.0.0", "10.0.0.9", "a"),
        v4("10.0.0.5", "10.0.0.7", "within"),
        v4("10.0.0.8", "10.0.0.12", "b"),
    )
    assert [reader.get(f"10.0.0.{n}") for n in (6, 9, 10)] == [{"name": "a"}, {"name": "a"}, {"name": "b"}]


@pytest.mark.parametrize(
    ("spans", "message"),
    [
        ((), "read no address range"),
        ((v4("10.0.0.5", "10.0.0.9", "a"), v4("10.0.0.0", "10.0.0.1", "b")), "in order"),
        ((v4("10.0.0.5", "10.0.0.1", "a"),), "in order"),
        ((Span(-1, 5, "a"),), "in order"),
        ((Span(5, 1 << 128, "a"),), "in order"),
    ],
)
def test_disorder_is_refused(spans: tuple[Span, ...], message: str) -> None:
    with pytest.raises(PackError, match=message):
        build(spans, field="name", kind="test", epoch=0)


def test_too_many_nodes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mmdb_table, "MAX_NODES", 100)
    with pytest.raises(PackError, match="more than 100 nodes"):
        build((v4("10.0.0.1", "10.0.0.1", "a"),), field="name", kind="test", epoch=0)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 40), st.sampled_from("abc")), min_size=1))
def test_any_ranges_in_order_are_read_back(tmp_path_factory: pytest.TempPathFactory, drawn: list) -> None:
    spans, at = [], 0x0A00_0000
    wanted: dict[int, str] = {}
    for gap, size, text in drawn:
        at += gap
        spans.append(Span(at, at + size - 1, text))
        wanted.update(dict.fromkeys(range(at, at + size), text))
        at += size
    reader = table(tmp_path_factory.mktemp("t"), *spans)
    for number in (*wanted, 0x0A00_0000, at):
        address = str(ipaddress.IPv4Address(number))
        assert (reader.get(address) or {}).get("name") == wanted.get(number)
