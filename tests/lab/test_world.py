"""What the lab's home asks for today."""

from __future__ import annotations

from tests.household.home import DEVICES
from tests.lab import world


def test_hosts_are_written_out() -> None:
    assert not [visit.host for visit in world.all_visits() if "{" in visit.host]


def test_every_device_has_something_to_do() -> None:
    assert all(world.visits(device) for device in DEVICES)


def test_every_host_has_an_address_of_a_test_network() -> None:
    for visit in world.all_visits():
        four, six = world.addresses(visit)
        assert four and all(address.startswith(("198.18.", "198.19.")) for address in four)
        assert all(address.startswith("2001:2:0:1:") for address in six)


def test_hosts_share_an_address_only_where_they_share_a_cdn() -> None:
    owners: dict[str, str] = {}
    for visit in world.all_visits():
        front = visit.channel.cdn or visit.host
        for address in world.addresses(visit)[0]:
            assert owners.setdefault(address, front) == front
    fronts = [visit.channel.cdn for visit in world.all_visits() if visit.channel.cdn]
    assert len(fronts) > len(set(fronts)), "some do"
