"""Names: per device, per time, bounded, the flow's own word first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.parties import names as names_module
from appliance.parties.names import MAX_NAMES, Names
from appliance.parties.party import Destination
from sensor.records import DnsAnswer, FlowRecord


def answer(ts: float, query: str, *addresses: str, cnames: tuple[str, ...] = ()) -> DnsAnswer:
    return DnsAnswer(
        ts, "u", "02:00:00:00:00:01", "192.168.1.2", "192.168.1.1", "udp", query, 1, 0, cnames, addresses, 60
    )


def flow(ts: float, uid: str = "f1", proto: str = "tcp") -> FlowRecord:
    return FlowRecord(
        ts, 1.0, uid, "1:x", 0, proto, "192.168.1.2", 40000, "198.51.100.7", 443, 1, 1, 60, 60, 60, 60, 0, 0,
        None, None, None, None, 0, 0, "idle",
    )  # fmt: skip


def reached(names: Names, device: str, met: FlowRecord, address: str) -> Destination:
    return names.destination_of(device, met.uid, met.ts, (met.proto, address, met.resp_p))


def named(names: Names, device: str = "bear", ts: float = 10.0, uid: str = "f1") -> tuple[str | None, str]:
    destination = reached(names, device, flow(ts, uid), "198.51.100.7")
    return destination.name, destination.learnt_from


def test_a_bare_address_has_no_name() -> None:
    assert named(Names()) == (None, "none")


def test_two_devices_know_one_address_by_different_names() -> None:
    names = Names()
    names.learn("bear", answer(1, "a.example", "198.51.100.7"))
    names.learn("doll", answer(1, "b.example", "198.51.100.7"))
    assert named(names, "bear") == ("a.example", "dns")
    assert named(names, "doll") == ("b.example", "dns")


def test_the_name_known_when_the_flow_began_counts() -> None:
    names = Names()
    names.learn("bear", answer(5, "old.example", "198.51.100.7"))
    names.learn("bear", answer(50, "new.example", "198.51.100.7"))
    assert named(names, ts=20) == ("old.example", "dns")
    assert named(names, ts=60) == ("new.example", "dns")
    assert named(names, ts=1) == ("old.example", "dns")


def test_the_tail_of_a_cname_chain_never_names_the_party() -> None:
    names = Names()
    names.learn("bear", answer(1, "toy.example", "198.51.100.7", cnames=("x.cdn.example",)))
    assert named(names) == ("toy.example", "dns")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([("sni", "s.example")], ("s.example", "sni")),
        ([("http", "h.example")], ("h.example", "http")),
        ([("http", "h.example"), ("sni", "s.example")], ("s.example", "sni")),
        ([("sni", "s.example"), ("http", "h.example")], ("s.example", "sni")),
        ([("sni", "")], ("d.example", "dns")),
        ([("rumour", "r.example")], ("d.example", "dns")),
        ([("hidden", "cover.example")], ("d.example", "dns")),
    ],
)
def test_what_the_flow_says_beats_the_resolver(
    said: list[tuple[str, str]], expected: tuple[str, str]
) -> None:
    names = Names()
    names.learn("bear", answer(1, "d.example", "198.51.100.7"))
    for learnt_from, name in said:
        names.learn_flow("f1", name, learnt_from)
    assert named(names) == expected


@pytest.mark.parametrize("cover", ["cover.example", None])
def test_ech_hides_the_name_where_the_resolver_was_not_seen(cover: str | None) -> None:
    names = Names()
    names.learn_flow("f1", cover, "hidden")
    assert named(names) == (cover, "hidden")


def test_the_oldest_names_go_and_are_counted() -> None:
    names = Names()
    for number in range(MAX_NAMES + 5):
        names.learn("bear", answer(number, f"h{number}.example", f"198.18.{number >> 8}.{number & 255}"))
    assert names.forgotten == 5
    assert len(names.dump("bear")) == MAX_NAMES
    assert "198.18.0.0" not in names.dump("bear")


def test_devices_and_flows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names_module, "MAX_DEVICES", 2)
    monkeypatch.setattr(names_module, "MAX_FLOWS", 2)
    names = Names()
    for number in range(4):
        names.learn(f"d{number}", answer(1, "a.example", "198.51.100.7"))
        names.learn_flow(f"f{number}", "a.example", "sni")
    assert names.forgotten == 4
    assert named(names, "d3", uid="f0") == ("a.example", "dns")
    assert named(names, "d0", uid="f0") == (None, "none")


def test_a_restart_keeps_the_names() -> None:
    names = Names()
    names.learn("bear", answer(1, "a.example", "198.51.100.7"))
    names.learn("bear", answer(9, "b.example", "198.51.100.7"))
    again = Names()
    again.load("bear", json.loads(json.dumps(names.dump("bear"))))
    assert again.dump("bear") == names.dump("bear")
    assert named(again, ts=5) == ("a.example", "dns")


@pytest.mark.parametrize(
    "entry", [[1, 2], ["a", "b"], [1.0, "a", 3], [1.0, "a", None, 4], [1], [], None, 7, "ab"]
)
def test_a_damaged_dump_is_refused_with_a_sentence(entry: Any) -> None:
    with pytest.raises(ValueError, match=r"expected \[ts, name, alias\]"):
        Names().load("bear", {"198.51.100.7": [entry]})


@given(
    st.lists(st.tuples(st.floats(0, 1e9), st.text(max_size=20), st.lists(st.text(max_size=9), max_size=3)))
)
def test_any_answers_leave_a_name_that_was_asked_for(answers: list[tuple[float, str, list[str]]]) -> None:
    names = Names()
    for ts, query, addresses in answers:
        names.learn("bear", answer(ts, query, *addresses))
    asked = {query for _, query, _ in answers} | {None}
    for _, _, addresses in answers:
        for address in addresses:
            assert reached(names, "bear", flow(5.0), address).name in asked


def test_the_tail_of_a_cname_chain_goes_along_but_names_nobody() -> None:
    names = Names()
    names.learn("bear", answer(1, "toy.example", "198.51.100.7", cnames=("a.example", "x.akamai.net")))
    again = Names()
    again.load("bear", json.loads(json.dumps(names.dump("bear"))))
    again.learn_flow("same", "toy.example", "sni")
    again.learn_flow("other", "other.example", "sni")
    for uid, name, alias in (
        ("f1", "toy.example", "x.akamai.net"),
        ("same", "toy.example", "x.akamai.net"),
        ("other", "other.example", None),
    ):
        there = reached(again, "bear", flow(5, uid), "198.51.100.7")
        assert (there.name, there.alias) == (name, alias)


def test_names_kept_without_an_alias_are_taken_back() -> None:
    names = Names()
    names.load("bear", {"198.51.100.7": [[1.0, "toy.example"]]})
    assert named(names) == ("toy.example", "dns")
