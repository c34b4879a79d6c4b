"""Captures as records: several files through one sensor, in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sensor.bluetooth.hci import dissect
from sensor.capture import btsnoop
from sensor.capture.file import CaptureError, blocks
from sensor.meter import new_meter
from sensor.pipeline import Pipeline
from sensor.records import Loss, Record

OnError = Callable[[CaptureError], None]


def capture_records(
    paths: Iterable[Path], on_error: OnError, progress: Callable[[int], object] = lambda _: None
) -> Iterator[Record]:
    """Yield the records of captures that belong to one stretch of time, as one sensor would have seen them.

    A flow may go on from one file into the next. A file that cannot be read is told to `on_error`, and the
    others go on. `progress` is told the bytes of each block read. Last comes one SensorStats of them all.
    """
    pipeline = Pipeline(new_meter())
    for path in paths:
        try:
            for block in blocks(path):
                yield from pipeline.feed(block)
                progress(len(block.data))
        except CaptureError as error:
            on_error(error)
    yield from pipeline.flush()
    yield pipeline.stats()


def bluetooth_records(path: Path, progress: Callable[[int], object] = lambda _: None) -> Iterator[Record]:
    """Yield what Bluetooth devices said to everybody, as a log of HCI packets (btsnoop) holds it.

    Raises CaptureError for a log that cannot be read, OSError from the disk.
    """
    for item in btsnoop.packets(path):
        if isinstance(item, Loss):
            yield item
            continue
        ts, packet = item
        progress(len(packet))
        yield from dissect(ts, packet)
