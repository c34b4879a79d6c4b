"""Policies at work: from the store through the service and the helper to packets, in both families."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from tests.household.home import DEVICES
from tests.lab import lab
from tests.lab.faults import HOST, Home, await_that
from tests.lab.namespaces import full_name, spawn
from tests.lab.test_lab import needs_lab

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.xdist_group("namespaces"), needs_lab]

IN_FORCE_S = 2.0
SLACK_S = 3.0
"""The machine of a test is busy with other things; `scripts/lab policies` times it alone."""

MACS = {device.key: device.mac for device in DEVICES}
SIX = "www.google.com"
STORE = ("--store", "/var/lib/tattlebox/home.db")


class Watched:
    """The home with the sensor and the service at work."""

    def __init__(self, home: Home) -> None:
        self.home = home
        home.gateway.watch()
        await_that(lambda: self.knows("box") and self.knows("phone"))

    def tattlebox(self, verb: str, *words: str) -> str:
        done = self.home.gateway.tattlebox(verb, *STORE, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def knows(self, key: str) -> bool:
        self.home.online()
        self.home.phone.connect(self.six())
        return MACS[key] in self.home.gateway.tattlebox("devices", *STORE).stdout

    def six(self) -> str:
        return next(address for address in self.home.phone.resolve(SIX) if ":" in address)

    def begin(self, *words: str) -> str:
        return str(json.loads(self.tattlebox(*words, "--json"))["id"])


def within(condition: Callable[[], bool]) -> None:
    """Wait for a policy's effect, no longer than it may take."""
    await_that(condition, IN_FORCE_S + SLACK_S)


@pytest.fixture(scope="module")
def watched(home: Home) -> Iterator[Watched]:
    try:
        yield Watched(home)
    finally:
        home.gateway.systemctl("stop", "tattlebox.service", "tattlebox-sensor@eth1.service")


def test_a_paused_device_is_cut_off_in_both_families_and_let_in_again(watched: Watched) -> None:
    phone, six = watched.home.phone, watched.six()
    four = next(address for address in phone.resolve(SIX) if ":" not in address)
    assert phone.keep(four) and phone.keep(six)
    pause = watched.begin("pause", MACS["phone"])
    within(lambda: not phone.alive(four) and not phone.alive(six))
    assert not phone.connect(four) and not phone.connect(six)
    assert phone.resolve("tattlebox.home.arpa") != []  # the home's own page stays within reach
    assert watched.home.online()  # and the others
    watched.tattlebox("lift", pause)
    within(lambda: phone.connect(four) and phone.connect(six))


def test_a_pause_cuts_off_what_only_comes_in(watched: Watched) -> None:
    net, phone = full_name(watched.home.name, "net"), watched.home.phone
    heard = phone.resolve(SIX)
    for address in heard:
        command = ["ip", "netns", "exec", net, lab.PYTHON, "-m", "tests.lab.stream", address]
        lab.await_ready(spawn(watched.home.name, command, stdout=subprocess.PIPE))
    assert all(phone.listen(address) for address in heard)
    pause = watched.begin("pause", MACS["phone"])
    within(lambda: not any(phone.hears(address) for address in heard))
    watched.tattlebox("lift", pause)
    within(lambda: all(phone.hears(address) for address in heard))


def test_a_blocked_party_is_followed_by_its_names_and_others_stay(watched: Watched) -> None:
    box = watched.home.box
    (blocked, *_), (other, *_) = box.resolve(HOST), box.resolve("rtnl.bxcl.de")
    await_that(lambda: "tbs.toys" in watched.tattlebox("parties") and box.connect(blocked))
    block = watched.begin("block", MACS["box"], "tbs.toys")
    within(lambda: not box.connect(blocked))
    assert box.connect(other)
    assert watched.home.phone.connect(blocked)  # for one device, not for the home
    watched.tattlebox("lift", block)
    within(lambda: box.connect(blocked))


def test_a_pause_ends_by_itself_without_the_service(watched: Watched) -> None:
    box = watched.home.box
    (address, *_) = box.resolve(HOST)
    now = time.time()
    macs, until = [MACS["box"]], now + 4
    policy = {"id": "t1", "kind": "pause", "macs": macs, "addresses": [], "until": until}
    watched.home.gateway.systemctl("stop", "tattlebox.service")
    watched.home.gateway.ask("police", policies=[policy])
    assert not box.connect(address)
    await_that(lambda: box.connect(address), 8.0)
    assert time.time() >= until
    watched.home.gateway.systemctl("start", "tattlebox.service")


def test_what_asks_another_resolver_is_answered_by_ours_and_counted(watched: Watched) -> None:
    box = watched.home.box
    assert box.ask("198.18.77.77", "tattlebox.home.arpa") == ["192.168.77.1"]
    assert watched.home.gateway.status()["counts"]["bypass"][0] >= 1
    await_that(lambda: "own_dns" in watched.tattlebox("findings", "--json"))
