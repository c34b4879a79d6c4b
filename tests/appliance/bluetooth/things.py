"""Things near by as records, for the tests of what is made of them."""

from __future__ import annotations

from typing import Any

from sensor.records import BleAdvertisement, InquiryResult

HOUR = 3_600.0
T = 1_790_000_000.0


def inquiry(name: str | None, device_class: int, *services: str, ts: float = T, **more: Any) -> InquiryResult:
    record = InquiryResult(ts, "00:1b:dc:00:00:01", device_class, name, None, services, -50)
    return record._replace(**more)


def advertisement(name: str | None = None, *services: str, ts: float = T, **more: Any) -> BleAdvertisement:
    record = BleAdvertisement(
        ts, "d4:11:22:33:44:55", "static", "connectable", True, name, None, services, None, 6, None, -50
    )
    return record._replace(**more)


CAYLA = inquiry("My friend Cayla", 0x240404, "111e", "1108", "110b")
I_QUE = inquiry("i-QUE", 0x200408, "111e", "1108")
TALKING_DOLL = inquiry("Talking doll", 0x240404, "111e", "1108")
OPEN_LE_TOY = advertisement("Racing car", "ffe0")
GOOD_TOY = advertisement(
    "Night light bear", address="4a:11:22:33:44:55", address_kind="resolvable", flags=5, appearance=0x0A80
)

ORDINARY = {
    "headphones": inquiry("WH-1000", 0x240418, "110b", "111e"),
    "headset": inquiry("Office headset", 0x240404, "111e", "1108"),
    "hands-free set of a car": inquiry("My Car", 0x340408, "111e", "110b"),
    "earbuds": advertisement("Buds", address_kind="resolvable", company=0x004C, flags=2),
    "watch": advertisement("Sport watch", appearance=0x00C1),
    "classic watch": inquiry("Watch", 0x000704),
    "television": inquiry("TV 55", 0x08043C, "110a"),
    "keyboard": inquiry("K380", 0x002540, "1124"),
    "LE keyboard": advertisement("Keys", "1812", appearance=0x03C1),
    "mouse": advertisement("Mouse", "1812", appearance=0x03C2),
    "beacon": advertisement(None, "feaa", event="non_connectable", connectable=False),
    "phone": inquiry("Phone", 0x5A020C, "1105", "111f", "112f"),
    "phone, LE": advertisement(None, "fe9f", address_kind="resolvable"),
    "laptop": inquiry("Laptop", 0x2A010C, "110a", "111f"),
    "loudspeaker": inquiry("Loudspeaker", 0x240414, "110b", "111e"),
    "soundbar": inquiry("Soundbar", 0x240414, "110b"),
    "printer": inquiry("Printer", 0x040680, "1101"),
    "heart rate strap": advertisement("HR", "180d"),
    "scale": advertisement("Scale", "181d"),
    "thermometer": advertisement("Thermo", "181a"),
    "light bulb": advertisement("Bulb", appearance=0x0581),
    "game controller": inquiry("Pad", 0x002508, "1124"),
    "router": inquiry("Router", 0x020300),
    "finder tag": advertisement(None, address_kind="resolvable", company=0x004C, connectable=False),
}
"""What a home has beside toys, switched on or being paired."""
