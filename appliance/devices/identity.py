"""What MAC and IP addresses say by themselves: nobody, local, random. Does no I/O.

MACs are lower-case with colons and addresses in RFC 5952 form, as `sensor.records` promises, so these are
comparisons of text: they run for every endpoint of every flow.
"""

from __future__ import annotations

import hashlib
from ipaddress import AddressValueError, IPv6Address
from typing import Final

_NOBODY: Final = frozenset({"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"})
_MAC_LENGTH: Final = 17
_HEX: Final = frozenset("0123456789abcdef")


def is_device_mac(mac: str | None) -> bool:
    """Return whether a MAC can belong to one thing: not absent, zero, broadcast, multicast or malformed."""
    if mac is None or len(mac) != _MAC_LENGTH or mac in _NOBODY:
        return False
    digits = mac.split(":")
    if len(digits) != 6 or not all(len(pair) == 2 and _HEX.issuperset(pair) for pair in digits):
        return False
    return mac[1] not in "13579bdf"  # group bit, IEEE 802-2014 §8.2.2


def is_random_mac(mac: str) -> bool:
    """Return whether the locally administered bit is set (IEEE 802-2014 §8.2.2), as phones do."""
    return mac[1:2] in {"2", "3", "6", "7", "a", "b", "e", "f"}


def is_home_range(address: str) -> bool:
    """Return whether an address is of a range that only homes use.

    Private (RFC 1918), link-local (RFC 3927, RFC 4291 §2.5.6), carrier-grade NAT (RFC 6598), ULA (RFC 4193).
    """
    if ":" in address:
        head = address.partition(":")[0]
        return len(head) == 4 and (head[:2] in {"fc", "fd"} or head[:3] in {"fe8", "fe9", "fea", "feb"})
    if address.startswith(("192.168.", "10.", "169.254.")):
        return not address.endswith(".255")  # the broadcast address of the usual home networks
    if address.startswith(("172.", "100.")):
        second = address.split(".", 2)[1]
        number = int(second) if second.isascii() and second.isdigit() and len(second) <= 3 else -1
        return 16 <= number <= 31 if address.startswith("172.") else 64 <= number <= 127
    return False


def is_made_of(address: str, mac: str) -> bool:
    """Return whether an IPv6 address ends in what an interface makes of its MAC (RFC 4291 appendix A)."""
    if "ff:fe" not in address:
        return False
    try:
        digits = bytes.fromhex(mac.replace(":", ""))
        return (
            IPv6Address(address).packed[8:]
            == bytes((digits[0] ^ 2,)) + digits[1:3] + b"\xff\xfe" + digits[3:]
        )
    except (AddressValueError, IndexError, ValueError):
        return False


def is_nobody(address: str) -> bool:
    """Return whether an address is no one thing: empty, unspecified, loopback, multicast or broadcast."""
    if ":" in address:
        return address in {"::", "::1"} or address.startswith("ff")
    head = address.partition(".")[0]
    if not (head.isascii() and head.isdigit() and len(head) <= 3):
        return True
    return int(head) in {0, 127} or int(head) >= 224 or address.endswith(".255")


def device_id(first: str) -> str:
    """Return the stable id of the device whose first MAC (or address, where the link has none) this is."""
    return "d-" + hashlib.sha256(first.encode("utf-8", "replace")).hexdigest()[:8]


GENERIC_NAMES: Final = frozenset(
    [
        "iphone",
        "ipad",
        "ipod",
        "android",
        "macbook",
        "mac",
        "macbook-pro",
        "macbook-air",
        "watch",
        "apple-watch",
        "localhost",
        "espressif",
        "esp",
        "lwip",
        "lwip0",
        "wlan0",
        "raspberrypi",
        "openwrt",
        "linux",
        "unknown",
        "none",
        "device",
        "client",
        "amazon",
        "kindle",
        "pixel",
        "galaxy",
        "phone",
        "tablet",
        "laptop",
        "desktop",
        "computer",
        "pc",
        "host",
        "user",
        "home",
        "android.local",
    ]
)
"""Host names that many devices bear from the factory: they tell no two of them apart."""


def name_key(name: str | None) -> str | None:
    """Return what makes two host names the same device's, or None when many devices would share it."""
    if not name:
        return None
    key = name[:_READ_LENGTH].casefold().removesuffix(".local").strip(". ")
    return None if len(key) < 4 or key in GENERIC_NAMES else key


def client_key(client_id: str | None, mac: str) -> str | None:
    """Return what a DHCP client id (option 61, hexadecimal) identifies; None when it only repeats the MAC."""
    if not client_id or len(client_id) < 8:
        return None
    return None if client_id.endswith(mac.replace(":", "")) else client_id.casefold()


_NAME_LENGTH: Final = 48  # fits one line of a phone's screen
_READ_LENGTH: Final = 1024  # of a hostile text, at most so much is looked at


def plain_text(text: str, length: int = _NAME_LENGTH) -> str:
    """Return text from the network without control and direction characters, shortened to `length`."""
    words = " ".join(text[:_READ_LENGTH].split())
    clean = "".join(character for character in words if character.isprintable()).strip()
    return clean if len(clean) <= length else clean[: length - 1] + "…"
