"""Simulated homes: the same seed the same home, valid records in order, and a truth that is true."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from sensor.records import DhcpRequest, FlowRecord, HttpRequest, Loss, TlsClientHello, from_json, to_json
from tests.household.simulation.changes import KINDS
from tests.household.simulation.home import Home, Lived, build, live

SHAPES = ("plain", "harsh")


@cache
def lived(seed: int) -> tuple[Home, Lived]:
    home = build(seed, days=12)
    return home, live(home)


@cache
def truths() -> list[tuple[int, dict[str, Any]]]:
    return [(seed, line) for seed in range(1, 150) for line in build(seed).truth]


def home_with(kind: str) -> tuple[Home, Lived, dict[str, Any]]:
    """Return a home with a change of a kind that showed, with its line of truth."""
    for seed in (seed for seed, line in truths() if line["kind"] == kind):
        home = build(seed)
        key = next(line["device"] for line in home.truth if line["kind"] == kind)
        life = live(home, only=key)
        for line in life.truth:
            if (
                line["kind"] == kind
                and line["device"] == key
                and (line["second"] is not None or kind == "gone_party")
            ):
                return home, life, line
    pytest.fail(f"no home with {kind}")


@pytest.mark.parametrize("shape", SHAPES)
def test_same_seed_gives_the_same_bytes(shape: str) -> None:
    first, again = ([to_json(it) for it in live(build(5, days=6, shape=shape)).records] for _ in range(2))
    assert first == again


@pytest.mark.parametrize("shape", SHAPES)
def test_records_survive_json(shape: str) -> None:
    for record in live(build(6, days=5, shape=shape)).records[::23]:
        assert from_json(to_json(record)) == record


def test_records_are_in_the_order_of_emission_but_for_a_clock_behind() -> None:
    _, life = lived(3)
    spans = [(it.ts, it.until) for it in life.records if isinstance(it, Loss)]
    times = [it.ts for it in life.records if not isinstance(it, FlowRecord | Loss)]
    for earlier, later in pairwise(times):
        assert later >= earlier - 0.01 or any(begin <= later <= until for begin, until in spans)


def test_flow_ids_are_unique_but_for_the_parts_of_one_flow() -> None:
    _, life = lived(4)
    flows = [(it.uid, it.part) for it in life.records if isinstance(it, FlowRecord)]
    assert len(set(flows)) == len(flows)


def test_homes_differ_in_devices_and_size() -> None:
    homes = [build(seed, days=20) for seed in range(1, 30)]
    sizes = {sum(not it.guest for it in home.devices) for home in homes}
    assert min(sizes) >= 5 and max(sizes) <= 12 and len(sizes) > 4
    for home in homes:
        assert (
            len({it.mac for it in home.devices}) == len({it.ipv4 for it in home.devices}) == len(home.devices)
        )


def test_drift_scales_what_happens() -> None:
    few, many = (
        sum(len(it.restarts) for seed in range(1, 20) for it in build(seed, drift, 20).devices)
        for drift in (0.5, 2.0)
    )
    assert many > 2 * few


def test_every_kind_is_put_in_over_some_homes() -> None:
    assert {line["kind"] for _, line in truths()} == {*KINDS, "nothing_changed", "migration"}


def test_changes_come_with_and_without_an_update() -> None:
    shares = [line["update"] is not None for _, line in truths() if line["news"]]
    assert 0.4 < sum(shares) / len(shares) < 0.7


def hellos(life: Lived, line: dict[str, Any]) -> list[float]:
    return [
        it.ts
        for it in life.records
        if isinstance(it, TlsClientHello) and (it.server_name or "").endswith(line["domain"])
    ]


def test_a_new_party_is_met_from_the_time_that_truth_says() -> None:
    _, life, line = home_with("new_party")
    times = hellos(life, line)
    assert times and min(times) == pytest.approx(line["first"], abs=60)
    assert line["first"] >= line["ts"] - 1


def test_a_gone_party_is_not_met_after_the_time_that_truth_says() -> None:
    _, life, line = home_with("gone_party")
    assert max(hellos(life, line)) <= line["ts"] + 5


def test_encryption_lost_is_a_readable_upload() -> None:
    _, life, line = home_with("encryption_lost")
    posts = [
        it.ts
        for it in life.records
        if isinstance(it, HttpRequest)
        and it.mac == line["mac"]
        and it.method == "POST"
        and (it.host or "").endswith(line["domain"])
    ]
    assert posts and min(posts) >= line["ts"] - 1


def test_a_new_country_is_in_the_addresses() -> None:
    _, life, line = home_with("new_country")
    countries: dict[bool, set[str | None]] = {True: set(), False: set()}
    for it in life.records:
        if isinstance(it, TlsClientHello) and (it.server_name or "").endswith(line["domain"]):
            countries[it.ts >= line["ts"]].add(life.countries.country(it.dst))
    assert len(countries[True]) == 1 and not countries[True] & countries[False]


def test_a_hidden_name_is_not_asked_for_in_the_open() -> None:
    _, life, line = home_with("name_hidden")
    assert any(it.ech for it in life.records if isinstance(it, TlsClientHello) and it.mac == line["mac"])


def test_a_gap_is_empty_and_told() -> None:
    homes = (build(seed, days=10) for seed in range(1, 90))
    home = next(it for it in homes if it.house.gaps and not any(it.house.behind))
    life = live(home, only=home.devices[0].key)
    for begin, until in home.house.gaps:
        assert not any(begin <= it.ts < until for it in life.records if not isinstance(it, Loss))
    assert sum(isinstance(it, Loss) for it in life.records) == len(home.house.gaps)


def test_every_device_joins_the_network() -> None:
    home, life = lived(7)
    joined = {it.mac for it in life.records if isinstance(it, DhcpRequest)}
    always = {it.mac for it in home.devices if not it.guest and it.profile.power == "always"}
    assert always and always <= joined
