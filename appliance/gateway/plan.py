"""The plan: all that the gateway shall be, as plain data, and the sentences about what cannot be.

Does no I/O. A plan is JSON in the store and on the socket of the privileged helper, which trusts nobody: it
reads the plan with `from_json` again, so every bound below is a boundary of privilege.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv6Interface
from typing import Any, Final, NamedTuple

from appliance.devices.identity import is_device_mac
from appliance.gateway.policy import MAX_MACS, Policy, is_address, policies_from, policy_problems
from appliance.gateway.wifi import Wifi, wifi_from, wifi_problems

MAX_PLAN_BYTES: Final = 1_000_000
"""500 policies of 50 devices with all their addresses are a third of it."""

MAX_EXCEPTIONS: Final = 256
MAX_UPSTREAMS: Final = 4

MODES: Final = ("access_point", "ethernet", "bridge", "mirror", "capture")
"""Wi-Fi of its own with NAT; a second Ethernet with NAT; between router and home; beside it; a file only."""

ROUTED: Final = frozenset(("access_point", "ethernet"))
"""Modes in which the toys have a network of their own."""

_INTERFACE: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}").fullmatch
"""Names the kernel takes (IFNAMSIZ) and no text we write could mistake for something else."""


_HOST: Final = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+"
).fullmatch


class PlanError(ValueError):
    """A plan that cannot be read: what was read, what was expected."""


class Dns(NamedTuple):
    """How names are looked up."""

    upstreams: tuple[str, ...] = ()  # addresses; "address#name": over TLS; empty: those of the line outside
    dnssec: bool = False  # answers without a valid signature are refused where the zone is signed
    forced: bool = True  # toys that ask another resolver are answered by ours, and the attempt is recorded

    @property
    def tls(self) -> bool:
        """Whether the resolvers outside are asked over TLS."""
        return any("#" in one for one in self.upstreams)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of the resolvers, without their names."""
        return tuple(one.partition("#")[0] for one in self.upstreams)


class Reach(NamedTuple):
    """A device that may begin to talk to another although devices are kept apart: a phone to its toy."""

    mac: str
    addresses: tuple[str, ...]  # of the other


class Plan(NamedTuple):
    """What is wanted. Addresses and prefixes in the usual text forms."""

    mode: str = "capture"
    upstream: str = ""  # interface to the internet (in a mirror: the one that hears the copies)
    toys: str = ""  # interface to the toys; with Wi-Fi the radio
    network4: str = "192.168.77.1/24"  # ours and its prefix; RFC 1918
    network6: str = "fd77:7ab1:e000::1/64"  # ours and its prefix; RFC 4193
    lease_s: int = 43_200
    wifi: Wifi | None = None
    dns: Dns = Dns()
    apart: bool = True  # devices on the toys' network do not reach each other
    reach: tuple[Reach, ...] = ()  # with these exceptions
    policies: tuple[Policy, ...] = ()
    welcome: bool = False  # nobody has set Tattlebox up: phones that join are led to its first page


class Surroundings(NamedTuple):
    """What the machine is like, as far as a plan depends on it."""

    interfaces: tuple[str, ...]
    radios: tuple[str, ...]  # interfaces that are Wi-Fi
    networks: tuple[str, ...]  # of the other interfaces, "192.168.1.0/24"


def to_json(plan: Plan) -> str:
    """Return the plan as one line of JSON that `from_json` reads."""
    return json.dumps(to_plain(plan), sort_keys=True, separators=(",", ":"))


def to_plain(plan: Plan) -> dict[str, Any]:
    """Return the plan as values for JSON, which `from_plain` reads."""
    fields = plan._asdict()
    fields["wifi"] = None if plan.wifi is None else plan.wifi.to_plain()
    fields["dns"] = plan.dns._asdict()
    fields["reach"] = [one._asdict() for one in plan.reach]
    fields["policies"] = [policy._asdict() for policy in plan.policies]
    return fields


def from_json(text: str | bytes) -> Plan:
    """Return the plan of a text. Raises PlanError for another shape; what it says is not checked here."""
    if len(text) > MAX_PLAN_BYTES:
        raise PlanError(f"read a plan of {len(text)} bytes, expected at most {MAX_PLAN_BYTES}")
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PlanError(f"read text that is no JSON ({error}), expected a plan") from error
    if not isinstance(fields, dict):
        raise PlanError(f"read a {type(fields).__name__}, expected an object with the fields of a plan")
    return from_plain(fields)


def from_plain(fields: dict[str, Any]) -> Plan:
    """Return the plan of values of JSON or TOML; what is left out is as a plan has it. Raises PlanError."""
    if unknown := sorted(set(fields) - set(Plan._fields)):
        raise PlanError(f"read the field {unknown[0]!r:.40}, expected only {', '.join(Plan._fields)}")
    try:
        return _plan(fields)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise PlanError(
            f"read a plan of another shape ({error}), expected the fields of docs/gateway.md"
        ) from error


