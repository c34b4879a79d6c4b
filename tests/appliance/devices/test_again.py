"""A phone of a factory name under a new private address, and the phones that it is not."""

from __future__ import annotations

import pytest

from appliance.devices.again import CHANGE_S
from appliance.devices.registry import Devices
from sensor.records import Record
from tests.appliance.devices.samples import KNOWLEDGE, PLUG, PRIVATE, PRIVATE_2, dhcp, neighbour

THIRD = "5e:00:00:00:00:03"


def phone(mac: str, ts: float, name: str = "iPhone") -> Record:
    return dhcp(mac, hostname=name, ts=ts)


def home(*records: Record) -> Devices:
    devices = Devices(KNOWLEDGE)
    for record in records:
        devices.observe(record)
    return devices


def test_it_is_the_phone_that_fell_silent_when_it_came() -> None:
    devices = home(phone(PRIVATE, 0), phone(PRIVATE, 5_000), phone(PRIVATE_2, 5_060))
    before, after = devices.ids()
    assert devices.same_again(after)
    assert devices.ids() == [before]
    assert devices.record(after).macs == (PRIVATE, PRIVATE_2)
    assert devices.owner(PRIVATE_2, "0.0.0.0") == before  # noqa: S104 - an address seen, not one to listen on


@pytest.mark.parametrize(
    ("what", "records"),
    [
        (
            "the other is still heard",
            [phone(PRIVATE, 0), phone(PRIVATE_2, 60), neighbour(PRIVATE, "", ts=300)],
        ),
        ("the other left long ago", [phone(PRIVATE, 0), phone(PRIVATE_2, CHANGE_S + 1)]),
        ("another name", [phone(PRIVATE, 0), phone(PRIVATE_2, 60, "Galaxy")]),
        ("two may be it", [phone(PRIVATE, 0), phone(THIRD, 1), phone(PRIVATE_2, 60)]),
        ("an address of a registered block", [phone(PLUG, 0), phone(PRIVATE_2, 60)]),
    ],
)
def test_it_is_another_phone(what: str, records: list[Record]) -> None:
    devices = home(*records)
    known = devices.ids()
    assert not devices.same_again(known[-1]), what
    assert devices.ids() == known
