"""Finding: the device hides which names it looks up or talks to. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings.addresses import leaves_home
from appliance.findings.kind import Kind, Seen, Words
from sensor.records import EncryptedDns, FlowRecord, Record, TlsClientHello, Tunnel

DOT_PORT: Final = 853
"""DNS over TLS (RFC 7858) and over QUIC (RFC 9250)."""


def look(record: Record) -> Seen | None:
    """Return how names were hidden: ECH, DNS over HTTPS, DNS over TLS or QUIC (by port), a tunnel."""
    if type(record) is TlsClientHello and record.ech and leaves_home(record.src, record.dst):
        return Seen("encrypts the name it asks for (ECH)", record.uid)
    if type(record) is EncryptedDns and record.kind == "doh" and leaves_home(record.src, record.dst):
        return Seen(f"looks up names over HTTPS at {record.server_name or record.dst}", record.uid)
    if type(record) is Tunnel and leaves_home(record.src, record.dst):
        return Seen(f"talks through a tunnel ({record.kind}) to {record.dst}", record.uid)
    if type(record) is FlowRecord and record.resp_p == DOT_PORT and leaves_home(record.orig_h, record.resp_h):
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
    reads=(TlsClientHello, EncryptedDns, Tunnel, FlowRecord),
    look=look,
    french=Words(
        title="Cache certains noms",
        sentence="{device} chiffre certains des noms qu'il utilise : nous ne pouvons pas vous dire tous "
        "ses destinataires.",
        do="Cela n'a rien de mal en soi : les noms sont aussi cachés aux inconnus. Notre liste peut être "
        "incomplète.",
        cannot_prove="Que quelque chose soit dissimulé exprès.",
    ),
)
