"""Finding: the device offers only versions of TLS that are no longer safe. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings.addresses import leaves_home
from appliance.findings.kind import Kind, Seen, Words
from sensor.records import Record, TlsClientHello, TlsServerHello

_TLS_1_2: Final = 0x0303
_NAMES: Final = {0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0002: "SSL 2.0"}


def look(record: Record) -> Seen | None:
    """Return the version offered at best, or chosen, when it is older than TLS 1.2 (RFC 8996)."""
    if (
        type(record) is TlsServerHello
        and record.version < _TLS_1_2
        and leaves_home(record.client, record.server)
    ):
        return Seen(f"uses {_name(record.version)} with {record.server}", record.uid)
    if type(record) is not TlsClientHello or not record.versions or not leaves_home(record.src, record.dst):
        return None
    best = max(record.versions)
    if best >= _TLS_1_2:
        return None
    return Seen(f"offers at best {_name(best)}", record.uid)


def _name(version: int) -> str:
    return _NAMES.get(version, f"version 0x{version:04x}")


KIND: Final = Kind(
    code="old_tls",
    severity=2,
    title="Old encryption",
    sentence="{device} uses a kind of encryption that was retired in 2021.",
    do="Look for an update. If there is none, ask the maker for one.",
    cannot_prove="That anybody broke it, or that newer encryption elsewhere is used well.",
    rules=("GDPR art. 32", "ETSI EN 303 645 5.5-1", "RED art. 3(3)(e), EN 18031-2", "RFC 8996"),
    reads=(TlsServerHello, TlsClientHello),
    look=look,
    french=Words(
        title="Chiffrement dépassé",
        sentence="{device} utilise un chiffrement abandonné en 2021.",
        do="Cherchez une mise à jour. S'il n'y en a pas, demandez-la au fabricant.",
        cannot_prove="Que quelqu'un l'ait cassé, ni que le chiffrement plus récent soit bien employé "
        "ailleurs.",
    ),
)
