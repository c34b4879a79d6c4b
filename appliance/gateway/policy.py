"""What the family forbids or allows a device, as plain data. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any, Final, NamedTuple

from appliance.devices.identity import is_device_mac

MAX_POLICIES: Final = 500
MAX_ADDRESSES: Final = 1_000
"""Addresses of one policy: a CDN's names lead to some hundreds in a month."""

MAX_MACS: Final = 64
"""Of one device, as many as the registry keeps."""

BLOCK, PAUSE, ALLOW, QUARANTINE, HOLD = "block", "pause", "allow", "quarantine", "hold_updates"
KINDS: Final = (BLOCK, PAUSE, ALLOW, QUARANTINE, HOLD)
"""A party; everything until a time; only these parties; a device nobody has looked at; its update hosts."""

WITH_ADDRESSES: Final = frozenset((BLOCK, ALLOW, HOLD))
_ID: Final = re.compile(r"[a-z0-9]{1,16}").fullmatch


class Policy(NamedTuple):
    """One policy for one device. What it matches is addresses: names are followed to them by our DNS log."""

    id: str
    kind: str
    macs: tuple[str, ...]  # of the device
    addresses: tuple[str, ...] = ()  # IPv4 and IPv6 of the party or parties
    until: float | None = None  # UTC epoch seconds; None: until it is undone


def policies_from(values: Any) -> tuple[Policy, ...]:
    """Return the policies of plain JSON values. Raises TypeError, KeyError for another shape."""
    return tuple(
        Policy(
            _text(value["id"]),
            _text(value["kind"]),
            tuple(map(_text, value["macs"])),
            tuple(map(_text, value.get("addresses", ()))),
            None if value.get("until") is None else float(value["until"]),
        )
        for value in values
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value


def policy_problems(policies: tuple[Policy, ...]) -> Iterator[str]:
    """Yield what is wrong with the policies, a sentence each."""
    if len(policies) > MAX_POLICIES:
        yield f"policies: read {len(policies)}, expected at most {MAX_POLICIES}; undo some"
    if len({policy.id for policy in policies}) < len(policies):
        yield "policies: read two with one id, expected an id of its own for each"
    allowing = [mac for policy in policies if policy.kind == ALLOW for mac in policy.macs]
    if len(set(allowing)) < len(allowing):
        yield "policies: read two lists of allowed parties for one device, expected one"
    for policy in policies:
        yield from _one(policy)


def _one(policy: Policy) -> Iterator[str]:
    if not _ID(policy.id):
        yield f"policy: read the id {policy.id!r:.40}, expected up to 16 of a-z and 0-9"
    if policy.kind not in KINDS:
        kinds = ", ".join(KINDS)
        yield f"policy {policy.id!r:.20}: read the kind {policy.kind!r:.40}, expected one of {kinds}"
    if not 1 <= len(policy.macs) <= MAX_MACS or not all(map(is_device_mac, policy.macs)):
        yield f"policy {policy.id!r:.20}: expected 1 to {MAX_MACS} MAC addresses of the device"
    if len(policy.addresses) > MAX_ADDRESSES:
        number = len(policy.addresses)
        yield f"policy {policy.id!r:.20}: read {number} addresses, expected at most {MAX_ADDRESSES}"
    for address in policy.addresses:
        if not is_address(address):
            yield f"policy {policy.id!r:.20}: read {address!r:.60}, expected an IP address"


def is_address(text: str) -> bool:
    """Return whether the text is an IP address and nothing else: a zone ("%eth0") could hold anything."""
    try:
        return bool(ip_address(text)) and "%" not in text
    except ValueError:
        return False


def in_force(policies: tuple[Policy, ...], now: float) -> tuple[Policy, ...]:
    """Return the policies that have not ended at `now` (UTC epoch seconds)."""
    return tuple(policy for policy in policies if policy.until is None or policy.until > now)
