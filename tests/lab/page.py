"""The dashboard on the lab's gateway, as a parent's phone would see it; how soon a toy is there."""

from __future__ import annotations

import sys
import time
from typing import Final, NamedTuple

from tests.household.home import DEVICES
from tests.lab import lab
from tests.lab.faults import Home, await_that

STORE: Final = "/var/lib/tattlebox/home.db"
PORT: Final = 8_080
LOG_IN: Final = """
import sys, time
from pathlib import Path
from appliance.store.book import Book
from appliance.store.people import People
from appliance.store.tokens import Tokens
book = Book(Path(sys.argv[1]))
person = People(book).add("Robin", "parent", "nobody's password", time.time())
print(Tokens(book).make(person.id, "lab", ["read"], time.time()))
"""
FETCH: Final = """
import sys, urllib.request
asked = urllib.request.Request(sys.argv[1], headers={"Authorization": "Bearer " + sys.argv[2]})
print(urllib.request.urlopen(asked, timeout=10).read().decode())
"""


TOYS: Final = ("doll", "camera", "tv", "speaker", "tablet")


class Arrival(NamedTuple):
    """Seconds from the moment that a toy is switched on."""

    on_page_s: float  # until there is one more on the page of devices
    named_s: float  # until it is no "Unknown device" there


class Page:
    """The dashboard beside the sensor and the service, all three by the commands of their units."""

    def __init__(self, home: Home) -> None:
        """Start them."""
        self._gateway = home.gateway
        self._gateway.watch()
        await_that(lambda: self._gateway.run("ls", STORE, check=False) != "")
        command = [str(self._gateway.ours()[0]) + "-web", "--store", STORE, "--port", str(PORT)]
        self._web = self._gateway.start(*command)
        self._token = self._gateway.run(sys.executable, "-c", LOG_IN, STORE).strip()
        await_that(lambda: "<html" in self.read("/devices"))

    def read(self, path: str) -> str:
        """Return a page; empty while nobody answers."""
        url = f"http://127.0.0.1:{PORT}{path}"
        return self._gateway.run(sys.executable, "-c", FETCH, url, self._token, check=False)

    def devices(self) -> int:
        """Return how many devices the page shows."""
        return self.read("/devices").count('href="/devices/')

    def close(self) -> None:
        """Stop the dashboard."""
        self._web.terminate()
        self._web.wait()


def arrivals(home: Home, page: Page, keys: tuple[str, ...] = TOYS) -> list[Arrival]:
    """Switch toys on that the home does not know, one after the other; return how soon each is there."""
    found = []
    for key in keys:
        last_of_mac = next(device.mac[-5:] for device in DEVICES if device.key == key)
        there = page.devices()
        toy = lab.Device(home.name, key)
        began = time.monotonic()
        toy.join()
        await_that(lambda before=there: page.devices() > before)
        on_page_s = time.monotonic() - began
        toy.live()
        await_that(lambda mac=last_of_mac: mac not in page.read("/devices"))
        found.append(Arrival(on_page_s, time.monotonic() - began))
    return found
