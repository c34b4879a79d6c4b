"""From the family's policies to addresses: by what each device asked, as its flows are attributed."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.behaviour.facts import Change
from appliance.enforcement import Enforcement, policy_number, tried_instead
from appliance.home import Home
from appliance.lookup.knowledge import load_knowledge
from appliance.store.policies import PolicyRow
from sensor.records import DhcpAck, DnsAnswer, TlsClientHello
from tests.household.generate import generate

BOX = "98:9e:80:3c:51:0e"


@pytest.fixture(scope="module")
def knowledge() -> Any:
    return load_knowledge()


@pytest.fixture(scope="module")
def evening() -> list[Any]:
    return list(generate(seed=5, days=1))


@pytest.fixture
def home(knowledge: Any, evening: list[Any]) -> Home:
    home = Home(knowledge)
    for record in evening:
        home.feed(record)
    return home


def box(home: Home) -> str:
    return next(one for one in home.devices.ids() if BOX in home.devices.record(one).macs)


def row(
    number: int, device: str, kind: str, party: str | None = None, until: float | None = None
) -> PolicyRow:
    return PolicyRow(number, 0.0, device, kind, party, until, None, 0)


def answer_for(home: Home, evening: list[Any], host: str, *addresses: str) -> DnsAnswer:
    """Return an answer that the box gets for a host."""
    device = home.devices.record(box(home))
    like = next(one for one in evening if isinstance(one, DnsAnswer) and one.client in device.addresses)
    return like._replace(query=host, addresses=addresses, cnames=("edge.cdn.example",))


def test_a_block_follows_the_names_of_its_device_alone(home: Home, evening: list[Any]) -> None:
    enforcement = Enforcement(home)
    enforcement.set([row(1, box(home), "block", "tbs.toys")])
    (policy,) = enforcement.policies()
    known = {
        address
        for one in evening
        if isinstance(one, DnsAnswer) and one.query == "prod.de.tbs.toys"
        for address in one.addresses
    }
    assert (policy.kind, policy.macs) == ("block", (BOX,))
    assert set(policy.addresses) == known and known
    fresh = answer_for(home, evening, "prod.de.tbs.toys", "198.18.9.9", "2001:2:0:1::9")
    enforcement.note(fresh)
    enforcement.note(answer_for(home, evening, "rtnl.bxcl.de", "198.18.9.10"))
    enforcement.note(
        fresh._replace(client="192.168.77.250", client_mac="02:00:00:00:00:55", addresses=("198.18.9.11",))
    )
    assert set(enforcement.policies()[0].addresses) == {*known, "198.18.9.9", "2001:2:0:1::9"}


def test_a_name_in_the_greeting_is_enough(home: Home, evening: list[Any]) -> None:
    enforcement = Enforcement(home)
    enforcement.set([row(1, box(home), "block", "tbs.toys")])
    hello = next(one for one in evening if isinstance(one, TlsClientHello) and one.mac == BOX)
    enforcement.note(hello._replace(server_name="prod.de.tbs.toys", dst="198.18.9.12"))
    assert "198.18.9.12" in enforcement.policies()[0].addresses


def test_what_one_device_may_reach_is_one_policy(home: Home) -> None:
    device, enforcement = box(home), Enforcement(home)
    enforcement.set([row(4, device, "allow", "tbs.toys", 50.0), row(5, device, "allow", "bxcl.de", 60.0)])
    (policy,) = enforcement.policies()
    assert (policy.id, policy_number(policy.id), policy.until) == ("4a", 4, 60.0)
    enforcement.set([row(4, device, "allow", "tbs.toys", 50.0)])
    assert len(enforcement.policies()[0].addresses) < len(policy.addresses)


def test_a_party_without_a_name_is_its_address(home: Home) -> None:
    enforcement = Enforcement(home)
    enforcement.set([row(1, box(home), "block", "198.18.200.1")])
    assert enforcement.policies()[0].addresses == ("198.18.200.1",)


def test_updates_are_held_by_what_hosts_are_for(home: Home, evening: list[Any]) -> None:
    enforcement = Enforcement(home)
    enforcement.set([row(1, box(home), "hold_updates")])
    enforcement.note(answer_for(home, evening, "firmware.tbs.toys", "198.18.9.13"))
    enforcement.note(answer_for(home, evening, "voice.tbs.toys", "198.18.9.14"))
    assert "198.18.9.13" in enforcement.policies()[0].addresses
    assert "198.18.9.14" not in enforcement.policies()[0].addresses


def test_a_device_that_is_gone_has_no_policy_and_a_merged_one_keeps_it(home: Home) -> None:
    device, enforcement = box(home), Enforcement(home)
    enforcement.set([row(1, device, "pause"), row(2, "d-00000000", "pause")])
    assert [policy.id for policy in enforcement.policies()] == ["1"]
    other = next(one for one in home.devices.ids() if one != device)
    home.devices.merge(other, device)
    assert BOX in enforcement.policies()[0].macs


def test_addresses_are_bounded(home: Home, evening: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.enforcement.MAX_ADDRESSES", 3)
    enforcement = Enforcement(home)
    enforcement.set([row(1, box(home), "block", "tbs.toys")])
    enforcement.note(answer_for(home, evening, "prod.de.tbs.toys", *(f"198.18.9.{n}" for n in range(1, 9))))
    assert enforcement.policies()[0].addresses == ("198.18.9.6", "198.18.9.7", "198.18.9.8")


def test_other_records_are_passed_over(home: Home, evening: list[Any]) -> None:
    enforcement = Enforcement(home)
    enforcement.set([row(1, box(home), "block", "tbs.toys")])
    before = enforcement.policies()
    for record in evening:
        if isinstance(record, DhcpAck):
            enforcement.note(record)
    assert enforcement.policies() == before


CHANGE = Change("c-1", 100.0, "d-1", "new_party", "x.example", None, None, {}, {"doubts": ["blocked"]}, None,
                "seen", ())  # fmt: skip


def test_what_came_of_a_block() -> None:
    block = PolicyRow(1, 90.0, "d-1", "block", "y.example", None, 95.0, 3)
    others = [
        CHANGE._replace(after={"doubts": []}), CHANGE._replace(device="d-2"), CHANGE._replace(ts=80.0),
        CHANGE._replace(ts=95.0 + 2 * 86_400),
    ]  # fmt: skip
    assert tried_instead(block, [CHANGE, *others]) == [CHANGE]