def _plan(fields: dict[str, Any]) -> Plan:
    made: dict[str, Any] = {}
    for name, value in fields.items():
        if name == "wifi":
            made[name] = None if value is None else wifi_from(value)
        elif name == "dns":
            made[name] = _dns(value)
        elif name == "reach":
            made[name] = tuple(
                Reach(next(_texts([one["mac"]])), tuple(_texts(one["addresses"]))) for one in value
            )
        elif name == "policies":
            made[name] = policies_from(value)
        elif name in ("apart", "welcome"):
            made[name] = _bool(value)
        elif name == "lease_s":
            made[name] = int(value)
        else:
            (made[name],) = _texts([value])
    return Plan(**made)


def _dns(value: dict[str, Any]) -> Dns:
    upstreams, switches = tuple(_texts(value.get("upstreams", ()))), {**value}
    switches.pop("upstreams", None)
    return Dns(upstreams, **{name: _bool(switch) for name, switch in switches.items()})


def _texts(values: Any) -> Iterator[str]:
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"{value!r:.40} is no text")
        yield value


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r:.40} is neither true nor false")
    return value


def problems(plan: Plan, around: Surroundings) -> list[str]:
    """Return why the plan cannot be applied, a sentence each with what to do; nothing when it can."""
    found = [*_mode_problems(plan, around)]
    if plan.mode in ROUTED:
        found += _network_problems(plan, around)
    if plan.mode == "access_point":
        found += wifi_problems(plan.wifi)
    found += _dns_problems(plan.dns)
    found += policy_problems(plan.policies)
    found += _reach_problems(plan.reach)
    return found


def _mode_problems(plan: Plan, around: Surroundings) -> Iterator[str]:
    if plan.mode not in MODES:
        yield f"mode: read {plan.mode!r:.40}, expected one of {', '.join(MODES)}"
        return
    if plan.mode == "capture":
        return
    wanted = (
        {"upstream": plan.upstream}
        if plan.mode == "mirror"
        else {"upstream": plan.upstream, "toys": plan.toys}
    )
    for field, name in wanted.items():
        if not _INTERFACE(name) or name not in around.interfaces:
            there = ", ".join(around.interfaces) or "none"
            yield f"{field}: there is no interface {name!r:.40}; this machine has {there}"
    if plan.mode != "mirror" and plan.upstream == plan.toys:
        yield f"toys: {plan.toys!r:.40} is the upstream interface too; each needs one of its own"
    if plan.mode == "access_point" and plan.toys in around.interfaces and plan.toys not in around.radios:
        radios = ", ".join(around.radios) or "none here"
        yield f"toys: {plan.toys} is no Wi-Fi radio; take one of {radios}, or mode ethernet"


def _network_problems(plan: Plan, around: Surroundings) -> Iterator[str]:
    try:
        ours: list[IPv4Interface | IPv6Interface] = [
            IPv4Interface(plan.network4),
            IPv6Interface(plan.network6),
        ]
        others = [IPv4Interface(one) if ":" not in one else IPv6Interface(one) for one in around.networks]
    except ValueError as error:
        yield f"network: {error}; expected an address with its prefix, such as 192.168.77.1/24"
        return
    for interface in ours:
        network = interface.network
        if (
            not network.is_private
            or network.prefixlen > network.max_prefixlen - 4
            or interface.ip == network[0]
        ):
            yield f"network: {interface} is no private network with room for devices; take 192.168.77.1/24"
        for other in others:
            if other.version == interface.version and other.network.overlaps(network):
                yield f"network: {network} overlaps {other.network}, which is in use upstream; choose another"
    if ours[1].network.prefixlen != 64:
        read = ours[1].network.prefixlen
        yield f"network6: read a prefix of {read}, expected 64 (devices make their own addresses)"
    if not 300 <= plan.lease_s <= 864_000:
        yield f"lease_s: read {plan.lease_s}, expected 300 to 864000 seconds"


def _reach_problems(reach: tuple[Reach, ...]) -> Iterator[str]:
    if len(reach) > MAX_EXCEPTIONS:
        yield f"reach: read {len(reach)} exceptions, expected at most {MAX_EXCEPTIONS}"
    for one in reach:
        if not is_device_mac(one.mac) or not 1 <= len(one.addresses) <= MAX_MACS:
            yield f"reach: read {one.mac!r:.40}, expected a MAC address, and some addresses of the other"
        yield from _address_problems("reach", one.addresses)


def _dns_problems(dns: Dns) -> Iterator[str]:
    if len(dns.upstreams) > MAX_UPSTREAMS:
        yield f"dns: read {len(dns.upstreams)} upstream resolvers, expected at most {MAX_UPSTREAMS}"
    yield from _address_problems("dns", dns.addresses)
    names = [name for _, mark, name in (one.partition("#") for one in dns.upstreams) if mark]
    if names and len(names) < len(dns.upstreams):
        yield "dns: read resolvers with and without a name for TLS, expected a name for each or for none"
    for name in names:
        if not _HOST(name):
            yield f"dns: read the name {name!r:.60}, expected one as in 9.9.9.9#dns.quad9.net"


def _address_problems(field: str, addresses: tuple[str, ...]) -> Iterator[str]:
    for address in addresses:
        if not is_address(address):
            yield f"{field}: read {address!r:.60}, expected an IP address"
