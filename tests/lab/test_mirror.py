"""Beside the home, at a switch that copies: all is seen, nothing is changed, and nothing is said."""

from __future__ import annotations

import os

import pytest

from appliance.gateway.plan import Plan
from tests.household.home import DEVICES
from tests.lab import lab
from tests.lab.faults import await_that
from tests.lab.namespaces import full_name, ip
from tests.lab.page import STORE
from tests.lab.test_lab import needs_lab

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.xdist_group("namespaces"), needs_lab]

DOLL = next(device.mac for device in DEVICES if device.key == "doll")
COPY = "chain {0} {{ type filter hook {0} device eth1 priority 0; dup to copy; }};"


def _wire_switch(name: str) -> None:
    """Make of the gateway's two cables one network, with a third that hears what passes the second."""
    here = full_name(name, "gw")
    ip("netns", "exec", here, "sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6")
    ip("-n", here, "link", "add", "copy", "type", "veth", "peer", "name", "ear")
    ip("-n", here, "link", "add", "home", "type", "bridge", "mcast_snooping", "0")
    for port in ("eth0", "eth1"):
        ip("netns", "exec", here, "sh", "-c", f"echo 1 >/proc/sys/net/ipv6/conf/{port}/disable_ipv6")
        ip("-n", here, "link", "set", port, "master", "home")
    for one in ("eth0", "eth1", "home", "copy", "ear"):
        ip("-n", here, "link", "set", one, "up")
    copies = f"table netdev copies {{ {COPY.format('ingress')} {COPY.format('egress')} }}"
    ip("netns", "exec", here, "nft", copies)


def test_what_a_switch_copies_is_seen_and_nothing_is_changed() -> None:
    name = f"mirror{os.getpid() % 10_000}"
    try:
        gateway = lab.wire(name)
        _wire_switch(name)
        gateway.write("/run/systemd/network/80-image.network", "")  # its cables are the switch's here
        gateway.boot()
        rules = gateway.run("nft", "list", "ruleset")
        gateway.apply(Plan("mirror", "ear"))
        assert gateway.run("nft", "list", "ruleset") == rules
        assert gateway.status()["plan"]["mode"] == "mirror"
        gateway.systemctl("start", "tattlebox-sensor@ear.service", "tattlebox.service")
        await_that(lambda: gateway.run("ls", STORE, check=False) != "")
        doll = lab.Device(name, "doll")
        (address,) = doll.join()
        assert address.startswith("198.19.250.")  # of the family's own router
        assert doll.live()

        def told(verb: str) -> str:
            return gateway.tattlebox(verb, "--store", STORE).stdout

        await_that(lambda: DOLL in told("devices"))
        gateway.systemctl(
            "stop", "tattlebox-sensor@ear.service", "tattlebox.service"
        )  # it writes what it has
        assert "amberly.example" in told("parties")
        assert gateway.read("/sys/class/net/ear/statistics/tx_packets").strip() == "0"
    finally:
        lab.down(name)
        (lab.STATE / f"{name}.lock").unlink(missing_ok=True)
