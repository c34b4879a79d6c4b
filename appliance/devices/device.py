"""A device: a thing in the home, not an address. Does no I/O."""

from __future__ import annotations

from typing import Final, NamedTuple

SOURCES: Final = (
    "parent",  # the family's own word
    "catalogue",  # a catalogue entry whose own signals match
    "upnp",
    "mdns",
    "ssdp",
    "dhcp",
    "lldp",
    "http",
    "dns",  # first-party domains asked for
    "tls",
    "oui",
    "ports",
    "likeness",  # to a device of this home that is known
)
"""Where evidence comes from; the order is the priority when two disagree."""


class Evidence(NamedTuple):
    """One reason to believe something of a device."""

    field: str  # "vendor", "category", "model", "name", "support" (its end, as it was stated), "mud_url"
    value: str
    source: str  # one of SOURCES
    confidence: float  # probability that the value is right, seen alone
    reason: str  # in plain words: "its address block is registered to Boxine GmbH"
    ts: float  # first seen


class DeviceRecord(NamedTuple):
    """What is known of one device; a line of devices.jsonl and a row of the store."""

    device: str  # stable id, "d-" and 8 hexadecimal digits
    name: str  # what to call it: the parent's label, else the best name, else "Unknown device (…:4f)"
    macs: tuple[str, ...]
    addresses: tuple[str, ...]  # local IPv4 and IPv6 addresses, last seen last
    hostnames: tuple[str, ...]
    vendor: str | None
    category: str | None  # a word of docs/vocabulary.md: "toy", "camera", "tv", ...
    model: str | None
    confidence: dict[str, float]  # of "vendor", "category", "model" where known
    evidence: tuple[Evidence, ...]
    first_ts: float
    last_ts: float
