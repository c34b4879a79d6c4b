"""The ports that a device itself sends to: broadcasts at home, its maker's servers outside. Does no I/O.

Bare radio modules say nothing of themselves, but the thing around them calls for its app on a port of its own
(Tuya 6667, D-Link 62976) or speaks to its cloud on an unusual one (Netatmo 25050).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from appliance.devices.device import Evidence
from appliance.devices.evidence import from_rules
from appliance.devices.identity import is_home_range, is_nobody
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import FlowRecord

_FIRST_EPHEMERAL: Final = 1024  # clients ask from above (RFC 6335 §6: system ports lie below)
_WAYS: Final = {
    "broadcast": "it calls everything in the home on {}",
    "remote_port": "it speaks to the internet on {}",
    "port": "it answers on {}",
}


class Call(NamedTuple):
    """One way in which a device uses a port."""

    ts: float
    mac: str | None  # of the device that sent
    way: str  # "broadcast", "remote_port", or "port": it answers a call to everybody from its own port
    port: str  # "udp/6667"


def call_of(flow: FlowRecord) -> Call | None:
    """Return how the originator used a port in this flow, None where that can tell nothing.

    Who answers a broadcast does so in a flow of its own, so the port of the *originator* is the service.
    """
    if flow.proto not in ("udp", "tcp"):
        return None
    way, port = "remote_port", flow.resp_p
    if is_nobody(flow.resp_h):
        way = "broadcast"
    elif is_home_range(flow.resp_h):
        if flow.proto != "udp" or flow.resp_pkts or flow.resp_p < _FIRST_EPHEMERAL:
            return None
        way, port = "port", flow.orig_p
    elif flow.proto == "tcp" and not flow.resp_pkts:
        return None  # nobody there: a look around says nothing of the device
    return Call(flow.ts, flow.orig_mac, way, f"{flow.proto}/{port}")


def evidence(record: Call, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield what the port tells of the originator."""
    rules = knowledge.match(record.way, record.port)
    yield from from_rules(rules, "ports", _WAYS[record.way].format(record.port), record, knowledge)
