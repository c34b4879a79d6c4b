"""`tattlebox run`: the appliance at work, taking the records of a sensor until it is stopped."""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from appliance.cli.common import CommandError, add_store, calm_collector, store_of
from appliance.cli.lists import add_packs, packs_folder
from appliance.gateway.client import ask
from appliance.home import Home
from appliance.ingest import SensorLink, SensorMismatch
from appliance.lookup.knowledge import load_knowledge
from appliance.lookup.upnp import DescriptionReader
from appliance.patience import RETRY_S, Patience
from appliance.recorder import Recorder
from appliance.service import Service
from appliance.steward import Steward
from appliance.store.database import DamagedStoreError, StoreReplacedError, is_damaged
from appliance.store.salvage import salvage
from appliance.store.writer import Writer
from sensor.liveness import Liveness

log = logging.getLogger(__name__)

COMMIT_S: Final = 60
"""What a power cut may cost of the flow log, in seconds, unless told; docs/retention.md has its price."""

SOON_S: Final = 5.0
"""How long what is pressing waits at most: an alert, a change, a new device, a word of the family."""

MEND_S: Final = 3_600.0
"""A store that is damaged again so soon after it was mended lies on a card that is worn out."""

MOST_COMMIT_S: Final = 120
"""Longest time between two commits: systemd wants to hear of progress within three minutes."""


class Beside(NamedTuple):
    """What else is done: keeping the gateway, recordings, asking devices what they are (None: nobody)."""

    steward: Steward
    recorder: Recorder
    asking: DescriptionReader | None


def add(commands: Any) -> None:
    """Add the verb."""
    parser = commands.add_parser(
        "run",
        help="record what a running sensor sees",
        description="Takes records from tattlebox-sensor's socket and stores them until it is stopped.",
    )
    parser.add_argument(
        "--socket", type=Path, default=Path("/run/tattlebox/sensor.sock"), help="the sensor's socket"
    )
    parser.add_argument(
        "--ask-devices",
        action="store_true",
        help="fetch the description that devices announce in the home (UPnP), once each; else only listen",
    )
    parser.add_argument(
        "--commit-s",
        type=int,
        choices=range(1, MOST_COMMIT_S + 1),
        default=COMMIT_S,
        metavar="SECONDS",
        help=f"how often to store flows, 1 to {MOST_COMMIT_S} (default: {COMMIT_S}): a power cut costs as "
        f"much; longer spares the card. Alerts and answers wait {SOON_S:.0f} at most",
    )
    add_store(parser)
    add_packs(parser)
    parser.add_argument("--json", action="store_true", help="log one JSON object a line")
    parser.set_defaults(run=_run)


class AsJson(logging.Formatter):
    """A line of the log for programs; its time is the journal's."""

    def format(self, record: logging.LogRecord) -> str:
        said = super().format(record)
        return json.dumps({"level": record.levelname, "logger": record.name, "message": said})


def _run(args: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    if args.json:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(AsJson())
    stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda caught, _: stop.append(caught))
    calm_collector()
    alive = Liveness()
    mended = -MEND_S
    while not stop:
        try:
            _watch(args, stop, alive)
        except StoreReplacedError as error:
            log.warning("%s", error)
        except (DamagedStoreError, sqlite3.DatabaseError) as error:
            if not (isinstance(error, DamagedStoreError) or is_damaged(error)):
                raise
            if time.monotonic() - mended < MEND_S:
                raise CommandError(
                    f"the store was damaged again ({error}): replace the card or disk"
                ) from error
            mended = time.monotonic()
            log.error("%s", salvage(store_of(args), time.time(), alive.progress))
    return 0


def _watch(args: argparse.Namespace, stop: list[int], alive: Liveness) -> None:
    """Take records until told to stop. Raises CommandError, StoreError; StoreReplacedError to begin anew."""
    writer = Writer(store_of(args))
    if writer.meta("origin") == "replay":
        raise CommandError(
            f"{writer.path} holds a replay; give the live home a place of its own with --store FILE"
        )
    link = SensorLink(args.socket, writer.meta("sensor_position"))
    home = Home(load_knowledge(packs_folder(args)))
    service = Service(home, writer, source=link)
    asking = DescriptionReader(home.devices.describe) if args.ask_devices else None
    beside = Beside(Steward(home, writer.path, ask), Recorder(link, writer.path, _macs_of(home)), asking)
    writer.commit(origin="live")
    alive.ready()
    try:
        _carry(link, Patience(service, writer, args.commit_s), stop, beside, alive)
        service.commit()
        service.checkpoint()
    except SensorMismatch as error:
        raise CommandError(str(error)) from error
    finally:
        beside.steward.close()
        beside.recorder.close(time.time())
        writer.close()


def _macs_of(home: Home) -> Callable[[str], tuple[str, ...]]:
    """Return what gives the MACs of a device, none where it is not known."""
    return lambda device: home.devices.record(device).macs if device in home.devices.ids() else ()


def _carry(
    link: SensorLink,
    patience: Patience,
    stop: list[int],
    beside: Beside,
    alive: Liveness,
) -> None:
    """Take records until told to stop, and store them from time to time. Raises SensorMismatch, StoreError.

    What was stored is the progress that keeps the watchdog quiet; a full disk is none of ours to restart for.
    """
    committed = looked = time.monotonic()
    for record in link.records(lambda: bool(stop)):
        if record is not None:
            patience.take((record,))
            beside.steward.note(record)
            if beside.asking is not None:
                beside.asking.note(record)
        beside.steward.turn()
        beside.recorder.turn(time.time())
        if time.monotonic() - looked >= min(SOON_S, patience.every_s):
            looked = time.monotonic()
            if looked - committed >= patience.every_s or patience.pressing:
                if beside.asking is not None:
                    beside.asking.report()
                patience.store()
                committed = time.monotonic()
                alive.progress()
        while patience.waits and not stop:
            time.sleep(RETRY_S)
            patience.store()
            alive.progress()
