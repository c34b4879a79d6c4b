"""The command `tattlebox-sensor`: packets of interfaces in, records to a Unix socket out."""

from __future__ import annotations

import argparse
import select
import signal
import struct
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sensor.capture.links import addresses
from sensor.capture.live import LiveCapture, LiveError
from sensor.capture.packetring import RETIRE_MS, RING_BYTES
from sensor.capture.privileges import PrivilegeError, drop, identity
from sensor.capture.tap import Tap
from sensor.liveness import Liveness
from sensor.meter import Block, new_meter
from sensor.metrics import MetricsServer
from sensor.numbers import Numbers
from sensor.pipeline import Pipeline
from sensor.publish import Publisher
from sensor.records import Loss, Record, SensorStats
from sensor.tapping import Tapping

TICK_S: Final = 0.5
"""Longest wait between two looks at everything."""

STATS_S: Final = 5.0
"""How often the sensor's numbers are handed on: drops are known to the appliance within 10 seconds."""

DROPS_S: Final = 1.0
"""How often the kernel is asked for drops."""

SETTLE_S: Final = 1.0
"""How far behind the clock flows are ended on a quiet line: packets of that time may wait in the ring."""

CLOCK_S: Final = 60.0
"""How often it is said that the time is not known yet."""

CLOCK_DOUBT: Final = "the time was not known yet: packets of this span are dated wrongly"

FAREWELL_S: Final = 2.0
"""How long the end waits for an appliance that is slow to read."""

