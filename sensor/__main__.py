"""The command `tattlebox-sensor`: packets of one interface in, records to a Unix socket out."""

from __future__ import annotations

import argparse
import selectors
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sensor.capture.live import LiveCapture, LiveError
from sensor.meter import new_meter
from sensor.pipeline import Pipeline
from sensor.publish import Publisher
from sensor.records import Loss

TICK_S: Final = 0.5
"""Longest wait between two looks at the appliance's socket and the kernel's drop counter."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the sensor until it is told to stop; return the exit code."""
    parser = argparse.ArgumentParser(prog="tattlebox-sensor", description="Turns packets into records.")
    parser.add_argument("--interface", required=True, help="the interface to watch, on the home's side")
    parser.add_argument(
        "--socket", required=True, type=Path, help="where to offer the records (a Unix socket)"
    )
    args = parser.parse_args(argv)
    try:
        capture = LiveCapture(args.interface)
        publisher = Publisher(args.socket)
    except LiveError as error:
        print(f"tattlebox-sensor: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"tattlebox-sensor: cannot listen at {args.socket}: {error.strerror}", file=sys.stderr)
        return 1
    try:
        return _run(capture, publisher)
    finally:
        publisher.close()
        capture.close()


def _run(capture: LiveCapture, publisher: Publisher) -> int:
    """Carry packets until SIGTERM or SIGINT (0), or until the interface is gone (1)."""
    stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda caught, _: stop.append(caught))
    pipeline = Pipeline(new_meter())
    selector = selectors.DefaultSelector()
    selector.register(capture, selectors.EVENT_READ)
    while not stop:
        selector.select(TICK_S)
        try:
            for record in pipeline.feed(capture.read()):
                publisher.offer(record)
        except OSError as error:
            print(f"tattlebox-sensor: {capture.interface} can no longer be read: {error}", file=sys.stderr)
            return 1
        if dropped := capture.drops():
            now = time.time()
            publisher.offer(Loss(now - TICK_S, now, "kernel_drop", dropped, f"on {capture.interface}"))
        publisher.pump()
    for record in pipeline.flush():
        publisher.offer(record)
    publisher.pump()
    return 0


if __name__ == "__main__":
    sys.exit(main())
