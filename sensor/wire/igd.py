"""Port-mapping requests of UPnP's Internet Gateway Device (WANIPConnection:1 §2.4.16, §2.4.18). No I/O.

They are SOAP, an XML text inside an HTTP request. No XML parser is let near it (entities, depth): the few
elements that are wanted hold plain text and are looked for by name.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from sensor.wire.text import printable

_ACTION: Final = re.compile(
    rb'^"?urn:schemas-upnp-org:service:WAN(?:IP|PPP)Connection:\d#(Add|Delete)PortMapping"?$'
).match
_ELEMENT: Final = re.compile(
    rb"<(?:\w{1,8}:)?(NewExternalPort|NewProtocol|NewInternalPort|NewInternalClient|NewPortMappingDescription"
    rb"|NewLeaseDuration)(?:\s[^>]{0,100})?>([^<]{0,255})<"
)


class Mapping(NamedTuple):
    """See PortMapping for the fields."""

    action: str
    proto: str
    internal_address: str | None
    internal_port: int | None
    external_port: int | None
    lifetime_s: int | None
    description: str | None


def parse(soap_action: bytes, body: bytes) -> Mapping | None:
    """Return the mapping asked for by a request with this SOAPAction header, None for other actions."""
    action = _ACTION(soap_action)
    if not action:
        return None
    values = {match[1]: match[2].strip() for match in _ELEMENT.finditer(body)}
    return Mapping(
        action[1].decode("ascii").lower(),
        printable(values.get(b"NewProtocol", b"")).lower(),
        _text(values.get(b"NewInternalClient")),
        _number(values.get(b"NewInternalPort")),
        _number(values.get(b"NewExternalPort")),
        _number(values.get(b"NewLeaseDuration")),
        _text(values.get(b"NewPortMappingDescription")),
    )


def _text(value: bytes | None) -> str | None:
    return None if value is None else printable(value)


def _number(value: bytes | None) -> int | None:
    return int(value) if value and value.isdigit() and len(value) <= 10 else None
