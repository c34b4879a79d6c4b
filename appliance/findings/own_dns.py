"""Finding: the device asks a resolver outside the home, past the home's own. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings.addresses import leaves_home
from appliance.findings.kind import Kind, Seen, Words
from sensor.records import DnsQuery, Record


def look(record: Record) -> Seen | None:
    """Return the resolver of a readable DNS question that left the home."""
    if type(record) is not DnsQuery or not leaves_home(record.client, record.resolver):
        return None  # also the router by its public address
    return Seen(f"asks the resolver {record.resolver}", record.uid)


KIND: Final = Kind(
    code="own_dns",
    severity=1,
    title="Uses its own name service",
    sentence="{device} looks up names at a company outside your home instead of at your router.",
    do="Nothing is broken. A filter in your router does not cover this device.",
    cannot_prove="Why it does so; many makers do it so that the device works behind bad routers.",
    rules=("GDPR art. 5(1)(c)",),
    reads=(DnsQuery,),
    look=look,
    french=Words(
        title="Utilise son propre service de noms",
        sentence="{device} demande les noms à une entreprise hors de chez vous au lieu de votre box.",
        do="Rien n'est cassé. Un filtre dans votre box ne couvre pas cet appareil.",
        cannot_prove="Pourquoi il le fait ; beaucoup de fabricants veulent ainsi que l'appareil marche "
        "derrière de mauvaises box.",
    ),
)
