"""DHCP and DNS of the toys' network → dnsmasq.conf. Does no I/O."""

from __future__ import annotations

from ipaddress import IPv4Interface, IPv6Interface
from typing import Final

from appliance.gateway import welcome
from appliance.gateway.plan import Plan
from appliance.gateway.resolved import PROXY

KEPT_FREE: Final = 9
"""Addresses at the start of the range that are not lent: ours, and some for what a family sets by hand."""

ROOT_ANCHORS: Final = (
    "20326,8,2,E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    "38696,8,2,683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
)
"""DS of the root zone's keys (IANA, root-anchors): KSK-2017, and KSK-2024, which signs since October 2026."""


def config(plan: Plan, leases: str, resolvers: str, clock: str) -> str:
    """Return the configuration; `leases`: the file that remembers who has which address; `resolvers`: the one
    that names those of the internet connection; `clock`: the one whose date says how late it was at least.

    Answers that lead into the home are refused
    (rebinding), names of the home never asked outside.
    """
    four, six = IPv4Interface(plan.network4), IPv6Interface(plan.network6)
    first = max(int(four.network[0]) + KEPT_FREE + 1, int(four.network[0]) + 2)
    lent = f"{type(four.ip)(min(first, int(four.network[-2])))},{four.network[-2]},{four.netmask}"
    lines = [
        f"interface={plan.toys}",
        "bind-dynamic",  # the radio comes and goes
        "user=dnsmasq",  # where root starts it
        "no-hosts",
        "domain=home.arpa",
        "local=/home.arpa/",
        f"host-record={welcome.OWN_NAME},{four.ip},{six.ip}",
        "domain-needed",
        "bogus-priv",
        "stop-dns-rebind",
        "rebind-localhost-ok",
        "cache-size=2000",
        "dns-forward-max=300",
        "dhcp-authoritative",
        "no-ping",  # three seconds a device; on a network of our own nobody else gives addresses out
        f"dhcp-range={lent},{plan.lease_s}",
        f"dhcp-range=::,constructor:{plan.toys},ra-stateless,64,{plan.lease_s}",  # ours, and a lent prefix
        "enable-ra",
        f"dhcp-option=option:router,{four.ip}",
        f"dhcp-option=option:dns-server,{four.ip}",
        f"dhcp-option=option6:dns-server,[{six.ip}]",
        "dhcp-lease-max=500",
        f"dhcp-leasefile={leases}",
    ]
    if not plan.dns.upstreams:
        lines.append(f"resolv-file={resolvers}")
    else:
        asked = [PROXY] if plan.dns.tls else plan.dns.upstreams
        lines += ["no-resolv", *(f"server={upstream}" for upstream in asked)]
    if plan.dns.dnssec:
        lines += ["dnssec", *(f"trust-anchor=.,{anchor}" for anchor in ROOT_ANCHORS)]
        lines.append(f"dnssec-timestamp={clock}")  # no date is checked before the time is known
    if plan.welcome:
        lines += welcome.lines(four, six)
    return "\n".join(lines) + "\n"
