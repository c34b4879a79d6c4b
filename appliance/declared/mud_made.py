"""A MUD file made of what was seen, for researchers: a draft, not all a device may need. Does no I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from appliance.declared.seen import Destination, is_home

_FAMILIES = {"ipv4": "v4", "ipv6": "v6"}
_NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1, "icmp6": 58}


def made(name: str, url: str, met: Iterable[Destination], until: float) -> str:
    """Return a MUD file that allows what was met until a time, the same for the same input.

    Host names stand for both families; a bare address stands as a network of its own.
    """
    seen = sorted({_far_end(destination) for destination in met})
    policies: dict[str, Any] = {"from-device-policy": [], "to-device-policy": []}
    acls = []
    for family, short in _FAMILIES.items():
        for policy, direction in (("from-device-policy", "fr"), ("to-device-policy", "to")):
            entries = [_entry(n, family, direction, end) for n, end in enumerate(seen) if _fits(family, end)]
            acl = f"seen-{short}{direction}"
            policies[policy].append({"name": acl})
            acls.append({"name": acl, "type": f"{family}-acl-type", "aces": {"ace": entries}})
    mud = {
        "mud-version": 1,
        "mud-url": url,
        "last-update": datetime.fromtimestamp(until, UTC).isoformat(),
        "cache-validity": 48,
        "is-supported": False,
        "systeminfo": f"Seen, not declared: {name}"[:60],
        **{policy: {"access-lists": {"access-list": lists}} for policy, lists in policies.items()},
    }
    return json.dumps({"ietf-mud:mud": mud, "ietf-access-control-list:acls": {"acl": acls}}, indent=1) + "\n"


def _far_end(met: Destination) -> tuple[str, str, str, int]:
    """Return (kind, far end, protocol, port) of a destination."""
    if is_home(met.address):
        return "local", "", met.proto, met.port
    if met.host:
        return "host", met.host.casefold().rstrip("."), met.proto, met.port
    return "ipv6" if ":" in met.address else "ipv4", met.address, met.proto, met.port


def _fits(family: str, end: tuple[str, str, str, int]) -> bool:
    return end[0] in ("local", "host", family)


def _entry(number: int, family: str, direction: str, end: tuple[str, str, str, int]) -> dict[str, Any]:
    kind, far, proto, port = end
    side, word = ("dst", "destination") if direction == "fr" else ("src", "source")
    ip: dict[str, Any] = {"protocol": _NUMBERS[proto]} if proto in _NUMBERS else {}
    if kind == "host":
        ip[f"ietf-acldns:{side}-dnsname"] = far
    elif kind != "local":
        ip[f"{word}-{family}-network"] = f"{far}/{128 if family == 'ipv6' else 32}"
    matches: dict[str, Any] = {family: ip} if ip else {}
    if proto in ("tcp", "udp"):
        matches[proto] = {f"{word}-port": {"operator": "eq", "port": port}}
    if kind == "local":
        matches["ietf-mud:mud"] = {"local-networks": [None]}
    return {"name": f"e{number}-{direction}", "matches": matches, "actions": {"forwarding": "accept"}}
