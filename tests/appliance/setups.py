"""Set-up captures of one device at two ages: made by us, and real ones moved in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import dpkt
from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.inet import UDP
from scapy.packet import Packet
from scapy.utils import wrpcap

from appliance.behaviour.facts import Change, Update
from appliance.home import Home, Knowledge
from sensor.offline import capture_records
from tests.captures.make import GATEWAY, START_TS, connection, dhcp4, down, hello, up

DAY_S = 86_400.0
ADDRESSES = {
    "api.storybox.example": "203.0.113.7",
    "time.storybox.example": "203.0.113.8",
    "collect.tracker.example": "198.51.100.9",
    "ads.banner.example": "198.51.100.10",
}


class Told(NamedTuple):
    """What the appliance says of captures taken one after the other."""

    updates: list[Update]  # restarts left out
    new: set[str]  # domains of new parties
    met: set[str]  # domains to which anything was sent


def setup(path: Path, ts: float, agent: str, *names: str) -> Path:
    """Write the capture of a set-up: an address, then each name asked for and sent to; return its path.

    The first name is spoken to readably, with the agent's version; the others over TLS.
    """
    packets = list(dhcp4())
    for number, name in enumerate(names):
        packets += _met(number, name, agent if number == 0 else None)
    for index, packet in enumerate(packets):
        packet.time = ts + index / 10
    wrpcap(str(path), packets)
    return path


def _met(number: int, name: str, agent: str | None) -> Iterator[Packet]:
    address = ADDRESSES[name]
    asked = DNSQR(qname=name)
    yield up(UDP(sport=40_100 + number, dport=53) / DNS(id=number, rd=1, qd=asked), GATEWAY)
    reply = DNS(id=number, qr=1, ra=1, qd=asked, an=[DNSRR(rrname=name, rdata=address, ttl=60)])
    yield down(UDP(sport=53, dport=40_100 + number) / reply, GATEWAY)
    if agent is None:
        yield from connection(41_100 + number, 443, [hello(name)], dst=address)
        return
    head = f"POST /v1/state HTTP/1.1\r\nHost: {name}\r\nUser-Agent: {agent}\r\nContent-Length: 4\r\n\r\nidle"
    yield from connection(41_100 + number, 80, [head.encode()], dst=address)


def moved(capture: Path, path: Path, days: float, turn: tuple[bytes, bytes] = (b"", b"")) -> Path:
    """Write a real capture `days` later, one run of bytes replaced by another as long; return its path."""
    old, new = turn
    assert len(old) == len(new), "lengths in the packet must stay true"
    with capture.open("rb") as source, path.open("wb") as target:
        reader = dpkt.pcap.Reader(source)
        writer = dpkt.pcap.Writer(target, snaplen=reader.snaplen, linktype=reader.datalink())
        for ts, frame in reader:
            writer.writepkt(frame.replace(old, new) if old else frame, ts=float(ts) + days * DAY_S)
    return path


def told(knowledge: Knowledge, captures: Iterable[Path], mac: str | None = None) -> Told:
    """Return what the appliance says of a device (of all where no MAC is given) in these captures."""
    home = Home(knowledge)
    facts = [
        fact
        for capture in captures
        for record in capture_records([capture], _refuse)
        for fact in home.feed(record)
    ]
    facts += home.advance()
    devices = {it for it in home.devices.ids() if mac is None or mac in home.devices.record(it).macs}
    found = [it for it in facts if isinstance(it, Update | Change) and it.device in devices]
    updates = {it.ts: it for it in found if isinstance(it, Update) and it.certainty != "restarted"}
    new = {it.domain for it in found if isinstance(it, Change) and it.kind == "new_party" and it.domain}
    met = {party.domain for it in devices for party in home.behaviour.party_records(it) if party.contacts}
    return Told(list(updates.values()), new, met)


def _refuse(error: Exception) -> None:
    raise error


__all__ = ["ADDRESSES", "DAY_S", "START_TS", "Told", "moved", "setup", "told"]
