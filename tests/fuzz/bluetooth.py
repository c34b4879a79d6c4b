"""`scripts/fuzz bluetooth`: mutated advertisements and answers, as HCI bytes and as BlueZ hands them on.

A run in a child process, so that its death is a figure too; docs/bluetooth.md has what was seen.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from appliance.bluetooth.heard import Toys, heard
from appliance.bluetooth.judge import judge
from appliance.lookup.knowledge_files import load_catalogue, load_reported
from sensor.bluetooth.hci import dissect
from sensor.capture.bluetooth import nearby
from sensor.records import BleAdvertisement, InquiryResult, Weird, from_json, to_json
from tests.fuzz.mutate import mutated
from tests.fuzz.run import rss_mb
from tests.sensor.bluetooth import events

WARM: Final = 5_000
"""Packets after which memory is first measured."""

MAX_GROWTH_MB: Final = 20.0
SLOW_S: Final = 0.05
MAX_TOLD: Final = 10
LEGACY_BYTES: Final = 31


def seeds() -> tuple[bytes, ...]:
    """Return one event of each form."""
    told = events.structure(9, b"My friend Cayla") + events.structure(3, bytes.fromhex("1e1108110b11"))
    short = events.structure(1, b"\6") + events.structure(9, b"Bear") + events.structure(0xFF, b"\x4c\0\1\2")
    return (
        events.legacy(events.WATCH, short),
        events.legacy(events.DOLL, short[:LEGACY_BYTES], kind=4, random=0),
        events.extended(events.WATCH, told + events.structure(0x21, bytes(range(18)))),
        events.inquiry(events.DOLL, 0x240404),
        events.inquiry(events.DOLL, 0x240404, -50),
        events.extended_inquiry(events.DOLL, 0x240404, told),
    )


def properties(random: Random) -> dict[str, Any]:
    """Return a device as BlueZ would never tell it."""
    odd: tuple[Any, ...] = (
        None, "", "x" * 300, "\ud800\0\x1b[2J", -1, 2**40, 0x240404, True, [], ["1108"], [1, None, "1" * 400],
        {}, {0x4C: b"\1"}, {"a": 1}, b"\6", b"", 3.5, "00:1b:dc:00:00:01", "d4:11:22:33:44:55", "random", -50,
    )  # fmt: skip
    names = (
        "Address", "AddressType", "Name", "Class", "Appearance", "UUIDs", "RSSI", "TxPower", "Alias",
        "ManufacturerData", "AdvertisingFlags",
    )  # fmt: skip
    told = {name: random.choice(odd) for name in names if random.random() < 0.8}
    return told | ({"Address": "00:1b:dc:00:00:01"} if random.random() < 0.7 else {})


def records(packets: int, random: Random) -> Iterator[list[Any]]:
    """Yield what is read of each mutated packet."""
    known = seeds()
    for number in range(packets):
        if number % 10 == 0:
            found = nearby(float(number), properties(random))
            yield [] if found is None else [found]
        else:
            packet = mutated(random.choice(known), random.choice(known), random)
            yield list(dissect(float(number), packet))


def run(packets: int, seed: int) -> int:
    """Feed packets, print the figures; 0 when all promises were kept."""
    toys = Toys(load_catalogue().models, load_reported())
    read = weird = exceptions = slow = 0
    worst, start_mb = 0.0, 0.0
    source = records(packets, Random(seed))
    for number in range(packets):
        began = time.process_time()
        try:
            found = next(source)
            for record in found:
                assert from_json(to_json(record)) == record
            near = [record for record in found if isinstance(record, BleAdvertisement | InquiryResult)]
            heard(near, toys, ())
            judge("d-1", "toy", near, toys)
            read += len(near)
            weird += sum(isinstance(record, Weird) for record in found)
        except Exception as error:  # noqa: BLE001 - counting them is what this is for
            exceptions += 1
            source = records(packets, Random(seed + number))
            if exceptions <= MAX_TOLD:
                print(f"packet {number}: {error!r}", file=sys.stderr)
        spent = time.process_time() - began
        worst, slow = max(worst, spent), slow + (spent > SLOW_S)
        if number == min(WARM, packets // 2):
            start_mb = rss_mb()
    growth = rss_mb() - start_mb
    for name, value in (
        ("packets", packets), ("records", read), ("weird", weird), ("exceptions", exceptions), ("slow", slow),
        ("worst_ms", round(worst * 1000, 1)), ("rss_growth_mb", round(growth, 1)),
    ):  # fmt: skip
        print(f"{name}: {value}")
    return int(exceptions > 0 or slow > 0 or growth > MAX_GROWTH_MB or not read or not weird)


def main() -> int:
    """Run in a child and say how it ended; in the child (`--here`), run."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz bluetooth", description=__doc__)
    parser.add_argument("--packets", type=int, default=100_000, help="how many (default 100000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other packets")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.here:
        return run(args.packets, args.seed)
    command = [sys.executable, "-m", "tests.fuzz.bluetooth", "--here", *sys.argv[1:]]
    code = subprocess.run(command, check=False).returncode
    print(f"process_deaths: {int(code not in (0, 1))}")
    return code


if __name__ == "__main__":
    sys.exit(main())
