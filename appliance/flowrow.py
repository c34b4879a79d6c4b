"""A flow as the appliance knows it: the sensor's record with its device, party and name. Does no I/O."""

from __future__ import annotations

from typing import NamedTuple

from sensor.records import FlowRecord


class FlowRow(NamedTuple):
    """`sensor.records.FlowRecord` (see there for each field) and what the home adds to it."""

    ts: float
    duration_s: float
    uid: str
    community_id: str
    part: int
    proto: str
    orig_h: str
    orig_p: int
    resp_h: str
    resp_p: int
    orig_pkts: int
    resp_pkts: int
    orig_wire_bytes: int
    resp_wire_bytes: int
    orig_ip_bytes: int
    resp_ip_bytes: int
    orig_bytes: int
    resp_bytes: int
    orig_mac: str | None
    resp_mac: str | None
    orig_dst_mac: str | None
    vlan: int | None
    orig_tcp_flags: int
    resp_tcp_flags: int
    end: str
    device: str | None  # the device in the home it belongs to; None when neither end is one
    domain: str | None  # key of the party (Party.domain)
    server_name: str | None  # the party's host name as the device asked for it


def flow_row(flow: FlowRecord, device: str | None, domain: str | None, server_name: str | None) -> FlowRow:
    """Return the flow with what the home knows of it."""
    return tuple.__new__(FlowRow, (*flow, device, domain, server_name))
