"""Finding: somebody on the internet reached the device. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings.addresses import is_outside, leaves_home
from appliance.findings.kind import ASKED, Kind, Seen, Words
from sensor.records import FlowRecord, Record

SYN_ACK: Final = 0x12
"""Flags of the answer that accepts a connection (RFC 9293 §3.5)."""


def look(record: Record) -> Seen | None:
    """Return the connection that the internet began and the device accepted."""
    if type(record) is not FlowRecord or record.proto != "tcp" or record.part:
        return None
    if record.resp_tcp_flags & SYN_ACK != SYN_ACK or not leaves_home(record.resp_h, record.orig_h):
        return None
    if is_outside(record.resp_h) and ":" not in record.resp_h:
        return None
    return Seen(f"accepted a connection from {record.orig_h} to port {record.resp_p}", record.uid)


KIND: Final = Kind(
    code="reached_from_outside",
    severity=3,
    title="Reached from the internet",
    sentence="Somebody on the internet connected to {device} in your home.",
    do="Close the opening in your router (port forwarding, UPnP), unless you made it yourself.",
    cannot_prove="Who it was, or what was done: your own app on the road looks the same.",
    rules=("ETSI EN 303 645 5.6-1", "CRA Annex I"),
    reads=(FlowRecord,),
    look=look,
    french=Words(
        title="Joint depuis internet",
        sentence="Quelqu'un sur internet s'est connecté à {device}, chez vous.",
        do="Fermez l'ouverture dans votre box (redirection de ports, UPnP), sauf si elle vient de vous.",
        cannot_prove="Qui c'était, ni ce qui a été fait : votre propre application en déplacement a le "
        "même aspect.",
    ),
    side=ASKED,
)
