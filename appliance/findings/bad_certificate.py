"""Finding: a server showed a certificate that nobody should accept. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings.addresses import leaves_home
from appliance.findings.kind import Kind, Seen, Words
from sensor.records import Record, TlsCertificate

DAY_S: Final = 86_400.0


def look(record: Record) -> Seen | None:
    """Return what is wrong with a certificate that TLS up to 1.2 shows: expired, or signed by itself.

    One that is not valid yet is passed: a gateway that has just started may have the wrong time.
    """
    if type(record) is not TlsCertificate or not leaves_home(record.client, record.server):
        return None
    late = record.ts - record.not_after
    if late > 0:
        return Seen(f"was shown a certificate that ended {int(late // DAY_S)} days ago", record.uid)
    if record.self_signed and record.chain <= 1:
        return Seen("was shown a certificate that its server signed itself", record.uid)
    return None


KIND: Final = Kind(
    code="bad_certificate",
    severity=2,
    title="Doubtful proof of identity",
    sentence="A server that {device} talks to could not prove properly who it is.",
    do="Look for an update. If it stays so, ask the maker why the certificate is not a proper one.",
    cannot_prove="That the device accepted it: it may have hung up, or know this very certificate by heart.",
    rules=("GDPR art. 32", "ETSI EN 303 645 5.5-1", "RED art. 3(3)(e), EN 18031-2"),
    reads=(TlsCertificate,),
    look=look,
    french=Words(
        title="Preuve d'identité douteuse",
        sentence="Un serveur avec lequel {device} communique n'a pas bien pu prouver son identité.",
        do="Cherchez une mise à jour. Si cela dure, demandez au fabricant pourquoi le certificat n'est "
        "pas bon.",
        cannot_prove="Que l'appareil l'ait accepté : il a pu raccrocher, ou connaître ce certificat-là.",
    ),
)
