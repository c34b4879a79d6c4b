"""Finding: the device hides which names it looks up or talks to. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings.addresses import is_outside
from appliance.findings.kind import Kind, Seen
from sensor.records import FlowRecord, Record, TlsClientHello

DOT_PORT: Final = 853
"""DNS over TLS (RFC 7858) and over QUIC (RFC 9250)."""

DOH_NAMES: Final = frozenset(
    (
        "dns.google",
        "dns64.dns.google",
        "cloudflare-dns.com",
        "one.one.one.one",
        "dns.quad9.net",
        "doh.opendns.com",
        "doh.dns.apple.com",
        "dns.adguard-dns.com",
        "dns.nextdns.io",
        "doh.cleanbrowsing.org",
        "dns.alidns.com",
        "doh.pub",
        "doh.mullvad.net",
    )
)
"""Well-known DNS over HTTPS servers (RFC 8484), from their operators' own pages."""


def look(record: Record) -> Seen | None:
    """Return how a name was hidden: ECH, DNS over HTTPS (by its server's name), DNS over TLS."""
    if type(record) is TlsClientHello:
        if record.ech:
            return Seen("encrypts the name it asks for (ECH)", record.uid)
        if record.server_name in DOH_NAMES or (record.server_name or "").endswith(".cloudflare-dns.com"):
            return Seen(f"looks up names over HTTPS at {record.server_name}", record.uid)
    if type(record) is FlowRecord and record.resp_p == DOT_PORT and is_outside(record.resp_h):
        return Seen(f"looks up names over TLS at {record.resp_h}", record.uid)
    return None


KIND: Final = Kind(
    code="hidden_names",
    severity=1,
    title="Hides some names",
    sentence="{device} encrypts some of the names it uses, so we cannot tell you everyone it talks to.",
    do="Nothing is wrong with that as such: it also hides them from strangers. Our list may be incomplete.",
    cannot_prove="That anything is concealed on purpose.",
    rules=(),
    look=look,
)
