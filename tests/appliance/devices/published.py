"""Devices of public studies of household traffic, and what they show, as records: for the tests of the rules.

`published_devices.csv` lists the devices that such studies name (Aalto IoT SENTINEL, UNSW, Mon(IoT)r,
YourThings, CIC IoT, BehavIoT, IoT Inspector) with the organisation of the address block, the host name, the
names asked for and other signs that a device of that make shows as far as we know; `vendor_ok` and `category`
are what is right. What is listed is what such a device says of itself, not a capture of it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from appliance.devices.device import DeviceRecord
from appliance.devices.registry import Devices
from sensor.records import Record
from tests.appliance.devices.samples import dhcp, flow, http, mdns, neighbour, query, registered_to, ssdp

MAC = "50:c7:bf:01:02:03"
ADDRESS = "192.168.1.20"
PHONE = "98:9e:80:3c:51:0e"


class Published(NamedTuple):
    """One line of published_devices.csv."""

    study: str
    device: str
    organisation: str
    hostname: str
    domains: tuple[str, ...]
    signs: tuple[str, ...]
    vendors: tuple[str, ...]
    categories: tuple[str, ...]


def published(name: str = "published_devices.csv") -> list[Published]:
    """Return the lines of a list of devices."""
    path = Path(__file__).with_name(name)
    with path.open(newline="", encoding="utf-8") as lines:
        return [
            Published(
                row["study"],
                row["device"],
                row["organisation"],
                row["hostname"],
                tuple(filter(None, row["domains"].split("|"))),
                tuple(filter(None, row["signs"].split(" & "))),
                tuple(row["vendor_ok"].split("|")),
                tuple(row["category"].split("|")),
            )
            for row in csv.DictReader(lines)
        ]


def sign(text: str) -> Record:
    """Return the record of one sign, "kind:text"."""
    kind, _, said = text.partition(":")
    if kind.startswith("ssdp_"):
        return ssdp(MAC, ADDRESS, **{kind.removeprefix("ssdp_"): said})
    if kind == "mdns":
        return mdns(MAC, ADDRESS, instance=said)
    if kind == "mdns_service":
        return mdns(MAC, ADDRESS, service=said)
    if kind == "mdns_txt":
        service, _, pair = said.partition(":")
        key, _, value = pair.partition("=")
        return mdns(MAC, ADDRESS, service=service, txt=((key, value),))
    if kind == "agent":
        return http(None, said, MAC)
    if kind == "vendor_class":
        return dhcp(MAC, vendor_class=said)
    proto, _, port = said.partition("/")
    number = int(port)
    if kind == "broadcast":
        return flow(MAC, ADDRESS, None, "255.255.255.255", proto=proto, resp_p=number, resp_pkts=0)
    if kind == "remote_port":
        return flow(MAC, ADDRESS, None, "198.51.100.7", proto=proto, resp_p=number)
    assert kind == "port", text
    return flow(PHONE, "192.168.1.30", MAC, ADDRESS, proto=proto, resp_p=number)


def records(device: Published) -> Iterator[Record]:
    """Yield what the device shows."""
    yield neighbour(MAC, ADDRESS)
    yield dhcp(MAC, hostname=device.hostname or None)
    for name in device.domains:
        yield query(name, MAC, ADDRESS)
    for text in device.signs:
        yield sign(text)


def recognised(device: Published) -> DeviceRecord:
    """Return what we say of the device."""
    devices = Devices(registered_to(device.organisation))
    for record in records(device):
        devices.observe(record)
    return next(devices.record(found) for found in devices.ids() if MAC in devices.record(found).macs)


def vendor_right(device: Published, said: DeviceRecord) -> bool:
    """Return whether our vendor is an accepted one, as `benchmarks/devices.py` compares them."""
    ours = (said.vendor or "").casefold()
    return bool(ours) and any(alias in ours or ours in alias for alias in device.vendors)


def category_right(device: Published, said: DeviceRecord) -> bool:
    """Return whether our category is an accepted one."""
    return said.category in device.categories
