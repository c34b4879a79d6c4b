"""The plan's firewall → one nft transaction. Does no I/O.

Our own table alone is replaced, atomically; nobody else's rules are touched. A flow is held against the
policies of its device once (by link-layer address, one look-up however many there are) and then carries a
mark as judged. Every change of a policy draws another mark, so that open flows are judged anew at their next
packet. A bridge has no flows to mark: each packet is judged there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Interface, IPv6Interface, ip_address
from typing import Final, NamedTuple

from appliance.gateway.plan import ROUTED, Plan
from appliance.gateway.policy import ALLOW, WITH_ADDRESSES, Policy

TABLE: Final = "tattlebox"
REFUSED: Final = "reject with icmpx admin-prohibited"
"""A device that is told so tries again less often than one that hears nothing (RFC 1812 §5.2.7.1)."""

FAMILIES: Final = (("4", "ipv4_addr", "ip"), ("6", "ipv6_addr", "ip6"))
SERVICES: Final = "udp dport { 53, 67, 68, 547, 5353 } accept", "tcp dport { 53, 80, 443 } accept"
"""What toys may ask of the gateway itself: names, addresses, its page. Offers of another DHCP server (68) are
heard, so that it can be named."""


Counts = Mapping[str, tuple[int, int]]
"""Packets and bytes of each named counter."""

BYPASS: Final = "bypass"
"""The counter of packets to resolvers that are not ours."""


MAX_MARK: Final = 2**31 - 1
"""Of a flow's conntrack mark; 0 is that of flows nobody has judged."""


class Judging(NamedTuple):
    """What is known when policies come into force."""

    mark: int = 1  # of the flows judged by them: 1 to MAX_MARK, another than before
    at: Mapping[str, str] = {}  # IP address on the toys' network → MAC of the device that has it now


FIRST: Final = Judging()


def counter_of(policy: Policy) -> str:
    """Return the name of the counter of what a policy stopped."""
    return f"c_{policy.id}"


def counts(text: str) -> dict[str, tuple[int, int]]:
    """Return the named counters of our tables in what `nft -j list counters` prints."""
    found = (item["counter"] for item in json.loads(text)["nftables"] if "counter" in item)
    return {one["name"]: (one["packets"], one["bytes"]) for one in found if one["table"] == TABLE}


def ruleset(plan: Plan, counted: Counts | None = None, judging: Judging = FIRST) -> str:
    """Return the text for `nft -f -`; without a network of its own or a bridge, one that takes ours away.

    Counters begin with what was `counted` before.
    """
    counted = counted or {}
    family = "inet" if plan.mode in ROUTED else "bridge"
    gone = "".join(f"table {each} {TABLE}\ndelete table {each} {TABLE}\n" for each in ("inet", "bridge"))
    if plan.mode not in ROUTED and plan.mode != "bridge":
        return gone
    body = _routed(plan, judging) if plan.mode in ROUTED else _bridged(plan)
    lines = [_counter(BYPASS, counted), *_sets(plan.policies, counted), *body]
    return gone + f"table {family} {TABLE} {{\n" + "".join(f"\t{line}\n" for line in lines) + "}\n"


def set_name(policy: Policy, version: int) -> str:
    """Return the name of the set that holds a policy's addresses of an IP version."""
    return f"p_{policy.id}_{version}"


def update(plan: Plan, added: Iterable[tuple[Policy, Iterable[str]]], mark: int) -> str:
    """Return the text that adds addresses to policies in force, as names turn up that lead to them.

    `mark`: of the flows judged from now on.
    """
    family = "inet" if plan.mode in ROUTED else "bridge"
    lines = [
        f"add element {family} {TABLE} {set_name(policy, ip_address(one).version)} {{ {one} }}"
        for policy, addresses in added
        for one in addresses
    ]
    for name, rule in _marking(mark) if plan.mode in ROUTED else ():
        lines += [f"flush chain inet {TABLE} {name}", f"add rule inet {TABLE} {name} {rule}"]
    return "".join(f"{line}\n" for line in lines)


def _marking(mark: int) -> tuple[tuple[str, str], ...]:
    """Return the chains, each of one rule, that let judged flows pass and that mark them."""
    return ("judged", f"ct mark {mark} accept"), ("mark_judged", f"ct direction original ct mark set {mark}")


def _counter(name: str, counted: Counts) -> str:
    packets, size = counted.get(name, (0, 0))
    return f"counter {name} {{ packets {packets} bytes {size} }}"


def _sets(policies: Iterable[Policy], counted: Counts) -> Iterator[str]:
    """Yield the sets and counters of all policies."""
    for policy in policies:
        yield _counter(counter_of(policy), counted)
        if policy.kind not in WITH_ADDRESSES:
            continue
        for version, kind, _ in FAMILIES:
            held = [one for one in policy.addresses if str(ip_address(one).version) == version]
            elements = f" elements = {{ {', '.join(sorted(held))} }};" if held else ""
            yield f"set {set_name(policy, int(version))} {{ type {kind};{elements} }}"


def _rules(policy: Policy, out: str, back: str, refused: str) -> Iterator[str]:
    """Yield a policy's rules in the chain of its device; `out`, `back`: match packets from it and to it."""
    count = f"counter name {counter_of(policy)}"
    if policy.kind not in WITH_ADDRESSES:
        yield f"{out}{count} {refused}"
        yield f"{back}{count} drop"
        return
    unless = "!= " if policy.kind == ALLOW else ""
    for version, _, layer in FAMILIES:
        name = set_name(policy, int(version))
        yield f"{out}{layer} daddr {unless}@{name} {count} {refused}"
        yield f"{back}{layer} saddr {unless}@{name} {count} drop"


