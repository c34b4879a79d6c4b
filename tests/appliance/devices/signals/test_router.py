from __future__ import annotations

from appliance.devices.signals.router import evidence, named
from tests.appliance.devices.samples import KNOWLEDGE, ROUTER, neighbour


def test_who_announces_routes_is_a_router() -> None:
    [item] = evidence(neighbour(ROUTER, "fe80::1", source="ra"), KNOWLEDGE)
    assert (item.field, item.value) == ("category", "router")


def test_whom_leases_name_is_a_router() -> None:
    assert named(5.0)[:2] == ("category", "router")


def test_who_only_answers_for_an_address_is_not() -> None:
    assert list(evidence(neighbour(ROUTER, "fe80::1", source="ndp"), KNOWLEDGE)) == []
