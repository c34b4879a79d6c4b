"""Finding: the device answers in the home on a service that protects nothing. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings.addresses import leaves_home
from appliance.findings.kind import ASKED, Kind, Seen, Words
from sensor.records import FlowRecord, Record, RtspRequest

_SYN_ACK: Final = 0x12

SERVICES: Final = {
    21: "FTP",
    23: "Telnet",
    69: "TFTP",
    513: "rlogin",
    514: "rsh",
    2323: "Telnet",
    4321: "a maker's shell",
    5555: "Android debugging",
    5900: "VNC",
}
"""TCP services that carry passwords or pictures readably, or ask for none, on their usual ports (IANA)."""


def look(record: Record) -> Seen | None:
    """Return the service on which the device accepted a connection from within the home."""
    if type(record) is RtspRequest:
        if (
            record.authorization is None
            and record.method == "PLAY"
            and not leaves_home(record.dst, record.src)
        ):
            return Seen("shows its pictures to anyone in the home (RTSP without password)", record.uid)
        return None
    if type(record) is not FlowRecord or record.proto != "tcp" or record.part:
        return None
    service = SERVICES.get(record.resp_p)
    if (
        service is None
        or record.resp_tcp_flags & _SYN_ACK != _SYN_ACK
        or leaves_home(record.resp_h, record.orig_h)
    ):
        return None
    return Seen(f"answers on {service} (port {record.resp_p})", record.uid)


KIND: Final = Kind(
    code="open_service",
    severity=2,
    title="Open to the whole home",
    sentence="{device} offers a way in to everything in your home that is not properly protected.",
    do="Look for an update, or a setting that switches it off. Keep the device in a network of its own.",
    cannot_prove="That it has no password, or a known one: we try none.",
    rules=("PSTI Sch. 1 para. 1", "ETSI EN 303 645 5.1-1", "ETSI EN 303 645 5.6-1"),
    reads=(RtspRequest, FlowRecord),
    look=look,
    french=Words(
        title="Ouvert à toute la maison",
        sentence="{device} offre à tout ce qui est chez vous un accès mal protégé.",
        do="Cherchez une mise à jour ou un réglage qui le désactive. Mettez l'appareil dans un réseau à "
        "part.",
        cannot_prove="Qu'il n'ait pas de mot de passe, ou un mot de passe connu : nous n'en essayons aucun.",
    ),
    side=ASKED,
)
