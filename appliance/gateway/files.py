"""Which files a plan becomes, where each stands, and which daemons it wants. Does no I/O."""

from __future__ import annotations

import difflib
import re
from typing import Final, NamedTuple

from appliance.gateway import dnsmasq, networkd, nftables, resolved, wifi
from appliance.gateway.plan import ROUTED, Plan

RUN: Final = "/run/tattlebox-gateway"
RULES: Final = f"{RUN}/rules.nft"
DNSMASQ: Final = f"{RUN}/dnsmasq.conf"
HOSTAPD: Final = f"{RUN}/hostapd.conf"
KEYS: Final = f"{RUN}/hostapd.keys"
RESOLVED: Final = "/run/systemd/resolved.conf.d/90-tattlebox.conf"
RESOLVERS: Final = f"{RUN}/resolvers.conf"
"""The resolvers that the line outside came with: the helper keeps it, dnsmasq looks when it changes."""

NETWORK: Final = "/run/systemd/network"
SYSCTL: Final = "/run/sysctl.d/90-tattlebox.conf"
LEASES: Final = "/var/lib/tattlebox-dnsmasq/leases"
CLOCK: Final = "/var/lib/tattlebox-dnsmasq/clock"

NETWORK_FILES: Final = tuple(f"{NETWORK}/{name}" for name in networkd.NAMES)
ALL: Final = (RULES, *NETWORK_FILES, SYSCTL, RESOLVED, DNSMASQ, HOSTAPD, KEYS)
"""Every file that a plan may become, in the order in which they are written; no other is ever touched."""

SECRET: Final = frozenset((HOSTAPD, KEYS))
_PASSPHRASE: Final = re.compile(r"(?m)^(wpa_passphrase=|keyid=\S+ \S+ ).*$")


class Daemon(NamedTuple):
    """A systemd unit that reads files of ours, and what is done to it when they change."""

    unit: str
    reads: tuple[str, ...]
    verb: str
    ours: bool = True  # stopped when the plan wants none of its files; the others belong to the machine


DAEMONS: Final = (
    Daemon("systemd-networkd.service", NETWORK_FILES, "reload-or-restart", ours=False),
    Daemon("systemd-sysctl.service", (SYSCTL,), "restart", ours=False),
    Daemon("systemd-resolved.service", (RESOLVED,), "restart", ours=False),
    Daemon("tattlebox-dnsmasq.service", (DNSMASQ,), "restart"),
    Daemon("tattlebox-hostapd.service", (HOSTAPD, KEYS), "restart"),
)


def files(plan: Plan) -> dict[str, str]:
    """Return the text of every file that the plan wants, by its place; the order is that of ALL."""
    found = {RULES: nftables.ruleset(plan)}
    for name, text in networkd.files(plan).items():
        found[SYSCTL if name == networkd.SYSCTL else f"{NETWORK}/{name}"] = text
    if plan.mode in ROUTED:
        found[DNSMASQ] = dnsmasq.config(plan, LEASES, RESOLVERS, CLOCK)
        if plan.dns.tls:
            found[RESOLVED] = resolved.config(plan.dns)
    if plan.mode == "access_point" and plan.wifi is not None:
        found[HOSTAPD] = wifi.hostapd(plan.wifi, plan.toys, KEYS)
        found[KEYS] = wifi.device_keys(plan.wifi)
    return {path: found[path] for path in ALL if path in found}


def difference(old: Plan, new: Plan) -> str:
    """Return what would change in the files, as a unified diff without passphrases; empty when nothing."""
    before, after = files(old), files(new)
    lines: list[str] = []
    for path in ALL:
        was, will = (_shown(path, each.get(path, "")) for each in (before, after))
        lines += difflib.unified_diff(was, will, path, path, lineterm="")
        if was == will and before.get(path, "") != after.get(path, ""):
            lines.append(f"{path}: another passphrase")
    return "\n".join(lines)


def _shown(path: str, text: str) -> list[str]:
    return (_PASSPHRASE.sub(r"\1…", text) if path in SECRET else text).splitlines()
