"""Manufacturer Usage Descriptions (RFC 8520): what a device needs of the network. Does no I/O."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeGuard

MAX_BYTES: Final = 400_000
"""Longest MUD file read; published ones have a tenth of it."""

MAX_ENTRIES: Final = 2_000
"""Access control entries of one file."""

MUD: Final = "ietf-mud:mud"
ACLS: Final = ("ietf-access-control-list:acls", "ietf-access-control-list:access-lists")
"""The container of RFC 8519 and, second, that of its drafts, which published files still use."""

FROM_DEVICE: Final = "from-device"
TO_DEVICE: Final = "to-device"
_POLICIES: Final = {FROM_DEVICE: "from-device-policy", TO_DEVICE: "to-device-policy"}
_REMOTE: Final = {FROM_DEVICE: ("dst", "destination"), TO_DEVICE: ("src", "source")}
"""How the far end of an entry is called, by direction."""

_LOCAL: Final = (
    "local-networks",
    "same-manufacturer",
    "manufacturer",
    "model",
    "controller",
    "my-controller",
)
"""Nodes of RFC 8520 §3.8: things within the home, but for two controllers that are services."""

_SERVICES: Final = {"urn:ietf:params:mud:dns": "dns", "urn:ietf:params:mud:ntp": "ntp"}
SERVICE_PORTS: Final = {"dns": 53, "ntp": 123}
"""Controllers that are services (RFC 8520 §8.1, §8.2), and the ports of those."""

_PROTOCOLS: Final = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmp6"}
_HOST: Final = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)


class MudError(ValueError):
    """A text that is no MUD file: what was read, what was expected."""


class Access(NamedTuple):
    """One access control entry: the far end that it speaks of, and what becomes of the traffic."""

    name: str
    direction: str  # FROM_DEVICE or TO_DEVICE
    host: str | None  # DNS name of the far end, small letters
    network: str | None  # IP network of the far end
    within: str | None  # one of RFC 8520 §3.8's abstractions: a far end within the home, "dns" or "ntp"
    proto: str | None  # "tcp", "udp", ...; None: any
    ports: tuple[int, int] | None  # of the far end, first and last; None: any
    accepted: bool


class MudFile(NamedTuple):
    """What a MUD file says."""

    url: str
    last_update: str
    cache_hours: int
    supported: bool  # the maker still supports the device
    info: str | None
    maker: str | None
    model: str | None
    entries: tuple[Access, ...]


def parse(text: str) -> MudFile:
    """Return what a MUD file says. Raises MudError with one sentence."""
    if len(text) > MAX_BYTES:
        raise MudError(f"read {len(text)} characters, expected a MUD file of at most {MAX_BYTES}")
    try:
        top = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MudError(f"expected JSON (RFC 8520), and it is none: {error}") from error
    if not isinstance(top, dict) or not isinstance(top.get(MUD), dict):
        raise MudError(f"expected an object with the member {MUD} (RFC 8520)")
    mud = top[MUD]
    _version(mud)
    acls = _acls(top)
    entries = [
        entry
        for direction, policy in _POLICIES.items()
        for name in _names(mud.get(policy), policy)
        for entry in _entries(acls, name, direction)
    ]
    if len(entries) > MAX_ENTRIES:
        raise MudError(f"read {len(entries)} entries, expected at most {MAX_ENTRIES}")
    return MudFile(
        url=_url(mud),
        last_update=_date(mud),
        cache_hours=_cache(mud),
        supported=_flag(mud, "is-supported"),
        info=_text(mud, "systeminfo", 60),
        maker=_text(mud, "mfg-name"),
        model=_text(mud, "model-name"),
        entries=tuple(entries),
    )


def _version(mud: Mapping[str, Any]) -> None:
    if mud.get("mud-version") != 1 or mud["mud-version"] is True:
        raise MudError(f"read mud-version {mud.get('mud-version')!r:.20}, expected 1")


def _url(mud: Mapping[str, Any]) -> str:
    url = mud.get("mud-url")
    if (
        not isinstance(url, str)
        or not url.startswith("https://")
        or len(url) > 2_000
        or not url.isprintable()
    ):
        raise MudError(f"read mud-url {url!r:.60}, expected an address that begins with https://")
    return url


def _date(mud: Mapping[str, Any]) -> str:
    date = mud.get("last-update")
    try:
        datetime.fromisoformat(date)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise MudError(f"read last-update {date!r:.40}, expected a date and time (RFC 3339)") from error
    return str(date)


def _cache(mud: Mapping[str, Any]) -> int:
    hours = mud.get("cache-validity", 48)
    if type(hours) is not int or not 1 <= hours <= 168:
        raise MudError(f"read cache-validity {hours!r:.20}, expected 1 to 168 hours")
    return hours


def _flag(mud: Mapping[str, Any], name: str) -> bool:
    value = mud.get(name)
    if type(value) is not bool:
        raise MudError(f"read {name} {value!r:.20}, expected true or false")
    return value


def _text(mud: Mapping[str, Any], name: str, most: int = 255) -> str | None:
    value = mud.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > most):
        raise MudError(f"read {name} {value!r:.60}, expected a text of at most {most} characters")
    return value


def _names(policy: Any, where: str) -> list[str]:
    """Return the names of the lists that a policy is made of; none where there is no such policy."""
    if policy is None:
        return []
    lists = policy.get("access-lists") if isinstance(policy, dict) else None
    listed = lists.get("access-list") if isinstance(lists, dict) else None
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise MudError(f"expected {where} to have access-lists with an access-list of names")
    names = [each.get("name") for each in listed]
    if not all(isinstance(name, str) for name in names):
        raise MudError(f"expected every access-list of {where} to have a name")
    return names


def _acls(top: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    container: Any = next((top[name] for name in ACLS if name in top), {"acl": []})
    acls = container.get("acl") if isinstance(container, dict) else None
    if not isinstance(acls, list) or not all(isinstance(acl, dict) for acl in acls):
        raise MudError(f"expected {ACLS[0]} to have a list acl")
    return {str(acl.get("name")): acl for acl in acls}


def _entries(acls: Mapping[str, dict[str, Any]], name: str, direction: str) -> Iterator[Access]:
    acl = acls.get(name)
    if acl is None:
        raise MudError(f"the policy names the list {name!r:.60}, which is not in the file")
    kind = str(acl.get("type", "")).rpartition(":")[2]
    if kind not in ("ipv4-acl-type", "ipv6-acl-type"):
        raise MudError(f"read type {acl.get('type')!r:.40} of {name!r:.40}, expected ipv4- or ipv6-acl-type")
    aces = acl.get("aces")
    listed = aces.get("ace") if isinstance(aces, dict) else None
    if not isinstance(listed, list) or not all(isinstance(ace, dict) for ace in listed):
        raise MudError(f"expected the list {name!r:.60} to have aces with a list ace")
    for ace in listed:
        yield _entry(ace, direction)


def _entry(ace: Mapping[str, Any], direction: str) -> Access:
    name, matches, actions = ace.get("name"), ace.get("matches", {}), ace.get("actions")
    if not isinstance(name, str) or not isinstance(matches, dict):
        raise MudError(f"read the entry {name!r:.60}, expected a name and matches")
    forwarding = str(actions.get("forwarding", "")).rpartition(":")[2] if isinstance(actions, dict) else ""
    if forwarding not in ("accept", "drop", "reject"):
        raise MudError(f"read forwarding {forwarding!r:.20} of {name!r:.40}, expected accept, drop or reject")
    side, far = _REMOTE[direction]
    ip = _object(matches, "ipv4", name) | _object(matches, "ipv6", name)
    within = _within(_object(matches, MUD, name), name)
    protocol = _protocol(ip.get("protocol"), name)
    transport = next((each for each in ("tcp", "udp") if each in matches), None)
    return Access(
        name=name,
        direction=direction,
        host=_host(ip.get(f"ietf-acldns:{side}-dnsname"), name),
        network=_network(ip.get(f"{far}-ipv4-network", ip.get(f"{far}-ipv6-network")), name),
        within=within,
        proto=transport or protocol,
        ports=_ports(_object(matches, transport, name).get(f"{far}-port"), name) if transport else None,
        accepted=forwarding == "accept",
    )


def _object(matches: Mapping[str, Any], member: str, name: str) -> dict[str, Any]:
    found = matches.get(member, {})
    if not isinstance(found, dict):
        raise MudError(f"read {member} of {name!r:.40}, expected an object")
    return found


def _within(said: Mapping[str, Any], name: str) -> str | None:
    for node in _LOCAL:
        if node in said:
            return _SERVICES.get(str(said[node]), node)
    if said:
        raise MudError(f"read {next(iter(said))!r:.40} of {name!r:.40}, expected a node of RFC 8520 §3.8")
    return None


def _host(host: Any, name: str) -> str | None:
    if host is None:
        return None
    if not isinstance(host, str) or not _HOST.fullmatch(host.casefold().rstrip(".")):
        raise MudError(f"read the host {host!r:.60} of {name!r:.40}, expected a DNS name")
    return host.casefold().rstrip(".")


def _network(network: Any, name: str) -> str | None:
    if network is None:
        return None
    try:
        return str(ipaddress.ip_network(network, strict=False))
    except (ValueError, TypeError) as error:
        raise MudError(f"read the network {network!r:.60} of {name!r:.40}, expected an IP prefix") from error


def _protocol(number: Any, name: str) -> str | None:
    if number is None:
        return None
    if type(number) is not int or not 0 <= number <= 255:
        raise MudError(f"read protocol {number!r:.20} of {name!r:.40}, expected 0 to 255")
    return _PROTOCOLS.get(number, f"ip-{number}")


def _ports(said: Any, name: str) -> tuple[int, int] | None:
    """Return first and last port; "neq" is no range, and says little: any."""
    if said is None:
        return None
    if not isinstance(said, dict):
        raise MudError(f"read a port of {name!r:.40}, expected operator and port, or lower and upper port")
    if "lower-port" in said or "upper-port" in said:
        first, last = said.get("lower-port"), said.get("upper-port", said.get("lower-port"))
        if not (_is_port(first) and _is_port(last) and first <= last):
            raise MudError(f"read the ports {first!r:.12} to {last!r:.12} of {name!r:.40}, expected a range")
        return first, last
    operator, port = said.get("operator", "eq"), said.get("port")
    if operator not in ("eq", "lte", "gte", "neq") or not _is_port(port):
        raise MudError(f"read the port {operator!r:.12} {port!r:.12} of {name!r:.40}, expected 0 to 65535")
    return {"eq": (port, port), "lte": (0, port), "gte": (port, 65_535), "neq": None}[operator]


def _is_port(port: Any) -> TypeGuard[int]:
    return type(port) is int and 0 <= port <= 65_535
