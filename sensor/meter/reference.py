"""The meter in plain Python: the oracle of the native one, and its stand-in where nothing can be compiled.

Does no I/O and has no clock: every timeout runs on the watermark, the latest capture time seen. Both meters
give the same list for the same packets, however these were cut into blocks.

Timeouts: a flow is looked at when its second on the wheel comes, and put back if it was active meanwhile.
Between two of its own packets its exact idle time counts, so what belongs to which flow does not depend on
the wheel.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from sensor.communityid import community_id
from sensor.meter.block import Block
from sensor.meter.flowid import NO_VLAN, Ends, address_text, flow_key, mac_text, seconds, uid
from sensor.meter.items import Item
from sensor.meter.link import Bad
from sensor.meter.names import MAX_FLOWS, OTHER_KINDS, PROTOCOLS, SCTP, TCP, UDP
from sensor.meter.parse import Ip, Other, parse
from sensor.meter.ring import Corrupt, RingFrame, packets, ring_frames, tagged
from sensor.meter.select import DISSECTED, Side, begins_anew, selected
from sensor.meter.walk import Frame, Walk
from sensor.packet import Packet
from sensor.records import FlowRecord, Loss, Weird

TCP_IDLE_S: Final = 300
IDLE_S: Final = 60
ACTIVE_S: Final = 300
CLOSED_S: Final = 5
"""Seconds in which the last acknowledgements still join a closed TCP flow."""

WHEEL_S: Final = 512
"""Seconds on the wheel: the next power of two above the longest timeout."""

BACK_S: Final = 60
"""Packets so much older than the watermark are late; older ones mean that the clock was set back. Then every
flow ends and the watermark begins anew: waiting for the time that was would keep flows open for as long."""

SERVICE_PORTS: Final = 1024
"""Ports below are services' (RFC 6335 §6): who sends from one to a port above is the responder."""

PART_BYTES: Final = 0xFFFFFFFF
"""Wire bytes of a direction beyond which a part ends early: what the native counters hold."""

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10


@dataclass(slots=True)
class Counts:
    """What one end of a flow sent in this part."""

    packets: int = 0
    wire: int = 0
    ip: int = 0
    payload: int = 0
    flags: int = 0


@dataclass(slots=True)
class Flow:
    """One flow in the table. Ends are 0 and 1 in the order of its key."""

    key: bytes
    proto: int
    vlan: int
    addresses: tuple[bytes, bytes]
    ports: tuple[int, int]
    start_ns: int = 0
    first_ns: int = 0  # of this part
    last_ns: int = 0
    seen_s: int = 0  # watermark at the last packet
    orig: int = 0  # which end
    part: int = 0
    closed: bool = False
    fins: int = 0  # bit 0 and 1: that end sent FIN
    macs: list[bytes | None] = field(default_factory=lambda: [None, None])
    orig_dst_mac: bytes | None = None
    counts: tuple[Counts, Counts] = field(default_factory=lambda: (Counts(), Counts()))
    sides: tuple[Side, Side] = field(default_factory=lambda: (Side(), Side()))
    slot: int = 0

    def timeout_s(self) -> int:
        if self.closed:
            return CLOSED_S
        return TCP_IDLE_S if self.proto == TCP else IDLE_S

    def due_s(self) -> int:
        """Return the watermark second in which the flow's timeout has surely passed."""
        return self.seen_s + self.timeout_s() + 1

    def uid(self) -> str:
        return uid(self.key, self.start_ns)


