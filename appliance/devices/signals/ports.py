"""The services a device answers on, seen in flows to it. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from appliance.devices.device import Evidence
from appliance.devices.evidence import from_rules
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import FlowRecord

_SYN_ACK: Final = 0x12  # RFC 9293 §3.1


class _Responder(NamedTuple):
    ts: float
    mac: str | None


def answered(flow: FlowRecord) -> bool:
    """Return whether the responder accepted the flow: a reply, and for TCP one with SYN and ACK."""
    if flow.resp_pkts == 0 or flow.resp_p == 0:
        return False
    return flow.proto != "tcp" or flow.resp_tcp_flags & _SYN_ACK == _SYN_ACK


def evidence(record: FlowRecord, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield what the port tells of the responder."""
    if answered(record):
        service = f"{record.proto}/{record.resp_p}"
        reason = f"it answers on {service}"
        rules = knowledge.match("port", service)
        yield from from_rules(rules, "ports", reason, _Responder(record.ts, record.resp_mac), knowledge)
