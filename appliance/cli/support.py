"""`tattlebox support`: until when each device is supported, as it was stated and as it was seen."""

from __future__ import annotations

import argparse
import time
from typing import Any

from appliance.alerts.words import LANGUAGES, Words
from appliance.cli.common import (
    CommandError,
    add_json,
    add_store,
    open_reader,
    print_json,
    print_table,
    printable,
    store_of,
    when,
)
from appliance.cli.labels import device_of, say
from appliance.cli.show import find_device
from appliance.declared.period import MAX_TEXT, read_period
from appliance.devices.family import LABEL, Word
from appliance.devices.identity import plain_text
from appliance.devices.state import SUPPORT
from appliance.lookup.law import load_rules
from appliance.out import plain
from appliance.store.reader import Reader
from appliance.support.ledger import Standing, ledger
from appliance.support.words import sentence, source


def add(commands: Any) -> None:
    """Add the verb."""
    parser = commands.add_parser(
        "support",
        help="until when each device is supported, and whether it still is",
        description="Lists until when updates of each device are stated, what was seen of updates, and what "
        "that means at the time of the newest record. `tattlebox undo` takes back what was stated last.",
    )
    parser.add_argument("device", nargs="?", metavar="DEVICE", help="only this device: its id, name or MAC")
    parser.add_argument(
        "--until",
        metavar="TEXT",
        help='what is stated of it: a month ("2027-03"), a day, or the words on its label or box',
    )
    parser.add_argument("--clear", action="store_true", help="take back what was stated")
    parser.add_argument(
        "--rules", action="store_true", help="list the rules about support and from when they apply"
    )
    parser.add_argument("--language", choices=sorted(LANGUAGES), default="en")
    add_store(parser)
    add_json(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if args.rules:
        return _rules(args)
    if args.until is not None or args.clear:
        return _state(args)
    with open_reader(args) as reader:
        found = standings(reader, find_device(reader, args.device))
    words = Words(args.language)
    if args.json:
        for one in found:
            print_json({**plain(one), "sentence": sentence(words, one)})
        return 0
    rows = [
        (
            one.name,
            one.state.replace("_", " "),
            one.until or "-",
            when(one.last_update)[:10] if one.last_update else "not seen",
            sentence(words, one),
        )
        for one in found
    ]
    print_table(("DEVICE", "STATE", "UNTIL", "LAST UPDATE", "IN WORDS"), rows, "There is no device yet.")
    for one in found:
        if args.device and one.source:
            print(printable(f"Stated by {source(words, one)}."))
    return 0


def standings(reader: Reader, device: str | None = None) -> list[Standing]:
    """Return the ledger at the time of the newest record."""
    devices = [one for one in reader.devices() if device in (None, one.device)]
    now = reader.watch().last_ts or 0.0
    return ledger(devices, reader.updates(device), reader.parties(device), now, reader.claims)


def _state(args: argparse.Namespace) -> int:
    if args.device is None:
        raise CommandError(
            "name the device whose support is stated: tattlebox support DEVICE --until 2027-03"
        )
    value = None
    if not args.clear:
        value = plain_text(args.until, MAX_TEXT)
        period = read_period(value)
        if period is None:
            raise CommandError(
                f"read {printable(value)!r}, expected one date with its month, such as 2027-03, 31.03.2027 "
                "or “security updates until March 2027”"
            )
        print(f"Read as: until the end of {Words(args.language).day(period.until)}.")
    store = store_of(args)
    say(store, Word(0, time.time(), LABEL, device_of(store, args.device), SUPPORT, value))
    return 0


def _rules(args: argparse.Namespace) -> int:
    rules = [rule for rule in load_rules() if "support" in rule.about]
    if args.json:
        for rule in rules:
            print_json(plain(rule))
        return 0
    rows = [(rule.key, rule.jurisdiction, rule.applies, rule.says) for rule in rules]
    print_table(("RULE", "WHERE", "APPLIES FROM", "SAYS"), rows, "")
    return 0
