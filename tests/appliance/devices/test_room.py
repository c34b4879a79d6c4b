"""Who goes first when a home has no more room for devices."""

from __future__ import annotations

import pytest

from appliance.devices.room import ESTABLISHED_S, EVICTED_AT_ONCE, least_valued
from appliance.devices.state import DeviceState

DAY = 86_400.0


def state(number: int, last_ts: float = DAY) -> DeviceState:
    return DeviceState(f"d-{number:08x}", DAY, last_ts)


def labelled(one: DeviceState) -> None:
    one.labels["name"] = ("Bear", DAY)


def gateway(one: DeviceState) -> None:
    one.is_gateway = True


def established(one: DeviceState) -> None:
    one.first_ts = one.last_ts - ESTABLISHED_S


def busy(one: DeviceState) -> None:
    one.flows = 1_000


def fresh(one: DeviceState) -> None:
    one.last_ts += 60


@pytest.mark.parametrize("worth", [labelled, gateway, established, busy, fresh])
def test_what_is_worth_more_stays(worth) -> None:  # type: ignore[no-untyped-def]
    devices = [state(number) for number in range(EVICTED_AT_ONCE + 1)]
    kept = devices[0]
    worth(kept)
    going = least_valued(devices)
    assert len(going) == EVICTED_AT_ONCE
    assert kept not in going


def test_a_label_outweighs_all_else() -> None:
    devices = [state(number) for number in range(EVICTED_AT_ONCE + 1)]
    labelled(devices[0])
    for device in devices[1:]:
        for worth in (gateway, established, busy, fresh):
            worth(device)
    assert devices[0] not in least_valued(devices)


def test_few_all_go() -> None:
    assert len(least_valued([state(1), state(2)])) == 2