def _by_device(policies: Iterable[Policy]) -> list[tuple[tuple[str, ...], list[Policy]]]:
    """Return (MACs, policies) of each device: policies that share a MAC are of one device."""
    found: dict[str, list[Policy]] = {}
    for policy in policies:
        for mac in policy.macs:
            found.setdefault(mac, []).append(policy)
    devices: dict[tuple[str, ...], list[str]] = {}
    for mac, its in found.items():
        devices.setdefault(tuple(policy.id for policy in its), []).append(mac)
    return [(tuple(sorted(macs)), found[macs[0]]) for macs in devices.values()]


def _chains(plan: Plan) -> Iterator[str]:
    """Yield a chain of policies for each device that has some; device number 1 is the first."""
    for number, (macs, policies) in enumerate(_by_device(plan.policies), 1):
        out, back, refused = f'iifname "{plan.toys}" ', f'oifname "{plan.toys}" ', REFUSED
        if plan.mode == "bridge":
            held = f"{{ {', '.join(macs)} }}"
            out, back, refused = (
                f"ether saddr {held} ",
                f"ether daddr {held} ",
                "drop",
            )  # a bridge cannot refuse
        yield f"chain device_{number} {{"
        for policy in policies:
            yield from (f"\t{rule}" for rule in _rules(policy, out, back, refused))
        yield "}"


def _judge(plan: Plan, judging: Judging) -> Iterator[str]:
    """Yield the rules that hold a flow against the policies of its device, once.

    Flows that were open when the policies came into force are judged in both directions: what comes back to a
    device is told by the address that it had then.
    """
    numbers = {mac: n for n, (macs, _) in enumerate(_by_device(plan.policies), 1) for mac in macs}
    yield "jump judged"
    jumps = ", ".join(f"{mac} : jump device_{n}" for mac, n in numbers.items())
    yield f'iifname "{plan.toys}" ct direction original ether saddr vmap {{ {jumps} }}'
    for version, _, layer in FAMILIES:
        held = [one for one in sorted(judging.at) if str(ip_address(one).version) == version]
        there = ", ".join(
            f"{one} : jump device_{numbers[judging.at[one]]}" for one in held if judging.at[one] in numbers
        )
        if there:
            yield f'oifname "{plan.toys}" ct direction reply {layer} daddr vmap {{ {there} }}'
    yield "jump mark_judged"


def _routed(plan: Plan, judging: Judging) -> Iterator[str]:
    toys, upstream = f'"{plan.toys}"', f'"{plan.upstream}"'
    yield from _chains(plan)
    if plan.policies:
        yield from (f"chain {name} {{ {rule}; }}" for name, rule in _marking(judging.mark))
    yield "chain between {"
    yield "\ttype filter hook forward priority filter; policy accept;"
    if plan.policies:
        yield from (f"\t{rule}" for rule in _judge(plan, judging))
    yield "\tct state established,related accept"
    yield from (f"\t{rule}" for rule in _reachable(plan))
    if plan.dns.forced:
        yield f"\tiifname {toys} meta l4proto {{ tcp, udp }} th dport 853 counter name {BYPASS} {REFUSED}"
    yield f"\tiifname {toys} oifname {upstream} accept"
    yield f"\tiifname {upstream} oifname {toys} counter drop"
    yield "}"
    yield from _input(plan)
    yield from _translation(plan)


def _reachable(plan: Plan) -> Iterator[str]:
    """Yield who may begin to talk to whom on the toys' network."""
    toys = f'"{plan.toys}"'
    for one in plan.reach:
        for version, _, layer in FAMILIES:
            held = sorted(address for address in one.addresses if str(ip_address(address).version) == version)
            if held:
                yield f"ether saddr {one.mac} oifname {toys} {layer} daddr {{ {', '.join(held)} }} accept"
    if plan.apart:
        yield f"iifname {toys} oifname {toys} counter drop"


def _input(plan: Plan) -> Iterator[str]:
    toys = f'"{plan.toys}"'
    yield "chain to_gateway {"
    yield "\ttype filter hook input priority filter; policy accept;"
    yield "\tct state established,related accept"
    yield f"\tiifname {toys} meta l4proto {{ icmp, ipv6-icmp, igmp }} accept"
    for service in SERVICES:
        yield f"\tiifname {toys} {service}"
    yield f"\tiifname {toys} counter drop"
    yield "}"


def _translation(plan: Plan) -> Iterator[str]:
    """Yield NAT: to the internet under our address (IPv6 too, for our own prefix), and to our resolver."""
    four, six = IPv4Interface(plan.network4), IPv6Interface(plan.network6)
    yield "chain to_internet {"
    yield "\ttype nat hook postrouting priority srcnat;"
    yield f'\toifname "{plan.upstream}" ip saddr {four.network} masquerade'
    yield f'\toifname "{plan.upstream}" ip6 saddr {six.network} masquerade'
    yield "}"
    if not plan.dns.forced:
        return
    yield "chain to_resolver {"
    yield "\ttype nat hook prerouting priority dstnat;"
    for layer, own in (("ip", four.ip), ("ip6", six.ip)):
        ask = f'iifname "{plan.toys}" {layer} daddr != {own} meta l4proto {{ tcp, udp }} th dport 53'
        yield f"\t{ask} counter name {BYPASS} redirect to :53"
    yield "}"


def _bridged(plan: Plan) -> Iterator[str]:
    devices = _by_device(plan.policies)
    yield from _chains(plan)
    yield "chain between {"
    yield "\ttype filter hook forward priority filter; policy accept;"
    if devices:
        jumps = ", ".join(
            f"{mac} : jump device_{n}" for n, (macs, _) in enumerate(devices, 1) for mac in macs
        )
        yield f"\tether saddr vmap {{ {jumps} }}"
        yield f"\tether daddr vmap {{ {jumps} }}"
    yield "}"
