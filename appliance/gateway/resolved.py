"""Names asked outside over TLS (RFC 7858) → a file of systemd-resolved, behind dnsmasq. Does no I/O.

dnsmasq speaks no TLS; systemd-resolved does, checks the resolver's certificate, and is on the card anyway.
"""

from __future__ import annotations

from typing import Final

from appliance.gateway.plan import Dns

PROXY: Final = "127.0.0.54"
"""Where systemd-resolved passes questions on as they are: no cache there, no names of its own."""


def config(dns: Dns) -> str:
    """Return the configuration for resolvers with names; never in the clear, and none of the line's own."""
    return (
        f"[Resolve]\nDNS={' '.join(dns.upstreams)}\nDomains=~.\nDNSOverTLS=yes\nDNSSEC=no\nFallbackDNS=\n"
        "DNSStubListener=yes\nLLMNR=no\nMulticastDNS=no\n"
    )
