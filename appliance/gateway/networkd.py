"""Addresses and forwarding → files of systemd-networkd and sysctl. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.gateway.plan import ROUTED, Plan

BRIDGE: Final = "br-home"
"""Listens for loops (both cables in one switch) as shortly as IEEE 802.1D allows: else the home would be
offline for half a minute."""

SYSCTL: Final = "90-tattlebox.conf"
NAMES: Final = (
    "10-tattlebox-bridge.netdev",
    "10-tattlebox-bridge.network",
    "10-tattlebox-upstream.network",
    "10-tattlebox-toys.network",
)
"""Every file that a plan may become."""


def files(plan: Plan) -> dict[str, str]:
    """Return the text of each file by its name; they go to /run/systemd/network, SYSCTL to /run/sysctl.d.

    The upstream interface takes what the family's router gives it, and asks for an IPv6 prefix to hand on:
    the toys' interface has an address of it then, and dnsmasq announces it.
    """
    if plan.mode in ROUTED:
        return {
            "10-tattlebox-upstream.network": _upstream(plan.upstream),
            "10-tattlebox-toys.network": _toys(plan),
            SYSCTL: _sysctl(forwarding=True) + (_between(plan.toys) if plan.mode == "access_point" else ""),
        }
    if plan.mode == "bridge":
        member = "[Match]\nName={name}\n\n[Network]\nBridge=" + BRIDGE + "\nLinkLocalAddressing=no\n"
        return {
            "10-tattlebox-bridge.netdev": (
                f"[NetDev]\nName={BRIDGE}\nKind=bridge\n\n[Bridge]\nSTP=yes\nForwardDelaySec=2\n"
            ),
            "10-tattlebox-bridge.network": _upstream(BRIDGE),
            "10-tattlebox-upstream.network": member.format(name=plan.upstream),
            "10-tattlebox-toys.network": member.format(name=plan.toys),
            SYSCTL: _sysctl(forwarding=False),
        }
    return {}


def _upstream(name: str) -> str:
    return (
        f"[Match]\nName={name}\n\n[Network]\nDHCP=yes\nIPv6AcceptRA=yes\nKeepConfiguration=dhcp-on-stop\n"
        "LLMNR=no\nMulticastDNS=no\n\n"
        "[DHCPv6]\nWithoutRA=solicit\n\n[DHCPv4]\nSendHostname=no\nUseDomains=no\n"
    )


def _toys(plan: Plan) -> str:
    return (
        f"[Match]\nName={plan.toys}\n\n[Network]\nAddress={plan.network4}\nAddress={plan.network6}\n"
        "ConfigureWithoutCarrier=yes\nIPv6AcceptRA=no\nIPv6SendRA=no\nDHCPPrefixDelegation=yes\nLLMNR=no\n"
        "MulticastDNS=no\n"
    )


def _sysctl(*, forwarding: bool) -> str:
    on = int(forwarding)
    return f"net.ipv4.ip_forward={on}\nnet.ipv6.conf.all.forwarding={on}\n"


def _between(radio: str) -> str:
    """Return what lets devices of one radio reach each other through the firewall alone.

    The radio passes nothing on between them (hostapd's ap_isolate). So we answer ARP for all of them (RFC
    3069), and what one sends to another comes to us and goes back out; no device is told of a shorter way.
    """
    return (
        f"net/ipv4/conf/{radio}/proxy_arp_pvlan=1\n"
        f"net/ipv4/conf/{radio}/send_redirects=0\nnet/ipv4/conf/all/send_redirects=0\n"
    )
