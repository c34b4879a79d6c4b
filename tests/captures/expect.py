"""Writes the expected records beside each sample capture: `python -m tests.captures.expect`.

A person reads the difference before it is committed: this writes what the sensor says, not what is true.
"""

from __future__ import annotations

from pathlib import Path

from sensor.capture.file import blocks
from sensor.meter import new_meter
from sensor.pipeline import Pipeline
from sensor.records import Record, to_json

FOLDER = Path(__file__).parent


def records(capture: Path, native: bool) -> list[Record]:
    """Return what the whole sensor says of a capture, with the native meter or the plain one."""
    pipeline = Pipeline(new_meter(native))
    return [*(record for block in blocks(capture) for record in pipeline.feed(block)), *pipeline.flush()]


def main() -> None:
    """Write one .jsonl for each .pcap."""
    for capture in sorted(FOLDER.glob("*.pcap")):
        lines = [to_json(record) + "\n" for record in records(capture, native=False)]
        capture.with_suffix(".jsonl").write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main()
