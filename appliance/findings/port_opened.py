"""Finding: the device asks the router to let the internet in. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings.kind import Kind, Seen, Words
from sensor.records import PortMapping, Record


def look(record: Record) -> Seen | None:
    """Return the opening that a device asked its router for (UPnP IGD, NAT-PMP, PCP)."""
    if type(record) is not PortMapping or record.action != "add":
        return None
    port = f"port {record.external_port}" if record.external_port else "a port of the router's choice"
    inside = f" to {record.internal_address}" if record.internal_address not in {None, record.src} else ""
    return Seen(f"asked {record.dst} to open {record.proto} {port}{inside}", record.uid)


KIND: Final = Kind(
    code="port_opened",
    severity=3,
    title="Asks for an open door",
    sentence="{device} asked your router to open a door from the internet.",
    do="Switch off UPnP in your router unless you need it, and ask the maker what the door is for.",
    cannot_prove="That the router opened it, or that anybody came in.",
    rules=("ETSI EN 303 645 5.6-1", "CRA Annex I"),
    reads=(PortMapping,),
    look=look,
    french=Words(
        title="Demande une porte ouverte",
        sentence="{device} a demandé à votre box d'ouvrir une porte depuis internet.",
        do="Désactivez UPnP dans votre box si vous n'en avez pas besoin, et demandez au fabricant à quoi "
        "sert "
        "cette porte.",
        cannot_prove="Que la box l'ait ouverte, ni que quelqu'un soit entré.",
    ),
)
