"""Public resolvers that answer over HTTPS or TLS: who asks them hides the names it looks up. No I/O.

Names and addresses are those the operators publish; gathered from the lists of the curl project
(https://github.com/curl/curl/wiki/DNS-over-HTTPS) and of AdGuard
(https://adguard-dns.io/kb/general/dns-providers/), 2026-11. A resolver that is not listed is still known by
its port or ALPN.
"""

from __future__ import annotations

from typing import Final

from sensor.records import TlsClientHello

_NAMES: Final = """
    dns.google dns.google.com cloudflare-dns.com one.one.one.one 1dot1dot1dot1.cloudflare-dns.com
    quad9.net opendns.com adguard.com adguard-dns.com dns.nextdns.io doh.cleanbrowsing.org
    family-filter-dns.cleanbrowsing.org security-filter-dns.cleanbrowsing.org
    adult-filter-dns.cleanbrowsing.org
    dns.alidns.com doh.pub dot.pub doh.360.cn dot.360.cn doh.xfinity.com freedns.controld.com dns.controld.com
    dns.mullvad.net dns0.eu dns.switch.ch doh.libredns.gr dot.libredns.gr ordns.he.net wikimedia-dns.org
    dns.digitale-gesellschaft.ch doh.applied-privacy.net dot1.applied-privacy.net doh.dns.sb dot.sb
    dns.twnic.tw unfiltered.joindns4.eu protective.joindns4.eu child.joindns4.eu noads.joindns4.eu
"""
NAMES: Final = frozenset(_NAMES.split())
"""A name is one of these or one label below: `mozilla.cloudflare-dns.com`, `ab12cd.dns.nextdns.io`."""

_OWN_NAME: Final = frozenset(("quad9.net", "opendns.com", "adguard.com", "adguard-dns.com"))
_RESOLVER_LABELS: Final = ("dns", "doh", "dot", "family", "unfiltered")

_ADDRESSES: Final = """
    1.1.1.1 1.0.0.1 1.1.1.2 1.0.0.2 1.1.1.3 1.0.0.3 8.8.8.8 8.8.4.4 9.9.9.9 149.112.112.112
    94.140.14.14 94.140.15.15 208.67.222.222 208.67.220.220
    2606:4700:4700::1111 2606:4700:4700::1001 2001:4860:4860::8888 2001:4860:4860::8844 2620:fe::fe 2620:fe::9
"""
ADDRESSES: Final = frozenset(_ADDRESSES.split())
"""Where a client that sends no name can only want the resolver."""

_TLS_PORT: Final = 853
_BY_ALPN: Final = {"dot": "dot", "doq": "doq"}  # RFC 7858 §3.2 registered "dot"; RFC 9250 §4.1


def encrypted_dns(hello: TlsClientHello) -> tuple[str, str] | None:
    """Return kind and reason where this hello opens a connection to a resolver, else None."""
    kind = "doq" if hello.transport == "quic" else "dot"
    if hello.dport == _TLS_PORT:
        return kind, "port"
    for protocol in hello.alpn:
        if protocol in _BY_ALPN:
            return _BY_ALPN[protocol], "alpn"
    if hello.server_name is None:
        return ("doh", "address") if hello.dst in ADDRESSES else None
    return ("doh", "name") if is_resolver(hello.server_name) else None


def is_resolver(name: str) -> bool:
    """Say whether this is the name of a public resolver."""
    label, _, parent = name.partition(".")
    if parent in _OWN_NAME:  # these operators have web sites under the same name
        return label.startswith(_RESOLVER_LABELS)
    return (name in NAMES and name not in _OWN_NAME) or parent in NAMES