LATEST_AT: Final = 40
"""Where a ring block has the time of its last packet: seconds and nanoseconds (linux/if_packet.h)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the sensor until it is told to stop; return the exit code."""
    args = _parser().parse_args(argv)
    sockets: list[Publisher | MetricsServer | LiveCapture | Tap] = []
    try:
        owner = identity(args.user) if args.user else None
        capture = LiveCapture(
            args.interface,
            time.time(),
            promiscuous=args.promiscuous,
            ring_bytes=args.ring_mib * 1_048_576,
            group=args.fanout,
        )
        sockets.append(capture)
        tap = Tap(len(capture.watched))
        sockets.append(tap)
        publisher = Publisher(args.socket, owner)
        sockets.append(publisher)
        metrics = MetricsServer(args.metrics, owner) if args.metrics else None
        if metrics:
            sockets.append(metrics)
        drop(args.user)
        Sensor(capture, publisher, metrics, tap, args.clock_known).run()
    except (LiveError, PrivilegeError) as error:
        print(f"tattlebox-sensor: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"tattlebox-sensor: cannot listen at {args.socket}: {error.strerror}", file=sys.stderr)
        return 1
    finally:
        for opened in reversed(sockets):
            opened.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tattlebox-sensor", description="Turns packets into records.")
    parser.add_argument(
        "--interface",
        required=True,
        action="append",
        metavar="IF",
        help="an interface to watch, on the home's side; may be given several times",
    )
    parser.add_argument(
        "--socket", required=True, type=Path, help="where to offer the records (a Unix socket)"
    )
    parser.add_argument("--metrics", type=Path, help="where to offer its numbers as Prometheus text")
    parser.add_argument("--user", help="who to be once everything is open, when started as root")
    parser.add_argument(
        "--promiscuous", action="store_true", help="also take what is for others (a mirror port, a bridge)"
    )
    parser.add_argument(
        "--fanout",
        type=int,
        metavar="N",
        help="share the flows with other sensors of the group N, one a core",
    )
    parser.add_argument(
        "--clock-known",
        type=Path,
        metavar="FILE",
        help="doubt the time of every packet until this file exists: a Pi has no battery clock",
    )
    parser.add_argument(
        "--ring-mib", type=int, default=RING_BYTES // 1_048_576, metavar="N", help="memory of each ring"
    )
    return parser


class Sensor:
    """The loop: packets, changes of interfaces, the appliance, numbers."""

    def __init__(
        self,
        capture: LiveCapture,
        publisher: Publisher,
        metrics: MetricsServer | None,
        tap: Tap,
        clock_known: Path | None = None,
    ) -> None:
        self._capture, self._publisher, self._metrics = capture, publisher, metrics
        self._tapping = Tapping(tap, publisher, lambda: [one.name for one in capture.watched])
        self._clock_known = None if clock_known is None or clock_known.exists() else clock_known
        self._unsure_since = time.time()
        self._alive = Liveness()
        self._pipeline = Pipeline(new_meter())
        self._numbers = Numbers(time.time())
        self._stop = self._busy = False
        self._lag_s = 0.0
        self._stats: SensorStats = self._pipeline.stats()

    def run(self) -> None:
        """Carry packets until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        for one in self._capture.watched:
            where = ", ".join(addresses(one.name)) or "no address"
            print(f"tattlebox-sensor: watching {one.name} ({where})", file=sys.stderr)
        next_drops = next_stats = time.monotonic()
        self._alive.ready()
        while not self._stop:
            self._wait()
            now, clock = time.time(), time.monotonic()
            self._offer(*self._capture.follow(now))
            self._busy = self._capture.read(self._take)
            if clock >= next_drops:
                next_drops = clock + DROPS_S
                self._offer(*self._capture.losses(now), *self._pipeline.tick(now - SETTLE_S))
            if clock >= next_stats:
                next_stats = clock + STATS_S
                self._doubt(now)
                self._count(now)
            self._publisher.pump()
            self._tapping.turn(now)
            if self._metrics:
                self._metrics.pump(self._stats)
            self._alive.progress()
        self._finish()

    def _told_to_stop(self, *_: object) -> None:
        self._stop = True

    def _wait(self) -> None:
        """Wait until there is something to do, at most TICK_S."""
        poll = select.poll()  # made anew: clients come and go
        for waiting in (*self._capture.waits, *self._publisher.waits, *self._tapping.waits):
            poll.register(waiting, select.POLLIN)
        for waiting in self._metrics.waits if self._metrics else ():
            poll.register(waiting, select.POLLIN)
        poll.poll(0 if self._busy else TICK_S * 1000)

    def _take(self, block: Block) -> None:
        sec, nsec = struct.unpack_from("=II", block.data, LATEST_AT)
        self._lag_s = round(max(0.0, time.time() - sec - nsec / 1e9), 3)
        self._offer(*self._pipeline.feed(block))

    def _offer(self, *records: Record) -> None:
        for record in records:
            self._publisher.offer(record)

    def _count(self, now: float) -> None:
        self._stats = self._numbers.complete(
            self._pipeline.stats(),
            now,
            interfaces=tuple(one.name for one in self._capture.watched),
            down=self._capture.down,
            kernel_drops=self._capture.dropped,
            queued=self._publisher.queued,
            queue_lost=self._publisher.lost,
            lag_s=self._lag_s,
        )
        self._offer(self._stats)

    def _doubt(self, now: float) -> None:
        """Say from time to time, and once at the end, of which span the time was not known."""
        if self._clock_known is None:
            return
        known = self._clock_known.exists()
        if known or not 0 <= now - self._unsure_since < CLOCK_S:
            until = min(max(now, self._unsure_since), self._unsure_since + CLOCK_S)
            self._offer(Loss(self._unsure_since, until, "clock", 0, CLOCK_DOUBT))
            self._unsure_since = now
        if known:
            self._clock_known = None

    def _finish(self) -> None:
        """Hand on what is still open, as far as the appliance takes it soon."""
        time.sleep(2 * RETIRE_MS / 1000)  # until the kernel hands over the last packets
        now = time.time()
        self._capture.read(self._take)
        self._offer(*self._pipeline.flush(), *self._capture.losses(now, last=True))
        self._count(now)
        deadline = time.monotonic() + FAREWELL_S
        while self._publisher.unsent and self._publisher.connected and time.monotonic() < deadline:
            self._publisher.pump()
            time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
