"""Version strings in what a device says of itself. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from appliance.behaviour.spans import DAY_S
from appliance.behaviour.state import Device, Version
from sensor.records import DhcpRequest, HttpRequest, MdnsService, Record, SsdpAnnouncement

MAX_VERSIONS: Final = 128
"""Version keys per device; a browser with many sites has more, a toy has a handful."""

MAX_OLDER: Final = 8
"""Former versions remembered per key."""

VOLATILE_CHANGES: Final = 3
"""A string that changed this often within a week is a counter, not a version."""

TXT_KEYS: Final = frozenset(
    (
        *("fv", "fw", "fwv", "fwver", "fwversion", "firmware", "firmwareversion", "firmware_version"),
        *("ver", "vers", "version", "sw", "swver", "swversion", "softwareversion", "sv", "srcvers"),
        *("osvers", "os_version", "appversion", "build"),
    )
)
"""Keys of mDNS TXT records that carry a software version (AirPlay, Hue, Sonos, printers, small makers);
protocol versions (txtvers, protovers, rv) and HomeKit's counters (c#, s#) do not."""

_PARTS: Final = re.compile(r"[^\s/;(),\[\]]+")
_DOTTED: Final = re.compile(r"^v?\d{1,4}(?:[._-]\d{1,8}){1,5}(?:[-+._]?[a-z]{1,12}\d{0,4})?$", re.IGNORECASE)
_STEADY_TIMES: Final = 3
"""How often a string without a dotted version must have been the same before its change means something."""

_OF_SOFTWARE: Final = ("ssdp|", "dhcp|", "mdns|")
"""Where nothing but software is named, any change of it is one; a User-Agent may hold a session's number."""


class Said(NamedTuple):
    """A string that may carry a version: under one key only one version is expected at a time."""

    key: str
    where: str  # in plain words
    text: str


class VersionChange(NamedTuple):
    """The string under a key changed from one version to another."""

    where: str
    before: str
    after: str
    since: float  # when the former version was last heard


def said(record: Record) -> Iterator[Said]:
    """Yield what a record says of the device's software."""
    if isinstance(record, HttpRequest):
        if record.user_agent:
            yield _said("http", record.host or record.dst, "its User-Agent", record.user_agent)
    elif isinstance(record, SsdpAnnouncement):
        if record.server:
            yield _said("ssdp", "", "its UPnP SERVER line", record.server)
    elif isinstance(record, DhcpRequest):
        if record.vendor_class:
            yield _said("dhcp", "", "its DHCP vendor class", record.vendor_class)
    elif isinstance(record, MdnsService):
        for key, value in record.txt:
            if key.lower() in TXT_KEYS and value:
                yield Said(f"mdns|{record.service}|{key.lower()}", f"its mDNS entry {key}", value)


def _said(source: str, scope: str, where: str, text: str) -> Said:
    skeleton = _PARTS.sub(lambda part: "#" if any(map(str.isdigit, part[0])) else part[0], text)
    return Said(f"{source}|{scope}|{skeleton}", where, text)


def learn(device: Device, ts: float, said: Said) -> VersionChange | None:
    """Remember the string; return the change when a version took the place of another."""
    version = device.versions.get(said.key)
    if version is None:
        if len(device.versions) >= MAX_VERSIONS:
            del device.versions[min(device.versions, key=lambda key: (device.versions[key].last_ts, key))]
        device.versions[said.key] = Version(said.text, 1, ts)
        return None
    if version.text == said.text:
        version.times += 1
        version.last_ts = max(version.last_ts, ts)
        return None
    return _changed(version, ts, said)


def _changed(version: Version, ts: float, said: Said) -> VersionChange | None:
    before, after = _differing(version.text, said.text)
    named = said.key.startswith(_OF_SOFTWARE) or _dotted(before, after)
    telling = not version.volatile and (named or version.times >= _STEADY_TIMES)
    if said.text in version.older:
        version.volatile, telling = True, False
    version.changed = [*(t for t in version.changed if t > ts - 7 * DAY_S), ts][-VOLATILE_CHANGES:]
    version.volatile = version.volatile or len(version.changed) >= VOLATILE_CHANGES
    change = VersionChange(said.where, before, after, version.last_ts) if telling else None
    version.older = [*version.older, version.text][-MAX_OLDER:]
    version.text, version.times, version.last_ts = said.text, 1, ts
    return change


def _dotted(before: str, after: str) -> bool:
    return all(_DOTTED.match(part) for text in (before, after) for part in text.split())


def _differing(before: str, after: str) -> tuple[str, str]:
    """Return only the parts of two strings that differ."""
    pairs = list(zip(_PARTS.findall(before), _PARTS.findall(after), strict=False))
    changed = [(old, new) for old, new in pairs if old != new]
    if not changed:
        return before, after
    return " ".join(old for old, _ in changed), " ".join(new for _, new in changed)
