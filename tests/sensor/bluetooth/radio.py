"""Emulated Bluetooth: bumble's controllers on one link, of toys and ordinary things, and one that searches.

bumble's controller answers no inquiry; `Controller` here adds it (Core Vol 4 Part E §7.1.1, §7.7.38). The log
of the searching controller has every HCI packet of it, so it tells what was sent on its behalf.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bumble import hci
from bumble.controller import Controller as BumbleController
from bumble.core import AdvertisingData
from bumble.device import AdvertisingType, Device, DeviceConfiguration
from bumble.host import Host
from bumble.link import LocalLink
from bumble.snoop import BtSnooper
from bumble.transport.common import AsyncPipeSink

HANDS_FREE, HEADSET, SINK, SOURCE = 0x111E, 0x1108, 0x110B, 0x110A


class Thing(NamedTuple):
    """What one device says by radio."""

    name: str
    device_class: int | None = None  # None: no classic Bluetooth
    services: tuple[int, ...] = ()
    flags: int | None = None  # None: no LE
    address: str | None = None  # "public" where None; else a random address
    connectable: bool = True
    appearance: int | None = None
    company: int | None = None


CAYLA = Thing("My friend Cayla", 0x240404, (HANDS_FREE, HEADSET, SINK))
I_QUE = Thing("i-QUE", 0x200408, (HANDS_FREE, HEADSET))
GOOD_TOY = Thing("Night light bear", flags=0x05, address="4a:11:22:33:44:55", appearance=0x0A80)
"""Well made: found only after its button (limited discoverable mode), under an address that changes."""

ORDINARY = (
    Thing("Headphones 700", 0x240418, (SINK, HANDS_FREE)),
    Thing("Headset H5", 0x240404, (HANDS_FREE, HEADSET)),
    Thing("Earbuds", flags=0x02, address="51:22:33:44:55:66", company=0x004C),
    Thing("Sport watch", flags=0x06, address="d1:22:33:44:55:66", appearance=0x00C1),
    Thing("TV 55", 0x08043C, (SOURCE,)),
    Thing("Keyboard K380", 0x002540, (0x1124,)),
    Thing("Mouse", flags=0x05, address="d2:22:33:44:55:66", appearance=0x03C2),
    Thing("Beacon", flags=0x06, address="d3:22:33:44:55:66", services=(0xFEAA,), connectable=False),
    Thing("Phone", 0x5A020C, (0x1105, 0x111F, 0x112F)),
    Thing("Laptop", 0x2A010C, (SOURCE, 0x111F)),
    Thing("Loudspeaker", 0x240414, (SINK, HANDS_FREE)),
    Thing("Car kit", 0x240420, (HANDS_FREE, SINK)),
    Thing("Soundbar", 0x240414, (SINK,)),
    Thing("Printer", 0x040680, (0x1101,)),
    Thing("Heart rate strap", flags=0x06, address="d4:22:33:44:55:66", services=(0x180D,)),
    Thing("Scale", flags=0x06, address="d5:22:33:44:55:66", services=(0x181D,)),
    Thing("Thermometer", flags=0x06, address="d6:22:33:44:55:66", services=(0x181A,)),
    Thing("Light bulb", flags=0x06, address="d7:22:33:44:55:66", appearance=0x0581),
    Thing("Game controller", 0x002508, (0x1124,)),
    Thing("Finder tag", flags=0x06, address="6a:22:33:44:55:66", company=0x004C, connectable=False),
)
"""Twenty things of every home, switched on or just being paired."""


_DONE = hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


class Controller(BumbleController):
    """A controller that answers inquiries, and searches."""

    extended_response = b""
    device_class = 0

    def on_hci_write_extended_inquiry_response_command(self, command: Any) -> Any:
        self.extended_response = bytes(command.extended_inquiry_response)
        return super().on_hci_write_extended_inquiry_response_command(command)

    def on_hci_write_inquiry_mode_command(self, _: Any) -> Any:
        return _DONE

    def on_hci_write_secure_connections_host_support_command(self, _: Any) -> Any:
        return _DONE

    def on_hci_inquiry_cancel_command(self, _: Any) -> Any:
        return _DONE

    def on_hci_write_class_of_device_command(self, command: Any) -> Any:
        self.device_class = int(command.class_of_device)
        return _DONE

    def on_hci_inquiry_command(self, command: Any) -> None:
        self.send_hci_packet(
            hci.HCI_Command_Status_Event(status=0, num_hci_command_packets=1, command_opcode=command.op_code)
        )
        asyncio.get_running_loop().call_soon(self._answer)

    def _answer(self) -> None:
        for other in self.link.controllers:
            if other is self or not other.classic_scan_enable & 1:
                continue
            kind = other.device_class.to_bytes(3, "little")
            answer = bytes(other.public_address)[:6] + b"\1\0" + kind + b"\0\0" + bytes((256 - 50,))
            body = b"\1" + answer + other.extended_response.ljust(240, b"\0")
            self.send_hci_packet(hci.HCI_Packet.from_bytes(bytes((4, 0x2F, len(body))) + body))
        self.send_hci_packet(hci.HCI_Inquiry_Complete_Event(status=0))


async def switched_on(link: LocalLink, thing: Thing, number: int) -> Device:
    """Return a thing that is switched on: it can be found from then on."""
    public = f"00:1b:dc:00:{number >> 8:02x}:{number & 255:02x}"
    controller = Controller(thing.name, link=link, public_address=public)
    host = Host(controller, AsyncPipeSink(controller))
    address = hci.Address(thing.address or public, hci.Address.RANDOM_DEVICE_ADDRESS)
    settings = DeviceConfiguration(name=thing.name, address=address)
    settings.class_of_device = thing.device_class or 0
    settings.classic_enabled = thing.device_class is not None
    settings.le_enabled = thing.flags is not None
    device = Device(config=settings, host=host)
    await device.power_on()
    if thing.device_class is not None:
        await device.set_discoverable(True)
        controller.extended_response, controller.device_class = _eir(thing), thing.device_class
    if thing.flags is not None:
        await device.start_advertising(
            advertising_type=AdvertisingType.UNDIRECTED_CONNECTABLE_SCANNABLE
            if thing.connectable
            else AdvertisingType.UNDIRECTED_SCANNABLE,
            advertising_interval_min=20.0,
            advertising_interval_max=20.0,
            own_address_type=hci.OwnAddressType.RANDOM if thing.address else hci.OwnAddressType.PUBLIC,
            advertising_data=_advertised(thing),
            scan_response_data=_structures([(AdvertisingData.COMPLETE_LOCAL_NAME, thing.name.encode())]),
        )
    return device


def _advertised(thing: Thing) -> bytes:
    told = [(AdvertisingData.FLAGS, bytes((thing.flags or 0,)))]
    if thing.services:
        uuids = b"".join(service.to_bytes(2, "little") for service in thing.services)
        told.append((AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, uuids))
    if thing.appearance is not None:
        told.append((AdvertisingData.APPEARANCE, thing.appearance.to_bytes(2, "little")))
    if thing.company is not None:
        told.append(
            (AdvertisingData.MANUFACTURER_SPECIFIC_DATA, thing.company.to_bytes(2, "little") + b"\1\2")
        )
    return _structures(told)


def _eir(thing: Thing) -> bytes:
    uuids = b"".join(service.to_bytes(2, "little") for service in thing.services)
    name = (AdvertisingData.COMPLETE_LOCAL_NAME, thing.name.encode())
    return _structures([name, (AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, uuids)])


def _structures(told: Sequence[tuple[int, bytes]]) -> bytes:
    return b"".join(bytes((len(body) + 1, int(kind))) + body for kind, body in told)


async def search(things: Sequence[Thing], log: Path, seed: int = 0, seconds: float = 0.25) -> None:
    """Let a controller search among things that are switched on, and log what it heard and was told to do."""
    link = LocalLink()
    order = list(things)
    random.Random(seed).shuffle(order)
    devices = [await switched_on(link, thing, n + 1 + 256 * seed) for n, thing in enumerate(order)]
    controller = Controller("search", link=link, public_address="00:1b:dc:ff:ff:ff")
    host = Host(controller, AsyncPipeSink(controller))
    searcher = Device(
        config=DeviceConfiguration(name="search", address=hci.Address("f0:f1:f2:f3:f4:f5")), host=host
    )
    searcher.classic_enabled = True
    with log.open("wb") as out:
        host.snooper = BtSnooper(out)
        await searcher.power_on()
        await searcher.start_scanning(legacy=True, active=False)
        await searcher.start_discovery(auto_restart=False)
        await asyncio.sleep(seconds)
        await searcher.stop_scanning()
        host.snooper = None
    for device in devices:
        await device.power_off()


def commands(log: bytes) -> list[int]:
    """Return the opcodes of all commands in a log, and -1 for each packet of a connection's data."""
    found, at = [], 16
    while at < len(log):
        size = int.from_bytes(log[at + 4 : at + 8], "big")
        sent = not int.from_bytes(log[at + 8 : at + 12], "big") & 1
        packet = log[at + 24 : at + 24 + size]
        if packet[0] == 1:
            found.append(int.from_bytes(packet[1:3], "little"))
        elif packet[0] == 2 and sent:
            found.append(-1)
        at += 24 + size
    return found
