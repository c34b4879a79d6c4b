"""Finding: text was sent over the internet that anyone on the way could read. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings.addresses import leaves_home
from appliance.findings.kind import Kind, Seen, Words
from sensor.records import CoapRequest, FlowRecord, HttpRequest, MqttConnect, Record, RtspRequest

_UPLOADS: Final = frozenset(("POST", "PUT", "PATCH"))
_COAP_UPLOADS: Final = frozenset(("POST", "PUT", "PATCH", "iPATCH"))
_RTSP_UPLOADS: Final = frozenset(("ANNOUNCE", "RECORD"))
_SHOWN: Final = 6  # parameter names named in the detail: enough to see what it is about


_ASKS_OF_CERTIFICATE: Final = "application/ocsp-request"
"""Whether a certificate still counts is asked in the clear by design, and answered signed (RFC 6960 A.1)."""

_READABLE_PORTS: Final = {20: "FTP data", 21: "FTP", 23: "Telnet", 2323: "Telnet"}
"""TCP services that never encrypt (RFC 959, RFC 854)."""


def look(record: Record) -> Seen | None:
    """Return what was uploaded readably: over HTTP, MQTT, CoAP, RTSP, FTP or Telnet."""
    if type(record) is HttpRequest:
        return _http(record) if leaves_home(record.src, record.dst) else None
    if type(record) is MqttConnect and leaves_home(record.src, record.dst):
        return Seen(f"MQTT without encryption to port {record.dport}", record.uid)
    if type(record) is CoapRequest and record.method in _COAP_UPLOADS and leaves_home(record.src, record.dst):
        return Seen(f"CoAP {record.method} without encryption", record.uid)
    if type(record) is RtspRequest and record.method in _RTSP_UPLOADS and leaves_home(record.src, record.dst):
        return Seen(f"RTSP {record.method}: sound or pictures without encryption", record.uid)
    if type(record) is FlowRecord and record.proto == "tcp" and record.orig_bytes:
        service = _READABLE_PORTS.get(record.resp_p)
        if service is not None and leaves_home(record.orig_h, record.resp_h):
            return Seen(f"{service} with {record.orig_bytes} bytes", record.uid)
    return None


def _http(record: HttpRequest) -> Seen | None:
    """Return what a request uploaded: a body, or parameters in its address."""
    if record.content_type == _ASKS_OF_CERTIFICATE:
        return None
    if record.method in _UPLOADS and record.content_bytes != 0:
        size = f"{record.content_bytes} bytes" if record.content_bytes is not None else "a body"
        kind = record.content_type or "no declared kind"
        return Seen(f"HTTP {record.method} with {size} ({kind})", record.uid)
    if record.parameters:
        return Seen(f"HTTP {record.method} with fields {', '.join(record.parameters[:_SHOWN])}", record.uid)
    return None


KIND: Final = Kind(
    code="cleartext_upload",
    severity=3,
    title="Sends readable text",
    sentence="{device} sent readable text over the internet. Anyone on the way could read it.",
    do="Ask the maker when this will be encrypted. Until then, do not type or say anything private to it.",
    cannot_prove="That somebody did read it, or what else is inside encrypted traffic.",
    rules=(
        "GDPR art. 32",
        "ETSI EN 303 645 5.5-1",
        "RED art. 3(3)(e), EN 18031-2",
        "FR Data Protection Act art. 34",
    ),
    reads=(HttpRequest, MqttConnect, CoapRequest, RtspRequest, FlowRecord),
    look=look,
    french=Words(
        title="Envoie du texte lisible",
        sentence="{device} a envoyé du texte lisible sur internet. N'importe qui en chemin pouvait le lire.",
        do="Demandez au fabricant quand cela sera chiffré. D'ici là, ne lui confiez rien de privé.",
        cannot_prove="Que quelqu'un l'ait lu, ni ce que contient le trafic chiffré.",
    ),
)
