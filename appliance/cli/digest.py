"""`tattlebox digest` and `tattlebox report`: a week in words, and what an update did."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any, Final

from appliance.alerts.digest import WEEK_S, digest, of_week
from appliance.alerts.report import Report, tell
from appliance.alerts.words import LANGUAGES
from appliance.behaviour.facts import Update
from appliance.cli.common import (
    CommandError,
    add_verb,
    open_reader,
    print_json,
    print_table,
    printable,
    size,
    when,
)
from appliance.cli.show import find_device
from appliance.out import plain
from appliance.store.reader import Reader
from appliance.store.update_reports import update_report

MAX_READ: Final = 10_000
"""Alerts and changes read for a digest; a week of a large home has hundreds."""


def add(commands: Any) -> None:
    """Add the verbs."""
    week = _verb(commands, "digest", _digest, "a week in words: what was told, and what is worth knowing")
    week.add_argument(
        "--week", metavar="DAY", help="the week that ends with this day, 2026-11-23; else the last"
    )
    update = _verb(commands, "report", _report, "what an update did to a device's sharing, before and after")
    update.add_argument("device", metavar="DEVICE", help="its id, name or MAC")
    update.add_argument(
        "--update", metavar="DAY", help="the update on or before this day, 2026-11-23; else the latest"
    )


def _verb(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    parser = add_verb(commands, name, text, json=True)
    parser.add_argument("--language", choices=sorted(LANGUAGES), default="en", help="of the text (en)")

    def opened(args: argparse.Namespace) -> int:
        with open_reader(args) as reader:
            run(reader, args)
        return 0

    parser.set_defaults(run=opened)
    return parser


def _end_of(day: str) -> float:
    """Return the end of a UTC day. Raises CommandError for a text that is none."""
    try:
        return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() // 86_400 * 86_400 + 86_400
    except ValueError:
        raise CommandError(f"read the day {printable(day)!r}, expected one such as 2026-11-23") from None


def _digest(reader: Reader, args: argparse.Namespace) -> None:
    last = reader.meta("last_ts")
    if last is None:
        print("Nothing was seen yet.")
        return
    end = _end_of(args.week) if args.week else last + 1.0
    alerts = of_week(reader.alerts(limit=MAX_READ), end)
    if args.json:
        for alert in alerts:
            print_json(plain(alert))
        return
    changes = [it for it in reader.changes(since=end - WEEK_S, limit=MAX_READ) if it.ts < end]
    print(f"{when(end - WEEK_S)} to {when(end)} UTC\n")
    print(printable_lines(digest(alerts, changes, args.language)), end="")


def _report(reader: Reader, args: argparse.Namespace) -> None:
    device = find_device(reader, args.device)
    real = [it for it in reader.updates(device) if it.certainty != "restarted"]
    before = _end_of(args.update) if args.update else None
    update = next((it for it in real if before is None or it.ts < before), None)
    if update is None:
        raise CommandError("no update of this device was seen; `tattlebox updates` lists what was")
    told = update_report(reader, update)
    if args.json:
        print_json(told.to_json())
        return
    record = reader.device(update.device)
    name = record.name if record else update.device
    _print(told, update, tell(told, name, when(update.ts), args.language))


def _print(told: Report, update: Update, words: str) -> None:
    print(printable_lines(words), end="")
    print(f"{update.certainty}: {printable('; '.join(update.evidence))}\n")
    rows = [
        (
            row.domain,
            _number(row.contacts_before),
            _number(row.contacts_after),
            _size(row.bytes_before),
            _size(row.bytes_after),
            ", ".join(row.kinds) or "-",
        )
        for row in told.rows
    ]
    headings = ("PARTY", "CONTACTS A DAY BEFORE", "AFTER", "SENT A DAY BEFORE", "AFTER", "CHANGED")
    print_table(headings, rows, "Nobody was contacted on either side.")


def _number(per_day: float | None) -> str:
    return "?" if per_day is None else f"{per_day:g}"


def _size(per_day: float | None) -> str:
    return "?" if per_day is None else size(round(per_day))


def printable_lines(text: str) -> str:
    """Return text of several lines fit for a terminal."""
    return "".join(printable(line) + "\n" for line in text.splitlines())
