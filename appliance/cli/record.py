"""`tattlebox record`: the packets of one device for a limited time, as a pcap file, when a parent asks."""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from appliance.cli.common import CommandError, add_verb, present_store, print_table, size, told, when
from appliance.cli.show import find_device
from appliance.store.book import Book
from appliance.store.reader import Reader
from appliance.store.recordings import (
    KEPT_S,
    MOST_BYTES,
    MOST_MINUTES,
    Recording,
    RecordingError,
    Recordings,
    file_of,
)

WARNING: Final = (
    "This records every packet that {name} sends and receives for {minutes} minutes, with what is in "
    "them: also what it says unencrypted, and what others in the home do with it. Every page shows that "
    "a recording is under way. Nothing of it leaves this box; it is deleted after {days} days, or when "
    "you say so. If the device is not yours alone, ask those who use it. Say so by adding --yes"
)


def add(commands: Any) -> None:
    """Add the verb."""
    text = "record the packets of one device for a limited time"
    group = commands.add_parser("record", help=text, description=text[0].upper() + text[1:] + ".")
    verbs = group.add_subparsers(title="verbs", metavar="VERB", required=True)
    start = _verb(verbs, "start", _start, "begin a recording, which every page shows while it lasts")
    start.add_argument("device", metavar="DEVICE", help="its id, name or MAC")
    start.add_argument(
        "--minutes", type=int, default=5, metavar="N", help=f"1 to {MOST_MINUTES} (default: 5)"
    )
    start.add_argument("--yes", action="store_true", help="you have read what is recorded")
    _verb(verbs, "stop", _stop, "end the recording that is under way")
    _verb(verbs, "list", _list, "list the recordings that are kept")
    for name, run, text in (("save", _save, "copy a recording to a file"), ("delete", _delete, "delete one")):
        verb = _verb(verbs, name, run, text)
        verb.add_argument("number", type=int, metavar="NUMBER", help="as `tattlebox record list` shows it")
    verb = verbs.choices["save"]
    verb.add_argument("out", type=Path, metavar="FILE", help="a pcap file, read by Wireshark and tcpdump")


def _verb(
    verbs: Any, name: str, run: Callable[[Recordings, argparse.Namespace], None], text: str
) -> argparse.ArgumentParser:
    def opened(args: argparse.Namespace) -> int:
        with closing(Book(present_store(args))) as book:
            run(Recordings(book), args)
        return 0

    parser = add_verb(verbs, name, text)
    parser.set_defaults(run=told(opened, RecordingError))
    return parser


def _start(recordings: Recordings, args: argparse.Namespace) -> None:
    with Reader(recordings.book.path) as reader:
        device = reader.device(find_device(reader, args.device) or "")
        if reader.meta("origin") != "live":
            raise CommandError("this store holds a replay: its capture has the packets already")
    if device is None:
        raise CommandError("name a device; `tattlebox devices` lists them")
    if not args.yes:
        days = int(KEPT_S // 86_400)
        raise CommandError(WARNING.format(name=device.name, minutes=args.minutes, days=days))
    if (free := shutil.disk_usage(recordings.book.path.parent).free) < 2 * MOST_BYTES:
        raise RecordingError(
            f"{size(free)} are free, a recording may need {size(MOST_BYTES)}: free some space"
        )
    begun = recordings.begin(time.time(), device.device, args.minutes)
    print(f"Recording {begun.id}: {device.name}, until {when(begun.until)}. `tattlebox record stop` ends it.")


def _stop(recordings: Recordings, args: argparse.Namespace) -> None:
    now = time.time()
    running = recordings.running(now)
    if running is None:
        raise RecordingError("no recording is under way")
    recordings.end(running.id, now)
    print(f"Recording {running.id} was stopped; `tattlebox record save {running.id} FILE` copies it.")


def _list(recordings: Recordings, args: argparse.Namespace) -> None:
    now, store = time.time(), recordings.book.path
    with Reader(store) as reader:
        names = {device.device: device.name for device in reader.devices()}
    rows = [
        (
            str(one.id),
            names.get(one.device, one.device),
            when(one.begun),
            "under way" if one.ended is None and now < one.until else when(one.ended or one.until),
            size(_bytes(store, one)),
            str(one.dropped),
        )
        for one in recordings.all()
    ]
    print_table(("NUMBER", "DEVICE", "FROM", "UNTIL", "SIZE", "MISSING"), rows, "No recording is kept.")


def _save(recordings: Recordings, args: argparse.Namespace) -> None:
    found = _found(recordings, args.number)
    try:
        shutil.copyfile(file_of(recordings.book.path, found.id), args.out)
    except OSError as error:
        raise CommandError(f"cannot copy the recording to {args.out}: {error.strerror}") from error
    print(f"Recording {found.id} is in {args.out} ({size(args.out.stat().st_size)})")


def _delete(recordings: Recordings, args: argparse.Namespace) -> None:
    recordings.delete(_found(recordings, args.number).id)
    print(f"Recording {args.number} was deleted.")


def _found(recordings: Recordings, number: int) -> Recording:
    found = [one for one in recordings.all() if one.id == number]
    if not found:
        raise RecordingError(f"there is no recording {number}; `tattlebox record list` lists them")
    return found[0]


def _bytes(store: Path, recording: Recording) -> int:
    path = file_of(store, recording.id)
    return path.stat().st_size if path.exists() else 0
