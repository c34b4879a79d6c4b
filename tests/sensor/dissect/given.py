"""Packets as a meter would hand them up, and a way to read them, for the dissectors' tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from sensor.packet import Packet
from sensor.pipeline import Pipeline
from sensor.records import FlowRecord, Loss, Record, Weird

CLIENT, CLIENT_MAC = "192.168.4.21", "02:54:42:00:00:21"
SERVER, SERVER_MAC = "203.0.113.7", "02:54:42:00:00:01"


class GivenMeter:
    """A meter that hands up what it is given: the pipeline's tests begin behind the metering."""

    def feed(
        self, block: list[Packet | FlowRecord | Weird | Loss]
    ) -> list[Packet | FlowRecord | Weird | Loss]:
        return block

    def flush(self, most: int | None = None) -> list[Packet | FlowRecord | Weird | Loss]:
        return []


def packet(payload: bytes, **fields: Any) -> Packet:
    """Return a UDP packet from the client to the server, with these fields instead of the usual ones."""
    usual: dict[str, Any] = {
        "ts": 1.0,
        "uid": "F1",
        "kind": "udp",
        "src": CLIENT,
        "sport": 40000,
        "dst": SERVER,
        "dport": 40001,
        "src_mac": CLIENT_MAC,
        "dst_mac": SERVER_MAC,
        "is_orig": True,
        "seq": 0,
        "cut": False,
    }
    return Packet(payload=payload, **(usual | fields))


def segments(parts: Iterable[bytes], *, seq: int = 1000, **fields: Any) -> list[Packet]:
    """Return the parts as TCP segments that follow one another."""
    found = []
    for part in parts:
        found.append(packet(part, kind="tcp", seq=seq & 0xFFFFFFFF, **fields))
        seq += len(part)
    return found


def read(*packets: Packet) -> list[Record]:
    """Return the records of a capture with these packets."""
    pipeline = Pipeline(GivenMeter())
    return [*pipeline.feed(list(packets)), *pipeline.flush()]


def weird_names(records: Iterable[Record]) -> list[str]:
    """Return the names of the Weirds among the records."""
    return [record.name for record in records if isinstance(record, Weird)]


@st.composite
def mutated(draw: st.DrawFn, messages: list[bytes]) -> bytes:
    """Draw one of the messages with some bytes changed, cut out or put in."""
    data = bytearray(draw(st.sampled_from(messages)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        size = draw(st.integers(0, 4))
        data[at : at + size] = draw(st.binary(max_size=4))
    return bytes(data)
