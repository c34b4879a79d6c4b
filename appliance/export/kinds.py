"""What can be exported: each kind with the record types whose fields are its columns."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from appliance.behaviour.facts import Change
from appliance.devices.device import DeviceRecord
from appliance.flowrow import FlowRow
from appliance.parties.party import PartyRecord
from sensor.records import DhcpAck, DhcpRequest, DnsAnswer, TlsClientHello

Row = tuple[Any, ...]


class ExportError(Exception):
    """An export cannot be made: what was read, what was expected, what to do."""


class Kind(NamedTuple):
    """One thing to export."""

    name: str
    types: tuple[type[Any], ...]
    added: tuple[str, ...] = ()  # columns that are no fields of the records

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns: what is added, then every field of the records, each once."""
        fields = [field for record_type in self.types for field in record_type._fields]
        return tuple(dict.fromkeys((*self.added, *fields)))


FLOWS: Final = Kind("flows", (FlowRow,))
DNS: Final = Kind("dns", (DnsAnswer,), ("device", "community_id"))
TLS: Final = Kind("tls", (TlsClientHello,), ("device", "community_id"))
DHCP: Final = Kind("dhcp", (DhcpRequest, DhcpAck), ("device", "type"))
DEVICES: Final = Kind("devices", (DeviceRecord,))
PARTIES: Final = Kind("parties", (PartyRecord,))
CHANGES: Final = Kind("changes", (Change,))

KINDS: Final = (FLOWS, DNS, TLS, DHCP, DEVICES, PARTIES, CHANGES)
"""Every kind, in the order of the command's help."""

BY_NAME: Final = {kind.name: kind for kind in KINDS}
