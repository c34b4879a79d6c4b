"""What the family forbids or allows a device: `tattlebox block`, `pause`, `allow`, their like, and `lift`."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any, Final

from appliance.cli.common import (
    CommandError,
    add_verb,
    present_store,
    print_json,
    print_table,
    told,
    when,
)
from appliance.cli.show import find_device, find_party
from appliance.enforcement import policy_fields, tried_instead
from appliance.gateway.policy import ALLOW, BLOCK, HOLD, PAUSE, QUARANTINE
from appliance.store.book import Book
from appliance.store.policies import Policies, PolicyError, PolicyRow
from appliance.store.reader import Reader

UNITS_S: Final = {"m": 60.0, "h": 3_600.0, "d": 86_400.0}
_SPAN: Final = re.compile(r"([0-9]{1,4})([mhd])").fullmatch

VERBS: Final = {
    "block": (BLOCK, "keep a device from one party: its addresses, by whatever name and protocol"),
    "pause": (PAUSE, "keep a device from everything outside the home"),
    "quarantine": (QUARANTINE, "keep a device nobody has looked at from everything, until it is let in"),
    "allow": (ALLOW, "let a device reach this party and no other but those allowed before"),
    "hold": (HOLD, "keep a device from the hosts its updates come from"),
}


def add(commands: Any) -> None:
    """Add the verbs."""
    for name, (kind, text) in VERBS.items():
        verb = _verb(commands, name, _begin, text)
        verb.add_argument("device", metavar="DEVICE", help="its id, name or MAC")
        if kind in (BLOCK, ALLOW):
            verb.add_argument("party", metavar="PARTY", help="its domain or organisation")
        verb.add_argument("--for", dest="span", metavar="SPAN", help="for so long, such as 30m, 2h, 7d")
        verb.set_defaults(kind=kind, party=None)
    lift = _verb(commands, "lift", _lift, "end a policy")
    lift.add_argument("number", type=int, metavar="NUMBER", help="as `tattlebox policies` shows it")
    every = _verb(commands, "policies", _list, "list what is forbidden or allowed, and what came of it")
    every.add_argument("--all", action="store_true", help="those that ended, too")


def _verb(
    commands: Any, name: str, run: Callable[[Policies, Reader, argparse.Namespace], None], text: str
) -> argparse.ArgumentParser:
    def opened(args: argparse.Namespace) -> int:
        store = present_store(args)
        with closing(Book(store)) as book, Reader(store) as reader:
            run(Policies(book), reader, args)
        return 0

    parser = add_verb(commands, name, text, json=True)
    parser.set_defaults(run=told(opened, PolicyError))
    return parser


def _begin(policies: Policies, reader: Reader, args: argparse.Namespace) -> None:
    device = find_device(reader, args.device) or ""
    party = find_party(reader, device, args.party) if args.party else None
    now = time.time()
    row = policies.begin(now, device, args.kind, party=party, until=_until(args.span, now))
    if args.json:
        print_json(policy_fields(row, reader.changes(row.device, row.ts)))
        return
    ends = f" until {when(row.until)} UTC" if row.until else ""
    print(f"In force within two seconds{ends}. To end it: tattlebox lift {row.id}")


def _until(span: str | None, now: float) -> float | None:
    if span is None:
        return None
    if (found := _SPAN(span)) is None or not int(found[1]):
        raise CommandError(f"read --for {span!r}, expected a number and m, h or d, such as 2h")
    return now + int(found[1]) * UNITS_S[found[2]]


def _lift(policies: Policies, reader: Reader, args: argparse.Namespace) -> None:
    row = policies.undo(time.time(), args.number)
    if args.json:
        print_json(policy_fields(row, reader.changes(row.device, row.ts)))
    else:
        print(f"Lifted: {row.kind} of {row.device}.")


def _list(policies: Policies, reader: Reader, args: argparse.Namespace) -> None:
    now = time.time()
    rows = policies.all() if args.all else policies.standing(now)
    changes = reader.changes(since=min((row.ts for row in rows), default=now))
    if args.json:
        for row in rows:
            print_json(policy_fields(row, changes))
        return
    names = {device.device: device.name for device in reader.devices()}

    def cells(row: PolicyRow) -> tuple[object, ...]:
        end = row.end(now)
        until = f"ended {when(end)}" if end else when(row.until) if row.until else "it is lifted"
        instead = ", ".join(sorted({one.domain or one.kind for one in tried_instead(row, changes)})) or "-"
        return (
            row.id,
            names.get(row.device, row.device),
            row.kind,
            row.party or "-",
            until,
            row.packets,
            instead,
        )

    headings = ("NUMBER", "DEVICE", "POLICY", "PARTY", "UNTIL", "STOPPED", "NEW MEANWHILE")
    print_table(headings, map(cells, rows), "Nothing is forbidden.")
