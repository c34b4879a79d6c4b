"""What is near by Bluetooth, asked of BlueZ over D-Bus: one look of bounded time, as records.

A look is BlueZ's discovery: a scan for LE and an inquiry for classic Bluetooth. Nothing is connected
to, paired with, asked or written. What is weaker than the threshold is dropped at once: it is the
neighbours'.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final

from dbus_fast import BusType, DBusError, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError, InvalidAddressError
from dbus_fast.unpack import unpack_variants

from sensor.bluetooth.hci import address_kind
from sensor.records import MAX_ITEMS, BleAdvertisement, InquiryResult, Nearby
from sensor.wire.gap import short
from sensor.wire.text import mac, printable

NEAR_DBM: Final = -75
"""Weakest signal that is taken: about the same room; a wall costs some 10 dB."""

LOOK_S: Final = 15.0
"""How long a look takes: an inquiry has 10.24 s (Core Vol 4 Part E §7.1.1), and BlueZ begins with LE."""

MAX_LOOK_S: Final = 30.0
MAX_HEARD: Final = 200
"""Devices of one look: more cannot be in one room; the weakest go."""

EVERY_S: Final = 1.0
"""How often BlueZ is asked what it has heard."""

CALL_S: Final = 10.0
"""How long BlueZ may take to answer."""

_BLUEZ: Final = "org.bluez"
_ADAPTER: Final = "org.bluez.Adapter1"
_DEVICE: Final = "org.bluez.Device1"

Objects = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""D-Bus path → interface → property → value, as ObjectManager gives them."""


class BluetoothError(Exception):
    """A look cannot be had: says what was read, what was expected, what to do."""


async def look(seconds: float = LOOK_S, near_dbm: int = NEAR_DBM, bus_address: str = "") -> list[Nearby]:
    """Return what was heard near by within some seconds, the strongest first, each device once.

    `bus_address` is that of a D-Bus, the system's own when empty. Raises BluetoothError.
    """
    try:
        bus = await MessageBus(bus_address or None, bus_type=BusType.SYSTEM).connect()
    except (OSError, AuthError, InvalidAddressError) as error:
        raise BluetoothError(f"cannot reach D-Bus ({error}): is dbus running on this machine?") from error
    try:
        return await _Look(bus, near_dbm).run(min(seconds, MAX_LOOK_S))
    finally:
        bus.disconnect()


