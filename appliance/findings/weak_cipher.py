"""Finding: a connection is encrypted in a way that can be broken, or not at all. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings.addresses import leaves_home
from appliance.findings.kind import Kind, Seen, Words
from sensor.records import Record, TlsServerHello


def _numbers(text: str) -> frozenset[int]:
    return frozenset(int(word, 16) for word in text.split())


WEAK: Final = {
    "no encryption": _numbers(
        "0001 0002 003b 002c 002d 002e 00b0 00b1 00b4 00b5 00b8 00b9 c001 c006 c00b c010 c015 c039 c03a c03b"
    ),
    "export encryption": _numbers(
        "0003 0006 0008 000b 000e 0011 0014 0017 0019 0026 0027 0028 0029 002a 002b"
    ),
    "RC4": _numbers("0004 0005 0018 0020 0024 008a 008e 0092 c002 c007 c00c c011 c016 c033"),
    "DES": _numbers("0009 000c 000f 0012 0015 001a 001e 0022"),
    "3DES": _numbers("000a 000d 0010 0013 0016 001b 001f 0023 008b 008f 0093 c003 c008 c00d c012 c017 c034"),
    "no proof of identity": _numbers("0034 003a 0046 0089 006c 006d 00a6 00a7 c018 c019"),
}
"""IANA cipher suites that RFC 9325 §4.2 says must not be used, and why."""

_WHY: Final = {number: why for why, numbers in WEAK.items() for number in numbers}


def look(record: Record) -> Seen | None:
    """Return what is weak about the cipher suite that a server chose."""
    if type(record) is not TlsServerHello or not leaves_home(record.client, record.server):
        return None
    why = _WHY.get(record.cipher)
    return Seen(f"uses {why} (cipher suite 0x{record.cipher:04x})", record.uid) if why is not None else None


KIND: Final = Kind(
    code="weak_cipher",
    severity=2,
    title="Weak encryption",
    sentence="{device} uses encryption that can be broken, or that protects nothing.",
    do="Look for an update. If there is none, ask the maker for one.",
    cannot_prove="That anybody broke it.",
    rules=("GDPR art. 32", "ETSI EN 303 645 5.5-1", "RED art. 3(3)(e), EN 18031-2", "RFC 9325"),
    reads=(TlsServerHello,),
    look=look,
    french=Words(
        title="Chiffrement faible",
        sentence="{device} utilise un chiffrement qui peut être cassé, ou qui ne protège rien.",
        do="Cherchez une mise à jour. S'il n'y en a pas, demandez-la au fabricant.",
        cannot_prove="Que quelqu'un l'ait cassé.",
    ),
)
