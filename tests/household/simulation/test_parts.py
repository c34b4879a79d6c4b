"""The parts of a simulated home: counts and ids of flows, time, presence, addresses, measured flows."""

from __future__ import annotations

import json
import random
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sensor.records import DnsAnswer, DnsQuery, FlowRecord
from tests.household.simulation.channel import Channel, domain_of
from tests.household.simulation.emit import Identity, Writer, community_id
from tests.household.simulation.family import Calendar
from tests.household.simulation.flows import read_profiles
from tests.household.simulation.hello import drawn
from tests.household.simulation.presence import Presence
from tests.household.simulation.shape import HARSH, PLAIN
from tests.household.simulation.world import DAY_S, World

# Vectors of the specification's baseline (github.com/corelight/community-id-spec, baseline_deflt).
VECTORS = [
    (6, "128.232.110.120", 34855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
    (6, "66.35.250.204", 80, "128.232.110.120", 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
    (17, "192.168.1.52", 54585, "8.8.8.8", 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
]
CLIENTS = drawn(random.Random(1)), drawn(random.Random(2))
DOLL = Identity("fc:f5:c4:00:00:01", "192.168.77.21", "Doll", None, (1, 3), None, "", CLIENTS)
CHANGE_OF_CLOCKS = datetime(2026, 10, 24, 12, tzinfo=ZoneInfo("Europe/Paris")).timestamp()


@pytest.mark.parametrize(("proto", "src", "sport", "dst", "dport", "expected"), VECTORS)
def test_community_id(proto: int, src: str, sport: int, dst: str, dport: int, expected: str) -> None:
    assert community_id(proto, src, sport, dst, dport) == expected


def flows(length_s: float, up: int, down: int, *, answered: bool = True) -> list[FlowRecord]:
    writer = Writer("t", DOLL)
    writer.flow(writer.uid(), "tcp", 40_000, "198.18.5.5", 443, 1000.0, length_s, up, down, answered=answered)
    return [it for _, it in writer.rows if isinstance(it, FlowRecord)]


def test_a_short_flow_is_one_record() -> None:
    (flow,) = flows(2.0, 1_000, 5_000)
    assert (flow.part, flow.end, flow.orig_bytes, flow.resp_bytes) == (0, "closed", 1_000, 5_000)
    assert flow.orig_ip_bytes == flow.orig_bytes + 52 * flow.orig_pkts
    assert flow.orig_wire_bytes == flow.orig_ip_bytes + 14 * flow.orig_pkts


def test_a_long_flow_comes_in_parts_of_five_minutes() -> None:
    parts = flows(1_000.0, 40_000, 4_000_000)
    assert [it.part for it in parts] == [0, 1, 2, 3]
    assert [it.end for it in parts] == ["active", "active", "active", "closed"]
    assert sum(it.resp_bytes for it in parts) == 4_000_000


def test_nobody_answers() -> None:
    (flow,) = flows(7.0, 0, 0, answered=False)
    assert (flow.resp_pkts, flow.resp_mac, flow.orig_tcp_flags, flow.end) == (0, None, 0x02, "idle")


@pytest.mark.parametrize(("address", "questions", "answers"), [("198.18.1.2", 1, 1), (None, 3, 0)])
def test_a_lookup(address: str | None, questions: int, answers: int) -> None:
    writer = Writer("t", DOLL)
    writer.lookup(1000.0, "api.a.example", None, address)
    kinds = [type(record) for _, record in writer.rows]
    assert (kinds.count(DnsQuery), kinds.count(DnsAnswer)) == (questions, answers)


def test_the_day_on_which_the_clocks_change_has_25_hours() -> None:
    calendar = Calendar("Europe/Paris", CHANGE_OF_CLOCKS, CHANGE_OF_CLOCKS + 3 * DAY_S)
    lengths = {
        until - begin for begin, until in zip(calendar.midnights, calendar.midnights[1:], strict=False)
    }
    assert lengths == {24 * 3_600.0, 25 * 3_600.0}
    day = calendar.day(CHANGE_OF_CLOCKS) + 1
    assert datetime.fromtimestamp(calendar.at(day, 18), calendar.zone).hour == 18


def test_presence_without_holes() -> None:
    presence = Presence([(0, 10), (8, 20)]).without(((5, 6), (19, 30)))
    assert presence.spans == [(0, 5), (6, 19)]
    assert 4 in presence and 5 not in presence and 18.9 in presence and 19 not in presence


def test_an_address_belongs_to_the_country_it_was_given_in() -> None:
    world, rng = World(1, PLAIN), random.Random(1)
    near = world.address(Channel("api.a.example", country="FR"), 0.0, rng)
    far = world.address(Channel("api.a.example", country="SG"), 0.0, rng)
    found = world.countries()
    assert (found.country(near), found.country(far), found.country("10.0.0.1")) == ("FR", "SG", None)
    assert found.network(near) == found.network(far) == "a.example"


def test_addresses_and_labels_rotate() -> None:
    world, rng = World(1, HARSH), random.Random(1)
    channel = Channel("{hash}.cloudfront.net")
    hosts = {world.host(channel, day * DAY_S, rng) for day in range(30)}
    assert 4 <= len(hosts) <= 8
    assert len({world.address(channel, day * DAY_S, rng) for day in range(30)}) > 15


def test_the_table_of_organisations_knows_both_domains_of_a_maker(tmp_path: Path) -> None:
    world = World(1, PLAIN)
    maker = world.found("maker", "FR").domains[0]
    other = world.widen(maker)
    with (tmp_path / "parties.csv").open("w") as out:
        world.write_table(out)
    assert f"{maker}|{other}" in (tmp_path / "parties.csv").read_text()
    assert domain_of(f"api.{other}") == other


def test_measured_flows_become_kinds_of_devices(tmp_path: Path) -> None:
    flow = {"protocol": "TCP", "host": "a.b.example", "periods_s": [3_600.0]}
    held = {**flow, "host": "*.c.example", "periods_s": [30.0, 900.0]}
    bare = {**flow, "host": "192.0.2.1"}
    table = tmp_path / "flows.json"
    table.write_text(json.dumps({"plug-1": [flow, held, bare], "none": [bare]}))
    (profile,) = read_profiles(table)
    assert profile.key == "plug1"
    assert [(it.host, it.every_s, it.held) for it in profile.channels[1:]] == [
        ("a.b.example", 3_600.0, False),
        ("{hash}.c.example", None, True),
    ]
