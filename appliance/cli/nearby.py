"""`tattlebox nearby`: look for toys near by over Bluetooth, keep those that are the family's, forget them."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from appliance.bluetooth.adoption import Unfit, words_of_adoption
from appliance.bluetooth.heard import Heard, Toys, heard
from appliance.bluetooth.phone import app_traffic
from appliance.cli.common import (
    CommandError,
    add_verb,
    present_store,
    print_json,
    print_table,
    printable,
    store_of,
    when,
)
from appliance.cli.labels import say
from appliance.devices.categories import CATEGORIES
from appliance.lookup.knowledge_files import load_catalogue, load_reported
from appliance.nearby import LOOK_S, PLACE, NearbyError, look
from appliance.store.book import Book
from appliance.store.nearby import NearbyBook
from appliance.store.reader import Reader
from sensor.capture.file import CaptureError
from sensor.offline import bluetooth_records
from sensor.records import BleAdvertisement, InquiryResult, Nearby

_ADDRESS: Final = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")


def add(commands: Any) -> None:
    """Add the verbs."""
    text = "look for toys nearby over Bluetooth, and keep those that are yours"
    verbs = commands.add_parser("nearby", help=text, description=text.capitalize() + ".").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    search = add_verb(
        verbs, "look", "look once; nothing is connected to, and what is not yours is not kept", json=True
    )
    _add_source(search)
    search.set_defaults(run=_look)
    adopt = add_verb(verbs, "adopt", "say that one is yours: from then on it is remembered when it is heard")
    adopt.add_argument("address", metavar="ADDRESS", help="its Bluetooth address, as `look` prints it")
    adopt.add_argument("--name", help="what the family calls it")
    adopt.add_argument("--category", help="its kind; a toy unless it says otherwise")
    _add_source(adopt)
    adopt.set_defaults(run=_adopt)
    listing = add_verb(verbs, "list", "what is yours, and when it was heard last", json=True)
    listing.set_defaults(run=_list)


def _add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=LOOK_S, help=f"how long (default: {LOOK_S:.0f})")
    parser.add_argument("--socket", type=Path, default=PLACE, help="where tattlebox-nearby listens")
    parser.add_argument("--log", type=Path, metavar="FILE", help="read a Bluetooth HCI log (btsnoop) instead")


def _look(args: argparse.Namespace) -> int:
    records = _records(args)
    store = store_of(args)
    adopted = _kept(store, records) if store.exists() else {}
    rows = heard(records, _toys(), adopted)
    if args.json:
        for row in rows:
            print_json(row._asdict())
        return 0
    print_table(
        ("ADDRESS", "NAME", "SAYS IT IS", "OFFERS TO ANYONE", "SIGNAL", "KNOWN AS"),
        map(_cells, rows),
        "Nothing was heard nearby. Is the toy switched on, and within two metres?",
    )
    for row in rows:
        if row.reported:
            print(f"\n{printable(row.name or row.address)}: public reports said that {row.reported}.")
            print("We go by its name alone, and have not tried it. Switch it off when it is not in use.")
    return 0


def _cells(row: Heard) -> Sequence[object]:
    signal = "" if row.rssi_dbm is None else f"{row.rssi_dbm} dBm"
    known = " (yours)" if row.adopted else ""
    says = row.category or ""
    return row.address, row.name or "", says, ", ".join(row.offers), signal, f"{row.model or ''}{known}"


def _records(args: argparse.Namespace) -> list[Nearby]:
    try:
        if args.log is None:
            return look(args.socket, args.seconds)
        found = bluetooth_records(args.log)
        return [record for record in found if isinstance(record, BleAdvertisement | InquiryResult)]
    except (NearbyError, CaptureError) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"cannot read {args.log}: {error.strerror}") from error


def _kept(store: Path, records: Sequence[Nearby]) -> dict[str, str]:
    """Keep what was heard of the family's own; return their addresses."""
    book = Book(store)
    try:
        nearby = NearbyBook(book)
        nearby.keep(records)
        return nearby.adopted()
    finally:
        book.close()


def _adopt(args: argparse.Namespace) -> int:
    address = args.address.casefold()
    if not _ADDRESS.fullmatch(address):
        raise CommandError(
            f"read the address {printable(args.address)!r}, expected one like 00:11:22:33:44:55"
        )
    if args.category is not None and args.category not in CATEGORIES:
        raise CommandError(f"read the category {args.category!r}, expected one of {', '.join(CATEGORIES)}")
    records = [record for record in _records(args) if record.address == address]
    try:
        words = words_of_adoption(records, time.time(), args.name, args.category)
    except Unfit as error:
        raise CommandError(str(error)) from error
    say(store_of(args), *words)
    _kept(store_of(args), records)
    return 0


def _list(args: argparse.Namespace) -> int:
    store = present_store(args)
    with closing(Book(store)) as book:
        nearby = NearbyBook(book)
        rows = [(address, device, nearby.heard(device)) for address, device in nearby.adopted().items()]
    if args.json:
        for address, device, records in rows:
            last = records[-1].ts if records else None
            print_json({"device": device, "address": address, "heard": len(records), "last_ts": last})
        return 0
    cells = (
        (device, address, len(records), when(records[-1].ts) if records else "never")
        for address, device, records in rows
    )
    print_table(("DEVICE", "ADDRESS", "HEARD", "LAST"), cells, "None is yours yet: `tattlebox nearby look`.")
    with Reader(store) as reader:
        _print_apps(reader, {device: [one.ts for one in records] for _, device, records in rows})
    return 0


def _print_apps(reader: Reader, toys: Mapping[str, Sequence[float]]) -> None:
    """Say what phones of the home probably sent for these toys, heard at these times."""
    devices, parties, models = reader.devices(), reader.parties(), load_catalogue().models
    names = {device.device: device.name for device in devices}
    for toy in (device for device in devices if device.device in toys):
        for app in app_traffic(
            toy, models, devices, parties, heard=toys[toy.device], hourly=reader.sightings
        ):
            phone, who = printable(names[app.phone]), printable(app.organisation or app.domain)
            doubt = f"({printable(app.domain)}; confidence {app.confidence:.1f}: it may be another app)"
            name = printable(toy.name)
            if app.together:
                print(f"\nWhile {name} was heard, its app on {phone} probably sent to {who} {doubt}.")
            else:
                print(
                    f"\n{phone} meets {who}, of the maker of {name}, in no hour in which we heard it {doubt}."
                )


def _toys() -> Toys:
    return Toys(load_catalogue().models, load_reported())
