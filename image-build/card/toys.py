"""Toys join an emulated card: over radios that its own kernel plays, and by cable, from the lab's home.

The card stands where the lab's gateway stands (tests/lab): between the family's router and the toys' switch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from appliance.gateway.plan import to_json
from card.base import HERE
from card.machine import Machine, Wires, reported, started, tail
from tests.household.home import DEVICES
from tests.lab import lab
from tests.lab.namespaces import full_name, ip
from tests.lab.page import LOG_IN

NAME: Final = "card"
PAGE: Final = "https://tattlebox.home.arpa/devices"
TOY_S: Final = 120.0
"""Longest that one step of a toy may take beside an emulated machine."""


WAYS: Final = {"radio": "wifi.sh", "cable": "wired.sh"}


def toys(card: Path, arch: str, way: str) -> list[str]:
    """Start the card with a home around it, whose toys join by one of WAYS; return what is wrong."""
    lab.check_possible()
    script = (HERE / "inside" / WAYS[way]).read_text()
    script = script.replace("@PLAN@", to_json(lab.PLAN)).replace("@LOG_IN@", LOG_IN)
    with lab.locked(NAME) as lock, lab.guarded(NAME, lock):
        lab.wire(NAME)
        with started(card, arch, script, wires=_wires()) as machine:
            said = reported(machine)
            if not said:
                return [f"no toy could join; the last words: {tail(machine.report)}\n{tail(machine.console)}"]
            if way == "cable":
                return list(_wired(said["token"].split()[-1], machine))
            print(said["radio"], flush=True)
            return [line for line in said["radio"].splitlines() if line.startswith("- ")]


def _wires() -> Wires:
    """Put the card's two cables where the lab's gateway has its own."""
    gateway = full_name(NAME, "gw")
    quiet = "for one in all default; do echo 1 >/proc/sys/net/ipv6/conf/$one/disable_ipv6; done"
    ip("netns", "exec", gateway, "sh", "-c", quiet)
    taps = ("tap0", "tap1")
    for number, tap in enumerate(taps):
        ip("-n", gateway, "tuntap", "add", "dev", tap, "mode", "tap")
        ip("-n", gateway, "link", "add", f"join{number}", "type", "bridge", "mcast_snooping", "0")
        for port in (tap, f"eth{number}"):
            ip("-n", gateway, "link", "set", port, "master", f"join{number}", "up")
        ip("-n", gateway, "link", "set", f"join{number}", "up")
    return Wires(("ip", "netns", "exec", gateway), taps)


def _wired(token: str, machine: Machine) -> Iterator[str]:
    """Let a doll and a phone join by cable; yield what is wrong."""
    phone, doll = lab.Device(NAME, "phone"), lab.Device(NAME, "doll")
    with _timed("the phone is lent an address"):
        phone.join()
    _await(lambda: _listed(_page(phone, token)) > 0)
    before = _page(phone, token)
    began = time.monotonic()
    with _timed("the doll is lent an address"):
        doll.join()
    there = _await(lambda: _listed(_page(phone, token)) > _listed(before))
    print(f"on_page_s: {time.monotonic() - began:.1f}" if there else "not on the page", flush=True)
    worked = _await(doll.live)
    mac = next(device.mac for device in DEVICES if device.key == "doll")[-5:]
    named = _await(lambda: mac not in _page(phone, token))
    print(f"named_s: {time.monotonic() - began:.1f}" if named else "not named", flush=True)
    print(f"{machine.worked_s():.0f} s of work by the emulation in all", flush=True)
    for sound, sentence in (
        (there, "a doll that joined by cable did not come onto the page"),
        (worked, "the doll did not reach all of its hosts by TLS, HTTP and NTP"),
        (named, "the doll got no name"),
    ):
        if not sound:
            yield sentence


def _page(phone: lab.Device, token: str) -> str:
    text: str = phone.fetch(PAGE, token)[3]
    return text


def _listed(text: str) -> int:
    return text.count('href="/devices/')


def _await(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + TOY_S
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.3)
    return False


@contextmanager
def _timed(words: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{words}: {time.monotonic() - began:.1f} s", flush=True)