class ReferenceMeter:
    """See `sensor.meter.Meter`."""

    def __init__(self, max_flows: int = MAX_FLOWS) -> None:
        self._max_flows = max_flows
        self._walk = Walk()
        self._flows: dict[bytes, Flow] = {}
        self._wheel: list[dict[bytes, Flow]] = [{} for _ in range(WHEEL_S)]
        self._now_s = -1  # watermark in seconds; -1 before the first frame
        self._out: list[Item] = []
        self._flushing: deque[Flow] = deque()
        self._stats = dict.fromkeys(
            ["packets", "wire_bytes", "flow_packets", "weird_packets", "flows", "evictions"], 0
        ) | {f"other_{kind}": 0 for kind in OTHER_KINDS}

    def feed(self, block: Block) -> list[Item]:
        if self._flushing:
            raise RuntimeError("flush until it returns nothing before feeding again")
        self._out = []
        if block.format == "ring":
            self._ring(bytes(block.data))
            return self._out
        for item in self._walk.feed(block):
            if isinstance(item, Frame):
                self.frame(item)
            else:
                self._stats["packets"] += isinstance(item, Weird)
                self._stats["weird_packets"] += isinstance(item, Weird)
                self._out.append(item)
        return self._out

    def flush(self, most: int | None = None) -> list[Item]:
        if not self._flushing:
            self._flushing.extend(self._taken())
        self._out = []
        while self._flushing and (most is None or len(self._out) < most):
            self._report(self._flushing.popleft(), "flush")
        return self._out

    def _taken(self) -> list[Flow]:
        """Empty the table and begin anew; return what was in it, by time and uid."""
        flows = sorted(self._flows.values(), key=lambda flow: (flow.first_ns, flow.uid()))
        self._flows, self._wheel = {}, [{} for _ in range(WHEEL_S)]
        self._now_s = -1
        return flows

    def tick(self, ts_ns: int) -> list[Item]:
        if self._flushing or ts_ns < 0:
            raise ValueError("expected nanoseconds since 1970, and no flush under way")
        self._out = []
        self._advance(ts_ns // 1_000_000_000)
        return self._out

    def stats(self) -> dict[str, int]:
        return dict(self._stats)

    def frame(self, frame: Frame) -> None:
        """Count one frame: the entry below every file format."""
        self._advance(frame.ts_ns // 1_000_000_000)
        found = parse(frame.link, frame.data, frame.wire)
        if isinstance(found, Ip):
            self._ip(frame, found)
        else:
            self._no_flow(frame, found)

    def ring_frame(self, ring: RingFrame) -> None:
        """Count one frame of the kernel's ring."""
        frame = ring.frame
        self._walk.last_ns = frame.ts_ns
        self._advance(frame.ts_ns // 1_000_000_000)
        found = parse(frame.link, frame.data, frame.wire)
        if isinstance(found, Ip):
            for one, ip, further in packets(ring, found):
                self._ip(one, ip, further)
        else:
            self._no_flow(tagged(ring), found)

    def _ring(self, block: bytes) -> None:
        for item in ring_frames(block):
            if isinstance(item, Corrupt):
                ts = seconds(self._walk.last_ns)
                self._out.append(Loss(ts, ts, "corrupt_block", item.lost, item.detail))
            else:
                self.ring_frame(item)

    def _no_flow(self, frame: Frame, found: Bad | Other) -> None:
        """Count a frame that is in no flow."""
        self._stats["packets"] += 1
        self._stats["wire_bytes"] += frame.wire
        if isinstance(found, Bad):
            self._stats["weird_packets"] += 1
            self._out.append(Weird(seconds(frame.ts_ns), found.name, None, None, None, found.detail))
            return
        self._stats[f"other_{found.kind}"] += 1
        if found.kind in DISSECTED:
            self._out.append(_other(frame, found))

    # the flow table

    def _ip(self, frame: Frame, ip: Ip, further: int = 0) -> None:
        """Count a packet in its flow; `further` more were joined to it, their lengths already added."""
        for name, count in (
            ("packets", 1 + further),
            ("flow_packets", 1 + further),
            ("wire_bytes", frame.wire),
        ):
            self._stats[name] += count
        swap = (ip.src, ip.sport) > (ip.dst, ip.dport)
        ends = (ip.dst, ip.dport, ip.src, ip.sport) if swap else (ip.src, ip.sport, ip.dst, ip.dport)
        key = flow_key(ends, ip.proto, ip.vlan)
        flow = self._flows.get(key)
        if flow is None:
            flow = self._new_flow(key, ip, ends)
            self._begin(flow, frame, ip, int(swap))
            self._link(flow)
        else:
            self._divide(flow, frame, ip, int(swap))
        flow.counts[int(swap)].packets += further
        self._count(flow, frame, ip, int(swap))

    def _new_flow(self, key: bytes, ip: Ip, ends: Ends) -> Flow:
        if len(self._flows) >= self._max_flows:
            self._evict()
        flow = Flow(key, ip.proto, ip.vlan, (ends[0], ends[2]), (ends[1], ends[3]))
        self._flows[key] = flow
        return flow

    def _begin(self, flow: Flow, frame: Frame, ip: Ip, end: int) -> None:
        """Make the flow one that begins with this packet of the given end."""
        self._stats["flows"] += 1
        flow.start_ns = flow.first_ns = flow.last_ns = frame.ts_ns
        flow.seen_s = self._now_s
        flow.orig = 1 - end if _from_responder(ip) else end
        flow.part, flow.closed, flow.fins = 0, False, 0
        flow.macs, flow.orig_dst_mac = [None, None], None
        flow.counts, flow.sides = (Counts(), Counts()), (Side(), Side())

    def _divide(self, flow: Flow, frame: Frame, ip: Ip, end: int) -> None:
        """Report what ends before this packet: the flow, or a part of it."""
        opening = ip.proto == TCP and ip.flags & (SYN | ACK) == SYN
        idle = frame.ts_ns - flow.last_ns > flow.timeout_s() * 1_000_000_000
        anew = opening and (flow.closed or begins_anew(ip, flow.sides[end]))
        if idle or anew:
            self._report(flow, "idle" if idle and not flow.closed else "closed")
            self._begin(flow, frame, ip, end)
        elif (
            frame.ts_ns - flow.first_ns >= ACTIVE_S * 1_000_000_000
            or flow.counts[end].wire + frame.wire > PART_BYTES
        ):
            self._report(flow, "active")
            flow.part += 1
            flow.first_ns = flow.last_ns = frame.ts_ns
            flow.counts = (Counts(), Counts())

    def _count(self, flow: Flow, frame: Frame, ip: Ip, end: int) -> None:
        counts = flow.counts[end]
        counts.packets += 1
        counts.wire += frame.wire
        counts.ip += ip.ip_bytes
        counts.payload += ip.payload_bytes
        counts.flags |= ip.flags
        flow.last_ns = max(flow.last_ns, frame.ts_ns)
        flow.seen_s = self._now_s
        if flow.macs[end] is None:
            flow.macs[end] = ip.src_mac
        if flow.orig_dst_mac is None and end == flow.orig:
            flow.orig_dst_mac = ip.dst_mac
        if ip.flags & (FIN | RST):
            self._ending(flow, ip.flags, end)
        if ip.weird:
            self._out.append(_weird(frame, ip, flow.uid()))
        if selected(ip, flow.sides[end]):
            self._out.append(_packet(frame, ip, flow.uid(), end == flow.orig))

    def _ending(self, flow: Flow, flags: int, end: int) -> None:
        """A reset closes a TCP flow, as do both ends' FINs; its timeout is then short."""
        if flags & FIN:
            flow.fins |= 1 << end
        if not flow.closed and (flags & RST or flow.fins == 3):
            flow.closed = True
            del self._wheel[flow.slot][flow.key]
            self._link(flow)

    # time

    def _link(self, flow: Flow) -> None:
        flow.slot = flow.due_s() % WHEEL_S
        self._wheel[flow.slot][flow.key] = flow

    def _advance(self, ts_s: int) -> None:
        """Move the watermark to this time, if it is later or far back, and report every flow that is due."""
        if ts_s < self._now_s - BACK_S:
            for flow in self._taken():
                self._report(flow, "closed" if flow.closed else "idle")
        if self._now_s < 0:
            self._now_s = ts_s
        before, self._now_s = self._now_s, max(self._now_s, ts_s)
        for second in range(before + 1, min(self._now_s, before + WHEEL_S) + 1):
            slot = second % WHEEL_S
            flows, self._wheel[slot] = self._wheel[slot], {}
            for flow in flows.values():
                if flow.due_s() > self._now_s:
                    self._link(flow)
                else:
                    del self._flows[flow.key]
                    self._report(flow, "closed" if flow.closed else "idle")

    def _evict(self) -> None:
        """Drop the flow whose timeout is the nearest."""
        for second in range(self._now_s + 1, self._now_s + WHEEL_S):
            flows = self._wheel[second % WHEEL_S]
            while flows:
                flow = flows.pop(next(iter(flows)))
                if flow.due_s() > second:
                    self._link(flow)
                    continue
                del self._flows[flow.key]
                self._stats["evictions"] += 1
                self._report(flow, "evicted")
                return

    # records

    def _report(self, flow: Flow, end: str) -> None:
        orig, resp = flow.orig, 1 - flow.orig
        sent, answered = flow.counts[orig], flow.counts[resp]
        ends = (flow.addresses[orig], flow.ports[orig], flow.addresses[resp], flow.ports[resp])
        record = FlowRecord(
            ts=seconds(flow.first_ns),
            duration_s=seconds(flow.last_ns - flow.first_ns),
            uid=flow.uid(),
            community_id=community_id(flow.proto, *ends),
            part=flow.part,
            proto=PROTOCOLS[flow.proto],
            orig_h=address_text(ends[0]),
            orig_p=ends[1],
            resp_h=address_text(ends[2]),
            resp_p=ends[3],
            orig_pkts=sent.packets,
            resp_pkts=answered.packets,
            orig_wire_bytes=sent.wire,
            resp_wire_bytes=answered.wire,
            orig_ip_bytes=sent.ip,
            resp_ip_bytes=answered.ip,
            orig_bytes=sent.payload,
            resp_bytes=answered.payload,
            orig_mac=mac_text(flow.macs[orig]),
            resp_mac=mac_text(flow.macs[resp]),
            orig_dst_mac=mac_text(flow.orig_dst_mac),
            vlan=None if flow.vlan == NO_VLAN else flow.vlan,
            orig_tcp_flags=sent.flags,
            resp_tcp_flags=answered.flags,
            end=end,
        )
        self._out.append(record)


def _from_responder(ip: Ip) -> bool:
    """Say whether a flow's first packet was sent by its responder.

    TCP tells by SYN. Otherwise the sender is the originator, unless it sends from a service's port to a
    client's, and to one host: announcements to a group are nobody's answer.
    """
    if ip.proto == TCP and ip.flags & SYN:
        return bool(ip.flags & ACK)
    if ip.proto not in (TCP, UDP, SCTP) or not 0 < ip.sport < SERVICE_PORTS <= ip.dport:
        return False
    group_mac = ip.dst_mac is not None and ip.dst_mac[0] & 1
    return not (group_mac or _is_group(ip.dst))


def _is_group(address: bytes) -> bool:
    """Say whether an address is multicast or the limited broadcast."""
    return 224 <= address[0] < 240 or address == b"\xff" * 4 if len(address) == 4 else address[0] == 0xFF


_KINDS: Final = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmp6"}


def _packet(frame: Frame, ip: Ip, flow_uid: str, is_orig: bool) -> Packet:
    seq = ip.fragment or (ip.seq + bool(ip.flags & SYN)) & 0xFFFFFFFF
    return Packet(
        seconds(frame.ts_ns),
        flow_uid,
        "fragment" if ip.fragment and ip.proto == UDP else _KINDS[ip.proto],
        address_text(ip.src),
        ip.sport,
        address_text(ip.dst),
        ip.dport,
        mac_text(ip.src_mac),
        mac_text(ip.dst_mac),
        is_orig,
        seq,
        ip.payload,
        ip.cut if not ip.fragment else len(ip.payload) < ip.payload_bytes,
    )


def _other(frame: Frame, other: Other) -> Packet:
    """A frame without IP. Addresses are those of ARP for Ethernet and IPv4 (RFC 826), else empty."""
    body = other.body
    readable = other.kind == "arp" and len(body) >= 28 and body[2:6] == b"\x08\x00\x06\x04"
    src, dst = (address_text(body[14:18]), address_text(body[24:28])) if readable else ("", "")
    macs = mac_text(other.src_mac), mac_text(other.dst_mac)
    return Packet(seconds(frame.ts_ns), "", other.kind, src, 0, dst, 0, *macs, True, 0, body, False)


def _weird(frame: Frame, ip: Ip, flow_uid: str) -> Weird:
    """A packet that was counted in its flow although its lengths contradict each other."""
    detail = f"read {ip.ip_bytes} bytes of IP in a frame of {frame.wire}, lengths that do not agree"
    addresses = address_text(ip.src), address_text(ip.dst)
    return Weird(seconds(frame.ts_ns), ip.weird, flow_uid, *addresses, detail)
