"""What policies cost, how soon they are in force, how soon a toy is on the page: measured in the lab."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any, Final

from tests.household.home import DEVICES
from tests.lab.faults import HOST, Home, await_that
from tests.lab.page import Page, arrivals

RULES: Final = 500
OTHERS: Final = 49
ROUNDS: Final = 5
DOWNLOADS: Final = 15
DOWNLOAD_BYTES: Final = 12 << 20
STORE: Final = ("--store", "/var/lib/tattlebox/home.db")
BOX_MAC: Final = next(device.mac for device in DEVICES if device.key == "box")


def many() -> list[dict[str, Any]]:
    """Return 500 policies on 50 devices, ten of them about the one that is measured; none stops it."""
    macs = [BOX_MAC, *(f"02:00:00:00:01:{number:02x}" for number in range(OTHERS))]
    return [
        {
            "id": f"m{number}",
            "kind": "block",
            "macs": [macs[number % len(macs)]],
            "addresses": [f"198.18.{100 + number // 250}.{number % 250 + 1}", f"2001:2:0:99::{number:x}"],
            "until": None,
        }
        for number in range(RULES)
    ]


def measure(name: str) -> Iterator[str]:
    """Yield a line for each figure."""
    home = Home(name)
    rules = many()
    speeds: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(DOWNLOADS):
        for with_rules in (False, True):
            home.gateway.ask("police", policies=rules if with_rules else [])
            began = time.monotonic()
            assert home.box.download(HOST, DOWNLOAD_BYTES)
            speeds[with_rules].append(DOWNLOAD_BYTES / (time.monotonic() - began) / 1e6)
    home.gateway.ask("police", policies=[])
    without, among = (max(speeds[one]) for one in (False, True))  # what others on the machine leave of it
    yield f"mbytes_per_s_without: {without:.1f}"
    yield f"mbytes_per_s_with_{RULES}: {among:.1f}"
    yield f"throughput_ratio: {among / without:.3f}"
    yield from _times(home)
    toys = arrivals(home, Page(home))
    yield f"on_page_s: {max(toy.on_page_s for toy in toys):.1f}"
    yield f"named_s: {max(toy.named_s for toy in toys):.1f}"


def _times(home: Home) -> Iterator[str]:
    """Yield how long a pause takes to be in force and to be lifted, from the command's end on."""
    home.gateway.watch()
    await_that(lambda: home.online() and BOX_MAC in home.gateway.tattlebox("devices", *STORE).stdout)
    address = home.box.resolve(HOST)[0]
    begun, lifted = [], []
    for _ in range(ROUNDS):
        row = json.loads(home.gateway.tattlebox("pause", *STORE, BOX_MAC, "--json").stdout)
        begun.append(_until(lambda: not home.box.connect(address)))
        home.gateway.tattlebox("lift", *STORE, str(row["id"]))
        lifted.append(_until(lambda: home.box.connect(address)))
    yield f"in_force_s: {max(begun):.2f}"
    yield f"lifted_s: {max(lifted):.2f}"


def _until(condition: Any) -> float:
    began = time.monotonic()
    await_that(condition)
    return time.monotonic() - began
