"""What the native meter hands on packed is what its records say."""

from __future__ import annotations

import random
import struct
from pathlib import Path
from typing import Any

import pytest

from sensor.capture.file import blocks
from sensor.meter import Block, new_meter
from sensor.meter.packed import FLOW_BYTES, unpacked
from sensor.meter.reference import ReferenceMeter
from sensor.packet import Packet
from sensor.records import FlowRecord

from . import frames as f

CAPTURES = Path(__file__).parents[2] / "captures"

pytestmark = pytest.mark.skipif(
    isinstance(new_meter(), ReferenceMeter),
    reason="the native meter is not built: setup.py build_ext --inplace",
)


def flows(items: Any) -> list[FlowRecord]:
    return [item for item in items if isinstance(item, FlowRecord)]


@pytest.mark.parametrize("capture", sorted(CAPTURES.glob("*.pcap"))[::5], ids=lambda path: path.stem)
def test_packed_flows_say_the_same(capture: Path) -> None:
    meter: Any = new_meter(True)
    batches = [meter.feed(block) for block in blocks(capture)]
    while batches[-1]:
        batches.append(meter.flush(3))
    for batch in batches:
        assert [*unpacked(batch.flows())] == flows(batch)
        assert memoryview(batch).nbytes == len(batch) * FLOW_BYTES


def test_what_is_no_whole_flow_is_refused() -> None:
    with pytest.raises(struct.error):
        list(unpacked(bytes(FLOW_BYTES + 1)))


def test_a_batch_is_a_sequence_that_outlives_its_meter() -> None:
    meter = new_meter(True)
    request = f.up(f.ACK, b"GET / HTTP/1.1\r\n", seq=1)
    frames = [f.up(f.SYN), request, f.ethernet(b"\x45"), f.ethernet(bytes(28), 0x0806)]
    batch = meter.feed(f.one_block(f.pcap(*frames)))
    del meter
    assert [type(item).__name__ for item in batch] == ["Packet", "Weird", "Packet"]
    assert batch[0] == batch[-3] == next(iter(batch))
    with pytest.raises(IndexError):
        batch[3]


def test_a_payload_across_two_blocks_stays_whole() -> None:
    """What lies across them is put together in a place that is used again for the next."""
    frames = [f.up(f.ACK, b"GET /%d HTTP/1.1\r\n" % n, seq=1 + 100 * n) for n in range(5)]
    data, meter = f.pcap(*frames), new_meter(True)
    cuts = range(60, len(data), 71)
    batches = [meter.feed(piece) for piece in f.cut_into(data, list(cuts))]
    packets = [item for batch in batches for item in batch if isinstance(item, Packet)]
    reference = ReferenceMeter(10).feed(f.one_block(data))
    assert packets == [item for item in reference if isinstance(item, Packet)]


def test_more_items_than_a_batch_has_room_for() -> None:
    rng, meter = random.Random(4), new_meter(True)
    frames = (f.ethernet(f.ipv4(f.udp(rng.randrange(65536), 53, b"x"), 17)) for _ in range(70_000))
    data = f.pcap(*((0, frame) for frame in frames))
    assert len(meter.feed(Block(data, "pcap", True, True))) == 70_000
