"""`tattlebox devices`, `parties`, `updates`, `changes`, `findings`, `alerts`: what the store holds."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from appliance.cli.common import (
    CommandError,
    add_json,
    add_store,
    open_reader,
    print_json,
    print_table,
    printable,
    size,
    when,
)
from appliance.out import plain
from appliance.store.reader import Reader


def add(commands: Any) -> None:
    """Add the listing verbs."""
    _verb(commands, "devices", _devices, "the things in the home, and how sure we are")
    for name, run, text in (
        ("parties", _parties, "who each device sends data to"),
        ("updates", _updates, "software updates, as far as the cues show"),
        ("changes", _changes, "what changed in the sharing"),
        ("findings", _findings, "what devices do that they should not"),
        ("alerts", _alerts, "what a family was told"),
    ):
        verb = _verb(commands, name, run, text)
        verb.add_argument("device", nargs="?", metavar="DEVICE", help="only this device: its id, name or MAC")


def _verb(
    commands: Any, name: str, run: Callable[[Reader, argparse.Namespace], None], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=f"Lists {text}.")
    add_store(parser)
    add_json(parser)

    def opened(args: argparse.Namespace) -> int:
        with open_reader(args) as reader:
            run(reader, args)
        return 0

    parser.set_defaults(run=opened)
    return parser


def find_device(reader: Reader, text: str | None) -> str | None:
    """Return the id of the device called `text` (id, MAC or name); None for None. Raises CommandError."""
    if text is None:
        return None
    wanted = text.casefold()
    devices = reader.devices()
    for device in devices:
        if wanted in (device.device, device.name.casefold(), *device.macs):
            return device.device
    known = ", ".join(printable(device.name) for device in devices) or "none yet"
    raise CommandError(f"no device is called {printable(text)!r}; known devices: {known}")


def find_party(reader: Reader, device: str | None, text: str) -> str:
    """Return the domain of the party called `text` (domain or organisation) that a device, or any, has met.

    Raises CommandError.
    """
    wanted, parties = text.casefold(), reader.parties(device)
    found = {
        it.domain for it in parties if wanted in (it.domain.casefold(), (it.organisation or "").casefold())
    }
    if len(found) == 1:
        return found.pop()
    known = sorted(found or {it.domain for it in parties})
    listed = printable(", ".join(known[:20])) or "none yet"
    raise CommandError(f"read the party {printable(text)!r}, expected one of: {listed}")


def _names(reader: Reader) -> dict[str, str]:
    return {device.device: device.name for device in reader.devices()}


def _list(
    args: argparse.Namespace,
    records: list[Any],
    headings: tuple[str, ...],
    row: Callable[[Any], tuple[object, ...]],
    empty: str,
) -> None:
    if args.json:
        for record in records:
            print_json(plain(record))
    else:
        print_table(headings, map(row, records), empty)


def _devices(reader: Reader, args: argparse.Namespace) -> None:
    def row(device: Any) -> tuple[object, ...]:
        sure = device.confidence.get("category", 0.0)
        macs = " ".join(device.macs) or "-"
        return device.device, device.name, device.category or "?", device.vendor or "?", f"{sure:.0%}", macs

    headings = ("DEVICE", "NAME", "CATEGORY", "VENDOR", "SURE", "MACS")
    _list(args, reader.devices(), headings, row, "No device was seen yet.")


def _parties(reader: Reader, args: argparse.Namespace) -> None:
    names = _names(reader)

    def row(party: Any) -> tuple[object, ...]:
        who = names[party.device], party.organisation or "unknown", party.domain, party.role
        where = (
            party.organisation_country or "?",
            "/".join(party.server_countries) or "?",
            party.operator or "?",
        )
        return *who, *where, party.contacts, size(party.bytes_up), size(party.bytes_down)

    headings = (
        "DEVICE", "ORGANISATION", "DOMAIN", "ROLE", "COUNTRY", "SERVERS", "RUN BY", "CONTACTS", "UP", "DOWN",
    )  # fmt: skip
    _list(args, reader.parties(find_device(reader, args.device)), headings, row, "Nobody was contacted yet.")


def _updates(reader: Reader, args: argparse.Namespace) -> None:
    names = _names(reader)

    def row(update: Any) -> tuple[object, ...]:
        return (
            when(update.ts),
            names.get(update.device, update.device),
            update.certainty,
            "; ".join(update.evidence),
        )

    headings = ("WHEN (UTC)", "DEVICE", "CERTAINTY", "EVIDENCE")
    _list(args, reader.updates(find_device(reader, args.device)), headings, row, "No update was seen yet.")


def _changes(reader: Reader, args: argparse.Namespace) -> None:
    names = _names(reader)

    def row(change: Any) -> tuple[object, ...]:
        who = change.organisation or change.domain or "-"
        return (
            change.id,
            when(change.ts),
            names.get(change.device, change.device),
            change.kind,
            who,
            change.certainty,
        )

    headings = ("CHANGE", "WHEN (UTC)", "DEVICE", "KIND", "PARTY", "CERTAINTY")
    _list(args, reader.changes(find_device(reader, args.device)), headings, row, "Nothing changed so far.")


def _findings(reader: Reader, args: argparse.Namespace) -> None:
    names = _names(reader)

    def row(finding: Any) -> tuple[object, ...]:
        return (
            finding.severity,
            names.get(finding.device, finding.device),
            finding.code,
            finding.times,
            finding.detail,
        )

    headings = ("SEVERITY", "DEVICE", "CODE", "TIMES", "DETAIL")
    _list(args, reader.findings(find_device(reader, args.device)), headings, row, "No finding so far.")


def _alerts(reader: Reader, args: argparse.Namespace) -> None:
    def row(alert: Any) -> tuple[object, ...]:
        return alert.identifier, when(alert.ts), alert.volume, alert.title

    headings = ("ALERT", "WHEN (UTC)", "VOLUME", "TITLE")
    _list(args, reader.alerts(find_device(reader, args.device)), headings, row, "All quiet: no alert so far.")