class _Look:
    def __init__(self, bus: MessageBus, near_dbm: int) -> None:
        self._bus = bus
        self._near_dbm = near_dbm
        self._heard: dict[str, Nearby] = {}

    async def run(self, seconds: float) -> list[Nearby]:
        adapter, powered = _adapter(await self._objects())
        if not powered:
            await self._power(adapter, on=True)
        wanted = {"Transport": Variant("s", "auto"), "RSSI": Variant("n", self._near_dbm)}
        try:
            await self._call(adapter, _ADAPTER, "SetDiscoveryFilter", "a{sv}", [wanted])
            await self._call(adapter, _ADAPTER, "StartDiscovery")
            try:
                await self._listen(adapter, seconds)
            finally:
                await self._call(adapter, _ADAPTER, "StopDiscovery")
        finally:
            if not powered:
                await self._power(adapter, on=False)
        return sorted(self._heard.values(), key=lambda record: -(record.rssi_dbm or self._near_dbm))

    async def _listen(self, adapter: str, seconds: float) -> None:
        """Ask what was heard until the time is over: the last state of each device is kept."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            await asyncio.sleep(min(EVERY_S, left))
            for path, interfaces in (await self._objects()).items():
                if path.startswith(f"{adapter}/") and _DEVICE in interfaces:
                    self._hear(interfaces[_DEVICE])

    def _hear(self, properties: Mapping[str, Any]) -> None:
        record = nearby(time.time(), properties)
        if record is None or record.rssi_dbm is None or record.rssi_dbm < self._near_dbm:
            return
        first = self._heard.get(record.address)
        self._heard[record.address] = record if first is None else record._replace(ts=first.ts)
        if len(self._heard) > MAX_HEARD:
            weakest = min(self._heard.values(), key=lambda heard: heard.rssi_dbm or self._near_dbm)
            del self._heard[weakest.address]

    async def _objects(self) -> Objects:
        manager = "org.freedesktop.DBus.ObjectManager"
        objects: Objects = unpack_variants(await self._call("/", manager, "GetManagedObjects"))[0]
        return objects

    async def _power(self, adapter: str, *, on: bool) -> None:
        values = [_ADAPTER, "Powered", Variant("b", on)]
        await self._call(adapter, "org.freedesktop.DBus.Properties", "Set", "ssv", values)

    async def _call(self, path: str, interface: str, member: str, signature: str = "", body: Any = ()) -> Any:
        message = Message(_BLUEZ, path, interface, member, signature=signature, body=list(body))
        try:
            reply = await asyncio.wait_for(self._bus.call(message), CALL_S)
        except (DBusError, EOFError, TimeoutError) as error:
            raise BluetoothError(f"BlueZ did not answer {member} ({error}): try again") from error
        if reply is None or reply.message_type is MessageType.ERROR:
            raise BluetoothError(_refusal(member, reply))
        return reply.body


def _refusal(member: str, reply: Message | None) -> str:
    name = reply.error_name if reply is not None else None
    if name == "org.freedesktop.DBus.Error.ServiceUnknown":
        return "BlueZ is not running: install it and start bluetooth.service"
    said = str(reply.body[0]) if reply is not None and reply.body else "no reason given"
    return f"BlueZ refused {member} ({name}: {printable(said.encode())[:200]}): see `journalctl -u bluetooth`"


def _adapter(objects: Objects) -> tuple[str, bool]:
    """Return the path of the first adapter and whether it is on. Raises BluetoothError without one."""
    found = sorted((path, each[_ADAPTER]) for path, each in objects.items() if _ADAPTER in each)
    if not found:
        raise BluetoothError("this machine has no Bluetooth adapter that BlueZ knows: plug one in")
    path, properties = found[0]
    return path, bool(properties.get("Powered"))


def nearby(ts: float, properties: Mapping[str, Any]) -> Nearby | None:
    """Return the record of one device as BlueZ's Device1 has it; None when its address is none. Never raises.

    What has a Class of Device answered the inquiry; everything else was heard by the LE scan.
    """
    address = _address(properties.get("Address"))
    if address is None:
        return None
    device_class = _number(properties.get("Class"), 0xFFFFFF)
    name = properties.get("Name")
    told = printable(name.encode("utf-8", "replace")) if isinstance(name, str) and name else None
    company = _first(properties.get("ManufacturerData"))
    services = _services(properties.get("UUIDs"))
    rssi = _number(properties.get("RSSI"), 20, least=-127)
    if device_class:
        return InquiryResult(ts, mac(address), device_class, told, company, services, rssi)
    flags = properties.get("AdvertisingFlags")
    return BleAdvertisement(
        ts=ts,
        address=mac(address),
        address_kind=address_kind(properties.get("AddressType") == "random", address[::-1]),
        event="",
        connectable=None,
        name=told,
        company=company,
        services=services,
        appearance=_number(properties.get("Appearance"), 0xFFFF) or None,
        flags=_number(next(iter(flags), None), 0xFF) if isinstance(flags, bytes | list) else None,
        tx_power_dbm=_number(properties.get("TxPower"), 127, least=-127),
        rssi_dbm=rssi,
    )


def _address(text: object) -> bytes | None:
    try:
        data = bytes.fromhex(text.replace(":", "")) if isinstance(text, str) else b""
    except ValueError:
        return None
    return data if len(data) == 6 else None


def _number(value: object, most: int, least: int = 0) -> int | None:
    return value if type(value) is int and least <= value <= most else None


def _first(companies: object) -> int | None:
    return _number(next(iter(companies), None), 0xFFFF) if isinstance(companies, Mapping) else None


def _services(uuids: object) -> tuple[str, ...]:
    if not isinstance(uuids, list):
        return ()
    texts = (short(uuid.casefold()) for uuid in uuids if isinstance(uuid, str))
    return tuple(printable(text.encode("utf-8", "replace"))[:36] for text in texts)[:MAX_ITEMS]
