"""Does the home work? Checks of the gateway by what it does, each a sentence when it does not."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from ipaddress import IPv4Interface, IPv6Interface
from typing import Final, NamedTuple

import netifaces

from appliance.gateway.machine import INTERFACES, read, resolvers, wants_log_in
from appliance.gateway.networkd import BRIDGE
from appliance.gateway.plan import ROUTED, Dns, Plan
from appliance.gateway.resolved import PROXY
from appliance.gateway.welcome import OWN_NAME

PATIENCE_S: Final = 20.0
"""How long a plan has to work: a radio and two address leases take some seconds."""

ASK_S: Final = 1.0
POLL_S: Final = 0.2
COM_NS: Final = ("com", 2)
"""Who serves .com: every resolver knows, and the question says nothing of us. Of the root itself
systemd-resolved says that it is empty, without asking anybody."""

NOWHERE: Final = ("tattlebox-asks.invalid", 1)
"""A name that cannot be (RFC 6761): who gives it an address answers for everything, as hotels do."""

LOG_IN: Final = "open any page on a phone in the family's own Wi-Fi"

UP: Final = 1  # IFF_UP of linux/if.h
NO_ERROR, NO_SUCH_NAME = 0, 3
MAX_ANSWER: Final = 4_096


class Check(NamedTuple):
    """One thing that shall work; `find` returns None, or a sentence about what does not."""

    name: str
    find: Callable[[Plan], str | None]
    outside: bool  # it depends on the line to the internet, which may be down without any fault of the plan


def _link(plan: Plan) -> str | None:
    text = read(f"{INTERFACES}/{plan.toys}/flags")
    if text is None:
        return f"the interface {plan.toys} is gone"
    return None if int(text, 16) & UP else f"{plan.toys} is down"


def _address(plan: Plan) -> str | None:
    try:
        found = netifaces.ifaddresses(plan.toys)
    except ValueError:
        return f"the interface {plan.toys} is gone"
    has = {entry["addr"] for family in (socket.AF_INET, socket.AF_INET6) for entry in found.get(family, ())}
    wanted = {str(IPv4Interface(plan.network4).ip), str(IPv6Interface(plan.network6).ip)}
    return None if wanted <= has else f"{plan.toys} has not the address {min(wanted - has)}"


def _lease(_: Plan) -> str | None:
    return None if ":0043 " in (read("/proc/net/udp") or "") else "nobody lends addresses (UDP port 67)"


def _name(plan: Plan) -> str | None:
    own = IPv4Interface(plan.network4).ip
    answer = ask(str(own), OWN_NAME, 1)
    return None if answer and own.packed in answer else f"our resolver does not know {OWN_NAME}"


def _route(plan: Plan) -> str | None:
    four = (line.split() for line in (read("/proc/net/route") or "").splitlines())
    six = (line.split() for line in (read("/proc/net/ipv6_route") or "").splitlines())
    out = BRIDGE if plan.mode == "bridge" else plan.upstream
    found = any(word[:2] == [out, "00000000"] for word in four)
    found = found or any(word[:2] == ["0" * 32, "00"] and word[-1] == out for word in six)
    return None if found else f"there is no way to the internet through {out}"


def _reach(plan: Plan) -> str | None:
    asked = _asked(plan)
    if any(answered(ask(one, *COM_NS)) for one in asked):
        return None
    named = ", ".join(plan.dns.upstreams or asked)
    return f"no resolver of the internet answers (asked {named or 'none: the line named none'})"


def _asked(plan: Plan) -> list[str]:
    """Return the resolvers outside: the plan's, else those of the line, be it in a bridge or not yet."""
    if plan.dns.tls and plan.mode in ROUTED:
        return [PROXY]
    return list(plan.dns.addresses) or resolvers(BRIDGE) or resolvers(plan.upstream)


def _names(plan: Plan) -> str | None:
    own = str(IPv4Interface(plan.network4).ip)
    return None if answered(ask(own, *COM_NS)) else "our resolver finds no name of the internet"


CHECKS: Final = (
    Check("link", _link, outside=False),
    Check("address", _address, outside=False),
    Check("lease", _lease, outside=False),
    Check("own name", _name, outside=False),
    Check("route", _route, outside=True),
    Check("internet", _reach, outside=True),
    Check("names", _names, outside=True),
)
"""What is looked at in a plan with a network of its own, in this order."""


def checks_of(plan: Plan) -> tuple[Check, ...]:
    """Return the checks that a plan has to pass: none where it changes nothing."""
    if plan.mode in ROUTED:
        return CHECKS
    return tuple(check for check in CHECKS if check.name in ("route", "internet") and plan.mode == "bridge")


def broken(plan: Plan) -> dict[str, str]:
    """Return a sentence for each check that fails now, by its name."""
    found = ((check.name, check.find(plan)) for check in checks_of(plan))
    return {name: sentence for name, sentence in found if sentence is not None}


def excused(plan: Plan) -> frozenset[str]:
    """Return the checks that a plan may fail, because the line's own resolvers do not answer as it is."""
    works = _reach(plan._replace(dns=Dns())) is None
    return frozenset() if works else frozenset(check.name for check in CHECKS if check.outside)


def await_working(check: Check, plan: Plan, deadline: float) -> None:
    """Return when the check passes. Raises TimeoutError with its sentence at the (monotonic) deadline."""
    while (sentence := check.find(plan)) is not None:
        if time.monotonic() > deadline:
            raise TimeoutError(sentence)
        time.sleep(POLL_S)


def captive(plan: Plan) -> str | None:
    """Return a sentence when the line outside waits for a log-in: it says so, or answers for any name."""
    if wants_log_in(plan.upstream):
        return f"the line outside says that it wants a log-in first; {LOG_IN}"
    for one in _asked(plan._replace(dns=Dns()) if plan.dns.tls else plan):
        answer = ask(one, *NOWHERE)
        if answer is not None and answered(answer) and struct.unpack_from("!H", answer, 6)[0]:
            return (
                f"{one} gives an address to a name that cannot exist: the line outside wants a log-in first; "
                + LOG_IN
            )
    return None


def answered(answer: bytes | None) -> bool:
    """Return whether a resolver had the answer from somewhere, be it that there is no such name."""
    return answer is not None and answer[3] & 15 in (NO_ERROR, NO_SUCH_NAME)


def ask(resolver: str, name: str, kind: int) -> bytes | None:
    """Return a resolver's answer to one question (RFC 1035 §4.1), None when it gives none in time."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label)
    number = int(time.monotonic_ns() & 0xFFFF)
    message = struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!xHH", kind, 1)
    family = socket.AF_INET6 if ":" in resolver else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as wire:
        wire.settimeout(ASK_S)
        try:
            wire.connect((resolver, 53))
            wire.send(message)
            answer = wire.recv(MAX_ANSWER)
        except OSError:
            return None
    return answer if len(answer) >= 12 and answer[:2] == message[:2] else None
