"""The gateway as a bridge between router and toys: nothing changes, and a device can be paused."""

from __future__ import annotations

import os

import pytest

from tests.household.home import DEVICES
from tests.lab import lab
from tests.lab.faults import HOST, await_that
from tests.lab.test_lab import needs_lab

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.xdist_group("namespaces"), needs_lab]

BOX_MAC = next(device.mac for device in DEVICES if device.key == "box")


def test_devices_get_their_addresses_from_the_router_and_can_be_paused() -> None:
    name = f"bridge{os.getpid() % 10_000}"
    try:
        gateway = lab.up(name, lab.PLAN._replace(mode="bridge"))
        status = gateway.status()
        assert status["plan"]["mode"] == "bridge" and status["broken"] == {}
        box = lab.Device(name, "box")
        (address,) = box.join()
        assert address.startswith("198.19.250.")
        await_that(lambda: bool(box.resolve(HOST)))
        there = box.resolve(HOST)[0]
        assert box.keep(there)
        pause = {"id": "1", "kind": "pause", "macs": [BOX_MAC], "addresses": [], "until": None}
        gateway.ask("police", policies=[pause])
        assert not box.alive(there) and not box.connect(there)
        gateway.ask("police", policies=[])
        await_that(lambda: box.connect(there))
    finally:
        lab.down(name)
        (lab.STATE / f"{name}.lock").unlink(missing_ok=True)
