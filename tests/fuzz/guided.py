"""What libFuzzer's inputs are (guided.c), and where they begin: python -m tests.fuzz.guided FOLDER

An input is two bytes and then a capture as it is written to a file, or a block of the kernel's ring. The
first byte says which; the second, after how many bytes it is cut in two, as reading it in pieces would.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from sensor.meter import Block, new_meter
from sensor.pipeline import Pipeline
from tests.fuzz.seeds import CAPTURES, conversations
from tests.sensor.meter import frames as f
from tests.sensor.meter.test_ring import Sent, ring_block

FORMATS: Final = ("pcap", "pcapng", "ring")
CUT_BYTES: Final = 16
"""The cut moves in such steps: 256 of them cover any input."""

LONGEST_SEED: Final = 8192


def take(data: bytes, native: bool = True) -> None:
    """Read one input as the sensor would, natively or in plain Python. Nothing may be raised."""
    if len(data) < 2:
        return
    kind, cut, body = FORMATS[data[0] % len(FORMATS)], data[1] * CUT_BYTES, data[2:]
    pipeline = Pipeline(new_meter(native, max_flows=64), native)
    pieces = [body] if kind == "ring" else [body[:cut], body[cut:]]
    for number, piece in enumerate(pieces):
        list(pipeline.feed(Block(piece, kind, number == 0, number == len(pieces) - 1)))
    list(pipeline.flush())


def seeds() -> dict[str, bytes]:
    """Return the first inputs by name: every sample capture, as pcap, pcapng and ring."""
    found = {path.name: b"\0\4" + path.read_bytes() for path in CAPTURES.glob("*.pcap")}
    for number, frames in enumerate(conversations()):
        ng = f.section() + f.interface() + b"".join(f.enhanced(frame, at) for at, frame in enumerate(frames))
        found[f"{number}.pcapng"] = b"\1\0" + ng
        found[f"{number}.ring"] = b"\2\0" + ring_block(*(Sent(frame) for frame in frames))
    return {name: data for name, data in found.items() if len(data) <= LONGEST_SEED}


def main() -> None:
    folder = Path(sys.argv[1])
    for name, data in seeds().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
