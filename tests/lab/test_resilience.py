"""Fail towards a working home; and what a gateway cannot help: handled, or refused with a sentence."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.gateway.plan import Dns, to_json
from tests.lab import lab
from tests.lab.faults import Home, await_that
from tests.lab.namespaces import full_name, ip
from tests.lab.test_lab import needs_lab

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.xdist_group("namespaces"), needs_lab]

OURS = ("tattlebox-gateway.service", "tattlebox.service", "tattlebox-sensor@eth1.service")
OTHER = lab.PLAN._replace(lease_s=7_200)


def refused(home: Home, plan: object = OTHER) -> str:
    """Apply a plan that cannot be; return what was said, once the home is seen to be as before."""
    home.gateway.write("/run/lab/other.json", to_json(plan))  # type: ignore[arg-type]
    done = home.gateway.tattlebox("gateway", "apply", "--yes", "/run/lab/other.json")
    assert done.returncode == 1
    await_that(home.online)
    status = home.gateway.status()
    assert status["confirmed"] and status["plan"]["lease_s"] == lab.PLAN.lease_s
    return done.stderr


def test_dhcp_dns_and_forwarding_go_on_without_us_and_with_a_full_disk(home: Home) -> None:
    home.gateway.watch()
    home.gateway.run("sh", "-c", "dd if=/dev/zero of=/var/lib/full bs=1M 2>/dev/null", check=False)
    assert "No space left" in refused(home)  # nothing half-written: see `refused`
    home.gateway.systemctl("stop", *OURS)
    try:
        assert home.online()
        assert home.box.join() == ["192.168.77.21"]  # a lease anew
        assert home.online()
    finally:
        home.gateway.run("rm", "/var/lib/full")
        home.gateway.systemctl("start", "tattlebox-gateway.service")
        home.gateway.await_helper()
    assert home.online()


@pytest.fixture
def rival(home: Home, tmp_path: Path) -> Iterator[None]:
    """Yield with a second DHCP server on the toys' switch."""
    switch = full_name(home.name, "switch")
    ip("-n", switch, "address", "add", "192.168.77.200/24", "dev", "switch")
    text = "interface=switch\nport=0\nbind-interfaces\nleasefile-ro\nuser=root\npid-file=\nno-ping\n"
    settings = tmp_path / "rival.conf"
    settings.write_text(text + "dhcp-range=192.168.77.201,192.168.77.209,1h\n")
    command = ["ip", "netns", "exec", switch, "dnsmasq", "--keep-in-foreground", f"--conf-file={settings}"]
    server = subprocess.Popen(command)
    try:
        yield
    finally:
        server.kill()
        server.wait()
        ip("-n", switch, "address", "flush", "dev", "switch")


@pytest.fixture
def hotel(home: Home, tmp_path: Path) -> Iterator[None]:
    """Yield with a line outside that answers every name with its own log-in page."""
    router = full_name(home.name, "router")
    settings = tmp_path / "hotel.conf"
    settings.write_text(f"port=5300\nno-resolv\nno-hosts\nuser=root\npid-file=\naddress=/#/{lab.FAMILY[0]}\n")
    inside = ["ip", "netns", "exec", router]
    server = subprocess.Popen([*inside, "dnsmasq", "--keep-in-foreground", f"--conf-file={settings}"])
    turned = (
        "chain on { type nat hook prerouting priority 0; iifname family udp dport 53 redirect to :5300; }"
    )
    try:
        subprocess.run([*inside, "nft", f"table inet hotel {{ {turned}; }}"], check=True)
        yield
    finally:
        subprocess.run([*inside, "nft", "delete table inet hotel"], check=True)
        server.kill()
        server.wait()


def test_a_line_that_waits_for_a_log_in_is_said_and_the_plan_is_taken(home: Home, hotel: None) -> None:
    await_that(lambda: home.gateway.ask("status")["captive"] is not None)
    home.gateway.write("/run/lab/other.json", to_json(OTHER))
    done = home.gateway.tattlebox("gateway", "apply", "--yes", "/run/lab/other.json")
    assert done.returncode == 0
    assert "the line outside wants a log-in first" in done.stderr
    home.gateway.apply(lab.PLAN)


def test_a_second_dhcp_server_is_named(home: Home, rival: None) -> None:
    said = refused(home)
    assert "192.168.77.200 lends addresses on eth1, too" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"network4": "198.19.250.1/24"}, "overlaps"),
        ({"toys": "eth7"}, "there is no interface 'eth7'; this machine has eth0, eth1"),
        ({"toys": 'eth1"; flush ruleset'}, "there is no interface"),
        ({"mode": "access_point"}, "no Wi-Fi radio"),
        ({"dns": Dns(("198.18.99.99",))}, "no resolver of the internet answers"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(
    home: Home, changes: dict[str, object], said: str
) -> None:
    rules = home.gateway.run("nft", "-s", "list", "table", "inet", "tattlebox")
    assert said in refused(home, OTHER._replace(**changes))  # type: ignore[arg-type]
    assert home.gateway.run("nft", "-s", "list", "table", "inet", "tattlebox") == rules


def test_without_a_line_outside_a_plan_is_taken_and_works_when_it_comes(home: Home) -> None:
    router = full_name(home.name, "router")
    ip("-n", router, "link", "set", "family", "down")
    try:
        home.gateway.apply(OTHER)
        assert home.box.resolve("tattlebox.home.arpa") == ["192.168.77.1"]
        assert not home.online()
        assert "internet" in home.gateway.ask("status")["broken"]
    finally:
        ip("-n", router, "link", "set", "family", "up")
        ip("-n", router, "address", "add", f"{lab.FAMILY[1]}/64", "dev", "family", "nodad")
    await_that(home.online)
    home.gateway.apply(lab.PLAN)


def test_an_interface_that_was_renamed_is_found_again(home: Home) -> None:
    for old, new in (("eth1", "usb0"), ("usb0", "eth1")):
        home.gateway.run("ip", "link", "set", old, "down")
        home.gateway.run("ip", "link", "set", old, "name", new)
        home.gateway.run("ip", "link", "set", new, "up")
        await_that(lambda now=new: home.gateway.status()["plan"]["toys"] == now)
        await_that(home.online)
