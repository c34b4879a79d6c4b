"""Host names without what changes for no reason: a CDN's next host is no news. Does no I/O."""

from __future__ import annotations

import re
from typing import Final

UPDATE_LABEL: Final = re.compile(
    r"(?:^|[.\-_])(?:s?w?-?updates?|upd|f?ota\d*|firmwares?|fw|fw-?updates?|sw-?updates?|softwareupdates?|upgrades?|swdl|autoupdate)(?=$|[.\-_\d])"
)
"""Labels that real devices' update hosts carry; they cover about a third of devices, so they are one cue."""

FIRMWARE_PATH: Final = re.compile(r"\.(?:bin|img|ota|zip|fw|swu|hex|dfu|pkg|ipk)$", re.IGNORECASE)
"""Endings of the path of a firmware image in an HTTP request."""

_DIGITS: Final = re.compile(r"\d+")
_HASHED: Final = re.compile(
    r"^(?=.*\d)(?=.*[a-z])(?:[0-9a-f]{8,}|[a-z]+\d[a-z0-9]*[a-z][a-z0-9]*|\d+[a-z][a-z0-9]*)$"
)
_HASH_LENGTH: Final = 8
"""A part of a label with digits among its letters is taken for a hash from this length on."""

MEETING_PORTS: Final = {
    ("tcp", 80): "web",
    ("tcp", 443): "web",
    ("udp", 443): "web",
    ("tcp", 8080): "web",
    ("tcp", 8443): "web",
    ("tcp", 1883): "mqtt",
    ("tcp", 8883): "mqtt",
    ("udp", 5683): "coap",
    ("udp", 5684): "coap",
}
"""Ports of one service with and without encryption, over TCP or QUIC: moving between them is no new service
(lost encryption is told as what it is)."""

EPHEMERAL_FROM: Final = 32_768
"""Ports from here on are picked at random by many stacks (Linux ip_local_port_range): one class."""


def pattern_of(host: str | None, domain: str) -> str:
    """Return the host's labels before the party's domain, digits as "#" and hashes as "*"; "" for none."""
    if not host or host == domain:
        return ""
    labels = host.removesuffix(domain).rstrip(".")
    return ".".join(_label(label) for label in labels.split("."))


def _label(label: str) -> str:
    parts = label.split("-")
    return "-".join(
        "*" if len(p) >= _HASH_LENGTH and _HASHED.match(p) else _DIGITS.sub("#", p) for p in parts
    )


def service_of(proto: str, port: int) -> str:
    """Return the class of a party's port: "web", "mqtt", "udp/123", "udp/high"."""
    known = MEETING_PORTS.get((proto, port))
    if known is not None:
        return known
    return f"{proto}/high" if port >= EPHEMERAL_FROM else f"{proto}/{port}"


def is_update_like(host: str | None) -> bool:
    """Return whether a label of the host says that updates come from there."""
    return host is not None and UPDATE_LABEL.search(host) is not None
