"""Line protocol of the sink: what each device exchanged with each party in a minute. Does no I/O.

Tags are bounded in number and never hold an address or a whole host name: a party is its organisation, else
its registrable domain, else "unnamed".
"""

from __future__ import annotations

import ipaddress
from typing import Final, NamedTuple

from appliance.devices.identity import plain_text

MEASUREMENT: Final = "tattlebox_traffic"
OTHER: Final = "other"
UNNAMED: Final = "unnamed"
AT_HOME: Final = "at home"

MAX_TAG: Final = 80
"""Characters of a tag."""


class Point(NamedTuple):
    """One device and one party within one minute."""

    minute: int  # ts // 60 of the begin of its flows
    device: str  # tag
    party: str  # tag
    flows: int
    bytes_up: int  # IP bytes the device sent
    bytes_down: int


def party_tag(domain: str, organisation: str | None, outcome: str | None) -> str:
    """Return the tag of a party; `outcome` as in Party, None where nothing is known of it."""
    if outcome == "local":
        return AT_HOME
    if organisation:
        return plain_text(organisation, MAX_TAG) or UNNAMED
    if outcome == "address" or _is_address(domain):
        return UNNAMED
    return plain_text(domain, MAX_TAG) or UNNAMED


def line(point: Point) -> str:
    """Return a point as one line; its time is in seconds."""
    return (
        f"{MEASUREMENT},device={_tag(point.device)},party={_tag(point.party)}"
        f" flows={point.flows}i,bytes_up={point.bytes_up}i,bytes_down={point.bytes_down}i {point.minute * 60}"
    )


def _tag(text: str) -> str:
    """Escape a tag's value; a backslash cannot be written before a comma, so it goes."""
    clean = (plain_text(text, MAX_TAG) or UNNAMED).replace("\\", "/")
    for character in (",", "=", " "):
        clean = clean.replace(character, "\\" + character)
    return clean


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
